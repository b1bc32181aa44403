#include "net/client_impl.h"
#include <stdlib.h>
#include "base/time.h"
#include "net/url.h"

#define MOST_HEADER_BYTES 65536

/* ---- the guard ---- */

static bool is_allowed(const Hop *hop, Addr addr)
{
    return hop->name_allowed || addr_is_public(addr) || addr_in_list(addr, hop->client->set.allow);
}

/** libcurl asks for a socket once it knows the address: a name that resolves to a public address
 *  when it is checked and to a private one when it is called (rebinding) gains nothing here. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)purpose;
    Hop *hop = arg;
    Addr addr = addr_of(&to->addr);
    if (str_empty(hop->client->set.proxy) && !is_allowed(hop, addr)) {
        hop->guarded = true;
        hop->refused = addr;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* ---- the answer ---- */

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
    (void)size;
    Hop *hop = arg;
    buf_add(&hop->body, (Str){ bytes, n });
    if (!buf_full(&hop->body) && hop->req->part) hop->req->part(hop->req->arg, (Str){ bytes, n });
    if (!buf_full(&hop->body)) return n;
    hop->too_large = true;
    return 0;
}

static size_t take_header(char *bytes, size_t size, size_t n, void *arg)
{
    (void)size;
    Hop *hop = arg;
    Str line = str_trim((Str){ bytes, n });
    if ((hop->header_bytes += n) > MOST_HEADER_BYTES) { hop->too_large = true; return 0; }
    if (str_starts(line, S("HTTP/"))) {         /* after a 100 the real one follows */
        hop->headers.len = 0;
        return n;
    }
    if (str_index(line, ':') <= 0) return n;
    HttpHeader *h = list_add(hop->arena, &hop->headers);
    h->name = arena_str(hop->arena, str_trim(str_before(line, ':')));
    h->value = arena_str(hop->arena, str_trim(str_after(line, ':')));
    return n;
}

static int progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    const Hop *hop = arg;
    return hop->req->stop && atomic_load(hop->req->stop);
}

Str client_header(const ClientRes *res, const char *name)
{
    for (size_t i = 0; i < res->n_headers; i++)
        if (str_eq_nocase(res->headers[i].name, str_of(name))) return res->headers[i].value;
    return S("");
}

/* ---- one hop ---- */

static Str url_part(CURLU *url, CURLUPart part, unsigned flags, Arena *a)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK || !text) return S("");
    Str copy = arena_str(a, str_of(text));
    curl_free(text);
    return copy;
}

Err hop_read_url(Hop *hop, const char *base, Str text)
{
    Arena *a = hop->arena;
    if (memchr(text.at ? text.at : "", 0, text.len) || !url_is_text(text))
        return fail_field(a, S("url"), "the address holds control characters or is not UTF-8");
    CURLU *url = curl_url();
    if (!url) bug("out of memory");
    bool ok = (!base || curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK) &&
              curl_url_set(url, CURLUPART_URL, arena_cstr(a, text), CURLU_NON_SUPPORT_SCHEME) ==
                  CURLUE_OK;
    Str scheme = url_part(url, CURLUPART_SCHEME, 0, a),
        port = url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, a);
    bool user = url_part(url, CURLUPART_USER, 0, a).len || url_part(url, CURLUPART_PASSWORD, 0, a).len;
    hop->host = url_part(url, CURLUPART_HOST, 0, a);
    hop->url = url_part(url, CURLUPART_URL, 0, a).at;
    curl_url_cleanup(url);
    if (!ok || str_empty(hop->host))
        return fail_field(a, S("url"), "this is no address like https://example.org/path");
    hop->https = str_eq(scheme, S("https"));
    if (!hop->https && !str_eq(scheme, S("http")))
        return fail_field(a, S("url"), "only http and https are called, not " STR_FMT, STR_ARG(scheme));
    if (user) return fail_field(a, S("url"), "the address must not hold a user name or password");
    hop->origin = arena_fmt(a, STR_FMT "://" STR_FMT ":" STR_FMT, STR_ARG(scheme),
                            STR_ARG(hop->host), STR_ARG(port));
    hop->name_allowed = host_in_list(hop->host, hop->client->set.allow);
    return OK;
}

static Err refused(const Hop *hop, Addr addr)
{
    char text[ADDR_TEXT_MAX];
    Str at = addr_text(addr, text);
    return fail(hop->arena, ERR_FORBIDDEN,
                STR_FMT " is at " STR_FMT ", which is not on the public internet; "
                        "an administrator can allow it",
                STR_ARG(hop->host), STR_ARG(at));
}

Err hop_check_literal(const Hop *hop)
{
    Addr literal;
    bool in_proxy = !str_empty(hop->client->set.proxy);
    return in_proxy && addr_parse(hop->host, &literal) && !is_allowed(hop, literal) ? refused(hop, literal) : OK;
}

Err hop_explain(const Hop *hop, CURLcode code, int64_t deadline_ms, const char *detail)
{
    Arena *a = hop->arena;
    if (hop->too_large || code == CURLE_FILESIZE_EXCEEDED)
        return fail(a, ERR_TOO_LARGE, "the answer of " STR_FMT " is larger than %zu bytes",
                    STR_ARG(hop->host), hop->body.max_bytes);
    if (hop->guarded) return refused(hop, hop->refused);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return fail(a, ERR_UNAVAILABLE, "there is no host named " STR_FMT, STR_ARG(hop->host));
    case CURLE_OPERATION_TIMEDOUT:
        return fail(a, ERR_UNAVAILABLE, STR_FMT " did not answer within %lld ms",
                    STR_ARG(hop->host), (long long)deadline_ms);
    case CURLE_ABORTED_BY_CALLBACK:
        return fail(a, ERR_UNAVAILABLE, "the call to " STR_FMT " was stopped", STR_ARG(hop->host));
    default:
        return fail(a, ERR_UNAVAILABLE, "cannot call " STR_FMT ": %s", STR_ARG(hop->host),
                    *detail ? detail : curl_easy_strerror(code));
    }
}

static struct curl_slist *header_lines(const Hop *hop, bool own)
{
    /* No waiting for "100 Continue": bodies are small. */
    struct curl_slist *lines = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; own && i < hop->req->n_headers; i++) {
        HttpHeader h = hop->req->headers[i];
        Str line = str_empty(h.value) ? arena_fmt(hop->arena, STR_FMT ";", STR_ARG(h.name))
                                      : arena_fmt(hop->arena, STR_FMT ": " STR_FMT, STR_ARG(h.name),
                                                  STR_ARG(h.value));
        struct curl_slist *more = curl_slist_append(lines, line.at);
        if (!more) bug("out of memory");
        lines = more;
    }
    return lines;
}

void hop_set_up(CURL *curl, Hop *hop, char *detail)
{
    const ClientOptions *set = &hop->client->set;
    curl_easy_setopt(curl, CURLOPT_URL, hop->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, set->proxy.len ? set->proxy.at : "");
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, hop);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, hop);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
    if (set->ca_file.len) curl_easy_setopt(curl, CURLOPT_CAINFO, set->ca_file.at);
}

static void set_up(CURL *curl, Hop *hop, const char *method, char *detail)
{
    Str agent = hop->client->set.user_agent;
    hop_set_up(curl, hop, detail);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)hop->body.max_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, hop);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, hop);
    if (agent.len) curl_easy_setopt(curl, CURLOPT_USERAGENT, agent.at);
    Str body = hop->req->body, m = str_of(method);
    if (str_eq(m, S("HEAD"))) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else if (body.len || str_eq(m, S("POST")) || str_eq(m, S("PUT")) || str_eq(m, S("PATCH"))) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.len ? body.at : "");
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

static CURL *borrow(Client *c)
{
    pthread_mutex_lock(&c->lock);
    CURL *curl = c->n_idle ? c->idle[--c->n_idle] : NULL;
    pthread_mutex_unlock(&c->lock);
    if (!curl) curl = curl_easy_init();
    if (!curl) bug("out of memory");
    return curl;
}

static void give_back(Client *c, CURL *curl)
{
    curl_easy_reset(curl);                      /* forgets the options, keeps the connections */
    pthread_mutex_lock(&c->lock);
    bool kept = c->n_idle < MOST_IDLE;
    if (kept) c->idle[c->n_idle++] = curl;
    pthread_mutex_unlock(&c->lock);
    if (!kept) curl_easy_cleanup(curl);
}

static Err run_hop(Hop *hop, const char *method, bool own_headers, int64_t until_ms,
                   int64_t deadline_ms, int *ret_status)
{
    TRY(hop_check_literal(hop));
    int64_t left = until_ms - clock_monotonic_ms();
    if (left <= 0) return hop_explain(hop, CURLE_OPERATION_TIMEDOUT, deadline_ms, "");
    char detail[CURL_ERROR_SIZE] = "";
    CURL *curl = borrow(hop->client);
    set_up(curl, hop, method, detail);
    struct curl_slist *lines = header_lines(hop, own_headers);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left);
    if (hop->req->connect_ms > 0) curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)hop->req->connect_ms);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    give_back(hop->client, curl);
    curl_slist_free_all(lines);
    if (code != CURLE_OK) return hop_explain(hop, code, deadline_ms, detail);
    *ret_status = (int)status;
    return OK;
}

/* ---- the call ---- */

static bool is_clean(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7F) return false;
    return true;
}

static Err check(Arena *a, const ClientReq *req)
{
    for (size_t i = 0; i < req->method.len; i++)
        if (req->method.at[i] < 'A' || req->method.at[i] > 'Z' || req->method.len > 16)
            return fail_field(a, S("method"), "this is no HTTP method");
    for (size_t i = 0; i < req->n_headers; i++) {
        HttpHeader h = req->headers[i];
        if (str_empty(h.name) || str_index(h.name, ':') >= 0 || str_index(h.name, ' ') >= 0 ||
            !is_clean(h.name) || !is_clean(h.value))
            return fail_field(a, S("headers"), "the header \"" STR_FMT "\" cannot be sent",
                              STR_ARG(str_sub(h.name, 0, 100)));
    }
    return OK;
}

Err client_call(Client *c, Arena *a, const ClientReq *req, ClientRes *ret)
{
    TRY(check(a, req));
    int64_t deadline_ms = req->deadline_ms > 0 ? req->deadline_ms : 10000,
            until_ms = clock_monotonic_ms() + deadline_ms;
    const char *method = str_empty(req->method) ? "GET" : arena_cstr(a, req->method);
    bool follows = str_eq(str_of(method), S("GET")) || str_eq(str_of(method), S("HEAD")),
         own_headers = true;
    Hop hop = { .client = c, .arena = a, .req = req };
    TRY(hop_read_url(&hop, NULL, req->url));
    for (int left = follows ? req->redirects : 0;; left--) {
        int status;
        hop.body = buf_new(a, req->max_bytes ? req->max_bytes : 1 << 20);
        hop.headers = (HeaderList){ 0 };
        hop.header_bytes = 0;
        TRY(run_hop(&hop, method, own_headers, until_ms, deadline_ms, &status));
        ClientRes res = { status, buf_str(&hop.body), hop.headers.at, hop.headers.len };
        Str to = client_header(&res, "Location");
        bool redirect = status == 301 || status == 302 || status == 303 || status == 307 ||
                        status == 308;
        if (!redirect || left <= 0 || str_empty(to)) { *ret = res; return OK; }
        Hop next = { .client = c, .arena = a, .req = req };
        TRY_AS(a, hop_read_url(&next, hop.url, to), STR_FMT " redirects to where we do not go",
               STR_ARG(hop.host));
        if (hop.https && !next.https)
            return fail(a, ERR_FORBIDDEN, STR_FMT " redirects from https to http", STR_ARG(hop.host));
        if (!str_eq(hop.origin, next.origin)) own_headers = false;
        hop = next;
    }
}

static void init_curl(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

Err client_open(Arena *a, const ClientOptions *options, Client **ret)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    if (!is_clean(options->allow) || !is_clean(options->proxy) || !is_clean(options->ca_file) ||
        !is_clean(options->user_agent))
        return fail(a, ERR_INVALID, "the settings of outgoing calls hold control characters");
    Arena *own = arena_new(1024);
    Client *c = arena_make(own, Client);
    c->arena = own;
    c->set = (ClientOptions){ arena_str(own, options->allow), arena_str(own, options->proxy),
                              arena_str(own, options->ca_file), arena_str(own, options->user_agent) };
    pthread_mutex_init(&c->lock, NULL);
    *ret = c;
    return OK;
}

void client_close(Client *c)
{
    if (!c) return;
    while (c->n_idle) curl_easy_cleanup(c->idle[--c->n_idle]);
    pthread_mutex_destroy(&c->lock);
    arena_free(c->arena);
}

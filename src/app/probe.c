#include "app/probe.h"
#include <curl/curl.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/list.h"
#include "base/time.h"
#include "net/addr.h"
#include "app/probe_impl.h"
#include "net/url.h"

enum { BODY_MOST = 256 << 10, HEADERS_MOST = 200, AT_ONCE = 400, CHAIN_MOST = 8 };

/** A look over libcurl. */
typedef struct Look {
    struct Look *next, *before;              /* of those that run or wait */
    Prober *prober;
    Arena *arena;
    CURL *curl;
    struct curl_slist *lines;
    char detail[CURL_ERROR_SIZE];
    ProbeReq req;
    Str host;
    bool name_allowed, guarded, full;
    Addr refused;
    int64_t begun_ms;
    Buf body;
    LIST(HttpHeader) headers;
    ProbeDone done;
    void *arg;
} Look;

struct Prober {
    CURLM *multi;
    Arena *arena;
    Str allow, ca_file;
    Look *looks;                             /* that run */
    Look *first_waiting, *last_waiting;      /* more than AT_ONCE wait for their turn */
    size_t running, waiting;
    Slow *slow;                              /* what can only be asked blocking: dns, icmp */
};

bool probe_allows(Str allow, Str host, Addr addr)
{
    return addr_is_public(addr) || addr_in_list(addr, allow) || host_in_list(host, allow);
}

Str probe_refused(Arena *a, Str host, Addr addr)
{
    char text[ADDR_TEXT_MAX];
    Str at = addr_text(addr, text);
    return arena_fmt(a, STR_FMT " is at " STR_FMT ", which is not on the public internet; an administrator can allow it",
                     STR_ARG(host), STR_ARG(at));
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)purpose;
    Look *l = arg;
    Addr addr = addr_of(&to->addr);
    if (!probe_allows(l->prober->allow, l->host, addr)) {
        l->guarded = true;
        l->refused = addr;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/** What is beyond the first bytes is read, for the time that it takes, and forgotten. */
static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
    (void)size;
    Look *l = arg;
    size_t room = BODY_MOST - l->body.len;
    if (!l->full) buf_add(&l->body, (Str){ bytes, n < room ? n : room });
    l->full = n >= room;
    return n;
}

static size_t take_header(char *bytes, size_t size, size_t n, void *arg)
{
    (void)size;
    Look *l = arg;
    Str line = str_trim((Str){ bytes, n });
    if (str_starts(line, S("HTTP/"))) l->headers.len = 0;      /* after a 100 the real one follows */
    if (str_index(line, ':') <= 0 || l->headers.len >= HEADERS_MOST) return n;
    *list_add(l->arena, &l->headers) = (HttpHeader){ .name = arena_str(l->arena, str_trim(str_before(line, ':'))),
                                                     .value = arena_str(l->arena, str_trim(str_after(line, ':'))) };
    return n;
}

static Str part(Arena *a, CURLU *url, CURLUPart which)
{
    char *text = NULL;
    if (curl_url_get(url, which, &text, 0) != CURLUE_OK || !text) return S("");
    Str copy = arena_str(a, str_of(text));
    curl_free(text);
    return copy;
}

/** The host of the target, or empty when it is no address of its kind. */
static Str host_of(Arena *a, const ProbeReq *req)
{
    if (req->kind != PROBE_HTTP) {
        ptrdiff_t colon = (ptrdiff_t)req->target.len - 1;
        while (colon > 0 && req->target.at[colon] != ':') colon--;
        Str host = str_sub(req->target, 0, colon > 0 ? (size_t)colon : 0);
        return host.len > 2 && host.at[0] == '[' ? str_sub(host, 1, host.len - 2) : host;
    }
    CURLU *url = curl_url();
    if (!url) bug("out of memory");
    bool ok = !memchr(req->target.at, 0, req->target.len) && url_is_text(req->target)
              && curl_url_set(url, CURLUPART_URL, arena_cstr(a, req->target), 0) == CURLUE_OK;
    Str scheme = part(a, url, CURLUPART_SCHEME), host = part(a, url, CURLUPART_HOST);
    bool user = part(a, url, CURLUPART_USER).len > 0;
    curl_url_cleanup(url);
    return ok && !user && (str_eq(scheme, S("http")) || str_eq(scheme, S("https"))) ? host : S("");
}

/* ---- one look */

static bool is_clean(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7F) return false;
    return true;
}

static void set_http(Look *l)
{
    CURL *c = l->curl;
    Str method = str_empty(l->req.method) ? S("GET") : l->req.method;
    curl_easy_setopt(c, CURLOPT_URL, arena_cstr(l->arena, l->req.target));
    if (str_eq(method, S("HEAD"))) curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    else if (l->req.body.len || str_eq(method, S("POST")) || str_eq(method, S("PUT")) || str_eq(method, S("PATCH"))) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)l->req.body.len);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, l->req.body.len ? l->req.body.at : "");
    }
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, arena_cstr(l->arena, method));
    l->lines = curl_slist_append(NULL, "Expect:");
    for (size_t k = 0; k < l->req.n_headers; k++) {
        HttpHeader h = l->req.headers[k];
        if (!is_clean(h.name) || !is_clean(h.value)) continue;    /* a value that was handed on must not become a header of its own */
        l->lines = curl_slist_append(l->lines, arena_fmt(l->arena, STR_FMT "%s" STR_FMT, STR_ARG(h.name), h.value.len ? ": " : ";", STR_ARG(h.value)).at);
    }
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, l->lines);
}

static void set_up(Look *l)
{
    CURL *c = l->curl;
    if (l->req.kind == PROBE_HTTP) set_http(l);
    else {
        const char *scheme = l->req.kind == PROBE_TLS ? "https" : "http";
        curl_easy_setopt(c, CURLOPT_URL, arena_fmt(l->arena, "%s://" STR_FMT, scheme, STR_ARG(l->req.target)).at);
        curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
    }
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, l);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, l);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, l);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, l->detail);
    curl_easy_setopt(c, CURLOPT_PRIVATE, l);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "Hindsight-Monitor");
    if (l->prober->ca_file.len) curl_easy_setopt(c, CURLOPT_CAINFO, l->prober->ca_file.at);
    int64_t left = l->begun_ms + (l->req.timeout_ms > 0 ? l->req.timeout_ms : 10000) - clock_monotonic_ms();
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
}

static void end(Look *l, const ProbeRes *res)
{
    l->done(l->arg, l->arena, res);
    if (l->curl) curl_easy_cleanup(l->curl);
    curl_slist_free_all(l->lines);
    arena_free(l->arena);
}

static Str why(Look *l, CURLcode code)
{
    if (l->guarded) return probe_refused(l->arena, l->host, l->refused);
    if (code == CURLE_COULDNT_RESOLVE_HOST) return arena_fmt(l->arena, "there is no host named " STR_FMT, STR_ARG(l->host));
    if (code == CURLE_OPERATION_TIMEDOUT)
        return arena_fmt(l->arena, STR_FMT " did not answer within %lld ms", STR_ARG(l->host), (long long)(l->req.timeout_ms > 0 ? l->req.timeout_ms : 10000));
    return arena_str(l->arena, str_of(*l->detail ? l->detail : curl_easy_strerror(code)));
}

/** The certificates that were shown. A chain is as good as its first to expire. */
static void read_chain(Look *l, ProbeRes *res)
{
    struct curl_certinfo *info = NULL;
    if (curl_easy_getinfo(l->curl, CURLINFO_CERTINFO, &info) != CURLE_OK || !info || info->num_of_certs <= 0) return;
    ProbeCert *chain = arena_array(l->arena, ProbeCert, CHAIN_MOST);
    for (int k = 0; k < info->num_of_certs && k < CHAIN_MOST; k++) {
        for (struct curl_slist *line = info->certinfo[k]; line; line = line->next) {
            Str text = str_of(line->data), value = arena_str(l->arena, str_trim(str_after(text, ':')));
            if (str_starts(text, S("Subject:"))) chain[k].subject = value;
            else if (str_starts(text, S("Issuer:"))) chain[k].issuer = value;
            else if (str_starts(text, S("Expire date:"))) chain[k].ends_ms = curl_getdate(value.at, NULL) * 1000LL;
        }
        res->n_chain++;
        if (chain[k].ends_ms > 0 && (!res->certificate_ms || chain[k].ends_ms < res->certificate_ms)) res->certificate_ms = chain[k].ends_ms;
    }
    res->chain = chain;
}

static void enter(Prober *p, Look *l)
{
    p->running++;
    l->before = NULL;
    l->next = p->looks;
    if (l->next) l->next->before = l;
    p->looks = l;
}

static void leave(Prober *p, Look *l)
{
    p->running--;
    if (l->next) l->next->before = l->before;
    if (l->before) l->before->next = l->next;
    else p->looks = l->next;
}

/** Follows a redirect as a look of its own at what is left of the time; never from https to http. */
static bool follow(Look *l)
{
    char *to = NULL;
    if (l->req.kind != PROBE_HTTP || l->req.redirects <= 0) return false;
    if (curl_easy_getinfo(l->curl, CURLINFO_REDIRECT_URL, &to) != CURLE_OK || !to) return false;
    Str url = arena_str(l->arena, str_of(to));
    if (str_starts(l->req.target, S("https://")) && !str_starts(url, S("https://"))) return false;
    ProbeReq next = l->req;
    next.target = url;
    next.redirects--;
    Str host = host_of(l->arena, &next);
    if (str_empty(host)) return false;
    if (!str_eq(host, l->host)) next.n_headers = 0;               /* what was meant for one host is not shown to another */
    l->req = next;
    l->host = host;
    l->headers.len = 0;
    l->body = buf_new(l->arena, BODY_MOST);
    l->full = false;
    curl_multi_remove_handle(l->prober->multi, l->curl);
    curl_easy_reset(l->curl);
    curl_slist_free_all(l->lines);
    l->lines = NULL;
    set_up(l);
    curl_multi_add_handle(l->prober->multi, l->curl);
    return true;
}

static void ended(Prober *p, Look *l, CURLcode code)
{
    if (code == CURLE_OK && follow(l)) return;
    long status = 0;
    curl_easy_getinfo(l->curl, CURLINFO_RESPONSE_CODE, &status);
    ProbeRes res = { .status = (int)status, .headers = l->headers.at, .n_headers = l->headers.len, .body = buf_str(&l->body),
                     .latency_ms = clock_monotonic_ms() - l->begun_ms };
    read_chain(l, &res);
    if (code != CURLE_OK) res.error = why(l, code);
    curl_multi_remove_handle(p->multi, l->curl);
    leave(p, l);
    end(l, &res);
}

static void start(Prober *p, Look *l)
{
    enter(p, l);
    l->begun_ms = clock_monotonic_ms();
    l->curl = curl_easy_init();
    if (!l->curl) bug("out of memory");
    set_up(l);
    curl_multi_add_handle(p->multi, l->curl);
}

/* ---- the prober */

void prober_open(Str allow, Str ca_file, Prober **ret)
{
    Client *none;                                /* libcurl is made ready by the first client */
    Arena *a = arena_new(1024);
    if (client_open(a, &(ClientOptions){ 0 }, &none).info) bug("no client");
    client_close(none);
    Prober *p = arena_make(a, Prober);
    p->arena = a;
    p->allow = arena_str(a, allow);
    p->ca_file = arena_str(a, ca_file);
    p->multi = curl_multi_init();
    if (!p->multi) bug("out of memory");
    p->slow = slow_open(p);
    *ret = p;
}

void prober_allow(Prober *p, Str allow)
{
    if (!str_eq(p->allow, allow)) p->allow = arena_str(p->arena, allow);      /* few changes in a life */
}

void prober_begin(Prober *p, const ProbeReq *req, ProbeDone done, void *arg)
{
    Arena *a = arena_new(2048);
    ProbeReq own = *req;
    HttpHeader *headers = arena_array(a, HttpHeader, req->n_headers + 1);
    for (size_t k = 0; k < req->n_headers; k++)
        headers[k] = (HttpHeader){ .name = arena_str(a, req->headers[k].name), .value = arena_str(a, req->headers[k].value) };
    own.target = arena_str(a, req->target);
    own.method = arena_str(a, req->method);
    own.body = arena_str(a, req->body);
    own.record = arena_str(a, req->record);
    own.headers = headers;
    if (req->kind == PROBE_DNS || req->kind == PROBE_ICMP) {
        slow_begin(p->slow, a, &own, p->allow, done, arg);
        return;
    }
    Look *l = arena_make(a, Look);
    *l = (Look){ .prober = p, .arena = a, .req = own, .host = host_of(a, &own), .body = buf_new(a, BODY_MOST), .done = done, .arg = arg };
    if (str_empty(l->host)) {
        end(l, &(ProbeRes){ .error = S("this is no address that can be reached") });
        return;
    }
    if (p->running < AT_ONCE) { start(p, l); return; }
    p->waiting++;
    if (p->last_waiting) p->last_waiting->next = l;
    else p->first_waiting = l;
    p->last_waiting = l;
}

static void start_waiting(Prober *p)
{
    while (p->first_waiting && p->running < AT_ONCE) {
        Look *l = p->first_waiting;
        p->first_waiting = l->next;
        if (!l->next) p->last_waiting = NULL;
        p->waiting--;
        start(p, l);
    }
}

void prober_run(Prober *p, int64_t ms)
{
    int still, left;
    start_waiting(p);
    curl_multi_perform(p->multi, &still);
    curl_multi_poll(p->multi, NULL, 0, (int)ms, NULL);
    curl_multi_perform(p->multi, &still);
    for (CURLMsg *m; (m = curl_multi_info_read(p->multi, &left));) {
        if (m->msg != CURLMSG_DONE) continue;
        char *look = NULL;
        CURLcode code = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &look);
        ended(p, (Look *)(void *)look, code);
    }
    slow_collect(p->slow);
}

size_t prober_busy(const Prober *p) { return p->running + p->waiting + slow_busy(p->slow); }

void prober_wake(Prober *p) { curl_multi_wakeup(p->multi); }

static void ignore(void *arg, Arena *a, const ProbeRes *res) { (void)arg, (void)a, (void)res; }

void prober_close(Prober *p)
{
    if (!p) return;
    slow_close(p->slow);
    while (p->looks) {
        Look *l = p->looks;
        curl_multi_remove_handle(p->multi, l->curl);
        leave(p, l);
        l->done = ignore;
        end(l, &(ProbeRes){ 0 });
    }
    for (Look *l = p->first_waiting, *next; l; l = next) {
        next = l->next;
        l->done = ignore;
        end(l, &(ProbeRes){ 0 });
    }
    curl_multi_cleanup(p->multi);
    arena_free(p->arena);
}

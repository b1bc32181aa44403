/* Request smuggling lives on two readers that read one head differently. libmicrohttpd is
 * generous (bare line feeds, NUL as an end of text, continued lines, the first of two lengths),
 * the proxy in front may not be. So a head is only taken when it can be read in one way: this
 * file checks it once more, strictly, and refuses the rest. Every refusal closes the
 * connection, so that nothing behind an odd head is ever read as a request. Source: RFC 9112
 * §2.2, §3, §5, §6. */
#include "net/server_impl.h"
#include "net/url.h"

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_token_char(s.at[i])) return false;
    return s.len > 0;
}

/** Visible bytes, spaces, tabs and bytes from 0x80 on. */
static bool is_value(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7F) return false;
    return true;
}

static Str trim_blanks(Str s)
{
    while (s.len && (s.at[0] == ' ' || s.at[0] == '\t')) s = str_sub(s, 1, s.len);
    while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t')) s.len--;
    return s;
}

#if MHD_VERSION < 0x01000000
/* libmicrohttpd 0.9 parses a head in place: every ':' after a name and every CR LF became NUL
 * bytes. So the names and values it hands out must lie one behind the other with exactly these
 * bytes between, from the method to the blank line; where they do not, it skipped, cut or moved
 * something (NUL, bare LF, a continued line). Version 1.0 checks itself. */
typedef struct Layout { const char *next; bool odd; } Layout;

static void layout_start(Layout *l, const char *method, const char *target, size_t target_bytes,
                         const char *version)
{
    l->odd = target != method + strlen(method) + 1 || version != target + target_bytes + 1;
    l->next = version + strlen(version) + 2;
}

static void layout_header(Layout *l, Str name, Str value)
{
    if (name.at != l->next || value.at <= name.at + name.len) { l->odd = true; return; }
    for (const char *at = name.at + name.len + 1; at < value.at; at++)
        if (*at != ' ' && *at != '\t') l->odd = true;
    l->next = value.at + value.len + 2;
}

static bool layout_ends(Layout *l, const char *method, size_t head_bytes)
{
    return !l->odd && l->next + 2 == method + head_bytes;
}
#else
typedef struct Layout { bool odd; } Layout;
#define layout_start(l, method, target, bytes, version)                                            \
    ((void)(target), (void)(version), (l)->odd = false)
#define layout_header(l, name, value) ((void)0)
#define layout_ends(l, method, bytes) ((void)(method), (void)(bytes), !(l)->odd)
#endif

typedef struct Reading { Request *r; Layout layout; size_t room; } Reading;

static enum MHD_Result count_header(void *arg, enum MHD_ValueKind kind, const char *k, size_t kn,
                                    const char *v, size_t vn)
{
    (void)kind, (void)k, (void)kn, (void)v, (void)vn;
    ++*(size_t *)arg;
    return MHD_YES;
}

static enum MHD_Result keep_header(void *arg, enum MHD_ValueKind kind, const char *k, size_t kn,
                                   const char *v, size_t vn)
{
    (void)kind;
    Reading *reading = arg;
    Request *r = reading->r;
    if (!v) v = "", vn = 0;
    layout_header(&reading->layout, ((Str){ k, kn }), ((Str){ v, vn }));
    if (r->n_headers == reading->room) return MHD_NO;
    r->headers[r->n_headers++] = (HttpHeader){ arena_str(r->http.arena, (Str){ k, kn }),
                                               arena_str(r->http.arena, trim_blanks((Str){ v, vn })) };
    return MHD_YES;
}

/** How often a header was sent; `*ret` is its first value. */
static int count_of(const Request *r, Str name, Str *ret)
{
    int n = 0;
    for (size_t i = 0; i < r->n_headers; i++)
        if (str_eq_nocase(r->headers[i].name, name) && n++ == 0) *ret = r->headers[i].value;
    return n;
}

static int check_framing(const Request *r, bool http_1_0, Str *ret_detail)
{
    Str length, coding, host;
    int lengths = count_of(r, S("Content-Length"), &length),
        codings = count_of(r, S("Transfer-Encoding"), &coding);
    *ret_detail = S("the length of the body is stated twice or in a way that is not clear");
    if (lengths > 1 || codings > 1 || (lengths && codings) || (codings && http_1_0)) return 400;
    int64_t bytes;
    if (lengths && (!str_int(length, &bytes) || bytes < 0 || length.at[0] == '-')) return 400;
    *ret_detail = S("the only transfer coding understood is chunked");
    if (codings && !str_eq_nocase(coding, S("chunked"))) return 501;
    int hosts = count_of(r, S("Host"), &host);
    *ret_detail = S("one Host header is needed");
    return hosts == 1 || (hosts == 0 && http_1_0) ? 0 : 400;
}

/** Splits the target into path and query, checks both. Takes "http://host/path" as well (RFC
 *  9112 §3.2.2). */
static int check_target(Request *r, Str *ret_detail)
{
    Str target = r->http.path;
    *ret_detail = S("the address holds bytes that must be percent-encoded");
    for (size_t i = 0; i < target.len; i++)
        if ((unsigned char)target.at[i] <= 0x20 || (unsigned char)target.at[i] >= 0x7F) return 400;
    if (str_starts(target, S("http://")) || str_starts(target, S("https://"))) {
        Str rest = str_sub(target, (size_t)str_find(target, S("://")) + 3, target.len);
        size_t n = 0;
        while (n < rest.len && rest.at[n] != '/' && rest.at[n] != '?') n++;
        target = n < rest.len && rest.at[n] == '/' ? str_sub(rest, n, rest.len)
               : arena_fmt(r->http.arena, "/" STR_FMT, STR_ARG(str_sub(rest, n, rest.len)));
    }
    r->http.path = str_before(target, '?');
    r->http.query = str_after(target, '?');
    *ret_detail = S("the address is no path");
    if (!str_starts(r->http.path, S("/")) && !str_eq(r->http.path, S("*"))) return 400;
    Str decoded;
    *ret_detail = S("the path holds a broken percent-escape, a control character or text that is not UTF-8");
    if (!url_decode(r->http.arena, r->http.path, URL_PLUS_IS_PLUS, &decoded) ||
        !url_is_text(decoded))
        return 400;
    return 0;
}

/** The last address of X-Forwarded-For that is not a proxy of ours: those before it anybody can
 *  make up. */
static void read_peer(Request *r)
{
    Addr peer = r->conn->addr;
    if (r->conn->trusted) {
        Str list = http_header(&r->http, "X-Forwarded-For"),
            proto = http_header(&r->http, "X-Forwarded-Proto");
        Addr each;
        while (list.len) {
            size_t i = list.len;
            while (i > 0 && list.at[i - 1] != ',') i--;
            if (!addr_parse(str_trim(str_sub(list, i, list.len)), &each)) break;
            peer = each;
            if (!addr_in_list(each, r->server->set.trusted_proxies)) break;
            list.len = i ? i - 1 : 0;
        }
        Str last = S("");
        while (str_next(&proto, ',', &last)) {}
        r->http.https = str_eq_nocase(str_trim(last), S("https"));
    }
    char text[ADDR_TEXT_MAX];
    r->http.peer = arena_str(r->http.arena, addr_text(peer, text));
}

int head_read(Request *r, const char *method, const char *target, const char *version, Str *ret_detail)
{
    Reading reading = { .r = r };
    MHD_get_connection_values_n(r->mhd, MHD_HEADER_KIND, count_header, &reading.room);
    r->headers = arena_array(r->http.arena, HttpHeader, reading.room + 1);
    layout_start(&reading.layout, method, target, r->target_bytes, version);
    MHD_get_connection_values_n(r->mhd, MHD_HEADER_KIND, keep_header, &reading);
    size_t head_bytes =
        MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    atomic_fetch_add(&r->server->bytes_in, (int64_t)head_bytes);
    r->http.method = arena_str(r->http.arena, str_of(method));
    read_peer(r);
    *ret_detail = S("the request line and headers are too long");
    if (head_bytes > r->server->set.max_header_bytes) return 431;
    *ret_detail = S("the head of the request is malformed");
    if (!layout_ends(&reading.layout, method, head_bytes) || !is_token(r->http.method)) return 400;
    for (size_t i = 0; i < r->n_headers; i++)
        if (!is_token(r->headers[i].name) || !is_value(r->headers[i].value)) return 400;
    int bad = check_framing(r, str_eq(str_of(version), S("HTTP/1.0")), ret_detail);
    return bad ? bad : check_target(r, ret_detail);
}

int64_t head_body_bytes(const Request *r)
{
    Str value;
    int64_t bytes = 0;
    if (count_of(r, S("Transfer-Encoding"), &value)) return -1;
    if (count_of(r, S("Content-Length"), &value) && !str_int(value, &bytes)) return 0;
    return bytes;
}

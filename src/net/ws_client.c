#include "net/ws_client.h"
#include <openssl/evp.h>
#include <poll.h>
#include <stdlib.h>
#include "base/rand.h"
#include "base/time.h"
#include "base/utf8.h"
#include "net/client_impl.h"
#include "net/url.h"
#include "net/ws.h"

enum { DEADLINE_MS = 10000, SILENCE_MS = 60000, MESSAGE_MOST = 1 << 20, HEAD_MOST = 16 << 10, CHUNK = 16 << 10, SLICE_MS = 250 };

/** A message that is read and not asked for yet. */
typedef struct Waiting { struct Waiting *next; size_t len; char bytes[]; } Waiting;

struct WsClient {
    CURL *curl;
    curl_socket_t socket;
    WsReader *reader;
    Str host;
    char *host_bytes;
    size_t max_message;
    int64_t silence_ms, heard_ms, pinged_ms;
    const atomic_bool *stop;
    Waiting *first, **last;
    Buf *answers;                /* pongs that are due, while bytes are read */
    Arena *arena;                /* of the call that is under way */
    bool open, closed;           /* hands were shaken; the peer said good-bye */
    int code;
    char reason[124];
};

/* ---- bytes */

static Err gone(WsClient *w, Arena *a, const char *how) { return fail(a, ERR_UNAVAILABLE, STR_FMT " %s", STR_ARG(w->host), how); }

/** True when the socket is ready, false when the time is over or somebody said stop. */
static bool ready(const WsClient *w, short what, int64_t until_ms)
{
    for (;;) {
        int64_t left = until_ms - clock_monotonic_ms();
        if (left < 0) left = 0;
        struct pollfd p = { .fd = w->socket, .events = what };
        if (poll(&p, 1, (int)(left < SLICE_MS ? left : SLICE_MS)) > 0) return true;
        if (left == 0 || (w->stop && atomic_load(w->stop))) return false;
    }
}

static Err send_all(WsClient *w, Arena *a, Str bytes, int64_t until_ms)
{
    while (bytes.len) {
        size_t n = 0;
        CURLcode e = curl_easy_send(w->curl, bytes.at, bytes.len, &n);
        if (e == CURLE_AGAIN) {
            if (!ready(w, POLLOUT, until_ms)) return gone(w, a, "takes nothing more");
        } else if (e != CURLE_OK) return gone(w, a, "closed the connection");
        bytes = str_sub(bytes, n, bytes.len);
    }
    return OK;
}

/** What there is; `*ret_n` is 0 when nothing came in time. */
static Err receive(WsClient *w, Arena *a, char *to, int64_t until_ms, size_t *ret_n)
{
    for (;;) {
        CURLcode e = curl_easy_recv(w->curl, to, CHUNK, ret_n);
        if (e == CURLE_OK && *ret_n) { w->heard_ms = clock_monotonic_ms(); return OK; }
        *ret_n = 0;
        if (e != CURLE_AGAIN) return gone(w, a, "closed the connection");
        if (!ready(w, POLLIN, until_ms)) return OK;
    }
}

/* ---- the handshake */

static Str header_of(Str head, const char *name)
{
    Str line, found = S("");
    while (str_next(&head, '\n', &line))
        if (str_eq_nocase(str_trim(str_before(line, ':')), str_of(name))) found = str_trim(str_after(line, ':'));
    return found;
}

static Err check_answer(WsClient *w, Arena *a, Str head, Str key)
{
    Str line = str_trim(str_before(head, '\n'));
    if (!str_starts(line, S("HTTP/1.1 101")))
        return fail(a, ERR_UNAVAILABLE, STR_FMT " opens no WebSocket: it answered \"%.*s\"", STR_ARG(w->host), utf8_valid(line) ? (int)(line.len < 100 ? line.len : 100) : 0, line.at);
    bool right = url_has_token(header_of(head, "Upgrade"), S("websocket")) && url_has_token(header_of(head, "Connection"), S("upgrade")) &&
                 str_eq(header_of(head, "Sec-WebSocket-Accept"), ws_accept(a, key)) && !header_of(head, "Sec-WebSocket-Extensions").len;
    return right ? OK : gone(w, a, "opens no WebSocket: its handshake is wrong");
}

static Err shake(WsClient *w, Arena *a, Str path, Str host, int64_t until_ms, Str *ret_rest)
{
    unsigned char raw[16];
    char *key = arena_bytes(a, 32, 1), chunk[CHUNK];
    rand_bytes(raw, sizeof raw);
    Str k = { key, (size_t)EVP_EncodeBlock((unsigned char *)key, raw, sizeof raw) };
    TRY(send_all(w, a, arena_fmt(a, "GET " STR_FMT " HTTP/1.1\r\nHost: " STR_FMT "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    "Sec-WebSocket-Key: " STR_FMT "\r\nSec-WebSocket-Version: 13\r\n\r\n", STR_ARG(path), STR_ARG(host), STR_ARG(k)), until_ms));
    Buf got = buf_new(a, HEAD_MOST + CHUNK);
    for (ptrdiff_t end = -1; end < 0;) {
        size_t n;
        TRY(receive(w, a, chunk, until_ms, &n));
        if (!n) return gone(w, a, "did not answer the WebSocket handshake in time");
        buf_add(&got, (Str){ chunk, n });
        end = str_find(buf_str(&got), S("\r\n\r\n"));
        if (end < 0 && got.len > HEAD_MOST) return gone(w, a, "answered the handshake with too much");
        if (end < 0) continue;
        TRY(check_answer(w, a, str_sub(buf_str(&got), 0, (size_t)end), k));
        *ret_rest = str_sub(buf_str(&got), (size_t)end + 4, got.len);
    }
    return OK;
}

/* ---- what the reader finds */

static bool on_message(void *arg, FrameKind kind, Str payload)
{
    WsClient *w = arg;
    if (kind != FRAME_TEXT) return true;
    Waiting *m = malloc(sizeof *m + payload.len);
    if (!m) bug("out of memory");
    *m = (Waiting){ .len = payload.len };
    if (payload.len) memcpy(m->bytes, payload.at, payload.len);
    *w->last = m;
    w->last = &m->next;
    return true;
}

static bool on_ping(void *arg, Str payload)
{
    WsClient *w = arg;
    buf_add(w->answers, ws_frame_masked(w->arena, WS_PONG, payload));
    return true;
}

static bool on_pong(void *arg, Str payload) { (void)arg, (void)payload; return true; }

static void on_close(void *arg, int code, Str reason)
{
    WsClient *w = arg;
    w->closed = true;
    w->code = code;
    size_t n = reason.len < sizeof w->reason - 1 ? reason.len : sizeof w->reason - 1;
    if (n) memcpy(w->reason, reason.at, n);
    w->reason[n] = 0;
}

static const WsSink sink = { on_message, on_ping, on_pong, on_close };

static Err take_in(WsClient *w, Arena *a, Str bytes)
{
    Buf answers = buf_new(a, 1 << 20);
    w->answers = &answers;
    w->arena = a;
    int bad = ws_read(w->reader, bytes, w->max_message, &sink, w);
    w->answers = NULL;
    if (bad) return fail(a, ERR_UNAVAILABLE, STR_FMT " broke the rules of WebSocket (%d)", STR_ARG(w->host), bad);
    return answers.len && !w->closed ? send_all(w, a, buf_str(&answers), clock_monotonic_ms() + DEADLINE_MS) : OK;
}

/* ---- open, next, send, end */

static Err connect_to(Client *c, Arena *a, WsClient *w, const WsOpen *how, Hop *hop)
{
    char detail[CURL_ERROR_SIZE] = "";
    int64_t deadline_ms = how->deadline_ms ? how->deadline_ms : DEADLINE_MS;
    bool tls = str_starts(how->url, S("wss://"));
    if (!tls && !str_starts(how->url, S("ws://"))) return fail_field(a, S("url"), "the address of a WebSocket begins with wss://");
    TRY(hop_read_url(hop, NULL, arena_fmt(a, "http" STR_FMT, STR_ARG(str_sub(how->url, 2, how->url.len)))));
    TRY(hop_check_literal(hop));
    w->host = hop->host;
    hop_set_up(w->curl, hop, detail);
    curl_easy_setopt(w->curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(w->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);    /* no HTTP/2 is agreed on in the TLS handshake */
    curl_easy_setopt(w->curl, CURLOPT_TIMEOUT_MS, (long)deadline_ms);
    if (c->set.proxy.len) curl_easy_setopt(w->curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
    CURLcode code = curl_easy_perform(w->curl);
    if (code == CURLE_OK) code = curl_easy_getinfo(w->curl, CURLINFO_ACTIVESOCKET, &w->socket);
    curl_easy_setopt(w->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(w->curl, CURLOPT_NOPROGRESS, 1L);
    return code == CURLE_OK ? OK : hop_explain(hop, code, deadline_ms, detail);
}

/** "/link/?ticket=…", as it stands in the address. */
static Str path_of(Arena *a, Str url)
{
    Str rest = str_sub(url, (size_t)str_find(url, S("://")) + 3, url.len);
    size_t n = 0;
    while (n < rest.len && rest.at[n] != '/' && rest.at[n] != '?' && rest.at[n] != '#') n++;
    Str path = str_before(str_sub(rest, n, rest.len), '#');
    return str_starts(path, S("/")) ? path : arena_fmt(a, "/" STR_FMT, STR_ARG(path));
}

static Str authority_of(Str url)
{
    Str rest = str_sub(url, (size_t)str_find(url, S("://")) + 3, url.len);
    return str_before(str_before(str_before(rest, '/'), '?'), '#');
}

Err ws_open(Client *c, Arena *a, const WsOpen *how, WsClient **ret)
{
    ClientReq req = { .stop = how->stop };
    Hop hop = { .client = c, .arena = a, .req = &req };
    Str rest = S("");
    int64_t until_ms = clock_monotonic_ms() + (how->deadline_ms ? how->deadline_ms : DEADLINE_MS);
    WsClient *w = calloc(1, sizeof *w);
    if (!w || !(w->curl = curl_easy_init())) bug("out of memory");
    w->reader = ws_reader_of_server();
    w->last = &w->first;
    w->max_message = how->max_message ? how->max_message : MESSAGE_MOST;
    w->silence_ms = how->silence_ms ? how->silence_ms : SILENCE_MS;
    w->stop = how->stop;
    Err e = connect_to(c, a, w, how, &hop);
    if (!e.info) e = shake(w, a, path_of(a, how->url), authority_of(how->url), until_ms, &rest);
    if (!e.info) e = take_in(w, a, rest);
    if (e.info) { ws_end(w); return e; }
    w->open = true;
    w->host_bytes = malloc(w->host.len + 1);                  /* it outlives the arena of this call */
    if (!w->host_bytes) bug("out of memory");
    memcpy(w->host_bytes, w->host.at, w->host.len);
    w->host.at = w->host_bytes;
    *ret = w;
    return OK;
}

/** Nothing heard for long: a ping, then the end. */
static Err check_silence(WsClient *w, Arena *a)
{
    int64_t now = clock_monotonic_ms(), silent = now - w->heard_ms;
    if (silent > w->silence_ms) return gone(w, a, "has been silent for too long");
    if (silent < w->silence_ms / 2 || now - w->pinged_ms < w->silence_ms / 2) return OK;
    w->pinged_ms = now;
    return send_all(w, a, ws_frame_masked(a, WS_PING, S("")), now + DEADLINE_MS);
}

static Err over(WsClient *w, Arena *a)
{
    if (w->code == WS_NO_CODE) return gone(w, a, "closed the connection");
    return fail(a, ERR_UNAVAILABLE, STR_FMT " closed the connection (%d%s%s)", STR_ARG(w->host), w->code, *w->reason ? ": " : "", w->reason);
}

Err ws_next(WsClient *w, Arena *a, int64_t wait_ms, Str *ret, bool *ret_got)
{
    char chunk[CHUNK];
    int64_t until_ms = clock_monotonic_ms() + wait_ms;
    while (!w->first) {
        size_t n;
        if (w->closed) return over(w, a);
        TRY(receive(w, a, chunk, until_ms, &n));
        if (n) { TRY(take_in(w, a, (Str){ chunk, n })); continue; }
        *ret_got = false;
        return check_silence(w, a);
    }
    Waiting *m = w->first;
    *ret = arena_str(a, (Str){ m->bytes, m->len });
    *ret_got = true;
    if (!(w->first = m->next)) w->last = &w->first;
    free(m);
    return OK;
}

Err ws_send(WsClient *w, Arena *a, Str text)
{
    return w->closed ? over(w, a) : send_all(w, a, ws_frame_masked(a, WS_TEXT, text), clock_monotonic_ms() + DEADLINE_MS);
}

void ws_end(WsClient *w)
{
    if (!w) return;
    if (w->open) {
        auto_arena a = arena_new(256);
        size_t n;
        Str bye = ws_frame_masked(a, WS_CLOSE, (Str){ "\x03\xe8", 2 });      /* 1000 */
        (void)curl_easy_send(w->curl, bye.at, bye.len, &n);
    }
    curl_easy_cleanup(w->curl);
    ws_reader_free(w->reader);
    while (w->first) { Waiting *m = w->first; w->first = m->next; free(m); }
    free(w->host_bytes);
    free(w);
}

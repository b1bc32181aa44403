#include <pthread.h>
#include "net/net_test.h"
#include "net/ws.h"
#include "net/ws_client.h"

/** The other side, byte by byte: takes one connection, shakes hands as told, says `says`, and keeps what it hears until the end. */
typedef struct Peer {
    Arena *a;
    int fd, port;
    pthread_t thread;
    const char *answer;          /* NULL: a right handshake */
    Str says;
    bool hangs_up;               /* after `says` */
    Str head, heard;
    Client *client;
} Peer;

static void *play(void *arg)
{
    Peer *p = arg;
    int fd = accept(p->fd, NULL, NULL);
    if (fd < 0) return NULL;
    p->head = peer_read_head(p->a, fd);
    Str key = str_before(str_sub(p->head, (size_t)str_find(p->head, S("Sec-WebSocket-Key: ")) + 19, p->head.len), '\r');
    Str answer = p->answer ? str_of(p->answer)
               : arena_fmt(p->a, "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\nsec-websocket-accept: " STR_FMT "\r\n\r\n", STR_ARG(ws_accept(p->a, key)));
    peer_send_slowly(fd, answer);
    peer_send_slowly(fd, p->says);
    if (p->hangs_up) shutdown(fd, SHUT_WR);
    p->heard = peer_read_all(p->a, fd);
    close(fd);
    return NULL;
}

static void peer_start(Peer *p, Str allow)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof at;
    p->a = arena_new(4096);
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(p->fd, (struct sockaddr *)&at, sizeof at) || listen(p->fd, 5) || getsockname(p->fd, (struct sockaddr *)&at, &n)) abort();
    p->port = ntohs(at.sin_port);
    if (client_open(p->a, &(ClientOptions){ .allow = allow }, &p->client).info) abort();
    if (pthread_create(&p->thread, NULL, play, p)) abort();
}

static void peer_join(Peer *p)
{
    shutdown(p->fd, SHUT_RDWR);
    pthread_join(p->thread, NULL);
    close(p->fd);
    client_close(p->client);
}

static Err open_it(Peer *p, Arena *a, WsClient **ret)
{
    return ws_open(p->client, a, &(WsOpen){ .url = arena_fmt(a, "ws://127.0.0.1:%d/link/?ticket=1", p->port), .max_message = 1000, .silence_ms = PATIENCE_MS }, ret);
}

typedef struct Heard { Buf texts; int pongs, closes; Str pong; } Heard;
static bool heard_message(void *arg, FrameKind kind, Str payload) { (void)kind; buf_add(&((Heard *)arg)->texts, payload); return true; }
static bool heard_ping(void *arg, Str payload) { (void)arg, (void)payload; return true; }
static bool heard_pong(void *arg, Str payload) { Heard *h = arg; h->pongs++; buf_add(&h->texts, payload); return true; }
static void heard_close(void *arg, int code, Str reason) { (void)reason; ((Heard *)arg)->closes += code == WS_NORMAL; }

SPEC("ws client: whole messages come in however they were cut, pings are answered, and what we send is masked text")
{
    auto_arena a = arena_new(4096);
    WsClient *w = NULL;
    Str text;
    bool got = false;
    Peer p = { .says = S("\x81\x05hello\x89\x03now\x01\x02in\x80\x06 parts\x82\x01" "b\x81\x03" "end") };
    peer_start(&p, S("127.0.0.1"));
    expect_ok(open_it(&p, a, &w));
    const char *const all[] = { "hello", "in parts", "end" };
    for (int i = 0; i < 3; i++) {
        expect_ok(ws_next(w, a, PATIENCE_MS, &text, &got));
        expect(got);
        expect_str(all[i], text);
    }
    expect_ok(ws_next(w, a, 0, &text, &got));
    expect(!got);
    expect_ok(ws_send(w, a, S("{\"envelope_id\":\"1\"}")));
    ws_end(w);
    peer_join(&p);
    expect(str_starts(p.head, S("GET /link/?ticket=1 HTTP/1.1\r\n")));
    Heard h = { .texts = buf_new(a, 4096) };
    WsReader *r = ws_reader_new();                            /* it takes masked frames only */
    WsSink sink = { heard_message, heard_ping, heard_pong, heard_close };
    expect_int(0, ws_read(r, p.heard, 1000, &sink, &h));
    ws_reader_free(r);
    expect_str("now{\"envelope_id\":\"1\"}", buf_str(&h.texts));
    expect_int(1, h.pongs);
    expect_int(1, h.closes);
    arena_free(p.a);
}

SPEC("ws client: the end of a connection is an error that says how it ended")
{
    const struct { Str says; const char *error; } cases[] = {
        { S("\x88\x08\x0f\xa1moved"), NULL },             /* a close that is cut short, then nothing */
        { S("\x88\x07\x0f\xa1moved"), "127.0.0.1 closed the connection (4001: moved)" },
        { S("\x88\x00"), "127.0.0.1 closed the connection" },
        { S("\x81\x85maskhello"), "127.0.0.1 broke the rules of WebSocket (1002)" },
        { S("\x81\x7e\x10\x00xxxx"), "127.0.0.1 broke the rules of WebSocket (1009)" },
        { S("\x81\x01\xff"), "127.0.0.1 broke the rules of WebSocket (1007)" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        auto_arena a = arena_new(4096);
        WsClient *w = NULL;
        Str text;
        bool got = false;
        Peer p = { .says = cases[i].says, .hangs_up = true };
        peer_start(&p, S("127.0.0.1"));
        Err e = open_it(&p, a, &w);
        if (!e.info) e = ws_next(w, a, PATIENCE_MS, &text, &got);
        expect_err(ERR_UNAVAILABLE, e);
        if (e.info) expect_str(cases[i].error ? cases[i].error : "127.0.0.1 closed the connection", e.info->message);
        ws_end(w);
        peer_join(&p);
        arena_free(p.a);
    }
}

SPEC("ws client: who does not shake hands as a WebSocket does is refused, with what it answered")
{
    static const char *const answers[] = {
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n", };
    for (size_t i = 0; i < 2; i++) {
        auto_arena a = arena_new(4096);
        WsClient *w = NULL;
        Peer p = { .answer = answers[i] };
        peer_start(&p, S("127.0.0.1"));
        Err e = open_it(&p, a, &w);
        expect_err(ERR_UNAVAILABLE, e);
        expect(str_find(e.info->message, i ? S("its handshake is wrong") : S("404 Not Found")) > 0);
        peer_join(&p);
        arena_free(p.a);
    }
}

SPEC("ws client: only the public internet is connected to, unless it is allowed, and only by ws and wss")
{
    auto_arena a = arena_new(4096);
    WsClient *w = NULL;
    Peer p = { 0 };
    peer_start(&p, S(""));
    expect_err(ERR_FORBIDDEN, open_it(&p, a, &w));
    expect_err(ERR_INVALID, ws_open(p.client, a, &(WsOpen){ .url = S("http://example.org/") }, &w));
    peer_join(&p);
    arena_free(p.a);
}

SPEC("ws client: a peer that says nothing is asked, and then given up")
{
    auto_arena a = arena_new(4096);
    WsClient *w = NULL;
    Str text;
    bool got = false;
    Peer p = { 0 };
    peer_start(&p, S("127.0.0.1"));
    expect_ok(ws_open(p.client, a, &(WsOpen){ .url = arena_fmt(a, "ws://127.0.0.1:%d", p.port), .silence_ms = 200 }, &w));
    Err e = OK;
    for (int64_t end = clock_monotonic_ms() + PATIENCE_MS; !e.info && clock_monotonic_ms() < end;) e = ws_next(w, a, 50, &text, &got);
    expect_err(ERR_UNAVAILABLE, e);
    ws_end(w);
    peer_join(&p);
    expect(str_starts(p.head, S("GET / HTTP/1.1\r\n")));
    expect((unsigned char)p.heard.at[0] == 0x89);
    arena_free(p.a);
}

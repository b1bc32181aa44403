#include <fcntl.h>
#include <pthread.h>
#include "net/net_test.h"
#include "net/server.h"
#include "net/ws.h"

/** A server whose every request becomes a socket that echoes, or does what a message asks. */
typedef struct Given {
    Arena *a;
    Live *live;
    Server *server;
    ServerOptions options;
    SockEvents events;
    int port;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int opened, closed, drained, refused;
    int taken;                   /* large frames that the queue accepted */
    int drained_before;          /* `drained` when the queue was last full */
    Sock *last;
    Frame *large;
    size_t most_queued;
} Given;

static void count(Given *g, int *what)
{
    pthread_mutex_lock(&g->lock);
    ++*what;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

/** Waits until `*what` is at least `n`. False when that takes too long. */
static bool wait_for(Given *g, const int *what, int n)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_MS / 1000;
    pthread_mutex_lock(&g->lock);
    int late = 0;
    while (*what < n && !late) late = pthread_cond_timedwait(&g->changed, &g->lock, &until);
    bool ok = *what >= n;
    pthread_mutex_unlock(&g->lock);
    return ok;
}

static int count_of(Given *g, const int *what)
{
    pthread_mutex_lock(&g->lock);
    int n = *what;
    pthread_mutex_unlock(&g->lock);
    return n;
}

static void opened(Sock *s, void *data)
{
    Given *g = data;
    g->last = s;
    count(g, &g->opened);
}

static void closed(Sock *s, void *data)
{
    Given *g = data;
    if (g->last == s) g->last = NULL;
    count(g, &g->closed);
}

/** Queues the large frame until it is refused. */
static void fill(Sock *s, Given *g)
{
    for (; sock_send(s, g->large); g->taken++)
        if (sock_queued(s) > g->most_queued) g->most_queued = sock_queued(s);
    g->drained_before = count_of(g, &g->drained);
    count(g, &g->refused);
}

static void message(Sock *s, void *data, FrameKind kind, Str payload)
{
    Given *g = data;
    if (str_eq(payload, S("close me"))) {
        sock_close(s, 4001, "as you wish");
        sock_close(s, 1000, "once is enough");
        return;
    }
    if (str_eq(payload, S("fill"))) { fill(s, g); return; }
    if (str_eq(payload, S("pause"))) sock_pause(s);
    Frame *f = frame_make(kind, payload);
    sock_send(s, f);
    frame_drop(f);
}

static void tick_once(void *arg)
{
    Given *g = arg;
    count(g, &g->refused);
}

static void drained(Sock *s, void *data)
{
    (void)s;
    Given *g = data;
    count(g, &g->drained);
}

static void handle(void *ctx, HttpReq *req)
{
    Given *g = ctx;
    http_answer(req, &(HttpRes){ .upgrade = &g->events, .upgrade_data = g, .upgrade_protocol = http_header(req, "Sec-WebSocket-Protocol") });
}

static Given *given_sockets(SockEvents events)
{
    Arena *a = arena_new(4096);
    Given *g = arena_make(a, Given);
    g->a = a;
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->changed, NULL);
    g->events = events;
    g->events.opened = opened;
    g->events.message = message;
    g->events.drained = drained;
    g->events.closed = closed;
    if (!events.max_message_bytes) g->events.max_message_bytes = 1 << 20;
    if (!events.max_queue_bytes) g->events.max_queue_bytes = 4 << 20;
    if (!events.ping_seconds) g->events.ping_seconds = 3600;      /* no ping between what a slow machine reads */
    if (live_start(a, &g->live).info) abort();
    g->options = (ServerOptions){ .listen = S("127.0.0.1:0"), .handle = handle, .ctx = g, .live = g->live, .max_per_address = 5000 };
    if (server_start(a, &g->options, &g->server).info) abort();
    g->port = server_port(g->server);
    return g;
}

static void given_drop(Given **at)
{
    Given *g = *at;
    server_stop(g->server, 1000);
    live_stop(g->live);
    frame_drop(g->large);
    arena_free(g->a);
}
#define auto_given [[gnu::cleanup(given_drop)]] Given *

static void peer_drop(int *fd) { if (*fd >= 0) close(*fd); }
#define auto_peer [[gnu::cleanup(peer_drop)]] int

#define HANDSHAKE "GET /ws HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" \
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/** A connected socket after the handshake; -1 when it was refused. */
static int socket_open(Given *g)
{
    int fd = peer_open(g->port);
    peer_send(fd, S(HANDSHAKE));
    if (str_starts(peer_read_head(g->a, fd), S("HTTP/1.1 101 "))) return fd;
    close(fd);
    return -1;
}

/** A masked frame as a client sends it. */
static Str frame(Arena *a, int first, Str payload)
{
    Buf b = buf_new(a, 1 << 21);
    buf_byte(&b, (char)first);
    if (payload.len < 126) buf_byte(&b, (char)(0x80 | payload.len));
    else if (payload.len < 65536) {
        buf_byte(&b, (char)0xFE);
        for (int i = 1; i >= 0; i--) buf_byte(&b, (char)(payload.len >> 8 * i));
    } else {
        buf_byte(&b, (char)0xFF);
        for (int i = 7; i >= 0; i--) buf_byte(&b, (char)((uint64_t)payload.len >> 8 * i));
    }
    buf_add(&b, S("mask"));
    for (size_t i = 0; i < payload.len; i++) buf_byte(&b, payload.at[i] ^ "mask"[i % 4]);
    return buf_str(&b);
}

/** One frame from the server: its first byte and payload; -1 at the end of the stream. */
static int read_frame(Arena *a, int fd, Str *ret)
{
    *ret = S("");
    Str head = peer_read(a, fd, 2);
    if (head.len < 2) return -1;
    size_t n = (uint8_t)head.at[1];
    if (n > 125) {
        Str wide = peer_read(a, fd, n == 126 ? 2 : 8);
        n = 0;
        for (size_t i = 0; i < wide.len; i++) n = n << 8 | (uint8_t)wide.at[i];
    }
    *ret = peer_read(a, fd, n);
    return (uint8_t)head.at[0];
}

/** The next close frame: "1009 reason", after whatever comes before it, and that the stream ends then. */
static Str read_close(Arena *a, int fd)
{
    Str payload;
    for (int first; (first = read_frame(a, fd, &payload)) >= 0;) {
        if (first != 0x88) continue;
        Str rest = peer_read_all(a, fd);
        if (payload.len < 2) return S("none");
        return arena_fmt(a, "%d " STR_FMT "%s",
                         (uint8_t)payload.at[0] << 8 | (uint8_t)payload.at[1],
                         STR_ARG(str_sub(payload, 2, 200)), rest.len ? " and more" : "");
    }
    return S("no close frame");
}

SPEC("a handshake is confirmed with its key and protocol")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    auto_peer fd = peer_open(g->port);
    expect(
        peer_send_slowly(fd, S("GET /ws HTTP/1.1\r\nHost: here\r\nConnection: keep-alive, "
                               "Upgrade\r\nUpgrade: websocket\r\n"
                               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                               "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: y\r\n\r\n")));
    Str head = peer_read_head(g->a, fd);
    expect(str_starts(head, S("HTTP/1.1 101 Switching Protocols\r\n")));
    expect_has("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", head);
    expect_has("Sec-WebSocket-Protocol: y\r\n", head);
    expect_has("Upgrade: websocket\r\n", head);
    expect(str_find(head, S("Content-Length")) < 0);
}

SPEC("messages come back whole, however they were cut, and those sent right behind the handshake too")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    auto_peer fd = peer_open(g->port);
    Buf both = buf_new(g->a, 10000);
    buf_add(&both, S(HANDSHAKE));
    buf_add(&both, frame(g->a, 0x81, S("early")));
    expect(peer_send(fd, buf_str(&both)));
    expect_has(" 101 ", peer_read_head(g->a, fd));
    Str got;
    expect_int(0x81, read_frame(g->a, fd, &got));
    expect_str("early", got);
    expect(peer_send_slowly(fd, frame(g->a, 0x01, S("in "))));
    expect(peer_send_slowly(fd, frame(g->a, 0x80, S("pieces"))));
    expect_int(0x81, read_frame(g->a, fd, &got));
    expect_str("in pieces", got);
    char *large = arena_bytes(g->a, 300000, 1);
    memset(large, 'y', 300000);
    expect(peer_send(fd, frame(g->a, 0x82, (Str){ large, 300000 })));
    expect_int(0x82, read_frame(g->a, fd, &got));
    expect(str_eq(got, ((Str){ large, 300000 })));
}

SPEC("a ping is answered with its payload, also between the pieces of a message")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    auto_peer fd = socket_open(g);
    Str got;
    expect(peer_send(fd, frame(g->a, 0x01, S("a"))) && peer_send(fd, frame(g->a, 0x89, S("there?"))));
    expect_int(0x8A, read_frame(g->a, fd, &got));
    expect_str("there?", got);
    expect(peer_send(fd, frame(g->a, 0x80, S("b"))));
    expect_int(0x81, read_frame(g->a, fd, &got));
    expect_str("ab", got);
}

SPEC("a close from the client is answered with its code and ends the socket once")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    auto_peer fd = socket_open(g);
    expect(peer_send(fd, frame(g->a, 0x88, S("\x03\xE8" "bye"))));
    expect_str("1000 ", read_close(g->a, fd));
    expect(wait_for(g, &g->closed, 1));
    expect_int(1, g->closed);
    expect_int(0, live_stats(g->live).sockets);
}

SPEC("a socket closed by its owner sends what was queued, then the code, and waits for the answer")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    auto_peer fd = socket_open(g);
    Str got;
    expect(peer_send(fd, frame(g->a, 0x81, S("first"))) && peer_send(fd, frame(g->a, 0x81, S("close me"))));
    expect_int(0x81, read_frame(g->a, fd, &got));
    expect_str("first", got);
    expect_int(0x88, read_frame(g->a, fd, &got));
    expect_str("\x0F\xA1" "as you wish", got);
    expect(peer_send(fd, frame(g->a, 0x81, S("too late")))
           && peer_send(fd, frame(g->a, 0x88, S("\x0F\xA1"))));
    expect_str("", peer_read_all(g->a, fd));
    expect(wait_for(g, &g->closed, 1));
}

SPEC("a client that breaks the rules is told the code and cut")
{
    static const struct { Str bytes; const char *want; } broken[] = {
        { S_INIT("\x81\x05hello"), "1002 " },                  /* not masked */
        { S_INIT("\x81\x82mask\x92\x9E"), "1007 " },           /* not UTF-8 */
        { S_INIT("\x82\xFE\x03\xE9mask"), "1009 " },           /* 1,001 bytes announced; nothing of it need arrive … */
        { S_INIT("\x83\x80mask"), "1002 " },
        { S_INIT("\x89\x00"), "1002 " },
    };
    auto_given g = given_sockets((SockEvents){ .max_message_bytes = 1000 });
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        auto_peer fd = socket_open(g);
        expect(peer_send(fd, broken[i].bytes));
        expect(peer_send(fd, S("x")));                          /* … but its first byte */
        expect_str(broken[i].want, read_close(g->a, fd));
    }
    expect(wait_for(g, &g->closed, 5));
}

SPEC("a client that breaks the rules reads why even while it keeps sending")
{
    auto_given g = given_sockets((SockEvents){ .max_message_bytes = 1000 });
    auto_peer fd = socket_open(g);
    char *flood = arena_bytes(g->a, 300000, 1);
    expect(peer_send(fd, frame(g->a, 0x82, (Str){ flood, 300000 })));
    expect_str("1009 ", read_close(g->a, fd));
}

SPEC("a client that vanishes ends its socket")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    int fd = socket_open(g);
    expect(wait_for(g, &g->opened, 1));
    struct linger reset = { 1, 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    expect(wait_for(g, &g->closed, 1));
    auto_peer half = socket_open(g);
    expect(wait_for(g, &g->opened, 2));
    shutdown(half, SHUT_WR);
    expect(wait_for(g, &g->closed, 2));
}

SPEC("a silent client is pinged and cut after two pings without an answer")
{
    auto_given g = given_sockets((SockEvents){ .ping_seconds = 1 });
    auto_peer fd = socket_open(g);
    Str got;
    expect_int(0x89, read_frame(g->a, fd, &got));
    expect_int(0x89, read_frame(g->a, fd, &got));
    expect_int(-1, read_frame(g->a, fd, &got));
    expect(wait_for(g, &g->closed, 1));
    expect_int(0, live_stats(g->live).cut_slow);
}

static void give_large(void *arg)
{
    Given *g = arg;
    if (g->last) fill(g->last, g);
}

SPEC("what waits for a slow reader is bounded, and its owner hears when it reads again")
{
    auto_given g = given_sockets((SockEvents){ .max_queue_bytes = 1 << 20 });
    char *large = arena_bytes(g->a, 100000, 1);
    g->large = frame_make(FRAME_BINARY, (Str){ large, 100000 });
    auto_peer fd = socket_open(g);
    expect(peer_send(fd, frame(g->a, 0x81, S("fill"))));
    expect(wait_for(g, &g->refused, 1));
    /* The system's own buffers take some; ask until even they are full. */
    for (int i = 2; i < 50; i++) {
        live_post(g->live, give_large, g);
        expect(wait_for(g, &g->refused, i));
    }
    expect(g->most_queued < (1 << 20) + 100010);      /* the limit and one frame */
    /* Exactly what was accepted: how much of it the reader finds before the owner hears is the system's affair. */
    Str got;
    for (int i = 0; i < g->taken; i++) {
        expect_int(0x82, read_frame(g->a, fd, &got));
        expect_int(100000, got.len);
    }
    expect(wait_for(g, &g->drained, g->drained_before + 1));
}

SPEC("a slow reader is cut when it neither reads nor answers")
{
    auto_given g = given_sockets((SockEvents){ .max_queue_bytes = 8 << 20, .ping_seconds = 1 });
    char *large = arena_bytes(g->a, 1000000, 1);
    g->large = frame_make(FRAME_BINARY, (Str){ large, 1000000 });
    auto_peer fd = socket_open(g);
    expect(peer_send(fd, frame(g->a, 0x81, S("fill"))));
    expect(wait_for(g, &g->closed, 1));
    expect_int(1, live_stats(g->live).cut_slow);
}

static void broadcast(void *arg)
{
    Sock **socks = arg;
    Frame *f = frame_make(FRAME_TEXT, S("to all"));
    for (int i = 0; i < 1000; i++) sock_send(socks[i], f);
    frame_drop(f);
}

SPEC("a socket whose reading was paused is read on by itself, and loses nothing")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    auto_peer fd = socket_open(g);
    Str got;
    for (int i = 0; i < 2; i++) {
        expect(peer_send(fd, frame(g->a, 0x81, S("pause"))));
        expect_int(0x81, read_frame(g->a, fd, &got));
        expect(peer_send(fd, frame(g->a, 0x81, S("later"))));
        expect_int(0x81, read_frame(g->a, fd, &got));
        expect_str("later", got);
    }
    expect(peer_send(fd, frame(g->a, 0x81, S("pause"))));
    expect(peer_send(fd, frame(g->a, 0x81, S("close me"))));
    expect_int(0x81, read_frame(g->a, fd, &got));
    expect_str("4001 as you wish", read_close(g->a, fd));
}

static void start_once(void *arg)
{
    Given *g = arg;
    live_after(g->live, 1, tick_once, g);
    live_after(g->live, 3600 * 1000, tick_once, g);
}

SPEC("what was asked for later runs once, or never when the loop ends before")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    live_post(g->live, start_once, g);
    expect(wait_for(g, &g->refused, 1));
    live_post(g->live, start_once, g);
    expect(wait_for(g, &g->refused, 2));
    server_stop(g->server, 100);
    g->server = NULL;
    live_stop(g->live);
    g->live = NULL;
    expect_int(2, g->refused);
}

SPEC("a thousand sockets are open at once and all hear one message")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    int *fd = arena_array(g->a, int, 1000);
    Sock **socks = arena_array(g->a, Sock *, 1000);
    int good = 0;
    Str got;
    for (int i = 0; i < 1000; i++) {
        fd[i] = socket_open(g);
        if (fd[i] >= 0 && wait_for(g, &g->opened, i + 1)) good++;
        socks[i] = g->last;
    }
    expect_int(1000, good);
    expect_int(1000, live_stats(g->live).sockets);
    expect_int(1000, server_stats(g->server).open);
    live_post(g->live, broadcast, socks);
    int heard = 0;
    for (int i = 0; i < 1000; i++) heard += read_frame(g->a, fd[i], &got) == 0x81 && str_eq(got, S("to all"));
    expect_int(1000, heard);
    for (int i = 0; i < 1000; i++) close(fd[i]);
    expect(wait_for(g, &g->closed, 1000));
    expect_int(1000, g->closed);
}

SPEC("live sockets count as connections until they are closed")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    int fd = socket_open(g);
    expect(wait_for(g, &g->opened, 1));
    expect_int(1, server_stats(g->server).open);
    close(fd);
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    while (server_stats(g->server).open && clock_monotonic_ms() < until) sched_yield();
    expect_int(0, server_stats(g->server).open);
}

SPEC("stopping tells every socket that we go away, and outlives the HTTP server")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    auto_peer one = socket_open(g), two = socket_open(g);
    expect(wait_for(g, &g->opened, 2));
    server_stop(g->server, 100);
    g->server = NULL;
    Str got;
    expect(peer_send(one, frame(g->a, 0x81, S("still"))));
    expect_int(0x81, read_frame(g->a, one, &got));
    live_stop(g->live);
    g->live = NULL;
    expect_str("1001 the server is stopping", read_close(g->a, one));
    expect_str("1001 the server is stopping", read_close(g->a, two));
    expect_int(2, g->closed);
}

typedef struct Order { Live *live; int seen[100], n; bool here; } Order;
typedef struct Step { Order *order; int i; } Step;

static void take_step(void *arg)
{
    Step *step = arg;
    step->order->here = live_is_here(step->order->live);
    step->order->seen[step->order->n++] = step->i;
}

static void tick(void *arg)
{
    Given *g = arg;
    count(g, &g->drained);
}

SPEC("posts run in order on the loop, those at the end too, and timers repeat")
{
    auto_given g = given_sockets((SockEvents){ 0 });
    live_every(g->live, 1, tick, g);
    Order order = { .live = g->live };
    Step steps[100];
    expect(!live_is_here(g->live));
    expect(wait_for(g, &g->drained, 3));
    for (int i = 0; i < 100; i++) {
        steps[i] = (Step){ &order, i };
        live_post(g->live, take_step, &steps[i]);
    }
    server_stop(g->server, 100);
    g->server = NULL;
    live_stop(g->live);
    g->live = NULL;
    expect(order.here);
    expect_int(100, order.n);
    for (int i = 0; i < 100; i++) expect_int(i, order.seen[i]);
}

SPEC("a frame is one copy for all who hold it")
{
    Frame *f = frame_make(FRAME_TEXT, S("once"));
    frame_hold(f);
    frame_drop(f);
    expect_str("once", frame_payload(f));
    frame_drop(f);
    frame_drop(NULL);
}

#include "app/app.h"
#include "app/guard.h"
#include "net/net_test.h"
#include "net/server.h"

#define NOW 1794330000000
#define HANDSHAKE "GET /ws HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" \
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/** A server whose every request becomes a guarded socket that answers "x" to each message. */
typedef struct Given { Arena *a; App *app; Server *server; Actor who; bool late; } Given;

static void message(Sock *s, void *data, FrameKind kind, Str payload)
{
    (void)data, (void)payload;
    Frame *f = frame_make(kind, S("x"));
    sock_send(s, f);
    frame_drop(f);
}
static const SockEvents echo = { .message = message };

static void handle(void *ctx, HttpReq *req)
{
    Given *g = ctx;
    uint64_t epoch = guards_epoch(g->app->guards);
    HttpRes res = { .upgrade = &echo };
    if (g->late) guards_rights_changed(g->app->guards);
    guard_socket(g->app->guards, &g->who, epoch, &res);
    http_answer(req, &res);
}

static Given *given_a_door(Arena *a)
{
    Given *g = arena_make(a, Given);
    *g = (Given){ .a = a, .app = given_a_system(a, NOW) };
    if (live_start(a, &g->app->live).info || guards_start(g->app, a, &g->app->guards).info) abort();
    ServerOptions o = { .listen = S("127.0.0.1:0"), .handle = handle, .ctx = g, .live = g->app->live };
    if (server_start(a, &o, &g->server).info) abort();
    return g;
}

static void given_drop(Given **at)
{
    Given *g = *at;
    server_stop(g->server, 1000);
    guards_stop(g->app->guards);
    live_stop(g->app->live);
    guards_free(g->app->guards);
    g->app->live = NULL;
    g->app->guards = NULL;
}
#define auto_given [[gnu::cleanup(given_drop)]] Given *

static int socket_open(Given *g)
{
    int fd = peer_open(server_port(g->server));
    peer_send(fd, S(HANDSHAKE));
    if (str_starts(peer_read_head(g->a, fd), S("HTTP/1.1 101 "))) return fd;
    close(fd);
    return -1;
}

/** The code of the close frame that comes after other short frames; 0 when there is none. */
static int close_code(Arena *a, int fd)
{
    for (Str head; (head = peer_read(a, fd, 2)).len == 2;) {
        Str payload = peer_read(a, fd, (uint8_t)head.at[1]);
        if ((uint8_t)head.at[0] == 0x88 && payload.len >= 2) return (uint8_t)payload.at[0] << 8 | (uint8_t)payload.at[1];
    }
    return 0;
}

#define MESSAGE S("\x81\x81\x00\x00\x00\x00y")

SPEC("a socket that was let in before rights changed, and opens after it, is turned away")
{
    auto_arena a = arena_new(4096);
    auto_given g = given_a_door(a);
    int fd = socket_open(g);
    expect(peer_send(fd, MESSAGE));
    expect_str("\x81\x01x", peer_read(a, fd, 3));
    close(fd);
    g->late = true;
    fd = socket_open(g);
    expect_int(1012, close_code(a, fd));
    close(fd);
}

SPEC("a flood of messages ends its socket, and no other")
{
    auto_arena a = arena_new(4096);
    auto_given g = given_a_door(a);
    int other = socket_open(g), fd = socket_open(g);
    Buf many = buf_new(a, 1 << 20);
    for (int i = 0; i < 5000; i++) buf_add(&many, MESSAGE);
    for (int i = 0; i < 100 && peer_send(fd, buf_str(&many)); i++) {}
    expect_int(1008, close_code(a, fd));
    close(fd);
    expect(peer_send(other, MESSAGE));
    expect_str("\x81\x01x", peer_read(a, other, 3));
    close(other);
}

SPEC("a socket whose session or token is no more is put out when it is looked at again")
{
    auto_arena a = arena_new(4096);
    auto_given g = given_a_door(a);
    g->who = (Actor){ .id = S("ann"), .token = S("revoked"), .role = ROLE_VIEWER, .scopes = SCOPE_READ };
    int fd = socket_open(g);
    expect(peer_send(fd, MESSAGE));
    expect_str("\x81\x01x", peer_read(a, fd, 3));
    guards_check_all(g->app->guards);
    expect_int(4401, close_code(a, fd));
    close(fd);
}

#include <fcntl.h>
#include <pthread.h>
#include <zlib.h>
#include "net/net_test.h"
#include "net/server.h"

typedef struct Given {
    Arena *a;
    Live *live;
    Server *server;
    ServerOptions options;
    int port;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    HttpReq *held;               /* what /later waits with */
    bool stuck, let_go;          /* /stuck keeps its worker until let_go */
    int closed;                  /* calls of SockEvents.closed */
} Given;

static void socket_closed(Sock *s, void *data)
{
    (void)s;
    Given *g = data;
    pthread_mutex_lock(&g->lock);
    g->closed++;
    pthread_mutex_unlock(&g->lock);
}

static const SockEvents no_events = { .closed = socket_closed, .max_message_bytes = 100, .max_queue_bytes = 100 };

static Str gzip(Arena *a, Str text)
{
    z_stream z = { .next_in = (Bytef *)text.at, .avail_in = (uInt)text.len };
    char *to = arena_bytes(a, text.len + 100, 1);
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)text.len + 100;
    deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    deflate(&z, Z_FINISH);
    size_t n = text.len + 100 - z.avail_out;
    deflateEnd(&z);
    return (Str){ to, n };
}

static void wait_while_stuck(Given *g)
{
    pthread_mutex_lock(&g->lock);
    g->stuck = true;
    pthread_cond_broadcast(&g->changed);
    while (!g->let_go) pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void handle(void *ctx, HttpReq *req)
{
    Given *g = ctx;
    HttpRes res = { .status = 200, .type = S("text/plain") };
    if (str_eq(req->path, S("/later"))) {
        pthread_mutex_lock(&g->lock);
        g->held = req;
        pthread_cond_broadcast(&g->changed);
        pthread_mutex_unlock(&g->lock);
        return;
    }
    if (str_eq(req->path, S("/stuck"))) wait_while_stuck(g);
    if (str_eq(req->path, S("/gzip"))) {
        res.body = gzip(req->arena, S("packed words"));
        res.body_is_gzip = true;
    } else if (str_eq(req->path, S("/file"))) {
        char name[] = "/tmp/net_test_XXXXXX";
        res.fd = mkstemp(name);
        unlink(name);
        res.fd_bytes = write(res.fd, "from a file", 11);
    } else if (str_eq(req->path, S("/big"))) {
        size_t n = 32 << 20;
        char *big = malloc(n);
        memset(big, 'x', n);
        arena_defer(req->arena, free, big);
        res.body = (Str){ big, n };
    } else if (str_eq(req->path, S("/split-header"))) {
        http_set(&res, "X-Name", S("a\r\nSet-Cookie: b=c"));
    } else if (str_eq(req->path, S("/socket"))) {
        res.upgrade = &no_events;
        res.upgrade_data = g;
    } else if (str_eq(req->path, S("/none"))) {
        res = (HttpRes){ .status = 204 };
    } else {
        Buf b = buf_new(req->arena, 1 << 20);
        HttpHeader *params;
        size_t n = http_params(req, &params);
        buf_fmt(&b, STR_FMT " " STR_FMT " from " STR_FMT "%s", STR_ARG(req->method),
                STR_ARG(req->path), STR_ARG(req->peer), req->https ? " over https" : "");
        for (size_t i = 0; i < n; i++)
            buf_fmt(&b, " [" STR_FMT "=" STR_FMT "]", STR_ARG(params[i].name),
                    STR_ARG(params[i].value));
        Str cookie = http_cookie(req, "hindsight_session");
        if (!str_empty(cookie)) buf_fmt(&b, " cookie " STR_FMT, STR_ARG(cookie));
        if (req->body.len) buf_fmt(&b, ": " STR_FMT, STR_ARG(str_sub(req->body, 0, 100)));
        res.body = buf_str(&b);
    }
    http_answer(req, &res);
}

static size_t body_limit(void *ctx, const HttpReq *req)
{
    (void)ctx;
    return str_eq(req->path, S("/no-body")) ? 0 : 1000;
}

static void refuse(void *ctx, HttpReq *req, int status, Str detail, HttpRes *res)
{
    (void)ctx;
    res->type = S("application/problem+json");
    res->body = arena_fmt(req->arena, "{\"status\":%d,\"detail\":\"" STR_FMT "\"}", status, STR_ARG(detail));
}

static Given *given_a_server(ServerOptions options)
{
    Arena *a = arena_new(4096);
    Given *g = arena_make(a, Given);
    g->a = a;
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->changed, NULL);
    g->options = options;
    if (str_empty(options.listen)) g->options.listen = S("127.0.0.1:0");
    g->options.handle = handle;
    g->options.body_limit = body_limit;
    g->options.refuse = refuse;
    g->options.ctx = g;
    if (live_start(a, &g->live).info) abort();
    g->options.live = g->live;
    if (server_start(a, &g->options, &g->server).info) abort();
    g->port = server_port(g->server);
    return g;
}

static void given_drop(Given **at)
{
    Given *g = *at;
    if (!g) return;
    server_stop(g->server, 1000);
    live_stop(g->live);
    arena_free(g->a);
}
#define auto_given [[gnu::cleanup(given_drop)]] Given *

static void peer_drop(int *fd) { if (*fd >= 0) close(*fd); }
#define auto_peer [[gnu::cleanup(peer_drop)]] int

#define GET(path) S("GET " path " HTTP/1.1\r\nHost: here\r\n\r\n")

SPEC("a request is answered with a date and a length, and without the server's name")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Str answer = peer_ask(g->a, g->port, GET("/a%20b?x=1"));
    expect(str_starts(answer, S("HTTP/1.1 200 OK\r\n")));
    expect_has("\r\nDate: ", answer);
    expect_has("\r\nContent-Length: 31\r\n", answer);
    expect_has("\r\nContent-Type: text/plain\r\n", answer);
    expect_has("\r\n\r\nGET /a%20b from 127.0.0.1 [x=1]", answer);
    expect(str_find(answer, S("Server:")) < 0);
}

SPEC("requests sent one behind the other are answered in order on one connection")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Str answers = peer_ask(g->a, g->port, S("GET /one HTTP/1.1\r\nHost: here\r\n\r\n"
                                            "POST /two HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nabc"
                                            "GET /three HTTP/1.1\r\nHost: here\r\n\r\n"));
    ptrdiff_t one = str_find(answers, S("GET /one")),
              two = str_find(answers, S("POST /two from 127.0.0.1: abc")),
              three = str_find(answers, S("GET /three"));
    expect(one > 0 && one < two && two < three);
}

SPEC("a request that arrives byte by byte is read like any other")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send_slowly(fd, S("POST /slow HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: "
                                  "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")));
    expect_has("POST /slow from 127.0.0.1: abcde", peer_read_answer(g->a, fd));
    expect(peer_send_slowly(fd, GET("/again")));
    expect_has("GET /again", peer_read_answer(g->a, fd));
}

SPEC("HEAD is answered with the length of the body and without the body")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Str answer = peer_ask(g->a, g->port, S("HEAD /h HTTP/1.1\r\nHost: here\r\n\r\n"));
    expect_has("Content-Length: 22\r\n", answer);
    expect(str_ends(answer, S("\r\n\r\n")));
}

SPEC("a connection stays open unless one side asks to close it")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, GET("/one")));
    expect_has("GET /one", peer_read_answer(g->a, fd));
    expect(peer_send(fd, S("GET /two HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")));
    Str last = peer_read_all(g->a, fd);
    expect_has("GET /two", last);
    expect_has("Connection: close", last);
    expect_int(1, server_stats(g->server).connections);
    expect_int(2, server_stats(g->server).requests);
}

SPEC("an HTTP/1.0 request is answered and the connection closed")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, S("GET /old HTTP/1.0\r\n\r\n")));
    expect_has("GET /old", peer_read_all(g->a, fd));
}

SPEC("a peer that has shut its sending side down still gets its answer")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, GET("/later")));
    shutdown(fd, SHUT_WR);
    pthread_mutex_lock(&g->lock);
    while (!g->held) pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
    http_answer(g->held, &(HttpRes){ .status = 202, .type = S("text/plain"), .body = S("it is durable now") });
    Str answer = peer_read_all(g->a, fd);
    expect_has("HTTP/1.1 202 Accepted", answer);
    expect_has("it is durable now", answer);
}

SPEC("a client that leaves before its late answer harms nobody")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    int fd = peer_open(g->port);
    expect(peer_send(fd, GET("/later")));
    pthread_mutex_lock(&g->lock);
    while (!g->held) pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
    close(fd);
    http_answer(g->held, &(HttpRes){ .status = 200, .body = S("nobody reads this") });
    expect_has("GET /next", peer_ask(g->a, g->port, GET("/next")));
}

SPEC("an answer of 204 has neither body nor type")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Str answer = peer_ask(g->a, g->port, GET("/none"));
    expect(str_starts(answer, S("HTTP/1.1 204 No Content\r\n")));
    expect(str_find(answer, S("Content-Type")) < 0);
}

SPEC("a file is sent from its descriptor")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Str answer = peer_ask(g->a, g->port, GET("/file"));
    expect_has("Content-Length: 11\r\n", answer);
    expect(str_ends(answer, S("\r\n\r\nfrom a file")));
}

SPEC("gzip bodies are sent as they are to those who take them, and unpacked for the others")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Str packed =
        peer_ask(g->a, g->port,
                 S("GET /gzip HTTP/1.1\r\nHost: here\r\nAccept-Encoding: br, gzip;q=0.5\r\n\r\n"));
    expect_has("Content-Encoding: gzip\r\n", packed);
    expect_has("Vary: Accept-Encoding\r\n", packed);
    expect(str_ends(packed, gzip(g->a, S("packed words"))));
    Str plain = peer_ask(
        g->a, g->port, S("GET /gzip HTTP/1.1\r\nHost: here\r\nAccept-Encoding: gzip;q=0\r\n\r\n"));
    expect(str_find(plain, S("Content-Encoding")) < 0);
    expect_has("Vary: Accept-Encoding\r\n", plain);
    expect(str_ends(plain, S("\r\n\r\npacked words")));
}

SPEC("an answer whose header holds a line break becomes a 500 and forges nothing")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Str answer = peer_ask(g->a, g->port, GET("/split-header"));
    expect(str_starts(answer, S("HTTP/1.1 500 ")));
    expect(str_find(answer, S("Set-Cookie")) < 0);
}

SPEC("parameters are decoded in order and the cookie is found")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Str answer = peer_ask(g->a, g->port, S("GET /p?q=%E4%BD%A0+a%2Bb&&flag&q=2 HTTP/1.1\r\nHost: here\r\n"
                                           "Cookie: other=1; hindsight_session=s3cret; x=y\r\n\r\n"));
    expect_has("[q=你 a+b] [flag=] [q=2] cookie s3cret", answer);
}

SPEC("a query of very many parameters is taken while it fits into the head, and the first hundred count")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Buf b = buf_new(g->a, 20000);
    buf_add(&b, S("GET /p?"));
    for (int i = 0; i < 5000; i++) buf_fmt(&b, "%c&", 'a' + i % 26);
    buf_add(&b, S(" HTTP/1.1\r\nHost: here\r\n\r\n"));
    Str answer = peer_ask(g->a, g->port, buf_str(&b));
    expect_has("[a=] [b=] [c=]", answer);
    expect(str_ends(answer, S("[u=] [v=]")));
}

SPEC("the peer's address comes from a proxy only when the proxy is trusted")
{
    Str request = S("GET /p HTTP/1.1\r\nHost: here\r\nX-Forwarded-For: 1.1.1.1, 203.0.113.9, "
                    "10.0.0.7\r\nX-Forwarded-Proto: https\r\n\r\n");
    auto_given open = given_a_server((ServerOptions){ 0 });
    expect_has("GET /p from 127.0.0.1", peer_ask(open->a, open->port, request));
    auto_given proxied = given_a_server((ServerOptions){ .trusted_proxies = S("127.0.0.1, 10.0.0.0/8") });
    expect_has("GET /p from 203.0.113.9 over https", peer_ask(proxied->a, proxied->port, request));
}

SPEC("a body over the limit is refused from its announced length, before it is sent")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, S("POST /b HTTP/1.1\r\nHost: here\r\nContent-Length: 104857600\r\n\r\n")));
    Str answer = peer_read_all(g->a, fd);
    expect(str_starts(answer, S("HTTP/1.1 413 Content Too Large\r\n")));
    expect_has("application/problem+json", answer);
    expect_has("{\"status\":413", answer);
    expect_has("Connection: close", answer);
}

SPEC("a body over the limit without a length is refused in the middle and hardly read")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, S("POST /b HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")));
    Buf chunk = buf_new(g->a, 1 << 20);
    buf_fmt(&chunk, "10000\r\n");
    for (int i = 0; i < 65536; i++) buf_byte(&chunk, 'x');
    buf_fmt(&chunk, "\r\n");
    for (int i = 0; i < 16; i++)
        if (!peer_send(fd, buf_str(&chunk))) break;
    Str answer = peer_read_answer(g->a, fd);
    expect(str_starts(answer, S("HTTP/1.1 413 ")));
    expect_has("{\"status\":413", answer);
    expect(server_stats(g->server).bytes_in < 2000);
}

SPEC("a path that takes no body refuses any")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    expect_has("413",
               peer_ask(g->a, g->port,
                        S("POST /no-body HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\n\r\na")));
    expect_has("413", peer_ask(g->a, g->port,
                               S("POST /no-body HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: "
                                 "chunked\r\n\r\n1\r\na\r\n0\r\n\r\n")));
    expect_has("200 OK",
               peer_ask(g->a, g->port,
                        S("POST /no-body HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n")));
}

SPEC("a client that asks first is told to go on, or refused before it sends")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, S("POST /e HTTP/1.1\r\nHost: here\r\nExpect: "
                           "100-continue\r\nContent-Length: 5\r\n\r\n")));
    expect_has("HTTP/1.1 100 Continue", peer_read_head(g->a, fd));
    expect(peer_send(fd, S("hello")));
    expect_has("POST /e from 127.0.0.1: hello", peer_read_answer(g->a, fd));
    expect(peer_send(fd, S("POST /e HTTP/1.1\r\nHost: here\r\nExpect: "
                           "100-continue\r\nContent-Length: 5000\r\n\r\n")));
    expect_has("HTTP/1.1 413", peer_read_answer(g->a, fd));
}

SPEC("a head that can be read in two ways is refused and its connection closed")
{
    static const struct { Str head; const char *status; } odd[] = {
        { S_INIT("Content-Length: 1\r\nContent-Length: 1\r\n"), "400" },
        { S_INIT("Content-Length: 1\r\nContent-Length: 2\r\n"), "400" },
        { S_INIT("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), "400" },
        { S_INIT("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), "400" },
        { S_INIT("Transfer-Encoding: gzip, chunked\r\n"), "501" },
        { S_INIT("Transfer-Encoding: xchunked\r\n"), "501" },
        { S_INIT("Transfer-Encoding : chunked\r\n"), "400" },
        { S_INIT("Transfer-Encoding\t: chunked\r\n"), "400" },
        { S_INIT("Content-Length: +1\r\n"), "400" },
        { S_INIT("Content-Length: -1\r\n"), "400" },
        { S_INIT("Content-Length: 1, 1\r\n"), "400" },
        { S_INIT("Content-Length: 0x1\r\n"), "400" },
        { S_INIT("Content-Length: 1\0\r\n"), "400" },
        { S_INIT("Content-Length:\r\n"), "400" },
        { S_INIT("Content-Length: 99999999999999999999999\r\n"), "413" },
        { S_INIT("Content-Length: 9223372036854775808\r\n"), "400" },
        { S_INIT("X: a\r\n b\r\n"), "400" },
        { S_INIT("X: a\n"), "400" },
        { S_INIT("X: a\rY: b\r\n"), "400" },
        { S_INIT("X: a\0b\r\n"), "400" },
        { S_INIT("\0X: a\r\n"), "400" },
        { S_INIT("\0\0"), "400" },
        { S_INIT("X Y: a\r\n"), "400" },
        { S_INIT("X(: a\r\n"), "400" },
        { S_INIT(": a\r\n"), "400" },
        { S_INIT("X: \x01\r\n"), "400" },
        { S_INIT("Host: there\r\n"), "400" },
        { S_INIT("no colon\r\n"), "400" },
    };
    auto_given g = given_a_server((ServerOptions){ 0 });
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        Buf b = buf_new(g->a, 10000);
        buf_add(&b, S("POST /odd HTTP/1.1\r\nHost: here\r\n"));
        buf_add(&b, odd[i].head);
        buf_add(&b, S("\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n"));
        Str answer = peer_ask(g->a, g->port, buf_str(&b));
        if (!str_starts(answer, arena_fmt(g->a, "HTTP/1.1 %s ", odd[i].status)))
            printf("case %zu: " STR_FMT "\n", i, STR_ARG(odd[i].head));
        expect(str_starts(answer, arena_fmt(g->a, "HTTP/1.1 %s ", odd[i].status)));
        expect(str_find(answer, S("smuggled")) < 0);
    }
}

SPEC("an odd request line is refused")
{
    static const Str odd[] = {
        S_INIT("GET /a\0b HTTP/1.1"),
        S_INIT("GET /a%00b HTTP/1.1"),
        S_INIT("GET /a%0ab HTTP/1.1"),
        S_INIT("GET /a%7Fb HTTP/1.1"),
        S_INIT("GET /a%zz HTTP/1.1"),
        S_INIT("GET /a% HTTP/1.1"),
        S_INIT("GET /a%FF HTTP/1.1"),
        S_INIT("GET /\xC3\xA4 HTTP/1.1"),
        S_INIT("GET /a\x01 HTTP/1.1"),
        S_INIT("GET /a?\x7F HTTP/1.1"),
        S_INIT("GET  /a HTTP/1.1"),
        S_INIT("G(T /a HTTP/1.1"),
        S_INIT("GET a HTTP/1.1"),
        S_INIT("GET /a b HTTP/1.1"),
        S_INIT("GET /a"),
        S_INIT("GET /a HTTP/2.0"),
        S_INIT("GET /a http/1.1"),
        S_INIT("GET /a HTTP/1.10"),
    };
    auto_given g = given_a_server((ServerOptions){ 0 });
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        Buf b = buf_new(g->a, 10000);
        buf_add(&b, odd[i]);
        buf_add(&b, S("\r\nHost: here\r\n\r\n"));
        Str answer = peer_ask(g->a, g->port, buf_str(&b));
        if (!str_starts(answer, S("HTTP/1.1 400 ")) && !str_starts(answer, S("HTTP/1.1 505 ")))
            printf("case %zu\n", i);
        expect(str_starts(answer, S("HTTP/1.1 400 ")) || str_starts(answer, S("HTTP/1.1 505 ")));
    }
    expect_has("one Host header is needed", peer_ask(g->a, g->port, S("GET /a HTTP/1.1\r\n\r\n")));
    expect_has("GET /abs ", peer_ask(g->a, g->port, S("GET http://here/abs HTTP/1.1\r\nHost: here\r\n\r\n")));
}

SPEC("a head that is refused for two reasons at once leaves nothing behind")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Str answer =
        peer_ask(g->a, g->port,
                 S("GET /a HTTP/1.1\r\nHost: here\r\nCookie: a=\"\r\nContent-Length: x\r\n\r\n"));
    expect(str_find(answer, S(" 200 ")) < 0);
    server_stop(g->server, PATIENCE_MS);        /* does not wait for a request that is over */
    g->server = NULL;
}

SPEC("a head over the limit is refused, one just below is taken")
{
    auto_given g = given_a_server((ServerOptions){ .max_header_bytes = 4096 });
    for (int bytes = 4000; bytes <= 100000; bytes *= 5) {
        Buf b = buf_new(g->a, 200000);
        buf_add(&b, S("GET /h HTTP/1.1\r\nHost: here\r\nX: "));
        for (int i = 0; i < bytes; i++) buf_byte(&b, 'x');
        buf_add(&b, S("\r\n\r\n"));
        expect_has(bytes < 4096 ? "200 OK" : "431", peer_ask(g->a, g->port, buf_str(&b)));
    }
    Buf many = buf_new(g->a, 200000);
    buf_add(&many, S("GET /h HTTP/1.1\r\nHost: here\r\n"));
    for (int i = 0; i < 5000; i++) buf_add(&many, S("X: y\r\n"));
    buf_add(&many, S("\r\n"));
    expect_has("431", peer_ask(g->a, g->port, buf_str(&many)));
}

SPEC("connections over the limit are told to come back later, and others again once one is closed")
{
    auto_given g = given_a_server((ServerOptions){ .max_connections = 2 });
    auto_peer one = peer_open(g->port);
    int two = peer_open(g->port);
    expect(peer_send(one, GET("/1")) && peer_send(two, GET("/2")));
    expect_has("200 OK", peer_read_answer(g->a, one));
    expect_has("200 OK", peer_read_answer(g->a, two));
    Str third = peer_ask(g->a, g->port, GET("/3"));
    expect_has("HTTP/1.1 503", third);
    expect_has("Retry-After: ", third);
    expect_has("problem+json", third);
    close(two);
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    while (server_stats(g->server).open > 1 && clock_monotonic_ms() < until) sched_yield();
    expect_has("200 OK", peer_ask(g->a, g->port, GET("/4")));
}

SPEC("one address cannot take all connections, except a trusted proxy's")
{
    auto_given g = given_a_server((ServerOptions){ .max_per_address = 1 });
    auto_peer one = peer_open(g->port);
    expect(peer_send(one, GET("/1")));
    expect_has("200 OK", peer_read_answer(g->a, one));
    expect_has("HTTP/1.1 503", peer_ask(g->a, g->port, GET("/2")));
    auto_given proxied = given_a_server((ServerOptions){ .max_per_address = 1, .trusted_proxies = S("127.0.0.1") });
    auto_peer first = peer_open(proxied->port);
    expect(peer_send(first, GET("/1")));
    expect_has("200 OK", peer_read_answer(proxied->a, first));
    expect_has("200 OK", peer_ask(proxied->a, proxied->port, GET("/2")));
}

/** Sends `bytes` one by one, some while apart, until the other side ends or `most_ms` are over. All that came back. */
static Str drip(Arena *a, int fd, char byte, int most_ms)
{
    int64_t until = clock_monotonic_ms() + most_ms;
    struct pollfd ready = { fd, POLLIN, 0 };
    while (clock_monotonic_ms() < until && poll(&ready, 1, 50) == 0)
        if (!peer_send(fd, (Str){ &byte, 1 })) break;
    return clock_monotonic_ms() < until ? peer_read_all(a, fd) : S("still open");
}

SPEC("a head that drips in for ever is cut")
{
    auto_given g = given_a_server((ServerOptions){ .header_seconds = 1 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, S("GET /slow HTTP/1.1\r\nX: ")));
    expect_has("HTTP/1.1 408", drip(g->a, fd, 'x', PATIENCE_MS));
}

/** A connection that has had an answer. Where a head may take a second only, a slow machine may need more than one try. */
static int peer_open_used(Given *g)
{
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    while (clock_monotonic_ms() < until) {
        int fd = peer_open(g->port);
        if (peer_send(fd, GET("/first")) && str_starts(peer_read_answer(g->a, fd), S("HTTP/1.1 200 OK"))) return fd;
        close(fd);
    }
    return -1;
}

SPEC("a head that drips in on a connection used before is cut")
{
    auto_given g = given_a_server((ServerOptions){ .header_seconds = 1, .idle_seconds = 100 });
    auto_peer fd = peer_open_used(g);
    expect_has("HTTP/1.1 408", drip(g->a, fd, 'x', PATIENCE_MS));
}

SPEC("a body that drips in is cut")
{
    auto_given g = given_a_server((ServerOptions){ .body_seconds = 1 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, S("POST /slow HTTP/1.1\r\nHost: here\r\nContent-Length: 900\r\n\r\n")));
    expect_has("HTTP/1.1 408", drip(g->a, fd, 'x', PATIENCE_MS));
}

SPEC("connections that say nothing are closed without a word")
{
    auto_given g = given_a_server((ServerOptions){ .header_seconds = 1, .idle_seconds = 1 });
    auto_peer fresh = peer_open(g->port), used = peer_open_used(g);
    expect(fresh >= 0 && used >= 0);
    expect_str("", peer_read_all(g->a, fresh));
    expect_str("", peer_read_all(g->a, used));
}

SPEC("a client that ends in the middle of a request is soon forgotten")
{
    static const Str halves[] = {
        S_INIT(""), S_INIT("GET /ha"), S_INIT("GET /half HTTP/1.1\r\nHost: he"),
        S_INIT("POST /half HTTP/1.1\r\nHost: here\r\nContent-Length: 500\r\n\r\nabc")
    };
    auto_given g = given_a_server((ServerOptions){ .header_seconds = 1 });   /* makes the watch frequent */
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        auto_peer fd = peer_open(g->port);
        expect(peer_send(fd, halves[i]));
        shutdown(fd, SHUT_WR);
        peer_read_all(g->a, fd);                /* returns when the server has closed */
    }
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    while (server_stats(g->server).open && clock_monotonic_ms() < until) sched_yield();
    expect_int(0, server_stats(g->server).open);
}

SPEC("one look does not cut a client that has sent its last byte")
{
    auto_given g = given_a_server((ServerOptions){ .header_seconds = 1 });   /* looks every 250 ms */
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, S("POST /half HTTP/1.1\r\nHost: here\r\nContent-Length: 500\r\n\r\nabc")));
    int64_t began = clock_monotonic_ms();
    shutdown(fd, SHUT_WR);
    peer_read_all(g->a, fd);
    expect(clock_monotonic_ms() - began >= 750);
}

SPEC("a client that does not read its answer is cut")
{
    auto_given g = given_a_server((ServerOptions){ .body_seconds = 1 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, GET("/big")));
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    while (server_stats(g->server).requests == 0 && clock_monotonic_ms() < until) sched_yield();
    while (server_stats(g->server).open > 0 && clock_monotonic_ms() < until) poll(NULL, 0, 10);
    expect_int(0, server_stats(g->server).open);
    expect(peer_read_all(g->a, fd).len < 32u << 20);
}

static void *ask_oddly(void *port)
{
    auto_arena a = arena_new(4096);
    size_t refused = 0;
    for (int i = 0; i < 100; i++) refused += str_starts(peer_ask(a, *(int *)port, GET("/a%00b")), S("HTTP/1.1 400 "));
    return (void *)refused;
}

SPEC("whoever is refused is told so, however many come at once")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    pthread_t clients[4];
    for (int i = 0; i < 4; i++) pthread_create(&clients[i], NULL, ask_oddly, &g->port);
    for (int i = 0; i < 4; i++) {
        void *refused;
        pthread_join(clients[i], &refused);
        expect_int(100, (int64_t)(size_t)refused);
    }
}

static void *keep_asking(void *port)
{
    auto_arena a = arena_new(4096);
    while (!str_eq(peer_ask(a, *(int *)port, GET("/")), S("refused"))) {}
    return NULL;
}

SPEC("servers stop while clients come in, again and again")
{
    for (int round = 0; round < 10; round++) {
        auto_given g = given_a_server((ServerOptions){ 0 });
        pthread_t clients[4];
        for (int i = 0; i < 4; i++) pthread_create(&clients[i], NULL, keep_asking, &g->port);
        while (server_stats(g->server).requests < 20) sched_yield();
        server_stop(g->server, 1000);
        g->server = NULL;
        for (int i = 0; i < 4; i++) pthread_join(clients[i], NULL);
    }
}

typedef struct Stopping { Given *g; int grace_ms; } Stopping;

static void *stop(void *arg)
{
    Stopping *s = arg;
    server_stop(s->g->server, s->grace_ms);
    s->g->server = NULL;
    return NULL;
}

SPEC("a server that stops finishes what it answers and takes nothing new")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    auto_peer idle = peer_open(g->port), busy = peer_open(g->port);
    expect(peer_send(idle, GET("/idle")));
    expect_has("200 OK", peer_read_answer(g->a, idle));
    expect(peer_send(busy, GET("/stuck")));
    pthread_mutex_lock(&g->lock);
    while (!g->stuck) pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
    pthread_t thread;
    Stopping stopping = { g, PATIENCE_MS };
    pthread_create(&thread, NULL, stop, &stopping);
    /* It has begun to stop once it takes no connections. */
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    for (int fd; (fd = peer_open(g->port)) >= 0 && clock_monotonic_ms() < until;) close(fd);
    pthread_mutex_lock(&g->lock);
    g->let_go = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
    Str answer = peer_read_all(g->a, busy);
    pthread_join(thread, NULL);
    expect_has("GET /stuck", answer);
    expect_has("Connection: close", answer);
    expect_str("", peer_read_all(g->a, idle));
}

SPEC("what is not answered when the grace is over gets 503, and its late answer is dropped")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    auto_peer fd = peer_open(g->port);
    expect(peer_send(fd, GET("/later")));
    pthread_mutex_lock(&g->lock);
    while (!g->held) pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
    server_stop(g->server, 10);
    g->server = NULL;
    expect_has("HTTP/1.1 503", peer_read_all(g->a, fd));
    http_answer(g->held, &(HttpRes){ .status = 200, .upgrade = &no_events, .upgrade_data = g });
    expect_int(1, g->closed);
}

SPEC("a wrong WebSocket handshake is refused and its owner told")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    expect_has("HTTP/1.1 400", peer_ask(g->a, g->port, GET("/socket")));
    Str old = peer_ask(
        g->a, g->port,
        S("GET /socket HTTP/1.1\r\nHost: here\r\nConnection: keep-alive, Upgrade\r\nUpgrade: "
          "WebSocket\r\n"
          "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
    expect_has("HTTP/1.1 426", old);
    expect_has("Sec-WebSocket-Version: 13", old);
    expect_has("HTTP/1.1 400",
               peer_ask(g->a, g->port,
                        S("GET /socket HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: "
                          "websocket\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n")));
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    int closed = 0;
    while (closed < 3 && clock_monotonic_ms() < until) {
        pthread_mutex_lock(&g->lock);
        closed = g->closed;
        pthread_mutex_unlock(&g->lock);
    }
    expect_int(3, closed);
}

SPEC("a server without a host listens on every address and writes IPv4 peers as such")
{
    auto_given g = given_a_server((ServerOptions){ .listen = S(":0") });
    expect_has("GET /p from 127.0.0.1", peer_ask(g->a, g->port, GET("/p")));
}

SPEC("a busy port and a wrong address to listen on are explained")
{
    auto_given g = given_a_server((ServerOptions){ 0 });
    Server *second = NULL;
    ServerOptions options = g->options;
    options.listen = arena_fmt(g->a, "127.0.0.1:%d", g->port);
    Err busy = server_start(g->a, &options, &second);
    expect(err_is(busy, ERR_UNAVAILABLE));
    expect_has("is in use by another program", busy.info->message);
    options.listen = S("8080");
    Err wrong = server_start(g->a, &options, &second);
    expect(err_is(wrong, ERR_INVALID));
    expect_str("listen", wrong.info->field);
    options.listen = S("127.0.0.1:0");
    options.trusted_proxies = S("10.0.0.0/8, nonsense");
    expect_err(ERR_INVALID, server_start(g->a, &options, &second));
}

#include <pthread.h>
#include <zlib.h>
#include "net/client.h"
#include "net/net_test.h"

/** A server on loopback that a client may call when its list says so. */
typedef struct Given {
    Arena *a;
    Server *server;
    ServerOptions options;
    Client *client;
    int port;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    HttpReq *held;
} Given;

static Str zeros_gzipped(Arena *a, size_t n)
{
    char *zeros = calloc(1, n);
    char *to = arena_bytes(a, n / 500 + 1000, 1);
    z_stream z = { .next_in = (Bytef *)zeros, .avail_in = (uInt)n, .next_out = (Bytef *)to, .avail_out = (uInt)(n / 500 + 1000) };
    deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    deflate(&z, Z_FINISH);
    size_t len = z.total_out;
    deflateEnd(&z);
    free(zeros);
    return (Str){ to, len };
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
    if (str_eq(req->path, S("/to"))) {
        res.status = 302;
        http_set(&res, "Location", http_param(req, "url", NULL));
    } else if (str_eq(req->path, S("/bomb"))) {
        res.body = zeros_gzipped(req->arena, 10 << 20);
        res.body_is_gzip = true;
    } else if (str_eq(req->path, S("/kilobyte"))) {
        res.body = (Str){ memset(arena_bytes(req->arena, 1000, 1), 'k', 1000), 1000 };
    } else if (str_eq(req->path, S("/missing"))) {
        res.status = 404;
        res.body = S("no such thing");
    } else {
        res.body = arena_fmt(req->arena,
                             STR_FMT " " STR_FMT "?" STR_FMT " secret=" STR_FMT " type=" STR_FMT
                                     ": " STR_FMT,
                             STR_ARG(req->method), STR_ARG(req->path), STR_ARG(req->query),
                             STR_ARG(http_header(req, "X-Secret")),
                             STR_ARG(http_header(req, "Content-Type")), STR_ARG(req->body));
        http_set(&res, "X-Answer", S("yes"));
    }
    http_answer(req, &res);
}

static Given *given_a_client(Str allow)
{
    Arena *a = arena_new(4096);
    Given *g = arena_make(a, Given);
    g->a = a;
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->changed, NULL);
    g->options = (ServerOptions){ .listen = S("127.0.0.1:0"), .handle = handle, .ctx = g };
    if (server_start(a, &g->options, &g->server).info) abort();
    g->port = server_port(g->server);
    if (client_open(a, &(ClientOptions){ .allow = allow, .user_agent = S("Hindsight") }, &g->client).info) abort();
    return g;
}

static void given_drop(Given **at)
{
    Given *g = *at;
    client_close(g->client);
    pthread_mutex_lock(&g->lock);
    HttpReq *held = g->held;
    pthread_mutex_unlock(&g->lock);
    if (held) http_answer(held, &(HttpRes){ .status = 200 });
    server_stop(g->server, 1000);
    arena_free(g->a);
}
#define auto_given [[gnu::cleanup(given_drop)]] Given *

static Str local(Given *g, const char *host, const char *path)
{
    return arena_fmt(g->a, "http://%s:%d%s", host, g->port, path);
}

SPEC("a call sends method, headers and body, and brings status, headers and body back")
{
    auto_given g = given_a_client(S("127.0.0.1"));
    ClientRes res;
    HttpHeader headers[] = { { S("X-Secret"), S("s3") }, { S("Content-Type"), S("application/json") } };
    expect_ok(client_call(g->client, g->a, &(ClientReq){ .method = S("POST"), .url = local(g, "127.0.0.1", "/a?b=c"), .headers = headers,
                                                         .n_headers = 2, .body = S("{\"x\":1}") }, &res));
    expect_int(200, res.status);
    expect_str("POST /a?b=c secret=s3 type=application/json: {\"x\":1}", res.body);
    expect_str("yes", client_header(&res, "x-answer"));
    expect_ok(client_call(g->client, g->a, &(ClientReq){ .method = S("DELETE"), .url = local(g, "127.0.0.1", "/d") }, &res));
    expect_str("DELETE /d? secret= type=: ", res.body);
    expect_ok(client_call(g->client, g->a, &(ClientReq){ .url = local(g, "127.0.0.1", "/missing") }, &res));
    expect_int(404, res.status);
    expect_str("no such thing", res.body);
    expect_ok(client_call(g->client, g->a, &(ClientReq){ .method = S("HEAD"), .url = local(g, "127.0.0.1", "/h") }, &res));
    expect_str("", res.body);
    expect_int(1, server_stats(g->server).connections);
}

SPEC("what is not on the public internet is not called, however it is written")
{
    static const char *const urls[] = {
        "http://127.0.0.1:%d/", "http://localhost:%d/", "http://127.1:%d/", "http://2130706433:%d/", "http://0x7f000001:%d/",
        "http://0177.0.0.1:%d/", "http://0.0.0.0:%d/", "http://[::1]:%d/", "http://[::]:%d/", "http://[::ffff:127.0.0.1]:%d/",
        "http://[::ffff:7f00:1]:%d/", "http://10.0.0.1:%d/", "http://192.168.1.1:%d/", "http://172.16.0.1:%d/",
        "http://169.254.169.254:%d/latest/meta-data/", "http://[fd00:ec2::254]:%d/", "http://[fe80::1]:%d/", "http://100.100.100.200:%d/",
        "http://[64:ff9b::7f00:1]:%d/", "http://[2002:7f00:1::]:%d/",
    };
    auto_given g = given_a_client(S("203.0.113.0/24, other.example"));
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char url[100];
        snprintf(url, sizeof url, urls[i], g->port);
        ClientRes res;
        Err e = client_call(g->client, g->a, &(ClientReq){ .url = str_of(url) }, &res);
        if (!err_is(e, ERR_FORBIDDEN)) expect_str(url, e.info ? e.info->message : S("was called"));
    }
    expect_int(0, server_stats(g->server).connections);
}

SPEC("the administrator's list allows addresses, blocks and names")
{
    ClientRes res;
    auto_given block = given_a_client(S("10.0.0.0/8 127.0.0.0/30"));
    expect_ok(client_call(block->client, block->a, &(ClientReq){ .url = local(block, "127.0.0.1", "/") }, &res));
    expect_err(ERR_FORBIDDEN, client_call(block->client, block->a, &(ClientReq){ .url = local(block, "127.0.0.4", "/") }, &res));
    auto_given name = given_a_client(S("localhost"));
    expect_ok(client_call(name->client, name->a, &(ClientReq){ .url = local(name, "LOCALHOST", "/") }, &res));
    expect_err(ERR_FORBIDDEN, client_call(name->client, name->a, &(ClientReq){ .url = local(name, "127.0.0.1", "/") }, &res));
    auto_given below = given_a_client(S(".corp.example, .0.0.1"));
    expect_ok(client_call(below->client, below->a, &(ClientReq){ .url = local(below, "127.0.0.1", "/") }, &res));
}

SPEC("only http and https without user names are called")
{
    static const char *const urls[] = { "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "dict://127.0.0.1/", "", "/path",
                                        "http://", "http://user:pw@127.0.0.1/", "http://user@127.0.0.1/", "http://a b/", "http://a\r\nb/",
                                        "javascript:alert(1)", "http://127.0.0.1:99999/" };
    auto_given g = given_a_client(S("127.0.0.1"));
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        ClientRes res;
        Err e = client_call(g->client, g->a, &(ClientReq){ .url = str_of(urls[i]) }, &res);
        if (!err_is(e, ERR_INVALID)) expect_str(urls[i], e.info ? e.info->message : S("was called"));
        expect_str("url", e.info->field);
    }
}

SPEC("headers and methods that would forge a request are refused")
{
    auto_given g = given_a_client(S("127.0.0.1"));
    ClientRes res;
    HttpHeader forged[] = { { S("X-A"), S("b\r\nX-Evil: c") }, { S("X-A: b\r\nX"), S("c") }, { S(""), S("c") }, { S("X Y"), S("c") } };
    for (int i = 0; i < 4; i++)
        expect_err(ERR_INVALID, client_call(g->client, g->a, &(ClientReq){ .url = local(g, "127.0.0.1", "/"), .headers = forged + i, .n_headers = 1 }, &res));
    expect_err(ERR_INVALID, client_call(g->client, g->a, &(ClientReq){ .url = local(g, "127.0.0.1", "/"), .method = S("GET / HTTP/1.1\r\n") }, &res));
}

SPEC("a redirect is the answer unless it may be followed, and headers stay with the first origin")
{
    auto_given g = given_a_client(S("127.0.0.1 localhost"));
    ClientRes res;
    HttpHeader secret[] = { { S("X-Secret"), S("s3") } };
    ClientReq same = { .url = local(g, "127.0.0.1", "/to?url=/b%3Fc"), .headers = secret, .n_headers = 1 };
    expect_ok(client_call(g->client, g->a, &same, &res));
    expect_int(302, res.status);
    same.redirects = 1;
    expect_ok(client_call(g->client, g->a, &same, &res));
    expect_str("GET /b?c secret=s3 type=: ", res.body);
    ClientReq other = same;
    other.url = local(g, "127.0.0.1", arena_fmt(g->a, "/to?url=http://localhost:%d/x", g->port).at);
    expect_ok(client_call(g->client, g->a, &other, &res));
    expect_str("GET /x? secret= type=: ", res.body);
    ClientReq endless = { .url = local(g, "127.0.0.1", "/to?url=/to"), .redirects = 3 };
    expect_ok(client_call(g->client, g->a, &endless, &res));
    ClientReq post = same;
    post.method = S("POST");
    expect_ok(client_call(g->client, g->a, &post, &res));
    expect_int(302, res.status);
}

SPEC("a redirect leads neither to other schemes nor to addresses that are not allowed")
{
    auto_given g = given_a_client(S("127.0.0.1"));
    ClientRes res;
    ClientReq req = { .redirects = 5 };
    req.url = local(g, "127.0.0.1", "/to?url=file:///etc/passwd");
    expect_err(ERR_INVALID, client_call(g->client, g->a, &req, &res));
    req.url = local(g, "127.0.0.1", "/to?url=gopher://127.0.0.1/");
    expect_err(ERR_INVALID, client_call(g->client, g->a, &req, &res));
    req.url = local(g, "127.0.0.1", "/to?url=http://127.0.0.2/");
    expect_err(ERR_FORBIDDEN, client_call(g->client, g->a, &req, &res));
    req.url = local(g, "127.0.0.1", "/to?url=//169.254.169.254/latest/");
    expect_err(ERR_FORBIDDEN, client_call(g->client, g->a, &req, &res));
}

SPEC("an answer over the limit is refused, packed or not")
{
    auto_given g = given_a_client(S("127.0.0.1"));
    ClientRes res;
    expect_ok(client_call(g->client, g->a, &(ClientReq){ .url = local(g, "127.0.0.1", "/kilobyte"), .max_bytes = 1000 }, &res));
    expect_int(1000, res.body.len);
    expect_err(ERR_TOO_LARGE, client_call(g->client, g->a, &(ClientReq){ .url = local(g, "127.0.0.1", "/kilobyte"), .max_bytes = 999 }, &res));
    expect_err(ERR_TOO_LARGE, client_call(g->client, g->a, &(ClientReq){ .url = local(g, "127.0.0.1", "/bomb") }, &res));
}

static void *stop_when_held(void *arg)
{
    struct { Given *g; atomic_bool stop; } *both = arg;
    pthread_mutex_lock(&both->g->lock);
    while (!both->g->held) pthread_cond_wait(&both->g->changed, &both->g->lock);
    pthread_mutex_unlock(&both->g->lock);
    atomic_store(&both->stop, true);
    return NULL;
}

SPEC("a call ends at its deadline, or when it is stopped, and names the host but not the path")
{
    auto_given late = given_a_client(S("127.0.0.1"));
    ClientRes res;
    Err e = client_call(late->client, late->a, &(ClientReq){ .url = local(late, "127.0.0.1", "/later?token=secret"), .deadline_ms = 100 }, &res);
    expect(err_is(e, ERR_UNAVAILABLE));
    expect_str("127.0.0.1 did not answer within 100 ms", e.info->message);
    auto_given g = given_a_client(S("127.0.0.1"));
    struct { Given *g; atomic_bool stop; } both = { g, false };
    pthread_t thread;
    pthread_create(&thread, NULL, stop_when_held, &both);
    e = client_call(g->client, g->a, &(ClientReq){ .url = local(g, "127.0.0.1", "/later"), .deadline_ms = PATIENCE_MS, .stop = &both.stop }, &res);
    pthread_join(thread, NULL);
    expect(err_is(e, ERR_UNAVAILABLE));
    expect_str("the call to 127.0.0.1 was stopped", e.info->message);
}

SPEC("a host that refuses connections is an error a person can read")
{
    auto_given g = given_a_client(S("127.0.0.1"));
    ClientRes res;
    Str url = local(g, "127.0.0.1", "/");
    server_stop(g->server, 0);
    g->server = NULL;
    Err e = client_call(g->client, g->a, &(ClientReq){ .url = url }, &res);
    expect(err_is(e, ERR_UNAVAILABLE));
    expect_has("cannot call 127.0.0.1", e.info->message);
}

typedef struct Flood { int listener; } Flood;

/** Answers one request with headers, or a body without a length, that never end. */
static void *flood(void *arg)
{
    Flood *f = arg;
    int fd = accept(f->listener, NULL, NULL);
    char request[4096];
    ssize_t n = recv(fd, request, sizeof request, 0);
    bool headers = n > 0 && str_find((Str){ request, (size_t)n }, S("/headers")) >= 0;
    peer_send(fd, S("HTTP/1.1 200 OK\r\n"));
    if (!headers) peer_send(fd, S("\r\n"));
    while (peer_send(fd, S("X-More: and more and more and more\r\n"))) {}
    close(fd);
    return NULL;
}

SPEC("an answer that never ends, in its head or its body, is cut at the limit")
{
    auto_given g = given_a_client(S("127.0.0.1"));
    static const char *const paths[] = { "/headers", "/body" };
    for (int i = 0; i < 2; i++) {
        Flood f = { socket(AF_INET, SOCK_STREAM, 0) };
        struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
        socklen_t size = sizeof at;
        expect(bind(f.listener, (struct sockaddr *)&at, size) == 0 && listen(f.listener, 1) == 0);
        getsockname(f.listener, (struct sockaddr *)&at, &size);
        pthread_t thread;
        pthread_create(&thread, NULL, flood, &f);
        ClientRes res;
        Err e = client_call(g->client, g->a, &(ClientReq){ .url = arena_fmt(g->a, "http://127.0.0.1:%d%s", ntohs(at.sin_port), paths[i]),
                                                           .deadline_ms = PATIENCE_MS }, &res);
        pthread_join(thread, NULL);
        close(f.listener);
        expect(err_is(e, ERR_TOO_LARGE));
    }
}

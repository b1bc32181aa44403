/* Looks at a server of our own; certificates and names of the world outside are not asked here. */
#include "base/list.h"
#include "base/spec.h"
#include "net/net_test.h"
#include "app/probe.h"

typedef struct Seen { Arena *a; int n; ProbeRes last; } Seen;

static void see(void *arg, Arena *a, const ProbeRes *res)
{
    (void)a;
    Seen *s = arg;
    s->n++;
    s->last = *res;
    s->last.error = arena_str(s->a, res->error);
    s->last.body = arena_str(s->a, res->body);
    s->last.records = arena_str(s->a, res->records);
}

static ProbeRes look(Arena *a, const char *allow, ProbeReq req)
{
    Seen seen = { .a = a };
    Prober *p;
    prober_open(str_of(allow), S(""), &p);
    prober_begin(p, &req, see, &seen);
    for (int k = 0; k < 3000 && !seen.n; k++) prober_run(p, 100);
    prober_close(p);
    return seen.last;
}

static void handle(void *ctx, HttpReq *req)
{
    (void)ctx;
    HttpRes res = { .status = 200, .body = S("hello") };
    if (str_eq(req->path, S("/away"))) {
        res.status = 302;
        http_set(&res, "Location", S("/there"));
    }
    if (str_eq(req->path, S("/there"))) res.body = http_header(req, "X-Token");
    http_answer(req, &res);
}

typedef struct Given { Server *server; Str url, host; } Given;
static void given_drop(Given *g) { server_stop(g->server, 1000); }
#define auto_given [[gnu::cleanup(given_drop)]] Given

static Given given_a_target(Arena *a)
{
    Given g = { 0 };
    ServerOptions options = { .listen = S("127.0.0.1:0"), .handle = handle };
    if (server_start(a, &options, &g.server).info) abort();
    g.host = arena_fmt(a, "127.0.0.1:%d", server_port(g.server));
    g.url = arena_fmt(a, "http://" STR_FMT, STR_ARG(g.host));
    return g;
}

SPEC("a look at a page has its status, its words and how long it took")
{
    auto_arena a = arena_new(4096);
    auto_given g = given_a_target(a);
    ProbeRes res = look(a, "127.0.0.1", (ProbeReq){ .kind = PROBE_HTTP, .target = g.url });
    expect_str("", res.error);
    expect_int(200, res.status);
    expect_str("hello", res.body);
    expect(res.latency_ms >= 0);
}

SPEC("a redirect is the answer unless it may be followed, and takes its headers along to the same host")
{
    auto_arena a = arena_new(4096);
    auto_given g = given_a_target(a);
    HttpHeader token = { .name = S("X-Token"), .value = S("mine") };
    Str url = arena_fmt(a, STR_FMT "/away", STR_ARG(g.url));
    expect_int(302, look(a, "127.0.0.1", (ProbeReq){ .kind = PROBE_HTTP, .target = url }).status);
    ProbeRes res = look(a, "127.0.0.1", (ProbeReq){ .kind = PROBE_HTTP, .target = url, .redirects = 2, .headers = &token, .n_headers = 1 });
    expect_int(200, res.status);
    expect_str("mine", res.body);
}

SPEC("what is not on the public internet is looked at only when an administrator allows it")
{
    auto_arena a = arena_new(4096);
    auto_given g = given_a_target(a);
    expect_has("not on the public internet", look(a, "", (ProbeReq){ .kind = PROBE_HTTP, .target = g.url }).error);
    expect_has("not on the public internet", look(a, "", (ProbeReq){ .kind = PROBE_TCP, .target = g.host }).error);
    expect_has("not on the public internet", look(a, "10.0.0.0/8", (ProbeReq){ .kind = PROBE_ICMP, .target = S("127.0.0.1") }).error);
    expect_str("", look(a, "127.0.0.0/8", (ProbeReq){ .kind = PROBE_TCP, .target = g.host }).error);
}

SPEC("a port that nobody listens on, and a certificate that is none, are told")
{
    auto_arena a = arena_new(4096);
    auto_given g = given_a_target(a);
    expect(look(a, "127.0.0.1", (ProbeReq){ .kind = PROBE_TCP, .target = S("127.0.0.1:1"), .timeout_ms = 30000 }).error.len);
    expect(look(a, "127.0.0.1", (ProbeReq){ .kind = PROBE_TLS, .target = g.host, .timeout_ms = 30000 }).error.len);
}

SPEC("what is no address is told at once")
{
    auto_arena a = arena_new(4096);
    const char *bad[] = { "", "gopher://example.org", "http://user:pw@example.org/", "file:///etc/passwd", "http://" };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        expect_str("this is no address that can be reached", look(a, "127.0.0.1", (ProbeReq){ .kind = PROBE_HTTP, .target = str_of(bad[k]) }).error);
}

SPEC("a thousand looks at once come back, those beyond the limit after their turn")
{
    auto_arena a = arena_new(4096);
    auto_given g = given_a_target(a);
    Seen seen = { .a = a };
    Prober *p;
    prober_open(S("127.0.0.1"), S(""), &p);
    for (int k = 0; k < 1000; k++) prober_begin(p, &(ProbeReq){ .kind = PROBE_TCP, .target = g.host, .timeout_ms = 60000 }, see, &seen);
    for (int k = 0; k < 3000 && seen.n < 1000; k++) prober_run(p, 100);
    expect_int(1000, seen.n);
    expect_int(0, prober_busy(p));
    prober_begin(p, &(ProbeReq){ .kind = PROBE_HTTP, .target = g.url }, see, &seen);
    prober_close(p);                                          /* with one under way */
    expect_int(1000, seen.n);
}

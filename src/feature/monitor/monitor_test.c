#include "app/app.h"
#include "base/spec.h"
#include "feature/alert/alert.h"
#include "feature/monitor/internal.h"

enum { T0_S = 1780000000 };
#define T0 (T0_S * 1000ll)

typedef struct Given { App *app; Cx cx; Arena *a; } Given;
static Given given_monitors(Arena *a)
{
    Given g = { .app = given_a_system(a, T0), .a = a };
    g.cx = app_cx(g.app, a, NULL);
    return g;
}

static Err do_put(Cx *cx, void *arg) { return monitor_put(cx, arg); }
static Err do_remove(Cx *cx, void *arg) { return monitor_remove(cx, *(Str *)arg); }
static Err do_report(Cx *cx, void *arg) { return monitor_report(cx, arg); }

static Monitor a_page(Arena *a)
{
    MonitorStep *step = arena_make(a, MonitorStep);
    *step = (MonitorStep){ .url = S_INIT("https://shop.example.com/health"), .headers = S_INIT("{\"Authorization\":\"Bearer abc\",\"Accept\":\"*/*\"}") };
    return (Monitor){ .name = S("Shop"), .kind = S("http"), .config = { .steps = { step, 1, 1 } }, .interval_s = 60, .timeout_ms = 5000, .retries = 1,
                      .severity = S("SEV-2"), .enabled = true };
}

static Err get(Given *g, Str id, bool secrets, Monitor *ret)
{
    auto_store s = store_take(g->app->db);
    Cx cx = app_cx(g->app, g->a, s);
    return monitor_get(&cx, id, secrets, ret);
}

static Err see(Given *g, const Monitor *m, const char *location, int64_t at_ms, const char *error)
{
    MonitorResult r = { .monitor = m->id, .location = str_of(location), .looked_ms = at_ms, .latency_ms = 120, .error = str_of(error) };
    g->cx.now_ms = at_ms;
    return cx_write(&g->cx, do_report, &(MonitorResults){ &r, 1, 1 });
}

static const Sql alerts_of = { "alerts_of", "SELECT CASE WHEN is_open = 1 THEN 'firing' ELSE 'resolved' END, title, severity, started_ms FROM alert ORDER BY n" };
static Str alerts_told(Given *g)
{
    auto_store s = store_take(g->app->db);
    auto_stmt q = stmt_begin(g->a, s, &alerts_of);
    Buf b = buf_new(g->a, 4096);
    while (stmt_step(&q)) {
        Str status = stmt_col_str(&q, 0), title = stmt_col_str(&q, 1), severity = stmt_col_str(&q, 2);
        buf_fmt(&b, STR_FMT " " STR_FMT " " STR_FMT " %lld; ", STR_ARG(status), STR_ARG(title), STR_ARG(severity), (long long)(stmt_col_int(&q, 3) - T0) / 1000);
    }
    return buf_str(&b);
}

SPEC("a monitor is down once more looks failed than it has retries, fires one alert from the first failure, and resolves it")
{
    auto_arena a = arena_new(4096);
    Given g = given_monitors(a);
    Monitor m = a_page(a), now;
    expect_ok(cx_write(&g.cx, do_put, &m));
    expect_ok(see(&g, &m, "main", T0, ""));
    expect_ok(get(&g, m.id, false, &now));
    expect_str("up", now.state);
    expect_ok(see(&g, &m, "main", T0 + 60000, "status is 503"));
    expect_ok(get(&g, m.id, false, &now));
    expect_str("up", now.state);
    expect_ok(see(&g, &m, "main", T0 + 65000, "status is 503"));
    expect_ok(see(&g, &m, "main", T0 + 125000, "status is 503"));
    expect_ok(get(&g, m.id, false, &now));
    expect_str("down", now.state);
    expect_str("firing Shop is down SEV-2 60; ", alerts_told(&g));
    expect_ok(see(&g, &m, "main", T0 + 185000, ""));
    expect_ok(get(&g, m.id, false, &now));
    expect_str("up", now.state);
    expect_str("resolved Shop is down SEV-2 60; ", alerts_told(&g));
}

SPEC("a monitor of several locations is down when half of them see it, and a location that it does not name is not heard")
{
    auto_arena a = arena_new(4096);
    Given g = given_monitors(a);
    Monitor m = a_page(a), now;
    m.locations = (Strs){ (Str[]){ S("main"), S("eu"), S("us") }, 3, 3 };
    m.retries = 0;
    expect_ok(cx_write(&g.cx, do_put, &m));
    expect_ok(see(&g, &m, "main", T0, ""));
    expect_ok(see(&g, &m, "eu", T0, ""));
    expect_ok(see(&g, &m, "us", T0, ""));
    expect_ok(see(&g, &m, "eu", T0 + 1000, "no route"));
    expect_ok(see(&g, &m, "mars", T0 + 1000, "no air"));
    expect_ok(get(&g, m.id, false, &now));
    expect_str("up", now.state);
    expect_int(3, now.places.len);
    expect_ok(see(&g, &m, "us", T0 + 2000, "no route"));
    expect_ok(get(&g, m.id, false, &now));
    expect_str("down", now.state);
}

SPEC("secrets in headers are sealed, shown hidden, and kept when they come back hidden")
{
    auto_arena a = arena_new(4096);
    Given g = given_monitors(a);
    Monitor m = a_page(a), now;
    expect_ok(cx_write(&g.cx, do_put, &m));
    expect_ok(get(&g, m.id, false, &now));
    expect_str("{\"Authorization\":\"" HIDDEN "\",\"Accept\":\"*/*\"}", now.config.steps.at[0].headers);
    expect_ok(cx_write(&g.cx, do_put, &now));
    expect_ok(get(&g, m.id, true, &now));
    expect_str("{\"Authorization\":\"Bearer abc\",\"Accept\":\"*/*\"}", now.config.steps.at[0].headers);
}

SPEC("what a monitor cannot be is refused by its field")
{
    auto_arena a = arena_new(4096);
    Given g = given_monitors(a);
    Monitor m = a_page(a);
    m.interval_s = 5;
    expect_err(ERR_INVALID, cx_write(&g.cx, do_put, &m));
    m = a_page(a);
    m.kind = S("tcp");
    m.target = S("db.example.com");
    expect_err(ERR_INVALID, cx_write(&g.cx, do_put, &m));
    m.kind = S("dns");
    m.record = S("PTR");
    expect_err(ERR_INVALID, cx_write(&g.cx, do_put, &m));
    m = a_page(a);
    m.config.steps.len = 0;
    expect_err(ERR_INVALID, cx_write(&g.cx, do_put, &m));
}

SPEC("a removed monitor takes its results along")
{
    auto_arena a = arena_new(4096);
    Given g = given_monitors(a);
    Monitor m = a_page(a);
    expect_ok(cx_write(&g.cx, do_put, &m));
    expect_ok(see(&g, &m, "main", T0, ""));
    expect_ok(cx_write(&g.cx, do_remove, &m.id));
    expect_err(ERR_NOT_FOUND, get(&g, m.id, false, &m));
    m.id = S("gone");
    expect_ok(see(&g, &m, "main", T0, "late"));
}

static Str failing(Arena *a, Assertion x, ProbeRes res)
{
    return assertions_fail(a, &(Assertions){ &x, 1, 1 }, &res, T0);
}
#define A(on_, path_, op_, value_) (Assertion){ S(on_), S(path_), S(op_), S(value_) }

SPEC("assertions hold or say what is otherwise")
{
    auto_arena a = arena_new(4096);
    HttpHeader type = { .name = S("Content-Type"), .value = S("text/html") };
    ProbeRes res = { .status = 503, .latency_ms = 900, .body = S("{\"ok\":false,\"items\":[{\"id\":7},{\"id\":\"x\"}]}"), .headers = &type, .n_headers = 1,
                     .certificate_ms = T0 + 9 * DAY_MS + 1, .records = S("192.0.2.1\n192.0.2.2") };
    expect_str("status is 503, wanted: less than 400", failing(a, A("status", "", "less_than", "400"), res));
    expect_str("", failing(a, A("status", "", "is", "503"), res));
    expect_str("latency is 900, wanted: less than 500", failing(a, A("latency", "", "less_than", "500"), res));
    expect_str("", failing(a, A("header", "content-type", "contains", "html"), res));
    expect_str("there is no header x-cache", failing(a, A("header", "x-cache", "exists", ""), res));
    expect_str("json ok is false, wanted: is true", failing(a, A("json", "ok", "is", "true"), res));
    expect_str("", failing(a, A("json", "items[0].id", "is", "7"), res));
    expect_str("", failing(a, A("json", "items[1].id", "is", "x"), res));
    expect_str("there is no json items[2].id", failing(a, A("json", "items[2].id", "is", "x"), res));
    expect_str("the certificate ends in 9 days", failing(a, A("certificate", "", "greater_than", "14"), res));
    expect_str("", failing(a, A("record", "", "contains", "192.0.2.2"), res));
    expect_str("the body should say \"welcome\"", failing(a, A("body", "", "contains", "welcome"), res));
}

static Monitors some_monitors(Arena *a, size_t n, int64_t last_ms)
{
    Monitors all = { 0 };
    for (size_t i = 0; i < n; i++)
        *list_add(a, &all) = (Monitor){ .id = arena_fmt(a, "m-%zu", i), .kind = S("tcp"), .target = S("127.0.0.1:9"), .interval_s = 60, .timeout_ms = 5000,
                                        .last_ms = last_ms, .version = 1 };
    return all;
}

SPEC("monitors that stay as they are keep their place when others are added")
{
    auto_arena a = arena_new(1 << 16);
    Round *r = round_open(S(""), S(""));
    Monitors all = some_monitors(a, 500, 0);
    MonitorResults results = { 0 };
    for (size_t n = 100; n <= all.len; n += 100) {
        round_set(r, &(Monitors){ all.at, n, n }, T0);
        do round_run(r, T0, 10, a, &results);
        while (round_busy(r));
        expect_int(n, results.len);              /* each once, however often the set was given anew */
    }
    round_set(r, &(Monitors){ all.at, 1, 1 }, T0);
    round_close(r);
}

/** How many of `n` monitors, looked at before, are looked at in the very moment in which a round begins. */
static size_t looked_at_once(Arena *a, size_t n)
{
    Round *r = round_open(S(""), S(""));
    Monitors all = some_monitors(a, n, T0 - 1000);
    MonitorResults results = { 0 };
    round_set(r, &all, T0);
    round_run(r, T0, 0, a, &results);
    while (round_busy(r)) round_run(r, T0, 10, a, &results);          /* the clock stands still: nothing else becomes due */
    round_close(r);
    return results.len;
}

SPEC("after a start a few monitors are looked at once; of many the first looks are spread")
{
    auto_arena a = arena_new(1 << 16);
    expect_int(3, looked_at_once(a, 3));
    expect(looked_at_once(a, 400) < 100);
}

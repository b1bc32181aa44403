#include "base/spec.h"
#include "base/time.h"
#include "feature/monitor/internal.h"

enum { T0_S = 1780000000 };
#define T0 (T0_S * 1000ll)
#define MINUTE_MS 60000ll

static int64_t at(const char *text)
{
    int64_t ms;
    if (!time_parse(str_of(text), &ms)) bug("no time");
    return ms;
}

static Err do_put(Cx *cx, void *arg) { return monitor_put(cx, arg); }
static Err do_report(Cx *cx, void *arg) { return monitor_report(cx, arg); }
static Err do_window(Cx *cx, void *arg) { return window_put(cx, arg); }

typedef struct Given { App *app; Cx cx; Arena *a; Monitor m; } Given;
static Given given_a_monitor(Arena *a)
{
    Given g = { .app = given_a_system(a, T0), .a = a };
    g.cx = app_cx(g.app, a, NULL);
    g.m = (Monitor){ .name = S("Database"), .kind = S("tcp"), .target = S("db.example.com:5432"), .interval_s = 60, .timeout_ms = 5000, .severity = S("SEV-2"), .enabled = true };
    if (cx_write(&g.cx, do_put, &g.m).info) bug("no monitor");
    return g;
}

static Str state_after(Given *g, int64_t at_ms, const char *error)
{
    Monitor now;
    MonitorResult r = { .monitor = g->m.id, .location = S("main"), .looked_ms = at_ms, .latency_ms = 9, .error = str_of(error) };
    g->cx.now_ms = at_ms;
    if (cx_write(&g->cx, do_report, &(MonitorResults){ &r, 1, 1 }).info) return S("failed");
    auto_store s = store_take(g->app->db);
    Cx cx = app_cx(g->app, g->a, s);
    return monitor_get(&cx, g->m.id, false, &now).info ? S("gone") : now.state;
}

static const Sql counted = { "counted", "SELECT coalesce(SUM(n), 0), coalesce(SUM(failed), 0), (SELECT COUNT(*) FROM alert) FROM monitor_day" };
static Str told(Given *g)
{
    auto_store s = store_take(g->app->db);
    auto_stmt q = stmt_begin(g->a, s, &counted);
    stmt_step(&q);
    Str text = arena_fmt(g->a, "%lld looks, %lld failed, %lld alerts", (long long)stmt_col_int(&q, 0), (long long)stmt_col_int(&q, 1), (long long)stmt_col_int(&q, 2));
    return stmt_end(&q).info ? S("") : text;
}

SPEC("during maintenance a failure fires nothing and costs no uptime; when it is over and still fails, it counts")
{
    auto_arena a = arena_new(4096);
    Given g = given_a_monitor(a);
    MonitorWindow w = { .title = S("Upgrade"), .starts_ms = T0 + 10 * MINUTE_MS, .ends_ms = T0 + 20 * MINUTE_MS, .monitor_ids = { &g.m.id, 1, 1 } };
    expect_ok(cx_write(&g.cx, do_window, &w));
    expect_str("up", state_after(&g, T0, ""));
    expect_str("up", state_after(&g, T0 + 12 * MINUTE_MS, "refused"));
    expect_str("up", state_after(&g, T0 + 19 * MINUTE_MS, "refused"));
    expect_str("1 looks, 0 failed, 0 alerts", told(&g));
    expect_str("down", state_after(&g, T0 + 21 * MINUTE_MS, "refused"));
    expect_str("2 looks, 1 failed, 1 alerts", told(&g));
}

SPEC("what was down before maintenance stays down, and what is well again during it is up")
{
    auto_arena a = arena_new(4096);
    Given g = given_a_monitor(a);
    expect_str("down", state_after(&g, T0, "refused"));
    expect_ok(cx_write(&g.cx, do_window, &(MonitorWindow){ .title = S("All"), .starts_ms = T0 + MINUTE_MS, .ends_ms = T0 + 9 * MINUTE_MS }));
    expect_str("down", state_after(&g, T0 + 2 * MINUTE_MS, "refused"));
    expect_str("up", state_after(&g, T0 + 3 * MINUTE_MS, ""));
}

SPEC("maintenance that repeats keeps its hour when the clocks change, and ends when it was told to")
{
    MonitorWindow w = { .starts_ms = at("2026-10-18T00:00:00Z"), .ends_ms = at("2026-10-18T02:00:00Z"), .repeats = S("weekly"), .time_zone = S("Europe/Berlin"),
                        .until_ms = at("2026-11-08T00:00:00Z") };
    expect_int(at("2026-10-18T02:00:00Z"), window_ends(&w, at("2026-10-18T01:59:59Z")));
    expect_int(0, window_ends(&w, at("2026-10-18T02:00:00Z")));
    expect_int(0, window_ends(&w, at("2026-10-19T01:00:00Z")));
    expect_int(0, window_ends(&w, at("2026-11-01T00:30:00Z")));
    expect_int(at("2026-11-01T03:00:00Z"), window_ends(&w, at("2026-11-01T02:30:00Z")));
    expect_int(0, window_ends(&w, at("2026-11-08T01:30:00Z")));
    w.repeats = S("daily");
    expect_int(at("2026-10-20T02:00:00Z"), window_ends(&w, at("2026-10-20T00:00:00Z")));
    expect_int(0, window_ends(&w, at("2026-10-17T00:30:00Z")));
}

SPEC("maintenance that cannot be is refused by its field")
{
    auto_arena a = arena_new(4096);
    Given g = given_a_monitor(a);
    Str nobody = S("nobody");
    expect_err(ERR_INVALID, cx_write(&g.cx, do_window, &(MonitorWindow){ .title = S("x"), .starts_ms = T0 + 2, .ends_ms = T0 + 1 }));
    expect_err(ERR_INVALID, cx_write(&g.cx, do_window, &(MonitorWindow){ .title = S("x"), .starts_ms = T0 - 9, .ends_ms = T0 - 1 }));
    expect_err(ERR_INVALID, cx_write(&g.cx, do_window, &(MonitorWindow){ .title = S("x"), .starts_ms = T0, .ends_ms = T0 + DAY_MS, .repeats = S("daily") }));
    expect_err(ERR_INVALID, cx_write(&g.cx, do_window, &(MonitorWindow){ .title = S("x"), .starts_ms = T0, .ends_ms = T0 + 9, .time_zone = S("Moon/Base") }));
    expect_err(ERR_INVALID, cx_write(&g.cx, do_window, &(MonitorWindow){ .title = S("x"), .starts_ms = T0, .ends_ms = T0 + 9, .monitor_ids = { &nobody, 1, 1 } }));
}

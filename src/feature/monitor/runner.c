/* The thread that looks from the location of this server. Of several nodes on one database one has the lease of a location;
 * when it is gone, another takes over within a minute. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "app/app.h"
#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "feature/monitor/internal.h"
#include "sql.gen.h"

enum { LEASE_MS = 45000, RENEW_MS = 15000, FLUSH_MS = 2000, FLUSH_AT = 500, HELD_MOST = 100000, ALL_MOST = 20000 };

typedef struct MonitorRunner Runner;
struct MonitorRunner {
    App *app;
    Round *round;
    Str node;
    atomic_bool stop, changed;
    pthread_t thread;
    Arena *held;                             /* of `results`, until they are stored */
    MonitorResults results;
    int64_t flushed_ms, renewed_ms;
    bool leading;
};

typedef struct Lease { Runner *runner; Str location; bool mine; } Lease;

static Err take_lease(Cx *cx, void *arg)
{
    Lease *l = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_lease_take);
    stmt_str(&q, "location", l->location);
    stmt_str(&q, "node", l->runner->node);
    stmt_int(&q, "until_ms", cx->now_ms + LEASE_MS);
    stmt_int(&q, "now_ms", cx->now_ms);
    l->mine = stmt_step(&q);
    return stmt_end(&q);
}

static Err drop_lease(Cx *cx, void *arg)
{
    Lease *l = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_lease_drop);
    stmt_str(&q, "location", l->location);
    stmt_str(&q, "node", l->runner->node);
    return stmt_exec(&q);
}

static bool is_here(const Monitor *m, Str location)
{
    list_each(&m->locations, k)
        if (str_eq(m->locations.at[k], location)) return true;
    return false;
}

/** Asks for the lease when it is due, and for the monitors when they have changed. */
static Err renew(Runner *m, int64_t now_ms)
{
    bool changed = atomic_exchange(&m->changed, false);
    if (!changed && m->renewed_ms && now_ms - m->renewed_ms < RENEW_MS) return OK;
    m->renewed_ms = now_ms;
    auto_arena a = arena_new(64 * 1024);
    auto_store s = store_take(m->app->db);
    Cx cx = app_cx(m->app, a, s);
    Monitors all, here = { 0 };
    round_allow(m->round, setting_str(&cx, "monitors.allow"));
    TRY(monitor_list(&cx, &(MonitorFilter){ .enabled = true }, true, S(""), ALL_MOST, &all));
    Lease lease = { .runner = m, .location = setting_str(&cx, "monitors.location") };
    list_each(&all, k)
        if (is_here(&all.at[k], lease.location)) *list_add(a, &here) = all.at[k];
    if (here.len || m->leading) {
        Cx write = app_cx(m->app, a, NULL);
        TRY(cx_write(&write, take_lease, &lease));
    }
    m->leading = lease.mine;
    round_set(m->round, lease.mine ? &here : &(Monitors){ 0 }, now_ms);
    return OK;
}

static Err store_results(Cx *cx, void *arg)
{
    Runner *m = arg;
    Str location = setting_str(cx, "monitors.location");
    list_each(&m->results, k)
        if (str_empty(m->results.at[k].location)) m->results.at[k].location = arena_str(m->held, location);
    return monitor_report(cx, &m->results);
}

static void forget(Runner *m)
{
    arena_free(m->held);
    m->held = arena_new(16 << 10);
    m->results = (MonitorResults){ 0 };
}

/** What was found goes to the database together; while that fails (a full disk) it is held, up to a limit. */
static void flush(Runner *m, int64_t now_ms, bool all)
{
    bool due = m->results.len >= FLUSH_AT || now_ms - m->flushed_ms >= FLUSH_MS || now_ms < m->flushed_ms;
    if (!m->results.len || (!due && !all)) return;
    m->flushed_ms = now_ms;
    auto_arena a = arena_new(64 * 1024);
    Cx cx = app_cx(m->app, a, NULL);
    Err e = cx_write(&cx, store_results, m);
    if (!e.info) { forget(m); return; }
    log_warn("results of monitors are held back: " STR_FMT, STR_ARG(e.info->message));
    if (m->results.len > HELD_MOST) forget(m);
}

static void *run(void *arg)
{
    Runner *m = arg;
    while (!atomic_load(&m->stop)) {
        int64_t now_ms = clock_ms();
        Err e = renew(m, now_ms);
        if (e.info) log_warn("monitors: " STR_FMT, STR_ARG(e.info->message));
        round_run(m->round, now_ms, 500, m->held, &m->results);
        flush(m, clock_ms(), false);
    }
    flush(m, clock_ms(), true);
    if (m->leading) {
        auto_arena a = arena_new(4096);
        Cx cx = app_cx(m->app, a, NULL);
        auto_store s = store_take(m->app->db);
        Cx reading = app_cx(m->app, a, s);
        Lease lease = { .runner = m, .location = setting_str(&reading, "monitors.location") };
        Err e = cx_write(&cx, drop_lease, &lease);
        if (e.info) log_warn("monitors: " STR_FMT, STR_ARG(e.info->message));
    }
    return NULL;
}

Err monitors_serve(App *app)
{
    Runner *m = calloc(1, sizeof *m);
    if (!m) bug("out of memory");
    m->app = app;
    m->round = round_open(S(""), S(""));
    m->node = id_new(app->arena, clock_ms());
    m->held = arena_new(16 << 10);
    if (pthread_create(&m->thread, NULL, run, m)) {
        round_close(m->round);
        arena_free(m->held);
        free(m);
        return fail(app->arena, ERR_UNAVAILABLE, "the system refuses another thread");
    }
    app->monitors = m;
    return OK;
}

void monitors_heard(App *app, Str channel, Str payload)
{
    (void)payload;
    if (!app->monitors || !(str_eq(channel, S("monitors")) || str_eq(channel, S("reconnected")))) return;
    atomic_store(&app->monitors->changed, true);
    round_wake(app->monitors->round);
}

void monitors_quiesce(App *app)
{
    Runner *m = app->monitors;
    if (!m) return;
    atomic_store(&m->stop, true);
    round_wake(m->round);
    pthread_join(m->thread, NULL);
}

void monitors_stop(App *app)
{
    Runner *m = app->monitors;
    if (!m) return;
    app->monitors = NULL;
    round_close(m->round);
    arena_free(m->held);
    free(m);
}

/* What looks have found: kept, and turned into states and alerts. */
#include "app/app.h"
#include "base/id.h"
#include "base/map.h"
#include "feature/monitor/internal.h"
#include "port/alert_build.h"
#include "sql.gen.h"

/** What results of one monitor in one hour at one location, and on one day, add up to. */
typedef struct Hour { Str monitor, location; int64_t hour; Buf samples; } Hour;
typedef struct Day { Str monitor; int64_t day, n, failed, latency_sum, latency_max; } Day;
typedef struct Gathered { Arena *arena; Map *hours, *days; LIST(Hour *) all_hours; LIST(Day *) all_days; } Gathered;

static Hour *hour_of(Gathered *g, const MonitorResult *r)
{
    Str key = arena_fmt(g->arena, STR_FMT " %lld " STR_FMT, STR_ARG(r->monitor), (long long)(r->looked_ms / HOUR_MS), STR_ARG(r->location));
    Hour *h = map_get(g->hours, key);
    if (h) return h;
    h = arena_make(g->arena, Hour);
    *h = (Hour){ r->monitor, r->location, r->looked_ms / HOUR_MS, buf_new(g->arena, 1 << 20) };
    map_set(g->hours, key, h);
    return *list_add(g->arena, &g->all_hours) = h;
}

static Day *day_of(Gathered *g, const MonitorResult *r)
{
    Str key = arena_fmt(g->arena, STR_FMT " %lld", STR_ARG(r->monitor), (long long)(r->looked_ms / DAY_MS));
    Day *d = map_get(g->days, key);
    if (d) return d;
    d = arena_make(g->arena, Day);
    *d = (Day){ .monitor = r->monitor, .day = r->looked_ms / DAY_MS };
    map_set(g->days, key, d);
    return *list_add(g->arena, &g->all_days) = d;
}

/** What is found during maintenance is kept, but no day suffers from it. */
static void gather(Gathered *g, const MonitorResult *r, bool resting)
{
    Hour *h = hour_of(g, r);
    buf_fmt(&h->samples, "%d:%s%lld;", (int)(r->looked_ms % HOUR_MS / 1000), r->error.len ? "!" : "", (long long)r->latency_ms);
    if (resting) return;
    Day *d = day_of(g, r);
    d->n++;
    d->failed += r->error.len > 0;
    d->latency_sum += r->latency_ms;
    if (r->latency_ms > d->latency_max) d->latency_max = r->latency_ms;
}

static Err store_gathered(Cx *cx, const Gathered *g)
{
    list_each(&g->all_hours, k) {
        Hour *h = g->all_hours.at[k];
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_hour_add);
        stmt_str(&q, "id", h->monitor);
        stmt_str(&q, "location", h->location);
        stmt_int(&q, "hour", h->hour);
        stmt_str(&q, "samples", buf_str(&h->samples));
        TRY(stmt_exec(&q));
    }
    list_each(&g->all_days, k) {
        const Day *d = g->all_days.at[k];
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_day_add);
        stmt_str(&q, "id", d->monitor);
        stmt_int(&q, "day", d->day);
        stmt_int(&q, "n", d->n);
        stmt_int(&q, "failed", d->failed);
        stmt_int(&q, "latency_sum", d->latency_sum);
        stmt_int(&q, "latency_max", d->latency_max);
        TRY(stmt_exec(&q));
    }
    return OK;
}

/* ---- states */

static Err see_place(Cx *cx, const MonitorResult *r, bool resting)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_place_put);
    stmt_str(&q, "id", r->monitor);
    stmt_str(&q, "location", r->location);
    stmt_int(&q, "failures", r->error.len > 0 && !resting);
    stmt_int(&q, "at_ms", r->looked_ms);
    stmt_int(&q, "latency_ms", r->latency_ms);
    stmt_str(&q, "error", r->error);
    TRY(stmt_exec(&q));
    auto_stmt seen = stmt_begin(cx->arena, cx->store, &sql_monitor_seen);
    stmt_str(&seen, "id", r->monitor);
    stmt_int(&seen, "at_ms", r->looked_ms);
    stmt_int(&seen, "latency_ms", r->latency_ms);
    stmt_str(&seen, "error", r->error);
    return stmt_exec(&seen);
}

/** At least half of the locations see it failing; `ret_since`: when the first of them began to. */
static bool is_down(const Monitor *m, const MonitorPlaces *places, int64_t *ret_since, Str *ret_error)
{
    size_t down = 0;
    *ret_since = 0;
    list_each(places, k) {
        const MonitorPlace *p = &places->at[k];
        if (p->failures <= m->retries) continue;
        down++;
        if (!*ret_since || p->since_ms < *ret_since) *ret_since = p->since_ms, *ret_error = p->error;
    }
    return down && 2 * down >= places->len;
}

static Err tell_alert(Cx *cx, const Monitor *m, bool down, int64_t since_ms, int64_t at_ms, Str error)
{
    AlertLabels labels = { .arena = cx->arena };
    Buf note = buf_new(cx->arena, 200), links = buf_new(cx->arena, 4096);
    alert_labels_add(&labels, S("monitor"), m->name);
    alert_labels_add(&labels, S("kind"), m->kind);
    if (m->service.name.len) alert_labels_add(&labels, S("service"), m->service.name);
    alert_link_add(&links, S("Monitor"), app_link(cx, arena_fmt(cx->arena, "/monitors/" STR_FMT, STR_ARG(m->id))));
    AlertIn in = { .dedup_key = arena_fmt(cx->arena, "monitor:" STR_FMT, STR_ARG(m->id)), .resolved = !down, .severity = m->severity,
                   .title = arena_fmt(cx->arena, STR_FMT " is down", STR_ARG(m->name)), .description = error, .labels = alert_labels_end(&labels, &note),
                   .links = alert_links_end(&links), .started_ms = since_ms, .ended_ms = down ? 0 : at_ms };
    return alert_take(cx, &in);
}

static Err begin_outage(Cx *cx, Str monitor, int64_t at_ms, Str error)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_outage_begin);
    stmt_str(&q, "outage", id_new(cx->arena, cx->now_ms));
    stmt_str(&q, "id", monitor);
    stmt_int(&q, "at_ms", at_ms);
    stmt_str(&q, "error", error);
    return stmt_exec(&q);
}

static Err end_outage(Cx *cx, Str monitor, int64_t at_ms)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_outage_end);
    stmt_str(&q, "id", monitor);
    stmt_int(&q, "at_ms", at_ms);
    return stmt_exec(&q);
}

static Err become(Cx *cx, const Monitor *m, bool down, int64_t since_ms, int64_t at_ms, Str error)
{
    auto_stmt set = stmt_begin(cx->arena, cx->store, &sql_monitor_set_state);
    stmt_str(&set, "id", m->id);
    stmt_str(&set, "state", down ? S("down") : S("up"));
    stmt_int(&set, "at_ms", down ? since_ms : at_ms);
    TRY(stmt_exec(&set));
    if (down) TRY(begin_outage(cx, m->id, since_ms, error));
    else {
        auto_stmt open = stmt_begin(cx->arena, cx->store, &sql_monitor_outage_open);
        stmt_str(&open, "id", m->id);
        bool was = stmt_step(&open);
        since_ms = was ? stmt_col_int(&open, 0) : 0;
        TRY(stmt_end(&open));
        if (!was) return live_touch(cx, S("monitors"), "up", m->id, m->version, S(""));      /* its first look; nothing was wrong */
        TRY(end_outage(cx, m->id, at_ms));
    }
    TRY(tell_alert(cx, m, down, since_ms, at_ms, error));
    return live_touch(cx, S("monitors"), down ? "down" : "up", m->id, m->version, S(""));
}

static bool looks_from(const Monitor *m, Str location)
{
    list_each(&m->locations, k)
        if (str_eq(m->locations.at[k], location)) return true;
    return false;
}

/** The certificates changed once in months; they are written only then. */
static Err see_chain(Cx *cx, const Monitor *m, const MonitorResult *r)
{
    Str now = chain_text(cx->arena, &r->chain);
    if (!r->chain.len || str_eq(now, chain_text(cx->arena, &m->chain))) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_set_chain);
    stmt_str(&q, "id", m->id);
    stmt_str(&q, "chain", now);
    return stmt_exec(&q);
}

typedef enum Taken { PASSED_OVER, TAKEN, RESTING } Taken;

/** One result: the place sees it, and the monitor may change its state. Passed over: it concerns nobody. */
static Err take_result(Cx *cx, const MonitorWindows *windows, const MonitorResult *r, Taken *ret_taken)
{
    Monitor m;
    Err e = monitor_get(cx, r->monitor, false, &m);
    *ret_taken = PASSED_OVER;
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    if (!m.enabled || !looks_from(&m, r->location) || r->looked_ms > cx->now_ms + 60000 || r->looked_ms < cx->now_ms - DAY_MS) return OK;
    bool resting = windows_until(windows, m.id, r->looked_ms) > 0;
    *ret_taken = resting ? RESTING : TAKEN;
    TRY(see_chain(cx, &m, r));
    bool quiet = str_eq(m.state, S("up")) && str_empty(r->error);
    list_each(&m.places, k) quiet &= !m.places.at[k].failures;
    TRY(see_place(cx, r, resting));
    if (quiet || (resting && r->error.len)) return OK;                                          /* nothing changes: most results are like this */
    Monitor now;
    int64_t since_ms;
    Str error = S("");
    TRY(monitor_get(cx, r->monitor, false, &now));
    bool down = is_down(&now, &now.places, &since_ms, &error), was = str_eq(m.state, S("down"));
    if (down == was && !str_eq(m.state, S("unknown"))) return OK;
    if (!down && r->error.len) return OK;                          /* it fails, but that is not believed yet */
    return become(cx, &now, down, since_ms, r->looked_ms, error);
}

Err monitor_report(Cx *cx, const MonitorResults *results)
{
    Gathered g = { .arena = cx->arena, .hours = map_new(cx->arena), .days = map_new(cx->arena) };
    MonitorWindows windows = { 0 };
    TRY(windows_list(cx, &windows));
    list_each(results, k) {
        Taken taken;
        TRY(take_result(cx, &windows, &results->at[k], &taken));
        if (taken) gather(&g, &results->at[k], taken == RESTING);
    }
    return store_gathered(cx, &g);
}

Err monitor_keep(Cx *cx, const MonitorResults *results)
{
    Gathered g = { .arena = cx->arena, .hours = map_new(cx->arena), .days = map_new(cx->arena) };
    bool was_down = false;
    list_each(results, k) {
        const MonitorResult *r = &results->at[k];
        bool down = r->error.len > 0;
        gather(&g, r, false);
        if (down && !was_down) TRY(begin_outage(cx, r->monitor, r->looked_ms, r->error));
        if (!down && was_down) TRY(end_outage(cx, r->monitor, r->looked_ms));
        was_down = down;
    }
    return store_gathered(cx, &g);
}

static Err sweep(Cx *cx, void *arg)
{
    (void)arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_hour_sweep);
    stmt_int(&q, "hour", cx->now_ms / HOUR_MS - KEEP_HOURS);
    TRY(stmt_exec(&q));
    auto_stmt over = stmt_begin(cx->arena, cx->store, &sql_monitor_window_sweep);
    stmt_int(&over, "before_ms", cx->now_ms - 90 * DAY_MS);
    return stmt_exec(&over);
}

Err monitor_sweep_job(Cx *cx, Str payload)
{
    (void)payload;
    return cx_write(cx, sweep, NULL);
}

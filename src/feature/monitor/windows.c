/* Maintenance: times in which it is known that something may not answer. It is looked at all the same and its results are
 * kept, but none counts as a failure, no day's uptime suffers, and nobody is called. What was down before stays down, and what
 * is well again during it is up. */
#include "app/audit.h"
#include "base/id.h"
#include "base/time.h"
#include "document/words.h"
#include "feature/account/account.h"
#include "feature/monitor/internal.h"
#include "sql.gen.h"

#define WEEK_MS (7 * DAY_MS)
static const char *const repeats[] = { "daily", "weekly", NULL };

SHAPE(window_shape, MonitorWindow, "A time in which failures of monitors do not count",
    FIELD(MonitorWindow, id, READ_ONLY, "UUIDv7"),
    FIELD(MonitorWindow, title, REQUIRED, "What is done then", .max = 200),
    FIELD_AT(MonitorWindow, starts_ms, REQUIRED, "From"),
    FIELD_AT(MonitorWindow, ends_ms, REQUIRED, "To; of one that repeats, the end of the first"),
    FIELD(MonitorWindow, repeats, NULLABLE, "daily or weekly at the same hour of its time zone; null: once", .values = repeats),
    FIELD_AT(MonitorWindow, until_ms, NULLABLE, "Of one that repeats: none begins from then on"),
    FIELD(MonitorWindow, time_zone, NULLABLE, "Europe/Berlin; of the person who adds it, unless said", .max = 60),
    FIELD(MonitorWindow, monitor_ids, 0, "Which monitors; none named: all", .max = 1000),
    FIELD_AT(MonitorWindow, under_way_until_ms, READ_ONLY | NULLABLE, "It is under way, until then"),
    FIELD(MonitorWindow, version, READ_ONLY, "Grows with each change"));

int64_t window_ends(const MonitorWindow *w, int64_t at_ms)
{
    int64_t length = w->ends_ms - w->starts_ms;
    if (at_ms < w->starts_ms) return 0;
    if (str_empty(w->repeats)) return at_ms < w->ends_ms ? w->ends_ms : 0;
    int64_t since = at_ms + words_offset_ms(w->time_zone, at_ms) - w->starts_ms - words_offset_ms(w->time_zone, w->starts_ms);
    int64_t into = since % (str_eq(w->repeats, S("daily")) ? DAY_MS : WEEK_MS), begun_ms = at_ms - into;
    if (since < 0 || into >= length || (w->until_ms && begun_ms >= w->until_ms)) return 0;
    return begun_ms + length;
}

int64_t windows_until(const MonitorWindows *all, Str monitor, int64_t at_ms)
{
    int64_t until = 0;
    list_each(all, k) {
        const MonitorWindow *w = &all->at[k];
        bool concerns = !w->monitor_ids.len;
        for (size_t i = 0; i < w->monitor_ids.len && !concerns; i++) concerns = str_eq(w->monitor_ids.at[i], monitor);
        int64_t ends = concerns ? window_ends(w, at_ms) : 0;
        if (ends > until) until = ends;
    }
    return until;
}

Err windows_list(Cx *cx, MonitorWindows *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_window_list);
    while (stmt_step(&q)) {
        MonitorWindow *w = list_add(cx->arena, ret);
        *w = (MonitorWindow){ .id = stmt_col_str(&q, 0), .title = stmt_col_str(&q, 1), .starts_ms = stmt_col_int(&q, 2), .ends_ms = stmt_col_int(&q, 3),
                              .repeats = stmt_col_str(&q, 4), .until_ms = stmt_col_int(&q, 5), .time_zone = stmt_col_str(&q, 6),
                              .monitor_ids = strs_parse(cx->arena, stmt_col_str(&q, 7)), .version = stmt_col_int(&q, 8) };
        w->under_way_until_ms = window_ends(w, cx->now_ms);
    }
    return stmt_end(&q);
}

Err window_get(Cx *cx, Str id, MonitorWindow *ret)
{
    MonitorWindows all = { 0 };
    TRY(windows_list(cx, &all));
    list_each(&all, k)
        if (str_eq(all.at[k].id, id)) { *ret = all.at[k]; return OK; }
    return fail(cx->arena, ERR_NOT_FOUND, "no maintenance window " STR_FMT, STR_ARG(id));
}

static Err check(Cx *cx, MonitorWindow *w)
{
    int64_t length = w->ends_ms - w->starts_ms;
    if (length <= 0) return fail_field(cx->arena, S("ends_at"), "it ends after it begins");
    if (str_empty(w->repeats) && w->ends_ms <= cx->now_ms && !w->version) return fail_field(cx->arena, S("ends_at"), "this is over already");
    if (str_eq(w->repeats, S("daily")) && length >= DAY_MS) return fail_field(cx->arena, S("ends_at"), "one that comes each day is shorter than a day");
    if (str_eq(w->repeats, S("weekly")) && length >= WEEK_MS) return fail_field(cx->arena, S("ends_at"), "one that comes each week is shorter than a week");
    if (str_empty(w->repeats)) w->until_ms = 0;
    if (w->until_ms && w->until_ms <= w->starts_ms) return fail_field(cx->arena, S("until_at"), "it is after the first one begins");
    if (w->time_zone.len && !time_zone_is_known(cx->arena, w->time_zone)) return fail_field(cx->arena, S("time_zone"), "no time zone " STR_FMT, STR_ARG(w->time_zone));
    list_each(&w->monitor_ids, k) {
        Monitor m;
        Err e = monitor_get(cx, w->monitor_ids.at[k], false, &m);
        if (err_is(e, ERR_NOT_FOUND)) return fail_field(cx->arena, arena_fmt(cx->arena, "monitor_ids[%zu]", k), "there is no such monitor");
        TRY(e);
    }
    return OK;
}

Err window_put(Cx *cx, MonitorWindow *w)
{
    TRY(check(cx, w));
    bool fresh = str_empty(w->id);
    if (fresh) w->id = id_new(cx->arena, cx->now_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_window_put);
    stmt_str(&q, "id", w->id);
    stmt_str(&q, "title", w->title);
    stmt_int(&q, "starts_ms", w->starts_ms);
    stmt_int(&q, "ends_ms", w->ends_ms);
    stmt_str(&q, "repeats", w->repeats);
    stmt_int_or_null(&q, "until_ms", w->until_ms);
    stmt_str(&q, "time_zone", w->time_zone);
    stmt_str(&q, "monitors", strs_json(cx->arena, w->monitor_ids));
    TRY(stmt_exec(&q));
    TRY(audit_add(cx, fresh ? "monitor_window.added" : "monitor_window.changed", "monitor_window", w->id, audit_name(cx->arena, w->title)));
    return live_touch(cx, S("monitors"), "maintenance", w->id, w->version + 1, S(""));
}

/* ---- over HTTP */

Err windows_show(Cx *cx, Req *req, Res *res)
{
    (void)req;
    MonitorWindows all = { 0 };
    TRY(windows_list(cx, &all));
    res_list(cx, res, &window_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static Err answer(Cx *cx, Str id, Res *res, bool created)
{
    MonitorWindow w;
    TRY(window_get(cx, id, &w));
    if (created) res_created(cx, res, &window_shape, &w, S(""), w.version);
    else res_record(cx, res, &window_shape, &w, w.version);
    return OK;
}

Err window_add(Cx *cx, Req *req, Res *res)
{
    MonitorWindow *w = BODY(req, MonitorWindow);
    if (str_empty(w->time_zone)) {
        User me;
        TRY(user_get(cx, cx->actor.id, &me));
        w->time_zone = me.time_zone;
    }
    TRY(window_put(cx, w));
    return answer(cx, w->id, res, true);
}

#define TAKE(member) if (BODY_HAS(req, MonitorWindow, member)) w.member = in->member

Err window_edit(Cx *cx, Req *req, Res *res)
{
    const MonitorWindow *in = BODY(req, MonitorWindow);
    MonitorWindow w;
    TRY(window_get(cx, req_param(req, "window"), &w));
    TRY(cx_match(cx, w.version));
    TAKE(title);
    TAKE(starts_ms);
    TAKE(ends_ms);
    TAKE(repeats);
    TAKE(until_ms);
    TAKE(time_zone);
    TAKE(monitor_ids);
    TRY(window_put(cx, &w));
    return answer(cx, w.id, res, false);
}

Err window_remove(Cx *cx, Req *req, Res *res)
{
    MonitorWindow w;
    TRY(window_get(cx, req_param(req, "window"), &w));
    TRY(cx_match(cx, w.version));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_window_delete);
    stmt_str(&q, "id", w.id);
    TRY(stmt_exec(&q));
    TRY(audit_add(cx, "monitor_window.removed", "monitor_window", w.id, audit_name(cx->arena, w.title)));
    TRY(live_touch(cx, S("monitors"), "maintenance", w.id, w.version + 1, S("")));
    res_none(res);
    return OK;
}

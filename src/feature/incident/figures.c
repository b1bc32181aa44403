/* What features above keep in the row of an incident: counts, and how far its reports are. */
#include "feature/incident/rules.h"
#include "sql.gen.h"

Err incident_count(Cx *cx, Str incident, IncidentCount what, int64_t delta)
{
    static const Sql *const by[] = { &sql_incident_count_events, &sql_incident_count_alerts,
                                     &sql_incident_count_changes, &sql_incident_count_messages };
    auto_stmt q = stmt_begin(cx->arena, cx->store, by[what]);
    stmt_str(&q, "id", incident);
    stmt_int(&q, "delta", delta);
    return stmt_exec(&q);
}

Err incident_follow_ups_set(Cx *cx, Str incident, int64_t n)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_set_follow_ups);
    stmt_str(&q, "id", incident);
    stmt_int(&q, "n", n);
    return stmt_exec(&q);
}

/** The report that is furthest speaks for the incident; the first publication counts for the time to report. */
static Err sum_reports(Cx *cx, Str incident)
{
    Str best = S("");
    int64_t n = 0, published_ms = 0;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_report_sum);
    stmt_str(&q, "id", incident);
    while (stmt_step(&q)) {
        Str state = stmt_col_str(&q, 0);
        int64_t at = stmt_col_int(&q, 1);
        best = incident_furthest(best, state);
        if (at && (!published_ms || at < published_ms)) published_ms = at;
        n++;
    }
    TRY(stmt_end(&q));
    auto_stmt set = stmt_begin(cx->arena, cx->store, &sql_incident_report_figures);
    stmt_str(&set, "id", incident);
    stmt_int(&set, "n", n);
    stmt_str(&set, "state", best);
    stmt_int_or_null(&set, "published_ms", published_ms);
    stmt_int(&set, "now_ms", cx->now_ms);
    TRY(stmt_exec(&set));
    Incident i;
    TRY(incident_row(cx, incident, &i));
    Str topic = arena_fmt(cx->arena, "incident:" STR_FMT, STR_ARG(incident));
    TRY(live_touch(cx, S("incidents"), "changed", incident, i.version, i.audience));
    return live_touch(cx, topic, "changed", incident, i.version, i.audience);
}

Err incident_report_set(Cx *cx, Str incident, RecordRef report, Str state, int64_t published_ms, Str audience)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_report_put);
    stmt_str(&q, "id", incident);
    stmt_str(&q, "report", report.id);
    stmt_str(&q, "reference", report.reference);
    stmt_str(&q, "title", report.title);
    stmt_str(&q, "state", state);
    stmt_str(&q, "audience", audience);
    stmt_int_or_null(&q, "published_ms", published_ms);
    TRY(stmt_exec(&q));
    return sum_reports(cx, incident);
}

Err incident_report_audience(Cx *cx, Str report, Str audience)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_report_audience);
    stmt_str(&q, "report", report);
    stmt_str(&q, "audience", audience);
    stmt_step(&q);
    bool changed = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    if (!changed) return OK;
    Strs incidents = { 0 };
    auto_stmt of = stmt_begin(cx->arena, cx->store, &sql_incident_report_incidents);
    stmt_str(&of, "report", report);
    while (stmt_step(&of)) *list_add(cx->arena, &incidents) = stmt_col_str(&of, 0);
    TRY(stmt_end(&of));
    list_each(&incidents, k) TRY(sum_reports(cx, incidents.at[k]));
    return OK;
}

Err incident_report_audience_of(Cx *cx, Str report, Str *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_report_audience_of);
    stmt_str(&q, "report", report);
    Str audience = stmt_step(&q) ? stmt_col_str(&q, 0) : S("");
    TRY(stmt_end(&q));
    *ret = audience;
    return OK;
}

Err incident_report_remove(Cx *cx, Str incident, Str report)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_report_remove);
    stmt_str(&q, "id", incident);
    stmt_str(&q, "report", report);
    TRY(stmt_exec(&q));
    return sum_reports(cx, incident);
}

Err incident_report_refs(Cx *cx, Strs ids, RecordRefs *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_incident_report_refs,
                                stmt_if(!access_all(cx), "visible"), NULL);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (RecordRef){ stmt_col_str(&q, 0), stmt_col_str(&q, 1), stmt_col_str(&q, 2) };
    return stmt_end(&q);
}

Err incident_report_named(Cx *cx, Str field, Str given, RecordRef *ret, Str *ret_incident, Str *ret_audience)
{
    RecordRefs found = { 0 };
    Strs incidents = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_incident_report_find,
                                stmt_if(!access_all(cx), "visible"), NULL);
    stmt_str(&q, "given", given);
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    while (stmt_step(&q)) {
        *list_add(cx->arena, &found) = (RecordRef){ stmt_col_str(&q, 0), stmt_col_str(&q, 1), stmt_col_str(&q, 2) };
        *list_add(cx->arena, &incidents) = stmt_col_str(&q, 3);
        *ret_audience = stmt_col_str(&q, 4);
    }
    TRY(stmt_end(&q));
    list_each(&found, k) {
        Err seen = incident_resolve(cx, incidents.at[k], ret_incident);
        if (err_is(seen, ERR_NOT_FOUND)) continue;
        TRY(seen);
        *ret = found.at[k];
        return OK;
    }
    return fail_field(cx->arena, field, "there is no report " STR_FMT, STR_ARG(given));
}

/* Key figures, due dates and what else a report takes from its incidents. */
#include "app/access.h"
#include "base/time.h"
#include "feature/account/account.h"
#include "feature/report/rules.h"
#include "sql.gen.h"

#define DAY_MS 86400000ll

static int severity_rank(Str s) { return str_starts(s, S("SEV-")) && s.len == 5 ? '9' - s.at[4] : 0; }

Err report_gather(Cx *cx, Strs incident_ids, Gathered *ret)
{
    Gathered g = { 0 };
    Strs audiences = { 0 }, people = { 0 };
    int64_t customers = 0;
    list_each(&incident_ids, k) {
        Incident *i = list_add(cx->arena, &g.incidents);
        KeyFigures f;
        TRY(incident_get(cx, incident_ids.at[k], i));
        template_figures(i, &f);
        ids_add(cx->arena, &audiences, i->audience);
        list_each(&i->services, s) ids_add(cx->arena, &g.services, i->services.at[s].id);
        list_each(&i->causes, c) ids_add(cx->arena, &g.causes, i->causes.at[c].key);
        list_each(&i->roles, p)
            if (!str_eq(i->roles.at[p].role, S("observer")))
                ids_add(cx->arena, &people, i->roles.at[p].user.id);
        if (!k || severity_rank(f.severity) > severity_rank(g.figures.severity))
            g.figures.severity = f.severity;
        if (f.started_ms && (!g.figures.started_ms || f.started_ms < g.figures.started_ms))
            g.figures.started_ms = f.started_ms;
        if (f.ended_ms > g.figures.ended_ms) g.figures.ended_ms = f.ended_ms;
        customers += f.customers;
        int64_t began = i->impact_started_ms ? i->impact_started_ms : i->declared_ms;
        if (!g.began_ms || began < g.began_ms) g.began_ms = began;
    }
    if (g.figures.ended_ms > g.began_ms && g.began_ms)
        g.figures.duration_ms = g.figures.ended_ms - g.began_ms;
    g.figures.customers = customers;
    g.figures.responders = (int64_t)people.len;
    if (!g.began_ms) g.began_ms = cx->now_ms;
    if (!g.figures.severity.len) g.figures.severity = S("unknown");
    TRY(access_shared(cx, audiences, &g.audience));
    *ret = g;
    return OK;
}

Str report_figures_json(Arena *a, const KeyFigures *f)
{
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    Buf b = buf_new(a, 4000);
    buf_add(&b, S("{\"severity\":"));
    buf_json(&b, f->severity);
    if (f->started_ms) buf_fmt(&b, ",\"started_at\":\"%s\"", time_rfc3339(f->started_ms, from));
    if (f->ended_ms) buf_fmt(&b, ",\"ended_at\":\"%s\"", time_rfc3339(f->ended_ms, to));
    if (f->duration_ms) buf_fmt(&b, ",\"duration\":\"%lld\"", (long long)f->duration_ms);
    if (f->responders) buf_fmt(&b, ",\"responders\":\"%lld\"", (long long)f->responders);
    if (f->customers) buf_fmt(&b, ",\"customers_affected\":\"%lld\"", (long long)f->customers);
    buf_byte(&b, '}');
    return buf_str(&b);
}

void report_metrics(Arena *a, const Str figures, const Str overrides, ReportMetrics *ret)
{
    json_t *of = json_loadb(figures.at ? figures.at : "", figures.len, 0, NULL),
           *over = json_loadb(overrides.at ? overrides.at : "", overrides.len, 0, NULL);
    for (size_t i = 0; report_metric_keys[i]; i++) {
        Str original = arena_str(a, json_str(of, report_metric_keys[i])),
            value = arena_str(a, json_str(over, report_metric_keys[i]));
        ReportMetric m = { str_of(report_metric_keys[i]), value.len ? value : original, value.len ? S("override") : S("incident"), value.len ? original : S("") };
        *list_add(a, ret) = m;
    }
    json_decref(of);
    json_decref(over);
}

/* The words that an override may have: severities and times are checked, the rest is free text. */
static Err override_check(Cx *cx, const char *key, Str value)
{
    Str field = arena_fmt(cx->arena, "metric_overrides.%s", key);
    int64_t ms;
    if (value.len > 80) return fail_field(cx->arena, field, "a figure has at most 80 bytes");
    if (str_eq(str_of(key), S("severity"))) {
        for (size_t i = 0; incident_severities[i]; i++)
            if (str_eq(value, str_of(incident_severities[i]))) return OK;
        return fail_field(cx->arena, field, "there is no severity \"" STR_FMT "\"", STR_ARG(value));
    }
    bool time = str_ends(str_of(key), S("_at"));
    if (time && !time_parse(value, &ms))
        return fail_field(cx->arena, field, "not a time such as 2026-11-10T14:07:30Z");
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.at[i] < ' ')
            return fail_field(cx->arena, field, "a figure stands on one line");
    return OK;
}

Err report_overrides_merge(Cx *cx, Str before, Str patch, Str *ret)
{
    json_t *old = NULL, *new = NULL, *v;
    const char *key;
    TRY(json_parse(cx->arena, before.len ? before : S("{}"), &old));
    TRY(json_parse(cx->arena, patch.len ? patch : S("{}"), &new));
    json_object_foreach(new, key, v) {
        bool known = false;
        for (size_t i = 0; report_metric_keys[i]; i++)
            known = known || str_eq(str_of(key), str_of(report_metric_keys[i]));
        if (!known)
            return fail_field(cx->arena, arena_fmt(cx->arena, "metric_overrides.%s", key),
                              "there is no figure \"%.60s\"", key);
        if (json_is_null(v)) { json_object_del(old, key); continue; }
        if (json_is_integer(v)) {
            json_object_set_new(old, key, json_sprintf("%lld", (long long)json_integer_value(v)));
            continue;
        }
        if (!json_is_string(v))
            return fail_field(cx->arena, arena_fmt(cx->arena, "metric_overrides.%s", key),
                              "a figure is text, a whole number or null");
        Str value = str_trim(json_str(new, key));
        if (!value.len) { json_object_del(old, key); continue; }
        TRY(override_check(cx, key, value));
        json_object_set_new(old, key, json_stringn(value.at, value.len));
    }
    *ret = json_text(cx->arena, old);
    return OK;
}

/* -- due dates --------------------------------------------------------------------------------------------------------- */

static bool is_weekend(int64_t ms)
{
    int64_t day = (ms / DAY_MS + 4) % 7;                     /* 1970-01-01 was a Thursday; 0 is Sunday */
    return day == 0 || day == 6;
}

int64_t report_due(Cx *cx, Str severity, int64_t from_ms)
{
    if (!severity_rank(severity)) return 0;
    Str rule = setting_str(cx, arena_fmt(cx->arena, "report.due_sev_%c", severity.at[4]).at);
    int64_t n;
    if (!str_int(str_before(rule, ' '), &n)) return 0;
    if (str_find(rule, S("business")) < 0) return from_ms + n * DAY_MS;
    for (; n > 0; n--) {
        from_ms += DAY_MS;
        while (is_weekend(from_ms)) from_ms += DAY_MS;
    }
    return from_ms;
}

int64_t report_due_of(Cx *cx, const Gathered *g, Str severity, int64_t created_ms)
{
    int64_t ended = g->incidents.at[0].resolved_ms, due = report_due(cx, severity, ended ? ended : created_ms);
    return due && due < created_ms ? report_due(cx, severity, created_ms) : due;      /* written long after: the clock starts then */
}

/* -- following the incidents ------------------------------------------------------------------------------------------- */

static Err put_all(Cx *cx, Str report, const Sql *clear, const Sql *put, const char *name, const Strs *values)
{
    auto_stmt none = stmt_begin(cx->arena, cx->store, clear);
    stmt_str(&none, "report", report);
    TRY(stmt_exec(&none));
    list_each(values, i) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, put);
        stmt_str(&q, "report", report);
        stmt_str(&q, name, values->at[i]);
        TRY(stmt_exec(&q));
    }
    return OK;
}

Err report_put_kin(Cx *cx, Str report, const Gathered *g)
{
    TRY(put_all(cx, report, &sql_report_service_clear, &sql_report_service_put, "service", &g->services));
    return put_all(cx, report, &sql_report_cause_clear, &sql_report_cause_put, "cause", &g->causes);
}

Err report_refresh(Cx *cx, Report *r)
{
    Strs ids = { 0 };
    Gathered g;
    TRY(report_incident_ids(cx, r->id, &ids));
    if (!ids.len) return OK;
    TRY(report_gather(cx, ids, &g));
    json_t *over;
    TRY(json_parse(cx->arena, r->overrides.len ? r->overrides : S("{}"), &over));
    Str severity = json_str(over, "severity");
    bool access_changed = !str_eq(r->audience, g.audience);
    r->severity = severity.len ? severity : g.figures.severity;
    r->began_ms = g.began_ms;
    r->audience = g.audience;
    bool waited_for = str_eq(r->state, S("draft")) || str_eq(r->state, S("in_review"));
    if (r->due_by_policy && waited_for) r->due_ms = report_due_of(cx, &g, r->severity, r->created_ms);
    TRY(incident_report_audience(cx, r->id, r->audience));
    Str figures = report_figures_json(cx->arena, &g.figures);
    TRY(report_put_kin(cx, r->id, &g));
    r->metrics = (ReportMetrics){ 0 };
    report_metrics(cx->arena, figures, r->overrides, &r->metrics);
    r->figures = figures;
    TRY(report_save(cx, r, 0));
    if (!access_changed) return OK;
    if (g.audience.len) TRY(report_share_remove(cx, r->id));       /* a link made while it was open to all must not outlive that */
    TRY(report_text_changed(cx, r));
    return report_news(cx, r, "access_changed", S("Changed who may see the report"), S("{}"));
}

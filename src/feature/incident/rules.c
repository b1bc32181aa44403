/* The rules of an incident's own row: declaring, editing, status, times. What hangs on it is in relations.c.
 *
 * Status may go any way forward and be reopened. The times that follow from it are only ever filled in when they are not
 * known, and a reopening takes back the moments that turned out not to have happened yet; each is on the timeline. */
#include "base/time.h"
#include "base/id.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/incident/rules.h"
#include "store/search.h"
#include "sql.gen.h"

const char *const incident_kinds[] = { "standard", "retrospective", "drill", "test", "near_miss", NULL };
const char *const incident_statuses[] = { "triage", "investigating", "identified", "monitoring", "resolved", "closed",
                                          "canceled", "merged", NULL };
const char *const incident_severities[] = { "SEV-1", "SEV-2", "SEV-3", "SEV-4", "unknown", NULL };
const char *const incident_roles[] = { "incident_commander", "communications_lead", "scribe", "responder", "observer", NULL };
const char *const incident_detections[] = { "monitor", "alert", "customer_report", "support_escalation", "internal_user",
                                            "other", NULL };
const char *const incident_triggers[] = { "deploy", "config_change", "traffic", "dependency", "hardware", "expiry", "data",
                                          "human_system_interaction", "unknown", NULL };
const char *const incident_impact_kinds[] = { "availability", "latency", "data", "security", "other", NULL };
const char *const incident_relations[] = { "related", "caused_by", "causes", "duplicate", "recurrence_of", NULL };

enum { AHEAD_MS = 60 * 1000 };                                     /* clocks differ a little */
static const int64_t EARLIEST_MS = 946684800000;                   /* 2000-01-01 */
enum { TRIAGE, INVESTIGATING, IDENTIFIED, MONITORING, RESOLVED, CLOSED, CANCELED, MERGED };

static int place_of(const char *const *words, Str word)
{
    for (int i = 0; words[i]; i++)
        if (str_eq(word, str_of(words[i]))) return i;
    return -1;
}

bool incident_is_active(Str status)
{
    int at = place_of(incident_statuses, status);
    return at >= TRIAGE && at <= MONITORING;
}

/* ---- times */

#define TIME(member, words_) { #member, words_, offsetof(IncidentInput, member##_ms), offsetof(Incident, member##_ms) }
const TimeField incident_time_fields[] = {
    TIME(impact_started, "impact start"), TIME(detected, "detection"), TIME(declared, "declaration"),
    TIME(acknowledged, "acknowledgement"), TIME(mitigated, "mitigation"), TIME(impact_ended, "impact end"),
    TIME(resolved, "resolution"), TIME(closed, "closing"),
};
_Static_assert(sizeof incident_time_fields / sizeof *incident_time_fields == INCIDENT_TIMES, "one per time");

static Err not_before(Cx *cx, const char *field, int64_t later, int64_t earlier, const char *what)
{
    if (!later || !earlier || later >= earlier) return OK;
    return fail_field(cx->arena, str_of(field), "%s cannot be before the %s (" STR_FMT ")", field, what,
                      STR_ARG(incident_time(cx->arena, earlier)));
}

Err incident_check_times(Cx *cx, const Incident *i)
{
    for (int k = 0; k < INCIDENT_TIMES; k++) {
        int64_t at = incident_time_of(i, incident_time_fields[k].row);
        Str field = arena_fmt(cx->arena, "%s_at", incident_time_fields[k].name);
        if (at > cx->now_ms + AHEAD_MS)
            return fail_field(cx->arena, field, STR_FMT " lies in the future", STR_ARG(field));
        if (at && at < EARLIEST_MS)
            return fail_field(cx->arena, field, STR_FMT " is before the year 2000", STR_ARG(field));
    }
    TRY(not_before(cx, "impact_ended_at", i->impact_ended_ms, i->impact_started_ms, "impact start"));
    TRY(not_before(cx, "mitigated_at", i->mitigated_ms, i->impact_started_ms, "impact start"));
    TRY(not_before(cx, "resolved_at", i->resolved_ms, i->impact_started_ms, "impact start"));
    return not_before(cx, "closed_at", i->closed_ms, i->resolved_ms, "resolution");
}

/** The moments that a status brings with it, or takes back. */
static void times_of_status(Incident *i, int from, int to, int64_t now_ms, bool impacts_rule)
{
    if (to >= INVESTIGATING && to <= CLOSED && from == TRIAGE && !i->acknowledged_ms)
        i->acknowledged_ms = now_ms;
    if (to < RESOLVED) {
        if (!impacts_rule && i->impact_ended_ms == i->resolved_ms) i->impact_ended_ms = 0;
        i->resolved_ms = i->closed_ms = 0;
    }
    if (to < MONITORING && from >= MONITORING) i->mitigated_ms = 0;
    if (to == MONITORING && !i->mitigated_ms) i->mitigated_ms = now_ms;
    if ((to == RESOLVED || to == CLOSED) && !i->resolved_ms) {
        i->resolved_ms = now_ms;
        if (i->impact_started_ms && !i->impact_ended_ms && !impacts_rule) i->impact_ended_ms = now_ms;
    }
    i->closed_ms = to == CLOSED ? (i->closed_ms ? i->closed_ms : now_ms) : 0;
}

/* ---- writing the row */

static void bind_row(Stmt *q, Cx *cx, const Incident *i)
{
    int64_t began_ms = i->impact_started_ms ? i->impact_started_ms : i->declared_ms;
    int severity = place_of(incident_severities, i->severity);
    bool active = incident_is_active(i->status);
    stmt_str(q, "id", i->id);
    stmt_str(q, "kind", i->kind);
    stmt_str(q, "status", i->status);
    stmt_str(q, "severity", i->severity);
    stmt_str(q, "audience", i->audience);
    stmt_str(q, "title", i->title);
    stmt_str(q, "summary", i->summary);
    stmt_str_or_null(q, "channel_id", i->channel_id);
    stmt_str_or_null(q, "team_id", i->team_id);
    stmt_str(q, "labels", i->labels.len ? i->labels : S("{}"));
    stmt_str(q, "custom_fields", i->custom_fields.len ? i->custom_fields : S("{}"));
    stmt_int(q, "declared_ms", i->declared_ms);
    stmt_int_or_null(q, "impact_started_ms", i->impact_started_ms);
    stmt_int_or_null(q, "detected_ms", i->detected_ms);
    stmt_int_or_null(q, "acknowledged_ms", i->acknowledged_ms);
    stmt_int_or_null(q, "mitigated_ms", i->mitigated_ms);
    stmt_int_or_null(q, "resolved_ms", i->resolved_ms);
    stmt_int_or_null(q, "impact_ended_ms", i->impact_ended_ms);
    stmt_int_or_null(q, "closed_ms", i->closed_ms);
    stmt_str(q, "detection", i->detection);
    stmt_str(q, "detection_note", i->detection_note);
    stmt_str(q, "cause_trigger", i->trigger);
    stmt_str(q, "trigger_note", i->trigger_note);
    stmt_str(q, "no_report_reason", i->no_report_reason);
    stmt_int(q, "active", active);
    stmt_int(q, "began_ms", began_ms);
    stmt_int(q, "rank_active", began_ms + (active ? (int64_t)1 << 52 : 0));
    stmt_int(q, "rank_severity", began_ms + ((int64_t)(5 - severity) << 44));
    stmt_int(q, "now_ms", cx->now_ms);
}

static Err index_words(Cx *cx, const Incident *i)
{
    Str labels = str_eq(i->labels, S("{}")) ? S("") : i->labels;
    Str body = arena_fmt(cx->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT,
                         STR_ARG(i->reference), STR_ARG(i->summary), STR_ARG(labels),
                         STR_ARG(i->detection_note), STR_ARG(i->trigger_note));
    int64_t at_ms = i->impact_started_ms ? i->impact_started_ms : i->declared_ms;
    return search_put(cx->store, cx->arena,
                      &(SearchDoc){ S("incident"), i->id, i->title, body, i->audience, at_ms });
}

static Err tell_pages(Cx *cx, const Incident *i, const char *what)
{
    Str topic = arena_fmt(cx->arena, "incident:" STR_FMT, STR_ARG(i->id));
    TRY(live_touch(cx, topic, what, i->id, i->version, i->audience));
    TRY(live_touch(cx, S("incidents"), what, i->id, i->version, i->audience));
    return live_touch(cx, S("home"), what, i->id, i->version, i->audience);
}

Err incident_save(Cx *cx, Incident *i)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_update);
    bind_row(&q, cx, i);
    stmt_str_or_null(&q, "merged_into", i->merged_into.id);
    TRY(stmt_exec(&q));
    i->version++;
    i->updated_ms = cx->now_ms;
    i->active = incident_is_active(i->status);
    TRY(index_words(cx, i));
    return tell_pages(cx, i, "changed");
}

/* ---- declaring */

static Str or_else(Str given, Str otherwise) { return str_empty(given) ? otherwise : given; }

static Str how(const Cx *cx, const IncidentInput *in)
{
    if (in->declared_how.len) return in->declared_how;
    return cx->actor.session.len ? S("manual") : S("api");
}

/** Where it belongs: the channel's team when none is named. */
Err incident_place(Cx *cx, Incident *i, Str channel, Str team)
{
    if (channel.len) {
        TRY(channel_named(cx, S("channel_id"), channel, &i->channel));
        i->channel_id = i->channel.id;
        if (str_empty(team) && str_empty(i->team_id)) {
            Channel c;
            TRY(channel_get(cx, i->channel_id, &c));
            i->team_id = c.team_id;
        }
    }
    if (team.len) {
        TRY(team_named(cx, S("team_id"), team, &i->team));
        i->team_id = i->team.id;
    }
    return OK;
}

static Err first_status(Cx *cx, Incident *i, Str status)
{
    bool over = str_eq(i->kind, S("retrospective")) && (i->resolved_ms || i->impact_ended_ms);
    i->status = or_else(status, over ? S("resolved") : S("triage"));
    int at = place_of(incident_statuses, i->status);
    if (at == MERGED || at == CANCELED)
        return fail_field(cx->arena, S("status"), "an incident cannot begin as " STR_FMT, STR_ARG(i->status));
    if (at < RESOLVED && i->resolved_ms)
        return fail_field(cx->arena, S("resolved_at"), "only a resolved incident has resolved_at");
    int64_t end_ms = i->resolved_ms ? i->resolved_ms : i->impact_ended_ms ? i->impact_ended_ms : cx->now_ms;
    if (at >= RESOLVED && !i->resolved_ms) i->resolved_ms = end_ms;
    if (at == CLOSED && !i->closed_ms) i->closed_ms = cx->now_ms;
    if (at >= RESOLVED && i->impact_started_ms && !i->impact_ended_ms) i->impact_ended_ms = i->resolved_ms;
    return OK;
}

static Err insert(Cx *cx, Incident *i)
{
    TRY(counter_next(cx, "INC", &i->number));
    i->reference = reference(cx->arena, "INC", i->number);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_insert);
    bind_row(&q, cx, i);
    stmt_int(&q, "number", i->number);
    stmt_str_or_null(&q, "declared_by", i->declared_by.id);
    stmt_str(&q, "declared_how", i->declared_how);
    return stmt_exec(&q);
}

static Err first_members(Cx *cx, Incident *i, const IncidentInput *in)
{
    if (str_empty(i->audience)) return OK;
    Strs users = { 0 };
    ids_add(cx->arena, &users, cx->actor.id);
    list_each(&in->member_ids, k) ids_add(cx->arena, &users, in->member_ids.at[k]);
    return incident_members_set(cx, i, users, in->member_team_ids);
}

Err incident_add(Cx *cx, const IncidentInput *in, Incident *ret)
{
    if (str_empty(in->title)) return fail_field(cx->arena, S("title"), "an incident needs a title");
    Incident i = {
        .id = id_new(cx->arena, cx->now_ms), .title = in->title, .summary = in->summary,
        .kind = or_else(in->kind, S("standard")), .severity = or_else(in->severity, S("unknown")),
        .labels = in->labels, .custom_fields = in->custom_fields, .detection = in->detection,
        .detection_note = in->detection_note, .trigger = in->trigger, .trigger_note = in->trigger_note,
        .declared_by.id = cx->actor.id, .declared_how = how(cx, in), .no_report_reason = in->no_report_reason,
    };
    for (int k = 0; k < INCIDENT_TIMES; k++)
        *incident_time_in(&i, incident_time_fields[k].row) =
            incident_time_of(in, incident_time_fields[k].in);
    if (!i.declared_ms) i.declared_ms = cx->now_ms;
    bool private = str_eq(in->visibility, S("private"));
    i.visibility = private ? S("private") : S("public");
    if (private) i.audience = arena_fmt(cx->arena, "incident:" STR_FMT, STR_ARG(i.id));
    TRY(first_status(cx, &i, in->status));
    TRY(incident_check_times(cx, &i));
    TRY(incident_place(cx, &i, in->channel_id, in->team_id));
    TRY(insert(cx, &i));
    i.version = 1;
    TRY(first_members(cx, &i, in));
    TRY(incident_put_services(cx, i.id, in->service_ids));
    TRY(incident_put_causes(cx, i.id, &in->causes));
    TRY(index_words(cx, &i));
    TRY(incident_news(cx, &i, "created", S(""),
                      arena_fmt(cx->arena, STR_FMT " declared", STR_ARG(i.reference)),
                      DATA(cx, { "how", i.declared_how }, { "severity", i.severity },
                           { "status", i.status }, { "title", i.title })));
    TRY(tell_pages(cx, &i, "created"));
    if (in->commander_id.len) TRY(incident_role_add(cx, i.id, S("incident_commander"), in->commander_id));
    return incident_get(cx, i.id, ret);
}

/* ---- status and severity */

/** Ends the impacts that are still open when everything is over. */
static Err end_impacts(Cx *cx, Incident *i, Impacts *impacts)
{
    list_each(impacts, k) {
        Impact *m = &impacts->at[k];
        if (!m->started_ms || m->ended_ms) continue;
        m->ended_ms = i->resolved_ms > m->started_ms ? i->resolved_ms : m->started_ms;
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_impact_end);
        stmt_str(&q, "id", m->id);
        stmt_int(&q, "ended_ms", m->ended_ms);
        TRY(stmt_exec(&q));
    }
    return OK;
}

Err incident_change_status(Cx *cx, Incident *i, Str status)
{
    int from = place_of(incident_statuses, i->status), to = place_of(incident_statuses, status);
    if (to < 0) return fail_field(cx->arena, S("status"), "no such status: " STR_FMT, STR_ARG(status));
    if (to == MERGED) return fail_field(cx->arena, S("status"), "merge it into another incident instead");
    if (from == CANCELED && to > MONITORING)
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " was canceled: reopen it first", STR_ARG(i->reference));
    if (from == MERGED && to > MONITORING)
        return fail(cx->arena, ERR_CONFLICT,
                    STR_FMT " was merged into another incident: reopen it first",
                    STR_ARG(i->reference));
    Impacts impacts = { 0 };
    TRY(incident_read_impacts(cx, i->id, &impacts));
    bool impacts_rule = false;
    list_each(&impacts, k) impacts_rule |= impacts.at[k].started_ms != 0;
    i->status = status;
    if (to <= CLOSED) times_of_status(i, from, to, cx->now_ms, impacts_rule);
    if (to < MERGED) i->merged_into.id = S("");
    if ((to == RESOLVED || to == CLOSED) && impacts_rule) {
        TRY(end_impacts(cx, i, &impacts));
        incident_impact_times(i, &impacts);
    }
    return OK;
}

Err incident_tell_status(Cx *cx, const Incident *i, Str from, Str to)
{
    bool again = place_of(incident_statuses, from) >= RESOLVED && place_of(incident_statuses, to) < RESOLVED;
    Str title = arena_fmt(cx->arena,
                          again ? "Reopened: " STR_FMT " to " STR_FMT
                                : "Status changed from " STR_FMT " to " STR_FMT,
                          STR_ARG(from), STR_ARG(to));
    return incident_news(cx, i, again ? "reopened" : "status_changed", S(""), title,
                         DATA(cx, { "from", from }, { "to", to }));
}

Err incident_set_status(Cx *cx, Str id, Str status)
{
    Incident i;
    TRY(incident_row(cx, id, &i));
    Str from = i.status;
    if (str_eq(from, status)) return OK;
    TRY(incident_change_status(cx, &i, status));
    TRY(incident_save(cx, &i));
    return incident_tell_status(cx, &i, from, status);
}

Err incident_tell_severity(Cx *cx, const Incident *i, Str from, Str to)
{
    int a = place_of(incident_severities, from), b = place_of(incident_severities, to);
    const char *way = a == 4 || b == 4 ? "set" : b < a ? "raised" : "lowered";
    Str title = arena_fmt(cx->arena, "Severity %s from " STR_FMT " to " STR_FMT, way, STR_ARG(from),
                          STR_ARG(to));
    return incident_news(cx, i, "severity_changed", S(""), title, DATA(cx, { "from", from }, { "to", to }));
}

Err incident_set_severity(Cx *cx, Str id, Str severity)
{
    Incident i;
    TRY(incident_row(cx, id, &i));
    Str from = i.severity;
    if (str_eq(from, severity)) return OK;
    if (place_of(incident_severities, severity) < 0)
        return fail_field(cx->arena, S("severity"), "no such severity: " STR_FMT, STR_ARG(severity));
    i.severity = severity;
    TRY(incident_save(cx, &i));
    return incident_tell_severity(cx, &i, from, severity);
}

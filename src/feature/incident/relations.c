/* What hangs on an incident: impacts, roles, causes, services, links, members, merging, and the figures that features
 * above keep in its row. */
#include "base/id.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/incident/rules.h"
#include "sql.gen.h"

/* ---- services and causes */

Err incident_put_services(Cx *cx, Str id, Strs services)
{
    Strs ids = { 0 };
    list_each(&services, k) {
        Ref service;
        Str field = arena_fmt(cx->arena, "service_ids[%zu]", k);
        TRY(service_named(cx, field, services.at[k], &service));
        ids_add(cx->arena, &ids, service.id);
    }
    auto_stmt clear = stmt_begin(cx->arena, cx->store, &sql_incident_service_clear);
    stmt_str(&clear, "id", id);
    TRY(stmt_exec(&clear));
    list_each(&ids, k) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_service_add);
        stmt_str(&q, "id", id);
        stmt_str(&q, "service", ids.at[k]);
        TRY(stmt_exec(&q));
    }
    return OK;
}

Err incident_put_causes(Cx *cx, Str id, const Causes *causes)
{
    Causes known = { 0 }, before = { 0 };
    if (causes->len) TRY(incident_cause_list(cx, &known));
    TRY(incident_read_causes(cx, id, &before));
    list_each(causes, k) {
        bool found = false;
        list_each(&known, j) found |= str_eq(known.at[j].key, causes->at[k].key);
        list_each(&before, j) found |= str_eq(before.at[j].key, causes->at[k].key);   /* since removed from the setting */
        Str field = arena_fmt(cx->arena, "causes[%zu].key", k);
        if (!found)
            return fail_field(cx->arena, field,
                              "no contributing factor " STR_FMT " in the settings",
                              STR_ARG(causes->at[k].key));
    }
    auto_stmt clear = stmt_begin(cx->arena, cx->store, &sql_incident_cause_clear);
    stmt_str(&clear, "id", id);
    TRY(stmt_exec(&clear));
    list_each(causes, k) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_cause_add);
        stmt_str(&q, "id", id);
        stmt_int(&q, "position", (int64_t)k);
        stmt_str(&q, "cause", causes->at[k].key);
        stmt_str(&q, "note", causes->at[k].note);
        TRY(stmt_exec(&q));
    }
    return OK;
}

/* ---- impacts */

void incident_impact_times(Incident *i, const Impacts *impacts)
{
    int64_t start = 0, end = 0;
    bool any = false, open = false;
    list_each(impacts, k) {
        const Impact *m = &impacts->at[k];
        if (!m->started_ms) continue;
        any = true;
        if (!start || m->started_ms < start) start = m->started_ms;
        if (!m->ended_ms) open = true;
        if (m->ended_ms > end) end = m->ended_ms;
    }
    if (!any) return;
    i->impact_started_ms = start;
    i->impact_ended_ms = open ? 0 : end;
}

static Err recompute(Cx *cx, Incident *i)
{
    Impacts all = { 0 };
    TRY(incident_read_impacts(cx, i->id, &all));
    incident_impact_times(i, &all);
    TRY(incident_check_times(cx, i));
    return incident_save(cx, i);
}

static Err check_impact(Cx *cx, Impact *m)
{
    if (str_empty(m->kind)) return fail_field(cx->arena, S("kind"), "an impact needs a kind");
    if (str_empty(m->title)) return fail_field(cx->arena, S("title"), "an impact needs a title");
    if (m->ended_ms && !m->started_ms)
        return fail_field(cx->arena, S("started_at"), "an impact that ended has a start");
    if (m->ended_ms && m->ended_ms < m->started_ms)
        return fail_field(cx->arena, S("ended_at"), "the impact cannot end before it started");
    if (m->started_ms > cx->now_ms + 60000)
        return fail_field(cx->arena, S("started_at"), "started_at lies in the future");
    if (m->ended_ms > cx->now_ms + 60000)
        return fail_field(cx->arena, S("ended_at"), "ended_at lies in the future");
    if (m->customers_affected < 0)
        return fail_field(cx->arena, S("customers_affected"), "cannot be negative");
    if (m->requests_affected < 0) return fail_field(cx->arena, S("requests_affected"), "cannot be negative");
    if (!(m->cost >= 0 && m->cost < 1e15)) return fail_field(cx->arena, S("cost"), "must be 0 or more");
    bool iso = m->currency.len == 3;
    for (size_t k = 0; k < m->currency.len; k++) iso &= m->currency.at[k] >= 'A' && m->currency.at[k] <= 'Z';
    if (m->currency.len ? !iso : m->cost > 0)
        return fail_field(cx->arena, S("currency"), "name the currency by three letters, like EUR");
    Strs ids = { 0 };
    list_each(&m->service_ids, k) {
        Ref service;
        TRY(service_named(cx, arena_fmt(cx->arena, "service_ids[%zu]", k), m->service_ids.at[k], &service));
        ids_add(cx->arena, &ids, service.id);
    }
    m->service_ids = ids;
    return OK;
}

Err incident_impact_put(Cx *cx, Str incident, Impact *m)
{
    Incident i;
    TRY(incident_row(cx, incident, &i));
    TRY(check_impact(cx, m));
    bool is_new = str_empty(m->id);
    if (is_new) m->id = id_new(cx->arena, cx->now_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store,
                             is_new ? &sql_incident_impact_add : &sql_incident_impact_set);
    stmt_str(&q, "id", m->id);
    stmt_str(&q, "incident", incident);
    stmt_str(&q, "kind", m->kind);
    stmt_str(&q, "title", m->title);
    stmt_str(&q, "description", m->description);
    stmt_int_or_null(&q, "started_ms", m->started_ms);
    stmt_int_or_null(&q, "ended_ms", m->ended_ms);
    stmt_str(&q, "service_ids", strs_json(cx->arena, m->service_ids));
    stmt_int(&q, "customers", m->customers_affected);
    stmt_int(&q, "requests", m->requests_affected);
    stmt_real(&q, "cost", m->cost);
    stmt_str(&q, "currency", m->currency);
    stmt_step(&q);
    bool missing = stmt_changes(&q) == 0;
    TRY(stmt_end(&q));
    if (missing)
        return fail(cx->arena, ERR_NOT_FOUND, "no impact " STR_FMT " on " STR_FMT, STR_ARG(m->id),
                    STR_ARG(i.reference));
    TRY(recompute(cx, &i));
    Str action = is_new ? S("added") : S("changed");
    return incident_news(
        cx, &i, "field_changed", S(""),
        arena_fmt(cx->arena, "Impact " STR_FMT ": " STR_FMT, STR_ARG(action), STR_ARG(m->title)),
        DATA(cx, { "field", S("impacts") }, { "action", action }, { "to", m->title },
             { "started_at", incident_time(cx->arena, m->started_ms) },
             { "ended_at", incident_time(cx->arena, m->ended_ms) }));
}

Err incident_impact_remove(Cx *cx, Str incident, Str impact)
{
    Incident i;
    TRY(incident_row(cx, incident, &i));
    Impacts all = { 0 };
    TRY(incident_read_impacts(cx, incident, &all));
    Str title = S("");
    list_each(&all, k) if (str_eq(all.at[k].id, impact)) title = all.at[k].title;
    if (str_empty(title))
        return fail(cx->arena, ERR_NOT_FOUND, "no impact " STR_FMT " on " STR_FMT, STR_ARG(impact),
                    STR_ARG(i.reference));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_impact_remove);
    stmt_str(&q, "id", impact);
    stmt_str(&q, "incident", incident);
    TRY(stmt_exec(&q));
    TRY(recompute(cx, &i));
    return incident_news(
        cx, &i, "field_changed", S(""),
        arena_fmt(cx->arena, "Impact removed: " STR_FMT, STR_ARG(title)),
        DATA(cx, { "field", S("impacts") }, { "action", S("removed") }, { "from", title }));
}

/* ---- people */

static Str principal(Arena *a, const char *kind, Str id)
{
    return arena_fmt(a, "%s:" STR_FMT, kind, STR_ARG(id));
}

Err incident_members_set(Cx *cx, Incident *i, Strs users, Strs teams)
{
    Strs members = { 0 };
    list_each(&users, k) {
        UserRef user;
        TRY(user_named(cx, arena_fmt(cx->arena, "user_ids[%zu]", k), users.at[k], &user));
        ids_add(cx->arena, &members, principal(cx->arena, "user", user.id));
    }
    list_each(&teams, k) {
        Ref team;
        TRY(team_named(cx, arena_fmt(cx->arena, "team_ids[%zu]", k), teams.at[k], &team));
        ids_add(cx->arena, &members, principal(cx->arena, "team", team.id));
    }
    if (!members.len && cx->actor.id.len)
        return fail_field(cx->arena, S("user_ids"), "somebody must be able to see it");
    return access_set(cx, i->audience, members);
}

Err incident_member_add(Cx *cx, const Incident *i, Str user)
{
    if (str_empty(i->audience)) return OK;
    Strs members = { 0 };
    TRY(access_members(cx, i->audience, &members));
    ids_add(cx->arena, &members, principal(cx->arena, "user", user));
    return access_set(cx, i->audience, members);
}

static Err check_role(Cx *cx, Str role)
{
    for (int k = 0; incident_roles[k]; k++)
        if (str_eq(role, str_of(incident_roles[k]))) return OK;
    return fail_field(cx->arena, S("role"), "no such role: " STR_FMT, STR_ARG(role));
}

/** Which roles the person holds now. */
static Err held(Cx *cx, Str incident, Str user, Strs *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_role_held);
    stmt_str(&q, "id", incident);
    stmt_str(&q, "user", user);
    while (stmt_step(&q)) *list_add(cx->arena, ret) = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

static Str role_words(Arena *a, Str role)
{
    Str words = arena_str(a, role);
    for (size_t k = 0; k < words.len; k++)
        if (words.at[k] == '_') ((char *)(uintptr_t)words.at)[k] = ' ';
    return words;
}

static bool just_there(Str role) { return str_eq(role, S("responder")) || str_eq(role, S("observer")); }

Err incident_role_add(Cx *cx, Str incident, Str role, Str given)
{
    TRY(check_role(cx, role));
    UserRef user;
    TRY(user_named(cx, S("user_id"), given, &user));
    Strs now = { 0 };
    TRY(held(cx, incident, user.id, &now));
    list_each(&now, k) if (str_eq(now.at[k], role)) return OK;
    Incident i;
    TRY(incident_row(cx, incident, &i));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_role_add);
    stmt_str(&q, "id", incident);
    stmt_str(&q, "role", role);
    stmt_str(&q, "user", user.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(incident_member_add(cx, &i, user.id));
    TRY(incident_save(cx, &i));
    Str title = just_there(role) ? arena_fmt(cx->arena, STR_FMT " joined", STR_ARG(user.name))
                                 : arena_fmt(cx->arena, STR_FMT " is " STR_FMT, STR_ARG(user.name),
                                             STR_ARG(role_words(cx->arena, role)));
    return incident_news(cx, &i, just_there(role) ? "responder_joined" : "role_assigned", user.id, title,
                         DATA(cx, { "role", role }, { "user_id", user.id }, { "user_name", user.name }));
}

Err incident_role_leave(Cx *cx, Str incident, Str role, Str given)
{
    UserRef user = { .id = given };
    Map *names;
    TRY(user_refs(cx, (Strs){ .at = &given, .len = 1, .room = 1 }, &names));
    if (map_get(names, given)) user = user_ref(names, given);
    Incident i;
    TRY(incident_row(cx, incident, &i));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_role_leave);
    stmt_str(&q, "id", incident);
    stmt_str(&q, "role", role);
    stmt_str(&q, "user", user.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_step(&q);
    bool none = stmt_changes(&q) == 0;
    TRY(stmt_end(&q));
    if (none)
        return fail(cx->arena, ERR_NOT_FOUND, STR_FMT " does not hold that role",
                    STR_ARG(user.name.len ? user.name : given));
    TRY(incident_save(cx, &i));
    Str title = just_there(role)
                    ? arena_fmt(cx->arena, STR_FMT " left", STR_ARG(user.name))
                    : arena_fmt(cx->arena, STR_FMT " is no longer " STR_FMT, STR_ARG(user.name),
                                STR_ARG(role_words(cx->arena, role)));
    return incident_news(cx, &i, "responder_left", user.id, title,
                         DATA(cx, { "role", role }, { "user_id", user.id }, { "user_name", user.name }));
}

/* ---- links and merging */

Err incident_link(Cx *cx, Str id, Str other, Str relation)
{
    Incident i, o;
    TRY(incident_row(cx, id, &i));
    TRY(incident_row(cx, other, &o));
    if (str_eq(id, other))
        return fail_field(cx->arena, S("incident"), "an incident cannot be linked to itself");
    static const struct { const char *there, *back; } ways[] = {
        { "related", "related" }, { "caused_by", "causes" }, { "causes", "caused_by" }, { "duplicate", "duplicate" },
        { "recurrence_of", "related" },
    };
    Str back = S("related");
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++)
        if (str_eq(relation, str_of(ways[k].there))) back = str_of(ways[k].back);
    for (int k = 0; k < 2; k++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_link_add);
        stmt_str(&q, "id", k ? other : id);
        stmt_str(&q, "other", k ? id : other);
        stmt_str(&q, "relation", k ? back : relation);
        TRY(stmt_exec(&q));
    }
    TRY(incident_save(cx, &i));
    TRY(incident_save(cx, &o));
    return incident_news(cx, &i, "field_changed", other,
                         arena_fmt(cx->arena, "Linked to " STR_FMT, STR_ARG(o.reference)),
                         DATA(cx, { "field", S("links") }, { "action", S("added") },
                              { "to", o.reference }, { "relation", relation }));
}

Err incident_unlink(Cx *cx, Str id, Str other)
{
    Incident i;
    TRY(incident_row(cx, id, &i));
    int64_t gone = 0;
    for (int k = 0; k < 2; k++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_link_remove);
        stmt_str(&q, "id", k ? other : id);
        stmt_str(&q, "other", k ? id : other);
        stmt_step(&q);
        gone += stmt_changes(&q);
        TRY(stmt_end(&q));
    }
    if (!gone) return fail(cx->arena, ERR_NOT_FOUND, "these incidents are not linked");
    TRY(incident_save(cx, &i));
    return incident_news(cx, &i, "field_changed", other, S("Link removed"),
                         DATA(cx, { "field", S("links") }, { "action", S("removed") }));
}

static Err check_merge(Cx *cx, const Incident *i, const Incident *into)
{
    if (str_eq(i->id, into->id))
        return fail_field(cx->arena, S("into"), "an incident cannot be merged into itself");
    if (str_eq(i->status, S("merged")))
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " was merged already", STR_ARG(i->reference));
    if (str_eq(into->status, S("merged")) || str_eq(into->status, S("canceled")))
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " is " STR_FMT ": choose another",
                    STR_ARG(into->reference), STR_ARG(into->status));
    if (i->audience.len && !into->audience.len)
        return fail(cx->arena, ERR_CONFLICT,
                    STR_FMT " is private and " STR_FMT
                            " is public: merging would show it to everyone",
                    STR_ARG(i->reference), STR_ARG(into->reference));
    return OK;
}

static Err bring_people(Cx *cx, Str from, Str into)
{
    UserRefs there = { 0 };
    TRY(incident_responders(cx, from, &there));
    list_each(&there, k) {
        Strs now = { 0 };
        TRY(held(cx, into, there.at[k].id, &now));
        if (!now.len) TRY(incident_role_add(cx, into, S("responder"), there.at[k].id));
    }
    return OK;
}

Err incident_merge(Cx *cx, Str id, Str into_id)
{
    Incident i, into;
    TRY(incident_row(cx, id, &i));
    TRY(cx_match(cx, i.version));
    TRY(incident_row(cx, into_id, &into));
    TRY(check_merge(cx, &i, &into));
    Strs services = { 0 };
    Incidents none = { 0 };
    TRY(incident_services_of(cx, (Strs){ .at = (Str[]){ id, into_id }, .len = 2, .room = 2 }, &none, &services));
    TRY(incident_put_services(cx, into_id, services));
    TRY(bring_people(cx, id, into_id));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_impact_move);
    stmt_str(&q, "id", id);
    stmt_str(&q, "into", into_id);
    TRY(stmt_exec(&q));
    TRY(incident_row(cx, into_id, &into));
    if (i.impact_started_ms && (!into.impact_started_ms || i.impact_started_ms < into.impact_started_ms))
        into.impact_started_ms = i.impact_started_ms;
    TRY(recompute(cx, &into));
    i.status = S("merged");
    i.merged_into.id = into_id;
    TRY(incident_save(cx, &i));
    TRY(incident_news(
        cx, &i, "merged", into_id,
        arena_fmt(cx->arena, "Merged into " STR_FMT, STR_ARG(into.reference)),
        DATA(cx, { "into", into_id }, { "reference", into.reference },
             { "title", into.audience.len ? S("") : into.title }))); /* others read this timeline */
    return incident_news(
        cx, &into, "merged_from", id,
        arena_fmt(cx->arena, STR_FMT " was merged into this: " STR_FMT, STR_ARG(i.reference),
                  STR_ARG(i.title)),
        DATA(cx, { "from", id }, { "reference", i.reference }, { "title", i.title }));
}

/* ---- figures that features above keep here */

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

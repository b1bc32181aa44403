/* Reading one incident: its row, and everything about it. */
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/incident/rules.h"
#include "sql.gen.h"

Str incident_visibility(Str audience) { return str_empty(audience) ? S("public") : S("private"); }

bool incident_can_edit(const Cx *cx) { return cx->actor.role >= ROLE_RESPONDER; }

Err incident_row(Cx *cx, Str id, Incident *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_get);
    stmt_str(&q, "id", id);
    bool found = stmt_step(&q);
    Incident i = { 0 };
    if (found) {
        int c = 0;
        i.id = stmt_col_str(&q, c++);
        i.number = stmt_col_int(&q, c++);
        i.reference = reference(cx->arena, "INC", i.number);
        Str *texts[] = { &i.kind, &i.status, &i.severity, &i.audience, &i.title, &i.summary, &i.channel_id, &i.team_id,
                         &i.labels, &i.custom_fields };
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) *texts[k] = stmt_col_str(&q, c++);
        int64_t *times[] = { &i.impact_started_ms, &i.detected_ms, &i.declared_ms, &i.acknowledged_ms, &i.mitigated_ms,
                             &i.resolved_ms, &i.impact_ended_ms, &i.closed_ms, &i.published_ms };
        for (size_t k = 0; k < sizeof times / sizeof *times; k++) *times[k] = stmt_col_int(&q, c++);
        Str *more[] = { &i.detection, &i.detection_note, &i.trigger, &i.trigger_note, &i.declared_by.id, &i.declared_how,
                        &i.merged_into.id, &i.no_report_reason, &i.report_state };
        for (size_t k = 0; k < sizeof more / sizeof *more; k++) *more[k] = stmt_col_str(&q, c++);
        int64_t *counts[] = { &i.counts.events, &i.counts.alerts, &i.counts.follow_ups, &i.counts.changes,
                              &i.counts.messages, &i.counts.reports };
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) *counts[k] = stmt_col_int(&q, c++);
        i.active = stmt_col_int(&q, c++) != 0;
        i.version = stmt_col_int(&q, c++);
        i.created_ms = stmt_col_int(&q, c++);
        i.updated_ms = stmt_col_int(&q, c++);
        i.counts.id = i.id;
        i.visibility = incident_visibility(i.audience);
        i.can_edit = incident_can_edit(cx);
    }
    TRY(stmt_end(&q));
    if (!found) return fail(cx->arena, ERR_NOT_FOUND, "there is no incident " STR_FMT, STR_ARG(id));
    *ret = i;
    return OK;
}

/* ---- what belongs to one */

Err incident_read_impacts(Cx *cx, Str id, Impacts *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_impacts_of);
    stmt_str(&q, "id", id);
    while (stmt_step(&q)) {
        Impact *m = list_add(cx->arena, ret);
        m->id = stmt_col_str(&q, 0);
        m->kind = stmt_col_str(&q, 1);
        m->title = stmt_col_str(&q, 2);
        m->description = stmt_col_str(&q, 3);
        m->started_ms = stmt_col_int(&q, 4);
        m->ended_ms = stmt_col_int(&q, 5);
        m->service_ids = strs_parse(cx->arena, stmt_col_str(&q, 6));
        m->customers_affected = stmt_col_int(&q, 7);
        m->requests_affected = stmt_col_int(&q, 8);
        m->cost = stmt_col_real(&q, 9);
        m->currency = stmt_col_str(&q, 10);
    }
    return stmt_end(&q);
}

static Err read_roles(Cx *cx, Incident *i)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_roles_of);
    stmt_str(&q, "id", i->id);
    while (stmt_step(&q)) {
        RoleHolder *r = list_add(cx->arena, &i->roles);
        r->role = stmt_col_str(&q, 0);
        r->user.id = stmt_col_str(&q, 1);
        r->joined_ms = stmt_col_int(&q, 2);
        r->left_ms = stmt_col_int(&q, 3);
    }
    return stmt_end(&q);
}

Err incident_read_causes(Cx *cx, Str id, Causes *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_causes_of);
    stmt_str(&q, "id", id);
    while (stmt_step(&q)) {
        Cause *c = list_add(cx->arena, ret);
        c->key = stmt_col_str(&q, 0);
        c->note = stmt_col_str(&q, 1);
    }
    TRY(stmt_end(&q));
    Causes known = { 0 };
    if (ret->len) TRY(incident_cause_list(cx, &known));
    list_each(ret, k) {
        ret->at[k].name = ret->at[k].key;
        list_each(&known, j) if (str_eq(known.at[j].key, ret->at[k].key)) ret->at[k].name = known.at[j].name;
    }
    return OK;
}

static Err read_links(Cx *cx, Incident *i)
{
    IncidentLinks raw = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_links_of);
    stmt_str(&q, "id", i->id);
    while (stmt_step(&q)) {
        IncidentLink *l = list_add(cx->arena, &raw);
        l->id = stmt_col_str(&q, 0);
        l->relation = stmt_col_str(&q, 1);
    }
    TRY(stmt_end(&q));
    Strs ids = { 0 };
    list_each(&raw, k) ids_add(cx->arena, &ids, raw.at[k].id);
    ids_add(cx->arena, &ids, i->merged_into.id);
    RecordRefs refs = { 0 };
    if (ids.len) TRY(incident_refs(cx, ids, &refs));
    Str into = i->merged_into.id;
    i->merged_into = (RecordRef){ 0 };
    list_each(&refs, k) {
        if (str_eq(refs.at[k].id, into)) i->merged_into = refs.at[k];
        list_each(&raw, l) {
            if (!str_eq(raw.at[l].id, refs.at[k].id)) continue;
            IncidentLink *shown = list_add(cx->arena, &i->links);
            *shown = raw.at[l];
            shown->reference = refs.at[k].reference;
            shown->title = refs.at[k].title;
        }
    }
    return OK;
}

Str incident_furthest(Str a, Str b)
{
    static const char *const order[] = { "archived", "draft", "in_review", "published", NULL };
    int x = -1, y = -1;
    for (int k = 0; order[k]; k++) {
        if (str_eq(a, str_of(order[k]))) x = k;
        if (str_eq(b, str_of(order[k]))) y = k;
    }
    return y > x ? b : a;
}

static Err read_reports(Cx *cx, Incident *i)
{
    i->report_state = S("");
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_incident_reports_of,
                                stmt_if(!access_all(cx), "visible"), NULL);
    stmt_str(&q, "id", i->id);
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    while (stmt_step(&q)) {
        IncidentReport *r = list_add(cx->arena, &i->reports);
        *r = (IncidentReport){ stmt_col_str(&q, 0), stmt_col_str(&q, 1), stmt_col_str(&q, 2), stmt_col_str(&q, 3) };
        i->report_state = incident_furthest(i->report_state, r->state);
    }
    i->counts.reports = (int64_t)i->reports.len;
    return stmt_end(&q);
}

/** Ids of services per incident of `ids` (in that order of incidents), one query. */
Err incident_services_of(Cx *cx, Strs ids, Incidents *to, Strs *ret_all)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_services_of);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        Str incident = stmt_col_str(&q, 0), service = stmt_col_str(&q, 1);
        list_each(to, k)
            if (str_eq(to->at[k].id, incident)) list_add(cx->arena, &to->at[k].services)->id = service;
        ids_add(cx->arena, ret_all, service);
    }
    return stmt_end(&q);
}

static Err read_members(Cx *cx, Incident *i, Strs *users, Strs *teams)
{
    if (str_empty(i->audience)) return OK;
    Strs members = { 0 };
    TRY(access_members(cx, i->audience, &members));
    list_each(&members, k) {
        Str id = str_after(members.at[k], ':');
        if (str_starts(members.at[k], S("user:"))) {
            list_add(cx->arena, &i->members)->id = id;
            ids_add(cx->arena, users, id);
        } else {
            list_add(cx->arena, &i->member_teams)->id = id;
            ids_add(cx->arena, teams, id);
        }
    }
    return OK;
}

/** Puts names to the ids gathered so far: four bulk look-ups. */
static Err put_names(Cx *cx, Incident *i)
{
    Strs users = { 0 }, teams = { 0 }, services = { 0 }, channels = { 0 };
    Incidents one = { .at = i, .len = 1, .room = 1 };
    TRY(incident_services_of(cx, (Strs){ .at = &i->id, .len = 1, .room = 1 }, &one, &services));
    TRY(read_members(cx, i, &users, &teams));
    list_each(&i->roles, k) ids_add(cx->arena, &users, i->roles.at[k].user.id);
    list_each(&i->impacts, k)
        list_each (&i->impacts.at[k].service_ids, s)
            ids_add(cx->arena, &services, i->impacts.at[k].service_ids.at[s]);
    ids_add(cx->arena, &users, i->declared_by.id);
    ids_add(cx->arena, &teams, i->team_id);
    ids_add(cx->arena, &channels, i->channel_id);
    Map *user, *team, *service, *channel;
    TRY(user_refs(cx, users, &user));
    TRY(team_refs(cx, teams, &team));
    TRY(service_refs(cx, services, &service));
    TRY(channel_refs(cx, channels, &channel));
    i->declared_by = user_ref(user, i->declared_by.id);
    i->team = ref_of(team, i->team_id);
    i->channel = ref_of(channel, i->channel_id);
    list_each(&i->services, k) i->services.at[k] = ref_of(service, i->services.at[k].id);
    list_each(&i->members, k) i->members.at[k] = user_ref(user, i->members.at[k].id);
    list_each(&i->member_teams, k) i->member_teams.at[k] = ref_of(team, i->member_teams.at[k].id);
    list_each(&i->roles, k) {
        RoleHolder *r = &i->roles.at[k];
        r->user = user_ref(user, r->user.id);
        if (!r->left_ms && str_eq(r->role, S("incident_commander"))) i->commander = r->user;
    }
    list_each(&i->impacts, k) {
        Impact *m = &i->impacts.at[k];
        list_each (&m->service_ids, s)
            *list_add(cx->arena, &m->services) = ref_of(service, m->service_ids.at[s]);
    }
    return OK;
}

Err incident_get(Cx *cx, Str id, Incident *ret)
{
    Incident i;
    TRY(incident_row(cx, id, &i));
    TRY(incident_read_impacts(cx, id, &i.impacts));
    TRY(read_roles(cx, &i));
    TRY(incident_read_causes(cx, id, &i.causes));
    TRY(read_links(cx, &i));
    TRY(read_reports(cx, &i));
    TRY(put_names(cx, &i));
    incident_metrics(cx->arena, &i);
    *ret = i;
    return OK;
}

/* ---- finding */

Err incident_resolve(Cx *cx, Str given, Str *ret_id)
{
    int64_t number = reference_number(given, "INC");
    auto_stmt q = stmt_begin(cx->arena, cx->store, number ? &sql_incident_by_number : &sql_incident_by_id);
    if (number) stmt_int(&q, "number", number);
    else stmt_str(&q, "id", given);
    bool found = stmt_step(&q);
    Str id = S(""), audience = S("");
    if (found) id = stmt_col_str(&q, 0), audience = stmt_col_str(&q, 1);
    TRY(stmt_end(&q));
    if (!found) return fail(cx->arena, ERR_NOT_FOUND, "there is no incident " STR_FMT, STR_ARG(given));
    TRY(access_check(cx, audience, "incident", given));
    *ret_id = id;
    return OK;
}

Err incident_refs(Cx *cx, Strs ids, RecordRefs *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_incident_refs,
                                stmt_if(!access_all(cx), "visible"), NULL);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    while (stmt_step(&q)) {
        RecordRef *r = list_add(cx->arena, ret);
        *r = (RecordRef){ stmt_col_str(&q, 0), reference(cx->arena, "INC", stmt_col_int(&q, 1)), stmt_col_str(&q, 2) };
    }
    return stmt_end(&q);
}

Err incident_responders(Cx *cx, Str incident, UserRefs *ret)
{
    Incident i = { .id = incident };
    TRY(read_roles(cx, &i));
    Strs ids = { 0 };
    list_each(&i.roles, k)
        if (!str_eq(i.roles.at[k].role, S("observer"))) ids_add(cx->arena, &ids, i.roles.at[k].user.id);
    Map *users;
    TRY(user_refs(cx, ids, &users));
    list_each(&ids, k) *list_add(cx->arena, ret) = user_ref(users, ids.at[k]);
    return OK;
}

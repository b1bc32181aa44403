/* Incidents over HTTP. */
#include "feature/account/account.h"
#include "feature/incident/rules.h"
#include "sql.gen.h"

static const char *const visibilities[] = { "public", "private", NULL };
static const char *const sorts[] = { "active", "newest", "oldest", "severity", "updated", NULL };
static const char *const reports[] = { "none", "any", NULL };
#define FILTERS "status severity kind channel team service visibility active person report q since until sort"

static Err one_word(Cx *cx, Req *req, const char *name, const char *const *values, Str *ret)
{
    Strs given = { 0 };
    TRY(req_filter(cx, req, name, values, &given));
    if (given.len > 1) return fail_field(cx->arena, str_of(name), "%s takes one word", name);
    if (given.len) *ret = given.at[0];
    return OK;
}

static Err filter_of(Cx *cx, Req *req, IncidentFilter *f)
{
    TRY(req_filter(cx, req, "status", incident_statuses, &f->status));
    TRY(req_filter(cx, req, "severity", incident_severities, &f->severity));
    TRY(req_filter(cx, req, "kind", incident_kinds, &f->kind));
    TRY(req_filter(cx, req, "channel", NULL, &f->channel));
    TRY(req_filter(cx, req, "team", NULL, &f->team));
    TRY(req_filter(cx, req, "service", NULL, &f->service));
    TRY(req_filter(cx, req, "visibility", visibilities, &f->visibility));
    TRY(one_word(cx, req, "sort", sorts, &f->sort));
    TRY(one_word(cx, req, "report", reports, &f->report));
    TRY(req_time(cx, req, "since", &f->since_ms));
    TRY(req_time(cx, req, "until", &f->until_ms));
    f->active = req_flag(req, "active");
    f->q = req_query(req, "q");
    Str person = req_query(req, "person");
    if (person.len) {
        UserRef user;
        TRY(user_named(cx, S("person"), person, &user));
        f->person = user.id;
    }
    return OK;
}

static Err list(Cx *cx, Req *req, Res *res)
{
    IncidentFilter f = { 0 };
    Cursor after;
    TRY(filter_of(cx, req, &f));
    TRY(req_cursor(cx, req, &after));
    int64_t limit = req_limit(req), total = -1;
    Incidents page = { 0 };
    TRY(incident_page(cx, &f, after, limit + 1, &page, &total));
    Cursor last = { 0 };
    if (page.len > (size_t)limit) last = (Cursor){ page.at[limit - 1].rank, page.at[limit - 1].id };
    res_list(cx, res, &incident_row_shape, page.at, sizeof *page.at, page.len, limit, last, total);
    return OK;
}

static Err csv(Cx *cx, Req *req, Res *res)
{
    IncidentFilter f = { 0 };
    TRY(filter_of(cx, req, &f));
    Str text;
    TRY(incident_csv(cx, &f, &text));
    res_text(res, 200, "text/csv; charset=utf-8", text);
    http_set(&res->http, "Content-Disposition", S("attachment; filename=\"incidents.csv\""));
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res)
{
    Incident i;
    TRY(incident_get(cx, req_param(req, "incident"), &i));
    res_record(cx, res, &incident_shape, &i, i.version);
    return OK;
}

static Err create(Cx *cx, Req *req, Res *res)
{
    IncidentInput *in = BODY(req, IncidentInput);
    in->declared_how = S("");
    Incident i;
    TRY(incident_add(cx, in, &i));
    Str at = arena_fmt(cx->arena, "/api/v1/incidents/" STR_FMT, STR_ARG(i.reference));
    res_created(cx, res, &incident_shape, &i, at, i.version);
    return OK;
}

static Err edit(Cx *cx, Req *req, Res *res)
{
    TRY(incident_edit(cx, req_param(req, "incident"), req->present, BODY(req, IncidentInput)));
    return show(cx, req, res);
}

static Err acknowledge(Cx *cx, Req *req, Res *res)
{
    Incident i;
    TRY(incident_row(cx, req_param(req, "incident"), &i));
    if (!i.acknowledged_ms && incident_is_active(i.status)) {
        i.acknowledged_ms = cx->now_ms;
        TRY(incident_save(cx, &i));
        TRY(incident_news(cx, &i, "acknowledged", S(""),
                          arena_fmt(cx->arena, "Acknowledged by " STR_FMT, STR_ARG(cx->actor.name)),
                          S("{}")));
    }
    return show(cx, req, res);
}

/* ---- impacts */

static Err impact_add(Cx *cx, Req *req, Res *res)
{
    TRY(incident_impact_put(cx, req_param(req, "incident"), BODY(req, Impact)));
    TRY(show(cx, req, res));
    res->http.status = 201;
    return OK;
}

/** A patch: what the body does not name stays as it is. */
static Err impact_edit(Cx *cx, Req *req, Res *res)
{
    Str incident = req_param(req, "incident"), id = req_param(req, "impact");
    Incident i;
    TRY(incident_row(cx, incident, &i));
    TRY(cx_match(cx, i.version));
    Impacts all = { 0 };
    TRY(incident_read_impacts(cx, incident, &all));
    Impact *is = NULL, *in = BODY(req, Impact);
    list_each(&all, k) if (str_eq(all.at[k].id, id)) is = &all.at[k];
    if (!is)
        return fail(cx->arena, ERR_NOT_FOUND, "no impact " STR_FMT " on " STR_FMT, STR_ARG(id),
                    STR_ARG(i.reference));
    if (BODY_HAS(req, Impact, kind)) is->kind = in->kind;
    if (BODY_HAS(req, Impact, title)) is->title = in->title;
    if (BODY_HAS(req, Impact, description)) is->description = in->description;
    if (BODY_HAS(req, Impact, started_ms)) is->started_ms = in->started_ms;
    if (BODY_HAS(req, Impact, ended_ms)) is->ended_ms = in->ended_ms;
    if (BODY_HAS(req, Impact, service_ids)) is->service_ids = in->service_ids;
    if (BODY_HAS(req, Impact, customers_affected)) is->customers_affected = in->customers_affected;
    if (BODY_HAS(req, Impact, requests_affected)) is->requests_affected = in->requests_affected;
    if (BODY_HAS(req, Impact, cost)) is->cost = in->cost;
    if (BODY_HAS(req, Impact, currency)) is->currency = in->currency;
    TRY(incident_impact_put(cx, incident, is));
    return show(cx, req, res);
}

static Err impact_remove(Cx *cx, Req *req, Res *res)
{
    Incident i;
    TRY(incident_row(cx, req_param(req, "incident"), &i));
    TRY(cx_match(cx, i.version));
    TRY(incident_impact_remove(cx, i.id, req_param(req, "impact")));
    return show(cx, req, res);
}

/* ---- people */

typedef struct RoleInput { Str role, user_id; } RoleInput;
static SHAPE(role_input_shape, RoleInput, "A role to give",
    FIELD(RoleInput, role, REQUIRED, "Which", .values = incident_roles),
    FIELD(RoleInput, user_id, REQUIRED, "Who: id, e-mail address or me"));

static Err role_add(Cx *cx, Req *req, Res *res)
{
    RoleInput *in = BODY(req, RoleInput);
    TRY(incident_role_add(cx, req_param(req, "incident"), in->role, in->user_id));
    return show(cx, req, res);
}

static Err role_leave(Cx *cx, Req *req, Res *res)
{
    Str who = req_param(req, "holder");
    if (str_eq(who, S("me"))) who = cx->actor.id;
    TRY(incident_role_leave(cx, req_param(req, "incident"), req_param(req, "role"), who));
    return show(cx, req, res);
}

typedef struct MembersInput { Strs user_ids, team_ids; } MembersInput;
static SHAPE(members_shape, MembersInput, "Who may see a private incident",
    FIELD(MembersInput, user_ids, 0, "People: ids, e-mail addresses or me"),
    FIELD(MembersInput, team_ids, 0, "Teams: ids or names"));

static Err members_set(Cx *cx, Req *req, Res *res)
{
    MembersInput *in = BODY(req, MembersInput);
    Incident i;
    TRY(incident_row(cx, req_param(req, "incident"), &i));
    TRY(cx_match(cx, i.version));
    if (str_empty(i.audience))
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " is public: everyone may see it",
                    STR_ARG(i.reference));
    TRY(incident_members_set(cx, &i, in->user_ids, in->team_ids));
    TRY(incident_save(cx, &i));
    TRY(incident_news(cx, &i, "field_changed", S(""), S("Changed who may see it"),
                      DATA(cx, { "field", S("members") }, { "action", S("changed") })));
    return show(cx, req, res);
}

/* ---- other incidents */

typedef struct MergeInput { Str into; } MergeInput;
static SHAPE(merge_shape, MergeInput, "Where it goes",
             FIELD(MergeInput, into, REQUIRED, "Id or reference of the incident that stays"));

static Err merge(Cx *cx, Req *req, Res *res)
{
    Str into;
    TRY(incident_resolve(cx, BODY(req, MergeInput)->into, &into));
    TRY(incident_merge(cx, req_param(req, "incident"), into));
    return show(cx, req, res);
}

typedef struct LinkInput { Str incident, relation; } LinkInput;
static SHAPE(link_input_shape, LinkInput, "Another incident",
    FIELD(LinkInput, incident, REQUIRED, "Id or reference"),
    FIELD(LinkInput, relation, REQUIRED, "What the other one is to this", .values = incident_relations));

static Err link_add(Cx *cx, Req *req, Res *res)
{
    Str other;
    TRY(incident_resolve(cx, BODY(req, LinkInput)->incident, &other));
    TRY(incident_link(cx, req_param(req, "incident"), other, BODY(req, LinkInput)->relation));
    return show(cx, req, res);
}

static Err link_remove(Cx *cx, Req *req, Res *res)
{
    TRY(incident_unlink(cx, req_param(req, "incident"), req_param(req, "linked")));
    return show(cx, req, res);
}

/* ---- no report, causes */

typedef struct ReasonInput { Str reason; } ReasonInput;
static SHAPE(reason_shape, ReasonInput, "Why", FIELD(ReasonInput, reason, REQUIRED | MULTILINE, "Why it needs no report", .max = 2000));

static Err no_report(Cx *cx, Req *req, Res *res)
{
    Incident i;
    TRY(incident_row(cx, req_param(req, "incident"), &i));
    if (i.counts.reports)
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " has a report already", STR_ARG(i.reference));
    i.no_report_reason = str_trim(BODY(req, ReasonInput)->reason);
    if (!i.no_report_reason.len) return fail_field(cx->arena, S("reason"), "say why it needs no report");
    TRY(incident_save(cx, &i));
    TRY(incident_news(cx, &i, "field_changed", S(""), S("No report required"),
                      DATA(cx, { "field", S("no_report_reason") }, { "to", i.no_report_reason })));
    return show(cx, req, res);
}

static SHAPE(cause_choice_shape, Cause, "A contributing factor to choose",
    FIELD(Cause, key, READ_ONLY, "Stays when it is renamed"), FIELD(Cause, name, READ_ONLY, "Its words"));

static Err causes(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Causes all = { 0 };
    TRY(incident_cause_list(cx, &all));
    res_list(cx, res, &cause_choice_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len,
             (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

#define ONE "/api/v1/incidents/:incident"
static const Route routes[] = {
    { GET, "/api/v1/incidents", ROLE_VIEWER, list, .reply = &incident_row_shape, .flags = REPLY_LIST, .query = FILTERS,
      .doc = "Incidents, the active ones first" },
    { GET, "/api/v1/incidents.csv", ROLE_VIEWER, csv, .query = FILTERS, .doc = "The same list as CSV, at most 10,000 rows" },
    { POST, "/api/v1/incidents", ROLE_RESPONDER, create, .body = &incident_new_shape, .reply = &incident_shape,
      .doc = "Declares an incident" },
    { GET, ONE, ROLE_VIEWER, show, .reply = &incident_shape, .doc = "Everything about one incident" },
    { PATCH, ONE, ROLE_RESPONDER, edit, .body = &incident_edit_shape, .reply = &incident_shape,
      .doc = "Changes fields, status, severity and times; each change is on the timeline" },
    { POST, ONE "/acknowledge", ROLE_RESPONDER, acknowledge, .reply = &incident_shape, .doc = "Says that somebody looks into it" },
    { POST, ONE "/impacts", ROLE_RESPONDER, impact_add, .body = &impact_shape, .reply = &incident_shape, .doc = "Adds an impact" },
    { PATCH, ONE "/impacts/:impact", ROLE_RESPONDER, impact_edit, .body = &impact_shape, .reply = &incident_shape,
      .doc = "Corrects an impact; If-Match names the incident's version" },
    { DELETE, ONE "/impacts/:impact", ROLE_RESPONDER, impact_remove, .reply = &incident_shape,
      .doc = "Removes an impact; If-Match names the incident's version" },
    { POST, ONE "/roles", ROLE_RESPONDER, role_add, .body = &role_input_shape, .reply = &incident_shape, .doc = "Gives somebody a role" },
    { DELETE, ONE "/roles/:role/:holder", ROLE_RESPONDER, role_leave, .reply = &incident_shape, .flags = NO_MATCH,
      .doc = "Ends somebody's role; it stays known that they held it" },
    { PUT, ONE "/members", ROLE_RESPONDER, members_set, .body = &members_shape, .reply = &incident_shape,
      .doc = "Says who may see a private incident" },
    { POST, ONE "/merge", ROLE_RESPONDER, merge, .body = &merge_shape, .reply = &incident_shape,
      .doc = "Merges this incident into another, which gets its people, services and impacts" },
    { POST, ONE "/links", ROLE_RESPONDER, link_add, .body = &link_input_shape, .reply = &incident_shape, .doc = "Links another incident" },
    { DELETE, ONE "/links/:linked", ROLE_RESPONDER, link_remove, .reply = &incident_shape, .flags = NO_MATCH, .doc = "Removes a link" },
    { POST, ONE "/no-report", ROLE_RESPONDER, no_report, .body = &reason_shape, .reply = &incident_shape,
      .doc = "Says that no report is required, and why" },
    { GET, "/api/v1/causes", ROLE_VIEWER, causes, .reply = &cause_choice_shape, .flags = REPLY_LIST,
      .doc = "The contributing factors to choose from" },
    { 0 },
};

static const Resolver resolvers[] = { { "incident", incident_resolve }, { "linked", incident_resolve }, { 0 } };

const Feature incident_feature = {
    .name = "incident", .schema = &incident_schema, .routes = routes, .resolvers = resolvers, .settings = incident_settings,
};

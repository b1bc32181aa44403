#include "feature/change/change.h"
#include "app/fold.h"
#include "base/id.h"
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "port/alert_build.h"
#include "feature/change/rules.h"
#include "sql.gen.h"

#define HOUR_MS 3600000LL

const char *const change_kinds[] = { "deploy", "code", "config", "feature_flag", "infrastructure",
    "migration", NULL };
const char *const change_states[] = { "in_progress", "succeeded", "failed", "canceled", NULL };
const char *const change_relations[] = { "suspect", "caused", "fixed", "dismissed", NULL };

static SHAPE(why_shape, Why, "Why it is proposed",
    FIELD(Why, reason, READ_ONLY, "A word: minutes_before, under_way, minutes_until_over, service, dependency, named, kind, failed, files, commits, first, words, risk, elsewhere"),
    FIELD(Why, value, READ_ONLY, "What it is about: minutes, a service, words …"),
    FIELD(Why, points, READ_ONLY, "What it adds to the score"));

SHAPE(change_shape, Change, "Something that was changed on purpose",
    FIELD(Change, id, READ_ONLY, "UUIDv7"),
    FIELD(Change, kind, REQUIRED, "What was changed", .values = change_kinds),
    FIELD(Change, title, REQUIRED, "In one line", .max = 300),
    FIELD(Change, description, MULTILINE, "Markdown", .max = 10000),
    FIELD(Change, service_ids, 0, "Services by id or name", .max = 50),
    FIELD_OF(Change, services, FIELD_MANY, &ref_shape, READ_ONLY, "Services"),
    FIELD(Change, author, 0, "Who made it, as the source names them", .max = 200),
    FIELD(Change, url, 0, "Where to look", .max = 2000),
    FIELD(Change, source, 0, "Who tells it: github, jenkins …; api unless said", .max = 100),
    FIELD_RAW(Change, labels, MAP, "Free labels: environment, version …", .max = 20000),
    FIELD(Change, dedup_key, NULLABLE, "The sender's own name for it: sent again it is updated",
    .max = 500),
    FIELD(Change, state, NULLABLE, "How far it is; told again with the same dedup_key it is updated", .values = change_states),
    FIELD_AT(Change, occurred_ms, 0, "When it began; now unless said"),
    FIELD_AT(Change, ended_ms, NULLABLE, "When it was done"),
    FIELD_AT(Change, created_ms, READ_ONLY, "When it was told"),
    FIELD(Change, relation, READ_ONLY | NULLABLE,
    "suspect, caused, fixed or dismissed, as one of an incident's changes"),
    FIELD_AT(Change, linked_ms, READ_ONLY | NULLABLE, "When it was linked"),
    FIELD(Change, proposed, READ_ONLY | NULLABLE, "Of a proposal: suspect, or fixed"),
    FIELD(Change, score, READ_ONLY, "Of a proposal: how likely; compares with others only"),
    FIELD_OF(Change, why, FIELD_MANY, &why_shape, READ_ONLY, "Of a proposal: why"),
    FIELD(Change, version, READ_ONLY, "Grows with each change"));

/* ---- reading */

static Err fill_services(Cx *cx, Changes *list)
{
    Strs ids = { 0 }, all = { 0 };
    Map *names, *by_id = map_new(cx->arena);
    list_each(list, i) {
        *list_add(cx->arena, &ids) = list->at[i].id;
        map_set(by_id, list->at[i].id, &list->at[i]);
    }
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_change_services_of);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        Change *c = map_get(by_id, stmt_col_str(&q, 0));
        Str service = stmt_col_str(&q, 1);
        *list_add(cx->arena, &c->service_ids) = service;
        *list_add(cx->arena, &all) = service;
    }
    TRY(stmt_end(&q));
    TRY(service_refs(cx, all, &names));
    list_each(list, i)
        list_each(&list->at[i].service_ids, s)
            *list_add(cx->arena, &list->at[i].services) = ref_of(names,
                list->at[i].service_ids.at[s]);
    return OK;
}

Err change_read(Cx *cx, Stmt *q, Changes *ret)
{
    while (stmt_step(q))
        *list_add(cx->arena, ret) = (Change){ .id = stmt_col_str(q, 0), .kind = stmt_col_str(q, 1),
            .title = stmt_col_str(q, 2),
            .description = stmt_col_str(q, 3), .author = stmt_col_str(q, 4),
            .url = stmt_col_str(q, 5), .source = stmt_col_str(q, 6),
            .labels = stmt_col_str(q, 7), .occurred_ms = stmt_col_int(q, 8),
            .dedup_key = stmt_col_str(q, 9),
            .version = stmt_col_int(q, 10), .created_ms = stmt_col_int(q, 11),
            .relation = stmt_col_str(q, 12), .linked_ms = stmt_col_int(q, 13),
            .state = stmt_col_str(q, 14), .ended_ms = stmt_col_int(q, 15), .payload_n = stmt_col_int(q, 16) };
    TRY(stmt_end(q));
    return fill_services(cx, ret);
}

Err change_get(Cx *cx, Str id, Change *ret)
{
    Changes found = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_change_select, "id", NULL);
    stmt_str(&q, "id", id);
    stmt_int(&q, "limit", 1);
    TRY(change_read(cx, &q, &found));
    if (!found.len)
        return fail(cx->arena, ERR_NOT_FOUND, "there is no change " STR_FMT, STR_ARG(id));
    *ret = found.at[0];
    return OK;
}

Err change_list_of(Cx *cx, Str incident, int64_t limit, Changes *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_change_of_incident);
    stmt_str(&q, "incident", incident);
    stmt_int(&q, "limit", limit);
    return change_read(cx, &q, ret);
}

/* ---- writing */

/** Ids of the services that are in the catalogue; the first other name becomes the label
 *  `service`. */
static Err services_of(Cx *cx, const Change *change, Strs *ret_ids, Str *ret_labels)
{
    AlertLabels labels = { .arena = cx->arena };
    const Json *given = NULL;
    Buf note = buf_new(cx->arena, 1000);
    if (!str_empty(change->labels)) TRY(json_read(cx->arena, change->labels, &given));
    alert_labels_add_all(&labels, given);
    list_each(&change->service_ids, i) {
        Ref service = { 0 };
        Err e = service_named(cx, S("service_ids"), change->service_ids.at[i], &service);
        if (err_is(e, ERR_INVALID))
            alert_labels_add(&labels, S("service"), change->service_ids.at[i]);
        else if (e.info) return e;
        else *list_add(cx->arena, ret_ids) = service.id;
    }
    *ret_labels = alert_labels_end(&labels, &note);
    return OK;
}

static Err put_services(Cx *cx, Str id, Strs services)
{
    auto_stmt clear = stmt_begin(cx->arena, cx->store, &sql_change_service_clear);
    stmt_str(&clear, "id", id);
    TRY(stmt_exec(&clear));
    list_each(&services, i) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_change_service_add);
        stmt_str(&q, "id", id);
        stmt_str(&q, "service", services.at[i]);
        TRY(stmt_exec(&q));
    }
    return OK;
}

Err change_add(Cx *cx, const Change *change, Str *ret_id)
{
    Strs services = { 0 };
    Str labels = { 0 };
    int64_t version = 1;
    bool safe = str_empty(change->url) || str_starts(change->url, S("https://"))
        || str_starts(change->url, S("http://"));
    if (!safe) return fail_field(cx->arena, S("url"), "url must begin with https:// or http://");
    if (change->occurred_ms > cx->now_ms + 24 * HOUR_MS)
        return fail_field(cx->arena, S("occurred_at"), "occurred_at lies in the future");
    if (change->ended_ms && change->occurred_ms > change->ended_ms)
        return fail_field(cx->arena, S("ended_at"), "ended_at lies before occurred_at");
    bool is_over = change->state.len && !str_eq(change->state, S("in_progress"));
    int64_t told_ms = change->told_ms ? change->told_ms : cx->now_ms;
    int64_t ended_ms = change->ended_ms ? change->ended_ms : is_over ? told_ms : 0;
    int64_t began_ms = change->occurred_ms ? change->occurred_ms : ended_ms ? ended_ms : told_ms;
    TRY(services_of(cx, change, &services, &labels));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_change_put);
    stmt_str(&q, "id", id_new(cx->arena, cx->now_ms));
    stmt_str_or_null(&q, "dedup_key", change->dedup_key);
    stmt_str(&q, "kind", change->kind);
    stmt_str(&q, "title", change->title);
    stmt_str(&q, "description", change->description);
    stmt_str(&q, "author", change->author);
    stmt_str(&q, "url", change->url);
    stmt_str(&q, "source", str_empty(change->source) ? S("api") : change->source);
    stmt_str(&q, "labels", labels);
    stmt_int(&q, "occurred_ms", began_ms);
    stmt_int(&q, "has_time", change->any_order ? 2 : change->occurred_ms != 0);
    stmt_str(&q, "state", change->state);
    stmt_int_or_null(&q, "ended_ms", ended_ms);
    stmt_int(&q, "told_ms", told_ms);
    stmt_int_or_null(&q, "payload_n", change->payload_n);
    stmt_str_or_null(&q, "created_by", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    bool is_newest = false;
    if (stmt_step(&q)) {
        *ret_id = stmt_col_str(&q, 0);
        version = stmt_col_int(&q, 1);
        is_newest = stmt_col_int(&q, 2) == told_ms;
    }
    TRY(stmt_end(&q));
    if (is_newest && (version == 1 || services.len)) TRY(put_services(cx, *ret_id, services));
    return live_touch(cx, S("changes"), "added", *ret_id, version, S(""));
}

static Err relation_now(Cx *cx, Str incident, Str change, Str *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_change_get);
    stmt_str(&q, "incident", incident);
    stmt_str(&q, "change", change);
    if (stmt_step(&q)) *ret = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

static Str link_data(Arena *a, const Change *change, Str relation, Str before)
{
    Buf b = buf_new(a, 16 << 10);
    const struct { const char *key; Str value; } pairs[] = {
        { "relation", relation }, { "before", before }, { "change_id", change->id },
            { "kind", change->kind }, { "title", change->title } };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        buf_fmt(&b, "%c\"%s\":", i ? ',' : '{', pairs[i].key);
        if (str_empty(pairs[i].value)) buf_add(&b, S("null"));
        else buf_json(&b, pairs[i].value);
    }
    buf_byte(&b, '}');
    return buf_str(&b);
}

Err change_link(Cx *cx, Str incident_id, Str change_id, Str relation)
{
    static const struct { const char *relation, *says; } wording[] = {
        { "suspect", "Suspected change" }, { "caused", "Caused by change" },
            { "fixed", "Fixed by change" }, { "dismissed", "Change dismissed" } };
    Change change;
    Incident incident;
    Str before = { 0 };
    const char *says = NULL;
    for (size_t i = 0; i < 4; i++)
        if (str_eq(relation, str_of(wording[i].relation))) says = wording[i].says;
    if (!says)
        return fail_field(cx->arena, S("relation"),
            "relation must be suspect, caused, fixed or dismissed");
    TRY(change_get(cx, change_id, &change));
    TRY(incident_row(cx, incident_id, &incident));
    TRY(relation_now(cx, incident_id, change_id, &before));
    if (str_eq(before, relation)) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_change_put);
    stmt_str(&q, "incident", incident_id);
    stmt_str(&q, "change", change_id);
    stmt_str(&q, "relation", relation);
    stmt_str_or_null(&q, "linked_by", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    if (str_empty(before)) TRY(incident_count(cx, incident_id, INCIDENT_CHANGES, 1));
    bool happened = str_eq(relation, S("caused")) || str_eq(relation, S("fixed"));
    TRY(event_emit(cx, &(Event){ .kind = "change.linked", .subject = incident_id,
        .object = change_id,
        .title = arena_fmt(cx->arena, "%s: " STR_FMT, says, STR_ARG(change.title)),
        .data = link_data(cx->arena, &change, relation, before),
        .source = change.source, .occurred_ms = happened && change.occurred_ms < cx->now_ms
        ? change.occurred_ms : 0,
        .version = incident.version, .audience = incident.audience }));
    return live_touch(cx, arena_fmt(cx->arena, "incident:" STR_FMT, STR_ARG(incident_id)),
        "change_linked", change_id, incident.version, incident.audience);
}

/* ---- routes */

static void answer_list(Cx *cx, Res *res, const Changes *all, int64_t limit, int64_t total)
{
    Cursor last = { 0 };
    if ((int64_t)all->len > limit)
        last = (Cursor){ all->at[limit - 1].occurred_ms, all->at[limit - 1].id };
    res_list(cx, res, &change_shape, all->at, sizeof *all->at, all->len, limit, last, total);
}

static Err list(Cx *cx, Req *req, Res *res)
{
    Strs kind = { 0 }, service = { 0 }, source = { 0 };
    int64_t since_ms = 0, until_ms = 0, limit = req_limit(req);
    Cursor after;
    Str words = str_trim(req_query(req, "q"));
    TRY(req_filter(cx, req, "kind", change_kinds, &kind));
    TRY(req_filter(cx, req, "service", NULL, &service));
    TRY(req_filter(cx, req, "source", NULL, &source));
    TRY(req_time(cx, req, "since", &since_ms));
    TRY(req_time(cx, req, "until", &until_ms));
    TRY(req_cursor(cx, req, &after));
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_change_select, stmt_if(kind.len, "kind"),
        stmt_if(service.len, "service"),
        stmt_if(source.len, "source"), stmt_if(since_ms, "since"), stmt_if(until_ms, "until"),
        stmt_if(words.len, "q"), stmt_if(after.id.len, "after"), NULL);
    if (kind.len) stmt_str(&q, "kind", strs_json(cx->arena, kind));
    if (service.len) stmt_str(&q, "service", strs_json(cx->arena, service));
    if (source.len) stmt_str(&q, "source", strs_json(cx->arena, source));
    if (since_ms) stmt_int(&q, "since_ms", since_ms);
    if (until_ms) stmt_int(&q, "until_ms", until_ms);
    if (words.len) stmt_str(&q, "q", like_anywhere(cx->arena, words));
    if (after.id.len) { stmt_int(&q, "at", after.at); stmt_str(&q, "after", after.id); }
    stmt_int(&q, "limit", limit + 1);
    Changes all = { 0 };
    TRY(change_read(cx, &q, &all));
    answer_list(cx, res, &all, limit, -1);
    return OK;
}

static Err get(Cx *cx, Req *req, Res *res)
{
    Change change;
    TRY(change_get(cx, req_param(req, "change"), &change));
    res_record(cx, res, &change_shape, &change, change.version);
    return OK;
}

static Err create(Cx *cx, Req *req, Res *res)
{
    Change change;
    Str id = { 0 };
    TRY(change_add(cx, BODY(req, Change), &id));
    TRY(change_get(cx, id, &change));
    res_created(cx, res, &change_shape, &change, arena_fmt(cx->arena, "/api/v1/changes/" STR_FMT,
        STR_ARG(id)), change.version);
    return OK;
}

static Err list_of(Cx *cx, Req *req, Res *res)
{
    Changes all = { 0 };
    if (req_flag(req, "suggested")) TRY(change_proposals(cx, req_param(req, "incident"), &all));
    else TRY(change_list_of(cx, req_param(req, "incident"), 200, &all));
    answer_list(cx, res, &all, (int64_t)all.len, (int64_t)all.len);
    return OK;
}

typedef struct Link { Str change_id, relation; } Link;
static SHAPE(link_shape, Link, "What a change has to do with an incident",
    FIELD(Link, change_id, REQUIRED, "The change"),
    FIELD(Link, relation, REQUIRED, "What it has to do with it", .values = change_relations));

static Err link_one(Cx *cx, Req *req, Res *res)
{
    const Link *in = BODY(req, Link);
    Change change;
    Err e = change_get(cx, in->change_id, &change);
    if (err_is(e, ERR_NOT_FOUND))
        return fail_field(cx->arena, S("change_id"), STR_FMT, STR_ARG(e.info->message));
    TRY(e);
    TRY(change_link(cx, req_param(req, "incident"), in->change_id, in->relation));
    change.relation = in->relation;
    change.linked_ms = cx->now_ms;
    res_record(cx, res, &change_shape, &change, change.version);
    return OK;
}

static Err unlink_one(Cx *cx, Req *req, Res *res)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_change_remove);
    stmt_str(&q, "incident", req_param(req, "incident"));
    stmt_str(&q, "change", req_param(req, "change"));
    stmt_step(&q);
    int64_t removed = stmt_changes(&q);
    TRY(stmt_end(&q));
    if (removed) TRY(incident_count(cx, req_param(req, "incident"), INCIDENT_CHANGES, -1));
    res_none(res);
    return OK;
}

static Err resolve(Cx *cx, Str given, Str *ret_id)
{
    Change change;
    TRY(change_get(cx, given, &change));
    *ret_id = change.id;
    return OK;
}

static Err hear_merged(Cx *cx, const Event *event)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_change_move);
    stmt_str(&q, "incident", event->subject);
    stmt_str(&q, "into", event->object);
    stmt_step(&q);
    int64_t moved = stmt_changes(&q);
    TRY(stmt_end(&q));
    if (!moved) return OK;
    TRY(incident_count(cx, event->subject, INCIDENT_CHANGES, -moved));
    return incident_count(cx, event->object, INCIDENT_CHANGES, moved);
}

static const Route routes[] = {
    { GET, "/api/v1/changes", ROLE_VIEWER, list, .reply = &change_shape, .flags = REPLY_LIST,
        .query = "kind service source since until q", .doc = "Changes, newest first" },
    { POST, "/api/v1/changes", ROLE_RESPONDER, create, &change_shape, &change_shape, INGEST,
    .doc = "Tells of a change; the same dedup_key updates it" },
    { GET, "/api/v1/changes/:change", ROLE_VIEWER, get, .reply = &change_shape,
    .doc = "One change" },
    { GET, "/api/v1/incidents/:incident/changes", ROLE_VIEWER, list_of, .reply = &change_shape,
    .flags = REPLY_LIST, .query = "suggested",
      .doc = "Changes linked to an incident; suggested=true: those that may have caused it, or ended it, most likely first, with why" },
    { POST, "/api/v1/incidents/:incident/changes", ROLE_RESPONDER, link_one, &link_shape,
    &change_shape, .doc = "Links a change, or says anew what it has to do with it" },
    { DELETE, "/api/v1/incidents/:incident/changes/:change", ROLE_RESPONDER, unlink_one,
    .flags = NO_MATCH, .doc = "Takes the link away" },
    { 0 },
};
static const Resolver resolvers[] = { { "change", resolve }, { 0 } };
static const Listener listeners[] = { { "incident.merged", LISTEN_NOW, hear_merged }, { 0 } };

const Feature change_feature = { .name = "change", .schema = &change_schema, .routes = routes,
    .resolvers = resolvers, .listeners = listeners };

Err change_payloads_held(Cx *cx, int64_t from, int64_t upto, PayloadNumbers *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_change_payload_held);
    stmt_int(&q, "from", from);
    stmt_int(&q, "upto", upto);
    while (stmt_step(&q)) *list_add(cx->arena, ret) = stmt_col_int(&q, 0);
    return stmt_end(&q);
}

/* Reading alerts, and the routes about them. */
#include <stdlib.h>
#include "feature/account/account.h"
#include "feature/alert/internal.h"
#include "feature/catalog/catalog.h"
#include "app/fold.h"
#include "base/id.h"
#include "port/alert_build.h"
#include "store/search.h"
#include "sql.gen.h"

/* q= looks through the newest alerts for any part of a word, and through the search index for
 * older ones. */
enum { RECENT_ALERTS = 2000, INDEXED_HITS = 200, FEW_ALERTS = 2000, FIRING_COUNTED = 1000 };

static const char *const statuses[] = { "firing", "resolved", NULL };
static const char *const severities[] = { "SEV-1", "SEV-2", "SEV-3", "SEV-4", "unknown", NULL };

static SHAPE(source_ref_shape, SourceRef, "Where an alert came from",
    FIELD(SourceRef, id, READ_ONLY, "The integration"),
    FIELD(SourceRef, name, READ_ONLY, "Its name"),
    FIELD(SourceRef, kind, READ_ONLY, "alertmanager, generic, pagerduty or api"));

SHAPE(alert_shape, Alert, "What a monitoring system said",
    FIELD(Alert, id, READ_ONLY, "UUIDv7"),
    FIELD_OF(Alert, source, FIELD_ONE, &source_ref_shape, READ_ONLY, "Where it came from"),
    FIELD(Alert, dedup_key, READ_ONLY, "The same key while firing is the same alert"),
    FIELD(Alert, status, READ_ONLY, "firing or resolved", .values = statuses),
    FIELD(Alert, severity, READ_ONLY, "SEV-1 to SEV-4 or unknown", .values = severities),
    FIELD(Alert, title, READ_ONLY, "In one line"),
    FIELD(Alert, description, READ_ONLY, "What the source says about it"),
    FIELD_RAW(Alert, labels, READ_ONLY | MAP, "What it is about"),
    FIELD_RAW(Alert, links, READ_ONLY, "List of {title, url}"),
    FIELD(Alert, note, READ_ONLY | NULLABLE, "What of the payload was left out"),
    FIELD(Alert, group_key, READ_ONLY | NULLABLE, "The group that the source put it into"),
    FIELD_AT(Alert, started_ms, READ_ONLY, "When it began, as the source says, else when it came"),
    FIELD_AT(Alert, ended_ms, READ_ONLY | NULLABLE, "When it ended; null while it fires"),
    FIELD_AT(Alert, flapping_ms, READ_ONLY | NULLABLE, "Since when it comes and goes; it fires until it has been quiet for a while"),
    FIELD_AT(Alert, acknowledged_ms, READ_ONLY | NULLABLE, "When somebody took it at the source"),
    FIELD_AT(Alert, received_ms, READ_ONLY, "When it came first"),
    FIELD_AT(Alert, last_received_ms, READ_ONLY, "When it came last with news"),
    FIELD(Alert, count, READ_ONLY, "How often it came with news"),
    FIELD_OF(Alert, incident, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE,
    "The incident it belongs to"),
    FIELD_OF(Alert, channel, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "Where routing put it"),
    FIELD(Alert, version, READ_ONLY, "Grows with each change"));

/* ---- reading */

static void read_row(Stmt *q, Alert *x)
{
    int c = 0;
    x->n = stmt_col_int(q, c++);
    Str *texts[] = { &x->id, &x->source.id, &x->dedup_key };
    for (size_t i = 0; i < 3; i++) *texts[i] = stmt_col_str(q, c++);
    x->status = stmt_col_is_null(q, c++) ? S("resolved") : S("firing");
    Str *more[] = { &x->severity, &x->title, &x->description, &x->labels, &x->links, &x->note,
        &x->group_key };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) *more[i] = stmt_col_str(q, c++);
    int64_t *times[] = { &x->started_ms, &x->ended_ms, &x->acknowledged_ms, &x->received_ms,
        &x->last_received_ms, &x->count };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) *times[i] = stmt_col_int(q, c++);
    x->channel.id = stmt_col_str(q, c++);
    x->incident.id = stmt_col_str(q, c++);
    x->audience = stmt_col_str(q, c++);
    x->version = stmt_col_int(q, c++);
    x->flapping_ms = stmt_col_int(q, c++);
}

/** Names of sources, channels and incidents; three queries whatever the number of alerts. */
static Err fill(Cx *cx, Alerts *list)
{
    Strs sources = { 0 }, channels = { 0 }, incidents = { 0 };
    list_each(list, i) {
        *list_add(cx->arena, &sources) = list->at[i].source.id;
        if (!str_empty(list->at[i].channel.id))
            *list_add(cx->arena, &channels) = list->at[i].channel.id;
        if (!str_empty(list->at[i].incident.id))
            *list_add(cx->arena, &incidents) = list->at[i].incident.id;
    }
    Map *by_source = NULL, *by_channel = NULL, *by_incident = map_new(cx->arena);
    RecordRefs refs = { 0 };
    if (list->len) TRY(source_refs(cx, sources, &by_source));
    if (channels.len) TRY(channel_refs(cx, channels, &by_channel));
    if (incidents.len) TRY(incident_refs(cx, incidents, &refs));
    list_each(&refs, i) map_set(by_incident, refs.at[i].id, &refs.at[i]);
    list_each(list, i) {
        Alert *x = &list->at[i];
        SourceRef *source = map_get(by_source, x->source.id);
        RecordRef *incident = str_empty(x->incident.id) ? NULL
            : map_get(by_incident, x->incident.id);
        if (source) x->source = *source;
        if (!str_empty(x->channel.id)) x->channel = ref_of(by_channel, x->channel.id);
        x->incident = incident ? *incident : (RecordRef){ 0 };
    }
    return OK;
}

static Err read_all(Cx *cx, Stmt *q, Alerts *ret)
{
    while (stmt_step(q)) read_row(q, list_add(cx->arena, ret));
    TRY(stmt_end(q));
    return fill(cx, ret);
}

Err alert_get(Cx *cx, Str id, Alert *ret)
{
    Alerts list = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_alert_select, "id", NULL);
    stmt_str(&q, "id", id);
    stmt_int(&q, "limit", 1);
    TRY(read_all(cx, &q, &list));
    if (!list.len) return fail(cx->arena, ERR_NOT_FOUND, "there is no alert " STR_FMT, STR_ARG(id));
    *ret = list.at[0];
    return OK;
}

Err alert_list_of(Cx *cx, Str incident, int64_t limit, Alerts *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_alert_select, "incident", "oldest_first",
        NULL);
    stmt_str(&q, "incident", incident);
    stmt_int(&q, "limit", limit);
    return read_all(cx, &q, ret);
}

Err alert_list_newest(Cx *cx, int64_t limit, Alerts *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_alert_select, "newest_first",
        stmt_if(!access_all(cx), "visible"), NULL);
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    stmt_int(&q, "limit", limit);
    return read_all(cx, &q, ret);
}

Err alert_list_newer(Cx *cx, int64_t n, int64_t settled_ms, int64_t limit, Alerts *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_alert_select, "newer", NULL);
    stmt_int(&q, "newer", n);
    stmt_int(&q, "settled_ms", settled_ms);
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q)) read_row(&q, list_add(cx->arena, ret));
    return stmt_end(&q);
}

Err alert_resolve(Cx *cx, Str given, Str *ret_id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_audience);
    stmt_str(&q, "id", given);
    Str audience = { 0 };
    bool found = stmt_step(&q);
    if (found) { *ret_id = stmt_col_str(&q, 0); audience = stmt_col_str(&q, 1); }
    TRY(stmt_end(&q));
    if (!found) return fail(cx->arena, ERR_NOT_FOUND, "there is no alert " STR_FMT, STR_ARG(given));
    return access_check(cx, audience, "alert", given);
}

Err alert_record(Cx *cx, const AlertPast *past, Str *ret_id)
{
    Str audience = { 0 };
    Incident incident;
    if (!str_empty(past->incident)) {
        TRY(incident_row(cx, past->incident, &incident));
        audience = incident.audience;
        TRY(incident_count(cx, past->incident, INCIDENT_ALERTS, 1));
    }
    *ret_id = id_new(cx->arena, past->started_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_record);
    stmt_str(&q, "id", *ret_id);
    stmt_str(&q, "integration_id", past->integration);
    stmt_blob(&q, "key_hash", hash16(cx->arena, past->integration, past->dedup_key));
    stmt_int_or_null(&q, "is_open", past->ended_ms == 0);
    stmt_str(&q, "dedup_key", past->dedup_key);
    stmt_str(&q, "severity", past->severity);
    stmt_str(&q, "title", past->title);
    stmt_str(&q, "description", past->description);
    stmt_str(&q, "labels", str_empty(past->labels) ? S("{}") : past->labels);
    stmt_str(&q, "links", str_empty(past->links) ? S("[]") : past->links);
    stmt_str(&q, "group_key", S(""));
    stmt_int(&q, "started_ms", past->started_ms);
    stmt_int_or_null(&q, "ended_ms", past->ended_ms);
    stmt_int(&q, "received_ms", past->started_ms);
    stmt_str_or_null(&q, "channel_id", past->channel_id);
    stmt_str_or_null(&q, "incident_id", past->incident);
    stmt_str(&q, "audience", audience);
    stmt_null(&q, "delivery_n");
    TRY(stmt_exec(&q));
    return source_count(cx, past->integration, 1, past->started_ms);
}

/* ---- routes */

typedef struct Filter { Strs status, severity, source, channel, ids; Str incident, q;
    int64_t since_ms, until_ms; bool no_incident; } Filter;

static Err filter_of(Cx *cx, const Req *req, Filter *f)
{
    TRY(req_filter(cx, req, "status", statuses, &f->status));
    TRY(req_filter(cx, req, "severity", severities, &f->severity));
    TRY(req_filter(cx, req, "source", NULL, &f->source));
    TRY(req_filter(cx, req, "channel", NULL, &f->channel));
    TRY(req_time(cx, req, "since", &f->since_ms));
    TRY(req_time(cx, req, "until", &f->until_ms));
    f->q = str_trim(req_query(req, "q"));
    Str incident = req_query(req, "incident");
    f->no_incident = str_eq(incident, S("none"));
    if (!str_empty(incident) && !f->no_incident) TRY(incident_resolve(cx, incident, &f->incident));
    return OK;
}

static void bind_words(Cx *cx, Stmt *q, const char *name, Strs words)
{
    if (words.len == 1) stmt_str(q, name, words.at[0]);
    else if (words.len) stmt_str(q, name, strs_json(cx->arena, words));
}

/** Whether a filter by time leaves few alerts: then they are read from the index by time; else the newest are walked until
 *  enough fit, which is soon. */
static Err few_between(Cx *cx, int64_t from_ms, int64_t to_ms, bool *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_count_between);
    stmt_int(&q, "from_ms", from_ms);
    stmt_int(&q, "to_ms", to_ms);
    stmt_int(&q, "limit", FEW_ALERTS);
    *ret = stmt_step(&q) && stmt_col_int(&q, 0) < FEW_ALERTS;
    return stmt_end(&q);
}

/** One word of a filter is compared as it is, so that its index gives the order too. */
static Err find(Cx *cx, const Filter *f, int64_t after, int64_t limit, Alerts *ret)
{
    bool one_status = f->status.len == 1;
    bool firing = one_status && str_eq(f->status.at[0], S("firing")), few = false;
    int64_t to_ms = f->until_ms ? f->until_ms : INT64_MAX;
    if (f->since_ms || f->until_ms) TRY(few_between(cx, f->since_ms, to_ms, &few));
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_alert_select, "newest_first",
        stmt_if(!access_all(cx), "visible"),
        stmt_if(firing, "firing"), stmt_if(one_status && !firing, "resolved"),
        stmt_if(f->severity.len == 1, "one_severity"), stmt_if(f->severity.len > 1, "severity"),
        stmt_if(f->source.len == 1, "one_source"), stmt_if(f->source.len > 1, "source"),
        stmt_if(f->channel.len == 1, "one_channel"), stmt_if(f->channel.len > 1, "channel"),
        stmt_if(f->incident.len, "incident"), stmt_if(f->no_incident, "no_incident"),
        stmt_if(f->since_ms, "since"), stmt_if(f->until_ms, "until"), stmt_if(few, "few"),
        stmt_if(f->q.len && !f->incident.len, "recent"), stmt_if(f->q.len, "q"),
        stmt_if(f->ids.len, "ids"), stmt_if(after, "after"), NULL);
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    bind_words(cx, &q, "severity", f->severity);
    bind_words(cx, &q, "source", f->source);
    bind_words(cx, &q, "channel", f->channel);
    if (f->incident.len) stmt_str(&q, "incident", f->incident);
    if (f->since_ms) stmt_int(&q, "since_ms", f->since_ms);
    if (f->until_ms) stmt_int(&q, "until_ms", f->until_ms);
    if (few) stmt_int(&q, "from_ms", f->since_ms);
    if (few) stmt_int(&q, "to_ms", to_ms);
    if (f->q.len && !f->incident.len) stmt_int(&q, "recent", RECENT_ALERTS);
    if (f->q.len) stmt_str(&q, "q", like_anywhere(cx->arena, f->q));
    if (f->q.len) stmt_str(&q, "exact", f->q);
    if (f->ids.len) stmt_str(&q, "ids", strs_json(cx->arena, f->ids));
    if (after) stmt_int(&q, "after", after);
    stmt_int(&q, "limit", limit);
    return read_all(cx, &q, ret);
}

static int newest_first(const void *x, const void *y)
{
    int64_t a = ((const Alert *)x)->n, b = ((const Alert *)y)->n;
    return (a < b) - (a > b);
}

/** The newest that hold the words anywhere, and those that the search index knows, as one list. */
static Err find_words(Cx *cx, const Filter *f, int64_t after, int64_t limit, Alerts *ret)
{
    Filter known = *f;
    SearchHits hits = { 0 };
    Str audiences = { 0 };
    Alerts older = { 0 };
    TRY(find(cx, f, after, limit, ret));
    if (f->incident.len) return OK;              /* all of an incident's were looked through */
    TRY(access_audiences(cx, &audiences));
    TRY(search_match(cx->store, cx->arena, f->q, S("[\"alert\"]"), audiences, INDEXED_HITS, &hits));
    if (!hits.len) return OK;
    known.q = S("");
    list_each(&hits, i) *list_add(cx->arena, &known.ids) = hits.at[i].id;
    TRY(find(cx, &known, after, limit, &older));
    size_t recent = ret->len;
    list_each(&older, i) {
        bool have = false;
        for (size_t k = 0; k < recent; k++) have |= ret->at[k].n == older.at[i].n;
        if (!have) *list_add(cx->arena, ret) = older.at[i];
    }
    if (ret->len) qsort(ret->at, ret->len, sizeof *ret->at, newest_first);
    if ((int64_t)ret->len > limit) ret->len = (size_t)limit;
    return OK;
}

static Err firing_total(Cx *cx, int64_t *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_alert_firing_count,
        stmt_if(!access_all(cx), "visible"), NULL);
    if (!access_all(cx)) stmt_str(&q, "actor", cx->actor.id);
    stmt_int(&q, "limit", FIRING_COUNTED);
    if (stmt_step(&q)) *ret = stmt_col_int(&q, 0);
    return stmt_end(&q);
}

Err alerts_list(Cx *cx, Req *req, Res *res)
{
    Filter f = { 0 };
    Cursor after;
    Alerts found = { 0 };
    int64_t limit = req_limit(req);
    TRY(filter_of(cx, req, &f));
    TRY(req_cursor(cx, req, &after));
    TRY((f.q.len ? find_words : find)(cx, &f, after.at, limit + 1, &found));
    Cursor last = { 0 };
    if ((int64_t)found.len > limit)
        last = (Cursor){ .at = found.at[limit - 1].n, .id = found.at[limit - 1].id };
    res_list(cx, res, &alert_shape, found.at, sizeof *found.at, found.len, limit, last, -1);
    return OK;
}

Err alerts_get(Cx *cx, Req *req, Res *res)
{
    Alert alert;
    TRY(alert_get(cx, req_param(req, "alert"), &alert));
    res_record(cx, res, &alert_shape, &alert, alert.version);
    return OK;
}

/** A payload may tell of several alerts, of which others may be private. */
static Err check_beside(Cx *cx, const Alert *x, int64_t received_ms)
{
    bool alone = str_eq(x->source.kind, S("api")) || str_eq(x->source.kind, S("pagerduty"));
    if (alone || access_all(cx)) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_hidden_beside);
    stmt_str(&q, "integration", x->source.id);
    stmt_int(&q, "at_ms", received_ms);
    stmt_str(&q, "actor", cx->actor.id);
    bool hidden = stmt_step(&q);
    TRY(stmt_end(&q));
    return hidden ? fail(cx->arena, ERR_NOT_FOUND, "the payload of this alert may tell of private ones too: it is not shown") : OK;
}

Err alert_raw(Cx *cx, Str id, Str *ret_body)
{
    Alert alert;
    TRY(alert_get(cx, id, &alert));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_raw);
    stmt_str(&q, "id", id);
    Str body = { 0 };
    int64_t received_ms = 0;
    bool found = stmt_step(&q);
    if (found) { body = stmt_col_blob(&q, 1); received_ms = stmt_col_int(&q, 2); }
    TRY(stmt_end(&q));
    if (!found) return fail(cx->arena, ERR_NOT_FOUND, "the payload of this alert is not kept");
    TRY(check_beside(cx, &alert, received_ms));
    *ret_body = body;
    return OK;
}

/** As received, but never as a page: a payload may hold anything. */
Err alerts_raw(Cx *cx, Req *req, Res *res)
{
    Str body;
    TRY(alert_raw(cx, req_param(req, "alert"), &body));
    res_text(res, 200, "text/plain; charset=utf-8", body);
    http_set(&res->http, "X-Content-Type-Options", S("nosniff"));
    return OK;
}

typedef struct Attach { Str incident; } Attach;
SHAPE(attach_shape, Attach, "Where an alert belongs",
    FIELD(Attach, incident, REQUIRED, "Incident by id or reference"));

Err alerts_attach(Cx *cx, Req *req, Res *res)
{
    Str incident = { 0 };
    Alert alert;
    Err e = incident_resolve(cx, BODY(req, Attach)->incident, &incident);
    if (err_is(e, ERR_NOT_FOUND))
        return fail_field(cx->arena, S("incident"), STR_FMT, STR_ARG(e.info->message));
    TRY(e);
    TRY(alert_attach(cx, req_param(req, "alert"), incident));
    TRY(alert_get(cx, req_param(req, "alert"), &alert));
    res_record(cx, res, &alert_shape, &alert, alert.version);
    return OK;
}

typedef struct AlertInput { Str dedup_key, title, description, severity, status, labels, group_key;
    int64_t started_ms, ended_ms; Str url; } AlertInput;
SHAPE(alert_input_shape, AlertInput, "An alert told by a program of one's own",
    FIELD(AlertInput, dedup_key, 0,
        "The same key while firing is the same alert; made of title and labels when it is missing",
        .max = 1000),
    FIELD(AlertInput, title, REQUIRED, "In one line"),
    FIELD(AlertInput, description, MULTILINE, "More of it"),
    FIELD(AlertInput, severity, 0, "SEV-1 to SEV-4 or a word such as critical", .max = 50),
    FIELD(AlertInput, status, 0, "firing unless said", .values = statuses),
    FIELD_RAW(AlertInput, labels, MAP, "What it is about: object of strings", .max = 64 << 10),
    FIELD(AlertInput, group_key, 0, "Alerts of one group join one incident", .max = 1000),
    FIELD_AT(AlertInput, started_ms, NULLABLE, "When it began"),
    FIELD_AT(AlertInput, ended_ms, NULLABLE, "When it ended"),
    FIELD(AlertInput, url, 0, "Where to look", .max = 2000));

static Err input_alert(Cx *cx, const AlertInput *in, AlertIn *ret)
{
    Arena *a = cx->arena;
    Buf note = buf_new(a, 1000), links = buf_new(a, 8 << 10);
    AlertLabels labels = { .arena = a };
    const Json *object = NULL;
    if (!str_empty(in->labels)) TRY(json_read(a, in->labels, &object));
    alert_labels_add_all(&labels, object);
    alert_link_add(&links, S("Source"), in->url);
    *ret = (AlertIn){ .dedup_key = alert_key(a, in->dedup_key), .resolved = str_eq(in->status,
        S("resolved")),
        .severity = alert_severity(in->severity), .title = in->title,
        .description = in->description, .links = alert_links_end(&links),
        .started_ms = in->started_ms, .group_key = alert_key(a, in->group_key) };
    ret->labels = alert_labels_end(&labels, &note);
    ret->note = buf_str(&note);
    if (ret->resolved) ret->ended_ms = in->ended_ms;
    if (!str_empty(ret->dedup_key)) return OK;
    Str both = arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(ret->title), STR_ARG(ret->labels));
    ret->dedup_key = alert_key_made(a, both);
    return OK;
}

typedef struct Accepted { int64_t accepted; Str dedup_key; } Accepted;
SHAPE(accepted_shape, Accepted, "What was taken in",
    FIELD(Accepted, accepted, READ_ONLY, "Number of alerts"),
    FIELD(Accepted, dedup_key, READ_ONLY, "The key it has"));

Err alerts_post(Cx *cx, Req *req, Res *res)
{
    Delivery d = { .content_type = S("application/json"), .body = req->http->body };
    Actor actor = cx->actor;
    TRY(source_by_id(cx, S(API_INTEGRATION), &d.source));
    d.hash = hash16(cx->arena, d.source.id, d.body);
    TRY(input_alert(cx, BODY(req, AlertInput), list_add(cx->arena, &d.alerts)));
    TRY(delivery_plan(cx, &d));
    TRY(delivery_store(cx, &d));
    cx->actor = actor;
    Accepted told = { .accepted = 1, .dedup_key = d.alerts.at[0].dedup_key };
    res_json(cx, res, &accepted_shape, &told);
    res->http.status = 202;
    return OK;
}

/** The payload that is kept: what a sender of POST /api/v1/alerts would have sent. */
static Str as_payload(Arena *a, const AlertIn *in)
{
    Buf b = buf_new(a, 64 << 10);
    buf_add(&b, S("{\"title\":"));
    buf_json(&b, in->title);
    buf_add(&b, S(",\"description\":"));
    buf_json(&b, in->description);
    buf_fmt(&b, ",\"status\":\"%s\",\"dedup_key\":", in->resolved ? "resolved" : "firing");
    buf_json(&b, in->dedup_key);
    buf_fmt(&b, ",\"labels\":" STR_FMT ",\"started_ms\":%lld,\"ended_ms\":%lld}", STR_ARG(in->labels), (long long)in->started_ms, (long long)in->ended_ms);
    return buf_str(&b);
}

Err alert_take(Cx *cx, const AlertIn *in)
{
    Delivery d = { .content_type = S("application/json"), .body = as_payload(cx->arena, in) };
    Actor actor = cx->actor;
    TRY(source_by_id(cx, S(MONITORS_INTEGRATION), &d.source));
    d.hash = hash16(cx->arena, d.source.id, d.body);
    *list_add(cx->arena, &d.alerts) = *in;
    TRY(delivery_plan(cx, &d));
    TRY(delivery_store(cx, &d));
    cx->actor = actor;
    return OK;
}

typedef struct Summary { int64_t firing, quarantined; } Summary;
SHAPE(summary_shape, Summary, "How many",
    FIELD(Summary, firing, READ_ONLY, "Alerts that fire now; 1000: so many or more"),
    FIELD(Summary, quarantined, READ_ONLY,
    "Payloads in quarantine; 0 for people who may not see them"));

Err alerts_summary(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Summary s = { 0 };
    TRY(firing_total(cx, &s.firing));
    if (cx->actor.role >= ROLE_MANAGER) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_quarantine_count);
        if (stmt_step(&q)) s.quarantined = stmt_col_int(&q, 0);
        TRY(stmt_end(&q));
    }
    res_json(cx, res, &summary_shape, &s);
    return OK;
}

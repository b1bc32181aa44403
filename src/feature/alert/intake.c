/* The way in. Key, decoding and routing happen on a worker; then one write stores the payload and
 * its alerts, and the answer goes out when that write is durable. Many payloads share one commit.
 *
 * An alert is looked for, then inserted, or updated when it fires already, unless these bytes touched it before. */
#include <sodium.h>
#include <stdatomic.h>
#include "app/app.h"
#include "app/limit.h"
#include "app/secret.h"
#include "base/id.h"
#include "base/time.h"
#include "base/utf8.h"
#include "feature/alert/internal.h"
#include "sql.gen.h"

enum { FIRED_AT_ONCE = 64 };

static _Atomic int64_t counted_alerts, counted_payloads, counted_refused;

void count_received(int64_t alerts, bool fits)
{
    atomic_fetch_add(fits ? &counted_payloads : &counted_refused, 1);
    atomic_fetch_add(&counted_alerts, alerts);
}

Err intake_metrics(Cx *cx, Buf *to)
{
    (void)cx;
    buf_fmt(to,
            "# HELP hindsight_alerts_received_total Alerts taken in\n# TYPE "
            "hindsight_alerts_received_total counter\n"
            "hindsight_alerts_received_total %lld\n",
            (long long)counted_alerts);
    buf_fmt(to,
            "# HELP hindsight_payloads_total Payloads of alert sources\n# TYPE "
            "hindsight_payloads_total counter\n"
            "hindsight_payloads_total{result=\"accepted\"} "
            "%lld\nhindsight_payloads_total{result=\"quarantined\"} %lld\n",
            (long long)counted_payloads, (long long)counted_refused);
    return OK;
}

/* ---- before the write */

Err delivery_plan(Cx *cx, Delivery *d)
{
    Arena *a = cx->arena;
    size_t n = d->alerts.len;
    RoutingRules rules = { 0 };
    TRY(rule_list(cx, true, &rules));
    Str standard = setting_str(cx, "alerts.declare");
    d->flap_count = setting_int(cx, "alerts.flap_count");
    d->flap_ms = setting_int(cx, "alerts.flap_minutes") * 60000;
    d->storm_incidents = setting_int(cx, "alerts.storm_incidents");
    d->plans = arena_array(a, Plan, n + 1);
    d->ids = arena_array(a, Str, n + 1);
    d->keys = arena_array(a, Str, n + 1);
    for (size_t i = 0; i < n; i++) {
        AlertIn *alert = &d->alerts.at[i];
        TRY(route_alert(a, &rules, standard, &d->source, alert, &d->plans[i]));
        d->ids[i] = id_new(a, cx->now_ms);
        d->keys[i] = hash16(a, d->source.id, alert->dedup_key);
    }
    return OK;
}

Err delivery_prepare(Cx *cx, const Source *source, Str content_type, Str body, Delivery *ret)
{
    SourceConfig config = { .mapping = source->mapping, .name = source->name };
    *ret = (Delivery){ .source = *source, .port = alert_source_find(source->kind),
        .content_type = content_type, .body = body };
    if (!ret->port)
        return fail(cx->arena, ERR_INTERNAL, "no integration of the kind " STR_FMT,
            STR_ARG(source->kind));
    ret->hash = hash16(cx->arena, source->id, body);
    if (ret->port->changes) TRY(change_map(cx->arena, ret->port->changes, content_type, body, &ret->changes));
    else TRY(alerts_decode(cx->arena, ret->port, &config, content_type, body, &ret->alerts));
    return delivery_plan(cx, ret);
}

/* ---- the write */

static Err put_delivery(Cx *cx, const Delivery *d, int64_t *ret_n, int64_t *ret_before_ms)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_delivery_put);
    stmt_blob(&q, "hash", d->hash);
    stmt_str(&q, "content_type", d->content_type);
    stmt_blob(&q, "body", d->body);
    stmt_int(&q, "now_ms", cx->now_ms);
    if (stmt_step(&q)) {
        *ret_n = stmt_col_int(&q, 0);
        *ret_before_ms = stmt_col_int(&q, 1);
    }
    return stmt_end(&q);
}

/** What a notice says of an alert, each time anew. */
static void bind_told(Stmt *q, const Delivery *d, size_t i, int64_t delivery_n, int64_t now_ms)
{
    const AlertIn *alert = &d->alerts.at[i];
    stmt_blob(q, "key_hash", d->keys[i]);
    stmt_str(q, "severity", d->plans[i].severity);
    stmt_str(q, "title", alert->title);
    stmt_str(q, "description", alert->description);
    stmt_str(q, "labels", alert->labels);
    stmt_str(q, "links", alert->links);
    stmt_str(q, "note", alert->note);
    stmt_int(q, "started_ms", alert->started_ms ? alert->started_ms : now_ms);
    stmt_int(q, "delivery_n", delivery_n);
    stmt_int(q, "now_ms", now_ms);
}

/** What stays of a new one. */
static void bind_new(Stmt *q, const Delivery *d, size_t i)
{
    const AlertIn *alert = &d->alerts.at[i];
    stmt_str(q, "id", d->ids[i]);
    stmt_str(q, "integration_id", d->source.id);
    stmt_str(q, "dedup_key", alert->dedup_key);
    stmt_str(q, "group_key", alert->group_key);
    stmt_str_or_null(q, "channel_id", d->plans[i].channel_id);
}

/** An alert that its notice says to fire, on its way. */
typedef struct Firing {
    size_t i;                      /* in the delivery */
    bool fires, late;              /* it does already; a notice of an earlier firing, come late */
    bool changed, in_incident;
    Str id;
    Stmt q;
} Firing;

static void look(Cx *cx, const Delivery *d, Firing *f)
{
    int64_t told_ms = d->alerts.at[f->i].started_ms;
    f->q = stmt_begin(cx->arena, cx->store, &sql_alert_known);
    stmt_blob(&f->q, "key_hash", d->keys[f->i]);
    stmt_int(&f->q, "told_ms", told_ms ? told_ms : INT64_MAX);
    stmt_send(&f->q);
}

static Err looked(Firing *f)
{
    while (stmt_step(&f->q)) *(stmt_col_is_null(&f->q, 0) ? &f->late : &f->fires) = true;
    return stmt_end(&f->q);
}

/** Begins it, or notes that it was told of again. */
static void put(Cx *cx, const Delivery *d, Firing *f, int64_t delivery_n, int64_t before_ms)
{
    f->q = stmt_begin(cx->arena, cx->store, f->fires ? &sql_alert_again : &sql_alert_begin);
    bind_told(&f->q, d, f->i, delivery_n, cx->now_ms);
    if (f->fires) stmt_int(&f->q, "before_ms", before_ms);
    else {
        bind_new(&f->q, d, f->i);
        stmt_int(&f->q, "started_told", d->alerts.at[f->i].started_ms != 0);
        stmt_str_or_null(&f->q, "rule_id", d->plans[f->i].rule_id);
    }
    stmt_send(&f->q);
}

static Err was_put(const Delivery *d, Firing *f)
{
    f->changed = stmt_step(&f->q) || (!f->fires && stmt_changes(&f->q) > 0);
    f->id = !f->changed ? S("") : f->fires ? stmt_col_str(&f->q, 0) : d->ids[f->i];
    f->in_incident = f->changed && f->fires && !stmt_col_is_null(&f->q, 1);
    return stmt_end(&f->q);
}

/** The first of both. */
static Err first_err(Err one, Err other) { return one.info ? one : other; }

/** Twice a round trip for all of them. Every statement that was sent is ended. */
static Err fire(Cx *cx, const Delivery *d, Firing *all, size_t n, int64_t delivery_n, int64_t before_ms)
{
    Err e = OK;
    for (size_t k = 0; k < n; k++) look(cx, d, &all[k]);
    for (size_t k = 0; k < n; k++) e = first_err(e, looked(&all[k]));
    if (e.info) return e;
    for (size_t k = 0; k < n; k++) if (!all[k].late) put(cx, d, &all[k], delivery_n, before_ms);
    for (size_t k = 0; k < n; k++) if (!all[k].late) e = first_err(e, was_put(d, &all[k]));
    if (e.info) return e;
    for (size_t k = 0; k < n; k++) {         /* twice in one payload, or another node was faster */
        if (all[k].late || all[k].fires || all[k].changed) continue;
        all[k].fires = true;
        put(cx, d, &all[k], delivery_n, before_ms);
        TRY(was_put(d, &all[k]));
    }
    return OK;
}

/** An end whose beginning we never saw. Only a source that tells its times can be understood
 *  here. */
static Err end_unseen(Cx *cx, const Delivery *d, size_t i, int64_t delivery_n)
{
    const AlertIn *alert = &d->alerts.at[i];
    if (!alert->started_ms || str_empty(alert->title)) return OK;
    int64_t ended_ms = alert->ended_ms ? alert->ended_ms : cx->now_ms;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_end_unseen);
    bind_told(&q, d, i, delivery_n, cx->now_ms);
    bind_new(&q, d, i);
    stmt_int(&q, "ended_ms", ended_ms > alert->started_ms ? ended_ms : alert->started_ms);
    return stmt_exec(&q);
}

/** One that has ended too often lately stays open, and this end is only noted. */
static Err flap(Cx *cx, const Delivery *d, size_t i, int64_t delivery_n, bool *ret)
{
    const AlertIn *alert = &d->alerts.at[i];
    int64_t endings = 0;
    *ret = false;
    if (d->flap_count < 2) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_endings);
    stmt_blob(&q, "key_hash", d->keys[i]);
    stmt_int(&q, "since_ms", cx->now_ms - d->flap_ms);
    if (stmt_step(&q)) endings = stmt_col_int(&q, 0);
    TRY(stmt_end(&q));
    if (endings < d->flap_count - 1) return OK;
    auto_stmt calm = stmt_begin(cx->arena, cx->store, &sql_alert_calm);
    stmt_blob(&calm, "key_hash", d->keys[i]);
    stmt_int(&calm, "ended_ms", alert->ended_ms ? alert->ended_ms : cx->now_ms);
    stmt_int(&calm, "told_ms", alert->started_ms);
    stmt_int(&calm, "delivery_n", delivery_n);
    stmt_int(&calm, "now_ms", cx->now_ms);
    *ret = stmt_step(&calm);
    return stmt_end(&calm);
}

/** What somebody said of it at its source belongs to the timeline of its incident. */
static Err remark(Cx *cx, const Delivery *d, size_t i)
{
    const AlertIn *in = &d->alerts.at[i];
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_remarked);
    stmt_blob(&q, "key_hash", d->keys[i]);
    Str id = S(""), incident_id = S("");
    if (stmt_step(&q)) { id = stmt_col_str(&q, 0); incident_id = stmt_col_str(&q, 1); }
    TRY(stmt_end(&q));
    if (!id.len) return OK;
    Incident incident;
    TRY(incident_row(cx, incident_id, &incident));
    Buf data = buf_new(cx->arena, 64 << 10);
    const struct { const char *name; Str value; } parts[] = { { "author", in->remark_by }, { "text", in->remark }, { "alert_id", id } };
    for (size_t k = 0; k < 3; k++) {
        buf_fmt(&data, "%c\"%s\":", k ? ',' : '{', parts[k].name);
        buf_json(&data, parts[k].value);
    }
    buf_byte(&data, '}');
    Str title = in->remark_by.len ? arena_fmt(cx->arena, STR_FMT ": " STR_FMT, STR_ARG(in->remark_by), STR_ARG(in->remark)) : in->remark;
    return event_emit(cx, &(Event){ .kind = "alert.remarked", .subject = incident.id, .object = id, .title = utf8_clip(title, 300),
        .data = buf_str(&data), .source = d->source.kind, .occurred_ms = in->started_ms, .version = incident.version, .audience = incident.audience });
}

static Err end(Cx *cx, const Delivery *d, size_t i, int64_t delivery_n, ToldList *told)
{
    const AlertIn *alert = &d->alerts.at[i];
    bool flaps;
    TRY(flap(cx, d, i, delivery_n, &flaps));
    if (flaps) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_end);
    stmt_blob(&q, "key_hash", d->keys[i]);
    stmt_int(&q, "ended_ms", alert->ended_ms ? alert->ended_ms : cx->now_ms);
    stmt_int(&q, "told_ms", alert->started_ms);
    stmt_int(&q, "delivery_n", delivery_n);
    stmt_int(&q, "now_ms", cx->now_ms);
    bool found = stmt_step(&q);
    if (found && !stmt_col_is_null(&q, 1))
        *list_add(cx->arena, told) = (Told){
            .id = stmt_col_str(&q, 0), .incident = stmt_col_str(&q, 1), .title = stmt_col_str(&q, 2),
            .severity = stmt_col_str(&q, 3), .at_ms = stmt_col_int(&q, 6) };
    TRY(stmt_end(&q));
    return found ? OK : end_unseen(cx, d, i, delivery_n);
}

static Err acknowledge(Cx *cx, const Delivery *d, size_t i, ToldList *told)
{
    int64_t told_ms = d->alerts.at[i].acknowledged_ms;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_acknowledge);
    stmt_blob(&q, "key_hash", d->keys[i]);
    stmt_int(&q, "at_ms", told_ms > 0 && told_ms < cx->now_ms ? told_ms : cx->now_ms);
    stmt_int(&q, "now_ms", cx->now_ms);
    if (stmt_step(&q) && !stmt_col_is_null(&q, 1))
        *list_add(cx->arena, told) = (Told){ .id = stmt_col_str(&q, 0), .incident = stmt_col_str(&q,
            1),
            .title = stmt_col_str(&q, 2), .severity = S("unknown"), .at_ms = stmt_col_int(&q, 5) };
    return stmt_end(&q);
}

/** Somebody at the source has taken it: an incident in triage is being looked into. */
static Err note_acknowledged(Cx *cx, const ToldList *told)
{
    list_each(told, i) {
        Incident incident;
        TRY(incident_row(cx, told->at[i].incident, &incident));
        if (str_eq(incident.status, S("triage")))
            TRY(incident_set_status(cx, incident.id, S("investigating")));
    }
    return OK;
}

/** The alerts from `*i` on that fire, as far as nothing but such stands between them. */
static Err fire_some(Cx *cx, Delivery *d, size_t *i, int64_t delivery_n, int64_t before_ms, Join *joins, size_t *n_joins)
{
    size_t n = 0, left = d->alerts.len - *i, most = left < FIRED_AT_ONCE ? left : FIRED_AT_ONCE;
    Firing *some = arena_array(cx->arena, Firing, most);
    for (; *i < d->alerts.len && n < most; (*i)++) {
        const AlertIn *alert = &d->alerts.at[*i];
        if (alert->resolved || alert->is_remark || (alert->acknowledged && n)) break;
        if (!str_empty(alert->title)) some[n++] = (Firing){ .i = *i };
        if (alert->acknowledged) { (*i)++; break; }
    }
    TRY(fire(cx, d, some, n, delivery_n, before_ms));
    for (size_t k = 0; k < n; k++)
        if (some[k].changed && !some[k].in_incident && d->plans[some[k].i].declare)
            joins[(*n_joins)++] = (Join){ .i = some[k].i, .id = some[k].id };
    return OK;
}

Err delivery_store(Cx *cx, Delivery *d)
{
    Arena *a = cx->arena;
    int64_t n = 0, before_ms = -1;
    ToldList ended = { 0 }, taken = { 0 };
    Join *joins = arena_array(a, Join, d->alerts.len + 1);
    size_t n_joins = 0;
    cx->actor = (Actor){ .name = d->source.name, .role = ROLE_ADMIN, .scopes = SCOPE_ALL,
        .via_integration = true };
    TRY(put_delivery(cx, d, &n, &before_ms));
    TRY(delivery_changes(cx, d, n, before_ms < 0 ? -1 : cx->now_ms - before_ms));
    for (size_t i = 0; i < d->alerts.len;) {
        const AlertIn *alert = &d->alerts.at[i];
        if (alert->is_remark) { if (before_ms < 0 && !str_empty(alert->remark)) TRY(remark(cx, d, i)); i++; continue; }
        if (alert->resolved) { TRY(end(cx, d, i++, n, &ended)); continue; }
        TRY(fire_some(cx, d, &i, n, before_ms, joins, &n_joins));
        if (d->alerts.at[i - 1].acknowledged) TRY(acknowledge(cx, d, i - 1, &taken));
    }
    if (n_joins) TRY(delivery_join(cx, d, joins, n_joins));
    if (ended.len) TRY(tell_incidents(cx, "alert.resolved", "resolved", d->source.kind, &ended));
    if (taken.len) {
        TRY(tell_incidents(cx, "alert.acknowledged", "acknowledged", d->source.kind, &taken));
        TRY(note_acknowledged(cx, &taken));
    }
    TRY(source_count(cx, d->source.id, delivery_count(d), cx->now_ms));
    return live_touch(cx, S("alerts"), "received", S(""), 0, S(""));
}

static Err calm_down(Cx *cx, void *arg)
{
    const int64_t *before_ms = arg;
    ToldList ended = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_calmed);
    stmt_int(&q, "before_ms", *before_ms);
    size_t n = 0;
    for (; stmt_step(&q); n++)
        if (!stmt_col_is_null(&q, 1))
            *list_add(cx->arena, &ended) = (Told){ .id = stmt_col_str(&q, 0), .incident = stmt_col_str(&q, 1), .title = stmt_col_str(&q, 2),
                .severity = stmt_col_str(&q, 3), .at_ms = stmt_col_int(&q, 4) };
    TRY(stmt_end(&q));
    auto_stmt trim = stmt_begin(cx->arena, cx->store, &sql_alert_declared_trim);
    stmt_int(&trim, "minute", cx->now_ms / 60000 - 60);
    TRY(stmt_exec(&trim));
    if (ended.len) TRY(tell_incidents(cx, "alert.resolved", "resolved", S("hindsight"), &ended));
    return n ? live_touch(cx, S("alerts"), "received", S(""), 0, S("")) : OK;
}

Err alert_calm_job(Cx *cx, Str payload)
{
    (void)payload;
    int64_t before_ms = cx->now_ms - setting_int(cx, "alerts.flap_minutes") * 60000;
    return cx_write(cx, calm_down, &before_ms);
}

/* ---- the routes */

static Err store_and_answer(Cx *cx, Req *req, Res *res)
{
    Delivery *d = req->prepared;
    TRY(delivery_store(cx, d));
    if (d->visit.len) TRY(job_add(cx, "alert.visit", d->visit, cx->now_ms, d->visit));
    count_received((int64_t)d->alerts.len, true);
    Str body = d->port->reply ? d->port->reply(cx->arena, &d->alerts)
        : arena_fmt(cx->arena, "{\"accepted\":%lld}", (long long)delivery_count(d));
    res_text(res, d->port->status ? d->port->status : 202, "application/json; charset=utf-8", body);
    return OK;
}

/** It fits nothing: kept with the reason, and the sender is told in the form it knows. */
static Err refuse(Cx *cx, const Source *source, Str content_type, Str body, Err why, Res *res)
{
    const AlertSource *port = alert_source_find(source->kind);
    count_received(0, false);
    TRY(quarantine_put(cx, source, content_type, body, why));
    if (!port || !port->refuse) return why;
    res_text(res, 400, "application/json; charset=utf-8", port->refuse(cx->arena, why));
    return OK;
}

/** What one integration may post, by the setting; guessing keys is slowed per address. */
static Err check_rate(Cx *cx, const Req *req, const Source *source)
{
    Arena *a = cx->arena;
    if (str_empty(source->id)) {
        TRY(limit_take(cx, arena_fmt(a, "intake-guess:" STR_FMT, STR_ARG(req->http->peer)), 20,
            60));
        return fail(a, ERR_NOT_FOUND, "there is no integration with this key");
    }
    if (!source->enabled)
        return fail(a, ERR_FORBIDDEN, "the integration " STR_FMT " is switched off",
            STR_ARG(source->name));
    int64_t per_second = setting_int(cx, "alerts.payloads_per_second");
    return limit_take(cx, arena_fmt(a, "intake:" STR_FMT, STR_ARG(source->id)),
        (double)per_second * 5, (double)per_second * 60);
}

/** Before anything is kept: who cannot sign does not fill the quarantine. */
static Err check_signature(Cx *cx, const Req *req, const Source *source, const AlertSource *port)
{
    Str secret;
    if (!port || !port->verify || str_empty(source->secret_sealed)) return OK;
    TRY(secret_unseal(cx, source->secret_sealed, &secret));
    return port->verify(cx->arena, req->http, secret);
}

static Err receive(Cx *cx, Req *req, Res *res, const Source *source)
{
    const AlertSource *port = alert_source_find(source->kind);
    Str type = http_header(req->http, "Content-Type"), body = req->http->body;
    Delivery *d = arena_make(cx->arena, Delivery);
    Str visit = S("");
    TRY(check_rate(cx, req, source));
    TRY(check_signature(cx, req, source, port));
    if (port && port->prove) TRY(port->prove(cx, req->http, &visit));
    if (port && port->payload) body = port->payload(cx->arena, req->http);
    type = str_sub(type, 0, 200);
    Err e = delivery_prepare(cx, source, type, body, d);
    if (err_is(e, ERR_INVALID) || err_is(e, ERR_TOO_LARGE))
        return refuse(cx, source, type, body, e, res);
    TRY(e);
    d->visit = visit;
    req->prepared = d;
    res->then = store_and_answer;
    return OK;
}

Err intake_post(Cx *cx, Req *req, Res *res)
{
    Source source = { 0 };
    TRY(source_by_key(cx, req_param(req, "key"), &source));
    if (!str_eq(source.kind, req_param(req, "kind"))) source = (Source){ 0 };
    return receive(cx, req, res, &source);
}

/** For senders that can keep a secret out of the address: the key as password of basic authentication, or as X-Api-Key. (A bearer
 *  token is somebody's API token everywhere.) */
static Str key_in_header(Arena *a, const HttpReq *req)
{
    Str given = http_header(req, "Authorization");
    if (!str_starts(given, S("Basic "))) return http_header(req, "X-Api-Key");
    Str coded = str_trim(str_sub(given, 6, given.len));
    char *plain = arena_bytes(a, coded.len + 1, 1);
    size_t len = 0;
    if (sodium_base642bin((unsigned char *)plain, coded.len, coded.at, coded.len, NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL)) return S("");
    return str_after((Str){ plain, len }, ':');
}

Err intake_post_keyed(Cx *cx, Req *req, Res *res)
{
    Source source = { 0 };
    Str key = key_in_header(cx->arena, req->http);
    if (str_empty(key)) return fail(cx->arena, ERR_UNAUTHENTICATED, "send the integration's key as password of basic authentication, or as X-Api-Key");
    TRY(source_by_key(cx, key, &source));
    if (!str_eq(source.kind, req_param(req, "kind"))) source = (Source){ 0 };
    return receive(cx, req, res, &source);
}

/** POST /v2/enqueue: the integration's key stands in the body, as PagerDuty's routing key. */
Err intake_enqueue(Cx *cx, Req *req, Res *res)
{
    const AlertSource *port = alert_source_find(S("pagerduty"));
    Source source = { 0 };
    const Json *root = NULL;
    Err e = json_read(cx->arena, req->http->body, &root);
    Str key = json_str_at(root, S("routing_key"));
    if (!e.info && str_empty(key))
        e = fail_field(cx->arena, S("routing_key"), "'routing_key' is missing or blank");
    if (!e.info) TRY(source_by_key(cx, key, &source));
    if (!str_eq(source.kind, S("pagerduty"))) source = (Source){ 0 };
    if (!str_empty(source.id)) return receive(cx, req, res, &source);
    TRY(limit_take(cx, arena_fmt(cx->arena, "intake-guess:" STR_FMT, STR_ARG(req->http->peer)), 20,
        60));
    if (!e.info)
        e = fail_field(cx->arena, S("routing_key"),
            "'routing_key' is not the key of an integration here");
    res_text(res, 400, "application/json; charset=utf-8", port->refuse(cx->arena, e));
    return OK;
}

/* Integrations: each has a key of its own in its address. The key is stored twice: hashed, to be
 * looked up; sealed, so that an administrator can copy the address again. */
#include "app/app.h"
#include "app/audit.h"
#include "app/secret.h"
#include "base/id.h"
#include "base/rand.h"
#include "base/time.h"
#include "base/utf8.h"
#include "feature/alert/internal.h"
#include "feature/catalog/catalog.h"
#include "sql.gen.h"

typedef struct Integrated {
    Str id, kind, name, channel_id, url, mapping, error, secret, secret_sealed;
    Ref channel;
    bool enabled, has_secret;
    int64_t last_received_ms, received_count, error_ms, created_ms, version;
    Str key_sealed;
} Integrated;
typedef LIST(Integrated) IntegratedList;

SHAPE(integration_shape, Integrated, "A source of alerts",
    FIELD(Integrated, id, READ_ONLY, "UUIDv7"),
    FIELD(Integrated, kind, REQUIRED,
    "One of GET /integration-kinds; cannot be changed later"),
    FIELD(Integrated, name, REQUIRED, "What it is called here", .max = 100),
    FIELD(Integrated, channel_id, NULLABLE,
    "Where its alerts go unless a rule says otherwise, by id or name"),
    FIELD_OF(Integrated, channel, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "The channel"),
    FIELD(Integrated, url, READ_ONLY, "Where to post, with the key: keep it secret"),
    FIELD(Integrated, enabled, 0, "Switched off, it refuses payloads with 403"),
    FIELD_RAW(Integrated, mapping, OBJECT | NULLABLE,
    "Where things stand in the payload (generic only)", .max = 20000),
    FIELD(Integrated, secret, WRITE_ONLY | NULLABLE, "What the sender signs with; null: signatures are not checked", .max = 1000),
    FIELD(Integrated, has_secret, READ_ONLY, "Requests without a right signature are refused with 403"),
    FIELD_AT(Integrated, last_received_ms, READ_ONLY | NULLABLE, "When the latest payload came"),
    FIELD(Integrated, received_count, READ_ONLY, "Alerts received"),
    FIELD(Integrated, error, READ_ONLY | NULLABLE,
    "Why the latest payload that did not fit was refused"),
    FIELD_AT(Integrated, error_ms, READ_ONLY | NULLABLE, "When that was"),
    FIELD_AT(Integrated, created_ms, READ_ONLY, "When it was added"),
    FIELD(Integrated, version, READ_ONLY, "Grows with each change"));

/* ---- looking up, for the intake */

static Err read_source(Stmt *q, Source *ret)
{
    if (stmt_step(q))
        *ret = (Source){ .id = stmt_col_str(q, 0), .kind = stmt_col_str(q, 1),
            .name = stmt_col_str(q, 2),
            .channel_id = stmt_col_str(q, 3), .enabled = stmt_col_int(q, 4) != 0,
            .mapping = stmt_col_str(q, 5), .secret_sealed = stmt_col_str(q, 6) };
    return stmt_end(q);
}

Err source_by_key(Cx *cx, Str key, Source *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_by_key);
    stmt_str(&q, "key_hash", secret_hash(cx->arena, key));
    return read_source(&q, ret);
}

Err source_by_id(Cx *cx, Str id, Source *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_by_id);
    stmt_str(&q, "id", id);
    return read_source(&q, ret);
}

Err source_refs(Cx *cx, Strs ids, Map **ret)
{
    *ret = map_new(cx->arena);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_refs);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        SourceRef *ref = arena_make(cx->arena, SourceRef);
        *ref = (SourceRef){ stmt_col_str(&q, 0), stmt_col_str(&q, 1), stmt_col_str(&q, 2) };
        map_set(*ret, ref->id, ref);
    }
    return stmt_end(&q);
}

Err source_count(Cx *cx, Str id, int64_t received, int64_t at_ms)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_received);
    stmt_str(&q, "id", id);
    stmt_int(&q, "slot", (int64_t)(rand_u64() & 7));
    stmt_int(&q, "received", received);
    stmt_int(&q, "now_ms", at_ms);
    return stmt_exec(&q);
}

/* ---- keys and addresses */

/** 32 hex digits: the form of a PagerDuty key, which some senders insist on. */
static Str new_key(Arena *a)
{
    unsigned char bytes[16];
    rand_bytes(bytes, sizeof bytes);
    char *to = arena_bytes(a, 33, 1);
    for (size_t i = 0; i < 16; i++) snprintf(to + 2 * i, 3, "%02x", bytes[i]);
    return (Str){ to, 32 };
}

static Str url_of(Cx *cx, Str kind, Str key)
{
    return app_link(cx, arena_fmt(cx->arena, "/in/" STR_FMT "/" STR_FMT, STR_ARG(kind),
        STR_ARG(key)));
}

static Err check_mapping(Cx *cx, const AlertSource *port, Str mapping)
{
    if (str_empty(mapping)) return OK;
    if (!port->check)
        return fail_field(cx->arena, S("mapping"), "%s needs no mapping", port->title);
    return port->check(cx->arena, mapping);
}

/** Sealed for storing; "" for none. */
static Err seal_secret(Cx *cx, const AlertSource *port, Str secret, Str *ret)
{
    *ret = S("");
    if (str_empty(secret)) return OK;
    if (!port->secret) return fail_field(cx->arena, S("secret"), "%s signs nothing", port->title);
    return secret_seal(cx, secret, ret);
}

static Err channel_of(Cx *cx, Str given, Str *ret_id)
{
    Ref channel = { 0 };
    if (!str_empty(given)) TRY(channel_named(cx, S("channel_id"), given, &channel));
    *ret_id = channel.id;
    return OK;
}

static Err add(Cx *cx, const Integrated *in, Str *ret_id, Str *ret_url)
{
    const AlertSource *port = alert_source_find(in->kind);
    Str key = new_key(cx->arena), sealed = { 0 }, channel = { 0 }, secret = { 0 };
    if (!port)
        return fail_field(cx->arena, S("kind"), "there is no integration of the kind \""
            STR_FMT "\"", STR_ARG(in->kind));
    if (str_empty(str_trim(in->name)))
        return fail_field(cx->arena, S("name"), "an integration needs a name");
    TRY(check_mapping(cx, port, in->mapping));
    TRY(channel_of(cx, in->channel_id, &channel));
    TRY(seal_secret(cx, port, in->secret, &secret));
    TRY(secret_seal(cx, key, &sealed));
    *ret_id = id_new(cx->arena, cx->now_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_insert);
    stmt_str(&q, "id", *ret_id);
    stmt_str(&q, "kind", in->kind);
    stmt_str(&q, "name", str_trim(in->name));
    stmt_str_or_null(&q, "channel_id", channel);
    stmt_str(&q, "key_hash", secret_hash(cx->arena, key));
    stmt_str(&q, "key_sealed", sealed);
    stmt_str(&q, "secret_sealed", secret);
    stmt_str(&q, "mapping", in->mapping);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    if (ret_url) *ret_url = url_of(cx, in->kind, key);
    TRY(audit_add(cx, "integration.added", "integration", *ret_id, S("")));
    if (port->collect) TRY(job_add(cx, "alert.look", *ret_id, cx->now_ms, S("")));
    return live_touch(cx, S("integrations"), "added", *ret_id, 1, S(""));
}

Err integration_add(Cx *cx, Str kind, Str name, Str channel, Str *ret_id, Str *ret_url)
{
    Str id = { 0 };
    Integrated in = { .kind = kind, .name = name, .channel_id = channel };
    TRY(add(cx, &in, &id, ret_url));
    if (ret_id) *ret_id = id;
    return OK;
}

/* ---- reading */

static Err read_list(Cx *cx, Stmt *q, IntegratedList *ret)
{
    Strs channels = { 0 };
    while (stmt_step(q)) {
        Integrated *i = list_add(cx->arena, ret);
        *i = (Integrated){
            .id = stmt_col_str(q, 0), .kind = stmt_col_str(q, 1), .name = stmt_col_str(q, 2),
            .channel_id = stmt_col_str(q, 3), .key_sealed = stmt_col_str(q, 4),
            .enabled = stmt_col_int(q, 5) != 0, .mapping = stmt_col_str(q, 6),
            .error = stmt_col_str(q, 7), .error_ms = stmt_col_int(q, 8),
            .version = stmt_col_int(q, 9), .created_ms = stmt_col_int(q, 10),
            .received_count = stmt_col_int(q, 11), .last_received_ms = stmt_col_int(q, 12), .secret_sealed = stmt_col_str(q, 13) };
        i->has_secret = i->secret_sealed.len > 0;
        if (!str_empty(i->channel_id)) *list_add(cx->arena, &channels) = i->channel_id;
    }
    TRY(stmt_end(q));
    Map *by_channel = NULL;
    if (channels.len) TRY(channel_refs(cx, channels, &by_channel));
    list_each(ret, i) {
        Integrated *x = &ret->at[i];
        Ref *channel = str_empty(x->channel_id) ? NULL : map_get(by_channel, x->channel_id);
        Str key = { 0 };
        if (channel) x->channel = *channel;
        /* Sealed with another key (a restored database): the address is lost, rotate gives a
         * new one. */
        if (!secret_unseal(cx, x->key_sealed, &key).info) x->url = url_of(cx, x->kind, key);
    }
    return OK;
}

static Err get_one(Cx *cx, Str id, Integrated *ret)
{
    IntegratedList list = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_integration_select, "present", "id",
        NULL);
    stmt_str(&q, "id", id);
    TRY(read_list(cx, &q, &list));
    if (!list.len)
        return fail(cx->arena, ERR_NOT_FOUND, "there is no integration " STR_FMT, STR_ARG(id));
    *ret = list.at[0];
    return OK;
}

Err integration_resolve(Cx *cx, Str given, Str *ret_id)
{
    Integrated found;
    TRY(get_one(cx, given, &found));
    *ret_id = found.id;
    return OK;
}

/* ---- routes */

Err integrations_list(Cx *cx, Req *req, Res *res)
{
    (void)req;
    IntegratedList all = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_integration_select, "present", NULL);
    TRY(read_list(cx, &q, &all));
    res_list(cx, res, &integration_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len,
        (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

Err integrations_get(Cx *cx, Req *req, Res *res)
{
    Integrated i;
    TRY(get_one(cx, req_param(req, "integration"), &i));
    res_record(cx, res, &integration_shape, &i, i.version);
    return OK;
}

Err integrations_post(Cx *cx, Req *req, Res *res)
{
    Integrated i;
    Str id = { 0 };
    TRY(add(cx, BODY(req, Integrated), &id, NULL));
    TRY(get_one(cx, id, &i));
    res_created(cx, res, &integration_shape, &i, arena_fmt(cx->arena, "/api/v1/integrations/"
        STR_FMT, STR_ARG(id)), i.version);
    return OK;
}

Err integrations_patch(Cx *cx, Req *req, Res *res)
{
    const Integrated *in = BODY(req, Integrated);
    Integrated i;
    TRY(get_one(cx, req_param(req, "integration"), &i));
    TRY(cx_match(cx, i.version));
    if (BODY_HAS(req, Integrated, kind) && !str_eq(in->kind, i.kind))
        return fail_field(cx->arena, S("kind"),
            "the kind cannot be changed: add another integration");
    if (BODY_HAS(req, Integrated, name)) i.name = str_trim(in->name);
    if (BODY_HAS(req, Integrated, enabled)) i.enabled = in->enabled;
    if (BODY_HAS(req, Integrated, mapping)) i.mapping = in->mapping;
    if (BODY_HAS(req, Integrated, channel_id)) TRY(channel_of(cx, in->channel_id, &i.channel_id));
    if (str_empty(i.name)) return fail_field(cx->arena, S("name"), "an integration needs a name");
    TRY(check_mapping(cx, alert_source_find(i.kind), i.mapping));
    if (BODY_HAS(req, Integrated, secret)) TRY(seal_secret(cx, alert_source_find(i.kind), in->secret, &i.secret_sealed));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_update);
    stmt_str(&q, "id", i.id);
    stmt_str(&q, "name", i.name);
    stmt_str_or_null(&q, "channel_id", i.channel_id);
    stmt_int(&q, "enabled", i.enabled);
    stmt_str(&q, "mapping", i.mapping);
    stmt_str(&q, "secret_sealed", i.secret_sealed);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    const AlertSource *kind = alert_source_find(i.kind);
    if (kind && kind->collect) TRY(job_add(cx, "alert.look", i.id, cx->now_ms, arena_fmt(cx->arena, "alert.look:" STR_FMT, STR_ARG(i.id))));
    TRY(audit_add(cx, "integration.changed", "integration", i.id, S("")));
    TRY(live_touch(cx, S("integrations"), "changed", i.id, i.version + 1, S("")));
    return integrations_get(cx, req, res);
}

Err integrations_rotate(Cx *cx, Req *req, Res *res)
{
    Str id = req_param(req, "integration"), key = new_key(cx->arena), sealed = { 0 };
    TRY(secret_seal(cx, key, &sealed));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_rotate);
    stmt_str(&q, "id", id);
    stmt_str(&q, "key_hash", secret_hash(cx->arena, key));
    stmt_str(&q, "key_sealed", sealed);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(audit_add(cx, "integration.rotated", "integration", id, S("")));
    TRY(live_touch(cx, S("integrations"), "changed", id, 0, S("")));
    return integrations_get(cx, req, res);
}

Err integrations_delete(Cx *cx, Req *req, Res *res)
{
    Integrated i;
    TRY(get_one(cx, req_param(req, "integration"), &i));
    TRY(cx_match(cx, i.version));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_remove);
    stmt_str(&q, "id", i.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(audit_add(cx, "integration.removed", "integration", i.id, S("")));
    TRY(live_touch(cx, S("integrations"), "removed", i.id, i.version + 1, S("")));
    res_none(res);
    return OK;
}

/* ---- kinds, tests, captured payloads */

static Str replace(Arena *a, Str text, Str what, Str with)
{
    Buf b = buf_new(a, 256 << 10);
    for (ptrdiff_t at; (at = str_find(text, what)) >= 0; text = str_sub(text, (size_t)at + what.len,
        text.len)) {
        buf_add(&b, str_sub(text, 0, (size_t)at));
        buf_add(&b, with);
    }
    buf_add(&b, text);
    return buf_str(&b);
}

Str sample_now(Cx *cx, const AlertSource *port)
{
    char now[TIME_TEXT_MAX];
    Str text = replace(cx->arena, str_of(port->sample), S("{{now}}"),
        str_of(time_rfc3339(cx->now_ms, now)));
    return replace(cx->arena, text, S("{{id}}"), str_sub(new_key(cx->arena), 0, 16));
}

typedef struct KindView { Str kind, title, description, instructions_markdown, sample, secret;
    bool has_mapping, gives_changes; } KindView;
SHAPE(kind_shape, KindView, "A kind of integration",
    FIELD(KindView, kind, READ_ONLY, "Its word in addresses"),
    FIELD(KindView, title, READ_ONLY, "Its name"),
    FIELD(KindView, description, READ_ONLY, "What it is for"),
    FIELD(KindView, instructions_markdown, READ_ONLY,
    "What to do on the other side; {{url}} stands for the address"),
    FIELD(KindView, sample, READ_ONLY, "A payload as it is sent"),
    FIELD(KindView, secret, READ_ONLY | NULLABLE, "What its signing secret is and where it stands; null: it signs nothing"),
    FIELD(KindView, has_mapping, READ_ONLY, "Does it take a mapping?"),
    FIELD(KindView, gives_changes, READ_ONLY, "Does it tell of changes, not of alerts?"));

Err integrations_kinds(Cx *cx, Req *req, Res *res)
{
    (void)req;
    LIST(KindView) all = { 0 };
    for (size_t i = 0; integrations[i]; i++) {
        const AlertSource *port = integrations[i]->alert_source;
        if (port)
            *list_add(cx->arena, &all) = (KindView){ str_of(port->kind), str_of(port->title),
                str_of(port->description),
                str_of(port->instructions), sample_now(cx, port), str_of(port->secret), port->check != NULL, port->changes != NULL };
    }
    res_list(cx, res, &kind_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 },
        (int64_t)all.len);
    return OK;
}

typedef struct TestResult { int64_t accepted; Str dedup_key, payload; } TestResult;
SHAPE(test_shape, TestResult, "What a test did",
    FIELD(TestResult, accepted, READ_ONLY, "Alerts taken in"),
    FIELD(TestResult, dedup_key, READ_ONLY, "Key of the first; of a source of changes its title"),
    FIELD(TestResult, payload, READ_ONLY, "What was sent"));

/** The sample of the kind, through the same code that takes in what is posted. */
Err integrations_test(Cx *cx, Req *req, Res *res)
{
    Source source = { 0 };
    Delivery d;
    TRY(source_by_id(cx, req_param(req, "integration"), &source));
    source.mapping = S("");                     /* the sample has the usual names */
    Str payload = sample_now(cx, alert_source_find(source.kind));
    TRY(delivery_prepare(cx, &source, S("application/json"), payload, &d));
    TRY(delivery_store(cx, &d));
    Str key = d.alerts.len ? d.alerts.at[0].dedup_key : d.changes.len ? d.changes.at[0].title : S("");
    TestResult result = { delivery_count(&d), key, payload };
    res_json(cx, res, &test_shape, &result);
    return OK;
}

typedef struct Captured { Str body; int64_t received_ms; Str error; } Captured;
typedef LIST(Captured) CapturedList;
SHAPE(captured_shape, Captured, "A payload as received",
    FIELD(Captured, body, READ_ONLY, "Its text"),
    FIELD_AT(Captured, received_ms, READ_ONLY, "When it came"));

Err integrations_captured(Cx *cx, Req *req, Res *res)
{
    CapturedList all = { 0 };
    auto_stmt odd = stmt_begin(cx->arena, cx->store, &sql_quarantine_raws_of);      /* a mapping is written for what does not fit yet */
    stmt_str(&odd, "id", req_param(req, "integration"));
    stmt_int(&odd, "limit", 3);
    while (stmt_step(&odd)) {
        Captured one = { .body = stmt_col_blob(&odd, 0), .received_ms = stmt_col_int(&odd, 1) };
        if (one.body.len <= 64 << 10 && utf8_valid(one.body)) *list_add(cx->arena, &all) = one;
    }
    TRY(stmt_end(&odd));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_alert_raws_of);
    stmt_str(&q, "id", req_param(req, "integration"));
    stmt_int(&q, "limit", 10);
    while (stmt_step(&q)) {
        Captured one = { .body = stmt_col_blob(&q, 1), .received_ms = stmt_col_int(&q, 2) };
        if (one.body.len > 64 << 10 || (all.len && str_eq(all.at[all.len - 1].body, one.body)))
            continue;
        *list_add(cx->arena, &all) = one;
    }
    TRY(stmt_end(&q));
    res_list(cx, res, &captured_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len,
        (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

/* ---- what a mapping makes of a payload, for its editor */

typedef struct Preview { Str mapping, payload; } Preview;
SHAPE(preview_shape, Preview, "A mapping to try",
    FIELD_RAW(Preview, mapping, OBJECT | NULLABLE, "The mapping", .max = 20000),
    FIELD(Preview, payload, REQUIRED | MULTILINE, "A payload, as text", .max = 256 << 10));

typedef struct PreviewAlert { Str dedup_key, status, severity, title, description, labels, links,
    group_key, note; int64_t started_ms, ended_ms; } PreviewAlert;
SHAPE(preview_alert_shape, PreviewAlert, "An alert as the mapping would make it",
    FIELD(PreviewAlert, dedup_key, READ_ONLY, "Key"), FIELD(PreviewAlert, status, READ_ONLY,
        "firing or resolved"),
    FIELD(PreviewAlert, severity, READ_ONLY, "Severity"), FIELD(PreviewAlert, title, READ_ONLY,
    "Title"),
    FIELD(PreviewAlert, description, READ_ONLY, "Description"), FIELD_RAW(PreviewAlert, labels,
    READ_ONLY, "Labels"),
    FIELD_RAW(PreviewAlert, links, READ_ONLY, "Links"), FIELD(PreviewAlert, group_key,
    READ_ONLY | NULLABLE, "Group"),
    FIELD(PreviewAlert, note, READ_ONLY | NULLABLE, "What was left out"),
    FIELD_AT(PreviewAlert, started_ms, READ_ONLY | NULLABLE, "Start"),
    FIELD_AT(PreviewAlert, ended_ms, READ_ONLY | NULLABLE, "End"));

Err integrations_preview(Cx *cx, Req *req, Res *res)
{
    const Preview *in = BODY(req, Preview);
    const AlertSource *port = alert_source_find(S("generic"));
    SourceConfig config = { .mapping = in->mapping };
    AlertsIn alerts = { 0 };
    LIST(PreviewAlert) all = { 0 };
    TRY(check_mapping(cx, port, in->mapping));
    TRY(alerts_decode(cx->arena, port, &config, S("application/json"), in->payload, &alerts));
    for (size_t i = 0; i < alerts.len && i < 20; i++) {
        const AlertIn *x = &alerts.at[i];
        *list_add(cx->arena, &all) = (PreviewAlert){ x->dedup_key, x->resolved ? S("resolved")
            : S("firing"), x->severity, x->title,
            x->description, x->labels, x->links, x->group_key, x->note, x->started_ms,
            x->ended_ms };
    }
    res_list(cx, res, &preview_alert_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len,
        (Cursor){ 0 }, (int64_t)alerts.len);
    return OK;
}

/* Payloads that fit nothing: kept as received, with the reason, until somebody mends the
 * mapping and replays them. */
#include "base/id.h"
#include "feature/alert/internal.h"
#include "sql.gen.h"

typedef struct Quarantined { Str id; SourceRef source; Str content_type, error, field;
    int64_t count, received_ms, last_received_ms, body_bytes; Str body; } Quarantined;
typedef LIST(Quarantined) QuarantinedList;

static SHAPE(source_shape, SourceRef, "Where it came from",
    FIELD(SourceRef, id, READ_ONLY, "The integration"), FIELD(SourceRef, name, READ_ONLY,
        "Its name"), FIELD(SourceRef, kind, READ_ONLY, "Its kind"));
SHAPE(quarantined_shape, Quarantined, "A payload that fits nothing",
    FIELD(Quarantined, id, READ_ONLY, "UUIDv7"),
    FIELD_OF(Quarantined, source, FIELD_ONE, &source_shape, READ_ONLY, "Where it came from"),
    FIELD(Quarantined, error, READ_ONLY, "Why"),
    FIELD(Quarantined, field, READ_ONLY | NULLABLE, "The field it is about"),
    FIELD(Quarantined, count, READ_ONLY, "How often the same bytes came"),
    FIELD_AT(Quarantined, received_ms, READ_ONLY, "When it came first"),
    FIELD_AT(Quarantined, last_received_ms, READ_ONLY, "When it came last"),
    FIELD(Quarantined, body_bytes, READ_ONLY, "Its size in bytes"));

typedef struct Put { const Source *source; Str content_type, body, hash, error, field; } Put;

static Err put(Cx *cx, void *arg)
{
    const Put *p = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_quarantine_put);
    stmt_str(&q, "id", id_new(cx->arena, cx->now_ms));
    stmt_str(&q, "integration_id", p->source->id);
    stmt_blob(&q, "hash", p->hash);
    stmt_str(&q, "content_type", p->content_type);
    stmt_blob(&q, "body", p->body);
    stmt_str(&q, "error", p->error);
    stmt_str(&q, "field", p->field);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    auto_stmt trim = stmt_begin(cx->arena, cx->store, &sql_quarantine_trim);
    stmt_str(&trim, "integration_id", p->source->id);
    stmt_int(&trim, "keep", QUARANTINE_KEPT);
    TRY(stmt_exec(&trim));
    auto_stmt note = stmt_begin(cx->arena, cx->store, &sql_integration_error);
    stmt_str(&note, "id", p->source->id);
    stmt_str(&note, "error", p->error);
    stmt_int(&note, "error_ms", cx->now_ms);
    TRY(stmt_exec(&note));
    return live_touch(cx, S("quarantine"), "added", p->source->id, 0, S(""));
}

/** Text that a database takes, whatever was posted. */
static Str printable(Arena *a, Str text, size_t max_bytes)
{
    Buf b = buf_new(a, 6 * max_bytes + 8);
    buf_json(&b, str_sub(text, 0, max_bytes));
    Str quoted = buf_str(&b);
    json_t *back = NULL;
    return json_parse(a, quoted, &back).info ? S("") : (Str){ json_string_value(back),
        strlen(json_string_value(back)) };
}

Err quarantine_put(Cx *cx, const Source *source, Str content_type, Str body, Err why)
{
    Put p = { source, printable(cx->arena, content_type, 200), body, hash16(cx->arena, source->id,
        body),
              printable(cx->arena, err_text(cx->arena, why), 1000),
                  printable(cx->arena, why.info->field, 200) };
    return cx_write(cx, put, &p);
}

static Err read_all(Cx *cx, Stmt *q, QuarantinedList *ret)
{
    Strs sources = { 0 };
    while (stmt_step(q)) {
        Quarantined *x = list_add(cx->arena, ret);
        *x = (Quarantined){ .id = stmt_col_str(q, 0), .source.id = stmt_col_str(q, 1),
            .content_type = stmt_col_str(q, 2),
            .error = stmt_col_str(q, 3), .field = stmt_col_str(q, 4), .count = stmt_col_int(q, 5),
            .received_ms = stmt_col_int(q, 6),
            .last_received_ms = stmt_col_int(q, 7), .body_bytes = stmt_col_int(q, 8) };
        *list_add(cx->arena, &sources) = x->source.id;
    }
    TRY(stmt_end(q));
    Map *names = NULL;
    if (sources.len) TRY(source_refs(cx, sources, &names));
    list_each(ret, i) {
        SourceRef *ref = map_get(names, ret->at[i].source.id);
        if (ref) ret->at[i].source = *ref;
    }
    return OK;
}

Err quarantine_resolve(Cx *cx, Str given, Str *ret_id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_quarantine_body);
    stmt_str(&q, "id", given);
    bool found = stmt_step(&q);
    TRY(stmt_end(&q));
    *ret_id = given;
    return found ? OK : fail(cx->arena, ERR_NOT_FOUND, "there is no payload "
        STR_FMT " in quarantine", STR_ARG(given));
}

Err quarantine_list(Cx *cx, Req *req, Res *res)
{
    Cursor after, last = { 0 };
    QuarantinedList all = { 0 };
    Str source = req_query(req, "source");
    int64_t limit = req_limit(req);
    TRY(req_cursor(cx, req, &after));
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_quarantine_select,
        stmt_if(source.len, "source"), stmt_if(after.id.len, "after"), NULL);
    if (source.len) stmt_str(&q, "source", source);
    if (after.id.len) { stmt_int(&q, "at", after.at); stmt_str(&q, "after", after.id); }
    stmt_int(&q, "limit", limit + 1);
    TRY(read_all(cx, &q, &all));
    if ((int64_t)all.len > limit)
        last = (Cursor){ all.at[limit - 1].last_received_ms, all.at[limit - 1].id };
    res_list(cx, res, &quarantined_shape, all.at, sizeof *all.at, all.len, limit, last, -1);
    return OK;
}

static Err body_of(Cx *cx, Str id, Source *ret_source, Str *ret_type, Str *ret_body)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_quarantine_body);
    Str integration = { 0 };
    stmt_str(&q, "id", id);
    if (stmt_step(&q)) { integration = stmt_col_str(&q, 0); *ret_type = stmt_col_str(&q, 1);
        *ret_body = stmt_col_blob(&q, 2); }
    TRY(stmt_end(&q));
    return source_by_id(cx, integration, ret_source);
}

Err quarantine_raw(Cx *cx, Req *req, Res *res)
{
    Source source = { 0 };
    Str type = { 0 }, body = { 0 };
    TRY(body_of(cx, req_param(req, "quarantined"), &source, &type, &body));
    res_text(res, 200, "text/plain; charset=utf-8", body);
    http_set(&res->http, "X-Content-Type-Options", S("nosniff"));
    return OK;
}

static Err drop(Cx *cx, Str id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_quarantine_remove);
    stmt_str(&q, "id", id);
    TRY(stmt_exec(&q));
    return live_touch(cx, S("quarantine"), "removed", id, 0, S(""));
}

typedef struct Replayed { int64_t accepted; } Replayed;
SHAPE(replayed_shape, Replayed, "What a replay took in", FIELD(Replayed, accepted, READ_ONLY,
    "Alerts taken in"));

/** Through the intake once more, as if it came now. It leaves quarantine only when it fits. */
Err quarantine_replay(Cx *cx, Req *req, Res *res)
{
    Source source = { 0 };
    Str type = { 0 }, body = { 0 };
    Delivery d;
    TRY(body_of(cx, req_param(req, "quarantined"), &source, &type, &body));
    TRY_AS(cx->arena, delivery_prepare(cx, &source, type, body, &d), "it still does not fit");
    TRY(delivery_store(cx, &d));
    TRY(drop(cx, req_param(req, "quarantined")));
    Replayed told = { delivery_count(&d) };
    res_json(cx, res, &replayed_shape, &told);
    return OK;
}

Err quarantine_delete(Cx *cx, Req *req, Res *res)
{
    TRY(drop(cx, req_param(req, "quarantined")));
    res_none(res);
    return OK;
}

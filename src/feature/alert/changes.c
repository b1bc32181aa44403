/* Changes that sources told of: the payloads come the same way as those of alerts, and are kept beside them. */
#include "feature/alert/internal.h"
#include "feature/change/change.h"
#include "sql.gen.h"

enum { RETRY_MS = 10 * 60 * 1000 };    /* senders that hear no answer send again within this */

static Change change_of(Arena *a, const Delivery *d, const ChangeIn *in, int64_t payload_n)
{
    Str key = str_empty(in->dedup_key) ? S("")
        : arena_fmt(a, STR_FMT ":" STR_FMT, STR_ARG(d->source.kind), STR_ARG(in->dedup_key));
    return (Change){ .kind = in->kind, .title = in->title, .description = in->description, .author = in->author,
        .url = in->url, .service_ids = in->services, .labels = in->labels, .state = in->state, .source = d->source.kind,
        .dedup_key = alert_key(a, key), .occurred_ms = in->started_ms, .ended_ms = in->ended_ms,
        .told_ms = in->told_ms, .any_order = true, .payload_n = payload_n };
}

Err delivery_changes(Cx *cx, const Delivery *d, int64_t payload_n, int64_t again_ms)
{
    bool is_retry = again_ms >= 0 && again_ms < RETRY_MS;
    list_each(&d->changes, i) {
        const ChangeIn *in = &d->changes.at[i];
        Str id;
        if (is_retry && str_empty(in->dedup_key)) continue;
        Change change = change_of(cx->arena, d, in, payload_n);
        if (change.occurred_ms > cx->now_ms) change.occurred_ms = cx->now_ms;      /* the clock of a source runs ahead */
        if (change.ended_ms > cx->now_ms) change.ended_ms = cx->now_ms;
        if (change.told_ms > cx->now_ms) change.told_ms = cx->now_ms;
        TRY(change_add(cx, &change, &id));
    }
    return OK;
}

Err changes_raw(Cx *cx, Req *req, Res *res)
{
    Change change;
    TRY(change_get(cx, req_param(req, "change"), &change));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_delivery_body);
    stmt_int(&q, "n", change.payload_n);
    bool found = stmt_step(&q);
    Str body = found ? stmt_col_blob(&q, 0) : S("");
    TRY(stmt_end(&q));
    if (!found) return fail(cx->arena, ERR_NOT_FOUND, "no payload of this change is kept");
    res_text(res, 200, "text/plain; charset=utf-8", body);
    http_set(&res->http, "X-Content-Type-Options", S("nosniff"));
    return OK;
}

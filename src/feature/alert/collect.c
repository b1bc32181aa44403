/* Sources that are looked into: every minute, and when somebody has changed one. What is taken goes the way of what is posted. */
#include "app/secret.h"
#include "feature/alert/internal.h"
#include "sql.gen.h"

typedef LIST(Source) Sources;

static Err store_one(Cx *cx, void *arg) { return delivery_store(cx, arg); }

static Err take(Cx *cx, void *arg, Str payload)
{
    const Source *source = arg;
    Delivery d;
    Err e = delivery_prepare(cx, source, S("message/rfc822"), payload, &d);
    bool fits = !e.info;
    if (fits) TRY(cx_write(cx, store_one, &d));
    else if (err_is(e, ERR_INVALID) || err_is(e, ERR_TOO_LARGE)) TRY(quarantine_put(cx, source, S("message/rfc822"), payload, e));
    else return e;
    count_received(fits ? delivery_count(&d) : 0, fits);
    return OK;
}

typedef struct Trouble { Str id, error; } Trouble;
static Err note_trouble(Cx *cx, void *arg)
{
    const Trouble *t = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_error);
    stmt_str(&q, "id", t->id);
    stmt_str(&q, "error", t->error);
    stmt_int(&q, "error_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return live_touch(cx, S("integrations"), "changed", t->id, 0, S(""));
}

static Err collect_one(Cx *cx, Source *source)
{
    const AlertSource *port = alert_source_find(source->kind);
    SourceConfig config = { .mapping = source->mapping, .name = source->name };
    Str secret = S("");
    if (!port || !port->collect || !source->enabled || !source->mapping.len) return OK;
    Err e = str_empty(source->secret_sealed) ? OK : secret_unseal(cx, source->secret_sealed, &secret);
    if (!e.info) e = port->collect(cx, &config, secret, take, source);
    if (!e.info) return OK;
    Trouble trouble = { source->id, err_text(cx->arena, e) };
    return cx_write(cx, note_trouble, &trouble);
}

static Err all_of(Cx *cx, Str kind, Sources *ret)
{
    Strs ids = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_of_kind);
    stmt_str(&q, "kind", kind);
    while (stmt_step(&q)) *list_add(cx->arena, &ids) = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    list_each(&ids, i) TRY(source_by_id(cx, ids.at[i], list_add(cx->arena, ret)));
    return OK;
}

Err alert_collect_job(Cx *cx, Str payload)
{
    Sources all = { 0 };
    if (payload.len) TRY(source_by_id(cx, payload, list_add(cx->arena, &all)));
    for (size_t i = 0; !payload.len && integrations[i]; i++)
        if (integrations[i]->alert_source && integrations[i]->alert_source->collect) TRY(all_of(cx, str_of(integrations[i]->name), &all));
    list_each(&all, i) TRY(collect_one(cx, &all.at[i]));
    return OK;
}

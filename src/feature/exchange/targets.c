/* What administrators say of places outside. A place is tried before it is kept, and a secret is only ever sent to the site that it was
 * entered for. */
#include <stdatomic.h>
#include "app/app.h"
#include "app/audit.h"
#include "app/limit.h"
#include "app/secret.h"
#include "feature/exchange/targets.h"
#include "port/integration.h"
#include "sql.gen.h"

const Setting exchange_settings[] = {
    { .key = "export.allow", .type = SETTING_TEXT, .standard = "", .max = 2000, .title = "Send exports to",
      .help = "Besides the public internet: addresses, blocks and host names, such as 10.0.0.0/8 or .corp.example. Only needed when Confluence is reached through a gateway of yours." },
    { 0 },
};

const Shape export_target_row_shape;
SHAPE(export_target_shape, ExportTarget, "A place outside where reports become pages",
    FIELD(ExportTarget, kind, READ_ONLY, "What it is: confluence"),
    FIELD(ExportTarget, title, READ_ONLY, "Its name for people"),
    FIELD(ExportTarget, configured, READ_ONLY, "Whether reports can go there"),
    FIELD(ExportTarget, site, REQUIRED, "https://example.atlassian.net", .max = 500),
    FIELD(ExportTarget, space, REQUIRED, "Key of the space, or the address of one of its pages", .max = 500),
    FIELD(ExportTarget, parent, NULLABLE, "The page above: its id or address", .max = 500),
    FIELD(ExportTarget, account, REQUIRED, "E-mail of the account that writes", .max = 320),
    FIELD(ExportTarget, secret, WRITE_ONLY | NULLABLE, "Its API token; without one the token that is there stays, for the same site", .max = 1000),
    FIELD(ExportTarget, has_secret, READ_ONLY, "There is a token; it is sealed and never shown again"),
    FIELD(ExportTarget, place, READ_ONLY, "What the place is called there"),
    FIELD_AT(ExportTarget, updated_ms, READ_ONLY | NULLABLE, "When it was changed last"),
    FIELD(ExportTarget, version, READ_ONLY, "Grows with each change; 0: not set up"));
SHAPE(export_target_row_shape, ExportTarget, "A place outside, as everybody may see it",
    FIELD(ExportTarget, kind, READ_ONLY, "What it is: confluence"),
    FIELD(ExportTarget, title, READ_ONLY, "Its name for people"),
    FIELD(ExportTarget, configured, READ_ONLY, "Whether reports can go there"),
    FIELD(ExportTarget, place, READ_ONLY, "What the place is called there"));

typedef struct Place { Str place; } Place;
SHAPE(export_place_shape, Place, "What a test found", FIELD(Place, place, READ_ONLY, "What the place is called there", .max = 2000));

/* How many places are asked at the same time: each holds a worker. */
static atomic_int asking;
static void leave(int *entered) { if (*entered) atomic_fetch_sub(&asking, 1); }

Str target_allow(Cx *cx) { return setting_str(cx, "export.allow"); }

Err target_get(Cx *cx, Str kind, ExportTarget *ret)
{
    const Exporter *e = exporter_find(kind);
    if (!e) return fail(cx->arena, ERR_NOT_FOUND, "there is no such place to export to");
    ExportTarget t = { .kind = str_of(e->kind), .title = str_of(e->title) };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_export_target_get);
    stmt_str(&q, "kind", kind);
    if (stmt_step(&q)) {
        t.configured = true;
        t.site = stmt_col_str(&q, 0);
        t.space = stmt_col_str(&q, 1);
        t.parent = stmt_col_str(&q, 2);
        t.account = stmt_col_str(&q, 3);
        t.sealed = stmt_col_str(&q, 4);
        t.has_secret = t.sealed.len > 0;
        t.place = stmt_col_str(&q, 5);
        t.updated_ms = stmt_col_int(&q, 6);
        t.version = stmt_col_int(&q, 7);
    }
    *ret = t;
    return stmt_end(&q);
}

Err target_place(Cx *cx, Str kind, ExportPlace *ret)
{
    ExportTarget t;
    TRY(target_get(cx, kind, &t));
    if (!t.configured) return fail(cx->arena, ERR_CONFLICT, STR_FMT " is not set up: an administrator does that in the settings", STR_ARG(t.title));
    *ret = (ExportPlace){ t.site, t.space, t.parent, t.account, S("") };
    return secret_unseal(cx, t.sealed, &ret->secret);
}

/* What was typed, put right, with the secret that it means. */
static Err given_place(Cx *cx, const ExportTarget *there, const ExportTarget *in, ExportPlace *ret)
{
    *ret = (ExportPlace){ in->site, in->space, in->parent, in->account, in->secret };
    TRY(exporter_find(there->kind)->place(cx->arena, ret));
    if (str_starts(ret->site, S("http://")) && !target_allow(cx).len)
        return fail_field(cx->arena, S("site"), "the token would be readable on its way: the address must begin with https://");
    if (ret->secret.len) return OK;
    if (!there->has_secret) return fail_field(cx->arena, S("secret"), "enter the API token");
    if (!str_eq(there->site, ret->site)) return fail_field(cx->arena, S("secret"), "enter the API token again: the one that is kept belongs to another site");
    return secret_unseal(cx, there->sealed, &ret->secret);
}

static Err ask(Cx *cx, Str kind, const ExportPlace *place, Str *ret_name)
{
    TRY(limit_take(cx, S("export place"), 20, 20));
    [[gnu::cleanup(leave)]] int entered = atomic_fetch_add(&asking, 1) < 2;
    if (!entered) {
        atomic_fetch_sub(&asking, 1);
        return fail(cx->arena, ERR_TOO_MANY, "another place is being tried: try again in a moment");
    }
    auto_export_call call;
    TRY(exporter_open(cx->arena, place, target_allow(cx), &call));
    Err e = exporter_find(kind)->test(&call, ret_name);
    /* What the other side answers is about what was typed here, and said as such. */
    if (err_is(e, ERR_FORBIDDEN) || err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_CONFLICT) || err_is(e, ERR_UNAVAILABLE))
        return fail_field(cx->arena, e.info->field.len ? e.info->field : S("site"), STR_FMT, STR_ARG(err_text(cx->arena, e)));
    return e;
}

Err targets_list(Cx *cx, Req *req, Res *res)
{
    (void)req;
    LIST(ExportTarget) all = { 0 };
    for (size_t i = 0; integrations[i]; i++)
        if (integrations[i]->exporter) TRY(target_get(cx, str_of(integrations[i]->exporter->kind), list_add(cx->arena, &all)));
    res_list(cx, res, &export_target_row_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static Err show(Cx *cx, Str kind, Res *res)
{
    ExportTarget t;
    TRY(target_get(cx, kind, &t));
    res_record(cx, res, &export_target_shape, &t, t.version);
    return OK;
}

Err targets_get(Cx *cx, Req *req, Res *res) { return show(cx, req_param(req, "target"), res); }

Err targets_test(Cx *cx, Req *req, Res *res)
{
    ExportTarget there;
    ExportPlace place;
    Place found = { 0 };
    TRY(target_get(cx, req_param(req, "target"), &there));
    TRY(given_place(cx, &there, BODY(req, ExportTarget), &place));
    TRY(ask(cx, there.kind, &place, &found.place));
    res_json(cx, res, &export_place_shape, &found);
    return OK;
}

typedef struct Kept { Str kind; ExportPlace place; Str name; } Kept;

static Err keep(Cx *cx, void *arg)
{
    const Kept *k = arg;
    ExportTarget there;
    Str sealed;
    TRY(target_get(cx, k->kind, &there));
    TRY(cx_match(cx, there.version));
    TRY(secret_seal(cx, k->place.secret, &sealed));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_export_target_put);
    stmt_str(&q, "kind", k->kind);
    stmt_str(&q, "site", k->place.site);
    stmt_str(&q, "space", k->place.space);
    stmt_str(&q, "parent", k->place.parent);
    stmt_str(&q, "account", k->place.account);
    stmt_str(&q, "sealed", sealed);
    stmt_str(&q, "place", k->name);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return audit_add(cx, "export_target.changed", "export_target", k->kind, audit_name(cx->arena, k->place.site));
}

Err targets_put(Cx *cx, Req *req, Res *res)
{
    ExportTarget there;
    Kept k = { .kind = req_param(req, "target") };
    TRY(target_get(cx, k.kind, &there));
    TRY(cx_match(cx, there.version));
    TRY(given_place(cx, &there, BODY(req, ExportTarget), &k.place));
    TRY(ask(cx, k.kind, &k.place, &k.name));
    TRY(cx_write(cx, keep, &k));
    return show(cx, k.kind, res);
}

Err targets_delete(Cx *cx, Req *req, Res *res)
{
    ExportTarget there;
    TRY(target_get(cx, req_param(req, "target"), &there));
    TRY(cx_match(cx, there.version));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_export_target_remove);
    stmt_str(&q, "kind", there.kind);
    TRY(stmt_exec(&q));
    res_none(res);
    return there.configured ? audit_add(cx, "export_target.removed", "export_target", there.kind, audit_name(cx->arena, there.site)) : OK;
}

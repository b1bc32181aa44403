/* Secret links: whoever has one may read, without an account, until it expires or is revoked. The secret is looked up by its
 * hash; it is also kept sealed, so that colleagues can copy the link again. */
#include "app/app.h"
#include "app/audit.h"
#include "app/secret.h"
#include "base/id.h"
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/report/rules.h"
#include "sql.gen.h"

Err report_share_get(Cx *cx, Str report, Share *ret)
{
    Str sealed = S(""), secret, by = S("");
    Share s = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_share_get);
    stmt_str(&q, "report", report);
    if (stmt_step(&q)) {
        sealed = stmt_col_str(&q, 0);
        s.expires_ms = stmt_col_int(&q, 1);
        by = stmt_col_str(&q, 2);
        s.created_ms = stmt_col_int(&q, 3);
    }
    TRY(stmt_end(&q));
    *ret = (Share){ 0 };
    if (!sealed.len || (s.expires_ms && s.expires_ms <= cx->now_ms)) return OK;
    TRY(secret_unseal(cx, sealed, &secret));
    s.url = app_link(cx, arena_fmt(cx->arena, "/share/" STR_FMT, STR_ARG(secret)));
    Map *users;
    TRY(user_refs(cx, (Strs){ &by, 1, 1 }, &users));
    s.created_by = user_ref(users, by);
    *ret = s;
    return OK;
}

Err report_share_make(Cx *cx, Str report, int64_t expires_ms, Share *ret)
{
    Str secret = id_secret(cx->arena, 24), sealed;
    TRY(report_share_remove(cx, report));                    /* who came by the older link is put out */
    if (expires_ms && expires_ms <= cx->now_ms)
        return fail_field(cx->arena, S("expires_at"), "the link would have expired already");
    TRY(secret_seal(cx, secret, &sealed));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_share_put);
    stmt_str(&q, "report", report);
    stmt_str(&q, "hash", secret_hash(cx->arena, secret));
    stmt_str(&q, "sealed", sealed);
    stmt_int_or_null(&q, "expires_ms", expires_ms);
    stmt_str_or_null(&q, "user", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(audit_add(cx, "report.shared", "report", report, S("")));
    return report_share_get(cx, report, ret);
}

Err report_share_remove(Cx *cx, Str report)
{
    Report r;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_share_remove);
    stmt_str(&q, "report", report);
    stmt_step(&q);
    bool gone = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    if (!gone) return OK;
    TRY(report_row(cx, report, &r));
    TRY(audit_add(cx, "report.share_revoked", "report", report, S("")));
    return report_news(cx, &r, "access_changed", S("Share link revoked"), S("{}"));
}

Err report_share_find(Cx *cx, Str secret, Str *ret_id, int64_t *ret_until_ms)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_share_by_hash);
    stmt_str(&q, "hash", secret_hash(cx->arena, secret));
    bool found = stmt_step(&q);
    Str id = found ? stmt_col_str(&q, 0) : S("");
    int64_t expires = found ? stmt_col_int(&q, 1) : 0;
    TRY(stmt_end(&q));
    if (!found || (expires && expires <= cx->now_ms))
        return fail(cx->arena, ERR_NOT_FOUND,
                    "this link does not work: it was revoked, or it expired");
    *ret_id = id;
    *ret_until_ms = expires;
    return OK;
}

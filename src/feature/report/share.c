/* Secret links: whoever has one may read, without an account, until it expires or is revoked. The secret is looked up by its
 * hash; it is also kept sealed, so that colleagues can copy the link again. */
#include "app/app.h"
#include "app/audit.h"
#include "app/secret.h"
#include "base/id.h"
#include "base/map.h"
#include "document/words.h"
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
        s.has_password = stmt_col_str(&q, 4).len > 0;
        s.allow = strs_parse(cx->arena, stmt_col_str(&q, 5));
    }
    TRY(stmt_end(&q));
    *ret = (Share){ 0 };
    if (!sealed.len || (s.expires_ms && s.expires_ms <= cx->now_ms)) return OK;
    Err e = secret_unseal(cx, sealed, &secret);              /* with another key the link still works, but nobody can say what it is */
    if (!err_is(e, ERR_UNAVAILABLE)) {
        TRY(e);
        s.url = app_link(cx, arena_fmt(cx->arena, "/share/" STR_FMT, STR_ARG(secret)));
    }
    Map *users;
    TRY(user_refs(cx, (Strs){ &by, 1, 1 }, &users));
    s.created_by = user_ref(users, by);
    *ret = s;
    return OK;
}

const char *const report_share_names[] = { "people", "services", NULL };

Err report_share_make(Cx *cx, Str report, const Share *in, Str password_hash, Share *ret)
{
    Str secret = id_secret(cx->arena, 24), sealed;
    TRY(report_share_remove(cx, report));                    /* who came by the older link is put out */
    if (in->expires_ms && in->expires_ms <= cx->now_ms)
        return fail_field(cx->arena, S("expires_at"), "the link would have expired already");
    list_each(&in->allow, i)
        if (!str_eq(in->allow.at[i], S("people")) && !str_eq(in->allow.at[i], S("services")))
            return fail_field(cx->arena, arena_fmt(cx->arena, "allow[%zu]", i), "a link may show the names of people and services");
    TRY(secret_seal(cx, secret, &sealed));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_share_put);
    stmt_str(&q, "report", report);
    stmt_str(&q, "hash", secret_hash(cx->arena, secret));
    stmt_str(&q, "sealed", sealed);
    stmt_int_or_null(&q, "expires_ms", in->expires_ms);
    stmt_str_or_null(&q, "user", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_str(&q, "password_hash", password_hash);
    stmt_str(&q, "allow", strs_json(cx->arena, in->allow));
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

Err report_share_open(Cx *cx, Str secret, SharedReport *ret)
{
    SharedReport r = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_share_by_hash);
    stmt_str(&q, "hash", secret_hash(cx->arena, secret));
    bool found = stmt_step(&q);
    if (found)
        r = (SharedReport){ .id = stmt_col_str(&q, 0), .until_ms = stmt_col_int(&q, 1), .password_hash = stmt_col_str(&q, 2), .allow = strs_parse(cx->arena, stmt_col_str(&q, 3)) };
    TRY(stmt_end(&q));
    if (!found || (r.until_ms && r.until_ms <= cx->now_ms))
        return fail(cx->arena, ERR_NOT_FOUND,
                    "this link does not work: it was revoked, or it expired");
    r.cookie = arena_fmt(cx->arena, "hindsight_share_%.16s", secret_hash(cx->arena, secret).at).at;
    r.pass = secret_hash(cx->arena, arena_fmt(cx->arena, STR_FMT " " STR_FMT, STR_ARG(secret), STR_ARG(r.password_hash)));
    *ret = r;
    return OK;
}

Err report_share_find(Cx *cx, Str secret, Str *ret_id, int64_t *ret_until_ms)
{
    SharedReport r;
    TRY(report_share_open(cx, secret, &r));
    *ret_id = r.id;
    *ret_until_ms = r.until_ms;
    return OK;
}

bool report_share_unlocked(const SharedReport *s, const HttpReq *req)
{
    return !s->password_hash.len || str_eq(http_cookie(req, s->cookie), s->pass);
}

static bool allows(const SharedReport *s, const char *what)
{
    list_each(&s->allow, i) if (str_eq(s->allow.at[i], str_of(what))) return true;
    return false;
}


/* -- names ------------------------------------------------------------------------------------------------------------- */

typedef struct Hidden { Str name, instead; } Hidden;
typedef LIST(Hidden) Hiddens;

static void hide(Arena *a, Hiddens *all, Str name, Str instead)
{
    name = str_trim(name);
    list_each(all, i) if (str_eq(all->at[i].name, name)) return;
    if (name.len >= 2) *list_add(a, all) = (Hidden){ name, instead };
}

static Err names_of(Cx *cx, const SharedReport *s, const Report *r, Hiddens *ret)
{
    bool zh = words_zh(r->language);
    Str person = zh ? S("一位同事") : S("a colleague"), service = zh ? S("某服务") : S("a service");
    list_each(&r->incidents, i) {
        Incident incident;
        UserRefs there = { 0 };
        TRY(incident_get(cx, r->incidents.at[i].id, &incident));
        TRY(incident_responders(cx, incident.id, &there));
        list_each(&there, k) if (!allows(s, "people")) hide(cx->arena, ret, there.at[k].name, person);
        list_each(&incident.services, k) if (!allows(s, "services")) hide(cx->arena, ret, incident.services.at[k].name, service);
    }
    if (allows(s, "people")) return OK;
    hide(cx->arena, ret, r->owner.name, person);
    list_each(&r->authors, i) hide(cx->arena, ret, r->authors.at[i].name, person);
    list_each(&r->reviewers, i) hide(cx->arena, ret, r->reviewers.at[i].user.name, person);
    return OK;
}

static bool is_letter(Str s, size_t i) { return i < s.len && ((s.at[i] | 32) >= 'a' && (s.at[i] | 32) <= 'z'); }

static Str without(Arena *a, Str text, const Hiddens *all)
{
    list_each(all, k) {
        Str name = all->at[k].name, rest = text;
        Buf b = buf_new(a, DOC_MAX_BYTES);
        for (ptrdiff_t at; (at = str_find(rest, name)) >= 0;) {
            bool whole = !(at > 0 && is_letter(rest, (size_t)at - 1) && is_letter(name, 0)) && !(is_letter(rest, (size_t)at + name.len) && is_letter(name, name.len - 1));
            buf_add(&b, str_sub(rest, 0, (size_t)at));
            buf_add(&b, whole ? all->at[k].instead : name);
            rest = str_sub(rest, (size_t)at + name.len, rest.len);
        }
        if (!b.len) continue;
        buf_add(&b, rest);
        text = buf_str(&b);
    }
    return text;
}

static void redact(Arena *a, DocNode *n, const Hiddens *all, int depth)
{
    static const char *const shown[] = { "alt", "caption", "title", NULL };
    if (n->text.len) n->text = without(a, n->text, all);
    for (size_t i = 0; doc_is(n, "image") && shown[i]; i++) {
        Str before = doc_get(n, shown[i]), after = without(a, before, all);
        if (!str_eq(before, after)) doc_attr(a, n, shown[i], after);
    }
    if (depth < DOC_MAX_DEPTH) list_each(&n->children, i) redact(a, n->children.at[i], all, depth + 1);
}

Err report_share_redact(Cx *cx, const SharedReport *s, Edition *e)
{
    Hiddens all = { 0 };
    Report *r = &e->report;
    bool people = allows(s, "people");
    TRY(names_of(cx, s, r, &all));
    e->doc = doc_flat(cx->arena, e->doc, &(FlatOptions){ .locale = r->language, .time_zone = S("UTC"), .outside = true, .no_people = !people });
    redact(cx->arena, e->doc, &all, 0);
    r->title = without(cx->arena, r->title, &all);
    if (people) return OK;
    r->owner = (UserRef){ 0 };
    r->authors = (UserRefs){ 0 };
    return OK;
}

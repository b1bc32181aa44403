/** API tokens: "hs_" and 32 random bytes. Only a hash is stored; the first characters stay readable so that people can
 *  tell their tokens apart. */
#include "app/audit.h"
#include "app/secret.h"
#include "base/id.h"
#include "base/utf8.h"
#include "feature/account/internal.h"
#include "sql.gen.h"

const char *const scope_names[] = { "read", "write", "ingest", "admin", NULL };    /* bit i of Scope */

static Err scopes_parse(Cx *cx, Strs words, unsigned *ret)
{
    unsigned scopes = 0;
    list_each(&words, i) {
        unsigned bit = 0;
        for (unsigned k = 0; scope_names[k]; k++)
            if (str_eq(words.at[i], str_of(scope_names[k]))) bit = 1u << k;
        if (!bit)
            return fail_field(cx->arena, arena_fmt(cx->arena, "scopes[%zu]", i),
                              "there is no scope \"" STR_FMT "\": use read, write, ingest or admin",
                              STR_ARG(words.at[i]));
        scopes |= bit;
    }
    if (!scopes)
        return fail_field(cx->arena, S("scopes"),
                          "a token needs at least one scope: read, write, ingest or admin");
    *ret = scopes;
    return OK;
}

static Strs scopes_list(Arena *a, unsigned scopes)
{
    Strs words = { 0 };
    for (unsigned k = 0; scope_names[k]; k++)
        if (scopes & (1u << k)) *list_add(a, &words) = str_of(scope_names[k]);
    return words;
}

/** A token never reaches further than who asks for it: nobody climbs by making one. */
static Err check_reach(Cx *cx, unsigned scopes, const User *owner)
{
    Str field = S("scopes");
    if ((scopes & SCOPE_ADMIN) && role_of(owner->role) < ROLE_ADMIN)
        return fail_field(cx->arena, field, "only administrators can have a token of scope admin");
    if (access_all(cx) || (cx->actor.scopes & SCOPE_ADMIN)) return OK;
    if (scopes & ~cx->actor.scopes)
        return fail_field(cx->arena, field,
                          "a token cannot make another one that reaches further than itself");
    return OK;
}

static Str named(Arena *a, Str name, unsigned scopes)
{
    Str start = audit_name(a, name);
    return arena_fmt(a, STR_FMT ",\"scopes\":" STR_FMT "}",
                     STR_ARG(str_sub(start, 0, start.len - 1)),
                     STR_ARG(strs_json(a, scopes_list(a, scopes))));
}

Err token_add(Cx *cx, Str user, Str name, Strs scopes, int64_t expires_ms, Str *ret_id, Str *ret_token)
{
    Arena *a = cx->arena;
    User owner;
    unsigned bits = 0;
    TRY(user_get(cx, user, &owner));
    TRY(scopes_parse(cx, scopes, &bits));
    TRY(check_reach(cx, bits, &owner));
    name = str_trim(name);
    if (str_empty(name))
        return fail_field(a, S("name"),
                          "a token needs a name, so that it is known later what it is for");
    if (utf8_length(name) > 100) return fail_field(a, S("name"), "a name has at most 100 characters");
    if (expires_ms && expires_ms <= cx->now_ms)
        return fail_field(a, S("expires_at"), "the token would have expired already");
    Str token = arena_fmt(a, "hs_" STR_FMT, STR_ARG(id_secret(a, 32))), id = id_new(a, cx->now_ms);
    auto_stmt q = stmt_begin(a, cx->store, &sql_token_insert);
    stmt_str(&q, "id", id);
    stmt_str(&q, "user_id", user);
    stmt_str(&q, "name", name);
    stmt_int(&q, "scopes", bits);
    stmt_str(&q, "token_hash", secret_hash(a, token));
    stmt_str(&q, "prefix", str_sub(token, 0, 9));
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_int_or_null(&q, "expires_ms", expires_ms);
    TRY(stmt_exec(&q));
    TRY(audit_add(cx, "token.added", "token", id, named(a, name, bits)));
    *ret_id = id;
    *ret_token = token;
    return OK;
}

static Err list(Cx *cx, const char *by, Str value, int64_t limit, Tokens *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_token_select, stmt_if(value.len, by), NULL);
    if (value.len) stmt_str(&q, !strcmp(by, "user") ? "user_id" : "id", value);
    stmt_int(&q, "limit", limit);
    Tokens all = { 0 };
    while (stmt_step(&q))
        *list_add(cx->arena, &all) = (Token){
            .id = stmt_col_str(&q, 0), .name = stmt_col_str(&q, 1), .scopes = scopes_list(cx->arena, (unsigned)stmt_col_int(&q, 2)),
            .prefix = stmt_col_str(&q, 3), .created_ms = stmt_col_int(&q, 4), .expires_ms = stmt_col_int(&q, 5),
            .last_used_ms = stmt_col_int(&q, 6), .user = { stmt_col_str(&q, 7), stmt_col_str(&q, 8), stmt_col_int(&q, 9) } };
    TRY(stmt_end(&q));
    *ret = all;
    return OK;
}

Err token_list(Cx *cx, Str user, int64_t limit, Tokens *ret) { return list(cx, "user", user, limit, ret); }

Err token_get(Cx *cx, Str id, Token *ret)
{
    Tokens found = { 0 };
    if (id.len) TRY(list(cx, "id", id, 1, &found));
    if (!found.len) return fail(cx->arena, ERR_NOT_FOUND, "there is no token " STR_FMT, STR_ARG(id));
    *ret = found.at[0];
    return OK;
}

Err token_remove(Cx *cx, Str id)
{
    Token t;
    TRY(token_get(cx, id, &t));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_token_delete);
    stmt_str(&q, "id", id);
    TRY(stmt_exec(&q));
    TRY(user_access_changed(cx, t.user.id));                 /* sockets opened with it end; others of the person come back */
    return audit_add(cx, "token.revoked", "token", id, audit_name(cx->arena, t.name));
}

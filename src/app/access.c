#include "app/access.h"
#include "sql.gen.h"

/** "user:ID": that person alone, without rows. */
static Str alone(Str audience)
{
    return str_starts(audience, S("user:")) ? str_sub(audience, 5, audience.len) : S("");
}

Err access_sees(Cx *cx, Str audience, bool *ret)
{
    Str one = alone(audience);
    if (one.len && !access_all(cx)) { *ret = str_eq(one, cx->actor.id); return OK; }
    if (str_empty(audience) || access_all(cx)) { *ret = cx->actor.role > ROLE_PUBLIC; return OK; }
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_access_sees);
    stmt_str(&q, "audience", audience);
    stmt_str(&q, "user_id", cx->actor.id);
    bool sees = stmt_step(&q);
    TRY(stmt_end(&q));
    *ret = sees;
    return OK;
}

Err access_check(Cx *cx, Str audience, const char *what, Str given)
{
    bool sees = false;
    TRY(access_sees(cx, audience, &sees));
    return sees ? OK : fail(cx->arena, ERR_NOT_FOUND, "there is no %s " STR_FMT, what, STR_ARG(given));
}

/** Runs an insert of (first, member) for each member, and before it the clearing of `first`. */
static Err replace(Cx *cx, const Sql *clear, const Sql *add, const char *key, Str first, Strs members)
{
    auto_stmt gone = stmt_begin(cx->arena, cx->store, clear);
    stmt_str(&gone, key, first);
    TRY(stmt_exec(&gone));
    list_each(&members, i) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, add);
        stmt_str(&q, key, first);
        stmt_str(&q, "member", members.at[i]);
        TRY(stmt_exec(&q));
    }
    return OK;
}


static Err list_of(Cx *cx, const Sql *sql, const char *key, Str value, Strs *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, sql);
    stmt_str(&q, key, value);
    Strs all = { 0 };
    while (stmt_step(&q)) *list_add(cx->arena, &all) = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    *ret = all;
    return OK;
}

/* ---- shared audiences: "all:A+B" has as members, by name, the people who belong to both A and B */

static const Str SHARED = { "all:", 4 };

static Err shared_fill(Cx *cx, Str audience)
{
    auto_stmt clear = stmt_begin(cx->arena, cx->store, &sql_access_clear);
    stmt_str(&clear, "audience", audience);
    TRY(stmt_exec(&clear));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_access_shared_fill);
    stmt_str(&q, "audience", audience);
    return stmt_exec(&q);
}

Err access_set(Cx *cx, Str audience, Strs members)
{
    TRY(replace(cx, &sql_access_clear, &sql_access_add, "audience", audience, members));
    Strs shared = { 0 };
    TRY(list_of(cx, &sql_access_parts, "part", audience, &shared));
    list_each(&shared, i) TRY(shared_fill(cx, shared.at[i]));
    return OK;
}

/** Keeps the list sorted, each once, so that the same audiences make the same name. */
static void part_add(Cx *cx, Strs *parts, Str part)
{
    if (str_empty(part)) return;
    size_t at = 0;
    while (at < parts->len && str_cmp(parts->at[at], part) < 0) at++;
    if (at < parts->len && str_eq(parts->at[at], part)) return;
    list_add(cx->arena, parts);
    for (size_t i = parts->len - 1; i > at; i--) parts->at[i] = parts->at[i - 1];
    parts->at[at] = part;
}

Err access_shared(Cx *cx, Strs audiences, Str *ret)
{
    Strs parts = { 0 };
    list_each(&audiences, i) {
        Str rest = audiences.at[i];
        if (!str_starts(rest, SHARED)) { part_add(cx, &parts, rest); continue; }
        for (rest = str_sub(rest, SHARED.len, rest.len); rest.len; rest = str_after(rest, '+'))
            part_add(cx, &parts, str_before(rest, '+'));
    }
    if (parts.len < 2) { *ret = parts.len ? parts.at[0] : S(""); return OK; }
    Buf name = buf_new(cx->arena, 8 << 10);
    buf_add(&name, SHARED);
    list_each(&parts, i) buf_fmt(&name, "%s" STR_FMT, i ? "+" : "", STR_ARG(parts.at[i]));
    if (buf_full(&name)) return fail(cx->arena, ERR_TOO_LARGE, "this belongs to too many private records");
    *ret = buf_str(&name);
    list_each(&parts, i) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_access_part_add);
        stmt_str(&q, "audience", *ret);
        stmt_str(&q, "part", parts.at[i]);
        TRY(stmt_exec(&q));
    }
    return shared_fill(cx, *ret);
}

Err access_members(Cx *cx, Str audience, Strs *ret)
{
    return list_of(cx, &sql_access_members, "audience", audience, ret);
}

Err access_people(Cx *cx, Str audience, Strs *ret)
{
    Str one = alone(audience);
    if (one.len) {
        *ret = (Strs){ 0 };
        *list_add(cx->arena, ret) = one;
        return OK;
    }
    return list_of(cx, &sql_access_people, "audience", audience, ret);
}

Err access_principals(Cx *cx, Str user, Strs teams)
{
    Strs members = { 0 };
    *list_add(cx->arena, &members) = arena_fmt(cx->arena, "user:" STR_FMT, STR_ARG(user));
    list_each (&teams, i)
        *list_add(cx->arena, &members) =
            arena_fmt(cx->arena, "team:" STR_FMT, STR_ARG(teams.at[i]));
    TRY(replace(cx, &sql_principal_clear, &sql_principal_add, "user_id", user, members));
    auto_stmt leave = stmt_begin(cx->arena, cx->store, &sql_access_shared_leave);
    stmt_str(&leave, "member", members.at[0]);
    TRY(stmt_exec(&leave));
    auto_stmt join = stmt_begin(cx->arena, cx->store, &sql_access_shared_join);
    stmt_str(&join, "member", members.at[0]);
    stmt_str(&join, "user_id", user);
    return stmt_exec(&join);
}

Err access_audiences(Cx *cx, Str *ret)
{
    Strs all = { 0 };
    if (cx->actor.id.len) TRY(list_of(cx, &sql_access_audiences, "user_id", cx->actor.id, &all));
    *ret = strs_json(cx->arena, all);
    return OK;
}

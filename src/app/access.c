#include "app/access.h"
#include "sql.gen.h"

Err access_sees(Cx *cx, Str audience, bool *ret)
{
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

Err access_set(Cx *cx, Str audience, Strs members)
{
    return replace(cx, &sql_access_clear, &sql_access_add, "audience", audience, members);
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

Err access_members(Cx *cx, Str audience, Strs *ret)
{
    return list_of(cx, &sql_access_members, "audience", audience, ret);
}

Err access_people(Cx *cx, Str audience, Strs *ret)
{
    return list_of(cx, &sql_access_people, "audience", audience, ret);
}

Err access_principals(Cx *cx, Str user, Strs teams)
{
    Strs members = { 0 };
    *list_add(cx->arena, &members) = arena_fmt(cx->arena, "user:" STR_FMT, STR_ARG(user));
    list_each (&teams, i)
        *list_add(cx->arena, &members) =
            arena_fmt(cx->arena, "team:" STR_FMT, STR_ARG(teams.at[i]));
    return replace(cx, &sql_principal_clear, &sql_principal_add, "user_id", user, members);
}

Err access_audiences(Cx *cx, Str *ret)
{
    Strs all = { 0 };
    if (cx->actor.id.len) TRY(list_of(cx, &sql_access_audiences, "user_id", cx->actor.id, &all));
    *ret = strs_json(cx->arena, all);
    return OK;
}

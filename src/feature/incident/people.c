/* Who may see a private incident, and who has which role. */
#include "feature/account/account.h"
#include "feature/incident/rules.h"
#include "sql.gen.h"

static Str principal(Arena *a, const char *kind, Str id)
{
    return arena_fmt(a, "%s:" STR_FMT, kind, STR_ARG(id));
}

Err incident_members_set(Cx *cx, Incident *i, Strs users, Strs teams)
{
    Strs members = { 0 };
    list_each(&users, k) {
        UserRef user;
        TRY(user_named(cx, arena_fmt(cx->arena, "user_ids[%zu]", k), users.at[k], &user));
        ids_add(cx->arena, &members, principal(cx->arena, "user", user.id));
    }
    list_each(&teams, k) {
        Ref team;
        TRY(team_named(cx, arena_fmt(cx->arena, "team_ids[%zu]", k), teams.at[k], &team));
        ids_add(cx->arena, &members, principal(cx->arena, "team", team.id));
    }
    if (!members.len && cx->actor.id.len)
        return fail_field(cx->arena, S("user_ids"), "somebody must be able to see it");
    return access_set(cx, i->audience, members);
}

Err incident_member_add(Cx *cx, const Incident *i, Str user)
{
    if (str_empty(i->audience)) return OK;
    Strs members = { 0 };
    TRY(access_members(cx, i->audience, &members));
    ids_add(cx->arena, &members, principal(cx->arena, "user", user));
    return access_set(cx, i->audience, members);
}

static Err check_role(Cx *cx, Str role)
{
    for (int k = 0; incident_roles[k]; k++)
        if (str_eq(role, str_of(incident_roles[k]))) return OK;
    return fail_field(cx->arena, S("role"), "no such role: " STR_FMT, STR_ARG(role));
}

Err incident_roles_held(Cx *cx, Str incident, Str user, Strs *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_role_held);
    stmt_str(&q, "id", incident);
    stmt_str(&q, "user", user);
    while (stmt_step(&q)) *list_add(cx->arena, ret) = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

static Str role_words(Arena *a, Str role)
{
    Str words = arena_str(a, role);
    for (size_t k = 0; k < words.len; k++)
        if (words.at[k] == '_') ((char *)(uintptr_t)words.at)[k] = ' ';
    return words;
}

static bool just_there(Str role) { return str_eq(role, S("responder")) || str_eq(role, S("observer")); }

Err incident_role_add(Cx *cx, Str incident, Str role, Str given)
{
    TRY(check_role(cx, role));
    UserRef user;
    TRY(user_named(cx, S("user_id"), given, &user));
    Strs now = { 0 };
    TRY(incident_roles_held(cx, incident, user.id, &now));
    list_each(&now, k) if (str_eq(now.at[k], role)) return OK;
    Incident i;
    TRY(incident_row(cx, incident, &i));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_role_add);
    stmt_str(&q, "id", incident);
    stmt_str(&q, "role", role);
    stmt_str(&q, "user", user.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(incident_member_add(cx, &i, user.id));
    TRY(incident_save(cx, &i));
    Str title = just_there(role) ? arena_fmt(cx->arena, STR_FMT " joined", STR_ARG(user.name))
                                 : arena_fmt(cx->arena, STR_FMT " is " STR_FMT, STR_ARG(user.name),
                                             STR_ARG(role_words(cx->arena, role)));
    return incident_news(cx, &i, just_there(role) ? "responder_joined" : "role_assigned", user.id, title,
                         DATA(cx, { "role", role }, { "user_id", user.id }, { "user_name", user.name }));
}

Err incident_role_leave(Cx *cx, Str incident, Str role, Str given)
{
    UserRef user = { .id = given };
    Map *names;
    TRY(user_refs(cx, (Strs){ .at = &given, .len = 1, .room = 1 }, &names));
    if (map_get(names, given)) user = user_ref(names, given);
    Incident i;
    TRY(incident_row(cx, incident, &i));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_role_leave);
    stmt_str(&q, "id", incident);
    stmt_str(&q, "role", role);
    stmt_str(&q, "user", user.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_step(&q);
    bool none = stmt_changes(&q) == 0;
    TRY(stmt_end(&q));
    if (none)
        return fail(cx->arena, ERR_NOT_FOUND, STR_FMT " does not hold that role",
                    STR_ARG(user.name.len ? user.name : given));
    TRY(incident_save(cx, &i));
    Str title = just_there(role)
                    ? arena_fmt(cx->arena, STR_FMT " left", STR_ARG(user.name))
                    : arena_fmt(cx->arena, STR_FMT " is no longer " STR_FMT, STR_ARG(user.name),
                                STR_ARG(role_words(cx->arena, role)));
    return incident_news(cx, &i, "responder_left", user.id, title,
                         DATA(cx, { "role", role }, { "user_id", user.id }, { "user_name", user.name }));
}

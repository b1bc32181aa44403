/** Teams. A team counts as a principal (see app/access.h), so every change of its members brings theirs in line. */
#include "app/audit.h"
#include "base/id.h"
#include "base/utf8.h"
#include "feature/account/internal.h"
#include "sql.gen.h"

const Shape team_shape = { "Team", sizeof(Team), (const Field[]){
    FIELD(Team, id, READ_ONLY, "UUIDv7"),
    FIELD(Team, name, REQUIRED, "Unique, without regard to case", .max = 100),
    FIELD(Team, description, MULTILINE, "What it looks after", .max = 2000),
    FIELD(Team, lead_id, NULLABLE, "The person who leads it; a member"),
    FIELD(Team, member_ids, 0, "People in it", .max = 1000),
    FIELD_AT(Team, created_ms, READ_ONLY, "When it was added"),
    FIELD(Team, version, READ_ONLY, "Grows with each change"),
    { 0 } }, "People who look after something together" };

/* ---- reading */

static Err add_members(Cx *cx, Teams *teams)
{
    Strs ids = { 0 };
    Map *by_id = map_new(cx->arena);
    list_each(teams, i) {
        *list_add(cx->arena, &ids) = teams->at[i].id;
        map_set(by_id, teams->at[i].id, &teams->at[i]);
    }
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_user_team_list, "team", NULL);
    stmt_str(&q, "teams", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        Team *t = map_get(by_id, stmt_col_str(&q, 1));
        if (t) *list_add(cx->arena, &t->member_ids) = stmt_col_str(&q, 0);
    }
    return stmt_end(&q);
}

static Err read(Cx *cx, Stmt *q, Teams *ret)
{
    Teams all = { 0 };
    while (stmt_step(q))
        *list_add(cx->arena, &all) = (Team){ .id = stmt_col_str(q, 0), .name = stmt_col_str(q, 1), .description = stmt_col_str(q, 2),
            .lead_id = stmt_col_str(q, 3), .created_ms = stmt_col_int(q, 4), .version = stmt_col_int(q, 5) };
    TRY(stmt_end(q));
    TRY(add_members(cx, &all));
    *ret = all;
    return OK;
}

Err team_get(Cx *cx, Str id, Team *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_team_select, "id", NULL);
    stmt_str(&q, "id", id);
    Teams found = { 0 };
    TRY(read(cx, &q, &found));
    if (!found.len) return fail(cx->arena, ERR_NOT_FOUND, "there is no team " STR_FMT, STR_ARG(id));
    *ret = found.at[0];
    return OK;
}

Err team_list(Cx *cx, Str text, Teams *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_team_select, stmt_if(text.len, "q"), NULL);
    if (text.len) stmt_str(&q, "q", like_anywhere(cx->arena, text));
    return read(cx, &q, ret);
}

Err team_named(Cx *cx, Str field, Str given, Ref *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_team_select, "named", NULL);
    stmt_str(&q, "given", given);
    stmt_str(&q, "name_key", fold_key(cx->arena, str_trim(given)));
    Ref found = { 0 };
    if (stmt_step(&q)) found = (Ref){ stmt_col_str(&q, 0), stmt_col_str(&q, 1) };
    TRY(stmt_end(&q));
    if (!found.id.len)
        return fail_field(cx->arena, field, "there is no team \"" STR_FMT "\"", STR_ARG(given));
    *ret = found;
    return OK;
}

Err team_refs(Cx *cx, Strs ids, Map **ret)
{
    Map *refs = map_new(cx->arena);
    *ret = refs;
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_team_ref_list);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        Ref *r = arena_make(cx->arena, Ref);
        *r = (Ref){ stmt_col_str(&q, 0), stmt_col_str(&q, 1) };
        map_set(refs, r->id, r);
    }
    return stmt_end(&q);
}

Ref ref_of(const Map *refs, Str id)
{
    const Ref *r = str_empty(id) ? NULL : map_get(refs, id);
    return r ? *r : (Ref){ 0 };
}

/* ---- writing */

static bool has(Strs list, Str id)
{
    list_each(&list, i)
        if (str_eq(list.at[i], id)) return true;
    return false;
}

/** Checks a team and resolves who it names to ids, each once; whoever leads it is in it. */
static Err check(Cx *cx, Team *t)
{
    Arena *a = cx->arena;
    t->name = str_trim(t->name);
    if (str_empty(t->name)) return fail_field(a, S("name"), "a team needs a name");
    if (utf8_length(t->name) > 100) return fail_field(a, S("name"), "a name has at most 100 characters");
    Map *people;
    TRY(user_refs(cx, t->member_ids, &people));
    Strs ids = { 0 };
    list_each(&t->member_ids, i) {
        Str id = t->member_ids.at[i];
        if (!map_get(people, id))
            return fail_field(a, arena_fmt(a, "member_ids[%zu]", i),
                              "there is no person \"" STR_FMT "\"", STR_ARG(id));
        if (!has(ids, id)) *list_add(a, &ids) = id;
    }
    t->member_ids = ids;
    if (!t->lead_id.len) return OK;
    UserRef lead;
    TRY(user_named(cx, S("lead_id"), t->lead_id, &lead));
    t->lead_id = lead.id;
    if (!has(t->member_ids, lead.id)) *list_add(a, &t->member_ids) = lead.id;
    return OK;
}

static Err name_free(Cx *cx, const Team *t)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_team_select, "named", NULL);
    stmt_str(&q, "given", S(""));
    stmt_str(&q, "name_key", fold_key(cx->arena, t->name));
    bool taken = false;
    while (stmt_step(&q)) taken |= !str_eq(stmt_col_str(&q, 0), t->id);
    TRY(stmt_end(&q));
    return taken ? err_make(cx->arena, OK, ERR_CONFLICT, S("name"), __FILE__, __LINE__,
                            "there is a team named " STR_FMT " already", STR_ARG(t->name))
                 : OK;
}

/** Somebody joined or left. */
static Err regroup(Cx *cx, Str user)
{
    TRY(user_principals(cx, user));
    return user_access_changed(cx, user);
}

static Err set_members(Cx *cx, Str team, Strs before, Strs after)
{
    auto_stmt clear = stmt_begin(cx->arena, cx->store, &sql_team_member_clear);
    stmt_str(&clear, "team_id", team);
    TRY(stmt_exec(&clear));
    list_each(&after, i) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_team_member_insert);
        stmt_str(&q, "team_id", team);
        stmt_str(&q, "user_id", after.at[i]);
        TRY(stmt_exec(&q));
    }
    list_each(&before, i)
        if (!has(after, before.at[i])) TRY(regroup(cx, before.at[i]));
    list_each(&after, i)
        if (!has(before, after.at[i])) TRY(regroup(cx, after.at[i]));
    return OK;
}

static Err note(Cx *cx, const char *action, const char *kind, const Team *t, int64_t version)
{
    TRY(audit_add(cx, action, "team", t->id, audit_name(cx->arena, t->name)));
    return live_touch(cx, S("teams"), kind, t->id, version, S(""));
}

Err team_add(Cx *cx, const Team *given, Str *ret_id)
{
    Team t = *given;
    t.id = S("");
    TRY(check(cx, &t));
    TRY(name_free(cx, &t));
    t.id = id_new(cx->arena, cx->now_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_team_insert);
    stmt_str(&q, "id", t.id);
    stmt_str(&q, "name", t.name);
    stmt_str(&q, "name_key", fold_key(cx->arena, t.name));
    stmt_str(&q, "description", t.description);
    stmt_str_or_null(&q, "lead_id", t.lead_id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(set_members(cx, t.id, (Strs){ 0 }, t.member_ids));
    *ret_id = t.id;
    return note(cx, "team.added", "added", &t, 1);
}

Err team_change(Cx *cx, const Team *given)
{
    Team t = *given, before;
    TRY(team_get(cx, t.id, &before));
    TRY(check(cx, &t));
    TRY(name_free(cx, &t));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_team_update);
    stmt_str(&q, "id", t.id);
    stmt_str(&q, "name", t.name);
    stmt_str(&q, "name_key", fold_key(cx->arena, t.name));
    stmt_str(&q, "description", t.description);
    stmt_str_or_null(&q, "lead_id", t.lead_id);
    TRY(stmt_exec(&q));
    TRY(set_members(cx, t.id, before.member_ids, t.member_ids));
    return note(cx, "team.changed", "changed", &t, before.version + 1);
}

Err team_remove(Cx *cx, Str id)
{
    Team before;
    TRY(team_get(cx, id, &before));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_team_remove);
    stmt_str(&q, "id", id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(set_members(cx, id, before.member_ids, (Strs){ 0 }));
    return note(cx, "team.removed", "removed", &before, before.version + 1);
}

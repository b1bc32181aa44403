/** Channels and services have one form, so they have one implementation: a Kind says which tables it is about.
 *  A channel is an Item without a tier. */
#include "feature/catalog/catalog.h"
#include "app/audit.h"
#include "app/fold.h"
#include "base/id.h"
#include "base/json.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/catalog/internal.h"
#include "sql.gen.h"

const Kind catalog_channel = { "channel", "channels", &sql_channel_insert, &sql_channel_select, &sql_channel_ref_list,
                               &sql_channel_update, &sql_channel_remove, .has_tier = false };
const Kind catalog_service = { "service", "services", &sql_service_insert, &sql_service_select, &sql_service_ref_list,
                               &sql_service_update, &sql_service_remove, .has_tier = true };

/* ---- reading */

/** Adds the ids of a JSON list, each once. */
static Err add_ids(Cx *cx, Str text, Strs *ret)
{
    const Json *list;
    TRY(json_read(cx->arena, text, &list));
    json_items(list, one) {
        bool known = false;
        list_each(ret, i) known |= str_eq(ret->at[i], json_str_of(one));
        if (!known) *list_add(cx->arena, ret) = json_str_of(one);
    }
    return OK;
}

Err service_needs(Cx *cx, Strs ids, Strs *ret)
{
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_service_depends_on);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) TRY(add_ids(cx, stmt_col_str(&q, 0), ret));
    return stmt_end(&q);
}

static Err read(Cx *cx, Stmt *q, Services *ret)
{
    Services all = { 0 };
    while (stmt_step(q)) {
        *list_add(cx->arena, &all) = (Service){ .id = stmt_col_str(q, 0), .name = stmt_col_str(q, 1), .description = stmt_col_str(q, 2),
            .team_id = stmt_col_str(q, 3), .tier = stmt_col_int(q, 4), .created_ms = stmt_col_int(q, 5), .version = stmt_col_int(q, 6) };
        TRY(add_ids(cx, stmt_col_str(q, 7), &all.at[all.len - 1].depends_on_ids));
    }
    TRY(stmt_end(q));
    *ret = all;
    return OK;
}

Err item_list(Cx *cx, const Kind *kind, Str text, Str team, Services *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, kind->select, "present",
                                stmt_if(text.len, "q"), stmt_if(team.len, "team"), NULL);
    if (text.len) stmt_str(&q, "q", like_anywhere(cx->arena, text));
    if (team.len) stmt_str(&q, "team", team);
    return read(cx, &q, ret);
}

Err item_get(Cx *cx, const Kind *kind, Str id, bool removed_too, Service *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, kind->select, "id",
                                stmt_if(!removed_too, "present"), NULL);
    stmt_str(&q, "id", id);
    Services found = { 0 };
    TRY(read(cx, &q, &found));
    if (!found.len) return fail(cx->arena, ERR_NOT_FOUND, "there is no %s " STR_FMT, kind->name, STR_ARG(id));
    *ret = found.at[0];
    return OK;
}

Err item_find(Cx *cx, const Kind *kind, Str given, Ref *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, kind->select, "present", "named", NULL);
    stmt_str(&q, "given", given);
    stmt_str(&q, "name_key", fold_key(cx->arena, str_trim(given)));
    Ref found = { 0 };
    if (stmt_step(&q)) found = (Ref){ stmt_col_str(&q, 0), stmt_col_str(&q, 1) };
    TRY(stmt_end(&q));
    if (!found.id.len)
        return fail(cx->arena, ERR_NOT_FOUND, "there is no %s \"" STR_FMT "\"", kind->name,
                    STR_ARG(given));
    *ret = found;
    return OK;
}

static Err refs(Cx *cx, const Kind *kind, Strs ids, Map **ret)
{
    Map *refs = map_new(cx->arena);
    *ret = refs;
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, kind->refs);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        Ref *r = arena_make(cx->arena, Ref);
        *r = (Ref){ stmt_col_str(&q, 0), stmt_col_str(&q, 1) };
        map_set(refs, r->id, r);
    }
    return stmt_end(&q);
}

static Err named(Cx *cx, const Kind *kind, Str field, Str given, Ref *ret)
{
    Err e = item_find(cx, kind, given, ret);
    return err_is(e, ERR_NOT_FOUND) ? fail_field(cx->arena, field, "there is no %s \"" STR_FMT "\"",
                                                 kind->name, STR_ARG(given))
                                    : e;
}

/* ---- writing */

/** What it depends on, by id or name, as ids; itself is left out. */
static Err check_needs(Cx *cx, Service *item)
{
    Strs ids = { 0 };
    if (item->depends_on_ids.len > 100) return fail_field(cx->arena, S("depends_on_ids"), "a service depends on at most 100 others");
    list_each(&item->depends_on_ids, i) {
        Ref found;
        bool known = false;
        TRY(service_named(cx, S("depends_on_ids"), item->depends_on_ids.at[i], &found));
        list_each(&ids, k) known |= str_eq(ids.at[k], found.id);
        if (!known && !str_eq(found.id, item->id)) *list_add(cx->arena, &ids) = found.id;
    }
    item->depends_on_ids = ids;
    return OK;
}

static Err check(Cx *cx, const Kind *kind, Service *item)
{
    Arena *a = cx->arena;
    item->name = str_trim(item->name);
    if (str_empty(item->name)) return fail_field(a, S("name"), "a %s needs a name", kind->name);
    if (utf8_length(item->name) > 100) return fail_field(a, S("name"), "a name has at most 100 characters");
    if (kind->has_tier && !item->tier) item->tier = 3;
    if (kind->has_tier && (item->tier < 1 || item->tier > 4))
        return fail_field(a, S("tier"), "a tier is a number from 1 (nothing works without it) to 4");
    Ref team = { 0 }, other;
    TRY(check_needs(cx, item));
    if (item->team_id.len) TRY(team_named(cx, S("team_id"), item->team_id, &team));
    item->team_id = team.id;
    Err e = item_find(cx, kind, item->name, &other);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    return str_eq(other.id, item->id) ? OK : err_make(a, OK, ERR_CONFLICT, S("name"), __FILE__, __LINE__,
                                                      "there is a %s named " STR_FMT " already", kind->name, STR_ARG(other.name));
}

static Err note(Cx *cx, const Kind *kind, const char *what, const Service *item, int64_t version)
{
    const char *action = arena_fmt(cx->arena, "%s.%s", kind->name, what).at;
    TRY(audit_add(cx, action, kind->name, item->id, audit_name(cx->arena, item->name)));
    return live_touch(cx, str_of(kind->plural), what, item->id, version, S(""));
}

static Err write_row(Cx *cx, const Kind *kind, const Sql *sql, const Service *item)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, sql);
    stmt_str(&q, "id", item->id);
    stmt_str(&q, "name", item->name);
    stmt_str(&q, "name_key", fold_key(cx->arena, item->name));
    stmt_str(&q, "description", item->description);
    stmt_str_or_null(&q, "team_id", item->team_id);
    if (kind->has_tier) stmt_int(&q, "tier", item->tier);
    if (kind->has_tier) stmt_str(&q, "depends_on", strs_json(cx->arena, item->depends_on_ids));
    if (sql == kind->insert) stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

Err item_add(Cx *cx, const Kind *kind, const Service *given, Str *ret_id)
{
    Service item = *given;
    item.id = S("");
    TRY(check(cx, kind, &item));
    item.id = id_new(cx->arena, cx->now_ms);
    TRY(write_row(cx, kind, kind->insert, &item));
    *ret_id = item.id;
    return note(cx, kind, "added", &item, 1);
}

Err item_change(Cx *cx, const Kind *kind, const Service *given)
{
    Service item = *given;
    TRY(check(cx, kind, &item));
    TRY(write_row(cx, kind, kind->update, &item));
    return note(cx, kind, "changed", &item, item.version + 1);
}

Err item_remove(Cx *cx, const Kind *kind, const Service *item)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, kind->remove);
    stmt_str(&q, "id", item->id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return note(cx, kind, "removed", item, item->version + 1);
}

/* ---- the two kinds, for other features */

Channel channel_of(const Service *s)
{
    return (Channel){ s->id, s->name, s->description, s->team_id, s->created_ms, s->version };
}
Service item_of(const Channel *c)
{
    return (Service){ .id = c->id, .name = c->name, .description = c->description, .team_id = c->team_id,
                      .created_ms = c->created_ms, .version = c->version };
}

Err channel_refs(Cx *cx, Strs ids, Map **ret) { return refs(cx, &catalog_channel, ids, ret); }
Err service_refs(Cx *cx, Strs ids, Map **ret) { return refs(cx, &catalog_service, ids, ret); }
Err channel_named(Cx *cx, Str field, Str given, Ref *ret)
{
    return named(cx, &catalog_channel, field, given, ret);
}
Err service_named(Cx *cx, Str field, Str given, Ref *ret)
{
    return named(cx, &catalog_service, field, given, ret);
}
Err service_get(Cx *cx, Str id, Service *ret) { return item_get(cx, &catalog_service, id, true, ret); }
Err service_add(Cx *cx, const Service *service, Str *ret_id)
{
    return item_add(cx, &catalog_service, service, ret_id);
}

Err channel_get(Cx *cx, Str id, Channel *ret)
{
    Service s;
    TRY(item_get(cx, &catalog_channel, id, true, &s));
    *ret = channel_of(&s);
    return OK;
}

Err channel_add(Cx *cx, const Channel *channel, Str *ret_id)
{
    Service item = item_of(channel);
    return item_add(cx, &catalog_channel, &item, ret_id);
}

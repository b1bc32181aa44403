/* Who is who outside, and which channel outside is whose room. */
#include "base/id.h"
#include "app/fold.h"
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/warroom/rules.h"
#include "sql.gen.h"

/* ---- people */

static Err author_known(Cx *cx, Str source, Str key, Str *ret_user, bool *ret_known)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_author_get);
    stmt_str(&q, "source", source);
    stmt_str(&q, "key", key);
    *ret_known = stmt_step(&q);
    if (*ret_known) *ret_user = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

static Err author_put(Cx *cx, Str source, Str key, Str name, Str email, Str user, bool by_hand)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_author_put);
    stmt_str(&q, "source", source);
    stmt_str(&q, "key", key);
    stmt_str(&q, "name", name);
    stmt_str(&q, "email", email);
    stmt_str(&q, "user", user);
    stmt_int(&q, "by_hand", by_hand);
    return stmt_exec(&q);
}

static User nobody;                                           /* its id is empty */

/** Who is called what; a name that two people have says nothing. */
static Err names_of_all(Cx *cx, Map **ret)
{
    Users all = { 0 };
    if (*ret) return OK;
    TRY(user_list_every(cx, &all));
    Map *names = map_new(cx->arena);
    list_each(&all, i) {
        Str key = fold_key(cx->arena, all.at[i].name);
        User *was = map_set(names, key, &all.at[i]);
        if (was) map_set(names, key, &nobody);
    }
    *ret = names;
    return OK;
}

static Err guess(Cx *cx, Map **names, Str name, Str email, Str *ret)
{
    User u;
    *ret = S("");
    if (email.len) {
        Err e = user_find(cx, email, &u);
        if (!e.info) { *ret = u.id; return OK; }
        if (!err_is(e, ERR_NOT_FOUND)) return e;
    }
    Str key = fold_key(cx->arena, str_trim(name));
    if (!key.len) return OK;
    TRY(names_of_all(cx, names));
    const User *called = map_get(*names, key);
    if (called) *ret = called->id;
    return OK;
}

Err author_guess(Cx *cx, Map **names, Str source, Str key, Str name, Str email, Str *ret_user)
{
    bool known = false;
    TRY(author_known(cx, source, key, ret_user, &known));
    return known ? OK : guess(cx, names, name, email, ret_user);
}

Err author_of_next(Cx *cx, Map **names, Str source, Str key, Str name, Str email, MessageAuthor *ret)
{
    Str user = S("");
    bool known = false;
    if (!key.len) key = name;
    TRY(author_known(cx, source, key, &user, &known));
    if (!known) {
        TRY(guess(cx, names, name, email, &user));
        TRY(author_put(cx, source, key, name, email, user, false));
    }
    *ret = (MessageAuthor){ .name = name.len ? name : key, .id = user, .key = key };
    return OK;
}

Err author_of(Cx *cx, Str source, Str key, Str name, Str email, MessageAuthor *ret)
{
    Map *names = NULL;
    return author_of_next(cx, &names, source, key, name, email, ret);
}

Err author_set(Cx *cx, Str source, Str key, Str user)
{
    TRY(author_put(cx, source, key, S(""), S(""), user, true));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_author_follow);
    stmt_str(&q, "source", source);
    stmt_str(&q, "key", key);
    stmt_str(&q, "user", user);
    return stmt_exec(&q);
}

/* ---- rooms */

Err room_link(Cx *cx, const ChatRoom *room)
{
    Incident i;
    if (!room->source.len || !room->channel.len || room->channel.len > 200)
        return fail_field(cx->arena, S("channel"), "which channel?");
    TRY(incident_row(cx, room->incident_id, &i));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_room_put);
    stmt_str(&q, "id", id_new(cx->arena, cx->now_ms));
    stmt_str(&q, "source", room->source);
    stmt_str(&q, "channel", room->channel);
    stmt_str(&q, "name", room->name);
    stmt_str(&q, "url", room->url);
    stmt_str(&q, "incident", room->incident_id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return live_touch(cx, arena_fmt(cx->arena, "messages:" STR_FMT, STR_ARG(i.id)), "rooms", i.id, i.version, i.audience);
}

Err room_unlink(Cx *cx, Str source, Str channel)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_room_remove);
    stmt_str(&q, "source", source);
    stmt_str(&q, "channel", channel);
    return stmt_exec(&q);
}

enum { MERGES_MAX = 20 };

Err room_of(Cx *cx, Str source, Str channel, Str *ret)
{
    *ret = S("");
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_room_get);
    stmt_str(&q, "source", source);
    stmt_str(&q, "channel", channel);
    if (stmt_step(&q)) *ret = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    for (int k = 0; ret->len && k < MERGES_MAX; k++) {
        Incident i;
        TRY(incident_row(cx, *ret, &i));
        if (!i.merged_into.id.len) return OK;
        *ret = i.merged_into.id;
    }
    return OK;
}

Err room_list(Cx *cx, Str incident, ChatRooms *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_room_list);
    stmt_str(&q, "incident", incident);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (ChatRoom){ .id = stmt_col_str(&q, 0), .source = stmt_col_str(&q, 1), .channel = stmt_col_str(&q, 2),
            .name = stmt_col_str(&q, 3), .url = stmt_col_str(&q, 4), .incident_id = stmt_col_str(&q, 5), .created_ms = stmt_col_int(&q, 6) };
    return stmt_end(&q);
}

/* ---- an incident that turns private takes what was said along, in searches too. Reading obeys it at once (the resolver and
 * the finder ask the incident); this sets what is found right. */

enum { ROUND = 500 };
typedef struct Again { Str incident, after; size_t n; } Again;

static Err put_again(Cx *cx, void *arg)
{
    Again *a = arg;
    Strs ids = { 0 };
    Incident i;
    TRY(incident_row(cx, a->incident, &i));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_ids_of_incident);
    stmt_str(&q, "incident", a->incident);
    stmt_str(&q, "after", a->after);
    stmt_int(&q, "limit", ROUND);
    while (stmt_step(&q)) *list_add(cx->arena, &ids) = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    list_each(&ids, k) {
        Message m;
        TRY(message_get(cx, ids.at[k], &m));
        TRY(message_search_put(cx, &m, &i));
    }
    a->n = ids.len;
    if (ids.len) a->after = ids.at[ids.len - 1];
    return OK;
}

static Err visibility_changed(Cx *cx, const Event *event)
{
    Again a = { .incident = event->subject, .after = S(""), .n = ROUND };
    while (a.n == ROUND) TRY(cx_write(cx, put_again, &a));
    return OK;
}

const Listener warroom_listeners[] = { 
    { "incident.visibility_changed", LISTEN_LATER, visibility_changed }, { "timeline.confirmed", LISTEN_LATER, cause_confirmed },
    { "incident.field_changed", LISTEN_LATER, causes_changed }, { "message.added", LISTEN_LATER, message_freeze },
    { "message.edited", LISTEN_LATER, message_freeze }, { 0 },
};

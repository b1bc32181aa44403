/* Messages as they are read: rows, and what hangs on them. */
#include "app/fold.h"
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/warroom/rules.h"
#include "sql.gen.h"

void message_row(Cx *cx, Stmt *q, Message *m)
{
    *m = (Message){ .id = stmt_col_str(q, 0), .incident_id = stmt_col_str(q, 1), .thread_id = stmt_col_str(q, 2), .kind = stmt_col_str(q, 3),
        .body = stmt_col_str(q, 4), .data = stmt_col_str(q, 5), .url = stmt_col_str(q, 6), .source = stmt_col_str(q, 7),
        .channel = stmt_col_str(q, 8),
        .author = { .id = stmt_col_str(q, 9), .key = stmt_col_str(q, 10), .name = stmt_col_str(q, 11) },
        .at_ms = stmt_col_int(q, 13), .edited_ms = stmt_col_int(q, 14), .deleted_ms = stmt_col_int(q, 15),
        .pinned_ms = stmt_col_int(q, 16), .pinned_by = { .id = stmt_col_str(q, 17) }, .replies = stmt_col_int(q, 18),
        .last_reply_ms = stmt_col_int(q, 19), .event_id = stmt_col_str(q, 20), .version = stmt_col_int(q, 21) };
    Strs mentions = strs_parse(cx->arena, stmt_col_str(q, 12));
    list_each(&mentions, i) *list_add(cx->arena, &m->mentions) = (UserRef){ .id = mentions.at[i] };
    bool own = m->author.id.len && str_eq(m->author.id, cx->actor.id) && str_eq(m->source, S("war_room"));
    m->can_edit = own && !m->deleted_ms && str_eq(m->kind, S("text"));
    m->can_delete = !m->deleted_ms && (own || cx->actor.role >= ROLE_MANAGER);
}

static void name_author(MessageAuthor *author, const Map *users)
{
    UserRef u = user_ref(users, author->id);
    if (u.id.len) author->name = u.name, author->avatar_color = u.avatar_color;
    if (str_empty(author->name)) author->name = author->key.len ? author->key : S("?");
}

static MessageReaction *reaction_of(Cx *cx, Message *m, Str reaction)
{
    list_each(&m->reactions, i)
        if (str_eq(m->reactions.at[i].reaction, reaction)) return &m->reactions.at[i];
    MessageReaction *r = list_add(cx->arena, &m->reactions);
    r->reaction = reaction;
    return r;
}

static Err read_reactions(Cx *cx, Str ids, const Map *by_id, Strs *people)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_reaction_list);
    stmt_str(&q, "messages", ids);
    while (stmt_step(&q)) {
        Message *m = map_get(by_id, stmt_col_str(&q, 0));
        Str who = stmt_col_str(&q, 2), name = stmt_col_str(&q, 3);
        if (!m) continue;
        MessageReaction *r = reaction_of(cx, m, stmt_col_str(&q, 1));
        MessageAuthor *author = list_add(cx->arena, &r->people);
        if (name.len) *author = (MessageAuthor){ .name = name, .key = str_after(who, ':') };
        else author->id = who, ids_add(cx->arena, people, who);
        r->mine = r->mine || (cx->actor.id.len && str_eq(who, cx->actor.id));
    }
    return stmt_end(&q);
}

static Err read_files(Cx *cx, Str ids, const Map *by_id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_file_list);
    stmt_str(&q, "messages", ids);
    while (stmt_step(&q)) {
        Message *m = map_get(by_id, stmt_col_str(&q, 0));
        if (!m) continue;
        *list_add(cx->arena, &m->files) = (MessageFile){ .id = stmt_col_str(&q, 1), .kind = stmt_col_str(&q, 2), .name = stmt_col_str(&q, 3),
            .type = stmt_col_str(&q, 4), .url = stmt_col_str(&q, 5), .bytes = stmt_col_int(&q, 6), .width = stmt_col_int(&q, 7),
            .height = stmt_col_int(&q, 8), .frozen = stmt_col_int(&q, 9) >= MESSAGE_FROZEN };
    }
    return stmt_end(&q);
}

Err message_fill(Cx *cx, Messages *page)
{
    Strs ids = { 0 }, people = { 0 };
    Map *by_id = map_new(cx->arena), *users;
    list_each(page, i) {
        Message *m = &page->at[i];
        *list_add(cx->arena, &ids) = m->id;
        map_set(by_id, m->id, m);
        ids_add(cx->arena, &people, m->author.id);
        ids_add(cx->arena, &people, m->pinned_by.id);
        list_each(&m->mentions, k) ids_add(cx->arena, &people, m->mentions.at[k].id);
    }
    if (!ids.len) return OK;
    Str json = strs_json(cx->arena, ids);
    TRY(read_reactions(cx, json, by_id, &people));
    TRY(read_files(cx, json, by_id));
    TRY(user_refs(cx, people, &users));
    list_each(page, i) {
        Message *m = &page->at[i];
        name_author(&m->author, users);
        m->pinned_by = user_ref(users, m->pinned_by.id);
        list_each(&m->mentions, k) m->mentions.at[k] = user_ref(users, m->mentions.at[k].id);
        list_each(&m->reactions, k)
            list_each(&m->reactions.at[k].people, p) name_author(&m->reactions.at[k].people.at[p], users);
    }
    return OK;
}

Err message_get(Cx *cx, Str id, Message *ret)
{
    Messages one = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_get);
    stmt_str(&q, "id", id);
    if (stmt_step(&q)) message_row(cx, &q, list_add(cx->arena, &one));
    TRY(stmt_end(&q));
    if (!one.len) return fail(cx->arena, ERR_NOT_FOUND, "there is no message " STR_FMT, STR_ARG(id));
    TRY(message_fill(cx, &one));
    *ret = one.at[0];
    return OK;
}

Err message_list(Cx *cx, Str incident, const MessageFilter *f, Cursor after, int64_t limit, Messages *ret)
{
    bool room = str_empty(f->thread) && !f->pinned && str_empty(f->q), on = after.id.len > 0;
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_message_list, stmt_if(room, "room"), stmt_if(f->thread.len, "thread"),
                                stmt_if(f->pinned, "pinned"), stmt_if(f->q.len, "q"), stmt_if(on && !f->ascending, "before"),
                                stmt_if(on && f->ascending, "after"), stmt_if(f->ascending, "asc"), NULL);
    stmt_str(&q, "incident", incident);
    if (f->thread.len) stmt_str(&q, "thread", f->thread);
    if (f->q.len) stmt_str(&q, "q", like_anywhere(cx->arena, f->q));
    if (on) stmt_int(&q, "at", after.at), stmt_str(&q, "cursor", after.id);
    stmt_int(&q, "limit", limit);
    Messages page = { 0 };
    while (stmt_step(&q)) message_row(cx, &q, list_add(cx->arena, &page));
    TRY(stmt_end(&q));
    TRY(message_fill(cx, &page));
    *ret = page;
    return OK;
}

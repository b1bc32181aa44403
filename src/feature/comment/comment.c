#include "feature/comment/comment.h"
#include "base/id.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/comment/rules.h"
#include "sql.gen.h"

const char *const comment_reactions[] = { "thumbs_up", "eyes", "check", "heart", "party", "question", NULL };

enum { MAX_COMMENTS = 500 };

/* -- who may ----------------------------------------------------------------------------------------------------------- */

static Err may_comment(Cx *cx, Str id, Report *ret)
{
    TRY(report_get(cx, id, ret));
    if (str_eq(ret->state, S("archived")))
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " is archived: reopen it to comment", STR_ARG(ret->reference));
    return ret->can_comment ? OK : fail(cx->arena, ERR_FORBIDDEN, "only who may write " STR_FMT " may comment on it",
                                        STR_ARG(ret->reference));
}

static Err people_named(Cx *cx, const Report *r, const Strs *given, Strs *ret)
{
    if (given->len > 50) return fail_field(cx->arena, S("mention_ids"), "a comment mentions at most 50 people");
    list_each(given, i) {
        UserRef user;
        bool sees = false;
        Str field = arena_fmt(cx->arena, "mention_ids[%zu]", i);
        TRY(user_named(cx, field, given->at[i], &user));
        Cx reader = *cx;
        reader.actor = (Actor){ .id = user.id, .role = ROLE_VIEWER };
        TRY(access_sees(&reader, r->audience, &sees));
        if (!sees) return fail_field(cx->arena, field, STR_FMT " may not see this private report", STR_ARG(user.name));
        ids_add(cx->arena, ret, user.id);
    }
    return OK;
}

/* -- telling ----------------------------------------------------------------------------------------------------------- */

static Err touch(Cx *cx, const Report *r, Str thread, const char *what)
{
    return live_touch(cx, arena_fmt(cx->arena, "comments:" STR_FMT, STR_ARG(r->id)), what, thread, 0, r->audience);
}

typedef struct News { const char *kind; Str thread, comment, body; Strs people, participants; bool reply; } News;

static Err tell(Cx *cx, const Report *r, const News *n)
{
    Buf b = buf_new(cx->arena, 256 << 10);
    buf_fmt(&b, "{\"thread\":\"" STR_FMT "\",\"comment\":\"" STR_FMT "\",\"reply\":%s,\"people\":" STR_FMT ",\"participants\":" STR_FMT
            ",\"body\":", STR_ARG(n->thread), STR_ARG(n->comment), n->reply ? "true" : "false", STR_ARG(strs_json(cx->arena, n->people)),
            STR_ARG(strs_json(cx->arena, n->participants)));
    buf_json(&b, n->body);
    buf_byte(&b, '}');
    const char *kind = arena_fmt(cx->arena, "comment.%s", n->kind).at;
    TRY(event_emit(cx, &(Event){ .kind = kind, .subject = r->id, .object = r->id, .data = buf_str(&b), .audience = r->audience,
                                 .title = arena_fmt(cx->arena, "Comment on " STR_FMT, STR_ARG(r->reference)) }));
    return touch(cx, r, n->thread, kind);
}

/* -- reading ----------------------------------------------------------------------------------------------------------- */

static void read_comment(Cx *cx, Stmt *q, Comment *c, Strs *people)
{
    *c = (Comment){ .id = stmt_col_str(q, 0), .thread_id = stmt_col_str(q, 1), .author = { .id = stmt_col_str(q, 2) },
        .body = stmt_col_str(q, 3), .created_ms = stmt_col_int(q, 5), .edited_ms = stmt_col_int(q, 6),
        .removed = stmt_col_int(q, 7), .version = stmt_col_int(q, 8) };
    Strs mentions = strs_parse(cx->arena, stmt_col_str(q, 4));
    list_each(&mentions, i) {
        *list_add(cx->arena, &c->mentions) = (UserRef){ .id = mentions.at[i] };
        ids_add(cx->arena, people, mentions.at[i]);
    }
    ids_add(cx->arena, people, c->author.id);
    c->can_edit = !c->removed && str_eq(c->author.id, cx->actor.id);
    c->can_remove = !c->removed && (c->can_edit || cx->actor.role >= ROLE_MANAGER);
}

static void name_all(Comment *c, Map *users)
{
    c->author = user_ref(users, c->author.id);
    list_each(&c->mentions, i) c->mentions.at[i] = user_ref(users, c->mentions.at[i].id);
    list_each(&c->reactions, i)
        list_each(&c->reactions.at[i].people, k)
            c->reactions.at[i].people.at[k] = user_ref(users, c->reactions.at[i].people.at[k].id);
}

static void add_reaction(Cx *cx, Comment *c, Str word, Str user)
{
    Reaction *r = NULL;
    list_each(&c->reactions, i) if (str_eq(c->reactions.at[i].reaction, word)) r = &c->reactions.at[i];
    if (!r) { r = list_add(cx->arena, &c->reactions); *r = (Reaction){ .reaction = word }; }
    *list_add(cx->arena, &r->people) = (UserRef){ .id = user };
    r->mine = r->mine || str_eq(user, cx->actor.id);
}

/* Comments of many threads: a fixed number of queries for all of them. */
static Err comments_onto(Cx *cx, Threads *all)
{
    Strs ids = { 0 }, people = { 0 };
    Map *users, *threads = map_new(cx->arena), *comments = map_new(cx->arena);
    list_each(all, i) {
        *list_add(cx->arena, &ids) = all->at[i].id;
        ids_add(cx->arena, &people, all->at[i].resolved_by.id);
        map_set(threads, all->at[i].id, &all->at[i]);
    }
    Str json = strs_json(cx->arena, ids);
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_comment_select, "threads", NULL);
    stmt_str(&q, "threads", json);
    while (stmt_step(&q)) {
        Thread *t = map_get(threads, stmt_col_str(&q, 1));
        if (t) read_comment(cx, &q, list_add(cx->arena, &t->comments), &people);
    }
    TRY(stmt_end(&q));
    list_each(all, i)
        list_each(&all->at[i].comments, k) map_set(comments, all->at[i].comments.at[k].id, &all->at[i].comments.at[k]);
    auto_stmt r = stmt_begin(cx->arena, cx->store, &sql_comment_reaction_list);
    stmt_str(&r, "threads", json);
    while (stmt_step(&r)) {
        Comment *c = map_get(comments, stmt_col_str(&r, 0));
        if (c) add_reaction(cx, c, stmt_col_str(&r, 1), stmt_col_str(&r, 2));
        ids_add(cx->arena, &people, stmt_col_str(&r, 2));
    }
    TRY(stmt_end(&r));
    TRY(user_refs(cx, people, &users));
    list_each(all, i) {
        Thread *t = &all->at[i];
        t->resolved_by = user_ref(users, t->resolved_by.id);
        list_each(&t->comments, k) {
            Comment *c = &t->comments.at[k];
            name_all(c, users);
            bool news = !c->removed && c->created_ms > t->seen_ms && !str_eq(c->author.id, cx->actor.id);
            t->unread = t->unread || news;
        }
    }
    return OK;
}

static void read_thread(Stmt *q, Thread *t)
{
    *t = (Thread){ .id = stmt_col_str(q, 0), .report_id = stmt_col_str(q, 1), .quote = stmt_col_str(q, 2),
        .resolved_by = { .id = stmt_col_str(q, 3) }, .resolved_ms = stmt_col_int(q, 4), .created_ms = stmt_col_int(q, 5),
        .updated_ms = stmt_col_int(q, 6), .version = stmt_col_int(q, 7), .seen_ms = stmt_col_int(q, 8) };
    t->state = t->resolved_ms ? S("resolved") : S("open");
}

Err comment_list(Cx *cx, Str report, Str state, int64_t after_ms, Str after_id, int64_t limit, Threads *ret)
{
    Threads all = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_comment_thread_select, "report", stmt_if(str_eq(state, S("open")), "open"),
                                stmt_if(str_eq(state, S("resolved")), "resolved"), stmt_if(after_id.len, "after"), NULL);
    stmt_str(&q, "report", report);
    stmt_str(&q, "actor", cx->actor.id);
    if (after_id.len) { stmt_int(&q, "at", after_ms); stmt_str(&q, "after", after_id); }
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q)) read_thread(&q, list_add(cx->arena, &all));
    TRY(stmt_end(&q));
    TRY(comments_onto(cx, &all));
    *ret = all;
    return OK;
}

Err comment_thread(Cx *cx, Str id, Thread *ret)
{
    Threads one = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_comment_thread_select, "id", NULL);
    stmt_str(&q, "id", id);
    stmt_str(&q, "actor", cx->actor.id);
    stmt_int(&q, "limit", 1);
    if (stmt_step(&q)) read_thread(&q, list_add(cx->arena, &one));
    TRY(stmt_end(&q));
    if (!one.len) return fail(cx->arena, ERR_NOT_FOUND, "there is no thread " STR_FMT, STR_ARG(id));
    TRY(comments_onto(cx, &one));
    *ret = one.at[0];
    return OK;
}

static Err comment_of(Cx *cx, Str id, Thread *thread, Comment *ret)
{
    Str of;
    TRY(comment_thread_of(cx, id, &of));
    TRY(comment_thread(cx, of, thread));
    list_each(&thread->comments, i)
        if (str_eq(thread->comments.at[i].id, id)) { *ret = thread->comments.at[i]; return OK; }
    return fail(cx->arena, ERR_NOT_FOUND, "there is no comment " STR_FMT, STR_ARG(id));
}

Err comment_thread_of(Cx *cx, Str id, Str *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_comment_select, "id", NULL);
    stmt_str(&q, "id", id);
    bool found = stmt_step(&q);
    if (found) *ret = stmt_col_str(&q, 1);
    TRY(stmt_end(&q));
    return found ? OK : fail(cx->arena, ERR_NOT_FOUND, "there is no comment " STR_FMT, STR_ARG(id));
}

Err comment_open_count(Cx *cx, Str report, int64_t *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_comment_thread_count);
    stmt_str(&q, "report", report);
    int64_t n = stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
    TRY(stmt_end(&q));
    *ret = n;
    return OK;
}

/* -- writing ----------------------------------------------------------------------------------------------------------- */

static Err add(Cx *cx, Str thread, const CommentInput *in, Strs mentions, Str *ret_id)
{
    if (!str_trim(in->body).len) return fail_field(cx->arena, S("body"), "say something");
    Str id = id_new(cx->arena, cx->now_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_comment_add);
    stmt_str(&q, "id", id);
    stmt_str(&q, "thread", thread);
    stmt_str(&q, "author", cx->actor.id);
    stmt_str(&q, "body", str_trim(in->body));
    stmt_str(&q, "mentions", strs_json(cx->arena, mentions));
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    *ret_id = id;
    return comment_mark_seen(cx, thread);
}

Err comment_begin(Cx *cx, Str report, const CommentInput *in, Thread *ret)
{
    Report r;
    Strs mentions = { 0 };
    Str id = id_new(cx->arena, cx->now_ms), comment;
    TRY(may_comment(cx, report, &r));
    TRY(people_named(cx, &r, &in->mention_ids, &mentions));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_comment_thread_add);
    stmt_str(&q, "id", id);
    stmt_str(&q, "report", r.id);
    stmt_str(&q, "quote", utf8_clip(in->quote, 1000));
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(add(cx, id, in, mentions, &comment));
    if (in->places.len) {
        TRY(document_mark(cx, r.id, id, &in->places));
        TRY(report_noted(cx, r.id));
    }
    TRY(tell(cx, &r, &(News){ "added", id, comment, str_trim(in->body), mentions, { 0 }, false }));
    return comment_thread(cx, id, ret);
}

static Strs participants(Cx *cx, const Thread *t)
{
    Strs all = { 0 };
    list_each(&t->comments, i) {
        if (t->comments.at[i].removed) continue;
        ids_add(cx->arena, &all, t->comments.at[i].author.id);
        list_each(&t->comments.at[i].mentions, k) ids_add(cx->arena, &all, t->comments.at[i].mentions.at[k].id);
    }
    return all;
}

static Err state_put(Cx *cx, Str thread, ThreadState state)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_comment_thread_resolve);
    stmt_str(&q, "id", thread);
    stmt_str(&q, "user", state == THREAD_RESOLVED ? cx->actor.id : S(""));
    stmt_int(&q, "resolved_ms", state == THREAD_RESOLVED ? cx->now_ms : 0);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

Err comment_reply(Cx *cx, Str thread, const CommentInput *in, Comment *ret)
{
    Report r;
    Thread t;
    Strs mentions = { 0 };
    Str id;
    TRY(comment_thread(cx, thread, &t));
    TRY(may_comment(cx, t.report_id, &r));
    if (t.comments.len >= MAX_COMMENTS)
        return fail(cx->arena, ERR_CONFLICT, "a thread has at most %d comments: begin another", MAX_COMMENTS);
    TRY(people_named(cx, &r, &in->mention_ids, &mentions));
    TRY(add(cx, thread, in, mentions, &id));
    TRY(state_put(cx, thread, THREAD_OPEN));
    TRY(tell(cx, &r, &(News){ "added", thread, id, str_trim(in->body), mentions, participants(cx, &t), true }));
    return comment_of(cx, id, &t, ret);
}

static Err put(Cx *cx, Str id, Str body, Strs mentions, bool removed)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_comment_edit);
    stmt_str(&q, "id", id);
    stmt_str(&q, "body", body);
    stmt_str(&q, "mentions", strs_json(cx->arena, mentions));
    stmt_int(&q, "edited_ms", cx->now_ms);
    stmt_int(&q, "removed", removed);
    return stmt_exec(&q);
}

Err comment_edit(Cx *cx, Str comment, const CommentInput *in, Comment *ret)
{
    Report r;
    Thread t;
    Comment c;
    Strs mentions = { 0 };
    TRY(comment_of(cx, comment, &t, &c));
    TRY(may_comment(cx, t.report_id, &r));
    TRY(cx_match(cx, c.version));
    if (!c.can_edit) return fail(cx->arena, ERR_FORBIDDEN, "only its author may change a comment");
    if (!str_trim(in->body).len) return fail_field(cx->arena, S("body"), "say something");
    TRY(people_named(cx, &r, &in->mention_ids, &mentions));
    TRY(put(cx, comment, str_trim(in->body), mentions, false));
    TRY(tell(cx, &r, &(News){ "edited", t.id, comment, str_trim(in->body), mentions, { 0 }, false }));
    return comment_of(cx, comment, &t, ret);
}

static Err clear(Cx *cx, const Sql *sql, const char *name, Str id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, sql);
    stmt_str(&q, name, id);
    return stmt_exec(&q);
}

Err comment_remove(Cx *cx, Str comment)
{
    Report r;
    Thread t;
    Comment c;
    TRY(comment_of(cx, comment, &t, &c));
    TRY(report_get(cx, t.report_id, &r));
    TRY(cx_match(cx, c.version));
    if (!c.can_remove) return fail(cx->arena, ERR_FORBIDDEN, "only its author, or a manager, may remove a comment");
    int64_t left = 0;
    list_each(&t.comments, i) left += !t.comments.at[i].removed && !str_eq(t.comments.at[i].id, comment);
    if (left) {
        TRY(put(cx, comment, S(""), (Strs){ 0 }, true));
        TRY(clear(cx, &sql_comment_reaction_clear_one, "comment", comment));
    } else {
        TRY(clear(cx, &sql_comment_reaction_clear, "thread", t.id));
        TRY(clear(cx, &sql_comment_remove_all, "thread", t.id));
        TRY(clear(cx, &sql_comment_seen_clear, "thread", t.id));
        TRY(clear(cx, &sql_comment_thread_remove, "id", t.id));
    }
    return tell(cx, &r, &(News){ .kind = "removed", .thread = t.id, .comment = comment });
}

Err comment_set_state(Cx *cx, Str thread, ThreadState state)
{
    Report r;
    Thread t;
    TRY(comment_thread(cx, thread, &t));
    TRY(may_comment(cx, t.report_id, &r));
    TRY(state_put(cx, thread, state));
    TRY(comment_mark_seen(cx, thread));
    return tell(cx, &r, &(News){ .kind = state == THREAD_RESOLVED ? "resolved" : "reopened", .thread = thread });
}

Err comment_react(Cx *cx, Str comment, Str reaction, bool on)
{
    Report r;
    Thread t;
    Comment c;
    TRY(comment_of(cx, comment, &t, &c));
    TRY(may_comment(cx, t.report_id, &r));
    if (c.removed) return fail(cx->arena, ERR_CONFLICT, "the comment was removed");
    auto_stmt q = stmt_begin(cx->arena, cx->store, on ? &sql_comment_reaction_add : &sql_comment_reaction_remove);
    stmt_str(&q, "comment", comment);
    stmt_str(&q, "user", cx->actor.id);
    stmt_str(&q, "reaction", reaction);
    if (on) stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return touch(cx, &r, t.id, "reaction");
}

Err comment_mark_seen(Cx *cx, Str thread)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_comment_seen_put);
    stmt_str(&q, "thread", thread);
    stmt_str(&q, "user", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

/* Comments over HTTP. Threads and comments resolve through their report, so who may not see it finds nothing. */
#include "app/app.h"
#include "feature/comment/rules.h"
#include "sql.gen.h"

static const char *const states[] = { "open", "resolved", NULL };

static SHAPE(reaction_shape, Reaction, "Who reacted how",
    FIELD(Reaction, reaction, READ_ONLY, "How", .values = comment_reactions),
    FIELD_OF(Reaction, people, FIELD_MANY, &user_ref_shape, READ_ONLY, "Who"),
    FIELD(Reaction, mine, READ_ONLY, "You among them"));

static SHAPE(comment_shape, Comment, "One comment of a thread",
    FIELD(Comment, id, READ_ONLY, "UUIDv7"),
    FIELD(Comment, thread_id, READ_ONLY, "Its thread"),
    FIELD_OF(Comment, author, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who wrote it"),
    FIELD(Comment, body, READ_ONLY | MULTILINE, "Plain text; @Name where somebody is mentioned"),
    FIELD_OF(Comment, mentions, FIELD_MANY, &user_ref_shape, READ_ONLY, "Who is mentioned"),
    FIELD_OF(Comment, reactions, FIELD_MANY, &reaction_shape, READ_ONLY, "Reactions"),
    FIELD_AT(Comment, created_ms, READ_ONLY, "When it was written"),
    FIELD_AT(Comment, edited_ms, READ_ONLY | NULLABLE, "When it was changed last"),
    FIELD(Comment, removed, READ_ONLY, "Its words are gone, what others replied stays"),
    FIELD(Comment, can_edit, READ_ONLY, "Whether you may change it"),
    FIELD(Comment, can_remove, READ_ONLY, "Whether you may remove it"),
    FIELD(Comment, version, READ_ONLY, "Grows with each change"));

static SHAPE(thread_shape, Thread, "A thread of comments on a report",
    FIELD(Thread, id, READ_ONLY, "UUIDv7; also of its mark in the text"),
    FIELD(Thread, report_id, READ_ONLY, "Its report"),
    FIELD(Thread, state, READ_ONLY, "Whether it is settled", .values = states),
    FIELD(Thread, quote, READ_ONLY | NULLABLE | MULTILINE, "The words it was begun on, as they were; null: the whole report"),
    FIELD_OF(Thread, comments, FIELD_MANY, &comment_shape, READ_ONLY, "Oldest first"),
    FIELD_OF(Thread, resolved_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who settled it"),
    FIELD_AT(Thread, resolved_ms, READ_ONLY | NULLABLE, "When it was settled"),
    FIELD_AT(Thread, created_ms, READ_ONLY, "When it was begun"),
    FIELD_AT(Thread, updated_ms, READ_ONLY, "When something was last said or settled"),
    FIELD(Thread, unread, READ_ONLY, "Something in it is new to you"),
    FIELD(Thread, version, READ_ONLY, "Grows with each change"));

static SHAPE(thread_new_shape, CommentInput, "What begins a thread",
    FIELD(CommentInput, body, REQUIRED | MULTILINE, "Plain text", .max = 10000),
    FIELD(CommentInput, mention_ids, 0, "Ids of people who are mentioned: they are told", .max = 50),
    FIELD(CommentInput, quote, NULLABLE | MULTILINE, "The words it is about, to be shown", .max = 2000),
    FIELD_OF(CommentInput, places, FIELD_MANY, &place_shape, 0, "Where it stands, a place for each block; none: the whole report", .max = 50));

static SHAPE(comment_new_shape, CommentInput, "What a comment says",
    FIELD(CommentInput, body, REQUIRED | MULTILINE, "Plain text", .max = 10000),
    FIELD(CommentInput, mention_ids, 0, "Ids of people who are mentioned: they are told", .max = 50));

static Err list(Cx *cx, Req *req, Res *res)
{
    Threads page = { 0 };
    Strs state = { 0 };
    Cursor after, last = { 0 };
    int64_t limit = req_limit(req);
    TRY(req_filter(cx, req, "state", states, &state));
    TRY(req_cursor(cx, req, &after));
    TRY(comment_list(cx, req_param(req, "report"), state.len == 1 ? state.at[0] : S(""), after.at, after.id, limit + 1, &page));
    if (page.len > (size_t)limit) last = (Cursor){ page.at[limit - 1].created_ms, page.at[limit - 1].id };
    res_list(cx, res, &thread_shape, page.at, sizeof *page.at, page.len, limit, last, -1);
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res)
{
    Thread t;
    TRY(comment_thread(cx, req_param(req, "thread"), &t));
    res_record(cx, res, &thread_shape, &t, t.version);
    return OK;
}

static Err begin(Cx *cx, Req *req, Res *res)
{
    Thread t;
    TRY(comment_begin(cx, req_param(req, "report"), BODY(req, CommentInput), &t));
    res_created(cx, res, &thread_shape, &t, arena_fmt(cx->arena, "/api/v1/threads/" STR_FMT, STR_ARG(t.id)), t.version);
    return OK;
}

static Err reply(Cx *cx, Req *req, Res *res)
{
    Comment c;
    TRY(comment_reply(cx, req_param(req, "thread"), BODY(req, CommentInput), &c));
    res_created(cx, res, &comment_shape, &c, S(""), c.version);
    return OK;
}

static Err edit(Cx *cx, Req *req, Res *res)
{
    Comment c;
    TRY(comment_edit(cx, req_param(req, "comment"), BODY(req, CommentInput), &c));
    res_record(cx, res, &comment_shape, &c, c.version);
    return OK;
}

static Err remove_one(Cx *cx, Req *req, Res *res)
{
    res_none(res);
    return comment_remove(cx, req_param(req, "comment"));
}

static Err resolve(Cx *cx, Req *req, Res *res)
{
    TRY(comment_set_state(cx, req_param(req, "thread"), THREAD_RESOLVED));
    return show(cx, req, res);
}

static Err reopen(Cx *cx, Req *req, Res *res)
{
    TRY(comment_set_state(cx, req_param(req, "thread"), THREAD_OPEN));
    return show(cx, req, res);
}

static Err seen(Cx *cx, Req *req, Res *res)
{
    TRY(comment_mark_seen(cx, req_param(req, "thread")));
    return show(cx, req, res);
}

static Err react(Cx *cx, Req *req, Res *res)
{
    res_none(res);
    return comment_react(cx, req_param(req, "comment"), req_param(req, "reaction"), true);
}

static Err unreact(Cx *cx, Req *req, Res *res)
{
    res_none(res);
    return comment_react(cx, req_param(req, "comment"), req_param(req, "reaction"), false);
}

/* -- who may ----------------------------------------------------------------------------------------------------------- */

static Err find_thread(Cx *cx, Str given, Str *ret_id)
{
    Thread t;
    Str id;
    TRY(comment_thread(cx, given, &t));
    Err e = report_resolve(cx, t.report_id, &id);
    if (err_is(e, ERR_NOT_FOUND)) return fail(cx->arena, ERR_NOT_FOUND, "there is no thread " STR_FMT, STR_ARG(given));
    *ret_id = t.id;
    return e;
}

static Err find_comment(Cx *cx, Str given, Str *ret_id)
{
    Str thread, id;
    TRY(comment_thread_of(cx, given, &thread));
    Err e = find_thread(cx, thread, &id);
    if (err_is(e, ERR_NOT_FOUND)) return fail(cx->arena, ERR_NOT_FOUND, "there is no comment " STR_FMT, STR_ARG(given));
    *ret_id = given;
    return e;
}

static Err find_reaction(Cx *cx, Str given, Str *ret_id)
{
    for (size_t i = 0; comment_reactions[i]; i++)
        if (str_eq(given, str_of(comment_reactions[i]))) { *ret_id = given; return OK; }
    return fail(cx->arena, ERR_NOT_FOUND, "there is no reaction " STR_FMT, STR_ARG(given));
}

static const Resolver resolvers[] = { { "thread", find_thread }, { "comment", find_comment }, { "reaction", find_reaction }, { 0 } };

#define THREADS "/api/v1/reports/:report/threads"
#define THREAD "/api/v1/threads/:thread"
#define COMMENT "/api/v1/comments/:comment"
static const Route routes[] = {
    { GET, THREADS, ROLE_VIEWER, list, .reply = &thread_shape, .flags = REPLY_LIST, .query = "state", .doc = "Threads of comments with their comments, oldest first" },
    { POST, THREADS, ROLE_VIEWER, begin, &thread_new_shape, &thread_shape, .doc = "Comments on words, a block or the whole of a report" },
    { GET, THREAD, ROLE_VIEWER, show, .reply = &thread_shape, .doc = "One thread" },
    { POST, THREAD "/comments", ROLE_VIEWER, reply, &comment_new_shape, &comment_shape, .doc = "Replies; opens a resolved thread again" },
    { POST, THREAD "/resolve", ROLE_VIEWER, resolve, .reply = &thread_shape, .doc = "Settles it" },
    { POST, THREAD "/reopen", ROLE_VIEWER, reopen, .reply = &thread_shape, .doc = "Opens it again" },
    { POST, THREAD "/read", ROLE_VIEWER, seen, .reply = &thread_shape, .doc = "Marks it as read by you" },
    { PATCH, COMMENT, ROLE_VIEWER, edit, &comment_new_shape, &comment_shape, .doc = "Changes your own words" },
    { DELETE, COMMENT, ROLE_VIEWER, remove_one, .doc = "Removes your own words, or anybody's as a manager; a thread without words is gone" },
    { PUT, COMMENT "/reactions/:reaction", ROLE_VIEWER, react, .flags = NO_MATCH, .doc = "Reacts: thumbs_up, eyes, check, heart, party, question" },
    { DELETE, COMMENT "/reactions/:reaction", ROLE_VIEWER, unreact, .flags = NO_MATCH, .doc = "Takes a reaction back" },
    { 0 },
};

const Feature comment_feature = { .name = "comment", .schema = &comment_schema, .routes = routes, .resolvers = resolvers };

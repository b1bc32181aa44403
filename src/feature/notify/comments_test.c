#include "app/app.h"
#include "base/spec.h"
#include "document/document.h"
#include "feature/account/account.h"
#include "feature/comment/comment.h"
#include "feature/incident/rules.h"
#include "feature/notify/notify.h"
#include "feature/report/rules.h"

#define NOW 1794330000000

/* Ann owns the report, Ben may write it, Vic only reads, Eve does not see what is private. */
typedef struct World {
    App *app;
    Arena *arena;
    Str ann, ben, vic, eve;
    Incident incident;
    Report report;
    Thread thread;
    Comment comment;
    CommentInput in;
    const char *visibility, *word;
    int64_t now_ms;
} World;
typedef Err (*Step)(Cx *cx, World *w);

static Cx as(World *w, Str user)
{
    Cx cx = app_cx(w->app, w->arena, NULL);
    cx.now_ms = w->now_ms += 1000;
    if (user.len)
        cx.actor = (Actor){ .id = user, .name = S("Ann"), .role = str_eq(user, w->vic) ? ROLE_VIEWER : ROLE_RESPONDER, .scopes = SCOPE_ALL,
                            .locale = S("en"), .time_zone = S("UTC") };
    return cx;
}

typedef struct Call { World *w; Step step; } Call;
static Err run(Cx *cx, void *arg) { Call *c = arg; return c->step(cx, c->w); }
static Err write_as(World *w, Str user, Step step)
{
    Cx cx = as(w, user);
    return cx_write(&cx, run, &(Call){ w, step });
}

static Err people(Cx *cx, World *w)
{
    TRY(user_add(cx, &(User){ .name = S("Ann Abel"), .email = S("ann@example.com"), .role = S("responder") }, S(""), &w->ann));
    TRY(user_add(cx, &(User){ .name = S("Ben Berg"), .email = S("ben@example.com"), .role = S("responder") }, S(""), &w->ben));
    TRY(user_add(cx, &(User){ .name = S("Vic Vogt"), .email = S("vic@example.com"), .role = S("viewer") }, S(""), &w->vic));
    return user_add(cx, &(User){ .name = S("Eve Ende"), .email = S("eve@example.com"), .role = S("responder") }, S(""), &w->eve);
}

static DocNode *paragraphs(Arena *a, const char *first, const char *second)
{
    DocNode *doc = doc_node(a, "doc");
    doc_text(a, doc_add(a, doc, "paragraph"), str_of(first));
    doc_text(a, doc_add(a, doc, "paragraph"), str_of(second));
    doc_attr(a, doc_add(a, doc, "image"), "src", S("/files/1"));
    return doc;
}

static Err report(Cx *cx, World *w)
{
    IncidentInput in = { .title = S("Checkout is slow"), .severity = S("SEV-2"), .visibility = str_of(w->visibility) };
    *list_add(cx->arena, &in.member_ids) = w->ben;
    *list_add(cx->arena, &in.member_ids) = w->vic;
    TRY(incident_add(cx, &in, &w->incident));
    ReportInput r = { .template_id = S("brief-en") };
    *list_add(cx->arena, &r.incident_ids) = w->incident.id;
    TRY(report_add(cx, &r, &w->report));
    return report_write(cx, w->report.id, paragraphs(cx->arena, "The pool ran out. 连接池耗尽。", "The pool was resized."));
}

static Err begin(Cx *cx, World *w) { return comment_begin(cx, w->report.id, &w->in, &w->thread); }
static Err reply(Cx *cx, World *w) { return comment_reply(cx, w->thread.id, &w->in, &w->comment); }
static Err resolve(Cx *cx, World *w) { return comment_set_state(cx, w->thread.id, THREAD_RESOLVED); }
static Err edit(Cx *cx, World *w) { return comment_edit(cx, w->comment.id, &w->in, &w->comment); }
static Err remove_one(Cx *cx, World *w) { return comment_remove(cx, w->comment.id); }
static Err react(Cx *cx, World *w) { return comment_react(cx, w->comment.id, S("eyes"), true); }
static Err seen(Cx *cx, World *w) { return comment_mark_seen(cx, w->thread.id); }
static Err publish(Cx *cx, World *w) { cx->actor.role = ROLE_MANAGER; return report_publish(cx, w->report.id); }
static Err archive(Cx *cx, World *w) { return report_archive(cx, w->report.id); }
static Err only_writers(Cx *cx, World *w)
{
    ReportInput in = { 0 };
    Present present;
    TRY(shape_decode(cx->arena, &report_edit_shape, DECODE_PATCH, S("{\"comments_by\":\"writers\"}"), &in, &present));
    return report_edit(cx, w->report.id, present, &in);
}

static CommentInput on(World *w, const char *body, const char *text, int64_t at)
{
    CommentInput in = { .body = str_of(body), .quote = str_of(text) };
    *list_add(w->arena, &in.places) = (Place){ .text = str_of(text), .at = at };
    return in;
}

static Thread look(World *w, Str user)
{
    auto_store s = store_take(w->app->db);
    Cx cx = as(w, user);
    cx.store = s;
    Threads all = { 0 };
    if (comment_list(&cx, w->report.id, S(""), 0, S(""), 50, &all).info) bug("reading threads");
    return all.len ? all.at[0] : (Thread){ 0 };
}

/* The text under the mark of the thread, blocks divided by |. */
static void marked(const DocNode *n, Str thread, Buf *to)
{
    const DocMark *m = doc_is(n, "text") ? doc_find_mark(n, "comment") : NULL;
    if (m && str_eq(doc_mark_get(m, "id"), thread)) buf_add(to, n->text);
    if (str_find(doc_get(n, "comments"), thread) >= 0) buf_add(to, n->type);
    list_each(&n->children, i) marked(n->children.at[i], thread, to);
    if (to->len && to->at[to->len - 1] != '|' && n->children.len) buf_byte(to, '|');
}

static Str under(World *w, Str thread)
{
    auto_store s = store_take(w->app->db);
    Cx cx = as(w, S(""));
    cx.store = s;
    DocNode *doc;
    Buf b = buf_new(w->arena, 4096);
    if (document_read_whole(&cx, w->report.id, INT64_MAX, &doc).info) bug("reading the document");
    marked(doc, thread, &b);
    return buf_str(&b);
}

static int64_t told(World *w, Str user, const char *kind)
{
    auto_store s = store_take(w->app->db);
    Cx cx = as(w, user);
    cx.store = s;
    Notifications all = { 0 };
    if (notify_list(&cx, false, 0, S(""), 50, &all).info) bug("reading notifications");
    int64_t n = 0;
    list_each(&all, i) n += str_eq(all.at[i].kind, str_of(kind));
    return n;
}

#define GIVEN(seen_) auto_arena a = arena_new(16 << 10); \
    World w = { .app = given_a_system(a, NOW), .arena = a, .visibility = seen_, .now_ms = NOW }; \
    expect_ok(write_as(&w, S(""), people)); expect_ok(write_as(&w, w.ann, report))

SPEC("a comment marks the words that were selected, at the place nearest to where they were seen")
{
    GIVEN("public");
    w.in = on(&w, "Which one?", "The pool", 26);
    expect_ok(write_as(&w, w.ben, begin));
    expect_str("The pool|", under(&w, w.thread.id));
    expect_str("The pool", w.thread.quote);
    w.in = on(&w, "耗尽？", "连接池", 18);
    expect_ok(write_as(&w, w.ben, begin));
    expect_str("连接池|", under(&w, w.thread.id));
}

SPEC("a comment can be on an image, on several blocks, and on the whole report")
{
    GIVEN("public");
    w.in = on(&w, "Both", "ran out. 连接池耗尽。", 9);
    *list_add(a, &w.in.places) = (Place){ .text = S("The pool"), .at = 25 };
    *list_add(a, &w.in.places) = (Place){ .node = S("image"), .index = 0 };
    expect_ok(write_as(&w, w.ben, begin));
    expect_str("ran out. 连接池耗尽。|The pool|image|", under(&w, w.thread.id));
    w.in = (CommentInput){ .body = S("Good work") };
    expect_ok(write_as(&w, w.ben, begin));
    expect_str("", under(&w, w.thread.id));
}

SPEC("words that are no longer there cannot be commented, and nothing has changed then")
{
    GIVEN("public");
    w.in = on(&w, "?", "The queue", 0);
    expect_err(ERR_CONFLICT, write_as(&w, w.ben, begin));
    expect_int(0, look(&w, w.ann).comments.len);
}

SPEC("two comments on the same words each keep their mark, under the key that editors use")
{
    GIVEN("public");
    w.in = on(&w, "One", "pool ran", 4);
    expect_ok(write_as(&w, w.ben, begin));
    Str first = w.thread.id;
    w.in = on(&w, "Two", "ran out", 9);
    expect_ok(write_as(&w, w.ann, begin));
    expect_str("pool ran|", under(&w, first));
    expect_str("comment--G6QBC2Yz", document_mark_key(a, S("0190a0a0-0000-7000-8000-000000000001")));
}

SPEC("a comment leaves no trace in what is read, published or exported, and is no change of the text")
{
    GIVEN("public");
    expect_ok(write_as(&w, w.ann, publish));
    w.in = on(&w, "SECRETWORD", "The pool", 0);
    expect_ok(write_as(&w, w.ben, begin));
    auto_store s = store_take(w.app->db);
    Cx cx = as(&w, w.ann);
    cx.store = s;
    Report r;
    DocNode *doc;
    expect_ok(report_get(&cx, w.report.id, &r));
    expect(!r.changed_since_published);
    expect_ok(report_content(&cx, &r, false, &doc));
    expect(str_find(doc_json(a, doc), S("comment")) < 0);
    expect(str_find(doc_json(a, doc), w.thread.id) < 0);
    expect_int(0, r.authors.len);
}

SPEC("replies are told to who took part, mentions to who is named, new threads to the writers; nobody is told twice")
{
    GIVEN("public");
    w.in = on(&w, "Which one, @Vic Vogt?", "The pool", 0);
    *list_add(a, &w.in.mention_ids) = w.vic;
    expect_ok(write_as(&w, w.ben, begin));
    expect_int(1, told(&w, w.ann, "comment"));
    expect_int(1, told(&w, w.vic, "mention"));
    expect_int(0, told(&w, w.ben, "comment"));
    w.in = (CommentInput){ .body = S("The one of payments, @Ben Berg") };
    *list_add(a, &w.in.mention_ids) = w.ben;
    expect_ok(write_as(&w, w.vic, reply));
    expect_int(1, told(&w, w.ben, "mention"));
    expect_int(0, told(&w, w.ben, "reply"));
    expect_int(0, told(&w, w.ann, "reply"));
}

SPEC("a reply opens a resolved thread again, and is unread until it is read")
{
    GIVEN("public");
    w.in = on(&w, "Which one?", "The pool", 0);
    expect_ok(write_as(&w, w.ben, begin));
    expect(look(&w, w.ann).unread);
    expect(!look(&w, w.ben).unread);
    expect_ok(write_as(&w, w.ann, resolve));
    expect_str("resolved", look(&w, w.ben).state);
    expect_str("Ann Abel", look(&w, w.ben).resolved_by.name);
    w.in = (CommentInput){ .body = S("Not yet") };
    expect_ok(write_as(&w, w.ben, reply));
    expect_str("open", look(&w, w.ann).state);
    expect(look(&w, w.ann).unread);
    expect_ok(write_as(&w, w.ann, seen));
    expect(!look(&w, w.ann).unread);
}

SPEC("one changes and removes only one's own words; a thread without words is gone, and so is what was told of it")
{
    GIVEN("public");
    w.in = on(&w, "Which one?", "The pool", 0);
    expect_ok(write_as(&w, w.ben, begin));
    w.comment = w.thread.comments.at[0];
    w.in = (CommentInput){ .body = S("Which of both?") };
    expect_err(ERR_FORBIDDEN, write_as(&w, w.ann, edit));
    expect_err(ERR_FORBIDDEN, write_as(&w, w.ann, remove_one));
    expect_ok(write_as(&w, w.ben, edit));
    expect(look(&w, w.ann).comments.at[0].edited_ms > 0);
    expect_ok(write_as(&w, w.ann, react));
    expect_str("eyes", look(&w, w.ann).comments.at[0].reactions.at[0].reaction);
    expect_ok(write_as(&w, w.ben, remove_one));
    expect_int(0, look(&w, w.ann).comments.len);
    expect_int(0, told(&w, w.ann, "comment"));
}

SPEC("the words of a removed comment are gone, and the replies to it stay")
{
    GIVEN("public");
    w.in = on(&w, "Which one?", "The pool", 0);
    expect_ok(write_as(&w, w.ben, begin));
    w.in = (CommentInput){ .body = S("The first") };
    expect_ok(write_as(&w, w.ann, reply));
    w.comment = look(&w, w.ben).comments.at[0];
    expect_ok(write_as(&w, w.ben, remove_one));
    Thread t = look(&w, w.ann);
    expect_int(2, t.comments.len);
    expect(t.comments.at[0].removed);
    expect_str("", t.comments.at[0].body);
    expect_str("The first", t.comments.at[1].body);
}

SPEC("readers comment unless the report leaves it to its writers; an archived one takes no more")
{
    GIVEN("public");
    w.in = on(&w, "Which one?", "The pool", 0);
    expect_ok(write_as(&w, w.vic, begin));
    expect_ok(write_as(&w, w.ann, only_writers));
    expect_err(ERR_FORBIDDEN, write_as(&w, w.vic, begin));
    expect_err(ERR_FORBIDDEN, write_as(&w, w.vic, resolve));
    expect_ok(write_as(&w, w.ben, begin));
    expect_ok(write_as(&w, w.ann, archive));
    expect_err(ERR_CONFLICT, write_as(&w, w.ben, begin));
}

SPEC("nobody can be mentioned in a comment on a report that they may not see")
{
    GIVEN("private");
    w.in = on(&w, "Look, @Eve Ende", "The pool", 0);
    *list_add(a, &w.in.mention_ids) = w.eve;
    expect_err(ERR_INVALID, write_as(&w, w.ben, begin));
    expect_int(0, told(&w, w.eve, "mention"));
}

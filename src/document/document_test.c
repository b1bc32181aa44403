#include "app/app.h"
#include "base/spec.h"
#include "document/clean.h"
#include "document/storage.h"
#include "sql.gen.h"

typedef struct Work { Str id; const DocNode *content; } Work;

static DocNode *page(Arena *a, const char *text)
{
    DocNode *doc = doc_node(a, "doc");
    doc_attr_int(a, doc_add(a, doc, "heading"), "level", 2);
    doc_text(a, doc->children.at[0], S("摘要"));
    doc_text(a, doc_add(a, doc, "paragraph"), str_of(text));
    return doc;
}

static Err create(Cx *cx, void *arg) { const Work *w = arg; return document_create(cx, w->id, w->content); }
static Err replace(Cx *cx, void *arg) { const Work *w = arg; return document_replace(cx, w->id, w->content); }
static Err fresh(App *app, Arena *a, Work *w) { Cx cx = app_cx(app, a, NULL); return cx_write(&cx, create, w); }

static Err text_of(Cx *cx, Str id, int64_t revision, Str *ret)
{
    DocNode *doc;
    TRY(document_read_at(cx, id, revision, &doc));
    return render_text(cx->arena, doc, ret);
}

SPEC("a document that was created reads back as it was written, attributes and Chinese too")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, 1000);
    expect_ok(fresh(app, a, &(Work){ S("d1"), page(a, "pool exhausted 🙂") }));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    DocNode *doc;
    expect_ok(document_read(&cx, S("d1"), &doc));
    expect_int(2, (int64_t)doc->children.len);
    expect_int(2, doc_get_int(doc->children.at[0], "level", 0));
    Str text;
    expect_ok(render_text(a, doc, &text));
    expect_has("摘要", text);
    expect_has("pool exhausted 🙂", text);
    expect_err(ERR_NOT_FOUND, document_read(&cx, S("other"), &doc));
}

SPEC("replacing keeps the past readable by its revision")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, 1000);
    Cx cx = app_cx(app, a, NULL);
    Work first = { S("d1"), page(a, "first") }, second = { S("d1"), page(a, "second") };
    expect_ok(cx_write(&cx, create, &first));
    expect_ok(cx_write(&cx, replace, &second));
    auto_store s = store_take(app->db);
    cx.store = s;
    int64_t revision;
    Str now, then;
    expect_ok(document_revision(&cx, S("d1"), &revision));
    expect_int(2, revision);
    expect_ok(text_of(&cx, S("d1"), INT64_MAX, &now));
    expect_ok(text_of(&cx, S("d1"), 1, &then));
    expect_has("second", now);
    expect(str_find(now, S("first")) < 0);
    expect_has("first", then);
}

static DocNode *suggest(Arena *a, DocNode *n, const char *what)
{
    bool new = strcmp(what, "insert") == 0;
    doc_attr(a, n, new ? "inserted" : "suggested", arena_fmt(a, new ? "{\"do\":\"%s\"}" : "[{\"do\":\"%s\"}]", what));
    return n;
}

SPEC("what is suggested beside text that stays is still suggested after the text was replaced")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, 1000);
    Cx cx = app_cx(app, a, NULL);
    DocNode *doc = page(a, "stays"), *now;
    doc_text(a, suggest(a, doc_add(a, doc, "paragraph"), "insert"), S("perhaps"));
    suggest(a, doc->children.at[1], "delete");
    doc_text(a, doc_add(a, doc, "paragraph"), S("goes"));
    DocNode *then = page(a, "stays");
    doc_text(a, doc_add(a, then, "paragraph"), S("comes"));
    expect_ok(cx_write(&cx, create, &(Work){ S("d1"), doc }));
    expect_ok(cx_write(&cx, replace, &(Work){ S("d1"), then }));
    auto_store s = store_take(app->db);
    cx.store = s;
    Str text;
    expect_ok(text_of(&cx, S("d1"), INT64_MAX, &text));
    expect_str("摘要\n\nstays\n\ncomes", text);
    expect_ok(document_read_whole(&cx, S("d1"), INT64_MAX, &now));
    expect_int(2, doc_suggestions(now));
    expect_str("perhaps", doc_plain(a, now->children.at[now->children.len - 1]));
}

SPEC("a document is made once")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, 1000);
    Work w = { S("d1"), page(a, "x") };
    expect_ok(fresh(app, a, &w));
    expect_err(ERR_CONFLICT, fresh(app, a, &w));
}

static Err put_bad_snapshot(Cx *cx, void *arg)
{
    (void)arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_put_snapshot);
    stmt_str(&q, "document", S("d1"));
    stmt_int(&q, "revision", 2);
    stmt_blob(&q, "body", S("\1\2torn"));
    stmt_int(&q, "crc", 1);
    stmt_int(&q, "at_ms", 1);
    return stmt_exec(&q);
}

static Err put_torn_update(Cx *cx, void *arg)
{
    (void)arg;
    int64_t revision;
    TRY(storage_append(cx, S("d1"), S("\0\0"), S(""), S(""), 1, &revision));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_put_update);
    stmt_str(&q, "document", S("d1"));
    stmt_int(&q, "revision", revision + 1);
    stmt_blob(&q, "body", S("\0\0"));
    stmt_int(&q, "crc", 7);
    stmt_str(&q, "authors", S(""));
    stmt_int(&q, "at_ms", 1);
    return stmt_exec(&q);
}

SPEC("a torn snapshot is passed over for an older one, a torn update is an error and never a shorter document")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, 1000);
    Cx cx = app_cx(app, a, NULL);
    Work first = { S("d1"), page(a, "first") }, second = { S("d1"), page(a, "second") };
    expect_ok(cx_write(&cx, create, &first));
    expect_ok(cx_write(&cx, replace, &second));
    expect_ok(cx_write(&cx, put_bad_snapshot, NULL));
    auto_store s = store_take(app->db);
    cx.store = s;
    Str text;
    expect_ok(text_of(&cx, S("d1"), INT64_MAX, &text));
    expect_has("second", text);
    store_give(s);
    s = NULL;
    expect_ok(cx_write(&cx, put_torn_update, NULL));
    auto_store again = store_take(app->db);
    cx.store = again;
    expect_err(ERR_INTERNAL, text_of(&cx, S("d1"), INT64_MAX, &text));
}

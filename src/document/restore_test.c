#include "app/app.h"
#include "base/spec.h"
#include "document/places.h"
#include "document/storage.h"

static const char thread[] = "019a0000-0000-7000-8000-000000000001";

static DocNode *page(Arena *a, const char *const *texts)
{
    DocNode *doc = doc_node(a, "doc");
    for (; *texts; texts++) doc_text(a, doc_add(a, doc, "paragraph"), str_of(*texts));
    return doc;
}
#define PAGE(a, ...) page(a, (const char *const[]){ __VA_ARGS__, NULL })

/* Somebody's edit inside the text of a block: deletes, then inserts. */
typedef struct Typing { size_t block; uint64_t at, gone; const char *come; } Typing;
typedef struct Work { App *app; Arena *arena; const DocNode *content; Typing typing; const char *words; int64_t revision; } Work;

static Err create(Cx *cx, void *arg) { const Work *w = arg; return document_create(cx, S("d1"), w->content); }
static Err restore(Cx *cx, void *arg) { const Work *w = arg; return document_restore(cx, S("d1"), w->revision); }
static Err comment(Cx *cx, void *arg)
{
    const Work *w = arg;
    Places places = { 0 };
    *list_add(cx->arena, &places) = (Place){ .text = str_of(w->words) };
    return document_mark(cx, S("d1"), str_of(thread), &places);
}
static Err typing(Cx *cx, void *arg)
{
    const Work *w = arg;
    const Typing *t = &w->typing;
    Stored s = { 0 };
    TRY(storage_load(cx, S("d1"), INT64_MAX, NULL, &s));
    auto_crdt doc = s.doc;
    auto_crdt_buf update = { 0 };
    CrdtNode body = crdt_root(doc, CRDT_STR("default"));
    CrdtValue block, text;
    int64_t revision;
    if (!crdt_child_at(doc, body, t->block, &block) || !crdt_child_at(doc, block.node, 0, &text)) bug("there is no such block");
    if (crdt_begin(doc) || crdt_text_delete(doc, text.node, t->at, t->gone) ||
        crdt_text_insert(doc, text.node, t->at, crdt_str(t->come), NULL, 0) || crdt_commit(doc, &update)) bug("typing");
    return storage_append(cx, S("d1"), str_of_buf(&update), S("u1"), S(""), 0, &revision);
}

static void go(Work *w, Err (*step)(Cx *, void *))
{
    Cx cx = app_cx(w->app, w->arena, NULL);
    expect_ok(cx_write(&cx, step, w));
}
static void type(Work *w, size_t block, uint64_t at, uint64_t gone, const char *come)
{
    w->typing = (Typing){ block, at, gone, come };
    go(w, typing);
}

static int64_t revision_of(Work *w)
{
    auto_store s = store_take(w->app->db);
    Cx cx = app_cx(w->app, w->arena, s);
    int64_t revision;
    if (document_revision(&cx, S("d1"), &revision).info) bug("no revision");
    return revision;
}
/* The text with [commented] words, blocks divided by |. */
static Str said(Work *w)
{
    auto_store s = store_take(w->app->db);
    Cx cx = app_cx(w->app, w->arena, s);
    DocNode *doc;
    Buf b = buf_new(w->arena, 4096);
    if (document_read_whole(&cx, S("d1"), INT64_MAX, &doc).info) bug("reading");
    list_each(&doc->children, i) {
        if (i) buf_byte(&b, '|');
        list_each(&doc->children.at[i]->children, k) {
            const DocNode *n = doc->children.at[i]->children.at[k];
            bool marked = doc_find_mark(n, "comment") != NULL;
            buf_fmt(&b, marked ? "[" STR_FMT "]" : STR_FMT, STR_ARG(n->text));
        }
    }
    return buf_str(&b);
}

#define GIVEN(...) auto_arena a = arena_new(16 << 10); Work w = { .app = given_a_system(a, 1000), .arena = a }; \
    w.content = PAGE(a, __VA_ARGS__); go(&w, create); w.revision = revision_of(&w)

SPEC("restoring gives a changed block its old words and leaves the comments made since on those that stay")
{
    GIVEN("The pool ran out at noon.", "Nobody saw it.");
    w.words = "pool";
    go(&w, comment);
    type(&w, 0, 13, 3, "dry");
    type(&w, 1, 0, 6, "Everybody");
    expect_str("The [pool] ran dry at noon.|Everybody saw it.", said(&w));
    go(&w, restore);
    expect_str("The [pool] ran out at noon.|Nobody saw it.", said(&w));
}

SPEC("restoring the same version again writes nothing")
{
    GIVEN("one", "two", "three");
    type(&w, 0, 0, 3, "eins");
    type(&w, 2, 5, 0, "!");
    go(&w, restore);
    int64_t first = revision_of(&w);
    expect_str("one|two|three", said(&w));
    expect_int(4, first);
    go(&w, restore);
    go(&w, restore);
    expect_int(first, revision_of(&w));
}

static Err cut_middle(Cx *cx, void *arg)
{
    const Work *w = arg;
    return document_replace(cx, S("d1"), w->content);
}

SPEC("blocks that are gone come back, new ones go, and comments on what stays are kept")
{
    GIVEN("one", "two", "three", "four");
    w.words = "three";
    go(&w, comment);
    w.content = PAGE(a, "zero", "one", "three", "five");
    go(&w, cut_middle);
    type(&w, 2, 0, 0, "half ");
    expect_str("zero|one|half [three]|five", said(&w));
    int64_t later = revision_of(&w);
    go(&w, restore);
    expect_str("one|two|[three]|four", said(&w));
    w.revision = later;                                       /* and forward again */
    go(&w, restore);
    expect_str("zero|one|half [three]|five", said(&w));
}

SPEC("what somebody writes while a version is restored is kept")
{
    GIVEN("The pool ran out.");
    type(&w, 0, 17, 0, " Twice.");
    Stored s = { 0 };
    auto_store store = store_take(w.app->db);
    Cx cx = app_cx(w.app, a, store);
    expect_ok(storage_load(&cx, S("d1"), INT64_MAX, NULL, &s));
    auto_crdt other = s.doc;
    auto_crdt_buf update = { 0 };
    CrdtValue block, text;
    expect(crdt_child_at(other, crdt_root(other, CRDT_STR("default")), 0, &block) && crdt_child_at(other, block.node, 0, &text));
    expect(!crdt_begin(other) && !crdt_text_insert(other, text.node, 3, CRDT_STR(" whole"), NULL, 0) && !crdt_commit(other, &update));
    go(&w, restore);
    expect_ok(storage_load(&cx, S("d1"), INT64_MAX, NULL, &s));
    auto_crdt now = s.doc;
    auto_crdt_buf both = { 0 };
    expect(!crdt_apply(now, crdt_buf_bytes(&update), NULL, NULL) && !crdt_xml(now, crdt_root(now, CRDT_STR("default")), &both));
    expect_has("The whole pool ran out.", str_of_buf(&both));
    expect(str_find(str_of_buf(&both), S("Twice")) < 0);
}

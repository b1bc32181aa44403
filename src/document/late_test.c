#include "document/late.h"
#include "app/app.h"
#include "base/spec.h"
#include "document/tree.h"

static const char *const first = "The pool ran dry.", *const second = "A pool of 64 connections ran dry at 14:07.";

static DocNode *page(Arena *a, const char *text)
{
    DocNode *doc = doc_node(a, "doc");
    doc_attr_int(a, doc_add(a, doc, "heading"), "level", 2);
    doc_text(a, doc->children.at[0], S("摘要"));
    doc_text(a, doc_add(a, doc, "paragraph"), str_of(text));
    doc_text(a, doc_add(a, doc, "paragraph"), S("The end."));
    return doc;
}

static void must(bool fine) { if (!fine) bug("the spec cannot be set up"); }
static Err create(Cx *cx, void *arg) { return document_create(cx, S("d1"), arg); }
static Err exchange(Cx *cx, void *arg)
{
    Cx ai = *cx;
    ai.actor.id = S("hindsight-ai");
    return document_replace_gently(&ai, S("d1"), arg);
}
static Err append(Cx *cx, void *arg)
{
    int64_t revision;
    return storage_append(cx, S("d1"), *(Str *)arg, S("01234567-ann"), S(""), 0, &revision);
}

/** Somebody with a copy of the text who hears nothing of what others do meanwhile. */
typedef struct Peer { CrdtDoc *doc; CrdtNode text; } Peer;

static CrdtNode child(CrdtDoc *doc, CrdtNode of, int index)
{
    CrdtCursor c = { 0 };
    CrdtValue v = { 0 };
    for (int i = 0; i <= index; i++) must(crdt_child_next(doc, of, &c, &v));
    return v.node;
}

static Peer given_a_peer(Cx *cx, int block)
{
    Stored s = { 0 };
    CrdtNode root;
    must(!storage_load(cx, S("d1"), INT64_MAX, NULL, &s).info);
    must(crdt_root_make(s.doc, crdt_str("default"), &root) == CRDT_OK);
    return (Peer){ s.doc, child(s.doc, child(s.doc, root, block), 0) };
}

/** What the peer types at a place, as the update that the server hears of. */
static Str typed(Arena *a, Peer *p, uint64_t at, const char *text)
{
    auto_crdt_buf out = { 0 };
    must(crdt_begin(p->doc) == CRDT_OK);
    must(crdt_text_insert(p->doc, p->text, at, crdt_str(text), NULL, 0) == CRDT_OK);
    must(crdt_commit(p->doc, &out) == CRDT_OK);
    return arena_str(a, str_of_buf(&out));
}

static Str says(Cx *cx)
{
    DocNode *doc;
    Str text;
    must(!document_read(cx, S("d1"), &doc).info);
    must(!render_text(cx->arena, doc, &text).info);
    return text;
}

#define GIVEN_A_TEXT() auto_arena a = arena_new(4096); App *app = given_a_system(a, 1000000); Cx cx = app_cx(app, a, NULL); \
    expect_ok(cx_write(&cx, create, page(a, first))); auto_store store_ = store_take(app->db); Cx reads = app_cx(app, a, store_)

static void late(Cx *cx, Str update)
{
    must(!cx_write(cx, append, &update).info);
    must(!late_job(cx, S("d1")).info);
}

SPEC("what somebody types into a paragraph at the moment in which it is exchanged comes back behind what took its place")
{
    GIVEN_A_TEXT();
    Peer ann = given_a_peer(&reads, 1);
    expect_ok(cx_write(&cx, exchange, page(a, second)));
    late(&cx, typed(a, &ann, 8, "of checkout "));
    expect_has("A pool of 64 connections ran dry at 14:07.\n\nof checkout\n\nThe end.", says(&reads));
    expect(str_find(says(&reads), str_of(first)) < 0);
    crdt_close(ann.doc);
}

SPEC("letter by letter they come back as one paragraph, and once only, however often it is looked")
{
    GIVEN_A_TEXT();
    Peer ann = given_a_peer(&reads, 1);
    expect_ok(cx_write(&cx, exchange, page(a, second)));
    const char *letters[] = { "H", "e", "l", "l", "o", " ", "你", "好" };
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) late(&cx, typed(a, &ann, 17 + i, letters[i]));
    expect_ok(late_job(&cx, S("d1")));
    expect_has("14:07.\n\nHello 你好\n\nThe end.", says(&reads));
    crdt_close(ann.doc);
}

SPEC("the exchange of an exchange loses nothing either, whichever of the texts somebody typed into")
{
    GIVEN_A_TEXT();
    Peer ann = given_a_peer(&reads, 1);
    expect_ok(cx_write(&cx, exchange, page(a, "A pool ran")));
    Peer ben = given_a_peer(&reads, 1);
    expect_ok(cx_write(&cx, exchange, page(a, second)));
    late(&cx, typed(a, &ann, 0, "Ann was here. "));
    late(&cx, typed(a, &ben, 10, " (Ben asks why)"));
    expect_has("Ann was here.", says(&reads));
    expect_has("(Ben asks why)", says(&reads));
    expect_has(second, says(&reads));
    crdt_close(ann.doc);
    crdt_close(ben.doc);
}

SPEC("what was written before the exchange, or elsewhere, brings nothing back, nor does what a person replaced")
{
    GIVEN_A_TEXT();
    Peer ann = given_a_peer(&reads, 2);
    expect_ok(cx_write(&cx, exchange, page(a, second)));
    late(&cx, typed(a, &ann, 0, "Elsewhere. "));
    expect_str("摘要\n\nA pool of 64 connections ran dry at 14:07.\n\nElsewhere. The end.", str_trim(says(&reads)));
    crdt_close(ann.doc);
}

SPEC("the letters that came late are those that are new, or the words, where there are several places")
{
    static const struct { const char *was, *is, *late; } all[] = {
        { "X and then", "X and and then", "and" }, { "abc", "abc", "" }, { "", "all new", "all new" }, { "abc", "ab", "" },
        { "one two three", "one 1 two three 3", "1 3" }, { "池耗尽。", "连接池耗尽了。", "连接 了" }, { "🙂", "🙂🙃", "🙃" },
        { "Impact began at 14:07. A note.", "First. Impact began at 14:07.  Second. A note.", "First. Second." }, { "ab", "aXb", "X" }, { "ab cd", "aXb cYd", "aXb cYd" },
        { "你好吗", "你不好吗", "不" } };
    auto_arena a = arena_new(4096);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) expect_str(all[i].late, late_letters(a, str_of(all[i].was), str_of(all[i].is)));
}

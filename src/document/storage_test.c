#include "app/app.h"
#include "base/spec.h"
#include "document/storage.h"
#include "document/verify.h"
#include "sql.gen.h"

/* A document "d1" written letter by letter into a text "t"; revision n holds the letters of the first n updates. */

typedef struct Writer { CrdtDoc *doc; CrdtNode text; int n; } Writer;

static void must(Arena *a, Err e)
{
    if (e.info) bug(STR_FMT, STR_ARG(err_text(a, e)));
}

static void writer_drop(Writer *w) { crdt_close(w->doc); }
#define auto_writer [[gnu::cleanup(writer_drop)]] Writer

static Err add_document(Cx *cx, void *arg)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_add);
    stmt_str(&q, "id", *(Str *)arg);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

static Writer given_a_document(Cx *cx)
{
    Writer w = { 0 };
    if (crdt_open(NULL, &w.doc) || crdt_root_make(w.doc, crdt_str("t"), &w.text)) bug("out of memory");
    Str id = S("d1");
    must(cx->arena, cx_write(cx, add_document, &id));
    return w;
}

typedef struct Typing { Writer *writer; int times; bool rewrite; } Typing;

static Err append(Cx *cx, void *arg)
{
    Typing *t = arg;
    for (int i = 0; i < t->times; i++) {
        Writer *w = t->writer;
        auto_crdt_buf update = { 0 };
        uint64_t len = crdt_length(w->doc, w->text);
        char letter = (char)('a' + w->n++ % 26);
        CrdtErr e = crdt_begin(w->doc);
        if (!e && t->rewrite && len) e = crdt_text_delete(w->doc, w->text, 0, len);
        if (!e) e = crdt_text_insert(w->doc, w->text, t->rewrite ? 0 : len, (CrdtBytes){ (uint8_t *)&letter, 1 }, NULL, 0);
        if (!e) e = crdt_commit(w->doc, &update);
        if (e) return crdt_failed(cx->arena, e, NULL, "typing");
        int64_t revision;
        TRY(storage_append(cx, S("d1"), str_of_buf(&update), S(""), S(""), 0, &revision));
    }
    return OK;
}

static void type(Cx *cx, Writer *w, int times, bool rewrite)
{
    expect_ok(cx_write(cx, append, &(Typing){ w, times, rewrite }));
}

/** The text at a revision, and what opening it took. */
static Str text_at(Cx *cx, int64_t revision, Stored *ret)
{
    auto_store s = store_take(cx->app->db);
    Cx reading = *cx;
    reading.store = s;
    Stored stored = { 0 };
    Err e = storage_load(&reading, S("d1"), revision, NULL, &stored);
    if (e.info) return err_text(cx->arena, e);
    auto_crdt doc = stored.doc;
    auto_crdt_buf text = { 0 };
    if (crdt_text(doc, crdt_root(doc, crdt_str("t")), &text)) return S("out of memory");
    if (ret) *ret = stored;
    return arena_str(cx->arena, str_of_buf(&text));
}

static int64_t compact(Cx *cx)
{
    auto_store s = store_take(cx->app->db);
    Cx reading = *cx;
    reading.store = s;
    int64_t revision = 0, bytes;
    must(cx->arena, storage_compact(&reading, S("d1"), &revision, &bytes));
    return revision;
}

typedef struct Damage { const Sql *sql; int64_t revision; } Damage;

static const Sql tear_update = { "tear_update", "UPDATE document_update SET crc = crc + 1 WHERE document = 'd1' AND revision = :revision" };
static const Sql drop_update = { "drop_update", "DELETE FROM document_update WHERE document = 'd1' AND revision = :revision" };
static const Sql tear_snapshot = { "tear_snapshot", "UPDATE document_snapshot SET crc = crc + 1 WHERE document = 'd1' AND revision = :revision" };
static const Sql count_snapshots = { "count_snapshots", "SELECT COUNT(*) FROM document_snapshot WHERE document = 'd1' AND revision <> :revision" };

static Err do_damage(Cx *cx, void *arg)
{
    Damage *d = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, d->sql);
    stmt_int(&q, "revision", d->revision);
    return stmt_exec(&q);
}

static void damage(Cx *cx, const Sql *how, int64_t revision) { expect_ok(cx_write(cx, do_damage, &(Damage){ how, revision })); }

static int64_t snapshots(Cx *cx)
{
    auto_store s = store_take(cx->app->db);
    auto_stmt q = stmt_begin(cx->arena, s, &count_snapshots);
    stmt_int(&q, "revision", 0);
    int64_t n = stmt_step(&q) ? stmt_col_int(&q, 0) : -1;
    must(cx->arena, stmt_end(&q));
    return n;
}

typedef struct Faults { Arena *arena; Str said; } Faults;

static void note(void *ctx, const DocumentFault *f)
{
    static const char *const names[] = { "snapshot", "history", "lost", "state" };
    Faults *to = ctx;
    to->said = arena_fmt(to->arena, STR_FMT "%s %lld of " STR_FMT "; ", STR_ARG(to->said), names[f->kind], (long long)f->revision, STR_ARG(f->document));
}

/** What a doctor says: "lost 3 of d1; ". */
static Str faults(Cx *cx)
{
    auto_store s = store_take(cx->app->db);
    Cx reading = *cx;
    reading.store = s;
    Faults all = { cx->arena, S("") };
    DocumentsVerified v;
    must(cx->arena, documents_verify(&reading, note, &all, &v));
    return all.said;
}

SPEC("a document with a long history opens from its snapshot and replays only what came since")
{
    auto_arena a = arena_new(4096);
    Cx cx = app_cx(given_a_system(a, 1000), a, NULL);
    auto_writer w = given_a_document(&cx);
    type(&cx, &w, 3000, true);
    Stored stored;
    expect_str("j", text_at(&cx, INT64_MAX, &stored));
    expect_int(3000, stored.tail.updates);
    expect_int(3000, compact(&cx));
    type(&cx, &w, 7, true);
    expect_str("q", text_at(&cx, INT64_MAX, &stored));
    expect_int(7, stored.tail.updates);
    expect_int(3000, stored.snapshot);
    expect(stored.tail.bytes > 0 && stored.tail.snapshot_bytes > 0);
    expect_str("", faults(&cx));
}

SPEC("every revision can be read after many compactions, and old snapshots weigh no more than the log")
{
    auto_arena a = arena_new(4096);
    Cx cx = app_cx(given_a_system(a, 1000), a, NULL);
    auto_writer w = given_a_document(&cx);
    for (int i = 0; i < 30; i++) {
        type(&cx, &w, 20, false);
        expect_int((i + 1) * 20, compact(&cx));
    }
    expect(snapshots(&cx) >= 2);
    expect(snapshots(&cx) <= 30);
    for (int64_t revision = 1; revision <= 600; revision += 37) {
        Str text = text_at(&cx, revision, NULL);
        expect_int(revision, (int64_t)text.len);
    }
    int64_t before = snapshots(&cx);
    for (int i = 0; i < 20; i++) {
        type(&cx, &w, 1, false);
        compact(&cx);
    }
    expect(snapshots(&cx) <= before + 2);
    expect_str("", faults(&cx));
}

SPEC("a torn snapshot is found and mended from the log")
{
    auto_arena a = arena_new(4096);
    Cx cx = app_cx(given_a_system(a, 1000), a, NULL);
    auto_writer w = given_a_document(&cx);
    type(&cx, &w, 10, false);
    compact(&cx);
    type(&cx, &w, 10, false);
    compact(&cx);
    damage(&cx, &tear_snapshot, 20);
    expect_str("snapshot 20 of d1; ", faults(&cx));
    Stored stored;
    expect_str("abcdefghijklmnopqrst", text_at(&cx, INT64_MAX, &stored));
    expect(stored.damaged);
    expect_int(10, stored.snapshot);
    compact(&cx);
    expect_str("", faults(&cx));
    expect_str("abcdefghijklmnopqrst", text_at(&cx, INT64_MAX, &stored));
    expect(!stored.damaged);
    expect_int(20, stored.snapshot);
}

SPEC("a damaged update before a snapshot costs history only, one after it keeps the document closed until it is salvaged")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, 1000);
    Cx cx = app_cx(app, a, NULL);
    auto_writer w = given_a_document(&cx);
    type(&cx, &w, 10, false);
    compact(&cx);
    type(&cx, &w, 5, true);
    damage(&cx, &tear_update, 4);
    expect_str("history 4 of d1; ", faults(&cx));
    expect_str("o", text_at(&cx, INT64_MAX, NULL));
    expect_has("update of revision 4 is damaged", text_at(&cx, 6, NULL));
    damage(&cx, &drop_update, 12);
    damage(&cx, &tear_update, 14);
    expect_str("history 4 of d1; lost 12 of d1; lost 14 of d1; ", faults(&cx));
    expect_has("update of revision 12 is damaged", text_at(&cx, INT64_MAX, NULL));
    int64_t skipped = 0;
    auto_store s = store_take(app->db);
    Cx reading = cx;
    reading.store = s;
    expect_ok(document_salvage(&reading, S("d1"), &skipped));
    expect_int(2, skipped);
    expect_err(ERR_CONFLICT, document_salvage(&reading, S("d1"), &skipped));
    expect_err(ERR_NOT_FOUND, document_salvage(&reading, S("d2"), &skipped));
    expect(str_find(text_at(&cx, INT64_MAX, NULL), S("damaged")) < 0);
    expect_str("history 4 of d1; history 12 of d1; history 14 of d1; ", faults(&cx));
    type(&cx, &w, 1, false);
    auto_crdt_buf whole = { 0 };
    Stored stored = { 0 };
    expect_ok(storage_load(&reading, S("d1"), INT64_MAX, NULL, &stored));
    auto_crdt doc = stored.doc;
    expect(crdt_encode(w.doc, &whole) == CRDT_OK && crdt_apply(doc, crdt_buf_bytes(&whole), NULL, NULL) == CRDT_OK);      /* somebody comes who still has it */
    auto_crdt_buf text = { 0 };
    expect(crdt_text(doc, crdt_root(doc, crdt_str("t")), &text) == CRDT_OK);
    expect_str("op", str_of_buf(&text));
}

static Err put_other_state(Cx *cx, void *arg)
{
    return storage_snapshot(cx, S("d1"), 3, str_of_buf(arg));
}

SPEC("a snapshot that says something else than the log is found")
{
    auto_arena a = arena_new(4096);
    Cx cx = app_cx(given_a_system(a, 1000), a, NULL);
    auto_writer w = given_a_document(&cx);
    type(&cx, &w, 2, false);
    auto_crdt_buf state = { 0 };
    expect(crdt_encode(w.doc, &state) == CRDT_OK);
    type(&cx, &w, 1, false);
    expect_ok(cx_write(&cx, put_other_state, &state));
    expect_str("state 3 of d1; ", faults(&cx));
}

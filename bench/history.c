/** How long a document takes to open after a million updates, beside a fresh one that says the same:
 *      bench_history FOLDER [UPDATES]
 *  Two thirds of the updates type a letter, mostly at the end, one third deletes two, so that the text stays about as long. */
#include <stdio.h>
#include <stdlib.h>
#include "app/app.h"
#include "base/hash.h"
#include "base/time.h"
#include "document/storage.h"
#include "document/verify.h"
#include "sql.gen.h"

enum { BATCH = 20000, LETTERS = 20000, COMPACT_EVERY = 100000, OPENINGS = 200 };

typedef struct Writer { CrdtDoc *doc; CrdtNode text; int64_t n, upto; uint64_t random; } Writer;

static void check(Arena *a, Err e)
{
    if (e.info) bug(STR_FMT, STR_ARG(err_text(a, e)));
}
static void check_crdt(CrdtErr e)
{
    if (e) bug("%s", crdt_err_text(e));
}

static uint64_t below(Writer *w, uint64_t n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return n ? (w->random >> 33) % n : 0;
}

static void edit(Writer *w, CrdtBuf *update)
{
    uint64_t len = crdt_length(w->doc, w->text);
    uint8_t letter = (uint8_t)('a' + w->n % 26);
    check_crdt(crdt_begin(w->doc));
    if (len > LETTERS && w->n % 3 == 0) check_crdt(crdt_text_delete(w->doc, w->text, len - 50, 2));
    else check_crdt(crdt_text_insert(w->doc, w->text, w->n % 1000 ? len : below(w, len), (CrdtBytes){ &letter, 1 }, NULL, 0));
    check_crdt(crdt_commit(w->doc, update));
}

static Err write_some(Cx *cx, void *arg)
{
    Writer *w = arg;
    auto_crdt_buf update = { 0 };
    for (; w->n < w->upto; w->n++) {
        auto_arena scratch = arena_new(4096);
        crdt_buf_clear(&update);
        edit(w, &update);
        auto_stmt q = stmt_begin(scratch, cx->store, &sql_document_put_update);
        stmt_str(&q, "document", S("long"));
        stmt_int(&q, "revision", w->n + 1);
        stmt_blob(&q, "body", str_of_buf(&update));
        stmt_int(&q, "crc", hash_crc32c(0, str_of_buf(&update)));
        stmt_str(&q, "authors", S(""));
        stmt_int(&q, "at_ms", cx->now_ms);
        TRY(stmt_exec(&q));
    }
    return OK;
}

static const Sql set_revision = { "set_revision", "UPDATE document SET revision = :revision WHERE id = :id" };
typedef struct Row { Str id; int64_t revision; Str first; } Row;

static Err write_row(Cx *cx, void *arg)
{
    const Row *r = arg;
    int64_t revision;
    auto_stmt q = stmt_begin(cx->arena, cx->store, r->revision ? &set_revision : &sql_document_add);
    stmt_str(&q, "id", r->id);
    if (r->revision) stmt_int(&q, "revision", r->revision);
    else stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    if (!r->first.len) return OK;
    TRY(storage_append(cx, r->id, r->first, S(""), S(""), 0, &revision));
    return storage_snapshot(cx, r->id, revision, r->first);
}

static double seconds(void) { return (double)clock_monotonic_ms() / 1000; }

/** The mean time of opening, in ms; *ret is what the last one found. */
static double opening(App *app, const char *id, int64_t revision, Stored *ret)
{
    auto_arena a = arena_new(4096);
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    double began = seconds();
    for (int i = 0; i < OPENINGS; i++) {
        check(a, storage_load(&cx, str_of(id), revision, NULL, ret));
        crdt_close(ret->doc);
    }
    return (seconds() - began) * 1000 / OPENINGS;
}

static void compact(App *app, int64_t *ret_bytes)
{
    auto_arena a = arena_new(4096);
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    int64_t revision;
    check(a, storage_compact(&cx, S("long"), &revision, ret_bytes));
}

/** Types the history, compacting now and then as a room does. */
static void fill(App *app, Cx *cx, Writer *w, int64_t updates)
{
    int64_t bytes;
    check(cx->arena, cx_write(cx, write_row, &(Row){ S("long"), 0, S("") }));
    while (w->n < updates) {
        w->upto = w->n + BATCH < updates ? w->n + BATCH : updates;
        check(cx->arena, cx_write(cx, write_some, w));
        check(cx->arena, cx_write(cx, write_row, &(Row){ S("long"), w->n, S("") }));
        if (w->n % COMPACT_EVERY == 0) compact(app, &bytes);
    }
    compact(app, &bytes);
}

/** The same text in a document that was typed in one go. */
static void add_fresh(Cx *cx, const Writer *w)
{
    auto_crdt doc = NULL;
    auto_crdt_buf text = { 0 }, update = { 0 };
    CrdtNode root;
    check_crdt(crdt_text(w->doc, w->text, &text));
    check_crdt(crdt_open(NULL, &doc));
    check_crdt(crdt_root_make(doc, crdt_str("t"), &root));
    check_crdt(crdt_begin(doc));
    check_crdt(crdt_text_insert(doc, root, 0, crdt_buf_bytes(&text), NULL, 0));
    check_crdt(crdt_commit(doc, &update));
    check(cx->arena, cx_write(cx, write_row, &(Row){ S("fresh"), 0, str_of_buf(&update) }));
    auto_crdt_buf whole = { 0 };
    check_crdt(crdt_encode(w->doc, &whole));
    check(cx->arena, cx_write(cx, write_row, &(Row){ S("copy"), 0, str_of_buf(&whole) }));
}

static void ignore(void *ctx, const DocumentFault *f) { (void)ctx, printf("fault at revision %lld\n", (long long)f->revision); }

int main(int n, char **arg)
{
    if (n < 2) { fputs("bench_history FOLDER [UPDATES]\n", stderr); return 2; }
    Arena *a = arena_new(4096);
    App *app;
    int64_t updates = n > 2 ? atoll(arg[2]) : 1000000;
    check(a, app_open(a, &(AppOptions){ .data_dir = str_of(arg[1]), .database = arena_fmt(a, "%s/hindsight.db", arg[1]) }, &app));
    Cx cx = app_cx(app, a, NULL);
    Writer w = { .random = 1 };
    check_crdt(crdt_open(NULL, &w.doc));
    check_crdt(crdt_root_make(w.doc, crdt_str("t"), &w.text));
    double began = seconds();
    fill(app, &cx, &w, updates);
    printf("%lld updates written in %.1f s, %lld MB on disk\n", (long long)updates, seconds() - began, (long long)(database_bytes(app->db) >> 20));
    add_fresh(&cx, &w);
    Stored s;
    double long_ms = opening(app, "long", INT64_MAX, &s);
    printf("opens in %.2f ms: a snapshot of %.1f kB and %lld updates after it\n", long_ms, (double)s.tail.snapshot_bytes / 1e3, (long long)s.tail.updates);
    double copy_ms = opening(app, "copy", INT64_MAX, &s);
    printf("a document without history in the same state: %.2f ms\n", copy_ms);
    double fresh_ms = opening(app, "fresh", INT64_MAX, &s);
    printf("the same text typed in one go: %.2f ms\n", fresh_ms);
    printf("revision %lld, in the middle of history: %.2f ms\n", (long long)updates / 2 - 12345, opening(app, "long", updates / 2 - 12345, &s));
    auto_store reading = store_take(app->db);
    cx.store = reading;
    DocumentsVerified v;
    began = seconds();
    check(a, documents_verify(&cx, ignore, NULL, &v));
    printf("doctor documents: %lld updates in %.1f s\n", (long long)v.updates, seconds() - began);
    store_give(reading);
    reading = NULL;
    crdt_close(w.doc);
    app_close(app);
    return 0;
}

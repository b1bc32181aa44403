#include "document/storage.h"
#include "base/hash.h"
#include "document/verify.h"
#include "sql.gen.h"

typedef LIST(int64_t) Revisions;

Err crdt_failed(Arena *a, CrdtErr e, const CrdtFault *fault, const char *doing)
{
    ErrKind kind = e == CRDT_MALFORMED || e == CRDT_RANGE || e == CRDT_KIND ? ERR_INVALID : e == CRDT_LIMIT ? ERR_TOO_LARGE : ERR_INTERNAL;
    if (fault && fault->what) return fail(a, kind, "%s: %s at byte %zu", doing, fault->what, fault->offset);
    return fail(a, kind, "%s: %s", doing, crdt_err_text(e));
}

static Err damaged(Cx *cx, Str id, const char *what, int64_t revision)
{
    return fail(cx->arena, ERR_INTERNAL, "document " STR_FMT ": its %s of revision %lld is damaged; restore it from a backup",
                STR_ARG(id), what, (long long)revision);
}

/** One stored snapshot: is it what was written, and a document? */
static bool is_sound(Str body, int64_t crc, const CrdtOptions *options, CrdtDoc **ret)
{
    return hash_crc32c(0, body) == (uint32_t)crc && crdt_load(options, bytes_of(body), ret, NULL) == CRDT_OK;
}

/** The newest sound snapshot; ret->doc stays NULL when there is none. `ret_damaged` may be NULL. */
static Err load_snapshot(Cx *cx, Str id, int64_t upto, const CrdtOptions *options, Stored *ret, Revisions *ret_damaged)
{
    for (bool found = true; found && !ret->doc;) {
        auto_arena scratch = arena_new(4096);
        auto_stmt q = stmt_begin(scratch, cx->store, &sql_document_snapshot);
        stmt_str(&q, "document", id);
        stmt_int(&q, "upto", upto);
        found = stmt_step(&q);
        if (found) {
            int64_t revision = stmt_col_int(&q, 0);
            Str body = stmt_col_blob(&q, 1);
            if (is_sound(body, stmt_col_int(&q, 2), options, &ret->doc)) {
                ret->revision = ret->snapshot = revision;
                ret->tail.snapshot_bytes = (int64_t)body.len;
            } else {
                err_log(damaged(cx, id, "snapshot", revision), "passing over a snapshot");
                ret->damaged = true;
                if (ret_damaged) *list_add(cx->arena, ret_damaged) = revision;
                upto = revision - 1;
            }
        }
        Err e = stmt_end(&q);
        if (e.info) return fail(cx->arena, e.info->kind, STR_FMT, STR_ARG(e.info->message));
    }
    return OK;
}

enum { ROWS_AT_ONCE = 1000 };

/** Applies the updates after ret->revision up to `upto`, a page at a time. Damaged ones end it, unless `skipped` counts them. */
static Err replay(Cx *cx, Str id, int64_t upto, Stored *ret, int64_t *skipped)
{
    for (int64_t n = ROWS_AT_ONCE; n == ROWS_AT_ONCE;) {
        auto_arena scratch = arena_new(64 << 10);
        auto_stmt q = stmt_begin(scratch, cx->store, &sql_document_updates);
        stmt_str(&q, "document", id);
        stmt_int(&q, "after", ret->revision);
        stmt_int(&q, "upto", upto - ret->revision > ROWS_AT_ONCE ? ret->revision + ROWS_AT_ONCE : upto);
        for (n = 0; stmt_step(&q); n++) {
            int64_t revision = stmt_col_int(&q, 0);
            Str body = stmt_col_blob(&q, 1);
            /* Revisions count by one, so a missing row is as visible as a torn one. */
            int64_t missing = revision - ret->revision - 1;
            bool torn = hash_crc32c(0, body) != (uint32_t)stmt_col_int(&q, 2) || crdt_apply(ret->doc, bytes_of(body), NULL, NULL);
            if ((missing || torn) && !skipped) return damaged(cx, id, "update", missing ? ret->revision + 1 : revision);
            if (skipped) *skipped += missing + torn;
            ret->revision = revision;
            ret->tail.updates++;
            ret->tail.bytes += (int64_t)body.len;
        }
        Err e = stmt_end(&q);
        if (e.info) return fail(cx->arena, e.info->kind, STR_FMT, STR_ARG(e.info->message));
    }
    return OK;
}

static void drop_doc(Stored *s) { crdt_close(s->doc); }

/** `skipped` not NULL: damaged updates are counted and left out. */
static Err load(Cx *cx, Str id, int64_t upto, const CrdtOptions *options, Stored *ret, Revisions *ret_damaged, int64_t *skipped)
{
    int64_t known = 0;
    TRY(document_revision(cx, id, &known));
    if (!known) return fail(cx->arena, ERR_NOT_FOUND, "there is no document " STR_FMT, STR_ARG(id));
    [[gnu::cleanup(drop_doc)]] Stored s = { 0 };
    TRY(load_snapshot(cx, id, upto, options, &s, ret_damaged));
    if (!s.doc) {
        CrdtErr e = crdt_open(options, &s.doc);
        if (e) return crdt_failed(cx->arena, e, NULL, "opening a document");
    }
    TRY(replay(cx, id, upto, &s, skipped));
    int64_t end = known < upto ? known : upto;
    if (s.revision < end && !skipped) return damaged(cx, id, "update", s.revision + 1);
    if (s.revision < end) *skipped += end - s.revision;
    if (s.revision < end) s.revision = end;
    *ret = s;
    s.doc = NULL;
    return OK;
}

Err storage_load(Cx *cx, Str id, int64_t upto, const CrdtOptions *options, Stored *ret)
{
    return load(cx, id, upto, options, ret, NULL, NULL);
}

Err storage_updates(Cx *cx, Str id, int64_t after, StoredUpdates *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_updates);
    stmt_str(&q, "document", id);
    stmt_int(&q, "after", after);
    stmt_int(&q, "upto", INT64_MAX);
    while (stmt_step(&q)) {
        StoredUpdate u = { stmt_col_int(&q, 0), stmt_col_blob(&q, 1) };
        if (hash_crc32c(0, u.body) != (uint32_t)stmt_col_int(&q, 2)) return damaged(cx, id, "update", u.revision);
        *list_add(cx->arena, ret) = u;
    }
    return stmt_end(&q);
}

Err storage_append(Cx *cx, Str id, Str update, Str authors, Str node, int64_t tell_at_ms, int64_t *ret_revision)
{
    auto_stmt next = stmt_begin(cx->arena, cx->store, &sql_document_next);
    stmt_str(&next, "id", id);
    int64_t revision = stmt_step(&next) ? stmt_col_int(&next, 0) : 0;
    TRY(stmt_end(&next));
    if (!revision) return fail(cx->arena, ERR_NOT_FOUND, "document " STR_FMT " was removed", STR_ARG(id));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_put_update);
    stmt_str(&q, "document", id);
    stmt_int(&q, "revision", revision);
    stmt_blob(&q, "body", update);
    stmt_int(&q, "crc", hash_crc32c(0, update));
    stmt_str(&q, "authors", authors);
    stmt_int(&q, "at_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    if (tell_at_ms) {
        /* A room remembers when its job comes: what Hindsight writes has one of its own, and does not move that. */
        TRY(job_add(cx, "document.changed", id, tell_at_ms,
                    arena_fmt(cx->arena, "document:" STR_FMT "%s", STR_ARG(id), node.len ? "" : ":own")));
    }
    *ret_revision = revision;
    return store_notify(cx->store, cx->arena, S("document"),
                        arena_fmt(cx->arena, STR_FMT " %lld " STR_FMT, STR_ARG(id), (long long)revision, STR_ARG(node)));
}

Err storage_snapshot(Cx *cx, Str id, int64_t revision, Str state)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_put_snapshot);
    stmt_str(&q, "document", id);
    stmt_int(&q, "revision", revision);
    stmt_blob(&q, "body", state);
    stmt_int(&q, "crc", hash_crc32c(0, state));
    stmt_int(&q, "at_ms", cx->now_ms);
    return stmt_exec(&q);
}

/* ---- Compaction ---------------------------------------------------------------------------------------------- */

typedef struct Compaction { Str id; int64_t revision; CrdtBuf state; Revisions damaged; } Compaction;

static Err drop_snapshot(Cx *cx, Str id, int64_t revision)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_drop_snapshot);
    stmt_str(&q, "document", id);
    stmt_int(&q, "revision", revision);
    return stmt_exec(&q);
}

static Err log_bytes(Cx *cx, Str id, int64_t after, int64_t upto, int64_t *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_log_bytes);
    stmt_str(&q, "document", id);
    stmt_int(&q, "after", after);
    stmt_int(&q, "upto", upto);
    if (stmt_step(&q)) *ret = stmt_col_int(&q, 0);
    return stmt_end(&q);
}

/** The newest two stay (the second for the day when the first is torn). The third stays for history when the log since the
 *  fourth outweighs it: so reading the past replays no more than about a snapshot's weight. */
static Err thin_out(Cx *cx, Str id)
{
    int64_t revision[4] = { 0 }, bytes[4] = { 0 }, log = 0;
    int n = 0;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_snapshot_sizes);
    stmt_str(&q, "document", id);
    for (; n < 4 && stmt_step(&q); n++) {
        revision[n] = stmt_col_int(&q, 0);
        bytes[n] = stmt_col_int(&q, 1);
    }
    TRY(stmt_end(&q));
    if (n < 4) return OK;
    TRY(log_bytes(cx, id, revision[3], revision[2], &log));
    return log < bytes[2] ? drop_snapshot(cx, id, revision[2]) : OK;
}

static Err write_compaction(Cx *cx, void *arg)
{
    Compaction *c = arg;
    list_each(&c->damaged, i) TRY(drop_snapshot(cx, c->id, c->damaged.at[i]));
    TRY(storage_snapshot(cx, c->id, c->revision, str_of_buf(&c->state)));
    return thin_out(cx, c->id);
}

/** Encodes what is stored; gives nothing that does not read back as the same document. */
static Err encode_whole(Cx *cx, Stored *s, CrdtBuf *out)
{
    auto_crdt back = NULL;
    auto_crdt_buf here = { 0 }, there = { 0 };
    CrdtErr e = crdt_encode(s->doc, out);
    if (!e) e = crdt_load(NULL, crdt_buf_bytes(out), &back, NULL);
    if (!e) e = crdt_encode_state_vector(s->doc, &here);
    if (!e) e = crdt_encode_state_vector(back, &there);
    if (e) return crdt_failed(cx->arena, e, NULL, "writing a snapshot");
    if (!str_eq(str_of_buf(&here), str_of_buf(&there))) return fail(cx->arena, ERR_INTERNAL, "a snapshot does not read back as it was written");
    return OK;
}

/** Writes what was loaded as a snapshot. */
static Err write_whole(Cx *cx, Stored *s, Compaction *c)
{
    c->revision = s->revision;
    Err e = encode_whole(cx, s, &c->state);
    return e.info ? e : cx_write(cx, write_compaction, c);
}

Err storage_compact(Cx *cx, Str id, int64_t *ret_revision, int64_t *ret_bytes)
{
    [[gnu::cleanup(drop_doc)]] Stored s = { 0 };
    Compaction c = { .id = id };
    TRY(load(cx, id, INT64_MAX, NULL, &s, &c.damaged, NULL));
    Err e = write_whole(cx, &s, &c);
    *ret_revision = s.revision;
    *ret_bytes = (int64_t)c.state.len;
    crdt_buf_done(&c.state);
    return e;
}

Err document_salvage(Cx *cx, Str id, int64_t *ret_skipped)
{
    [[gnu::cleanup(drop_doc)]] Stored s = { 0 };
    Compaction c = { .id = id };
    int64_t skipped = 0;
    TRY(load(cx, id, INT64_MAX, NULL, &s, &c.damaged, &skipped));
    if (!skipped) return fail(cx->arena, ERR_CONFLICT, "document " STR_FMT " can be opened as it is", STR_ARG(id));
    Err e = write_whole(cx, &s, &c);
    crdt_buf_done(&c.state);
    *ret_skipped = skipped;
    return e;
}

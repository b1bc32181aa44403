#include "document/storage.h"
#include "base/hash.h"
#include "sql.gen.h"

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

/** The newest sound snapshot; *ret stays NULL when there is none. */
static Err load_snapshot(Cx *cx, Str id, int64_t upto, const CrdtOptions *options, CrdtDoc **ret, int64_t *ret_revision)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_snapshots);
    stmt_str(&q, "document", id);
    stmt_int(&q, "upto", upto);
    while (!*ret && stmt_step(&q)) {
        int64_t revision = stmt_col_int(&q, 0);
        Str body = stmt_col_blob(&q, 1);
        if (hash_crc32c(0, body) != (uint32_t)stmt_col_int(&q, 2) || crdt_load(options, bytes_of(body), ret, NULL)) {
            err_log(damaged(cx, id, "snapshot", revision), "passing over a snapshot");
            continue;
        }
        *ret_revision = revision;
    }
    return stmt_end(&q);
}

static Err replay(Cx *cx, Str id, CrdtDoc *doc, int64_t after, int64_t upto, int64_t *ret_last)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_updates);
    stmt_str(&q, "document", id);
    stmt_int(&q, "after", after);
    stmt_int(&q, "upto", upto);
    int64_t last = after;
    while (stmt_step(&q)) {
        int64_t revision = stmt_col_int(&q, 0);
        Str body = stmt_col_blob(&q, 1);
        /* Revisions count by one, so a missing row is as visible as a torn one. */
        if (revision != last + 1 || hash_crc32c(0, body) != (uint32_t)stmt_col_int(&q, 2)) return damaged(cx, id, "update", last + 1);
        if (crdt_apply(doc, bytes_of(body), NULL, NULL)) return damaged(cx, id, "update", revision);
        last = revision;
    }
    TRY(stmt_end(&q));
    *ret_last = last;
    return OK;
}

Err storage_load(Cx *cx, Str id, int64_t upto, const CrdtOptions *options, CrdtDoc **ret_doc, int64_t *ret_revision, int64_t *ret_tail)
{
    int64_t known = 0;
    TRY(document_revision(cx, id, &known));
    if (!known) return fail(cx->arena, ERR_NOT_FOUND, "there is no document " STR_FMT, STR_ARG(id));
    auto_crdt doc = NULL;
    int64_t from = 0, last = 0;
    TRY(load_snapshot(cx, id, upto, options, &doc, &from));
    if (!doc) {
        CrdtErr e = crdt_open(options, &doc);
        if (e) return crdt_failed(cx->arena, e, NULL, "opening a document");
    }
    TRY(replay(cx, id, doc, from, upto, &last));
    if (last < (known < upto ? known : upto)) return damaged(cx, id, "update", last + 1);
    *ret_doc = doc;
    doc = NULL;
    *ret_revision = last;
    if (ret_tail) *ret_tail = last - from;
    return OK;
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

Err storage_append(Cx *cx, Str id, Str update, Str authors, Str node, int64_t *ret_revision)
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
    TRY(job_add(cx, "document.changed", id, cx->now_ms + 2000, arena_fmt(cx->arena, "document:" STR_FMT, STR_ARG(id))));
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

#include "document/verify.h"
#include "base/hash.h"
#include "document/storage.h"
#include "sql.gen.h"

enum { ROWS_AT_ONCE = 1000 };

typedef struct Verifier {
    Cx *cx;
    Str id;
    int64_t known, sound;          /* its last revision · of the newest sound snapshot */
    CrdtDoc *snapshot, *replayed;  /* replayed: NULL once an update was missing */
    void (*found)(void *ctx, const DocumentFault *fault);
    void *ctx;
    DocumentsVerified *to;
} Verifier;

static void report(const Verifier *v, DocumentFaultKind kind, int64_t revision)
{
    v->found(v->ctx, &(DocumentFault){ kind, v->id, revision });
}

static Err lasting(Cx *cx, Err e)
{
    return e.info ? fail(cx->arena, e.info->kind, STR_FMT, STR_ARG(e.info->message)) : OK;
}

/** One snapshot, the newest up to `upto`; false when there is none. */
static Err verify_snapshot(Verifier *v, int64_t *upto, bool *ret_more)
{
    auto_arena scratch = arena_new(4096);
    auto_stmt q = stmt_begin(scratch, v->cx->store, &sql_document_snapshot);
    stmt_str(&q, "document", v->id);
    stmt_int(&q, "upto", *upto);
    *ret_more = stmt_step(&q);
    if (*ret_more) {
        auto_crdt doc = NULL;
        int64_t revision = stmt_col_int(&q, 0);
        Str body = stmt_col_blob(&q, 1);
        bool sound = hash_crc32c(0, body) == (uint32_t)stmt_col_int(&q, 2) && crdt_load(NULL, bytes_of(body), &doc, NULL) == CRDT_OK;
        v->to->snapshots++;
        v->to->bytes += (int64_t)body.len;
        *upto = revision - 1;
        if (!sound) report(v, FAULT_SNAPSHOT, revision);
        else if (!v->snapshot) {
            v->sound = revision;
            v->snapshot = doc;
            doc = NULL;
        }
    }
    return lasting(v->cx, stmt_end(&q));
}

/** Both up to the same revision: do they say the same? */
static bool are_equal(CrdtDoc *a, CrdtDoc *b)
{
    auto_crdt_buf one = { 0 }, two = { 0 };
    CrdtErr e = crdt_encode_state_vector(a, &one);
    if (!e) e = crdt_encode_delete_set(a, &one);
    if (!e) e = crdt_encode_state_vector(b, &two);
    if (!e) e = crdt_encode_delete_set(b, &two);
    return !e && str_eq(str_of_buf(&one), str_of_buf(&two));
}

static void missing(Verifier *v, int64_t revision)
{
    report(v, revision <= v->sound ? FAULT_HISTORY : FAULT_LOST, revision);
    crdt_close(v->replayed);
    v->replayed = NULL;
}

static void verify_update(Verifier *v, int64_t revision, Str body, uint32_t crc)
{
    bool sound = hash_crc32c(0, body) == crc && crdt_validate_update(bytes_of(body), NULL) == CRDT_OK;
    v->to->updates++;
    v->to->bytes += (int64_t)body.len;
    if (sound && v->replayed) sound = crdt_apply(v->replayed, bytes_of(body), NULL, NULL) == CRDT_OK;
    if (!sound) missing(v, revision);
    if (v->replayed && v->snapshot && revision == v->sound && !are_equal(v->replayed, v->snapshot)) report(v, FAULT_STATE, revision);
}

/** The updates after *at, a page of them; those that are not there count as damaged. */
static Err verify_page(Verifier *v, int64_t *at)
{
    auto_arena scratch = arena_new(64 << 10);
    int64_t upto = v->known - *at > ROWS_AT_ONCE ? *at + ROWS_AT_ONCE : v->known;
    auto_stmt q = stmt_begin(scratch, v->cx->store, &sql_document_updates);
    stmt_str(&q, "document", v->id);
    stmt_int(&q, "after", *at);
    stmt_int(&q, "upto", upto);
    while (stmt_step(&q)) {
        int64_t revision = stmt_col_int(&q, 0);
        while (++*at < revision) missing(v, *at);
        verify_update(v, revision, stmt_col_blob(&q, 1), (uint32_t)stmt_col_int(&q, 2));
    }
    TRY(lasting(v->cx, stmt_end(&q)));
    while (*at < upto) missing(v, ++*at);
    return OK;
}

static Err verify_pieces(Verifier *v)
{
    bool more = true;
    for (int64_t upto = INT64_MAX; more;) TRY(verify_snapshot(v, &upto, &more));
    for (int64_t at = 0; at < v->known;) TRY(verify_page(v, &at));
    return OK;
}

static Err verify_one(Verifier *v)
{
    v->to->documents++;
    CrdtErr e = crdt_open(NULL, &v->replayed);
    if (e) return crdt_failed(v->cx->arena, e, NULL, "opening a document");
    Err err = verify_pieces(v);
    crdt_close(v->snapshot);
    crdt_close(v->replayed);
    return err;
}

typedef struct Known { Str id; int64_t revision; } Known;
typedef LIST(Known) KnownList;

static Err next_documents(Cx *cx, Arena *a, Str after, KnownList *ret)
{
    auto_stmt q = stmt_begin(a, cx->store, &sql_document_ids);
    stmt_str(&q, "after", after);
    while (stmt_step(&q)) *list_add(a, ret) = (Known){ stmt_col_str(&q, 0), stmt_col_int(&q, 1) };
    return lasting(cx, stmt_end(&q));
}

Err documents_verify(Cx *cx, void (*found)(void *ctx, const DocumentFault *fault), void *ctx, DocumentsVerified *ret)
{
    *ret = (DocumentsVerified){ 0 };
    Str after = S("");
    while (true) {
        auto_arena a = arena_new(16 << 10);
        KnownList some = { 0 };
        TRY(next_documents(cx, a, after, &some));
        if (!some.len) return OK;
        list_each(&some, i) {
            Verifier v = { .cx = cx, .id = some.at[i].id, .known = some.at[i].revision, .found = found, .ctx = ctx, .to = ret };
            TRY(verify_one(&v));
        }
        after = arena_str(cx->arena, some.at[some.len - 1].id);
    }
}

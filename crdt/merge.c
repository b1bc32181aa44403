/** Merging a stream of updates without holding them all: small ones gather, what has gathered is merged
 *  to a piece, and pieces of like size are merged with each other, so that each byte is merged
 *  O(log n) times and what is held is never much more than the result. */
#include "internal.h"

enum { GATHER_BYTES = 1 << 16, GATHER_COUNT = 1024, PIECES = 40 };

struct CrdtMerge {
    Memory m;
    CrdtBuf small;                 /* updates back to back */
    uint32_t sizes[GATHER_COUNT];  /* their lengths */
    uint32_t small_count;
    CrdtBuf pieces[PIECES];        /* each more than twice the next */
    uint32_t piece_count;
};

CrdtErr crdt_merge_open(const CrdtAllocator *allocator, CrdtMerge **ret)
{
    Memory m = { 0 };
    if (allocator != NULL)
        m.allocator = *allocator;
    CrdtMerge *merge = mem_resize(&m, NULL, 0, sizeof *merge);
    if (merge == NULL)
        return CRDT_NOMEM;
    *merge = (CrdtMerge){ .m = m };
    merge->small.allocator = &merge->m.allocator;
    for (uint32_t i = 0; i < PIECES; i++)
        merge->pieces[i].allocator = &merge->m.allocator;
    *ret = merge;
    return CRDT_OK;
}

void crdt_merge_close(CrdtMerge *merge)
{
    if (merge == NULL)
        return;
    crdt_buf_done(&merge->small);
    for (uint32_t i = 0; i < PIECES; i++)
        crdt_buf_done(&merge->pieces[i]);
    Memory m = merge->m;
    mem_resize(&m, merge, sizeof *merge, 0);
}

/** Merges pieces from `from` on into the one at `from`. On failure all stay. */
static CrdtErr join_pieces(CrdtMerge *merge, uint32_t from)
{
    CrdtBytes views[PIECES];
    CrdtBuf whole = { .allocator = &merge->m.allocator };
    uint32_t count = merge->piece_count - from;
    if (count < 2)
        return CRDT_OK;
    for (uint32_t i = 0; i < count; i++)
        views[i] = crdt_buf_bytes(&merge->pieces[from + i]);
    CrdtErr err = crdt_merge_updates(views, count, &whole, NULL, NULL);
    if (err != CRDT_OK) {
        crdt_buf_done(&whole);
        return err;
    }
    for (uint32_t i = from; i < merge->piece_count; i++)
        crdt_buf_done(&merge->pieces[i]);
    merge->pieces[from] = whole;
    merge->piece_count = from + 1;
    return CRDT_OK;
}

/** Makes a piece of the small ones. On failure all stay. */
static CrdtErr join_small(CrdtMerge *merge)
{
    if (merge->small_count == 0)
        return CRDT_OK;
    CrdtErr err = merge->piece_count == PIECES ? join_pieces(merge, 0) : CRDT_OK;
    CrdtBytes *views = NULL;
    if (err == CRDT_OK)
        views = mem_resize(&merge->m, NULL, 0, merge->small_count * sizeof *views);
    if (views == NULL)
        return err != CRDT_OK ? err : CRDT_NOMEM;
    const uint8_t *at = merge->small.at;
    for (uint32_t i = 0; i < merge->small_count; i++) {
        views[i] = (CrdtBytes){ at, merge->sizes[i] };
        at += merge->sizes[i];
    }
    CrdtBuf *piece = &merge->pieces[merge->piece_count];
    err = crdt_merge_updates(views, merge->small_count, piece, NULL, NULL);
    mem_resize(&merge->m, views, merge->small_count * sizeof *views, 0);
    if (err != CRDT_OK)
        return err;
    merge->piece_count++;
    merge->small_count = 0;
    crdt_buf_clear(&merge->small);
    uint32_t from = merge->piece_count - 1;
    size_t bytes = piece->len;
    while (from > 0 && merge->pieces[from - 1].len <= 2 * bytes)
        bytes += merge->pieces[--from].len;
    return join_pieces(merge, from);
}

CrdtErr crdt_merge_add(CrdtMerge *merge, CrdtBytes update, CrdtFault *ret_fault)
{
    CrdtErr err = crdt_validate_update(update, ret_fault);
    if (err == CRDT_OK && (merge->small_count == GATHER_COUNT ||
                           (merge->small.len > 0 && merge->small.len + update.len > GATHER_BYTES)))
        err = join_small(merge);
    if (err == CRDT_OK)
        err = crdt_buf_add(&merge->small, update.at, update.len);
    if (err == CRDT_OK)
        merge->sizes[merge->small_count++] = (uint32_t)update.len;
    return err;
}

CrdtErr crdt_merge_finish(CrdtMerge *merge, CrdtBuf *out)
{
    CrdtErr err = join_small(merge);
    if (err == CRDT_OK)
        err = join_pieces(merge, 0);
    if (err != CRDT_OK)
        return err;
    static const uint8_t nothing[] = { 0, 0 };
    CrdtBytes whole = merge->piece_count > 0 ? crdt_buf_bytes(&merge->pieces[0])
                                             : (CrdtBytes){ nothing, sizeof nothing };
    err = crdt_buf_add(out, whole.at, whole.len);
    if (err != CRDT_OK)
        return err;
    if (merge->piece_count > 0)
        crdt_buf_done(&merge->pieces[0]);
    merge->piece_count = 0;
    return CRDT_OK;
}

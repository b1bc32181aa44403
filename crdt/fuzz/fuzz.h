/** Shared by the fuzz targets: cutting the input, checking what must always hold. */
#ifndef CRDT_FUZZ_H
#define CRDT_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../crdt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);    \
            abort();                                                           \
        }                                                                      \
    } while (0)

/** The next piece: two bytes of length, then the bytes; the last takes what is left. */
static inline CrdtBytes next_piece(CrdtBytes *in)
{
    if (in->len < 2)
        return (CrdtBytes){ in->at, 0 };
    size_t n = in->at[0] | (size_t)in->at[1] << 8;
    in->at += 2;
    in->len -= 2;
    if (n > in->len)
        n = in->len;
    CrdtBytes piece = { in->at, n };
    in->at += n;
    in->len -= n;
    return piece;
}

static inline bool same(const CrdtBuf *a, const CrdtBuf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->at, b->at, a->len) == 0);
}

/** What a document says of itself can be loaded again and says the same. */
static inline void check_document(CrdtDoc *d)
{
    CrdtBuf state = { 0 }, again = { 0 }, sv = { 0 }, sv2 = { 0 }, ds = { 0 }, ds2 = { 0 };
    CrdtDoc *copy = NULL;
    MUST(crdt_encode(d, &state) == CRDT_OK);
    MUST(crdt_validate_update(crdt_buf_bytes(&state), NULL) == CRDT_OK);
    CrdtErr err = crdt_load(NULL, crdt_buf_bytes(&state), &copy, NULL);
    MUST(err == CRDT_OK);
    MUST(crdt_encode_state_vector(d, &sv) == CRDT_OK);
    MUST(crdt_encode_delete_set(d, &ds) == CRDT_OK);
    MUST(crdt_encode_state_vector(copy, &sv2) == CRDT_OK);
    MUST(crdt_encode_delete_set(copy, &ds2) == CRDT_OK);
    /* The delete set may differ: only liars put text into map entries, and then the order of
     * arrival counts. */
    if (crdt_stats(d).pending_bytes == 0) {
        MUST(same(&sv, &sv2));
        MUST(crdt_encode(copy, &again) == CRDT_OK);
    }
    crdt_close(copy);
    crdt_buf_done(&state);
    crdt_buf_done(&again);
    crdt_buf_done(&sv);
    crdt_buf_done(&sv2);
    crdt_buf_done(&ds);
    crdt_buf_done(&ds2);
}

static inline void read_everything(CrdtDoc *d)
{
    CrdtBytes name;
    CrdtBuf out = { 0 };
    for (size_t i = 0; crdt_root_at(d, i, &name).id != 0; i++) {
        CrdtNode root = crdt_root_at(d, i, NULL);
        CrdtErr errs[] = { crdt_text(d, root, &out), crdt_text_delta(d, root, &out),
                           crdt_xml(d, root, &out), crdt_prosemirror_json(d, root, &out),
                           crdt_node_json(d, root, CRDT_ARRAY, &out),
                           crdt_node_json(d, root, CRDT_MAP, &out) };
        for (size_t k = 0; k < sizeof errs / sizeof *errs; k++)
            MUST(errs[k] == CRDT_OK || errs[k] == CRDT_LIMIT);
    }
    crdt_buf_done(&out);
}

#endif

/** Hostile updates merged, cut and measured without a document. */
#include "fuzz.h"

enum { PIECES = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CrdtBytes in = { data, size }, piece[PIECES];
    size_t n = 0;
    CrdtBuf merged = { 0 }, again = { 0 }, sv = { 0 }, sv2 = { 0 }, diff = { 0 };
    CrdtErr valid = CRDT_OK;
    for (; n < PIECES && in.len > 2; n++) {
        piece[n] = next_piece(&in);
        CrdtErr err = crdt_validate_update(piece[n], NULL);
        valid = valid == CRDT_OK ? err : valid;
        CrdtErr reach = crdt_state_vector_from_update(piece[n], &sv, NULL);
        MUST(reach == err);
    }
    MUST(crdt_merge_updates(piece, n, &merged, NULL, NULL) == valid);
    if (valid == CRDT_OK) {
        CrdtBytes all = crdt_buf_bytes(&merged);
        MUST(crdt_validate_update(all, NULL) == CRDT_OK);
        MUST(crdt_merge_updates(&all, 1, &again, NULL, NULL) == CRDT_OK);
        MUST(same(&merged, &again)); /* merging what is merged changes nothing */
        crdt_buf_clear(&sv);
        MUST(crdt_state_vector_from_update(all, &sv, NULL) == CRDT_OK);
        MUST(crdt_diff_update(all, crdt_buf_bytes(&sv), &diff, NULL) == CRDT_OK);
        MUST(crdt_validate_update(crdt_buf_bytes(&diff), NULL) == CRDT_OK);
        CrdtBytes none = { (const uint8_t *)"", 1 };
        crdt_buf_clear(&diff);
        MUST(crdt_diff_update(all, none, &diff, NULL) == CRDT_OK);
        MUST(crdt_state_vector_from_update(crdt_buf_bytes(&diff), &sv2, NULL) == CRDT_OK);
        MUST(same(&sv, &sv2));
    }
    crdt_buf_done(&merged);
    crdt_buf_done(&again);
    crdt_buf_done(&sv);
    crdt_buf_done(&sv2);
    crdt_buf_done(&diff);
    return 0;
}

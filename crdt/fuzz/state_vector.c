/** Hostile state vectors against a document and against bytes. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t state[] =
        "\x02\x02\x02\x00\x04\x01\x01t\x03"
        "abc\x84\x02\x02\x02yz\x01\x01\x00\xC4\x02\x01\x02\x02\x01-\x01\x02\x01\x01\x01";
    CrdtBytes stored = { state, sizeof state - 1 }, sv = { data, size };
    CrdtDoc *d;
    CrdtBuf a = { 0 }, b = { 0 };
    MUST(crdt_load(NULL, stored, &d, NULL) == CRDT_OK);
    CrdtErr valid = crdt_validate_state_vector(sv, NULL);
    MUST(crdt_encode_diff(d, sv, &a) == valid);
    MUST(crdt_diff_update(stored, sv, &b, NULL) == valid);
    if (valid == CRDT_OK) {
        MUST(crdt_validate_update(crdt_buf_bytes(&a), NULL) == CRDT_OK);
        MUST(crdt_validate_update(crdt_buf_bytes(&b), NULL) == CRDT_OK);
    }
    crdt_buf_done(&a);
    crdt_buf_done(&b);
    crdt_close(d);
    return 0;
}

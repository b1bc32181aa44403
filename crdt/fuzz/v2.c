/** Hostile updates in format v2. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CrdtBytes in = { data, size };
    CrdtBuf v1 = { 0 }, v2 = { 0 }, again = { 0 };
    CrdtFault fault = { 0 };
    CrdtErr err = crdt_update_from_v2(in, &v1, &fault);
    MUST(fault.offset <= size);
    CrdtDoc *d = NULL;
    MUST(crdt_load_v2(NULL, in, &d, NULL) == err);
    crdt_close(d);
    if (err == CRDT_OK) {
        MUST(crdt_validate_update(crdt_buf_bytes(&v1), NULL) == CRDT_OK);
        MUST(crdt_update_to_v2(crdt_buf_bytes(&v1), &v2, NULL) == CRDT_OK);
        CrdtErr back = crdt_update_from_v2(crdt_buf_bytes(&v2), &again, NULL);
        MUST(back == CRDT_OK || back == CRDT_LIMIT);
        crdt_buf_clear(&v1);
        if (back == CRDT_OK) {
            MUST(crdt_update_to_v2(crdt_buf_bytes(&again), &v1, NULL) == CRDT_OK);
            MUST(same(&v1, &v2));
        }
    } else {
        MUST(v1.len == 0);
    }
    crdt_buf_done(&v1);
    crdt_buf_done(&v2);
    crdt_buf_done(&again);
    return 0;
}

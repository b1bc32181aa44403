/** A hostile client: sync messages back to back, answered as a server does. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CrdtBytes in = { data, size }, payload;
    CrdtOptions options = { .client = 7, .max_steps = 1 << 20, .max_pending_bytes = 1 << 16 };
    CrdtSyncKind kind;
    CrdtDoc *d;
    CrdtBuf out = { 0 };
    MUST(crdt_open(&options, &d) == CRDT_OK);
    while (in.len > 0 && crdt_sync_read(&in, &kind, &payload) == CRDT_OK) {
        MUST(payload.at >= data && payload.at + payload.len <= data + size);
        crdt_buf_clear(&out);
        if (kind == CRDT_SYNC_STEP1) {
            CrdtErr err = crdt_sync_write_step2(d, payload, &out);
            MUST(err == crdt_validate_state_vector(payload, NULL));
            CrdtBytes answer = crdt_buf_bytes(&out), update;
            if (err == CRDT_OK) {
                MUST(crdt_sync_read(&answer, &kind, &update) == CRDT_OK);
                MUST(kind == CRDT_SYNC_STEP2 && answer.len == 0);
                MUST(crdt_validate_update(update, NULL) == CRDT_OK);
            }
        } else {
            CrdtErr err = crdt_apply(d, payload, NULL, NULL);
            MUST(err == CRDT_OK || err == CRDT_MALFORMED || err == CRDT_LIMIT);
        }
    }
    crdt_buf_clear(&out);
    MUST(crdt_sync_write_step1(d, &out) == CRDT_OK);
    crdt_buf_done(&out);
    crdt_close(d);
    return 0;
}

/** Hostile awareness updates. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CrdtBytes in = { data, size };
    CrdtAwarenessOptions options = { .max_clients = 8, .max_state_bytes = 1000 };
    CrdtAwareness *a, *b;
    CrdtBuf out = { 0 };
    MUST(crdt_awareness_open(&options, &a) == CRDT_OK);
    MUST(crdt_awareness_open(&options, &b) == CRDT_OK);
    for (int64_t now = 0; in.len > 2; now += 10000) {
        CrdtBytes piece = next_piece(&in);
        CrdtFault fault = { 0 };
        size_t before = crdt_awareness_count(a);
        CrdtErr err = crdt_awareness_apply(a, piece, now, NULL, NULL, &fault);
        MUST(fault.offset <= piece.len);
        MUST(err != CRDT_MALFORMED || crdt_awareness_count(a) == before);
        MUST(crdt_awareness_expire(a, now, NULL, NULL, &out) == CRDT_OK);
        uint64_t client;
        if (crdt_awareness_at(a, 0, &client, NULL) && now % 3 == 0)
            MUST(crdt_awareness_remove(a, client, &out) == CRDT_OK);
    }
    crdt_buf_clear(&out);
    MUST(crdt_awareness_count(a) <= 8);
    MUST(crdt_awareness_encode(a, &out) == CRDT_OK);
    if (out.len > 0)
        MUST(crdt_awareness_apply(b, crdt_buf_bytes(&out), 0, NULL, NULL, NULL) == CRDT_OK);
    crdt_buf_done(&out);
    crdt_awareness_close(a);
    crdt_awareness_close(b);
    return 0;
}

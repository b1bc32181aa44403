/** Hostile snapshots and positions, read against a document that an update made. */
#include "fuzz.h"

static void positions(CrdtDoc *d, CrdtBytes bytes)
{
    CrdtPosition p = { 0 }, again = { 0 };
    CrdtFault fault = { 0 };
    CrdtBuf out = { 0 }, name = { 0 };
    CrdtNode node;
    uint64_t index;
    if (crdt_position_decode(bytes, &p, &fault) == CRDT_OK) {
        MUST(crdt_position_encode(&p, &out) == CRDT_OK);
        MUST(crdt_position_decode(crdt_buf_bytes(&out), &again, NULL) == CRDT_OK);
        MUST(again.has_item == p.has_item && again.item_clock == p.item_clock &&
             again.assoc == p.assoc && again.type_client == p.type_client);
        if (crdt_position_find(d, &p, &node, &index))
            MUST(node.id != 0 && index <= crdt_length(d, node));
        crdt_buf_clear(&out);
        MUST(crdt_position_json(&p, &out) == CRDT_OK);
        MUST(crdt_position_from_json(crdt_buf_bytes(&out), &name, &again) == CRDT_OK);
    }
    MUST(fault.offset <= bytes.len);
    if (crdt_position_from_json(bytes, &name, &p) == CRDT_OK)
        (void)!crdt_position_find(d, &p, &node, &index);
    crdt_buf_done(&out);
    crdt_buf_done(&name);
}

static void snapshots(CrdtDoc *d, CrdtBytes bytes, CrdtBytes update)
{
    CrdtFault fault = { 0 };
    CrdtBuf v1 = { 0 }, v2 = { 0 }, again = { 0 };
    CrdtDoc *past = NULL;
    bool contains;
    if (crdt_snapshot_from_v2(bytes, &v1, &fault) == CRDT_OK) {
        MUST(crdt_snapshot_to_v2(crdt_buf_bytes(&v1), &v2, NULL) == CRDT_OK);
        MUST(crdt_snapshot_from_v2(crdt_buf_bytes(&v2), &again, NULL) == CRDT_OK);
        MUST(same(&v1, &again));
    }
    MUST(fault.offset <= bytes.len);
    CrdtErr err = crdt_validate_snapshot(bytes, NULL);
    CrdtErr open = crdt_open_snapshot(d, bytes, NULL, &past, &fault);
    MUST(err == CRDT_OK || open == err);
    if (open == CRDT_OK)
        check_document(past);
    if (err == CRDT_OK && crdt_validate_update(update, NULL) == CRDT_OK)
        MUST(crdt_snapshot_contains(bytes, update, &contains, NULL) == CRDT_OK);
    crdt_close(past);
    crdt_buf_done(&v1);
    crdt_buf_done(&v2);
    crdt_buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CrdtBytes in = { data, size };
    CrdtOptions options = { .client = 7, .max_steps = 1 << 20, .max_pending_bytes = 1 << 16,
                            .keep_deleted = true };
    CrdtDoc *d;
    CrdtBuf own = { 0 };
    MUST(crdt_open(&options, &d) == CRDT_OK);
    CrdtBytes update = next_piece(&in);
    (void)!crdt_apply(d, update, NULL, NULL);
    snapshots(d, next_piece(&in), update);
    positions(d, in);
    MUST(crdt_snapshot(d, &own) == CRDT_OK);
    snapshots(d, crdt_buf_bytes(&own), update);
    crdt_buf_done(&own);
    crdt_close(d);
    return 0;
}

/** y-protocols sync messages. Source: y-protocols sync.js. */
#include "internal.h"

CrdtErr crdt_sync_read(CrdtBytes *in, CrdtSyncKind *ret_kind, CrdtBytes *ret_payload)
{
    CrdtBytes rest = *in, payload;
    uint64_t kind;
    CrdtErr err = crdt_read_varuint(&rest, &kind);
    if (err != CRDT_OK)
        return err;
    if (kind > CRDT_SYNC_UPDATE)
        return CRDT_MALFORMED;
    err = crdt_read_varbytes(&rest, &payload);
    if (err != CRDT_OK)
        return err;
    *in = rest;
    *ret_kind = (CrdtSyncKind)kind;
    *ret_payload = payload;
    return CRDT_OK;
}

/** Appends a message whose payload was written to `payload`. */
static CrdtErr write_message(CrdtBuf *out, CrdtSyncKind kind, CrdtErr err, CrdtBuf *payload)
{
    size_t start = out->len;
    if (err == CRDT_OK &&
        !(write_uint(out, kind) && write_text(out, payload->at, payload->len))) {
        out->len = start;
        err = CRDT_NOMEM;
    }
    crdt_buf_done(payload);
    return err;
}

CrdtErr crdt_sync_write_step1(CrdtDoc *doc, CrdtBuf *out)
{
    CrdtBuf payload = { .allocator = out->allocator };
    CrdtErr err = crdt_encode_state_vector(doc, &payload);
    return write_message(out, CRDT_SYNC_STEP1, err, &payload);
}

CrdtErr crdt_sync_write_step2(CrdtDoc *doc, CrdtBytes state_vector, CrdtBuf *out)
{
    CrdtBuf payload = { .allocator = out->allocator };
    CrdtErr err = crdt_encode_diff(doc, state_vector, &payload);
    return write_message(out, CRDT_SYNC_STEP2, err, &payload);
}

CrdtErr crdt_sync_write_update(CrdtBytes update, CrdtBuf *out)
{
    size_t start = out->len;
    if (write_uint(out, CRDT_SYNC_UPDATE) && write_text(out, update.at, update.len))
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

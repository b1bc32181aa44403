/** Snapshots: a delete set and a state vector, which together name a state of a document; and that
 *  state read out of a document that has kept it. Source: Yjs Snapshot.js. */
#include <stdlib.h>

#include "internal.h"

typedef struct Snapshot {
    Memory m;
    Deletion *deleted; /* wire order, joined */
    uint32_t deleted_count, deleted_cap;
    Missing *states; /* client and clock */
    uint32_t state_count, state_cap;
} Snapshot;

static void snapshot_done(Snapshot *s)
{
    mem_resize(&s->m, s->deleted, s->deleted_cap * sizeof *s->deleted, 0);
    mem_resize(&s->m, s->states, s->state_cap * sizeof *s->states, 0);
}

static bool read_range(Reader *r, Deletion *del, bool v2, uint64_t *base)
{
    uint64_t clock, len;
    if (!read_uint(r, &clock) || !read_uint(r, &len))
        return false;
    if (v2) {
        clock += *base;
        len++;
    }
    if (clock > CRDT_MAX_CLOCK || len > CRDT_MAX_CLOCK - clock)
        return reader_fail(r, CRDT_LIMIT, "clock beyond the limit");
    *base = clock + len;
    del->clock = (uint32_t)clock;
    del->len = (uint32_t)len;
    return true;
}

static bool read_deleted(Snapshot *s, Reader *r, bool v2)
{
    uint64_t clients, id, count;
    if (!read_uint(r, &clients))
        return false;
    if (clients > (size_t)(r->end - r->at) / 2)
        return reader_fail(r, CRDT_MALFORMED, "more clients than bytes");
    for (; clients > 0; clients--) {
        uint64_t base = 0;
        if (!read_uint(r, &id) || !read_uint(r, &count))
            return false;
        if (count > (size_t)(r->end - r->at) / 2)
            return reader_fail(r, CRDT_MALFORMED, "more deletions than bytes");
        if (!RESERVE(&s->m, s->deleted, s->deleted_cap, s->deleted_count + count))
            return reader_fail(r, CRDT_NOMEM, "out of memory");
        for (; count > 0; count--) {
            Deletion *del = &s->deleted[s->deleted_count];
            del->client = id;
            if (!read_range(r, del, v2, &base))
                return false;
            s->deleted_count += del->len > 0;
        }
    }
    deletions_sort(s->deleted, &s->deleted_count);
    return true;
}

static int descending(const void *a, const void *b)
{
    const Missing *x = a, *y = b;
    return x->client > y->client ? -1 : x->client < y->client;
}

static bool read_states(Snapshot *s, Reader *r)
{
    uint64_t count;
    if (!read_uint(r, &count))
        return false;
    if (count > (size_t)(r->end - r->at) / 2)
        return reader_fail(r, CRDT_MALFORMED, "more clients than bytes");
    if (!RESERVE(&s->m, s->states, s->state_cap, count))
        return reader_fail(r, CRDT_NOMEM, "out of memory");
    for (; count > 0; count--) {
        Missing *at = &s->states[s->state_count++];
        if (!read_uint(r, &at->client) || !read_clock(r, &at->clock))
            return false;
    }
    if (s->state_count > 1)
        qsort(s->states, s->state_count, sizeof *s->states, descending);
    for (uint32_t i = 1; i < s->state_count; i++)
        if (s->states[i].client == s->states[i - 1].client)
            return reader_fail(r, CRDT_MALFORMED, "a client stands twice in the state vector");
    return true;
}

static CrdtErr snapshot_read(const Memory *m, CrdtBytes bytes, bool v2, Snapshot *ret,
                             CrdtFault *ret_fault)
{
    Reader r = reader(bytes);
    Snapshot s = { .m = { .allocator = m->allocator } };
    bool ok = bytes.len <= CRDT_MAX_BYTES || reader_fail(&r, CRDT_LIMIT, "snapshot too large");
    ok = ok && read_deleted(&s, &r, v2) && read_states(&s, &r);
    if (ok && r.at != r.end)
        ok = reader_fail(&r, CRDT_MALFORMED, "bytes after the end");
    if (ok) {
        *ret = s;
        return CRDT_OK;
    }
    snapshot_done(&s);
    return reader_err(&r, ret_fault);
}

static bool write_states(const Snapshot *s, CrdtBuf *out)
{
    bool ok = write_uint(out, s->state_count);
    for (uint32_t i = 0; ok && i < s->state_count; i++)
        ok = write_uint(out, s->states[i].client) && write_uint(out, s->states[i].clock);
    return ok;
}

static bool write_deleted_v2(const Snapshot *s, CrdtBuf *out)
{
    uint32_t clients = 0;
    for (uint32_t i = 0; i < s->deleted_count; i++)
        clients += i == 0 || s->deleted[i].client != s->deleted[i - 1].client;
    bool ok = write_uint(out, clients);
    for (uint32_t i = 0, end; ok && i < s->deleted_count; i = end) {
        for (end = i; end < s->deleted_count && s->deleted[end].client == s->deleted[i].client;)
            end++;
        ok = write_uint(out, s->deleted[i].client) && write_uint(out, end - i);
        uint32_t base = 0;
        for (uint32_t k = i; ok && k < end; k++) {
            const Deletion *del = &s->deleted[k];
            ok = write_uint(out, del->clock - base) && write_uint(out, del->len - 1);
            base = del->clock + del->len;
        }
    }
    return ok;
}

CrdtErr crdt_snapshot(CrdtDoc *doc, CrdtBuf *out)
{
    size_t start = out->len;
    CrdtErr err = crdt_encode_delete_set(doc, out);
    if (err == CRDT_OK)
        err = crdt_encode_state_vector(doc, out);
    if (err != CRDT_OK)
        out->len = start;
    return err;
}

CrdtErr crdt_validate_snapshot(CrdtBytes snapshot, CrdtFault *ret_fault)
{
    Snapshot s;
    CrdtErr err = snapshot_read(&(Memory){ 0 }, snapshot, false, &s, ret_fault);
    if (err == CRDT_OK)
        snapshot_done(&s);
    return err;
}

static CrdtErr convert(CrdtBytes from, bool from_v2, CrdtBuf *out, CrdtFault *ret_fault)
{
    Snapshot s;
    Memory m = { 0 };
    if (out->allocator != NULL)
        m.allocator = *out->allocator;
    CrdtErr err = snapshot_read(&m, from, from_v2, &s, ret_fault);
    if (err != CRDT_OK)
        return err;
    size_t start = out->len;
    bool ok = from_v2 ? write_deletions(out, s.deleted, s.deleted_count) : write_deleted_v2(&s, out);
    ok = ok && write_states(&s, out);
    if (!ok)
        out->len = start;
    snapshot_done(&s);
    return ok ? CRDT_OK : CRDT_NOMEM;
}

CrdtErr crdt_snapshot_to_v2(CrdtBytes snapshot, CrdtBuf *out, CrdtFault *ret_fault)
{
    return convert(snapshot, false, out, ret_fault);
}

CrdtErr crdt_snapshot_from_v2(CrdtBytes snapshot_v2, CrdtBuf *out, CrdtFault *ret_fault)
{
    return convert(snapshot_v2, true, out, ret_fault);
}

/** True when clock .. end of a client is deleted in the snapshot. */
static bool is_deleted_in(const Snapshot *s, uint64_t client, uint32_t clock, uint32_t end)
{
    uint32_t low = 0, high = s->deleted_count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        const Deletion *del = &s->deleted[mid];
        if (del->client > client || (del->client == client && del->clock + del->len <= clock))
            low = mid + 1;
        else
            high = mid;
    }
    const Deletion *del = &s->deleted[low];
    return low < s->deleted_count && del->client == client && del->clock <= clock &&
           del->clock + del->len >= end;
}

/** True when everything that was visible in the snapshot still has its content. */
static bool is_readable(CrdtDoc *d, const Snapshot *s)
{
    for (uint32_t i = 0; i < s->state_count; i++) {
        uint32_t client = client_find(d, s->states[i].client), until = s->states[i].clock;
        if (until == 0)
            continue;
        if (client == NONE || d->clients[client].state < until)
            return false;
        const Client *c = &d->clients[client];
        uint32_t k;
        for (Spot at = { 0 }; (k = spot_before(d, c, at, until)) != 0; spot_next(c, &at)) {
            const Item *it = &d->items[k];
            uint32_t end = it->clock + it->len < until ? it->clock + it->len : until;
            if ((it->ref == REF_GC || it->ref == REF_DELETED) &&
                !is_deleted_in(s, c->id, it->clock, end))
                return false;
        }
    }
    return true;
}

CrdtErr crdt_encode_snapshot(CrdtDoc *doc, CrdtBytes snapshot, CrdtBuf *out, CrdtFault *ret_fault)
{
    Snapshot s;
    CrdtErr err = snapshot_read(&doc->memory, snapshot, false, &s, ret_fault);
    if (err != CRDT_OK)
        return err;
    if (!is_readable(doc, &s)) {
        snapshot_done(&s);
        if (ret_fault != NULL)
            *ret_fault = (CrdtFault){ 0, "the document does not hold this state" };
        return CRDT_RANGE;
    }
    size_t start = out->len;
    uint32_t clients = 0;
    for (uint32_t i = 0; i < s.state_count; i++)
        clients += s.states[i].clock > 0;
    bool ok = write_uint(out, clients);
    for (uint32_t i = 0; ok && i < s.state_count; i++)
        if (s.states[i].clock > 0)
            ok = write_client_until(doc, out, client_find(doc, s.states[i].client),
                                    s.states[i].clock);
    ok = ok && write_deletions(out, s.deleted, s.deleted_count);
    snapshot_done(&s);
    if (ok)
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

CrdtErr crdt_open_snapshot(CrdtDoc *doc, CrdtBytes snapshot, const CrdtOptions *options,
                           CrdtDoc **ret, CrdtFault *ret_fault)
{
    CrdtBuf update = { .allocator = &doc->memory.allocator };
    CrdtErr err = crdt_encode_snapshot(doc, snapshot, &update, ret_fault);
    if (err == CRDT_OK)
        err = crdt_load(options, crdt_buf_bytes(&update), ret, ret_fault);
    crdt_buf_done(&update);
    return err;
}

CrdtErr crdt_snapshot_contains(CrdtBytes snapshot, CrdtBytes update, bool *ret,
                               CrdtFault *ret_fault)
{
    Memory m = { 0 };
    Snapshot s;
    CrdtErr err = snapshot_read(&m, snapshot, false, &s, ret_fault);
    if (err != CRDT_OK)
        return err;
    Batch b = { 0 };
    err = batch_read(&m, &b, update, ret_fault);
    bool contains = true;
    for (uint32_t i = 0; err == CRDT_OK && contains && i < b.ref_count; i++) {
        Missing key = { .client = b.ids[b.refs[i].client] };
        const Missing *at = s.state_count == 0 ? NULL
                            : bsearch(&key, s.states, s.state_count, sizeof key, descending);
        contains = at != NULL && b.refs[i].clock + b.refs[i].len <= at->clock;
    }
    for (uint32_t i = 0; err == CRDT_OK && contains && i < b.deletion_count; i++) {
        const Deletion *del = &b.deletions[i];
        contains = s.deleted_count > 0 &&
                   is_deleted_in(&s, del->client, del->clock, del->clock + del->len);
    }
    batch_done(&m, &b);
    snapshot_done(&s);
    if (err == CRDT_OK)
        *ret = contains;
    return err;
}

/** What arrived before something it builds on. It is kept as updates, encoded, and tried again when
 *  one of the missing clocks has arrived. Source: Yjs encoding.js (readUpdateV2: pendingStructs,
 *  pendingDs). */
#include "internal.h"

static void drop_updates(CrdtDoc *d, CrdtBuf *list, uint32_t count, uint32_t cap)
{
    for (uint32_t i = 0; i < count; i++)
        crdt_buf_done(&list[i]);
    mem_resize(&d->memory, list, cap * sizeof *list, 0);
}

void pending_done(CrdtDoc *d)
{
    drop_updates(d, d->pending, d->pending_count, d->pending_cap);
    mem_resize(&d->memory, d->missing, d->missing_cap * sizeof *d->missing, 0);
    mem_resize(&d->memory, d->pending_deleted,
               d->pending_deleted_cap * sizeof *d->pending_deleted, 0);
}

static bool missing_add(CrdtDoc *d, uint64_t client, uint32_t clock)
{
    for (uint32_t i = d->missing_count, looked = 0; i-- > 0 && looked < 8; looked++)
        if (d->missing[i].client == client) {
            if (d->missing[i].clock > clock)
                d->missing[i].clock = clock;
            return true;
        }
    if (!RESERVE(&d->memory, d->missing, d->missing_cap, (uint64_t)d->missing_count + 1))
        return false;
    d->missing[d->missing_count++] = (Missing){ client, clock };
    return true;
}

static bool write_rest(CrdtBuf *out, const Batch *b)
{
    uint32_t sections = 0;
    for (uint32_t i = 0; i < b->section_count; i++)
        sections += b->sections[i].rest_from != NONE;
    bool ok = write_uint(out, sections);
    for (uint32_t i = b->section_count; ok && i-- > 0;) { /* ids descending */
        const Section *s = &b->sections[i];
        if (s->rest_from == NONE)
            continue;
        const Ref *ref = &b->refs[s->rest_from], *end = &b->refs[s->first] + s->count;
        uint32_t count = 0, clock = ref->clock;
        for (const Ref *r = ref; r < end; r++) { /* joined sections overlap and have holes */
            if (r->ref == REF_SKIP)
                continue;
            count += r->clock > clock ? 2 : r->clock + r->len > clock;
            clock = r->clock + r->len > clock ? r->clock + r->len : clock;
        }
        ok = write_uint(out, count) && write_uint(out, s->id) && write_uint(out, ref->clock);
        clock = ref->clock;
        for (; ok && ref < end; ref++) {
            if (ref->ref == REF_SKIP) /* a hole shows in the clocks; something else may fill it */
                continue;
            if (ref->clock > clock) {
                ok = write_u8(out, REF_SKIP) && write_uint(out, ref->clock - clock);
                clock = ref->clock;
            }
            uint32_t offset = clock - ref->clock;
            if (ok && offset < ref->len) {
                ok = write_ref(out, b, ref, offset, ref->len - offset);
                clock = ref->clock + ref->len;
            }
        }
    }
    return ok && write_uint(out, 0);
}

/** Joins all pending updates to one, so that repeated ones do not count twice. */
static void join_pending(CrdtDoc *d)
{
    if (d->pending_count < 2)
        return;
    CrdtBytes *parts = mem_resize(&d->memory, NULL, 0, d->pending_count * sizeof *parts);
    if (parts == NULL)
        return;
    for (uint32_t i = 0; i < d->pending_count; i++)
        parts[i] = crdt_buf_bytes(&d->pending[i]);
    CrdtBuf whole = { .allocator = &d->memory.allocator };
    CrdtErr err = crdt_merge_updates(parts, d->pending_count, &whole, NULL, NULL);
    mem_resize(&d->memory, parts, d->pending_count * sizeof *parts, 0);
    if (err != CRDT_OK) {
        crdt_buf_done(&whole);
        return;
    }
    for (uint32_t i = 0; i < d->pending_count; i++)
        crdt_buf_done(&d->pending[i]);
    d->pending[0] = whole;
    d->pending_count = 1;
    d->pending_bytes = whole.len;
}

/** Keeps what the batch could not integrate. CRDT_LIMIT: it was too much and is dropped. */
CrdtErr pending_keep(CrdtDoc *d, Batch *b)
{
    bool any = false;
    for (uint32_t i = 0; i < b->section_count; i++)
        any = any || b->sections[i].rest_from != NONE;
    if (!any)
        return CRDT_OK;
    CrdtBuf rest = { .allocator = &d->memory.allocator };
    if (!write_rest(&rest, b) ||
        !RESERVE(&d->memory, d->pending, d->pending_cap, (uint64_t)d->pending_count + 1)) {
        crdt_buf_done(&rest);
        return CRDT_NOMEM;
    }
    if (d->pending_bytes + rest.len > 2 * d->pending_joined + 65536) {
        join_pending(d);
        d->pending_joined = d->pending_bytes;
    }
    if (d->pending_bytes + rest.len > d->max_pending_bytes) {
        crdt_buf_done(&rest);
        return CRDT_LIMIT;
    }
    for (uint32_t i = 0; i < b->id_count; i++)
        if (b->links[i].missing != NONE && !missing_add(d, b->ids[i], b->links[i].missing)) {
            crdt_buf_done(&rest);
            return CRDT_NOMEM;
        }
    d->pending[d->pending_count++] = rest;
    d->pending_bytes += rest.len;
    return CRDT_OK;
}

static bool pending_ready(const CrdtDoc *d)
{
    for (uint32_t i = 0; i < d->missing_count; i++)
        if (crdt_state(d, d->missing[i].client) > d->missing[i].clock)
            return true;
    return false;
}

/** Tries pending structs again as long as something they wait for has come. */
CrdtErr pending_retry(CrdtDoc *d)
{
    CrdtErr err = CRDT_OK;
    while (err == CRDT_OK && d->pending_count > 0 && pending_ready(d)) {
        uint64_t added = d->structs_added;
        CrdtBuf *list = d->pending;
        uint32_t count = d->pending_count, cap = d->pending_cap, missing = d->missing_count;
        size_t bytes = d->pending_bytes;
        Batch b = { 0 };
        for (uint32_t i = 0; i < count && err == CRDT_OK; i++)
            err = batch_read(&d->memory, &b, crdt_buf_bytes(&list[i]), NULL);
        if (err == CRDT_OK)
            err = batch_join_sections(&d->memory, &b);
        if (err != CRDT_OK) { /* no memory: all stays as it is */
            batch_done(&d->memory, &b);
            return err;
        }
        d->pending = NULL;
        d->pending_count = d->pending_cap = d->missing_count = 0;
        d->pending_bytes = 0;
        err = batch_integrate(d, &b);
        if (err == CRDT_OK)
            err = pending_keep(d, &b);
        batch_done(&d->memory, &b);
        if (err == CRDT_NOMEM && d->pending_count == 0) { /* known structs are skipped next time */
            mem_resize(&d->memory, d->pending, d->pending_cap * sizeof *d->pending, 0);
            d->pending = list;
            d->pending_count = count;
            d->pending_cap = cap;
            d->pending_bytes = bytes;
            d->missing_count = missing;
            return err;
        }
        drop_updates(d, list, count, cap);
        if (d->structs_added == added)
            break;
    }
    return err;
}

/** Keeps a deletion of structs that are not here yet. */
CrdtErr pending_delete(CrdtDoc *d, const Deletion *rest)
{
    if (rest->len == 0)
        return CRDT_OK;
    if (d->pending_deleted_count == d->pending_deleted_cap)
        deletions_sort(d->pending_deleted, &d->pending_deleted_count);
    if ((d->pending_deleted_count + 1) * sizeof *rest > d->max_pending_bytes)
        return CRDT_LIMIT;
    if (!RESERVE(&d->memory, d->pending_deleted, d->pending_deleted_cap,
                 (uint64_t)d->pending_deleted_count + 1))
        return CRDT_NOMEM;
    d->pending_deleted[d->pending_deleted_count++] = *rest;
    return CRDT_OK;
}

/** Applies what has become possible of the pending deletions. */
CrdtErr pending_delete_retry(CrdtDoc *d)
{
    CrdtErr err = CRDT_OK;
    uint32_t kept = 0, i = 0;
    for (; i < d->pending_deleted_count && err == CRDT_OK; i++) {
        Deletion del = d->pending_deleted[i];
        uint32_t client = client_find(d, del.client);
        Range rest = { del.clock, del.len };
        if (client != NONE)
            err = deletion_apply(d, client, del.clock, del.len, &rest);
        if (err != CRDT_OK)
            break;
        if (rest.len > 0)
            d->pending_deleted[kept++] = (Deletion){ del.client, rest.clock, rest.len };
    }
    for (; i < d->pending_deleted_count; i++)
        d->pending_deleted[kept++] = d->pending_deleted[i];
    d->pending_deleted_count = kept;
    return err;
}

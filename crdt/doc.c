/** Documents: open, apply, encode, close. Source: Yjs encoding.js (applyUpdate,
 *  encodeStateAsUpdate), Doc.js. */
#include <sys/random.h>
#include <time.h>

#include "internal.h"

static uint64_t random_client(const CrdtDoc *d)
{
    uint32_t id = 0;
    do {
        if (getrandom(&id, sizeof id, GRND_NONBLOCK) != sizeof id) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            id = hash_u64((uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^ (uintptr_t)d);
        }
    } while (id == 0 || client_find(d, id) != NONE);
    return id;
}

CrdtErr crdt_open(const CrdtOptions *options, CrdtDoc **ret)
{
    CrdtOptions none = { 0 };
    const CrdtOptions *o = options != NULL ? options : &none;
    if (o->client > CRDT_MAX_CLIENT)
        return CRDT_LIMIT;
    Memory m = { 0 };
    if (o->allocator != NULL)
        m.allocator = *o->allocator;
    CrdtDoc *d = mem_resize(&m, NULL, 0, sizeof *d);
    if (d == NULL)
        return CRDT_NOMEM;
    *d = (CrdtDoc){ .memory = m, .keep_deleted = o->keep_deleted };
    d->max_update_bytes = o->max_update_bytes != 0 ? o->max_update_bytes : CRDT_MAX_BYTES;
    d->max_pending_bytes = o->max_pending_bytes != 0 ? o->max_pending_bytes : (size_t)64 << 20;
    d->max_clients = o->max_clients != 0 ? o->max_clients : 1u << 20;
    d->max_structs = o->max_structs != 0 ? o->max_structs : 1u << 31;
    d->max_steps = o->max_steps != 0 ? o->max_steps : 1u << 28;
    d->epoch = 1;
    d->client_id = o->client != 0 ? o->client : random_client(d);
    /* index 0 means none in all three */
    if (!RESERVE(&d->memory, d->items, d->item_cap, 1) ||
        !RESERVE(&d->memory, d->types, d->type_cap, 1) ||
        !RESERVE(&d->memory, d->entries, d->entry_cap, 1)) {
        crdt_close(d);
        return CRDT_NOMEM;
    }
    d->items[0] = (Item){ 0 };
    d->types[0] = (Type){ 0 };
    d->entries[0] = (Entry){ 0 };
    d->item_count = d->type_count = d->entry_count = 1;
    *ret = d;
    return CRDT_OK;
}

void crdt_close(CrdtDoc *d)
{
    if (d == NULL)
        return;
    Memory *m = &d->memory;
    listeners_done(d);
    markers_done(d);
    mem_resize(m, d->redone, d->redone_cap * sizeof *d->redone, 0);
    for (uint32_t i = 0; i < d->client_count; i++) {
        Client *c = &d->clients[i];
        leaves_done(d, c);
        mem_resize(m, c->deleted, c->deleted_cap * sizeof *c->deleted, 0);
    }
    mem_resize(m, d->clients, d->client_cap * sizeof *d->clients, 0);
    mem_resize(m, d->order, d->client_cap * sizeof *d->order, 0);
    mem_resize(m, d->items, (size_t)d->item_cap * sizeof *d->items, 0);
    mem_resize(m, d->stamps, d->stamp_cap * sizeof *d->stamps, 0);
    mem_resize(m, d->types, d->type_cap * sizeof *d->types, 0);
    mem_resize(m, d->entries, d->entry_cap * sizeof *d->entries, 0);
    mem_resize(m, d->keys, d->key_cap * sizeof *d->keys, 0);
    mem_resize(m, d->roots, d->root_cap * sizeof *d->roots, 0);
    mem_resize(m, d->touched, d->touched_cap * sizeof *d->touched, 0);
    mem_resize(m, d->tx_deleted, d->tx_deleted_cap * sizeof *d->tx_deleted, 0);
    mem_resize(m, d->merges, d->merge_cap * sizeof *d->merges, 0);
    table_done(m, &d->client_table);
    table_done(m, &d->key_table);
    table_done(m, &d->entry_table);
    pending_done(d);
    batch_done(m, &d->batch);
    for (Chunk *c = d->arena, *next; c != NULL; c = next) {
        next = c->next;
        mem_resize(m, c, sizeof *c + c->cap, 0);
    }
    Memory copy = *m;
    mem_resize(&copy, d, sizeof *d, 0);
}

uint64_t crdt_client(const CrdtDoc *doc)
{
    return doc->client_id;
}

uint64_t crdt_state(const CrdtDoc *doc, uint64_t client)
{
    uint32_t c = client_find(doc, client);
    return c == NONE ? 0 : doc->clients[c].state;
}

/* ---- apply ----------------------------------------------------------------------------------- */

static CrdtErr worst(CrdtErr a, CrdtErr b)
{
    return a != CRDT_OK ? a : b;
}

CrdtErr deletions_apply(CrdtDoc *d, const Batch *b)
{
    CrdtErr err = CRDT_OK;
    uint32_t known = d->pending_deleted_count;
    for (uint32_t i = 0; i < b->deletion_count && err != CRDT_NOMEM; i++) {
        const Deletion *del = &b->deletions[i];
        uint32_t client = client_find(d, del->client);
        Range rest = { del->clock, del->len };
        CrdtErr e = CRDT_OK;
        if (d->steps > d->max_steps)
            return worst(err, CRDT_LIMIT);
        if (client != NONE)
            e = deletion_apply(d, client, del->clock, del->len, &rest);
        if (e == CRDT_OK)
            e = pending_delete(d, &(Deletion){ del->client, rest.clock, rest.len });
        err = worst(err, e);
    }
    if (known > 0 && d->structs_added > 0)
        err = worst(err, pending_delete_retry(d));
    return err;
}

static CrdtErr apply_batch(CrdtDoc *d, Batch *b)
{
    CrdtErr err = batch_join_sections(&d->memory, b);
    if (err == CRDT_OK)
        err = batch_integrate(d, b);
    if (err == CRDT_OK)
        err = pending_keep(d, b);
    if (err != CRDT_NOMEM)
        err = worst(err, deletions_apply(d, b));
    if (err == CRDT_OK && d->structs_added > 0 && d->pending_count > 0) {
        uint64_t before = d->structs_added;
        err = pending_retry(d);
        if (err == CRDT_OK && d->structs_added > before && d->pending_deleted_count > 0)
            err = pending_delete_retry(d);
    }
    return err;
}

/** Someone else writes under our number: take another, as Yjs does. */
static void avoid_taken_client(CrdtDoc *d)
{
    uint32_t own = client_find(d, d->client_id);
    if (own == NONE)
        return;
    const Client *c = &d->clients[own];
    if (c->touched == d->epoch && c->before < c->state)
        d->client_id = random_client(d);
}

enum { SCRATCH_KEPT = 256 }; /* elements of a list that the next transaction may need again */

/** After a large update: what only it needed goes back. */
static void trim_scratch(CrdtDoc *d)
{
    Memory *m = &d->memory;
    if (d->tx_deleted_cap > SCRATCH_KEPT) {
        mem_resize(m, d->tx_deleted, d->tx_deleted_cap * sizeof *d->tx_deleted, 0);
        d->tx_deleted = NULL;
        d->tx_deleted_cap = d->tx_deleted_count = 0;
    }
    if (d->merge_cap > SCRATCH_KEPT) {
        mem_resize(m, d->merges, d->merge_cap * sizeof *d->merges, 0);
        d->merges = NULL;
        d->merge_cap = d->merge_count = 0;
    }
}

static CrdtErr too_many(CrdtFault *ret_fault, const char *what)
{
    if (ret_fault != NULL)
        *ret_fault = (CrdtFault){ 0, what };
    return CRDT_LIMIT;
}

static bool is_range_deleted(const Client *c, uint32_t clock, uint32_t len)
{
    uint32_t low = 0, high = c->deleted_count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (c->deleted[mid].clock <= clock)
            low = mid + 1;
        else
            high = mid;
    }
    return low > 0 && c->deleted[low - 1].clock + c->deleted[low - 1].len >= clock + len;
}

/** 1 when a cut before this clock makes one struct two. */
static uint64_t is_cut(CrdtDoc *d, uint32_t client, uint32_t clock)
{
    if (client == NONE || clock >= d->clients[client].state)
        return 0;
    const Item *it = &d->items[item_at(d, client, clock)];
    return it->clock < clock && !is_deleted(it);
}

/** At most how many structs an update adds: those that are new, what they are put between, which
 *  may be cut, and where deletions cut what is here. */
static uint64_t structs_more(CrdtDoc *d, const Batch *b)
{
    uint64_t more = 0;
    for (uint32_t i = 0; i < b->ref_count; i++) {
        const Ref *ref = &b->refs[i];
        if ((uint64_t)ref->clock + ref->len > crdt_state(d, b->ids[ref->client]))
            more += ref_structs(ref);
    }
    for (uint32_t i = 0; i < b->deletion_count; i++) {
        const Deletion *del = &b->deletions[i];
        uint32_t client = client_find(d, del->client);
        more += is_cut(d, client, del->clock) + is_cut(d, client, del->clock + del->len);
    }
    return more;
}

/** Refuses a decoded update that would make more clients or structs than the document may have. */
static CrdtErr check_limits(CrdtDoc *d, const Batch *b, CrdtFault *ret_fault)
{
    uint64_t clients = d->client_count, structs = struct_count(d);
    if (structs + 3 * (uint64_t)b->ref_count + 2 * (uint64_t)b->deletion_count > d->max_structs &&
        structs + structs_more(d, b) > d->max_structs)
        return too_many(ret_fault, "too many structs");
    for (uint32_t i = 0; clients + b->id_count > d->max_clients && i < b->id_count; i++)
        if (client_find(d, b->ids[i]) == NONE && ++clients > d->max_clients)
            return too_many(ret_fault, "too many clients");
    return CRDT_OK;
}

/** True when a first update cannot go beyond the limits, whatever is in it: two bytes make a
 *  struct, or delete a range and so cut two. */
static bool may_load(const CrdtDoc *d, CrdtBytes update)
{
    uint64_t sections = 0;
    return crdt_read_varuint(&update, &sections) == CRDT_OK && sections <= d->max_clients &&
           update.len <= d->max_structs;
}

CrdtErr crdt_apply(CrdtDoc *d, CrdtBytes update, CrdtApplied *ret, CrdtFault *ret_fault)
{
    if (d->in_transaction || d->listening)
        return CRDT_BUSY;
    if (update.len > d->max_update_bytes)
        return too_many(ret_fault, "update too large");
    bool general = true;
    CrdtErr err = CRDT_OK;
    if (typing_apply(d, update))
        general = false;
    else if (is_blank(d) && may_load(d, update))
        err = load_update(d, update, &general, ret_fault);
    if (general) {
        err = batch_read(&d->memory, &d->batch, update, ret_fault);
        if (err == CRDT_OK)
            err = check_limits(d, &d->batch, ret_fault);
        if (err != CRDT_OK) {
            batch_clear(&d->memory, &d->batch);
            return err;
        }
        tx_start(d);
        err = apply_batch(d, &d->batch);
        batch_clear(&d->memory, &d->batch);
        tx_end(d);
    }
    avoid_taken_client(d);
    trim_scratch(d);
    if (ret != NULL && err != CRDT_MALFORMED)
        *ret = (CrdtApplied){ .changed = d->structs_added > 0 || d->units_deleted > 0,
                              .pending = d->pending_count > 0 || d->pending_deleted_count > 0,
                              .structs_added = d->structs_added,
                              .units_deleted = d->units_deleted };
    return err;
}

CrdtErr crdt_load(const CrdtOptions *options, CrdtBytes stored, CrdtDoc **ret, CrdtFault *ret_fault)
{
    CrdtDoc *d = NULL;
    CrdtErr err = crdt_open(options, &d);
    if (err != CRDT_OK)
        return err;
    CrdtDoc limits = *d; /* what was accepted once must always open */
    d->max_update_bytes = CRDT_MAX_BYTES;
    d->max_pending_bytes = SIZE_MAX;
    d->max_steps = d->max_clients = d->max_structs = UINT64_MAX;
    err = crdt_apply(d, stored, NULL, ret_fault);
    if (err != CRDT_OK) {
        crdt_close(d);
        return err;
    }
    d->max_update_bytes = limits.max_update_bytes;
    d->max_pending_bytes = limits.max_pending_bytes;
    d->max_steps = limits.max_steps;
    d->max_clients = limits.max_clients;
    d->max_structs = limits.max_structs;
    *ret = d;
    return CRDT_OK;
}

CrdtErr crdt_is_known(CrdtDoc *d, CrdtBytes update, bool *ret, CrdtFault *ret_fault)
{
    Batch b = { 0 };
    CrdtErr err = batch_read(&d->memory, &b, update, ret_fault);
    bool known = true;
    for (uint32_t i = 0; err == CRDT_OK && known && i < b.ref_count; i++) {
        const Ref *ref = &b.refs[i];
        known = ref->ref == REF_SKIP ||
                (uint64_t)ref->clock + ref->len <= crdt_state(d, b.ids[ref->client]);
    }
    for (uint32_t i = 0; err == CRDT_OK && known && i < b.deletion_count; i++) {
        const Deletion *del = &b.deletions[i];
        uint32_t client = client_find(d, del->client);
        if (client != NONE && !deleted_ensure(d, &d->clients[client]))
            err = CRDT_NOMEM;
        known = client != NONE && is_range_deleted(&d->clients[client], del->clock, del->len);
    }
    batch_done(&d->memory, &b);
    if (err == CRDT_OK)
        *ret = known;
    return err;
}

/* ---- encode ---------------------------------------------------------------------------------- */

/** Reads the other side's state vector into clients[].target. */
static CrdtErr read_targets(CrdtDoc *d, CrdtBytes state_vector)
{
    CrdtErr err = crdt_validate_state_vector(state_vector, NULL);
    if (err != CRDT_OK)
        return err;
    Reader r = reader(state_vector);
    uint64_t count = 0, id = 0, clock = 0;
    d->target_epoch++;
    (void)!read_uint(&r, &count);
    for (uint64_t i = 0; i < count; i++) {
        (void)(!read_uint(&r, &id) || !read_uint(&r, &clock));
        uint32_t c = client_find(d, id);
        if (c == NONE)
            continue;
        d->clients[c].target = clock > UINT32_MAX ? UINT32_MAX : (uint32_t)clock;
        d->clients[c].target_epoch = d->target_epoch;
    }
    return CRDT_OK;
}

static uint32_t target_of(const CrdtDoc *d, const Client *c)
{
    return c->target_epoch == d->target_epoch ? c->target : 0;
}

/** About how long the whole document is when encoded. */
static size_t encoded_size(const CrdtDoc *d)
{
    size_t bytes = 64;
    for (const Chunk *c = d->arena; c != NULL; c = c->next)
        bytes += c->used;
    for (uint32_t i = 0; i < d->order_count; i++) {
        const Client *c = &d->clients[d->order[i]];
        bytes += (size_t)c->count * 20 + (size_t)c->deleted_count * 5 + 20;
    }
    return bytes;
}

/** Everything integrated that the targets lack, and the delete set. */
static bool write_state(CrdtDoc *d, CrdtBuf *out)
{
    uint32_t clients = 0;
    bool whole = true;
    for (uint32_t i = 0; i < d->order_count; i++) {
        const Client *c = &d->clients[d->order[i]];
        clients += target_of(d, c) < c->state;
        whole = whole && target_of(d, c) == 0;
    }
    if (whole) /* when there is not so much room at once, it grows by steps */
        (void)!buf_reserve(out, encoded_size(d));
    bool ok = write_uint(out, clients);
    for (uint32_t i = 0; ok && i < d->order_count; i++) {
        const Client *c = &d->clients[d->order[i]];
        if (target_of(d, c) < c->state)
            ok = write_client_structs(d, out, d->order[i], target_of(d, c));
    }
    return ok && write_deleted(d, out);
}

/** What is integrated and what is pending, as one update. */
static CrdtErr write_with_pending(CrdtDoc *d, CrdtBytes state_vector, CrdtBuf *out)
{
    const CrdtAllocator *a = &d->memory.allocator;
    uint32_t count = d->pending_count + 2;
    CrdtBuf *parts = mem_resize(&d->memory, NULL, 0, count * sizeof *parts);
    CrdtBytes *views = mem_resize(&d->memory, NULL, 0, count * sizeof *views);
    CrdtErr err = parts == NULL || views == NULL ? CRDT_NOMEM : CRDT_OK;
    for (uint32_t i = 0; parts != NULL && i < count; i++)
        parts[i] = (CrdtBuf){ .allocator = a };
    if (err == CRDT_OK) {
        deletions_sort(d->pending_deleted, &d->pending_deleted_count);
        if (!write_state(d, &parts[0]) || !write_uint(&parts[1], 0) ||
            !write_deletions(&parts[1], d->pending_deleted, d->pending_deleted_count))
            err = CRDT_NOMEM;
    }
    for (uint32_t i = 0; err == CRDT_OK && i < d->pending_count; i++)
        err = crdt_diff_update(crdt_buf_bytes(&d->pending[i]), state_vector, &parts[i + 2], NULL);
    if (err == CRDT_OK) {
        for (uint32_t i = 0; i < count; i++)
            views[i] = crdt_buf_bytes(&parts[i]);
        err = crdt_merge_updates(views, count, out, NULL, NULL);
    }
    for (uint32_t i = 0; parts != NULL && i < count; i++)
        crdt_buf_done(&parts[i]);
    mem_resize(&d->memory, parts, count * sizeof *parts, 0);
    mem_resize(&d->memory, views, count * sizeof *views, 0);
    return err;
}

CrdtErr crdt_encode_diff(CrdtDoc *d, CrdtBytes state_vector, CrdtBuf *out)
{
    CrdtErr err = read_targets(d, state_vector);
    if (err != CRDT_OK)
        return err;
    size_t start = out->len;
    if (d->pending_count > 0 || d->pending_deleted_count > 0)
        err = write_with_pending(d, state_vector, out);
    else if (!write_state(d, out))
        err = CRDT_NOMEM;
    if (err != CRDT_OK)
        out->len = start;
    return err;
}

CrdtErr crdt_encode(CrdtDoc *d, CrdtBuf *out)
{
    return crdt_encode_diff(d, CRDT_STR("\0"), out);
}

CrdtErr crdt_encode_state_vector(CrdtDoc *d, CrdtBuf *out)
{
    size_t start = out->len;
    bool ok = write_uint(out, d->order_count);
    for (uint32_t i = 0; ok && i < d->order_count; i++) {
        const Client *c = &d->clients[d->order[i]];
        ok = write_uint(out, c->id) && write_uint(out, c->state);
    }
    if (ok)
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

CrdtErr crdt_encode_delete_set(CrdtDoc *d, CrdtBuf *out)
{
    size_t start = out->len;
    if (write_deleted(d, out))
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

CrdtStats crdt_stats(const CrdtDoc *d)
{
    CrdtStats s = { .clients = d->order_count, .nodes = d->type_count - 1,
                    .bytes = d->memory.bytes + d->pending_bytes };
    for (uint32_t i = 0; i < d->order_count; i++) {
        const Client *c = &d->clients[d->order[i]];
        s.structs += c->count;
        s.deleted_ranges += c->deleted_count;
        Spot at = { 0 };
        for (bool more = c->count > 0; more; more = spot_next(c, &at))
            s.items += d->items[spot_item(c, at)].ref != REF_GC;
    }
    for (const Chunk *c = d->arena; c != NULL; c = c->next)
        s.content_bytes += c->used;
    s.pending_bytes = d->pending_bytes + d->pending_deleted_count * sizeof(Deletion);
    return s;
}

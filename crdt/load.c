/** Loading: an update into a document that is still blank. Structs are decoded straight into the
 *  pool, one item each in the order of clocks, and then linked; nothing is copied but, at the end,
 *  the contents that are still wanted, into exactly the room they need. So a client's directory is
 *  one flat leaf (leaf.c).
 *
 *  An update that is not the whole history of its clients — holes, sections that do not begin at
 *  clock 0, structs that build on what is not in it — is *odd*: the document is made blank again
 *  and the update takes the general way (integrate.c). */
#include "load.h"

/** True for a document that has seen nothing yet. */
bool is_blank(const CrdtDoc *d)
{
    return d->item_count == 1 && d->client_count == 0 &&
           d->entry_count == 1 && d->pending_count == 0 && d->pending_deleted_count == 0 &&
           d->listeners == NULL;
}

/** Forgets all that was loaded; roots that had been made before stay. */
static void make_blank(Loader *l)
{
    CrdtDoc *d = l->d;
    for (uint32_t i = 0; i < d->client_count; i++) {
        Client *c = &d->clients[i];
        leaves_done(d, c);
        mem_resize(&d->memory, c->deleted, c->deleted_cap * sizeof *c->deleted, 0);
    }
    d->client_count = d->client_last = d->order_count = 0;
    table_clear(&d->client_table);
    table_clear(&d->entry_table);
    d->item_count = d->entry_count = 1;
    d->free_item = d->free_count = 0;
    for (uint32_t i = 1; i < l->types; i++)
        d->types[i] = (Type){ .name = d->types[i].name, .name_len = d->types[i].name_len,
                              .kind = d->types[i].kind };
    d->type_count = l->types;
    for (uint32_t i = 0; i < d->key_count; i++)
        if (d->keys[i].root >= l->types)
            d->keys[i].root = 0;
    d->root_count = l->roots;
    d->pending_deleted_count = 0;
    d->structs_added = d->units_deleted = 0;
    d->touched_count = d->tx_deleted_count = d->merge_count = 0;
}

/* ---- the end --------------------------------------------------------------------------------- */

/** Deletes a range that begins and ends where items do; false when it does not, or is not here. */
static bool delete_whole(Loader *l, uint32_t client, uint32_t clock, uint32_t end)
{
    CrdtDoc *d = l->d;
    if (end > d->clients[client].state)
        return false;
    for (uint32_t i = load_find(l, client, clock); clock < end; i++) {
        const Item *it = &d->items[i];
        if (i >= l->pages[client].end || it->clock != clock || it->len > end - clock)
            return false;
        clock += it->len;
        item_delete(d, i);
    }
    return true;
}

/** What is in the delete set goes; ranges that need a cut, or have to wait, go the general way. */
static CrdtErr delete_all(Loader *l)
{
    Batch *b = l->b;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < b->deletion_count; i++) {
        const Deletion *del = &b->deletions[i];
        uint32_t client = client_find(l->d, del->client);
        if (client == NONE || l->d->clients[client].count == 0 ||
            !delete_whole(l, client, del->clock, del->clock + del->len))
            b->deletions[kept++] = *del;
    }
    b->deletion_count = kept;
    return deletions_apply(l->d, b);
}

static bool is_ours(const Loader *l, const Item *it)
{
    return it->ref != REF_GC && it->ref != REF_DELETED && it->ref != REF_TYPE &&
           (uintptr_t)it->bytes - (uintptr_t)l->update.at < l->update.len;
}

static void collect_client(CrdtDoc *d, const Client *c)
{
    uint32_t i;
    for (Spot s = { 0 }; (i = spot_before(d, c, s, UINT32_MAX)) != 0; spot_next(c, &s)) {
        const Item *it = &d->items[i];
        if (is_deleted(it) && it->ref != REF_DELETED && it->ref != REF_GC)
            item_collect(d, i);
    }
}

static uint32_t leaf_item(const Leaf *l, uint32_t at)
{
    return l->clock != NULL ? l->clock[l->cap + at] : l->base + at;
}

static bool could_join(const CrdtDoc *d, uint32_t left, uint32_t right)
{
    const Item *items = d->items;
    return items[left].ref == items[right].ref &&
           (items[left].right == right || items[left].ref == REF_GC) && may_merge(d, left, right);
}

/** Joins what nothing tells apart in a client, and says how long its contents in the update are. */
static size_t join_client(Loader *l, Client *c)
{
    CrdtDoc *d = l->d;
    size_t bytes = 0;
    Spot from = { NONE, 0 };
    uint32_t last = 0;
    for (uint32_t n = 0; n < c->leaf_count; n++)
        for (uint32_t at = 0; at < c->leaf[n].count; at++) {
            uint32_t i = leaf_item(&c->leaf[n], at);
            bytes += is_ours(l, &d->items[i]) ? d->items[i].byte_len : 0;
            if (from.leaf == NONE && last != 0 && could_join(d, last, i))
                from = (Spot){ n, at };
            last = i;
        }
    if (from.leaf != NONE)
        join_structs(d, c, from, UINT32_MAX);
    return bytes;
}

static uint8_t *keep_client(Loader *l, const Client *c, uint8_t *at)
{
    for (uint32_t n = 0; n < c->leaf_count; n++)
        for (uint32_t k = 0; k < c->leaf[n].count; k++) {
            Item *it = &l->d->items[leaf_item(&c->leaf[n], k)];
            if (!is_ours(l, it))
                continue;
            memcpy(at, it->bytes, it->byte_len);
            it->bytes = at;
            at += it->byte_len;
        }
    return at;
}

/** Collects and joins as at the end of any transaction, and copies the contents that remain out of
 *  the update. */
static CrdtErr finish(Loader *l)
{
    CrdtDoc *d = l->d;
    size_t bytes = 1;
    for (uint32_t k = 0; k < d->client_count && !d->keep_deleted && d->units_deleted > 0; k++)
        collect_client(d, &d->clients[k]);
    for (uint32_t k = 0; k < d->client_count; k++)
        bytes += join_client(l, &d->clients[k]);
    d->merge_count = 0;
    uint8_t *at = arena_take(d, bytes);
    for (uint32_t k = 0; k < d->client_count && at != NULL; k++)
        at = keep_client(l, &d->clients[k], at);
    return at == NULL ? CRDT_NOMEM : CRDT_OK;
}

static void shrink(Memory *m, void **array, uint32_t *cap, uint32_t count, size_t size)
{
    uint32_t fit = count + count / 64 + 2;
    if (fit >= *cap)
        return;
    void *p = mem_resize(m, *array, *cap * size, fit * size);
    if (p != NULL) {
        *array = p;
        *cap = fit;
    }
}

/** Arrays that grew by steps lose what they have too much. */
static void fit(CrdtDoc *d)
{
    Memory *m = &d->memory;
    shrink(m, (void **)&d->items, &d->item_cap, d->item_count, sizeof *d->items);
    shrink(m, (void **)&d->types, &d->type_cap, d->type_count, sizeof *d->types);
    shrink(m, (void **)&d->entries, &d->entry_cap, d->entry_count, sizeof *d->entries);
    shrink(m, (void **)&d->keys, &d->key_cap, d->key_count, sizeof *d->keys);
    mem_resize(m, d->stamps, d->stamp_cap * sizeof *d->stamps, 0);
    d->stamps = NULL;
    d->stamp_cap = d->stamp = 0;
    for (uint32_t i = 0; i < d->client_count; i++) {
        Client *c = &d->clients[i];
        leaves_flatten(d, c);
        shrink(m, (void **)&c->deleted, &c->deleted_cap, c->deleted_count, sizeof *c->deleted);
    }
}

/** Applies an update to a blank document. *ret_odd: it was odd, and the document is blank again.
 *  Other failures leave it blank, too. */
CrdtErr load_update(CrdtDoc *d, CrdtBytes update, bool *ret_odd, CrdtFault *ret_fault)
{
    Loader l = { .d = d, .b = &d->batch, .types = d->type_count, .roots = d->root_count,
                 .update = update };
    tx_start(d);
    CrdtErr err = load_read(&l, ret_fault);
    if (err == CRDT_OK && !l.odd)
        err = load_clients(&l);
    if (err == CRDT_OK && !l.odd)
        err = load_link(&l);
    if (err == CRDT_OK && !l.odd)
        err = delete_all(&l);
    if (err == CRDT_OK && !l.odd)
        err = finish(&l);
    mem_resize(&d->memory, l.homes, l.home_cap * sizeof *l.homes, 0);
    load_done(&l);
    batch_clear(&d->memory, l.b);
    *ret_odd = l.odd;
    if (err != CRDT_OK || l.odd)
        make_blank(&l);
    else
        fit(d);
    return err;
}

/** Transactions: what happens between the first change and the update that tells others.
 *  At the end deleted content is collected and structs that nothing tells apart any more are
 *  joined; the rule which joints are looked at is that of Yjs, so that both engines store the same
 *  bytes.
 *  Source: Yjs Transaction.js (cleanupTransactions, tryGcDeleteSet, tryToMergeWithLefts). */
#include "internal.h"

void tx_start(CrdtDoc *d)
{
    d->epoch++;
    d->touched_count = 0;
    d->tx_deleted_count = 0;
    d->tx_deleted_lost = false;
    d->merge_count = 0;
    d->units_deleted = 0;
    d->structs_added = 0;
    d->steps = 0;
    d->local = false;
}

/** After memory ran out while recording: everything that is deleted counts as deleted just now. */
static void recall_deleted(CrdtDoc *d)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < d->client_count; i++) {
        if (!deleted_ensure(d, &d->clients[i]))
            return;
        n += d->clients[i].deleted_count;
    }
    if (!RESERVE(&d->memory, d->tx_deleted, d->tx_deleted_cap, n))
        return;
    d->tx_deleted_count = 0;
    for (uint32_t i = 0; i < d->client_count; i++)
        for (uint32_t k = 0; k < d->clients[i].deleted_count; k++) {
            Range r = d->clients[i].deleted[k];
            d->tx_deleted[d->tx_deleted_count++] =
                (Deletion){ d->clients[i].id, r.clock, r.len };
        }
    d->tx_deleted_lost = false;
}

static void collect_range(CrdtDoc *d, Client *c, const Deletion *range)
{
    uint32_t i, end = range->clock + range->len;
    for (Spot s = spot_find(d, c, range->clock); (i = spot_before(d, c, s, end)) != 0;
         spot_next(c, &s))
        if ((d->items[i].flags & (FLAG_DELETED | FLAG_KEPT)) == FLAG_DELETED)
            item_collect(d, i);
}

/** Joins the struct at the spot with the one before it. Then the spot is that of the joined one. */
static bool join_left(CrdtDoc *d, Client *c, Spot *s)
{
    Spot left = *s;
    if (!spot_back(c, &left) || !may_merge(d, spot_item(c, left), spot_item(c, *s)))
        return false;
    uint32_t l = spot_item(c, left);
    if (c->leaf[s->leaf].clock == NULL && !leaf_reserve_at(d, c, s))
        return false;
    if (!item_merge(d, l, spot_item(c, *s)))
        return false;
    leaf_remove(d, c, *s);
    *s = spot_find(d, c, d->items[l].clock);
    return true;
}

/** Looks at the joints left of the struct at `s` and of those after it up to clock `last`, and
 *  further left while joining goes on. */
void join_structs(CrdtDoc *d, Client *c, Spot s, uint32_t last)
{
    bool further = join_left(d, c, &s);
    uint32_t from = d->items[spot_item(c, s)].clock;
    while (spot_next(c, &s) && d->items[spot_item(c, s)].clock <= last)
        join_left(d, c, &s);
    if (!further)
        return;
    for (s = spot_find(d, c, from); join_left(d, c, &s);)
        ;
}

/** True when every joint from `clock` on is looked at anyway, because the structs are new. */
static bool is_new(const CrdtDoc *d, const Client *c, uint32_t clock)
{
    return c->touched == d->epoch && clock >= c->before;
}

static void join_deleted(CrdtDoc *d, const Deletion *range)
{
    uint32_t client = client_find(d, range->client);
    if (client == NONE)
        return;
    Client *c = &d->clients[client];
    if (c->count == 0 || is_new(d, c, range->clock))
        return;
    Spot high = spot_find(d, c, range->clock + range->len - 1);
    uint32_t last = spot_next(c, &high) ? d->items[spot_item(c, high)].clock : UINT32_MAX;
    Spot low = spot_find(d, c, range->clock);
    if (d->items[spot_item(c, low)].clock < range->clock && !spot_next(c, &low))
        return;
    join_structs(d, c, low, last);
}

static void join_cut(CrdtDoc *d, const Merge *m)
{
    Client *c = &d->clients[m->client];
    if (is_new(d, c, m->clock))
        return;
    Spot low = spot_find(d, c, m->clock), high = low;
    uint32_t last = spot_next(c, &high) ? d->items[spot_item(c, high)].clock : UINT32_MAX;
    join_structs(d, c, low, last);
}

void tx_end(CrdtDoc *d)
{
    if (d->tx_deleted_lost)
        recall_deleted(d);
    if (d->listeners != NULL)
        listeners_tell(d);
    deletions_sort(d->tx_deleted, &d->tx_deleted_count);
    for (uint32_t i = 0; i < d->tx_deleted_count && !d->keep_deleted; i++) {
        uint32_t client = client_find(d, d->tx_deleted[i].client);
        if (client != NONE && d->clients[client].count > 0)
            collect_range(d, &d->clients[client], &d->tx_deleted[i]);
    }
    for (uint32_t i = 0; i < d->touched_count; i++) {
        Client *c = &d->clients[d->touched[i]];
        if (c->count > 0 && c->before < c->state)
            join_structs(d, c, spot_find(d, c, c->before), UINT32_MAX);
    }
    for (uint32_t i = d->tx_deleted_count; i-- > 0;)
        join_deleted(d, &d->tx_deleted[i]);
    for (uint32_t i = d->merge_count; i-- > 0;)
        join_cut(d, &d->merges[i]);
    d->merge_count = 0;
}

/** Writes what the transaction changed; nothing when it changed nothing. */
CrdtErr tx_write(CrdtDoc *d, CrdtBuf *out)
{
    uint32_t clients = 0;
    for (uint32_t i = 0; i < d->touched_count; i++)
        clients += d->clients[d->touched[i]].before < d->clients[d->touched[i]].state;
    if (clients == 0 && d->tx_deleted_count == 0)
        return CRDT_OK;
    size_t start = out->len;
    bool ok = write_uint(out, clients);
    for (uint32_t i = 0; ok && i < d->order_count; i++) {
        const Client *c = &d->clients[d->order[i]];
        if (c->touched == d->epoch && c->before < c->state)
            ok = write_client_structs(d, out, d->order[i], c->before);
    }
    if (ok && write_deletions(out, d->tx_deleted, d->tx_deleted_count))
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

CrdtErr crdt_begin(CrdtDoc *doc)
{
    if (doc->in_transaction || doc->listening)
        return CRDT_BUSY;
    tx_start(doc);
    doc->in_transaction = doc->local = true;
    return CRDT_OK;
}

CrdtErr crdt_commit(CrdtDoc *doc, CrdtBuf *out)
{
    if (!doc->in_transaction || doc->listening)
        return CRDT_BUSY;
    doc->in_transaction = false;
    tx_end(doc);
    return out == NULL ? CRDT_OK : tx_write(doc, out);
}

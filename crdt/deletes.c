/** Deleting: items, delete sets, and collecting what nobody can see any more.
 *  Nothing here recurses: a hostile document nests a million types.
 *  Source: Yjs DeleteSet.js, Item.delete, ContentType.delete and gc. */
#include <stdlib.h>

#include "internal.h"

/* ---- the delete set of a client: sorted joined ranges, kept as deletions happen -------------- */

/** Index of the first range that ends at or after `clock`. */
static uint32_t range_from(const Client *c, uint32_t clock)
{
    uint32_t low = 0, high = c->deleted_count;
    if (high > 0 && c->deleted[high - 1].clock + c->deleted[high - 1].len < clock)
        return high;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (c->deleted[mid].clock + c->deleted[mid].len < clock)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void range_add(CrdtDoc *d, Client *c, uint32_t clock, uint32_t len)
{
    if (c->deleted_lost)
        return;
    Range *last = c->deleted_count > 0 ? &c->deleted[c->deleted_count - 1] : NULL;
    if (last != NULL && last->clock + last->len == clock) {
        last->len += len;
        return;
    }
    uint32_t i = range_from(c, clock);
    if (i < c->deleted_count && c->deleted[i].clock <= clock + len) {
        Range *r = &c->deleted[i];
        uint32_t end = clock + len;
        if (r->clock + r->len > end)
            end = r->clock + r->len;
        if (clock < r->clock)
            r->clock = clock;
        uint32_t next = i + 1;
        while (next < c->deleted_count && c->deleted[next].clock <= end) {
            if (c->deleted[next].clock + c->deleted[next].len > end)
                end = c->deleted[next].clock + c->deleted[next].len;
            next++;
        }
        r->len = end - r->clock;
        memmove(r + 1, c->deleted + next, (c->deleted_count - next) * sizeof *r);
        c->deleted_count -= next - i - 1;
        return;
    }
    if (!RESERVE(&d->memory, c->deleted, c->deleted_cap, (uint64_t)c->deleted_count + 1)) {
        c->deleted_lost = true;
        return;
    }
    Range *r = &c->deleted[i];
    memmove(r + 1, r, (c->deleted_count - i) * sizeof *r);
    *r = (Range){ clock, len };
    c->deleted_count++;
}

/** Rebuilds the ranges from the structs after memory had run out. */
bool deleted_ensure(CrdtDoc *d, Client *c)
{
    if (!c->deleted_lost)
        return true;
    c->deleted_lost = false;
    c->deleted_count = 0;
    uint32_t i;
    for (Spot s = { 0 }; !c->deleted_lost && (i = spot_before(d, c, s, UINT32_MAX)) != 0;
         spot_next(c, &s)) {
        const Item *it = &d->items[i];
        if (is_deleted(it))
            range_add(d, c, it->clock, it->len);
    }
    return !c->deleted_lost;
}

/** Records structs that arrive as collected: deleted, but not by this transaction. */
void deleted_note(CrdtDoc *d, uint32_t client, uint32_t clock, uint32_t len)
{
    range_add(d, &d->clients[client], clock, len);
}

/** Records a deletion in the delete set of the document and of the transaction. */
void deleted_add(CrdtDoc *d, uint32_t client, uint32_t clock, uint32_t len)
{
    uint64_t id = d->clients[client].id;
    range_add(d, &d->clients[client], clock, len);
    d->units_deleted += len;
    if (d->tx_deleted_count > 0) {
        Deletion *last = &d->tx_deleted[d->tx_deleted_count - 1];
        if (last->client == id && last->clock + last->len == clock) {
            last->len += len;
            return;
        }
    }
    if (RESERVE(&d->memory, d->tx_deleted, d->tx_deleted_cap, (uint64_t)d->tx_deleted_count + 1))
        d->tx_deleted[d->tx_deleted_count++] = (Deletion){ id, clock, len };
    else
        d->tx_deleted_lost = true;
}

/* ---- deleting items -------------------------------------------------------------------------- */

static void mark_deleted(CrdtDoc *d, uint32_t i)
{
    Item *it = &d->items[i];
    if (!is_entry(it->parent) && is_countable(it)) {
        Type *t = &d->types[it->parent];
        t->length -= it->len;
        t->mark_item = 0;
    }
    it->flags |= FLAG_DELETED;
    deleted_add(d, it->client, it->clock, it->len);
}

/** Something already deleted inside a type that is deleted now: it may join its neighbours. */
static void visit_deleted(CrdtDoc *d, uint32_t i)
{
    const Client *c = &d->clients[d->items[i].client];
    uint32_t before = c->touched == d->epoch ? c->before : c->state;
    if (d->items[i].clock < before)
        merge_later(d, i);
}

/** Where a walk through a type and everything below it stands. Going up again follows the parents,
 *  so no stack is needed. */
typedef struct Walk {
    uint32_t type;
    uint32_t item;  /* the child to look at */
    uint32_t entry; /* in_entries: the entry to look at */
    bool in_entries;
} Walk;

static void walk_up(CrdtDoc *d, Walk *w)
{
    const Item *it = &d->items[d->types[w->type].item];
    if (is_entry(it->parent)) {
        const Entry *e = &d->entries[it->parent & ~ENTRY_BIT];
        *w = (Walk){ .type = e->type, .entry = e->next, .in_entries = true };
    } else {
        *w = (Walk){ .type = it->parent, .item = it->right };
    }
}

/** Deletes an item, and with a type everything in it. Deleting twice is nothing. */
void item_delete(CrdtDoc *d, uint32_t i)
{
    if (is_deleted(&d->items[i]))
        return;
    mark_deleted(d, i);
    if (d->items[i].ref != REF_TYPE)
        return;
    uint32_t top = d->items[i].byte_len;
    Walk w = { .type = top, .item = d->types[top].head };
    for (;;) {
        uint32_t at;
        if (!w.in_entries) {
            if (w.item == 0) {
                w.in_entries = true;
                w.entry = d->types[w.type].first_entry;
                continue;
            }
            at = w.item;
            w.item = d->items[at].right;
        } else {
            if (w.entry == 0) {
                if (w.type == top)
                    return;
                walk_up(d, &w);
                continue;
            }
            at = d->entries[w.entry].tail;
            w.entry = d->entries[w.entry].next;
            if (at == 0)
                continue;
        }
        if (is_deleted(&d->items[at])) {
            visit_deleted(d, at);
        } else {
            mark_deleted(d, at);
            if (d->items[at].ref == REF_TYPE)
                w = (Walk){ .type = d->items[at].byte_len,
                            .item = d->types[d->items[at].byte_len].head };
        }
    }
}

/* ---- collecting ------------------------------------------------------------------------------ */

static void to_gc(CrdtDoc *d, uint32_t i)
{
    Item *it = &d->items[i];
    it->ref = REF_GC;
    it->bytes = NULL;
    it->byte_len = 0;
    it->left = it->right = 0;
    it->parent = 0;
    it->flags = FLAG_DELETED;
    it->origin_client = it->right_client = NONE;
}

static void type_bury(Type *t)
{
    t->dead = true;
    t->head = t->tail = t->first_entry = t->last_entry = 0;
    t->mark_item = 0;
    t->length = 0;
}

/** Turns everything below a deleted type into GC structs, children before their parents. */
static void collect_below(CrdtDoc *d, uint32_t top)
{
    uint32_t type = top, item = d->types[top].head, entry = 0;
    for (;;) {
        if (item == 0) { /* the end of a list: the next entry, or up */
            entry = entry == 0 ? d->types[type].first_entry : d->entries[entry].next;
            if (entry != 0) {
                item = d->entries[entry].tail;
                if (item == 0)
                    continue;
            }
        }
        if (item == 0) {
            uint32_t owner = d->types[type].item;
            type_bury(&d->types[type]);
            if (type == top)
                return;
            uint32_t parent = d->items[owner].parent;
            type = parent_type(d, parent);
            entry = is_entry(parent) ? parent & ~ENTRY_BIT : 0;
            item = is_entry(parent) ? d->items[owner].left : d->items[owner].right;
            to_gc(d, owner);
            continue;
        }
        if (d->items[item].ref == REF_TYPE) {
            type = d->items[item].byte_len;
            item = d->types[type].head;
            entry = 0;
            continue;
        }
        uint32_t next = entry != 0 ? d->items[item].left : d->items[item].right;
        to_gc(d, item);
        item = next;
    }
}

/** Drops the content of a deleted item; only that it was there, and where, is kept. */
void item_collect(CrdtDoc *d, uint32_t i)
{
    Item *it = &d->items[i];
    if (it->ref == REF_GC || it->ref == REF_DELETED)
        return;
    if (it->ref == REF_TYPE)
        collect_below(d, it->byte_len);
    it = &d->items[i];
    it->ref = REF_DELETED;
    it->bytes = NULL;
    it->byte_len = 0;
    it->flags &= (uint8_t)~FLAG_GROWN;
}

/** Cuts an item before the unit `clock`: *ret is what begins there. */
static CrdtErr cut_at(CrdtDoc *d, uint32_t i, uint32_t clock, uint32_t *ret)
{
    if (struct_count(d) >= d->max_structs)
        return CRDT_LIMIT;
    *ret = item_split(d, i, clock - d->items[i].clock);
    return *ret == 0 ? CRDT_NOMEM : CRDT_OK;
}

/** Deletes what we have of the range; the part beyond our state comes back in *ret_rest (len 0:
 *  none). CRDT_LIMIT: it needs a cut, and there may be no more structs. */
CrdtErr deletion_apply(CrdtDoc *d, uint32_t client, uint32_t clock, uint32_t len,
                       Range *ret_rest)
{
    Client *c = &d->clients[client];
    uint32_t end = clock + len, state = c->state, next;
    CrdtErr err = CRDT_OK;
    if (clock >= state) {
        *ret_rest = (Range){ clock, len };
        return CRDT_OK;
    }
    uint32_t i = spot_item(c, spot_find(d, c, clock));
    if (!is_deleted(&d->items[i]) && d->items[i].clock < clock)
        err = cut_at(d, i, clock, &i);
    if (err != CRDT_OK)
        return err;
    *ret_rest = (Range){ state, end > state ? end - state : 0 };
    for (Spot s = spot_find(d, c, d->items[i].clock); (i = spot_before(d, c, s, end)) != 0;
         spot_next(c, &s)) {
        if (is_deleted(&d->items[i]))
            continue;
        if (end < d->items[i].clock + d->items[i].len) {
            err = cut_at(d, i, end, &next);
            if (err == CRDT_OK)
                item_delete(d, i);
            return err;
        }
        item_delete(d, i);
    }
    return CRDT_OK;
}

/* ---- lists of deletions ---------------------------------------------------------------------- */

static int wire_order(const void *a, const void *b)
{
    const Deletion *x = a, *y = b;
    if (x->client != y->client)
        return x->client > y->client ? -1 : 1;
    return x->clock < y->clock ? -1 : x->clock > y->clock;
}

/** Sorts as the wire wants it (clients descending, clocks ascending), joins what touches or
 *  overlaps. */
void deletions_sort(Deletion *list, uint32_t *count)
{
    bool sorted = true;
    for (uint32_t i = 1; i < *count && sorted; i++)
        sorted = wire_order(&list[i - 1], &list[i]) <= 0;
    if (!sorted)
        qsort(list, *count, sizeof *list, wire_order);
    uint32_t n = 0;
    for (uint32_t i = 0; i < *count; i++) {
        Deletion *last = n > 0 ? &list[n - 1] : NULL;
        if (last != NULL && last->client == list[i].client &&
            last->clock + last->len >= list[i].clock) {
            uint32_t end = list[i].clock + list[i].len;
            if (end > last->clock + last->len)
                last->len = end - last->clock;
        } else {
            list[n++] = list[i];
        }
    }
    *count = n;
}

/** Writes deletions that stand in wire order as a delete set. */
bool write_deletions(CrdtBuf *out, const Deletion *list, uint32_t count)
{
    uint32_t clients = 0;
    for (uint32_t i = 0; i < count; i++)
        clients += i == 0 || list[i].client != list[i - 1].client;
    if (!write_uint(out, clients))
        return false;
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i;
        while (end < count && list[end].client == list[i].client)
            end++;
        if (!write_uint(out, list[i].client) || !write_uint(out, end - i))
            return false;
        for (; i < end; i++)
            if (!write_uint(out, list[i].clock) || !write_uint(out, list[i].len))
                return false;
    }
    return true;
}

/** Writes the delete set of the document. */
bool write_deleted(CrdtDoc *d, CrdtBuf *out)
{
    uint32_t clients = 0;
    for (uint32_t i = 0; i < d->order_count; i++) {
        Client *c = &d->clients[d->order[i]];
        if (!deleted_ensure(d, c))
            return false;
        clients += c->deleted_count > 0;
    }
    if (!write_uint(out, clients))
        return false;
    for (uint32_t i = 0; i < d->order_count; i++) {
        const Client *c = &d->clients[d->order[i]];
        if (c->deleted_count == 0)
            continue;
        if (!buf_reserve(out, 20 + (size_t)c->deleted_count * 10))
            return false;
        uint8_t *at = put_uint(out->at + out->len, c->id);
        at = put_uint(at, c->deleted_count);
        for (uint32_t k = 0; k < c->deleted_count; k++) {
            at = put_u32(at, c->deleted[k].clock);
            at = put_u32(at, c->deleted[k].len);
        }
        out->len = (size_t)(at - out->at);
    }
    return true;
}

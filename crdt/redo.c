/** Taking a step back: what it inserted is deleted, what it deleted is written again where it stood.
 *  Source: Yjs UndoManager.js (popStackItem), Item.js (redoItem, followRedone). */
#include "undo.h"

/* ---- what was written again ------------------------------------------------------------------ */

/** Index of the first Redone that ends behind this unit. */
uint32_t redone_from(const CrdtDoc *d, uint32_t client, uint32_t clock)
{
    uint32_t low = 0, high = d->redone_count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        const Redone *r = &d->redone[mid];
        if (r->client < client || (r->client == client && r->clock + r->len <= clock))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const Redone *redone_find(const CrdtDoc *d, uint32_t client, uint32_t clock)
{
    uint32_t i = d->redone_count == 0 ? 0 : redone_from(d, client, clock);
    if (i == d->redone_count || d->redone[i].client != client || d->redone[i].clock > clock)
        return NULL;
    return &d->redone[i];
}

/** True when any unit of the item was written again. */
bool redone_touches(const CrdtDoc *d, const Item *it)
{
    uint32_t i = redone_from(d, it->client, it->clock);
    return i < d->redone_count && d->redone[i].client == it->client &&
           d->redone[i].clock < it->clock + it->len;
}

static bool redone_reserve(CrdtDoc *d)
{
    return RESERVE(&d->memory, d->redone, d->redone_cap, (uint64_t)d->redone_count + 1);
}

static void redone_add(CrdtDoc *d, Redone r)
{
    uint32_t i = redone_from(d, r.client, r.clock);
    memmove(&d->redone[i + 1], &d->redone[i], (d->redone_count - i) * sizeof r);
    d->redone[i] = r;
    d->redone_count++;
}

/** What was written in place of an item: 0 nothing, NONE no memory. */
static uint32_t redone_item(CrdtDoc *d, uint32_t item)
{
    const Redone *r = redone_find(d, d->items[item].client, d->items[item].clock);
    if (r == NULL)
        return 0;
    uint32_t i = item_clean_start(d, r->to_client, r->to_clock + (d->items[item].clock - r->clock));
    return i == 0 ? NONE : i;
}

/* ---- writing one item again ------------------------------------------------------------------ */

typedef struct Back {
    CrdtDoc *d;
    const CrdtUndo *u;
    const Step *step;
    CrdtErr err;
    uint32_t *chain; /* an item and its ancestors that must come first */
    uint32_t chain_cap;
} Back;

static uint32_t owner_of(const CrdtDoc *d, uint32_t item)
{
    return d->types[parent_type(d, d->items[item].parent)].item;
}

/** True when the step deleted it and did not make it itself. */
static bool is_wanted(const Back *b, const Item *it)
{
    uint64_t id = b->d->clients[it->client].id;
    return ranges_have(&b->step->deleted, id, it->clock) &&
           !ranges_have(&b->step->inserted, id, it->clock) &&
           (b->u == NULL || undo_covers(b->u, b->d, it));
}

/** Follows what was written in place of `item` until it stands in the type of `owner`; 0: never. */
static uint32_t trace(Back *b, uint32_t item, uint32_t owner)
{
    while (item != 0 && b->d->items[item].ref != REF_GC && owner_of(b->d, item) != owner) {
        item = redone_item(b->d, item);
        if (item == NONE) {
            b->err = CRDT_NOMEM;
            return 0;
        }
    }
    return item != 0 && b->d->items[item].ref == REF_GC ? 0 : item;
}

/** The old place in a list, among what is there now. */
static Place list_place(Back *b, uint32_t item, uint32_t owner)
{
    Place at = { 0, 0 };
    for (uint32_t i = b->d->items[item].left; i != 0 && at.left == 0; i = b->d->items[i].left)
        at.left = trace(b, i, owner);
    for (uint32_t i = item; i != 0 && at.right == 0; i = b->d->items[i].right)
        at.right = trace(b, i, owner);
    return at;
}

static bool steps_delete(const Steps *steps, uint64_t client, uint32_t clock)
{
    for (uint32_t i = 0; i < steps->count; i++)
        if (ranges_have(&steps->at[i].deleted, client, clock))
            return true;
    return false;
}

/** True when a newer value of a key is one that this undo may replace. */
static bool may_replace(const Back *b, uint32_t item)
{
    const Item *it = &b->d->items[item];
    uint64_t id = b->d->clients[it->client].id;
    return redone_find(b->d, it->client, it->clock) != NULL ||
           ranges_have(&b->step->inserted, id, it->clock) ||
           (b->u != NULL && (steps_delete(&b->u->undo, id, it->clock) ||
                             steps_delete(&b->u->redo, id, it->clock)));
}

/** The place in the list of a key; false when somebody else has set it since. */
static bool entry_place(Back *b, uint32_t item, uint32_t parent, uint32_t owner, Place *ret)
{
    CrdtDoc *d = b->d;
    uint32_t left = d->entries[parent & ~ENTRY_BIT].tail;
    if (d->items[item].right != 0 && !(b->u != NULL && b->u->overwrite_keys)) {
        left = item;
        while (d->items[left].right != 0 && may_replace(b, d->items[left].right)) {
            left = d->items[left].right;
            for (uint32_t next; (next = redone_item(d, left)) != 0; left = next)
                if (next == NONE) {
                    b->err = CRDT_NOMEM;
                    return false;
                }
        }
        if (d->items[left].right != 0)
            return false;
    }
    if (left != 0 && (d->items[left].ref == REF_GC || owner_of(d, left) != owner))
        left = d->entries[parent & ~ENTRY_BIT].tail;
    *ret = (Place){ left, 0 };
    return true;
}

static void keep(CrdtDoc *d, uint32_t item)
{
    while (item != 0 && !(d->items[item].flags & FLAG_KEPT)) {
        d->items[item].flags |= FLAG_KEPT;
        item = owner_of(d, item);
    }
}

/** Writes an item again whose ancestors are there. False when its place is taken or lost. */
static bool redo_one(Back *b, uint32_t item)
{
    CrdtDoc *d = b->d;
    uint32_t owner = owner_of(d, item), type = parent_type(d, d->items[item].parent), fresh;
    bool in_entry = is_entry(d->items[item].parent);
    for (uint32_t next; owner != 0 && (next = redone_item(d, owner)) != 0; owner = next) {
        if (next == NONE)
            b->err = CRDT_NOMEM;
        if (next == NONE || d->items[next].ref != REF_TYPE)
            return false;
        type = d->items[next].byte_len;
    }
    uint32_t parent = type;
    if (in_entry) {
        parent = entry_make(d, type, d->entries[d->items[item].parent & ~ENTRY_BIT].key);
        if (parent == 0 || !redone_reserve(d)) {
            b->err = CRDT_NOMEM;
            return false;
        }
        parent |= ENTRY_BIT;
    }
    Place at;
    if (!in_entry)
        at = list_place(b, item, owner);
    else if (!entry_place(b, item, parent, owner, &at))
        return false;
    Item content, from = d->items[item];
    uint32_t client = client_make(d, d->client_id);
    if (client == NONE || !redone_reserve(d))
        b->err = CRDT_NOMEM;
    if (from.ref == REF_FORMAT) /* the same value, not an equal one: see json_same */
        content = (Item){ .ref = REF_FORMAT, .len = 1, .bytes = from.bytes,
                          .byte_len = from.byte_len };
    else if (b->err == CRDT_OK)
        b->err = content_copy(d, d, &from, 0, from.len, &content);
    if (b->err != CRDT_OK)
        return false;
    uint32_t clock = d->clients[client].state;
    content.flags |= FLAG_KEPT;
    b->err = item_write(d, parent, at, &content, &fresh);
    if (b->err != CRDT_OK)
        return false;
    redone_add(d, (Redone){ from.client, from.clock, from.len, client, clock });
    keep(d, owner);
    return true;
}

/** Writes an item again, deleted ancestors of it first. True when it stands there now. */
static bool redo_item(Back *b, uint32_t item)
{
    CrdtDoc *d = b->d;
    if (redone_find(d, d->items[item].client, d->items[item].clock) != NULL)
        return true;
    uint32_t n = 0;
    for (uint32_t i = item; i != 0; i = owner_of(d, i)) {
        const Item *it = &d->items[i];
        bool lost = it->ref == REF_DELETED || it->ref == REF_GC;
        if (i != item && (!is_deleted(it) || redone_find(d, it->client, it->clock) != NULL))
            break;
        if (lost || (i != item && !is_wanted(b, it)))
            return false;
        if (!RESERVE(&d->memory, b->chain, b->chain_cap, (uint64_t)n + 1)) {
            b->err = CRDT_NOMEM;
            return false;
        }
        b->chain[n++] = i;
    }
    while (n > 0)
        if (!redo_one(b, b->chain[--n]))
            return false;
    return true;
}

/* ---- a step ---------------------------------------------------------------------------------- */

typedef struct List {
    uint32_t *at;
    uint32_t count, cap;
} List;

/** Collects the items of all ranges, cut at their bounds. */
static CrdtErr list_items(CrdtDoc *d, const Ranges *ranges, List *ret)
{
    for (uint32_t k = 0; k < ranges->client_count; k++)
        for (uint32_t i = 0; i < ranges->count; i++) {
            const Deletion *r = &ranges->at[i];
            uint32_t client = client_find(d, r->client);
            if (r->client != ranges->clients[k] || client == NONE)
                continue;
            uint32_t state = d->clients[client].state, clock = r->clock;
            uint32_t end = r->clock + r->len < state ? r->clock + r->len : state;
            while (clock < end) {
                uint32_t item = item_clean_start(d, client, clock);
                if (item != 0 && end < d->items[item].clock + d->items[item].len &&
                    d->items[item].ref != REF_GC &&
                    item_split(d, item, end - d->items[item].clock) == 0)
                    item = 0;
                if (item == 0 ||
                    !RESERVE(&d->memory, ret->at, ret->cap, (uint64_t)ret->count + 1))
                    return CRDT_NOMEM;
                clock = d->items[item].clock + d->items[item].len;
                if (d->items[item].ref != REF_GC)
                    ret->at[ret->count++] = item;
            }
        }
    return CRDT_OK;
}

/** Puts what stands now for an inserted item (it may have been undone and redone) into the list. */
static CrdtErr list_current(CrdtDoc *d, List *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t item = list->at[i], units = d->items[item].len;
        for (uint32_t next; (next = redone_item(d, item)) != 0; item = next)
            if (next == NONE)
                return CRDT_NOMEM;
        if (d->items[item].len > units && d->items[item].ref != REF_GC && item != list->at[i] &&
            item_split(d, item, units) == 0)
            return CRDT_NOMEM;
        list->at[i] = item;
    }
    return CRDT_OK;
}

CrdtErr step_back(CrdtDoc *d, const CrdtUndo *u, const Step *step, bool *ret_changed)
{
    Back b = { .d = d, .u = u, .step = step };
    List gone = { 0 }, back = { 0 };
    bool changed = false;
    b.err = list_items(d, &step->inserted, &gone);
    if (b.err == CRDT_OK)
        b.err = list_current(d, &gone);
    uint32_t kept = 0;
    for (uint32_t i = 0; b.err == CRDT_OK && i < gone.count; i++) {
        const Item *it = &d->items[gone.at[i]];
        if (it->ref != REF_GC && !is_deleted(it) && (u == NULL || undo_covers(u, d, it)))
            gone.at[kept++] = gone.at[i];
    }
    gone.count = kept;
    if (b.err == CRDT_OK)
        b.err = list_items(d, &step->deleted, &back);
    for (uint32_t i = 0; i < back.count; i++)
        if (!is_wanted(&b, &d->items[back.at[i]]) || !is_deleted(&d->items[back.at[i]]))
            back.at[i] = 0;
    for (uint32_t i = 0; b.err == CRDT_OK && i < back.count; i++)
        changed = (back.at[i] != 0 && redo_item(&b, back.at[i])) || changed;
    for (uint32_t i = gone.count; b.err == CRDT_OK && i-- > 0;) {
        item_delete(d, gone.at[i]);
        changed = true;
    }
    mem_resize(&d->memory, b.chain, b.chain_cap * sizeof *b.chain, 0);
    mem_resize(&d->memory, gone.at, gone.cap * sizeof *gone.at, 0);
    mem_resize(&d->memory, back.at, back.cap * sizeof *back.at, 0);
    *ret_changed = *ret_changed || changed;
    return b.err;
}

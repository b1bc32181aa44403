/** The struct store: where items, clients, types, entries and keys live and how they are found.
 *  Source: Yjs StructStore.js, Item.js (splitItem, mergeWith). */
#include "internal.h"

/* ---- clients --------------------------------------------------------------------------------- */

static uint32_t client_hash(const void *owner, uint32_t i)
{
    return hash_u64(((const CrdtDoc *)owner)->clients[i].id);
}

uint32_t client_find(const CrdtDoc *d, uint64_t id)
{
    if (d->client_count == 0)
        return NONE;
    if (d->clients[d->client_last].id == id)
        return d->client_last;
    const Table *t = &d->client_table;
    for (uint32_t h = hash_u64(id) & (t->cap - 1); t->slot[h] != 0; h = (h + 1) & (t->cap - 1))
        if (d->clients[t->slot[h] - 1].id == id)
            return t->slot[h] - 1;
    return NONE;
}

uint32_t client_make(CrdtDoc *d, uint64_t id)
{
    uint32_t found = client_find(d, id);
    if (found != NONE) {
        d->client_last = found;
        return found;
    }
    uint32_t order_cap = d->client_cap;
    if (!RESERVE(&d->memory, d->clients, d->client_cap, (uint64_t)d->client_count + 1))
        return NONE;
    if (order_cap != d->client_cap) {
        uint32_t *order = mem_resize(&d->memory, d->order, order_cap * sizeof *order,
                                     d->client_cap * sizeof *order);
        if (order == NULL) { /* keep both arrays the same size */
            Client *c = mem_resize(&d->memory, d->clients, d->client_cap * sizeof *c,
                                   order_cap * sizeof *c);
            if (c != NULL || order_cap == 0) {
                d->clients = c;
                d->client_cap = order_cap;
            }
            return NONE;
        }
        d->order = order;
    }
    if (!table_reserve(&d->memory, &d->client_table, client_hash, d))
        return NONE;
    uint32_t i = d->client_count++;
    d->clients[i] = (Client){ .id = id };
    d->clients[i].id_len = (uint8_t)(put_uint(d->clients[i].id_bytes, id) - d->clients[i].id_bytes);
    Table *t = &d->client_table;
    uint32_t h = hash_u64(id) & (t->cap - 1);
    while (t->slot[h] != 0)
        h = (h + 1) & (t->cap - 1);
    t->slot[h] = i + 1;
    t->count++;
    d->client_last = i;
    return i;
}

/** Marks that the open transaction adds structs of this client. */
bool client_touch(CrdtDoc *d, uint32_t client)
{
    Client *c = &d->clients[client];
    if (c->touched == d->epoch)
        return true;
    if (!RESERVE(&d->memory, d->touched, d->touched_cap, (uint64_t)d->touched_count + 1))
        return false;
    d->touched[d->touched_count++] = client;
    c->touched = d->epoch;
    c->before = c->state;
    return true;
}

/** Notes that this client has structs. */
void client_list(CrdtDoc *d, uint32_t client)
{
    uint32_t at = d->order_count++;
    while (at > 0 && d->clients[d->order[at - 1]].id < d->clients[client].id) {
        d->order[at] = d->order[at - 1];
        at--;
    }
    d->order[at] = client;
}

/* ---- items ----------------------------------------------------------------------------------- */

bool item_reserve(CrdtDoc *d, uint32_t client)
{
    uint32_t next = d->free_item != 0 ? d->free_item : d->item_count;
    if (d->item_count >= INT32_MAX ||
        (d->free_item == 0 && !RESERVE(&d->memory, d->items, d->item_cap, (uint64_t)next + 1)))
        return false;
    return leaf_reserve_end(d, &d->clients[client], next);
}

uint32_t item_take(CrdtDoc *d)
{
    if (d->free_item != 0) {
        uint32_t i = d->free_item;
        d->free_item = d->items[i].right;
        d->free_count--;
        return i;
    }
    return d->item_count++;
}

static void item_release(CrdtDoc *d, uint32_t i)
{
    d->items[i].right = d->free_item;
    d->free_item = i;
    d->free_count++;
}

/** Adds a struct at the end of its client. Room was reserved. */
void struct_add(CrdtDoc *d, uint32_t i)
{
    Item *it = &d->items[i];
    Client *c = &d->clients[it->client];
    if (c->count == 0)
        client_list(d, it->client);
    leaf_append(c, it->clock, i);
    c->state = it->clock + it->len;
    d->structs_added++;
}

uint32_t item_at(CrdtDoc *d, uint32_t client, uint32_t clock)
{
    Client *c = &d->clients[client];
    return spot_item(c, spot_find(d, c, clock));
}

void merge_later(CrdtDoc *d, uint32_t i)
{
    if (RESERVE(&d->memory, d->merges, d->merge_cap, (uint64_t)d->merge_count + 1))
        d->merges[d->merge_count++] = (Merge){ d->items[i].client, d->items[i].clock };
}

/** Cuts content in two. A cut through a surrogate pair leaves U+FFFD on both sides, as in every
 *  other replica (Yjs ContentString.splice). */
static bool content_split(CrdtDoc *d, Item *left, Item *right, uint32_t units)
{
    right->bytes = left->bytes;
    right->byte_len = left->byte_len;
    if (left->ref != REF_STRING && left->ref != REF_ANY && left->ref != REF_JSON)
        return true;
    bool split = false;
    size_t at = content_offset(left->ref, left->bytes, left->byte_len, left->len, units, &split);
    if (left->byte_len != left->len) { /* looked for unit by unit; text from the nearer end */
        uint32_t rest = left->len - units;
        d->steps += left->ref == REF_STRING && rest < units ? rest : units;
    }
    if (!split) {
        right->bytes = left->bytes + at;
        right->byte_len = left->byte_len - (uint32_t)at;
        left->byte_len = (uint32_t)at;
        return true;
    }
    uint32_t rest = left->byte_len - (uint32_t)at - 4;
    uint8_t *mem = arena_take(d, at + 3 + 3 + rest);
    if (mem == NULL)
        return false;
    memcpy(mem, left->bytes, at);
    memcpy(mem + at, "\xEF\xBF\xBD\xEF\xBF\xBD", 6);
    memcpy(mem + at + 6, left->bytes + at + 4, rest);
    left->bytes = mem;
    left->byte_len = (uint32_t)at + 3;
    right->bytes = mem + at + 3;
    right->byte_len = rest + 3;
    return true;
}

uint32_t item_split(CrdtDoc *d, uint32_t i, uint32_t units)
{
    uint32_t client = d->items[i].client;
    Client *c = &d->clients[client];
    Spot spot = spot_find(d, c, d->items[i].clock);
    if (!leaf_reserve_at(d, c, &spot) || d->item_count >= INT32_MAX ||
        (d->free_item == 0 &&
         !RESERVE(&d->memory, d->items, d->item_cap, (uint64_t)d->item_count + 1)))
        return 0;
    Item *left = &d->items[i];
    Item cut = *left;
    if (!content_split(d, left, &cut, units))
        return 0;
    uint32_t r = item_take(d);
    left = &d->items[i];
    left->flags &= (uint8_t)~FLAG_GROWN;
    cut.flags &= (uint8_t)~(FLAG_GROWN | FLAG_MARKED);
    cut.clock += units;
    cut.len -= units;
    cut.left = i;
    cut.origin_client = client;
    cut.origin_clock = cut.clock - 1;
    left->len = units;
    left->right = r;
    d->items[r] = cut;
    if (cut.right != 0)
        d->items[cut.right].left = r;
    else
        *list_tail(d, cut.parent) = r;

    leaf_insert_after(c, spot, cut.clock, r);
    merge_later(d, r);
    return r;
}

uint32_t item_clean_start(CrdtDoc *d, uint32_t client, uint32_t clock)
{
    uint32_t i = item_at(d, client, clock);
    Item *it = &d->items[i];
    if (it->clock < clock && it->ref != REF_GC)
        return item_split(d, i, clock - it->clock);
    return i;
}

uint32_t item_clean_end(CrdtDoc *d, uint32_t client, uint32_t clock)
{
    uint32_t i = item_at(d, client, clock);
    Item *it = &d->items[i];
    if (clock != it->clock + it->len - 1 && it->ref != REF_GC)
        return item_split(d, i, clock - it->clock + 1) == 0 ? 0 : i;
    return i;
}

static bool same_right(const Item *a, const Item *b)
{
    return a->right_client == b->right_client &&
           (a->right_client == NONE || a->right_clock == b->right_clock);
}

/** True when nothing tells two structs apart that are neighbours in the client's clocks. */
bool may_merge(const CrdtDoc *d, uint32_t l, uint32_t r)
{
    const Item *left = &d->items[l], *right = &d->items[r];
    if (left->ref != right->ref)
        return false;
    if (left->ref == REF_GC)
        return true;
    if (left->ref != REF_DELETED && left->ref != REF_STRING && left->ref != REF_ANY &&
        left->ref != REF_JSON)
        return false;
    return left->right == r && is_deleted(left) == is_deleted(right) &&
           right->origin_client == left->client &&
           right->origin_clock == left->clock + left->len - 1 && same_right(left, right) &&
           (d->redone_count == 0 || (!redone_touches(d, left) && !redone_touches(d, right)));
}

/** Joins two structs that may be. The directory of the client is the caller's to mend; the right
 *  one is released. False when memory ran out. */
bool item_merge(CrdtDoc *d, uint32_t l, uint32_t r)
{
    Item *left = &d->items[l], *right = &d->items[r];
    if (left->ref == REF_GC) {
        left->len += right->len;
        item_release(d, r);
        return true;
    }
    if (left->ref != REF_DELETED && !arena_append(d, left, right->bytes, right->byte_len, true))
        return false;
    Type *t = is_entry(left->parent) ? NULL : &d->types[left->parent];
    if (t != NULL && t->mark_item == r) {
        t->mark_item = l;
        t->mark_index -= units_of(left);
    }
    if (right->flags & FLAG_MARKED)
        markers_joined(d, l, r);
    left->len += right->len;
    left->flags |= right->flags & FLAG_KEPT;
    left->right = right->right;
    if (right->right != 0)
        d->items[right->right].left = l;
    else
        *list_tail(d, left->parent) = l;
    item_release(d, r);
    return true;
}

/* ---- keys, types, entries -------------------------------------------------------------------- */

static uint32_t key_hash(const void *owner, uint32_t i)
{
    return ((const CrdtDoc *)owner)->keys[i].hash;
}

static bool key_is(const Key *k, CrdtBytes name, uint32_t hash)
{
    return k->hash == hash && k->len == name.len &&
           (name.len == 0 || memcmp(k->at, name.at, name.len) == 0);
}

uint32_t key_find(const CrdtDoc *d, CrdtBytes name)
{
    const Table *t = &d->key_table;
    if (t->cap == 0)
        return NONE;
    uint32_t hash = hash_bytes(name.at, name.len);
    for (uint32_t h = hash & (t->cap - 1); t->slot[h] != 0; h = (h + 1) & (t->cap - 1))
        if (key_is(&d->keys[t->slot[h] - 1], name, hash))
            return t->slot[h] - 1;
    return NONE;
}

uint32_t key_make(CrdtDoc *d, CrdtBytes name)
{
    uint32_t found = key_find(d, name);
    if (found != NONE)
        return found;
    const uint8_t *at;
    if (name.len > CRDT_MAX_BYTES || !arena_copy(d, name.at, name.len, &at) ||
        !RESERVE(&d->memory, d->keys, d->key_cap, (uint64_t)d->key_count + 1) ||
        !table_reserve(&d->memory, &d->key_table, key_hash, d))
        return NONE;
    uint32_t i = d->key_count++;
    uint32_t hash = hash_bytes(name.at, name.len);
    d->keys[i] = (Key){ .at = at, .len = (uint32_t)name.len, .hash = hash };
    Table *t = &d->key_table;
    uint32_t h = hash & (t->cap - 1);
    while (t->slot[h] != 0)
        h = (h + 1) & (t->cap - 1);
    t->slot[h] = i + 1;
    t->count++;
    return i;
}

uint32_t type_make(CrdtDoc *d, uint8_t kind, uint32_t item)
{
    if (d->type_count >= ENTRY_BIT - 1 ||
        !RESERVE(&d->memory, d->types, d->type_cap, (uint64_t)d->type_count + 1))
        return 0;
    uint32_t i = d->type_count++;
    d->types[i] = (Type){ .kind = kind, .item = item, .name = (const uint8_t *)"" };
    return i;
}

/** The root of that name; made when it is new. 0 when memory ran out. */
uint32_t root_make(CrdtDoc *d, CrdtBytes name)
{
    uint32_t key = key_make(d, name);
    if (key == NONE)
        return 0;
    if (d->keys[key].root != 0)
        return d->keys[key].root;
    if (!RESERVE(&d->memory, d->roots, d->root_cap, (uint64_t)d->root_count + 1))
        return 0;
    uint32_t t = type_make(d, CRDT_ROOT, 0);
    if (t == 0)
        return 0;
    d->types[t].name = d->keys[key].at;
    d->types[t].name_len = d->keys[key].len;
    d->keys[key].root = t;
    d->roots[d->root_count++] = t;
    return t;
}

static uint32_t pair_hash(uint32_t type, uint32_t key)
{
    return hash_u64((uint64_t)type << 32 | key);
}

static uint32_t entry_hash(const void *owner, uint32_t i)
{
    const Entry *e = &((const CrdtDoc *)owner)->entries[i];
    return pair_hash(e->type, e->key);
}

/** 0 when there is none. */
uint32_t entry_find(const CrdtDoc *d, uint32_t type, uint32_t key)
{
    const Table *t = &d->entry_table;
    if (t->cap == 0)
        return 0;
    uint32_t h = pair_hash(type, key) & (t->cap - 1);
    for (; t->slot[h] != 0; h = (h + 1) & (t->cap - 1)) {
        const Entry *e = &d->entries[t->slot[h] - 1];
        if (e->type == type && e->key == key)
            return t->slot[h] - 1;
    }
    return 0;
}

uint32_t entry_make(CrdtDoc *d, uint32_t type, uint32_t key)
{
    uint32_t found = entry_find(d, type, key);
    if (found != 0)
        return found;
    if (d->entry_count >= ENTRY_BIT - 1 ||
        !RESERVE(&d->memory, d->entries, d->entry_cap, (uint64_t)d->entry_count + 1) ||
        !table_reserve(&d->memory, &d->entry_table, entry_hash, d))
        return 0;
    uint32_t i = d->entry_count++;
    d->entries[i] = (Entry){ .type = type, .key = key };
    Table *t = &d->entry_table;
    uint32_t h = entry_hash(d, i) & (t->cap - 1);
    while (t->slot[h] != 0)
        h = (h + 1) & (t->cap - 1);
    t->slot[h] = i + 1;
    t->count++;
    Type *ty = &d->types[type];
    if (ty->last_entry != 0)
        d->entries[ty->last_entry].next = i;
    else
        ty->first_entry = i;
    ty->last_entry = i;
    return i;
}

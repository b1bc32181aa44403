/** Where is (client, clock)? Per client a directory of leaves, sorted by clock, each with some
 *  dozens of structs. A leaf is *open* (two small arrays: clocks and item indices) or *flat*: its
 *  items stand in the pool one after the other in the order of their clocks, as they do after
 *  loading, and need no arrays. A change opens the part of a flat leaf around it. So a loaded
 *  document pays nothing for the directory, and inserting or removing a struct moves a few hundred
 *  bytes however long the history is. */
#include "internal.h"

enum { LEAF_MAX = 128, WINDOW = 48, LEAF_SMALL = 32 };

static uint32_t clock_at(const CrdtDoc *d, const Leaf *l, uint32_t at)
{
    return l->clock != NULL ? l->clock[at] : d->items[l->base + at].clock;
}

static uint32_t index_at(const Leaf *l, uint32_t at)
{
    return l->clock != NULL ? l->clock[l->cap + at] : l->base + at;
}

static size_t leaf_bytes(uint32_t cap) { return (size_t)cap * 2 * sizeof(uint32_t); }

void leaves_done(CrdtDoc *d, Client *c)
{
    for (uint32_t i = 0; i < c->leaf_count; i++)
        mem_resize(&d->memory, c->leaf[i].clock, leaf_bytes(c->leaf[i].cap), 0);
    mem_resize(&d->memory, c->leaf, c->leaf_cap * sizeof *c->leaf, 0);
    c->leaf = NULL;
    c->leaf_count = c->leaf_cap = c->count = 0;
}

/** The last element of a sorted array that is <= clock; the first is. No branches: they would be
 *  guessed wrong every second time. */
static uint32_t last_up_to(const uint32_t *clocks, uint32_t n, uint32_t clock)
{
    const uint32_t *base = clocks;
    while (n > 1) {
        uint32_t half = n / 2;
        base = base[half] <= clock ? base + half : base;
        n -= half;
    }
    return (uint32_t)(base - clocks);
}

static uint32_t flat_search(const Item *items, uint32_t n, uint32_t clock)
{
    const Item *base = items;
    while (n > 1) {
        uint32_t half = n / 2;
        base = base[half].clock <= clock ? base + half : base;
        n -= half;
    }
    return (uint32_t)(base - items);
}

static bool leaf_has(const CrdtDoc *d, const Client *c, uint32_t leaf, uint32_t at, uint32_t clock)
{
    const Leaf *l = &c->leaf[leaf];
    if (l->clock == NULL) {
        const Item *it = &d->items[l->base + at];
        return clock - it->clock < it->len;
    }
    if (l->clock[at] > clock)
        return false;
    if (at + 1 < l->count)
        return clock < l->clock[at + 1];
    return leaf + 1 == c->leaf_count || clock < c->leaf[leaf + 1].first;
}

/** The struct that contains `clock`, which is below the client's state; there is at least one. */
Spot spot_find(const CrdtDoc *d, Client *c, uint32_t clock)
{
    Spot hit = c->hit;
    if (hit.leaf < c->leaf_count && hit.at < c->leaf[hit.leaf].count) {
        if (leaf_has(d, c, hit.leaf, hit.at, clock))
            return hit;
        if (hit.at + 1 < c->leaf[hit.leaf].count && leaf_has(d, c, hit.leaf, hit.at + 1, clock)) {
            c->hit.at++;
            return c->hit;
        }
    }
    uint32_t low = 0, n = c->leaf_count;
    if (c->leaf[n - 1].first <= clock) {
        low = n - 1;
    } else {
        while (n > 1) {
            uint32_t half = n / 2;
            low = c->leaf[low + half].first <= clock ? low + half : low;
            n -= half;
        }
    }
    const Leaf *l = &c->leaf[low];
    uint32_t at = l->clock == NULL ? flat_search(&d->items[l->base], l->count, clock)
                  : l->clock[l->count - 1] <= clock ? l->count - 1
                                                    : last_up_to(l->clock, l->count, clock);
    return c->hit = (Spot){ low, at };
}

/** How many structs there are from the spot on. */
uint32_t spot_rest(const Client *c, Spot s)
{
    uint32_t n = 0;
    for (uint32_t i = s.leaf; i < c->leaf_count; i++)
        n += c->leaf[i].count;
    return n - s.at;
}

uint32_t last_item(const Client *c)
{
    const Leaf *l = &c->leaf[c->leaf_count - 1];
    return index_at(l, l->count - 1);
}

/** Moves structs from..to of leaf `l` into a fresh open one of `cap`. */
static bool leaf_copy(CrdtDoc *d, const Leaf *l, uint32_t from, uint32_t to, uint32_t cap,
                      Leaf *ret)
{
    uint32_t *clock = mem_resize(&d->memory, NULL, 0, leaf_bytes(cap));
    if (clock == NULL)
        return false;
    for (uint32_t i = from; i < to; i++) {
        clock[i - from] = clock_at(d, l, i);
        clock[cap + i - from] = index_at(l, i);
    }
    *ret = (Leaf){ .clock = clock, .cap = cap, .count = to - from, .first = clock[0] };
    return true;
}

static bool directory_reserve(CrdtDoc *d, Client *c, uint32_t more)
{
    return RESERVE(&d->memory, c->leaf, c->leaf_cap, (uint64_t)c->leaf_count + more);
}

static void directory_insert(Client *c, uint32_t at, Leaf leaf)
{
    memmove(c->leaf + at + 1, c->leaf + at, (c->leaf_count - at) * sizeof leaf);
    c->leaf[at] = leaf;
    c->leaf_count++;
}

static void directory_remove(CrdtDoc *d, Client *c, uint32_t at)
{
    mem_resize(&d->memory, c->leaf[at].clock, leaf_bytes(c->leaf[at].cap), 0);
    c->leaf_count--;
    memmove(c->leaf + at, c->leaf + at + 1, (c->leaf_count - at) * sizeof *c->leaf);
}

static uint32_t room_for(uint32_t count)
{
    uint32_t cap = count < 4 ? 8 : count + count / 2 + 2;
    return cap > LEAF_MAX ? LEAF_MAX : cap;
}

/** Opens the part of a flat leaf around the spot. */
static bool open_window(CrdtDoc *d, Client *c, Spot *s)
{
    if (!directory_reserve(d, c, 2))
        return false;
    Leaf flat = c->leaf[s->leaf], open;
    uint32_t from = 0, to = flat.count;
    if (flat.count > 2 * WINDOW) {
        from = s->at < WINDOW + WINDOW / 3 ? 0 : s->at - WINDOW;
        to = flat.count - s->at < WINDOW + WINDOW / 3 ? flat.count : s->at + WINDOW;
    }
    uint32_t cap = to - from > 2 * WINDOW ? LEAF_MAX : room_for(to - from);
    if (!leaf_copy(d, &flat, from, to, cap, &open))
        return false;
    c->leaf[s->leaf] = open;
    if (to < flat.count)
        directory_insert(c, s->leaf + 1,
                         (Leaf){ .base = flat.base + to, .count = flat.count - to,
                                 .first = d->items[flat.base + to].clock });
    if (from > 0) {
        directory_insert(c, s->leaf,
                         (Leaf){ .base = flat.base, .count = from, .first = flat.first });
        s->leaf++;
    }
    s->at -= from;
    return true;
}

/** Makes a full open leaf longer, or two of it. */
static bool leaf_widen(CrdtDoc *d, Client *c, Spot *s)
{
    Leaf old = c->leaf[s->leaf], fresh;
    if (old.cap < LEAF_MAX) {
        uint32_t cap = old.cap * 2 > LEAF_MAX ? LEAF_MAX : old.cap * 2;
        if (!leaf_copy(d, &old, 0, old.count, cap, &fresh))
            return false;
        mem_resize(&d->memory, old.clock, leaf_bytes(old.cap), 0);
        c->leaf[s->leaf] = fresh;
        return true;
    }
    uint32_t half = old.count / 2;
    if (!directory_reserve(d, c, 1) || !leaf_copy(d, &old, half, old.count, LEAF_MAX, &fresh))
        return false;
    c->leaf[s->leaf].count = half;
    directory_insert(c, s->leaf + 1, fresh);
    if (s->at >= half)
        *s = (Spot){ s->leaf + 1, s->at - half };
    return true;
}

/** Makes the leaf of the spot one that can take another struct, or lose one; the spot moves along. */
bool leaf_reserve_at(CrdtDoc *d, Client *c, Spot *s)
{
    if (c->leaf[s->leaf].clock == NULL)
        return open_window(d, c, s);
    return c->leaf[s->leaf].count < c->leaf[s->leaf].cap || leaf_widen(d, c, s);
}

/** Adds a struct after the one at the spot. Room was made. */
void leaf_insert_after(Client *c, Spot s, uint32_t clock, uint32_t item)
{
    Leaf *l = &c->leaf[s.leaf];
    uint32_t at = s.at + 1, *index = l->clock + l->cap;
    memmove(l->clock + at + 1, l->clock + at, (l->count - at) * sizeof *index);
    memmove(index + at + 1, index + at, (l->count - at) * sizeof *index);
    l->clock[at] = clock;
    index[at] = item;
    l->count++;
    c->count++;
}

/** Makes room for one more struct at the end, which will be item `next`. */
bool leaf_reserve_end(CrdtDoc *d, Client *c, uint32_t next)
{
    if (c->leaf_count == 0)
        return directory_reserve(d, c, 1);
    Spot last = { c->leaf_count - 1, 0 };
    const Leaf *l = &c->leaf[last.leaf];
    if (l->clock == NULL) {
        if (next == l->base + l->count)
            return true;
        last.at = l->count - 1;
        return l->count > LEAF_SMALL ? directory_reserve(d, c, 1) : leaf_reserve_at(d, c, &last);
    }
    if (l->count < l->cap)
        return true;
    return l->cap == LEAF_MAX ? directory_reserve(d, c, 1) : leaf_widen(d, c, &last);
}

/** Adds a struct at the end. Room was made. */
void leaf_append(Client *c, uint32_t clock, uint32_t item)
{
    Leaf *l = c->leaf_count > 0 ? &c->leaf[c->leaf_count - 1] : NULL;
    c->count++;
    if (l != NULL && l->clock == NULL && item == l->base + l->count) {
        l->count++;
    } else if (l != NULL && l->clock != NULL && l->count < l->cap) {
        l->clock[l->count] = clock;
        l->clock[l->cap + l->count] = item;
        l->count++;
    } else {
        c->leaf[c->leaf_count++] = (Leaf){ .base = item, .count = 1, .first = clock };
    }
}

/** Takes the struct at the spot out, whose leaf is open. */
void leaf_remove(CrdtDoc *d, Client *c, Spot s)
{
    Leaf *l = &c->leaf[s.leaf];
    uint32_t *index = l->clock + l->cap;
    l->count--;
    c->count--;
    memmove(l->clock + s.at, l->clock + s.at + 1, (l->count - s.at) * sizeof *index);
    memmove(index + s.at, index + s.at + 1, (l->count - s.at) * sizeof *index);
    if (l->count == 0) {
        directory_remove(d, c, s.leaf);
        return;
    }
    l->first = l->clock[0];
    Leaf *p = s.leaf > 0 ? l - 1 : NULL;
    if (l->count < LEAF_SMALL && p != NULL && p->clock != NULL && p->count + l->count <= p->cap) {
        memcpy(p->clock + p->count, l->clock, l->count * sizeof *index);
        memcpy(p->clock + p->cap + p->count, index, l->count * sizeof *index);
        p->count += l->count;
        directory_remove(d, c, s.leaf);
    }
}

/** Makes items first .. first + count - 1 the structs of a client that has none. */
bool leaf_make_flat(CrdtDoc *d, Client *c, uint32_t first, uint32_t count)
{
    if (!directory_reserve(d, c, 1))
        return false;
    c->leaf[0] = (Leaf){ .base = first, .count = count, .first = d->items[first].clock };
    c->leaf_count = 1;
    c->count = count;
    return true;
}

/** Makes one flat leaf of all, when the items stand in order. */
void leaves_flatten(CrdtDoc *d, Client *c)
{
    if (c->leaf_count < 2 && (c->count == 0 || c->leaf[0].clock == NULL))
        return;
    Spot s = { 0 };
    uint32_t first = spot_item(c, s), count = c->count, i, k = first;
    for (; (i = spot_before(d, c, s, UINT32_MAX)) != 0; spot_next(c, &s), k++)
        if (i != k)
            return;
    for (uint32_t n = 0; n < c->leaf_count; n++)
        mem_resize(&d->memory, c->leaf[n].clock, leaf_bytes(c->leaf[n].cap), 0);
    c->leaf[0] = (Leaf){ .base = first, .count = count, .first = d->items[first].clock };
    c->leaf_count = 1;
}

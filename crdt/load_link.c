/** Loading, second step: items are put into their lists, clients with high ids first and others when
 *  they are built upon. */
#include <stdlib.h>

#include "load.h"

static uint32_t end_clock(const CrdtDoc *d, const Section *s)
{
    const Item *last = &d->items[s->first + s->count - 1];
    return last->clock + last->len;
}

static uint8_t page_shift(uint32_t clocks, uint32_t items)
{
    uint8_t shift = 0;
    while (clocks >> shift > items)
        shift++;
    return shift;
}

static bool make_pages(Loader *l)
{
    CrdtDoc *d = l->d;
    const Batch *b = l->b;
    for (uint32_t k = 0; k < b->section_count; k++) {
        const Section *s = &b->sections[k];
        uint32_t end = end_clock(d, s);
        l->page_count += (end >> page_shift(end, s->count)) + 1;
    }
    l->pages = mem_resize(&d->memory, NULL, 0, (b->id_count + 1) * sizeof *l->pages);
    l->page = mem_resize(&d->memory, NULL, 0, (l->page_count + 1) * sizeof *l->page);
    if (l->pages == NULL || l->page == NULL)
        return false;
    memset(l->pages, 0, (b->id_count + 1) * sizeof *l->pages);
    uint32_t *page = l->page;
    for (uint32_t k = 0; k < b->section_count; k++) {
        const Section *s = &b->sections[k];
        uint32_t end = end_clock(d, s), p = 0;
        uint8_t shift = page_shift(end, s->count);
        l->pages[s->client] = (Pages){ page, s->first, s->first + s->count, shift };
        for (uint32_t i = s->first; i < s->first + s->count; i++)
            for (uint32_t last = (d->items[i].clock + d->items[i].len - 1) >> shift; p <= last; p++)
                page[p] = i;
        page += (end >> shift) + 1;
    }
    return true;
}

void load_done(Loader *l)
{
    mem_resize(&l->d->memory, l->pages, (l->b->id_count + 1) * sizeof *l->pages, 0);
    mem_resize(&l->d->memory, l->page, (l->page_count + 1) * sizeof *l->page, 0);
}

/** The item that contains a clock which is below the client's state. */
uint32_t load_find(Loader *l, uint32_t client, uint32_t clock)
{
    const Item *items = l->d->items;
    const Pages *p = &l->pages[client];
    uint32_t i = p->page[clock >> p->shift];
    for (int steps = 0; i < p->end && steps < 16; i++, steps++)
        if (clock - items[i].clock < items[i].len)
            return i;
    return item_at(l->d, client, clock); /* uneven pages, or an item that was cut */
}

/** Clients get the numbers they have in the batch, and one flat leaf each. */
CrdtErr load_clients(Loader *l)
{
    CrdtDoc *d = l->d;
    Batch *b = l->b;
    for (uint32_t i = 0; i < b->id_count; i++)
        if (client_make(d, b->ids[i]) == NONE)
            return CRDT_NOMEM;
    if (!RESERVE(&d->memory, b->links, b->link_cap, b->id_count))
        return CRDT_NOMEM;
    for (uint32_t i = 0; i < b->id_count; i++)
        b->links[i] = (Link){ .section = NONE };
    if (b->section_count > 1)
        qsort(b->sections, b->section_count, sizeof *b->sections, section_by_id);
    for (uint32_t i = b->section_count; i-- > 0;) {
        const Section *s = &b->sections[i];
        l->odd = l->odd || b->links[s->client].section != NONE;
        if (l->odd)
            return CRDT_OK;
        b->links[s->client].section = i;
        if (!leaf_make_flat(d, &d->clients[s->client], s->first, s->count) ||
            !client_touch(d, s->client))
            return CRDT_NOMEM;
        client_list(d, s->client);
    }
    return make_pages(l) ? CRDT_OK : CRDT_NOMEM;
}

/** The list that an item belongs to: *ret is 0 when its parent is gone. */
static CrdtErr find_list(Loader *l, uint32_t home, uint32_t left, uint32_t right, uint32_t *ret)
{
    CrdtDoc *d = l->d;
    uint32_t beside = left != 0 ? left : right;
    *ret = 0;
    if ((left != 0 && d->items[left].ref == REF_GC) ||
        (right != 0 && d->items[right].ref == REF_GC))
        return CRDT_OK;
    if (home == 0) {
        *ret = d->items[beside].parent;
        return CRDT_OK;
    }
    const Home *h = &l->homes[home - 1];
    uint32_t type = h->type;
    if (type == 0) {
        const Item *owner = &d->items[load_find(l, h->client, h->clock)];
        type = owner->ref == REF_TYPE ? owner->byte_len : 0;
    }
    *ret = type;
    if (type == 0 || h->key == NONE)
        return CRDT_OK;
    uint32_t entry = entry_make(d, type, h->key);
    *ret = entry | ENTRY_BIT;
    return entry == 0 ? CRDT_NOMEM : CRDT_OK;
}

/** The unit that an item was written behind, cut out where it is inside a longer item. */
static uint32_t find_origin(Loader *l, uint32_t i)
{
    CrdtDoc *d = l->d;
    const Item *it = &d->items[i], *before = it - 1;
    uint32_t client = it->origin_client, clock = it->origin_clock;
    if (before->client == client && before->clock + before->len - 1 == clock)
        return i - 1; /* typing: what its author wrote before */
    uint32_t left = load_find(l, client, clock);
    const Item *at = &d->items[left];
    bool ends = at->clock + at->len - 1 == clock || at->ref == REF_GC;
    return ends ? left : item_clean_end(d, client, clock);
}

/** The neighbours at the time of writing, cut out where they are part of a longer item. */
static bool find_neighbours(Loader *l, uint32_t i, uint32_t *ret_left, uint32_t *ret_right)
{
    CrdtDoc *d = l->d;
    uint32_t left = 0;
    if (d->items[i].origin_client != NONE && (left = find_origin(l, i)) == 0)
        return false;
    uint32_t client = d->items[i].right_client, clock = d->items[i].right_clock;
    *ret_left = left;
    *ret_right = 0;
    if (client == NONE)
        return true;
    uint32_t right = left != 0 ? d->items[left].right : 0; /* mostly it still stands there */
    if (right == 0 || d->items[right].client != client || d->items[right].clock != clock) {
        right = load_find(l, client, clock);
        if (d->items[right].clock != clock && d->items[right].ref != REF_GC)
            right = item_clean_start(d, client, clock);
    }
    *ret_right = right;
    return right != 0;
}

/** Nearly all: the item goes between two neighbours in a list that lives, and that is all; false when
 *  there is more to it. */
static inline bool link_between(CrdtDoc *d, uint32_t i, uint32_t left, uint32_t right)
{
    Item *it = &d->items[i], *items = d->items;
    if (left == 0 || items[left].right != right || is_entry(it->parent))
        return false;
    Type *t = &d->types[it->parent];
    if (t->item != 0 && is_deleted(&items[t->item]))
        return false;
    it->left = left;
    it->right = right;
    items[left].right = i;
    if (right != 0)
        items[right].left = i;
    else
        t->tail = i;
    if (it->ref == REF_DELETED) {
        it->flags = FLAG_DELETED;
        deleted_add(d, it->client, it->clock, it->len);
        return true;
    }
    if (it->ref != REF_FORMAT)
        t->length += it->len;
    t->has_format = t->has_format || it->ref == REF_FORMAT;
    t->has_text = t->has_text || (it->ref >= REF_STRING && it->ref <= REF_FORMAT);
    if (it->ref == REF_TYPE)
        d->types[it->byte_len].item = i;
    return true;
}

/** What belongs to something that is gone is gone, too. */
static void link_gone(CrdtDoc *d, Item *it)
{
    *it = (Item){ .ref = REF_GC, .flags = FLAG_DELETED, .client = it->client, .clock = it->clock,
                  .len = it->len, .origin_client = NONE, .right_client = NONE };
    deleted_note(d, it->client, it->clock, it->len);
}

static CrdtErr link_item(Loader *l, uint32_t i)
{
    CrdtDoc *d = l->d;
    uint32_t left = 0, right = 0, list = 0;
    if (d->items[i].ref != REF_GC) {
        if (!find_neighbours(l, i, &left, &right))
            return CRDT_NOMEM;
        CrdtErr err = find_list(l, d->items[i].parent, left, right, &list);
        if (err != CRDT_OK)
            return err;
    }
    Item *it = &d->items[i];
    d->structs_added++;
    d->clients[it->client].state = it->clock + it->len;
    if (list == 0) {
        link_gone(d, it);
        return CRDT_OK;
    }
    it->parent = list;
    if (it->ref == REF_TYPE) {
        CrdtErr err = content_type(d, (CrdtBytes){ it->bytes, it->byte_len }, it);
        if (err != CRDT_OK)
            return err;
    }
    return link_between(d, i, left, right) ? CRDT_OK : item_settle(d, i, left, right);
}

/** The client whose structs must come first, or NONE. */
static uint32_t missing_first(const Loader *l, const Item *it)
{
    const Client *clients = l->d->clients;
    if (it->origin_client != NONE && it->origin_client != it->client &&
        it->origin_clock >= clients[it->origin_client].state)
        return it->origin_client;
    if (it->right_client != NONE && it->right_client != it->client &&
        it->right_clock >= clients[it->right_client].state)
        return it->right_client;
    const Home *h = it->parent != 0 ? &l->homes[it->parent - 1] : NULL;
    if (h != NULL && h->type == 0 && h->clock >= clients[h->client].state)
        return h->client;
    return NONE;
}

/** Links all items, clients with high ids first, others when they are built upon. */
CrdtErr load_link(Loader *l)
{
    CrdtDoc *d = l->d;
    Batch *b = l->b;
    uint32_t sections = b->section_count, depth = 0;
    for (;;) {
        uint32_t i = 0;
        if (depth > 0)
            i = b->stack[--depth];
        while (i == 0 && sections > 0) {
            Section *s = &b->sections[sections - 1];
            if (s->next == s->count)
                sections--;
            else
                i = s->first + s->next++;
        }
        if (i == 0)
            return CRDT_OK;
        for (;;) { /* down to what it builds on */
            const Item *it = &d->items[i];
            uint32_t missing = missing_first(l, it);
            if (missing == NONE)
                break;
            uint32_t at = b->links[missing].section;
            Section *s = at == NONE ? NULL : &b->sections[at];
            l->odd = s == NULL || s->next == s->count;
            if (l->odd)
                return CRDT_OK;
            if (!RESERVE(&d->memory, b->stack, b->stack_cap, (uint64_t)depth + 1))
                return CRDT_NOMEM;
            b->stack[depth++] = i;
            i = s->first + s->next++;
        }
        l->odd = d->items[i].clock != d->clients[d->items[i].client].state;
        if (l->odd)
            return CRDT_OK;
        if (d->steps > d->max_steps)
            return CRDT_LIMIT;
        CrdtErr err = link_item(l, i);
        if (err != CRDT_OK)
            return err;
    }
}


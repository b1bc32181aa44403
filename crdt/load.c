/** Loading: an update into a document that is still blank. Structs are decoded straight into the
 *  pool, one item each in the order of clocks, and then linked; nothing is copied but, at the end,
 *  the contents that are still wanted, into exactly the room they need. So a client's directory is
 *  one flat leaf (leaf.c).
 *
 *  An update that is not the whole history of its clients — holes, sections that do not begin at
 *  clock 0, structs that build on what is not in it — is *odd*: the document is made blank again
 *  and the update takes the general way (integrate.c). */
#include <stdlib.h>

#include "internal.h"

/** Where a struct without origins belongs. While loading, Item.parent is the number of one, or 0. */
typedef struct Home {
    uint32_t type;          /* a root, or 0: */
    uint32_t client, clock; /* the item that holds the type */
    uint32_t key;           /* or NONE */
} Home;

/** Where to look for a clock of one client: page[clock >> shift] is the item in which that page of
 *  clocks begins. There are about as many pages as items. */
typedef struct Pages {
    uint32_t *page;
    uint32_t first, end; /* items */
    uint8_t shift;
} Pages;

typedef struct Loader {
    CrdtDoc *d;
    Pages *pages; /* by client */
    uint32_t *page; /* of all clients */
    size_t page_count;
    Batch *b; /* ids, sections (first: an item) and deletions; no refs */
    Home *homes;
    uint32_t home_count, home_cap;
    uint32_t types, roots; /* how many there were before */
    CrdtBytes update;
    bool odd;
} Loader;

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

/* ---- decoding -------------------------------------------------------------------------------- */

static bool add_home(Loader *l, const Ref *ref, uint32_t *ret)
{
    CrdtDoc *d = l->d;
    if (!RESERVE(&d->memory, l->homes, l->home_cap, (uint64_t)l->home_count + 1))
        return false;
    Home h = { .client = ref->parent_client, .clock = ref->parent_clock, .key = NONE };
    if (ref->parent_form == PARENT_ROOT &&
        (h.type = root_make(d, (CrdtBytes){ ref->name, ref->name_len })) == 0)
        return false;
    if (ref->has_sub && (h.key = key_make(d, (CrdtBytes){ ref->sub, ref->sub_len })) == NONE)
        return false;
    l->homes[l->home_count++] = h;
    *ret = l->home_count;
    return true;
}

static bool add_item(Loader *l, const Ref *ref)
{
    bool gc = ref->ref == REF_GC;
    uint32_t home = 0;
    if (!gc && ref->parent_form != PARENT_COPY && !add_home(l, ref, &home))
        return false;
    l->d->items[l->d->item_count++] = (Item){
        .bytes = ref->bytes, .byte_len = ref->byte_len,
        .client = ref->client, .clock = ref->clock, .len = ref->len,
        .origin_client = gc ? NONE : ref->origin_client, .origin_clock = ref->origin_clock,
        .right_client = gc ? NONE : ref->right_client, .right_clock = ref->right_clock,
        .parent = home, .ref = ref->ref,
    };
    return true;
}

static bool load_section(Loader *l, Reader *r)
{
    CrdtDoc *d = l->d;
    Batch *b = l->b;
    Section s;
    uint32_t clock;
    if (!section_read(&d->memory, b, r, &s, &clock))
        return false;
    if (s.count == 0)
        return true;
    l->odd = clock != 0;
    if (l->odd)
        return false;
    s.first = d->item_count;
    if (!RESERVE(&d->memory, b->sections, b->section_cap, (uint64_t)b->section_count + 1) ||
        (uint64_t)d->item_count + s.count > INT32_MAX ||
        !RESERVE(&d->memory, d->items, d->item_cap, (uint64_t)d->item_count + s.count))
        return reader_fail(r, CRDT_NOMEM, "out of memory");
    b->sections[b->section_count++] = s;
    for (uint32_t i = 0; i < s.count; i++) {
        Ref ref = { .client = s.client, .clock = clock };
        if (!struct_read(&d->memory, b, r, &ref))
            return false;
        l->odd = ref.ref == REF_SKIP;
        if (l->odd)
            return false;
        if (!add_item(l, &ref))
            return reader_fail(r, CRDT_NOMEM, "out of memory");
        clock += ref.len;
    }
    return true;
}

static CrdtErr load_read(Loader *l, CrdtFault *ret)
{
    Reader r = reader(l->update);
    uint64_t count = 0;
    bool ok = sections_count_read(&r, &count);
    for (uint64_t i = 0; ok && i < count; i++)
        ok = load_section(l, &r);
    ok = ok && deletions_read(&l->d->memory, l->b, &r);
    if (ok && r.at != r.end)
        reader_fail(&r, CRDT_MALFORMED, "bytes after the end");
    return l->odd ? CRDT_OK : reader_err(&r, ret);
}

/* ---- linking --------------------------------------------------------------------------------- */

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

static void pages_done(Loader *l)
{
    mem_resize(&l->d->memory, l->pages, (l->b->id_count + 1) * sizeof *l->pages, 0);
    mem_resize(&l->d->memory, l->page, (l->page_count + 1) * sizeof *l->page, 0);
}

/** The item that contains a clock which is below the client's state. */
static uint32_t clock_find(Loader *l, uint32_t client, uint32_t clock)
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
static CrdtErr make_clients(Loader *l)
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
        const Item *owner = &d->items[clock_find(l, h->client, h->clock)];
        type = owner->ref == REF_TYPE ? owner->byte_len : 0;
    }
    *ret = type;
    if (type == 0 || h->key == NONE)
        return CRDT_OK;
    uint32_t entry = entry_make(d, type, h->key);
    *ret = entry | ENTRY_BIT;
    return entry == 0 ? CRDT_NOMEM : CRDT_OK;
}

/** The neighbours at the time of writing, cut out where they are part of a longer item. */
static bool find_neighbours(Loader *l, uint32_t i, uint32_t *ret_left, uint32_t *ret_right)
{
    CrdtDoc *d = l->d;
    uint32_t client = d->items[i].origin_client, clock = d->items[i].origin_clock, left = 0;
    if (client != NONE) {
        left = clock_find(l, client, clock);
        const Item *at = &d->items[left];
        if (at->clock + at->len - 1 != clock && at->ref != REF_GC &&
            (left = item_clean_end(d, client, clock)) == 0)
            return false;
    }
    *ret_left = left;
    *ret_right = 0;
    client = d->items[i].right_client;
    clock = d->items[i].right_clock;
    if (client == NONE)
        return true;
    uint32_t right = left != 0 ? d->items[left].right : 0; /* mostly it still stands there */
    if (right == 0 || d->items[right].client != client || d->items[right].clock != clock) {
        right = clock_find(l, client, clock);
        if (d->items[right].clock != clock && d->items[right].ref != REF_GC)
            right = item_clean_start(d, client, clock);
    }
    *ret_right = right;
    return right != 0;
}

static CrdtErr link_item(Loader *l, uint32_t i)
{
    CrdtDoc *d = l->d;
    Client *c = &d->clients[d->items[i].client];
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
    c->state = it->clock + it->len;
    if (list == 0) {
        *it = (Item){ .ref = REF_GC, .flags = FLAG_DELETED, .client = it->client,
                      .clock = it->clock, .len = it->len,
                      .origin_client = NONE, .right_client = NONE };
        deleted_note(d, it->client, it->clock, it->len);
        return CRDT_OK;
    }
    it->parent = list;
    if (it->ref == REF_TYPE) {
        CrdtErr err = content_type(d, (CrdtBytes){ it->bytes, it->byte_len }, it);
        if (err != CRDT_OK)
            return err;
    }
    return item_settle(d, i, left, right);
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
static CrdtErr link_all(Loader *l)
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

/* ---- the end --------------------------------------------------------------------------------- */

/** Deletes a range that begins and ends where items do; false when it does not, or is not here. */
static bool delete_whole(Loader *l, uint32_t client, uint32_t clock, uint32_t end)
{
    CrdtDoc *d = l->d;
    if (end > d->clients[client].state)
        return false;
    for (uint32_t i = clock_find(l, client, clock); clock < end; i++) {
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

/** Joins what nothing tells apart in a client, and says how long its contents in the update are. */
static size_t join_client(Loader *l, Client *c)
{
    CrdtDoc *d = l->d;
    size_t bytes = 0;
    bool join = false;
    Spot from = { 0 };
    uint32_t i, last = 0;
    for (Spot s = { 0 }; (i = spot_before(d, c, s, UINT32_MAX)) != 0; spot_next(c, &s), last = i) {
        bytes += is_ours(l, &d->items[i]) ? d->items[i].byte_len : 0;
        if (!join && last != 0 && may_merge(d, last, i)) {
            join = true;
            from = s;
        }
    }
    if (join)
        join_structs(d, c, from, UINT32_MAX);
    return bytes;
}

static uint8_t *keep_client(Loader *l, const Client *c, uint8_t *at)
{
    CrdtDoc *d = l->d;
    uint32_t i;
    for (Spot s = { 0 }; (i = spot_before(d, c, s, UINT32_MAX)) != 0; spot_next(c, &s)) {
        Item *it = &d->items[i];
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
        err = make_clients(&l);
    if (err == CRDT_OK && !l.odd)
        err = link_all(&l);
    if (err == CRDT_OK && !l.odd)
        err = delete_all(&l);
    if (err == CRDT_OK && !l.odd)
        err = finish(&l);
    mem_resize(&d->memory, l.homes, l.home_cap * sizeof *l.homes, 0);
    pages_done(&l);
    batch_clear(&d->memory, l.b);
    *ret_odd = l.odd;
    if (err != CRDT_OK || l.odd)
        make_blank(&l);
    else
        fit(d);
    return err;
}

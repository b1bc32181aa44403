/** Integration: putting a struct where every replica puts it (YATA).
 *  Source: Yjs Item.integrate and getMissing, encoding.js (integrateStructs). */
#include <stdlib.h>

#include "internal.h"

static bool same_id(uint32_t a_client, uint32_t a_clock, uint32_t b_client, uint32_t b_clock)
{
    return a_client == b_client && (a_client == NONE || a_clock == b_clock);
}

static bool stamps_reserve(CrdtDoc *d)
{
    if (d->stamp_cap < d->item_cap) {
        uint32_t *s = mem_resize(&d->memory, d->stamps, d->stamp_cap * sizeof *s,
                                 d->item_cap * sizeof *s);
        if (s == NULL)
            return false;
        memset(s + d->stamp_cap, 0, (d->item_cap - d->stamp_cap) * sizeof *s);
        d->stamps = s;
        d->stamp_cap = d->item_cap;
    }
    if (d->stamp > UINT32_MAX - 2 - d->item_count) {
        memset(d->stamps, 0, d->stamp_cap * sizeof *d->stamps);
        d->stamp = 0;
    }
    return true;
}

/** Orders `it` among what others inserted at the same place; returns its left neighbour.
 *  The two sets of YATA (items seen, items conflicting) are stamps: at least `base`, and exactly
 *  `now`. */
static uint32_t order_concurrent(CrdtDoc *d, const Item *it, uint32_t left, uint32_t right)
{
    Item *items = d->items;
    uint32_t o = left != 0 ? items[left].right : *list_head(d, it->parent);
    uint32_t base = d->stamp + 1, now = base;
    uint64_t id = d->clients[it->client].id;
    while (o != 0 && o != right) {
        const Item *other = &items[o];
        d->stamps[o] = now;
        d->steps++;
        if (same_id(it->origin_client, it->origin_clock, other->origin_client,
                    other->origin_clock)) {
            if (d->clients[other->client].id < id) {
                left = o;
                now++;
            } else if (same_id(it->right_client, it->right_clock, other->right_client,
                               other->right_clock)) {
                break;
            }
        } else if (other->origin_client != NONE) {
            uint32_t origin = item_at(d, other->origin_client, other->origin_clock);
            if (d->stamps[origin] < base)
                break;
            if (d->stamps[origin] != now) {
                left = o;
                now++;
            }
        } else {
            break;
        }
        o = other->right;
    }
    d->stamp = now;
    return left;
}

static void link_in(CrdtDoc *d, uint32_t i, uint32_t left)
{
    Item *it = &d->items[i];
    uint32_t right;
    if (left != 0) {
        right = d->items[left].right;
        d->items[left].right = i;
    } else {
        uint32_t *head = list_head(d, it->parent);
        right = *head;
        *head = i;
    }
    it->left = left;
    it->right = right;
    if (right != 0) {
        d->items[right].left = i;
        return;
    }
    *list_tail(d, it->parent) = i;
    if (is_entry(it->parent) && left != 0)
        item_delete(d, left); /* the value of this key until now */
}

/** The left neighbour that an item gets which was put between `left` and `right` (0: none). */
static CrdtErr find_left(CrdtDoc *d, const Item *it, uint32_t left, uint32_t right, uint32_t *ret)
{
    bool between = left != 0 ? d->items[left].right == right
                             : right != 0 && d->items[right].left == 0;
    uint32_t first = left != 0 ? d->items[left].right : *list_head(d, it->parent);
    *ret = left;
    if (between || first == 0 || first == right)
        return CRDT_OK;
    if (!stamps_reserve(d))
        return CRDT_NOMEM;
    *ret = order_concurrent(d, it, left, right);
    return CRDT_OK;
}

/** Links an item of the pool behind `left` and does what its arrival does to others. */
static void settle(CrdtDoc *d, uint32_t i, uint32_t left)
{
    link_in(d, i, left);
    Item *it = &d->items[i];
    if (!is_entry(it->parent)) {
        Type *t = &d->types[it->parent];
        if (is_countable(it))
            t->length += it->len;
        t->has_format = t->has_format || it->ref == REF_FORMAT;
        t->has_text = t->has_text || (it->ref >= REF_STRING && it->ref <= REF_FORMAT);
        t->mark_item = 0;
    }
    if (it->ref == REF_DELETED) {
        it->flags |= FLAG_DELETED;
        deleted_add(d, it->client, it->clock, it->len);
    } else if (it->ref == REF_TYPE) {
        d->types[it->byte_len].item = i;
    }
    uint32_t owner = d->types[parent_type(d, it->parent)].item;
    if ((owner != 0 && is_deleted(&d->items[owner])) || (is_entry(it->parent) && it->right != 0))
        item_delete(d, i);
}

/** Links an item that is in the pool and in the directory of its client already. Only memory
 *  fails, and then nothing has happened. */
CrdtErr item_settle(CrdtDoc *d, uint32_t i, uint32_t left, uint32_t right)
{
    CrdtErr err = find_left(d, &d->items[i], left, right, &left);
    if (err == CRDT_OK)
        settle(d, i, left);
    return err;
}

/** Places a new struct whose neighbours at the time of writing were `left` and `right` (0: none).
 *  `proto` has id, content, origins and parent. Room for everything is made before anything is
 *  linked. */
CrdtErr item_place(CrdtDoc *d, const Item *proto, uint32_t left, uint32_t right, uint32_t *ret)
{
    if (!item_reserve(d, proto->client) || !client_touch(d, proto->client) ||
        find_left(d, proto, left, right, &left) != CRDT_OK)
        return CRDT_NOMEM;
    uint32_t i = item_take(d);
    d->items[i] = *proto;
    struct_add(d, i);
    settle(d, i, left);
    *ret = i;
    return CRDT_OK;
}

static CrdtErr place_gc(CrdtDoc *d, uint32_t client, uint32_t clock, uint32_t len)
{
    if (!item_reserve(d, client) || !client_touch(d, client))
        return CRDT_NOMEM;
    uint32_t i = item_take(d);
    d->items[i] = (Item){ .ref = REF_GC, .flags = FLAG_DELETED, .client = client, .clock = clock,
                          .len = len, .origin_client = NONE, .right_client = NONE };
    struct_add(d, i);
    deleted_note(d, client, clock, len);
    return CRDT_OK;
}

/** True when text written between the client's newest unit and this right neighbour makes its newest item
 *  longer, which is `it`. */
static bool may_grow(const CrdtDoc *d, const Item *it, uint32_t right_client, uint32_t right_clock)
{
    if (it->ref != REF_STRING || is_deleted(it) || is_entry(it->parent) ||
        (d->redone_count > 0 && redone_touches(d, it)))
        return false;
    if (right_client == NONE)
        return it->right_client == NONE && it->right == 0;
    return it->right != 0 && it->right_client == right_client && it->right_clock == right_clock &&
           d->items[it->right].client == right_client && d->items[it->right].clock == right_clock;
}

static bool grow(CrdtDoc *d, uint32_t client, CrdtBytes text, uint32_t units)
{
    Client *c = &d->clients[client];
    uint32_t i = last_item(c);
    Item *it = &d->items[i];
    if (!client_touch(d, client) || !arena_append(d, it, text.at, (uint32_t)text.len, false))
        return false;
    it->len += units;
    c->state += units;
    Type *t = &d->types[it->parent];
    t->length += units;
    if (t->mark_item != i)
        t->mark_item = 0;
    d->structs_added++;
    return true;
}

/** Typing: text that continues the newest item of its author just makes it longer. */
static bool grow_in_place(CrdtDoc *d, const Batch *b, const Ref *ref, uint32_t client)
{
    const Client *c = &d->clients[client];
    if (ref->ref != REF_STRING || ref->origin_client != ref->client || c->count == 0 ||
        ref->origin_clock + 1 != ref->clock)
        return false;
    uint32_t right = ref->right_client == NONE ? NONE : b->links[ref->right_client].client;
    return may_grow(d, &d->items[last_item(c)], right, ref->right_clock) &&
           grow(d, client, (CrdtBytes){ ref->bytes, ref->byte_len }, ref->len);
}

/** Reads the id of a client that has structs; NONE when it is of another. */
static uint32_t read_known(CrdtDoc *d, Reader *r, uint32_t likely)
{
    const Client *c = &d->clients[likely];
    uint64_t id;
    if (r->end - r->at >= 8 &&
        (load_u64(r->at) ^ load_u64(c->id_bytes)) << (64 - 8 * c->id_len) == 0) {
        r->at += c->id_len;
        return likely;
    }
    return read_uint(r, &id) ? client_find(d, id) : NONE;
}

/** Most updates are one key: one struct, text, behind the last one of its author, and no deletion. Such a
 *  one is applied at once, without being taken apart. False: it is not one; nothing has changed. */
bool typing_apply(CrdtDoc *d, CrdtBytes update)
{
    Reader r = reader(update);
    if (update.len < 8 || update.at[0] != 1 || update.at[1] != 1 || d->client_count == 0 ||
        d->pending_count > 0 || d->pending_deleted_count > 0)
        return false;
    r.at += 2;
    uint32_t clock = 0, origin = 0, right = NONE, right_clock = 0, units = 0;
    uint32_t client = read_known(d, &r, d->client_last);
    if (client == NONE || d->clients[client].count == 0 || !read_clock(&r, &clock) ||
        clock != d->clients[client].state || r.at == r.end)
        return false;
    d->client_last = client;
    uint8_t info = *r.at++;
    if ((info & ~(INFO_RIGHT | INFO_SUB)) != (INFO_ORIGIN | REF_STRING) ||
        read_known(d, &r, client) != client || !read_clock(&r, &origin) || origin + 1 != clock)
        return false;
    if ((info & INFO_RIGHT) &&
        ((right = read_known(d, &r, client)) == NONE || !read_clock(&r, &right_clock)))
        return false;
    CrdtBytes text = { 0 };
    uint32_t bytes = 0;
    if (!may_grow(d, &d->items[last_item(&d->clients[client])], right, right_clock) ||
        !read_text(&r, &text.at, &bytes, &units) || units == 0 || units > CRDT_MAX_CLOCK - clock ||
        r.end - r.at != 1 || *r.at != 0)
        return false;
    text.len = bytes;
    tx_start(d);
    if (!grow(d, client, text, units))
        return false;
    if (d->listeners != NULL)
        listeners_tell(d);
    Client *c = &d->clients[client];
    Spot last = { c->leaf_count - 1, c->leaf[c->leaf_count - 1].count - 1 };
    join_structs(d, c, last, UINT32_MAX);
    return true;
}

/** The list that the struct belongs to: *ret is 0 when its parent is gone. */
static CrdtErr find_parent(CrdtDoc *d, const Batch *b, const Ref *ref, uint32_t left,
                           uint32_t right, uint32_t *ret)
{
    const Item *l = left != 0 ? &d->items[left] : NULL;
    const Item *r = right != 0 ? &d->items[right] : NULL;
    *ret = 0;
    if ((l != NULL && l->ref == REF_GC) || (r != NULL && r->ref == REF_GC))
        return CRDT_OK;
    if (ref->parent_form == PARENT_COPY) {
        *ret = l != NULL ? l->parent : r != NULL ? r->parent : 0;
        return CRDT_OK;
    }
    uint32_t type = 0;
    if (ref->parent_form == PARENT_ROOT) {
        type = root_make(d, (CrdtBytes){ ref->name, ref->name_len });
        if (type == 0)
            return CRDT_NOMEM;
    } else {
        uint32_t owner = item_at(d, b->links[ref->parent_client].client, ref->parent_clock);
        if (d->items[owner].ref != REF_TYPE)
            return CRDT_OK;
        type = d->items[owner].byte_len;
    }
    if (!ref->has_sub) {
        *ret = type;
        return CRDT_OK;
    }
    uint32_t key = key_make(d, (CrdtBytes){ ref->sub, ref->sub_len });
    uint32_t entry = key == NONE ? 0 : entry_make(d, type, key);
    *ret = entry | ENTRY_BIT;
    return entry == 0 ? CRDT_NOMEM : CRDT_OK;
}

/** A new shared type as the wire describes it. */
CrdtErr content_type(CrdtDoc *d, CrdtBytes content, Item *it)
{
    Reader r = reader(content);
    uint64_t kind = 0;
    CrdtBytes name = { (const uint8_t *)"", 0 };
    (void)!read_uint(&r, &kind);
    if (r.at < r.end) {
        uint32_t len = 0;
        (void)!read_bytes(&r, &name.at, &len);
        name.len = len;
    }
    return content_node(d, (CrdtKind)kind, name, it);
}

/** Brings the content into the document, from `offset` units on. */
static CrdtErr keep_content(CrdtDoc *d, const Ref *ref, uint32_t offset, Item *it)
{
    it->ref = ref->ref;
    it->len = ref->len - offset;
    const uint8_t *bytes = ref->bytes;
    uint32_t byte_len = ref->byte_len;
    if (ref->ref == REF_DELETED)
        return CRDT_OK;
    if (ref->ref == REF_TYPE)
        return content_type(d, (CrdtBytes){ bytes, byte_len }, it);
    bool split = false;
    size_t from = offset == 0 ? 0 : content_offset(ref->ref, bytes, byte_len, ref->len,
                                                  offset, &split);
    if (split) {
        uint8_t *at = arena_take(d, byte_len - from - 1);
        if (at == NULL)
            return CRDT_NOMEM;
        memcpy(at, "\xEF\xBF\xBD", 3);
        memcpy(at + 3, bytes + from + 4, byte_len - from - 4);
        it->bytes = at;
        it->byte_len = byte_len - (uint32_t)from - 1;
        return CRDT_OK;
    }
    it->byte_len = byte_len - (uint32_t)from;
    return arena_copy(d, bytes + from, it->byte_len, &it->bytes) ? CRDT_OK : CRDT_NOMEM;
}

/** Integrates a struct of which the first `offset` units are known already. Everything it builds on
 *  is here. */
static CrdtErr integrate_ref(CrdtDoc *d, Batch *b, const Ref *ref, uint32_t offset)
{
    Link *link = &b->links[ref->client];
    if (link->client == NONE)
        link->client = client_make(d, b->ids[ref->client]);
    if (link->client == NONE)
        return CRDT_NOMEM;
    uint32_t client = link->client, clock = ref->clock + offset;
    if (ref->ref == REF_GC)
        return place_gc(d, client, clock, ref->len - offset);
    if (offset == 0 && grow_in_place(d, b, ref, client))
        return CRDT_OK;

    Item it = { .client = client, .clock = clock, .origin_client = NONE, .right_client = NONE };
    uint32_t left = 0, right = 0;
    if (ref->origin_client != NONE) {
        it.origin_client = b->links[ref->origin_client].client;
        it.origin_clock = ref->origin_clock;
        left = item_clean_end(d, it.origin_client, it.origin_clock);
        if (left == 0)
            return CRDT_NOMEM;
    }
    if (ref->right_client != NONE) {
        it.right_client = b->links[ref->right_client].client;
        it.right_clock = ref->right_clock;
        uint32_t next = left != 0 ? d->items[left].right : 0; /* mostly it still stands there */
        bool there = next != 0 && d->items[next].client == it.right_client &&
                     d->items[next].clock == it.right_clock;
        right = there ? next : item_clean_start(d, it.right_client, it.right_clock);
        if (right == 0)
            return CRDT_NOMEM;
    }
    CrdtErr err = find_parent(d, b, ref, left, right, &it.parent);
    if (err != CRDT_OK)
        return err;
    if (offset > 0) {
        left = item_at(d, client, clock - 1);
        it.origin_client = client;
        it.origin_clock = clock - 1;
        /* The rest of a struct belongs where its beginning is, whatever a liar says. */
        it.parent = d->items[left].ref == REF_GC ? 0 : d->items[left].parent;
    }
    if (it.parent == 0)
        return place_gc(d, client, clock, ref->len - offset);
    err = keep_content(d, ref, offset, &it);
    uint32_t ignored;
    return err != CRDT_OK ? err : item_place(d, &it, left, right, &ignored);
}

/* ---- the order of integration ---------------------------------------------------------------- */

static uint32_t link_state(const CrdtDoc *d, const Link *l)
{
    return l->client == NONE ? 0 : d->clients[l->client].state;
}

/** The batch client whose structs must come first, or NONE. */
static uint32_t first_missing(const CrdtDoc *d, const Batch *b, const Ref *ref)
{
    if (ref->ref == REF_GC)
        return NONE;
    uint32_t c = ref->origin_client;
    if (c != NONE && c != ref->client && ref->origin_clock >= link_state(d, &b->links[c]))
        return c;
    c = ref->right_client;
    if (c != NONE && c != ref->client && ref->right_clock >= link_state(d, &b->links[c]))
        return c;
    c = ref->parent_client;
    if (ref->parent_form == PARENT_ID && c != ref->client &&
        ref->parent_clock >= link_state(d, &b->links[c]))
        return c;
    return NONE;
}

static void note_missing(Batch *b, uint32_t client, uint32_t clock)
{
    Link *l = &b->links[client];
    if (l->missing == NONE || l->missing > clock)
        l->missing = clock;
}

/** A dead end: what is on the stack, and all after it by the same clients, has to wait. */
static void set_aside(Batch *b, uint32_t depth)
{
    for (uint32_t i = 0; i < depth; i++) {
        Section *s = &b->sections[b->links[b->refs[b->stack[i]].client].section];
        if (s->rest_from > b->stack[i])
            s->rest_from = b->stack[i];
        s->closed = true;
    }
}

int section_by_id(const void *a, const void *b)
{
    const Section *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static CrdtErr links_make(CrdtDoc *d, Batch *b)
{
    if (!RESERVE(&d->memory, b->links, b->link_cap, b->id_count))
        return CRDT_NOMEM;
    for (uint32_t i = 0; i < b->id_count; i++)
        b->links[i] = (Link){ client_find(d, b->ids[i]), NONE, NONE };
    if (b->section_count > 1)
        qsort(b->sections, b->section_count, sizeof *b->sections, section_by_id);
    for (uint32_t i = 0; i < b->section_count; i++)
        b->links[b->sections[i].client].section = i;
    return CRDT_OK;
}

/** Integrates what can be, clients with high ids first, others when they are built upon.
 *  Sections whose rest must wait have rest_from set; links say what is missing. */
CrdtErr batch_integrate(CrdtDoc *d, Batch *b)
{
    CrdtErr err = links_make(d, b);
    if (err != CRDT_OK)
        return err;
    uint32_t sections = b->section_count, depth = 0, head = NONE;
    for (;;) {
        if (head == NONE && depth > 0)
            head = b->stack[--depth];
        while (head == NONE && sections > 0) {
            Section *s = &b->sections[sections - 1];
            if (s->closed || s->next == s->count)
                sections--;
            else
                head = s->first + s->next++;
        }
        if (head == NONE)
            return CRDT_OK;
        const Ref *ref = &b->refs[head];
        uint32_t state = link_state(d, &b->links[ref->client]);
        if (ref->ref == REF_SKIP || ref->clock + ref->len <= state) {
            head = NONE;
            continue;
        }
        uint32_t missing = ref->clock > state ? ref->client : first_missing(d, b, ref);
        if (missing == NONE) {
            if (d->steps > d->max_steps || struct_count(d) + ref_structs(ref) > d->max_structs)
                return CRDT_LIMIT;
            err = integrate_ref(d, b, ref, state - ref->clock);
            if (err != CRDT_OK)
                return err;
            head = NONE;
            continue;
        }
        if (!RESERVE(&d->memory, b->stack, b->stack_cap, (uint64_t)depth + 1))
            return CRDT_NOMEM;
        b->stack[depth++] = head;
        head = NONE;
        uint32_t at = b->links[missing].section;
        Section *s = at == NONE ? NULL : &b->sections[at];
        if (missing != ref->client && s != NULL && !s->closed && s->next < s->count) {
            head = s->first + s->next++;
            continue;
        }
        note_missing(b, missing, missing == ref->client
                                     ? ref->clock - 1
                                     : link_state(d, &b->links[missing]));
        set_aside(b, depth);
        depth = 0;
    }
}

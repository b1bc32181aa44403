/** Restoring: making a node what it is in another document, by new edits.
 *
 *  Ids are the same in all states of a document, and nothing ever changes its place among the others.
 *  So the two lists are two selections from one order: what only this document shows is deleted, what
 *  only the other shows is written anew behind what stands before it there, and the rest stays.
 *  Marks are items like others. Types that both have are treated the same way, one after the other. */
#include "internal.h"

/** A type here and the one in the other document that it is to become. */
typedef struct Pair {
    uint32_t here, there;
} Pair;

typedef struct Restore {
    CrdtDoc *d, *past;
    CrdtKeepFn *keep; /* or NULL */
    void *context;
    Pair *pairs; /* still to do */
    uint32_t count, cap;
} Restore;

CrdtErr content_copy(CrdtDoc *d, const CrdtDoc *of, const Item *from, uint32_t offset,
                     uint32_t units, Item *ret)
{
    *ret = (Item){ .ref = from->ref, .len = units };
    if (from->ref == REF_TYPE) {
        const Type *t = &of->types[from->byte_len];
        return content_node(d, (CrdtKind)t->kind, (CrdtBytes){ t->name, t->name_len }, ret);
    }
    CrdtBytes bytes = { from->bytes, from->byte_len };
    bool cut_start = false, cut_end = false;
    if (units != from->len) {
        size_t start = content_offset(from->ref, from->bytes, from->byte_len, from->len, offset,
                                      &cut_start);
        size_t end = content_offset(from->ref, from->bytes, from->byte_len, from->len,
                                    offset + units, &cut_end);
        start += cut_start ? 4 : 0;
        bytes = (CrdtBytes){ from->bytes + start, end > start ? end - start : 0 };
    }
    uint8_t *at = arena_take(d, bytes.len + (cut_start ? 3 : 0) + (cut_end ? 3 : 0));
    if (at == NULL)
        return CRDT_NOMEM;
    uint8_t *to = at;
    if (cut_start) /* halves of a pair become U+FFFD, as everywhere */
        to = (uint8_t *)memcpy(to, "\xEF\xBF\xBD", 3) + 3;
    if (bytes.len > 0)
        to = (uint8_t *)memcpy(to, bytes.at, bytes.len) + bytes.len;
    if (cut_end)
        to = (uint8_t *)memcpy(to, "\xEF\xBF\xBD", 3) + 3;
    ret->bytes = at;
    ret->byte_len = (uint32_t)(to - at);
    return CRDT_OK;
}

static CrdtErr pair_add(Restore *r, uint32_t here, uint32_t there)
{
    if (!RESERVE(&r->d->memory, r->pairs, r->cap, (uint64_t)r->count + 1))
        return CRDT_NOMEM;
    r->pairs[r->count++] = (Pair){ here, there };
    return CRDT_OK;
}

static bool is_alive(const Item *it)
{
    return it->ref != REF_GC && !is_deleted(it);
}

/** The live item that holds a unit of `of` in `in`, and how many units from there on; 0: none. */
static uint32_t counterpart(CrdtDoc *in, const CrdtDoc *of, const Item *it, uint32_t offset,
                            uint32_t *ret_units)
{
    uint32_t client = client_find(in, of->clients[it->client].id), left = it->len - offset;
    uint32_t clock = it->clock + offset;
    *ret_units = left;
    if (client == NONE || clock >= in->clients[client].state)
        return 0;
    uint32_t i = item_at(in, client, clock);
    const Item *other = &in->items[i];
    uint32_t there = other->clock + other->len - clock;
    *ret_units = there < left ? there : left;
    return is_alive(other) && other->ref == it->ref ? i : 0;
}

static bool is_kept(const Restore *r, CrdtBytes key)
{
    return r->keep != NULL && r->keep(r->context, key);
}

static bool is_kept_mark(const Restore *r, const Item *it)
{
    CrdtBytes key, json;
    if (it->ref != REF_FORMAT)
        return false;
    format_parts(it, &key, &json);
    return is_kept(r, key);
}

/** Deletes what stands here and not there. */
static CrdtErr drop_newer(Restore *r, Pair p)
{
    CrdtDoc *d = r->d;
    for (uint32_t i = d->types[p.here].head; i != 0; i = d->items[i].right) {
        uint32_t units = 0;
        if (!is_alive(&d->items[i]))
            continue;
        bool keep = counterpart(r->past, d, &d->items[i], 0, &units) != 0 ||
                    is_kept_mark(r, &d->items[i]);
        if (units < d->items[i].len && item_split(d, i, units) == 0)
            return CRDT_NOMEM;
        if (!keep)
            item_delete(d, i);
    }
    return CRDT_OK;
}

/** Writes units that only the other document shows, after `left`. */
static CrdtErr write_units(Restore *r, Pair p, uint32_t *left, uint32_t item, uint32_t offset,
                           uint32_t units)
{
    CrdtDoc *d = r->d;
    const Item *from = &r->past->items[item];
    Item content;
    CrdtErr err = content_copy(d, r->past, from, offset, units, &content);
    Place at = { *left, *left != 0 ? d->items[*left].right : d->types[p.here].head };
    if (err == CRDT_OK)
        err = item_write(d, p.here, at, &content, left);
    if (err == CRDT_OK && content.ref == REF_TYPE)
        err = pair_add(r, content.byte_len, from->byte_len);
    return err;
}

static CrdtErr restore_list(Restore *r, Pair p)
{
    CrdtDoc *d = r->d, *past = r->past;
    CrdtErr err = drop_newer(r, p);
    uint32_t left = 0;
    for (uint32_t i = past->types[p.there].head; err == CRDT_OK && i != 0; i = past->items[i].right) {
        const Item *it = &past->items[i];
        uint32_t units = 0;
        if (!is_alive(it))
            continue;
        for (uint32_t at = 0; err == CRDT_OK && at < it->len; at += units) {
            uint32_t here = counterpart(d, past, it, at, &units);
            if (here == 0 || d->items[here].parent != p.here) {
                err = write_units(r, p, &left, i, at, units);
                continue;
            }
            Item same = d->items[here];
            uint32_t end = it->clock + at + units - same.clock;
            if (end < same.len && item_split(d, here, end) == 0)
                err = CRDT_NOMEM;
            else if (same.ref == REF_TYPE)
                err = pair_add(r, same.byte_len, it->byte_len);
            left = here;
        }
    }
    return err;
}

static uint32_t live_entry(const CrdtDoc *d, uint32_t type, CrdtBytes name)
{
    uint32_t key = key_find(d, name), e = key == NONE ? 0 : entry_find(d, type, key);
    uint32_t item = e == 0 ? 0 : d->entries[e].tail;
    return item != 0 && is_alive(&d->items[item]) ? item : 0;
}

static CrdtBytes key_of(const CrdtDoc *d, uint32_t entry)
{
    const Key *k = &d->keys[d->entries[entry].key];
    return (CrdtBytes){ k->at, k->len };
}

static CrdtErr restore_entry(Restore *r, Pair p, CrdtBytes name, uint32_t there)
{
    CrdtDoc *d = r->d;
    const Item *from = &r->past->items[there];
    uint32_t here = live_entry(d, p.here, name), units, last = from->len - 1, item;
    if (here != 0 && is_kept(r, name))
        return CRDT_OK;
    if (here != 0 && counterpart(d, r->past, from, last, &units) == here)
        return from->ref == REF_TYPE ? pair_add(r, d->items[here].byte_len, from->byte_len)
                                     : CRDT_OK;
    Item content;
    CrdtErr err = content_copy(d, r->past, from, last, 1, &content);
    uint32_t key = err == CRDT_OK ? key_make(d, name) : NONE;
    uint32_t e = key == NONE ? 0 : entry_make(d, p.here, key);
    if (err == CRDT_OK && e == 0)
        err = CRDT_NOMEM;
    if (err == CRDT_OK)
        err = item_write(d, e | ENTRY_BIT, (Place){ d->entries[e].tail, 0 }, &content, &item);
    if (err == CRDT_OK && content.ref == REF_TYPE)
        err = pair_add(r, content.byte_len, from->byte_len);
    return err;
}

static CrdtErr restore_entries(Restore *r, Pair p)
{
    CrdtDoc *d = r->d;
    for (uint32_t e = d->types[p.here].first_entry; e != 0; e = d->entries[e].next) {
        uint32_t item = d->entries[e].tail;
        if (item != 0 && is_alive(&d->items[item]) &&
            live_entry(r->past, p.there, key_of(d, e)) == 0 && !is_kept(r, key_of(d, e)))
            item_delete(d, item);
    }
    CrdtErr err = CRDT_OK;
    for (uint32_t e = r->past->types[p.there].first_entry; err == CRDT_OK && e != 0;
         e = r->past->entries[e].next) {
        uint32_t item = r->past->entries[e].tail;
        if (item != 0 && is_alive(&r->past->items[item]))
            err = restore_entry(r, p, key_of(r->past, e), item);
    }
    return err;
}

CrdtErr crdt_restore(CrdtDoc *doc, CrdtNode node, CrdtDoc *past, CrdtNode past_node)
{
    return crdt_restore_except(doc, node, past, past_node, NULL, NULL);
}

CrdtErr crdt_restore_except(CrdtDoc *doc, CrdtNode node, CrdtDoc *past, CrdtNode past_node,
                            CrdtKeepFn *keep, void *context)
{
    CrdtErr err = write_check(doc, node);
    if (err != CRDT_OK)
        return err;
    if (doc == past || !crdt_node_is_live(past, past_node) ||
        crdt_node_kind(doc, node) != crdt_node_kind(past, past_node))
        return CRDT_KIND;
    Restore r = { .d = doc, .past = past, .keep = keep, .context = context };
    err = pair_add(&r, node.id, past_node.id);
    while (err == CRDT_OK && r.count > 0) {
        Pair p = r.pairs[--r.count];
        err = restore_list(&r, p);
        if (err == CRDT_OK)
            err = restore_entries(&r, p);
    }
    mem_resize(&doc->memory, r.pairs, r.cap * sizeof *r.pairs, 0);
    return err;
}

/** Reading a document. Nothing here changes anything, not even how text is cut into items.
 *  Source: Yjs AbstractType.js (typeList*, typeMap*), YText.toDelta. */
#include "internal.h"

static const Type *live_type(const CrdtDoc *d, CrdtNode node)
{
    if (node.id == 0 || node.id >= d->type_count)
        return NULL;
    const Type *t = &d->types[node.id];
    return crdt_node_is_live(d, node) ? t : NULL;
}

CrdtNode crdt_root(const CrdtDoc *doc, CrdtBytes name)
{
    uint32_t key = key_find(doc, name);
    return (CrdtNode){ key == NONE ? 0 : doc->keys[key].root };
}

CrdtNode crdt_root_at(const CrdtDoc *doc, size_t i, CrdtBytes *ret_name)
{
    if (i >= doc->root_count)
        return CRDT_NONE;
    const Type *t = &doc->types[doc->roots[i]];
    if (ret_name != NULL)
        *ret_name = (CrdtBytes){ t->name, t->name_len };
    return (CrdtNode){ doc->roots[i] };
}

CrdtKind crdt_node_kind(const CrdtDoc *doc, CrdtNode node)
{
    return node.id < doc->type_count ? (CrdtKind)doc->types[node.id].kind : CRDT_ROOT;
}

CrdtBytes crdt_node_name(const CrdtDoc *doc, CrdtNode node)
{
    if (node.id == 0 || node.id >= doc->type_count || doc->types[node.id].kind == CRDT_ROOT)
        return (CrdtBytes){ (const uint8_t *)"", 0 };
    return (CrdtBytes){ doc->types[node.id].name, doc->types[node.id].name_len };
}

bool crdt_node_is_live(const CrdtDoc *doc, CrdtNode node)
{
    if (node.id == 0 || node.id >= doc->type_count)
        return false;
    const Type *t = &doc->types[node.id];
    if (t->dead || t->item == 0)
        return !t->dead && t->kind == CRDT_ROOT;
    return !is_deleted(&doc->items[t->item]);
}

CrdtNode crdt_node_parent(const CrdtDoc *doc, CrdtNode node)
{
    const Type *t = live_type(doc, node);
    if (t == NULL || t->item == 0)
        return CRDT_NONE;
    return (CrdtNode){ parent_type(doc, doc->items[t->item].parent) };
}

uint64_t crdt_length(const CrdtDoc *doc, CrdtNode node)
{
    const Type *t = live_type(doc, node);
    return t == NULL ? 0 : t->length;
}

/** The character at `byte` as a value; a surrogate pair is shown whole at its first unit, nothing
 *  at its second. *byte moves to the next unit's place (it stays in the middle of a pair). */
static CrdtValue character(const Item *it, uint32_t offset, uint32_t *byte)
{
    CrdtValue v = { .kind = CRDT_VALUE_STRING, .text = { (const uint8_t *)"", 0 } };
    bool split = false;
    const uint8_t *at = it->bytes + *byte;
    size_t n = *at < 0x80 ? 1 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
    if (n == 4)
        (void)utf8_offset(it->bytes, it->byte_len, it->len, offset, &split);
    if (!split)
        v.text = (CrdtBytes){ at, n };
    if (n < 4 || split)
        *byte += (uint32_t)n;
    v.raw = v.text;
    return v;
}

/** The value at `byte` of a content, which is its unit `offset`; *byte moves to the next. */
static bool value_here(const Item *it, uint32_t offset, uint32_t *byte, CrdtValue *ret)
{
    CrdtBytes rest = { it->bytes, it->byte_len };
    if (it->ref == REF_TYPE) {
        *ret = (CrdtValue){ .kind = CRDT_VALUE_NODE, .node = { it->byte_len } };
        return true;
    }
    rest.at += *byte;
    rest.len -= *byte;
    Reader r = reader(rest);
    const uint8_t *at = NULL;
    uint32_t len = 0;
    switch (it->ref) {
    case REF_ANY:
        rest.len = any_size(rest.at, rest.at + rest.len);
        *byte += (uint32_t)rest.len;
        *ret = value_of_any(rest);
        return true;
    case REF_JSON:
        (void)!read_bytes(&r, &at, &len);
        *byte = (uint32_t)(r.at - it->bytes);
        *ret = len == 9 && memcmp(at, "undefined", 9) == 0
                   ? (CrdtValue){ .raw = { (const uint8_t *)"\x7f", 1 } }
                   : value_of_json((CrdtBytes){ at, len });
        return true;
    case REF_EMBED:
        (void)!read_bytes(&r, &at, &len);
        *ret = value_of_json((CrdtBytes){ at, len });
        return true;
    case REF_BINARY:
    case REF_DOC:
        (void)!read_bytes(&r, &at, &len);
        *ret = (CrdtValue){ .kind = it->ref == REF_DOC ? CRDT_VALUE_SUBDOC : CRDT_VALUE_BINARY,
                            .text = { at, len }, .raw = rest };
        return true;
    case REF_STRING: *ret = character(it, offset, byte); return true;
    default: return false;
    }
}

/** The value that an item holds at one of its units. */
bool item_value(const Item *it, uint32_t offset, CrdtValue *ret)
{
    bool split;
    uint32_t byte = 0;
    if (offset > 0)
        byte = (uint32_t)content_offset(it->ref, it->bytes, it->byte_len, it->len, offset, &split);
    return value_here(it, offset, &byte, ret);
}

bool crdt_child_next(const CrdtDoc *doc, CrdtNode node, CrdtCursor *cursor, CrdtValue *ret)
{
    const Type *t = live_type(doc, node);
    if (t == NULL)
        return false;
    if (!cursor->started)
        *cursor = (CrdtCursor){ .item = t->head, .started = true };
    while (cursor->item != 0) {
        const Item *it = &doc->items[cursor->item];
        if (is_visible(it) && cursor->offset < it->len)
            return value_here(it, cursor->offset++, &cursor->byte, ret);
        cursor->item = it->right;
        cursor->offset = cursor->byte = 0;
    }
    return false;
}

bool crdt_child_at(const CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtValue *ret)
{
    const Type *t = live_type(doc, node);
    if (t == NULL || index >= t->length)
        return false;
    uint32_t i = t->head;
    if (t->mark_item != 0 && index >= t->mark_index) {
        i = t->mark_item;
        index -= t->mark_index;
    }
    for (; i != 0; i = doc->items[i].right) {
        const Item *it = &doc->items[i];
        if (!is_visible(it))
            continue;
        if (index < it->len)
            return item_value(it, (uint32_t)index, ret);
        index -= it->len;
    }
    return false;
}

static bool entry_value(const CrdtDoc *d, const Entry *e, CrdtValue *ret)
{
    const Item *it = e->tail != 0 ? &d->items[e->tail] : NULL;
    return it != NULL && !is_deleted(it) && item_value(it, it->len - 1, ret);
}

bool crdt_entry_next(const CrdtDoc *doc, CrdtNode node, CrdtCursor *cursor, CrdtBytes *ret_key,
                     CrdtValue *ret)
{
    const Type *t = live_type(doc, node);
    if (t == NULL)
        return false;
    if (!cursor->started)
        *cursor = (CrdtCursor){ .item = t->first_entry, .started = true };
    while (cursor->item != 0) {
        const Entry *e = &doc->entries[cursor->item];
        cursor->item = e->next;
        if (entry_value(doc, e, ret)) {
            const Key *k = &doc->keys[e->key];
            *ret_key = (CrdtBytes){ k->at, k->len };
            return true;
        }
    }
    return false;
}

bool crdt_get(const CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtValue *ret)
{
    if (live_type(doc, node) == NULL)
        return false;
    uint32_t k = key_find(doc, key);
    uint32_t e = k == NONE ? 0 : entry_find(doc, node.id, k);
    return e != 0 && entry_value(doc, &doc->entries[e], ret);
}

/* ---- text ------------------------------------------------------------------------------------ */

/** Key and value of a formatting item, as they are on the wire. */
void format_parts(const Item *it, CrdtBytes *ret_key, CrdtBytes *ret_json)
{
    Reader r = reader((CrdtBytes){ it->bytes, it->byte_len });
    const uint8_t *at = NULL;
    uint32_t len = 0;
    (void)!read_bytes(&r, &at, &len);
    *ret_key = (CrdtBytes){ at, len };
    (void)!read_bytes(&r, &at, &len);
    *ret_json = (CrdtBytes){ at, len };
}

static bool same_bytes(CrdtBytes a, CrdtBytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static bool change_marks(CrdtRuns *runs, const Item *it)
{
    CrdtBytes key, json;
    format_parts(it, &key, &json);
    CrdtMark mark = { key, value_of_json(json) };
    size_t i = 0, n = runs->state.count;
    while (i < n && !same_bytes(runs->state.marks[i].key, key))
        i++;
    if (mark.value.kind == CRDT_VALUE_NULL) {
        if (i < n) {
            memmove(&runs->state.marks[i], &runs->state.marks[i + 1],
                    (n - i - 1) * sizeof mark);
            runs->state.count--;
        }
        return true;
    }
    if (i == n) {
        if (n == runs->state.cap) {
            Memory m = { .allocator = runs->doc->memory.allocator };
            void *p = mem_resize(&m, runs->state.marks, n * sizeof mark, (n + 4) * sizeof mark);
            if (p == NULL)
                return false;
            runs->state.marks = p;
            runs->state.cap = n + 4;
        }
        runs->state.count++;
    }
    runs->state.marks[i] = mark;
    return true;
}

static CrdtRun packed(const CrdtRuns *runs, uint64_t units)
{
    return (CrdtRun){ .text = crdt_buf_bytes(&runs->state.text), .units = units,
                      .marks = runs->state.marks, .mark_count = runs->state.count };
}

bool crdt_runs_next(CrdtRuns *runs, CrdtRun *ret)
{
    const CrdtDoc *d = runs->doc;
    const Type *t = live_type(d, runs->node);
    if (t == NULL || runs->err != CRDT_OK)
        return false;
    if (!runs->state.started) {
        runs->state.started = true;
        runs->state.item = t->head;
        runs->state.text.allocator = &d->memory.allocator;
    }
    runs->state.text.len = 0;
    uint64_t units = 0;
    for (; runs->state.item != 0; runs->state.item = d->items[runs->state.item].right) {
        const Item *it = &d->items[runs->state.item];
        if (is_deleted(it))
            continue;
        if (it->ref == REF_STRING) {
            if (!write_raw(&runs->state.text, it->bytes, it->byte_len)) {
                runs->err = CRDT_NOMEM;
                return false;
            }
            units += it->len;
        } else if (it->ref == REF_EMBED || it->ref == REF_TYPE || it->ref == REF_FORMAT) {
            if (units > 0)
                break;
            if (it->ref == REF_FORMAT) {
                if (!change_marks(runs, it)) {
                    runs->err = CRDT_NOMEM;
                    return false;
                }
                continue;
            }
            *ret = packed(runs, 1);
            ret->is_embed = true;
            item_value(it, 0, &ret->embed);
            runs->state.item = it->right;
            return true;
        }
    }
    if (units == 0)
        return false;
    *ret = packed(runs, units);
    return true;
}

void crdt_runs_done(CrdtRuns *runs)
{
    if (runs->state.marks != NULL) {
        Memory m = { .allocator = runs->doc->memory.allocator };
        mem_resize(&m, runs->state.marks, runs->state.cap * sizeof(CrdtMark), 0);
    }
    crdt_buf_done(&runs->state.text);
    *runs = (CrdtRuns){ .doc = runs->doc, .node = runs->node };
}

/** Copies the text of a list of ASCII items from both ends at once: each step waits for memory, so two
 *  walks take half the time of one. `at` has room for `length` bytes. *ret is how many were written;
 *  false when something is not ASCII. */
static bool copy_ascii(const CrdtDoc *d, const Type *t, uint8_t *at, size_t length, size_t *ret)
{
    const Item *items = d->items;
    uint8_t *low = at, *high = at + length;
    for (uint32_t head = t->head, tail = t->tail; head != 0; head = items[head].right) {
        const Item *a = &items[head], *z = &items[tail];
        if (a->ref == REF_STRING && !is_deleted(a)) {
            if (a->byte_len != a->len)
                return false;
            memcpy(low, a->bytes, a->byte_len);
            low += a->byte_len;
        }
        if (head == tail)
            break;
        if (z->ref == REF_STRING && !is_deleted(z)) {
            if (z->byte_len != z->len)
                return false;
            high -= z->byte_len;
            memcpy(high, z->bytes, z->byte_len);
        }
        if (a->right == tail)
            break;
        tail = z->left;
    }
    size_t rest = (size_t)(at + length - high);
    memmove(low, high, rest);
    *ret = (size_t)(low - at) + rest;
    return true;
}

CrdtErr crdt_text(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out)
{
    const Type *t = live_type(doc, node);
    size_t start = out->len, written = 0;
    if (t == NULL || t->head == 0)
        return CRDT_OK;
    if (!buf_reserve(out, (size_t)t->length + 1))
        return CRDT_NOMEM;
    if (copy_ascii(doc, t, out->at + start, t->length, &written)) {
        out->len += written;
        return CRDT_OK;
    }
    for (uint32_t i = t->head; i != 0; i = doc->items[i].right) {
        const Item *it = &doc->items[i];
        if (it->ref == REF_STRING && !is_deleted(it) && !write_raw(out, it->bytes, it->byte_len)) {
            out->len = start;
            return CRDT_NOMEM;
        }
    }
    return CRDT_OK;
}

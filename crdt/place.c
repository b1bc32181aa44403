/** Where writes go, and new structs of our own client. Source: Yjs AbstractType.js
 *  (typeListInsertGenerics, findMarker). */
#include "internal.h"

CrdtErr write_check(const CrdtDoc *d, CrdtNode node)
{
    if (!d->in_transaction || d->listening)
        return CRDT_BUSY;
    return crdt_node_is_live(d, node) ? CRDT_OK : CRDT_KIND;
}

/** True when unit `index` of the list is the second half of a surrogate pair. */
bool place_cuts_pair(CrdtDoc *d, uint32_t type, uint64_t index)
{
    uint32_t start;
    bool split = false;
    if (index == 0 || index >= d->types[type].length)
        return false;
    const Item *it = &d->items[locate(d, type, (uint32_t)index, &start)];
    if (it->ref == REF_STRING && it->byte_len != it->len && index - start < it->len)
        utf8_offset(it->bytes, it->byte_len, it->len, (uint32_t)(index - start), &split);
    return split;
}

/** Finds the place before unit `index`: the item that ends there (0: the start) and what follows it.
 *  Cuts an item when the place lies inside it. */
CrdtErr place_find(CrdtDoc *d, uint32_t type, uint64_t index, Place *ret)
{
    const Type *t = &d->types[type];
    if (index == CRDT_END) {
        *ret = (Place){ t->tail, 0 };
        return CRDT_OK;
    }
    if (index > t->length)
        return CRDT_RANGE;
    if (index == 0) {
        *ret = (Place){ 0, t->head };
        return CRDT_OK;
    }
    if (place_cuts_pair(d, type, index))
        return CRDT_RANGE;
    uint32_t start, i = locate(d, type, (uint32_t)index, &start), offset = (uint32_t)index - start;
    if (offset < d->items[i].len && item_split(d, i, offset) == 0)
        return CRDT_NOMEM;
    *ret = (Place){ i, d->items[i].right };
    return CRDT_OK;
}

/** Puts content of ours between two neighbours. */
CrdtErr item_write(CrdtDoc *d, uint32_t parent, Place at, Item *content, uint32_t *ret)
{
    uint32_t client = client_make(d, d->client_id);
    if (client == NONE)
        return CRDT_NOMEM;
    Item it = *content;
    it.client = client;
    it.clock = d->clients[client].state;
    it.parent = parent;
    it.origin_client = it.right_client = NONE;
    if (it.len > CRDT_MAX_CLOCK - it.clock)
        return CRDT_LIMIT;
    if (at.left != 0) {
        const Item *l = &d->items[at.left];
        it.origin_client = l->client;
        it.origin_clock = l->clock + l->len - 1;
    }
    if (at.right != 0) {
        it.right_client = d->items[at.right].client;
        it.right_clock = d->items[at.right].clock;
    }
    return item_place(d, &it, at.left, at.right, ret);
}

/* ---- contents -------------------------------------------------------------------------------- */

CrdtErr content_string(CrdtDoc *d, CrdtBytes text, Item *ret)
{
    if (text.len > CRDT_MAX_BYTES)
        return CRDT_LIMIT;
    int64_t units = utf8_units(text.at, text.len);
    if (units < 0)
        return CRDT_MALFORMED;
    *ret = (Item){ .ref = REF_STRING, .len = (uint32_t)units, .byte_len = (uint32_t)text.len };
    return arena_copy(d, text.at, text.len, &ret->bytes) ? CRDT_OK : CRDT_NOMEM;
}

static CrdtErr content_buf(CrdtDoc *d, CrdtBuf *buf, bool ok, uint8_t ref, uint32_t len, Item *ret)
{
    CrdtErr err = CRDT_OK;
    *ret = (Item){ .ref = ref, .len = len, .byte_len = (uint32_t)buf->len };
    if (!ok)
        err = CRDT_NOMEM;
    else if (buf->len > CRDT_MAX_BYTES)
        err = CRDT_LIMIT;
    else if (!arena_copy(d, buf->at, buf->len, &ret->bytes))
        err = CRDT_NOMEM;
    crdt_buf_done(buf);
    return err;
}

/** One JSON value as Any. */
CrdtErr content_any(CrdtDoc *d, CrdtBytes json, Item *ret)
{
    if (utf8_units(json.at, json.len) < 0 || !json_valid(json))
        return CRDT_MALFORMED;
    CrdtBuf buf = { .allocator = &d->memory.allocator };
    bool ok = json_to_any(json, &buf);
    return content_buf(d, &buf, ok, REF_ANY, 1, ret);
}

static CrdtErr content_any_string(CrdtDoc *d, CrdtBytes text, Item *ret)
{
    if (utf8_units(text.at, text.len) < 0)
        return CRDT_MALFORMED;
    CrdtBuf buf = { .allocator = &d->memory.allocator };
    bool ok = write_u8(&buf, 119) && write_text(&buf, text.at, text.len);
    return content_buf(d, &buf, ok, REF_ANY, 1, ret);
}

static CrdtErr content_binary(CrdtDoc *d, CrdtBytes bytes, Item *ret)
{
    CrdtBuf buf = { .allocator = &d->memory.allocator };
    bool ok = write_text(&buf, bytes.at, bytes.len);
    return content_buf(d, &buf, ok, REF_BINARY, 1, ret);
}

/** The elements of a JSON array as Any; *ret is of length 0 for an empty one. */
static CrdtErr content_many(CrdtDoc *d, CrdtBytes json, Item *ret)
{
    Json j = { json.at, json.at + json.len };
    if (utf8_units(json.at, json.len) < 0 || !json_valid(json) || !json_open(&j, '['))
        return CRDT_MALFORMED;
    CrdtBuf buf = { .allocator = &d->memory.allocator };
    bool ok = true;
    uint32_t n = 0;
    for (; ok && json_item(&j); n++)
        ok = json_to_any(json_take(&j), &buf);
    return content_buf(d, &buf, ok, REF_ANY, n, ret);
}

/** A new shared type; it belongs to the item that gets this content. */
CrdtErr content_node(CrdtDoc *d, CrdtKind kind, CrdtBytes name, Item *ret)
{
    if ((unsigned)kind > CRDT_XML_TEXT)
        return CRDT_KIND;
    if (utf8_units(name.at, name.len) < 0)
        return CRDT_MALFORMED;
    const uint8_t *at = (const uint8_t *)"";
    bool named = kind == CRDT_XML_ELEMENT || kind == CRDT_XML_HOOK;
    if (named) { /* element names repeat: keep each once */
        uint32_t key = key_make(d, name);
        if (key == NONE)
            return CRDT_NOMEM;
        at = d->keys[key].at;
    }
    uint32_t t = type_make(d, (uint8_t)kind, 0);
    if (t == 0)
        return CRDT_NOMEM;
    d->types[t].name = at;
    d->types[t].name_len = named ? (uint32_t)name.len : 0;
    ret->ref = REF_TYPE;
    ret->len = 1;
    ret->bytes = NULL;
    ret->byte_len = t;
    return CRDT_OK;
}

/* ---- maps and attributes --------------------------------------------------------------------- */

CrdtErr entry_put(CrdtDoc *d, CrdtNode node, CrdtBytes key, Item *content, uint32_t *ret)
{
    if (utf8_units(key.at, key.len) < 0)
        return CRDT_MALFORMED;
    uint32_t k = key_make(d, key);
    uint32_t e = k == NONE ? 0 : entry_make(d, node.id, k);
    if (e == 0)
        return CRDT_NOMEM;
    return item_write(d, e | ENTRY_BIT, (Place){ d->entries[e].tail, 0 }, content, ret);
}

CrdtErr crdt_set(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtBytes json)
{
    Item content;
    uint32_t item;
    CrdtErr err = write_check(doc, node);
    if (err == CRDT_OK)
        err = content_any(doc, json, &content);
    return err != CRDT_OK ? err : entry_put(doc, node, key, &content, &item);
}

CrdtErr crdt_set_string(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtBytes text)
{
    Item content;
    uint32_t item;
    CrdtErr err = write_check(doc, node);
    if (err == CRDT_OK)
        err = content_any_string(doc, text, &content);
    return err != CRDT_OK ? err : entry_put(doc, node, key, &content, &item);
}

CrdtErr crdt_set_binary(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtBytes bytes)
{
    Item content;
    uint32_t item;
    CrdtErr err = write_check(doc, node);
    if (err == CRDT_OK)
        err = content_binary(doc, bytes, &content);
    return err != CRDT_OK ? err : entry_put(doc, node, key, &content, &item);
}

CrdtErr crdt_set_node(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtKind kind, CrdtBytes name,
                      CrdtNode *ret)
{
    Item content = { 0 };
    uint32_t item;
    CrdtErr err = write_check(doc, node);
    if (err == CRDT_OK)
        err = content_node(doc, kind, name, &content);
    if (err == CRDT_OK)
        err = entry_put(doc, node, key, &content, &item);
    if (err == CRDT_OK)
        *ret = (CrdtNode){ content.byte_len };
    return err;
}

CrdtErr crdt_unset(CrdtDoc *doc, CrdtNode node, CrdtBytes key)
{
    CrdtErr err = write_check(doc, node);
    uint32_t k = err == CRDT_OK ? key_find(doc, key) : NONE;
    uint32_t e = k == NONE ? 0 : entry_find(doc, node.id, k);
    if (e != 0 && doc->entries[e].tail != 0)
        item_delete(doc, doc->entries[e].tail);
    return err;
}

/* ---- lists ----------------------------------------------------------------------------------- */

CrdtErr list_check(const CrdtDoc *d, CrdtNode node)
{
    CrdtErr err = write_check(d, node);
    CrdtKind kind = crdt_node_kind(d, node);
    if (err == CRDT_OK && (kind == CRDT_MAP || kind == CRDT_XML_HOOK))
        return CRDT_KIND;
    return err;
}

CrdtErr list_put(CrdtDoc *d, CrdtNode node, uint64_t index, Item *content)
{
    Place at;
    CrdtErr err = place_find(d, node.id, index, &at);
    if (err != CRDT_OK)
        return err;
    uint32_t start = index == CRDT_END ? d->types[node.id].length : (uint32_t)index;
    bool known = d->types[node.id].mark_item != 0;
    uint32_t item;
    err = item_write(d, node.id, at, content, &item);
    if (err == CRDT_OK) {
        markers_edited(d, node.id, &(Edit){ .known = known, .index = start, .item = item,
                                            .come = units_of(&d->items[item]), .start = start });
    }
    return err;
}

CrdtErr index_check(const CrdtDoc *d, CrdtNode node, uint64_t index)
{
    return index != CRDT_END && index > d->types[node.id].length ? CRDT_RANGE : CRDT_OK;
}

CrdtErr crdt_insert(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes json_array)
{
    Item content;
    CrdtErr err = list_check(doc, node);
    if (err == CRDT_OK)
        err = index_check(doc, node, index);
    if (err == CRDT_OK)
        err = content_many(doc, json_array, &content);
    return err != CRDT_OK || content.len == 0 ? err : list_put(doc, node, index, &content);
}

CrdtErr crdt_insert_binary(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes bytes)
{
    Item content;
    CrdtErr err = list_check(doc, node);
    if (err == CRDT_OK)
        err = index_check(doc, node, index);
    if (err == CRDT_OK)
        err = content_binary(doc, bytes, &content);
    return err != CRDT_OK ? err : list_put(doc, node, index, &content);
}

CrdtErr crdt_insert_node(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtKind kind, CrdtBytes name,
                         CrdtNode *ret)
{
    Item content = { 0 };
    CrdtErr err = list_check(doc, node);
    if (err == CRDT_OK)
        err = index_check(doc, node, index);
    if (err == CRDT_OK)
        err = content_node(doc, kind, name, &content);
    CrdtKind parent = crdt_node_kind(doc, node);
    CrdtAttr none = { 0 };
    bool in_text = parent == CRDT_TEXT || parent == CRDT_XML_TEXT ||
                   (parent == CRDT_ROOT && doc->types[node.id].has_text);
    if (err == CRDT_OK && in_text)
        err = text_put(doc, node, index, &content, &none, 0);
    else if (err == CRDT_OK)
        err = list_put(doc, node, index, &content);
    if (err == CRDT_OK)
        *ret = (CrdtNode){ content.byte_len };
    return err;
}

CrdtErr crdt_delete(CrdtDoc *doc, CrdtNode node, uint64_t index, uint64_t count)
{
    CrdtErr err = list_check(doc, node);
    if (err != CRDT_OK || count == 0)
        return err;
    uint64_t length = doc->types[node.id].length;
    if (index > length || count > length - index)
        return CRDT_RANGE;
    Place end, at;
    if ((err = place_find(doc, node.id, index + count, &end)) != CRDT_OK ||
        (err = place_find(doc, node.id, index, &at)) != CRDT_OK)
        return err;
    bool known = doc->types[node.id].mark_item != 0;
    uint64_t left = count;
    for (uint32_t i = at.right; left > 0; i = doc->items[i].right) {
        if (!is_visible(&doc->items[i]))
            continue;
        left -= doc->items[i].len;
        item_delete(doc, i);
    }
    uint32_t near = at.left != 0 ? at.left : doc->types[node.id].head;
    uint32_t before = at.left != 0 ? units_of(&doc->items[near]) : 0, from = (uint32_t)index;
    markers_edited(doc, node.id, &(Edit){ .known = known, .index = from, .gone = (uint32_t)count,
                                          .item = near, .start = from - before });
    return CRDT_OK;
}

CrdtErr crdt_root_make(CrdtDoc *doc, CrdtBytes name, CrdtNode *ret)
{
    if (utf8_units(name.at, name.len) < 0)
        return CRDT_MALFORMED;
    uint32_t t = root_make(doc, name);
    if (t == 0)
        return CRDT_NOMEM;
    *ret = (CrdtNode){ t };
    return CRDT_OK;
}

/** Where things are: the place of a node in its parent, paths, and positions that stay while others
 *  edit. Source: Yjs YEvent.js (getPathTo), RelativePosition.js. */
#include "internal.h"

/* ---- nodes ----------------------------------------------------------------------------------- */

/** Units of the list before an item. */
static uint64_t units_before(const CrdtDoc *d, uint32_t item)
{
    uint64_t n = 0;
    for (uint32_t i = d->items[item].left; i != 0; i = d->items[i].left)
        n += is_visible(&d->items[i]) ? d->items[i].len : 0;
    return n;
}

bool crdt_node_place(const CrdtDoc *doc, CrdtNode node, CrdtPlace *ret)
{
    if (!crdt_node_is_live(doc, node))
        return false;
    const Type *t = &doc->types[node.id];
    if (t->item == 0) {
        *ret = (CrdtPlace){ .key = { t->name, t->name_len } };
        return true;
    }
    const Item *it = &doc->items[t->item];
    *ret = (CrdtPlace){ .parent = { parent_type(doc, it->parent) }, .by_key = is_entry(it->parent) };
    if (ret->by_key) {
        const Key *k = &doc->keys[doc->entries[it->parent & ~ENTRY_BIT].key];
        ret->key = (CrdtBytes){ k->at, k->len };
    } else {
        ret->index = units_before(doc, t->item);
    }
    return true;
}

CrdtErr crdt_node_path(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out)
{
    Memory m = { .allocator = doc->memory.allocator };
    CrdtPlace *steps = NULL;
    uint32_t count = 0, cap = 0;
    CrdtErr err = crdt_node_is_live(doc, node) ? CRDT_OK : CRDT_KIND;
    for (bool at_root = false; err == CRDT_OK && !at_root; count++) {
        if (!RESERVE(&m, steps, cap, (uint64_t)count + 1)) {
            err = CRDT_NOMEM;
            break;
        }
        crdt_node_place(doc, node, &steps[count]);
        node = steps[count].parent;
        at_root = node.id == 0;
    }
    size_t start = out->len;
    bool ok = err == CRDT_OK && write_u8(out, '[');
    for (uint32_t i = count; ok && i-- > 0;) {
        ok = i + 1 == count || write_u8(out, ',');
        if (!ok || steps[i].by_key || steps[i].parent.id == 0)
            ok = ok && json_escape_to(steps[i].key, out);
        else
            ok = write_digits(out, steps[i].index);
    }
    ok = ok && write_u8(out, ']');
    mem_resize(&m, steps, cap * sizeof *steps, 0);
    if (!ok)
        out->len = start;
    return err != CRDT_OK ? err : ok ? CRDT_OK : CRDT_NOMEM;
}

/* ---- positions ------------------------------------------------------------------------------- */

CrdtErr crdt_position_at(const CrdtDoc *doc, CrdtNode node, uint64_t index, int64_t assoc,
                         CrdtPosition *ret)
{
    if (!crdt_node_is_live(doc, node))
        return CRDT_KIND;
    const Type *t = &doc->types[node.id];
    if (index == CRDT_END)
        index = t->length;
    if (index > t->length)
        return CRDT_RANGE;
    CrdtPosition p = { .assoc = assoc };
    if (t->item != 0) {
        p.has_type = true;
        p.type_client = doc->clients[doc->items[t->item].client].id;
        p.type_clock = doc->items[t->item].clock;
    } else {
        p.root = (CrdtBytes){ t->name, t->name_len };
    }
    const Item *found = NULL;
    uint64_t offset = index;
    if (assoc >= 0 || index > 0) {
        offset -= assoc < 0;
        for (uint32_t i = t->head; i != 0; i = doc->items[i].right) {
            const Item *it = &doc->items[i];
            if (is_visible(it)) {
                if (it->len > offset) {
                    found = it;
                    break;
                }
                offset -= it->len;
            }
        }
    }
    if (found != NULL) {
        p.has_item = true;
        p.item_client = doc->clients[found->client].id;
        p.item_clock = found->clock + offset;
    }
    *ret = p;
    return CRDT_OK;
}

/** The item of a unit, or what an undo wrote in its place; 0 when it is not here. */
static uint32_t follow(CrdtDoc *d, uint64_t id, uint64_t clock, uint32_t *ret_offset)
{
    uint32_t client = client_find(d, id);
    if (client == NONE || clock >= d->clients[client].state)
        return 0;
    uint32_t at = (uint32_t)clock;
    for (const Redone *r; (r = redone_find(d, client, at)) != NULL;) {
        at = r->to_clock + (at - r->clock);
        client = r->to_client;
    }
    uint32_t i = item_at(d, client, at);
    *ret_offset = at - d->items[i].clock;
    return d->items[i].ref == REF_GC ? 0 : i;
}

static bool find_in_list(CrdtDoc *d, const CrdtPosition *p, CrdtNode *ret_node, uint64_t *ret_index)
{
    uint32_t offset = 0, i = follow(d, p->item_client, p->item_clock, &offset);
    if (i == 0)
        return false;
    const Item *it = &d->items[i];
    CrdtNode node = { parent_type(d, it->parent) };
    uint64_t index = 0;
    if (crdt_node_is_live(d, node) && !is_entry(it->parent)) {
        index = is_visible(it) ? offset + (p->assoc < 0) : 0;
        index += units_before(d, i);
    }
    *ret_node = node;
    *ret_index = index;
    return true;
}

bool crdt_position_find(CrdtDoc *doc, const CrdtPosition *position, CrdtNode *ret_node,
                        uint64_t *ret_index)
{
    if (position->has_item)
        return find_in_list(doc, position, ret_node, ret_index);
    CrdtNode node = CRDT_NONE;
    if (position->has_type) {
        uint32_t offset, i = follow(doc, position->type_client, position->type_clock, &offset);
        if (i != 0 && doc->items[i].ref == REF_TYPE)
            node.id = doc->items[i].byte_len;
    } else {
        node = crdt_root(doc, position->root);
    }
    if (node.id == 0)
        return false;
    *ret_node = node;
    *ret_index = position->assoc >= 0 ? crdt_length(doc, node) : 0;
    return true;
}

/* ---- their forms ----------------------------------------------------------------------------- */

enum { FORM_ITEM = 0, FORM_ROOT = 1, FORM_TYPE = 2 };

CrdtErr crdt_position_encode(const CrdtPosition *p, CrdtBuf *out)
{
    size_t start = out->len;
    bool ok;
    if (p->has_item)
        ok = write_uint(out, FORM_ITEM) && write_uint(out, p->item_client) &&
             write_uint(out, p->item_clock);
    else if (p->has_type)
        ok = write_u8(out, FORM_TYPE) && write_uint(out, p->type_client) &&
             write_uint(out, p->type_clock);
    else
        ok = write_u8(out, FORM_ROOT) && write_text(out, p->root.at, p->root.len);
    uint64_t size = p->assoc < 0 ? 0 - (uint64_t)p->assoc : (uint64_t)p->assoc;
    if (ok && write_signed(out, size, p->assoc < 0))
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

static bool read_place(Reader *r, uint64_t *ret_client, uint64_t *ret_clock)
{
    return read_uint(r, ret_client) && read_uint(r, ret_clock);
}

CrdtErr crdt_position_decode(CrdtBytes bytes, CrdtPosition *ret, CrdtFault *ret_fault)
{
    Reader r = reader(bytes);
    CrdtPosition p = { 0 };
    uint64_t form = 0;
    uint32_t len = 0;
    bool ok = read_uint(&r, &form);
    if (ok && form == FORM_ITEM) {
        p.has_item = true;
        ok = read_place(&r, &p.item_client, &p.item_clock);
    } else if (ok && form == FORM_ROOT) {
        ok = read_text(&r, &p.root.at, &len, NULL);
        p.root.len = len;
    } else if (ok && form == FORM_TYPE) {
        p.has_type = true;
        ok = read_place(&r, &p.type_client, &p.type_clock);
    } else if (ok) {
        ok = reader_fail(&r, CRDT_MALFORMED, "unknown kind of position");
    }
    if (ok && r.at < r.end) { /* older ones end here */
        uint64_t size = 0;
        bool negative = false;
        ok = read_signed(&r, &size, &negative) &&
             (size <= CRDT_MAX_CLIENT ||
              reader_fail(&r, CRDT_MALFORMED, "integer above 2^53 - 1"));
        p.assoc = negative ? -(int64_t)size : (int64_t)size;
    }
    if (ok && r.at != r.end)
        ok = reader_fail(&r, CRDT_MALFORMED, "bytes after the end");
    if (!ok)
        return reader_err(&r, ret_fault);
    *ret = p;
    return CRDT_OK;
}

static bool id_json(CrdtBuf *out, const char *name, uint64_t client, uint64_t clock)
{
    return write_raw(out, name, strlen(name)) && write_raw(out, "{\"client\":", 10) &&
           write_digits(out, client) && write_raw(out, ",\"clock\":", 9) && write_digits(out, clock) &&
           write_raw(out, "},", 2);
}

CrdtErr crdt_position_json(const CrdtPosition *p, CrdtBuf *out)
{
    size_t start = out->len;
    bool ok = write_u8(out, '{');
    if (p->has_type)
        ok = ok && id_json(out, "\"type\":", p->type_client, p->type_clock);
    else if (p->root.at != NULL)
        ok = ok && write_raw(out, "\"tname\":", 8) && json_escape_to(p->root, out) &&
             write_u8(out, ',');
    if (p->has_item)
        ok = ok && id_json(out, "\"item\":", p->item_client, p->item_clock);
    ok = ok && write_raw(out, "\"assoc\":", 8) && (p->assoc >= 0 || write_u8(out, '-')) &&
         write_digits(out, p->assoc < 0 ? 0 - (uint64_t)p->assoc : (uint64_t)p->assoc) &&
         write_u8(out, '}');
    if (ok)
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

static bool whole_number(CrdtBytes json, double low, double *ret)
{
    if (json.len == 0 || (json.at[0] != '-' && (json.at[0] < '0' || json.at[0] > '9')))
        return false;
    double n = json_number(json);
    *ret = n;
    return n >= low && n <= (double)CRDT_MAX_CLIENT && n == (double)(int64_t)n;
}

static bool id_from_json(CrdtBytes json, uint64_t *ret_client, uint64_t *ret_clock)
{
    Json j = { json.at, json.at + json.len };
    CrdtBytes key;
    double client = -1, clock = -1;
    if (!json_open(&j, '{'))
        return false;
    while (json_field(&j, &key)) {
        CrdtBytes v = json_take(&j);
        if (json_string_is(key, CRDT_STR("client")) && !whole_number(v, 0, &client))
            return false;
        if (json_string_is(key, CRDT_STR("clock")) && !whole_number(v, 0, &clock))
            return false;
    }
    *ret_client = (uint64_t)client;
    *ret_clock = (uint64_t)clock;
    return client >= 0 && clock >= 0;
}

CrdtErr crdt_position_from_json(CrdtBytes json, CrdtBuf *name, CrdtPosition *ret)
{
    CrdtPosition p = { 0 };
    Json j = { json.at, json.at + json.len };
    CrdtBytes key;
    bool root = false, ok = true;
    double assoc = 0;
    size_t start = name->len;
    if (utf8_units(json.at, json.len) < 0 || !json_valid(json) || !json_open(&j, '{'))
        return CRDT_MALFORMED;
    while (ok && json_field(&j, &key)) {
        CrdtBytes v = json_take(&j);
        if (v.at[0] == 'n')
            continue;
        if (json_string_is(key, CRDT_STR("item")))
            ok = p.has_item = id_from_json(v, &p.item_client, &p.item_clock);
        else if (json_string_is(key, CRDT_STR("type")))
            ok = p.has_type = id_from_json(v, &p.type_client, &p.type_clock);
        else if (json_string_is(key, CRDT_STR("assoc")))
            ok = whole_number(v, -(double)CRDT_MAX_CLIENT, &assoc);
        else if (json_string_is(key, CRDT_STR("tname"))) {
            root = ok = v.at[0] == '"';
            name->len = start;
            if (ok && !json_text_to(v, name))
                return CRDT_NOMEM;
        }
    }
    if (!ok || (!root && !p.has_item && !p.has_type)) {
        name->len = start;
        return CRDT_MALFORMED;
    }
    if (root)
        p.root = (CrdtBytes){ name->at != NULL ? name->at + start : (const uint8_t *)"",
                              name->len - start };
    p.assoc = (int64_t)assoc;
    *ret = p;
    return CRDT_OK;
}

/** Encoding structs as update v1. Source: Yjs encoding.js (writeStructs), Item.write,
 *  UpdateEncoder.js. */
#include "internal.h"

/** Byte offset of unit `offset` in content of several units.
 *  *ret_split: it lies inside a surrogate pair; then the offset is that of the pair. */
size_t content_offset(uint8_t ref, const uint8_t *bytes, uint32_t byte_len, uint32_t len,
                      uint32_t offset, bool *ret_split)
{
    *ret_split = false;
    if (ref == REF_STRING)
        return utf8_offset(bytes, byte_len, len, offset, ret_split);
    Reader r = reader((CrdtBytes){ bytes, byte_len });
    for (; offset > 0; offset--) {
        const uint8_t *at;
        uint32_t size;
        if (ref == REF_ANY)
            r.at += any_size(r.at, r.end);
        else
            (void)!read_bytes(&r, &at, &size);
    }
    return (size_t)(r.at - bytes);
}

static bool write_string(CrdtBuf *out, const uint8_t *bytes, uint32_t byte_len, uint32_t len,
                         uint32_t offset)
{
    bool split = false;
    size_t from = offset == 0 ? 0 : utf8_offset(bytes, byte_len, len, offset, &split);
    if (!split)
        return write_text(out, bytes + from, byte_len - from);
    return write_uint(out, byte_len - from - 1) && write_raw(out, "\xEF\xBF\xBD", 3) &&
           write_raw(out, bytes + from + 4, byte_len - from - 4);
}

/** Writes content from `offset` units on. Only several-unit contents are ever cut. */
bool write_content(CrdtBuf *out, uint8_t ref, const uint8_t *bytes, uint32_t byte_len, uint32_t len,
                   uint32_t offset)
{
    bool split;
    switch (ref) {
    case REF_GC:
    case REF_DELETED:
    case REF_SKIP:
        return write_uint(out, len - offset);
    case REF_STRING:
        return write_string(out, bytes, byte_len, len, offset);
    case REF_ANY:
    case REF_JSON: {
        size_t from = offset == 0 ? 0 : content_offset(ref, bytes, byte_len, len, offset, &split);
        return write_uint(out, len - offset) && write_raw(out, bytes + from, byte_len - from);
    }
    default:
        return write_raw(out, bytes, byte_len);
    }
}

static bool write_type(CrdtBuf *out, const Type *t)
{
    if (!write_uint(out, t->kind))
        return false;
    return (t->kind != CRDT_XML_ELEMENT && t->kind != CRDT_XML_HOOK) ||
           write_text(out, t->name, t->name_len);
}

static bool write_parent(const CrdtDoc *d, CrdtBuf *out, uint32_t parent)
{
    const Type *t = &d->types[parent_type(d, parent)];
    bool ok;
    if (t->item == 0) {
        ok = write_u8(out, 1) && write_text(out, t->name, t->name_len);
    } else {
        const Item *owner = &d->items[t->item];
        ok = write_u8(out, 0) && write_uint(out, d->clients[owner->client].id) &&
             write_uint(out, owner->clock);
    }
    if (ok && is_entry(parent)) {
        const Key *k = &d->keys[d->entries[parent & ~ENTRY_BIT].key];
        ok = write_text(out, k->at, k->len);
    }
    return ok;
}

static bool write_item(const CrdtDoc *d, CrdtBuf *out, const Item *it, uint32_t offset)
{
    if (it->ref == REF_GC)
        return write_u8(out, REF_GC) && write_uint(out, it->len - offset);
    uint32_t origin_client = offset > 0 ? it->client : it->origin_client;
    uint32_t origin_clock = offset > 0 ? it->clock + offset - 1 : it->origin_clock;
    uint8_t info = it->ref;
    info |= origin_client != NONE ? INFO_ORIGIN : 0;
    info |= it->right_client != NONE ? INFO_RIGHT : 0;
    info |= is_entry(it->parent) ? INFO_SUB : 0;
    if (!buf_reserve(out, 64))
        return false;
    uint8_t *at = out->at + out->len;
    *at++ = info;
    if (origin_client != NONE) {
        at = put_uint(at, d->clients[origin_client].id);
        at = put_uint(at, origin_clock);
    }
    if (it->right_client != NONE) {
        at = put_uint(at, d->clients[it->right_client].id);
        at = put_uint(at, it->right_clock);
    }
    out->len = (size_t)(at - out->at);
    if ((info & (INFO_ORIGIN | INFO_RIGHT)) == 0 && !write_parent(d, out, it->parent))
        return false;
    if (it->ref == REF_TYPE)
        return write_type(out, &d->types[it->byte_len]);
    return write_content(out, it->ref, it->bytes, it->byte_len, it->len, offset);
}

static inline uint8_t *put_id(uint8_t *at, const Client *c, uint32_t clock)
{
    memcpy(at, c->id_bytes, sizeof c->id_bytes);
    return put_u32(at + c->id_len, clock);
}

/** Writes a whole item that has an origin: nearly all. There is room for 64 bytes and its content. */
static uint8_t *put_item(const CrdtDoc *d, uint8_t *at, const Item *it)
{
    uint8_t *info = at++;
    *info = it->ref;
    if (it->origin_client != NONE) {
        *info |= INFO_ORIGIN;
        at = put_id(at, &d->clients[it->origin_client], it->origin_clock);
    }
    if (it->right_client != NONE) {
        *info |= INFO_RIGHT;
        at = put_id(at, &d->clients[it->right_client], it->right_clock);
    }
    *info |= is_entry(it->parent) ? INFO_SUB : 0;
    if (it->ref == REF_DELETED)
        return put_u32(at, it->len);
    if (it->ref == REF_STRING)
        at = put_u32(at, it->byte_len);
    else if (it->ref == REF_ANY || it->ref == REF_JSON)
        at = put_u32(at, it->len);
    memcpy(at, it->bytes, it->byte_len);
    return at + it->byte_len;
}

static bool write_whole(const CrdtDoc *d, CrdtBuf *out, const Item *it)
{
    if ((it->origin_client == NONE && it->right_client == NONE) || it->ref == REF_TYPE)
        return write_item(d, out, it, 0);
    size_t room = 64 + (size_t)it->byte_len;
    if (out->cap - out->len < room && !buf_reserve(out, room))
        return false;
    out->len = (size_t)(put_item(d, out->at + out->len, it) - out->at);
    return true;
}

/** Writes the structs of a client from `clock` on; there is at least one. */
bool write_client_structs(CrdtDoc *d, CrdtBuf *out, uint32_t client, uint32_t clock)
{
    Client *c = &d->clients[client];
    Spot s = spot_find(d, c, clock);
    uint32_t i = spot_item(c, s), offset = clock - d->items[i].clock;
    if (!write_uint(out, spot_rest(c, s)) || !write_uint(out, c->id) || !write_uint(out, clock) ||
        !write_item(d, out, &d->items[i], offset))
        return false;
    while (spot_next(c, &s))
        if (!write_whole(d, out, &d->items[spot_item(c, s)]))
            return false;
    return true;
}

/** Writes the first `units` units of a struct. */
static bool write_item_start(CrdtDoc *d, CrdtBuf *out, const Item *it, uint32_t units)
{
    Item cut = *it;
    cut.len = units;
    if (it->ref != REF_STRING && it->ref != REF_ANY && it->ref != REF_JSON)
        return write_item(d, out, &cut, 0);
    bool split = false;
    size_t end = content_offset(it->ref, it->bytes, it->byte_len, it->len, units, &split);
    cut.byte_len = (uint32_t)end;
    if (!split)
        return write_item(d, out, &cut, 0);
    CrdtBuf text = { .allocator = &d->memory.allocator };
    bool ok = write_raw(&text, it->bytes, end) && write_raw(&text, "\xEF\xBF\xBD", 3);
    cut.bytes = text.at;
    cut.byte_len = (uint32_t)text.len;
    ok = ok && write_item(d, out, &cut, 0);
    crdt_buf_done(&text);
    return ok;
}

/** Writes the structs of a client up to a clock, 0 < clock <= state. */
bool write_client_until(CrdtDoc *d, CrdtBuf *out, uint32_t client, uint32_t clock)
{
    Client *c = &d->clients[client];
    Spot last = spot_find(d, c, clock - 1), s = { 0 };
    uint32_t count = c->count - spot_rest(c, last) + 1;
    if (!write_uint(out, count) || !write_uint(out, c->id) || !write_uint(out, 0))
        return false;
    for (; count > 1; count--, spot_next(c, &s))
        if (!write_item(d, out, &d->items[spot_item(c, s)], 0))
            return false;
    const Item *it = &d->items[spot_item(c, last)];
    return write_item_start(d, out, it, clock - it->clock);
}

/** Writes `units` units of a decoded struct from `offset` on (only GC and Skip are shortened at the
 *  end). */
bool write_ref(CrdtBuf *out, const Batch *b, const Ref *ref, uint32_t offset, uint32_t units)
{
    if (ref->ref == REF_GC || ref->ref == REF_SKIP)
        return write_u8(out, ref->ref) && write_uint(out, units);
    uint32_t origin_client = offset > 0 ? ref->client : ref->origin_client;
    uint32_t origin_clock = offset > 0 ? ref->clock + offset - 1 : ref->origin_clock;
    uint8_t info = ref->ref;
    info |= origin_client != NONE ? INFO_ORIGIN : 0;
    info |= ref->right_client != NONE ? INFO_RIGHT : 0;
    info |= ref->has_sub ? INFO_SUB : 0;
    if (!buf_reserve(out, 64))
        return false;
    uint8_t *at = out->at + out->len;
    *at++ = info;
    if (origin_client != NONE) {
        at = put_uint(at, b->ids[origin_client]);
        at = put_uint(at, origin_clock);
    }
    if (ref->right_client != NONE) {
        at = put_uint(at, b->ids[ref->right_client]);
        at = put_uint(at, ref->right_clock);
    }
    out->len = (size_t)(at - out->at);
    if ((info & (INFO_ORIGIN | INFO_RIGHT)) == 0) {
        bool ok = ref->parent_form == PARENT_ROOT
                      ? write_u8(out, 1) && write_text(out, ref->name, ref->name_len)
                      : write_u8(out, 0) && write_uint(out, b->ids[ref->parent_client]) &&
                            write_uint(out, ref->parent_clock);
        if (!ok || (ref->has_sub && !write_text(out, ref->sub, ref->sub_len)))
            return false;
    }
    return write_content(out, ref->ref, ref->bytes, ref->byte_len, ref->len, offset);
}

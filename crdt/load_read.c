/** Loading, first step: structs are decoded straight into the pool, one item each. Nearly all build on
 *  an origin, whose client was seen before, and most are text; these are read here without a step too
 *  many, the others, the last few bytes, and what is malformed as in any update (decode.c). */
#include "load.h"

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

[[gnu::noinline]] static bool learn_id(Loader *l, const uint8_t *at, IdSeen *ret)
{
    Reader r = reader((CrdtBytes){ at, 8 });
    uint64_t id;
    uint32_t client;
    if (!read_uint(&r, &id) || !batch_client(&l->d->memory, l->b, &r, id, &client))
        return false;
    uint32_t len = (uint32_t)(r.at - at);
    uint64_t mask = UINT64_MAX >> (64 - 8 * len);
    *ret = (IdSeen){ load_u64(at) & mask, mask, len, client };
    return true;
}

/** Reads an id; there are sixteen bytes. The client was mostly seen before. */
[[gnu::always_inline]] static inline bool take_id(Loader *l, const uint8_t **at, uint32_t *ret_client, uint32_t *ret_clock)
{
    uint64_t w = load_u64(*at);
    IdSeen *s = &l->seen[w & 15];
    if (((w & s->mask) != s->bytes || s->len == 0) && !learn_id(l, *at, s))
        return false;
    *at += s->len;
    *ret_client = s->client;
    return take_u28(at, ret_clock);
}

enum { HEAD_MOST = 40 }; /* more bytes than the head of a struct has that builds on an origin */

/** Reads the head of a struct as far as it is one of the many; *at is then where its content begins. */
static inline bool take_head(Loader *l, const uint8_t **at, const uint8_t *end, Item *it)
{
    const uint8_t *p = *at;
    if (end - p < HEAD_MOST)
        return false;
    uint8_t info = *p++;
    it->ref = info & INFO_REF;
    if (!(info & INFO_ORIGIN) || it->ref == REF_GC || it->ref == REF_SKIP ||
        !take_id(l, &p, &it->origin_client, &it->origin_clock) ||
        (it->origin_client == it->client && it->origin_clock >= it->clock))
        return false;
    if (info & INFO_RIGHT) {
        if (!take_id(l, &p, &it->right_client, &it->right_clock) ||
            (it->right_client == it->client && it->right_clock >= it->clock))
            return false;
    }
    *at = p;
    return true;
}

/** Reads text or a length; false when it is something else or not to be read so. */
static inline bool take_content(const uint8_t **at, const uint8_t *end, Item *it)
{
    const uint8_t *p = *at;
    uint32_t n;
    if ((it->ref != REF_STRING && it->ref != REF_DELETED) || !take_u28(&p, &n) || n == 0 ||
        n > CRDT_MAX_CLOCK - it->clock)
        return false;
    it->len = n;
    it->bytes = p;
    if (it->ref == REF_STRING) {
        if ((size_t)(end - p) < (size_t)n + 16)
            return false;
        if (!is_short_ascii(p, n)) {
            int64_t units = utf8_units(p, n);
            if (units < 0)
                return false;
            it->len = (uint32_t)units;
        }
        it->byte_len = n;
        p += n;
    }
    *at = p;
    return true;
}

static bool take_other(const Reader *r, const uint8_t **at, Item *it)
{
    Reader rest = { .at = *at, .end = r->end, .start = r->start };
    Ref ref = { .ref = it->ref, .clock = it->clock };
    if (!content_read(&rest, &ref) || ref.len > CRDT_MAX_CLOCK - it->clock)
        return false;
    it->bytes = ref.bytes;
    it->byte_len = ref.byte_len;
    it->len = ref.len;
    *at = rest.at;
    return true;
}

/** Decodes one of the many at once; false, and nothing read, when it is not. */
static inline bool take_item(Loader *l, Reader *r, Item *it)
{
    const uint8_t *at = r->at;
    if (!take_head(l, &at, r->end, it) ||
        (!take_content(&at, r->end, it) && !take_other(r, &at, it)))
        return false;
    r->at = at;
    return true;
}

static bool read_item(Loader *l, Reader *r, uint32_t client, uint32_t clock)
{
    Ref ref = { .client = client, .clock = clock };
    if (!struct_read(&l->d->memory, l->b, r, &ref))
        return false;
    l->odd = ref.ref == REF_SKIP;
    if (l->odd)
        return false;
    return add_item(l, &ref) || reader_fail(r, CRDT_NOMEM, "out of memory");
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
    for (uint32_t i = s.first; i < s.first + s.count; i++) {
        Item *it = &d->items[i];
        *it = (Item){ .client = s.client, .clock = clock, .right_client = NONE };
        if (take_item(l, r, it))
            d->item_count++;
        else if (!read_item(l, r, s.client, clock))
            return false;
        clock += it->len;
    }
    return true;
}

CrdtErr load_read(Loader *l, CrdtFault *ret)
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


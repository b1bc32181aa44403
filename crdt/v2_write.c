/** Update format v2, written from v1: the same structs, but each kind of number in a stream of its
 *  own, run-length and difference encoded, and all strings in one table.
 *  Source: Yjs UpdateEncoder.js; lib0 (RleEncoder, UintOptRleEncoder, IntDiffOptRleEncoder). */
#include <stdlib.h>

#include "internal.h"

typedef struct Rle { /* bytes: value, then how often more */
    CrdtBuf out;
    uint8_t value;
    uint64_t count;
} Rle;

typedef struct Opt { /* numbers: the sign says that a count follows; or differences: the lowest bit
                        says so */
    CrdtBuf out;
    uint64_t value;
    int64_t diff;
    uint64_t count;
} Opt;

static bool rle_write(Rle *r, uint8_t v)
{
    if (r->count > 0 && r->value == v) {
        r->count++;
        return true;
    }
    bool ok = r->count == 0 || write_uint(&r->out, r->count - 1);
    r->value = v;
    r->count = 1;
    return ok && write_u8(&r->out, v);
}

static bool uint_flush(Opt *o)
{
    if (o->count == 0)
        return true;
    return write_signed(&o->out, o->value, o->count > 1) &&
           (o->count == 1 || write_uint(&o->out, o->count - 2));
}

static bool uint_write(Opt *o, uint64_t v)
{
    if (o->value == v) {
        o->count++;
        return true;
    }
    bool ok = uint_flush(o);
    o->value = v;
    o->count = 1;
    return ok;
}

static bool diff_flush(Opt *o)
{
    if (o->count == 0)
        return true;
    int64_t coded = o->diff * 2 + (o->count > 1);
    return write_signed(&o->out, coded < 0 ? (uint64_t)-coded : (uint64_t)coded, coded < 0) &&
           (o->count == 1 || write_uint(&o->out, o->count - 2));
}

static bool diff_write(Opt *o, uint64_t v)
{
    int64_t diff = (int64_t)v - (int64_t)o->value;
    bool same = diff == o->diff, ok = same || diff_flush(o);
    o->count = same ? o->count + 1 : 1;
    o->diff = diff;
    o->value = v;
    return ok;
}

typedef struct V2Writer {
    Opt key_clock, client, left_clock, right_clock;
    Rle info;
    CrdtBuf strings;
    Opt string_lens;
    Rle parent_info;
    Opt type_ref, len;
    CrdtBuf rest;
    uint64_t keys;
} V2Writer;

static bool put_string(V2Writer *w, const uint8_t *at, size_t len)
{
    return write_raw(&w->strings, at, len) &&
           uint_write(&w->string_lens, (uint64_t)utf8_units(at, len));
}

static bool put_key(V2Writer *w, const uint8_t *at, size_t len)
{
    return diff_write(&w->key_clock, w->keys++) && put_string(w, at, len);
}

/** The next length-prefixed string of v1 content. */
static bool put_next(V2Writer *w, Reader *r, bool (*put)(V2Writer *, const uint8_t *, size_t))
{
    const uint8_t *at;
    uint32_t len;
    return read_bytes(r, &at, &len) && put(w, at, len);
}

static bool put_json(V2Writer *w, const uint8_t *at, size_t len)
{
    return json_to_any((CrdtBytes){ at, len }, &w->rest);
}

static bool put_content(V2Writer *w, const Ref *ref)
{
    Reader r = reader((CrdtBytes){ ref->bytes, ref->byte_len });
    uint64_t kind = 0;
    bool ok = true;
    switch (ref->ref) {
    case REF_GC:
    case REF_DELETED: return uint_write(&w->len, ref->len);
    case REF_SKIP: return write_uint(&w->rest, ref->len);
    case REF_STRING: return put_string(w, ref->bytes, ref->byte_len);
    case REF_JSON:
        ok = uint_write(&w->len, ref->len);
        for (uint32_t i = 0; ok && i < ref->len; i++)
            ok = put_next(w, &r, put_string);
        return ok;
    case REF_ANY:
        return uint_write(&w->len, ref->len) && write_raw(&w->rest, ref->bytes, ref->byte_len);
    case REF_BINARY: return write_raw(&w->rest, ref->bytes, ref->byte_len);
    case REF_EMBED: return put_next(w, &r, put_json);
    case REF_FORMAT: return put_next(w, &r, put_key) && put_next(w, &r, put_json);
    case REF_TYPE:
        return read_uint(&r, &kind) && uint_write(&w->type_ref, kind) &&
               (r.at == r.end || put_next(w, &r, put_key));
    default: /* REF_DOC */
        return put_next(w, &r, put_string) && write_raw(&w->rest, r.at, (size_t)(r.end - r.at));
    }
}

static bool put_struct(V2Writer *w, const Batch *b, const Ref *ref)
{
    if (ref->ref == REF_GC || ref->ref == REF_SKIP)
        return rle_write(&w->info, ref->ref) && put_content(w, ref);
    bool origin = ref->origin_client != NONE, right = ref->right_client != NONE;
    bool ok = rle_write(&w->info, (uint8_t)(ref->ref | (origin ? INFO_ORIGIN : 0) |
                                            (right ? INFO_RIGHT : 0) |
                                            (ref->has_sub ? INFO_SUB : 0)));
    if (ok && origin)
        ok = uint_write(&w->client, b->ids[ref->origin_client]) &&
             diff_write(&w->left_clock, ref->origin_clock);
    if (ok && right)
        ok = uint_write(&w->client, b->ids[ref->right_client]) &&
             diff_write(&w->right_clock, ref->right_clock);
    if (ok && !origin && !right) {
        bool named = ref->parent_form == PARENT_ROOT;
        ok = rle_write(&w->parent_info, named);
        if (ok && named)
            ok = put_string(w, ref->name, ref->name_len);
        else if (ok)
            ok = uint_write(&w->client, b->ids[ref->parent_client]) &&
                 diff_write(&w->left_clock, ref->parent_clock);
        if (ok && ref->has_sub)
            ok = put_string(w, ref->sub, ref->sub_len);
    }
    return ok && put_content(w, ref);
}

static int deletions_by_client(const void *a, const void *b)
{
    const Deletion *x = a, *y = b;
    return x->client > y->client ? -1 : x->client < y->client;
}

static bool put_deletions(CrdtBuf *out, Deletion *list, uint32_t count)
{
    uint32_t clients = 0;
    bool sorted = true; /* ranges of a client keep the order they came in */
    for (uint32_t i = 1; i < count; i++)
        sorted = sorted && list[i - 1].client >= list[i].client;
    if (!sorted)
        qsort(list, count, sizeof *list, deletions_by_client);
    for (uint32_t i = 0; i < count; i++)
        clients += i == 0 || list[i].client != list[i - 1].client;
    bool ok = write_uint(out, clients);
    for (uint32_t i = 0; ok && i < count;) {
        uint32_t end = i;
        uint64_t at = 0;
        while (end < count && list[end].client == list[i].client)
            end++;
        ok = write_uint(out, list[i].client) && write_uint(out, end - i);
        for (; ok && i < end; i++) {
            ok = list[i].clock >= at && write_uint(out, list[i].clock - at) &&
                 write_uint(out, list[i].len - 1);
            at = (uint64_t)list[i].clock + list[i].len;
        }
    }
    return ok;
}

static bool put_update(V2Writer *w, Batch *b)
{
    bool ok = write_uint(&w->rest, b->section_count);
    for (uint32_t i = 0; ok && i < b->section_count; i++) {
        const Section *s = &b->sections[i];
        ok = write_uint(&w->rest, s->count) && uint_write(&w->client, s->id) &&
             write_uint(&w->rest, b->refs[s->first].clock);
        for (uint32_t k = 0; ok && k < s->count; k++)
            ok = put_struct(w, b, &b->refs[s->first + k]);
    }
    deletions_sort(b->deletions, &b->deletion_count); /* v2 cannot say them in another order */
    return ok && put_deletions(&w->rest, b->deletions, b->deletion_count);
}

static bool put_streams(V2Writer *w, CrdtBuf *out)
{
    Opt *const diffs[] = { &w->key_clock, &w->left_clock, &w->right_clock };
    Opt *const uints[] = { &w->client, &w->type_ref, &w->len, &w->string_lens };
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof diffs / sizeof *diffs; i++)
        ok = diff_flush(diffs[i]);
    for (size_t i = 0; ok && i < sizeof uints / sizeof *uints; i++)
        ok = uint_flush(uints[i]);
    CrdtBuf table = { .allocator = out->allocator };
    ok = ok && write_text(&table, w->strings.at, w->strings.len) &&
         write_raw(&table, w->string_lens.out.at, w->string_lens.out.len);
    const CrdtBuf *const streams[] = { &w->key_clock.out, &w->client.out,      &w->left_clock.out,
                                       &w->right_clock.out, &w->info.out,      &table,
                                       &w->parent_info.out, &w->type_ref.out, &w->len.out };
    ok = ok && write_u8(out, 0);
    for (size_t i = 0; ok && i < sizeof streams / sizeof *streams; i++)
        ok = write_text(out, streams[i]->at, streams[i]->len);
    crdt_buf_done(&table);
    return ok && write_raw(out, w->rest.at, w->rest.len);
}

CrdtErr crdt_update_to_v2(CrdtBytes update, CrdtBuf *out, CrdtFault *ret_fault)
{
    Memory m = { .allocator = out->allocator ? *out->allocator : (CrdtAllocator){ 0 } };
    Batch b = { 0 };
    V2Writer w = { 0 };
    CrdtBuf *const bufs[] = { &w.key_clock.out, &w.client.out, &w.left_clock.out,
                              &w.right_clock.out, &w.info.out, &w.strings, &w.string_lens.out,
                              &w.parent_info.out, &w.type_ref.out, &w.len.out, &w.rest };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        bufs[i]->allocator = out->allocator;
    size_t start = out->len;
    CrdtErr err = batch_read(&m, &b, update, ret_fault);
    if (err == CRDT_OK && !(put_update(&w, &b) && put_streams(&w, out))) {
        out->len = start;
        err = CRDT_NOMEM;
    }
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        crdt_buf_done(bufs[i]);
    batch_done(&m, &b);
    return err;
}

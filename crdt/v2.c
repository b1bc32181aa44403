/** Update format v2, converted from and to v1. The same structs, but each kind of number in a stream of its own, run-length
 *  and difference encoded, and all strings in one table.
 *  Source: Yjs UpdateEncoder.js, UpdateDecoder.js; lib0 (RleEncoder, UintOptRleEncoder, IntDiffOptRleEncoder). */
#include <stdlib.h>

#include "internal.h"

/* ---- writing ---- */

typedef struct Rle { /* bytes: value, then how often more */
    CrdtBuf out;
    uint8_t value;
    uint64_t count;
} Rle;

typedef struct Opt { /* numbers: the sign says that a count follows; or differences: the lowest bit says so */
    CrdtBuf out;
    uint64_t value;
    int64_t diff;
    uint64_t count;
} Opt;

static bool write_signed(CrdtBuf *out, uint64_t n, bool negative)
{
    bool ok = write_u8(out, (uint8_t)((n > 63 ? 0x80 : 0) | (negative ? 0x40 : 0) | (n & 63)));
    for (n >>= 6; ok && n > 0; n >>= 7)
        ok = write_u8(out, (uint8_t)((n > 127 ? 0x80 : 0) | (n & 127)));
    return ok;
}

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

static int by_client(const void *a, const void *b)
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
        qsort(list, count, sizeof *list, by_client);
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

/* ---- reading ---- */

typedef struct RleIn {
    Reader r;
    uint64_t count;
    bool forever;
    uint8_t value;
} RleIn;

typedef struct OptIn {
    Reader r;
    uint64_t value, count;
    int64_t diff;
} OptIn;

typedef struct V2Reader {
    OptIn key_clock, client, left_clock, right_clock;
    RleIn info;
    Reader strings;
    OptIn string_lens;
    RleIn parent_info;
    OptIn type_ref, len;
    Reader rest;
    CrdtBytes *keys;
    uint32_t key_count, key_cap;
    Memory m;
    CrdtBuf *out;
    size_t max_len; /* of the output */
    CrdtErr err;
    CrdtFault fault;
} V2Reader;

static bool fail(V2Reader *v, const Reader *r, CrdtErr err, const char *what)
{
    if (v->err == CRDT_OK) {
        v->err = err;
        v->fault = (CrdtFault){ (size_t)(r->at - r->start), what };
    }
    return false;
}

/** Passes on the failure of a reader. */
static bool failed(V2Reader *v, const Reader *r)
{
    return fail(v, r, r->err, r->fault);
}

static bool nomem(V2Reader *v)
{
    return fail(v, &v->rest, CRDT_NOMEM, "out of memory");
}

static bool read_signed(Reader *r, uint64_t *ret, bool *ret_negative)
{
    uint8_t b;
    if (!read_u8(r, &b))
        return false;
    uint64_t n = b & 0x3f;
    *ret_negative = b & 0x40;
    for (int shift = 6; b & 0x80; shift += 7) {
        if (shift > 54)
            return reader_fail(r, CRDT_MALFORMED, "integer above 2^53 - 1");
        if (!read_u8(r, &b))
            return false;
        n |= (uint64_t)(b & 0x7f) << shift;
    }
    *ret = n;
    return n <= 2 * CRDT_MAX_CLIENT + 1 ||
           reader_fail(r, CRDT_MALFORMED, "integer above 2^53 - 1");
}

static bool rle_next(V2Reader *v, RleIn *in, uint8_t *ret)
{
    if (in->count == 0 && !in->forever) {
        if (!read_u8(&in->r, &in->value))
            return failed(v, &in->r);
        if (in->r.at == in->r.end)
            in->forever = true;
        else if (!read_uint(&in->r, &in->count))
            return failed(v, &in->r);
        else
            in->count++;
    }
    in->count -= !in->forever;
    *ret = in->value;
    return true;
}

static bool uint_next(V2Reader *v, OptIn *in, uint64_t *ret)
{
    if (in->count == 0) {
        bool counted;
        if (!read_signed(&in->r, &in->value, &counted) ||
            (counted && !read_uint(&in->r, &in->count)))
            return failed(v, &in->r);
        in->count = counted ? in->count + 2 : 1;
    }
    in->count--;
    *ret = in->value;
    return *ret <= CRDT_MAX_CLIENT ||
           fail(v, &in->r, CRDT_MALFORMED, "integer above 2^53 - 1");
}

static bool diff_next(V2Reader *v, OptIn *in, uint64_t *ret)
{
    if (in->count == 0) {
        uint64_t n;
        bool negative;
        if (!read_signed(&in->r, &n, &negative))
            return failed(v, &in->r);
        int64_t coded = negative ? -(int64_t)n : (int64_t)n;
        bool counted = n & 1;
        in->diff = (coded - (int64_t)counted) / 2;
        if (counted && !read_uint(&in->r, &in->count))
            return failed(v, &in->r);
        in->count = counted ? in->count + 2 : 1;
    }
    in->count--;
    int64_t value = (int64_t)in->value + in->diff;
    if (value < 0 || value > (int64_t)CRDT_MAX_CLIENT)
        return fail(v, &in->r, CRDT_MALFORMED, "clock out of range");
    *ret = in->value = (uint64_t)value;
    return true;
}

/** The next string of the table. */
static bool string_next(V2Reader *v, CrdtBytes *ret)
{
    uint64_t units;
    if (!uint_next(v, &v->string_lens, &units))
        return false;
    const uint8_t *at = v->strings.at;
    while (units > 0 && at < v->strings.end) {
        size_t n = *at < 0x80 ? 1 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
        if (n == 4 && units == 1)
            break;
        units -= n == 4 ? 2 : 1;
        at += n;
    }
    if (units > 0)
        return fail(v, &v->strings, CRDT_MALFORMED, "string beyond the table, or half a pair");
    *ret = (CrdtBytes){ v->strings.at, (size_t)(at - v->strings.at) };
    v->strings.at = at;
    return true;
}

static bool key_next(V2Reader *v, CrdtBytes *ret)
{
    uint64_t clock;
    if (!diff_next(v, &v->key_clock, &clock))
        return false;
    if (clock < v->key_count) {
        *ret = v->keys[clock];
        return true;
    }
    if (!string_next(v, ret))
        return false;
    if (!RESERVE(&v->m, v->keys, v->key_cap, (uint64_t)v->key_count + 1))
        return nomem(v);
    v->keys[v->key_count++] = *ret;
    return true;
}

static bool say(V2Reader *v, uint64_t n)
{
    return write_uint(v->out, n) || nomem(v);
}

static bool say_text(V2Reader *v, CrdtBytes text)
{
    return write_text(v->out, text.at, text.len) || nomem(v);
}

/** Copies n values Any from the rest. */
static bool say_any(V2Reader *v, uint64_t n)
{
    const uint8_t *start = v->rest.at;
    for (; n > 0; n--)
        if (!skip_any(&v->rest, CRDT_MAX_VALUE_DEPTH))
            return failed(v, &v->rest);
    return write_raw(v->out, start, (size_t)(v->rest.at - start)) || nomem(v);
}

/** An Any of the rest as JSON text. */
static bool say_json(V2Reader *v)
{
    const uint8_t *start = v->rest.at;
    if (!skip_any(&v->rest, CRDT_MAX_VALUE_DEPTH))
        return failed(v, &v->rest);
    CrdtValue value = value_of_any((CrdtBytes){ start, (size_t)(v->rest.at - start) });
    CrdtBuf json = { .allocator = v->out->allocator };
    bool ok = crdt_value_json(NULL, &value, &json) == CRDT_OK &&
              write_text(v->out, json.at, json.len);
    crdt_buf_done(&json);
    return ok || nomem(v);
}

static bool copy_content(V2Reader *v, uint8_t ref, uint64_t *ret_len)
{
    uint64_t n;
    CrdtBytes text;
    const uint8_t *at;
    uint32_t len;
    *ret_len = 1;
    switch (ref) {
    case REF_GC:
    case REF_DELETED: return uint_next(v, &v->len, ret_len) && say(v, *ret_len);
    case REF_SKIP: return read_uint(&v->rest, ret_len) ? say(v, *ret_len) : failed(v, &v->rest);
    case REF_STRING: return string_next(v, &text) && say_text(v, text);
    case REF_JSON:
        if (!uint_next(v, &v->len, &n) || !say(v, n))
            return false;
        for (; n > 0; n--)
            if (v->out->len > v->max_len || !string_next(v, &text) || !say_text(v, text))
                return fail(v, &v->rest, CRDT_LIMIT, "expands too much");
        return true;
    case REF_ANY:
        if (!uint_next(v, &v->len, &n))
            return false;
        if (n > (size_t)(v->rest.end - v->rest.at))
            return fail(v, &v->rest, CRDT_MALFORMED, "more values than bytes");
        return say(v, n) && say_any(v, n);
    case REF_BINARY:
        return read_bytes(&v->rest, &at, &len) ? say_text(v, (CrdtBytes){ at, len })
                                               : failed(v, &v->rest);
    case REF_EMBED: return say_json(v);
    case REF_FORMAT: return key_next(v, &text) && say_text(v, text) && say_json(v);
    case REF_TYPE:
        if (!uint_next(v, &v->type_ref, &n) || !say(v, n))
            return false;
        return (n != CRDT_XML_ELEMENT && n != CRDT_XML_HOOK) ||
               (key_next(v, &text) && say_text(v, text));
    case REF_DOC: return string_next(v, &text) && say_text(v, text) && say_any(v, 1);
    default: return fail(v, &v->info.r, CRDT_MALFORMED, "unknown kind of struct");
    }
}

static bool copy_id(V2Reader *v, OptIn *clocks)
{
    uint64_t client, clock;
    return uint_next(v, &v->client, &client) && diff_next(v, clocks, &clock) && say(v, client) &&
           say(v, clock);
}

static bool copy_struct(V2Reader *v)
{
    uint8_t info, named;
    uint64_t len;
    CrdtBytes text;
    if (v->out->len > v->max_len)
        return fail(v, &v->rest, CRDT_LIMIT, "expands too much");
    if (!rle_next(v, &v->info, &info))
        return false;
    uint8_t ref = info & INFO_REF;
    bool plain = ref == REF_GC || ref == REF_SKIP;
    if (!write_u8(v->out, plain ? ref : info))
        return nomem(v);
    if (plain)
        return copy_content(v, ref, &len);
    if ((info & INFO_ORIGIN) && !copy_id(v, &v->left_clock))
        return false;
    if ((info & INFO_RIGHT) && !copy_id(v, &v->right_clock))
        return false;
    if ((info & (INFO_ORIGIN | INFO_RIGHT)) == 0) {
        if (!rle_next(v, &v->parent_info, &named) || !say(v, named == 1))
            return false;
        if (named == 1 ? !string_next(v, &text) || !say_text(v, text) : !copy_id(v, &v->left_clock))
            return false;
        if ((info & INFO_SUB) && (!string_next(v, &text) || !say_text(v, text)))
            return false;
    }
    return copy_content(v, ref, &len);
}

static bool copy_structs(V2Reader *v)
{
    uint64_t sections, count, client, clock;
    if (!read_uint(&v->rest, &sections))
        return failed(v, &v->rest);
    if (!say(v, sections))
        return false;
    for (; sections > 0; sections--) {
        if (!read_uint(&v->rest, &count))
            return failed(v, &v->rest);
        if (!uint_next(v, &v->client, &client))
            return false;
        if (!read_uint(&v->rest, &clock))
            return failed(v, &v->rest);
        if (!say(v, count) || !say(v, client) || !say(v, clock))
            return false;
        for (; count > 0; count--)
            if (!copy_struct(v))
                return false;
    }
    return true;
}

static bool copy_deletions(V2Reader *v)
{
    uint64_t clients, client, count, gap, less;
    Reader *r = &v->rest;
    if (!read_uint(r, &clients))
        return failed(v, r);
    if (!say(v, clients))
        return false;
    for (; clients > 0; clients--) {
        if (!read_uint(r, &client) || !read_uint(r, &count))
            return failed(v, r);
        if (!say(v, client) || !say(v, count))
            return false;
        for (uint64_t at = 0; count > 0; count--) {
            if (!read_uint(r, &gap) || !read_uint(r, &less))
                return failed(v, r);
            if (gap > CRDT_MAX_CLOCK - at || less >= CRDT_MAX_CLOCK - at - gap)
                return fail(v, r, CRDT_LIMIT, "clock beyond the limit");
            if (!say(v, at + gap) || !say(v, less + 1))
                return false;
            at += gap + less + 1;
        }
    }
    return r->at == r->end || fail(v, r, CRDT_MALFORMED, "bytes after the end");
}

/** Finds the streams. Offsets in faults count from the start of the whole. */
static bool open_streams(V2Reader *v, CrdtBytes update)
{
    Reader table;
    Reader *const streams[] = { &v->key_clock.r,   &v->client.r,   &v->left_clock.r,
                                &v->right_clock.r, &v->info.r,     &table,
                                &v->parent_info.r, &v->type_ref.r, &v->len.r };
    uint64_t feature;
    const uint8_t *at;
    uint32_t len, units;
    v->rest = reader(update);
    if (!read_uint(&v->rest, &feature))
        return failed(v, &v->rest);
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        if (!read_bytes(&v->rest, &at, &len))
            return failed(v, &v->rest);
        *streams[i] = (Reader){ .at = at, .end = at + len, .start = update.at };
    }
    if (!read_text(&table, &at, &len, &units))
        return failed(v, &table);
    v->strings = (Reader){ .at = at, .end = at + len, .start = update.at };
    v->string_lens.r = table;
    return true;
}

CrdtErr crdt_update_from_v2(CrdtBytes update_v2, CrdtBuf *out, CrdtFault *ret_fault)
{
    V2Reader v = { .out = out };
    if (out->allocator != NULL)
        v.m.allocator = *out->allocator;
    size_t start = out->len;
    v.max_len = start + 65536 + update_v2.len * 64;
    if (open_streams(&v, update_v2) && copy_structs(&v))
        (void)!copy_deletions(&v);
    mem_resize(&v.m, v.keys, v.key_cap * sizeof *v.keys, 0);
    if (v.err == CRDT_OK) { /* the whole has to be a valid update */
        CrdtBytes v1 = { out->at + start, out->len - start };
        v.err = crdt_validate_update(v1, NULL);
        v.fault = (CrdtFault){ 0, "a struct is malformed" };
    }
    if (v.err == CRDT_OK)
        return CRDT_OK;
    out->len = start;
    if (ret_fault != NULL)
        *ret_fault = v.fault;
    return v.err;
}

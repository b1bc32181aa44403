/** Update format v2, read: turned into v1, which is then validated, or applied, like any other: nine
 *  streams become one, and who reads it need not know of them.
 *  A few bytes can say very much (run lengths), so the output is limited by the input.
 *  Source: Yjs UpdateDecoder.js; lib0 (RleDecoder, UintOptRleDecoder, IntDiffOptRleDecoder,
 *  StringDecoder). */
#include "internal.h"

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
    while (units >= 8 && v->strings.end - at >= 8 && (load_u64(at) & 0x8080808080808080) == 0) {
        at += 8;
        units -= 8;
    }
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

static bool say_number(V2Reader *v, uint64_t n)
{
    CrdtBuf *out = v->out;
    if (out->cap - out->len < 10 && !buf_reserve(out, 10))
        return nomem(v);
    out->len = (size_t)(put_uint(out->at + out->len, n) - out->at);
    return true;
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
    case REF_DELETED: return uint_next(v, &v->len, ret_len) && say_number(v, *ret_len);
    case REF_SKIP: return read_uint(&v->rest, ret_len) ? say_number(v, *ret_len) : failed(v, &v->rest);
    case REF_STRING: return string_next(v, &text) && say_text(v, text);
    case REF_JSON:
        if (!uint_next(v, &v->len, &n) || !say_number(v, n))
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
        return say_number(v, n) && say_any(v, n);
    case REF_BINARY:
        return read_bytes(&v->rest, &at, &len) ? say_text(v, (CrdtBytes){ at, len })
                                               : failed(v, &v->rest);
    case REF_EMBED: return say_json(v);
    case REF_FORMAT: return key_next(v, &text) && say_text(v, text) && say_json(v);
    case REF_TYPE:
        if (!uint_next(v, &v->type_ref, &n) || !say_number(v, n))
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
    return uint_next(v, &v->client, &client) && diff_next(v, clocks, &clock) && say_number(v, client) &&
           say_number(v, clock);
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
        if (!rle_next(v, &v->parent_info, &named) || !say_number(v, named == 1))
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
    if (!say_number(v, sections))
        return false;
    for (; sections > 0; sections--) {
        if (!read_uint(&v->rest, &count))
            return failed(v, &v->rest);
        if (!uint_next(v, &v->client, &client))
            return false;
        if (!read_uint(&v->rest, &clock))
            return failed(v, &v->rest);
        if (!say_number(v, count) || !say_number(v, client) || !say_number(v, clock))
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
    if (!say_number(v, clients))
        return false;
    for (; clients > 0; clients--) {
        if (!read_uint(r, &client) || !read_uint(r, &count))
            return failed(v, r);
        if (!say_number(v, client) || !say_number(v, count))
            return false;
        for (uint64_t at = 0; count > 0; count--) {
            if (!read_uint(r, &gap) || !read_uint(r, &less))
                return failed(v, r);
            if (gap > CRDT_MAX_CLOCK - at || less >= CRDT_MAX_CLOCK - at - gap)
                return fail(v, r, CRDT_LIMIT, "clock beyond the limit");
            if (!say_number(v, at + gap) || !say_number(v, less + 1))
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

/** Turns it into v1, which may be malformed still. */
static CrdtErr to_v1(CrdtBytes update_v2, CrdtBuf *out, CrdtFault *ret_fault)
{
    V2Reader v = { .out = out };
    if (out->allocator != NULL)
        v.m.allocator = *out->allocator;
    size_t start = out->len;
    v.max_len = start + 65536 + update_v2.len * 64;
    (void)!buf_reserve(out, update_v2.len * 2); /* else it grows by steps */
    if (open_streams(&v, update_v2) && copy_structs(&v))
        (void)!copy_deletions(&v);
    mem_resize(&v.m, v.keys, v.key_cap * sizeof *v.keys, 0);
    if (v.err == CRDT_OK)
        return CRDT_OK;
    out->len = start;
    if (ret_fault != NULL)
        *ret_fault = v.fault;
    return v.err;
}

/** What is wrong with the update in v1 stands somewhere else in v2. */
static CrdtErr without_place(CrdtErr err, CrdtFault *fault)
{
    if (err != CRDT_OK && fault != NULL)
        fault->offset = 0;
    return err;
}

CrdtErr crdt_update_from_v2(CrdtBytes update_v2, CrdtBuf *out, CrdtFault *ret_fault)
{
    size_t start = out->len;
    CrdtErr err = to_v1(update_v2, out, ret_fault);
    if (err != CRDT_OK)
        return err;
    CrdtBytes v1 = { out->at + start, out->len - start };
    err = without_place(crdt_validate_update(v1, ret_fault), ret_fault);
    if (err != CRDT_OK)
        out->len = start;
    return err;
}

CrdtErr crdt_apply_v2(CrdtDoc *doc, CrdtBytes update_v2, CrdtApplied *ret, CrdtFault *ret_fault)
{
    CrdtBuf v1 = { .allocator = &doc->memory.allocator };
    CrdtErr err = to_v1(update_v2, &v1, ret_fault);
    if (err == CRDT_OK)
        err = without_place(crdt_apply(doc, crdt_buf_bytes(&v1), ret, ret_fault), ret_fault);
    crdt_buf_done(&v1);
    return err;
}

CrdtErr crdt_load_v2(const CrdtOptions *options, CrdtBytes stored_v2, CrdtDoc **ret,
                     CrdtFault *ret_fault)
{
    CrdtBuf v1 = { .allocator = options != NULL ? options->allocator : NULL };
    CrdtErr err = to_v1(stored_v2, &v1, ret_fault);
    if (err == CRDT_OK)
        err = without_place(crdt_load(options, crdt_buf_bytes(&v1), ret, ret_fault), ret_fault);
    crdt_buf_done(&v1);
    return err;
}

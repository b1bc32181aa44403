/** Decoding an update (v1) into a Batch, and validating every byte of it before anybody acts on it.
 *  Counts are bounded by the bytes that remain before anything is allocated for them.
 *  Source: Yjs encoding.js (readClientsStructRefs), UpdateDecoder.js, DeleteSet.js, structs/. */
#include <stdlib.h>

#include "internal.h"

static uint32_t batch_id_hash(const void *owner, uint32_t i)
{
    return hash_u64(((const Batch *)owner)->ids[i]);
}

enum { FEW = 8 }; /* ids up to this many are looked for one by one */

static bool id_table_add(Memory *m, Batch *b, uint32_t i)
{
    Table *t = &b->id_table;
    if (!table_reserve(m, t, batch_id_hash, b))
        return false;
    uint32_t h = hash_u64(b->ids[i]) & (t->cap - 1);
    while (t->slot[h] != 0)
        h = (h + 1) & (t->cap - 1);
    t->slot[h] = i + 1;
    t->count++;
    return true;
}

static uint32_t id_find(const Batch *b, uint64_t id)
{
    if (b->id_count <= FEW) {
        for (uint32_t i = 0; i < b->id_count; i++)
            if (b->ids[i] == id)
                return i;
        return NONE;
    }
    const Table *t = &b->id_table;
    uint32_t h = hash_u64(id) & (t->cap - 1);
    for (; t->slot[h] != 0; h = (h + 1) & (t->cap - 1))
        if (b->ids[t->slot[h] - 1] == id)
            return t->slot[h] - 1;
    return NONE;
}

/** The batch index of a client id. Most ids are the one seen last. */
bool batch_client(Memory *m, Batch *b, Reader *r, uint64_t id, uint32_t *ret)
{
    bool last = b->id_count > 0 && b->ids[b->id_last] == id;
    uint32_t found = last ? b->id_last : id_find(b, id);
    if (found != NONE) {
        *ret = b->id_last = found;
        return true;
    }
    uint32_t i = b->id_count;
    if (!RESERVE(m, b->ids, b->id_cap, (uint64_t)i + 1))
        return reader_fail(r, CRDT_NOMEM, "out of memory");
    b->ids[i] = id;
    for (uint32_t k = i == FEW ? 0 : i; i >= FEW && k <= i; k++)
        if (!id_table_add(m, b, k)) {
            if (i == FEW)
                table_clear(&b->id_table);
            return reader_fail(r, CRDT_NOMEM, "out of memory");
        }
    b->id_count++;
    *ret = b->id_last = i;
    return true;
}

[[gnu::noinline]] static bool read_any_id(Memory *m, Batch *b, Reader *r, uint32_t *ret_client,
                                          uint32_t *ret_clock)
{
    uint64_t id;
    bool wide = r->end - r->at >= 8;
    uint64_t bytes = wide ? load_u64(r->at) : 0;
    if (wide && b->last_len > 0 && (bytes & b->last_mask) == b->last_bytes) {
        r->at += b->last_len;
        *ret_client = b->last_client;
        return read_clock(r, ret_clock);
    }
    const uint8_t *start = r->at;
    if (!read_uint(r, &id) || !batch_client(m, b, r, id, ret_client))
        return false;
    if (wide) {
        b->last_len = (uint32_t)(r->at - start);
        b->last_mask = UINT64_MAX >> (64 - 8 * b->last_len);
        b->last_bytes = bytes & b->last_mask;
        b->last_client = *ret_client;
    }
    return read_clock(r, ret_clock);
}

/** An id is mostly of the client of the id before: its bytes are known at sight. */
static inline bool read_id(Memory *m, Batch *b, Reader *r, uint32_t *ret_client,
                           uint32_t *ret_clock)
{
    const uint8_t *at = r->at + b->last_len;
    if (r->end - r->at < 16 || b->last_len == 0 ||
        (load_u64(r->at) & b->last_mask) != b->last_bytes || !take_u28(&at, ret_clock))
        return read_any_id(m, b, r, ret_client, ret_clock);
    *ret_client = b->last_client;
    r->at = at;
    return true;
}

static bool read_len(Reader *r, uint32_t *ret)
{
    if (!read_clock(r, ret))
        return false;
    return *ret > 0 || reader_fail(r, CRDT_MALFORMED, "struct of length 0");
}

static bool read_json(Reader *r, bool undefined_too)
{
    const uint8_t *at, *start = r->at;
    uint32_t len;
    if (!read_text(r, &at, &len, NULL))
        return false;
    if ((undefined_too && len == 9 && memcmp(at, "undefined", 9) == 0) ||
        json_valid((CrdtBytes){ at, len }))
        return true;
    r->at = start;
    return reader_fail(r, CRDT_MALFORMED, "value is not JSON");
}

/** Content of several values: their bytes back to back. */
static bool read_values(Reader *r, Ref *ref)
{
    uint32_t n = 0;
    if (!read_len(r, &n))
        return false;
    if (n > (size_t)(r->end - r->at))
        return reader_fail(r, CRDT_MALFORMED, "more values than bytes");
    ref->bytes = r->at;
    ref->len = n;
    for (uint32_t i = 0; i < n; i++)
        if (ref->ref == REF_ANY ? !skip_any(r, CRDT_MAX_VALUE_DEPTH) : !read_json(r, true))
            return false;
    return true;
}

static bool read_type(Reader *r)
{
    uint64_t kind;
    const uint8_t *at;
    uint32_t len;
    if (!read_uint(r, &kind))
        return false;
    if (kind > CRDT_XML_TEXT)
        return reader_fail(r, CRDT_MALFORMED, "unknown shared type");
    return (kind != CRDT_XML_ELEMENT && kind != CRDT_XML_HOOK) || read_text(r, &at, &len, NULL);
}

/** Reads what stands behind the head of a struct. */
bool content_read(Reader *r, Ref *ref)
{
    const uint8_t *at;
    uint32_t len;
    ref->len = 1;
    ref->bytes = r->at;
    bool ok = true;
    switch (ref->ref) {
    case REF_GC:
    case REF_DELETED:
    case REF_SKIP:
        ok = read_len(r, &ref->len);
        ref->bytes = r->at;
        break;
    case REF_STRING:
        ok = read_text(r, &ref->bytes, &ref->byte_len, &ref->len);
        if (ok && ref->len == 0)
            return reader_fail(r, CRDT_MALFORMED, "struct of length 0");
        return ok;
    case REF_ANY:
    case REF_JSON:
        ok = read_values(r, ref);
        break;
    case REF_BINARY:
        ok = read_bytes(r, &at, &len);
        break;
    case REF_EMBED:
        ok = read_json(r, false);
        break;
    case REF_FORMAT:
        ok = read_text(r, &at, &len, NULL) && read_json(r, false);
        break;
    case REF_TYPE:
        ok = read_type(r);
        break;
    case REF_DOC:
        ok = read_text(r, &at, &len, NULL) && skip_any(r, CRDT_MAX_VALUE_DEPTH);
        break;
    default:
        return reader_fail(r, CRDT_MALFORMED, "unknown kind of struct");
    }
    if (ok)
        ref->byte_len = (uint32_t)(r->at - ref->bytes);
    return ok;
}

/** A struct may only build on what its own client wrote before. */
static bool looks_back(const Ref *ref, uint32_t client, uint32_t clock)
{
    return client != ref->client || clock < ref->clock;
}

static bool read_item_head(Memory *m, Batch *b, Reader *r, Ref *ref, uint8_t info)
{
    ref->origin_client = ref->right_client = NONE;
    ref->parent_form = PARENT_COPY;
    if ((info & INFO_ORIGIN) && !read_id(m, b, r, &ref->origin_client, &ref->origin_clock))
        return false;
    if ((info & INFO_RIGHT) && !read_id(m, b, r, &ref->right_client, &ref->right_clock))
        return false;
    if ((info & (INFO_ORIGIN | INFO_RIGHT)) == 0) {
        uint64_t named;
        if (!read_uint(r, &named))
            return false;
        ref->parent_form = named == 1 ? PARENT_ROOT : PARENT_ID;
        if (named == 1) {
            if (!read_text(r, &ref->name, &ref->name_len, NULL))
                return false;
        } else if (!read_id(m, b, r, &ref->parent_client, &ref->parent_clock)) {
            return false;
        }
        ref->has_sub = info & INFO_SUB;
        if (ref->has_sub && !read_text(r, &ref->sub, &ref->sub_len, NULL))
            return false;
    }
    if ((ref->origin_client != NONE && !looks_back(ref, ref->origin_client, ref->origin_clock)) ||
        (ref->right_client != NONE && !looks_back(ref, ref->right_client, ref->right_clock)) ||
        (ref->parent_form == PARENT_ID && !looks_back(ref, ref->parent_client, ref->parent_clock)))
        return reader_fail(r, CRDT_MALFORMED, "struct builds on its own future");
    return true;
}

/** Reads one struct; ref->client and ->clock say where it stands. */
bool struct_read(Memory *m, Batch *b, Reader *r, Ref *ref)
{
    if (r->at == r->end)
        return reader_fail(r, CRDT_MALFORMED, "ends too early");
    uint8_t info = *r->at++;
    ref->ref = info & INFO_REF;
    if (ref->ref != REF_GC && ref->ref != REF_SKIP && !read_item_head(m, b, r, ref, info))
        return false;
    if (!content_read(r, ref))
        return false;
    return ref->len <= CRDT_MAX_CLOCK - ref->clock ||
           reader_fail(r, CRDT_LIMIT, "clock beyond the limit");
}

/** Reads the head of the structs of one client. */
bool section_read(Memory *m, Batch *b, Reader *r, Section *ret, uint32_t *ret_clock)
{
    uint64_t count, id;
    uint32_t client;
    if (!read_uint(r, &count))
        return false;
    if (count > (size_t)(r->end - r->at) / 2) /* a struct takes two bytes at least */
        return reader_fail(r, CRDT_MALFORMED, "more structs than bytes");
    if (!read_uint(r, &id) || !batch_client(m, b, r, id, &client) || !read_clock(r, ret_clock))
        return false;
    *ret = (Section){ .id = id, .client = client, .first = b->ref_count, .count = (uint32_t)count,
                      .rest_from = NONE };
    return true;
}

static bool read_section(Memory *m, Batch *b, Reader *r)
{
    Section s;
    uint32_t clock;
    if (!section_read(m, b, r, &s, &clock))
        return false;
    if (s.count == 0)
        return true;
    if (!RESERVE(m, b->sections, b->section_cap, (uint64_t)b->section_count + 1) ||
        !RESERVE(m, b->refs, b->ref_cap, (uint64_t)b->ref_count + s.count))
        return reader_fail(r, CRDT_NOMEM, "out of memory");
    b->sections[b->section_count++] = s;
    for (uint32_t i = 0; i < s.count; i++) {
        Ref *ref = &b->refs[b->ref_count];
        *ref = (Ref){ .client = s.client, .clock = clock };
        if (!struct_read(m, b, r, ref))
            return false;
        clock += ref->len;
        b->ref_count++;
    }
    return true;
}

/** Reads how many clients have structs in the update. */
bool sections_count_read(Reader *r, uint64_t *ret)
{
    size_t len = (size_t)(r->end - r->at);
    if (len > CRDT_MAX_BYTES)
        return reader_fail(r, CRDT_LIMIT, "update too large");
    if (!read_uint(r, ret))
        return false;
    return *ret <= len / 3 || reader_fail(r, CRDT_MALFORMED, "more clients than bytes");
}

bool deletions_read(Memory *m, Batch *b, Reader *r)
{
    uint64_t clients;
    if (!read_uint(r, &clients))
        return false;
    if (clients > (size_t)(r->end - r->at) / 2)
        return reader_fail(r, CRDT_MALFORMED, "more clients than bytes");
    for (uint64_t k = 0; k < clients; k++) {
        uint64_t id, count;
        if (!read_uint(r, &id) || !read_uint(r, &count))
            return false;
        if (count > (size_t)(r->end - r->at) / 2)
            return reader_fail(r, CRDT_MALFORMED, "more deletions than bytes");
        if (!RESERVE(m, b->deletions, b->deletion_cap, (uint64_t)b->deletion_count + count))
            return reader_fail(r, CRDT_NOMEM, "out of memory");
        for (uint64_t i = 0; i < count; i++) {
            Deletion del = { .client = id };
            if (!read_clock(r, &del.clock) || !read_clock(r, &del.len))
                return false;
            if (del.len > CRDT_MAX_CLOCK - del.clock)
                return reader_fail(r, CRDT_LIMIT, "clock beyond the limit");
            if (del.len > 0)
                b->deletions[b->deletion_count++] = del;
        }
    }
    return true;
}

/** Adds one update to the batch. On failure the batch is as it was, but for capacity.
 *  What the batch holds points into `update`. */
CrdtErr batch_read(Memory *m, Batch *b, CrdtBytes update, CrdtFault *ret)
{
    Reader r = reader(update);
    uint32_t ids = b->id_count, refs = b->ref_count;
    uint32_t sections = b->section_count, deletions = b->deletion_count;
    uint64_t count = 0;
    bool ok = sections_count_read(&r, &count);
    for (uint64_t i = 0; ok && i < count; i++)
        ok = read_section(m, b, &r);
    ok = ok && deletions_read(m, b, &r);
    if (ok && r.at != r.end)
        ok = reader_fail(&r, CRDT_MALFORMED, "bytes after the end");
    if (ok)
        return CRDT_OK;
    b->ref_count = refs;
    b->section_count = sections;
    b->deletion_count = deletions;
    b->last_len = 0;
    if (b->id_count > ids) { /* rebuild the small table */
        table_clear(&b->id_table);
        b->id_count = ids;
        b->id_last = 0;
        for (uint32_t i = 0; ids > FEW && i < ids; i++) /* it has room for more */
            (void)!id_table_add(m, b, i);
    }
    return reader_err(&r, ret);
}

static int section_order(const void *a, const void *b)
{
    const Section *x = a, *y = b;
    if (x->client != y->client)
        return x->client < y->client ? -1 : 1;
    return x->first < y->first ? -1 : 1;
}

/** By clock. Of what one replica has collected already and another has not, the collected form
 *  comes first and counts: it needs nothing else to be there. */
static int ref_order(const void *a, const void *b)
{
    const Ref *x = a, *y = b;
    if (x->clock != y->clock)
        return x->clock < y->clock ? -1 : 1;
    if ((x->ref == REF_GC) != (y->ref == REF_GC))
        return x->ref == REF_GC ? -1 : 1;
    return x->len > y->len ? -1 : x->len < y->len;
}

/** Makes one section of the sections of each client, its refs by clock and without Skips. */
CrdtErr batch_join_sections(Memory *m, Batch *b)
{
    bool joined = true;
    if (b->section_count > 1) {
        uint8_t *seen = mem_resize(m, NULL, 0, b->id_count);
        if (seen == NULL)
            return CRDT_NOMEM;
        memset(seen, 0, b->id_count);
        for (uint32_t i = 0; i < b->section_count; i++) {
            joined = joined && !seen[b->sections[i].client];
            seen[b->sections[i].client] = 1;
        }
        mem_resize(m, seen, b->id_count, 0);
    }
    if (joined)
        return CRDT_OK;
    Ref *refs = mem_resize(m, NULL, 0, (size_t)b->ref_cap * sizeof *refs);
    if (refs == NULL)
        return CRDT_NOMEM;
    qsort(b->sections, b->section_count, sizeof *b->sections, section_order);
    uint32_t out = 0, n = 0;
    for (uint32_t i = 0; i < b->section_count;) {
        Section whole = b->sections[i];
        whole.first = out;
        whole.count = 0;
        bool sorted = true;
        for (; i < b->section_count && b->sections[i].client == whole.client; i++) {
            const Section *s = &b->sections[i];
            for (uint32_t k = 0; k < s->count; k++) {
                const Ref *ref = &b->refs[s->first + k];
                if (ref->ref == REF_SKIP) /* another section may fill the hole */
                    continue;
                sorted = sorted && (whole.count == 0 || refs[out - 1].clock <= ref->clock);
                refs[out++] = *ref;
                whole.count++;
            }
        }
        if (!sorted)
            qsort(refs + whole.first, whole.count, sizeof *refs, ref_order);
        b->sections[n++] = whole;
    }
    b->section_count = n;
    mem_resize(m, b->refs, (size_t)b->ref_cap * sizeof *refs, 0);
    b->refs = refs;
    return CRDT_OK;
}

/** Forgets the content; keeps memory for the next update, unless it is much. */
void batch_clear(Memory *m, Batch *b)
{
    if (b->ref_cap > 64 || b->id_table.cap > 64 || b->deletion_cap > 256) {
        batch_done(m, b);
        return;
    }
    if (b->id_table.count > 0)
        table_clear(&b->id_table);
    b->last_len = 0;
    b->id_count = b->id_last = b->ref_count = b->section_count = b->deletion_count = 0;
}

void batch_done(Memory *m, Batch *b)
{
    mem_resize(m, b->ids, b->id_cap * sizeof *b->ids, 0);
    table_done(m, &b->id_table);
    mem_resize(m, b->links, b->link_cap * sizeof *b->links, 0);
    mem_resize(m, b->stack, b->stack_cap * sizeof *b->stack, 0);
    mem_resize(m, b->refs, (size_t)b->ref_cap * sizeof *b->refs, 0);
    mem_resize(m, b->sections, b->section_cap * sizeof *b->sections, 0);
    mem_resize(m, b->deletions, b->deletion_cap * sizeof *b->deletions, 0);
    *b = (Batch){ 0 };
}

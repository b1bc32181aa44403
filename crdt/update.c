/** Updates without a document: validate, merge, diff, state vector.
 *  Source: Yjs updates.js (mergeUpdatesV2, diffUpdateV2, encodeStateVectorFromUpdateV2). */
#include <stdlib.h>

#include "internal.h"

static Memory memory_of(const CrdtBuf *out)
{
    return (Memory){ .allocator = out != NULL && out->allocator != NULL ? *out->allocator
                                                                        : (CrdtAllocator){ 0 } };
}

CrdtErr crdt_validate_update(CrdtBytes update, CrdtFault *ret_fault)
{
    Memory m = { 0 };
    Batch b = { 0 };
    CrdtErr err = batch_read(&m, &b, update, ret_fault);
    batch_done(&m, &b);
    return err;
}

/** Reads the count of a state vector and checks that the bytes can hold it. */
static bool read_state_count(Reader *r, uint64_t *ret)
{
    if (!read_uint(r, ret))
        return false;
    return *ret <= (size_t)(r->end - r->at) / 2 ||
           reader_fail(r, CRDT_MALFORMED, "more clients than bytes");
}

CrdtErr crdt_validate_state_vector(CrdtBytes state_vector, CrdtFault *ret_fault)
{
    Reader r = reader(state_vector);
    uint64_t count, client, clock;
    bool ok = read_state_count(&r, &count);
    for (uint64_t i = 0; ok && i < count; i++)
        ok = read_uint(&r, &client) && read_uint(&r, &clock);
    if (ok && r.at != r.end)
        ok = reader_fail(&r, CRDT_MALFORMED, "bytes after the end");
    return reader_err(&r, ret_fault);
}

/* ---- merge ----------------------------------------------------------------------------------- */

typedef struct Merger {
    Memory m;
    Batch b;
    const Ref **sorted;
    CrdtBuf *out;
    CrdtBuf body; /* structs of the current client */
    CrdtBuf joint; /* content of the current run */
    uint32_t structs, clients;
} Merger;

static bool may_join(uint8_t ref)
{
    return ref == REF_STRING || ref == REF_ANY || ref == REF_JSON || ref == REF_DELETED ||
           ref == REF_GC;
}

/** True when `next`, starting at clock `end` of its client, continues the run as if it were written
 *  in one go. */
static bool continues(const Ref *first, const Ref *next, uint32_t end)
{
    if (first->ref != next->ref || !may_join(first->ref))
        return false;
    if (first->ref == REF_GC)
        return true;
    /* Cut by an overlap, its origin is the unit before by definition. */
    bool after = next->clock < end ||
                 (next->origin_client == next->client && next->origin_clock == end - 1);
    return after && first->right_client == next->right_client &&
           (first->right_client == NONE || first->right_clock == next->right_clock);
}

static bool add_content(CrdtBuf *joint, const Ref *ref, uint32_t offset)
{
    bool split = false;
    size_t from = offset == 0 ? 0 : content_offset(ref->ref, ref->bytes, ref->byte_len, ref->len,
                                                   offset, &split);
    if (split)
        return write_raw(joint, "\xEF\xBF\xBD", 3) &&
               write_raw(joint, ref->bytes + from + 4, ref->byte_len - from - 4);
    return write_raw(joint, ref->bytes + from, ref->byte_len - from);
}

/** Writes the struct that starts with sorted[at], of which `offset` units are known, and all that
 *  continue it. Returns the index after them; *clock moves to its end. */
static bool write_run(Merger *g, uint32_t *at, uint32_t count, uint32_t *clock)
{
    const Ref *first = g->sorted[*at];
    uint32_t offset = *clock - first->clock, end = first->clock + first->len;
    uint32_t i = *at + 1, joined = 1;
    g->joint.len = 0;
    for (; i < count; i++) {
        const Ref *next = g->sorted[i];
        if (next->client != first->client || next->clock > end)
            break;
        if (next->clock + next->len <= end)
            continue;
        if (!continues(first, next, end))
            break;
        bool text = first->ref == REF_STRING || first->ref == REF_ANY || first->ref == REF_JSON;
        if (text && joined == 1 && !add_content(&g->joint, first, offset))
            return false;
        if (text && !add_content(&g->joint, next, end - next->clock))
            return false;
        joined++;
        end = next->clock + next->len;
    }
    *at = i;
    g->structs++;
    uint32_t units = end - *clock;
    *clock = end;
    if (joined == 1)
        return write_ref(&g->body, &g->b, first, offset, units);
    Ref whole = *first;
    if (offset > 0) {
        whole.origin_client = first->client;
        whole.origin_clock = first->clock + offset - 1;
    }
    whole.len = units;
    whole.bytes = g->joint.at;
    whole.byte_len = (uint32_t)g->joint.len;
    return g->joint.len <= CRDT_MAX_BYTES && write_ref(&g->body, &g->b, &whole, 0, units);
}

/** Writes the structs of one client, sorted[from] .. up to the next client. */
static bool write_client(Merger *g, uint32_t *at, uint32_t count)
{
    uint32_t client = g->sorted[*at]->client, clock = g->sorted[*at]->clock, start = clock;
    g->body.len = 0;
    g->structs = 0;
    while (*at < count && g->sorted[*at]->client == client) {
        const Ref *ref = g->sorted[*at];
        if (ref->clock + ref->len <= clock) {
            (*at)++;
            continue;
        }
        if (ref->clock > clock) {
            if (!write_u8(&g->body, REF_SKIP) || !write_uint(&g->body, ref->clock - clock))
                return false;
            g->structs++;
            clock = ref->clock;
        }
        if (!write_run(g, at, count, &clock))
            return false;
    }
    return write_uint(g->out, g->structs) && write_uint(g->out, g->b.ids[client]) &&
           write_uint(g->out, start) && write_raw(g->out, g->body.at, g->body.len);
}

/** Refs sort by client descending, then clock; what some replica has collected already first, then
 *  longer ones, so that what repeats is skipped. */
typedef struct SortKey {
    uint64_t id;
    uint32_t clock, len;
    const Ref *ref;
} SortKey;

static int key_order(const void *a, const void *b)
{
    const SortKey *x = a, *y = b;
    if (x->id != y->id)
        return x->id > y->id ? -1 : 1;
    if (x->clock != y->clock)
        return x->clock < y->clock ? -1 : 1;
    if ((x->ref->ref == REF_GC) != (y->ref->ref == REF_GC))
        return x->ref->ref == REF_GC ? -1 : 1;
    if (x->len != y->len)
        return x->len > y->len ? -1 : 1;
    return x->ref < y->ref ? -1 : x->ref > y->ref;
}

/** Fills g->sorted with the refs that are not Skips. */
static bool sort_refs(Merger *g, uint32_t *ret_count)
{
    uint32_t n = 0, total = g->b.ref_count;
    SortKey *keys = mem_resize(&g->m, NULL, 0, (size_t)total * sizeof *keys);
    g->sorted = mem_resize(&g->m, NULL, 0, (size_t)total * sizeof *g->sorted);
    if (total > 0 && (keys == NULL || g->sorted == NULL)) {
        mem_resize(&g->m, keys, (size_t)total * sizeof *keys, 0);
        return false;
    }
    bool sorted = true;
    for (uint32_t i = 0; i < total; i++) {
        const Ref *ref = &g->b.refs[i];
        if (ref->ref == REF_SKIP)
            continue;
        keys[n] = (SortKey){ g->b.ids[ref->client], ref->clock, ref->len, ref };
        sorted = sorted && (n == 0 || key_order(&keys[n - 1], &keys[n]) <= 0);
        n++;
    }
    if (!sorted)
        qsort(keys, n, sizeof *keys, key_order);
    for (uint32_t i = 0; i < n; i++)
        g->sorted[i] = keys[i].ref;
    mem_resize(&g->m, keys, (size_t)total * sizeof *keys, 0);
    *ret_count = n;
    return true;
}

static bool write_merged(Merger *g)
{
    uint32_t count;
    if (!sort_refs(g, &count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        g->clients += i == 0 || g->sorted[i]->client != g->sorted[i - 1]->client;
    bool ok = write_uint(g->out, g->clients);
    for (uint32_t at = 0; ok && at < count;)
        ok = write_client(g, &at, count);
    deletions_sort(g->b.deletions, &g->b.deletion_count);
    return ok && write_deletions(g->out, g->b.deletions, g->b.deletion_count);
}

CrdtErr crdt_merge_updates(const CrdtBytes *updates, size_t count, CrdtBuf *out, size_t *ret_bad,
                           CrdtFault *ret_fault)
{
    Merger g = { .m = memory_of(out), .out = out };
    g.body.allocator = g.joint.allocator = out->allocator;
    size_t start = out->len;
    CrdtErr err = CRDT_OK;
    for (size_t i = 0; i < count && err == CRDT_OK; i++) {
        err = batch_read(&g.m, &g.b, updates[i], ret_fault);
        if (err != CRDT_OK && ret_bad != NULL)
            *ret_bad = i;
    }
    if (err == CRDT_OK && !write_merged(&g))
        err = CRDT_NOMEM;
    if (err != CRDT_OK)
        out->len = start;
    mem_resize(&g.m, g.sorted, (size_t)g.b.ref_count * sizeof *g.sorted, 0);
    crdt_buf_done(&g.body);
    crdt_buf_done(&g.joint);
    batch_done(&g.m, &g.b);
    return err;
}

/* ---- diff ------------------------------------------------------------------------------------ */

/** The last entry of `id` in a valid state vector counts; 0 when there is none. */
static void state_vector_lookup(Batch *b, CrdtBytes state_vector, uint64_t *clocks)
{
    Reader r = reader(state_vector);
    uint64_t count = 0, id = 0, clock = 0;
    (void)!read_uint(&r, &count);
    for (uint64_t i = 0; i < count; i++) {
        (void)(!read_uint(&r, &id) || !read_uint(&r, &clock));
        const Table *t = &b->id_table;
        if (t->cap == 0)
            return;
        uint32_t h = hash_u64(id) & (t->cap - 1);
        for (; t->slot[h] != 0; h = (h + 1) & (t->cap - 1))
            if (b->ids[t->slot[h] - 1] == id) {
                clocks[t->slot[h] - 1] = clock;
                break;
            }
    }
}

/** The first ref of the section that the other side lacks (never a Skip), or count. */
static uint32_t first_lacking(const Batch *b, const Section *s, uint64_t clock)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const Ref *ref = &b->refs[s->first + i];
        if (ref->ref != REF_SKIP && (uint64_t)ref->clock + ref->len > clock)
            return i;
    }
    return s->count;
}

static bool write_diff(CrdtBuf *out, Batch *b, const uint64_t *clocks)
{
    uint32_t sections = 0;
    for (uint32_t i = 0; i < b->section_count; i++)
        sections += first_lacking(b, &b->sections[i], clocks[b->sections[i].client]) <
                    b->sections[i].count;
    bool ok = write_uint(out, sections);
    for (uint32_t i = 0; ok && i < b->section_count; i++) {
        const Section *s = &b->sections[i];
        uint64_t clock = clocks[s->client];
        uint32_t from = first_lacking(b, s, clock);
        if (from == s->count)
            continue;
        const Ref *ref = &b->refs[s->first + from];
        uint32_t offset = clock > ref->clock ? (uint32_t)(clock - ref->clock) : 0;
        ok = write_uint(out, s->count - from) && write_uint(out, s->id) &&
             write_uint(out, ref->clock + offset);
        for (uint32_t k = from; ok && k < s->count; k++, ref++, offset = 0)
            ok = write_ref(out, b, ref, offset, ref->len - offset);
    }
    return ok && write_deletions(out, b->deletions, b->deletion_count);
}

static int by_client(const void *a, const void *b)
{
    const Deletion *x = a, *y = b;
    if (x->client != y->client)
        return x->client > y->client ? -1 : 1;
    return x->clock < y->clock ? -1 : x->clock > y->clock;
}

CrdtErr crdt_diff_update(CrdtBytes update, CrdtBytes state_vector, CrdtBuf *out,
                         CrdtFault *ret_fault)
{
    CrdtErr err = crdt_validate_state_vector(state_vector, ret_fault);
    if (err != CRDT_OK)
        return err;
    Memory m = memory_of(out);
    Batch b = { 0 };
    size_t start = out->len;
    err = batch_read(&m, &b, update, ret_fault);
    uint32_t ids = b.id_count;
    uint64_t *clocks = err == CRDT_OK ? mem_resize(&m, NULL, 0, (ids + 1) * sizeof *clocks) : NULL;
    if (err == CRDT_OK && clocks == NULL)
        err = CRDT_NOMEM;
    if (err == CRDT_OK) {
        memset(clocks, 0, (ids + 1) * sizeof *clocks);
        state_vector_lookup(&b, state_vector, clocks);
        if (b.deletion_count > 1)
            qsort(b.deletions, b.deletion_count, sizeof *b.deletions, by_client);
        if (!write_diff(out, &b, clocks)) {
            out->len = start;
            err = CRDT_NOMEM;
        }
        mem_resize(&m, clocks, (ids + 1) * sizeof *clocks, 0);
    }
    batch_done(&m, &b);
    return err;
}

/* ---- state vector ---------------------------------------------------------------------------- */

/** How far the section takes an empty replica: 0 when it starts later, up to the first Skip. */
static uint32_t section_reach(const Batch *b, const Section *s)
{
    uint32_t clock = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const Ref *ref = &b->refs[s->first + i];
        if (ref->ref == REF_SKIP || ref->clock != clock)
            break;
        clock = ref->clock + ref->len;
    }
    return clock;
}

CrdtErr crdt_state_vector_from_update(CrdtBytes update, CrdtBuf *out, CrdtFault *ret_fault)
{
    Memory m = memory_of(out);
    Batch b = { 0 };
    size_t start = out->len;
    CrdtErr err = batch_read(&m, &b, update, ret_fault);
    if (err == CRDT_OK) {
        uint32_t clients = 0;
        for (uint32_t i = 0; i < b.section_count; i++)
            clients += section_reach(&b, &b.sections[i]) > 0;
        bool ok = write_uint(out, clients);
        for (uint32_t i = 0; ok && i < b.section_count; i++) {
            uint32_t clock = section_reach(&b, &b.sections[i]);
            if (clock > 0)
                ok = write_uint(out, b.sections[i].id) && write_uint(out, clock);
        }
        if (!ok) {
            out->len = start;
            err = CRDT_NOMEM;
        }
    }
    batch_done(&m, &b);
    return err;
}

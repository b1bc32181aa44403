/** Updates without a document: validate, merge, diff, state vector.
 *  Source: Yjs updates.js (mergeUpdatesV2, diffUpdateV2, encodeStateVectorFromUpdateV2). */
#include <stdlib.h>

#include "internal.h"

static Memory memory_of(const CrdtBuf *out)
{
    return (Memory){ .allocator = out != NULL && out->allocator != NULL ? *out->allocator
                                                                        : (CrdtAllocator){ 0 } };
}

/** Reading an update struct by struct, keeping none. What a use needs more stands around it. */
typedef struct Scan {
    Memory m;
    Batch b; /* ids and deletions; no refs */
    Reader r;
    Section section;
    bool (*each)(struct Scan *s, const Ref *ref, uint32_t i, const uint8_t *start); /* may be NULL */
    bool (*end)(struct Scan *s); /* of a section; may be NULL */
} Scan;

static bool scan_section(Scan *s)
{
    uint32_t clock;
    if (!section_read(&s->m, &s->b, &s->r, &s->section, &clock))
        return false;
    for (uint32_t i = 0; i < s->section.count; i++) {
        Ref ref = { .client = s->section.client, .clock = clock };
        const uint8_t *start = s->r.at;
        if (!struct_read(&s->m, &s->b, &s->r, &ref) ||
            (s->each != NULL && !s->each(s, &ref, i, start)))
            return false;
        clock += ref.len;
    }
    return s->end == NULL || s->end(s);
}

static CrdtErr scan(Scan *s, CrdtBytes update, CrdtFault *ret_fault)
{
    uint64_t count = 0;
    s->r = reader(update);
    bool ok = sections_count_read(&s->r, &count);
    for (uint64_t i = 0; ok && i < count; i++)
        ok = scan_section(s);
    ok = ok && deletions_read(&s->m, &s->b, &s->r);
    if (ok && s->r.at != s->r.end)
        reader_fail(&s->r, CRDT_MALFORMED, "bytes after the end");
    return reader_err(&s->r, ret_fault);
}

CrdtErr crdt_validate_update(CrdtBytes update, CrdtFault *ret_fault)
{
    Scan s = { 0 };
    CrdtErr err = scan(&s, update, ret_fault);
    batch_done(&s.m, &s.b);
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
    Ref whole = *first;
    whole.has_sub = first->has_sub && offset == 0; /* the rest of one is known by its origin */
    if (joined == 1)
        return write_ref(&g->body, &g->b, &whole, offset, units);
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

/** What the other side lacks of one client: the rest of a cut struct, then bytes as they came. */
typedef struct Piece {
    uint64_t id;
    uint32_t count, clock; /* structs, and where they begin */
    uint32_t offset;       /* units of `cut` that are known; 0: it is among the bytes */
    Ref cut;
    CrdtBytes rest;
} Piece;

/** Yjs writes no bits that say nothing: of GC structs, and of a key beside origins. */
typedef struct Patch {
    const uint8_t *at;
    uint8_t info;
} Patch;

typedef struct Differ {
    Scan scan;
    uint64_t *clocks; /* of the other side, by batch index; later ids are unknown to it */
    uint32_t clock_count;
    Piece *pieces;
    uint32_t piece_count, piece_cap;
    bool open; /* the last piece belongs to the section that is read */
    Patch *patches; /* of bytes of pieces, in order */
    uint32_t patch_count, patch_cap;
} Differ;

/** Reads a valid state vector; the last entry of a client counts. */
static bool read_clocks(Differ *f, CrdtBytes state_vector)
{
    Reader r = reader(state_vector);
    uint64_t count = 0, id = 0, clock = 0;
    (void)!read_uint(&r, &count);
    f->clocks = mem_resize(&f->scan.m, NULL, 0, (count + 1) * sizeof *f->clocks);
    f->clock_count = (uint32_t)count;
    if (f->clocks == NULL)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t client;
        (void)(!read_uint(&r, &id) || !read_uint(&r, &clock));
        if (!batch_client(&f->scan.m, &f->scan.b, &r, id, &client))
            return false;
        f->clocks[client] = clock;
    }
    return true;
}

static uint8_t plain_info(uint8_t info)
{
    uint8_t ref = info & INFO_REF, origins = info & (INFO_ORIGIN | INFO_RIGHT);
    return ref == REF_GC || ref == REF_SKIP ? ref : origins != 0 ? ref | origins : info;
}

/** The first struct that is not known begins a piece. */
static bool diff_struct(Scan *s, const Ref *ref, uint32_t i, const uint8_t *start)
{
    Differ *f = (Differ *)s;
    uint64_t known = ref->client < f->clock_count ? f->clocks[ref->client] : 0;
    if (!f->open && (ref->ref == REF_SKIP || (uint64_t)ref->clock + ref->len <= known))
        return true;
    uint8_t info = plain_info(*start);
    if (info != *start) {
        if (!RESERVE(&s->m, f->patches, f->patch_cap, (uint64_t)f->patch_count + 1))
            return reader_fail(&s->r, CRDT_NOMEM, "out of memory");
        f->patches[f->patch_count++] = (Patch){ start, info };
    }
    if (f->open)
        return true;
    if (!RESERVE(&s->m, f->pieces, f->piece_cap, (uint64_t)f->piece_count + 1))
        return reader_fail(&s->r, CRDT_NOMEM, "out of memory");
    uint32_t offset = known > ref->clock ? (uint32_t)(known - ref->clock) : 0;
    f->pieces[f->piece_count++] = (Piece){
        .id = s->section.id, .count = s->section.count - i, .clock = ref->clock + offset,
        .offset = offset, .cut = *ref, .rest.at = offset > 0 ? s->r.at : start,
    };
    f->open = true;
    return true;
}

static bool diff_end(Scan *s)
{
    Differ *f = (Differ *)s;
    Piece *p = &f->pieces[f->piece_count - 1];
    if (f->open)
        p->rest.len = (size_t)(s->r.at - p->rest.at);
    f->open = false;
    return true;
}

static int by_client(const void *a, const void *b)
{
    const Deletion *x = a, *y = b;
    if (x->client != y->client)
        return x->client > y->client ? -1 : 1;
    return x->clock < y->clock ? -1 : x->clock > y->clock;
}

/** Appends bytes of the update, with its patches; *next is the first patch that may be in them. */
static bool write_patched(const Differ *f, CrdtBuf *out, CrdtBytes bytes, uint32_t *next)
{
    size_t start = out->len;
    if (!write_raw(out, bytes.at, bytes.len))
        return false;
    for (; *next < f->patch_count && f->patches[*next].at < bytes.at + bytes.len; (*next)++)
        if (f->patches[*next].at >= bytes.at)
            out->at[start + (size_t)(f->patches[*next].at - bytes.at)] = f->patches[*next].info;
    return true;
}

static bool write_diff(Differ *f, CrdtBuf *out)
{
    uint32_t patch = 0;
    bool ok = write_uint(out, f->piece_count);
    for (uint32_t i = 0; ok && i < f->piece_count; i++) {
        const Piece *p = &f->pieces[i];
        ok = write_uint(out, p->count) && write_uint(out, p->id) && write_uint(out, p->clock) &&
             (p->offset == 0 ||
              write_ref(out, &f->scan.b, &p->cut, p->offset, p->cut.len - p->offset)) &&
             write_patched(f, out, p->rest, &patch);
    }
    const Deletion *list = f->scan.b.deletions;
    bool sorted = true;
    for (uint32_t i = 1; i < f->scan.b.deletion_count && sorted; i++)
        sorted = by_client(&list[i - 1], &list[i]) <= 0;
    if (!sorted)
        qsort(f->scan.b.deletions, f->scan.b.deletion_count, sizeof *list, by_client);
    return ok && write_deletions(out, list, f->scan.b.deletion_count);
}

CrdtErr crdt_diff_update(CrdtBytes update, CrdtBytes state_vector, CrdtBuf *out,
                         CrdtFault *ret_fault)
{
    CrdtErr err = crdt_validate_state_vector(state_vector, ret_fault);
    if (err != CRDT_OK)
        return err;
    Differ f = { .scan = { .m = memory_of(out), .each = diff_struct, .end = diff_end } };
    size_t start = out->len;
    err = read_clocks(&f, state_vector) ? scan(&f.scan, update, ret_fault) : CRDT_NOMEM;
    if (err == CRDT_OK && !write_diff(&f, out)) {
        out->len = start;
        err = CRDT_NOMEM;
    }
    Memory *m = &f.scan.m;
    mem_resize(m, f.clocks, ((size_t)f.clock_count + 1) * sizeof *f.clocks, 0);
    mem_resize(m, f.patches, f.patch_cap * sizeof *f.patches, 0);
    mem_resize(m, f.pieces, f.piece_cap * sizeof *f.pieces, 0);
    batch_done(m, &f.scan.b);
    return err;
}

/* ---- state vector ---------------------------------------------------------------------------- */

/** How far an update takes an empty replica: per client 0 when it starts later, up to the first Skip. */
typedef struct Reach {
    Scan scan;
    uint32_t clock;
    bool stopped;
    uint32_t clients;
    CrdtBuf entries;
} Reach;

static bool reach_struct(Scan *s, const Ref *ref, uint32_t i, const uint8_t *start)
{
    (void)i, (void)start;
    Reach *x = (Reach *)s;
    x->stopped = x->stopped || ref->ref == REF_SKIP || ref->clock != x->clock;
    x->clock = x->stopped ? x->clock : ref->clock + ref->len;
    return true;
}

static bool reach_end(Scan *s)
{
    Reach *x = (Reach *)s;
    bool ok = x->clock == 0 ||
              (write_uint(&x->entries, s->section.id) && write_uint(&x->entries, x->clock));
    x->clients += x->clock > 0;
    x->clock = 0;
    x->stopped = false;
    return ok || reader_fail(&s->r, CRDT_NOMEM, "out of memory");
}

CrdtErr crdt_state_vector_from_update(CrdtBytes update, CrdtBuf *out, CrdtFault *ret_fault)
{
    Reach x = { .scan = { .m = memory_of(out), .each = reach_struct, .end = reach_end },
                .entries = { .allocator = out->allocator } };
    size_t start = out->len;
    CrdtErr err = scan(&x.scan, update, ret_fault);
    if (err == CRDT_OK &&
        (!write_uint(out, x.clients) || !write_raw(out, x.entries.at, x.entries.len))) {
        out->len = start;
        err = CRDT_NOMEM;
    }
    crdt_buf_done(&x.entries);
    batch_done(&x.scan.m, &x.scan.b);
    return err;
}

/** Memory: the caller's allocator, the arena for content, growing arrays, hash tables, output
 *  buffers. */
#include <stdlib.h>

#include "internal.h"

static void *system_resize(void *context, void *old, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    (void)old_bytes;
    if (new_bytes == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, new_bytes);
}

static const CrdtAllocator system_allocator = { .resize = system_resize };

void *mem_resize(Memory *m, void *old, size_t old_bytes, size_t new_bytes)
{
    if (m->allocator.resize == NULL)
        m->allocator = system_allocator;
    if (old == NULL && new_bytes == 0)
        return NULL;
    void *p = m->allocator.resize(m->allocator.context, old, old_bytes, new_bytes);
    if (p != NULL || new_bytes == 0)
        m->bytes += new_bytes - old_bytes;
    return p;
}

bool mem_reserve(Memory *m, void **array, uint32_t *cap, uint64_t need, size_t size)
{
    if (need <= *cap)
        return true;
    /* Long arrays by an eighth: what they have too much stays small beside what they hold. */
    uint64_t grown = *cap + (*cap < 2048 ? *cap / 2 : *cap / 8) + 2;
    if (grown < need)
        grown = need;
    if (grown > UINT32_MAX / 2) {
        grown = need;
        if (need > UINT32_MAX / 2)
            return false;
    }
    void *p = mem_resize(m, *array, *cap * size, (size_t)grown * size);
    if (p == NULL)
        return false;
    *array = p;
    *cap = (uint32_t)grown;
    return true;
}

/* ---- arena ----------------------------------------------------------------------------------- */

enum { CHUNK_MIN = 512, CHUNK_MAX = 1 << 18 };

uint8_t *arena_take(CrdtDoc *d, size_t bytes)
{
    Chunk *c = d->arena;
    if (c == NULL || c->cap - c->used < bytes) {
        size_t cap = d->arena_bytes / 8;
        cap = cap < CHUNK_MIN ? CHUNK_MIN : cap > CHUNK_MAX ? CHUNK_MAX : cap;
        if (cap < bytes)
            cap = bytes;
        Chunk *fresh = mem_resize(&d->memory, NULL, 0, sizeof *fresh + cap);
        if (fresh == NULL)
            return NULL;
        *fresh = (Chunk){ .cap = cap };
        /* A chunk for one large content goes behind the current one, which still has room. */
        if (c != NULL && bytes >= cap && c->cap - c->used > cap / 4) {
            fresh->next = c->next;
            c->next = fresh;
        } else {
            fresh->next = c;
            d->arena = fresh;
        }
        c = fresh;
        d->arena_bytes += cap;
    }
    uint8_t *at = (uint8_t *)(c + 1) + c->used;
    c->used += bytes;
    return at;
}

bool arena_copy(CrdtDoc *d, const uint8_t *from, size_t len, const uint8_t **ret)
{
    if (len == 0) {
        *ret = (const uint8_t *)"";
        return true;
    }
    uint8_t *at = arena_take(d, len);
    if (at == NULL)
        return false;
    memcpy(at, from, len);
    *ret = at;
    return true;
}

static uint32_t slot_size(uint32_t bytes)
{
    uint32_t size = 32;
    while (size < bytes)
        size *= 2;
    return size;
}

/** Content grows at the end: in place when it is the newest in the arena or has a slot with room,
 *  else it moves into a slot of a power of two, so that growing costs O(1) amortised. */
bool arena_append(CrdtDoc *d, Item *it, const uint8_t *bytes, uint32_t len, bool same_memory)
{
    if ((uint64_t)it->byte_len + len > INT32_MAX)
        return false;
    uint8_t *end = (uint8_t *)(uintptr_t)it->bytes + it->byte_len;
    if (same_memory && bytes == end) {
        it->byte_len += len;
        it->flags &= (uint8_t)~FLAG_GROWN;
        return true;
    }
    Chunk *c = d->arena;
    bool newest = c != NULL && end == (uint8_t *)(c + 1) + c->used && it->byte_len > 0;
    if (newest && !(it->flags & FLAG_GROWN) && c->cap - c->used >= len) {
        memcpy(end, bytes, len);
        c->used += len;
        it->byte_len += len;
        return true;
    }
    if ((it->flags & FLAG_GROWN) && slot_size(it->byte_len) >= it->byte_len + len) {
        memcpy(end, bytes, len);
        it->byte_len += len;
        return true;
    }
    uint8_t *slot = arena_take(d, slot_size(it->byte_len + len));
    if (slot == NULL)
        return false;
    memcpy(slot, it->bytes, it->byte_len);
    memcpy(slot + it->byte_len, bytes, len);
    it->bytes = slot;
    it->byte_len += len;
    it->flags |= FLAG_GROWN;
    return true;
}

/* ---- tables ---------------------------------------------------------------------------------- */

uint32_t hash_u64(uint64_t v)
{
    v ^= v >> 33;
    v *= 0xff51afd7ed558ccdULL;
    v ^= v >> 33;
    v *= 0xc4ceb9fe1a85ec53ULL;
    return (uint32_t)(v ^ (v >> 33));
}

uint32_t hash_bytes(const uint8_t *at, size_t len)
{
    uint64_t h = 0xcbf29ce484222325ULL ^ len;
    for (size_t i = 0; i < len; i++)
        h = (h ^ at[i]) * 0x100000001b3ULL;
    return hash_u64(h);
}

bool table_reserve(Memory *m, Table *t, uint32_t (*hash_of)(const void *, uint32_t),
                   const void *owner)
{
    if (t->cap != 0 && (uint64_t)(t->count + 1) * 4 <= (uint64_t)t->cap * 3)
        return true;
    uint32_t cap = t->cap == 0 ? 8 : t->cap * 2;
    uint32_t *slot = mem_resize(m, NULL, 0, cap * sizeof *slot);
    if (slot == NULL)
        return false;
    memset(slot, 0, cap * sizeof *slot);
    for (uint32_t i = 0; i < t->cap; i++) {
        if (t->slot[i] == 0)
            continue;
        uint32_t h = hash_of(owner, t->slot[i] - 1) & (cap - 1);
        while (slot[h] != 0)
            h = (h + 1) & (cap - 1);
        slot[h] = t->slot[i];
    }
    mem_resize(m, t->slot, t->cap * sizeof *slot, 0);
    t->slot = slot;
    t->cap = cap;
    return true;
}

void table_clear(Table *t)
{
    if (t->cap > 0)
        memset(t->slot, 0, t->cap * sizeof *t->slot);
    t->count = 0;
}

void table_done(Memory *m, Table *t)
{
    mem_resize(m, t->slot, t->cap * sizeof *t->slot, 0);
    *t = (Table){ 0 };
}

/* ---- output buffers -------------------------------------------------------------------------- */

bool buf_reserve(CrdtBuf *buf, size_t more)
{
    if (buf->cap - buf->len >= more)
        return true;
    if (more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4)
        return false;
    size_t cap = buf->cap * 2 < 64 ? 64 : buf->cap * 2;
    if (cap < buf->len + more)
        cap = buf->len + more;
    const CrdtAllocator *a = buf->allocator ? buf->allocator : &system_allocator;
    uint8_t *at = a->resize(a->context, buf->at, buf->cap, cap);
    if (at == NULL)
        return false;
    buf->at = at;
    buf->cap = cap;
    return true;
}

void crdt_buf_done(CrdtBuf *buf)
{
    const CrdtAllocator *a = buf->allocator ? buf->allocator : &system_allocator;
    if (buf->at != NULL)
        a->resize(a->context, buf->at, buf->cap, 0);
    *buf = (CrdtBuf){ .allocator = buf->allocator };
}

void crdt_buf_clear(CrdtBuf *buf)
{
    buf->len = 0;
}

CrdtErr crdt_buf_add(CrdtBuf *buf, const void *bytes, size_t len)
{
    return write_raw(buf, bytes, len) ? CRDT_OK : CRDT_NOMEM;
}

CrdtBytes crdt_str(const char *text)
{
    return (CrdtBytes){ (const uint8_t *)text, strlen(text) };
}

const char *crdt_err_text(CrdtErr err)
{
    static const char *const text[] = {
        [CRDT_OK] = "ok",
        [CRDT_NOMEM] = "out of memory",
        [CRDT_MALFORMED] = "malformed bytes",
        [CRDT_LIMIT] = "beyond a limit",
        [CRDT_RANGE] = "index out of range",
        [CRDT_KIND] = "wrong kind of node",
        [CRDT_BUSY] = "a transaction is open, or none is",
    };
    return (unsigned)err < sizeof text / sizeof *text ? text[err] : "unknown";
}

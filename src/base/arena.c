#include "base/arena.h"
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"      /* poisoning reads nothing */
#define POISON(p, n) __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define POISON(p, n) ((void)0)
#define UNPOISON(p, n) ((void)0)
#endif

#define BLOCK_MOST (32 << 10)    /* blocks grow to this: few for what is long, small for what is short */

typedef struct Block { struct Block *next; size_t used, size; alignas(max_align_t) char data[]; } Block;
typedef struct Closer { struct Closer *next; void (*close)(void *); void *what; } Closer;
struct Arena { Block *block, *first; Closer *closers; size_t block_bytes, total; };

static Block *block_new(size_t size, Block *next)
{
    Block *b = malloc(sizeof *b + size);
    if (!b) { fputs("hindsight: out of memory\n", stderr); abort(); }
    *b = (Block){ .next = next, .size = size };
    POISON(b->data, size);
    return b;
}

static void block_free(Block *b)
{
    UNPOISON(b->data, b->size);
    free(b);
}

Arena *arena_new(size_t block_bytes)
{
    Arena *a = calloc(1, sizeof *a);
    if (!a) { fputs("hindsight: out of memory\n", stderr); abort(); }
    a->block_bytes = block_bytes;
    a->block = a->first = block_new(block_bytes, NULL);
    a->total = block_bytes;
    return a;
}

/** Where the next piece of this alignment begins in `b`. */
static size_t aligned(const Block *b, size_t align)
{
    uintptr_t data = (uintptr_t)b->data;
    return (size_t)(((data + b->used + align - 1) & ~(uintptr_t)(align - 1)) - data);
}

void *arena_bytes(Arena *a, size_t size, size_t align)
{
    Block *b = a->block;
    size_t at = aligned(b, align);
    if (at > b->size || size > b->size - at) {
        if (align > alignof(max_align_t)) size += align;     /* a block begins at no more than that */
        size_t want = size > a->block_bytes ? size : a->block_bytes;
        /* An oversized piece goes behind the current block, whose rest stays in use. */
        if (size > a->block_bytes / 2) {
            b = block_new(want = size, b->next);
            a->block->next = b;
        } else {
            b = a->block = block_new(want, b);
            if (a->block_bytes < BLOCK_MOST) a->block_bytes *= 2;
        }
        a->total += want;
        at = aligned(b, align);
        if (align > alignof(max_align_t)) size -= align;
    }
    b->used = at + size;
    UNPOISON(b->data + at, size);
    return size ? memset(b->data + at, 0, size) : b->data + at;
}

void arena_defer(Arena *a, void (*close)(void *), void *what)
{
    Closer *c = arena_make(a, Closer);
    *c = (Closer){ a->closers, close, what };
    a->closers = c;
}

void arena_reset(Arena *a)
{
    while (a->closers) {
        Closer *c = a->closers;
        a->closers = c->next;
        c->close(c->what);
    }
    for (Block *b = a->block, *next; b; b = next) {
        next = b->next;
        if (b != a->first) block_free(b);
    }
    a->block = a->first;
    a->block->next = NULL;
    a->block->used = 0;
    a->total = a->block->size;
    POISON(a->block->data, a->block->size);
}

void arena_free(Arena *a)
{
    if (!a) return;
    arena_reset(a);
    block_free(a->block);
    free(a);
}

Str arena_str(Arena *a, Str s)
{
    char *p = arena_bytes(a, s.len + 1, 1);
    if (s.len) memcpy(p, s.at, s.len);
    return (Str){ p, s.len };
}

Str arena_vfmt(Arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0) return S("");
    char *p = arena_bytes(a, (size_t)n + 1, 1);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (Str){ p, (size_t)n };
}

Str arena_fmt(Arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    Str s = arena_vfmt(a, fmt, ap);
    va_end(ap);
    return s;
}

const char *arena_cstr(Arena *a, Str s) { return arena_str(a, s).at; }

size_t arena_size(const Arena *a) { return a->total; }

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

typedef struct Block { struct Block *next; size_t used, size; alignas(max_align_t) char data[]; } Block;
typedef struct Closer { struct Closer *next; void (*close)(void *); void *what; } Closer;
struct Arena { Block *block; Closer *closers; size_t block_bytes, total; };

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
    a->block = block_new(block_bytes, NULL);
    a->total = block_bytes;
    return a;
}

void *arena_bytes(Arena *a, size_t size, size_t align)
{
    Block *b = a->block;
    size_t at = (b->used + align - 1) & ~(align - 1);
    if (at > b->size || size > b->size - at) {
        size_t want = size > a->block_bytes ? size : a->block_bytes;
        a->total += want;
        /* An oversized piece goes behind the current block, whose rest stays in use. */
        if (size > a->block_bytes / 2) {
            b = block_new(size, b->next);
            a->block->next = b;
        } else {
            b = a->block = block_new(want, b);
        }
        at = 0;
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
    while (a->block->next) { Block *n = a->block->next; block_free(a->block); a->block = n; }
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

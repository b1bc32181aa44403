#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdalign.h>
#include "base/str.h"

/** Memory with one lifetime: everything made in it goes away together. Not thread-safe; may be handed
 *  from thread to thread. Nothing here returns NULL: a process that is out of memory aborts with a line. */
typedef struct Arena Arena;

/** A new arena that grows by blocks of at least `block_bytes`. Belongs to the caller. */
Arena *arena_new(size_t block_bytes);
/** Frees all that was made, runs deferred closers newest first, keeps the first block. */
void   arena_reset(Arena *a);
/** Resets and frees. NULL is fine. */
void   arena_free(Arena *a);
/** Zeroed memory. `align` is a power of two. */
void  *arena_bytes(Arena *a, size_t size, size_t align);
/** Calls close(what) when the arena is reset or freed. */
void   arena_defer(Arena *a, void (*close)(void *), void *what);
/** A copy of `s` (with a NUL behind it) that lives as long as the arena. */
Str    arena_str(Arena *a, Str s);
[[gnu::format(printf, 2, 3), gnu::nonnull(1)]] Str arena_fmt(Arena *a, const char *fmt, ...);
[[gnu::format(printf, 2, 0), gnu::nonnull(1)]] Str arena_vfmt(Arena *a, const char *fmt, va_list ap);
/** The NUL-terminated form of `s`, for the edge of libc. */
const char *arena_cstr(Arena *a, Str s);
/** Bytes taken from the system so far. */
size_t arena_size(const Arena *a);

#define arena_make(a, T)      ((T *)arena_bytes((a), sizeof(T), alignof(T)))
#define arena_array(a, T, n)  ((T *)arena_bytes((a), sizeof(T) * (n), alignof(T)))

static inline void arena_drop(Arena **a) { arena_free(*a); }
#define auto_arena [[gnu::cleanup(arena_drop)]] Arena *

#pragma once
#include "base/arena.h"

/** Text or bytes being built in an arena. Grows by doubling up to a hard maximum; past it the buffer is
 *  `full`, further additions are dropped, and the builder must say so (see buf_full). */
typedef struct Buf { Arena *arena; char *at; size_t len, room, max_bytes; bool full; } Buf;

Buf  buf_new(Arena *a, size_t max_bytes);
void buf_add(Buf *b, Str s);
void buf_bytes_(Buf *b, const char *at, size_t len);
static inline void buf_byte(Buf *b, char c)
{
    if (b->full || b->len + 1 >= b->room || b->len >= b->max_bytes) { buf_bytes_(b, &c, 1); return; }
    b->at[b->len++] = c;
    b->at[b->len] = 0;
}
[[gnu::format(printf, 2, 3)]] void buf_fmt(Buf *b, const char *fmt, ...);
/** `s` as a JSON string with quotes. Escapes control bytes, `<`, U+2028/9; ill-formed UTF-8 becomes U+FFFD. */
void buf_json(Buf *b, Str s);
/** `s` with & < > " ' escaped for HTML text and quoted attributes. */
void buf_html(Buf *b, Str s);
/** What was built so far: a view into the buffer, valid until the next addition; NUL-terminated. */
Str  buf_str(const Buf *b);
/** True when something did not fit into max_bytes. */
static inline bool buf_full(const Buf *b) { return b->full; }
/** Makes it full when `part`, which was added to it, is: so that nothing is cut in silence on the way up. */
static inline void buf_full_like(Buf *b, const Buf *part) { b->full |= part->full; }
/** Forgets the text, keeps the memory. */
static inline void buf_clear(Buf *b) { b->len = 0; b->full = false; }

#pragma once
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** A borrowed view of UTF-8 bytes: not owned, not NUL-terminated. Valid as long as what it points into. */
typedef struct Str { const char *at; size_t len; } Str;

#define S(literal) ((Str){ "" literal, sizeof(literal) - 1 })
/** `S` for static initialisers, where a compound literal is not constant enough. */
#define S_INIT(literal) { "" literal, sizeof(literal) - 1 }
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, (s).at

static inline Str  str_of(const char *cstr) { return (Str){ cstr, cstr ? strlen(cstr) : 0 }; }
static inline bool str_empty(Str s) { return s.len == 0; }
static inline bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || !memcmp(a.at, b.at, a.len));
}
/** Equal when ASCII case is ignored; other bytes must match exactly. */
bool str_eq_nocase(Str a, Str b);
/** memcmp order, the shorter first when one is a prefix. */
int  str_cmp(Str a, Str b);
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
/** The view from `from` of at most `len` bytes, clipped to `s`. */
Str  str_sub(Str s, size_t from, size_t len);
/** Index of the first `c`, or -1. */
ptrdiff_t str_index(Str s, char c);
/** Index of the first `part`, or -1. */
ptrdiff_t str_find(Str s, Str part);
/** What stands before the first `c`; all of `s` when there is none. */
Str  str_before(Str s, char c);
/** What stands after the first `c`; empty when there is none. */
Str  str_after(Str s, char c);
/** Without ASCII white space at both ends. */
Str  str_trim(Str s);
/** Takes the next part up to `sep` off the front of `*rest`. Returns false when nothing is left.
 *  "a,,b" gives "a", "", "b"; an empty `*rest` gives nothing. */
bool str_next(Str *rest, char sep, Str *ret);
/** Parses a whole decimal int64 (optional '-'). False on anything else or overflow; `ret` untouched. */
bool str_int(Str s, int64_t *ret);

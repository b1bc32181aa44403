#pragma once
#include "base/str.h"

#define UTF8_BAD 0xFFFFFFFFu

/** The code point at byte `i` (< s.len) and its width in bytes. Ill-formed bytes give UTF8_BAD and width 1:
 *  over-long forms, surrogates and values past U+10FFFF are ill-formed. Source: RFC 3629. */
uint32_t utf8_next(Str s, size_t i, size_t *ret_width);
/** True when all of `s` is well-formed. */
bool   utf8_valid(Str s);
/** The longest prefix of at most `max_bytes` bytes that does not cut a character. */
Str    utf8_clip(Str s, size_t max_bytes);
/** Number of code points (ill-formed bytes count one each). */
size_t utf8_length(Str s);
/** Number of UTF-16 code units, the unit of document offsets. */
size_t utf8_width_utf16(Str s);
/** Writes `c` as UTF-8 into `to` (4 bytes of room); returns the width. */
size_t utf8_put(char *to, uint32_t c);

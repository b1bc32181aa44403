#pragma once
#include "base/arena.h"

/** A new UUIDv7 as text (36 bytes), in `a`. Ids of one process sort in the order they were made:
 *  a counter fills the bits behind the millisecond. Thread-safe. Source: RFC 9562 §5.7, §6.2. */
Str id_new(Arena *a, int64_t now_ms);
/** True when `s` has the form of a UUID (any version, lower or upper case). */
bool id_valid(Str s);
/** A secret of `bytes` random bytes (at most 64) in URL-safe base64 without padding. */
Str id_secret(Arena *a, size_t bytes);

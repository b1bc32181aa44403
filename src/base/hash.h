#pragma once
#include "base/str.h"

/** SipHash-2-4 of `s` under a key of this process: safe for tables whose keys come from outside.
 *  Source: Aumasson & Bernstein, "SipHash: a fast short-input PRF", 2012. */
uint64_t hash_str(Str s);
/** CRC-32C (Castagnoli) of stored pieces, to find torn or rotted ones. Start with 0; can be continued. */
uint32_t hash_crc32c(uint32_t crc, Str s);

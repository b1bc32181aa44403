/** UTF-8 seen as UTF-16: lengths and offsets in code units. */
#include "bytes.h"

/** Length of the well-formed sequence at `at`, 0 when there is none (Unicode 15, table 3-7). */
static size_t sequence(const uint8_t *at, const uint8_t *end)
{
    uint8_t a = at[0];
    size_t left = (size_t)(end - at);
    if (a < 0x80)
        return 1;
    if (a < 0xc2 || a > 0xf4 || left < 2)
        return 0;
    uint8_t b = at[1];
    if (a < 0xe0)
        return (b & 0xc0) == 0x80 ? 2 : 0;
    uint8_t low = a == 0xe0 ? 0xa0 : a == 0xf0 ? 0x90 : 0x80;
    uint8_t high = a == 0xed ? 0x9f : a == 0xf4 ? 0x8f : 0xbf;
    if (b < low || b > high || left < 3 || (at[2] & 0xc0) != 0x80)
        return 0;
    if (a < 0xf0)
        return 3;
    return left >= 4 && (at[3] & 0xc0) == 0x80 ? 4 : 0;
}

int64_t utf8_units(const uint8_t *at, size_t len)
{
    const uint8_t *end = at + len;
    int64_t units = 0;
    while (at < end) {
        while ((size_t)(end - at) >= 8) { /* eight ASCII bytes at a time */
            if (load_u64(at) & 0x8080808080808080)
                break;
            at += 8;
            units += 8;
        }
        size_t rest = (size_t)(end - at);
        if (rest == 0 || (rest < 8 && len >= 8 && /* the last ones, with some before them */
                          (load_u64(end - 8) & 0x8080808080808080 & UINT64_MAX << (64 - 8 * rest)) == 0))
            return units + (int64_t)rest;
        size_t n = sequence(at, end);
        if (n == 0)
            return -1;
        units += n == 4 ? 2 : 1;
        at += n;
    }
    return units;
}

/** Backwards from the end: the place before the last `units` units. */
static size_t offset_from_end(const uint8_t *at, size_t len, uint32_t units, bool *ret_split)
{
    const uint8_t *p = at + len;
    while (units > 0 && p > at) {
        do
            p--;
        while ((*p & 0xc0) == 0x80);
        if (*p >= 0xf0) {
            if (units == 1) {
                *ret_split = true;
                break;
            }
            units--;
        }
        units--;
    }
    return (size_t)(p - at);
}

size_t utf8_offset(const uint8_t *at, size_t len, uint32_t total, uint32_t units, bool *ret_split)
{
    const uint8_t *p = at, *end = at + len;
    *ret_split = false;
    if (total == len)
        return units;
    if (units > total / 2)
        return offset_from_end(at, len, total - units, ret_split);
    while (units > 0 && p < end) {
        uint8_t a = *p;
        size_t n = a < 0x80 ? 1 : a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
        if (n == 4) {
            if (units == 1) {
                *ret_split = true;
                break;
            }
            units--;
        }
        units--;
        p += n;
    }
    return (size_t)(p - at);
}

#include "base/id.h"
#include <stdatomic.h>
#include "base/rand.h"

/** Milliseconds << 12 | counter of the last id, so that ids made within one ms still ascend. */
static _Atomic uint64_t last_tick;

/** 8-4-4-4-12 hex digits. */
static Str as_text(Arena *a, uint64_t high, uint64_t low)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_bytes(a, 37, 1), *to = text;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20) *to++ = '-';
        *to++ = digits[(i < 16 ? high : low) >> (60 - i % 16 * 4) & 15];
    }
    return (Str){ text, 36 };
}

Str id_new(Arena *a, int64_t now_ms)
{
    uint64_t tick = (uint64_t)now_ms << 12, seen = atomic_load(&last_tick);
    do {
        uint64_t next = tick > seen ? tick : seen + 1;
        /* A frozen or corrected clock must not drag ids far into the future. */
        if (seen > tick && seen - tick > (uint64_t)60000 << 12) next = tick;
        if (atomic_compare_exchange_weak(&last_tick, &seen, next)) { tick = next; break; }
    } while (true);
    /* the time, version 7, the counter; the variant and random bits */
    return as_text(a, tick >> 12 << 16 | 0x7000 | (tick & 0xFFF), (rand_u64() & 0x3FFFFFFFFFFFFFFF) | 0x8000000000000000);
}

bool id_valid(Str s)
{
    if (s.len != 36) return false;
    for (size_t i = 0; i < 36; i++) {
        char c = s.at[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) return false;
    }
    return true;
}

Str id_secret(Arena *a, size_t bytes)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char raw[64];
    rand_bytes(raw, bytes);
    size_t n = (bytes * 8 + 5) / 6;
    char *text = arena_bytes(a, n + 1, 1);
    for (size_t i = 0; i < n; i++) {
        size_t bit = i * 6, at = bit / 8;
        unsigned two = (unsigned)raw[at] << 8 | (at + 1 < bytes ? raw[at + 1] : 0);
        text[i] = set[two >> (10 - bit % 8) & 63];
    }
    return (Str){ text, n };
}

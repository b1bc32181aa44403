#pragma once
/** Bytes that the load client and the relay share: WebSocket frames and lib0's variable-length numbers. Bench only. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Bytes { uint8_t *at; size_t len, room; } Bytes;

static inline void bytes_room(Bytes *b, size_t more)
{
    if (b->len + more <= b->room) return;
    size_t room = b->room ? b->room : 256;
    while (room < b->len + more) room *= 2;
    b->at = realloc(b->at, room);
    if (!b->at) { fputs("out of memory\n", stderr); exit(1); }
    b->room = room;
}
static inline void bytes_add(Bytes *b, const void *at, size_t n)
{
    bytes_room(b, n);
    if (n) memcpy(b->at + b->len, at, n);
    b->len += n;
}
static inline void bytes_byte(Bytes *b, uint8_t byte) { bytes_add(b, &byte, 1); }
/** Forgets the first `n` bytes; gives the memory back when nothing is left. */
static inline void bytes_drop(Bytes *b, size_t n)
{
    b->len -= n;
    if (b->len) { memmove(b->at, b->at + n, b->len); return; }
    free(b->at);
    *b = (Bytes){ 0 };
}

static inline void put_uint(Bytes *b, uint64_t n)
{
    for (; n > 127; n >>= 7) bytes_byte(b, (uint8_t)(n | 128));
    bytes_byte(b, (uint8_t)n);
}
static inline void put_bytes(Bytes *b, const void *at, size_t n)
{
    put_uint(b, n);
    bytes_add(b, at, n);
}

/** A frame header; `masked` adds a mask of zeroes, which leaves the payload as it is. */
static inline size_t ws_head(uint8_t *to, int opcode, size_t n, int masked)
{
    size_t wide = n < 126 ? 0 : n < 65536 ? 2 : 8, at = 2 + wide;
    to[0] = (uint8_t)(0x80 | opcode);
    to[1] = (uint8_t)((masked ? 0x80 : 0) | (wide == 0 ? n : wide == 2 ? 126 : 127));
    for (size_t i = 0; i < wide; i++) to[1 + wide - i] = (uint8_t)((uint64_t)n >> (8 * i));
    if (masked) { memset(to + at, 0, 4); at += 4; }
    return at;
}

typedef struct Wire { int opcode; uint8_t *payload; size_t len, whole; } Wire;
/** Takes a frame off the front, unmasked in place. 1: there is one; 0: not yet. */
static inline int ws_take(uint8_t *in, size_t n, Wire *ret)
{
    if (n < 2) return 0;
    size_t len = in[1] & 127, wide = len == 126 ? 2 : len == 127 ? 8 : 0, at = 2 + wide;
    int masked = in[1] >> 7;
    if (n < at + (masked ? 4 : 0)) return 0;
    if (wide) { len = 0; for (size_t i = 0; i < wide; i++) len = len << 8 | in[2 + i]; }
    const uint8_t *mask = in + at;
    if (masked) at += 4;
    if (n < at + len) return 0;
    if (masked && (mask[0] | mask[1] | mask[2] | mask[3]))
        for (size_t i = 0; i < len; i++) in[at + i] ^= mask[i & 3];
    *ret = (Wire){ in[0] & 15, in + at, len, at + len };
    return 1;
}

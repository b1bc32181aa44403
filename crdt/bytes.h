/** Bytes: lib0 integers, UTF-8 seen as UTF-16, JSON text, values Any. Nothing here knows of documents. */
#ifndef CRDT_BYTES_H
#define CRDT_BYTES_H

#include "crdt.h"

/* varint.c: reading and writing lib0 */
typedef struct Reader {
    const uint8_t *at, *end, *start;
    const char *fault;
    CrdtErr err;
} Reader;
bool reader_fail(Reader *r, CrdtErr err, const char *what);
bool read_u8(Reader *r, uint8_t *ret);
bool read_long_uint(Reader *r, uint64_t *ret);
/** Eight bytes, lowest first. */
static inline uint64_t load_u64(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}
/** Reads an integer of up to 28 bits; there are eight bytes. False when it is
 *  longer. */
static inline bool take_u28(const uint8_t **at, uint32_t *ret)
{
    uint32_t w = (uint32_t)load_u64(*at), ends = ~w & 0x80808080;
    if (ends == 0)
        return false;
    w &= ends ^ (ends - 1);
    *at += (__builtin_ctz(ends) + 1) / 8;
    w = (w & 0x007f007f) | (w & 0x7f007f00) >> 1;
    *ret = (w & 0x00003fff) | (w & 0x3fff0000) >> 2;
    return true;
}
/** True for text of 1 to 16 bytes, all ASCII; there are sixteen bytes to be read. */
static inline bool is_short_ascii(const uint8_t *at, uint32_t len)
{
    if (len > 16)
        return false;
    uint64_t a = load_u64(at), b = load_u64(at + 8);
    a &= len >= 8 ? UINT64_MAX : UINT64_MAX >> (64 - 8 * len);
    b &= len <= 8 ? 0 : UINT64_MAX >> (128 - 8 * len);
    return ((a | b) & 0x8080808080808080) == 0;
}
/** Joins the low seven bits of eight bytes. */
static inline uint64_t join_sevens(uint64_t w)
{
    w = (w & 0x007f007f007f007f) | (w & 0x7f007f007f007f00) >> 1;
    w = (w & 0x00003fff00003fff) | (w & 0x3fff00003fff0000) >> 2;
    return (w & 0x000000000fffffff) | (w & 0x0fffffff00000000) >> 4;
}
static inline bool read_uint(Reader *r, uint64_t *ret)
{
    if (r->at < r->end && *r->at < 0x80) { /* most are one byte */
        *ret = *r->at++;
        return true;
    }
    if (r->end - r->at >= 8) { /* all bytes at once: 2^53 has eight */
        uint64_t w = load_u64(r->at), ends = ~w & 0x8080808080808080;
        if (ends != 0) {
            w = join_sevens(w & (ends ^ (ends - 1)));
            if (w <= CRDT_MAX_CLIENT) {
                r->at += (__builtin_ctzll(ends) + 1) / 8;
                *ret = w;
                return true;
            }
        }
    }
    return read_long_uint(r, ret);
}
static inline bool read_clock(Reader *r, uint32_t *ret)
{
    uint64_t v;
    if (!read_uint(r, &v))
        return false;
    if (v > CRDT_MAX_CLOCK)
        return reader_fail(r, CRDT_LIMIT, "clock beyond the limit");
    *ret = (uint32_t)v;
    return true;
}
bool read_bytes(Reader *r, const uint8_t **ret, uint32_t *ret_len);
bool read_text(Reader *r, const uint8_t **ret, uint32_t *ret_len, uint32_t *ret_units);
CrdtErr reader_err(const Reader *r, CrdtFault *ret);
static inline Reader reader(CrdtBytes b)
{
    return (Reader){ .at = b.at, .end = b.at ? b.at + b.len : b.at, .start = b.at };
}
uint8_t *put_uint(uint8_t *at, uint64_t value);
/** The same for 32 bits, without a loop; may touch four bytes. */
static inline uint8_t *put_u32(uint8_t *at, uint32_t v)
{
    if (v >= 1u << 28)
        return put_uint(at, v);
    uint32_t bytes = (38 - (uint32_t)__builtin_clz(v | 1)) / 7;
    uint32_t w = (v & 0x7f) | (v & 0x3f80) << 1 | (v & 0x1fc000) << 2 | (v & 0xfe00000) << 3;
    w |= 0x80808080 & ((1u << (8 * (bytes - 1))) - 1); /* more bytes follow */
    at[0] = (uint8_t)w;
    at[1] = (uint8_t)(w >> 8);
    at[2] = (uint8_t)(w >> 16);
    at[3] = (uint8_t)(w >> 24);
    return at + bytes;
}
bool write_u8(CrdtBuf *out, uint8_t v);
bool write_uint(CrdtBuf *out, uint64_t v);
bool write_raw(CrdtBuf *out, const void *at, size_t len);
bool write_text(CrdtBuf *out, const void *at, size_t len);
bool read_signed(Reader *r, uint64_t *ret, bool *ret_negative);
bool write_signed(CrdtBuf *out, uint64_t n, bool negative);
bool write_digits(CrdtBuf *out, uint64_t value);

/* utf.c */
/** Length in UTF-16 units, or -1 when it is not UTF-8. */
int64_t utf8_units(const uint8_t *at, size_t len);
/** Byte offset of a unit in valid UTF-8 of `total` units, looked for from the nearer end;
 *  *ret_split when it lies inside a surrogate pair (then of the pair). */
size_t utf8_offset(const uint8_t *at, size_t len, uint32_t total, uint32_t units, bool *ret_split);

/* json.c: JSON text; all but json_valid want valid text */
typedef struct Json {
    const uint8_t *at, *end;
} Json;
bool json_valid(CrdtBytes json);
CrdtBytes json_take(Json *j);
bool json_open(Json *j, uint8_t open);
bool json_item(Json *j);
bool json_field(Json *j, CrdtBytes *ret_key);
bool json_text_to(CrdtBytes json_string, CrdtBuf *out);
bool json_escape_to(CrdtBytes text, CrdtBuf *out);
bool json_string_is(CrdtBytes json_string, CrdtBytes text);
double json_number(CrdtBytes json);
bool json_equal_text(CrdtBytes a, CrdtBytes b);
bool json_same(CrdtBytes a, CrdtBytes b);

/* value.c: lib0 Any */
bool skip_any(Reader *r, int depth);
size_t any_size(const uint8_t *at, const uint8_t *end);
CrdtValue value_of_any(CrdtBytes any);
CrdtValue value_of_json(CrdtBytes json);
bool json_to_any(CrdtBytes json, CrdtBuf *out);

#endif

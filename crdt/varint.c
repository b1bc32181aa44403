/** lib0 encoding: variable-length integers, length-prefixed bytes. Source: lib0 0.2 encoding.js,
 *  decoding.js. */
#include "internal.h"

bool reader_fail(Reader *r, CrdtErr err, const char *what)
{
    if (r->err == CRDT_OK) {
        r->err = err;
        r->fault = what;
    }
    return false;
}

CrdtErr reader_err(const Reader *r, CrdtFault *ret)
{
    if (r->err != CRDT_OK && ret != NULL)
        *ret = (CrdtFault){ .offset = (size_t)(r->at - r->start), .what = r->fault };
    return r->err;
}

bool read_u8(Reader *r, uint8_t *ret)
{
    if (r->at == r->end)
        return reader_fail(r, CRDT_MALFORMED, "ends too early");
    *ret = *r->at++;
    return true;
}

bool read_long_uint(Reader *r, uint64_t *ret)
{
    uint64_t v = 0;
    const uint8_t *at = r->at;
    for (int shift = 0; at < r->end; shift += 7) {
        uint8_t b = *at++;
        if (b < 0x80) {
            v |= (uint64_t)b << shift;
            if (v > CRDT_MAX_CLIENT)
                break;
            r->at = at;
            *ret = v;
            return true;
        }
        v |= (uint64_t)(b & 0x7f) << shift;
        if (shift == 49)
            break;
    }
    return reader_fail(r, CRDT_MALFORMED,
                       at == r->end ? "ends inside an integer" : "integer above 2^53 - 1");
}

bool read_bytes(Reader *r, const uint8_t **ret, uint32_t *ret_len)
{
    uint64_t len;
    if (!read_uint(r, &len))
        return false;
    if (len > (uint64_t)(r->end - r->at))
        return reader_fail(r, CRDT_MALFORMED, "length beyond the end");
    if (len > CRDT_MAX_BYTES)
        return reader_fail(r, CRDT_LIMIT, "content too long");
    *ret = r->at;
    *ret_len = (uint32_t)len;
    r->at += len;
    return true;
}

bool read_text(Reader *r, const uint8_t **ret, uint32_t *ret_len, uint32_t *ret_units)
{
    const uint8_t *start = r->at;
    if (r->end - start > 17 && *start > 0 && is_short_ascii(start + 1, *start)) { /* most */
        *ret = start + 1;
        *ret_len = *start;
        if (ret_units != NULL)
            *ret_units = *start;
        r->at += 1 + *start;
        return true;
    }
    if (!read_bytes(r, ret, ret_len))
        return false;
    int64_t units = utf8_units(*ret, *ret_len);
    if (units < 0) {
        r->at = start;
        return reader_fail(r, CRDT_MALFORMED, "string is not UTF-8");
    }
    if (ret_units != NULL)
        *ret_units = (uint32_t)units;
    return true;
}

uint8_t *put_uint(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

bool write_u8(CrdtBuf *out, uint8_t v)
{
    if (!buf_reserve(out, 1))
        return false;
    out->at[out->len++] = v;
    return true;
}

bool write_uint(CrdtBuf *out, uint64_t v)
{
    if (!buf_reserve(out, 10))
        return false;
    out->len = (size_t)(put_uint(out->at + out->len, v) - out->at);
    return true;
}

bool write_raw(CrdtBuf *out, const void *at, size_t len)
{
    if (len == 0)
        return true;
    if (!buf_reserve(out, len))
        return false;
    memcpy(out->at + out->len, at, len);
    out->len += len;
    return true;
}

bool write_text(CrdtBuf *out, const void *at, size_t len)
{
    if (len > SIZE_MAX - 10 || !buf_reserve(out, len + 10))
        return false;
    uint8_t *to = put_uint(out->at + out->len, len);
    if (len > 0)
        memcpy(to, at, len);
    out->len = (size_t)(to - out->at) + len;
    return true;
}

CrdtErr crdt_write_varuint(CrdtBuf *buf, uint64_t value)
{
    return write_uint(buf, value) ? CRDT_OK : CRDT_NOMEM;
}

CrdtErr crdt_write_varbytes(CrdtBuf *buf, CrdtBytes bytes)
{
    size_t before = buf->len;
    if (write_text(buf, bytes.at, bytes.len))
        return CRDT_OK;
    buf->len = before;
    return CRDT_NOMEM;
}

CrdtErr crdt_read_varuint(CrdtBytes *in, uint64_t *ret)
{
    Reader r = reader(*in);
    if (!read_uint(&r, ret))
        return r.err;
    *in = (CrdtBytes){ r.at, (size_t)(r.end - r.at) };
    return CRDT_OK;
}

CrdtErr crdt_read_varbytes(CrdtBytes *in, CrdtBytes *ret)
{
    Reader r = reader(*in);
    const uint8_t *at;
    uint32_t len;
    if (!read_bytes(&r, &at, &len))
        return r.err;
    *in = (CrdtBytes){ r.at, (size_t)(r.end - r.at) };
    *ret = (CrdtBytes){ at, len };
    return CRDT_OK;
}

CrdtErr crdt_read_state_entry(CrdtBytes *in, uint64_t *ret_client, uint64_t *ret_clock)
{
    Reader r = reader(*in);
    uint64_t client, clock;
    if (!read_uint(&r, &client) || !read_uint(&r, &clock))
        return r.err;
    *in = (CrdtBytes){ r.at, (size_t)(r.end - r.at) };
    *ret_client = client;
    *ret_clock = clock;
    return CRDT_OK;
}

bool read_signed(Reader *r, uint64_t *ret, bool *ret_negative)
{
    uint8_t b;
    if (!read_u8(r, &b))
        return false;
    uint64_t n = b & 0x3f;
    *ret_negative = b & 0x40;
    if (b < 0x80) {
        *ret = n;
        return true;
    }
    for (int shift = 6; b & 0x80; shift += 7) {
        if (shift > 54)
            return reader_fail(r, CRDT_MALFORMED, "integer above 2^53 - 1");
        if (!read_u8(r, &b))
            return false;
        n |= (uint64_t)(b & 0x7f) << shift;
    }
    *ret = n;
    return n <= 2 * CRDT_MAX_CLIENT + 1 ||
           reader_fail(r, CRDT_MALFORMED, "integer above 2^53 - 1");
}

/** lib0 writeVarInt: the sign is a bit of its own, so there is a negative zero. */
bool write_signed(CrdtBuf *out, uint64_t n, bool negative)
{
    bool ok = write_u8(out, (uint8_t)((n > 63 ? 0x80 : 0) | (negative ? 0x40 : 0) | (n & 63)));
    for (n >>= 6; ok && n > 0; n >>= 7)
        ok = write_u8(out, (uint8_t)((n > 127 ? 0x80 : 0) | (n & 127)));
    return ok;
}

/** Decimal digits. */
bool write_digits(CrdtBuf *out, uint64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return write_raw(out, digits + at, sizeof digits - at);
}

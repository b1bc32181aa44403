/** Values: lib0 Any and JSON, read and written. Source: lib0 encoding.js (writeAny), decoding.js
 *  (readAny). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

enum {
    ANY_BINARY = 116, ANY_ARRAY, ANY_OBJECT, ANY_STRING, ANY_TRUE, ANY_FALSE, ANY_BIGINT,
    ANY_FLOAT64, ANY_FLOAT32, ANY_INT, ANY_NULL, ANY_UNDEFINED,
};

/* ---- Any: checking and skipping -------------------------------------------------------------- */

static bool skip_fixed(Reader *r, size_t n)
{
    if ((size_t)(r->end - r->at) < n)
        return reader_fail(r, CRDT_MALFORMED, "ends inside a value");
    r->at += n;
    return true;
}

static bool skip_int(Reader *r)
{
    for (int n = 0; n < 9; n++) {
        uint8_t b;
        if (!read_u8(r, &b))
            return false;
        if (b < 0x80)
            return true;
    }
    return reader_fail(r, CRDT_MALFORMED, "integer too long");
}

static bool skip_many(Reader *r, bool keyed, int depth)
{
    uint64_t n;
    if (!read_uint(r, &n))
        return false;
    if (n > (size_t)(r->end - r->at))
        return reader_fail(r, CRDT_MALFORMED, "more values than bytes");
    for (uint64_t i = 0; i < n; i++) {
        const uint8_t *key;
        uint32_t len;
        if ((keyed && !read_text(r, &key, &len, NULL)) || !skip_any(r, depth - 1))
            return false;
    }
    return true;
}

bool skip_any(Reader *r, int depth)
{
    uint8_t tag;
    const uint8_t *at;
    uint32_t len;
    if (depth == 0)
        return reader_fail(r, CRDT_LIMIT, "value nested too deep");
    if (!read_u8(r, &tag))
        return false;
    switch (tag) {
    case ANY_UNDEFINED:
    case ANY_NULL:
    case ANY_TRUE:
    case ANY_FALSE: return true;
    case ANY_INT: return skip_int(r);
    case ANY_FLOAT32: return skip_fixed(r, 4);
    case ANY_FLOAT64:
    case ANY_BIGINT: return skip_fixed(r, 8);
    case ANY_STRING: return read_text(r, &at, &len, NULL);
    case ANY_BINARY: return read_bytes(r, &at, &len);
    case ANY_OBJECT: return skip_many(r, true, depth);
    case ANY_ARRAY: return skip_many(r, false, depth);
    default: r->at--; return reader_fail(r, CRDT_MALFORMED, "unknown kind of value");
    }
}

size_t any_size(const uint8_t *at, const uint8_t *end)
{
    Reader r = { .at = at, .end = end, .start = at };
    (void)!skip_any(&r, CRDT_MAX_VALUE_DEPTH + 1);
    return (size_t)(r.at - at);
}

/* ---- views ----------------------------------------------------------------------------------- */

static uint64_t big_endian(const uint8_t *at, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | at[i];
    return v;
}

static double read_int(Reader *r)
{
    uint8_t b = 0;
    (void)!read_u8(r, &b);
    bool negative = b & 0x40;
    double v = b & 0x3f, unit = 64;
    while (b & 0x80 && read_u8(r, &b)) {
        v += (b & 0x7f) * unit;
        unit *= 128;
    }
    return negative ? -v : v;
}

/** `any` is one valid value. */
CrdtValue value_of_any(CrdtBytes any)
{
    Reader r = reader(any);
    uint8_t tag = ANY_UNDEFINED;
    uint32_t len = 0;
    CrdtValue v = { .raw = any };
    (void)!read_u8(&r, &tag);
    switch (tag) {
    case ANY_NULL: v.kind = CRDT_VALUE_NULL; break;
    case ANY_TRUE:
    case ANY_FALSE: v.kind = CRDT_VALUE_BOOL; v.boolean = tag == ANY_TRUE; break;
    case ANY_INT: v.kind = CRDT_VALUE_NUMBER; v.number = read_int(&r); break;
    case ANY_FLOAT32: {
        uint32_t bits = (uint32_t)big_endian(r.at, 4);
        float f;
        memcpy(&f, &bits, 4);
        v.kind = CRDT_VALUE_NUMBER;
        v.number = (double)f;
        break;
    }
    case ANY_FLOAT64: {
        uint64_t bits = big_endian(r.at, 8);
        memcpy(&v.number, &bits, 8);
        v.kind = CRDT_VALUE_NUMBER;
        break;
    }
    case ANY_BIGINT: v.kind = CRDT_VALUE_BIGINT; v.bigint = (int64_t)big_endian(r.at, 8); break;
    case ANY_STRING:
    case ANY_BINARY:
        v.kind = tag == ANY_STRING ? CRDT_VALUE_STRING : CRDT_VALUE_BINARY;
        (void)!read_bytes(&r, &v.text.at, &len);
        v.text.len = len;
        break;
    case ANY_OBJECT: v.kind = CRDT_VALUE_OBJECT; break;
    case ANY_ARRAY: v.kind = CRDT_VALUE_ARRAY; break;
    default: break;
    }
    return v;
}

/** `json` is valid JSON text. */
CrdtValue value_of_json(CrdtBytes json)
{
    Json j = { json.at, json.at + json.len };
    json = json_take(&j);
    CrdtValue v = { .is_json = true, .raw = json };
    switch (json.at[0]) {
    case 'n': v.kind = CRDT_VALUE_NULL; break;
    case 't':
    case 'f': v.kind = CRDT_VALUE_BOOL; v.boolean = json.at[0] == 't'; break;
    case '{': v.kind = CRDT_VALUE_OBJECT; break;
    case '[': v.kind = CRDT_VALUE_ARRAY; break;
    case '"':
        v.kind = CRDT_VALUE_STRING;
        if (memchr(json.at, '\\', json.len) == NULL)
            v.text = (CrdtBytes){ json.at + 1, json.len - 2 };
        break;
    default: v.kind = CRDT_VALUE_NUMBER; v.number = json_number(json); break;
    }
    return v;
}

bool crdt_value_is(const CrdtValue *value, CrdtBytes text)
{
    if (value->kind != CRDT_VALUE_STRING)
        return false;
    if (value->is_json)
        return json_string_is(value->raw, text);
    return value->text.len == text.len &&
           (text.len == 0 || memcmp(value->text.at, text.at, text.len) == 0);
}

bool crdt_value_field(const CrdtValue *object, CrdtBytes key, CrdtValue *ret)
{
    if (object->kind != CRDT_VALUE_OBJECT)
        return false;
    if (object->is_json) {
        Json j = { object->raw.at, object->raw.at + object->raw.len };
        CrdtBytes k;
        json_open(&j, '{');
        while (json_field(&j, &k)) {
            CrdtBytes v = json_take(&j);
            if (json_string_is(k, key)) {
                *ret = value_of_json(v);
                return true;
            }
        }
        return false;
    }
    Reader r = reader(object->raw);
    uint64_t n = 0;
    r.at++;
    (void)!read_uint(&r, &n);
    for (; n > 0; n--) {
        const uint8_t *k;
        uint32_t len;
        if (!read_bytes(&r, &k, &len))
            return false;
        size_t size = any_size(r.at, r.end);
        if (len == key.len && (len == 0 || memcmp(k, key.at, len) == 0)) {
            *ret = value_of_any((CrdtBytes){ r.at, size });
            return true;
        }
        r.at += size;
    }
    return false;
}

/* ---- writing values as text ------------------------------------------------------------------ */

/** A number as JavaScript writes it (ECMA-262 Number::toString): the shortest digits that read back
 *  the same. */
static size_t js_number(double v, char out[40])
{
    char digits[32];
    if (v == 0) {
        out[0] = '0';
        return 1;
    }
    int precision = 0;
    do {
        snprintf(digits, sizeof digits, "%.*e", precision, v);
    } while (strtod(digits, NULL) != v && ++precision < 17);
    char *e = strchr(digits, 'e');
    int exponent = atoi(e + 1) + 1; /* the point stands after so many digits */
    char *p = digits;
    size_t n = 0, k = 0;
    if (*p == '-') {
        out[n++] = '-';
        p++;
    }
    char d[24];
    for (; p < e; p++)
        if (*p >= '0' && *p <= '9')
            d[k++] = *p;
    while (k > 1 && d[k - 1] == '0')
        k--;
    int count = (int)k;
    if (exponent > 21 || exponent < -5) {
        out[n++] = d[0];
        if (count > 1) {
            out[n++] = '.';
            memcpy(out + n, d + 1, k - 1);
            n += k - 1;
        }
        return n + (size_t)snprintf(out + n, 40 - n, "e%+d", exponent - 1);
    }
    if (exponent <= 0) {
        out[n++] = '0';
        out[n++] = '.';
        for (int i = exponent; i < 0; i++)
            out[n++] = '0';
        memcpy(out + n, d, k);
        return n + k;
    }
    for (int i = 0; i < count || i < exponent; i++) {
        if (i == exponent)
            out[n++] = '.';
        out[n++] = i < count ? d[i] : '0';
    }
    return n;
}

static bool write_number(CrdtBuf *out, double v)
{
    char text[40];
    return write_raw(out, text, js_number(v, text));
}

static bool write_decimal(CrdtBuf *out, int64_t v)
{
    char text[24];
    return write_raw(out, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)v));
}

static bool any_json(Reader *r, CrdtBuf *out);

static bool many_json(Reader *r, bool keyed, CrdtBuf *out)
{
    uint64_t n = 0;
    r->at++;
    (void)!read_uint(r, &n);
    bool ok = write_u8(out, keyed ? '{' : '['), first = true;
    for (uint64_t i = 0; ok && i < n; i++) {
        const uint8_t *key = NULL;
        uint32_t len = 0;
        if (keyed && read_bytes(r, &key, &len) && *r->at == ANY_UNDEFINED) {
            r->at++; /* as JSON.stringify leaves it out */
            continue;
        }
        ok = (first || write_u8(out, ',')) &&
             (!keyed || (json_escape_to((CrdtBytes){ key, len }, out) && write_u8(out, ':'))) &&
             any_json(r, out);
        first = false;
    }
    return ok && write_u8(out, keyed ? '}' : ']');
}

static bool binary_json(CrdtBytes bytes, CrdtBuf *out)
{
    bool ok = write_u8(out, '{');
    for (size_t i = 0; ok && i < bytes.len; i++) {
        char text[48];
        int n = snprintf(text, sizeof text, "%s\"%zu\":%u", i > 0 ? "," : "", i, bytes.at[i]);
        ok = write_raw(out, text, (size_t)n);
    }
    return ok && write_u8(out, '}');
}

/** Writes the value at r as JSON and moves behind it. The depth was limited when it was decoded. */
static bool any_json(Reader *r, CrdtBuf *out)
{
    CrdtValue v = value_of_any((CrdtBytes){ r->at, (size_t)(r->end - r->at) });
    if (v.kind == CRDT_VALUE_OBJECT || v.kind == CRDT_VALUE_ARRAY)
        return many_json(r, v.kind == CRDT_VALUE_OBJECT, out);
    r->at += any_size(r->at, r->end);
    switch (v.kind) {
    case CRDT_VALUE_BOOL: return v.boolean ? write_raw(out, "true", 4) : write_raw(out, "false", 5);
    case CRDT_VALUE_NUMBER:
        return isfinite(v.number) ? write_number(out, v.number) : write_raw(out, "null", 4);
    case CRDT_VALUE_BIGINT: return write_decimal(out, v.bigint);
    case CRDT_VALUE_STRING: return json_escape_to(v.text, out);
    case CRDT_VALUE_BINARY: return binary_json(v.text, out);
    default: return write_raw(out, "null", 4);
    }
}

CrdtErr crdt_value_json(const CrdtDoc *doc, const CrdtValue *value, CrdtBuf *out)
{
    size_t start = out->len;
    bool ok;
    if (value->kind == CRDT_VALUE_NODE)
        return crdt_node_json(doc, value->node, CRDT_ROOT, out);
    if (value->kind == CRDT_VALUE_SUBDOC) {
        ok = write_raw(out, "{}", 2);
    } else if (value->kind == CRDT_VALUE_STRING && !value->is_json) {
        ok = json_escape_to(value->text, out); /* also single characters, which have no raw form */
    } else if (value->kind == CRDT_VALUE_BINARY) {
        ok = binary_json(value->text, out);
    } else if (value->is_json) {
        ok = write_raw(out, value->raw.at, value->raw.len);
    } else {
        Reader r = reader(value->raw);
        ok = any_json(&r, out);
    }
    if (ok)
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

CrdtErr crdt_value_text(const CrdtDoc *doc, const CrdtValue *value, CrdtBuf *out)
{
    size_t start = out->len;
    bool ok;
    switch (value->kind) {
    case CRDT_VALUE_STRING:
        ok = value->is_json ? json_text_to(value->raw, out)
                            : write_raw(out, value->text.at, value->text.len);
        break;
    case CRDT_VALUE_UNDEFINED: ok = write_raw(out, "undefined", 9); break;
    case CRDT_VALUE_NUMBER:
        if (isnan(value->number))
            ok = write_raw(out, "NaN", 3);
        else if (isinf(value->number))
            ok = write_raw(out, value->number < 0 ? "-Infinity" : "Infinity",
                           value->number < 0 ? 9 : 8);
        else
            ok = write_number(out, value->number);
        break;
    default: return crdt_value_json(doc, value, out);
    }
    if (ok)
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

/* ---- JSON to Any ----------------------------------------------------------------------------- */

static bool write_int(CrdtBuf *out, double v)
{
    bool negative = signbit(v);
    uint64_t n = (uint64_t)fabs(v);
    bool ok = write_u8(out, (uint8_t)((n > 63 ? 0x80 : 0) | (negative ? 0x40 : 0) | (n & 63)));
    for (n >>= 6; ok && n > 0; n >>= 7)
        ok = write_u8(out, (uint8_t)((n > 127 ? 0x80 : 0) | (n & 127)));
    return ok;
}

static bool write_any_number(CrdtBuf *out, double v)
{
    if (v == trunc(v) && fabs(v) <= 2147483647.0)
        return write_u8(out, ANY_INT) && write_int(out, v);
    uint8_t b[9];
    float f = fabs(v) <= 3.4028234663852886e38 ? (float)v : 0;
    size_t n = (double)f == v ? 4 : 8;
    uint64_t bits = 0;
    if (n == 4) {
        uint32_t bits32;
        memcpy(&bits32, &f, 4);
        bits = bits32;
    } else {
        memcpy(&bits, &v, 8);
    }
    b[0] = n == 4 ? ANY_FLOAT32 : ANY_FLOAT64;
    for (size_t i = 0; i < n; i++)
        b[1 + i] = (uint8_t)(bits >> (8 * (n - 1 - i)));
    return write_raw(out, b, n + 1);
}

static bool write_any_string(CrdtBuf *out, CrdtBytes json_string)
{
    CrdtBuf text = { .allocator = out->allocator };
    bool ok = json_text_to(json_string, &text) && write_text(out, text.at, text.len);
    crdt_buf_done(&text);
    return ok;
}

/** Appends valid JSON as Any, numbers as lib0 chooses. */
bool json_to_any(CrdtBytes json, CrdtBuf *out)
{
    Json j = { json.at, json.at + json.len };
    json = json_take(&j);
    j = (Json){ json.at, json.at + json.len };
    uint64_t n = 0;
    CrdtBytes key;
    bool ok = true;
    switch (json.at[0]) {
    case 'n': return write_u8(out, ANY_NULL);
    case 't': return write_u8(out, ANY_TRUE);
    case 'f': return write_u8(out, ANY_FALSE);
    case '"': return write_u8(out, ANY_STRING) && write_any_string(out, json);
    case '[': {
        Json count = j;
        for (json_open(&count, '['); json_item(&count); n++)
            json_take(&count);
        ok = write_u8(out, ANY_ARRAY) && write_uint(out, n);
        for (json_open(&j, '['); ok && json_item(&j);)
            ok = json_to_any(json_take(&j), out);
        return ok;
    }
    case '{': {
        Json count = j;
        for (json_open(&count, '{'); json_field(&count, &key); n++)
            json_take(&count);
        ok = write_u8(out, ANY_OBJECT) && write_uint(out, n);
        for (json_open(&j, '{'); ok && json_field(&j, &key);)
            ok = write_any_string(out, key) && json_to_any(json_take(&j), out);
        return ok;
    }
    default: return write_any_number(out, json_number(json));
    }
}

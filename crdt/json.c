/** JSON text (RFC 8259): checking, walking, comparing, strings. Source of the behaviour:
 *  JSON.parse, JSON.stringify. */
#include <stdlib.h>

#include "internal.h"

/* ---- checking -------------------------------------------------------------------------------- */

static void space(Json *j)
{
    while (j->at < j->end && (*j->at == ' ' || *j->at == '\t' || *j->at == '\n' || *j->at == '\r'))
        j->at++;
}

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool check_string(Json *j)
{
    if (j->at == j->end || *j->at++ != '"')
        return false;
    while (j->at < j->end) {
        uint8_t c = *j->at++;
        if (c == '"')
            return true;
        if (c < 0x20)
            return false;
        if (c != '\\')
            continue;
        if (j->at == j->end)
            return false;
        c = *j->at++;
        if (c == 'u') {
            if (j->end - j->at < 4)
                return false;
            for (int i = 0; i < 4; i++)
                if (!is_hex(*j->at++))
                    return false;
        } else if (strchr("\"\\/bfnrt", c) == NULL || c == 0) {
            return false;
        }
    }
    return false;
}

static bool digits(Json *j)
{
    const uint8_t *start = j->at;
    while (j->at < j->end && *j->at >= '0' && *j->at <= '9')
        j->at++;
    return j->at > start;
}

enum { NUMBER_MAX = 500 }; /* characters; JSON.stringify writes 25 at most */

static bool check_number(Json *j)
{
    const uint8_t *start = j->at;
    if (j->at < j->end && *j->at == '-')
        j->at++;
    if (j->at < j->end && *j->at == '0')
        j->at++;
    else if (!digits(j))
        return false;
    if (j->at < j->end && *j->at == '.') {
        j->at++;
        if (!digits(j))
            return false;
    }
    if (j->at < j->end && (*j->at == 'e' || *j->at == 'E')) {
        j->at++;
        if (j->at < j->end && (*j->at == '+' || *j->at == '-'))
            j->at++;
        if (!digits(j))
            return false;
    }
    return j->at - start <= NUMBER_MAX;
}

static bool check_word(Json *j, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(j->end - j->at) < n || memcmp(j->at, word, n) != 0)
        return false;
    j->at += n;
    return true;
}

static bool check_value(Json *j, int depth);

static bool check_list(Json *j, uint8_t close, int depth)
{
    j->at++;
    space(j);
    if (j->at < j->end && *j->at == close) {
        j->at++;
        return true;
    }
    for (;;) {
        if (close == '}') {
            space(j);
            if (!check_string(j))
                return false;
            space(j);
            if (j->at == j->end || *j->at++ != ':')
                return false;
        }
        if (!check_value(j, depth - 1) || j->at == j->end)
            return false;
        uint8_t c = *j->at++;
        if (c == close)
            return true;
        if (c != ',')
            return false;
    }
}

static bool check_value(Json *j, int depth)
{
    space(j);
    if (j->at == j->end || depth == 0)
        return false;
    bool ok;
    switch (*j->at) {
    case '{': ok = check_list(j, '}', depth); break;
    case '[': ok = check_list(j, ']', depth); break;
    case '"': ok = check_string(j); break;
    case 't': ok = check_word(j, "true"); break;
    case 'f': ok = check_word(j, "false"); break;
    case 'n': ok = check_word(j, "null"); break;
    default: ok = check_number(j);
    }
    space(j);
    return ok;
}

/** True for one JSON value, CRDT_MAX_VALUE_DEPTH deep at most. That it is UTF-8 is checked
 *  elsewhere. */
bool json_valid(CrdtBytes json)
{
    Json j = { json.at, json.at + json.len };
    return json.len > 0 && check_value(&j, CRDT_MAX_VALUE_DEPTH) && j.at == j.end;
}

/* ---- walking valid text ---------------------------------------------------------------------- */

static void skip_string(Json *j)
{
    for (j->at++; *j->at != '"'; j->at++)
        if (*j->at == '\\')
            j->at++;
    j->at++;
}

/** Takes the value that stands here, without the space around it. */
CrdtBytes json_take(Json *j)
{
    space(j);
    const uint8_t *start = j->at;
    int depth = 0;
    while (j->at < j->end) {
        uint8_t c = *j->at;
        if (c == '"') {
            skip_string(j);
        } else if (c == '{' || c == '[') {
            depth++;
            j->at++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
            j->at++;
        } else if (depth == 0 && (c == ',' || c == ']' || c == '}' || c == ':' || c <= ' ')) {
            break;
        } else {
            j->at++;
            continue;
        }
        if (depth == 0)
            break;
    }
    CrdtBytes taken = { start, (size_t)(j->at - start) };
    space(j);
    return taken;
}

/** Enters an array or object; false when something else stands here. */
bool json_open(Json *j, uint8_t open)
{
    space(j);
    if (j->at == j->end || *j->at != open)
        return false;
    j->at++;
    return true;
}

/** Moves to the next element; false at the end, which is then behind. */
bool json_item(Json *j)
{
    space(j);
    if (j->at < j->end && *j->at == ',') {
        j->at++;
        space(j);
    }
    if (j->at == j->end || *j->at == ']' || *j->at == '}') {
        j->at += j->at < j->end;
        return false;
    }
    return true;
}

/** Moves to the next field; its key comes with its quotes, its value stands at j. */
bool json_field(Json *j, CrdtBytes *ret_key)
{
    if (!json_item(j))
        return false;
    *ret_key = json_take(j);
    j->at++; /* the colon */
    space(j);
    return true;
}

/* ---- strings --------------------------------------------------------------------------------- */

static uint32_t hex4(const uint8_t *at)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = at[i];
        v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return v;
}

/** The next code point of the inside of a valid JSON string; lone surrogates become U+FFFD. */
static uint32_t next_point(const uint8_t **at, const uint8_t *end)
{
    const uint8_t *p = *at;
    uint32_t c = *p++;
    if (c == '\\') {
        c = *p++;
        switch (c) {
        case 'b': c = '\b'; break;
        case 'f': c = '\f'; break;
        case 'n': c = '\n'; break;
        case 'r': c = '\r'; break;
        case 't': c = '\t'; break;
        case 'u':
            c = hex4(p);
            p += 4;
            if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
                uint32_t low = hex4(p + 2);
                if (low >= 0xdc00 && low < 0xe000) {
                    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                    p += 6;
                }
            }
            if (c >= 0xd800 && c < 0xe000)
                c = 0xfffd;
            break;
        default: break;
        }
    } else if (c >= 0xf0) {
        c = (c & 7) << 18 | (uint32_t)(p[0] & 63) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
        p += 3;
    } else if (c >= 0xe0) {
        c = (c & 15) << 12 | (uint32_t)(p[0] & 63) << 6 | (p[1] & 63);
        p += 2;
    } else if (c >= 0x80) {
        c = (c & 31) << 6 | (p[0] & 63);
        p += 1;
    }
    *at = p;
    return c;
}

static bool write_point(CrdtBuf *out, uint32_t c)
{
    uint8_t b[4];
    size_t n = 0;
    if (c < 0x80) {
        b[n++] = (uint8_t)c;
    } else if (c < 0x800) {
        b[n++] = (uint8_t)(0xc0 | c >> 6);
        b[n++] = (uint8_t)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        b[n++] = (uint8_t)(0xe0 | c >> 12);
        b[n++] = (uint8_t)(0x80 | (c >> 6 & 63));
        b[n++] = (uint8_t)(0x80 | (c & 63));
    } else {
        b[n++] = (uint8_t)(0xf0 | c >> 18);
        b[n++] = (uint8_t)(0x80 | (c >> 12 & 63));
        b[n++] = (uint8_t)(0x80 | (c >> 6 & 63));
        b[n++] = (uint8_t)(0x80 | (c & 63));
    }
    return write_raw(out, b, n);
}

/** Appends what a JSON string (with its quotes) says, as UTF-8. */
bool json_text_to(CrdtBytes json_string, CrdtBuf *out)
{
    const uint8_t *at = json_string.at + 1, *end = json_string.at + json_string.len - 1;
    while (at < end) {
        const uint8_t *plain = at;
        while (at < end && *at != '\\')
            at++;
        if (!write_raw(out, plain, (size_t)(at - plain)))
            return false;
        if (at < end && !write_point(out, next_point(&at, end)))
            return false;
    }
    return true;
}

/** Appends text as a JSON string with quotes, escaping as JSON.stringify does. */
bool json_escape_to(CrdtBytes text, CrdtBuf *out)
{
    static const char hex[] = "0123456789abcdef";
    bool ok = write_u8(out, '"');
    size_t plain = 0;
    for (size_t i = 0; ok && i < text.len; i++) {
        uint8_t c = text.at[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        ok = write_raw(out, text.at + plain, i - plain);
        plain = i + 1;
        const char *from = "\"\\\b\f\n\r\t", *to = "\"\\bfnrt";
        const char *found = c != 0 ? strchr(from, c) : NULL;
        if (found != NULL)
            ok = ok && write_u8(out, '\\') && write_u8(out, (uint8_t)to[found - from]);
        else
            ok = ok && write_raw(out, "\\u00", 4) && write_u8(out, (uint8_t)hex[c >> 4]) &&
                 write_u8(out, (uint8_t)hex[c & 15]);
    }
    return ok && write_raw(out, text.at + plain, text.len - plain) && write_u8(out, '"');
}

/** True when this is a JSON string (with its quotes) that says exactly this text. */
bool json_string_is(CrdtBytes json_string, CrdtBytes text)
{
    if (json_string.len < 2 || json_string.at[0] != '"')
        return false;
    const uint8_t *a = json_string.at + 1, *a_end = json_string.at + json_string.len - 1;
    const uint8_t *b = text.at, *b_end = text.at + text.len;
    while (a < a_end && b < b_end) {
        if (*a != '\\' && *a < 0x80) {
            if (*a++ != *b++)
                return false;
            continue;
        }
        const uint8_t *bp = b;
        uint32_t c = *b == '\\' ? *bp++ : next_point(&bp, b_end);
        if (next_point(&a, a_end) != c)
            return false;
        b = bp;
    }
    return a == a_end && b == b_end;
}

static bool strings_equal(CrdtBytes a, CrdtBytes b)
{
    const uint8_t *x = a.at + 1, *x_end = a.at + a.len - 1;
    const uint8_t *y = b.at + 1, *y_end = b.at + b.len - 1;
    while (x < x_end && y < y_end)
        if (next_point(&x, x_end) != next_point(&y, y_end))
            return false;
    return x == x_end && y == y_end;
}

double json_number(CrdtBytes json)
{
    char text[NUMBER_MAX + 1];
    size_t n = json.len < NUMBER_MAX ? json.len : NUMBER_MAX;
    memcpy(text, json.at, n);
    text[n] = 0;
    return strtod(text, NULL);
}

/* ---- comparing, as Yjs compares marks: scalars by value, containers one level deep ----------- */

static bool is_container(CrdtBytes v)
{
    return v.len > 0 && (v.at[0] == '{' || v.at[0] == '[');
}

static bool scalars_equal(CrdtBytes a, CrdtBytes b)
{
    if (a.len == b.len && memcmp(a.at, b.at, a.len) == 0)
        return true;
    if (a.len == 0 || b.len == 0)
        return false;
    if (a.at[0] == '"' && b.at[0] == '"')
        return strings_equal(a, b);
    bool a_number = a.at[0] == '-' || (a.at[0] >= '0' && a.at[0] <= '9');
    bool b_number = b.at[0] == '-' || (b.at[0] >= '0' && b.at[0] <= '9');
    return a_number && b_number && json_number(a) == json_number(b);
}

static size_t field_count(CrdtBytes v)
{
    Json j = { v.at, v.at + v.len };
    size_t n = 0;
    CrdtBytes key;
    if (json_open(&j, '{'))
        for (; json_field(&j, &key); n++)
            json_take(&j);
    else if (json_open(&j, '['))
        for (; json_item(&j); n++)
            json_take(&j);
    return n;
}

static bool has_field(CrdtBytes object, CrdtBytes key, CrdtBytes value)
{
    Json j = { object.at, object.at + object.len };
    CrdtBytes k;
    json_open(&j, '{');
    while (json_field(&j, &k)) {
        CrdtBytes v = json_take(&j);
        if (strings_equal(k, key))
            return !is_container(v) && !is_container(value) && scalars_equal(v, value);
    }
    return false;
}

static CrdtBytes trim(CrdtBytes v)
{
    Json j = { v.at, v.at + v.len };
    return json_take(&j);
}

enum { FIELDS_COMPARED = 64 }; /* beyond this only the same bytes are equal */

bool json_equal_text(CrdtBytes a, CrdtBytes b)
{
    a = trim(a);
    b = trim(b);
    if (a.at == b.at && a.len == b.len)
        return true;
    if (!is_container(a) || !is_container(b))
        return !is_container(a) && !is_container(b) && scalars_equal(a, b);
    size_t n = field_count(a);
    if (a.at[0] != b.at[0] || n != field_count(b))
        return false;
    if (n > FIELDS_COMPARED)
        return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
    Json ja = { a.at, a.at + a.len }, jb = { b.at, b.at + b.len };
    CrdtBytes key;
    if (json_open(&ja, '{')) {
        while (json_field(&ja, &key))
            if (!has_field(b, key, json_take(&ja)))
                return false;
        return true;
    }
    json_open(&ja, '[');
    json_open(&jb, '[');
    while (json_item(&ja) && json_item(&jb)) {
        CrdtBytes x = json_take(&ja), y = json_take(&jb);
        if (is_container(x) || is_container(y) || !scalars_equal(x, y))
            return false;
    }
    return true;
}

/** JavaScript's === on two values taken from documents: containers are equal only to themselves. */
bool json_same(CrdtBytes a, CrdtBytes b)
{
    a = trim(a);
    b = trim(b);
    if (is_container(a) || is_container(b))
        return a.at == b.at;
    return scalars_equal(a, b);
}

#include "base/json.h"
#include <math.h>
#include <stdlib.h>
#include "base/hash.h"
#include "base/utf8.h"

enum { MANY = 16 };                 /* members: from here on an object is looked up by hash */

typedef struct Reader { Arena *arena; const char *begin, *at, *end; const char *why; int depth; } Reader;

static bool stop(Reader *r, const char *why)
{
    if (!r->why) r->why = why;
    return false;
}

static void skip_space(Reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
}

static bool next_is(Reader *r, char c)
{
    skip_space(r);
    if (r->at == r->end || *r->at != c) return false;
    r->at++;
    return true;
}

/* ---- texts */

static bool read_hex(Reader *r, uint32_t *ret)
{
    uint32_t n = 0;
    if (r->end - r->at < 4) return stop(r, "an escape \\u needs four hex digits");
    for (int i = 0; i < 4; i++) {
        char c = *r->at++;
        uint32_t d = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a' + 10) : 16;
        if (d == 16) return stop(r, "an escape \\u needs four hex digits");
        n = n << 4 | d;
    }
    *ret = n;
    return true;
}

/** Behind "\u". */
static bool read_code(Reader *r, char **to)
{
    uint32_t c, low;
    if (!read_hex(r, &c)) return false;
    if (c >= 0xD800 && c < 0xDC00) {
        if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u') return stop(r, "half a surrogate pair");
        r->at += 2;
        if (!read_hex(r, &low)) return false;
        if (low < 0xDC00 || low >= 0xE000) return stop(r, "half a surrogate pair");
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    } else if (c >= 0xDC00 && c < 0xE000) return stop(r, "half a surrogate pair");
    *to += utf8_put(*to, c);
    return true;
}

static bool read_escape(Reader *r, char **to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end) return stop(r, "the text has no end");
    char c = *r->at++;
    if (c == 'u') return read_code(r, to);
    const char *found = c ? strchr(from, c) : NULL;
    if (!found) return stop(r, "no such escape");
    *(*to)++ = into[found - from];
    return true;
}

#define EACH(byte) (0x0101010101010101u * (byte))
/** None of eight bytes is a quote, a backslash or below a space. Source: S. E. Anderson, "Bit Twiddling Hacks", hasless. */
static bool plain_eight(const char *at)
{
    uint64_t x, quote, slash;
    memcpy(&x, at, 8);
    quote = x ^ EACH('"');
    slash = x ^ EACH('\\');
    return !((((x - EACH(0x20)) & ~x) | ((quote - EACH(1)) & ~quote) | ((slash - EACH(1)) & ~slash)) & EACH(0x80));
}

/** Where a text ends or an escape begins; NULL for what no text may hold. */
static const char *plain_end(Reader *r)
{
    const char *at = r->at;
    while (r->end - at >= 8 && plain_eight(at)) at += 8;
    while (at < r->end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20) at++;
    if (at < r->end && (unsigned char)*at >= 0x20) return at;
    r->at = at;
    stop(r, at == r->end ? "the text has no end" : "a control character in a text");
    return NULL;
}

/** The rest of a text with escapes. What it gives is never longer than what stands there. */
static bool read_escaped(Reader *r, Str plain, Str *ret)
{
    const char *end = r->at;
    for (; end < r->end && *end != '"'; end++)
        if (*end == '\\' && ++end == r->end) break;
    if (end == r->end) return stop(r, "the text has no end");
    char *text = arena_bytes(r->arena, (size_t)(end - plain.at) + 1, 1), *to = text + plain.len;
    memcpy(text, plain.at, plain.len);
    while (*r->at != '"') {
        r->at++;
        if (!read_escape(r, &to)) return false;
        const char *from = r->at, *until = plain_end(r);
        if (!until) return false;
        memcpy(to, from, (size_t)(until - from));
        to += until - from;
        r->at = until;
    }
    r->at++;
    *ret = (Str){ text, (size_t)(to - text) };
    return true;
}

/** Behind the first quote. */
static bool read_text(Reader *r, Str *ret)
{
    const char *from = r->at, *end = plain_end(r);
    if (!end) return false;
    *ret = (Str){ from, (size_t)(end - from) };
    r->at = end;
    if (*end == '"') { r->at++; return true; }
    return read_escaped(r, *ret, ret);
}

/* ---- numbers */

static bool digits(Reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
    return r->at > from;
}

static bool read_number(Reader *r, Json *v)
{
    const char *from = r->at;
    char fixed[64];
    v->kind = JS_INT;
    if (*r->at == '-') r->at++;
    bool zero = r->at < r->end && *r->at == '0';
    if (!digits(r)) return stop(r, "no value begins like this");
    if (zero && r->at - from > 1 + (*from == '-')) return stop(r, "a number does not begin with 0");
    if (r->at < r->end && *r->at == '.') {
        r->at++;
        v->kind = JS_REAL;
        if (!digits(r)) return stop(r, "digits are missing behind the point");
    }
    if (r->at < r->end && (*r->at | 32) == 'e') {
        r->at++;
        v->kind = JS_REAL;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-')) r->at++;
        if (!digits(r)) return stop(r, "digits are missing in the exponent");
    }
    v->text = (Str){ from, (size_t)(r->at - from) };
    if (v->kind == JS_INT && str_int(v->text, &v->n)) return true;
    v->kind = JS_REAL;                          /* also an integer of more than 64 bits; its text says it exactly */
    const char *text = fixed;
    if (v->text.len < sizeof fixed) {
        memcpy(fixed, from, v->text.len);
        fixed[v->text.len] = 0;
    } else text = arena_cstr(r->arena, v->text);
    v->real = strtod(text, NULL);
    return isfinite(v->real) || stop(r, "the number is too large");
}

/* ---- lists and objects */

static const Json **slot_of(const Json *object, Str name)
{
    uint64_t i = hash_str(name) & object->mask;
    while (object->slots[i] && !str_eq(object->slots[i]->name, name)) i = (i + 1) & object->mask;
    return &object->slots[i];
}

/** Twice the room, with all that is in it. */
static void index_members(Arena *a, Json *object)
{
    object->mask = object->slots ? object->mask * 2 + 1 : 4 * MANY - 1;
    object->slots = arena_array(a, const Json *, object->mask + 1);
    for (const Json *m = object->first; m; m = m->next) *slot_of(object, m->name) = m;
}

const Json *json_get(const Json *object, Str name)
{
    if (!json_is(object, JS_OBJECT)) return NULL;
    if (object->slots) return *slot_of(object, name);
    for (const Json *m = object->first; m; m = m->next)
        if (str_eq(m->name, name)) return m;
    return NULL;
}

static bool read_value(Reader *r, Json *v);

static bool read_member(Reader *r, Json *object, const Json ***last)
{
    Json *member = arena_make(r->arena, Json);
    if (!next_is(r, '"')) return stop(r, "a member begins with its name in quotes");
    if (!read_text(r, &member->name)) return false;
    if (memchr(member->name.at, 0, member->name.len)) return stop(r, "a name holds a NUL");
    if (json_get(object, member->name)) return stop(r, "two members have the same name");
    if (!next_is(r, ':')) return stop(r, "a colon is missing behind a name");
    if (!read_value(r, member)) return false;
    **last = member;
    *last = &member->next;
    object->count++;
    if (object->count == MANY || (object->slots && object->count * 2ull > object->mask)) index_members(r->arena, object);
    else if (object->slots) *slot_of(object, member->name) = member;
    return true;
}

static bool read_item(Reader *r, Json *list, const Json ***last)
{
    Json *item = arena_make(r->arena, Json);
    if (!read_value(r, item)) return false;
    **last = item;
    *last = &item->next;
    list->count++;
    return true;
}

/** Behind its first bracket. */
static bool read_nest(Reader *r, Json *v, JsonKind kind)
{
    char close = kind == JS_LIST ? ']' : '}';
    const Json **last = &v->first;
    v->kind = kind;
    if (++r->depth > JSON_DEPTH_MOST) return stop(r, "it is nested deeper than 64 levels");
    if (!next_is(r, close)) {
        do {
            if (!(kind == JS_LIST ? read_item : read_member)(r, v, &last)) return false;
        } while (next_is(r, ','));
        if (!next_is(r, close)) return stop(r, kind == JS_LIST ? "a comma or ] is missing" : "a comma or } is missing");
    }
    r->depth--;
    return true;
}

static bool read_word(Reader *r, const char *word, Json *v, JsonKind kind)
{
    size_t n = strlen(word);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0) return stop(r, "no value begins like this");
    r->at += n;
    v->kind = kind;
    return true;
}

static bool read_value(Reader *r, Json *v)
{
    skip_space(r);
    if (r->at == r->end) return stop(r, "a value is missing");
    switch (*r->at) {
    case '"': r->at++; v->kind = JS_TEXT; return read_text(r, &v->text);
    case '{': r->at++; return read_nest(r, v, JS_OBJECT);
    case '[': r->at++; return read_nest(r, v, JS_LIST);
    case 't': return read_word(r, "true", v, JS_TRUE);
    case 'f': return read_word(r, "false", v, JS_FALSE);
    case 'n': return read_word(r, "null", v, JS_NULL);
    default: return read_number(r, v);
    }
}

/** Line and column, both from 1, columns in characters. */
static Err complaint(Reader *r)
{
    size_t line = 1;
    const char *from = r->begin;
    for (const char *p = r->begin; p < r->at; p++)
        if (*p == '\n') { line++; from = p + 1; }
    return fail(r->arena, ERR_INVALID, "not JSON: %s, at line %zu, column %zu", r->why, line,
                utf8_length((Str){ from, (size_t)(r->at - from) }) + 1);
}

Err json_read(Arena *a, Str text, const Json **ret)
{
    Reader r = { .arena = a, .begin = text.at ? text.at : "" };
    Json *v = arena_make(a, Json);
    r.at = r.begin;
    r.end = r.begin + text.len;
    if (!utf8_valid(text)) stop(&r, "it is not UTF-8");
    else if (read_value(&r, v)) {
        skip_space(&r);
        if (r.at < r.end) stop(&r, "something stands behind the end");
    }
    if (r.why) return complaint(&r);
    *ret = v;
    return OK;
}

const Json *json_at(const Json *list, size_t at)
{
    if (!json_is(list, JS_LIST) || at >= list->count) return NULL;
    const Json *v = list->first;
    while (at--) v = v->next;
    return v;
}

/* ---- writing */

static void write_text(Buf *to, Str text)
{
    static const char escapes[] = "\bb\ff\nn\rr\tt";
    buf_byte(to, '"');
    for (size_t i = 0, from = 0; i <= text.len; i++) {
        unsigned char c = i < text.len ? (unsigned char)text.at[i] : 0;
        if (i < text.len && c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(to, str_sub(text, from, i - from));
        from = i + 1;
        if (i == text.len) break;
        const char *known = c && c < 0x20 ? strchr(escapes, c) : NULL;
        if (known || c >= 0x20) { buf_byte(to, '\\'); buf_byte(to, known ? known[1] : (char)c); }
        else buf_fmt(to, "\\u%04x", c);
    }
    buf_byte(to, '"');
}

static void write_value(Buf *to, const Json *v);

static void write_nest(Buf *to, const Json *v)
{
    bool object = v->kind == JS_OBJECT;
    buf_byte(to, object ? '{' : '[');
    for (const Json *x = v->first; x; x = x->next) {
        if (x != v->first) buf_byte(to, ',');
        if (object) { write_text(to, x->name); buf_byte(to, ':'); }
        write_value(to, x);
    }
    buf_byte(to, object ? '}' : ']');
}

static void write_value(Buf *to, const Json *v)
{
    switch (v->kind) {
    case JS_NULL: buf_add(to, S("null")); return;
    case JS_FALSE: buf_add(to, S("false")); return;
    case JS_TRUE: buf_add(to, S("true")); return;
    case JS_INT: case JS_REAL: buf_add(to, v->text); return;
    case JS_TEXT: write_text(to, v->text); return;
    case JS_LIST: case JS_OBJECT: write_nest(to, v);
    }
}

Str json_compact(Arena *a, const Json *v)
{
    Buf to = buf_new(a, 64u << 20);
    if (v) write_value(&to, v);
    return buf_str(&to);
}

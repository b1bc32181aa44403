#include "base/buf.h"
#include <stdio.h>
#include "base/utf8.h"

Buf buf_new(Arena *a, size_t max_bytes) { return (Buf){ .arena = a, .max_bytes = max_bytes }; }

/** Makes room for `more` bytes and a NUL. False (and full) when that would pass the maximum. */
static bool reserve(Buf *b, size_t more)
{
    if (b->full || more > b->max_bytes - b->len) { b->full = true; return false; }
    if (b->len + more + 1 > b->room) {
        size_t room = b->room ? b->room * 2 : 256;
        while (room < b->len + more + 1) room *= 2;
        char *at = arena_bytes(b->arena, room, 1);
        if (b->len) memcpy(at, b->at, b->len);
        b->at = at;
        b->room = room;
    }
    return true;
}

void buf_add(Buf *b, Str s)
{
    if (s.len == 0 || !reserve(b, s.len)) return;
    memcpy(b->at + b->len, s.at, s.len);
    b->len += s.len;
    b->at[b->len] = 0;
}

void buf_bytes_(Buf *b, const char *at, size_t len) { buf_add(b, (Str){ at, len }); }

void buf_fmt(Buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(b, (size_t)n)) return;
    va_start(ap, fmt);
    vsnprintf(b->at + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

/** How many bytes of `s` from `i` need no escape in JSON: well-formed and harmless. */
static size_t json_plain(Str s, size_t i)
{
    static const bool stops[256] = { [0 ... 0x1f] = true, ['"'] = true, ['\\'] = true, ['<'] = true, [0x7f ... 0xff] = true };
    size_t from = i;
    while (i < s.len && !stops[(unsigned char)s.at[i]]) i++;
    return i - from;
}

void buf_json(Buf *b, Str s)
{
    buf_byte(b, '"');
    for (size_t i = 0; i < s.len;) {
        size_t plain = json_plain(s, i);
        buf_add(b, str_sub(s, i, plain));
        i += plain;
        if (i == s.len) break;
        size_t width;
        uint32_t c = utf8_next(s, i, &width);
        if (c == '"') buf_add(b, S("\\\""));
        else if (c == '\\') buf_add(b, S("\\\\"));
        else if (c == '\n') buf_add(b, S("\\n"));
        else if (c == '\t') buf_add(b, S("\\t"));
        else if (c < 0x20 || c == '<' || c == 0x7f || c == 0x2028 || c == 0x2029) buf_fmt(b, "\\u%04x", c);
        else if (c == UTF8_BAD) buf_add(b, S("\xEF\xBF\xBD"));
        else buf_add(b, str_sub(s, i, width));
        i += width;
    }
    buf_byte(b, '"');
}

void buf_html(Buf *b, Str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        Str entity = { 0 };
        switch (s.at[i]) {
        case '&': entity = S("&amp;"); break;
        case '<': entity = S("&lt;"); break;
        case '>': entity = S("&gt;"); break;
        case '"': entity = S("&quot;"); break;
        case '\'': entity = S("&#39;"); break;
        default: continue;
        }
        buf_add(b, str_sub(s, from, i - from));
        buf_add(b, entity);
        from = i + 1;
    }
    buf_add(b, str_sub(s, from, s.len));
}

Str buf_str(const Buf *b) { return b->at ? (Str){ b->at, b->len } : S(""); }

/* Text as it is compared: nothing invisible, one form of each letter. */
#include "base/utf8.h"
#include "feature/draft/ground.h"

static bool is_invisible(uint32_t c)
{
    return c < 0x20 || c == 0x7F || (c >= 0x80 && c < 0xA0) || c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
           (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0x3164 ||
           (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || c == 0xFFA0 || (c >= 0xFFF0 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF) || c == UTF8_BAD;
}

/** The ASCII form of a character that looks like one, or the character itself. */
static uint32_t folded(uint32_t c)
{
    static const struct { uint32_t from; char to; } forms[] = {
        { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201C, '"' }, { 0x201D, '"' }, { 0x201E, '"' }, { 0x00AB, '"' }, { 0x00BB, '"' }, { 0x300C, '"' }, { 0x300D, '"' }, { 0x300E, '"' },
        { 0x300F, '"' }, { 0x3002, '.' }, { 0x3001, ',' }, { 0x2010, '-' }, { 0x2011, '-' }, { 0x2012, '-' }, { 0x2013, '-' }, { 0x2212, '-' }, { 0x00A0, ' ' },
        { 0x3000, ' ' }, { 0x202F, ' ' }, { 0x2028, ' ' }, { 0x2029, ' ' }, { 0x223C, '~' }, { 0x2248, '~' }, { 0 } };
    if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
    if (c >= 0x2000 && c <= 0x200A) return ' ';
    for (size_t i = 0; forms[i].from; i++) if (forms[i].from == c) return (uint32_t)forms[i].to;
    return c;
}

typedef enum Form { CLEAN, PLAIN, FOLD } Form;

static Str formed(Arena *a, Str s, Form form)
{
    char *to = arena_bytes(a, s.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0, w; i < s.len; i += w) {
        unsigned char b = (unsigned char)s.at[i];
        uint32_t c = b < 0x80 ? (w = 1, b) : utf8_next(s, i, &w);
        if (c == '\n' || c == '\t' || c == '\r') c = ' ';
        if (is_invisible(c)) continue;
        if (form != CLEAN) c = folded(c);
        if (form == FOLD && c >= 'A' && c <= 'Z') c += 'a' - 'A';
        if (c == ' ' && n && to[n - 1] == ' ') continue;
        n += utf8_put(to + n, c);
    }
    return (Str){ to, n };
}

Str ground_plain(Arena *a, Str s) { return formed(a, s, PLAIN); }
Str ground_fold(Arena *a, Str s) { return formed(a, s, FOLD); }
Str ground_clean(Arena *a, Str s) { return str_trim(formed(a, s, CLEAN)); }

#include "base/utf8.h"

uint32_t utf8_next(Str s, size_t i, size_t *ret_width)
{
    const unsigned char *p = (const unsigned char *)s.at + i;
    size_t left = s.len - i;
    *ret_width = 1;
    if (p[0] < 0x80) return p[0];
    size_t need = p[0] >= 0xC2 && p[0] < 0xE0   ? 2
                  : p[0] >= 0xE0 && p[0] < 0xF0 ? 3
                  : p[0] >= 0xF0 && p[0] < 0xF5 ? 4
                                                : 0;
    if (need == 0 || need > left) return UTF8_BAD;
    uint32_t c = p[0] & (0xFFu >> (need + 1));
    for (size_t k = 1; k < need; k++) {
        if ((p[k] & 0xC0) != 0x80) return UTF8_BAD;
        c = c << 6 | (p[k] & 0x3Fu);
    }
    if ((need == 3 && c < 0x800) || (need == 4 && c < 0x10000) || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        return UTF8_BAD;
    *ret_width = need;
    return c;
}

bool utf8_valid(Str s)
{
    for (size_t i = 0, w; i < s.len; i += w) {
        uint64_t eight;
        for (; s.len - i >= 8 && !(memcpy(&eight, s.at + i, 8), eight & 0x8080808080808080); i += 8) { }   /* ASCII, mostly */
        if (i == s.len) return true;
        if (utf8_next(s, i, &w) == UTF8_BAD) return false;
    }
    return true;
}

Str utf8_clip(Str s, size_t max_bytes)
{
    if (s.len <= max_bytes) return s;
    size_t n = max_bytes;
    while (n && ((unsigned char)s.at[n] & 0xC0) == 0x80) n--;
    return str_sub(s, 0, n);
}

size_t utf8_length(Str s)
{
    size_t n = 0;
    for (size_t i = 0, w; i < s.len; i += w, n++) utf8_next(s, i, &w);
    return n;
}

size_t utf8_width_utf16(Str s)
{
    size_t n = 0;
    for (size_t i = 0, w; i < s.len; i += w) {
        uint32_t c = utf8_next(s, i, &w);
        n += c != UTF8_BAD && c >= 0x10000 ? 2 : 1;
    }
    return n;
}

size_t utf8_put(char *to, uint32_t c)
{
    if (c < 0x80) { to[0] = (char)c; return 1; }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t k = n - 1; k; k--, c >>= 6) to[k] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)((0xF00u >> n & 0xF0u) | c);
    if (n == 2) to[0] = (char)(0xC0 | c);
    return n;
}

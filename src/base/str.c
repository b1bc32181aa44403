#include "base/str.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool str_eq_nocase(Str a, Str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i])) return false;
    return true;
}

int str_cmp(Str a, Str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.at, b.at, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_sub(s, 0, prefix.len), prefix);
}

bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

Str str_sub(Str s, size_t from, size_t len)
{
    if (from > s.len) from = s.len;
    if (len > s.len - from) len = s.len - from;
    return (Str){ s.at + from, len };
}

ptrdiff_t str_index(Str s, char c)
{
    const char *p = s.len ? memchr(s.at, c, s.len) : NULL;
    return p ? p - s.at : -1;
}

ptrdiff_t str_find(Str s, Str part)
{
    const char *p = part.len == 0 ? s.at : s.len ? memmem(s.at, s.len, part.at, part.len) : NULL;
    return p || part.len == 0 ? (part.len ? p - s.at : 0) : -1;
}

Str str_before(Str s, char c)
{
    ptrdiff_t i = str_index(s, c);
    return i < 0 ? s : str_sub(s, 0, (size_t)i);
}

Str str_after(Str s, char c)
{
    ptrdiff_t i = str_index(s, c);
    return i < 0 ? (Str){ s.at + s.len, 0 } : str_sub(s, (size_t)i + 1, s.len);
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

Str str_trim(Str s)
{
    while (s.len && is_space(s.at[0])) s = str_sub(s, 1, s.len);
    while (s.len && is_space(s.at[s.len - 1])) s.len--;
    return s;
}

bool str_next(Str *rest, char sep, Str *ret)
{
    if (!rest->at || rest->len == 0) return false;
    ptrdiff_t i = str_index(*rest, sep);
    if (i < 0) {
        *ret = *rest;
        *rest = (Str){ NULL, 0 };
    } else {
        *ret = str_sub(*rest, 0, (size_t)i);
        *rest = str_sub(*rest, (size_t)i + 1, rest->len);
    }
    return true;
}

bool str_int(Str s, int64_t *ret)
{
    bool minus = s.len && s.at[0] == '-';
    if (minus) s = str_sub(s, 1, s.len);
    if (s.len == 0 || s.len > 19) return false;
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return false;
        n = n * 10 + (uint64_t)(s.at[i] - '0');
    }
    if (n > (uint64_t)INT64_MAX + (minus ? 1 : 0)) return false;
    *ret = minus ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

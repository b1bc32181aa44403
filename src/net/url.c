#include "net/url.h"
#include "base/utf8.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool url_decode(Arena *a, Str s, UrlPlus plus, Str *ret)
{
    bool plain = true;
    for (size_t i = 0; i < s.len && plain; i++)
        plain = s.at[i] != '%' && !(s.at[i] == '+' && plus == URL_PLUS_IS_SPACE);
    if (plain) { *ret = s; return true; }
    char *to = arena_bytes(a, s.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '%') {
            if (s.len - i < 3) return false;
            int high = hex(s.at[i + 1]), low = hex(s.at[i + 2]);
            if (high < 0 || low < 0) return false;
            to[n++] = (char)(high << 4 | low);
            i += 2;
        } else {
            to[n++] = s.at[i] == '+' && plus == URL_PLUS_IS_SPACE ? ' ' : s.at[i];
        }
    }
    *ret = (Str){ to, n };
    return true;
}

bool url_is_text(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7F) return false;
    return utf8_valid(s);
}

Str url_encode(Arena *a, Str s)
{
    static const char digits[] = "0123456789ABCDEF";
    char *to = arena_bytes(a, s.len * 3 + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '.' || c == '_' || c == '~';
        if (kept) { to[n++] = (char)c; continue; }
        to[n++] = '%';
        to[n++] = digits[c >> 4];
        to[n++] = digits[c & 15];
    }
    return (Str){ to, n };
}

bool url_next_param(Str *rest, Str *ret_name, Str *ret_value)
{
    Str part;
    while (str_next(rest, '&', &part)) {
        if (str_empty(part)) continue;
        *ret_name = str_before(part, '=');
        *ret_value = str_after(part, '=');
        return true;
    }
    return false;
}

bool url_cookie(Str header, Str name, Str *ret)
{
    Str part;
    while (str_next(&header, ';', &part)) {
        part = str_trim(part);
        if (str_index(part, '=') < 0 || !str_eq(str_trim(str_before(part, '=')), name)) continue;
        Str value = str_trim(str_after(part, '='));
        if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
            value = str_sub(value, 1, value.len - 2);
        *ret = value;
        return true;
    }
    return false;
}

bool url_has_token(Str header, Str token)
{
    Str part;
    while (str_next(&header, ',', &part))
        if (str_eq_nocase(str_trim(part), token)) return true;
    return false;
}

/** True when the parameters after a coding say q=0, q=0.0, … */
static bool is_refused(Str parameters)
{
    Str part;
    while (str_next(&parameters, ';', &part)) {
        part = str_trim(part);
        if (part.len < 3 || (part.at[0] != 'q' && part.at[0] != 'Q') || part.at[1] != '=') continue;
        for (size_t i = 2; i < part.len; i++)
            if (part.at[i] >= '1' && part.at[i] <= '9') return false;
        return true;
    }
    return false;
}

bool url_accepts_coding(Str header, Str coding)
{
    Str part;
    bool any = false;
    while (str_next(&header, ',', &part)) {
        Str name = str_trim(str_before(part, ';'));
        if (str_eq_nocase(name, coding)) return !is_refused(str_after(part, ';'));
        if (str_eq(name, S("*"))) any = !is_refused(str_after(part, ';'));
    }
    return any;
}

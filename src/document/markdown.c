#include "document/markdown.h"

const CalloutName callout_names[] = {
    { "info", "NOTE" }, { "warning", "WARNING" }, { "danger", "CAUTION" }, { "success", "TIP" },
    { "info", "INFO" }, { "info", "IMPORTANT" }, { "danger", "DANGER" }, { "success", "SUCCESS" }, { 0 },
};

const InlineTag inline_tags[] = {
    { "bold", "strong" }, { "italic", "em" }, { "strike", "s" }, { "underline", "u" }, { "highlight", "mark" }, { "code", "code" },
    { "bold", "b" }, { "italic", "i" }, { "strike", "del" }, { 0 },
};

int mark_rank(Str type)
{
    static const char *const order[] = { "link", "bold", "italic", "strike", "underline", "highlight", "code", NULL };
    int i = 0;
    while (order[i] && !str_eq(type, str_of(order[i]))) i++;
    return i;
}

void percent_into(Buf *b, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || memchr("-._~:", c, 5)) buf_byte(b, (char)c);
        else buf_fmt(b, "%%%02X", c);
    }
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Str percent_decoded(Arena *a, Str s)
{
    Buf b = buf_new(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++) {
        bool coded = s.at[i] == '%' && i + 2 < s.len && hex_of(s.at[i + 1]) >= 0 && hex_of(s.at[i + 2]) >= 0;
        if (coded) { buf_byte(&b, (char)(hex_of(s.at[i + 1]) * 16 + hex_of(s.at[i + 2]))); i += 2; }
        else buf_byte(&b, s.at[i]);
    }
    return buf_str(&b);
}

Str percent_get(Arena *a, Str pairs, const char *key)
{
    Str pair;
    while (str_next(&pairs, '&', &pair))
        if (str_eq(str_before(pair, '='), str_of(key))) return percent_decoded(a, str_after(pair, '='));
    return S("");
}

/* Any bytes as a path, a query, a Cookie header, a list of codings and a list of addresses. */
#include <stdlib.h>
#include "net/addr.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 14);
    /* A copy of its own length, so that reading past the end is noticed. */
    char *copy = malloc(size ? size : 1);
    if (size) memcpy(copy, data, size);
    Str s = { copy, size }, out, back, name, value, rest = s;
    for (int plus = URL_PLUS_IS_PLUS; plus <= URL_PLUS_IS_SPACE; plus++) {
        if (!url_decode(a, s, plus, &out)) continue;
        if (out.len > s.len) abort();
        if (!url_decode(a, url_encode(a, out), plus, &back) || !str_eq(out, back)) abort();
    }
    while (url_next_param(&rest, &name, &value))
        if (name.at < s.at || name.at + name.len > s.at + s.len
            || (value.len && value.at + value.len > s.at + s.len))
            abort();
    if (url_cookie(s, S("a"), &value) && value.len
        && (value.at < s.at || value.at + value.len > s.at + s.len))
        abort();
    url_has_token(s, S("upgrade"));
    url_accepts_coding(s, S("gzip"));
    url_is_text(s);
    Addr addr, again;
    Str bad;
    char text[ADDR_TEXT_MAX];
    if (addr_parse(s, &addr)
        && (!addr_parse(addr_text(addr, text), &again) || !addr_eq(addr, again)))
        abort();
    if (!addr_list_valid(s, &bad) && (bad.at < s.at || bad.at + bad.len > s.at + s.len)) abort();
    addr_in_list((Addr){ 0 }, s);
    free(copy);
    return 0;
}

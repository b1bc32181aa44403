#include "app/fold.h"
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include "base/utf8.h"

Str fold_key(Arena *a, Str text)
{
    UErrorCode bad = U_ZERO_ERROR;
    const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&bad);
    int32_t room = (int32_t)text.len * 4 + 16, wide_len = 0, narrow_len = 0;
    UChar *wide = arena_array(a, UChar, (size_t)room), *folded = arena_array(a, UChar, (size_t)room);
    char *narrow = arena_array(a, char, (size_t)room * 3);
    u_strFromUTF8(wide, room, &wide_len, text.at ? text.at : "", (int32_t)text.len, &bad);
    int32_t folded_len = unorm2_normalize(nfkc, wide, wide_len, folded, room, &bad);
    u_strToUTF8(narrow, room * 3, &narrow_len, folded, folded_len, &bad);
    return U_FAILURE(bad) ? text : (Str){ narrow, (size_t)narrow_len };
}

Str like_anywhere(Arena *a, Str text)
{
    Str key = fold_key(a, utf8_clip(text, 200));
    Buf b = buf_new(a, 4096);
    buf_byte(&b, '%');
    for (size_t i = 0; i < key.len; i++) {
        if (key.at[i] == '%' || key.at[i] == '_' || key.at[i] == '\\') buf_byte(&b, '\\');
        buf_byte(&b, key.at[i]);
    }
    buf_byte(&b, '%');
    return buf_str(&b);
}

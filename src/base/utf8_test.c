#include "base/spec.h"
#include "base/utf8.h"

SPEC("every code point comes back as it was put")
{
    for (uint32_t c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
        if (c >= 0xD800 && c < 0xE000) continue;
        char bytes[4];
        size_t n = utf8_put(bytes, c), width;
        expect(utf8_next((Str){ bytes, n }, 0, &width) == c && width == n);
    }
}

SPEC("over-long forms, surrogates, values past the end and cut characters are ill-formed")
{
    static const Str bad[] = { S_INIT("\xC0\x80"),
                               S_INIT("\xC1\xBF"),
                               S_INIT("\xE0\x80\x80"),
                               S_INIT("\xE0\x9F\xBF"),
                               S_INIT("\xED\xA0\x80"),
                               S_INIT("\xF0\x8F\xBF\xBF"),
                               S_INIT("\xF4\x90\x80\x80"),
                               S_INIT("\xF5\x80\x80\x80"),
                               S_INIT("\xE9\x94"),
                               S_INIT("\x80"),
                               S_INIT("a\xFF") };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect(!utf8_valid(bad[i]));
    expect(utf8_valid(S("aé键\U0001F600")) && utf8_valid(S("")));
    size_t width;
    expect(utf8_next(S("\xE9\x94"), 0, &width) == UTF8_BAD);
    expect_int(1, (int)width);
}

SPEC("one ill-formed byte is found wherever it stands in a long text")
{
    char text[100];
    for (size_t len = 0; len <= sizeof text; len++)
        for (size_t bad = 0; bad < len; bad++) {
            memset(text, 'a', sizeof text);
            expect(utf8_valid((Str){ text, len }));
            text[bad] = (char)0xC3;
            expect(!utf8_valid((Str){ text, len }));
        }
}

SPEC("clipping never cuts a character")
{
    expect_str("a", utf8_clip(S("a键b"), 3));
    expect_str("a键", utf8_clip(S("a键b"), 4));
    expect_str("", utf8_clip(S("\U0001F600"), 3));
    expect_str("abc", utf8_clip(S("abc"), 3));
}

SPEC("lengths are counted in code points and in UTF-16 units")
{
    expect_int(4, (int)utf8_length(S("aé键\U0001F600")));
    expect_int(5, (int)utf8_width_utf16(S("aé键\U0001F600")));
    expect_int(2, (int)utf8_length(S("\xE9\x94")));
}

#include "base/buf.h"
#include "base/spec.h"

SPEC("a buffer holds what was added, in order, and ends with a NUL")
{
    auto_arena a = arena_new(64);
    Buf b = buf_new(a, 100000);
    expect_str("", buf_str(&b));
    for (int i = 0; i < 2000; i++) buf_fmt(&b, "%d,", i);
    buf_add(&b, S("end"));
    buf_byte(&b, '.');
    expect(str_starts(buf_str(&b), S("0,1,2,")) && str_ends(buf_str(&b), S("1998,1999,end.")));
    expect_int(0, buf_str(&b).at[b.len]);
}

SPEC("past its maximum a buffer is full and takes nothing more until it is cleared")
{
    auto_arena a = arena_new(64);
    Buf b = buf_new(a, 4);
    buf_add(&b, S("abcd"));
    expect(!buf_full(&b));
    buf_add(&b, S("e"));
    expect(buf_full(&b));
    expect_str("abcd", buf_str(&b));
    buf_clear(&b);
    buf_fmt(&b, "%s", "12345");
    expect(buf_full(&b));
    expect_str("", buf_str(&b));
}

SPEC("JSON strings escape quotes, control bytes, '<' and line separators, and mend ill-formed bytes")
{
    auto_arena a = arena_new(64);
    Buf b = buf_new(a, 1000);
    buf_json(&b, S("a\"b\\c\n\t\x01</script>\u2028é键\U0001F600\xff"));
    expect_str("\"a\\\"b\\\\c\\n\\t\\u0001\\u003c/script>\\u2028é键\U0001F600\uFFFD\"", buf_str(&b));
}

SPEC("HTML escapes the five characters that mean something, in text and in attributes")
{
    auto_arena a = arena_new(64);
    Buf b = buf_new(a, 1000);
    buf_html(&b, S("<a href=\"x\" title='y'>R&D</a>"));
    expect_str("&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;R&amp;D&lt;/a&gt;", buf_str(&b));
}

#include "base/csv.h"
#include "base/spec.h"

SPEC("a CSV field with commas, quotes or lines is quoted, and its quotes are doubled")
{
    auto_arena a = arena_new(1024);
    Buf b = buf_new(a, 1024);
    csv_row(&b, (Str[]){ S("plain"), S("a,b"), S("say \"hi\""), S("two\nlines"), S(""), { 0 } });
    expect_str("plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\r\n", buf_str(&b));
}

SPEC("a CSV field that a spreadsheet would run as a formula is defused")
{
    auto_arena a = arena_new(1024);
    Buf b = buf_new(a, 1024);
    csv_row(&b, (Str[]){ S("=HYPERLINK(1)"), S("+1"), S("-1"), S("@x"), S("1-1"), { 0 } });
    expect_str("'=HYPERLINK(1),'+1,'-1,'@x,1-1\r\n", buf_str(&b));
}

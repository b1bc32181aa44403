#include "base/spec.h"

SPEC("comparison without case regards only ASCII letters as having one")
{
    expect(str_eq_nocase(S("Content-TYPE"), S("content-type")));
    expect(!str_eq_nocase(S("a["), S("A{")));
    expect(!str_eq_nocase(S("É"), S("é")));
    expect(!str_eq_nocase(S("ab"), S("abc")));
}

SPEC("order is by bytes, and a prefix comes first")
{
    expect(str_cmp(S("ab"), S("abc")) < 0);
    expect(str_cmp(S("b"), S("abc")) > 0);
    expect(str_cmp(S("\xff"), S("a")) > 0);
    expect_int(0, str_cmp(S(""), (Str){ 0 }));
}

SPEC("a part outside of the string is clipped to it")
{
    expect_str("bc", str_sub(S("abc"), 1, 99));
    expect_str("", str_sub(S("abc"), 9, 1));
    expect_str("", str_sub((Str){ 0 }, 1, 1));
}

SPEC("finding gives the first place or -1")
{
    expect_int(1, str_index(S("abcb"), 'b'));
    expect_int(-1, str_index(S(""), 'b'));
    expect_int(2, str_find(S("abcbc"), S("cb")));
    expect_int(-1, str_find(S("abc"), S("abcd")));
    expect_int(0, str_find(S("abc"), S("")));
    expect_int(0, str_find((Str){ 0 }, S("")));
    expect_int(1, str_find(S("a\0b"), S("\0b")));
}

SPEC("before and after split at the first mark")
{
    expect_str("pagerduty", str_before(S("pagerduty:42:1"), ':'));
    expect_str("42:1", str_after(S("pagerduty:42:1"), ':'));
    expect_str("none", str_before(S("none"), ':'));
    expect_str("", str_after(S("none"), ':'));
    expect_str("", str_after((Str){ 0 }, ':'));
}

SPEC("trimming takes ASCII white space off both ends only")
{
    expect_str("a b", str_trim(S(" \t\r\na b\v\f ")));
    expect_str("", str_trim(S("  ")));
}

SPEC("parts come one by one, empty ones too; an empty string has none")
{
    Str rest = S("a,,b"), part;
    expect(str_next(&rest, ',', &part));
    expect_str("a", part);
    expect(str_next(&rest, ',', &part));
    expect_str("", part);
    expect(str_next(&rest, ',', &part));
    expect_str("b", part);
    expect(!str_next(&rest, ',', &part));
    rest = S("");
    expect(!str_next(&rest, ',', &part));
}

SPEC("whole numbers are read in full or not at all")
{
    int64_t n = 7;
    expect(str_int(S("9223372036854775807"), &n) && n == INT64_MAX);
    expect(str_int(S("-9223372036854775808"), &n) && n == INT64_MIN);
    n = 7;
    expect(!str_int(S("9223372036854775808"), &n));
    expect(!str_int(S("-9223372036854775809"), &n));
    expect(!str_int(S("99999999999999999999"), &n));
    expect(!str_int(S(""), &n) && !str_int(S("-"), &n) && !str_int(S("1 "), &n)
           && !str_int(S("+1"), &n) && !str_int(S("0x1"), &n));
    expect_int(7, n);
    expect(str_int(S("-0"), &n) && n == 0);
}

SPEC("starts and ends regard the whole part")
{
    expect(str_starts(S("postgres://x"), S("postgres://")));
    expect(!str_starts(S("post"), S("postgres")));
    expect(str_ends(S("a.json"), S(".json")) && str_ends(S("a"), S("")));
    expect(!str_ends(S("json"), S(".json")));
}

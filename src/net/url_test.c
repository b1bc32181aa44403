#include "base/spec.h"
#include "net/mime.h"
#include "net/url.h"

SPEC("percent-escapes decode, broken ones are refused")
{
    auto_arena a = arena_new(1000);
    Str s;
    expect(url_decode(a, S("a%20b%2Fc+d%e4%bD%A0"), URL_PLUS_IS_PLUS, &s));
    expect_str("a b/c+d你", s);
    expect(url_decode(a, S("a+b%2B"), URL_PLUS_IS_SPACE, &s));
    expect_str("a b+", s);
    static const Str broken[] = { S_INIT("%"), S_INIT("a%2"), S_INIT("%zz"), S_INIT("%2g"), S_INIT("%%20"), S_INIT("% 20") };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        expect(!url_decode(a, broken[i], URL_PLUS_IS_PLUS, &s));
    expect(url_decode(a, S("%00"), URL_PLUS_IS_PLUS, &s) && s.len == 1 && !url_is_text(s));
    expect(url_decode(a, S("%FF"), URL_PLUS_IS_PLUS, &s) && !url_is_text(s));
}

SPEC("text that is encoded decodes to itself")
{
    auto_arena a = arena_new(1000);
    Str text = S("a b/c?d=e&f+g%h~i-j_k.你\n"), back;
    Str encoded = url_encode(a, text);
    expect_str("a%20b%2Fc%3Fd%3De%26f%2Bg%25h~i-j_k.%E4%BD%A0%0A", encoded);
    expect(url_decode(a, encoded, URL_PLUS_IS_SPACE, &back));
    expect(str_eq(text, back));
}

SPEC("the pieces of a query come in order, empty ones are skipped")
{
    Str rest = S("&a=1&&b&=c&d=e=f&"), name, value;
    expect(url_next_param(&rest, &name, &value) && str_eq(name, S("a")) && str_eq(value, S("1")));
    expect(url_next_param(&rest, &name, &value) && str_eq(name, S("b")) && str_eq(value, S("")));
    expect(url_next_param(&rest, &name, &value) && str_eq(name, S("")) && str_eq(value, S("c")));
    expect(url_next_param(&rest, &name, &value) && str_eq(name, S("d")) && str_eq(value, S("e=f")));
    expect(!url_next_param(&rest, &name, &value));
}

SPEC("a cookie is found by its whole name, with or without quotes")
{
    Str value;
    Str header = S("xa=0; a=1;b=\"2\" ; c ; a=3; d=x=y");
    expect(url_cookie(header, S("a"), &value));
    expect_str("1", value);
    expect(url_cookie(header, S("b"), &value));
    expect_str("2", value);
    expect(url_cookie(header, S("d"), &value));
    expect_str("x=y", value);
    expect(!url_cookie(header, S("c"), &value));
    expect(!url_cookie(header, S("A"), &value));
    expect(!url_cookie(S(""), S("a"), &value));
}

SPEC("codings are taken unless their weight is nothing")
{
    expect(url_accepts_coding(S("gzip"), S("gzip")));
    expect(url_accepts_coding(S("br, GZIP ; q=0.001"), S("gzip")));
    expect(url_accepts_coding(S("*"), S("gzip")));
    expect(!url_accepts_coding(S("*, gzip;q=0"), S("gzip")));
    expect(!url_accepts_coding(S("gzip;q=0.000"), S("gzip")));
    expect(!url_accepts_coding(S("br, deflate"), S("gzip")));
    expect(!url_accepts_coding(S(""), S("gzip")));
    expect(url_has_token(S("keep-alive, Upgrade"), S("upgrade")));
    expect(!url_has_token(S("upgrader"), S("upgrade")));
}

SPEC("files are named by their ending")
{
    expect_str("text/html; charset=utf-8", str_of(mime_type(S("index.HTML"))));
    expect_str("font/woff2", str_of(mime_type(S("a.b.woff2"))));
    expect_str("application/octet-stream", str_of(mime_type(S("html"))));
    expect_str("application/octet-stream", str_of(mime_type(S(".html"))));
}

#include <jansson.h>
#include "base/json.h"
#include "base/spec.h"

/** What jansson makes of it, or NULL; the caller drops it. */
static json_t *by_jansson(Str text)
{
    return json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

static Str refused(Arena *a, Str text)
{
    const Json *v = NULL;
    Err e = json_read(a, text, &v);
    return e.info ? e.info->message : S("");
}

SPEC("JSON: what is read is what was written, as jansson reads it")
{
    auto_arena a = arena_new(4096);
    static const char *const texts[] = {
        "null", " true ", "false", "0", "-0", "12", "-12", "9223372036854775807", "-9223372036854775808", "1.5", "-0.0", "1e3",
        "1E-3", "123456789012345678901234567890.5", "0.000000000000000000000000000000000000000000000000000000000000000000000001",
        "\"\"", "\"a\"", "\"支付\"", "\"\\u652f\\u4ed8\"", "\"\\ud83d\\ude00\"", "\"a\\u0000b\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"eight bytes and an escape \\n and more than eight\"", "\"\\u001f\x7f\"",
        "[]", "[ ]", "[1,[2,[3]],{}]", "{}", "{\"a\":1,\"b\":[true,false,null],\"\":{\"c\":\"d\"}}", "{\"\\u0061\":1}",
        "\r\n\t {\"a\" :\n1 , \"b\": [ 1 , 2 ]}\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const Json *v = NULL;
        json_t *want = by_jansson(str_of(texts[i]));
        expect_ok(json_read(a, str_of(texts[i]), &v));
        json_t *back = by_jansson(json_compact(a, v));
        expect(want && back && json_equal(want, back));
        json_decref(want);
        json_decref(back);
    }
}

SPEC("JSON: what is no JSON is refused, by jansson too, with its place")
{
    auto_arena a = arena_new(4096);
    static const char *const texts[] = {
        "", " ", "nul", "nulll", "True", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
        "{a:1}", "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\":1}{", "1 2", "01", "-01", "+1", "-", ".5", "5.", "1e", "1e+", "0x10",
        "1e400", "NaN", "Infinity", "\"", "\"a", "\"\\", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12g4\"",
        "\"\\ud83d\"", "\"\\ud83d\\u0041\"", "\"\\ude00\"", "\"a\nb\"", "\"\x01\"", "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"",
        "{\"a\":1,\"a\":2}", "{\"a\\u0000\":1}", "// no\n1", ("\xef\xbb\xbf" "1"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *none = by_jansson(str_of(texts[i]));
        expect(!none);
        json_decref(none);
        expect_has("not JSON: ", refused(a, str_of(texts[i])));
    }
    expect_str("not JSON: a comma or } is missing, at line 2, column 7", refused(a, S("{\"a\":1,\n\"支\":1 1}")));
    expect_str("not JSON: two members have the same name, at line 1, column 12", refused(a, S("{\"a\":1, \"a\":2}")));
}

SPEC("JSON: an integer of more than 64 bits is a number whose text says it exactly, where jansson gives up")
{
    auto_arena a = arena_new(4096);
    const Json *v;
    expect_ok(json_read(a, S("{\"id\":18446744073709551615,\"n\":-9223372036854775809}"), &v));
    expect(json_is(v->first, JS_REAL));
    expect_str("{\"id\":18446744073709551615,\"n\":-9223372036854775809}", json_compact(a, v));
}

SPEC("JSON: nesting has a limit")
{
    auto_arena a = arena_new(4096);
    Buf deep = buf_new(a, 1000);
    for (int i = 0; i < JSON_DEPTH_MOST; i++) buf_byte(&deep, '[');
    for (int i = 0; i < JSON_DEPTH_MOST; i++) buf_byte(&deep, ']');
    expect_str("", refused(a, buf_str(&deep)));
    expect_has("nested deeper than 64", refused(a, arena_fmt(a, "[" STR_FMT "]", STR_ARG(buf_str(&deep)))));
}

SPEC("JSON: members are found by name among few and among many, items by place")
{
    auto_arena a = arena_new(4096);
    const Json *v = NULL;
    Buf many = buf_new(a, 1 << 20);
    for (int i = 0; i < 3000; i++) buf_fmt(&many, "%s\"k%d\":%d", i ? "," : "{", i, i);
    Str whole = arena_fmt(a, STR_FMT ",\"k7\":1}", STR_ARG(buf_str(&many)));
    expect_has("two members have the same name", refused(a, whole));
    buf_byte(&many, '}');
    expect_ok(json_read(a, buf_str(&many), &v));
    expect_int(3000, v->count);
    for (int i = 0; i < 3000; i++) expect_int(i, json_int_of(json_get(v, arena_fmt(a, "k%d", i))));
    expect(!json_get(v, S("k3000")));

    expect_ok(json_read(a, S("{\"a\":\"x\",\"n\":null,\"l\":[1,\"y\"],\"r\":1.50}"), &v));
    expect_str("x", json_str_at(v, S("a")));
    expect_str("", json_str_at(v, S("l")));
    expect_str("y", json_str_of(json_at(json_get(v, S("l")), 1)));
    expect_str("1.50", json_get(v, S("r"))->text);
    expect(!json_at(json_get(v, S("l")), 2) && !json_at(v, 0) && !json_get(NULL, S("a")) && !json_get(json_get(v, S("l")), S("a")));
    expect(json_is_nothing(json_get(v, S("n"))) && json_is_nothing(json_get(v, S("z"))));
    int items = 0, members = 0;
    json_items(v, x) items += x != v;
    json_members(v, x) members += x->name.len == 1;
    expect_int(0, items);
    expect_int(4, members);
}

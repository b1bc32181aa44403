/** The wire format: numbers, strings, contents, limits. The numbers in the sentences are those of
 *  the traps that Yjs engines are known to fall into (README.md). */
#include <math.h>

#include "spec.h"

static CrdtErr validate(const char *update)
{
    return crdt_validate_update(hex(update), NULL);
}

SPEC("trap 1: clocks count UTF-16 units, the wire holds UTF-8")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, crdt_str("aé事😀"), NULL, 0)));
    expect(crdt_length(d, t) == 5);
    expect(crdt_state(d, 1) == 5);
    expect_bytes(vector_of(d), hex("010105"));
}

SPEC("trap 2: a cut through a surrogate pair leaves U+FFFD on both sides, on every replica")
{
    CrdtDoc *d = given_doc(1);
    apply(d, hex("0101010004010174 06 61f09f98806200"));
    apply(d, hex("010102 00 c4 0101 0102 01 7c 00")); /* between units 1 and 2 */
    expect_text(d, "t", "a\uFFFD|\uFFFDb");
}

SPEC("trap 2: reading cuts nothing")
{
    CrdtDoc *d = given_doc(1);
    apply(d, hex("0101010004010174 06 61f09f98806200"));
    CrdtBytes before = state_of(d);
    CrdtValue v;
    for (uint64_t i = 0; i < 4; i++)
        expect(crdt_child_at(d, root(d, "t"), i, &v));
    expect_bytes(state_of(d), before);
}

SPEC("trap 2: writes refuse to cut a pair and change nothing")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, crdt_str("a😀b"), NULL, 0)));
    CrdtBytes before = state_of(d);
    CrdtAttr bold = { CRDT_STR("b"), CRDT_STR("1") };
    expect_ok(crdt_begin(d));
    expect_err(CRDT_RANGE, crdt_text_insert(d, t, 2, CRDT_STR("x"), NULL, 0));
    expect_err(CRDT_RANGE, crdt_text_insert(d, t, 2, CRDT_STR("x"), &bold, 1));
    expect_err(CRDT_RANGE, crdt_text_delete(d, t, 1, 1));
    expect_err(CRDT_RANGE, crdt_text_delete(d, t, 2, 2));
    expect_err(CRDT_RANGE, crdt_text_format(d, t, 0, 2, &bold, 1));
    expect(take_commit(d).len == 0);
    expect_bytes(state_of(d), before);
}

SPEC("trap 2: a diff that starts inside a pair begins with U+FFFD, from a document and from bytes")
{
    CrdtBytes update = hex("0101010004010174 06 61f09f98806200");
    CrdtDoc *d = given_doc(9);
    apply(d, update);
    CrdtBuf *a = given_buf(), *b = given_buf();
    expect_ok(crdt_encode_diff(d, hex("010102"), a));
    expect_ok(crdt_diff_update(update, hex("010102"), b, NULL));
    expect_bytes(crdt_buf_bytes(a), hex("01010102 84 0101 04 efbfbd62 00"));
    expect_bytes(crdt_buf_bytes(b), crdt_buf_bytes(a));
}

SPEC("trap 3: text holds NUL and U+FFFD, keys may be empty or __proto__")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, ""), m = root(d, "m");
    CrdtBytes odd = { (const uint8_t *)"a\0\xEF\xBF\xBD", 5 };
    commit(d, ok(crdt_text_insert(d, t, 0, odd, NULL, 0)),
           ok(crdt_set(d, m, CRDT_STR(""), CRDT_STR("1"))),
           ok(crdt_set(d, m, CRDT_STR("__proto__"), CRDT_STR("2"))));
    CrdtDoc *e = given_doc(2);
    apply(e, state_of(d));
    CrdtBuf *b = given_buf();
    expect_ok(crdt_text(e, crdt_root(e, CRDT_STR("")), b));
    expect_bytes(crdt_buf_bytes(b), odd);
    expect_json(e, "m", CRDT_MAP, "{\"\":1,\"__proto__\":2}");
}

SPEC("trap 4: client ids reach 2^53 - 1; above is an error")
{
    CrdtDoc *d = given_doc(CRDT_MAX_CLIENT);
    commit(d, ok(crdt_text_insert(d, root(d, "t"), 0, CRDT_STR("x"), NULL, 0)));
    expect_bytes(vector_of(d), hex("01 ffffffffffffff0f 01"));
    expect_err(CRDT_MALFORMED, validate("0101 8080808080808010 00 0401017401 78 00"));
    CrdtDoc *e;
    expect_err(CRDT_LIMIT, crdt_open(&(CrdtOptions){ .client = CRDT_MAX_CLIENT + 1 }, &e));
}

SPEC("trap 4: clients are written by unsigned number, descending")
{
    CrdtDoc *d = given_doc(1);
    apply(d, hex("0101010004010174016100"));
    apply(d, hex("0101 8080808008 0004010174016200"));
    apply(d, hex("0101 ffffffff0f 0004010174016300"));
    expect_bytes(vector_of(d), hex("03 ffffffff0f01 808080800801 0101"));
}

SPEC("trap 4: clocks that would overflow are refused")
{
    expect_err(CRDT_LIMIT, validate("0101 01 f0ffffff0f 00 02 00"));
    expect_err(CRDT_LIMIT, validate("0101 01 ffffffffffff07 00 02 00"));
    expect_err(CRDT_LIMIT, validate("0001 01 01 f0ffffff0f 05"));
    expect_err(CRDT_LIMIT, validate("0101 01 00 00 ffffffffffff0f 00"));
}

SPEC("trap 5: integers of more than 53 bits and unfinished ones are errors")
{
    CrdtBytes in = hex("ffffffffffffffff01");
    uint64_t v;
    expect_err(CRDT_MALFORMED, crdt_read_varuint(&in, &v));
    in = hex("8080");
    expect_err(CRDT_MALFORMED, crdt_read_varuint(&in, &v));
    in = hex("ffffffffffffff0f07");
    expect_ok(crdt_read_varuint(&in, &v));
    expect(v == CRDT_MAX_CLIENT && in.len == 1);
}

SPEC("trap 5: negative zero survives")
{
    CrdtDoc *d = given_doc(1);
    apply(d, hex("0101010008010161 01 7d40 00"));
    CrdtValue v;
    expect(crdt_child_at(d, root(d, "a"), 0, &v));
    expect(v.kind == CRDT_VALUE_NUMBER && v.number == 0 && signbit(v.number));
    expect_bytes(state_of(d), hex("0101010008010161 01 7d40 00"));
    expect_json(d, "a", CRDT_ARRAY, "[0]");
}

SPEC("trap 6: the key of an entry is read only when there is no origin")
{
    CrdtDoc *d = given_doc(1);
    apply(d, hex("0101010028 01016d016b 017d01 00"));
    apply(d, hex("01010101a8 0100 017d02 00")); /* the key bit, an origin, no key */
    expect_json(d, "m", CRDT_MAP, "{\"k\":2}");
}

SPEC("trap 7: a root is what its reader takes it for")
{
    CrdtDoc *d = given_doc(1);
    apply(d, hex("0101010004010174 03616263 00"));
    apply(d, hex("0101020028 010174016b 017d05 00"));
    expect_text(d, "t", "abc");
    expect_json(d, "t", CRDT_ARRAY, "[\"a\",\"b\",\"c\"]");
    expect_json(d, "t", CRDT_MAP, "{\"k\":5}");
    expect(crdt_node_kind(d, root(d, "t")) == CRDT_ROOT);
    expect(crdt_root(d, CRDT_STR("other")).id == 0);
}

SPEC("trap 16: values of marks are kept byte for byte, null ends a mark")
{
    CrdtBytes update = hex("0103010006010174 016b 0d 7b2261223a5b312c2262225d7d 84 0100 0178"
                           "86 0101 016b 046e756c6c 00");
    CrdtDoc *d = given_doc(9);
    apply(d, update);
    expect_delta(d, "t", "[{\"insert\":\"x\",\"attributes\":{\"k\":{\"a\":[1,\"b\"]}}}]");
    expect_bytes(state_of(d), update);
}

SPEC("trap 17: every kind of Any is read and written back as it came")
{
    CrdtBytes update = hex(
        "0101010008010161 0d 7f 7e 78 79 7d01 7d41 7c3f000000 7b3fb999999999999a 7a8000000000000000"
        "770178 74 02 00ff 75 01 7d07 76 01 0161 7e 00");
    CrdtDoc *d = given_doc(9);
    apply(d, update);
    expect_json(d, "a", CRDT_ARRAY,
                "[null,null,true,false,1,-1,0.5,0.1,-9223372036854775808,\"x\",{\"0\":0,\"1\":255},[7],{\"a\":null}]");
    expect_bytes(state_of(d), update);
    CrdtValue v;
    expect(crdt_child_at(d, root(d, "a"), 0, &v) && v.kind == CRDT_VALUE_UNDEFINED);
    expect(crdt_child_at(d, root(d, "a"), 1, &v) && v.kind == CRDT_VALUE_NULL);
}

SPEC("trap 17: JSON numbers become what lib0 would write")
{
    CrdtDoc *d = given_doc(1);
    CrdtBytes update = commit(d,
                              ok(crdt_insert(d, root(d, "a"), 0,
                                             CRDT_STR("[64,-64,2147483648,0.1,16777217.5,-0]"))));
    expect_bytes(update, hex("0101010008010161 06 7d8001 7dc001 7c4f000000 7b3fb999999999999a "
                             "7b4170000018000000 7d40 00"));
}

SPEC("trap 17: values nested too deep are refused, not recursed into")
{
    CrdtBuf *b = given_buf();
    CrdtBytes head = hex("0101010008010161 01");
    expect_ok(crdt_buf_add(b, head.at, head.len));
    for (int i = 0; i < 100000; i++)
        expect_ok(crdt_buf_add(b, "\x75\x01", 2));
    expect_ok(crdt_buf_add(b, "\x7e\x00", 2));
    expect_err(CRDT_LIMIT, crdt_validate_update(crdt_buf_bytes(b), NULL));
    CrdtBuf *json = given_buf();
    for (int i = 0; i < 100000; i++)
        expect_ok(crdt_buf_add(json, "[", 1));
    CrdtDoc *d = given_doc(1);
    CrdtNode a = root(d, "a");
    expect_ok(crdt_begin(d));
    expect_err(CRDT_MALFORMED, crdt_insert(d, a, 0, crdt_buf_bytes(json)));
    expect(take_commit(d).len == 0);
}

SPEC("trap 18: all seven shared types and a subdocument are read and written back")
{
    CrdtBytes update =
        hex("0108010007010161 00 87010001 87010102 870102030170 87010304 8701040501 68 87010506"
            "89010603616263 7600 00");
    CrdtDoc *d = given_doc(9);
    apply(d, update);
    CrdtKind kinds[] = { CRDT_ARRAY, CRDT_MAP, CRDT_TEXT, CRDT_XML_ELEMENT, CRDT_XML_FRAGMENT,
                        CRDT_XML_HOOK,
                         CRDT_XML_TEXT };
    CrdtCursor at = { 0 };
    CrdtValue v;
    for (size_t i = 0; i < 7; i++) {
        expect(crdt_child_next(d, root(d, "a"), &at, &v) && v.kind == CRDT_VALUE_NODE);
        expect(crdt_node_kind(d, v.node) == kinds[i]);
    }
    expect(crdt_child_next(d, root(d, "a"), &at, &v) && v.kind == CRDT_VALUE_SUBDOC);
    expect(v.text.len == 3 && memcmp(v.text.at, "abc", 3) == 0);
    expect_bytes(state_of(d), update);
}

SPEC("numbers are shown as JavaScript shows them")
{
    CrdtDoc *d = given_doc(1);
    commit(d, ok(crdt_insert(d, root(d, "a"), 0,
                             CRDT_STR("[1e21,1e20,123456789012345680000,0.000001,1e-7,1.5e300,-0.1,"
                                      "5e-324,100,4294967296.5]"))));
    expect_json(d, "a", CRDT_ARRAY,
                "[1e+21,100000000000000000000,123456789012345680000,0.000001,1e-7,1.5e+300,-0.1,5e-324,100,4294967296.5]");
}

/** Hostile input: nothing changes, and the error says where. */
#include "spec.h"

static const struct {
    const char *bytes;
    CrdtErr err;
    size_t offset;
    const char *what;
} bad[] = {
    { "", CRDT_MALFORMED, 0, "nothing" },
    { "00", CRDT_MALFORMED, 1, "no delete set" },
    { "000000", CRDT_MALFORMED, 2, "bytes after the end" },
    { "ffffffff0f", CRDT_MALFORMED, 5, "more clients than bytes" },
    { "01ffffffff0f0100", CRDT_MALFORMED, 6, "more structs than bytes" },
    { "0001 01 ffffffff07", CRDT_MALFORMED, 8, "more deletions than bytes" },
    { "00 ffffffff07", CRDT_MALFORMED, 6, "more clients in the delete set than bytes" },
    { "0101010004010174 02c328 00", CRDT_MALFORMED, 8, "not UTF-8" },
    { "0101010004010174 03eda080 00", CRDT_MALFORMED, 8, "a surrogate in UTF-8" },
    { "0101010004010174 02c080 00", CRDT_MALFORMED, 8, "an overlong form" },
    { "0101010004010174 00 00", CRDT_MALFORMED, 9, "an empty struct" },
    { "01010100 00 00 00", CRDT_MALFORMED, 6, "a collected struct of length 0" },
    { "0101010008010161 00 00", CRDT_MALFORMED, 9, "no values" },
    { "0101010008010161 ff07 00", CRDT_MALFORMED, 10, "more values than bytes" },
    { "0101010008010161 01 73 00", CRDT_MALFORMED, 9, "an unknown kind of value" },
    { "010101000b010161 00 00", CRDT_MALFORMED, 8, "an unknown kind of struct" },
    { "0101010007010161 07 00", CRDT_MALFORMED, 9, "an unknown kind of type" },
    { "0101010005010161 017d 00", CRDT_MALFORMED, 8, "an embed that is not JSON" },
    { "0101010006010161 0161 0161 00", CRDT_MALFORMED, 10, "a mark that is not JSON" },
    { "0101010084 0100 0161 00", CRDT_MALFORMED, 7, "an origin that is the struct itself" },
    { "0101010044 0105 0161 00", CRDT_MALFORMED, 7, "a right origin in its own future" },
    { "0101010004 00 0107 0161 00", CRDT_MALFORMED, 8, "a parent in its own future" },
};

SPEC("malformed updates are refused with the place of the fault, and nothing changes")
{
    CrdtDoc *d = given_doc(9);
    commit(d, ok(crdt_text_insert(d, root(d, "t"), 0, CRDT_STR("kept"), NULL, 0)));
    CrdtBytes before = state_of(d);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CrdtFault fault = { 999, NULL };
        CrdtErr err = crdt_apply(d, hex(bad[i].bytes), NULL, &fault);
        if (err != bad[i].err || fault.offset != bad[i].offset) {
            printf("    %s: %s at %zu (%s)\n", bad[i].what, crdt_err_text(err), fault.offset,
                   fault.what);
            expect(false);
        }
        expect_bytes(state_of(d), before);
        expect(crdt_root_at(d, 1, NULL).id == 0);
    }
}

SPEC("an update that is good at first and bad at its end changes nothing")
{
    CrdtDoc *d = given_doc(9);
    CrdtFault fault;
    expect_err(CRDT_MALFORMED,
               crdt_apply(d, hex("02 01 02 00 04 010174 0161  01 01 00 04 010174 02 c328 00"), NULL,
                          &fault));
    expect(fault.offset == 17);
    expect_bytes(state_of(d), hex("0000"));
    expect(crdt_root(d, CRDT_STR("t")).id == 0);
}

SPEC("every prefix of an update is refused")
{
    CrdtDoc *a = given_doc(300), *d = given_doc(9);
    CrdtAttr link = { CRDT_STR("link"), CRDT_STR("{\"href\":\"/\"}") };
    CrdtNode el;
    apply(a, hex("0101020004010174 05 6162636465 00"));
    commit(a, ok(crdt_text_insert(a, root(a, "t"), 2, CRDT_STR("é😀"), &link, 1)),
           ok(crdt_text_delete(a, root(a, "t"), 0, 1)),
           ok(crdt_insert_node(a, root(a, "x"), 0, CRDT_XML_ELEMENT, CRDT_STR("p"), &el)),
           ok(crdt_set(a, el, CRDT_STR("k"), CRDT_STR("[1.5,{\"a\":null}]"))), ok(crdt_set_binary(a,
                                                            el, CRDT_STR("b"), hex("00ff"))));
    CrdtBytes whole = state_of(a);
    for (size_t n = 0; n < whole.len; n++)
        expect_err(CRDT_MALFORMED, crdt_apply(d, (CrdtBytes){ whole.at, n }, NULL, NULL));
    expect_bytes(state_of(d), hex("0000"));
    apply(d, whole);
    expect_equal(a, d);
}

SPEC("a larger update than allowed is refused")
{
    CrdtDoc *d = given_doc_with(&(CrdtOptions){ .client = 1, .max_update_bytes = 12 });
    expect_err(CRDT_LIMIT, crdt_apply(d, hex("0101020004010174 05 6162636465 00"), NULL, NULL));
    expect_ok(crdt_apply(d, hex("0101020004010174 01 61 00"), NULL, NULL));
}

SPEC("a struct that is its own ancestor through another client never comes in")
{
    CrdtDoc *d = given_doc(9);
    CrdtApplied did;
    expect_ok(crdt_apply(d, hex("02 01 02 00 07 00 0100 00  01 01 00 07 00 0200 00 00"), &did,
                         NULL));
    expect(did.pending && !did.changed);
    expect_bytes(vector_of(d), hex("00"));
}

SPEC("one client twice in an update counts as one")
{
    CrdtDoc *d = given_doc(9);
    apply(d, hex("02 01 02 01 84 0200 0162  01 02 00 04 010174 0161 00"));
    expect_text(d, "t", "ab");
}

SPEC("bad state vectors are refused")
{
    CrdtDoc *d = given_doc(1);
    CrdtBuf *out = given_buf();
    const char *const vectors[] = { "", "01", "0101", "ffffffff0f", "010101 00",
                                   "01 8080808080808010 01" };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        expect_err(CRDT_MALFORMED, crdt_encode_diff(d, hex(vectors[i]), out));
        expect_err(CRDT_MALFORMED, crdt_diff_update(hex("0000"), hex(vectors[i]), out, NULL));
        expect_err(CRDT_MALFORMED, crdt_validate_state_vector(hex(vectors[i]), NULL));
    }
    expect(out->len == 0);
    expect_ok(crdt_validate_state_vector(hex("02 0101 ffffffffffffff0f ffffffffffffff0f"), NULL));
}

SPEC("a state vector ahead of ours asks for nothing")
{
    CrdtDoc *d = given_doc(1);
    commit(d, ok(crdt_text_insert(d, root(d, "t"), 0, CRDT_STR("abc"), NULL, 0)));
    CrdtBuf *out = given_buf();
    expect_ok(crdt_encode_diff(d, hex("02 01 ffffffffffffff0f 0705"), out));
    expect_bytes(crdt_buf_bytes(out), hex("0000"));
}

SPEC("trap 19: every prefix of an update in format v2 is refused")
{
    CrdtDoc *d = given_doc(300);
    CrdtNode el;
    commit(d, ok(crdt_text_insert(d, root(d, "t"), 0, CRDT_STR("a\u00e9\U0001F600b"), NULL, 0)),
           ok(crdt_insert_node(d, root(d, "x"), 0, CRDT_XML_ELEMENT, CRDT_STR("p"), &el)),
           ok(crdt_set(d, el, CRDT_STR("k"), CRDT_STR("[1.5]"))),
           ok(crdt_text_delete(d, root(d, "t"), 0, 1)));
    CrdtBuf *v2 = given_buf(), *out = given_buf();
    expect_ok(crdt_update_to_v2(state_of(d), v2, NULL));
    for (size_t n = 0; n < v2->len; n++)
        expect_err(CRDT_MALFORMED, crdt_update_from_v2((CrdtBytes){ v2->at, n }, out, NULL));
    expect(out->len == 0);
    expect_ok(crdt_update_from_v2(crdt_buf_bytes(v2), out, NULL));
    expect_bytes(crdt_buf_bytes(out), state_of(d));
}

SPEC("a malformed update in format v2 changes nothing and opens nothing")
{
    CrdtDoc *d = given_doc_with(&(CrdtOptions){ .client = 9, .max_update_bytes = 40 }), *none = NULL;
    CrdtFault fault = { 99, NULL };
    CrdtBytes good = hex("0101020004010174 05 6162636465 00"), long_one;
    CrdtBuf *v2 = given_buf();
    expect_ok(crdt_update_to_v2(good, v2, NULL));
    expect_ok(crdt_apply_v2(d, crdt_buf_bytes(v2), NULL, NULL));
    expect_text(d, "t", "abcde");
    CrdtBytes before = state_of(d);
    v2->at[v2->len - 1] = 1; /* a delete set that is cut off */
    expect_err(CRDT_MALFORMED, crdt_apply_v2(d, crdt_buf_bytes(v2), NULL, &fault));
    expect(fault.offset == v2->len && fault.what != NULL);
    expect_err(CRDT_MALFORMED, crdt_load_v2(NULL, crdt_buf_bytes(v2), &none, NULL));
    expect(none == NULL);
    CrdtDoc *other = given_doc(5);
    commit(other, ok(crdt_text_insert(other, root(other, "t"), 0,
                                      CRDT_STR("more than forty bytes, which is the limit here"), NULL, 0)));
    long_one = state_of(other);
    crdt_buf_clear(v2);
    expect_ok(crdt_update_to_v2(long_one, v2, NULL));
    expect_err(CRDT_LIMIT, crdt_apply_v2(d, crdt_buf_bytes(v2), NULL, NULL));
    expect_bytes(state_of(d), before);
}

SPEC("trap 19: a few bytes of format v2 that say a million structs are refused")
{
    /* client 1; info 0 (GC) for ever; length 1 a million times; a section of a million structs */
    CrdtBytes bomb = hex("00 00 01 01 00 00 01 00 01 00 00 00 04 41 beff7f 01 c0843d 00 00");
    CrdtBuf *out = given_buf();
    CrdtErr err = crdt_update_from_v2(bomb, out, NULL);
    expect(err == CRDT_LIMIT || err == CRDT_MALFORMED);
    expect(out->len == 0 && out->cap < 1000000);
}

SPEC("more clients or structs than a document may have are refused, and nothing changes")
{
    CrdtOptions o = { .client = 9, .max_clients = 3, .max_structs = 8 };
    CrdtDoc *d = given_doc_with(&o), *fresh = given_doc_with(&o), *stored;
    CrdtDoc *crowd = given_doc(50), *long_one = given_doc(60);
    CrdtFault fault = { 0 };
    for (uint64_t i = 0; i < 5; i++) {
        CrdtDoc *one = given_doc(100 + i);
        apply(crowd, commit(one, ok(crdt_set(one, root(one, "m"), CRDT_STR("k"), CRDT_STR("1")))));
        commit(long_one, ok(crdt_set(long_one, root(long_one, "m"), CRDT_STR("a"), CRDT_STR("1"))),
               ok(crdt_set(long_one, root(long_one, "m"), CRDT_STR("b"), CRDT_STR("1"))));
    }
    commit(d, ok(crdt_text_insert(d, root(d, "t"), 0, CRDT_STR("kept"), NULL, 0)));
    CrdtBytes before = state_of(d);
    expect_err(CRDT_LIMIT, crdt_apply(d, state_of(crowd), NULL, &fault));
    expect(strcmp(fault.what, "too many clients") == 0);
    expect_err(CRDT_LIMIT, crdt_apply(fresh, state_of(crowd), NULL, &fault));
    expect_err(CRDT_LIMIT, crdt_apply(d, state_of(long_one), NULL, &fault));
    expect(strcmp(fault.what, "too many structs") == 0);
    expect_bytes(state_of(d), before);
    expect_ok(crdt_load(&o, state_of(crowd), &stored, NULL)); /* what is stored always opens */
    crdt_close(stored);
}

/** A text of one struct in a document that may hold `max` structs. */
static CrdtDoc *given_narrow(uint64_t max)
{
    CrdtDoc *d = given_doc_with(&(CrdtOptions){ .client = 9, .max_structs = max });
    apply(d, hex("01 01 01 00 04 010174 0a 30313233343536373839 00"));
    return d;
}

SPEC("a first update and what its deletions cut make no more structs than a document may have")
{
    CrdtDoc *d = given_doc_with(&(CrdtOptions){ .client = 9, .max_structs = 4 });
    CrdtFault fault = { 0 };
    CrdtDoc *many = given_doc(60);
    for (int i = 0; i < 5; i++)
        commit(many, ok(crdt_set(many, root(many, "m"), CRDT_STR("a"), CRDT_STR("1"))),
               ok(crdt_set(many, root(many, "m"), CRDT_STR("b"), CRDT_STR("1"))));
    expect_err(CRDT_LIMIT, crdt_apply(d, state_of(many), NULL, &fault));
    expect(strcmp(fault.what, "too many structs") == 0);
    expect_bytes(state_of(d), hex("0000"));
    /* one text and three holes would be seven */
    expect_err(CRDT_LIMIT,
               crdt_apply(d, hex("01 01 01 00 04 010174 0a 30313233343536373839 01 01 03 0101 0301 0501"),
                          NULL, NULL));
    expect(crdt_stats(d).structs <= 4);
}

SPEC("a document with as many structs as it may have refuses cuts, and takes what it knows and what deletes whole ones")
{
    CrdtDoc *d = given_narrow(3);
    apply(d, hex("00 01 01 01 0201"));
    CrdtBytes full = state_of(d);
    expect(crdt_stats(d).structs == 3);
    expect_err(CRDT_LIMIT, crdt_apply(d, hex("00 01 01 01 0501"), NULL, NULL));
    expect_err(CRDT_LIMIT, crdt_apply(d, hex("01 01 02 00 84 0105 0178 00"), NULL, NULL));
    expect_bytes(state_of(d), full);
    apply(d, full);
    apply(d, hex("00 01 01 01 000a"));
    expect_text(d, "t", "");
    expect(crdt_stats(d).structs == 1);
}

SPEC("what waited brings no more structs than the document may have")
{
    CrdtDoc *d = given_doc_with(&(CrdtOptions){ .client = 9, .max_structs = 6 });
    apply(d, hex("00 01 01 02 0101 0501"));                /* deletions that wait */
    apply(d, hex("01 01 02 00 84 0103 0178 00"));           /* text that waits for client 1 */
    expect_err(CRDT_LIMIT,
               crdt_apply(d, hex("01 01 01 00 04 010174 0a 30313233343536373839 00"), NULL, NULL));
    expect(crdt_stats(d).structs <= 6);
}

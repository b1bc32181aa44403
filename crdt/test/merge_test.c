/** Merging a stream of updates, and subdocuments. */
#include "spec.h"

static size_t typing(CrdtDoc *d, CrdtBytes out[], size_t count)
{
    CrdtNode t = root(d, "t");
    for (size_t i = 0; i < count; i++)
        out[i] = i % 7 == 6 ? commit(d, ok(crdt_text_delete(d, t, i % 3, 1)))
                            : commit(d, ok(crdt_text_insert(d, t, i % 5 % (crdt_length(d, t) + 1),
                                                            CRDT_STR("wörd"), NULL, 0)));
    return count;
}

SPEC("a stream of updates is merged as it comes, into what merging all at once gives")
{
    CrdtBytes updates[3000];
    size_t n = typing(given_doc(1), updates, 3000);
    CrdtMerge *merge;
    expect_ok(crdt_merge_open(NULL, &merge));
    for (size_t i = 0; i < n; i++) /* not in order either */
        expect_ok(crdt_merge_add(merge, updates[(i * 7) % n], NULL));
    CrdtBuf *streamed = given_buf(), *again = given_buf();
    expect_ok(crdt_merge_finish(merge, streamed));
    CrdtDoc *a = given_doc(5), *b = given_doc(6);
    apply(a, crdt_buf_bytes(streamed));
    for (size_t i = 0; i < n; i++)
        apply(b, updates[i]);
    expect_equal(a, b);
    expect_ok(crdt_merge_finish(merge, again));
    expect_bytes(crdt_buf_bytes(again), hex("0000")); /* it is empty now */
    crdt_merge_close(merge);
}

SPEC("a malformed update in a stream is refused, and what came before stays")
{
    CrdtBytes updates[10];
    CrdtDoc *d = given_doc(1), *e = given_doc(2);
    size_t n = typing(d, updates, 10);
    CrdtMerge *merge;
    CrdtFault fault = { 0 };
    CrdtBuf *out = given_buf();
    expect_ok(crdt_merge_open(NULL, &merge));
    for (size_t i = 0; i < n; i++) {
        expect_ok(crdt_merge_add(merge, updates[i], NULL));
        expect_err(CRDT_MALFORMED, crdt_merge_add(merge, hex("0101"), &fault));
    }
    expect_ok(crdt_merge_finish(merge, out));
    crdt_merge_close(merge);
    apply(e, crdt_buf_bytes(out));
    expect_equal(d, e);
}

SPEC("memory that runs out while a stream is merged loses nothing")
{
    CrdtBytes updates[1100];
    CrdtDoc *d = given_doc(1);
    size_t n = typing(d, updates, 1100); /* enough to gather twice */
    for (uint64_t at = 1;; at++) {
        Counter c = { .fail_at = at };
        CrdtAllocator allocator = { counted, &c };
        CrdtMerge *merge;
        CrdtBuf out = { 0 };
        if (crdt_merge_open(&allocator, &merge) != CRDT_OK)
            continue;
        for (size_t i = 0; i < n; i++)
            while (crdt_merge_add(merge, updates[i], NULL) != CRDT_OK)
                expect(c.calls == at);
        while (crdt_merge_finish(merge, &out) != CRDT_OK)
            expect(c.calls == at);
        CrdtDoc *e = NULL;
        expect_ok(crdt_load(NULL, crdt_buf_bytes(&out), &e, NULL));
        expect(crdt_state(e, 1) == crdt_state(d, 1));
        crdt_close(e);
        crdt_buf_done(&out);
        crdt_merge_close(merge);
        expect(c.held == 0);
        if (c.calls < at)
            break;
        at += at / 4; /* not every one: the list is long */
    }
}

SPEC("a subdocument keeps its guid and options, wherever it stands")
{
    CrdtDoc *d = given_doc(1), *e = given_doc(2);
    CrdtNode m = root(d, "m"), a = root(d, "a");
    CrdtBytes update = commit(
        d, ok(crdt_set_subdoc(d, m, CRDT_STR("s"), CRDT_STR("guid-1"),
                              CRDT_STR("{\"autoLoad\":true}"))),
        ok(crdt_insert_subdoc(d, a, 0, CRDT_STR("guid-2"), CRDT_STR(""))));
    apply(e, update);
    CrdtValue v, options, load;
    expect(crdt_get(e, root(e, "m"), CRDT_STR("s"), &v) && v.kind == CRDT_VALUE_SUBDOC);
    expect_bytes(v.text, CRDT_STR("guid-1"));
    expect(crdt_subdoc_options(&v, &options) && options.kind == CRDT_VALUE_OBJECT);
    expect(crdt_value_field(&options, CRDT_STR("autoLoad"), &load) && load.boolean);
    expect(crdt_child_at(e, root(e, "a"), 0, &v) && crdt_subdoc_options(&v, &options));
    expect(!crdt_value_field(&options, CRDT_STR("autoLoad"), &load));
    expect(crdt_begin(d) == CRDT_OK);
    expect_err(CRDT_MALFORMED,
               crdt_set_subdoc(d, m, CRDT_STR("s"), CRDT_STR("g"), CRDT_STR("[1]")));
    expect_ok(crdt_commit(d, NULL));
}

SPEC("the rest of a map entry whose beginning is collected is written as one that has an origin, which merging again does not change")
{
    CrdtBytes parts[] = { hex("01 01 01 00 00 01 00"), hex("01 01 01 00 21 010174 016b 02 00") };
    CrdtBuf *out = given_buf(), *again = given_buf();
    expect_ok(crdt_merge_updates(parts, 2, out, NULL, NULL));
    expect_bytes(crdt_buf_bytes(out), hex("01 02 01 00 00 01 81 0100 01 00"));
    CrdtBytes merged = crdt_buf_bytes(out);
    expect_ok(crdt_merge_updates(&merged, 1, again, NULL, NULL));
    expect_bytes(crdt_buf_bytes(again), merged);
}

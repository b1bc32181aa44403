/** Memory that runs out, at every allocation in turn: an error, a usable document, nothing leaked.
 *  */
#include "spec.h"

/** Updates of two people with marks, lists, maps, deletions, out of order. */
static size_t history(CrdtBytes out[], size_t max)
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    CrdtAttr bold = { CRDT_STR("bold"), CRDT_STR("{\"x\":1}") };
    CrdtNode el, tx;
    size_t n = 0;
    out[n++] = commit(a,
                      ok(crdt_text_insert(a, root(a, "t"), 0, CRDT_STR("hello wörld 😀"), NULL, 0)));
    apply(b, out[0]);
    out[n++] = commit(b, ok(crdt_text_format(b, root(b, "t"), 2, 5, &bold, 1)));
    out[n++] = commit(a,
                      ok(crdt_insert_node(a, root(a, "x"), 0, CRDT_XML_ELEMENT, CRDT_STR("p"),
                                          &el)),
                      ok(crdt_insert_node(a, el, 0, CRDT_XML_TEXT, CRDT_STR(""), &tx)),
                      ok(crdt_text_insert(a, tx, 0, CRDT_STR("inside"), &bold, 1)),
                      ok(crdt_set(a, el, CRDT_STR("level"), CRDT_STR("[1,{\"a\":null}]"))));
    for (uint64_t i = 0; i < 12; i++) {
        out[n++] = commit(b, ok(crdt_text_insert(b, root(b, "t"), i, CRDT_STR("x"), NULL, 0)));
        out[n++] = commit(a, ok(crdt_text_insert(a, root(a, "t"), 0, CRDT_STR("y"), NULL, 0)));
    }
    out[n++] = commit(a, ok(crdt_delete(a, root(a, "x"), 0, 1)),
                      ok(crdt_text_delete(a, root(a, "t"), 3, 6)));
    expect(n <= max);
    for (size_t i = 3; i < n; i += 2) { /* some arrive too early */
        CrdtBytes u = out[i];
        out[i] = out[i - 1];
        out[i - 1] = u;
    }
    return n;
}

SPEC("memory that runs out while applying leaves a document that can go on")
{
    CrdtBytes updates[40];
    size_t n = history(updates, 40);
    CrdtDoc *want = given_doc(9);
    for (size_t i = 0; i < n; i++)
        apply(want, updates[i]);
    CrdtBytes vector = vector_of(want), deletes = deletes_of(want);
    uint64_t failures = 0;
    for (uint64_t at = 1;; at++) {
        Counter c = { .fail_at = at };
        CrdtAllocator allocator = { counted, &c };
        CrdtOptions o = { .client = 9, .allocator = &allocator };
        CrdtDoc *d;
        bool failed = false;
        if (crdt_open(&o, &d) != CRDT_OK) {
            expect(c.held == 0);
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            CrdtErr err = crdt_apply(d, updates[i], NULL, NULL);
            expect(err == CRDT_OK || err == CRDT_NOMEM);
            failed = failed || err == CRDT_NOMEM;
        }
        failures += failed;
        CrdtBuf out = { .allocator = &allocator };
        CrdtErr err = crdt_encode(d, &out);
        expect(err == CRDT_OK || err == CRDT_NOMEM);
        crdt_buf_done(&out);
        for (size_t i = 0; failed && i < n; i++)
            expect_ok(crdt_apply(d, updates[i], NULL, NULL));
        bool done = c.calls < at;
        CrdtBuf sv = { 0 }, ds = { 0 };
        expect_ok(crdt_encode_state_vector(d, &sv));
        expect_ok(crdt_encode_delete_set(d, &ds));
        expect_bytes(crdt_buf_bytes(&sv), vector);
        expect_bytes(crdt_buf_bytes(&ds), deletes);
        crdt_buf_done(&sv);
        crdt_buf_done(&ds);
        crdt_close(d);
        expect(c.held == 0);
        if (done)
            break;
    }
    expect(failures > 20);
}

static CrdtErr edit(CrdtDoc *d, CrdtBuf *out)
{
    CrdtAttr bold = { CRDT_STR("bold"), CRDT_STR("true") };
    CrdtNode t, x;
    CrdtErr err = crdt_root_make(d, CRDT_STR("t"), &t);
    if (err != CRDT_OK || (err = crdt_root_make(d, CRDT_STR("x"), &x)) != CRDT_OK)
        return err;
    if ((err = crdt_begin(d)) != CRDT_OK)
        return err;
    CrdtErr all[] = {
        crdt_text_insert(d, t, 0, CRDT_STR("hello world"), NULL, 0),
        crdt_text_format(d, t, 0, crdt_length(d, t) / 2, &bold, 1),
        crdt_text_delete(d, t, crdt_length(d, t) / 3, crdt_length(d, t) / 3),
        crdt_insert_prosemirror(
            d, x, 0,
            CRDT_STR("{\"type\":\"p\",\"attrs\":{\"a\":1},\"content\":[{\"type\":\"text\","
                     "\"text\":\"t\",\"marks\":[{\"type\":\"b\"}]}]}"),
            NULL),
        crdt_set_string(d, x, CRDT_STR("k"), CRDT_STR("v")),
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        expect(all[i] == CRDT_OK || all[i] == CRDT_NOMEM);
        err = err != CRDT_OK ? err : all[i];
    }
    CrdtErr end = crdt_commit(d, out);
    expect(end == CRDT_OK || end == CRDT_NOMEM);
    return err != CRDT_OK ? err : end;
}

SPEC("memory that runs out while writing leaves a document that peers can follow")
{
    uint64_t failures = 0;
    for (uint64_t at = 1;; at++) {
        Counter c = { .fail_at = at };
        CrdtAllocator allocator = { counted, &c };
        CrdtOptions o = { .client = 9, .allocator = &allocator };
        CrdtDoc *d, *copy;
        if (crdt_open(&o, &d) != CRDT_OK)
            continue;
        CrdtBuf out = { .allocator = &allocator }, state = { 0 }, again = { 0 };
        failures += edit(d, &out) == CRDT_NOMEM;
        bool done = c.calls < at;
        expect_ok(crdt_encode(d, &state));
        expect_ok(crdt_load(NULL, crdt_buf_bytes(&state), &copy, NULL));
        expect_ok(crdt_encode(copy, &again));
        expect_bytes(crdt_buf_bytes(&again), crdt_buf_bytes(&state));
        crdt_buf_done(&out);
        crdt_buf_done(&state);
        crdt_buf_done(&again);
        crdt_close(copy);
        crdt_close(d);
        expect(c.held == 0);
        if (done)
            break;
    }
    expect(failures > 10);
}

SPEC("memory that runs out while merging is an error, and nothing is left behind")
{
    CrdtBytes updates[40];
    size_t n = history(updates, 40);
    for (uint64_t at = 1;; at++) {
        Counter c = { .fail_at = at };
        CrdtAllocator allocator = { counted, &c };
        CrdtBuf out = { .allocator = &allocator };
        CrdtErr err = crdt_merge_updates(updates, n, &out, NULL, NULL);
        expect(err == CRDT_OK || (err == CRDT_NOMEM && out.len == 0));
        crdt_buf_done(&out);
        expect(c.held == 0);
        if (c.calls < at)
            break;
    }
}

SPEC("closing a document gives back every byte")
{
    Counter c = { 0 };
    CrdtAllocator allocator = { counted, &c };
    CrdtOptions o = { .client = 9, .allocator = &allocator };
    CrdtBytes updates[40];
    size_t n = history(updates, 40);
    CrdtDoc *d;
    expect_ok(crdt_open(&o, &d));
    for (size_t i = 0; i < n; i += 3) /* with something left pending */
        expect_ok(crdt_apply(d, updates[i], NULL, NULL));
    expect(c.held > 0);
    crdt_close(d);
    expect(c.held == 0);
}

SPEC("steady typing allocates next to nothing")
{
    Counter c = { 0 };
    CrdtAllocator allocator = { counted, &c };
    CrdtOptions o = { .client = 9, .allocator = &allocator };
    CrdtDoc *a = given_doc(1), *d;
    CrdtBytes updates[400];
    for (uint64_t i = 0; i < 400; i++)
        updates[i] = commit(a, ok(crdt_text_insert(a, root(a, "t"), i, CRDT_STR("x"), NULL, 0)));
    expect_ok(crdt_open(&o, &d));
    for (int i = 0; i < 100; i++)
        expect_ok(crdt_apply(d, updates[i], NULL, NULL));
    uint64_t before = c.calls;
    for (int i = 100; i < 400; i++)
        expect_ok(crdt_apply(d, updates[i], NULL, NULL));
    uint64_t allocations = c.calls - before;
    crdt_close(d);
    expect(allocations <= 2);
}

/** Replicas: integration, order of arrival, waiting, deleting, collecting, joining. */
#include "spec.h"

/** `a` and `b` after each has what the other made. */
static void meet(CrdtDoc *a, CrdtDoc *b)
{
    CrdtBytes from_a = state_of(a), from_b = state_of(b);
    apply(a, from_b);
    apply(b, from_a);
}

static CrdtBytes type(CrdtDoc *d, uint64_t index, const char *text)
{
    return commit(d, ok(crdt_text_insert(d, root(d, "t"), index, crdt_str(text), NULL, 0)));
}

SPEC("an update applied twice changes nothing the second time")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    CrdtBytes u = type(a, 0, "hello");
    CrdtApplied did;
    bool known = true;
    expect_ok(crdt_is_known(b, u, &known, NULL));
    expect(!known);
    expect_ok(crdt_apply(b, u, &did, NULL));
    expect(did.changed && !did.pending && did.structs_added == 1);
    expect_ok(crdt_is_known(b, u, &known, NULL));
    expect(known);
    expect_ok(crdt_apply(b, u, &did, NULL));
    expect(!did.changed && did.structs_added == 0);
    expect_text(b, "t", "hello");
}

SPEC("trap 8: an update that overlaps what is known brings only the rest")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    CrdtBytes one = type(a, 0, "hello");
    type(a, 5, " world");
    apply(b, one);
    apply(b, state_of(a));
    expect_text(b, "t", "hello world");
    expect_bytes(state_of(b), state_of(a));
}

SPEC("trap 8: a struct whose parent was collected becomes a collected struct")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    CrdtNode in_a, in_b = CRDT_NONE;
    commit(a, ok(crdt_insert_node(a, root(a, "a"), 0, CRDT_ARRAY, CRDT_STR(""), &in_a)));
    apply(b, state_of(a));
    CrdtValue v;
    expect(crdt_child_at(b, root(b, "a"), 0, &v));
    in_b = v.node;
    CrdtBytes gone = commit(a, ok(crdt_delete(a, root(a, "a"), 0, 1)));
    CrdtBytes late = commit(b, ok(crdt_insert(b, in_b, 0, CRDT_STR("[1,2]"))));
    apply(a, late);
    apply(b, gone);
    expect_equal(a, b);
    expect(!crdt_node_is_live(b, in_b) && crdt_length(b, in_b) == 0);
    expect(crdt_stats(a).structs - crdt_stats(a).items == 1);
    expect_ok(crdt_begin(b));
    expect_err(CRDT_KIND, crdt_insert(b, in_b, 0, CRDT_STR("[3]")));
    expect(take_commit(b).len == 0);
}

SPEC("trap 9: what arrives too early waits, is stored with the state, and does not count in the state vector")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2), *c = given_doc(3);
    CrdtBytes one = type(a, 0, "a"), two = type(a, 1, "b"), three = type(a, 2, "c");
    CrdtApplied did;
    expect_ok(crdt_apply(b, three, &did, NULL));
    expect(!did.changed && did.pending);
    expect_ok(crdt_apply(b, two, &did, NULL));
    expect(!did.changed && did.pending);
    expect_bytes(vector_of(b), hex("00"));
    expect(crdt_stats(b).pending_bytes > 0);
    apply(c, state_of(b)); /* the waiting part travels with the state */
    apply(c, one);
    expect_text(c, "t", "abc");
    expect_ok(crdt_apply(b, one, &did, NULL));
    expect(did.changed && !did.pending && did.structs_added == 3);
    expect_text(b, "t", "abc");
    expect(crdt_stats(b).pending_bytes == 0);
}

SPEC("trap 9: one lost update does not lose those after it")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    CrdtBytes lost = CRDT_STR("");
    for (int i = 0; i < 200; i++) {
        CrdtBytes u = type(a, (uint64_t)i / 2, "x");
        if (i == 7)
            lost = u;
        else
            apply(b, u);
    }
    expect(crdt_state(b, 1) == 7);
    apply(b, lost);
    expect_equal(a, b);
}

SPEC("trap 9: a deletion of something unknown waits, and applies as far as it can")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    CrdtBytes one = type(a, 0, "abc"), two = type(a, 3, "def");
    CrdtBytes gone = commit(a, ok(crdt_text_delete(a, root(a, "t"), 1, 4)));
    CrdtApplied did;
    expect_ok(crdt_apply(b, gone, &did, NULL));
    expect(!did.changed && did.pending);
    apply(b, one);
    expect_text(b, "t", "a");
    apply(b, two);
    expect_text(b, "t", "af");
    expect_equal(a, b);
    expect(crdt_stats(b).pending_bytes == 0);
}

SPEC("trap 9: what may wait is limited; the rest is dropped and can be fetched again")
{
    CrdtDoc *a = given_doc(1), *b = given_doc_with(&(CrdtOptions){ .client = 2,
                                                            .max_pending_bytes = 2000 });
    CrdtBytes first = type(a, 0, "start ");
    CrdtErr err = CRDT_OK;
    for (int i = 0; i < 300 && err == CRDT_OK; i++)
        err = crdt_apply(b, type(a, 0, "some words that wait "), NULL, NULL);
    expect(err == CRDT_LIMIT);
    expect(crdt_stats(b).pending_bytes <= 2000);
    apply(b, first);
    CrdtBuf *rest = given_buf();
    expect_ok(crdt_encode_diff(a, vector_of(b), rest));
    apply(b, crdt_buf_bytes(rest));
    expect_equal(a, b);
}

SPEC("trap 10: a Skip breaks continuity: the state vector of an update ends there")
{
    CrdtDoc *a = given_doc(1);
    CrdtBytes one = type(a, 0, "a"), two = type(a, 0, "b"), three = type(a, 0, "c");
    CrdtBytes ends[] = { three, one }, late[] = { three, two };
    CrdtBuf *m = given_buf(), *sv = given_buf(), *n = given_buf(), *sv2 = given_buf();
    expect_ok(crdt_merge_updates(ends, 2, m, NULL, NULL));
    expect_ok(crdt_state_vector_from_update(crdt_buf_bytes(m), sv, NULL));
    expect_bytes(crdt_buf_bytes(sv), hex("010101"));
    expect_ok(crdt_merge_updates(late, 2, n, NULL, NULL));
    expect_ok(crdt_state_vector_from_update(crdt_buf_bytes(n), sv2, NULL));
    expect_bytes(crdt_buf_bytes(sv2), hex("00"));
    CrdtDoc *b = given_doc(2);
    apply(b, crdt_buf_bytes(m));
    expect_text(b, "t", "a");
    apply(b, two);
    expect_equal(a, b);
}

SPEC("trap 11: concurrent insertions at one place stand in the same order everywhere, by client id")
{
    CrdtDoc *d[4];
    CrdtBytes base, made[4];
    const uint64_t ids[] = { 5, 4294967295, 2147483648, CRDT_MAX_CLIENT };
    for (int i = 0; i < 4; i++)
        d[i] = given_doc(ids[i]);
    base = type(d[0], 0, "()");
    for (int i = 1; i < 4; i++)
        apply(d[i], base);
    const char *const words[] = { "a", "bb", "ccc", "dddd" };
    for (int i = 0; i < 4; i++)
        made[i] = type(d[i], 1, words[i]);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++)
            apply(d[i], made[(k * 3 + i) % 4]);
    for (int i = 0; i < 4; i++)
        expect_text(d[i], "t", "(acccbbdddd)");
}

SPEC("trap 11: work on conflicts is limited; what was dropped comes in when it is sent again")
{
    CrdtDoc *a = given_doc(9), *late = given_doc(300);
    CrdtDoc *b = given_doc_with(&(CrdtOptions){ .client = 8, .max_steps = 500 });
    for (uint64_t client = 100; client < 200; client++) /* all at the start, none knowing another */
        apply(a, type(given_doc(client), 0, "x"));
    apply(b, state_of(a));
    for (int i = 0; i < 100; i++) /* nor this one, who writes backwards */
        type(late, 0, "y");
    CrdtErr err = CRDT_LIMIT;
    int tries = 0;
    for (; err == CRDT_LIMIT && tries < 50; tries++) {
        uint64_t before = crdt_state(b, 300);
        err = crdt_apply(b, state_of(late), NULL, NULL);
        expect(crdt_state(b, 300) > before);
    }
    expect(err == CRDT_OK && tries > 2);
    apply(a, state_of(late));
    expect_equal(a, b);
}

SPEC("trap 12: the last writer of a key wins; what it replaced is deleted")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    commit(a, ok(crdt_set(a, root(a, "m"), CRDT_STR("k"), CRDT_STR("\"a\""))));
    commit(b, ok(crdt_set(b, root(b, "m"), CRDT_STR("k"), CRDT_STR("\"b\""))));
    meet(a, b);
    expect_json(a, "m", CRDT_MAP, "{\"k\":\"b\"}");
    expect_equal(a, b);
    commit(a, ok(crdt_set(a, root(a, "m"), CRDT_STR("k"), CRDT_STR("3"))));
    meet(a, b);
    expect_json(b, "m", CRDT_MAP, "{\"k\":3}");
    commit(b, ok(crdt_unset(b, root(b, "m"), CRDT_STR("k"))),
           ok(crdt_unset(b, root(b, "m"), CRDT_STR("never"))));
    meet(a, b);
    expect_json(a, "m", CRDT_MAP, "{}");
    expect(crdt_length(a, root(a, "m")) == 0);
}

SPEC("trap 13: deleting a type deletes everything in it, however deep, without recursion")
{
    CrdtDoc *a = given_doc(1);
    CrdtNode at = root(a, "a"), next;
    expect_ok(crdt_begin(a));
    for (int i = 0; i < 100000; i++) {
        expect_ok(i % 2 ? crdt_set_node(a, at, CRDT_STR("in"), CRDT_ARRAY, CRDT_STR(""), &next)
                        : crdt_insert_node(a, at, CRDT_END, CRDT_MAP, CRDT_STR(""), &next));
        at = next;
    }
    take_commit(a);
    CrdtBuf *b = given_buf();
    expect_err(CRDT_LIMIT, crdt_node_json(a, root(a, "a"), CRDT_ARRAY, b));
    expect(b->len == 0);
    CrdtDoc *copy = given_doc(2);
    apply(copy, state_of(a));
    apply(copy, commit(a, ok(crdt_delete(a, root(a, "a"), 0, 1))));
    expect(crdt_stats(copy).items == 1 && crdt_stats(copy).structs == 2);
    expect_equal(a, copy);
}

SPEC("trap 13: with keep_deleted the deleted content stays")
{
    CrdtDoc *a = given_doc_with(&(CrdtOptions){ .client = 1, .keep_deleted = true });
    type(a, 0, "secret");
    commit(a, ok(crdt_text_delete(a, root(a, "t"), 0, 6)));
    CrdtBytes kept = state_of(a);
    expect_bytes(kept, hex("0101010004010174 06736563726574 0101010006"));
    CrdtDoc *b = given_doc(2);
    apply(b, kept);
    expect_bytes(state_of(b), hex("0101010001010174 06 0101010006"));
}

SPEC("trap 14: typing is one struct, in place; so is what was typed backwards through others")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    for (uint64_t i = 0; i < 1000; i++)
        apply(b, type(a, i, "x"));
    expect(crdt_stats(a).structs == 1 && crdt_stats(b).structs == 1);
    expect_bytes(state_of(a), state_of(b));
}

SPEC("trap 14: two who type in turn keep one struct each")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    apply(b, type(a, 0, "<>"));
    for (uint64_t i = 0; i < 200; i++) {
        CrdtBytes x = type(a, 1 + i, "a"), y = type(b, crdt_length(b, root(b, "t")), "b");
        apply(a, y);
        apply(b, x);
    }
    expect(crdt_stats(a).structs <= 4);
    expect_equal(a, b);
    expect_bytes(state_of(a), state_of(b));
}

SPEC("trap 15: a delete set is written with clients descending, ranges ascending and joined")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(300);
    type(a, 0, "abcdef");
    meet(a, b);
    type(b, 6, "ghi");
    meet(a, b);
    commit(a, ok(crdt_text_delete(a, root(a, "t"), 8, 1)));
    commit(a, ok(crdt_text_delete(a, root(a, "t"), 4, 1)));
    commit(a, ok(crdt_text_delete(a, root(a, "t"), 1, 1)));
    commit(a, ok(crdt_text_delete(a, root(a, "t"), 1, 1)));
    expect_bytes(deletes_of(a), hex("02 ac02 01 02 01 01 02 01 02 04 01"));
}

SPEC("trap 15: a diff brings the whole delete set")
{
    CrdtDoc *a = given_doc(1);
    type(a, 0, "abc");
    commit(a, ok(crdt_text_delete(a, root(a, "t"), 0, 1)));
    CrdtBuf *diff = given_buf();
    expect_ok(crdt_encode_diff(a, vector_of(a), diff));
    expect_bytes(crdt_buf_bytes(diff), hex("00 01 01 01 00 01"));
}

SPEC("trap 24: a failed load leaves no document at all")
{
    CrdtDoc *d = (CrdtDoc *)(void *)1;
    CrdtFault fault;
    expect_err(CRDT_MALFORMED, crdt_load(NULL, hex("0101010004010174 05 6162"), &d, &fault));
    expect(d == (CrdtDoc *)(void *)1);
    expect(fault.offset == 8 || fault.offset == 9);
    expect_err(CRDT_MALFORMED, crdt_load(NULL, CRDT_STR(""), &d, &fault));
}

SPEC("someone else writing under our number makes us take another")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(1);
    apply(b, type(a, 0, "x"));
    expect(crdt_client(a) == 1 && crdt_client(b) != 1 && crdt_client(b) != 0);
}

SPEC("a document takes a random number when it is given none")
{
    CrdtDoc *a = given_doc(0), *b = given_doc(0);
    expect(crdt_client(a) != 0 && crdt_client(a) != crdt_client(b) && crdt_client(a) <= UINT32_MAX);
}

SPEC("merging joins what was typed one by one, and means the same")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2), *c = given_doc(3);
    CrdtBytes parts[100];
    size_t sum = 0;
    for (uint64_t i = 0; i < 100; i++) {
        parts[99 - i] = type(a, i, "x");
        sum += parts[99 - i].len;
    }
    CrdtBuf *m = given_buf();
    expect_ok(crdt_merge_updates(parts, 100, m, NULL, NULL));
    expect(m->len < 120 && sum > 1000);
    apply(b, crdt_buf_bytes(m));
    for (int i = 0; i < 100; i++)
        apply(c, parts[i]);
    expect_bytes(state_of(b), state_of(a));
    expect_bytes(state_of(c), state_of(a));
}

SPEC("merging says which update is bad")
{
    CrdtBytes parts[] = { hex("0000"), hex("0000"), hex("0001"), hex("0000") };
    CrdtBuf *m = given_buf();
    size_t bad = 9;
    expect_err(CRDT_MALFORMED, crdt_merge_updates(parts, 4, m, &bad, NULL));
    expect(bad == 2 && m->len == 0);
    expect_ok(crdt_merge_updates(parts, 0, m, &bad, NULL));
    expect_bytes(crdt_buf_bytes(m), hex("0000"));
}

SPEC("trap 10: a Skip that waits does not hide what fills it")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    CrdtBytes u[4], early[3];
    for (uint64_t i = 0; i < 4; i++)
        u[i] = type(a, 0, "x");
    early[0] = u[1];
    early[1] = u[3];
    CrdtBuf *merged = given_buf();
    expect_ok(crdt_merge_updates(early, 2, merged, NULL, NULL));
    apply(b, crdt_buf_bytes(merged)); /* 1, Skip, 3 */
    apply(b, u[2]);
    apply(b, u[0]);
    expect_equal(a, b);
    expect(crdt_stats(b).pending_bytes == 0);
}

SPEC("what was accepted once opens, whatever the limits are now")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2), *loaded;
    type(a, 0, "start ");
    for (int i = 0; i < 50; i++)
        apply(b, type(a, 0, "these wait for the start "));
    CrdtBytes stored = state_of(b);
    CrdtOptions tight = { .client = 3, .max_update_bytes = 10, .max_pending_bytes = 10,
                         .max_steps = 1 };
    expect_ok(crdt_load(&tight, stored, &loaded, NULL));
    expect(crdt_stats(loaded).pending_bytes > 10);
    expect_err(CRDT_LIMIT, crdt_apply(loaded, state_of(a), NULL, NULL));
    crdt_close(loaded);
}

/** Positions that stay, snapshots, restoring, undo. See also changes.mjs. */
#include "spec.h"

static CrdtBytes snapshot_of(CrdtDoc *d)
{
    CrdtBuf *b = given_buf();
    expect_ok(crdt_snapshot(d, b));
    return crdt_buf_bytes(b);
}

SPEC("a position stays with its character while others type before it")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t"), found;
    CrdtPosition before, after, end;
    uint64_t index;
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("abc"), NULL, 0)));
    expect_ok(crdt_position_at(d, t, 1, 0, &before));
    expect_ok(crdt_position_at(d, t, 1, -1, &after));
    expect_ok(crdt_position_at(d, t, 3, 0, &end));
    commit(d, ok(crdt_text_insert(d, t, 1, CRDT_STR("XX"), NULL, 0)));
    expect(crdt_position_find(d, &before, &found, &index) && found.id == t.id && index == 3);
    expect(crdt_position_find(d, &after, &found, &index) && index == 1);
    expect(crdt_position_find(d, &end, &found, &index) && index == 5);
    commit(d, ok(crdt_text_delete(d, t, 3, 1)));
    expect(crdt_position_find(d, &before, &found, &index) && index == 3);
    expect_err(CRDT_RANGE, crdt_position_at(d, t, 9, 0, &before));
}

SPEC("positions are written and read as bytes and as JSON")
{
    CrdtDoc *d = given_doc(300);
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("abc"), NULL, 0)));
    CrdtPosition p, q;
    expect_ok(crdt_position_at(d, t, 2, -1, &p));
    CrdtBuf *bytes = given_buf(), *json = given_buf(), *name = given_buf();
    expect_ok(crdt_position_encode(&p, bytes));
    expect_bytes(crdt_buf_bytes(bytes), hex("00 ac02 01 41"));
    expect_ok(crdt_position_decode(crdt_buf_bytes(bytes), &q, NULL));
    expect(q.has_item && q.item_client == 300 && q.item_clock == 1 && q.assoc == -1);
    expect_ok(crdt_position_json(&p, json));
    expect_bytes(crdt_buf_bytes(json),
                 CRDT_STR("{\"tname\":\"t\",\"item\":{\"client\":300,\"clock\":1},\"assoc\":-1}"));
    expect_ok(crdt_position_from_json(crdt_buf_bytes(json), name, &q));
    expect(q.has_item && q.item_clock == 1 && q.assoc == -1 && q.root.len == 1);
}

SPEC("a malformed position says where it is wrong")
{
    CrdtPosition p = { .assoc = 42 };
    CrdtFault fault = { 0 };
    expect_err(CRDT_MALFORMED, crdt_position_decode(hex("07"), &p, &fault));
    expect(fault.offset == 1 && strcmp(fault.what, "unknown kind of position") == 0);
    expect_err(CRDT_MALFORMED, crdt_position_decode(hex("00 01"), &p, &fault));
    expect_err(CRDT_MALFORMED, crdt_position_decode(hex("00 01 01 00 00"), &p, &fault));
    CrdtBuf *name = given_buf();
    expect_err(CRDT_MALFORMED, crdt_position_from_json(CRDT_STR("{\"item\":7}"), name, &p));
    expect_err(CRDT_MALFORMED, crdt_position_from_json(CRDT_STR("{}"), name, &p));
    expect_err(CRDT_MALFORMED, crdt_position_from_json(CRDT_STR("{\"item\":{\"client\":-1}}"), name,
                                                       &p));
    expect(p.assoc == 42);
}

SPEC("a document that keeps what is deleted shows any past state")
{
    CrdtDoc *d = given_doc_with(&(CrdtOptions){ .client = 1, .keep_deleted = true }), *past;
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("world!"), NULL, 0)));
    CrdtBytes then = snapshot_of(d);
    commit(d, ok(crdt_text_insert(d, t, 6, CRDT_STR("!!"), NULL, 0)),
           ok(crdt_text_delete(d, t, 0, 3)));
    expect_ok(crdt_open_snapshot(d, then, NULL, &past, NULL));
    expect_text(past, "t", "world!");
    crdt_close(past);
    expect_text(d, "t", "ld!!!");
}

SPEC("a document that has collected what a snapshot showed says so")
{
    CrdtDoc *d = given_doc(1), *past = NULL;
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("world!"), NULL, 0)));
    CrdtBytes then = snapshot_of(d);
    commit(d, ok(crdt_text_delete(d, t, 0, 3)));
    expect_err(CRDT_RANGE, crdt_open_snapshot(d, then, NULL, &past, NULL));
    expect_ok(crdt_open_snapshot(d, snapshot_of(d), NULL, &past, NULL));
    expect_text(past, "t", "ld!");
    crdt_close(past);
    CrdtDoc *empty = given_doc(2);
    expect_err(CRDT_RANGE, crdt_open_snapshot(empty, then, NULL, &past, NULL));
}

SPEC("snapshots go to format v2 and back")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("0123456789"), NULL, 0)));
    commit(d, ok(crdt_text_delete(d, t, 6, 2)));
    commit(d, ok(crdt_text_delete(d, t, 1, 2)));
    CrdtBuf *v2 = given_buf(), *v1 = given_buf();
    expect_ok(crdt_snapshot_to_v2(snapshot_of(d), v2, NULL));
    expect_bytes(crdt_buf_bytes(v2), hex("01 01 02 01 01 03 01 01 01 0a"));
    expect_ok(crdt_snapshot_from_v2(crdt_buf_bytes(v2), v1, NULL));
    expect_bytes(crdt_buf_bytes(v1), snapshot_of(d));
}

SPEC("a snapshot knows which updates are in it")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    bool in = false;
    CrdtBytes first = commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("abc"), NULL, 0)));
    CrdtBytes then = snapshot_of(d);
    CrdtBytes second = commit(d, ok(crdt_text_delete(d, t, 0, 1)));
    expect_ok(crdt_snapshot_contains(then, first, &in, NULL));
    expect(in);
    expect_ok(crdt_snapshot_contains(then, second, &in, NULL));
    expect(!in);
}

SPEC("restoring makes a document what it was, by edits that leave alone what is still there")
{
    CrdtDoc *d = given_doc(1), *past = given_doc(2), *peer = given_doc(3);
    CrdtNode x = root(d, "x");
    commit(d, ok(crdt_insert_prosemirror(d, x, 0,
        CRDT_STR("[{\"type\":\"heading\",\"attrs\":{\"level\":1},\"content\":[{\"type\":\"text\","
                 "\"text\":\"Title\"}]},{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\","
                 "\"text\":\"one two three\",\"marks\":[{\"type\":\"bold\"}]}]}]"), NULL)));
    apply(past, state_of(d));
    CrdtValue heading;
    CrdtPosition title;
    expect(crdt_child_at(d, x, 0, &heading));
    expect_ok(crdt_position_at(d, heading.node, 0, 0, &title));
    commit(d, ok(crdt_delete(d, x, 1, 1)),
           ok(crdt_set(d, heading.node, CRDT_STR("level"), CRDT_STR("2"))),
           ok(crdt_set(d, heading.node, CRDT_STR("extra"), CRDT_STR("2"))),
           ok(crdt_insert_prosemirror(d, x, 0,
              CRDT_STR("{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"new\"}]}"),
              NULL)));
    apply(peer, state_of(d));
    apply(peer, commit(d, ok(crdt_restore(d, x, past, root(past, "x")))));
    CrdtBuf *now = given_buf(), *then = given_buf(), *theirs = given_buf();
    expect_ok(crdt_prosemirror_json(d, x, now));
    expect_ok(crdt_prosemirror_json(past, root(past, "x"), then));
    expect_ok(crdt_prosemirror_json(peer, root(peer, "x"), theirs));
    expect_bytes(crdt_buf_bytes(now), crdt_buf_bytes(then));
    expect_bytes(crdt_buf_bytes(theirs), crdt_buf_bytes(then));
    CrdtNode found;
    uint64_t index;
    expect(crdt_position_find(d, &title, &found, &index) && found.id == heading.node.id);
    expect(crdt_node_is_live(d, heading.node));
    CrdtDoc *same = given_doc(4);
    apply(same, state_of(d));
    CrdtBytes nothing = commit(d, ok(crdt_restore(d, x, same, root(same, "x"))));
    expect(nothing.len == 0); /* already so */
}

static bool is_note(void *context, CrdtBytes key)
{
    (void)context;
    return key.len > 0 && key.at[0] == 'c';
}

SPEC("restoring leaves the marks and attributes alone that are no part of a version, on what was there and what still is")
{
    CrdtDoc *d = given_doc(1), *past = given_doc(2);
    CrdtNode t = root(d, "t"), el;
    CrdtAttr comment = { CRDT_STR("c1"), CRDT_STR("true") }, bold = { CRDT_STR("bold"), CRDT_STR("true") };
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("one two three"), NULL, 0)),
           ok(crdt_insert_node(d, root(d, "x"), 0, CRDT_XML_ELEMENT, CRDT_STR("img"), &el)));
    apply(past, state_of(d));
    commit(d, ok(crdt_text_format(d, t, 4, 3, &comment, 1)), ok(crdt_text_format(d, t, 0, 3, &bold, 1)),
           ok(crdt_text_insert(d, t, 13, CRDT_STR(" four"), NULL, 0)), ok(crdt_text_delete(d, t, 5, 1)),
           ok(crdt_set(d, el, CRDT_STR("comments"), CRDT_STR("\"1\""))),
           ok(crdt_set(d, el, CRDT_STR("src"), CRDT_STR("\"b\""))));
    commit(d, ok(crdt_restore_except(d, t, past, root(past, "t"), is_note, NULL)),
           ok(crdt_restore_except(d, root(d, "x"), past, root(past, "x"), is_note, NULL)));
    expect_delta(d, "t", "[{\"insert\":\"one \"},{\"insert\":\"two\",\"attributes\":{\"c1\":true}},"
                         "{\"insert\":\" three\"}]");
    expect_xml(d, "x", "<img comments=\"1\"></img>");
}

SPEC("a document that shares no history can be taken over too")
{
    CrdtDoc *d = given_doc(1), *other = given_doc(2);
    commit(d, ok(crdt_text_insert(d, root(d, "t"), 0, CRDT_STR("mine"), NULL, 0)));
    commit(other, ok(crdt_text_insert(other, root(other, "t"), 0, CRDT_STR("a😀b"), NULL, 0)));
    commit(d, ok(crdt_restore(d, root(d, "t"), other, root(other, "t"))));
    expect_text(d, "t", "a😀b");
    expect_err(CRDT_BUSY, crdt_restore(d, root(d, "t"), other, root(other, "t")));
}

SPEC("undo takes back what this replica did and leaves what others did")
{
    CrdtDoc *d = given_doc(1), *e = given_doc(2);
    CrdtNode t = root(d, "t");
    CrdtUndo *undo;
    bool did = false;
    expect_ok(crdt_undo_open(d, NULL, &undo));
    apply(e, commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("abc"), NULL, 0))));
    apply(d, commit(e, ok(crdt_text_insert(e, root(e, "t"), 1, CRDT_STR("XY"), NULL, 0))));
    commit(d, ok(crdt_text_delete(d, t, 0, 2)));
    expect_text(d, "t", "Ybc");
    CrdtBuf *update = given_buf();
    expect_ok(crdt_undo(undo, update, &did));
    expect(did);
    expect_text(d, "t", "aXYbc");
    expect_ok(crdt_undo(undo, update, &did));
    expect_text(d, "t", "XY");
    expect_ok(crdt_undo(undo, NULL, &did));
    expect(!did);
    expect_ok(crdt_redo(undo, NULL, &did));
    expect_text(d, "t", "aXYbc");
    expect(crdt_undo_count(undo) == 1 && crdt_redo_count(undo) == 1);
    crdt_undo_close(undo);
}

SPEC("undo follows one origin and one part of the document")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t"), m = root(d, "m");
    CrdtUndo *undo;
    uint64_t ann = 5;
    expect_ok(crdt_undo_open(d, &(CrdtUndoOptions){ .scope = &t, .scope_count = 1, .origins = &ann,
                                                    .origin_count = 1 }, &undo));
    crdt_set_origin(d, 5);
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("ann"), NULL, 0)),
           ok(crdt_set(d, m, CRDT_STR("k"), CRDT_STR("1"))));
    crdt_set_origin(d, 6);
    commit(d, ok(crdt_text_insert(d, t, 3, CRDT_STR(" bob"), NULL, 0)));
    expect(crdt_undo_count(undo) == 1);
    expect_ok(crdt_undo(undo, NULL, NULL));
    expect_text(d, "t", " bob");
    expect_json(d, "m", CRDT_MAP, "{\"k\":1}");
    crdt_undo_close(undo);
}

SPEC("an update is taken back long after, as far as its content is kept")
{
    CrdtDoc *d = given_doc_with(&(CrdtOptions){ .client = 1, .keep_deleted = true });
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("good text"), NULL, 0)));
    CrdtBytes bad = commit(d, ok(crdt_text_delete(d, t, 4, 5)),
                           ok(crdt_text_insert(d, t, 0, CRDT_STR("spam "), NULL, 0)));
    commit(d, ok(crdt_text_insert(d, t, 9, CRDT_STR("!"), NULL, 0)));
    expect_text(d, "t", "spam good!");
    CrdtBuf *update = given_buf();
    expect_ok(crdt_revert(d, bad, update, NULL));
    expect_text(d, "t", "good text!");
    expect(update->len > 0);
}

static int64_t fixed_clock(void *context) { return *(const int64_t *)context; }

SPEC("edits close in time are one step of undo, unless they are told apart")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    int64_t now = 1000;
    CrdtUndo *undo;
    expect_ok(crdt_undo_open(d, &(CrdtUndoOptions){ .capture_ms = 500, .now_ms = fixed_clock,
                                                    .context = &now }, &undo));
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("one"), NULL, 0)));
    now += 499;
    commit(d, ok(crdt_text_insert(d, t, 3, CRDT_STR(" two"), NULL, 0)));
    expect(crdt_undo_count(undo) == 1);
    now += 500;
    commit(d, ok(crdt_text_insert(d, t, 7, CRDT_STR(" three"), NULL, 0)));
    crdt_undo_split(undo);
    commit(d, ok(crdt_text_delete(d, t, 0, 4)));
    expect(crdt_undo_count(undo) == 3);
    expect_ok(crdt_undo(undo, NULL, NULL));
    expect_ok(crdt_undo(undo, NULL, NULL));
    expect_text(d, "t", "one two");
    expect_ok(crdt_undo(undo, NULL, NULL));
    expect_text(d, "t", "");
    crdt_undo_close(undo);
}

SPEC("a server takes back what one person's updates did, and nobody else's")
{
    CrdtDoc *server = given_doc(1), *ann = given_doc(2), *bob = given_doc(3);
    uint64_t tracked = 2;
    CrdtUndo *undo;
    expect_ok(crdt_undo_open(server, &(CrdtUndoOptions){ .origins = &tracked, .origin_count = 1,
                                                         .remote = true }, &undo));
    crdt_set_origin(server, 2);
    apply(server, commit(ann, ok(crdt_text_insert(ann, root(ann, "t"), 0, CRDT_STR("ann "), NULL,
                                                  0)),
                         ok(crdt_set(ann, root(ann, "m"), CRDT_STR("k"), CRDT_STR("1")))));
    apply(bob, state_of(server));
    crdt_set_origin(server, 3);
    apply(server, commit(bob, ok(crdt_text_insert(bob, root(bob, "t"), 4, CRDT_STR("bob"), NULL,
                                                  0)),
                         ok(crdt_set(bob, root(bob, "m"), CRDT_STR("k"), CRDT_STR("2")))));
    crdt_set_origin(server, 0);
    CrdtBuf *update = given_buf();
    expect_ok(crdt_undo(undo, update, NULL));
    apply(bob, crdt_buf_bytes(update));
    expect_text(bob, "t", "bob");
    expect_json(bob, "m", CRDT_MAP, "{\"k\":2}");
    expect_equal(server, bob);
    crdt_undo_close(undo);
}

/** Observation: what a transaction changed, as Yjs's events say it. See also changes.mjs. */
#include "spec.h"

static const CrdtAttr bold = { { (const uint8_t *)"bold", 4 }, { (const uint8_t *)"true", 4 } };

/** Appends every event as JSON, one a line. */
static void note(void *context, CrdtChanges *changes)
{
    CrdtBuf *log = context;
    expect(!changes->lost);
    for (size_t i = 0; i < changes->count; i++) {
        expect_ok(crdt_event_json(changes, &changes->events[i], log));
        expect_ok(crdt_buf_add(log, "\n", 1));
    }
}

static CrdtBuf *given_observer(CrdtDoc *d)
{
    CrdtBuf *log = given_buf();
    CrdtObserver *o;
    expect_ok(crdt_observe(d, note, log, &o));
    return log;
}

static void expect_log_at(int line, CrdtBuf *log, const char *want)
{
    CrdtBytes got = crdt_buf_bytes(log);
    if (got.len != strlen(want) || memcmp(got.at, want, got.len) != 0) {
        printf("    got  %.*s    want %s", (int)got.len, (const char *)got.at, want);
        spec_fail(__FILE__, line, "events", "");
    }
    crdt_buf_clear(log);
}
#define expect_log(log, want) expect_log_at(__LINE__, log, want)

SPEC("typing is told as a delta with what stays before it")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    CrdtBuf *log = given_observer(d);
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("hello"), NULL, 0)));
    expect_log(log, "{\"path\":[\"t\"],\"delta\":[{\"insert\":\"hello\"}]}\n");
    commit(d, ok(crdt_text_insert(d, t, 5, CRDT_STR(" there"), NULL, 0)));
    expect_log(log, "{\"path\":[\"t\"],\"delta\":[{\"retain\":5},{\"insert\":\" there\"}]}\n");
    commit(d, ok(crdt_text_delete(d, t, 1, 3)), ok(crdt_text_format(d, t, 0, 1, &bold, 1)));
    expect_log(log, "{\"path\":[\"t\"],\"delta\":[{\"retain\":1,\"attributes\":{\"bold\":true}},"
                    "{\"delete\":3}]}\n");
}

SPEC("a remote typing run that grows an item in place is told by its new units only")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    CrdtNode t = root(a, "t");
    apply(b, commit(a, ok(crdt_text_insert(a, t, 0, CRDT_STR("ab"), NULL, 0))));
    CrdtBuf *log = given_observer(b);
    apply(b, commit(a, ok(crdt_text_insert(a, t, 2, CRDT_STR("c"), NULL, 0))));
    expect_log(log, "{\"path\":[\"t\"],\"delta\":[{\"retain\":2},{\"insert\":\"c\"}]}\n");
}

SPEC("lists and keys are told with old values, nested ones with their path")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode x = root(d, "x"), p;
    commit(d, ok(crdt_insert_node(d, x, 0, CRDT_XML_ELEMENT, CRDT_STR("a"), &p)),
           ok(crdt_insert_node(d, x, 1, CRDT_XML_ELEMENT, CRDT_STR("p"), &p)),
           ok(crdt_set(d, p, CRDT_STR("k"), CRDT_STR("1"))),
           ok(crdt_set(d, p, CRDT_STR("gone"), CRDT_STR("2"))));
    CrdtBuf *log = given_observer(d);
    commit(d, ok(crdt_set(d, p, CRDT_STR("k"), CRDT_STR("2"))),
           ok(crdt_set(d, p, CRDT_STR("new"), CRDT_STR("3"))),
           ok(crdt_unset(d, p, CRDT_STR("gone"))));
    expect_log(log, "{\"path\":[\"x\",1],\"keys\":{\"k\":{\"action\":\"update\",\"oldValue\":1},"
                    "\"gone\":{\"action\":\"delete\",\"oldValue\":2},"
                    "\"new\":{\"action\":\"add\"}}}\n");
    commit(d, ok(crdt_delete(d, x, 0, 1)));
    expect_log(log, "{\"path\":[\"x\"],\"delta\":[{\"delete\":1}]}\n");
}

SPEC("what is made and deleted within a transaction has no event but its parent's")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode x = root(d, "x"), p, t;
    CrdtBuf *log = given_observer(d);
    commit(d, ok(crdt_insert_node(d, x, 0, CRDT_XML_ELEMENT, CRDT_STR("p"), &p)),
           ok(crdt_insert_node(d, p, 0, CRDT_XML_TEXT, CRDT_STR(""), &t)),
           ok(crdt_text_insert(d, t, 0, CRDT_STR("hi"), NULL, 0)));
    expect_log(log, "{\"path\":[\"x\"],\"delta\":[{\"insert\":[\"<p>hi</p>\"]}]}\n");
    commit(d, ok(crdt_text_delete(d, t, 0, 2)), ok(crdt_delete(d, x, 0, 1)));
    expect_log(log, "{\"path\":[\"x\"],\"delta\":[{\"delete\":1}]}\n");
}

typedef struct Seen {
    CrdtDoc *doc;
    CrdtNode node;
    int calls, local;
    uint64_t origin;
} Seen;

static void try_to_write(void *context, CrdtChanges *changes)
{
    Seen *s = context;
    s->calls++;
    s->local += changes->local;
    s->origin = changes->origin;
    CrdtObserver *o;
    expect_err(CRDT_BUSY, crdt_begin(s->doc));
    expect_err(CRDT_BUSY, crdt_set(s->doc, s->node, CRDT_STR("k"), CRDT_STR("1")));
    expect_err(CRDT_BUSY, crdt_apply(s->doc, hex("0000"), NULL, NULL));
    expect_err(CRDT_BUSY, crdt_observe(s->doc, try_to_write, s, &o));
}

SPEC("an observer may read but not write, learns the origin, and hears nothing once it has gone")
{
    CrdtDoc *d = given_doc(1), *e = given_doc(2);
    Seen seen = { .doc = d, .node = root(d, "m") };
    CrdtObserver *o;
    expect_ok(crdt_observe(d, try_to_write, &seen, &o));
    crdt_set_origin(d, 77);
    commit(d, ok(crdt_set(d, seen.node, CRDT_STR("a"), CRDT_STR("1"))));
    expect(seen.calls == 1 && seen.local == 1 && seen.origin == 77);
    apply(d, commit(e, ok(crdt_set(e, root(e, "m"), CRDT_STR("b"), CRDT_STR("2")))));
    expect(seen.calls == 2 && seen.local == 1);
    apply(d, state_of(e)); /* nothing new */
    expect(seen.calls == 2);
    crdt_unobserve(d, o);
    commit(d, ok(crdt_set(d, seen.node, CRDT_STR("a"), CRDT_STR("3"))));
    expect(seen.calls == 2);
}

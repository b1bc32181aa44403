/** Memory that runs out at every allocation in turn while a document is observed, undone, restored and
 *  shown as it was: an error, a usable document, nothing leaked. */
#include "spec.h"

typedef struct Told {
    CrdtBuf json;
    int lost, failed;
} Told;

static void tell(void *context, CrdtChanges *changes)
{
    Told *t = context;
    t->lost += changes->lost;
    for (size_t i = 0; i < changes->count; i++) {
        CrdtErr err = crdt_event_json(changes, &changes->events[i], &t->json);
        expect(err == CRDT_OK || err == CRDT_NOMEM);
        t->failed += err == CRDT_NOMEM;
    }
}

static CrdtErr first_of(CrdtErr a, CrdtErr b)
{
    return a != CRDT_OK ? a : b;
}

static CrdtErr write_text(CrdtDoc *d, CrdtNode t, uint64_t at, CrdtBytes text)
{
    CrdtAttr bold = { CRDT_STR("bold"), CRDT_STR("true") };
    CrdtErr err = crdt_begin(d);
    err = first_of(err, crdt_text_insert(d, t, at, text, &bold, 1));
    return first_of(err, crdt_commit(d, NULL));
}

static CrdtErr write_tree(CrdtDoc *d, CrdtNode x)
{
    CrdtNode el;
    CrdtErr err = crdt_begin(d);
    err = first_of(err, crdt_insert_node(d, x, 0, CRDT_XML_ELEMENT, CRDT_STR("p"), &el));
    if (err == CRDT_OK)
        err = crdt_set(d, el, CRDT_STR("k"), CRDT_STR("{\"a\":[1]}"));
    return first_of(err, crdt_commit(d, NULL));
}

static CrdtErr drop(CrdtDoc *d, CrdtNode t, CrdtNode x)
{
    CrdtErr err = crdt_begin(d);
    if (crdt_length(d, t) > 2)
        err = first_of(err, crdt_text_delete(d, t, 1, 2));
    if (crdt_length(d, x) > 0)
        err = first_of(err, crdt_delete(d, x, 0, 1));
    return first_of(err, crdt_commit(d, NULL));
}

/** An afternoon of a document; the first thing that failed. */
static CrdtErr live_through(CrdtDoc *d, Told *told, const CrdtAllocator *allocator)
{
    CrdtObserver *observer = NULL;
    CrdtUndo *undo = NULL;
    CrdtDoc *past = NULL;
    CrdtNode t, x;
    CrdtBuf snapshot = { .allocator = allocator }, update = { .allocator = allocator };
    CrdtBuf v2 = { .allocator = allocator };
    CrdtOptions o = { .allocator = allocator };
    CrdtErr err = crdt_root_make(d, CRDT_STR("t"), &t);
    err = first_of(err, crdt_root_make(d, CRDT_STR("x"), &x));
    err = first_of(err, crdt_observe(d, tell, told, &observer));
    err = first_of(err, crdt_undo_open(d, NULL, &undo));
    if (err == CRDT_OK) {
        err = write_text(d, t, 0, CRDT_STR("hello"));
        err = first_of(err, write_tree(d, x));
        err = first_of(err, crdt_snapshot(d, &snapshot));
        err = first_of(err, crdt_snapshot_to_v2(crdt_buf_bytes(&snapshot), &v2, NULL));
        err = first_of(err, drop(d, t, x));
        for (int i = 0; i < 3; i++) {
            err = first_of(err, crdt_undo(undo, &update, NULL));
            err = first_of(err, i < 2 ? crdt_redo(undo, &update, NULL) : CRDT_OK);
        }
        crdt_undo_close(undo);
        if (err == CRDT_OK)
            err = crdt_open_snapshot(d, crdt_buf_bytes(&snapshot), &o, &past, NULL);
        if (err == CRDT_OK && (err = crdt_begin(d)) == CRDT_OK) {
            err = crdt_restore(d, x, past, crdt_root(past, CRDT_STR("x")));
            err = first_of(err, crdt_commit(d, &update));
        }
    } else {
        crdt_undo_close(undo);
    }
    crdt_unobserve(d, observer);
    crdt_close(past);
    crdt_buf_done(&snapshot);
    crdt_buf_done(&update);
    crdt_buf_done(&v2);
    return err;
}

SPEC("memory that runs out while observed, undone and restored leaves a document that can go on")
{
    uint64_t failures = 0;
    for (uint64_t at = 1;; at++) {
        Counter c = { .fail_at = at };
        CrdtAllocator allocator = { counted, &c };
        CrdtOptions o = { .client = 9, .allocator = &allocator, .keep_deleted = at % 2 == 0 };
        CrdtDoc *d, *copy;
        if (crdt_open(&o, &d) != CRDT_OK)
            continue;
        Told told = { .json = { .allocator = &allocator } };
        CrdtErr err = live_through(d, &told, &allocator);
        expect(err == CRDT_OK || err == CRDT_NOMEM || (err == CRDT_RANGE && !o.keep_deleted));
        failures += err == CRDT_NOMEM || told.lost > 0 || told.failed > 0;
        bool done = c.calls < at;
        c.fail_at = 0; /* from here on there is enough */
        CrdtBuf state = { 0 }, again = { 0 };
        expect_ok(crdt_encode(d, &state));
        expect_ok(crdt_load(NULL, crdt_buf_bytes(&state), &copy, NULL));
        expect_ok(crdt_encode(copy, &again));
        expect(crdt_root(copy, CRDT_STR("t")).id == 0 || again.len > 0);
        expect_ok(write_text(d, root(d, "t"), 0, CRDT_STR("on")));
        crdt_buf_done(&state);
        crdt_buf_done(&again);
        crdt_buf_done(&told.json);
        crdt_close(copy);
        crdt_close(d);
        expect(c.held == 0);
        if (done)
            break;
    }
    expect(failures > 50);
}

SPEC("memory that runs out while an update is taken back is an error, and nothing is left behind")
{
    CrdtDoc *source = given_doc_with(&(CrdtOptions){ .client = 1, .keep_deleted = true });
    CrdtNode t = root(source, "t");
    CrdtBytes first = commit(source, ok(crdt_text_insert(source, t, 0, CRDT_STR("abcdef"), NULL,
                                                         0)));
    CrdtBytes second = commit(source, ok(crdt_text_delete(source, t, 1, 3)),
                              ok(crdt_text_insert(source, t, 0, CRDT_STR("xy"), NULL, 0)));
    for (uint64_t at = 1;; at++) {
        Counter c = { .fail_at = at };
        CrdtAllocator allocator = { counted, &c };
        CrdtOptions o = { .client = 9, .allocator = &allocator, .keep_deleted = true };
        CrdtDoc *d;
        CrdtBuf out = { .allocator = &allocator };
        if (crdt_open(&o, &d) != CRDT_OK)
            continue;
        CrdtErr err = crdt_apply(d, first, NULL, NULL);
        err = first_of(err, crdt_apply(d, second, NULL, NULL));
        err = first_of(err, crdt_revert(d, second, &out, NULL));
        expect(err == CRDT_OK || err == CRDT_NOMEM);
        if (err == CRDT_OK)
            expect_text(d, "t", "abcdef");
        crdt_buf_done(&out);
        crdt_close(d);
        expect(c.held == 0);
        if (c.calls < at)
            break;
    }
}

SPEC("memory that runs out while converting and reading apart updates is an error, nothing more")
{
    CrdtDoc *d = given_doc(3);
    commit(d, ok(crdt_text_insert(d, root(d, "t"), 0, CRDT_STR("héllo"), NULL, 0)),
           ok(crdt_set(d, root(d, "m"), CRDT_STR("k"), CRDT_STR("[1,\"two\",{\"x\":null}]"))));
    CrdtBytes update = state_of(d);
    CrdtBuf *whole = given_buf();
    expect_ok(crdt_update_to_v2(update, whole, NULL));
    for (uint64_t at = 1;; at++) {
        Counter c = { .fail_at = at };
        CrdtAllocator allocator = { counted, &c };
        CrdtBuf v2 = { .allocator = &allocator }, v1 = { .allocator = &allocator };
        CrdtBuf sv = { .allocator = &allocator }, diff = { .allocator = &allocator };
        CrdtErr errs[] = { crdt_update_to_v2(update, &v2, NULL),
                           crdt_update_from_v2(crdt_buf_bytes(whole), &v1, NULL),
                           crdt_state_vector_from_update(update, &sv, NULL),
                           crdt_diff_update(update, CRDT_STR("\0"), &diff, NULL) };
        for (size_t i = 0; i < 4; i++)
            expect(errs[i] == CRDT_OK || errs[i] == CRDT_NOMEM);
        CrdtOptions options = { .allocator = &allocator };
        CrdtDoc *loaded = NULL;
        CrdtErr err = crdt_load_v2(&options, crdt_buf_bytes(whole), &loaded, NULL);
        expect(err == CRDT_OK ? loaded != NULL : err == CRDT_NOMEM && loaded == NULL);
        crdt_close(loaded);
        expect(errs[0] == CRDT_OK || v2.len == 0);
        expect(errs[1] == CRDT_OK || v1.len == 0);
        crdt_buf_done(&v2);
        crdt_buf_done(&v1);
        crdt_buf_done(&sv);
        crdt_buf_done(&diff);
        expect(c.held == 0);
        if (c.calls < at)
            break;
    }
}

SPEC("memory that runs out in awareness leaves who was there")
{
    CrdtBuf *update = given_buf();
    CrdtAwarenessEntry ann = { 5, 1, CRDT_STR("{\"user\":\"ann\"}") };
    expect_ok(crdt_write_varuint(update, 1));
    expect_ok(crdt_awareness_write_entry(update, &ann));
    for (uint64_t at = 1;; at++) {
        Counter c = { .fail_at = at };
        CrdtAllocator allocator = { counted, &c };
        CrdtAwareness *a;
        CrdtBuf out = { .allocator = &allocator };
        if (crdt_awareness_open(&(CrdtAwarenessOptions){ .allocator = &allocator }, &a) != CRDT_OK)
            continue;
        CrdtErr err = crdt_awareness_apply(a, crdt_buf_bytes(update), 1, NULL, NULL, NULL);
        expect(err == CRDT_OK || err == CRDT_NOMEM);
        expect(crdt_awareness_count(a) == (err == CRDT_OK));
        err = crdt_awareness_encode(a, &out);
        expect(err == CRDT_OK || (err == CRDT_NOMEM && out.len == 0));
        crdt_buf_done(&out);
        crdt_awareness_close(a);
        expect(c.held == 0);
        if (c.calls < at)
            break;
    }
}

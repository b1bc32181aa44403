/** y-protocols: sync messages and awareness. */
#include "spec.h"

SPEC("trap 21: step 1, step 2 and updates make two replicas equal")
{
    CrdtDoc *a = given_doc(1), *b = given_doc(2);
    CrdtBytes made = commit(a,
                            ok(crdt_text_insert(a, root(a, "t"), 0, CRDT_STR("hello"), NULL, 0)));
    CrdtBuf *step1 = given_buf(), *step2 = given_buf(), *update = given_buf();
    CrdtSyncKind kind;
    CrdtBytes payload, in;
    expect_ok(crdt_sync_write_step1(b, step1));
    in = crdt_buf_bytes(step1);
    expect_ok(crdt_sync_read(&in, &kind, &payload));
    expect(kind == CRDT_SYNC_STEP1 && in.len == 0);
    expect_ok(crdt_sync_write_step2(a, payload, step2));
    in = crdt_buf_bytes(step2);
    expect_ok(crdt_sync_read(&in, &kind, &payload));
    expect(kind == CRDT_SYNC_STEP2);
    expect_bytes(payload, made);
    apply(b, payload);
    expect_equal(a, b);
    expect_ok(crdt_sync_write_update(made, update));
    in = crdt_buf_bytes(update);
    expect_ok(crdt_sync_read(&in, &kind, &payload));
    expect(kind == CRDT_SYNC_UPDATE);
    expect_bytes(payload, made);
}

SPEC("unknown and cut sync messages are refused")
{
    const char *const wrong[] = { "", "00", "03 00", "00 05 01", "02 ffffffff0f" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CrdtBytes in = hex(wrong[i]), payload;
        size_t len = in.len;
        CrdtSyncKind kind;
        expect_err(CRDT_MALFORMED, crdt_sync_read(&in, &kind, &payload));
        expect(in.len == len);
    }
}

static CrdtAwareness *people;
static int added, updated, removed;

static void count(void *context, uint64_t client, CrdtPresence what, CrdtBytes json)
{
    (void)context;
    (void)client;
    (void)json;
    added += what == CRDT_PRESENCE_ADDED;
    updated += what == CRDT_PRESENCE_UPDATED;
    removed += what == CRDT_PRESENCE_REMOVED;
}

static CrdtBytes says(uint64_t client, uint64_t clock, const char *json)
{
    CrdtBuf *b = given_buf();
    CrdtAwarenessEntry e = { client, clock, crdt_str(json) };
    expect_ok(crdt_write_varuint(b, 1));
    expect_ok(crdt_awareness_write_entry(b, &e));
    return crdt_buf_bytes(b);
}

static void given_people(void)
{
    crdt_awareness_close(people);
    people = NULL;
    added = updated = removed = 0;
    expect_ok(crdt_awareness_open(NULL, &people));
}

static void hear(CrdtBytes update, int64_t now_ms)
{
    expect_ok(crdt_awareness_apply(people, update, now_ms, count, NULL, NULL));
}

SPEC("trap 20: the greater clock counts; an equal one only to say goodbye")
{
    given_people();
    CrdtBytes json;
    hear(says(5, 1, "{\"a\":1}"), 0);
    hear(says(5, 1, "{\"a\":2}"), 0);
    expect(crdt_awareness_get(people, 5, &json, NULL));
    expect_bytes(json, crdt_str("{\"a\":1}"));
    hear(says(5, 2, "{\"a\":3}"), 0);
    hear(says(5, 1, "null"), 0);
    expect(crdt_awareness_count(people) == 1);
    hear(says(5, 2, "null"), 0);
    expect(crdt_awareness_count(people) == 0 && !crdt_awareness_get(people, 5, NULL, NULL));
    hear(says(5, 2, "{\"a\":4}"), 0);
    expect(crdt_awareness_count(people) == 0);
    expect(added == 1 && updated == 1 && removed == 1);
}

SPEC("trap 20: someone unheard of for 30 seconds is gone, and the others are told")
{
    given_people();
    CrdtBuf *b = given_buf();
    hear(says(5, 1, "{}"), 0);
    hear(says(6, 1, "{}"), 20000);
    expect_ok(crdt_awareness_expire(people, 29999, count, NULL, b));
    expect(b->len == 0);
    expect_ok(crdt_awareness_expire(people, 30000, count, NULL, b));
    expect_bytes(crdt_buf_bytes(b), hex("01 05 01 04 6e756c6c"));
    expect(crdt_awareness_count(people) == 1 && removed == 1);
}

SPEC("trap 20: removing a connection's client keeps its clock, and leaves others alone")
{
    given_people();
    CrdtBuf *b = given_buf(), *all = given_buf();
    hear(says(5, 7, "{\"x\":1}"), 0);
    hear(says(6, 9, "{\"y\":1}"), 0);
    expect_ok(crdt_awareness_remove(people, 5, b));
    expect_bytes(crdt_buf_bytes(b), hex("01 05 07 04 6e756c6c"));
    expect_ok(crdt_awareness_remove(people, 5, b));
    expect(b->len == 8);
    expect_ok(crdt_awareness_encode(people, all));
    expect_bytes(crdt_buf_bytes(all), says(6, 9, "{\"y\":1}"));
}

SPEC("awareness that is cut, too large or not JSON is refused whole")
{
    given_people();
    CrdtFault fault;
    expect_err(CRDT_MALFORMED,
               crdt_awareness_apply(people, hex("02 05 01 02 7b7d 06 01 02 7b"), 0, count, NULL,
                                    &fault));
    expect_err(CRDT_MALFORMED,
               crdt_awareness_apply(people, hex("01 05 01 01 7b"), 0, count, NULL, &fault));
    expect(fault.offset == 3);
    expect_err(CRDT_MALFORMED,
               crdt_awareness_apply(people, hex("01 05 01 02 7b7d 00"), 0, count, NULL, &fault));
    expect_err(CRDT_MALFORMED,
               crdt_awareness_apply(people, hex("ffffffff0f"), 0, count, NULL, &fault));
    expect(crdt_awareness_count(people) == 0 && added == 0);
    CrdtBuf *json = given_buf();
    expect_ok(crdt_buf_add(json, "\"", 1));
    for (int i = 0; i < 70000; i++)
        expect_ok(crdt_buf_add(json, "x", 1));
    expect_ok(crdt_buf_add(json, "\"\0", 2));
    expect_err(CRDT_LIMIT,
               crdt_awareness_apply(people, says(5, 1, (const char *)json->at), 0, count, NULL,
                                    &fault));
    crdt_awareness_close(people);
    people = NULL;
}

SPEC("awareness holds no more people than allowed, and forgets those long gone")
{
    crdt_awareness_close(people);
    expect_ok(crdt_awareness_open(&(CrdtAwarenessOptions){ .max_clients = 3 }, &people));
    for (uint64_t i = 1; i <= 3; i++)
        hear(says(i, 1, "{}"), (int64_t)i);
    expect_err(CRDT_LIMIT, crdt_awareness_apply(people, says(4, 1, "{}"), 4, NULL, NULL, NULL));
    for (uint64_t i = 1; i < 100; i++) {
        expect_ok(crdt_awareness_remove(people, i, NULL));
        hear(says(i + 3, 1, "{}"), (int64_t)i);
    }
    expect(crdt_awareness_count(people) == 3);
    crdt_awareness_close(people);
    people = NULL;
}

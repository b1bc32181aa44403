/** Hostile updates, one after the other, into one document; then reading and writing it. */
#include "fuzz.h"

static void write_somewhere(CrdtDoc *d)
{
    CrdtNode root = crdt_root_at(d, 0, NULL);
    CrdtBuf update = { 0 };
    CrdtAttr bold = { CRDT_STR("bold"), CRDT_STR("true") };
    if (root.id == 0)
        return;
    uint64_t length = crdt_length(d, root);
    MUST(crdt_begin(d) == CRDT_OK);
    CrdtErr errs[] = { crdt_text_insert(d, root, length / 2, CRDT_STR("x\xF0\x9F\x98\x80"), NULL,
                                        0),
                       crdt_text_format(d, root, 0, length / 2, &bold, 1),
                       crdt_text_delete(d, root, length / 3, length / 3),
                       crdt_insert(d, root, length / 2, CRDT_STR("[1,{\"a\":2}]")),
                       crdt_delete(d, root, 0, length / 4),
                       crdt_set(d, root, CRDT_STR("k"), CRDT_STR("[1.5]")) };
    for (size_t i = 0; i < sizeof errs / sizeof *errs; i++)
        MUST(errs[i] == CRDT_OK || errs[i] == CRDT_RANGE || errs[i] == CRDT_LIMIT);
    MUST(crdt_commit(d, &update) == CRDT_OK);
    MUST(update.len == 0 || crdt_validate_update(crdt_buf_bytes(&update), NULL) == CRDT_OK);
    crdt_buf_done(&update);
}

static void hear_nothing(void *context, CrdtChanges *changes)
{
    (void)context, (void)changes;
}

/** Loading into a blank document and typing have short ways of their own, unless somebody observes: both
 *  ways give the same document. */
static void check_same(CrdtDoc *d, CrdtDoc *observed)
{
    CrdtBuf a = { 0 }, b = { 0 };
    MUST(crdt_encode(d, &a) == CRDT_OK && crdt_encode(observed, &b) == CRDT_OK);
    MUST(a.len == b.len && memcmp(a.at, b.at, a.len) == 0);
    crdt_buf_done(&a);
    crdt_buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CrdtBytes in = { data, size };
    CrdtOptions options = { .client = 7, .max_steps = 1 << 20, .max_pending_bytes = 1 << 16 };
    CrdtDoc *d, *observed;
    CrdtObserver *observer;
    bool same = true;
    if (size < 1)
        return 0;
    options.keep_deleted = in.at[0] & 1;
    in.at++;
    in.len--;
    MUST(crdt_open(&options, &d) == CRDT_OK && crdt_open(&options, &observed) == CRDT_OK);
    MUST(crdt_observe(observed, hear_nothing, NULL, &observer) == CRDT_OK);
    while (in.len > 2) {
        CrdtBytes piece = next_piece(&in);
        CrdtFault fault = { 0 };
        CrdtApplied did = { 0 };
        CrdtErr valid = crdt_validate_update(piece, NULL);
        CrdtErr err = crdt_apply(d, piece, &did, &fault);
        same = crdt_apply(observed, piece, NULL, NULL) != CRDT_LIMIT && err != CRDT_LIMIT && same;
        MUST(fault.offset <= piece.len);
        MUST(valid == CRDT_OK ? err == CRDT_OK || err == CRDT_LIMIT : err == valid);
        bool known = false;
        if (err == CRDT_OK && !did.pending)
            MUST(crdt_is_known(d, piece, &known, NULL) == CRDT_OK && known);
    }
    if (same)
        check_same(d, observed);
    crdt_close(observed);
    check_document(d);
    read_everything(d);
    write_somewhere(d);
    check_document(d);
    crdt_close(d);
    return 0;
}

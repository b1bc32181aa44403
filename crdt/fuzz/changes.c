/** Hostile updates into a document that is observed, undone, reverted and restored. */
#include "fuzz.h"

static void note(void *context, CrdtChanges *changes)
{
    CrdtBuf *out = context;
    crdt_buf_clear(out);
    for (size_t i = 0; i < changes->count; i++) {
        const CrdtEvent *event = &changes->events[i];
        const CrdtDelta *steps = NULL;
        size_t count = 0;
        uint64_t now = 0;
        MUST(crdt_node_is_live(changes->doc, event->node));
        CrdtErr err = crdt_event_json(changes, event, out);
        MUST(err == CRDT_OK || err == CRDT_LIMIT);
        MUST(crdt_event_delta(changes, event->node, &steps, &count) == CRDT_OK);
        for (size_t k = 0; k < count; k++)
            now += steps[k].kind == CRDT_DELETE ? 0 : steps[k].units;
        MUST(now <= crdt_length(changes->doc, event->node));
    }
    MUST(!changes->lost);
}

static void write_somewhere(CrdtDoc *d)
{
    CrdtNode root = crdt_root_at(d, 0, NULL);
    CrdtAttr bold = { CRDT_STR("bold"), CRDT_STR("true") };
    if (root.id == 0)
        return;
    uint64_t length = crdt_length(d, root);
    MUST(crdt_begin(d) == CRDT_OK);
    CrdtErr errs[] = { crdt_text_insert(d, root, length / 2, CRDT_STR("xy"), NULL, 0),
                       crdt_text_format(d, root, 0, length / 2, &bold, 1),
                       crdt_text_delete(d, root, length / 3, length / 3),
                       crdt_set(d, root, CRDT_STR("k"), CRDT_STR("1")) };
    for (size_t i = 0; i < sizeof errs / sizeof *errs; i++)
        MUST(errs[i] == CRDT_OK || errs[i] == CRDT_RANGE || errs[i] == CRDT_LIMIT);
    MUST(crdt_commit(d, NULL) == CRDT_OK);
}

static bool fine(CrdtErr err)
{
    return err == CRDT_OK || err == CRDT_LIMIT; /* no clocks left */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CrdtBytes in = { data, size };
    CrdtOptions options = { .client = 7, .max_steps = 1 << 20, .max_pending_bytes = 1 << 16 };
    CrdtUndoOptions track = { .remote = true };
    CrdtDoc *d, *past = NULL;
    CrdtObserver *observer;
    CrdtUndo *undo;
    CrdtBuf log = { 0 }, update = { 0 }, state = { 0 };
    if (size < 1)
        return 0;
    options.keep_deleted = in.at[0] & 1;
    in.at++;
    in.len--;
    MUST(crdt_open(&options, &d) == CRDT_OK);
    MUST(crdt_observe(d, note, &log, &observer) == CRDT_OK);
    MUST(crdt_undo_open(d, &track, &undo) == CRDT_OK);
    CrdtBytes piece = { 0 };
    while (in.len > 2) {
        piece = next_piece(&in);
        (void)!crdt_apply(d, piece, NULL, NULL);
        if (past == NULL && in.len > 2) {
            MUST(crdt_encode(d, &state) == CRDT_OK);
            MUST(crdt_load(NULL, crdt_buf_bytes(&state), &past, NULL) == CRDT_OK);
        }
    }
    write_somewhere(d);
    for (int i = 0; i < 4; i++)
        MUST(fine(i % 2 == 0 ? crdt_undo(undo, &update, NULL) : crdt_redo(undo, &update, NULL)));
    CrdtErr valid = crdt_validate_update(piece, NULL);
    CrdtErr err = crdt_revert(d, piece, &update, NULL);
    MUST(valid == CRDT_OK ? fine(err) : err == valid);
    if (past != NULL && crdt_root_at(past, 0, NULL).id != 0 && crdt_root_at(d, 0, NULL).id != 0) {
        MUST(crdt_begin(d) == CRDT_OK);
        err = crdt_restore(d, crdt_root_at(d, 0, NULL), past, crdt_root_at(past, 0, NULL));
        MUST(fine(err));
        MUST(crdt_commit(d, &update) == CRDT_OK);
    }
    check_document(d);
    read_everything(d);
    crdt_undo_close(undo);
    crdt_unobserve(d, observer);
    crdt_close(d);
    crdt_close(past);
    crdt_buf_done(&log);
    crdt_buf_done(&update);
    crdt_buf_done(&state);
    return 0;
}

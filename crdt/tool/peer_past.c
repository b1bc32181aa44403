/** The peer's commands about the past (snapshots, restoring, positions, undo) and y-protocols. */
#include "peer.h"

/* ---- past states, positions, undo ------------------------------------------------------------ */

void cmd_snapshot(Peer *p)
{
    CrdtBuf v1 = { 0 }, v2 = { 0 };
    p->err = crdt_snapshot(doc_of(p), &v1);
    if (p->err == CRDT_OK)
        p->err = crdt_snapshot_to_v2(crdt_buf_bytes(&v1), &v2, &p->fault);
    say_base64(p, "snapshot", &v1);
    say_base64(p, "snapshotV2", &v2);
}

void cmd_snapshot_update(Peer *p)
{
    CrdtBuf snapshot = base64_of(field(p->line, "snapshot")), out = { 0 };
    p->err = crdt_encode_snapshot(doc_of(p), crdt_buf_bytes(&snapshot), &out, &p->fault);
    as_asked(p, &out);
    say_base64(p, "update", &out);
    crdt_buf_done(&snapshot);
}

/** Makes a node what it is in an update: {"cmd":"restore","name":"t","update":…}. */
void cmd_restore(Peer *p)
{
    CrdtDoc *d = doc_of(p), *past = NULL;
    CrdtBuf update = given_update(p), out = { 0 };
    if (p->err == CRDT_OK)
        p->err = crdt_load(NULL, crdt_buf_bytes(&update), &past, &p->fault);
    if (p->err == CRDT_OK)
        p->err = crdt_begin(d);
    if (p->err == CRDT_OK) {
        CrdtErr err = crdt_restore(d, node_of(d, p->line), past, node_of(past, p->line));
        p->err = crdt_commit(d, &out);
        p->err = err != CRDT_OK ? err : p->err;
    }
    as_asked(p, &out);
    say_base64(p, "update", &out);
    crdt_buf_done(&update);
    crdt_close(past);
}

void cmd_revert(Peer *p)
{
    CrdtBuf update = given_update(p), out = { 0 };
    if (p->err == CRDT_OK)
        p->err = crdt_revert(doc_of(p), crdt_buf_bytes(&update), &out, &p->fault);
    as_asked(p, &out);
    say_base64(p, "update", &out);
    crdt_buf_done(&update);
}

void cmd_position(Peer *p)
{
    CrdtDoc *d = doc_of(p);
    CrdtPosition at;
    CrdtBytes assoc = field(p->line, "assoc");
    CrdtBuf bytes = { 0 };
    p->err = crdt_position_at(d, node_of(d, p->line), number_field(p->line, "index", CRDT_END),
                              assoc.len > 0 ? (int64_t)json_number(assoc) : 0, &at);
    if (p->err != CRDT_OK)
        return;
    p->err = crdt_position_encode(&at, &bytes);
    say_base64(p, "position", &bytes);
    say(p, ",\"json\":");
    (void)!crdt_position_json(&at, &p->reply);
}

void cmd_find(Peer *p)
{
    CrdtDoc *d = doc_of(p);
    CrdtPosition at = { 0 };
    CrdtNode node;
    uint64_t index;
    CrdtBuf bytes = base64_of(field(p->line, "position")), name = { 0 };
    if (has_field(p->line, "json"))
        p->err = crdt_position_from_json(field(p->line, "json"), &name, &at);
    else
        p->err = crdt_position_decode(crdt_buf_bytes(&bytes), &at, &p->fault);
    bool found = p->err == CRDT_OK && crdt_position_find(d, &at, &node, &index);
    say_flag(p, "found", found);
    if (found) {
        say_number(p, "index", index);
        say(p, ",\"path\":");
        if (crdt_node_path(d, node, &p->reply) != CRDT_OK)
            say(p, "null");
    }
    crdt_buf_done(&bytes);
    crdt_buf_done(&name);
}

void cmd_undo_open(Peer *p)
{
    Slot *s = slot_of(p);
    CrdtNode scope[DOCS];
    size_t n = 0;
    CrdtBytes list = field(p->line, "scope");
    Json j = { list.at, list.at + list.len };
    if (list.len > 0 && json_open(&j, '['))
        for (; n < DOCS && json_item(&j); n++) {
            CrdtBuf name = text_of(json_take(&j));
            (void)!crdt_root_make(s->doc, crdt_buf_bytes(&name), &scope[n]);
            crdt_buf_done(&name);
        }
    uint64_t origin = number_field(p->line, "origin", 0);
    CrdtUndoOptions o = { .scope = scope, .scope_count = n, .origins = &origin, .origin_count = 1,
                          .remote = true_field(p->line, "remote") };
    crdt_undo_close(s->undo);
    s->undo = NULL;
    p->err = crdt_undo_open(s->doc, &o, &s->undo);
}

void cmd_undo(Peer *p)
{
    Slot *s = slot_of(p);
    CrdtBuf out = { 0 };
    bool did = false;
    p->err = s->undo == NULL ? CRDT_KIND
             : json_string_is(field(p->line, "cmd"), CRDT_STR("undo"))
                 ? crdt_undo(s->undo, &out, &did)
                 : crdt_redo(s->undo, &out, &did);
    say_flag(p, "did", did);
    as_asked(p, &out);
    say_base64(p, "update", &out);
}

/* ---- y-protocols ----------------------------------------------------------------------------- */

/** Sync messages, one after the other; what is to be answered. */
void cmd_sync(Peer *p)
{
    CrdtBuf given = base64_of(field(p->line, "message")), out = { 0 };
    CrdtBytes in = crdt_buf_bytes(&given), payload;
    CrdtSyncKind kind;
    if (in.len == 0)
        p->err = crdt_sync_write_step1(doc_of(p), &out);
    while (p->err == CRDT_OK && in.len > 0) {
        p->err = crdt_sync_read(&in, &kind, &payload);
        if (p->err == CRDT_OK && kind == CRDT_SYNC_STEP1)
            p->err = crdt_sync_write_step2(doc_of(p), payload, &out);
        else if (p->err == CRDT_OK)
            p->err = crdt_apply(doc_of(p), payload, NULL, &p->fault);
    }
    say_base64(p, "reply", &out);
    crdt_buf_done(&given);
}

/** Applies an awareness update, removes a client, or neither; tells who is here. */
void cmd_awareness(Peer *p)
{
    Slot *s = slot_of(p);
    CrdtBuf given = base64_of(field(p->line, "update")), out = { 0 };
    uint64_t client = number_field(p->line, "remove", UINT64_MAX);
    if (s->awareness == NULL)
        p->err = crdt_awareness_open(NULL, &s->awareness);
    if (p->err == CRDT_OK && given.len > 0)
        p->err = crdt_awareness_apply(s->awareness, crdt_buf_bytes(&given),
                                      (int64_t)number_field(p->line, "now", 0), NULL, NULL,
                                      &p->fault);
    if (p->err == CRDT_OK)
        p->err = client != UINT64_MAX ? crdt_awareness_remove(s->awareness, client, &out)
                                      : crdt_awareness_encode(s->awareness, &out);
    say_base64(p, "update", &out);
    say(p, ",\"states\":{");
    CrdtBytes json;
    for (size_t i = 0; p->err == CRDT_OK && crdt_awareness_at(s->awareness, i, &client, &json); i++) {
        say(p, i > 0 ? ",\"" : "\"");
        write_digits(&p->reply, client);
        say(p, "\":");
        write_raw(&p->reply, json.at, json.len);
    }
    say(p, "}");
    crdt_buf_done(&given);
}

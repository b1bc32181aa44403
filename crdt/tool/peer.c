/** The engine as a peer on stdin and stdout, one JSON object a line, binary as base64, so that a test
 *  in any language can drive it. The table at the end names every command. */
#include "tool.h"

enum { DOCS = 64, PARTS = 4096 };

typedef struct Slot {
    CrdtDoc *doc;
    CrdtObserver *observer;
    CrdtUndo *undo;
    CrdtAwareness *awareness;
} Slot;

typedef struct Peer {
    Slot slots[DOCS];
    CrdtBuf reply;
    CrdtBuf events;
    CrdtErr err;
    CrdtFault fault;
    CrdtBytes line; /* the command */
    bool ended;
} Peer;

static Slot *slot_of(Peer *p)
{
    uint64_t i = number_field(p->line, "doc", 0);
    return i < DOCS ? &p->slots[i] : NULL;
}

static CrdtDoc *doc_of(Peer *p)
{
    return slot_of(p)->doc;
}

static void say(Peer *p, const char *text)
{
    add_text(&p->reply, text);
}

static void say_flag(Peer *p, const char *name, bool value)
{
    say(p, ",\"");
    say(p, name);
    say(p, value ? "\":true" : "\":false");
}

static void say_number(Peer *p, const char *name, uint64_t value)
{
    say(p, ",\"");
    say(p, name);
    say(p, "\":");
    write_digits(&p->reply, value);
}

/** Says binary, and frees it. */
static void say_base64(Peer *p, const char *name, CrdtBuf *b)
{
    say(p, ",\"");
    say(p, name);
    say(p, "\":\"");
    add_base64(&p->reply, crdt_buf_bytes(b));
    say(p, "\"");
    crdt_buf_done(b);
}

/** Replaces a v1 update by v2 when the command asks for it. */
static void as_asked(Peer *p, CrdtBuf *update)
{
    CrdtBuf v2 = { 0 };
    if (!true_field(p->line, "v2") || p->err != CRDT_OK || update->len == 0)
        return;
    p->err = crdt_update_to_v2(crdt_buf_bytes(update), &v2, &p->fault);
    crdt_buf_done(update);
    *update = v2;
}

/** The update that the command holds, as v1. */
static CrdtBuf given_update(Peer *p)
{
    CrdtBuf update = base64_of(field(p->line, "update")), v1 = { 0 };
    if (!true_field(p->line, "v2"))
        return update;
    p->err = crdt_update_from_v2(crdt_buf_bytes(&update), &v1, &p->fault);
    crdt_buf_done(&update);
    return v1;
}

/* ---- documents ------------------------------------------------------------------------------- */

static void slot_done(Slot *s)
{
    crdt_undo_close(s->undo);
    crdt_awareness_close(s->awareness);
    crdt_close(s->doc);
    *s = (Slot){ 0 };
}

static void cmd_open(Peer *p)
{
    CrdtOptions o = { .client = number_field(p->line, "client", 0) };
    CrdtBytes gc = field(p->line, "gc");
    o.keep_deleted = gc.len > 0 && gc.at[0] == 'f';
    slot_done(slot_of(p));
    p->err = crdt_open(&o, &slot_of(p)->doc);
}

static void cmd_close(Peer *p)
{
    slot_done(slot_of(p));
}

static void cmd_apply(Peer *p)
{
    CrdtBuf update = given_update(p);
    CrdtApplied did = { 0 };
    if (has_field(p->line, "origin"))
        crdt_set_origin(doc_of(p), number_field(p->line, "origin", 0));
    if (p->err == CRDT_OK)
        p->err = crdt_apply(doc_of(p), crdt_buf_bytes(&update), &did, &p->fault);
    crdt_set_origin(doc_of(p), 0);
    say_flag(p, "changed", did.changed);
    say_flag(p, "pending", did.pending);
    crdt_buf_done(&update);
}

static void cmd_known(Peer *p)
{
    CrdtBuf update = given_update(p);
    bool known = false;
    if (p->err == CRDT_OK)
        p->err = crdt_is_known(doc_of(p), crdt_buf_bytes(&update), &known, &p->fault);
    say_flag(p, "known", known);
    crdt_buf_done(&update);
}

static void cmd_encode(Peer *p)
{
    CrdtBuf sv = base64_of(field(p->line, "sv")), out = { 0 };
    p->err = sv.len > 0 ? crdt_encode_diff(doc_of(p), crdt_buf_bytes(&sv), &out)
                        : crdt_encode(doc_of(p), &out);
    as_asked(p, &out);
    say_base64(p, "update", &out);
    crdt_buf_done(&sv);
}

static void cmd_state(Peer *p)
{
    CrdtBuf sv = { 0 }, ds = { 0 };
    p->err = crdt_encode_state_vector(doc_of(p), &sv);
    if (p->err == CRDT_OK)
        p->err = crdt_encode_delete_set(doc_of(p), &ds);
    say_base64(p, "sv", &sv);
    say_base64(p, "ds", &ds);
}

static void cmd_client(Peer *p)
{
    say_number(p, "client", crdt_client(doc_of(p)));
}

static void cmd_stats(Peer *p)
{
    CrdtStats s = crdt_stats(doc_of(p));
    say_number(p, "clients", s.clients);
    say_number(p, "structs", s.structs);
    say_number(p, "items", s.items);
    say_number(p, "nodes", s.nodes);
    say_number(p, "bytes", s.bytes);
    say_number(p, "pendingBytes", s.pending_bytes);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void edit(Peer *p, CrdtBytes ops, CrdtBytes name)
{
    CrdtDoc *d = doc_of(p);
    Json j = { ops.at, ops.at + ops.len };
    CrdtBuf update = { 0 };
    if (has_field(p->line, "origin"))
        crdt_set_origin(d, number_field(p->line, "origin", 0));
    p->err = crdt_begin(d);
    if (p->err == CRDT_OK && name.len > 0)
        p->err = run_op(d, ops, name, &p->fault);
    else if (json_open(&j, '['))
        while (p->err == CRDT_OK && json_item(&j)) {
            CrdtBytes op = json_take(&j);
            p->err = run_op(d, op, field(op, "op"), &p->fault);
        }
    CrdtErr err = crdt_commit(d, &update);
    crdt_set_origin(d, 0);
    p->err = p->err != CRDT_OK ? p->err : err;
    as_asked(p, &update);
    say_base64(p, "update", &update);
}

static void cmd_edit(Peer *p)
{
    edit(p, field(p->line, "ops"), (CrdtBytes){ 0 });
}

static void cmd_op(Peer *p)
{
    edit(p, p->line, field(p->line, "cmd"));
}

/* ---- reading --------------------------------------------------------------------------------- */

static void cmd_read(Peer *p)
{
    CrdtDoc *d = doc_of(p);
    CrdtNode node = node_of(d, p->line);
    CrdtBytes as = field(p->line, has_field(p->line, "as") ? "as" : "cmd");
    CrdtBuf raw = { 0 };
    say(p, ",\"value\":");
    size_t start = p->reply.len;
    if (json_string_is(as, CRDT_STR("json")))
        p->err = crdt_node_json(d, node, kind_of(p->line, "kind"), &p->reply);
    else if (json_string_is(as, CRDT_STR("delta")))
        p->err = crdt_text_delta(d, node, &p->reply);
    else if (json_string_is(as, CRDT_STR("prosemirror")))
        p->err = crdt_prosemirror_json(d, node, &p->reply);
    else {
        p->err = json_string_is(as, CRDT_STR("xml")) ? crdt_xml(d, node, &raw)
                                                     : crdt_text(d, node, &raw);
        json_escape_to(crdt_buf_bytes(&raw), &p->reply);
    }
    if (p->err != CRDT_OK || p->reply.len == start) {
        p->reply.len = start;
        say(p, "null");
    }
    crdt_buf_done(&raw);
}

static void note_events(void *context, CrdtChanges *changes)
{
    Peer *p = context;
    for (size_t i = 0; i < changes->count; i++) {
        if (p->events.len > 0)
            write_u8(&p->events, ',');
        (void)!crdt_event_json(changes, &changes->events[i], &p->events);
    }
}

static void cmd_observe(Peer *p)
{
    Slot *s = slot_of(p);
    if (s->observer == NULL)
        p->err = crdt_observe(s->doc, note_events, p, &s->observer);
}

/* ---- updates without a document -------------------------------------------------------------- */

static void cmd_merge(Peer *p)
{
    static CrdtBuf parts[PARTS];
    static CrdtBytes views[PARTS];
    CrdtBytes list = field(p->line, "updates");
    CrdtBuf out = { 0 };
    size_t n = 0;
    Json j = { list.at, list.at + list.len };
    if (list.len > 0 && json_open(&j, '['))
        for (; n < PARTS && json_item(&j); n++) {
            parts[n] = base64_of(json_take(&j));
            views[n] = crdt_buf_bytes(&parts[n]);
        }
    p->err = crdt_merge_updates(views, n, &out, NULL, &p->fault);
    as_asked(p, &out);
    say_base64(p, "update", &out);
    for (size_t i = 0; i < n; i++)
        crdt_buf_done(&parts[i]);
}

static void cmd_diff(Peer *p)
{
    CrdtBuf update = given_update(p), sv = base64_of(field(p->line, "sv")), out = { 0 };
    if (p->err == CRDT_OK)
        p->err = crdt_diff_update(crdt_buf_bytes(&update), crdt_buf_bytes(&sv), &out, &p->fault);
    as_asked(p, &out);
    say_base64(p, "update", &out);
    crdt_buf_done(&update);
    crdt_buf_done(&sv);
}

static void cmd_svfrom(Peer *p)
{
    CrdtBuf update = given_update(p), out = { 0 };
    if (p->err == CRDT_OK)
        p->err = crdt_state_vector_from_update(crdt_buf_bytes(&update), &out, &p->fault);
    say_base64(p, "sv", &out);
    crdt_buf_done(&update);
}

static void cmd_convert(Peer *p)
{
    CrdtBytes v2 = field(p->line, "v2");
    CrdtBuf given = base64_of(v2.len > 0 ? v2 : field(p->line, "update")), out = { 0 };
    p->err = v2.len > 0 ? crdt_update_from_v2(crdt_buf_bytes(&given), &out, &p->fault)
                        : crdt_update_to_v2(crdt_buf_bytes(&given), &out, &p->fault);
    say_base64(p, "update", &out);
    crdt_buf_done(&given);
}

/* ---- past states, positions, undo ------------------------------------------------------------ */

static void cmd_snapshot(Peer *p)
{
    CrdtBuf v1 = { 0 }, v2 = { 0 };
    p->err = crdt_snapshot(doc_of(p), &v1);
    if (p->err == CRDT_OK)
        p->err = crdt_snapshot_to_v2(crdt_buf_bytes(&v1), &v2, &p->fault);
    say_base64(p, "snapshot", &v1);
    say_base64(p, "snapshotV2", &v2);
}

static void cmd_snapshot_update(Peer *p)
{
    CrdtBuf snapshot = base64_of(field(p->line, "snapshot")), out = { 0 };
    p->err = crdt_encode_snapshot(doc_of(p), crdt_buf_bytes(&snapshot), &out, &p->fault);
    as_asked(p, &out);
    say_base64(p, "update", &out);
    crdt_buf_done(&snapshot);
}

/** Makes a node what it is in an update: {"cmd":"restore","name":"t","update":…}. */
static void cmd_restore(Peer *p)
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

static void cmd_revert(Peer *p)
{
    CrdtBuf update = given_update(p), out = { 0 };
    if (p->err == CRDT_OK)
        p->err = crdt_revert(doc_of(p), crdt_buf_bytes(&update), &out, &p->fault);
    as_asked(p, &out);
    say_base64(p, "update", &out);
    crdt_buf_done(&update);
}

static void cmd_position(Peer *p)
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

static void cmd_find(Peer *p)
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

static void cmd_undo_open(Peer *p)
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

static void cmd_undo(Peer *p)
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
static void cmd_sync(Peer *p)
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
static void cmd_awareness(Peer *p)
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

static void cmd_end(Peer *p)
{
    p->ended = true;
}

typedef struct Command {
    const char *name;
    void (*run)(Peer *p);
    bool needs_doc;
} Command;

static const Command commands[] = {
    { "open", cmd_open, false },         { "close", cmd_close, false },
    { "apply", cmd_apply, true },        { "known", cmd_known, true },
    { "encode", cmd_encode, true },      { "state", cmd_state, true },
    { "sv", cmd_state, true },           { "ds", cmd_state, true },
    { "client", cmd_client, true },      { "stats", cmd_stats, true },
    { "edit", cmd_edit, true },          { "insert", cmd_op, true },
    { "embed", cmd_op, true },           { "delete", cmd_op, true },
    { "format", cmd_op, true },          { "set", cmd_op, true },
    { "unset", cmd_op, true },           { "setNode", cmd_op, true },
    { "list", cmd_op, true },            { "listNode", cmd_op, true },
    { "setSubdoc", cmd_op, true },       { "listSubdoc", cmd_op, true },
    { "remove", cmd_op, true },          { "prosemirror", cmd_op, true },
    { "read", cmd_read, true },          { "text", cmd_read, true },
    { "xml", cmd_read, true },           { "json", cmd_read, true },
    { "delta", cmd_read, true },         { "observe", cmd_observe, true },
    { "merge", cmd_merge, false },       { "diff", cmd_diff, false },
    { "svfrom", cmd_svfrom, false },     { "convert", cmd_convert, false },
    { "snapshot", cmd_snapshot, true },  { "snapshotUpdate", cmd_snapshot_update, true },
    { "restore", cmd_restore, true },    { "revert", cmd_revert, true },
    { "position", cmd_position, true },  { "find", cmd_find, true },
    { "undoOpen", cmd_undo_open, true }, { "undo", cmd_undo, true },
    { "redo", cmd_undo, true },          { "sync", cmd_sync, true },
    { "awareness", cmd_awareness, true }, { "end", cmd_end, false },
};

static void say_error(Peer *p, const char *error)
{
    p->reply.len = 0;
    say(p, "{\"ok\":false,\"error\":");
    json_escape_to(crdt_str(error), &p->reply);
    if (p->err != CRDT_OK && p->fault.what != NULL) {
        say_number(p, "offset", p->fault.offset);
        say(p, ",\"what\":");
        json_escape_to(crdt_str(p->fault.what), &p->reply);
    }
}

static void answer(Peer *p)
{
    CrdtBytes name = field(p->line, "cmd");
    const Command *command = NULL;
    p->err = CRDT_OK;
    p->fault = (CrdtFault){ 0 };
    p->reply.len = p->events.len = 0;
    say(p, "{\"ok\":true");
    for (size_t i = 0; i < sizeof commands / sizeof *commands && name.len > 0; i++)
        if (json_string_is(name, crdt_str(commands[i].name)))
            command = &commands[i];
    if (command == NULL)
        say_error(p, name.len == 0 ? "not an object with \"cmd\"" : "no such command");
    else if (slot_of(p) == NULL)
        say_error(p, "\"doc\" is above 63");
    else if (command->needs_doc && doc_of(p) == NULL)
        say_error(p, "no such document: open it first");
    else {
        command->run(p);
        if (p->err != CRDT_OK)
            say_error(p, crdt_err_text(p->err));
        if (p->events.len > 0 || (command->needs_doc && slot_of(p)->observer != NULL)) {
            say(p, ",\"events\":[");
            write_raw(&p->reply, p->events.at, p->events.len);
            say(p, "]");
        }
    }
    say(p, "}\n");
}

int peer_run(FILE *in, FILE *out)
{
    Peer p = { 0 };
    char *line = NULL;
    size_t cap = 0;
    if (crdt_open(NULL, &p.slots[0].doc) != CRDT_OK)
        return REFUSED;
    for (ssize_t n; !p.ended && (n = getline(&line, &cap, in)) > 0;) {
        p.line = (CrdtBytes){ (uint8_t *)line, (size_t)n };
        if (utf8_units(p.line.at, p.line.len) < 0 || !json_valid(p.line))
            p.line = CRDT_STR("{}");
        answer(&p);
        fwrite(p.reply.at, 1, p.reply.len, out);
        fflush(out);
    }
    for (int i = 0; i < DOCS; i++)
        slot_done(&p.slots[i]);
    crdt_buf_done(&p.reply);
    crdt_buf_done(&p.events);
    free(line);
    return DONE;
}

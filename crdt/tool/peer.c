/** The engine as a peer on stdin and stdout, one JSON object a line, binary as base64, so that a test
 *  in any language can drive it. The table at the end names every command. */
#include "peer.h"

Slot *slot_of(Peer *p)
{
    uint64_t i = number_field(p->line, "doc", 0);
    return i < DOCS ? &p->slots[i] : NULL;
}

CrdtDoc *doc_of(Peer *p)
{
    return slot_of(p)->doc;
}

void say(Peer *p, const char *text)
{
    add_text(&p->reply, text);
}

void say_flag(Peer *p, const char *name, bool value)
{
    say(p, ",\"");
    say(p, name);
    say(p, value ? "\":true" : "\":false");
}

void say_number(Peer *p, const char *name, uint64_t value)
{
    say(p, ",\"");
    say(p, name);
    say(p, "\":");
    write_digits(&p->reply, value);
}

/** Says binary, and frees it. */
void say_base64(Peer *p, const char *name, CrdtBuf *b)
{
    say(p, ",\"");
    say(p, name);
    say(p, "\":\"");
    add_base64(&p->reply, crdt_buf_bytes(b));
    say(p, "\"");
    crdt_buf_done(b);
}

/** Replaces a v1 update by v2 when the command asks for it. */
void as_asked(Peer *p, CrdtBuf *update)
{
    CrdtBuf v2 = { 0 };
    if (!true_field(p->line, "v2") || p->err != CRDT_OK || update->len == 0)
        return;
    p->err = crdt_update_to_v2(crdt_buf_bytes(update), &v2, &p->fault);
    crdt_buf_done(update);
    *update = v2;
}

/** The update that the command holds, as v1. */
CrdtBuf given_update(Peer *p)
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

/** crdt-peer: the engine as a peer on stdin and stdout, one JSON object a line, binary as base64,
 *  so that a test in any language can drive it. {"cmd":"open","doc":0,"client":7} → {"ok":true}.
 *  See test/peers.mjs for all commands. */
#include <stdio.h>
#include <stdlib.h>

#include "../internal.h"

enum { DOCS = 64 };

typedef struct Peer {
    CrdtDoc *docs[DOCS];
    CrdtBuf reply;
    CrdtErr err;
    CrdtFault fault;
    CrdtBytes line; /* the command */
} Peer;

static CrdtBytes field(CrdtBytes object, const char *name)
{
    Json j = { object.at, object.at + object.len };
    CrdtBytes key;
    if (json_open(&j, '{'))
        while (json_field(&j, &key)) {
            CrdtBytes v = json_take(&j);
            if (json_string_is(key, crdt_str(name)))
                return v;
        }
    return (CrdtBytes){ 0 };
}

static uint64_t number(CrdtBytes object, const char *name, uint64_t otherwise)
{
    CrdtBytes v = field(object, name);
    return v.len == 0 || v.at[0] == '"' || v.at[0] == 'n' ? otherwise : (uint64_t)json_number(v);
}

/** The text of a JSON string; the caller frees the buffer. */
static CrdtBuf text_of(CrdtBytes json)
{
    CrdtBuf b = { 0 };
    if (json.len > 0 && json.at[0] == '"')
        json_text_to(json, &b);
    return b;
}

static CrdtBuf base64_of(CrdtBytes json)
{
    CrdtBuf b = { 0 };
    uint32_t bits = 0;
    int n = 0;
    for (size_t i = 1; json.len > 1 && i + 1 < json.len; i++) {
        uint8_t c = json.at[i];
        int v = c >= 'A' && c <= 'Z'   ? c - 'A'
                : c >= 'a' && c <= 'z' ? c - 'a' + 26
                : c >= '0' && c <= '9' ? c - '0' + 52
                : c == '+'             ? 62
                : c == '/'             ? 63
                                       : -1;
        if (v < 0)
            continue;
        bits = bits << 6 | (uint32_t)v;
        if (++n % 4 != 1)
            write_u8(&b, (uint8_t)(bits >> (n % 4 == 2 ? 4 : n % 4 == 3 ? 2 : 0)));
    }
    return b;
}

static void say(Peer *p, const char *text)
{
    write_raw(&p->reply, text, strlen(text));
}

static void say_base64(Peer *p, const char *name, const CrdtBuf *b)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    say(p, ",\"");
    say(p, name);
    say(p, "\":\"");
    for (size_t i = 0; i < b->len; i += 3) {
        size_t left = b->len - i;
        uint32_t v = (uint32_t)b->at[i] << 16;
        v |= left > 1 ? (uint32_t)b->at[i + 1] << 8 : 0;
        v |= left > 2 ? b->at[i + 2] : 0;
        write_u8(&p->reply, (uint8_t)set[v >> 18]);
        write_u8(&p->reply, (uint8_t)set[v >> 12 & 63]);
        write_u8(&p->reply, left > 1 ? (uint8_t)set[v >> 6 & 63] : '=');
        write_u8(&p->reply, left > 2 ? (uint8_t)set[v & 63] : '=');
    }
    say(p, "\"");
}

static CrdtDoc *doc_of(Peer *p)
{
    uint64_t i = number(p->line, "doc", 0);
    return i < DOCS ? p->docs[i] : NULL;
}

static CrdtKind kind_of(CrdtBytes object)
{
    static const char *const names[] = { "array", "map", "text", "element", "fragment", "hook",
                                         "xmltext" };
    CrdtBytes v = field(object, "kind");
    for (unsigned i = 0; v.len > 0 && i < 7; i++)
        if (json_string_is(v, crdt_str(names[i])))
            return (CrdtKind)i;
    return CRDT_ROOT;
}

/** ["root", 3, "key", …] → the node. */
static CrdtNode node_of(CrdtDoc *d, CrdtBytes path)
{
    Json j = { path.at, path.at + path.len };
    CrdtNode node = CRDT_NONE;
    json_open(&j, '[');
    for (bool first = true; json_item(&j); first = false) {
        CrdtBytes step = json_take(&j);
        CrdtBuf name = text_of(step);
        CrdtValue v = { 0 };
        if (first) {
            (void)!crdt_root_make(d, crdt_buf_bytes(&name), &node);
        } else {
            bool found = step.at[0] == '"'
                             ? crdt_get(d, node, crdt_buf_bytes(&name), &v)
                             : crdt_child_at(d, node, (uint64_t)json_number(step), &v);
            node = found && v.kind == CRDT_VALUE_NODE ? v.node : CRDT_NONE;
        }
        crdt_buf_done(&name);
    }
    return node;
}

static bool is_op(CrdtBytes op, const char *name)
{
    return json_string_is(field(op, "op"), crdt_str(name));
}

static CrdtErr text_op(CrdtDoc *d, CrdtNode node, CrdtBytes op, uint64_t index)
{
    CrdtBytes attrs = field(op, "attrs"), key;
    CrdtBuf names[32] = { 0 };
    CrdtAttr list[32];
    size_t n = 0;
    Json j = { attrs.at, attrs.at + attrs.len };
    if (attrs.len > 0 && json_open(&j, '{'))
        for (; n < 32 && json_field(&j, &key); n++) {
            names[n] = text_of(key);
            list[n] = (CrdtAttr){ crdt_buf_bytes(&names[n]), json_take(&j) };
        }
    CrdtBuf text = text_of(field(op, "text"));
    CrdtErr err;
    const CrdtAttr *given = attrs.len > 0 ? list : NULL;
    if (is_op(op, "insert"))
        err = crdt_text_insert(d, node, index, crdt_buf_bytes(&text), given, n);
    else if (is_op(op, "embed"))
        err = crdt_text_embed(d, node, index, field(op, "value"), given, n);
    else if (is_op(op, "delete"))
        err = crdt_text_delete(d, node, index, number(op, "units", 1));
    else
        err = crdt_text_format(d, node, index, number(op, "units", 1), list, n);
    crdt_buf_done(&text);
    for (size_t i = 0; i < n; i++)
        crdt_buf_done(&names[i]);
    return err;
}

static CrdtErr run_op(Peer *p, CrdtDoc *d, CrdtBytes op)
{
    CrdtNode node = node_of(d, field(op, "path")), made;
    uint64_t index = number(op, "index", CRDT_END);
    if (is_op(op, "insert") || is_op(op, "embed") || is_op(op, "delete") || is_op(op, "format"))
        return text_op(d, node, op, index);
    CrdtBuf key = text_of(field(op, "key")), name = text_of(field(op, "name"));
    CrdtBuf binary = base64_of(field(op, "binary"));
    CrdtBytes k = crdt_buf_bytes(&key), n = crdt_buf_bytes(&name), b = crdt_buf_bytes(&binary);
    CrdtErr err = CRDT_KIND;
    if (is_op(op, "set"))
        err = field(op, "binary").len > 0 ? crdt_set_binary(d, node, k, b)
                                          : crdt_set(d, node, k, field(op, "value"));
    else if (is_op(op, "unset"))
        err = crdt_unset(d, node, k);
    else if (is_op(op, "setNode"))
        err = crdt_set_node(d, node, k, kind_of(op), n, &made);
    else if (is_op(op, "list"))
        err = field(op, "binary").len > 0 ? crdt_insert_binary(d, node, index, b)
                                          : crdt_insert(d, node, index, field(op, "values"));
    else if (is_op(op, "listNode"))
        err = crdt_insert_node(d, node, index, kind_of(op), n, &made);
    else if (is_op(op, "remove"))
        err = crdt_delete(d, node, index, number(op, "units", 1));
    else if (is_op(op, "prosemirror"))
        err = crdt_insert_prosemirror(d, node, index, field(op, "value"), &p->fault);
    crdt_buf_done(&key);
    crdt_buf_done(&name);
    crdt_buf_done(&binary);
    return err;
}

/* ---- commands -------------------------------------------------------------------------------- */

static void cmd_open(Peer *p)
{
    uint64_t i = number(p->line, "doc", 0);
    CrdtOptions o = { .client = number(p->line, "client", 0) };
    CrdtBytes gc = field(p->line, "gc");
    o.keep_deleted = gc.len > 0 && gc.at[0] == 'f';
    if (i >= DOCS)
        return;
    crdt_close(p->docs[i]);
    p->docs[i] = NULL;
    p->err = crdt_open(&o, &p->docs[i]);
}

static void cmd_apply(Peer *p)
{
    CrdtBuf update = base64_of(field(p->line, "update"));
    CrdtApplied did = { 0 };
    p->err = crdt_apply(doc_of(p), crdt_buf_bytes(&update), &did, &p->fault);
    say(p, did.changed ? ",\"changed\":true" : ",\"changed\":false");
    say(p, did.pending ? ",\"pending\":true" : ",\"pending\":false");
    crdt_buf_done(&update);
}

static void cmd_known(Peer *p)
{
    CrdtBuf update = base64_of(field(p->line, "update"));
    bool known = false;
    p->err = crdt_is_known(doc_of(p), crdt_buf_bytes(&update), &known, &p->fault);
    say(p, known ? ",\"known\":true" : ",\"known\":false");
    crdt_buf_done(&update);
}

static void cmd_encode(Peer *p)
{
    CrdtBuf sv = base64_of(field(p->line, "sv")), out = { 0 };
    p->err = sv.len > 0 ? crdt_encode_diff(doc_of(p), crdt_buf_bytes(&sv), &out)
                        : crdt_encode(doc_of(p), &out);
    say_base64(p, "update", &out);
    crdt_buf_done(&sv);
    crdt_buf_done(&out);
}

static void cmd_state(Peer *p)
{
    CrdtBuf sv = { 0 }, ds = { 0 };
    p->err = crdt_encode_state_vector(doc_of(p), &sv);
    if (p->err == CRDT_OK)
        p->err = crdt_encode_delete_set(doc_of(p), &ds);
    say_base64(p, "sv", &sv);
    say_base64(p, "ds", &ds);
    crdt_buf_done(&sv);
    crdt_buf_done(&ds);
}

static void cmd_edit(Peer *p)
{
    CrdtDoc *d = doc_of(p);
    CrdtBytes ops = field(p->line, "ops");
    Json j = { ops.at, ops.at + ops.len };
    CrdtBuf update = { 0 };
    p->err = crdt_begin(d);
    json_open(&j, '[');
    while (p->err == CRDT_OK && json_item(&j))
        p->err = run_op(p, d, json_take(&j));
    CrdtErr err = crdt_commit(d, &update);
    p->err = p->err != CRDT_OK ? p->err : err;
    say_base64(p, "update", &update);
    crdt_buf_done(&update);
}

static void cmd_read(Peer *p)
{
    CrdtDoc *d = doc_of(p);
    CrdtNode node = node_of(d, field(p->line, "path"));
    CrdtBytes as = field(p->line, "as");
    CrdtBuf raw = { 0 };
    say(p, ",\"value\":");
    if (json_string_is(as, CRDT_STR("json"))) {
        p->err = crdt_node_json(d, node, kind_of(p->line), &p->reply);
    } else if (json_string_is(as, CRDT_STR("delta"))) {
        p->err = crdt_text_delta(d, node, &p->reply);
    } else if (json_string_is(as, CRDT_STR("prosemirror"))) {
        p->err = crdt_prosemirror_json(d, node, &p->reply);
    } else {
        p->err = json_string_is(as, CRDT_STR("xml")) ? crdt_xml(d, node, &raw)
                                                     : crdt_text(d, node, &raw);
        json_escape_to(crdt_buf_bytes(&raw), &p->reply);
    }
    if (p->err != CRDT_OK)
        say(p, "null");
    crdt_buf_done(&raw);
}

static void cmd_merge(Peer *p)
{
    CrdtBuf parts[256] = { 0 }, out = { 0 };
    CrdtBytes views[256], list = field(p->line, "updates");
    size_t n = 0;
    Json j = { list.at, list.at + list.len };
    for (json_open(&j, '['); n < 256 && json_item(&j); n++) {
        parts[n] = base64_of(json_take(&j));
        views[n] = crdt_buf_bytes(&parts[n]);
    }
    p->err = crdt_merge_updates(views, n, &out, NULL, &p->fault);
    say_base64(p, "update", &out);
    crdt_buf_done(&out);
    for (size_t i = 0; i < n; i++)
        crdt_buf_done(&parts[i]);
}

static void cmd_diff(Peer *p)
{
    CrdtBuf update = base64_of(field(p->line, "update")), sv = base64_of(field(p->line, "sv"));
    CrdtBuf out = { 0 };
    p->err = crdt_diff_update(crdt_buf_bytes(&update), crdt_buf_bytes(&sv), &out, &p->fault);
    say_base64(p, "update", &out);
    crdt_buf_done(&out);
    crdt_buf_done(&update);
    crdt_buf_done(&sv);
}

static void cmd_svfrom(Peer *p)
{
    CrdtBuf update = base64_of(field(p->line, "update")), out = { 0 };
    p->err = crdt_state_vector_from_update(crdt_buf_bytes(&update), &out, &p->fault);
    say_base64(p, "sv", &out);
    crdt_buf_done(&out);
    crdt_buf_done(&update);
}

static void cmd_convert(Peer *p)
{
    CrdtBuf v1 = base64_of(field(p->line, "update")), v2 = base64_of(field(p->line, "v2"));
    CrdtBuf out = { 0 };
    p->err = v2.len > 0 ? crdt_update_from_v2(crdt_buf_bytes(&v2), &out, &p->fault)
                        : crdt_update_to_v2(crdt_buf_bytes(&v1), &out, &p->fault);
    say_base64(p, "update", &out);
    crdt_buf_done(&out);
    crdt_buf_done(&v1);
    crdt_buf_done(&v2);
}

static const struct {
    const char *name;
    void (*run)(Peer *p);
    bool needs_doc;
} commands[] = {
    { "open", cmd_open, false },   { "apply", cmd_apply, true },  { "known", cmd_known, true },
    { "encode", cmd_encode, true }, { "state", cmd_state, true },  { "edit", cmd_edit, true },
    { "read", cmd_read, true },    { "merge", cmd_merge, false }, { "diff", cmd_diff, false },
    { "svfrom", cmd_svfrom, false }, { "convert", cmd_convert, false },
};

static void answer(Peer *p)
{
    CrdtBytes name = field(p->line, "cmd");
    p->err = CRDT_OK;
    p->fault = (CrdtFault){ 0, "" };
    p->reply.len = 0;
    say(p, "{\"peer\":true");
    bool known = false;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (name.len > 0 && json_string_is(name, crdt_str(commands[i].name)) &&
            (!commands[i].needs_doc || doc_of(p) != NULL)) {
            known = true;
            commands[i].run(p);
        }
    if (!known)
        say(p, ",\"error\":\"no such command or document\"");
    else if (p->err != CRDT_OK) {
        char text[200];
        snprintf(text, sizeof text, ",\"error\":\"%s\",\"offset\":%zu,\"what\":\"%s\"",
                 crdt_err_text(p->err), p->fault.offset, p->fault.what);
        say(p, text);
    }
    say(p, "}\n");
}

int main(void)
{
    Peer p = { 0 };
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0;) {
        p.line = (CrdtBytes){ (uint8_t *)line, (size_t)n };
        if (!json_valid(p.line))
            p.line = CRDT_STR("{}");
        answer(&p);
        fwrite(p.reply.at, 1, p.reply.len, stdout);
        fflush(stdout);
    }
    for (int i = 0; i < DOCS; i++)
        crdt_close(p.docs[i]);
    crdt_buf_done(&p.reply);
    free(line);
    return 0;
}

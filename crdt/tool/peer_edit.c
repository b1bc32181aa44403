/** Edits as JSON: what a test asks the engine to write. */
#include "tool.h"

CrdtKind kind_of(CrdtBytes object, const char *name)
{
    static const char *const names[] = { "array", "map", "text", "element", "fragment", "hook",
                                         "xmltext" };
    CrdtBytes v = field(object, name);
    for (unsigned i = 0; v.len > 0 && i < 7; i++)
        if (json_string_is(v, crdt_str(names[i])))
            return (CrdtKind)i;
    return CRDT_ROOT;
}

static CrdtNode root_of(CrdtDoc *d, CrdtBytes json)
{
    CrdtNode node = CRDT_NONE;
    CrdtBuf name = text_of(json);
    if (json.len > 0 && json.at[0] == '"')
        (void)!crdt_root_make(d, crdt_buf_bytes(&name), &node);
    crdt_buf_done(&name);
    return node;
}

/** The node that a command names: "path": ["root", 3, "key"], or "name": "root". */
CrdtNode node_of(CrdtDoc *d, CrdtBytes command)
{
    CrdtBytes path = field(command, "path");
    Json j = { path.at, path.at + path.len };
    if (path.len == 0 || !json_open(&j, '['))
        return root_of(d, field(command, "name"));
    CrdtNode node = CRDT_NONE;
    for (bool first = true; json_item(&j); first = false) {
        CrdtBytes step = json_take(&j);
        CrdtValue v = { 0 };
        if (first) {
            node = root_of(d, step);
            continue;
        }
        CrdtBuf name = text_of(step);
        bool found = step.at[0] == '"' ? crdt_get(d, node, crdt_buf_bytes(&name), &v)
                                       : crdt_child_at(d, node, (uint64_t)json_number(step), &v);
        node = found && v.kind == CRDT_VALUE_NODE ? v.node : CRDT_NONE;
        crdt_buf_done(&name);
    }
    return node;
}

enum { MARKS = 32 };

static CrdtErr text_op(CrdtDoc *d, CrdtNode node, CrdtBytes op, CrdtBytes name)
{
    CrdtBytes attrs = field(op, "attrs"), key;
    uint64_t index = number_field(op, "index", CRDT_END), units = number_field(op, "units", 1);
    CrdtBuf names[MARKS] = { 0 };
    CrdtAttr list[MARKS];
    size_t n = 0;
    Json j = { attrs.at, attrs.at + attrs.len };
    if (attrs.len > 0 && json_open(&j, '{'))
        for (; n < MARKS && json_field(&j, &key); n++) {
            names[n] = text_of(key);
            list[n] = (CrdtAttr){ crdt_buf_bytes(&names[n]), json_take(&j) };
        }
    CrdtBuf text = text_of(field(op, "text"));
    CrdtErr err;
    const CrdtAttr *given = attrs.len > 0 ? list : NULL;
    if (json_string_is(name, CRDT_STR("insert")))
        err = crdt_text_insert(d, node, index, crdt_buf_bytes(&text), given, n);
    else if (json_string_is(name, CRDT_STR("embed")))
        err = crdt_text_embed(d, node, index, field(op, "value"), given, n);
    else if (json_string_is(name, CRDT_STR("delete")))
        err = crdt_text_delete(d, node, index, units);
    else
        err = crdt_text_format(d, node, index, units, list, n);
    crdt_buf_done(&text);
    for (size_t i = 0; i < n; i++)
        crdt_buf_done(&names[i]);
    return err;
}

/** What a list or map operation was given. */
typedef struct Given {
    CrdtBytes key, name, guid, binary;
    bool is_binary;
    uint64_t index;
} Given;

static CrdtErr other_op(CrdtDoc *d, CrdtNode node, CrdtBytes op, CrdtBytes name, const Given *g,
                        CrdtFault *fault)
{
    CrdtNode made;
    if (json_string_is(name, CRDT_STR("set")))
        return g->is_binary ? crdt_set_binary(d, node, g->key, g->binary)
                            : crdt_set(d, node, g->key, field(op, "value"));
    if (json_string_is(name, CRDT_STR("unset")))
        return crdt_unset(d, node, g->key);
    if (json_string_is(name, CRDT_STR("setNode")))
        return crdt_set_node(d, node, g->key, kind_of(op, "kind"), g->name, &made);
    if (json_string_is(name, CRDT_STR("list")))
        return g->is_binary ? crdt_insert_binary(d, node, g->index, g->binary)
                            : crdt_insert(d, node, g->index, field(op, "values"));
    if (json_string_is(name, CRDT_STR("listNode")))
        return crdt_insert_node(d, node, g->index, kind_of(op, "kind"), g->name, &made);
    if (json_string_is(name, CRDT_STR("setSubdoc")))
        return crdt_set_subdoc(d, node, g->key, g->guid, field(op, "options"));
    if (json_string_is(name, CRDT_STR("listSubdoc")))
        return crdt_insert_subdoc(d, node, g->index, g->guid, field(op, "options"));
    if (json_string_is(name, CRDT_STR("remove")))
        return crdt_delete(d, node, g->index, number_field(op, "units", 1));
    if (json_string_is(name, CRDT_STR("prosemirror")))
        return crdt_insert_prosemirror(d, node, g->index, field(op, "value"), fault);
    return CRDT_KIND;
}

CrdtErr run_op(CrdtDoc *d, CrdtBytes op, CrdtBytes name, CrdtFault *fault)
{
    static const char *const texts[] = { "insert", "embed", "delete", "format" };
    CrdtNode node = node_of(d, op);
    if (name.len == 0)
        return CRDT_KIND;
    for (int i = 0; i < 4; i++)
        if (json_string_is(name, crdt_str(texts[i])))
            return text_op(d, node, op, name);
    CrdtBuf key = text_of(field(op, "key")), binary = base64_of(field(op, "binary"));
    CrdtBuf made = text_of(has_field(op, "nodeName") ? field(op, "nodeName") : field(op, "name"));
    CrdtBuf guid = text_of(field(op, "guid"));
    Given g = { .key = crdt_buf_bytes(&key), .name = crdt_buf_bytes(&made),
                .guid = crdt_buf_bytes(&guid),
                .binary = crdt_buf_bytes(&binary), .is_binary = has_field(op, "binary"),
                .index = number_field(op, "index", CRDT_END) };
    CrdtErr err = other_op(d, node, op, name, &g, fault);
    crdt_buf_done(&key);
    crdt_buf_done(&made);
    crdt_buf_done(&guid);
    crdt_buf_done(&binary);
    return err;
}

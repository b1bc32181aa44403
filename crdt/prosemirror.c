/** Writing ProseMirror JSON the way y-prosemirror stores it.
 *  Source: y-prosemirror sync-plugin (createTypeFromTextOrElementNode, marksToAttributes),
 *  yjs-utils (yattr2markname). */
#include "internal.h"

/* ---- the shape is checked before anything is written ----------------------------------------- */

typedef struct Check {
    const uint8_t *start;
    CrdtFault fault;
} Check;

static bool wrong(Check *c, const uint8_t *at, const char *what)
{
    c->fault = (CrdtFault){ (size_t)(at - c->start), what };
    return false;
}

/** The field of a JSON object; len 0 when it is absent. */
static CrdtBytes field(CrdtBytes object, const char *name)
{
    Json j = { object.at, object.at + object.len };
    CrdtBytes key, found = { 0 };
    if (json_open(&j, '{'))
        while (json_field(&j, &key)) {
            CrdtBytes v = json_take(&j);
            if (json_string_is(key, crdt_str(name)))
                found = v;
        }
    return found;
}

static bool is_a(CrdtBytes v, char first)
{
    return v.len > 0 && v.at[0] == (uint8_t)first;
}

static bool is_text(CrdtBytes node)
{
    return json_string_is(field(node, "type"), CRDT_STR("text"));
}

static bool check_marks(Check *c, CrdtBytes node)
{
    CrdtBytes marks = field(node, "marks");
    if (marks.len == 0)
        return true;
    Json j = { marks.at, marks.at + marks.len };
    if (!json_open(&j, '['))
        return wrong(c, marks.at, "marks must be an array");
    while (json_item(&j)) {
        CrdtBytes mark = json_take(&j), attrs = field(mark, "attrs");
        if (!is_a(mark, '{') || !is_a(field(mark, "type"), '"'))
            return wrong(c, mark.at, "a mark needs a type");
        if (attrs.len != 0 && !is_a(attrs, '{') && !is_a(attrs, 'n'))
            return wrong(c, attrs.at, "attrs must be an object");
    }
    return true;
}

static bool check_node(Check *c, CrdtBytes node)
{
    CrdtBytes type = field(node, "type"), attrs = field(node, "attrs");
    CrdtBytes content = field(node, "content");
    if (!is_a(node, '{') || !is_a(type, '"'))
        return wrong(c, node.at, "a node needs a type");
    if (is_text(node))
        return is_a(field(node, "text"), '"') ? check_marks(c, node)
                                              : wrong(c, node.at, "a text node needs text");
    if (attrs.len != 0 && !is_a(attrs, '{') && !is_a(attrs, 'n'))
        return wrong(c, attrs.at, "attrs must be an object");
    if (content.len == 0 || is_a(content, 'n'))
        return true;
    Json j = { content.at, content.at + content.len };
    if (!json_open(&j, '['))
        return wrong(c, content.at, "content must be an array");
    while (json_item(&j))
        if (!check_node(c, json_take(&j)))
            return false;
    return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

static CrdtErr put_attrs(CrdtDoc *d, CrdtNode element, CrdtBytes attrs)
{
    Json j = { attrs.at, attrs.at + attrs.len };
    CrdtBytes key;
    CrdtErr err = CRDT_OK;
    if (!is_a(attrs, '{') || !json_open(&j, '{'))
        return CRDT_OK;
    CrdtBuf name = { .allocator = &d->memory.allocator };
    while (err == CRDT_OK && json_field(&j, &key)) {
        CrdtBytes value = json_take(&j);
        name.len = 0;
        if (!json_text_to(key, &name))
            err = CRDT_NOMEM;
        else if (!is_a(value, 'n') && !json_string_is(key, CRDT_STR("ychange")))
            err = crdt_set(d, element, crdt_buf_bytes(&name), value);
    }
    crdt_buf_done(&name);
    return err;
}

/** How many marks of the node have the type of `mark`. */
static size_t same_marks(CrdtBytes marks, CrdtBytes mark)
{
    Json j = { marks.at, marks.at + marks.len };
    size_t n = 0;
    json_open(&j, '[');
    while (json_item(&j))
        n += json_equal_text(field(json_take(&j), "type"), field(mark, "type"));
    return n;
}

/** y-prosemirror tells overlapping marks of one type apart by `--` and 8 characters of a hash of
 *  the attributes. */
static bool suffix(CrdtBuf *name, CrdtBytes attrs)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t h = (uint64_t)hash_bytes(attrs.at, attrs.len) << 32;
    h |= hash_u64(h ^ attrs.len);
    uint8_t text[10] = { '-', '-' };
    for (int i = 0; i < 8; i++)
        text[2 + i] = (uint8_t)digits[(h >> (6 * i)) & 63];
    return write_raw(name, text, sizeof text);
}

typedef struct MarkList {
    CrdtBuf names; /* back to back */
    CrdtBuf attrs; /* CrdtAttr; key.len first holds where the name starts */
    size_t count;
} MarkList;

static bool take_marks(MarkList *list, CrdtBytes marks)
{
    Json j = { marks.at, marks.at + marks.len };
    if (marks.len == 0)
        return true;
    json_open(&j, '[');
    while (json_item(&j)) {
        CrdtBytes mark = json_take(&j), attrs = field(mark, "attrs");
        if (!is_a(attrs, '{'))
            attrs = CRDT_STR("{}");
        CrdtAttr a = { { NULL, list->names.len }, attrs };
        if (!json_text_to(field(mark, "type"), &list->names) ||
            (same_marks(marks, mark) > 1 && !suffix(&list->names, attrs)) ||
            !write_raw(&list->attrs, &a, sizeof a))
            return false;
        list->count++;
    }
    CrdtAttr *all = (CrdtAttr *)(void *)list->attrs.at;
    for (size_t i = 0; i < list->count; i++) {
        size_t from = all[i].key.len;
        size_t to = i + 1 < list->count ? all[i + 1].key.len : list->names.len;
        all[i].key = (CrdtBytes){ list->names.at + from, to - from };
    }
    return true;
}

static CrdtErr put_text(CrdtDoc *d, CrdtNode text, CrdtBytes node)
{
    const CrdtAllocator *a = &d->memory.allocator;
    CrdtBuf plain = { .allocator = a };
    MarkList marks = { .names = { .allocator = a }, .attrs = { .allocator = a } };
    CrdtErr err = CRDT_NOMEM;
    if (json_text_to(field(node, "text"), &plain) && take_marks(&marks, field(node, "marks"))) {
        CrdtAttr none = { 0 };
        CrdtAttr *all = (CrdtAttr *)(void *)marks.attrs.at;
        err = crdt_text_insert(d, text, CRDT_END, crdt_buf_bytes(&plain),
                               all != NULL ? all : &none, marks.count);
    }
    crdt_buf_done(&plain);
    crdt_buf_done(&marks.names);
    crdt_buf_done(&marks.attrs);
    return err;
}

static CrdtErr put_nodes(CrdtDoc *d, CrdtNode parent, uint64_t index, Json *j);

static CrdtErr put_element(CrdtDoc *d, CrdtNode parent, uint64_t index, CrdtBytes node)
{
    CrdtBuf name = { .allocator = &d->memory.allocator };
    CrdtNode element;
    CrdtErr err = json_text_to(field(node, "type"), &name) ? CRDT_OK : CRDT_NOMEM;
    if (err == CRDT_OK)
        err = crdt_insert_node(d, parent, index, CRDT_XML_ELEMENT, crdt_buf_bytes(&name),
                               &element);
    crdt_buf_done(&name);
    if (err == CRDT_OK)
        err = put_attrs(d, element, field(node, "attrs"));
    CrdtBytes content = field(node, "content");
    if (err != CRDT_OK || !is_a(content, '['))
        return err;
    Json j = { content.at, content.at + content.len };
    json_open(&j, '[');
    return put_nodes(d, element, CRDT_END, &j);
}

/** Writes the nodes of the array that j stands in. */
static CrdtErr put_nodes(CrdtDoc *d, CrdtNode parent, uint64_t index, Json *j)
{
    CrdtErr err = CRDT_OK;
    CrdtNode text = CRDT_NONE;
    while (err == CRDT_OK && json_item(j)) {
        CrdtBytes node = json_take(j);
        bool is_new = !is_text(node) || text.id == 0;
        if (is_text(node)) {
            if (is_new)
                err = crdt_insert_node(d, parent, index, CRDT_XML_TEXT, (CrdtBytes){ 0 }, &text);
            if (err == CRDT_OK)
                err = put_text(d, text, node);
        } else {
            text = CRDT_NONE;
            err = put_element(d, parent, index, node);
        }
        if (is_new && index != CRDT_END)
            index++;
    }
    return err;
}

CrdtErr crdt_insert_prosemirror(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes json,
                                CrdtFault *ret_fault)
{
    CrdtErr err = write_check(doc, node);
    CrdtKind kind = crdt_node_kind(doc, node);
    if (err != CRDT_OK)
        return err;
    if (kind != CRDT_XML_FRAGMENT && kind != CRDT_XML_ELEMENT && kind != CRDT_ROOT)
        return CRDT_KIND;
    if (index != CRDT_END && index > crdt_length(doc, node))
        return CRDT_RANGE;
    Check c = { .start = json.at, .fault = { 0, "not JSON" } };
    bool ok = utf8_units(json.at, json.len) >= 0 && json_valid(json);
    Json j = { json.at, json.at + json.len };
    CrdtBytes top = ok ? json_take(&j) : json;
    if (ok && is_a(top, '{') && json_string_is(field(top, "type"), CRDT_STR("doc"))) {
        ok = check_node(&c, top);
        top = field(top, "content");
        if (ok && !is_a(top, '['))
            return CRDT_OK;
    }
    j = (Json){ top.at, top.at + top.len };
    if (ok && is_a(top, '[')) {
        Json each = j;
        for (json_open(&each, '['); ok && json_item(&each);)
            ok = check_node(&c, json_take(&each));
    } else if (ok) {
        ok = check_node(&c, top);
    }
    if (!ok) {
        if (ret_fault != NULL)
            *ret_fault = c.fault;
        return CRDT_MALFORMED;
    }
    if (json_open(&j, '['))
        return put_nodes(doc, node, index, &j);
    j.at = top.at; /* a single node reads as an array of one: j ends behind it */
    return put_nodes(doc, node, index, &j);
}

/** A document as XML, as Yjs shows it. Source: YXmlElement.toString, YXmlText.toString. */
#include <stdio.h>
#include <stdlib.h>

#include "show.h"

/** Order of JavaScript strings: by UTF-16 unit. Differs from bytes only between U+E000.. and
 *  surrogates. */
static int utf16_order(CrdtBytes a, CrdtBytes b)
{
    size_t n = a.len < b.len ? a.len : b.len, i = 0;
    while (i < n && a.at[i] == b.at[i])
        i++;
    if (i == n)
        return a.len < b.len ? -1 : a.len > b.len;
    uint8_t x = a.at[i], y = b.at[i];
    if ((x >= 0xf0) != (y >= 0xf0) && x >= 0xee && y >= 0xee)
        return x >= 0xf0 ? -1 : 1;
    return x < y ? -1 : 1;
}

static int by_key(const void *a, const void *b)
{
    return utf16_order(((const CrdtMark *)a)->key, ((const CrdtMark *)b)->key);
}

static void say_lower(Show *s, CrdtBytes name)
{
    for (size_t i = 0; s->err == CRDT_OK && i < name.len; i++) {
        uint8_t c = name.at[i];
        if (!write_u8(s->out, c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c))
            s->err = CRDT_NOMEM;
    }
}

/** An array as JavaScript's String() shows it: [1, null, [2, "x"]] is 1,,2,x. */
static void say_json_array(Show *s, CrdtBytes json)
{
    Json j = { json.at, json.at + json.len };
    json_open(&j, '[');
    for (bool first = true; s->err == CRDT_OK && json_item(&j); first = false) {
        CrdtValue v = value_of_json(json_take(&j));
        if (!first)
            show(s, ",");
        if (v.kind == CRDT_VALUE_ARRAY)
            say_json_array(s, v.raw);
        else if (v.kind == CRDT_VALUE_OBJECT)
            show(s, "[object Object]");
        else if (v.kind != CRDT_VALUE_NULL)
            show_check(s, crdt_value_text(s->d, &v, s->out));
    }
}

/** A value as JavaScript's string concatenation shows it. */
static void say_value(Show *s, const CrdtValue *v, int depth)
{
    if (v->kind == CRDT_VALUE_ARRAY) {
        CrdtBuf json = { .allocator = s->out->allocator };
        if (show_check(s, crdt_value_json(s->d, v, &json)))
            say_json_array(s, crdt_buf_bytes(&json));
        crdt_buf_done(&json);
    } else if (v->kind == CRDT_VALUE_OBJECT) {
        show(s, "[object Object]");
    } else if (v->kind == CRDT_VALUE_NODE) {
        show_xml(s, v->node, CRDT_ROOT, depth - 1);
    } else {
        show_check(s, crdt_value_text(s->d, v, s->out));
    }
}

static void say_attribute(Show *s, CrdtBytes key, const CrdtValue *v, int depth)
{
    show(s, " ");
    show_check(s, write_raw(s->out, key.at, key.len) ? CRDT_OK : CRDT_NOMEM);
    show(s, "=\"");
    say_value(s, v, depth);
    show(s, "\"");
}

/** The attributes of an element, sorted; *ret_count of them, to be freed with keys_done. */
static CrdtMark *sorted_entries(Show *s, CrdtNode node, size_t *ret_count, CrdtBuf *mem)
{
    CrdtCursor at = { 0 };
    CrdtMark m;
    *mem = (CrdtBuf){ .allocator = s->out->allocator };
    while (crdt_entry_next(s->d, node, &at, &m.key, &m.value))
        show_check(s, write_raw(mem, &m, sizeof m) ? CRDT_OK : CRDT_NOMEM);
    *ret_count = mem->len / sizeof m;
    CrdtMark *list = (CrdtMark *)(void *)mem->at;
    if (*ret_count > 1)
        qsort(list, *ret_count, sizeof m, by_key);
    return list;
}

static void children_xml(Show *s, CrdtNode node, int depth)
{
    CrdtCursor at = { 0 };
    CrdtValue v;
    while (s->err == CRDT_OK && crdt_child_next(s->d, node, &at, &v))
        say_value(s, &v, depth);
}

static void element_xml(Show *s, CrdtNode node, int depth)
{
    CrdtBuf mem;
    size_t n;
    CrdtMark *attrs = sorted_entries(s, node, &n, &mem);
    show(s, "<");
    say_lower(s, crdt_node_name(s->d, node));
    for (size_t i = 0; s->err == CRDT_OK && i < n; i++)
        say_attribute(s, attrs[i].key, &attrs[i].value, depth);
    crdt_buf_done(&mem);
    show(s, ">");
    children_xml(s, node, depth);
    show(s, "</");
    say_lower(s, crdt_node_name(s->d, node));
    show(s, ">");
}

/** What `for (key in value)` walks over: fields of an object, indices of an array or of a string.
 *  */
typedef struct Fields {
    CrdtBuf names, chars, list; /* list: CrdtMark, whose key.len first says where its name starts */
} Fields;

static bool add_field(Fields *f, const void *name, size_t len, CrdtValue value)
{
    CrdtMark field = { { NULL, f->names.len }, value };
    return write_raw(&f->names, name, len) && write_raw(&f->list, &field, sizeof field);
}

static bool add_index(Fields *f, size_t index, CrdtValue value)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%zu", index);
    return add_field(f, text, (size_t)n, value);
}

static bool add_characters(Fields *f, CrdtBytes json_string)
{
    if (!json_text_to(json_string, &f->chars))
        return false;
    size_t index = 0;
    for (size_t at = 0; at < f->chars.len;) {
        uint8_t c = f->chars.at[at];
        size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        CrdtValue v = { .kind = CRDT_VALUE_STRING, .text = { f->chars.at + at, n } };
        if (!add_index(f, index++, v))
            return false;
        v.text.len = 0;
        if (n == 4 && !add_index(f, index++, v))
            return false;
        at += n;
    }
    return true;
}

static bool take_fields(Fields *f, const CrdtValue *v)
{
    Json j = { v->raw.at, v->raw.at + v->raw.len };
    CrdtBytes key;
    bool ok = true;
    if (v->kind == CRDT_VALUE_STRING)
        ok = add_characters(f, v->raw);
    if (v->kind == CRDT_VALUE_ARRAY)
        for (size_t i = (json_open(&j, '['), 0); ok && json_item(&j); i++)
            ok = add_index(f, i, value_of_json(json_take(&j)));
    if (v->kind == CRDT_VALUE_OBJECT)
        for (json_open(&j, '{'); ok && json_field(&j, &key);) {
            CrdtMark field = { { NULL, f->names.len }, value_of_json(json_take(&j)) };
            ok = json_text_to(key, &f->names) && write_raw(&f->list, &field, sizeof field);
        }
    CrdtMark *all = (CrdtMark *)(void *)f->list.at;
    size_t n = f->list.len / sizeof *all;
    for (size_t i = 0; i < n; i++) {
        size_t from = all[i].key.len, to = i + 1 < n ? all[i + 1].key.len : f->names.len;
        all[i].key = (CrdtBytes){ f->names.at + from, to - from };
    }
    if (n > 1)
        qsort(all, n, sizeof *all, by_key);
    return ok;
}

/** A mark as an opening tag with what its value holds as attributes. */
static void mark_xml(Show *s, const CrdtMark *mark, int depth)
{
    const CrdtAllocator *a = s->out->allocator;
    Fields f = { { .allocator = a }, { .allocator = a }, { .allocator = a } };
    show(s, "<");
    show_check(s, write_raw(s->out, mark->key.at, mark->key.len) ? CRDT_OK : CRDT_NOMEM);
    show_check(s, take_fields(&f, &mark->value) ? CRDT_OK : CRDT_NOMEM);
    const CrdtMark *all = (const CrdtMark *)(const void *)f.list.at;
    for (size_t i = 0; s->err == CRDT_OK && i < f.list.len / sizeof *all; i++)
        say_attribute(s, all[i].key, &all[i].value, depth);
    crdt_buf_done(&f.names);
    crdt_buf_done(&f.chars);
    crdt_buf_done(&f.list);
    show(s, ">");
}

static void run_xml(Show *s, const CrdtRun *run, int depth)
{
    CrdtBuf mem = { .allocator = s->out->allocator };
    show_check(s, write_raw(&mem, run->marks, run->mark_count * sizeof *run->marks) ? CRDT_OK
                                                                            : CRDT_NOMEM);
    CrdtMark *marks = (CrdtMark *)(void *)mem.at;
    size_t n = mem.len / sizeof *marks;
    if (n > 1)
        qsort(marks, n, sizeof *marks, by_key);
    for (size_t i = 0; i < n; i++)
        mark_xml(s, &marks[i], depth);
    if (run->is_embed)
        say_value(s, &run->embed, depth);
    else
        show_check(s, write_raw(s->out, run->text.at, run->text.len) ? CRDT_OK : CRDT_NOMEM);
    for (size_t i = n; i-- > 0;) {
        show(s, "</");
        show_check(s, write_raw(s->out, marks[i].key.at, marks[i].key.len) ? CRDT_OK : CRDT_NOMEM);
        show(s, ">");
    }
    crdt_buf_done(&mem);
}

static void text_xml(Show *s, CrdtNode node, int depth)
{
    CrdtRuns runs = { .doc = s->d, .node = node };
    CrdtRun run;
    while (s->err == CRDT_OK && crdt_runs_next(&runs, &run))
        run_xml(s, &run, depth);
    show_check(s, runs.err);
    crdt_runs_done(&runs);
}

void show_xml(Show *s, CrdtNode node, CrdtKind as, int depth)
{
    if (depth <= 0) {
        show_check(s, CRDT_LIMIT);
        return;
    }
    CrdtKind kind = crdt_node_kind(s->d, node);
    if (kind == CRDT_ROOT)
        kind = as;
    switch (kind) {
    case CRDT_XML_ELEMENT: element_xml(s, node, depth); break;
    case CRDT_XML_TEXT: text_xml(s, node, depth); break;
    case CRDT_TEXT: show_check(s, crdt_text(s->d, node, s->out)); break;
    case CRDT_ROOT:
    case CRDT_XML_FRAGMENT: children_xml(s, node, depth); break;
    default: show(s, "[object Object]"); break;
    }
}

CrdtErr crdt_xml(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out)
{
    Show s = { doc, out, CRDT_OK };
    size_t start = out->len;
    show_xml(&s, node, CRDT_XML_FRAGMENT, SHOW_DEPTH);
    if (s.err != CRDT_OK)
        out->len = start;
    return s.err;
}

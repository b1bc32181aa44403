/** A document as JSON, delta, XML and ProseMirror JSON.
 *  Source: Yjs toJSON, toDelta, YXmlElement.toString, YXmlText.toString; y-prosemirror
 *  (yXmlFragmentToProsemirrorJSON). */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

enum { SHOW_DEPTH = 1000 };

typedef struct Show {
    const CrdtDoc *d;
    CrdtBuf *out;
    CrdtErr err;
} Show;

static bool say(Show *s, const char *text)
{
    if (s->err == CRDT_OK && !write_raw(s->out, text, strlen(text)))
        s->err = CRDT_NOMEM;
    return s->err == CRDT_OK;
}

static bool check(Show *s, CrdtErr err)
{
    if (s->err == CRDT_OK)
        s->err = err;
    return s->err == CRDT_OK;
}

static bool quote(Show *s, CrdtBytes text)
{
    return check(s, json_escape_to(text, s->out) ? CRDT_OK : CRDT_NOMEM);
}

static void node_json(Show *s, CrdtNode node, CrdtKind as, int depth);
static void node_xml(Show *s, CrdtNode node, CrdtKind as, int depth);

static void value_json(Show *s, const CrdtValue *v, int depth)
{
    if (v->kind == CRDT_VALUE_NODE)
        node_json(s, v->node, CRDT_ROOT, depth - 1);
    else
        check(s, crdt_value_json(s->d, v, s->out));
}

/* ---- toJSON ---------------------------------------------------------------------------------- */

static void list_json(Show *s, CrdtNode node, int depth)
{
    CrdtCursor at = { 0 };
    CrdtValue v;
    say(s, "[");
    for (bool first = true; s->err == CRDT_OK && crdt_child_next(s->d, node, &at, &v);
         first = false) {
        if (!first)
            say(s, ",");
        value_json(s, &v, depth);
    }
    say(s, "]");
}

static void map_json(Show *s, CrdtNode node, int depth)
{
    CrdtCursor at = { 0 };
    CrdtBytes key;
    CrdtValue v;
    bool first = true;
    say(s, "{");
    while (s->err == CRDT_OK && crdt_entry_next(s->d, node, &at, &key, &v)) {
        if (v.kind == CRDT_VALUE_UNDEFINED) /* as JSON.stringify leaves it out */
            continue;
        if (!first)
            say(s, ",");
        first = false;
        quote(s, key);
        say(s, ":");
        value_json(s, &v, depth);
    }
    say(s, "}");
}

static void node_json(Show *s, CrdtNode node, CrdtKind as, int depth)
{
    if (depth == 0) {
        check(s, CRDT_LIMIT);
        return;
    }
    CrdtKind kind = crdt_node_kind(s->d, node);
    if (kind == CRDT_ROOT)
        kind = as;
    if (kind == CRDT_ARRAY) {
        list_json(s, node, depth);
        return;
    }
    if (kind == CRDT_MAP || kind == CRDT_XML_HOOK || kind == CRDT_ROOT) {
        map_json(s, node, depth);
        return;
    }
    CrdtBuf text = { .allocator = s->out->allocator };
    Show inner = { s->d, &text, CRDT_OK };
    if (kind == CRDT_TEXT)
        check(&inner, crdt_text(s->d, node, &text));
    else
        node_xml(&inner, node, kind, depth);
    if (check(s, inner.err))
        quote(s, crdt_buf_bytes(&text));
    crdt_buf_done(&text);
}

CrdtErr crdt_node_json(const CrdtDoc *doc, CrdtNode node, CrdtKind as, CrdtBuf *out)
{
    Show s = { doc, out, CRDT_OK };
    size_t start = out->len;
    node_json(&s, node, as, SHOW_DEPTH);
    if (s.err != CRDT_OK)
        out->len = start;
    return s.err;
}

/* ---- delta ----------------------------------------------------------------------------------- */

static void run_json(Show *s, const CrdtRun *run)
{
    say(s, "{\"insert\":");
    if (run->is_embed)
        value_json(s, &run->embed, SHOW_DEPTH);
    else
        quote(s, run->text);
    for (size_t i = 0; i < run->mark_count; i++) {
        say(s, i == 0 ? ",\"attributes\":{" : ",");
        quote(s, run->marks[i].key);
        say(s, ":");
        value_json(s, &run->marks[i].value, SHOW_DEPTH);
    }
    say(s, run->mark_count > 0 ? "}}" : "}");
}

CrdtErr crdt_text_delta(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out)
{
    Show s = { doc, out, CRDT_OK };
    size_t start = out->len;
    CrdtRuns runs = { .doc = doc, .node = node };
    CrdtRun run;
    say(&s, "[");
    for (bool first = true; s.err == CRDT_OK && crdt_runs_next(&runs, &run); first = false) {
        if (!first)
            say(&s, ",");
        run_json(&s, &run);
    }
    check(&s, runs.err);
    crdt_runs_done(&runs);
    say(&s, "]");
    if (s.err != CRDT_OK)
        out->len = start;
    return s.err;
}

/* ---- XML as Yjs shows it --------------------------------------------------------------------- */

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
            say(s, ",");
        if (v.kind == CRDT_VALUE_ARRAY)
            say_json_array(s, v.raw);
        else if (v.kind == CRDT_VALUE_OBJECT)
            say(s, "[object Object]");
        else if (v.kind != CRDT_VALUE_NULL)
            check(s, crdt_value_text(s->d, &v, s->out));
    }
}

/** A value as JavaScript's string concatenation shows it. */
static void say_value(Show *s, const CrdtValue *v, int depth)
{
    if (v->kind == CRDT_VALUE_ARRAY) {
        CrdtBuf json = { .allocator = s->out->allocator };
        if (check(s, crdt_value_json(s->d, v, &json)))
            say_json_array(s, crdt_buf_bytes(&json));
        crdt_buf_done(&json);
    } else if (v->kind == CRDT_VALUE_OBJECT) {
        say(s, "[object Object]");
    } else if (v->kind == CRDT_VALUE_NODE) {
        node_xml(s, v->node, CRDT_ROOT, depth - 1);
    } else {
        check(s, crdt_value_text(s->d, v, s->out));
    }
}

static void say_attribute(Show *s, CrdtBytes key, const CrdtValue *v, int depth)
{
    say(s, " ");
    check(s, write_raw(s->out, key.at, key.len) ? CRDT_OK : CRDT_NOMEM);
    say(s, "=\"");
    say_value(s, v, depth);
    say(s, "\"");
}

/** The attributes of an element, sorted; *ret_count of them, to be freed with keys_done. */
static CrdtMark *sorted_entries(Show *s, CrdtNode node, size_t *ret_count, CrdtBuf *mem)
{
    CrdtCursor at = { 0 };
    CrdtMark m;
    *mem = (CrdtBuf){ .allocator = s->out->allocator };
    while (crdt_entry_next(s->d, node, &at, &m.key, &m.value))
        check(s, write_raw(mem, &m, sizeof m) ? CRDT_OK : CRDT_NOMEM);
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
    say(s, "<");
    say_lower(s, crdt_node_name(s->d, node));
    for (size_t i = 0; s->err == CRDT_OK && i < n; i++)
        say_attribute(s, attrs[i].key, &attrs[i].value, depth);
    crdt_buf_done(&mem);
    say(s, ">");
    children_xml(s, node, depth);
    say(s, "</");
    say_lower(s, crdt_node_name(s->d, node));
    say(s, ">");
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
    say(s, "<");
    check(s, write_raw(s->out, mark->key.at, mark->key.len) ? CRDT_OK : CRDT_NOMEM);
    check(s, take_fields(&f, &mark->value) ? CRDT_OK : CRDT_NOMEM);
    const CrdtMark *all = (const CrdtMark *)(const void *)f.list.at;
    for (size_t i = 0; s->err == CRDT_OK && i < f.list.len / sizeof *all; i++)
        say_attribute(s, all[i].key, &all[i].value, depth);
    crdt_buf_done(&f.names);
    crdt_buf_done(&f.chars);
    crdt_buf_done(&f.list);
    say(s, ">");
}

static void run_xml(Show *s, const CrdtRun *run, int depth)
{
    CrdtBuf mem = { .allocator = s->out->allocator };
    check(s, write_raw(&mem, run->marks, run->mark_count * sizeof *run->marks) ? CRDT_OK
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
        check(s, write_raw(s->out, run->text.at, run->text.len) ? CRDT_OK : CRDT_NOMEM);
    for (size_t i = n; i-- > 0;) {
        say(s, "</");
        check(s, write_raw(s->out, marks[i].key.at, marks[i].key.len) ? CRDT_OK : CRDT_NOMEM);
        say(s, ">");
    }
    crdt_buf_done(&mem);
}

static void text_xml(Show *s, CrdtNode node, int depth)
{
    CrdtRuns runs = { .doc = s->d, .node = node };
    CrdtRun run;
    while (s->err == CRDT_OK && crdt_runs_next(&runs, &run))
        run_xml(s, &run, depth);
    check(s, runs.err);
    crdt_runs_done(&runs);
}

static void node_xml(Show *s, CrdtNode node, CrdtKind as, int depth)
{
    if (depth <= 0) {
        check(s, CRDT_LIMIT);
        return;
    }
    CrdtKind kind = crdt_node_kind(s->d, node);
    if (kind == CRDT_ROOT)
        kind = as;
    switch (kind) {
    case CRDT_XML_ELEMENT: element_xml(s, node, depth); break;
    case CRDT_XML_TEXT: text_xml(s, node, depth); break;
    case CRDT_TEXT: check(s, crdt_text(s->d, node, s->out)); break;
    case CRDT_ROOT:
    case CRDT_XML_FRAGMENT: children_xml(s, node, depth); break;
    default: say(s, "[object Object]"); break;
    }
}

CrdtErr crdt_xml(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out)
{
    Show s = { doc, out, CRDT_OK };
    size_t start = out->len;
    node_xml(&s, node, CRDT_XML_FRAGMENT, SHOW_DEPTH);
    if (s.err != CRDT_OK)
        out->len = start;
    return s.err;
}

/* ---- ProseMirror ----------------------------------------------------------------------------- */

/** y-prosemirror names overlapping marks `name--` and eight characters of a hash. */
static CrdtBytes mark_name(CrdtBytes key)
{
    if (key.len < 10 || key.at[key.len - 10] != '-' || key.at[key.len - 9] != '-')
        return key;
    for (size_t i = key.len - 8; i < key.len; i++) {
        uint8_t c = key.at[i], letter = c | 0x20;
        bool base64 = (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                      c == '/' || c == '=';
        if (!base64)
            return key;
    }
    key.len -= 10;
    return key;
}

static void run_prosemirror(Show *s, const CrdtRun *run)
{
    say(s, "{\"type\":\"text\",\"text\":");
    quote(s, run->text);
    for (size_t i = 0; i < run->mark_count; i++) {
        const CrdtMark *m = &run->marks[i];
        say(s, i == 0 ? ",\"marks\":[{\"type\":" : ",{\"type\":");
        quote(s, mark_name(m->key));
        Json fields = { m->value.raw.at, m->value.raw.at + m->value.raw.len };
        if (m->value.kind == CRDT_VALUE_OBJECT && json_open(&fields, '{') && json_item(&fields)) {
            say(s, ",\"attrs\":");
            value_json(s, &m->value, SHOW_DEPTH);
        }
        say(s, "}");
    }
    say(s, run->mark_count > 0 ? "]}" : "}");
}

static bool children_prosemirror(Show *s, CrdtNode node, int depth);

/** Writes the nodes that one child stands for; false when it stands for none. */
static bool child_prosemirror(Show *s, const CrdtValue *v, bool first, int depth)
{
    CrdtKind kind = v->kind == CRDT_VALUE_NODE ? crdt_node_kind(s->d, v->node) : CRDT_MAP;
    if (kind == CRDT_XML_TEXT || kind == CRDT_TEXT) {
        CrdtRuns runs = { .doc = s->d, .node = v->node };
        CrdtRun run;
        bool any = false;
        while (s->err == CRDT_OK && crdt_runs_next(&runs, &run)) {
            if (run.is_embed)
                continue;
            if (!first || any)
                say(s, ",");
            run_prosemirror(s, &run);
            any = true;
        }
        check(s, runs.err);
        crdt_runs_done(&runs);
        return any;
    }
    if (kind != CRDT_XML_ELEMENT)
        return false;
    say(s, first ? "{\"type\":" : ",{\"type\":");
    quote(s, crdt_node_name(s->d, v->node));
    CrdtCursor at = { 0 };
    CrdtBytes key;
    CrdtValue attr;
    bool any = false;
    while (s->err == CRDT_OK && crdt_entry_next(s->d, v->node, &at, &key, &attr)) {
        say(s, any ? "," : ",\"attrs\":{");
        any = true;
        quote(s, key);
        say(s, ":");
        value_json(s, &attr, depth);
    }
    if (any)
        say(s, "}");
    children_prosemirror(s, v->node, depth - 1);
    say(s, "}");
    return true;
}

/** Writes `,"content":[…]` when there is any. */
static bool children_prosemirror(Show *s, CrdtNode node, int depth)
{
    static const char open[] = ",\"content\":[";
    size_t start = s->out->len;
    CrdtCursor at = { 0 };
    CrdtValue v;
    bool any = false;
    if (depth <= 0)
        return check(s, CRDT_LIMIT);
    say(s, open);
    while (s->err == CRDT_OK && crdt_child_next(s->d, node, &at, &v))
        any = child_prosemirror(s, &v, !any, depth) || any;
    if (any)
        say(s, "]");
    else
        s->out->len = start;
    return any;
}

CrdtErr crdt_prosemirror_json(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out)
{
    Show s = { doc, out, CRDT_OK };
    size_t start = out->len;
    CrdtValue self = { .kind = CRDT_VALUE_NODE, .node = node };
    if (crdt_node_kind(doc, node) == CRDT_XML_ELEMENT) {
        child_prosemirror(&s, &self, true, SHOW_DEPTH);
    } else {
        say(&s, "{\"type\":\"doc\"");
        if (!children_prosemirror(&s, node, SHOW_DEPTH) && s.err == CRDT_OK)
            say(&s, ",\"content\":[]");
        say(&s, "}");
    }
    if (s.err != CRDT_OK)
        out->len = start;
    return s.err;
}

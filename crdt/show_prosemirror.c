/** A tree as ProseMirror JSON. Source: y-prosemirror (yXmlFragmentToProsemirrorJSON). */
#include "show.h"

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
    show(s, "{\"type\":\"text\",\"text\":");
    show_quote(s, run->text);
    for (size_t i = 0; i < run->mark_count; i++) {
        const CrdtMark *m = &run->marks[i];
        show(s, i == 0 ? ",\"marks\":[{\"type\":" : ",{\"type\":");
        show_quote(s, mark_name(m->key));
        Json fields = { m->value.raw.at, m->value.raw.at + m->value.raw.len };
        if (m->value.kind == CRDT_VALUE_OBJECT && json_open(&fields, '{') && json_item(&fields)) {
            show(s, ",\"attrs\":");
            show_value(s, &m->value, SHOW_DEPTH);
        }
        show(s, "}");
    }
    show(s, run->mark_count > 0 ? "]}" : "}");
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
                show(s, ",");
            run_prosemirror(s, &run);
            any = true;
        }
        show_check(s, runs.err);
        crdt_runs_done(&runs);
        return any;
    }
    if (kind != CRDT_XML_ELEMENT)
        return false;
    show(s, first ? "{\"type\":" : ",{\"type\":");
    show_quote(s, crdt_node_name(s->d, v->node));
    CrdtCursor at = { 0 };
    CrdtBytes key;
    CrdtValue attr;
    bool any = false;
    while (s->err == CRDT_OK && crdt_entry_next(s->d, v->node, &at, &key, &attr)) {
        show(s, any ? "," : ",\"attrs\":{");
        any = true;
        show_quote(s, key);
        show(s, ":");
        show_value(s, &attr, depth);
    }
    if (any)
        show(s, "}");
    children_prosemirror(s, v->node, depth - 1);
    show(s, "}");
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
        return show_check(s, CRDT_LIMIT);
    show(s, open);
    while (s->err == CRDT_OK && crdt_child_next(s->d, node, &at, &v))
        any = child_prosemirror(s, &v, !any, depth) || any;
    if (any)
        show(s, "]");
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
        show(&s, "{\"type\":\"doc\"");
        if (!children_prosemirror(&s, node, SHOW_DEPTH) && s.err == CRDT_OK)
            show(&s, ",\"content\":[]");
        show(&s, "}");
    }
    if (s.err != CRDT_OK)
        out->len = start;
    return s.err;
}

/** A document as JSON and as delta. Source: Yjs toJSON, toDelta. */
#include "show.h"

void show_value(Show *s, const CrdtValue *v, int depth)
{
    if (v->kind == CRDT_VALUE_NODE)
        show_json(s, v->node, CRDT_ROOT, depth - 1);
    else
        show_check(s, crdt_value_json(s->d, v, s->out));
}

/* ---- toJSON ---------------------------------------------------------------------------------- */

static void list_json(Show *s, CrdtNode node, int depth)
{
    CrdtCursor at = { 0 };
    CrdtValue v;
    show(s, "[");
    for (bool first = true; s->err == CRDT_OK && crdt_child_next(s->d, node, &at, &v);
         first = false) {
        if (!first)
            show(s, ",");
        show_value(s, &v, depth);
    }
    show(s, "]");
}

static void map_json(Show *s, CrdtNode node, int depth)
{
    CrdtCursor at = { 0 };
    CrdtBytes key;
    CrdtValue v;
    bool first = true;
    show(s, "{");
    while (s->err == CRDT_OK && crdt_entry_next(s->d, node, &at, &key, &v)) {
        if (v.kind == CRDT_VALUE_UNDEFINED) /* as JSON.stringify leaves it out */
            continue;
        if (!first)
            show(s, ",");
        first = false;
        show_quote(s, key);
        show(s, ":");
        show_value(s, &v, depth);
    }
    show(s, "}");
}

void show_json(Show *s, CrdtNode node, CrdtKind as, int depth)
{
    if (depth == 0) {
        show_check(s, CRDT_LIMIT);
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
        show_check(&inner, crdt_text(s->d, node, &text));
    else
        show_xml(&inner, node, kind, depth);
    if (show_check(s, inner.err))
        show_quote(s, crdt_buf_bytes(&text));
    crdt_buf_done(&text);
}

CrdtErr crdt_node_json(const CrdtDoc *doc, CrdtNode node, CrdtKind as, CrdtBuf *out)
{
    Show s = { doc, out, CRDT_OK };
    size_t start = out->len;
    show_json(&s, node, as, SHOW_DEPTH);
    if (s.err != CRDT_OK)
        out->len = start;
    return s.err;
}

/* ---- delta ----------------------------------------------------------------------------------- */

static void run_json(Show *s, const CrdtRun *run)
{
    show(s, "{\"insert\":");
    if (run->is_embed)
        show_value(s, &run->embed, SHOW_DEPTH);
    else
        show_quote(s, run->text);
    for (size_t i = 0; i < run->mark_count; i++) {
        show(s, i == 0 ? ",\"attributes\":{" : ",");
        show_quote(s, run->marks[i].key);
        show(s, ":");
        show_value(s, &run->marks[i].value, SHOW_DEPTH);
    }
    show(s, run->mark_count > 0 ? "}}" : "}");
}

CrdtErr crdt_text_delta(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out)
{
    Show s = { doc, out, CRDT_OK };
    size_t start = out->len;
    CrdtRuns runs = { .doc = doc, .node = node };
    CrdtRun run;
    show(&s, "[");
    for (bool first = true; s.err == CRDT_OK && crdt_runs_next(&runs, &run); first = false) {
        if (!first)
            show(&s, ",");
        run_json(&s, &run);
    }
    show_check(&s, runs.err);
    crdt_runs_done(&runs);
    show(&s, "]");
    if (s.err != CRDT_OK)
        out->len = start;
    return s.err;
}

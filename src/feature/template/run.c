/* Program + data → nodes. First to Markdown in which every value is one private character, then to a tree, then each of
 * those characters becomes its text (line breaks as hard breaks) or its block. */
#include "base/utf8.h"
#include "document/words.h"
#include "feature/template/program.h"

#define MOST_VALUES 20000
#define MOST_ITEMS  500            /* of one list: a table longer than that helps nobody */
#define MOST_DEPTH  8
#define MOST_STEPS  200000         /* parts run, loops within loops counted out: what makes no text ends as well */
#define MOST_BLOCKS 100            /* tables and timelines */
#define MOST_BYTES  (4u << 20)     /* of all values together */

typedef struct Value { Str text; const Part *block; } Value;
typedef struct Run {
    Arena *arena;
    const ProgramData *data;
    Buf source;
    LIST(Value) values;
    const json_t *items[MOST_DEPTH];
    size_t numbers[MOST_DEPTH];
    int n_items;
    size_t steps, blocks, bytes;
    bool full;
} Run;

/* One step more; blocks are drawn anew wherever they stand or are asked for. */
static bool step(Run *r, bool draws)
{
    r->blocks += draws;
    if (++r->steps > MOST_STEPS || r->blocks > MOST_BLOCKS) r->full = true;
    return !r->full;
}

static const json_t *look_up(const Run *r, const Part *part)
{
    Str name = str_of(part->name->name);
    if (part->level >= 0) return json_object_get(r->items[part->level], part->name->name);
    ptrdiff_t dot = str_index(name, '.');
    if (dot < 0) return json_object_get(r->data->values, part->name->name);
    const json_t *group = json_object_get(r->data->values, arena_cstr(r->arena, str_sub(name, 0, (size_t)dot)));
    return json_object_get(group, name.at + dot + 1);
}

static bool is_true(Run *r, const Part *part)
{
    if (part->name->type == NAME_BLOCK) {                    /* is there anything to show? */
        DocNodes nodes = { 0 };
        if (!step(r, true)) return false;
        if (r->data->block) r->data->block(r->data->ctx, r->arena, str_of(part->name->name), BLOCK_SNAPSHOT, &nodes);
        return nodes.len > 0;
    }
    const json_t *v = look_up(r, part);
    return json_is_array(v) ? json_array_size(v) > 0 : json_is_string(v) && json_string_length(v) > 0;
}

static void value_add(Run *r, Value v)
{
    char utf8[4];
    r->bytes += v.text.len;
    if (r->values.len >= MOST_VALUES || r->bytes > MOST_BYTES) { r->full = true; return; }
    buf_add(&r->source, (Str){ utf8, utf8_put(utf8, VALUE_FIRST + (uint32_t)r->values.len) });
    *list_add(r->arena, &r->values) = v;
}

static Str text_of(const Run *r, const Part *part)
{
    const json_t *v = look_up(r, part);
    Str text = json_is_string(v) ? (Str){ json_string_value(v), json_string_length(v) } : S("");
    if (text.len || part->name->type == NAME_TEXT) return text;
    return words_zh(r->data->locale) ? S("未记录") : S("not recorded");
}

static void parts_run(Run *r, const Parts *parts)
{
    for (size_t i = 0; i < parts->len && !r->full; i++) {
        const Part *part = &parts->at[i];
        if (!step(r, part->kind == PART_BLOCK)) return;
        switch (part->kind) {
        case PART_TEXT: buf_add(&r->source, part->text); break;
        case PART_VALUE:
            /* our own digits may be structure: "{{number}}." begins a list */
            if (str_eq(str_of(part->name->name), S("number")))
                buf_fmt(&r->source, "%zu", r->n_items ? r->numbers[r->n_items - 1] : 0);
            else
                value_add(r, (Value){ .text = text_of(r, part) });
            break;
        case PART_BLOCK: value_add(r, (Value){ .block = part }); break;
        case PART_IF: parts_run(r, is_true(r, part) ? &part->body : &part->otherwise); break;
        case PART_EACH: {
            const json_t *list = look_up(r, part);
            size_t n = json_array_size(list);
            for (size_t k = 0; k < n && k < MOST_ITEMS && r->n_items < MOST_DEPTH && step(r, false); k++) {
                r->items[r->n_items] = json_array_get(list, k);
                r->numbers[r->n_items++] = k + 1;
                parts_run(r, &part->body);
                r->n_items--;
            }
            break;
        }
        }
    }
}

/* -- putting values into the tree -------------------------------------------------------------------------------------- */

static const Value *value_at(const Run *r, Str s, size_t i, size_t *ret_width)
{
    uint32_t c = utf8_next(s, i, ret_width);
    return c != UTF8_BAD && c >= VALUE_FIRST && c < VALUE_FIRST + r->values.len ? &r->values.at[c - VALUE_FIRST] : NULL;
}

static bool has_value(const Run *r, Str s)
{
    for (size_t i = 0, w; i < s.len; i += w)
        if (value_at(r, s, i, &w)) return true;
    return false;
}

typedef enum Breaks { BREAKS_NODES, BREAKS_KEPT, BREAKS_SPACES } Breaks;

/* The text with its values, on one line or with the line breaks as they are. */
static Str filled(const Run *r, Str s, Breaks breaks)
{
    Buf b = buf_new(r->arena, DOC_MAX_BYTES);
    for (size_t i = 0, w; i < s.len; i += w) {
        const Value *v = value_at(r, s, i, &w);
        if (!v) { buf_add(&b, str_sub(s, i, w)); continue; }
        for (size_t k = 0; k < v->text.len; k++) {
            char c = v->text.at[k];
            if (c == '\n' && breaks == BREAKS_SPACES) c = ' ';
            if ((unsigned char)c >= ' ' || c == '\t' || c == '\n') buf_byte(&b, c);
        }
    }
    return buf_str(&b);
}

static void attrs_fill(Run *r, json_t *attrs)
{
    const char *key;
    json_t *v;
    json_object_foreach(attrs, key, v) {
        Str s = { json_string_value(v), json_is_string(v) ? json_string_length(v) : 0 };
        if (!s.len || !has_value(r, s)) continue;
        Str text = filled(r, s, BREAKS_SPACES);
        json_object_set_new(attrs, key, json_stringn(text.at ? text.at : "", text.len));
    }
}

static void marks_fill(Run *r, DocNode *n)
{
    size_t kept = 0;
    list_each(&n->marks, i) {
        attrs_fill(r, n->marks.at[i].attrs);
        if (str_eq(n->marks.at[i].type, S("link")) && !doc_link_ok(doc_mark_get(&n->marks.at[i], "href"))) continue;
        n->marks.at[kept++] = n->marks.at[i];
    }
    n->marks.len = kept;
}

static void run_add(Run *r, const DocNode *like, Str text, DocNodes *to)
{
    if (!text.len) return;
    DocNode *n = arena_make(r->arena, DocNode);
    *n = *like;
    n->text = text;
    *list_add(r->arena, to) = n;
}

/* A text node → text nodes and hard breaks; blocks in it go to `blocks`. */
static void text_fill(Run *r, DocNode *n, Breaks breaks, DocNodes *to, DocNodes *blocks)
{
    for (size_t i = 0, w; i < n->text.len; i += w) {
        const Value *v = value_at(r, n->text, i, &w);
        if (v && v->block && r->data->block)
            r->data->block(r->data->ctx, r->arena, str_of(v->block->name->name), v->block->mode, blocks);
    }
    marks_fill(r, n);
    Str text = filled(r, n->text, doc_has_mark(n, "code") ? BREAKS_SPACES : breaks == BREAKS_NODES ? BREAKS_KEPT : breaks), line;
    if (breaks != BREAKS_NODES) { run_add(r, n, text, to); return; }
    for (bool first = true; str_next(&text, '\n', &line); first = false) {
        if (!first) *list_add(r->arena, to) = doc_node(r->arena, "hardBreak");
        run_add(r, n, line, to);
    }
}

static void node_fill(Run *r, DocNode *n, int depth);

static bool is_textblock(const DocNode *n)
{
    return doc_is(n, "paragraph") || doc_is(n, "heading") || doc_is(n, "codeBlock") || doc_is(n, "detailsSummary");
}

static bool is_blank(const DocNode *n)
{
    list_each(&n->children, i)
        if (!doc_is(n->children.at[i], "text") || str_trim(n->children.at[i]->text).len) return false;
    return true;
}

static void textblock_fill(Run *r, DocNode *n, DocNodes *to)
{
    DocNodes inner = { 0 }, blocks = { 0 };
    bool had_value = false;
    Breaks breaks = doc_is(n, "codeBlock") ? BREAKS_KEPT : doc_is(n, "paragraph") ? BREAKS_NODES : BREAKS_SPACES;
    list_each(&n->children, i) {
        DocNode *child = n->children.at[i];
        attrs_fill(r, child->attrs);
        if (!doc_is(child, "text")) { *list_add(r->arena, &inner) = child; continue; }
        if (has_value(r, child->text)) had_value = true;
        text_fill(r, child, breaks, &inner, &blocks);
    }
    n->children = inner;
    bool drop = doc_is(n, "paragraph") && had_value && is_blank(n);      /* {{incident.summary}} of nothing, or only a block */
    if (!drop) *list_add(r->arena, to) = n;
    list_each(&blocks, i) *list_add(r->arena, to) = blocks.at[i];
}

static void children_fill(Run *r, DocNode *n, int depth)
{
    DocNodes out = { 0 };
    list_each(&n->children, i) {
        DocNode *child = n->children.at[i];
        if (is_textblock(child)) { textblock_fill(r, child, &out); continue; }
        node_fill(r, child, depth + 1);
        *list_add(r->arena, &out) = child;
    }
    n->children = out;
    static const char *const filled_types[] = { "listItem", "taskItem", "tableCell", "tableHeader", "blockquote", "callout", "detailsContent", NULL };
    for (size_t i = 0; filled_types[i] && !n->children.len; i++)
        if (doc_is(n, filled_types[i])) doc_add(r->arena, n, "paragraph");
}

static void node_fill(Run *r, DocNode *n, int depth)
{
    attrs_fill(r, n->attrs);
    if (depth < DOC_MAX_DEPTH) children_fill(r, n, depth);
}

Err program_run(Arena *a, const Program *program, const ProgramData *data, DocNode *parent)
{
    Run r = { .arena = a, .data = data, .source = buf_new(a, 1u << 20) };
    DocNode *doc;
    parts_run(&r, &program->parts);
    if (r.full || buf_full(&r.source)) return fail(a, ERR_TOO_LARGE, "the template makes too much of this incident: loops within loops, or more than %d tables", MOST_BLOCKS);
    TRY(import_markdown(a, buf_str(&r.source), &doc));
    if (doc->children.len == 1 && doc_is(doc->children.at[0], "paragraph") && !doc->children.at[0]->children.len) return OK;
    children_fill(&r, doc, 0);
    list_each(&doc->children, i) *list_add(a, &parent->children) = doc->children.at[i];
    return OK;
}

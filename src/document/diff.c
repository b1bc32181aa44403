#include "document/diff.h"
#include <string.h>
#include <unicode/uchar.h>
#include "base/map.h"
#include "base/utf8.h"
#include "document/align.h"

const char *const diff_ops[] = { "equal", "insert", "delete", "change", "format", NULL };
static const char *const span_ops[] = { "equal", "insert", "delete", NULL };

static SHAPE(diff_span_shape, DiffSpan, "A stretch of text", FIELD(DiffSpan, op, READ_ONLY, "What became of it", .values = span_ops),
    FIELD(DiffSpan, text, READ_ONLY | MULTILINE, "The text"));
SHAPE(diff_block_shape, DiffBlock, "A block that stayed, changed, came or went",
    FIELD(DiffBlock, op, READ_ONLY, "format: the same words look different", .values = diff_ops),
    FIELD(DiffBlock, kind, READ_ONLY, "paragraph, heading, bullet, number, task, taskDone, quote, codeBlock, row, headerRow, image, liveBlock …"),
    FIELD(DiffBlock, before_kind, READ_ONLY | NULLABLE, "What it was, when it became another kind"),
    FIELD(DiffBlock, image, READ_ONLY | NULLABLE, "Of a picture: its address"),
    FIELD(DiffBlock, before_image, READ_ONLY | NULLABLE, "Of the picture that stood there before, when it is another now"),
    FIELD(DiffBlock, level, READ_ONLY, "Of a heading, or how deep in a list"),
    FIELD_OF(DiffBlock, spans, FIELD_MANY, &diff_span_shape, READ_ONLY, "Its text; a tab stands between the cells of a row, a live block is its kind"),
    FIELD_OF(DiffBlock, authors, FIELD_MANY, &user_ref_shape, READ_ONLY, "Who made it so, as far as is known"));

/* -- blocks ------------------------------------------------------------------------------------------------------------ */

typedef struct Walk { Arena *arena; DiffBlocks *out; } Walk;

/** What an inline node that is no text reads as. */
static Str label_of(Arena *a, const DocNode *n)
{
    if (doc_is(n, "hardBreak")) return S("\n");
    Str at = doc_get(n, "at"), label = doc_get(n, "label"), title = doc_get(n, "title");
    if (doc_is(n, "mention")) return arena_fmt(a, "@" STR_FMT, STR_ARG(label));
    return title.len ? title : label.len ? label : at.len ? at : S("");
}

static void inline_text(Arena *a, const DocNode *n, Buf *to)
{
    list_each(&n->children, i) {
        const DocNode *c = n->children.at[i];
        if (doc_is(c, "text")) buf_add(to, c->text);
        else if (c->children.len) inline_text(a, c, to);
        else buf_add(to, label_of(a, c));
    }
}

static DiffBlock *put(Walk *w, const DocNode *n, const char *kind, int64_t level, Str text)
{
    DiffBlock *b = list_add(w->arena, w->out);
    *b = (DiffBlock){ .op = S("equal"), .kind = str_of(kind), .level = level };
    if (text.len) *list_add(w->arena, &b->spans) = (DiffSpan){ S("equal"), text };
    b->key = arena_fmt(w->arena, "%s %lld " STR_FMT, kind, (long long)level, STR_ARG(doc_json(w->arena, n)));
    return b;
}

static Str text_of(Walk *w, const DocNode *n)
{
    Buf b = buf_new(w->arena, DOC_MAX_BYTES);
    inline_text(w->arena, n, &b);
    return buf_str(&b);
}

/* A row is its cells; what stands in several lines of one is a line here, and a tab in it a space. */
static void put_row(Walk *w, const DocNode *row)
{
    Buf b = buf_new(w->arena, DOC_MAX_BYTES);
    bool head = row->children.len > 0;
    list_each(&row->children, i) {
        const DocNode *cell = row->children.at[i];
        Buf text = buf_new(w->arena, DOC_MAX_BYTES);
        head = head && doc_is(cell, "tableHeader");
        list_each(&cell->children, k) {
            if (k) buf_byte(&text, ' ');
            inline_text(w->arena, cell->children.at[k], &text);
        }
        if (i) buf_byte(&b, '\t');
        Str said = buf_str(&text);
        for (size_t k = 0; k < said.len; k++) buf_byte(&b, said.at[k] == '\t' ? ' ' : said.at[k]);
    }
    put(w, row, head ? "headerRow" : "row", 0, buf_str(&b));
}

static void walk(Walk *w, const DocNode *n, const char *as, int64_t level, int depth);

static void walk_item(Walk *w, const DocNode *item, const char *kind, int64_t level, int depth)
{
    list_each(&item->children, i) {
        const DocNode *c = item->children.at[i];
        bool words = doc_is(c, "paragraph");
        if (i == 0 && words) put(w, c, kind, level, text_of(w, c));
        else walk(w, c, words ? kind : "paragraph", level, depth + 1);
    }
}

static void walk(Walk *w, const DocNode *n, const char *as, int64_t level, int depth)
{
    static const struct { const char *type, *kind; } lists[] = { { "bulletList", "bullet" }, { "orderedList", "number" }, { "taskList", "task" } };
    static const struct { const char *type, *kind; } holders[] = { { "blockquote", "quote" }, { "callout", "callout" }, { "details", "details" },
                                                                   { "detailsContent", "details" } };
    if (depth > DOC_MAX_DEPTH) return;
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        if (doc_is(n, lists[l].type)) {
            list_each(&n->children, i)
                walk_item(w, n->children.at[i], doc_get_bool(n->children.at[i], "checked") ? "taskDone" : lists[l].kind, level + 1, depth + 1);
            return;
        }
    for (size_t h = 0; h < sizeof holders / sizeof *holders; h++)
        if (doc_is(n, holders[h].type)) {
            list_each(&n->children, i) walk(w, n->children.at[i], holders[h].kind, level, depth + 1);
            return;
        }
    if (doc_is(n, "table")) {
        list_each(&n->children, i) put_row(w, n->children.at[i]);
        return;
    }
    if (doc_is(n, "heading")) put(w, n, "heading", doc_get_int(n, "level", 2), text_of(w, n));
    else if (doc_is(n, "image")) put(w, n, "image", 0, doc_get(n, "caption").len ? doc_get(n, "caption") : doc_get(n, "alt"))->image = doc_get(n, "src");
    else if (doc_is(n, "liveBlock")) put(w, n, "liveBlock", 0, doc_get(n, "kind"));
    else if (doc_is(n, "paragraph")) put(w, n, as, level, text_of(w, n));
    else put(w, n, arena_cstr(w->arena, n->type), level, text_of(w, n));
}

void doc_blocks(Arena *a, const DocNode *doc, DiffBlocks *ret)
{
    Walk w = { a, ret };
    list_each(&doc->children, i) walk(&w, doc->children.at[i], "paragraph", 0, 0);
}

/* -- words ------------------------------------------------------------------------------------------------------------- */

typedef struct Words { Str *at; size_t len, room; uint32_t *ids; } Words;

static bool is_wide(uint32_t c) { return c != UTF8_BAD && u_hasBinaryProperty((UChar32)c, UCHAR_IDEOGRAPHIC); }
static bool is_word(uint32_t c) { return c != UTF8_BAD && (u_isalnum((UChar32)c) || c == '_' || c == '\''); }

static void split(Arena *a, Str text, Words *ret)
{
    for (size_t i = 0, w; i < text.len;) {
        uint32_t c = utf8_next(text, i, &w);
        size_t to = i + w;
        if (is_word(c) && !is_wide(c))
            for (; to < text.len; to += w) {
                c = utf8_next(text, to, &w);
                if (!is_word(c) || is_wide(c)) break;
            }
        *list_add(a, ret) = str_sub(text, i, to - i);
        i = to;
    }
}

/** One number for each different text, the same on both sides. */
static uint32_t *number(Arena *a, Map *known, const Str *texts, size_t n)
{
    uint32_t *ids = arena_array(a, uint32_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        uint32_t *id = map_get(known, texts[i]);
        if (!id) {
            id = arena_make(a, uint32_t);
            *id = (uint32_t)map_len(known) + 1;
            map_set(known, texts[i], id);
        }
        ids[i] = *id;
    }
    return ids;
}

static Str block_text(const DiffBlock *b) { return b->spans.len ? b->spans.at[0].text : S(""); }

static void say(Arena *a, DiffSpans *to, const char *op, Str text)
{
    DiffSpan *last = to->len ? &to->at[to->len - 1] : NULL;
    if (last && str_eq(last->op, str_of(op))) last->text = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(last->text), STR_ARG(text));
    else *list_add(a, to) = (DiffSpan){ str_of(op), text };
}

/** A stretch of `n` words from `from` on, as one text: they stand side by side in their block. */
static Str stretch(const Words *w, size_t from, size_t to)
{
    return from == to ? S("") : (Str){ w->at[from].at, (size_t)(w->at[to - 1].at + w->at[to - 1].len - w->at[from].at) };
}

/** `ret_same`: how much of the longer text stays, in thousandths. */
static void weave(Arena *a, Str before, Str after, DiffSpans *ret, int *ret_same)
{
    Words x = { 0 }, y = { 0 };
    split(a, before, &x);
    split(a, after, &y);
    Map *known = map_new(a);
    x.ids = number(a, known, x.at, x.len);
    y.ids = number(a, known, y.at, y.len);
    uint8_t *keep_x = arena_array(a, uint8_t, x.len + 1), *keep_y = arena_array(a, uint8_t, y.len + 1);
    align(a, x.ids, x.len, y.ids, y.len, keep_x, keep_y);
    size_t same = 0, longer = before.len > after.len ? before.len : after.len;
    for (size_t i = 0, k = 0; i < x.len || k < y.len;) {
        size_t from = i, to = k;
        while (i < x.len && !keep_x[i]) i++;
        if (i > from && ret) say(a, ret, "delete", stretch(&x, from, i));
        while (k < y.len && !keep_y[k]) k++;
        if (k > to && ret) say(a, ret, "insert", stretch(&y, to, k));
        from = k;
        while (i < x.len && k < y.len && keep_x[i] && keep_y[k]) { same += y.at[k].len; i++; k++; }
        if (k > from && ret) say(a, ret, "equal", stretch(&y, from, k));
    }
    if (ret_same) *ret_same = longer ? (int)(same * 1000 / longer) : 1000;
}

/* -- blocks against blocks --------------------------------------------------------------------------------------------- */

enum { ALIKE = 350, PAIRED_RUN_MAX = 60 };

static void whole(Arena *a, const DiffBlock *b, const char *op, DiffBlocks *to)
{
    DiffBlock *n = list_add(a, to);
    *n = *b;
    n->op = str_of(op);
    n->spans = (DiffSpans){ 0 };
    if (block_text(b).len) *list_add(a, &n->spans) = (DiffSpan){ str_of(op), block_text(b) };
}

static void changed(Arena *a, const DiffBlock *x, const DiffBlock *y, DiffBlocks *to)
{
    DiffBlock *n = list_add(a, to);
    bool same = str_eq(block_text(x), block_text(y)) && str_eq(x->image, y->image), kind = str_eq(x->kind, y->kind) && x->level == y->level;
    *n = *y;
    if (x->image.len && !str_eq(x->image, y->image)) n->before_image = x->image;
    n->op = same && kind ? S("format") : S("change");
    if (!str_eq(x->kind, y->kind)) n->before_kind = x->kind;
    n->spans = (DiffSpans){ 0 };
    weave(a, block_text(x), block_text(y), &n->spans, NULL);
}

/** A run of blocks that went and of blocks that came in their place: those that are alike are one block that changed. */
static void run(Arena *a, const DiffBlock *x, size_t n, const DiffBlock *y, size_t m, DiffBlocks *to)
{
    size_t i = 0;
    for (size_t k = 0; k < m; k++) {
        size_t pair = n;
        int best = ALIKE;
        for (size_t p = i; p < n && n <= PAIRED_RUN_MAX && m <= PAIRED_RUN_MAX; p++) {
            int same = 0;
            weave(a, block_text(&x[p]), block_text(&y[k]), NULL, &same);
            if (!block_text(&y[k]).len && !str_eq(x[p].kind, y[k].kind)) same = 0;
            if (same > best) { best = same; pair = p; }
        }
        if (pair == n) { whole(a, &y[k], "insert", to); continue; }
        for (; i < pair; i++) whole(a, &x[i], "delete", to);
        changed(a, &x[i++], &y[k], to);
    }
    for (; i < n; i++) whole(a, &x[i], "delete", to);
}

void doc_diff(Arena *a, const DocNode *before, const DocNode *after, DiffBlocks *ret)
{
    DiffBlocks x = { 0 }, y = { 0 };
    doc_blocks(a, before, &x);
    doc_blocks(a, after, &y);
    Str *keys = arena_array(a, Str, x.len + y.len + 1);
    list_each(&x, i) keys[i] = x.at[i].key;
    list_each(&y, i) keys[x.len + i] = y.at[i].key;
    uint32_t *ids = number(a, map_new(a), keys, x.len + y.len);
    uint8_t *keep_x = arena_array(a, uint8_t, x.len + 1), *keep_y = arena_array(a, uint8_t, y.len + 1);
    align(a, ids, x.len, ids + x.len, y.len, keep_x, keep_y);
    for (size_t i = 0, k = 0; i < x.len || k < y.len;) {
        size_t from = i, to = k;
        while (i < x.len && !keep_x[i]) i++;
        while (k < y.len && !keep_y[k]) k++;
        run(a, x.at + from, i - from, y.at + to, k - to, ret);
        for (; i < x.len && k < y.len && keep_x[i] && keep_y[k]; i++, k++) *list_add(a, ret) = y.at[k];
    }
}

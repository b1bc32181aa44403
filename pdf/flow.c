/* Nodes → items. Every block ends with a gap; gaps vanish at the top of a page. */
#include <stdlib.h>
#include "pdf/flow.h"

static const Color LINE_GRAY = { .84, .86, .89 };

static void text_block(Book *b, Items *to, Place p, const json_t *n, const char *name, double points, double after)
{
    Text t = text_new();
    inline_into(&t, n, p.depth);
    if (!t.s->len && is(n, "paragraph") && p.depth == 0) return;
    tag(to, ITEM_OPEN, name);
    lines_add(to, p, layout_of(b, &t, points, p.w), &t, points, points < 10 ? 1.4 : 1.5);
    tag(to, ITEM_CLOSE, name);
    if (after > 0) gap(to, p, after);
}

static void block(Book *b, Items *to, Place p, const json_t *n);

void blocks(Book *b, Items *to, Place p, const json_t *n)
{
    size_t i;
    const json_t *child;
    p.depth++;
    if (p.depth < DEEPEST) json_array_foreach(children(n), i, child) block(b, to, p, child);
}

static void heading(Book *b, Items *to, Place p, const json_t *n)
{
    static const double sizes[] = { 17, 14.5, 12.2, 11, 10.5, 10.5 };
    static const char *const names[] = { "H1", "H2", "H3", "H4", "H5", "H6" };
    int level = (int)json_integer_value(json_object_get(attrs(n), "level"));
    level = level < 1 ? 1 : level > 6 ? 6 : level;
    Text t = text_new();
    inline_into(&t, n, 0);
    if (!t.s->len) return;
    gap(to, p, level <= 2 ? 12 : 6);
    Item *mark = items_add(to, ITEM_HEADING);
    mark->level = level;
    mark->text = strdup(t.s->str);
    mark->keep = true;
    attr_put(&t, pango_attr_weight_new(PANGO_WEIGHT_BOLD), 0);
    tag(to, ITEM_OPEN, names[level - 1]);
    int first = to->n, lines = lines_add(to, p, layout_of(b, &t, sizes[level - 1], p.w), &t, sizes[level - 1], 1.3);
    for (int i = 0; i < lines; i++) to->at[first + i].keep = true;
    tag(to, ITEM_CLOSE, names[level - 1]);
    gap(to, p, level <= 2 ? 5 : 3);
    to->at[to->n - 1].keep = true;
}

static void list(Book *b, Items *to, Place p, const json_t *n)
{
    bool ordered = is(n, "orderedList"), tasks = is(n, "taskList");
    json_int_t number = ordered && json_object_get(attrs(n), "start") ? json_integer_value(json_object_get(attrs(n), "start")) : 1;
    size_t i;
    const json_t *item;
    Place inner = p;
    inner.x += 18;
    inner.w -= 18;
    inner.after = 3;
    tag(to, ITEM_OPEN, "L");
    json_array_foreach(children(n), i, item) {
        char sign[32] = "•";
        if (ordered) snprintf(sign, sizeof sign, "%lld.", (long long)(number + (json_int_t)i));
        tag(to, ITEM_OPEN, "LI");
        int first = to->n;
        blocks(b, to, inner, item);
        for (int k = first; k < to->n; k++) {
            if (to->at[k].kind != ITEM_LINE) continue;
            Item *line = &to->at[k];
            if (line->marker || line->task) break;
            if (tasks) line->task = json_is_true(json_object_get(attrs(item), "checked")) ? 2 : 1;
            else {
                PangoRectangle box;
                line->marker = plain_layout(b, sign, p.pt, 0, false, INK);
                pango_layout_get_extents(line->marker, NULL, &box);
                line->marker_x = ordered ? inner.x - 5 - (double)box.width / PANGO_SCALE : p.x + 5;
            }
            break;
        }
        tag(to, ITEM_CLOSE, "LI");
    }
    tag(to, ITEM_CLOSE, "L");
    gap(to, p, 4);
}

Decor *decor_of(Place p, double x, double w, const Color *fill, const Color *bar)
{
    Decor *d = fresh(sizeof *d);
    *d = (Decor){ .x = x, .w = w, .outer = p.decor };
    if (fill) { d->filled = true; d->fill = *fill; }
    if (bar) { d->bar = 2.5; d->bar_color = *bar; }
    return d;
}

static void boxed(Book *b, Items *to, Place p, const json_t *n, const char *name, const Color *fill, const Color *bar)
{
    double pad = fill ? 10 : 12;
    Place inner = { p.x + pad, p.w - (fill ? 2 * pad : pad), decor_of(p, p.x, p.w, fill, bar), p.depth, p.pt, 5 };
    tag(to, ITEM_OPEN, name);
    if (fill) gap(to, inner, 7);
    blocks(b, to, inner, n);
    while (to->n && to->at[to->n - 1].kind == ITEM_GAP) to->n--;
    if (fill) gap(to, inner, 7);
    tag(to, ITEM_CLOSE, name);
    gap(to, p, 9);
}

static void callout(Book *b, Items *to, Place p, const json_t *n)
{
    static const struct { const char *kind; Color fill, bar; } looks[] = {
        { "info", { .94, .96, 1 }, { .25, .45, .85 } }, { "warning", { 1, .965, .89 }, { .80, .55, .05 } },
        { "danger", { 1, .94, .935 }, { .80, .20, .17 } }, { "success", { .925, .975, .94 }, { .13, .55, .30 } } };
    const char *kind = text_of(attrs(n), "kind");
    size_t k = 0;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) if (!strcmp(kind, looks[i].kind)) k = i;
    boxed(b, to, p, n, "Sect", &looks[k].fill, &looks[k].bar);
}

static void code(Book *b, Items *to, Place p, const json_t *n)
{
    Text t = text_new();
    inline_into(&t, n, 0);
    attr_put(&t, pango_attr_family_new(MONO), 0);
    Place inner = { .x = p.x + 9, .w = p.w - 18, .decor = decor_of(p, p.x, p.w, &GROUND, NULL) };
    tag(to, ITEM_OPEN, "Code");
    gap(to, inner, 6);
    lines_add(to, inner, layout_of(b, &t, 8.6, inner.w), &t, 8.6, 1.45);
    gap(to, inner, 6);
    tag(to, ITEM_CLOSE, "Code");
    gap(to, p, 9);
}

static void block(Book *b, Items *to, Place p, const json_t *n)
{
    if (is(n, "paragraph")) text_block(b, to, p, n, "P", p.pt, p.after);
    else if (is(n, "heading")) heading(b, to, p, n);
    else if (is(n, "bulletList") || is(n, "orderedList") || is(n, "taskList")) list(b, to, p, n);
    else if (is(n, "blockquote")) boxed(b, to, p, n, "BlockQuote", NULL, &LINE_GRAY);
    else if (is(n, "callout")) callout(b, to, p, n);
    else if (is(n, "codeBlock")) code(b, to, p, n);
    else if (is(n, "image")) image(b, to, p, n);
    else if (is(n, "table")) table(b, to, p, n);
    else if (is(n, "horizontalRule")) {
        Item *x = items_add(to, ITEM_RULE);
        x->x = p.x;
        x->table_w = p.w;
        x->h = 12;
        x->decor = p.decor;
    } else if (is(n, "detailsSummary")) {
        Text t = text_new();
        inline_into(&t, n, 0);
        attr_put(&t, pango_attr_weight_new(PANGO_WEIGHT_BOLD), 0);
        tag(to, ITEM_OPEN, "P");
        lines_add(to, p, layout_of(b, &t, p.pt, p.w), &t, p.pt, 1.5);
        tag(to, ITEM_CLOSE, "P");
        gap(to, p, 4);
    } else if (is(n, "text")) {
        json_t *holder = json_pack("{s:s,s:[O]}", "type", "paragraph", "content", (json_t *)(uintptr_t)n);
        text_block(b, to, p, holder, "P", p.pt, p.after);
        json_decref(holder);
    } else blocks(b, to, p, n);
}

/* The text is laid out once; the front, which names the pages of headings, again when they are known. */
void flow_book(Book *b, const int *heading_pages)
{
    static Items body;
    Place p = { MARGIN_X, COLUMN, NULL, 0, BODY_PT, 7 };
    if (!body.n) {
        size_t i;
        const json_t *child;
        json_array_foreach(children(json_object_get(b->input, "doc")), i, child) block(b, &body, p, child);
    }
    b->items = (Items){ 0 };
    line_of(b, &b->items, p, text_of(b->input, "over"), 9, false, SOFT, 3, "P");
    line_of(b, &b->items, p, text_of(b->input, "title"), 22, true, INK, 5, "H1");
    line_of(b, &b->items, p, text_of(b->input, "byline"), 9, false, SOFT, 3, "P");
    line_of(b, &b->items, p, text_of(b->input, "note"), 9, false, SOFT, 3, "P");
    gap(&b->items, p, 8);
    figures(b, &b->items, p);
    contents(b, &b->items, p, &body, heading_pages);
    for (int i = 0; i < body.n; i++) *items_add(&b->items, ITEM_GAP) = body.at[i];
}

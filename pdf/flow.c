/* Nodes → items. Every block ends with a gap; gaps vanish at the top of a page. */
#include <stdlib.h>
#include <string.h>
#include "pdf/pdf.h"

#define DEEPEST 40

/* Where blocks go: left edge and width, what is behind them, size of their text and the gap after a paragraph. */
typedef struct Place { double x, w; const Decor *decor; int depth; double pt, after; } Place;

static const Color INK = { .11, .13, .16 }, SOFT = { .36, .39, .44 }, LINE_GRAY = { .84, .86, .89 }, GROUND = { .955, .962, .972 }, LINK_INK = { .10, .33, .78 };

_Noreturn void out_of_memory(void) { fprintf(stderr, "the report is too large for a PDF\n"); exit(3); }

static void *fresh(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);
    if (!p) out_of_memory();
    return p;
}

Item *items_add(Items *list, ItemKind kind)
{
    if (list->n == list->room) {
        list->room = list->room ? list->room * 2 : 8;
        list->at = realloc(list->at, (size_t)list->room * sizeof *list->at);
        if (!list->at) out_of_memory();
    }
    Item *it = &list->at[list->n++];
    *it = (Item){ .kind = kind };
    return it;
}

const char *text_of(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : "";
}

static const json_t *attrs(const json_t *n) { return json_object_get(n, "attrs"); }
static const char *type(const json_t *n) { return text_of(n, "type"); }
static bool is(const json_t *n, const char *t) { return strcmp(type(n), t) == 0; }
static const json_t *children(const json_t *n) { return json_object_get(n, "content"); }

/* -- text -------------------------------------------------------------------------------------------------------------- */

typedef struct Text { GString *s; PangoAttrList *list; Link *links; int n_links; } Text;

static Text text_new(void) { return (Text){ g_string_new(NULL), pango_attr_list_new(), NULL, 0 }; }

static void attr_put(Text *t, PangoAttribute *attr, size_t from)
{
    attr->start_index = (guint)from;
    attr->end_index = (guint)t->s->len;
    pango_attr_list_insert(t->list, attr);
}

static PangoAttribute *ink(Color c) { return pango_attr_foreground_new((guint16)(c.r * 65535), (guint16)(c.g * 65535), (guint16)(c.b * 65535)); }

static void link_put(Text *t, const char *href, size_t from)
{
    GString *a = g_string_new("uri='");
    for (const char *c = href; *c; c++) {
        if (*c == '\'' || *c == '\\') g_string_append_c(a, '\\');
        g_string_append_c(a, *c);
    }
    g_string_append_c(a, '\'');
    t->links = realloc(t->links, (size_t)(t->n_links + 1) * sizeof *t->links);
    if (!t->links) out_of_memory();
    t->links[t->n_links++] = (Link){ (int)from, (int)t->s->len, g_string_free(a, FALSE) };
    attr_put(t, ink(LINK_INK), from);
}

static void mark_put(Text *t, const json_t *mark, size_t from)
{
    const char *m = type(mark);
    if (!strcmp(m, "bold")) attr_put(t, pango_attr_weight_new(PANGO_WEIGHT_BOLD), from);
    else if (!strcmp(m, "italic")) attr_put(t, pango_attr_style_new(PANGO_STYLE_ITALIC), from);
    else if (!strcmp(m, "strike")) attr_put(t, pango_attr_strikethrough_new(TRUE), from);
    else if (!strcmp(m, "underline")) attr_put(t, pango_attr_underline_new(PANGO_UNDERLINE_SINGLE), from);
    else if (!strcmp(m, "highlight")) attr_put(t, pango_attr_background_new(65535, 62000, 45000), from);
    else if (!strcmp(m, "link") && *text_of(attrs(mark), "href")) link_put(t, text_of(attrs(mark), "href"), from);
    else if (!strcmp(m, "code")) {
        attr_put(t, pango_attr_family_new(MONO), from);
        attr_put(t, pango_attr_scale_new(.9), from);
        attr_put(t, pango_attr_background_new(61500, 62200, 63200), from);
    }
}

/* Line breaks inside a block are U+2028; what is no text shows nothing (the server has made texts of all that has one). */
static void inline_into(Text *t, const json_t *n, int depth)
{
    size_t i, k;
    const json_t *child, *mark;
    if (is(n, "text")) {
        size_t from = t->s->len;
        for (const char *c = text_of(n, "text"); *c; c++) {
            if (*c == '\n') g_string_append(t->s, "\xe2\x80\xa8");
            else if ((unsigned char)*c >= ' ' || *c == '\t') g_string_append_c(t->s, *c);
        }
        json_array_foreach(json_object_get(n, "marks"), k, mark) mark_put(t, mark, from);
        return;
    }
    if (is(n, "hardBreak")) { g_string_append(t->s, "\xe2\x80\xa8"); return; }
    if (depth < DEEPEST) json_array_foreach(children(n), i, child) inline_into(t, child, depth + 1);
}

static PangoLayout *layout_of(Book *b, Text *t, double points, double w)
{
    PangoLayout *l = pango_layout_new(b->pango);
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    pango_font_description_set_absolute_size(font, points * PANGO_SCALE);
    pango_layout_set_font_description(l, font);
    pango_font_description_free(font);
    pango_layout_set_text(l, t->s->str, (int)t->s->len);
    pango_layout_set_attributes(l, t->list);
    pango_layout_set_width(l, w <= 0 ? -1 : (int)(w * PANGO_SCALE));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    return l;
}

static PangoLayout *plain_layout(Book *b, const char *s, double points, double w, bool bold, Color c)
{
    Text t = text_new();
    g_string_append(t.s, s);
    if (bold) attr_put(&t, pango_attr_weight_new(PANGO_WEIGHT_BOLD), 0);
    attr_put(&t, ink(c), 0);
    return layout_of(b, &t, points, w);
}

/* Lines of a layout as items; returns how many. All lines of a block are equally high, whatever fonts they need: `lead` times `points`. */
static int lines_add(Items *to, Place p, PangoLayout *l, const Text *t, double points, double lead)
{
    PangoLayoutIter *it = pango_layout_get_iter(l);
    int n = 0;
    do {
        PangoRectangle box;
        pango_layout_iter_get_line_extents(it, NULL, &box);
        Item *x = items_add(to, ITEM_LINE);
        x->x = p.x + (double)box.x / PANGO_SCALE;
        x->h = points * lead;
        x->baseline = x->h / 2 + points * .36;
        x->decor = p.decor;
        x->layout = l;
        x->line = pango_layout_iter_get_line(it);
        pango_layout_line_ref(x->line);
        x->line_no = n++;
        if (t) { x->links = t->links; x->n_links = t->n_links; }
    } while (pango_layout_iter_next_line(it));
    pango_layout_iter_free(it);
    return n;
}

static void gap(Items *to, Place p, double h)
{
    Item *x = items_add(to, ITEM_GAP);
    x->h = h;
    x->decor = p.decor;
}

static void tag(Items *to, ItemKind kind, const char *name) { items_add(to, kind)->tag = name; }

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

/* -- blocks ------------------------------------------------------------------------------------------------------------ */

static void block(Book *b, Items *to, Place p, const json_t *n);

static void blocks(Book *b, Items *to, Place p, const json_t *n)
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

static Decor *decor_of(Place p, double x, double w, const Color *fill, const Color *bar)
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

/* -- pictures ---------------------------------------------------------------------------------------------------------- */

typedef struct Source { const unsigned char *at; size_t left; } Source;

static cairo_status_t give(void *from, unsigned char *to, unsigned int n)
{
    Source *s = from;
    if (n > s->left) return CAIRO_STATUS_READ_ERROR;
    memcpy(to, s->at, n);
    s->at += n;
    s->left -= n;
    return CAIRO_STATUS_SUCCESS;
}

/* JPEG bytes go into the file as they are; the surface only says how large they are. */
static cairo_surface_t *surface_of(Book *b, const char *id)
{
    const json_t *info = json_object_get(json_object_get(b->input, "images"), id);
    size_t offset = (size_t)json_integer_value(json_object_get(info, "offset")), len = (size_t)json_integer_value(json_object_get(info, "bytes"));
    int w = (int)json_integer_value(json_object_get(info, "width")), h = (int)json_integer_value(json_object_get(info, "height"));
    if (!info || !len || len > b->blob_len || offset > b->blob_len - len || w < 1 || h < 1 || w > 20000 || h > 20000) return NULL;
    const unsigned char *bytes = b->blob + offset;
    if (strcmp(text_of(info, "format"), "jpeg") != 0) {
        Source s = { bytes, len };
        cairo_surface_t *png = cairo_image_surface_create_from_png_stream(give, &s);
        return cairo_surface_status(png) == CAIRO_STATUS_SUCCESS ? png : NULL;
    }
    cairo_surface_t *jpeg = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    if (cairo_surface_status(jpeg) != CAIRO_STATUS_SUCCESS) return NULL;
    if (cairo_surface_set_mime_data(jpeg, CAIRO_MIME_TYPE_JPEG, bytes, len, NULL, NULL) != CAIRO_STATUS_SUCCESS) return NULL;
    return jpeg;
}

static void centered(Book *b, Items *to, Place p, const char *s)
{
    PangoLayout *l = plain_layout(b, s, 9, p.w, false, SOFT);
    pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
    lines_add(to, p, l, NULL, 9, 1.4);
}

static void image(Book *b, Items *to, Place p, const json_t *n)
{
    const char *src = text_of(attrs(n), "src"), *alt = text_of(attrs(n), "alt"), *caption = text_of(attrs(n), "caption");
    cairo_surface_t *s = strncmp(src, "image:", 6) == 0 ? surface_of(b, src + 6) : NULL;
    char *figure = calloc(1, sizeof "Figure" + strlen(alt) + 1);              /* its name, and behind that what it shows */
    if (!figure) out_of_memory();
    memcpy(figure, "Figure", sizeof "Figure");
    memcpy(figure + sizeof "Figure", alt, strlen(alt));
    tag(to, ITEM_OPEN, figure);
    if (s) {
        double w = cairo_image_surface_get_width(s) * .75, h = cairo_image_surface_get_height(s) * .75;
        double asked = (double)json_integer_value(json_object_get(attrs(n), "width")) * .75;
        double shown = asked > 0 && asked < w ? asked : w, most = PAGE_H - MARGIN_T - MARGIN_B - 30;
        if (shown > p.w) shown = p.w;
        if (h * shown / w > most) shown = most * w / h;
        const char *align = text_of(attrs(n), "align");
        Item *x = items_add(to, ITEM_IMAGE);
        x->image = s;
        x->image_w = shown;
        x->h = h * shown / w;
        x->x = !strcmp(align, "left") ? p.x : !strcmp(align, "right") ? p.x + p.w - shown : p.x + (p.w - shown) / 2;
        x->decor = p.decor;
        x->keep = *caption != 0;
        if (*caption) gap(to, p, 3);
    } else if (*alt) centered(b, to, p, alt);
    tag(to, ITEM_CLOSE, "Figure");
    if (*caption) { tag(to, ITEM_OPEN, "Caption"); centered(b, to, p, caption); tag(to, ITEM_CLOSE, "Caption"); }
    gap(to, p, 10);
}

/* -- tables ------------------------------------------------------------------------------------------------------------ */

#define MOST_COLUMNS 64
#define PAD 5.0

static int span_of(const json_t *cell)
{
    json_int_t n = json_integer_value(json_object_get(attrs(cell), "colspan"));
    return n < 1 ? 1 : n > MOST_COLUMNS ? MOST_COLUMNS : (int)n;
}

static double widest(Book *b, const json_t *cell, bool word)
{
    double most = 0;
    size_t i;
    const json_t *child;
    json_array_foreach(children(cell), i, child) {
        Text t = text_new();
        PangoRectangle box;
        inline_into(&t, child, 0);
        PangoLayout *l = layout_of(b, &t, 9, word ? .001 : 0);
        if (word) pango_layout_set_wrap(l, PANGO_WRAP_WORD);
        pango_layout_get_extents(l, NULL, &box);
        if ((double)box.width / PANGO_SCALE > most) most = (double)box.width / PANGO_SCALE;
        g_object_unref(l);
    }
    return most + 2 * PAD;
}

/* As browsers do: every column gets its longest word, what is left is shared by what the columns would like. */
static int columns_of(Book *b, const json_t *table, double w, double *width)
{
    double least[MOST_COLUMNS] = { 0 }, like[MOST_COLUMNS] = { 0 }, sum_least = 0, sum_more = 0;
    int n = 0;
    size_t i, k;
    const json_t *row, *cell;
    json_array_foreach(children(table), i, row) {
        int at = 0;
        json_array_foreach(children(row), k, cell) {
            int span = span_of(cell);
            if (at + span > MOST_COLUMNS) break;
            if (span == 1 && i < 60) {                       /* the rest is seldom wider, and setting text costs most */
                double m = widest(b, cell, false), l = m <= 60 || (i > 20 && m <= like[at]) ? (m < 60 ? m : 0) : widest(b, cell, true);
                if (l > least[at]) least[at] = l;
                if (m > like[at]) like[at] = m;
            }
            at += span;
        }
        if (at > n) n = at;
    }
    for (int c = 0; c < n; c++) {
        if (least[c] < 24) least[c] = 24;
        if (like[c] < least[c]) like[c] = least[c];
        if (like[c] > w * 1.5) like[c] = w * 1.5;
        sum_least += least[c];
        sum_more += like[c] - least[c];
    }
    double spare = w - sum_least;
    for (int c = 0; c < n; c++)
        width[c] = spare <= 0 ? w * least[c] / sum_least : sum_more <= spare ? like[c] + (spare - sum_more) * like[c] / (sum_least + sum_more)
                 : least[c] + spare * (like[c] - least[c]) / (sum_more > 0 ? sum_more : 1);
    return n;
}

/* `held`: how many further rows each column is taken by a cell from above. */
static void row(Book *b, Items *to, Place p, const json_t *tr, const double *width, int columns, int *held, int *header)
{
    Item it = { .kind = ITEM_ROW, .x = p.x, .decor = p.decor, .table_x = p.x, .table_w = p.w };
    size_t k;
    const json_t *cell;
    double x = p.x;
    int at = 0;
    bool all_head = json_array_size(children(tr)) > 0;
    it.cells = fresh(sizeof(Items) * MOST_COLUMNS);
    it.cell_x = fresh(sizeof(double) * MOST_COLUMNS);
    it.cell_w = fresh(sizeof(double) * MOST_COLUMNS);
    it.cell_head = fresh(sizeof(bool) * MOST_COLUMNS);
    json_array_foreach(children(tr), k, cell) {
        int span = span_of(cell), c = it.n_cells;
        double w = 0;
        while (at < columns && held[at] > 0) { held[at]--; x += width[at++]; }
        if (at >= columns) break;
        json_int_t rows = json_integer_value(json_object_get(attrs(cell), "rowspan"));
        for (int s = 0; s < span && at + s < columns; s++) {
            w += width[at + s];
            held[at + s] = rows > 1 && rows < 1000 ? (int)rows - 1 : 0;
        }
        it.cell_x[c] = x;
        it.cell_w[c] = w;
        it.cell_head[c] = is(cell, "tableHeader");
        all_head = all_head && it.cell_head[c];
        Place inner = { x + PAD, w - 2 * PAD, NULL, p.depth + 2, 9, 3 };
        blocks(b, &it.cells[c], inner, cell);
        while (it.cells[c].n && it.cells[c].at[it.cells[c].n - 1].kind == ITEM_GAP) it.cells[c].n--;
        double h = 0;
        for (int i = 0; i < it.cells[c].n; i++) h += it.cells[c].at[i].h;
        if (h + 2 * 4 > it.h) it.h = h + 2 * 4;
        it.n_cells++;
        x += w;
        at += span;
    }
    for (; at < columns; at++) if (held[at] > 0) held[at]--;
    if (!it.n_cells) return;
    it.header = all_head;
    it.keep = all_head;
    *items_add(to, ITEM_ROW) = it;
    if (all_head && *header < 0) *header = to->n - 1;
}

static void table(Book *b, Items *to, Place p, const json_t *n)
{
    double width[MOST_COLUMNS];
    int held[MOST_COLUMNS] = { 0 }, columns = columns_of(b, n, p.w, width), header = -1, first = to->n;
    size_t i;
    const json_t *tr;
    if (!columns) return;
    tag(to, ITEM_OPEN, "Table");
    json_array_foreach(children(n), i, tr) row(b, to, p, tr, width, columns, held, &header);
    tag(to, ITEM_CLOSE, "Table");
    if (header >= 0) {
        Item *copy = fresh(sizeof *copy);
        *copy = to->at[header];
        for (int k = first; k < to->n; k++) if (to->at[k].kind == ITEM_ROW && k != header) to->at[k].header_row = copy;
    }
    gap(to, p, 11);
}

/* -- all --------------------------------------------------------------------------------------------------------------- */

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

static void line_of(Book *b, Items *to, Place p, const char *s, double points, bool bold, Color c, double after, const char *name)
{
    if (!*s) return;
    tag(to, ITEM_OPEN, name);
    lines_add(to, p, plain_layout(b, s, points, p.w, bold, c), NULL, points, points > 14 ? 1.25 : 1.45);
    tag(to, ITEM_CLOSE, name);
    gap(to, p, after);
}

static void figures(Book *b, Items *to, Place p)
{
    const json_t *all = json_object_get(b->input, "figures"), *f;
    size_t n = json_array_size(all), i;
    if (!n) return;
    Item it = { .kind = ITEM_ROW, .x = p.x, .table_x = p.x, .table_w = p.w, .decor = decor_of(p, p.x, p.w, &GROUND, NULL) };
    it.cells = fresh(sizeof(Items) * n);
    it.cell_x = fresh(sizeof(double) * n);
    it.cell_w = fresh(sizeof(double) * n);
    it.cell_head = fresh(sizeof(bool) * n);
    json_array_foreach(all, i, f) {
        it.cell_x[i] = p.x + p.w * (double)i / (double)n;
        it.cell_w[i] = p.w / (double)n;
        Place inner = { .x = it.cell_x[i] + 8, .w = it.cell_w[i] - 12 };
        line_of(b, &it.cells[i], inner, text_of(f, "label"), 7.8, false, SOFT, 1, "P");
        line_of(b, &it.cells[i], inner, text_of(f, "text"), 9.4, true, INK, 0, "P");
        double h = 0;
        for (int k = 0; k < it.cells[i].n; k++) h += it.cells[i].at[k].h;
        if (h + 14 > it.h) it.h = h + 14;
        it.n_cells++;
    }
    tag(to, ITEM_OPEN, "Table");
    *items_add(to, ITEM_ROW) = it;
    tag(to, ITEM_CLOSE, "Table");
    gap(to, p, 14);
}

static void contents(Book *b, Items *to, Place p, const Items *body, const int *pages)
{
    int n = 0;
    for (int i = 0; i < body->n; i++) n += body->at[i].kind == ITEM_HEADING && body->at[i].level <= 3;
    if (n < 3) return;
    line_of(b, to, p, text_of(b->input, "contents"), 11, true, INK, 4, "P");
    tag(to, ITEM_OPEN, "TOC");
    for (int i = 0, h = 0; i < body->n; i++) {
        const Item *x = &body->at[i];
        if (x->kind != ITEM_HEADING) continue;
        int page = pages ? pages[h] : 0, number = h++;
        if (x->level > 3) continue;
        double indent = x->level <= 2 ? 0 : 14;
        Text t = text_new();
        g_string_append_printf(t.s, "%s", x->text);
        t.links = fresh(sizeof *t.links);
        t.n_links = 1;
        t.links[0] = (Link){ 0, (int)t.s->len, g_strdup_printf("dest='h%d'", number) };
        Place inner = { .x = p.x + indent, .w = p.w - indent - 30 };
        tag(to, ITEM_OPEN, "TOCI");
        int first = to->n, lines = lines_add(to, inner, layout_of(b, &t, 10, inner.w), &t, 10, 1.55);
        char shown[16];
        snprintf(shown, sizeof shown, "%d", page);
        PangoRectangle box;
        Item *last = &to->at[first + lines - 1];
        last->marker = plain_layout(b, shown, 10, 0, false, SOFT);
        pango_layout_get_extents(last->marker, NULL, &box);
        last->marker_x = p.x + p.w - (double)box.width / PANGO_SCALE;
        tag(to, ITEM_CLOSE, "TOCI");
    }
    tag(to, ITEM_CLOSE, "TOC");
    gap(to, p, 8);
    Item *x = items_add(to, ITEM_RULE);
    x->x = p.x;
    x->table_w = p.w;
    x->h = 12;
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

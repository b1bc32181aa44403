/* Items → pages. The same walk counts and draws, so what was counted is what is drawn. */
#include <string.h>
#include "pdf/pdf.h"

#define TOP    MARGIN_T
#define BOTTOM (PAGE_H - MARGIN_B)
#define DEEP   64

typedef struct Walk {
    Book *b;
    cairo_t *cr;                    /* NULL: only counting */
    cairo_surface_t *surface;
    double y;
    bool at_top;
    int page, *pages, heading, outline[8];
    const char *open[DEEP]; int n_open;
} Walk;

static void ink(cairo_t *cr, Color c) { cairo_set_source_rgb(cr, c.r, c.g, c.b); }

/* Tags that hold text end with the page and begin again on the next; those that hold other tags go on. */
static bool holds_text(const char *tag)
{
    static const char *const holders[] = { "Document", "L", "LI", "Table", "TR", "TH", "TD", "Sect", "BlockQuote", "TOC", NULL };
    for (int i = 0; holders[i]; i++) if (!strcmp(tag, holders[i])) return false;
    return true;
}

/* What a figure shows stands behind its name (flow.c: image). */
static void begin_tag(cairo_t *cr, const char *tag)
{
    cairo_tag_begin(cr, tag, NULL);
    if (!strcmp(tag, "Figure")) alt_noted(tag + sizeof "Figure");
}

static void tag_open(Walk *w, const char *tag)
{
    if (w->n_open < DEEP) w->open[w->n_open] = tag;
    w->n_open++;
    if (w->cr && w->n_open <= DEEP) begin_tag(w->cr, tag);
}

static void tag_close(Walk *w, const char *tag)
{
    if (w->cr && w->n_open <= DEEP) cairo_tag_end(w->cr, tag);
    w->n_open--;
}

static const char *innermost(const Walk *w)
{
    return w->n_open && w->n_open <= DEEP && holds_text(w->open[w->n_open - 1]) ? w->open[w->n_open - 1] : NULL;
}

static void footer(Walk *w)
{
    Color soft = { .45, .48, .52 };
    char number[40];
    PangoRectangle box;
    if (!w->cr) return;
    snprintf(number, sizeof number, "%d / %d", w->page, w->b->pages);
    PangoLayout *l = pango_layout_new(w->b->pango);
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    pango_font_description_set_absolute_size(font, 8 * PANGO_SCALE);
    pango_layout_set_font_description(l, font);
    pango_layout_set_text(l, number, -1);
    pango_layout_get_extents(l, NULL, &box);
    ink(w->cr, soft);
    cairo_move_to(w->cr, PAGE_W - MARGIN_X - (double)box.width / PANGO_SCALE, PAGE_H - MARGIN_B + 26);
    pango_cairo_show_layout(w->cr, l);
    pango_layout_set_width(l, (int)((COLUMN - 70) * PANGO_SCALE));
    pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
    pango_layout_set_text(l, text_of(w->b->input, "footer"), -1);
    cairo_move_to(w->cr, MARGIN_X, PAGE_H - MARGIN_B + 26);
    pango_cairo_show_layout(w->cr, l);
    pango_font_description_free(font);
    g_object_unref(l);
}

static void new_page(Walk *w)
{
    const char *leaf = innermost(w);
    if (w->cr) {
        if (leaf) cairo_tag_end(w->cr, leaf);
        footer(w);
        cairo_show_page(w->cr);
        if (leaf) begin_tag(w->cr, leaf);
    }
    w->page++;
    w->y = TOP;
    w->at_top = true;
}

static void decor(cairo_t *cr, const Decor *d, double y, double h)
{
    if (!d) return;
    decor(cr, d->outer, y, h);
    if (d->filled) {                                         /* a hair of overlap, so that no line shows between the slices */
        ink(cr, d->fill);
        cairo_rectangle(cr, d->x, y - .05, d->w, h + .1);
        cairo_fill(cr);
    }
    if (d->bar > 0) {
        ink(cr, d->bar_color);
        cairo_rectangle(cr, d->x, y - .05, d->bar, h + .1);
        cairo_fill(cr);
    }
}

/* Which link a run is part of, or -1. Runs end where links do: their colour differs. */
static int link_at(const Item *it, int at)
{
    for (int i = 0; i < it->n_links; i++) if (at >= it->links[i].from && at < it->links[i].to) return i;
    return -1;
}

static void sign(cairo_t *cr, const Item *it, double y);

static void span_sign(cairo_t *cr, const Item *it, double y)
{
    cairo_tag_begin(cr, "Span", NULL);
    sign(cr, it, y);
    cairo_tag_end(cr, "Span");
}

/* Only leaves of the structure tree hold text, so a block with links has leaves for its links and for what stands between them. The line
 * shows one stretch of its runs at a time; its list is whole again afterwards. */
static void linked_line(cairo_t *cr, const Item *it, double y)
{
    GSList *all = it->line->runs, *run = all;
    double x = it->x;
    bool before = it->task || (it->marker && it->marker_x < it->x);
    if (before) span_sign(cr, it, y);
    while (run) {
        GSList *end = run, *last = NULL, *cut;
        int link = link_at(it, ((PangoGlyphItem *)run->data)->item->offset);
        double width = 0;
        for (; end; last = end, end = end->next) {
            PangoGlyphItem *g = end->data;
            if (link_at(it, g->item->offset) != link) break;
            width += (double)pango_glyph_string_get_width(g->glyphs) / PANGO_SCALE;
        }
        cut = last->next;
        last->next = NULL;
        it->line->runs = run;
        cairo_tag_begin(cr, link < 0 ? "Span" : CAIRO_TAG_LINK, link < 0 ? NULL : it->links[link].attrs);
        cairo_move_to(cr, x, y + it->baseline);
        pango_cairo_show_layout_line(cr, it->line);
        cairo_tag_end(cr, link < 0 ? "Span" : CAIRO_TAG_LINK);
        last->next = cut;
        x += width;
        run = end;
    }
    it->line->runs = all;
    if (it->marker && !before) span_sign(cr, it, y);
}

static void tick_box(cairo_t *cr, double x, double y, bool ticked)
{
    cairo_set_line_width(cr, .8);
    cairo_set_source_rgb(cr, .35, .38, .43);
    cairo_rectangle(cr, x, y, 8, 8);
    cairo_stroke(cr);
    if (!ticked) return;
    cairo_set_line_width(cr, 1.4);
    cairo_move_to(cr, x + 1.6, y + 4.2);
    cairo_line_to(cr, x + 3.4, y + 6.2);
    cairo_line_to(cr, x + 6.6, y + 1.9);
    cairo_stroke(cr);
}

static void sign(cairo_t *cr, const Item *it, double y)
{
    cairo_set_source_rgb(cr, .11, .13, .16);
    if (it->task) tick_box(cr, it->x - 15, y + it->baseline - 8, it->task == 2);
    if (!it->marker) return;
    cairo_move_to(cr, it->marker_x, y + it->baseline);
    pango_cairo_show_layout_line(cr, pango_layout_get_line_readonly(it->marker, 0));
}

static void draw_line(Walk *w, const Item *it, double y, bool tagged)
{
    cairo_t *cr = w->cr;
    cairo_set_source_rgb(cr, .11, .13, .16);
    if (it->n_links && tagged) { linked_line(cr, it, y); return; }
    sign(cr, it, y);
    cairo_set_source_rgb(cr, .11, .13, .16);
    cairo_move_to(cr, it->x, y + it->baseline);
    pango_cairo_show_layout_line(cr, it->line);
}

static void draw_image(Walk *w, const Item *it, double y)
{
    cairo_t *cr = w->cr;
    double scale = it->image_w / cairo_image_surface_get_width(it->image);
    cairo_save(cr);
    cairo_translate(cr, it->x, y);
    cairo_scale(cr, scale, scale);
    cairo_set_source_surface(cr, it->image, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
    cairo_rectangle(cr, 0, 0, cairo_image_surface_get_width(it->image), cairo_image_surface_get_height(it->image));
    cairo_fill(cr);
    cairo_restore(cr);
}

static void rule(cairo_t *cr, double x, double y, double width)
{
    cairo_set_source_rgb(cr, .84, .86, .89);
    cairo_set_line_width(cr, .7);
    cairo_move_to(cr, x, y);
    cairo_line_to(cr, x + width, y);
    cairo_stroke(cr);
}

static void draw(Walk *w, const Item *it, double y, bool tagged)
{
    if (!w->cr) return;
    decor(w->cr, it->decor, y, it->h);
    if (it->kind == ITEM_LINE) draw_line(w, it, y, tagged);
    else if (it->kind == ITEM_IMAGE) draw_image(w, it, y);
    else if (it->kind == ITEM_RULE) rule(w->cr, it->x, y + it->h / 2 - 2, it->table_w);
}

/* -- rows -------------------------------------------------------------------------------------------------------------- */

/* How far down the items of a cell go from `from` within `room`; *ret_next is the first that does not fit. */
static double fits(const Items *cell, int from, double room, int *ret_next)
{
    double h = 0;
    int i = from;
    for (; i < cell->n; i++) {
        double more = cell->at[i].h;
        if (h + more > room) break;
        h += more;
    }
    *ret_next = i;
    return h;
}

static void row_piece(Walk *w, const Item *row, const int *from, const int *to, double h, bool artifact);

static void cell_items(Walk *w, const Items *cell, int from, int to, double y)
{
    for (int i = from; i < to; i++) {
        const Item *it = &cell->at[i];
        if (it->kind == ITEM_OPEN) { if (w->cr) tag_open(w, it->tag); }
        else if (it->kind == ITEM_CLOSE) { if (w->cr) tag_close(w, it->tag); }
        else if (it->kind == ITEM_ROW) {
            int all[64] = { 0 }, end[64];
            double keep = w->y;
            for (int c = 0; c < it->n_cells && c < 64; c++) end[c] = it->cells[c].n;
            w->y = y;
            row_piece(w, it, all, end, it->h, false);
            w->y = keep;
        } else draw(w, it, y, true);
        y += it->h;
    }
}

/* Tags that are open where a cell is divided are closed here and opened there. */
static int open_at(const Items *cell, int at, const char **ret)
{
    int n = 0;
    for (int i = 0; i < at; i++) {
        if (cell->at[i].kind == ITEM_OPEN && n < DEEP) ret[n++] = cell->at[i].tag;
        else if (cell->at[i].kind == ITEM_CLOSE && n) n--;
    }
    return n;
}

/* Draws the items from[c] … to[c] of each cell at w->y. */
static void row_piece(Walk *w, const Item *row, const int *from, const int *to, double h, bool artifact)
{
    if (!w->cr) return;
    cairo_t *cr = w->cr;
    decor(cr, row->decor, w->y, h);
    if (row->header) {
        cairo_set_source_rgb(cr, .955, .962, .972);
        cairo_rectangle(cr, row->table_x, w->y, row->table_w, h);
        cairo_fill(cr);
    }
    if (!artifact) tag_open(w, "TR");
    for (int c = 0; c < row->n_cells; c++) {
        const char *open[DEEP], *cell_tag = row->cell_head[c] ? "TH" : "TD";
        if (artifact) {
            double y = w->y + 4;
            for (int i = from[c]; i < to[c]; y += row->cells[c].at[i++].h)
                if (row->cells[c].at[i].kind == ITEM_LINE) draw(w, &row->cells[c].at[i], y, false);
            continue;
        }
        tag_open(w, cell_tag);
        int n = open_at(&row->cells[c], from[c], open);
        for (int i = 0; i < n; i++) tag_open(w, open[i]);
        cell_items(w, &row->cells[c], from[c], to[c], w->y + 4);
        n = open_at(&row->cells[c], to[c], open);
        for (int i = n; i-- > 0;) tag_close(w, open[i]);
        tag_close(w, cell_tag);
    }
    if (!artifact) tag_close(w, "TR");
    if (row->table_w > 0 && !row->decor) rule(cr, row->table_x, w->y + h, row->table_w);
}

static void header_again(Walk *w, const Item *row)
{
    int from[64] = { 0 }, to[64];
    const Item *head = row->header_row;
    if (!head || head->h > 120) return;
    for (int c = 0; c < head->n_cells && c < 64; c++) to[c] = head->cells[c].n;
    row_piece(w, head, from, to, head->h, true);
    w->y += head->h;
}

static void row(Walk *w, const Item *it)
{
    int from[64] = { 0 }, to[64];
    double room = BOTTOM - w->y;
    if (it->h > room && !w->at_top && (it->h <= (BOTTOM - TOP) * .5 || room < 80)) {
        new_page(w);
        header_again(w, it);
    }
    for (bool done = false; !done;) {
        double h = 0;
        bool moved = false;
        done = true;
        for (int c = 0; c < it->n_cells && c < 64; c++) {
            double used = fits(&it->cells[c], from[c], BOTTOM - w->y - 8, &to[c]);
            if (to[c] == from[c] && from[c] < it->cells[c].n && w->at_top) {      /* higher than a page: it has to run over */
                used = it->cells[c].at[from[c]].h;
                to[c]++;
            }
            if (used > h) h = used;
            moved = moved || to[c] > from[c];
            done = done && to[c] >= it->cells[c].n;
        }
        if (moved || done) {
            row_piece(w, it, from, to, h + 8, false);
            w->y += h + 8;
            w->at_top = false;
            memcpy(from, to, sizeof from);
        }
        if (!done) { new_page(w); header_again(w, it); }
    }
}

/* -- the walk ---------------------------------------------------------------------------------------------------------- */

/* Height of an item with all that must stay on its page. */
static double group_height(const Items *all, int i)
{
    double h = 0;
    for (; i < all->n && h < BOTTOM - TOP; i++) {
        const Item *it = &all->at[i];
        h += it->kind == ITEM_ROW && !it->keep && it->h > 60 ? 60 : it->h;
        bool second = it->kind == ITEM_LINE && it->line_no == 0 && i + 1 < all->n && all->at[i + 1].kind == ITEM_LINE;   /* no first line alone */
        if (!it->keep && !second && it->kind != ITEM_OPEN && it->kind != ITEM_CLOSE && it->kind != ITEM_HEADING && it->kind != ITEM_GAP) break;
    }
    return h;
}

static void heading(Walk *w, const Item *it)
{
    int n = w->heading++;
    w->pages[n] = w->page;
    if (!w->cr) return;
    char attrs[120];
    snprintf(attrs, sizeof attrs, "name='h%d' x=%.1f y=%.1f internal", n, MARGIN_X, w->y > 8 ? w->y - 8 : 0);
    cairo_tag_begin(w->cr, CAIRO_TAG_DEST, attrs);
    cairo_tag_end(w->cr, CAIRO_TAG_DEST);
    int parent = CAIRO_PDF_OUTLINE_ROOT;
    for (int l = it->level - 1; l > 0; l--) if (w->outline[l]) { parent = w->outline[l]; break; }
    snprintf(attrs, sizeof attrs, "dest='h%d'", n);
    w->outline[it->level] = cairo_pdf_surface_add_outline(w->surface, parent, it->text, attrs, it->level <= 2 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0);
    for (int l = it->level + 1; l < 8; l++) w->outline[l] = 0;
}

static void gap(Walk *w, const Item *it)
{
    if (w->at_top && !it->decor) return;
    double h = w->y + it->h > BOTTOM ? BOTTOM - w->y : it->h;
    if (h <= 0) return;
    if (w->cr) decor(w->cr, it->decor, w->y, h);
    w->y += h;
}

int page_all(Book *b, cairo_t *cr, cairo_surface_t *surface, int *ret_pages)
{
    Walk w = { .b = b, .cr = cr, .surface = surface, .y = TOP, .at_top = true, .page = 1, .pages = ret_pages };
    bool grouped = false;
    tag_open(&w, "Document");
    for (int i = 0; i < b->items.n; i++) {
        const Item *it = &b->items.at[i];
        bool visible = it->kind == ITEM_LINE || it->kind == ITEM_IMAGE || it->kind == ITEM_RULE || it->kind == ITEM_HEADING || (it->kind == ITEM_ROW && it->keep);
        if (visible && !grouped && !w.at_top && w.y + group_height(&b->items, i) > BOTTOM) new_page(&w);
        if (visible) grouped = it->keep;
        switch (it->kind) {
        case ITEM_OPEN: tag_open(&w, it->tag); break;
        case ITEM_CLOSE: tag_close(&w, it->tag); break;
        case ITEM_HEADING: heading(&w, it); break;
        case ITEM_GAP: gap(&w, it); break;
        case ITEM_ROW: row(&w, it); break;
        case ITEM_LINE: case ITEM_IMAGE: case ITEM_RULE:
            if (!w.at_top && w.y + it->h > BOTTOM + .5) new_page(&w);
            draw(&w, it, w.y, true);
            w.y += it->h;
            w.at_top = false;
            break;
        case ITEM_BREAK: new_page(&w); break;
        }
    }
    tag_close(&w, "Document");
    footer(&w);
    return w.page;
}

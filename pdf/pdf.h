#pragma once
/** hindsight-pdf: a report as pages. A program of its own (see image/cage.h): the server links no font engine.
 *
 *  Three steps: flow.c, with text.c, table.c, picture.c and front.c, makes a list of items of the tree, each a slice of a page
 *  that is not divided (a line, a picture, a row of a table); page.c puts them on pages, once to learn the page of every heading
 *  and once to draw; pdf.c reads and writes. */
#include <cairo-pdf.h>
#include <jansson.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <string.h>

#define PAGE_W   595.28          /* A4, in points */
#define PAGE_H   841.89
#define MARGIN_X 62.0
#define MARGIN_T 62.0
#define MARGIN_B 68.0
#define COLUMN   (PAGE_W - 2 * MARGIN_X)
#define BODY_PT  10.5
#define FONT     "Noto Sans, Liberation Sans, DejaVu Sans, Noto Sans CJK SC, sans-serif"
#define MONO     "Noto Sans Mono, DejaVu Sans Mono, Noto Sans Mono CJK SC, monospace"

typedef struct Color { double r, g, b; } Color;

/** A stripe behind items: the ground of code, the bar of a quote. */
typedef struct Decor { double x, w; Color fill; bool filled; double bar; Color bar_color; const struct Decor *outer; } Decor;

typedef struct Link { int from, to; char *attrs; } Link;                     /* bytes of the layout's text; attributes of the cairo tag */

typedef enum ItemKind { ITEM_LINE, ITEM_GAP, ITEM_RULE, ITEM_IMAGE, ITEM_ROW, ITEM_OPEN, ITEM_CLOSE, ITEM_HEADING, ITEM_BREAK } ItemKind;

typedef struct Items Items;
typedef struct Item {
    ItemKind kind;
    double x, h;                 /* from the left edge of the page; height */
    const Decor *decor;
    bool keep;                   /* stays on the page of the next item */
    PangoLayoutLine *line; PangoLayout *layout; int line_no; double baseline;
    Link *links; int n_links;
    PangoLayout *marker; double marker_x;                                    /* bullet or number before the first line */
    int task;                    /* 1 open box, 2 ticked box before the first line */
    cairo_surface_t *image; double image_w;
    Items *cells; int n_cells; double *cell_x, *cell_w; bool *cell_head; bool header;   /* a row */
    double table_x, table_w;
    const struct Item *header_row;                                           /* of the table that this row is in */
    const char *tag;             /* OPEN, CLOSE: name in the structure tree */
    char *text; int level, page; /* HEADING: outline and table of contents */
} Item;
struct Items { Item *at; int n, room; };

typedef struct Picture { const unsigned char *bytes; size_t len; int w, h; bool jpeg; } Picture;

typedef struct Book {
    json_t *input;
    const unsigned char *blob; size_t blob_len;                              /* pictures, one behind the other */
    PangoContext *pango;
    const char *language;
    Items items;
    int *heading_items; int n_headings;
    int pages;
} Book;

/** The whole report as items: head, figures, table of contents, text. `pages_known`: page numbers of headings are right. */
void flow_book(Book *b, const int *heading_pages);
/** Puts all items on pages; draws when `cr` is not NULL. Returns the number of pages; the page of heading i is in ret_pages[i]. */
int  page_all(Book *b, cairo_t *cr, cairo_surface_t *surface, int *ret_pages);
Item *items_add(Items *list, ItemKind kind);
const char *text_of(const json_t *object, const char *key);
_Noreturn void out_of_memory(void);

/* alt.c: what pictures show, for those who cannot see them */
void alt_noted(const char *alt);                             /* a Figure was begun; `alt` stays */
void alt_watch(const unsigned char *bytes, size_t n);        /* what cairo writes, in order */
bool alt_append(bool (*write)(const char *bytes, size_t n)); /* after all of it; false when it cannot be written */

#pragma once
/** Inside flow: how a tree becomes items. text.c sets text, flow.c blocks, picture.c and table.c what they say, front.c what
 *  stands before the report. */
#include "pdf/pdf.h"

#define DEEPEST 40                                           /* blocks in blocks; deeper ones are left out */

/** Where blocks go: left edge and width, what is behind them, size of their text and the gap after a paragraph. */
typedef struct Place { double x, w; const Decor *decor; int depth; double pt, after; } Place;

/** A text while it is put together. Like everything here it lives as long as the program. */
typedef struct Text { GString *s; PangoAttrList *list; Link *links; int n_links; } Text;

static const Color INK = { .11, .13, .16 }, SOFT = { .36, .39, .44 }, GROUND = { .955, .962, .972 };

static inline const json_t *attrs(const json_t *n) { return json_object_get(n, "attrs"); }
static inline const json_t *children(const json_t *n) { return json_object_get(n, "content"); }
static inline bool is(const json_t *n, const char *type) { return strcmp(text_of(n, "type"), type) == 0; }

/* text.c */
void *fresh(size_t bytes);                                   /* zeroed */
Text text_new(void);
/** Holds for the text from byte `from` to its end. */
void attr_put(Text *t, PangoAttribute *attr, size_t from);
/** The text of a node with its marks. Line breaks inside a block are U+2028. */
void inline_into(Text *t, const json_t *n, int depth);
/** Wrapped at `w` points; not wrapped when `w` is 0. */
PangoLayout *layout_of(Book *b, Text *t, double points, double w);
PangoLayout *plain_layout(Book *b, const char *s, double points, double w, bool bold, Color c);
/** Lines of a layout as items; returns how many. All lines of a block are equally high, whatever fonts they need: `lead` times `points`. */
int lines_add(Items *to, Place p, PangoLayout *l, const Text *t, double points, double lead);
void gap(Items *to, Place p, double h);
void tag(Items *to, ItemKind kind, const char *name);
/** A line of the front: tagged `name`, with a gap after it; nothing when it is empty. */
void line_of(Book *b, Items *to, Place p, const char *s, double points, bool bold, Color c, double after, const char *name);

/* flow.c */
void blocks(Book *b, Items *to, Place p, const json_t *n);
Decor *decor_of(Place p, double x, double w, const Color *fill, const Color *bar);

/* picture.c, table.c, front.c */
void image(Book *b, Items *to, Place p, const json_t *n);
void table(Book *b, Items *to, Place p, const json_t *n);
void figures(Book *b, Items *to, Place p);
void contents(Book *b, Items *to, Place p, const Items *body, const int *pages);

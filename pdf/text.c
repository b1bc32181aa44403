/* Text as lines: marks, links, fonts. */
#include <stdlib.h>
#include "pdf/flow.h"

static const Color LINK_INK = { .10, .33, .78 };

_Noreturn void out_of_memory(void) { fprintf(stderr, "the report is too large for a PDF\n"); exit(3); }

void *fresh(size_t bytes)
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

Text text_new(void) { return (Text){ g_string_new(NULL), pango_attr_list_new(), NULL, 0 }; }

void attr_put(Text *t, PangoAttribute *attr, size_t from)
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
    const char *m = text_of(mark, "type");
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

/* What is no text shows nothing (the server has made texts of all that has one). */
void inline_into(Text *t, const json_t *n, int depth)
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

PangoLayout *layout_of(Book *b, Text *t, double points, double w)
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

PangoLayout *plain_layout(Book *b, const char *s, double points, double w, bool bold, Color c)
{
    Text t = text_new();
    g_string_append(t.s, s);
    if (bold) attr_put(&t, pango_attr_weight_new(PANGO_WEIGHT_BOLD), 0);
    attr_put(&t, ink(c), 0);
    return layout_of(b, &t, points, w);
}

int lines_add(Items *to, Place p, PangoLayout *l, const Text *t, double points, double lead)
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

void gap(Items *to, Place p, double h)
{
    Item *x = items_add(to, ITEM_GAP);
    x->h = h;
    x->decor = p.decor;
}

void tag(Items *to, ItemKind kind, const char *name) { items_add(to, kind)->tag = name; }

void line_of(Book *b, Items *to, Place p, const char *s, double points, bool bold, Color c, double after, const char *name)
{
    if (!*s) return;
    tag(to, ITEM_OPEN, name);
    lines_add(to, p, plain_layout(b, s, points, p.w, bold, c), NULL, points, points > 14 ? 1.25 : 1.45);
    tag(to, ITEM_CLOSE, name);
    gap(to, p, after);
}

/* Pictures and their captions. */
#include <stdlib.h>
#include "pdf/flow.h"

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

void image(Book *b, Items *to, Place p, const json_t *n)
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

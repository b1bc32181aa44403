/* What stands before the report: figures and contents. */
#include "pdf/flow.h"

void figures(Book *b, Items *to, Place p)
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

void contents(Book *b, Items *to, Place p, const Items *body, const int *pages)
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

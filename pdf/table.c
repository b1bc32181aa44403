/* Tables: how wide columns are, and rows with cells that span. */
#include "pdf/flow.h"

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

void table(Book *b, Items *to, Place p, const json_t *n)
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

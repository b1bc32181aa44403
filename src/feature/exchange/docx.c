/* DOCX: the tree as WordprocessingML (ECMA-376), packed as a zip. Elements stand in the order that the schema demands; styles are in
 * docx_parts.c. What people do next with the file is edit it, so everything is a real style, list, table, heading or link. */
#include "base/utf8.h"
#include "document/words.h"
#include "document/zip.h"
#include "feature/exchange/docx.h"
#include "feature/exchange/internal.h"

#define PAGE_TWIPS 9070              /* between the margins of A4 */
#define EMU_PER_PX 9525

typedef struct Docx {
    Arena *a;
    Cx *cx;
    const Export *x;
    Buf body, rels, numbers;
    int n_rels, n_lists, n_bookmarks, n_pictures;
    ZipOut *zip;
    LIST(Str) media;                 /* by index of x->pictures: relation id, or empty */
} Docx;

/* Where blocks go: indentation in twips, list, paragraph style, shading. */
typedef struct Spot { int indent, num, level, depth; const char *style, *fill, *bar; bool first_of_item, small; int width; } Spot;

static void blocks(Docx *d, Spot s, const DocNode *n);

void docx_text(Buf *b, Str text)
{
    for (size_t i = 0, w; i < text.len; i += w) {
        uint32_t c = utf8_next(text, i, &w);
        bool legal = c != UTF8_BAD && (c >= ' ' || c == '\t') && c != 0xFFFE && c != 0xFFFF;
        if (legal) buf_html(b, str_sub(text, i, w));
    }
}

/* -- runs -------------------------------------------------------------------------------------------------------------- */

/* In the order of CT_RPr: rStyle b i strike color highlight u. */
static void run_properties(Docx *d, const DocNode *t, const Spot *s, bool linked)
{
    bool code = doc_has_mark(t, "code");
    buf_add(&d->body, S("<w:rPr>"));
    if (linked) buf_add(&d->body, S("<w:rStyle w:val=\"Hyperlink\"/>"));
    else if (code) buf_add(&d->body, S("<w:rStyle w:val=\"InlineCode\"/>"));
    if (doc_has_mark(t, "bold")) buf_add(&d->body, S("<w:b/>"));
    if (doc_has_mark(t, "italic")) buf_add(&d->body, S("<w:i/>"));
    if (doc_has_mark(t, "strike")) buf_add(&d->body, S("<w:strike/>"));
    if (s->small) buf_add(&d->body, S("<w:sz w:val=\"18\"/>"));
    if (doc_has_mark(t, "highlight")) buf_add(&d->body, S("<w:highlight w:val=\"yellow\"/>"));
    if (doc_has_mark(t, "underline")) buf_add(&d->body, S("<w:u w:val=\"single\"/>"));
    buf_add(&d->body, S("</w:rPr>"));
}

static void run(Docx *d, const DocNode *t, const Spot *s, bool linked)
{
    Str line, rest = t->text;
    buf_add(&d->body, S("<w:r>"));
    run_properties(d, t, s, linked);
    for (bool first = true; str_next(&rest, '\n', &line); first = false) {
        if (!first) buf_add(&d->body, S("<w:br/>"));
        buf_add(&d->body, S("<w:t xml:space=\"preserve\">"));
        docx_text(&d->body, line);
        buf_add(&d->body, S("</w:t>"));
    }
    buf_add(&d->body, S("</w:r>"));
}

static Str relation(Docx *d, const char *type, Str target, bool outside)
{
    Str id = arena_fmt(d->a, "rId%d", 100 + d->n_rels++);
    buf_fmt(&d->rels, "<Relationship Id=\"" STR_FMT "\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s\" Target=\"", STR_ARG(id), type);
    docx_text(&d->rels, target);
    buf_add(&d->rels, outside ? S("\" TargetMode=\"External\"/>") : S("\"/>"));
    return id;
}

static void inlines(Docx *d, Spot s, const DocNode *n)
{
    if (s.depth > DOC_MAX_DEPTH) return;
    s.depth++;
    list_each(&n->children, i) {
        const DocNode *c = n->children.at[i];
        const DocMark *link = doc_is(c, "text") ? doc_find_mark(c, "link") : NULL;
        if (doc_is(c, "hardBreak")) buf_add(&d->body, S("<w:r><w:br/></w:r>"));
        else if (link) {
            buf_fmt(&d->body, "<w:hyperlink r:id=\"" STR_FMT "\" w:history=\"1\">", STR_ARG(relation(d, "hyperlink", doc_mark_get(link, "href"), true)));
            run(d, c, &s, true);
            buf_add(&d->body, S("</w:hyperlink>"));
        } else if (doc_is(c, "text")) run(d, c, &s, false);
        else inlines(d, s, c);
    }
}

/* -- paragraphs -------------------------------------------------------------------------------------------------------- */

/* In the order of CT_PPr: pStyle numPr pBdr shd ind jc. */
static void paragraph_begin(Docx *d, const Spot *s, const char *style)
{
    Buf *b = &d->body;
    const char *named = style ? style : s->style;
    buf_add(b, S("<w:p><w:pPr>"));
    if (named) buf_fmt(b, "<w:pStyle w:val=\"%s\"/>", named);
    if (s->num && s->first_of_item) buf_fmt(b, "<w:numPr><w:ilvl w:val=\"%d\"/><w:numId w:val=\"%d\"/></w:numPr>", s->level, s->num);
    if (s->bar) buf_fmt(b, "<w:pBdr><w:left w:val=\"single\" w:sz=\"18\" w:space=\"8\" w:color=\"%s\"/></w:pBdr>", s->bar);
    if (s->fill) buf_fmt(b, "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"%s\"/>", s->fill);
    if (s->num && s->first_of_item) buf_fmt(b, "<w:ind w:left=\"%d\" w:hanging=\"360\"/>", s->indent);
    else if (s->indent) buf_fmt(b, "<w:ind w:left=\"%d\"/>", s->indent);
    buf_add(b, S("</w:pPr>"));
}

static void paragraph(Docx *d, Spot s, const DocNode *n, const char *style)
{
    paragraph_begin(d, &s, style);
    inlines(d, s, n);
    buf_add(&d->body, S("</w:p>"));
}

static void plain(Docx *d, const char *style, Str text)
{
    if (!text.len) return;
    Spot s = { 0 };
    DocNode *p = doc_node(d->a, "paragraph");
    doc_text(d->a, p, text);
    paragraph(d, s, p, style);
}

static void heading(Docx *d, Spot s, const DocNode *n)
{
    int64_t level = doc_get_int(n, "level", 2);
    int mark = d->n_bookmarks++;
    paragraph_begin(d, &s, arena_fmt(d->a, "Heading%d", level < 1 ? 1 : level > 6 ? 6 : (int)level).at);
    buf_fmt(&d->body, "<w:bookmarkStart w:id=\"%d\" w:name=\"h%d\"/>", mark, mark);
    inlines(d, s, n);
    buf_fmt(&d->body, "<w:bookmarkEnd w:id=\"%d\"/></w:p>", mark);
}

static void code(Docx *d, Spot s, const DocNode *n)
{
    DocNode *p = doc_node(d->a, "paragraph");
    doc_text(d->a, p, doc_plain(d->a, n));
    paragraph(d, s, p, "Code");
}

static void list(Docx *d, Spot s, const DocNode *n)
{
    bool ordered = doc_is(n, "orderedList"), tasks = doc_is(n, "taskList");
    Spot inner = s;
    inner.indent = s.indent + 360;
    inner.level = s.num && s.level < 8 ? s.level + 1 : 0;
    if (ordered) {
        int64_t from = doc_get_int(n, "start", 1);
        inner.num = 10 + d->n_lists++;
        buf_fmt(&d->numbers, "<w:num w:numId=\"%d\"><w:abstractNumId w:val=\"1\"/><w:lvlOverride w:ilvl=\"%d\"><w:startOverride w:val=\"%lld\"/></w:lvlOverride></w:num>",
                inner.num, inner.level, (long long)(from < 0 || from > 30000 ? 1 : from));
    } else inner.num = tasks ? 0 : 1;
    list_each(&n->children, i) {
        const DocNode *item = n->children.at[i];
        list_each(&item->children, k) {
            const DocNode *c = item->children.at[k];
            inner.first_of_item = k == 0 && inner.num;
            if (k == 0 && doc_is(c, "paragraph")) {
                if (!tasks) { paragraph(d, inner, c, "ListParagraph"); continue; }
                DocNode *with = doc_node(d->a, "paragraph");
                doc_text(d->a, with, doc_get_bool(item, "checked") ? S("☒ ") : S("☐ "));
                list_each(&c->children, j) *list_add(d->a, &with->children) = c->children.at[j];
                paragraph(d, inner, with, "ListParagraph");
                continue;
            }
            DocNode *one = doc_node(d->a, "doc");
            *list_add(d->a, &one->children) = (DocNode *)c;
            blocks(d, inner, one);
        }
    }
}

static void callout(Docx *d, Spot s, const DocNode *n)
{
    static const struct { const char *kind, *fill, *bar; } looks[] = {
        { "info", "F0F5FF", "4073D9" }, { "warning", "FFF6E3", "CC8C0D" }, { "danger", "FFF0EE", "CC332B" }, { "success", "ECF9F0", "218C4D" } };
    size_t k = 0;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) if (str_eq(doc_get(n, "kind"), str_of(looks[i].kind))) k = i;
    s.fill = looks[k].fill;
    s.bar = looks[k].bar;
    s.indent += 170;
    blocks(d, s, n);
}

/* -- pictures ---------------------------------------------------------------------------------------------------------- */

static Err media_of(Docx *d, size_t i, Str *ret_relation, PlainPicture *ret)
{
    TRY(export_plain(d->cx, &d->x->pictures.at[i], ret));
    if (!d->media.at[i].len) {
        Str ext = str_eq(ret->format, S("jpeg")) ? S("jpeg") : S("png"), name = arena_fmt(d->a, "media/picture%zu." STR_FMT, i + 1, STR_ARG(ext));
        zip_add(d->zip, arena_fmt(d->a, "word/" STR_FMT, STR_ARG(name)), ret->bytes, ZIP_STORED);
        d->media.at[i] = relation(d, "image", name, false);
    }
    *ret_relation = d->media.at[i];
    return OK;
}

static void drawing(Docx *d, const DocNode *n, const PlainPicture *p, Str relation_id, int width_twips)
{
    int64_t most = (int64_t)width_twips * 635, asked = doc_get_int(n, "width", 0), w = (asked > 0 && asked < p->width ? asked : p->width) * EMU_PER_PX;
    if (w > most) w = most;
    int64_t h = p->width ? w * p->height / p->width : w, tallest = 8400000;
    if (h > tallest) { w = w * tallest / h; h = tallest; }
    int id = ++d->n_pictures;
    buf_fmt(&d->body, "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"%lld\" cy=\"%lld\"/><wp:docPr id=\"%d\" name=\"Picture %d\" descr=\"",
            (long long)w, (long long)h, id, id);
    docx_text(&d->body, doc_get(n, "alt"));
    buf_fmt(&d->body, "\"/><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">"
            "<pic:pic><pic:nvPicPr><pic:cNvPr id=\"%d\" name=\"Picture %d\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"" STR_FMT "\"/>"
            "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"%lld\" cy=\"%lld\"/></a:xfrm>"
            "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>",
            id, id, STR_ARG(relation_id), (long long)w, (long long)h);
}

static void image(Docx *d, Spot s, const DocNode *n)
{
    const OutPicture *p = export_picture(d->x, doc_get(n, "src"));
    Str align = doc_get(n, "align"), caption = doc_get(n, "caption"), id;
    PlainPicture picture;
    bool shown = p && !media_of(d, (size_t)(p - d->x->pictures.at), &id, &picture).info;
    if (shown) {
        buf_fmt(&d->body, "<w:p><w:pPr>%s<w:jc w:val=\"%s\"/></w:pPr>", caption.len ? "<w:keepNext/>" : "",
                str_eq(align, S("left")) ? "left" : str_eq(align, S("right")) ? "right" : "center");
        drawing(d, n, &picture, id, s.width - s.indent);
        buf_add(&d->body, S("</w:p>"));
    } else plain(d, "Caption", doc_get(n, "alt"));
    plain(d, "Caption", caption);
}

/* -- tables ------------------------------------------------------------------------------------------------------------ */

#define MOST_COLUMNS 63

static int64_t span_of(const DocNode *cell, const char *name)
{
    int64_t n = doc_get_int(cell, name, 1);
    return n < 1 ? 1 : n > 1000 ? 1000 : n;
}

static size_t columns_of(const DocNode *table)
{
    size_t most = 0;
    list_each(&table->children, r) {
        size_t n = 0;
        list_each(&table->children.at[r]->children, c) n += (size_t)span_of(table->children.at[r]->children.at[c], "colspan");
        if (n > most) most = n;
    }
    return most > MOST_COLUMNS ? MOST_COLUMNS : most;
}

/* Columns get room by the length of their text, so that times stay narrow. */
static void widths_of(Docx *d, const DocNode *table, size_t columns, int total, int *width)
{
    double weight[MOST_COLUMNS] = { 0 }, sum = 0;
    list_each(&table->children, r) {
        const DocNode *row = table->children.at[r];
        for (size_t c = 0, at = 0; c < row->children.len && at < columns; at += (size_t)span_of(row->children.at[c++], "colspan")) {
            double n = (double)doc_plain(d->a, row->children.at[c]).len;
            if (n > 60) n = 60;
            if (n > weight[at] && span_of(row->children.at[c], "colspan") == 1) weight[at] = n;
        }
    }
    for (size_t c = 0; c < columns; c++) sum += weight[c] = weight[c] < 12 ? 12 : weight[c];
    for (size_t c = 0; c < columns; c++) width[c] = (int)(total * weight[c] / sum);
}

static void cell(Docx *d, Spot s, const DocNode *n, int width, int64_t span, const char *merge)
{
    buf_fmt(&d->body, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/>", width);
    if (span > 1) buf_fmt(&d->body, "<w:gridSpan w:val=\"%lld\"/>", (long long)span);
    if (merge) buf_fmt(&d->body, "<w:vMerge%s/>", merge);
    if (n && doc_is(n, "tableHeader")) buf_add(&d->body, S("<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F3F5F8\"/>"));
    buf_add(&d->body, S("</w:tcPr>"));
    Spot inner = { .depth = s.depth + 2, .style = n && doc_is(n, "tableHeader") ? "TableHead" : "TableText", .small = false, .width = width - 160 };
    size_t before = d->body.len;
    if (n) blocks(d, inner, n);
    Str said = str_sub(buf_str(&d->body), before, d->body.len);
    if (!said.len || str_ends(said, S("</w:tbl>"))) buf_add(&d->body, S("<w:p/>"));
    buf_add(&d->body, S("</w:tc>"));
}

static void table(Docx *d, Spot s, const DocNode *n)
{
    int width[MOST_COLUMNS] = { 0 };
    int64_t held[MOST_COLUMNS] = { 0 };
    size_t columns = columns_of(n);
    if (!columns) return;
    widths_of(d, n, columns, s.width - s.indent, width);
    buf_fmt(&d->body, "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"%d\" w:type=\"dxa\"/>", s.width - s.indent);
    if (s.indent) buf_fmt(&d->body, "<w:tblInd w:w=\"%d\" w:type=\"dxa\"/>", s.indent);
    buf_add(&d->body, S("<w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>"));
    for (size_t c = 0; c < columns; c++) buf_fmt(&d->body, "<w:gridCol w:w=\"%d\"/>", width[c]);
    buf_add(&d->body, S("</w:tblGrid>"));
    list_each(&n->children, r) {
        const DocNode *row = n->children.at[r];
        bool head = row->children.len > 0;
        list_each(&row->children, c) head = head && doc_is(row->children.at[c], "tableHeader");
        buf_add(&d->body, head ? S("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>") : S("<w:tr><w:trPr><w:cantSplit/></w:trPr>"));
        for (size_t at = 0, c = 0; at < columns;) {
            if (held[at] > 0) { held[at]--; cell(d, s, NULL, width[at], 1, ""); at++; continue; }
            const DocNode *one = c < row->children.len ? row->children.at[c++] : NULL;
            int64_t span = one ? span_of(one, "colspan") : 1, rows = one ? span_of(one, "rowspan") : 1;
            if (span > (int64_t)(columns - at)) span = (int64_t)(columns - at);
            int w = 0;
            for (int64_t k = 0; k < span; k++) { w += width[at + (size_t)k]; held[at + (size_t)k] = rows - 1; }
            cell(d, s, one, w, span, rows > 1 ? " w:val=\"restart\"" : NULL);
            at += (size_t)span;
        }
        buf_add(&d->body, S("</w:tr>"));
    }
    buf_add(&d->body, S("</w:tbl><w:p><w:pPr><w:pStyle w:val=\"Gap\"/></w:pPr></w:p>"));
}

/* -- all --------------------------------------------------------------------------------------------------------------- */

static void block(Docx *d, Spot s, const DocNode *n)
{
    if (doc_is(n, "paragraph")) paragraph(d, s, n, NULL);
    else if (doc_is(n, "heading")) heading(d, s, n);
    else if (doc_is(n, "bulletList") || doc_is(n, "orderedList") || doc_is(n, "taskList")) list(d, s, n);
    else if (doc_is(n, "codeBlock")) code(d, s, n);
    else if (doc_is(n, "image")) image(d, s, n);
    else if (doc_is(n, "table")) table(d, s, n);
    else if (doc_is(n, "callout")) callout(d, s, n);
    else if (doc_is(n, "blockquote")) { s.bar = "C8CDD5"; s.indent += 170; blocks(d, s, n); }
    else if (doc_is(n, "horizontalRule"))
        buf_add(&d->body, S("<w:p><w:pPr><w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"D5D9E0\"/></w:pBdr></w:pPr></w:p>"));
    else if (doc_is(n, "detailsSummary")) paragraph(d, s, n, "Summary");
    else if (doc_is(n, "text")) { paragraph_begin(d, &s, NULL); run(d, n, &s, false); buf_add(&d->body, S("</w:p>")); }
    else blocks(d, s, n);
}

static void blocks(Docx *d, Spot s, const DocNode *n)
{
    if (++s.depth > DOC_MAX_DEPTH) return;
    list_each(&n->children, i) block(d, s, n->children.at[i]);
}

/* The contents as the result of a field: Word adds page numbers when somebody updates it. */
static void contents(Docx *d)
{
    const DocNode *doc = d->x->flat;
    size_t n = 0, mark = 0, shown = 0;
    list_each(&doc->children, i) n += doc_is(doc->children.at[i], "heading") && doc_get_int(doc->children.at[i], "level", 2) <= 3;
    if (n < 3) return;
    plain(d, "ContentsTitle", words_zh(d->x->edition.report.language) ? S("目录") : S("Contents"));
    list_each(&doc->children, i) {
        const DocNode *h = doc->children.at[i];
        if (!doc_is(h, "heading")) continue;
        size_t own = mark++;
        int64_t level = doc_get_int(h, "level", 2);
        if (level > 3) continue;
        buf_fmt(&d->body, "<w:p><w:pPr><w:pStyle w:val=\"TOC%d\"/></w:pPr>", level <= 2 ? 1 : 2);
        if (!shown) buf_add(&d->body, S("<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> TOC \\o \"1-3\" \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>"));
        buf_fmt(&d->body, "<w:hyperlink w:anchor=\"h%zu\" w:history=\"1\"><w:r><w:t xml:space=\"preserve\">", own);
        docx_text(&d->body, doc_plain(d->a, h));
        buf_add(&d->body, S("</w:t></w:r></w:hyperlink>"));
        if (++shown == n) buf_add(&d->body, S("<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"));
        buf_add(&d->body, S("</w:p>"));
    }
}

static void figures(Docx *d)
{
    FigureTexts all = { 0 };
    report_figure_texts(d->a, &d->x->edition.metrics, d->x->edition.report.language, d->x->time_zone, &all);
    DocNode *holder = doc_node(d->a, "doc"), *t = doc_add(d->a, holder, "table");
    for (int half = 0; half < 2 && all.len; half++) {
        DocNode *row = doc_add(d->a, t, "tableRow");
        list_each(&all, i) {
            DocNode *p = doc_add(d->a, doc_add(d->a, row, half ? "tableCell" : "tableHeader"), "paragraph"), *text = doc_text(d->a, p, half ? all.at[i].text : all.at[i].label);
            if (half && text) doc_mark(d->a, text, "bold");
        }
    }
    blocks(d, (Spot){ .width = PAGE_TWIPS }, holder);
}

Err export_docx(Cx *cx, const Export *x, int fd, int64_t *ret_bytes)
{
    Arena *a = cx->arena;
    const Report *r = &x->edition.report;
    ZipOut zip = zip_begin(a, fd, r->updated_ms);
    Docx d = { .a = a, .cx = cx, .x = x, .body = buf_new(a, 200u << 20), .rels = buf_new(a, 16u << 20), .numbers = buf_new(a, 16u << 20), .zip = &zip };
    list_each(&x->pictures, i) *list_add(a, &d.media) = S("");
    docx_parts_first(&zip, words_zh(r->language));
    plain(&d, "Over", export_over(cx, x));
    plain(&d, "Title", r->title);
    plain(&d, "Over", export_byline(cx, x));
    figures(&d);
    contents(&d);
    blocks(&d, (Spot){ .width = PAGE_TWIPS }, x->flat);
    if (buf_full(&d.body) || buf_full(&d.rels)) return fail(a, ERR_TOO_LARGE, STR_FMT " is too large for a Word document", STR_ARG(r->reference));
    docx_parts_last(a, &zip, &(DocxParts){ .body = buf_str(&d.body), .rels = buf_str(&d.rels), .numbers = buf_str(&d.numbers), .title = r->title, .author = r->owner.name,
                    .footer = arena_fmt(a, STR_FMT " · " STR_FMT, STR_ARG(r->reference), STR_ARG(r->title)), .zh = words_zh(r->language),
                    .created = time_text(a, r->created_ms), .modified = time_text(a, r->updated_ms) });
    return zip_end(&zip, ret_bytes);
}

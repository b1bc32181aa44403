/* A report as a page of a wiki. */
#include "document/words.h"
#include "feature/exchange/targets.h"

Str target_picture_name(Arena *a, const Attachment *f)
{
    Buf b = buf_new(a, 200);
    Str base = f->name;
    for (size_t i = base.len; i-- > 0;) if (base.at[i] == '.') { base.len = i; break; }
    for (size_t i = 0; i < base.len && b.len < 60; i++) {
        unsigned char c = (unsigned char)base.at[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (plain) buf_byte(&b, (char)c);
        else if (b.len && b.at[b.len - 1] != '-') buf_byte(&b, '-');
    }
    Str stem = b.len ? buf_str(&b) : S("picture"), id = f->id;
    return arena_fmt(a, STR_FMT "-" STR_FMT ".%s", STR_ARG(stem), STR_ARG(str_sub(id, id.len > 12 ? id.len - 12 : 0, 12)),
                     str_eq(f->format, S("jpeg")) ? "jpg" : str_eq(f->format, S("webp")) ? "png" : "png");
}

/* Images by the name of their attachment; those that cannot go along only by what they show. */
static DocNode *named(Arena *a, const Export *x, const DocNode *n, int depth)
{
    DocNode *c = arena_make(a, DocNode);
    *c = *n;
    if (doc_is(n, "image")) {
        static const char *const kept[] = { "alt", "caption", "align", NULL };
        const OutPicture *p = export_picture(x, doc_get(n, "src"));
        c->attrs = NULL;
        for (size_t i = 0; kept[i]; i++) if (doc_get(n, kept[i]).len) doc_attr(a, c, kept[i], doc_get(n, kept[i]));
        if (doc_get_int(n, "width", 0) > 0) doc_attr_int(a, c, "width", doc_get_int(n, "width", 0));
        if (p) doc_attr(a, c, "src", target_picture_name(a, &p->file));
        return c;
    }
    c->children = (DocNodes){ 0 };
    if (depth < DOC_MAX_DEPTH) list_each(&n->children, i) *list_add(a, &c->children) = named(a, x, n->children.at[i], depth + 1);
    return c;
}

static void figures(Cx *cx, const Export *x, DocNode *doc)
{
    FigureTexts all = { 0 };
    report_figure_texts(cx->arena, &x->edition.metrics, x->edition.report.language, x->time_zone, &all);
    if (!all.len) return;
    DocNode *t = doc_add(cx->arena, doc, "table");
    for (int half = 0; half < 2; half++) {
        DocNode *row = doc_add(cx->arena, t, "tableRow");
        list_each(&all, i) doc_text(cx->arena, doc_add(cx->arena, doc_add(cx->arena, row, half ? "tableCell" : "tableHeader"), "paragraph"), half ? all.at[i].text : all.at[i].label);
    }
}

DocNode *target_doc(Cx *cx, const Export *x)
{
    Arena *a = cx->arena;
    const Report *r = &x->edition.report;
    bool zh = words_zh(r->language);
    DocNode *doc = doc_node(a, "doc"), *text = doc_text(a, doc_add(a, doc, "paragraph"), export_over(cx, x)), *box, *line, *body;
    doc_mark(a, text, "bold");
    doc_text(a, doc->children.at[0], arena_fmt(a, " · " STR_FMT, STR_ARG(export_byline(cx, x))));
    box = doc_add(a, doc, "callout");
    doc_attr(a, box, "kind", S("info"));
    line = doc_add(a, box, "paragraph");
    doc_text(a, line, zh ? S("本页由 Hindsight 写入，在这里所做的修改会被下一次导出覆盖。") : S("This page is written by Hindsight: changes that are made here are replaced by its next export. "));
    text = doc_text(a, line, zh ? S("打开原文") : S("Open the post-mortem"));
    if (x->site.len) doc_mark_attr(a, doc_mark(a, text, "link"), "href", arena_fmt(a, STR_FMT "/reports/" STR_FMT, STR_ARG(x->site), STR_ARG(r->reference)));
    figures(cx, x, doc);
    body = named(a, x, x->flat, 0);
    list_each(&body->children, i) *list_add(a, &doc->children) = body->children.at[i];
    return doc;
}

/* PDF: a report goes to hindsight-pdf (pdf/), a program of its own, and pages come back. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "document/words.h"
#include "feature/attachment/convert.h"
#include "feature/attachment/helper.h"
#include "feature/exchange/internal.h"

Str export_over(Cx *cx, const Export *x)
{
    const Report *r = &x->edition.report;
    Buf b = buf_new(cx->arena, 10000);
    buf_add(&b, r->reference);
    list_each(&r->incidents, i) buf_fmt(&b, " · " STR_FMT, STR_ARG(r->incidents.at[i].reference));
    return buf_str(&b);
}

Str export_byline(Cx *cx, const Export *x)
{
    const Report *r = &x->edition.report;
    bool zh = words_zh(r->language);
    Buf b = buf_new(cx->arena, 20000);
    if (r->owner.name.len) buf_fmt(&b, "%s " STR_FMT, zh ? "负责人" : "Owner", STR_ARG(r->owner.name));
    if (r->authors.len) {
        buf_fmt(&b, "%s%s ", b.len ? " · " : "", zh ? "作者" : "Authors");
        list_each(&r->authors, i) buf_fmt(&b, "%s" STR_FMT, !i ? "" : zh ? "、" : ", ", STR_ARG(r->authors.at[i].name));
    }
    if (r->published_version && r->published_ms) {
        Str day = words_time(cx->arena, r->published_ms, WORDS_DATE, r->language, x->time_zone);
        buf_fmt(&b, "%s%s " STR_FMT, b.len ? " · " : "", zh ? "发布于" : "Published", STR_ARG(day));
    }
    return buf_str(&b);
}

Err export_plain(Cx *cx, const OutPicture *p, PlainPicture *ret)
{
    TRY(attachment_bytes(cx, &p->file, &ret->bytes));
    ret->format = p->file.format;
    ret->width = p->file.width;
    ret->height = p->file.height;
    if (!str_eq(p->file.format, S("webp"))) return OK;
    Converted c = { .fd = -1 };
    Err e = image_convert_plain(cx->arena, arena_fmt(cx->arena, STR_FMT "/files", STR_ARG(attachment_folder(cx))), ret->bytes, &c);
    auto_fd fd = c.fd;
    TRY(e);
    char *to = arena_bytes(cx->arena, (size_t)c.bytes + 1, 1);
    for (int64_t at = 0, n; at < c.bytes; at += n)
        if ((n = read(fd, to + at, (size_t)(c.bytes - at))) <= 0) return fail(cx->arena, ERR_UNAVAILABLE, "cannot read a picture");
    *ret = (PlainPicture){ { to, (size_t)c.bytes }, c.format, c.width, c.height };
    return OK;
}

static void member(Buf *b, const char *key, Str value)
{
    buf_fmt(b, ",\"%s\":", key);
    buf_json(b, value);
}

/* Pictures are "image:ID" for the helper; those that are not there are only their alternative text. */
static void sources(Arena *a, const Export *x, DocNode *n, int depth)
{
    if (doc_is(n, "image")) {
        Str src = doc_get(n, "src");
        DocNode *c = doc_node(a, "image");
        static const char *const kept[] = { "alt", "caption", "align", NULL };
        for (size_t i = 0; kept[i]; i++) if (doc_get(n, kept[i]).len) doc_attr(a, c, kept[i], doc_get(n, kept[i]));
        if (doc_get_int(n, "width", 0) > 0) doc_attr_int(a, c, "width", doc_get_int(n, "width", 0));
        if (export_picture(x, src)) doc_attr(a, c, "src", arena_fmt(a, "image:" STR_FMT, STR_ARG(str_sub(src, 7, src.len))));
        n->attrs = c->attrs;
    }
    if (depth < DOC_MAX_DEPTH) list_each(&n->children, i) sources(a, x, n->children.at[i], depth + 1);
}

static Str input_head(Cx *cx, const Export *x)
{
    const Report *r = &x->edition.report;
    bool zh = words_zh(r->language);
    FigureTexts figures = { 0 };
    Buf b = buf_new(cx->arena, 64u << 20);
    buf_add(&b, S("{\"language\":"));
    buf_json(&b, zh ? S("zh-CN") : S("en"));
    member(&b, "title", r->title);
    member(&b, "over", export_over(cx, x));
    member(&b, "byline", export_byline(cx, x));
    if (!r->published_version) member(&b, "note", zh ? S("草稿，尚未发布") : S("Draft, not published yet"));
    else if (!x->edition.version && r->changed_since_published) member(&b, "note", zh ? S("包含发布之后的修改") : S("With edits that are not published yet"));
    member(&b, "footer", arena_fmt(cx->arena, STR_FMT " · " STR_FMT, STR_ARG(r->reference), STR_ARG(r->title)));
    member(&b, "contents", zh ? S("目录") : S("Contents"));
    member(&b, "author", r->owner.name);
    member(&b, "date", time_text(cx->arena, r->published_ms && x->edition.version ? r->published_ms : r->updated_ms));
    report_figure_texts(cx->arena, &x->edition.metrics, r->language, x->time_zone, &figures);
    buf_add(&b, S(",\"figures\":["));
    list_each(&figures, i) {
        buf_add(&b, i ? S(",{\"label\":") : S("{\"label\":"));
        buf_json(&b, figures.at[i].label);
        member(&b, "text", figures.at[i].text);
        buf_byte(&b, '}');
    }
    buf_add(&b, S("],\"doc\":"));
    DocNode *doc = doc_flat(cx->arena, x->flat, &(FlatOptions){ .locale = r->language, .time_zone = x->time_zone, .site = x->site });
    sources(cx->arena, x, doc, 0);
    buf_add(&b, doc_json(cx->arena, doc));
    buf_add(&b, S(",\"images\":{"));
    return buf_str(&b);
}

static Err outcome(Arena *a, int status, Str said)
{
    if (!WIFEXITED(status)) return fail(a, ERR_TOO_LARGE, "the report takes too much time or memory for a PDF");
    switch (WEXITSTATUS(status)) {
    case 0: return OK;
    case 3: return fail(a, ERR_TOO_LARGE, STR_FMT, STR_ARG(said));
    default: return fail(a, ERR_UNAVAILABLE, "the PDF could not be made: " STR_FMT, STR_ARG(said));
    }
}

Err export_pdf(Cx *cx, const Export *x, int fd, int64_t *ret_bytes)
{
    auto_fd in = -1;
    int status = 0;
    int64_t n;
    struct stat s;
    Buf head = buf_new(cx->arena, 80u << 20), blob = buf_new(cx->arena, 400u << 20);
    Str said;
    buf_add(&head, input_head(cx, x));
    list_each(&x->pictures, i) {
        PlainPicture p;
        TRY(export_plain(cx, &x->pictures.at[i], &p));
        buf_fmt(&head, "%s\"" STR_FMT "\":{\"format\":\"" STR_FMT "\",\"width\":%lld,\"height\":%lld,\"offset\":%zu,\"bytes\":%zu}", i ? "," : "",
                STR_ARG(x->pictures.at[i].file.id), STR_ARG(p.format), (long long)p.width, (long long)p.height, blob.len, p.bytes.len);
        buf_add(&blob, p.bytes);
    }
    buf_add(&head, S("}}"));
    if (buf_full(&head) || buf_full(&blob)) return fail(cx->arena, ERR_TOO_LARGE, STR_FMT " is too large for a PDF", STR_ARG(x->edition.report.reference));
    TRY(attachment_scratch(cx, &in));
    TRY(export_write(cx, in, arena_fmt(cx->arena, "%zu\n", head.len), &n));
    TRY(export_write(cx, in, buf_str(&head), &n));
    TRY(export_write(cx, in, buf_str(&blob), &n));
    if (lseek(in, 0, SEEK_SET) < 0) return fail(cx->arena, ERR_UNAVAILABLE, "cannot write a temporary file");
    TRY(helper_run(cx->arena, "hindsight-pdf", NULL, in, fd, &status, &said));
    TRY(outcome(cx->arena, status, said));
    if (fstat(fd, &s) != 0 || s.st_size <= 0) return fail(cx->arena, ERR_UNAVAILABLE, "cannot read the PDF");
    *ret_bytes = s.st_size;
    return OK;
}

/* An edition of a report, made ready for any form. */
#include <unistd.h>
#include "app/app.h"
#include "document/words.h"
#include "document/zip.h"
#include "feature/exchange/exchange.h"
#include "feature/exchange/internal.h"

#define MOST_PICTURE_BYTES (300ll << 20)

const OutPicture *export_picture(const Export *x, Str src)
{
    if (!str_starts(src, S("/files/"))) return NULL;
    Str id = str_sub(src, 7, src.len);
    list_each(&x->pictures, i) if (str_eq(x->pictures.at[i].file.id, id)) return &x->pictures.at[i];
    return NULL;
}

static Str ending(const Attachment *f) { return str_eq(f->format, S("jpeg")) ? S("jpg") : f->format; }

/* "images/" and what it was called, without what some file systems do not take; numbered, so that none is there twice. */
static Str picture_name(Arena *a, const Attachment *f, size_t number)
{
    Buf b = buf_new(a, 200);
    Str base = f->name;
    for (size_t i = base.len; i-- > 0;) if (base.at[i] == '.') { base.len = i; break; }
    for (size_t i = 0; i < base.len && b.len < 60; i++) {
        unsigned char c = (unsigned char)base.at[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
        if (plain) buf_byte(&b, (char)c);
        else if (b.len && b.at[b.len - 1] != '-') buf_byte(&b, '-');
    }
    Str stem = b.len ? buf_str(&b) : S("picture");
    return arena_fmt(a, "images/%02zu-" STR_FMT "." STR_FMT, number, STR_ARG(stem), STR_ARG(ending(f)));
}

/* A picture counts when the report holds it, or when the reader may read the report that does. */
static Err add_picture(Cx *cx, Export *x, Str src, int64_t *bytes)
{
    Attachment f;
    Str other;
    if (!str_starts(src, S("/files/")) || export_picture(x, src)) return OK;
    Err e = attachment_get(cx, str_sub(src, 7, src.len), &f);
    if (!e.info && !str_eq(f.report_id, x->edition.report.id)) e = report_resolve(cx, f.report_id, &other);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    *bytes += f.bytes;
    if (*bytes > MOST_PICTURE_BYTES)
        return fail(cx->arena, ERR_TOO_LARGE, "the pictures of " STR_FMT " are over %lld MiB together: too much for one file",
                    STR_ARG(x->edition.report.reference), MOST_PICTURE_BYTES >> 20);
    OutPicture p = { f, picture_name(cx->arena, &f, x->pictures.len + 1) };
    *list_add(cx->arena, &x->pictures) = p;
    return OK;
}

static Err pictures_of(Cx *cx, Export *x, const DocNode *n, int depth, int64_t *bytes)
{
    if (doc_is(n, "image")) return add_picture(cx, x, doc_get(n, "src"), bytes);
    if (depth < DOC_MAX_DEPTH)
        list_each(&n->children, i) TRY(pictures_of(cx, x, n->children.at[i], depth + 1, bytes));
    return OK;
}

Err export_gather(Cx *cx, Str report, int64_t version, Export *ret)
{
    Export x = { .time_zone = cx->actor.time_zone.len ? cx->actor.time_zone : S("UTC") };
    int64_t bytes = 0;
    TRY(report_edition(cx, report, version, &x.edition));
    x.site = app_link(cx, S(""));
    if (!str_starts(x.site, S("http"))) x.site = S("");
    TRY(pictures_of(cx, &x, x.edition.doc, 0, &bytes));
    x.flat = doc_flat(cx->arena, x.edition.doc, &(FlatOptions){ .locale = x.edition.report.language, .time_zone = x.time_zone, .site = x.site });
    report_prune(cx->arena, x.flat);
    *ret = x;
    return OK;
}

Err export_write(Cx *cx, int fd, Str bytes, int64_t *ret_bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = write(fd, bytes.at + at, bytes.len - at);
        if (n <= 0) return fail(cx->arena, ERR_UNAVAILABLE, "cannot write the file: the disk may be full");
        at += (size_t)n;
    }
    *ret_bytes = (int64_t)bytes.len;
    return OK;
}

/* -- Markdown ---------------------------------------------------------------------------------------------------------- */

static void yaml(Buf *b, const char *key, Str value)
{
    if (!value.len) return;
    buf_fmt(b, "%s: ", key);
    buf_json(b, value);
    buf_byte(b, '\n');
}

static void yaml_time(Cx *cx, Buf *b, const char *key, int64_t ms)
{
    if (ms) yaml(b, key, time_text(cx->arena, ms));
}

Str export_front_matter(Cx *cx, const Export *x)
{
    const Report *r = &x->edition.report;
    Buf b = buf_new(cx->arena, 1 << 20);
    buf_add(&b, S("---\n"));
    yaml(&b, "reference", r->reference);
    yaml(&b, "title", r->title);
    yaml(&b, "state", r->state);
    yaml(&b, "language", r->language);
    yaml(&b, "severity", r->severity);
    yaml(&b, "channel", r->channel.name);
    yaml(&b, "team", r->team.name);
    yaml(&b, "owner", r->owner.name);
    buf_add(&b, S("authors: ["));
    list_each(&r->authors, i) { if (i) buf_add(&b, S(", ")); buf_json(&b, r->authors.at[i].name); }
    buf_add(&b, S("]\nincidents: ["));
    list_each(&r->incidents, i) { if (i) buf_add(&b, S(", ")); buf_json(&b, r->incidents.at[i].reference); }
    buf_add(&b, S("]\nmetrics: {"));
    bool any = false;
    list_each(&x->edition.metrics, i) {
        const ReportMetric *m = &x->edition.metrics.at[i];
        if (!m->value.len) continue;
        buf_fmt(&b, "%s" STR_FMT ": ", any ? ", " : "", STR_ARG(m->key));
        buf_json(&b, m->value);
        any = true;
    }
    buf_add(&b, S("}\n"));
    yaml_time(cx, &b, "created_at", r->created_ms);
    yaml_time(cx, &b, "updated_at", r->updated_ms);
    yaml_time(cx, &b, "published_at", r->published_ms);
    if (x->edition.version) buf_fmt(&b, "version: %lld\n", (long long)x->edition.version);
    if (x->site.len) yaml(&b, "url", arena_fmt(cx->arena, STR_FMT "/reports/" STR_FMT, STR_ARG(x->site), STR_ARG(r->reference)));
    buf_add(&b, S("---\n\n"));
    return buf_str(&b);
}

/* The tree with pictures named as in the archive. */
static DocNode *with_names(Arena *a, const Export *x, const DocNode *n, int depth)
{
    DocNode *c = arena_make(a, DocNode);
    *c = *n;
    if (doc_is(n, "image")) {
        const OutPicture *p = export_picture(x, doc_get(n, "src"));
        if (!p) return c;
        c->attrs = NULL;
        const char *key;
        json_t *value;
        json_object_foreach(n->attrs, key, value)
            if (json_is_string(value)) doc_attr(a, c, key, doc_get(n, key));
            else if (json_is_integer(value)) doc_attr_int(a, c, key, json_integer_value(value));
        doc_attr(a, c, "src", p->name);
        return c;
    }
    c->children = (DocNodes){ 0 };
    if (depth < DOC_MAX_DEPTH)
        list_each(&n->children, i) *list_add(a, &c->children) = with_names(a, x, n->children.at[i], depth + 1);
    return c;
}

Err export_markdown(Cx *cx, const Export *x, int fd, int64_t *ret_bytes)
{
    Str body;
    Arena *a = cx->arena;
    DocNode *title = doc_node(a, "doc"), *h = doc_add(a, title, "heading");
    doc_attr_int(a, h, "level", 1);
    doc_text(a, h, x->edition.report.title);
    *list_add(a, &title->children) = with_names(a, x, x->edition.doc, 0);
    TRY(render_markdown(a, title, &body));
    Str head = export_front_matter(cx, x);
    ZipOut z = zip_begin(a, fd, x->edition.report.updated_ms);
    zip_add(&z, arena_fmt(a, STR_FMT ".md", STR_ARG(x->edition.report.reference)), arena_fmt(a, STR_FMT STR_FMT, STR_ARG(head), STR_ARG(body)), ZIP_DEFLATE);
    list_each(&x->pictures, i) {
        Str bytes;
        TRY(attachment_bytes(cx, &x->pictures.at[i].file, &bytes));
        zip_add(&z, x->pictures.at[i].name, bytes, ZIP_STORED);
    }
    return zip_end(&z, ret_bytes);
}

/* -- HTML -------------------------------------------------------------------------------------------------------------- */

#define MARK "src=\"hindsight-picture:"

static void base64_into(Buf *b, Str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i;
        uint32_t v = (uint32_t)(unsigned char)bytes.at[i] << 16 | (n > 1 ? (uint32_t)(unsigned char)bytes.at[i + 1] << 8 : 0) | (n > 2 ? (unsigned char)bytes.at[i + 2] : 0);
        char four[4] = { digits[v >> 18], digits[v >> 12 & 63], n > 1 ? digits[v >> 6 & 63] : '=', n > 2 ? digits[v & 63] : '=' };
        buf_add(b, (Str){ four, 4 });
    }
}

/* Text of the report never holds the mark: its quotes are escaped. */
Err export_html(Cx *cx, const Export *x, int fd, int64_t *ret_bytes)
{
    Str page;
    Edition flat = x->edition;
    flat.doc = x->flat;
    TRY(report_file_html(cx, &flat, S("hindsight-picture:"), &page));
    Buf b = buf_new(cx->arena, 600u << 20);
    for (ptrdiff_t at; (at = str_find(page, S(MARK))) >= 0;) {
        buf_add(&b, str_sub(page, 0, (size_t)at));
        page = str_sub(page, (size_t)at + sizeof MARK - 1, page.len);
        Str id = str_before(page, '"'), bytes;
        const OutPicture *p = export_picture(x, arena_fmt(cx->arena, "/files/" STR_FMT, STR_ARG(id)));
        page = str_sub(page, id.len, page.len);
        buf_add(&b, S("src=\""));
        if (!p) { buf_add(&b, S("data:,")); continue; }
        TRY(attachment_bytes(cx, &p->file, &bytes));
        buf_fmt(&b, "data:image/" STR_FMT ";base64,", STR_ARG(p->file.format));
        base64_into(&b, bytes);
    }
    buf_add(&b, page);
    if (buf_full(&b)) return fail(cx->arena, ERR_TOO_LARGE, STR_FMT " is too large for one HTML file", STR_ARG(x->edition.report.reference));
    return export_write(cx, fd, buf_str(&b), ret_bytes);
}

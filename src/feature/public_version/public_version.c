#include "app/app.h"
#include "app/audit.h"
#include "app/limit.h"
#include "app/page.h"
#include "base/id.h"
#include "base/map.h"
#include "base/utf8.h"
#include "document/words.h"
#include "feature/account/account.h"
#include "feature/attachment/attachment.h"
#include "feature/public_version/public_version.h"
#include "feature/settings/settings.h"
#include "sql.gen.h"

static const char *const languages[] = { "en", "zh", NULL };
static const char *const figure_keys[] = { "started_at", "ended_at", "duration", NULL };

static SHAPE(public_version_shape, PublicVersion, "The public version of a report: a text of its own",
    FIELD(PublicVersion, report_id, READ_ONLY, "Of which report"),
    FIELD(PublicVersion, url, READ_ONLY | NULLABLE, "Where everybody reads it; null while it is not published"),
    FIELD(PublicVersion, title, 0, "What happened, in a line that customers understand", .max = 250),
    FIELD(PublicVersion, summary, MULTILINE, "Markdown", .max = 10000),
    FIELD(PublicVersion, happened, MULTILINE, "Markdown: what happened", .max = 40000),
    FIELD(PublicVersion, doing, MULTILINE, "Markdown: what we are doing about it", .max = 40000),
    FIELD(PublicVersion, figures, 0, "Which figures it shows: started_at, ended_at, duration", .max = 3),
    FIELD(PublicVersion, language, 0, "Of its text", .values = languages),
    FIELD(PublicVersion, published, READ_ONLY, "Whether readers can see it"),
    FIELD(PublicVersion, changed_since_published, READ_ONLY, "Whether readers see an older text"),
    FIELD_AT(PublicVersion, published_ms, READ_ONLY | NULLABLE, "When"), FIELD_OF(PublicVersion, published_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who"),
    FIELD_AT(PublicVersion, updated_ms, READ_ONLY | NULLABLE, "When it was changed last"), FIELD_OF(PublicVersion, updated_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who"),
    FIELD(PublicVersion, version, READ_ONLY, "Grows with each change; 0: nothing is written yet"));

/* -- the page ---------------------------------------------------------------------------------------------------------- */

static void section(Cx *cx, Buf *b, const char *name, Str markdown, Str image_base)
{
    DocNode *doc;
    Str html;
    if (!str_trim(markdown).len || import_markdown(cx->arena, markdown, &doc).info) return;
    DocNode *flat = doc_flat(cx->arena, doc, &(FlatOptions){ .outside = true });
    if (render_html(cx->arena, flat, &(RenderHtml){ .outside = true, .image_base = image_base }, &html).info) return;
    if (name) buf_fmt(b, "<h2>%s</h2>\n", name);
    buf_add(b, html);
}

static void pictures_in(Arena *a, const DocNode *n, Strs *ids)
{
    Str src = doc_is(n, "image") ? doc_get(n, "src") : S("");
    if (str_starts(src, S("/files/"))) ids_add(a, ids, str_sub(src, 7, src.len));
    list_each(&n->children, i) pictures_in(a, n->children.at[i], ids);
}

/* Only pictures of the report itself can be shown outside. */
static Err pictures_check(Cx *cx, const PublicVersion *p, const char *field, Str markdown, Strs *ids)
{
    DocNode *doc;
    Strs here = { 0 };
    if (!str_trim(markdown).len || import_markdown(cx->arena, markdown, &doc).info) return OK;
    pictures_in(cx->arena, doc, &here);
    list_each(&here, i) {
        Attachment f;
        Err e = attachment_get(cx, here.at[i], &f);
        if (err_is(e, ERR_NOT_FOUND) || (!e.info && !str_eq(f.report_id, p->report_id)))
            return fail_field(cx->arena, str_of(field), "there is no picture " STR_FMT " in this report: add it here", STR_ARG(utf8_clip(here.at[i], 60)));
        TRY(e);
        ids_add(cx->arena, ids, f.id);
    }
    return OK;
}

/* Where the pictures of the page lie for readers outside. */
static Str picture_base(Cx *cx, const PublicVersion *p) { return arena_fmt(cx->arena, "/public/" STR_FMT "/files/", STR_ARG(p->slug)); }

/* The inside of the page: what is kept when it is published, so that nothing of the report shows through later. */
static Err body_of(Cx *cx, const PublicVersion *p, Str image_base, Str *ret)
{
    Report r;
    bool zh = words_zh(p->language);
    Buf b = buf_new(cx->arena, 4u << 20);
    ReportMetrics chosen = { 0 };
    FigureTexts figures = { 0 };
    TRY(report_get(cx, p->report_id, &r));
    list_each(&r.metrics, i)
        list_each(&p->figures, k)
            if (str_eq(r.metrics.at[i].key, p->figures.at[k]) && r.metrics.at[i].value.len) *list_add(cx->arena, &chosen) = r.metrics.at[i];
    report_figure_texts(cx->arena, &chosen, p->language, S("UTC"), &figures);
    buf_add(&b, S("<h1>"));
    buf_html(&b, p->title);
    buf_add(&b, S("</h1>\n"));
    if (figures.len) buf_add(&b, S("<dl class=\"figures\">"));
    list_each(&figures, i) {
        buf_add(&b, S("<div><dt>"));
        buf_html(&b, figures.at[i].label);
        buf_add(&b, S("</dt><dd>"));
        buf_html(&b, figures.at[i].text);
        buf_add(&b, S("</dd></div>"));
    }
    if (figures.len) buf_add(&b, S("</dl>\n"));
    section(cx, &b, NULL, p->summary, image_base);
    section(cx, &b, zh ? "发生了什么" : "What happened", p->happened, image_base);
    section(cx, &b, zh ? "我们正在做什么" : "What we are doing", p->doing, image_base);
    *ret = buf_str(&b);
    return OK;
}

typedef struct Shown { Str body, language, report_id; int64_t at_ms; } Shown;

static Err shown_at(Cx *cx, Req *req, Shown *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_public_version_by_slug);
    stmt_str(&q, "slug", req_param(req, "slug"));
    bool found = stmt_step(&q) && !stmt_col_is_null(&q, 1);
    if (found) *ret = (Shown){ stmt_col_str(&q, 0), stmt_col_str(&q, 2), stmt_col_str(&q, 3), stmt_col_int(&q, 1) };
    TRY(stmt_end(&q));
    if (!found) TRY(limit_take(cx, arena_fmt(cx->arena, "public:" STR_FMT, STR_ARG(req->http->peer)), 60, 30));
    return found ? OK : fail(cx->arena, ERR_NOT_FOUND, "there is no such page, or it was withdrawn");
}

/* The first words of the page behind its title and figures, for previews of its link. They are HTML's text already: escaped. */
static Str first_words(Arena *a, Str body)
{
    Buf b = buf_new(a, 4096);
    ptrdiff_t title = str_find(body, S("</h1>")), list = str_find(body, S("</dl>"));
    bool tag = false, space = false;
    for (size_t i = list >= 0 ? (size_t)list + 5 : title >= 0 ? (size_t)title + 5 : 0; i < body.len && b.len < 300; i++) {
        char c = body.at[i];
        if (c == '<') tag = true;
        else if (c == '>') tag = false;
        else if (c == ' ' || c == '\n') space = true;
        else if (!tag) {
            if (space && b.len) buf_byte(&b, ' ');
            space = false;
            buf_byte(&b, c);
        }
    }
    Str text = utf8_clip(buf_str(&b), 280);
    ptrdiff_t entity = -1;
    for (size_t i = 0; i < text.len; i++) entity = text.at[i] == '&' ? (ptrdiff_t)i : text.at[i] == ';' ? -1 : entity;
    return entity >= 0 ? str_sub(text, 0, (size_t)entity) : text;
}

static void meta(Buf *b, const char *kind, const char *name, Str escaped)
{
    if (escaped.len) buf_fmt(b, "<meta %s=\"%s\" content=\"" STR_FMT "\">", kind, name, STR_ARG(escaped));
}

/* What other programs show of a link to the page: a title, some words, and its first picture. */
static void link_preview(Cx *cx, Buf *b, const Shown *s, Str slug, Str workspace)
{
    Str title = str_before(str_sub(s->body, 4, s->body.len), '<'), words = first_words(cx->arena, s->body), picture = S("");
    Str base = arena_fmt(cx->arena, "src=\"/public/" STR_FMT "/files/", STR_ARG(slug));
    Buf name = buf_new(cx->arena, 4096);
    ptrdiff_t at = str_find(s->body, base);
    if (at >= 0) picture = app_link(cx, str_before(str_sub(s->body, (size_t)at + 5, s->body.len), '"'));
    buf_html(&name, workspace);
    buf_fmt(b, "<title>" STR_FMT "</title>", STR_ARG(title));
    meta(b, "name", "description", words);
    meta(b, "property", "og:type", S("article"));
    meta(b, "property", "og:title", title);
    meta(b, "property", "og:description", words);
    meta(b, "property", "og:site_name", buf_str(&name));
    meta(b, "property", "og:url", app_link(cx, arena_fmt(cx->arena, "/public/" STR_FMT, STR_ARG(slug))));
    meta(b, "property", "og:image", picture);
    meta(b, "name", "twitter:card", picture.len ? S("summary_large_image") : S("summary"));
}

static Err picture(Cx *cx, Req *req, Res *res)
{
    Shown s;
    Attachment f;
    Str id = req_param(req, "public_file");
    TRY(shown_at(cx, req, &s));
    Str src = arena_fmt(cx->arena, "src=\"/public/" STR_FMT "/files/" STR_FMT "\"", STR_ARG(req_param(req, "slug")), STR_ARG(id));
    if (str_find(s.body, src) < 0) return fail(cx->arena, ERR_NOT_FOUND, "there is no such picture");
    TRY(attachment_get(cx, id, &f));
    if (!str_eq(f.report_id, s.report_id)) return fail(cx->arena, ERR_NOT_FOUND, "there is no such picture");
    TRY(attachment_serve(cx, &f, res));
    http_set(&res->http, "Cache-Control", S("public, max-age=600"));     /* it may be withdrawn */
    http_set(&res->http, "Cross-Origin-Resource-Policy", S("cross-origin"));
    return OK;
}

static Err page(Cx *cx, Req *req, Res *res)
{
    Shown s;
    Workspace w;
    TRY(shown_at(cx, req, &s));
    workspace_get(cx, &w);
    bool zh = words_zh(s.language);
    Buf b = buf_new(cx->arena, 8u << 20);
    Str css = page_asset_path(S("/assets/page-"));
    buf_fmt(&b, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            "<meta name=\"color-scheme\" content=\"light dark\">", zh ? "zh" : "en");
    link_preview(cx, &b, &s, req_param(req, "slug"), w.name);
    if (css.len) buf_fmt(&b, "<link rel=\"stylesheet\" href=\"" STR_FMT "\">", STR_ARG(css));
    buf_add(&b, S("</head>\n<body class=\"published\"><header class=\"pub-bar\"><span class=\"pub-ws\">"));
    buf_html(&b, w.name);
    buf_fmt(&b, "</span></header><main class=\"pub\"><article class=\"doc\" lang=\"%s\">\n", zh ? "zh" : "en");
    buf_add(&b, s.body);
    buf_fmt(&b, "<p class=\"pub-by\">%s ", zh ? "发布于" : "Published");
    buf_html(&b, words_time(cx->arena, s.at_ms, WORDS_DATE, s.language, S("UTC")));
    buf_add(&b, S("</p></article></main></body></html>\n"));
    res_text(res, 200, "text/html; charset=utf-8", buf_str(&b));
    return OK;
}

/* -- records ----------------------------------------------------------------------------------------------------------- */

static Err get(Cx *cx, Str report, PublicVersion *ret)
{
    PublicVersion p = { .report_id = report };
    Str shown = S(""), now;
    Map *users;
    Strs people = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_public_version_get);
    stmt_str(&q, "report", report);
    if (stmt_step(&q)) {
        p.slug = stmt_col_str(&q, 0);
        p.title = stmt_col_str(&q, 1);
        p.summary = stmt_col_str(&q, 2);
        p.happened = stmt_col_str(&q, 3);
        p.doing = stmt_col_str(&q, 4);
        p.figures = strs_parse(cx->arena, stmt_col_str(&q, 5));
        p.language = stmt_col_str(&q, 6);
        shown = stmt_col_str(&q, 7);
        p.published_ms = stmt_col_int(&q, 8);
        p.published_by.id = stmt_col_str(&q, 9);
        p.updated_ms = stmt_col_int(&q, 10);
        p.updated_by.id = stmt_col_str(&q, 11);
        p.version = stmt_col_int(&q, 12);
    }
    TRY(stmt_end(&q));
    ids_add(cx->arena, &people, p.published_by.id);
    ids_add(cx->arena, &people, p.updated_by.id);
    TRY(user_refs(cx, people, &users));
    if (p.published_by.id.len) p.published_by = user_ref(users, p.published_by.id);
    if (p.updated_by.id.len) p.updated_by = user_ref(users, p.updated_by.id);
    p.published = p.published_ms > 0;
    if (p.published) {
        p.url = app_link(cx, arena_fmt(cx->arena, "/public/" STR_FMT, STR_ARG(p.slug)));
        TRY(body_of(cx, &p, picture_base(cx, &p), &now));
        p.changed_since_published = !str_eq(now, shown);
    }
    if (!p.version) {
        Report r;
        TRY(report_get(cx, report, &r));
        p.language = r.language;
        p.figures = strs_parse(cx->arena, S("[\"started_at\",\"duration\"]"));
    }
    *ret = p;
    return OK;
}

static Err editable(Cx *cx, Req *req, PublicVersion *ret)
{
    Report r;
    TRY(report_get(cx, req_param(req, "report"), &r));
    if (!r.can_edit) return fail(cx->arena, ERR_FORBIDDEN, STR_FMT " is read only for you", STR_ARG(r.reference));
    return get(cx, r.id, ret);
}

static Err show(Cx *cx, Req *req, Res *res)
{
    PublicVersion p;
    TRY(get(cx, req_param(req, "report"), &p));
    res_record(cx, res, &public_version_shape, &p, p.version);
    return OK;
}

static Err edit(Cx *cx, Req *req, Res *res)
{
    PublicVersion p, *in = BODY(req, PublicVersion);
    Strs pictures = { 0 };
    TRY(editable(cx, req, &p));
    TRY(cx_match(cx, p.version));
    if (BODY_HAS(req, PublicVersion, title)) p.title = in->title;
    if (BODY_HAS(req, PublicVersion, summary)) p.summary = in->summary;
    if (BODY_HAS(req, PublicVersion, happened)) p.happened = in->happened;
    if (BODY_HAS(req, PublicVersion, doing)) p.doing = in->doing;
    if (BODY_HAS(req, PublicVersion, figures)) p.figures = in->figures;
    if (BODY_HAS(req, PublicVersion, language)) p.language = in->language;
    list_each(&p.figures, i) {
        bool known = false;
        for (size_t k = 0; figure_keys[k]; k++) known = known || str_eq(p.figures.at[i], str_of(figure_keys[k]));
        if (!known) return fail_field(cx->arena, arena_fmt(cx->arena, "figures[%zu]", i), "a public version may show started_at, ended_at and duration");
    }
    TRY(pictures_check(cx, &p, "summary", p.summary, &pictures));
    TRY(pictures_check(cx, &p, "happened", p.happened, &pictures));
    TRY(pictures_check(cx, &p, "doing", p.doing, &pictures));
    if (pictures.len) TRY(attachment_keep(cx, pictures));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_public_version_put);
    stmt_str(&q, "report", p.report_id);
    stmt_str(&q, "slug", p.slug.len ? p.slug : id_secret(cx->arena, 9));
    stmt_str(&q, "title", p.title);
    stmt_str(&q, "summary", p.summary);
    stmt_str(&q, "happened", p.happened);
    stmt_str(&q, "doing", p.doing);
    stmt_str(&q, "figures", strs_json(cx->arena, p.figures));
    stmt_str(&q, "language", p.language);
    stmt_str_or_null(&q, "user", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return show(cx, req, res);
}

static Err set_shown(Cx *cx, Str report, Str shown, int64_t at)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_public_version_publish);
    stmt_str(&q, "report", report);
    stmt_str(&q, "shown", shown);
    stmt_int_or_null(&q, "published_ms", at);
    stmt_str_or_null(&q, "user", at ? cx->actor.id : S(""));
    TRY(stmt_exec(&q));
    return audit_add(cx, at ? "public_version.published" : "public_version.withdrawn", "report", report, S(""));
}

/* What may not be read by everybody inside goes outside only by who may publish without review. */
static Err publish(Cx *cx, Req *req, Res *res)
{
    PublicVersion p;
    Str shown;
    TRY(editable(cx, req, &p));
    if (!str_trim(p.title).len) return fail_field(cx->arena, S("title"), "give it a title that customers understand");
    if (!str_trim(p.summary).len && !str_trim(p.happened).len) return fail_field(cx->arena, S("summary"), "say what happened before you publish it");
    TRY(body_of(cx, &p, picture_base(cx, &p), &shown));
    TRY(set_shown(cx, p.report_id, shown, cx->now_ms));
    return show(cx, req, res);
}

static Err withdraw(Cx *cx, Req *req, Res *res)
{
    PublicVersion p;
    TRY(editable(cx, req, &p));
    if (p.published) TRY(set_shown(cx, p.report_id, S(""), 0));
    res_none(res);
    return OK;
}

typedef struct Preview { Str html; } Preview;
static SHAPE(public_preview_shape, Preview, "A public version as its readers would see it", FIELD(Preview, html, READ_ONLY | MULTILINE, ""));

static Err preview(Cx *cx, Req *req, Res *res)
{
    PublicVersion p = *BODY(req, PublicVersion);
    Preview out;
    p.report_id = req_param(req, "report");
    if (!p.language.len) p.language = S("en");
    TRY(body_of(cx, &p, S("/files/"), &out.html));
    res_json(cx, res, &public_preview_shape, &out);
    return OK;
}

#define ONE "/api/v1/reports/:report/public-version"
static const Route routes[] = {
    { GET, ONE, ROLE_VIEWER, show, .reply = &public_version_shape, .doc = "The public version of a report: a text of its own for readers outside" },
    { PATCH, ONE, ROLE_RESPONDER, edit, &public_version_shape, &public_version_shape, .body_bytes = 512 << 10, .doc = "Writes it; readers see it when it is published" },
    { POST, ONE "/preview", ROLE_RESPONDER, preview, &public_version_shape, &public_preview_shape, .flags = COMPUTES, .body_bytes = 512 << 10, .doc = "Shows it as readers would see it" },
    { POST, ONE "/publish", ROLE_MANAGER, publish, .reply = &public_version_shape, .doc = "Shows what it says now to everybody who has its address" },
    { POST, ONE "/withdraw", ROLE_RESPONDER, withdraw, .doc = "Takes it away from readers; the text stays" },
    { GET, "/public/:slug", ROLE_PUBLIC, page, .flags = PAGE },
    { GET, "/public/:slug/files/:public_file", ROLE_PUBLIC, picture, .doc = "A picture of a published public version" },
    { 0 },
};

const Feature public_version_feature = { .name = "public_version", .schema = &public_version_schema, .routes = routes };

/* The published page and the shared page: HTML from the server, without scripts, clean to read and to print. */
#include "app/app.h"
#include "app/limit.h"
#include "app/page.h"
#include "base/time.h"
#include "document/markdown.h"
#include "document/words.h"
#include "feature/account/account.h"
#include "feature/report/rules.h"
#include "feature/settings/settings.h"

typedef struct Page {
    Cx *cx;
    Buf out;
    const Report *report;
    const char *const *words;
    Str image_base, time_zone;
    ReportMetrics metrics;
    bool shared, zh;
    bool file;                  /* a file of its own: the style is in it, nothing else is loaded */
} Page;

enum {
    CONTENTS,
    AUTHORS,
    OWNER,
    PUBLISHED,
    EDIT,
    CHANGED,
    DRAFT,
    SHARED,
    VERSION,
    DOCUMENTS,
    LIBRARY,
    WORDS
};
static const char *const words_en[WORDS] = { "Contents", "Authors", "Owner", "Published", "Edit", "Edited since; this is what was published.", "Draft, not published yet",
    "Shared by link, for reading only", "version", "Linked documents", "Post-mortems" };
static const char *const words_zh_[WORDS] = { "目录", "作者", "负责人", "发布于", "编辑", "发布后又有改动，这里是发布时的版本。", "草稿，尚未发布", "通过链接分享，仅供阅读", "版本", "相关文档", "复盘" };

static const struct { const char *key, *en, *zh; } figure_names[] = {
    { "severity", "Severity", "级别" }, { "started_at", "Started", "开始" }, { "ended_at", "Ended", "结束" },
    { "duration", "Impact", "影响时长" }, { "responders", "Responders", "参与人数" }, { "customers_affected", "Customers", "受影响客户" },
};

static void html(Page *p, Str s) { buf_html(&p->out, s); }
static void raw(Page *p, const char *s) { buf_add(&p->out, str_of(s)); }
static void word(Page *p, int w) { buf_html(&p->out, str_of(p->words[w])); }

/* A figure as people read it: times and durations worded, counts grouped; what somebody wrote over it stays as it is. */
static Str figure_text(Arena *a, const ReportMetric *m, Str language, Str time_zone)
{
    int64_t n;
    if (str_ends(m->key, S("_at")) && time_parse(m->value, &n)) {
        Str text = words_time(a, n, WORDS_DATE_TIME, language, time_zone), zone = words_zone(a, n, language, time_zone);
        return arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(zone));
    }
    if (!str_int(m->value, &n)) return m->value;
    return str_eq(m->key, S("duration")) ? words_duration(a, n, language) : words_number(a, n);
}

void report_figure_texts(Arena *a, const ReportMetrics *metrics, Str language, Str time_zone, FigureTexts *ret)
{
    bool zh = words_zh(language);
    for (size_t i = 0; i < sizeof figure_names / sizeof *figure_names; i++)
        list_each(metrics, k) {
            const ReportMetric *m = &metrics->at[k];
            if (!str_eq(m->key, str_of(figure_names[i].key))) continue;
            Str text = figure_text(a, m, language, time_zone);
            *list_add(a, ret) = (FigureText){ str_of(zh ? figure_names[i].zh : figure_names[i].en), text.len ? text : zh ? S("未记录") : S("not recorded") };
        }
}

static void figures(Page *p)
{
    FigureTexts all = { 0 };
    report_figure_texts(p->cx->arena, &p->metrics, p->report->language, p->time_zone, &all);
    raw(p, "<dl class=\"figures\">\n");
    list_each(&all, i) {
        raw(p, "<div><dt>");
        html(p, all.at[i].label);
        raw(p, "</dt><dd>");
        html(p, all.at[i].text);
        raw(p, "</dd></div>\n");
    }
    raw(p, "</dl>\n");
}

static void head(Page *p)
{
    Str css = page_asset_path(S("/assets/page-"));
    buf_fmt(
        &p->out,
        "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"><meta "
        "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">%s%s\n<title>",
        p->zh ? "zh" : "en", p->shared ? "<meta name=\"robots\" content=\"noindex\">" : "",
        p->report->published_version || p->file
            ? ""
            : "<meta http-equiv=\"refresh\" content=\"20\">"); /* a draft is still being written */
    html(p, arena_fmt(p->cx->arena, STR_FMT " " STR_FMT, STR_ARG(p->report->reference),
                      STR_ARG(p->report->title)));
    raw(p, "</title>\n");
    if (p->file) {
        raw(p, "<meta name=\"generator\" content=\"Hindsight\">\n<style>");
        buf_add(&p->out, page_asset_text(p->cx->arena, S("/assets/page-")));
        raw(p, "</style>\n");
    } else if (css.len) { raw(p, "<link rel=\"stylesheet\" href=\""); html(p, css); raw(p, "\">\n"); }
    raw(p, "</head>\n<body class=\"published\">\n");
}

static void bar(Page *p)
{
    Workspace w;
    workspace_get(p->cx, &w);
    raw(p, "<header class=\"pub-bar\"><span class=\"pub-ws\">");
    html(p, w.name);
    raw(p, "</span>");
    if (p->shared) { raw(p, "<span class=\"quiet\">"); word(p, SHARED); raw(p, "</span>"); }
    else {
        raw(p, "<a class=\"link\" href=\"/reports\">");
        word(p, LIBRARY);
        raw(p, "</a>");
        if (p->report->can_edit) {
            raw(p, "<a class=\"btn\" href=\"/reports/");
            html(p, p->report->reference);
            raw(p, "/edit\">");
            word(p, EDIT);
            raw(p, "</a>");
        }
    }
    raw(p, "</header>\n");
}

static void by_line(Page *p)
{
    const Report *r = p->report;
    Arena *a = p->cx->arena;
    raw(p, "<p class=\"pub-by\">");
    if (r->owner.name.len) { word(p, OWNER); raw(p, " <b>"); html(p, r->owner.name); raw(p, "</b>"); }
    if (r->authors.len) {
        raw(p, r->owner.name.len ? " · " : "");
        word(p, AUTHORS);
        raw(p, " ");
        list_each(&r->authors, i) { if (i) raw(p, p->zh ? "、" : ", "); html(p, r->authors.at[i].name); }
    }
    if (r->published_ms) {
        char utc[TIME_TEXT_MAX];
        raw(p, r->owner.name.len || r->authors.len ? " · " : "");
        word(p, PUBLISHED);
        buf_fmt(&p->out, " <time datetime=\"%s\">", time_rfc3339(r->published_ms, utc));
        html(p, words_time(a, r->published_ms, WORDS_DATE, r->language, p->time_zone));
        raw(p, "</time>");
        if (r->published_version > 1) {
            raw(p, ", ");
            word(p, VERSION);
            buf_fmt(&p->out, " %lld", (long long)r->published_version);
        }
    }
    raw(p, "</p>\n");
    bool shows_published = r->published_version > 0;
    if (!shows_published) { raw(p, "<p class=\"pub-note\">"); word(p, DRAFT); raw(p, "</p>\n");
    } else if (r->changed_since_published && !p->shared) {
        raw(p, "<p class=\"pub-note\">");
        word(p, CHANGED);
        raw(p, "</p>\n");
    }
}

static void title(Page *p)
{
    const Report *r = p->report;
    raw(p, "<p class=\"over\">");
    html(p, r->reference);
    list_each(&r->incidents, i) {
        raw(p, " · ");
        if (!p->shared) {
            raw(p, "<a class=\"link\" href=\"/incidents/");
            html(p, r->incidents.at[i].reference);
            raw(p, "\">");
        }
        html(p, r->incidents.at[i].reference);
        if (!p->shared) raw(p, "</a>");
    }
    buf_fmt(&p->out, "</p>\n<h1 lang=\"%s\">", p->zh ? "zh" : "en");
    html(p, r->title);
    raw(p, "</h1>\n");
}

static void documents(Page *p)
{
    const LinkedDocuments *list = &p->report->linked_documents;
    if (!list->len || p->shared) return;
    raw(p, "<section class=\"pub-docs\"><h2>");
    word(p, DOCUMENTS);
    raw(p, "</h2><ul>\n");
    list_each(list, i) {
        if (!doc_link_ok(list->at[i].url)) continue;
        raw(p, "<li><a rel=\"noopener noreferrer nofollow\" href=\"");
        html(p, list->at[i].url);
        raw(p, "\">");
        html(p, list->at[i].title);
        raw(p, "</a></li>\n");
    }
    raw(p, "</ul></section>\n");
}

static bool is_blank(const DocNode *n) { return doc_is(n, "paragraph") && !n->children.len; }

static int level_of(const DocNode *n) { return doc_is(n, "heading") ? (int)doc_get_int(n, "level", 2) : 99; }

/* Readers need no headings above nothing: sections that nobody filled in stay out of the page. */
void report_prune(Arena *a, DocNode *doc)
{
    DocNodes kept = { 0 };
    for (size_t i = 0; i < doc->children.len; i++) {
        DocNode *n = doc->children.at[i];
        size_t next = i + 1;
        while (next < doc->children.len && is_blank(doc->children.at[next])) next++;
        bool ends = next == doc->children.len || level_of(doc->children.at[next]) <= level_of(n);
        if (doc_is(n, "heading") && ends) i = next - 1;
        else *list_add(a, &kept) = n;
    }
    doc->children = kept;
}

static Err draw(Page *p, DocNode *doc)
{
    Str toc, body;
    const Report *r = p->report;
    Arena *a = p->cx->arena;
    report_prune(a, doc);
    TRY(render_toc(a, doc, &toc));
    TRY(render_html(a, doc, &(RenderHtml){ .image_base = p->image_base, .locale = r->language, .time_zone = p->time_zone, .outside = p->shared, .incident = r->incidents.len ? r->incidents.at[0].reference : S("") }, &body));
    head(p);
    if (!p->file) bar(p);
    raw(p, "<main class=\"pub\">\n");
    if (toc.len) {
        raw(p, "<nav class=\"pub-toc\" aria-label=\"");
        word(p, CONTENTS);
        raw(p, "\"><h2>");
        word(p, CONTENTS);
        raw(p, "</h2>\n");
        buf_add(&p->out, toc);
        raw(p, "</nav>\n");
    }
    buf_fmt(&p->out, "<article class=\"doc\" lang=\"%s\">\n", p->zh ? "zh" : "en");
    title(p);
    by_line(p);
    figures(p);
    buf_add(&p->out, body);
    documents(p);
    raw(p, "</article>\n</main>\n</body>\n</html>\n");
    return buf_full(&p->out) ? fail(a, ERR_TOO_LARGE, "the page of " STR_FMT " is too large",
                                    STR_ARG(r->reference))
                             : OK;
}

static Page page_begin(Cx *cx, const Edition *e, Str image_base)
{
    Page p = { .cx = cx, .out = buf_new(cx->arena, 64u << 20), .report = &e->report, .image_base = image_base, .zh = words_zh(e->report.language),
               .time_zone = cx->actor.time_zone.len ? cx->actor.time_zone : S("UTC"), .metrics = e->metrics };
    p.words = p.zh ? words_zh_ : words_en;
    return p;
}

static Err page_of(Cx *cx, Str id, Str image_base, Res *res)
{
    Edition e;
    TRY(report_edition(cx, id, EDITION_READERS, &e));
    Page p = page_begin(cx, &e, image_base);
    TRY(draw(&p, e.doc));
    res_text(res, 200, "text/html; charset=utf-8", buf_str(&p.out));
    return OK;
}

Err report_file_html(Cx *cx, const Edition *e, Str image_base, Str *ret)
{
    Page p = page_begin(cx, e, image_base);
    p.shared = p.file = true;                                /* nothing in a file leads into the workspace by a path alone */
    TRY(draw(&p, e->doc));
    *ret = buf_str(&p.out);
    return OK;
}

Err report_page(Cx *cx, Req *req, Res *res)
{
    Str given = req_param(req, "page"), id;
    Report r;
    if (!cx->actor.id.len) {
        res_redirect(cx, res, 302,
                     arena_fmt(cx->arena, "/sign-in?next=/reports/" STR_FMT,
                               STR_ARG(reference_number(given, "PM") ? given : S(""))));
        return OK;
    }
    TRY(report_resolve(cx, given, &id));
    TRY(report_get(cx, id, &r));
    if (!r.published_version) {
        res_redirect(cx, res, 302, arena_fmt(cx->arena, "/reports/" STR_FMT "/edit", STR_ARG(r.reference)));
        return OK;
    }
    return page_of(cx, r.id, S("/files/"), res);
}

static Err open_link(Cx *cx, Req *req, SharedReport *ret)
{
    Err e = report_share_open(cx, req_param(req, "secret"), ret);
    if (err_is(e, ERR_NOT_FOUND))
        TRY(limit_take(cx, arena_fmt(cx->arena, "share:" STR_FMT, STR_ARG(req->http->peer)), 30,
                       10));
    return e;
}

static void no_trace(Res *res)
{
    http_set(&res->http, "Referrer-Policy", S("no-referrer"));
    http_set(&res->http, "X-Robots-Tag", S("noindex, nofollow"));
}

/* Asks for the password of a link; without scripts. */
static void ask_password(Cx *cx, Res *res, bool wrong)
{
    Buf b = buf_new(cx->arena, 64 << 10);
    buf_add(&b, S("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">"
            "<meta name=\"color-scheme\" content=\"light dark\"><title>Password · 密码</title>"));
    Str css = page_asset_path(S("/assets/page-"));
    if (css.len) buf_fmt(&b, "<link rel=\"stylesheet\" href=\"" STR_FMT "\">", STR_ARG(css));
    buf_fmt(&b, "</head><body><main class=\"message\"><h1>Password</h1><p>This link asks for a password. <span lang=\"zh\">此链接需要密码。</span></p>%s"
            "<form method=\"post\" class=\"share-open\"><input type=\"password\" name=\"password\" aria-label=\"Password 密码\" autocomplete=\"off\" autofocus required maxlength=\"200\">"
            "<button class=\"btn primary\">Open · 打开</button></form></main></body></html>", wrong ? "<p role=\"alert\" class=\"share-wrong\">This is not the password. <span lang=\"zh\">密码不正确。</span></p>" : "");
    res_text(res, wrong ? 403 : 401, "text/html; charset=utf-8", buf_str(&b));
}

Err report_share_page(Cx *cx, Req *req, Res *res)
{
    SharedReport link;
    Edition e;
    TRY(open_link(cx, req, &link));
    no_trace(res);
    if (!report_share_unlocked(&link, req->http)) { ask_password(cx, res, false); return OK; }
    Cx reader = *cx;                                         /* the link is the permission: to this report and what it shows */
    reader.actor = (Actor){ .role = ROLE_ADMIN, .time_zone = S("UTC"), .locale = S("en") };
    TRY(report_edition(&reader, link.id, EDITION_READERS, &e));
    TRY(report_share_redact(&reader, &link, &e));
    Page p = page_begin(&reader, &e, arena_fmt(cx->arena, "/share/" STR_FMT "/files/", STR_ARG(req_param(req, "secret"))));
    p.shared = true;
    TRY(draw(&p, e.doc));
    res_text(res, 200, "text/html; charset=utf-8", buf_str(&p.out));
    return OK;
}

/* "a+b%21" → "a b!" */
static Str form_decoded(Arena *a, Str s)
{
    Buf b = buf_new(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++) buf_byte(&b, s.at[i] == '+' ? ' ' : s.at[i]);
    return percent_decoded(a, buf_str(&b));
}

/* password=… of the form above. */
Err report_share_unlock(Cx *cx, Req *req, Res *res)
{
    SharedReport link;
    TRY(open_link(cx, req, &link));
    no_trace(res);
    TRY(limit_take(cx, arena_fmt(cx->arena, "share-password:" STR_FMT, STR_ARG(link.id)), 20, 6));
    Str body = req->http->body, given = str_starts(body, S("password=")) ? str_before(str_sub(body, 9, body.len), '&') : S("");
    if (!link.password_hash.len || !password_matches(link.password_hash, form_decoded(cx->arena, given))) { ask_password(cx, res, true); return OK; }
    res_cookie(cx, req, res, link.cookie, link.pass, 12 * 3600);
    res_redirect(cx, res, 303, arena_fmt(cx->arena, "/share/" STR_FMT, STR_ARG(req_param(req, "secret"))));
    return OK;
}

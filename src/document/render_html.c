/* Nodes → HTML. Every text and attribute goes through buf_html(); addresses through doc_link_ok(); numbers are printed as
 * numbers. What the table of elements does not know shows its text, so that nothing that somebody wrote disappears. */
#include <unicode/uchar.h>
#include "base/map.h"
#include "base/time.h"
#include "base/utf8.h"
#include "document/node.h"
#include "document/words.h"

typedef struct Html {
    Buf out;
    Arena *arena;
    const RenderHtml *options;
    Map *ids;               /* heading ids taken so far */
} Html;

static void node_into(Html *h, const DocNode *n, int depth);

static void children_into(Html *h, const DocNode *n, int depth)
{
    if (depth >= DOC_MAX_DEPTH) return;
    list_each(&n->children, i) node_into(h, n->children.at[i], depth + 1);
}

static void wrapped(Html *h, const DocNode *n, int depth, const char *open, const char *close)
{
    buf_add(&h->out, str_of(open));
    children_into(h, n, depth);
    buf_add(&h->out, str_of(close));
}

static void attr_into(Html *h, const char *name, Str value)
{
    buf_fmt(&h->out, " %s=\"", name);
    buf_html(&h->out, value);
    buf_byte(&h->out, '"');
}

/* "Root cause: the pool" → "root-cause-the-pool"; Chinese stays; a second one of the same name gets "-2". */
static Str heading_id(Arena *a, Map *taken, const DocNode *n)
{
    Str text = doc_plain(a, n);
    Buf b = buf_new(a, 200);
    for (size_t i = 0, w; i < text.len && b.len < 120; i += w) {
        uint32_t c = utf8_next(text, i, &w);
        char utf8[4];
        if (c != UTF8_BAD && u_isalnum((UChar32)c)) buf_add(&b, (Str){ utf8, utf8_put(utf8, (uint32_t)u_tolower((UChar32)c)) });
        else if (b.len && b.at[b.len - 1] != '-') buf_byte(&b, '-');
    }
    while (b.len && b.at[b.len - 1] == '-') b.len--;
    Str base = b.len ? arena_str(a, (Str){ b.at, b.len }) : S("section"), id = base;
    for (int n_th = 2; map_get(taken, id); n_th++) id = arena_fmt(a, STR_FMT "-%d", STR_ARG(base), n_th);
    map_set(taken, id, taken);
    return id;
}

static int level_of(const DocNode *n)
{
    int64_t level = doc_get_int(n, "level", 2);
    return level < 1 ? 1 : level > 6 ? 6 : (int)level;
}

static void heading_into(Html *h, const DocNode *n, int depth)
{
    buf_fmt(&h->out, "<h%d", level_of(n));
    attr_into(h, "id", heading_id(h->arena, h->ids, n));
    buf_byte(&h->out, '>');
    children_into(h, n, depth);
    buf_fmt(&h->out, "</h%d>\n", level_of(n));
}

typedef struct MarkTag { const char *mark, *open, *close; } MarkTag;
static const MarkTag mark_tags[] = {
    { "bold", "<strong>", "</strong>" }, { "italic", "<em>", "</em>" }, { "strike", "<s>", "</s>" }, { "underline", "<u>", "</u>" },
    { "highlight", "<mark>", "</mark>" }, { "code", "<code>", "</code>" }, { 0 },
};

static bool href_shown(const Html *h, Str href)
{
    return doc_link_ok(href) && !(h->options->outside && href.at[0] == '/');
}

static void link_open(Html *h, Str href)
{
    buf_add(&h->out, S("<a"));
    attr_into(h, "href", href);
    buf_add(&h->out, href.at[0] == '#' || href.at[0] == '/' ? S(">") : S(" rel=\"noopener noreferrer nofollow\">"));
}

static void text_into(Html *h, const DocNode *n)
{
    const DocMark *link = doc_find_mark(n, "link");
    Str href = link ? doc_mark_get(link, "href") : S("");
    bool linked = link && href_shown(h, href);
    if (linked) link_open(h, href);
    for (size_t i = 0; mark_tags[i].mark; i++)
        if (doc_has_mark(n, mark_tags[i].mark)) buf_add(&h->out, str_of(mark_tags[i].open));
    buf_html(&h->out, n->text);
    for (size_t i = sizeof mark_tags / sizeof *mark_tags - 1; i-- > 0;)
        if (doc_has_mark(n, mark_tags[i].mark)) buf_add(&h->out, str_of(mark_tags[i].close));
    if (linked) buf_add(&h->out, S("</a>"));
}

static void image_into(Html *h, const DocNode *n)
{
    Str src = doc_get(n, "src"), alt = doc_get(n, "alt"), caption = doc_get(n, "caption"), align = doc_get(n, "align");
    Str base = str_empty(h->options->image_base) ? S("/files/") : h->options->image_base;
    buf_add(&h->out, S("<figure"));
    if (str_eq(align, S("left")) || str_eq(align, S("right")) || str_eq(align, S("center"))) attr_into(h, "class", align);
    buf_byte(&h->out, '>');
    if (str_starts(src, S("/files/"))) {
        Str name = str_sub(src, 7, src.len);
        buf_add(&h->out, S("<img"));
        attr_into(h, "src", arena_fmt(h->arena, STR_FMT STR_FMT, STR_ARG(base), STR_ARG(name)));
        attr_into(h, "alt", alt);
        if (doc_get(n, "title").len) attr_into(h, "title", doc_get(n, "title"));
        int64_t width = doc_get_int(n, "width", 0), height = doc_get_int(n, "height", 0);
        if (width > 0 && width < 20000) buf_fmt(&h->out, " width=\"%lld\"", (long long)width);
        if (height > 0 && height < 20000) buf_fmt(&h->out, " height=\"%lld\"", (long long)height);
        buf_add(&h->out, S(" loading=\"lazy\">"));
    } else if (href_shown(h, src)) {                        /* pictures of other sites are not loaded, only named */
        link_open(h, src);
        buf_html(&h->out, alt.len ? alt : src);
        buf_add(&h->out, S("</a>"));
    } else {
        buf_html(&h->out, alt);
    }
    if (caption.len) { buf_add(&h->out, S("<figcaption>")); buf_html(&h->out, caption); buf_add(&h->out, S("</figcaption>")); }
    buf_add(&h->out, S("</figure>\n"));
}

static void cell_into(Html *h, const DocNode *n, int depth, const char *tag)
{
    int64_t columns = doc_get_int(n, "colspan", 1), rows = doc_get_int(n, "rowspan", 1);
    buf_fmt(&h->out, "<%s", tag);
    if (columns > 1 && columns <= 1000) buf_fmt(&h->out, " colspan=\"%lld\"", (long long)columns);
    if (rows > 1 && rows <= 1000) buf_fmt(&h->out, " rowspan=\"%lld\"", (long long)rows);
    buf_byte(&h->out, '>');
    /* one paragraph in a cell needs no <p> */
    if (n->children.len == 1 && doc_is(n->children.at[0], "paragraph")) children_into(h, n->children.at[0], depth + 1);
    else children_into(h, n, depth);
    buf_fmt(&h->out, "</%s>", tag);
}

static const char *mention_path(Str kind)
{
    return str_eq(kind, S("incident")) ? "/incidents/" : str_eq(kind, S("report")) ? "/reports/"
         : str_eq(kind, S("follow_up")) ? "/follow-ups/" : NULL;
}

static void mention_into(Html *h, const DocNode *n)
{
    const char *path = mention_path(doc_get(n, "kind"));
    Str label = doc_get(n, "label").len ? doc_get(n, "label") : doc_get(n, "id");
    Str href = path ? arena_fmt(h->arena, "%s" STR_FMT, path, STR_ARG(doc_get(n, "id"))) : S("");
    bool person = str_eq(doc_get(n, "kind"), S("person"));
    bool linked = href.len && href_shown(h, href);
    buf_add(&h->out, linked ? S("<a") : S("<span"));
    attr_into(h, "class", path ? arena_fmt(h->arena, "mention " STR_FMT, STR_ARG(doc_get(n, "kind"))) : S("mention"));
    if (linked) attr_into(h, "href", href);
    else href = S("");
    buf_byte(&h->out, '>');
    if (person && !str_starts(label, S("@"))) buf_byte(&h->out, '@');
    buf_html(&h->out, label);
    buf_add(&h->out, href.len ? S("</a>") : S("</span>"));
}

static void timestamp_into(Html *h, const DocNode *n)
{
    Str at = doc_get(n, "at");
    int64_t ms;
    if (!time_parse(at, &ms)) { buf_html(&h->out, at); return; }
    char utc[TIME_TEXT_MAX];
    buf_fmt(&h->out, "<time datetime=\"%s\" title=\"%s\">", time_rfc3339(ms, utc), utc);
    buf_html(&h->out, words_time(h->arena, ms, WORDS_DATE_TIME, h->options->locale, h->options->time_zone));
    buf_byte(&h->out, ' ');
    buf_html(&h->out, words_zone(h->arena, ms, h->options->locale, h->options->time_zone));
    buf_add(&h->out, S("</time>"));
}

/** Where a citation leads: its own address, the alert, or the event in its incident. */
static Str source_of(const Html *h, const DocNode *n)
{
    Str url = doc_get(n, "url"), id = doc_get(n, "id"), incident = h->options->incident;
    for (size_t i = 0; i < id.len; i++) if (!strchr("0123456789abcdefABCDEF-", id.at[i])) return url;
    if (url.len || !id.len) return url;
    if (str_eq(doc_get(n, "kind"), S("alert"))) return arena_fmt(h->arena, "/alerts?alert=" STR_FMT, STR_ARG(id));
    return incident.len ? arena_fmt(h->arena, "/incidents/" STR_FMT "?tab=timeline&event=" STR_FMT, STR_ARG(incident), STR_ARG(id)) : S("");
}

static void evidence_into(Html *h, const DocNode *n)
{
    static const char *const kinds[] = { "alert", "message", "change", "notice", "image", "url", "event", "note", "decision", "hypothesis", NULL };
    Str url = source_of(h, n), kind = doc_get(n, "kind"), title = doc_get(n, "title");
    bool linked = url.len && href_shown(h, url);
    buf_add(&h->out, linked ? S("<a class=\"ev") : S("<span class=\"ev"));
    for (size_t i = 0; kinds[i]; i++)
        if (str_eq(kind, str_of(kinds[i]))) buf_fmt(&h->out, " %s", kinds[i]);
    buf_byte(&h->out, '"');
    if (linked) { attr_into(h, "href", url); buf_add(&h->out, S(" rel=\"noopener noreferrer nofollow\"")); }
    buf_byte(&h->out, '>');
    buf_html(&h->out, title.len ? title : kind);
    buf_add(&h->out, linked ? S("</a>") : S("</span>"));
}

static void live_into(Html *h, const DocNode *n)
{
    static const char *const names[][3] = {
        { "timeline", "Timeline", "时间线" }, { "follow_ups", "Follow-ups", "改进项" }, { "alerts", "Alerts", "告警" },
        { "changes", "Changes", "变更" }, { "impacts", "Impacts", "影响" }, { "metrics", "Metrics", "指标" }, { "incident_card", "Incident", "事件" },
    };
    Str kind = doc_get(n, "kind"), incident = doc_get(n, "incident");
    Str href = arena_fmt(h->arena, "/incidents/" STR_FMT, STR_ARG(incident));
    const char *name = "Incident";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(kind, str_of(names[i][0]))) name = names[i][words_zh(h->options->locale) ? 2 : 1];
    buf_add(&h->out, S("<p class=\"live\">"));
    bool linked = incident.len && href_shown(h, href);
    if (linked) link_open(h, href);
    buf_add(&h->out, str_of(name));
    if (linked) buf_add(&h->out, S("</a>"));
    buf_add(&h->out, S("</p>\n"));
}

static void callout_into(Html *h, const DocNode *n, int depth)
{
    static const char *const kinds[] = { "info", "warning", "danger", "success", NULL };
    const char *kind = "info";
    for (size_t i = 0; kinds[i]; i++)
        if (str_eq(doc_get(n, "kind"), str_of(kinds[i]))) kind = kinds[i];
    buf_fmt(&h->out, "<aside class=\"callout %s\" role=\"note\">", kind);
    wrapped(h, n, depth, "", "</aside>\n");
}

static void code_into(Html *h, const DocNode *n)
{
    Str language = doc_get(n, "language");
    buf_add(&h->out, S("<pre tabindex=\"0\"><code"));
    if (language.len) attr_into(h, "class", arena_fmt(h->arena, "language-" STR_FMT, STR_ARG(language)));
    buf_byte(&h->out, '>');
    buf_html(&h->out, doc_plain(h->arena, n));
    buf_add(&h->out, S("</code></pre>\n"));
}

static void special_into(Html *h, const DocNode *n, int depth)
{
    if (doc_is(n, "text")) text_into(h, n);
    else if (doc_is(n, "heading")) heading_into(h, n, depth);
    else if (doc_is(n, "image")) image_into(h, n);
    else if (doc_is(n, "mention")) mention_into(h, n);
    else if (doc_is(n, "timestamp")) timestamp_into(h, n);
    else if (doc_is(n, "evidence")) evidence_into(h, n);
    else if (doc_is(n, "liveBlock")) live_into(h, n);
    else if (doc_is(n, "callout")) callout_into(h, n, depth);
    else if (doc_is(n, "codeBlock")) code_into(h, n);
    else if (doc_is(n, "tableHeader")) cell_into(h, n, depth, "th");
    else if (doc_is(n, "tableCell")) cell_into(h, n, depth, "td");
    else if (doc_is(n, "orderedList")) {
        int64_t start = doc_get_int(n, "start", 1);
        if (start == 1) buf_add(&h->out, S("<ol>\n")); else buf_fmt(&h->out, "<ol start=\"%lld\">\n", (long long)start);
        wrapped(h, n, depth, "", "</ol>\n");
    } else if (doc_is(n, "taskItem")) {
        bool done = doc_get_bool(n, "checked");
        bool zh = words_zh(h->options->locale);
        buf_add(&h->out, done ? S("<li class=\"done\"><input type=\"checkbox\" disabled checked") : S("<li><input type=\"checkbox\" disabled"));
        attr_into(h, "aria-label", done ? zh ? S("已完成") : S("Done") : zh ? S("未完成") : S("Not done"));
        buf_add(&h->out, S("><div>"));
        wrapped(h, n, depth, "", "</div></li>\n");
    } else if (doc_is(n, "details")) {
        wrapped(h, n, depth, doc_get_bool(n, "open") ? "<details open>" : "<details>", "</details>\n");
    } else children_into(h, n, depth);
}

typedef struct Tag { const char *type, *open, *close; } Tag;
static const Tag tags[] = {
    { "paragraph", "<p>", "</p>\n" }, { "bulletList", "<ul>\n", "</ul>\n" }, { "listItem", "<li>", "</li>\n" },
    { "taskList", "<ul class=\"tasks\">\n", "</ul>\n" }, { "blockquote", "<blockquote>", "</blockquote>\n" },
    { "horizontalRule", "<hr>\n", "" }, { "hardBreak", "<br>", "" },
    { "table", "<div class=\"table\" tabindex=\"0\"><table>\n", "</table></div>\n" }, { "tableRow", "<tr>", "</tr>\n" },
    { "detailsSummary", "<summary>", "</summary>" }, { "detailsContent", "<div>", "</div>" }, { 0 },
};

static void node_into(Html *h, const DocNode *n, int depth)
{
    for (size_t i = 0; tags[i].type; i++)
        if (doc_is(n, tags[i].type)) { wrapped(h, n, depth, tags[i].open, tags[i].close); return; }
    special_into(h, n, depth);
}

static void toc_into(Html *h, const DocNode *n, Map *ids, int depth, int *count)
{
    if (doc_is(n, "heading")) {
        Str id = heading_id(h->arena, ids, n);
        if (level_of(n) > 3) return;
        buf_fmt(&h->out, "<li class=\"l%d\"><a", level_of(n));
        attr_into(h, "href", arena_fmt(h->arena, "#" STR_FMT, STR_ARG(id)));
        buf_byte(&h->out, '>');
        buf_html(&h->out, doc_plain(h->arena, n));
        buf_add(&h->out, S("</a></li>\n"));
        (*count)++;
    } else if (depth < DOC_MAX_DEPTH) {
        list_each(&n->children, i) toc_into(h, n->children.at[i], ids, depth + 1, count);
    }
}

Err render_toc(Arena *a, const DocNode *doc, Str *ret)
{
    static const RenderHtml none;
    Html h = { .out = buf_new(a, DOC_MAX_BYTES), .arena = a, .options = &none };
    int count = 0;
    buf_add(&h.out, S("<ol class=\"toc\">\n"));
    toc_into(&h, doc, map_new(a), 0, &count);
    buf_add(&h.out, S("</ol>\n"));
    if (buf_full(&h.out)) return fail(a, ERR_TOO_LARGE, "the table of contents is over %u bytes", DOC_MAX_BYTES);
    *ret = count < 2 ? S("") : buf_str(&h.out);
    return OK;
}

Err render_html(Arena *a, const DocNode *doc, const RenderHtml *options, Str *ret)
{
    Html h = { .out = buf_new(a, 2 * DOC_MAX_BYTES), .arena = a, .options = options, .ids = map_new(a) };
    if (options->toc) {
        Str toc;
        TRY(render_toc(a, doc, &toc));
        if (toc.len) { buf_add(&h.out, S("<nav>")); buf_add(&h.out, toc); buf_add(&h.out, S("</nav>\n")); }
    }
    node_into(&h, doc, 0);
    if (buf_full(&h.out)) return fail(a, ERR_TOO_LARGE, "the document is over %u bytes of HTML", 2 * DOC_MAX_BYTES);
    *ret = buf_str(&h.out);
    return OK;
}

/* HTML → nodes: pages of Google Docs, Confluence, Notion, GitHub and browsers. libxml2 makes a tree of whatever it is given; we walk it with
 * the marks that tags, styles and classes ask for. */
#include <libxml/HTMLparser.h>
#include "base/map.h"
#include "base/utf8.h"
#include "document/import.h"
#include "document/import_file.h"
#include "document/import_tree.h"

enum { BOLD = 1, ITALIC = 2, UNDERLINE = 4, STRIKE = 8, CODE = 16, HIGHLIGHT = 32, HIDDEN = 64, PLAIN = 128 /* takes bold away */ };
#define DEEPEST 200

typedef struct Reader { Arena *a; Map *classes; Imported *to; Str href; int marks; int depth; bool pre; } Reader;
/* Where content goes: a block, and the paragraph in it that is open for text. `texts`: a heading or summary, which takes text only. */
typedef struct Home { DocNode *block, *para; bool texts; } Home;

static Str name_of(const xmlNode *n) { return str_of((const char *)n->name); }
static bool is(const xmlNode *n, const char *name) { return n->type == XML_ELEMENT_NODE && str_eq(name_of(n), str_of(name)); }
static bool among(Str word, const char *const *list)
{
    for (size_t i = 0; list[i]; i++) if (str_eq(word, str_of(list[i]))) return true;
    return false;
}

static Str attr(Arena *a, const xmlNode *n, const char *name)
{
    xmlChar *v = xmlGetProp((xmlNode *)(uintptr_t)n, (const xmlChar *)name);
    Str s = v ? arena_str(a, str_of((const char *)v)) : S("");
    if (v) xmlFree(v);
    return utf8_valid(s) ? s : S("");
}

static bool has_class(Arena *a, const xmlNode *n, const char *word)
{
    Str rest = attr(a, n, "class"), one;
    while (str_next(&rest, ' ', &one)) if (str_eq(one, str_of(word))) return true;
    return false;
}

static Str text_inside(Arena *a, const xmlNode *n)
{
    xmlChar *v = xmlNodeGetContent(n);
    Str s = v ? arena_str(a, str_of((const char *)v)) : S("");
    if (v) xmlFree(v);
    return utf8_valid(s) ? s : S("");
}

/* -- styles ------------------------------------------------------------------------------------------------------------ */

static int marks_of_style(Arena *a, Str style)
{
    int m = 0;
    Str one;
    while (str_next(&style, ';', &one)) {
        Str key = str_trim(str_before(one, ':')), value = str_trim(str_after(one, ':'));
        int64_t weight = 0;
        if (str_eq_nocase(key, S("font-weight"))) m |= str_starts(value, S("bold")) || (str_int(value, &weight) && weight >= 600) ? BOLD : PLAIN;
        else if (str_eq_nocase(key, S("font-style")) && str_starts(value, S("italic"))) m |= ITALIC;
        else if (str_starts(key, S("text-decoration"))) m |= (str_find(value, S("underline")) >= 0 ? UNDERLINE : 0) | (str_find(value, S("line-through")) >= 0 ? STRIKE : 0);
        else if (str_eq_nocase(key, S("display")) && str_eq(value, S("none"))) m |= HIDDEN;
        else if (str_eq_nocase(key, S("font-family")) && (str_find(value, S("Courier")) >= 0 || str_find(value, S("Consolas")) >= 0 || str_find(value, S("monospace")) >= 0 || str_find(value, S("Roboto Mono")) >= 0)) m |= CODE;
    }
    (void)a;
    return m;
}

/* Google Docs says everything by classes that a style sheet in the page explains: ".c3{font-weight:700}". */
static void read_sheet(Reader *r, Str css)
{
    Str rule;
    while (str_next(&css, '}', &rule)) {
        Str selectors = str_before(rule, '{'), one;
        int m = marks_of_style(r->a, str_after(rule, '{'));
        while (str_index(selectors, ';') >= 0) selectors = str_after(selectors, ';');      /* "@import …;" */
        if (!m) continue;
        while (str_next(&selectors, ',', &one)) {
            one = str_trim(one);
            if (!str_starts(one, S(".")) || one.len > 60 || str_index(one, ' ') >= 0 || map_len(r->classes) > 2000) continue;
            int *kept = arena_make(r->a, int);
            *kept = m;
            map_set(r->classes, str_sub(one, 1, one.len), kept);
        }
    }
}

static void find_sheets(Reader *r, const xmlNode *n, int depth)
{
    for (; n && depth < DEEPEST; n = n->next) {
        if (is(n, "style")) read_sheet(r, text_inside(r->a, n));
        else if (n->type == XML_ELEMENT_NODE) find_sheets(r, n->children, depth + 1);
    }
}

static int marks_of(Reader *r, const xmlNode *n, int now)
{
    static const struct { const char *tag; int mark; } tags[] = {
        { "b", BOLD }, { "strong", BOLD }, { "i", ITALIC }, { "em", ITALIC }, { "cite", ITALIC }, { "u", UNDERLINE }, { "ins", UNDERLINE }, { "s", STRIKE }, { "del", STRIKE },
        { "strike", STRIKE }, { "code", CODE }, { "tt", CODE }, { "kbd", CODE }, { "samp", CODE }, { "mark", HIGHLIGHT }, { NULL, 0 } };
    for (size_t i = 0; tags[i].tag; i++) if (is(n, tags[i].tag)) now |= tags[i].mark;
    int asked = marks_of_style(r->a, attr(r->a, n, "style"));
    Str rest = attr(r->a, n, "class"), one;
    while (str_next(&rest, ' ', &one)) {
        const int *m = map_get(r->classes, one);
        if (m) asked |= *m;
    }
    if (asked & BOLD) now |= BOLD;
    else if (asked & PLAIN) now &= ~BOLD;
    if (r->href.len) asked &= ~UNDERLINE;                    /* links are underlined anyway */
    return now | (asked & (ITALIC | UNDERLINE | STRIKE | CODE | HIDDEN));
}

/* -- text -------------------------------------------------------------------------------------------------------------- */

static DocNode *para_of(Reader *r, Home *h)
{
    if (!h->para) h->para = h->texts ? h->block : doc_add(r->a, h->block, "paragraph");
    return h->para;
}

static void add_text(Reader *r, Home *h, Str text)
{
    static const struct { int mark; const char *name; } names[] = { { BOLD, "bold" }, { ITALIC, "italic" }, { STRIKE, "strike" }, { UNDERLINE, "underline" }, { HIGHLIGHT, "highlight" }, { CODE, "code" } };
    Buf b = buf_new(r->a, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {                  /* white space is one space; none at the start of a paragraph */
        unsigned char c = (unsigned char)text.at[i];
        bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (c < ' ' && !space) continue;
        if (!space) { buf_byte(&b, (char)c); continue; }
        if (b.len ? b.at[b.len - 1] == ' ' : false) continue;
        buf_byte(&b, ' ');
    }
    Str s = buf_str(&b);
    DocNode *last = h->para && h->para->children.len ? h->para->children.at[h->para->children.len - 1] : NULL;
    bool fresh = !last || doc_is(last, "hardBreak") || (doc_is(last, "text") && str_ends(last->text, S(" ")));
    if (fresh && str_starts(s, S(" "))) s = str_sub(s, 1, s.len);
    if (!s.len) return;
    DocNode *t = doc_text(r->a, para_of(r, h), s);
    if (r->href.len) doc_mark_attr(r->a, doc_mark(r->a, t, "link"), "href", r->href);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (r->marks & names[i].mark) doc_mark(r->a, t, names[i].name);
}

/* "https://www.google.com/url?q=REAL&sa=…" → REAL; what nobody may follow is dropped. */
static Str link_of(Reader *r, const xmlNode *n)
{
    Str href = str_trim(attr(r->a, n, "href"));
    if (str_starts(href, S("https://www.google.com/url?"))) {
        ptrdiff_t q = str_find(href, S("q="));
        if (q >= 0) href = import_percent(r->a, str_before(str_sub(href, (size_t)q + 2, href.len), '&'));
    }
    return doc_link_ok(href) && (str_find(href, S(":")) > 0 || str_starts(href, S("/"))) ? href : S("");
}

static void image(Reader *r, Home *h, const xmlNode *n)
{
    Str src = attr(r->a, n, "src"), alt = attr(r->a, n, "alt");
    if (has_class(r->a, n, "emoticon")) {                    /* Confluence's faces and signs */
        Str sign = attr(r->a, n, "data-emoji-fallback");
        add_text(r, h, sign.len ? sign : alt);
        return;
    }
    if (!src.len || h->texts) { add_text(r, h, alt); return; }
    DocNode *i = doc_add(r->a, para_of(r, h), "image");
    int64_t width;
    doc_attr(r->a, i, "src", src);
    if (alt.len) doc_attr(r->a, i, "alt", alt);
    if (str_int(str_before(attr(r->a, n, "width"), '.'), &width) && width > 0 && width < 20000) doc_attr_int(r->a, i, "width", width);
}

/* -- blocks ------------------------------------------------------------------------------------------------------------ */

static void walk(Reader *r, Home *h, const xmlNode *n);

static void inside(Reader *r, DocNode *block, bool texts, const xmlNode *from)
{
    Home h = { .block = block, .texts = texts };
    Str href = r->href;
    int marks = r->marks;
    r->href = S("");
    if (texts) r->marks = 0;
    walk(r, &h, from);
    r->href = href;
    r->marks = marks;
}

static const xmlNode *find(Arena *a, const xmlNode *n, const char *tag, const char *class, int depth)
{
    for (; n && depth < DEEPEST; n = n->next) {
        if (n->type != XML_ELEMENT_NODE) continue;
        if ((!tag || is(n, tag)) && (!class || has_class(a, n, class))) return n;
        const xmlNode *deeper = find(a, n->children, tag, class, depth + 1);
        if (deeper) return deeper;
    }
    return NULL;
}

static bool ticked(Arena *a, const xmlNode *li)
{
    const xmlNode *box = find(a, li->children, "input", NULL, 0);
    return has_class(a, li, "checked") || (box && xmlHasProp((xmlNode *)(uintptr_t)box, (const xmlChar *)"checked")) || find(a, li->children, NULL, "checkbox-on", 0);
}

static bool is_task(Arena *a, const xmlNode *list, const xmlNode *li)
{
    const xmlNode *box = find(a, li->children, "input", NULL, 0);
    return has_class(a, list, "inline-task-list") || has_class(a, list, "to-do-list") || (box && str_eq(attr(a, box, "type"), S("checkbox")));
}

/* Google Docs writes an inner list as one of its own whose class ends with its level: "lst-kix_abc-1". */
static int level_of(Arena *a, const xmlNode *list)
{
    Str rest = attr(a, list, "class"), one;
    while (str_next(&rest, ' ', &one))
        if (str_starts(one, S("lst-")) && one.len > 5 && one.at[one.len - 2] == '-' && one.at[one.len - 1] >= '0' && one.at[one.len - 1] <= '8') return one.at[one.len - 1] - '0';
    return 0;
}

static bool is_list_node(const DocNode *n) { return doc_is(n, "bulletList") || doc_is(n, "orderedList") || doc_is(n, "taskList"); }
static DocNode *last_of(const DocNode *n) { return n->children.len ? n->children.at[n->children.len - 1] : NULL; }

static void list(Reader *r, Home *h, const xmlNode *n)
{
    const char *type = is(n, "ol") ? "orderedList" : "bulletList";
    DocNode *parent = h->block, *list = NULL;
    for (int level = level_of(r->a, n); level > 0; level--) {
        DocNode *above = last_of(parent), *item = above && is_list_node(above) ? last_of(above) : NULL;
        if (!item) break;
        parent = item;
    }
    DocNode *before = last_of(parent);
    bool goes_on = str_find(attr(r->a, n, "class"), S("lst-")) >= 0 && !has_class(r->a, n, "start");
    if (goes_on && before && doc_is(before, type)) list = before;                 /* after an inner one */
    for (const xmlNode *li = n->children; li; li = li->next) {
        if (li->type != XML_ELEMENT_NODE) continue;
        if (is(li, "ul") || is(li, "ol")) { if (list && last_of(list)) inside(r, last_of(list), false, li->children); continue; }
        bool task = is(li, "li") && is_task(r->a, n, li);
        const char *wanted = task ? "taskList" : type;
        int64_t start;
        if (!list || !doc_is(list, wanted)) {
            list = doc_add(r->a, parent, wanted);
            if (is(n, "ol") && str_int(attr(r->a, n, "start"), &start) && start > 1 && start < 100000) doc_attr_int(r->a, list, "start", start);
        }
        DocNode *item = doc_add(r->a, list, task ? "taskItem" : "listItem");
        if (task) doc_attr_bool(r->a, item, "checked", ticked(r->a, li));
        inside(r, item, false, is(li, "li") ? li->children : li);
        if (!is(li, "li")) break;
    }
}

static void cells(Reader *r, DocNode *row, const xmlNode *tr)
{
    for (const xmlNode *c = tr->children; c; c = c->next) {
        if (!is(c, "td") && !is(c, "th")) continue;
        DocNode *cell = doc_add(r->a, row, is(c, "th") ? "tableHeader" : "tableCell");
        int64_t n;
        if (str_int(attr(r->a, c, "colspan"), &n) && n > 1 && n <= 100) doc_attr_int(r->a, cell, "colspan", n);
        if (str_int(attr(r->a, c, "rowspan"), &n) && n > 1 && n <= 1000) doc_attr_int(r->a, cell, "rowspan", n);
        inside(r, cell, false, c->children);
    }
}

static void rows(Reader *r, DocNode *table, const xmlNode *n, int depth)
{
    for (n = n->children; n && depth < 8; n = n->next) {
        if (is(n, "tr")) {
            DocNode *row = doc_node(r->a, "tableRow");
            cells(r, row, n);
            if (row->children.len) *list_add(r->a, &table->children) = row;
        } else if (n->type == XML_ELEMENT_NODE && !is(n, "colgroup") && !is(n, "caption")) rows(r, table, n, depth + 1);
    }
}

static void code(Reader *r, Home *h, const xmlNode *n)
{
    DocNode *c = doc_add(r->a, h->block, "codeBlock");
    const xmlNode *inner = find(r->a, n->children, "code", NULL, 0);
    Str class = attr(r->a, inner ? inner : n, "class"), brush = attr(r->a, n, "data-syntaxhighlighter-params"), one;
    while (str_next(&class, ' ', &one))
        if (str_starts(one, S("language-"))) doc_attr(r->a, c, "language", str_sub(one, 9, 40));
    ptrdiff_t at = str_find(brush, S("brush: "));
    if (at >= 0) doc_attr(r->a, c, "language", str_before(str_before(str_sub(brush, (size_t)at + 7, 40), ';'), ' '));
    Buf b = buf_new(r->a, DOC_MAX_BYTES);
    Str text = text_inside(r->a, n);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] >= ' ' || text.at[i] == '\n' || text.at[i] == '\t') buf_byte(&b, text.at[i]);
    doc_text(r->a, c, buf_str(&b));
}

static void details(Reader *r, Home *h, const xmlNode *title, const xmlNode *content, const xmlNode *skip)
{
    DocNode *d = doc_add(r->a, h->block, "details"), *s = doc_add(r->a, d, "detailsSummary"), *c = doc_add(r->a, d, "detailsContent");
    if (title) inside(r, s, true, title->children);
    Home home = { .block = c };
    for (const xmlNode *n = content; n; n = n->next)
        if (n != skip) {
            xmlNode alone = *n;                              /* one at a time, so that the summary can be left out */
            alone.next = NULL;
            walk(r, &home, &alone);
        }
}

/* Boxes and other macros of Confluence. */
static bool macro(Reader *r, Home *h, const xmlNode *n)
{
    static const struct { const char *class, *kind; } boxes[] = {
        { "confluence-information-macro-information", "info" }, { "confluence-information-macro-note", "warning" }, { "confluence-information-macro-warning", "danger" },
        { "confluence-information-macro-tip", "success" }, { NULL, NULL } };
    if (has_class(r->a, n, "toc-macro") || has_class(r->a, n, "page-metadata") || has_class(r->a, n, "breadcrumb-section")) return true;
    for (size_t i = 0; boxes[i].class; i++) {
        if (!has_class(r->a, n, boxes[i].class)) continue;
        DocNode *c = doc_add(r->a, h->block, "callout");
        doc_attr(r->a, c, "kind", str_of(boxes[i].kind));
        inside(r, c, false, n->children);
        return true;
    }
    if (!has_class(r->a, n, "expand-container")) return false;
    const xmlNode *title = find(r->a, n->children, NULL, "expand-control-text", 0), *content = find(r->a, n->children, NULL, "expand-content", 0);
    details(r, h, title, content ? content->children : NULL, NULL);
    return true;
}

static void figure(Reader *r, Home *h, const xmlNode *n)
{
    const xmlNode *img = find(r->a, n->children, "img", NULL, 0), *caption = find(r->a, n->children, "figcaption", NULL, 0);
    if (!img) { Home inner = { .block = h->block }; walk(r, &inner, n->children); return; }
    h->para = NULL;
    image(r, h, img);
    DocNode *made = h->para ? last_of(h->para) : NULL;
    if (caption && made && doc_is(made, "image")) doc_attr(r->a, made, "caption", str_trim(import_plain(r->a, text_inside(r->a, caption))));
    h->para = NULL;
}

static void element(Reader *r, Home *h, const xmlNode *n)
{
    static const char *const dropped[] = { "script", "style", "head", "template", "noscript", "iframe", "object", "embed", "svg", "button", "input", "select", "textarea", "nav", "meta", "link", "title", NULL };
    static const char *const blocks[] = { "p", "div", "section", "article", "main", "header", "footer", "aside", "body", "html", "center", "dl", "dd", "dt", "address", "form", "fieldset", NULL };
    Str name = name_of(n);
    if (among(name, dropped)) return;
    int before = r->marks;
    Str href = r->href;
    bool heading = name.len == 2 && name.at[0] == 'h' && name.at[1] >= '1' && name.at[1] <= '6';
    bool block = heading || among(name, blocks) || among(name, (const char *const[]){ "ul", "ol", "table", "pre", "blockquote", "hr", "details", "figure", NULL });
    r->marks = marks_of(r, n, r->marks);
    if (r->marks & HIDDEN) { r->marks = before; return; }
    if (block && !h->texts) h->para = NULL;
    if (h->texts && block) { if (h->block->children.len) add_text(r, h, S(" ")); walk(r, h, n->children); }
    else if (heading) {
        DocNode *t = doc_add(r->a, h->block, "heading");
        doc_attr_int(r->a, t, "level", name.at[1] - '0');
        inside(r, t, true, n->children);
    } else if (is(n, "ul") || is(n, "ol")) list(r, h, n);
    else if (is(n, "table")) { DocNode *t = doc_node(r->a, "table"); rows(r, t, n, 0); if (t->children.len) *list_add(r->a, &h->block->children) = t; }
    else if (is(n, "pre")) code(r, h, n);
    else if (is(n, "hr")) doc_add(r->a, h->block, "horizontalRule");
    else if (is(n, "blockquote")) inside(r, doc_add(r->a, h->block, "blockquote"), false, n->children);
    else if (is(n, "details")) { const xmlNode *s = find(r->a, n->children, "summary", NULL, 0); details(r, h, s, n->children, s); }
    else if (is(n, "figure")) figure(r, h, n);
    else if (is(n, "img")) image(r, h, n);
    else if (is(n, "br")) { if (h->para && h->para->children.len) doc_add(r->a, h->para, "hardBreak"); }
    else if (block) {
        if (!(has_class(r->a, n, "title") && is(n, "p") && !r->to->title.len && !h->block->children.len)) { if (!macro(r, h, n)) walk(r, h, n->children); }
        else r->to->title = str_trim(import_plain(r->a, text_inside(r->a, n)));
    } else {
        if (is(n, "a")) r->href = has_class(r->a, n, "user-mention") ? S("") : link_of(r, n);
        walk(r, h, n->children);
    }
    if (block && !h->texts) h->para = NULL;
    r->marks = before;
    r->href = href;
}

static void walk(Reader *r, Home *h, const xmlNode *n)
{
    if (r->depth >= DEEPEST) return;
    r->depth++;
    for (; n; n = n->next) {
        if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
            Str text = str_of((const char *)n->content);
            if (utf8_valid(text) && (h->para || str_trim(text).len)) add_text(r, h, text);
        } else if (n->type == XML_ELEMENT_NODE) element(r, h, n);
    }
    r->depth--;
}

static void trim_ends(DocNode *n, int depth)
{
    if (doc_is(n, "paragraph") || doc_is(n, "heading")) {
        while (n->children.len) {
            DocNode *last = last_of(n);
            while (doc_is(last, "text") && str_ends(last->text, S(" "))) last->text.len--;
            if (doc_is(last, "hardBreak") || (doc_is(last, "text") && !last->text.len)) n->children.len--;
            else break;
        }
    } else if (depth < DEEPEST) list_each(&n->children, i) trim_ends(n->children.at[i], depth + 1);
}

static void drop(void *doc) { xmlFreeDoc(doc); }

Err import_html(Arena *a, Str html, Imported *ret)
{
    if (html.len > IMPORT_MOST_BYTES) return fail(a, ERR_TOO_LARGE, "the page is over %u MiB", IMPORT_MOST_BYTES >> 20);
    const char *encoding = utf8_valid(html) ? "UTF-8" : NULL;
    htmlDocPtr page = htmlReadMemory(html.at, (int)html.len, NULL, encoding, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_COMPACT);
    if (!page) return fail_field(a, S("body"), "this is no HTML page");
    arena_defer(a, drop, page);
    Reader r = { .a = a, .classes = map_new(a), .to = ret };
    const xmlNode *root = xmlDocGetRootElement(page), *title, *main;
    ret->doc = doc_node(a, "doc");
    find_sheets(&r, root, 0);
    const xmlNode *named = import_by_id(root, "title-text");
    if (named) {                                             /* Confluence: "Space : Title" */
        Str text = str_trim(import_plain(a, text_inside(a, named)));
        ptrdiff_t colon = str_find(text, S(" : "));
        ret->title = colon >= 0 ? str_trim(str_sub(text, (size_t)colon + 3, text.len)) : text;
    }
    main = import_by_id(root, "main-content");
    Home h = { .block = ret->doc };
    walk(&r, &h, main ? main->children : root);
    trim_ends(ret->doc, 0);
    import_blocks_clean(a, ret->doc);
    import_tidy(a, ret->doc);
    if (!ret->title.len && (title = find(a, root, "title", NULL, 0))) ret->title = str_trim(import_plain(a, text_inside(a, title)));
    return OK;
}

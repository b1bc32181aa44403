/* Markdown → nodes, in three steps: md4c finds the structure and calls us; we build the tree with marks; a last walk
 * (import_tidy.c) lifts pictures out of paragraphs, finds callouts and makes what the editor's schema demands.
 * Raw HTML becomes text, except the few tags of document/markdown.h. Nesting over IMPORT_DEPTH is flattened. */
#include <md4c.h>
#include "base/utf8.h"
#include "document/import.h"
#include "document/markdown.h"

#define IMPORT_BYTES (2u << 20)
#define IMPORT_DEPTH 24

/* One open block. `joined`: a level that was flattened into the node of the level below. */
typedef struct Level { DocNode *node, *tight; bool joined, details; } Level;

typedef struct Importer {
    Arena *arena;
    Str source;               /* our copy, with a line break and zeros behind it */
    LIST(Level) levels;
    DocMarks marks;
    Buf html;                 /* text of the HTML block being read */
    bool in_html;
    Buf capture;              /* alt of an image, text of a special link */
    int capturing;            /* depth of such spans */
    Str special_href, special_title;
    bool special;             /* the outermost of them is a special link, not an image */
} Importer;

static Level *top(Importer *m) { return &m->levels.at[m->levels.len - 1]; }

static void push(Importer *m, DocNode *node, bool joined)
{
    *list_add(m->arena, &m->levels) = (Level){ .node = node, .joined = joined };
}

static void enter(Importer *m, const char *type)
{
    top(m)->tight = NULL;
    push(m, doc_add(m->arena, top(m)->node, type), false);
}

/* Quotes and lists: those too deep share the node around them. */
static void enter_container(Importer *m, const char *type)
{
    if (m->levels.len > IMPORT_DEPTH || top(m)->joined) { top(m)->tight = NULL; push(m, top(m)->node, true); }
    else enter(m, type);
}

static void leave(Importer *m)
{
    while (m->levels.len > 1 && top(m)->details) m->levels.len -= 1;
    if (m->levels.len > 1) m->levels.len -= 1;
    m->marks.len = 0;
}

static bool is_textblock(const DocNode *n)
{
    return doc_is(n, "paragraph") || doc_is(n, "heading") || doc_is(n, "codeBlock");
}

/* Where inline content goes: the open paragraph, or a new one in an item whose text stands without one. */
static DocNode *inline_home(Importer *m)
{
    Level *l = top(m);
    if (is_textblock(l->node)) return l->node;
    if (!l->tight) l->tight = doc_add(m->arena, l->node, "paragraph");
    return l->tight;
}

static void marks_onto(Importer *m, DocNode *n)
{
    list_each(&m->marks, i)
        if (!doc_has_mark(n, m->marks.at[i].type.at)) *list_add(m->arena, &n->marks) = m->marks.at[i];
}

static void add_text(Importer *m, Str text)
{
    if (m->in_html) { buf_add(&m->html, text); return; }
    if (m->capturing) { buf_add(&m->capture, text); return; }
    DocNode *n = doc_text(m->arena, inline_home(m), text);
    if (n) marks_onto(m, n);
}

/* -- attributes and entities ------------------------------------------------------------------------------------------- */

static const struct { const char *name, *text; } entities[] = {
    { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&apos;", "'" }, { "&nbsp;", "\u00a0" },
    { "&hellip;", "…" }, { "&mdash;", "—" }, { "&ndash;", "–" }, { "&copy;", "©" }, { "&reg;", "®" }, { "&trade;", "™" },
    { "&euro;", "€" }, { "&pound;", "£" }, { "&yen;", "¥" }, { "&deg;", "°" }, { "&times;", "×" }, { "&rarr;", "→" },
    { "&larr;", "←" }, { "&le;", "≤" }, { "&ge;", "≥" }, { "&ne;", "≠" }, { "&micro;", "µ" }, { "&middot;", "·" },
    { "&lsquo;", "‘" }, { "&rsquo;", "’" }, { "&ldquo;", "“" }, { "&rdquo;", "”" }, { "&bull;", "•" }, { "&check;", "✓" }, { 0 },
};

static Str entity_text(Importer *m, Str e)
{
    for (size_t i = 0; entities[i].name; i++)
        if (str_eq(e, str_of(entities[i].name))) return str_of(entities[i].text);
    if (e.len < 4 || e.at[1] != '#') return e;
    bool hex = (e.at[2] | 32) == 'x';
    uint32_t c = 0;
    for (size_t i = hex ? 3 : 2; i + 1 < e.len && c <= 0x10FFFF; i++) {
        char d = e.at[i];
        int v = d >= '0' && d <= '9' ? d - '0' : (d | 32) >= 'a' && (d | 32) <= 'f' ? (d | 32) - 'a' + 10 : 0;
        c = c * (hex ? 16 : 10) + (uint32_t)v;
    }
    bool usable = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF) && (c >= ' ' || c == '\t' || c == '\n' || c == '\r');
    char to[4];
    return arena_str(m->arena, (Str){ to, utf8_put(to, usable ? c : 0xFFFD) });
}

/* Control characters are not text; those that we use as signs must not come from outside. */
static Str clean(Importer *m, Str s, bool code)
{
    size_t i = 0;
    while (i < s.len && ((unsigned char)s.at[i] >= ' ' || s.at[i] == '\t' || (code && s.at[i] == '\n'))) i++;
    if (i == s.len) return s;
    Buf b = buf_new(m->arena, s.len + 1);
    for (i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] >= ' ' || s.at[i] == '\t' || (code && s.at[i] == '\n')) buf_byte(&b, s.at[i]);
    return buf_str(&b);
}

static Str attribute(Importer *m, const MD_ATTRIBUTE *at)
{
    Buf b = buf_new(m->arena, IMPORT_BYTES);
    for (size_t i = 0; at->text && at->substr_offsets[i] < at->size; i++) {
        Str part = { at->text + at->substr_offsets[i], at->substr_offsets[i + 1] - at->substr_offsets[i] };
        buf_add(&b, at->substr_types[i] == MD_TEXT_ENTITY ? entity_text(m, part) : part);
    }
    return clean(m, buf_str(&b), true);
}

/* -- blocks ------------------------------------------------------------------------------------------------------------ */

static void enter_item(Importer *m, const MD_BLOCK_LI_DETAIL *d)
{
    if (top(m)->joined) { push(m, top(m)->node, true); return; }
    enter(m, d->is_task ? "taskItem" : "listItem");
    if (d->is_task) doc_attr_bool(m->arena, top(m)->node, "checked", d->task_mark != ' ');
}

static int on_enter_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    Importer *m = arg;
    switch (type) {
    case MD_BLOCK_DOC: case MD_BLOCK_THEAD: case MD_BLOCK_TBODY: break;
    case MD_BLOCK_QUOTE: enter_container(m, "blockquote"); break;
    case MD_BLOCK_UL: enter_container(m, "bulletList"); break;
    case MD_BLOCK_OL:
        enter_container(m, "orderedList");
        if (!top(m)->joined && ((MD_BLOCK_OL_DETAIL *)detail)->start != 1)
            doc_attr_int(m->arena, top(m)->node, "start", ((MD_BLOCK_OL_DETAIL *)detail)->start);
        break;
    case MD_BLOCK_LI: enter_item(m, detail); break;
    case MD_BLOCK_HR: enter(m, "horizontalRule"); break;
    case MD_BLOCK_H:
        enter(m, "heading");
        doc_attr_int(m->arena, top(m)->node, "level", ((MD_BLOCK_H_DETAIL *)detail)->level);
        break;
    case MD_BLOCK_CODE: {
        enter(m, "codeBlock");
        Str language = attribute(m, &((MD_BLOCK_CODE_DETAIL *)detail)->lang);
        if (language.len) doc_attr(m->arena, top(m)->node, "language", language);
        break;
    }
    case MD_BLOCK_HTML: m->in_html = true; buf_clear(&m->html); break;
    case MD_BLOCK_P: enter(m, "paragraph"); break;
    case MD_BLOCK_TABLE: enter(m, "table"); break;
    case MD_BLOCK_TR: enter(m, "tableRow"); break;
    case MD_BLOCK_TH: enter(m, "tableHeader"); break;
    case MD_BLOCK_TD: enter(m, "tableCell"); break;
    }
    return 0;
}

static void paragraph_of(Importer *m, Str text)
{
    text = str_trim(text);
    if (!text.len) return;
    top(m)->tight = NULL;
    doc_text(m->arena, doc_add(m->arena, top(m)->node, "paragraph"), text);
}

static void details_close(Importer *m)
{
    if (top(m)->details) m->levels.len--;
}

static Str unescaped(Importer *m, Str s)
{
    Buf b = buf_new(m->arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++) {
        ptrdiff_t end = s.at[i] == '&' ? str_index(str_sub(s, i, 12), ';') : -1;
        if (end > 0) { buf_add(&b, entity_text(m, str_sub(s, i, (size_t)end + 1))); i += (size_t)end; }
        else buf_byte(&b, s.at[i]);
    }
    return buf_str(&b);
}

static bool details_open(Importer *m, Str html)
{
    bool open = str_starts(html, S("<details open>"));
    if (!open && !str_starts(html, S("<details>"))) return false;
    Str rest = str_trim(str_after(html, '>')), summary = S("");
    ptrdiff_t end = str_find(rest, S("</summary>"));
    if (str_starts(rest, S("<summary>")) && end > 0) {
        summary = unescaped(m, str_trim(str_sub(rest, 9, (size_t)end - 9)));
        rest = str_trim(str_sub(rest, (size_t)end + 10, rest.len));
    }
    if (m->levels.len > IMPORT_DEPTH) { paragraph_of(m, summary); paragraph_of(m, rest); return true; }
    top(m)->tight = NULL;
    DocNode *details = doc_add(m->arena, top(m)->node, "details");
    if (open) doc_attr_bool(m->arena, details, "open", true);
    doc_text(m->arena, doc_add(m->arena, details, "detailsSummary"), summary);
    push(m, doc_add(m->arena, details, "detailsContent"), false);
    top(m)->details = true;
    ptrdiff_t close = str_find(rest, S("</details>"));
    paragraph_of(m, close < 0 ? rest : str_sub(rest, 0, (size_t)close));
    if (close >= 0) { details_close(m); paragraph_of(m, str_sub(rest, (size_t)close + 10, rest.len)); }
    return true;
}

static void leave_html(Importer *m)
{
    Str html = str_trim(arena_str(m->arena, buf_str(&m->html)));
    m->in_html = false;
    while (str_starts(html, S("<!--"))) {
        ptrdiff_t end = str_find(html, S("-->"));
        html = end < 0 ? S("") : str_trim(str_sub(html, (size_t)end + 3, html.len));
    }
    if (str_starts(html, S("</details>")) && top(m)->details) {
        details_close(m);
        html = str_trim(str_sub(html, 10, html.len));
    }
    if (str_eq(html, S("<br>"))) {                           /* a line of its own is a block to md4c */
        top(m)->tight = NULL;
        doc_add(m->arena, doc_add(m->arena, top(m)->node, "paragraph"), "hardBreak");
    } else if (!details_open(m, html)) paragraph_of(m, html);
}

static int on_leave_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    Importer *m = arg;
    (void)detail;
    if (type == MD_BLOCK_HTML) leave_html(m);
    else if (type != MD_BLOCK_DOC && type != MD_BLOCK_THEAD && type != MD_BLOCK_TBODY) leave(m);
    return 0;
}

/* -- spans ------------------------------------------------------------------------------------------------------------- */

static void mark_on(Importer *m, const char *type) { *list_add(m->arena, &m->marks) = (DocMark){ .type = str_of(type) }; }

static bool mark_off(Importer *m, const char *type)
{
    for (size_t i = m->marks.len; i-- > 0;)
        if (str_eq(m->marks.at[i].type, str_of(type))) {
            memmove(m->marks.at + i, m->marks.at + i + 1, (m->marks.len - i - 1) * sizeof *m->marks.at);
            m->marks.len--;
            return true;
        }
    return false;
}

static const char *span_mark(MD_SPANTYPE type)
{
    return type == MD_SPAN_EM ? "italic" : type == MD_SPAN_STRONG ? "bold" : type == MD_SPAN_DEL ? "strike"
         : type == MD_SPAN_CODE ? "code" : type == MD_SPAN_U ? "underline" : NULL;
}

static int on_enter_span(MD_SPANTYPE type, void *detail, void *arg)
{
    Importer *m = arg;
    if (type == MD_SPAN_A && !m->capturing) {
        const MD_SPAN_A_DETAIL *d = detail;
        Str href = attribute(m, &d->href), title = attribute(m, &d->title);
        if (import_is_special(title)) {
            m->special_href = href; m->special_title = title; m->special = true;
            m->capturing = 1; buf_clear(&m->capture);
            return 0;
        }
        mark_on(m, "link");
        DocMark *link = &m->marks.at[m->marks.len - 1];
        if (doc_link_ok(href)) doc_mark_attr(m->arena, link, "href", href);
        else link->type = S("no-link");
        return 0;
    }
    if (type == MD_SPAN_IMG || (type == MD_SPAN_A && m->capturing)) {
        if (!m->capturing++) { m->special = false; buf_clear(&m->capture); }
        return 0;
    }
    const char *mark = span_mark(type);
    if (mark && !m->capturing) mark_on(m, mark);
    return 0;
}

static int on_leave_span(MD_SPANTYPE type, void *detail, void *arg)
{
    Importer *m = arg;
    if (m->capturing && (type == MD_SPAN_IMG || type == MD_SPAN_A)) {
        if (--m->capturing) return 0;
        Str text = arena_str(m->arena, buf_str(&m->capture));
        DocNode *home = inline_home(m);
        if (m->special) { import_special(m->arena, home, text, m->special_href, m->special_title); return 0; }
        const MD_SPAN_IMG_DETAIL *d = detail;
        DocNode *image = doc_add(m->arena, home, "image");
        doc_attr(m->arena, image, "src", attribute(m, &d->src));
        if (text.len) doc_attr(m->arena, image, "alt", import_plain(m->arena, text));
        Str title = attribute(m, &d->title);
        if (title.len) doc_attr(m->arena, image, "title", title);
        return 0;
    }
    if (m->capturing) return 0;
    if (type == MD_SPAN_A) { if (!mark_off(m, "link")) mark_off(m, "no-link"); return 0; }
    const char *mark = span_mark(type);
    if (mark) mark_off(m, mark);
    return 0;
}

/* One of our tags? Then it is a mark and no text. */
static bool inline_tag(Importer *m, Str html)
{
    if (str_eq(html, S("<br>")) || str_eq(html, S("<br/>")) || str_eq(html, S("<br />"))) {
        doc_add(m->arena, inline_home(m), "hardBreak");
        return true;
    }
    if (str_starts(html, S("<!--"))) return true;
    for (size_t i = 0; inline_tags[i].mark; i++) {
        Str tag = str_of(inline_tags[i].tag);
        if (html.len == tag.len + 2 && str_eq(str_sub(html, 1, tag.len), tag)) { mark_on(m, inline_tags[i].mark); return true; }
        if (html.len == tag.len + 3 && html.at[1] == '/' && str_eq(str_sub(html, 2, tag.len), tag))
            return mark_off(m, inline_tags[i].mark);
    }
    return false;
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *at, MD_SIZE size, void *arg)
{
    Importer *m = arg;
    Str text = { at, size };
    /* md4c 0.4.8 can report text past the end of unfinished constructs */
    if (at >= m->source.at && at <= m->source.at + m->source.len) text = str_sub(m->source, (size_t)(at - m->source.at), size);
    switch (type) {
    case MD_TEXT_NULLCHAR: add_text(m, S("\uFFFD")); break;
    case MD_TEXT_BR:
        if (m->capturing) buf_byte(&m->capture, ' ');
        else doc_add(m->arena, inline_home(m), "hardBreak");
        break;
    case MD_TEXT_SOFTBR: add_text(m, S(IMPORT_SOFT)); break;
    case MD_TEXT_ENTITY: add_text(m, arena_fmt(m->arena, IMPORT_GIVEN STR_FMT, STR_ARG(entity_text(m, text)))); break;
    case MD_TEXT_HTML:
        if (m->in_html || m->capturing || !inline_tag(m, text)) add_text(m, clean(m, text, m->in_html));
        break;
    case MD_TEXT_CODE: add_text(m, clean(m, text, true)); break;
    default: add_text(m, clean(m, text, m->in_html)); break;
    }
    return 0;
}

Err import_markdown(Arena *a, Str markdown, DocNode **ret)
{
    if (markdown.len > IMPORT_BYTES) return fail(a, ERR_TOO_LARGE, "the Markdown is over %u MiB", IMPORT_BYTES >> 20);
    if (!utf8_valid(markdown)) return fail(a, ERR_INVALID, "the Markdown is not UTF-8 text");
    Importer m = { .arena = a, .html = buf_new(a, IMPORT_BYTES), .capture = buf_new(a, IMPORT_BYTES) };
    DocNode *doc = doc_node(a, "doc");
    push(&m, doc, false);
    MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_NOINDENTEDCODEBLOCKS,
        .enter_block = on_enter_block, .leave_block = on_leave_block,
        .enter_span = on_enter_span, .leave_span = on_leave_span, .text = on_text,
    };
    size_t shift = import_shift(markdown);
    char *copy = arena_bytes(a, markdown.len + shift + 64, 1);
    memset(copy, '\n', shift);
    if (markdown.len) memcpy(copy + shift, markdown.at, markdown.len);
    copy[shift + markdown.len] = '\n';
    m.source = (Str){ copy, shift + markdown.len + 1 };
    if (md_parse(copy, (MD_SIZE)m.source.len, &parser, &m) != 0)
        return fail(a, ERR_INTERNAL, "the Markdown could not be read");
    import_tidy(a, doc);
    *ret = doc;
    return OK;
}

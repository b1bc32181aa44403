/* A tree as Confluence's storage format. Only what the editors of Confluence Cloud keep as it is: what they know no word for becomes the
 * nearest thing that they do. */
#include "base/utf8.h"
#include "integration/confluence/confluence.h"

#define MOST_BYTES (5u << 20)

typedef struct Storage { Arena *a; Buf out; int depth, tasks; bool in_expand; } Storage;

static void blocks(Storage *s, const DocNode *n);

/* Text without what XML 1.0 does not allow. */
static void text(Storage *s, Str t)
{
    for (size_t i = 0, w; i < t.len; i += w) {
        uint32_t c = utf8_next(t, i, &w);
        bool legal = c != UTF8_BAD && (c >= ' ' || c == '\t' || c == '\n') && c != 0xFFFE && c != 0xFFFF;
        if (legal) buf_html(&s->out, str_sub(t, i, w));
    }
}

/* An end of CDATA inside of it is divided between two. */
static void cdata(Storage *s, Str t)
{
    buf_add(&s->out, S("<![CDATA["));
    for (size_t i = 0, w; i < t.len; i += w) {
        uint32_t c = utf8_next(t, i, &w);
        if (c == UTF8_BAD || (c < ' ' && c != '\t' && c != '\n') || c == 0xFFFE || c == 0xFFFF) continue;
        if (str_starts(str_sub(t, i, 3), S("]]>"))) { buf_add(&s->out, S("]]]]><![CDATA[>")); w = 3; continue; }
        buf_add(&s->out, str_sub(t, i, w));
    }
    buf_add(&s->out, S("]]>"));
}

static void parameter(Storage *s, const char *name, Str value)
{
    if (!value.len) return;
    buf_fmt(&s->out, "<ac:parameter ac:name=\"%s\">", name);
    text(s, value);
    buf_add(&s->out, S("</ac:parameter>"));
}

static void macro(Storage *s, const char *name) { buf_fmt(&s->out, "<ac:structured-macro ac:name=\"%s\" ac:schema-version=\"1\">", name); }
static void macro_end(Storage *s) { buf_add(&s->out, S("</ac:structured-macro>")); }

/* -- text ---------------------------------------------------------------------------------------------------------------- */

static const struct { const char *mark, *open, *close; } marks[] = {
    { "bold", "<strong>", "</strong>" }, { "italic", "<em>", "</em>" }, { "underline", "<u>", "</u>" }, { "strike", "<del>", "</del>" },
    { "highlight", "<span style=\"background-color: rgb(254,222,200);\">", "</span>" }, { "code", "<code>", "</code>" } };
enum { MARKS = sizeof marks / sizeof *marks };

static void run(Storage *s, const DocNode *t)
{
    const DocMark *link = doc_find_mark(t, "link");
    Str href = link ? doc_mark_get(link, "href") : S("");
    bool linked = href.len && doc_link_ok(href) && href.at[0] != '/';
    if (linked) {
        buf_add(&s->out, S("<a href=\""));
        text(s, href);
        buf_add(&s->out, S("\">"));
    }
    for (size_t i = 0; i < MARKS; i++) if (doc_has_mark(t, marks[i].mark)) buf_add(&s->out, str_of(marks[i].open));
    text(s, t->text);
    for (size_t i = MARKS; i-- > 0;) if (doc_has_mark(t, marks[i].mark)) buf_add(&s->out, str_of(marks[i].close));
    if (linked) buf_add(&s->out, S("</a>"));
}

static void inlines(Storage *s, const DocNode *n)
{
    if (++s->depth <= DOC_MAX_DEPTH)
        list_each(&n->children, i) {
            const DocNode *c = n->children.at[i];
            if (doc_is(c, "text")) run(s, c);
            else if (doc_is(c, "hardBreak")) buf_add(&s->out, S("<br />"));
            else inlines(s, c);
        }
    s->depth--;
}

static void wrapped(Storage *s, const char *tag, const DocNode *n)
{
    buf_fmt(&s->out, "<%s>", tag);
    inlines(s, n);
    buf_fmt(&s->out, "</%s>", tag);
}

/* -- blocks -------------------------------------------------------------------------------------------------------------- */

static void list(Storage *s, const DocNode *n)
{
    bool ordered = doc_is(n, "orderedList");
    int64_t from = ordered ? doc_get_int(n, "start", 1) : 1;
    if (ordered && from > 1) buf_fmt(&s->out, "<ol start=\"%lld\">", (long long)from);
    else buf_add(&s->out, ordered ? S("<ol>") : S("<ul>"));
    list_each(&n->children, i) {
        buf_add(&s->out, S("<li>"));
        blocks(s, n->children.at[i]);
        buf_add(&s->out, S("</li>"));
    }
    buf_add(&s->out, ordered ? S("</ol>") : S("</ul>"));
}

/* A task of Confluence holds a line of text; what else stands in one of ours follows its list. */
static void tasks(Storage *s, const DocNode *n)
{
    bool open = false;
    list_each(&n->children, i) {
        const DocNode *item = n->children.at[i];
        const DocNode *first = item->children.len && doc_is(item->children.at[0], "paragraph") ? item->children.at[0] : NULL;
        if (!open) buf_add(&s->out, S("<ac:task-list>"));
        buf_fmt(&s->out, "<ac:task><ac:task-id>%d</ac:task-id><ac:task-status>%s</ac:task-status><ac:task-body>", ++s->tasks,
                doc_get_bool(item, "checked") ? "complete" : "incomplete");
        if (first) inlines(s, first);
        buf_add(&s->out, S("</ac:task-body></ac:task>"));
        open = item->children.len <= (first ? 1u : 0u);
        if (open) continue;
        buf_add(&s->out, S("</ac:task-list>"));
        DocNode *rest = doc_node(s->a, "doc");
        for (size_t k = first ? 1 : 0; k < item->children.len; k++) *list_add(s->a, &rest->children) = item->children.at[k];
        blocks(s, rest);
    }
    if (open) buf_add(&s->out, S("</ac:task-list>"));
}

static Str language_of(Str given)
{
    static const char *const same[][2] = { { "js", "javascript" }, { "ts", "typescript" }, { "sh", "bash" }, { "shell", "bash" }, { "yml", "yaml" }, { "py", "python" },
        { "rb", "ruby" }, { "golang", "go" }, { "c++", "cpp" }, { "cs", "csharp" }, { "html", "xml" }, { "md", "markdown" }, { "plaintext", "" }, { "text", "" } };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) if (str_eq(given, str_of(same[i][0]))) return str_of(same[i][1]);
    return given;
}

static void code(Storage *s, const DocNode *n)
{
    Buf b = buf_new(s->a, DOC_MAX_BYTES);
    list_each(&n->children, i) buf_add(&b, doc_is(n->children.at[i], "text") ? n->children.at[i]->text : S("\n"));
    macro(s, "code");
    parameter(s, "language", language_of(doc_get(n, "language")));
    buf_add(&s->out, S("<ac:plain-text-body>"));
    cdata(s, buf_str(&b));
    buf_add(&s->out, S("</ac:plain-text-body>"));
    macro_end(s);
}

/* Confluence's note is yellow and its warning red. */
static void callout(Storage *s, const DocNode *n)
{
    static const char *const looks[][2] = { { "info", "info" }, { "warning", "note" }, { "danger", "warning" }, { "success", "tip" } };
    const char *name = "info";
    for (size_t i = 0; i < 4; i++) if (str_eq(doc_get(n, "kind"), str_of(looks[i][0]))) name = looks[i][1];
    macro(s, name);
    buf_add(&s->out, S("<ac:rich-text-body>"));
    blocks(s, n);
    buf_add(&s->out, S("</ac:rich-text-body>"));
    macro_end(s);
}

/* One folded part inside of another is not kept by Confluence: the inner one stands open under its name. */
static void details(Storage *s, const DocNode *n)
{
    Str title = S("");
    DocNode *rest = doc_node(s->a, "doc"), *summary = doc_node(s->a, "paragraph");
    list_each(&n->children, i) {
        if (doc_is(n->children.at[i], "detailsSummary")) title = doc_plain(s->a, n->children.at[i]);
        else *list_add(s->a, &rest->children) = n->children.at[i];
    }
    if (s->in_expand) {
        DocNode *t = doc_text(s->a, summary, title);
        if (t) { doc_mark(s->a, t, "bold"); wrapped(s, "p", summary); }
        blocks(s, rest);
        return;
    }
    s->in_expand = true;
    macro(s, "expand");
    parameter(s, "title", title);
    buf_add(&s->out, S("<ac:rich-text-body>"));
    blocks(s, rest);
    buf_add(&s->out, S("</ac:rich-text-body>"));
    macro_end(s);
    s->in_expand = false;
}

static void image(Storage *s, const DocNode *n)
{
    Str src = doc_get(n, "src"), alt = doc_get(n, "alt"), caption = doc_get(n, "caption"), align = doc_get(n, "align");
    int64_t width = doc_get_int(n, "width", 0);
    if (!src.len) {                                          /* a picture that cannot go along says what it showed */
        if (!alt.len) return;
        buf_add(&s->out, S("<p><em>"));
        text(s, alt);
        buf_add(&s->out, S("</em></p>"));
        return;
    }
    const char *side = str_eq(align, S("left")) ? "align-start" : str_eq(align, S("right")) ? "align-end" : "center";
    buf_fmt(&s->out, "<ac:image ac:align=\"%s\" ac:layout=\"%s\"", str_eq(align, S("left")) ? "left" : str_eq(align, S("right")) ? "right" : "center", side);
    if (width > 0) buf_fmt(&s->out, " ac:width=\"%lld\"", (long long)width);
    if (alt.len) { buf_add(&s->out, S(" ac:alt=\"")); text(s, alt); buf_byte(&s->out, '"'); }
    buf_add(&s->out, S("><ri:attachment ri:filename=\""));
    text(s, src);
    buf_add(&s->out, S("\" />"));
    if (caption.len) { buf_add(&s->out, S("<ac:caption><p>")); text(s, caption); buf_add(&s->out, S("</p></ac:caption>")); }
    buf_add(&s->out, S("</ac:image>"));
}

static void cell(Storage *s, const DocNode *n)
{
    const char *tag = doc_is(n, "tableHeader") ? "th" : "td";
    int64_t across = doc_get_int(n, "colspan", 1), down = doc_get_int(n, "rowspan", 1);
    buf_fmt(&s->out, "<%s", tag);
    if (across > 1) buf_fmt(&s->out, " colspan=\"%lld\"", (long long)across);
    if (down > 1) buf_fmt(&s->out, " rowspan=\"%lld\"", (long long)down);
    buf_byte(&s->out, '>');
    size_t before = s->out.len;
    blocks(s, n);
    if (s->out.len == before) buf_add(&s->out, S("<p />"));
    buf_fmt(&s->out, "</%s>", tag);
}

static void table(Storage *s, const DocNode *n)
{
    buf_add(&s->out, S("<table><tbody>"));
    list_each(&n->children, r) {
        buf_add(&s->out, S("<tr>"));
        list_each(&n->children.at[r]->children, c) cell(s, n->children.at[r]->children.at[c]);
        buf_add(&s->out, S("</tr>"));
    }
    buf_add(&s->out, S("</tbody></table>"));
}

static void heading(Storage *s, const DocNode *n)
{
    int64_t level = doc_get_int(n, "level", 2);
    char tag[3] = { 'h', (char)('0' + (level < 1 ? 1 : level > 6 ? 6 : level)), 0 };
    wrapped(s, tag, n);
}

static void quote(Storage *s, const DocNode *n)
{
    buf_add(&s->out, S("<blockquote>"));
    blocks(s, n);
    buf_add(&s->out, S("</blockquote>"));
}

static void paragraph(Storage *s, const DocNode *n) { wrapped(s, "p", n); }
static void rule(Storage *s, const DocNode *n) { (void)n; buf_add(&s->out, S("<hr />")); }

static const struct { const char *type; void (*draw)(Storage *s, const DocNode *n); } kinds[] = {
    { "paragraph", paragraph }, { "heading", heading }, { "bulletList", list }, { "orderedList", list }, { "taskList", tasks }, { "codeBlock", code },
    { "callout", callout }, { "details", details }, { "image", image }, { "table", table }, { "blockquote", quote }, { "horizontalRule", rule } };

static void block(Storage *s, const DocNode *n)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (doc_is(n, kinds[i].type)) { kinds[i].draw(s, n); return; }
    if (!doc_is(n, "text")) { blocks(s, n); return; }
    buf_add(&s->out, S("<p>"));
    run(s, n);
    buf_add(&s->out, S("</p>"));
}

static void blocks(Storage *s, const DocNode *n)
{
    if (++s->depth <= DOC_MAX_DEPTH) list_each(&n->children, i) block(s, n->children.at[i]);
    s->depth--;
}

Str confluence_mark(Arena *a, Str report) { return arena_fmt(a, "hindsight-" STR_FMT, STR_ARG(report)); }

Err confluence_storage(Arena *a, Str report, const DocNode *doc, Str *ret)
{
    Storage s = { .a = a, .out = buf_new(a, MOST_BYTES) };
    DocNode *rest = doc_node(a, "doc");
    bool begun = doc->children.len && doc_is(doc->children.at[0], "paragraph");
    for (size_t i = begun ? 1 : 0; i < doc->children.len; i++) *list_add(a, &rest->children) = doc->children.at[i];
    buf_add(&s.out, S("<p>"));                               /* an anchor stands in a line */
    macro(&s, "anchor");
    buf_add(&s.out, S("<ac:parameter ac:name=\"\">"));
    text(&s, confluence_mark(a, report));
    buf_add(&s.out, S("</ac:parameter>"));
    macro_end(&s);
    if (begun) inlines(&s, doc->children.at[0]);
    buf_add(&s.out, S("</p>"));
    blocks(&s, rest);
    if (buf_full(&s.out)) return fail(a, ERR_TOO_LARGE, "this report is larger than a page of Confluence may be (5 MB of text)");
    *ret = buf_str(&s.out);
    return OK;
}

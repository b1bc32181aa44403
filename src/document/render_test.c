#include "base/spec.h"
#include "document/clean.h"
#include "document/node.h"
#include "document/words.h"

static Str html_of(Arena *a, const char *markdown)
{
    DocNode *doc;
    Str html = S("");
    Err e = import_markdown(a, str_of(markdown), &doc);
    if (!e.info) e = render_html(a, doc, &(RenderHtml){ 0 }, &html);
    return e.info ? e.info->message : html;
}

#define expect_html(want, markdown) do { auto_arena h_ = arena_new(8192); expect_str(want, html_of(h_, markdown)); } while (0)

SPEC("Markdown becomes plain HTML")
{
    expect_html("<h2 id=\"root-cause\">Root cause</h2>\n<p>A <strong>pool</strong> of <em>six</em>, <code>max_size</code>, <s>no</s>.</p>\n",
                "## Root cause\nA **pool** of *six*, `max_size`, ~~no~~.");
    expect_html("<p>连接池<strong>从 64 降到 6。</strong>随后</p>\n", "连接池<strong>从 64 降到 6。</strong>随后");
    expect_html("<p>第一行第二行</p>\n", "第一行\n第二行");
    expect_html("<p>first second</p>\n", "first\nsecond");
    expect_html("<ul>\n<li><p>a</p>\n<ol start=\"3\">\n<li><p>b</p>\n</li>\n</ol>\n</li>\n</ul>\n", "- a\n\n  3. b");
    expect_html("<pre tabindex=\"0\"><code class=\"language-sql\">SELECT 1 &lt; 2</code></pre>\n", "```sql\nSELECT 1 < 2\n```");
    expect_html("<hr>\n", "---");
    expect_html("<p><a href=\"https://example.com/a?b=1&amp;c=2\" rel=\"noopener noreferrer nofollow\">x</a></p>\n", "[x](https://example.com/a?b=1&c=2)");
}

SPEC("tables, tasks, callouts and details are understood")
{
    expect_html("<div class=\"table\" tabindex=\"0\"><table>\n<tr><th>Region</th><th>Failed</th></tr>\n<tr><td>eu|west</td><td>29,902</td></tr>\n</table></div>\n",
                "| Region | Failed |\n| --- | ---: |\n| eu\\|west | 29,902 |");
    expect_html("<ul class=\"tasks\">\n<li class=\"done\"><input type=\"checkbox\" disabled checked aria-label=\"Done\"><div><p>one</p>\n</div></li>\n"
                "<li><input type=\"checkbox\" disabled aria-label=\"Not done\"><div><p>two</p>\n</div></li>\n</ul>\n", "- [x] one\n- [ ] two");
    expect_html("<aside class=\"callout warning\" role=\"note\"><p>Mind the pool</p>\n</aside>\n", "> [!WARNING]\n> Mind the pool");
    expect_html("<blockquote><p>[!WARNING] as text</p>\n</blockquote>\n", "> &#91;!WARNING]\n> as text");
    expect_html("<details><summary>Log</summary><div><p>lines</p>\n</div></details>\n", "<details>\n<summary>Log</summary>\n\nlines\n\n</details>");
}

SPEC("raw HTML and addresses with other schemes become text")
{
    static const char *const attacks[] = {
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<u onclick=alert(1)>x</u>", "<div onload='x'>\n\n</div>",
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](&#106;avascript:alert(1))", "[x](<java\tscript:alert(1)>)",
        "[x](data:text/html,<script>)", "[x](vbscript:x)", "[x](//evil.example/a)", "[x](\\\\evil.example)", "![x](javascript:alert(1))",
        "<javascript:alert(1)>", "`<script>`", "```\n</code><script>\n```", "| <script> |\n| --- |\n| <img onerror=x> |",
        "<details>\n<summary><script>alert(1)</script></summary>\n\n</details>", "[x](/a \"evidence:kind=<script>&id=\\\"><script>\")",
        "[<b onclick=x>](/people/1 \"mention:person\")", "[x](javascript:alert(1) \"evidence:kind=alert\")", "## <script>\n## \"><script>",
        "[t](# \"time:<script>\")", "[l](/incidents/%22%3E%3Cscript%3E \"live:kind=<script>\")",
    };
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        auto_arena a = arena_new(8192);
        Str html = html_of(a, attacks[i]);
        bool bad = str_find(html, S("<script")) >= 0 || str_find(html, S("<img")) >= 0 || str_find(html, S("href=\"j")) >= 0
                || str_find(html, S("href=\"J")) >= 0 || str_find(html, S("href=\"d")) >= 0 || str_find(html, S("href=\"v")) >= 0
                || str_find(html, S("href=\"//")) >= 0 || str_find(html, S("href=\"\\")) >= 0 || str_find(html, S("<u on")) >= 0
                || str_find(html, S("<div on")) >= 0 || str_find(html, S("<b ")) >= 0;
        if (bad) fprintf(stderr, "%s\n→ " STR_FMT "\n", attacks[i], STR_ARG(html));
        expect(!bad);
    }
}

SPEC("hostile attributes of a stored document are shown as text by every renderer")
{
    auto_arena a = arena_new(8192);
    static const char *const types[] = { "paragraph", "heading", "codeBlock", "image", "callout", "mention", "timestamp", "evidence", "liveBlock",
                                         "orderedList", "tableCell", "details", "<script>", "taskItem", "text" };
    static const char *const names[] = { "src", "alt", "title", "caption", "align", "kind", "id", "label", "at", "url", "language", "incident", "start",
                                         "colspan", "level", "width", "open", "class", "style", "onclick", "href" };
    Str evil = S("\"><script>alert(1)</script><a href=\"javascript:x");
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        DocNode *doc = doc_node(a, "doc"), *n = doc_add(a, doc, types[t]);
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) doc_attr(a, n, names[k], evil);
        if (t == 3) doc_attr(a, n, "src", arena_fmt(a, "/files/" STR_FMT, STR_ARG(evil)));
        n->text = evil;
        DocNode *text = doc_text(a, n, evil);
        doc_mark_attr(a, doc_mark(a, text, "link"), "href", S("javascript:alert(1)"));
        doc_mark(a, text, "\"><script>");
        Str html, markdown, plain;
        expect_ok(render_html(a, doc, &(RenderHtml){ .toc = true }, &html));
        expect(str_find(html, S("<script")) < 0);
        expect(str_find(html, S("href=\"javascript")) < 0);
        expect_ok(render_markdown(a, doc, &markdown));
        expect_ok(render_text(a, doc, &plain));
        DocNode *back;
        expect_ok(import_markdown(a, markdown, &back));
        expect_ok(render_html(a, back, &(RenderHtml){ 0 }, &html));
        expect(str_find(html, S("<script")) < 0);
    }
}

SPEC("nesting without end and long lines do no harm")
{
    static const char *const units[] = { "> ", "- ", "1. ", "[", "![", "*", "**a ", "`", "<u>", "&#", "[a](", "~~", "<details>\n\n", "| ", "# ", "\\", "*a _b ", "[!NOTE]\n> " };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        auto_arena a = arena_new(1 << 16);
        Buf b = buf_new(a, 1 << 20);
        for (int n = 0; n < 4000; n++) buf_add(&b, str_of(units[i]));
        DocNode *doc;
        Str html, text, markdown;
        expect_ok(import_markdown(a, buf_str(&b), &doc));
        expect_ok(render_html(a, doc, &(RenderHtml){ 0 }, &html));
        expect_ok(render_text(a, doc, &text));
        expect_ok(render_markdown(a, doc, &markdown));
    }
}

SPEC("Markdown over 2 MiB, and bytes that are not UTF-8, are refused")
{
    auto_arena a = arena_new(8192);
    DocNode *doc;
    char *big = arena_bytes(a, (2u << 20) + 1, 1);
    memset(big, 'a', (2u << 20) + 1);
    expect_err(ERR_TOO_LARGE, import_markdown(a, (Str){ big, (2u << 20) + 1 }, &doc));
    expect_err(ERR_INVALID, import_markdown(a, S("a\xff"), &doc));
}

SPEC("headings of one name get ids of their own, in the text and in the table of contents")
{
    auto_arena a = arena_new(8192);
    DocNode *doc;
    Str html, toc;
    expect_ok(import_markdown(a, S("# Impact\n## 影响\n## Impact\n#### deep\n"), &doc));
    expect_ok(render_html(a, doc, &(RenderHtml){ 0 }, &html));
    expect_str("<h1 id=\"impact\">Impact</h1>\n<h2 id=\"影响\">影响</h2>\n<h2 id=\"impact-2\">Impact</h2>\n<h4 id=\"deep\">deep</h4>\n", html);
    expect_ok(render_toc(a, doc, &toc));
    expect_str("<ol class=\"toc\">\n<li class=\"l1\"><a href=\"#impact\">Impact</a></li>\n<li class=\"l2\"><a href=\"#影响\">影响</a></li>\n"
               "<li class=\"l2\"><a href=\"#impact-2\">Impact</a></li>\n</ol>\n", toc);
}

SPEC("a picture takes its caption and size from the lines around it, and its address from the page")
{
    auto_arena a = arena_new(8192);
    DocNode *doc;
    Str html;
    expect_ok(import_markdown(a, S("Before ![pool](/files/7 \"wait\"){width=320 align=center}\n*99th percentile*\n"), &doc));
    expect_ok(render_html(a, doc, &(RenderHtml){ .image_base = S("/share/s3cret/files/") }, &html));
    expect_str("<p>Before </p>\n<figure class=\"center\"><img src=\"/share/s3cret/files/7\" alt=\"pool\" title=\"wait\" width=\"320\" loading=\"lazy\">"
               "<figcaption>99th percentile</figcaption></figure>\n", html);
    expect_html("<figure><a href=\"https://tracker.example/p.png\" rel=\"noopener noreferrer nofollow\">pixel</a></figure>\n", "![pixel](https://tracker.example/p.png)");
}

SPEC("guides of the template are in no rendering")
{
    auto_arena a = arena_new(8192);
    DocNode *doc = doc_node(a, "doc"), *h = doc_add(a, doc, "heading");
    doc_attr_int(a, h, "level", 2);
    doc_attr(a, h, "guide", S("say what happened"));
    doc_text(a, h, S("Summary"));
    Str html, markdown, text;
    expect_ok(render_html(a, doc, &(RenderHtml){ .toc = true }, &html));
    expect_ok(render_markdown(a, doc, &markdown));
    expect_ok(render_text(a, doc, &text));
    expect(str_find(html, S("say what")) < 0);
    expect_str("## Summary\n", markdown);
    expect_str("Summary", text);
}

SPEC("plain text keeps blocks apart and lists readable")
{
    auto_arena a = arena_new(8192);
    DocNode *doc;
    Str text;
    expect_ok(import_markdown(a, S("# A\nb **c**\n\n- one\n  - two\n- [x] done\n\n| x | y |\n| --- | --- |\n| 1 | 2 |\n"), &doc));
    expect_ok(render_text(a, doc, &text));
    expect_str("A\n\nb c\n\n- one\n  - two\n\n[x] done\n\nx\ty\n1\t2", text);
}

static Str repeated(Arena *a, const char *part, size_t bytes)
{
    Buf b = buf_new(a, bytes + 100);
    while (b.len < bytes) buf_add(&b, str_of(part));
    return buf_str(&b);
}

SPEC("what is too large for an export is refused, wherever in the document it stands; nothing is cut in silence")
{
    static const char *const inside[] = { "paragraph", "heading", "listItem", "blockquote", "tableCell", "detailsContent", NULL };
    auto_arena a = arena_new(8192);
    Str words = repeated(a, "a<b ", DOC_MAX_BYTES + 1), text;
    for (int i = 0; inside[i]; i++) {
        DocNode *doc = doc_node(a, "doc"), *at = doc;
        if (!strcmp(inside[i], "listItem")) at = doc_add(a, at, "bulletList");
        if (!strcmp(inside[i], "tableCell")) at = doc_add(a, doc_add(a, at, "table"), "tableRow");
        if (!strcmp(inside[i], "detailsContent")) at = doc_add(a, at, "details");
        at = doc_add(a, at, inside[i]);
        doc_text(a, i < 2 ? at : doc_add(a, at, "paragraph"), words);
        expect_err(ERR_TOO_LARGE, render_markdown(a, doc, &text));
        expect_err(ERR_TOO_LARGE, render_text(a, doc, &text));
    }
    DocNode *doc = doc_node(a, "doc");
    doc_text(a, doc_add(a, doc, "codeBlock"), words);
    expect_ok(render_markdown(a, doc, &text));
    expect(text.len > words.len);
}

SPEC("a document goes to JSON and back, and JSON that is no document is refused")
{
    auto_arena a = arena_new(8192);
    DocNode *doc;
    Str json = S("{\"type\":\"doc\",\"content\":[{\"type\":\"heading\",\"attrs\":{\"level\":2},\"content\":[{\"type\":\"text\",\"marks\":[{\"type\":\"bold\"}],\"text\":\"x\"}]}]}");
    expect_ok(doc_from_json(a, json, &doc));
    expect(str_eq(json, doc_json(a, doc)));
    expect_err(ERR_INVALID, doc_from_json(a, S("{}"), &doc));
    expect_err(ERR_INVALID, doc_from_json(a, S("{\"type\":\"paragraph\"}"), &doc));
    expect_err(ERR_INVALID, doc_from_json(a, S("[1"), &doc));
    Buf deep = buf_new(a, 1 << 20);
    for (int i = 0; i < 200; i++) buf_add(&deep, S("{\"type\":\"doc\",\"content\":["));
    for (int i = 0; i < 200; i++) buf_add(&deep, S("]}"));
    expect_err(ERR_TOO_LARGE, doc_from_json(a, buf_str(&deep), &doc));
}

SPEC("times and durations are worded in the language and zone of the reader")
{
    auto_arena a = arena_new(8192);
    int64_t ms = 1794319650000;      /* 2026-11-10T14:07:30Z */
    expect_str("10 Nov 2026, 14:07", words_time(a, ms, WORDS_DATE_TIME, S("en"), S("UTC")));
    expect_str("10 November 2026", words_time(a, ms, WORDS_DATE, S("en"), S("")));
    expect_str("2026年11月10日 22:07", words_time(a, ms, WORDS_DATE_TIME, S("zh"), S("Asia/Shanghai")));
    expect_str("22:07:30", words_time(a, ms, WORDS_CLOCK_S, S("zh"), S("Asia/Shanghai")));
    expect_str("", words_time(a, 0, WORDS_CLOCK, S("en"), S("UTC")));
    expect_str("50 m 40 s", words_duration(a, 3040000, S("en")));
    expect_str("1 h 13 m", words_duration(a, 4380000, S("en")));
    expect_str("50 分 40 秒", words_duration(a, 3040000, S("zh")));
    expect_str("1 小时 13 分", words_duration(a, 4380000, S("zh")));
    expect_str("39 分钟", words_duration(a, 39 * 60000, S("zh")));
    expect_str("1 hour 1 minute", words_duration_long(a, 3660000, S("en")));
    expect_str("50 minutes", words_duration_long(a, 3040000, S("en")));
    expect_str("0 s", words_duration(a, 0, S("en")));
    expect_str("12,316", words_number(a, 12316));
    expect_str("-1,000", words_number(a, -1000));
    expect_str("999", words_number(a, 999));
}

/* A library and the document engine once had a function of the same name, and the linker took the wrong one. */
SPEC("neighbouring texts of one link are joined")
{
    auto_arena a = arena_new(8192);
    DocNode *doc = doc_node(a, "doc"), *p = doc_add(a, doc, "paragraph");
    for (int i = 0; i < 3; i++) {
        DocNode *t = doc_text(a, p, S("six"));
        doc_mark_attr(a, doc_mark(a, t, "link"), "href", i < 2 ? S("https://a.example/1") : S("https://a.example/2"));
    }
    doc_clean(a, doc);
    expect_int(2, p->children.len);
    expect_str("sixsix", p->children.at[0]->text);
}

static DocNode *parsed(Arena *a, const char *json)
{
    DocNode *doc;
    Err e = doc_from_json(a, str_of(json), &doc);
    return e.info ? doc_node(a, "doc") : doc;
}

#define BLOCK(type, suggested, words) "{\"type\":\"" type "\",\"attrs\":{" suggested "},\"content\":[{\"type\":\"text\",\"text\":\"" words "\"}]}"
#define LAYER(what) "\"suggested\":\"[{\\\"do\\\":\\\"" what "\\\",\\\"user\\\":\\\"bo\\\"}]\""
#define NEW "\"inserted\":\"{\\\"do\\\":\\\"insert\\\"}\""

SPEC("what is suggested about blocks is not read until somebody accepts it")
{
    auto_arena a = arena_new(8192);
    DocNode *doc = parsed(a, "{\"type\":\"doc\",\"content\":[" BLOCK("paragraph", NEW, "new") "," BLOCK("paragraph", LAYER("delete"), "old")
                             "," BLOCK("paragraph", LAYER("change"), "not yet a heading") "," BLOCK("paragraph", "\"suggested\":\"not a list\"", "odd") ","
                             "{\"type\":\"bulletList\",\"content\":[" BLOCK("listItem", NEW, "item") "]},"
                             "{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"one\",\"marks\":[{\"type\":\"proposed\",\"attrs\":{\"mark\":\"bold\"}}]},"
                             "{\"type\":\"paragraphBreak\",\"attrs\":{" NEW "}},{\"type\":\"text\",\"text\":\" line\"},"
                             "{\"type\":\"timestamp\",\"attrs\":{\"at\":\"2026-11-10T14:07:30.000Z\"," NEW "}}]}]}");
    expect_int(8, doc_suggestions(doc));
    doc_clean(a, doc);
    expect_int(0, doc_suggestions(doc));
    Str text;
    expect_ok(render_text(a, doc, &text));
    expect_str("old\n\nnot yet a heading\n\nodd\n\none line", text);
    expect_int(4, doc->children.len);
    expect(doc_find_mark(doc->children.at[3]->children.at[0], "proposed") == NULL);
}

SPEC("a citation leads to its source for readers, also when it only says which event it is; nowhere for readers outside")
{
    auto_arena a = arena_new(4096);
    DocNode *doc;
    Str html;
    expect_ok(import_markdown(a, S("So it was. [x](# \"evidence:kind=event&id=01a1-ef\") [y](# \"evidence:kind=alert&id=7\") [z](# \"evidence:kind=event&id=%22%3E\")"), &doc));
    expect_ok(render_html(a, doc, &(RenderHtml){ .incident = S("INC-7") }, &html));
    expect_has("href=\"/incidents/INC-7?tab=timeline&amp;event=01a1-ef\"", html);
    expect_has("href=\"/alerts?alert=7\"", html);
    expect(str_find(html, S("event=%22")) < 0 && str_find(html, S("event=\"")) < 0);
    expect_ok(render_html(a, doc, &(RenderHtml){ .incident = S("INC-7"), .outside = true }, &html));
    expect(str_find(html, S("href=")) < 0);
}

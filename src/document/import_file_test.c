#include "base/spec.h"
#include "document/import_file.h"

static Str markdown_of(Arena *a, Str bytes, Str *ret_title)
{
    Imported f;
    Str text;
    Err e = import_file(a, bytes, &f);
    if (!e.info) e = render_markdown(a, f.doc, &text);
    if (e.info) return err_text(a, e);
    if (ret_title) *ret_title = f.title;
    return text;
}

/* As Google Docs saves a page: everything by classes, inner lists as lists of their own, addresses behind its own. */
static const char google[] =
    "<html><head><meta content=\"text/html; charset=UTF-8\" http-equiv=\"content-type\"><style type=\"text/css\">"
    "@import url(https://themes.googleusercontent.com/fonts/css?kit=x);.c1{font-weight:700}.c2{font-style:italic}.c3{color:#000;font-weight:400;text-decoration:none}"
    ".c4{font-family:\"Courier New\"}.c9{list-style-type:disc}</style></head><body class=\"c8 doc-content\">"
    "<p class=\"c5 title\" id=\"h.x\"><span class=\"c3\">Checkout down</span></p>"
    "<p class=\"c5\"><span class=\"c3\"></span></p>"
    "<h1 class=\"c6\"><span class=\"c3\">Summary</span></h1>"
    "<p class=\"c5\"><span class=\"c3\">The pool was </span><span class=\"c1\">exhausted</span><span class=\"c3\">; see </span>"
    "<span class=\"c7\"><a class=\"c0\" href=\"https://www.google.com/url?q=https://example.com/a%3Fb%3D1&amp;sa=D&amp;ust=1\">the graph</a></span><span class=\"c3\"> and </span><span class=\"c4\">pool.max</span></p>"
    "<ul class=\"c9 lst-kix_abc-0 start\"><li class=\"c5 li-bullet-0\"><span class=\"c3\">one</span></li></ul>"
    "<ul class=\"c9 lst-kix_abc-1 start\"><li class=\"c5\"><span class=\"c3\">inner</span></li></ul>"
    "<ul class=\"c9 lst-kix_abc-0\"><li class=\"c5\"><span class=\"c2\">two</span></li></ul>"
    "<h1 class=\"c6\"><span class=\"c3\">Timeline</span></h1>"
    "<table class=\"c12\"><tbody><tr class=\"c2\"><td class=\"c5\" colspan=\"1\" rowspan=\"1\"><p class=\"c5\"><span class=\"c3\">14:07</span></p></td>"
    "<td colspan=\"1\" rowspan=\"1\"><p><span class=\"c3\">It begins</span></p></td></tr></tbody></table>"
    "<p class=\"c5\"><span style=\"overflow: hidden; display: inline-block;\"><img alt=\"The pool\" src=\"images/image1.png\" style=\"width: 601.70px;\" title=\"\"></span></p>"
    "<script>alert(1)</script></body></html>";

SPEC("a page of Google Docs comes in with headings, lists in lists, marks by class, tables and its real links")
{
    auto_arena a = arena_new(4096);
    Str title, text = markdown_of(a, str_of(google), &title);
    expect_str("Checkout down", title);
    expect_str("## Summary\n\nThe pool was **exhausted**; see [the graph](https://example.com/a?b=1) and `pool.max`\n\n- one\n  - inner\n- *two*\n\n"
               "## Timeline\n\n| | |\n| --- | --- |\n| 14:07 | It begins |\n\n![The pool](images/image1.png)\n", text);
}

/* As Confluence exports a page. */
static const char confluence[] =
    "<!DOCTYPE html>\n<html><head><title>Ops : Checkout down</title></head><body class=\"theme-default aui-theme-default\"><div id=\"page\"><div id=\"main\">"
    "<div id=\"main-header\"><div id=\"breadcrumb-section\"><ol id=\"breadcrumbs\"><li><span><a href=\"index.html\">Ops</a></span></li></ol></div>"
    "<h1 id=\"title-heading\" class=\"pagetitle\"><span id=\"title-text\"> Ops : Checkout down </span></h1></div>"
    "<div id=\"content\" class=\"view\"><div class=\"page-metadata\">Created by <span class='author'> Ann</span></div>"
    "<div id=\"main-content\" class=\"wiki-content group\">"
    "<div class=\"toc-macro\"><ul class=\"toc-indentation\"><li><a href=\"#x\">Summary</a></li></ul></div>"
    "<h2 id=\"x-Summary\">Summary</h2><p>Paid by <a class=\"confluence-userlink user-mention\" href=\"/display/~ann\">Ann Abel</a> on <time datetime=\"2026-11-10\">10 Nov 2026</time> "
    "<img class=\"emoticon emoticon-tick\" data-emoji-fallback=\"✅\" src=\"images/icons/check.png\" alt=\"(tick)\"/></p>"
    "<div class=\"confluence-information-macro confluence-information-macro-warning\"><p class=\"title\">Careful</p><span class=\"aui-icon aui-icon-small\"> </span>"
    "<div class=\"confluence-information-macro-body\"><p>Do not restart.</p></div></div>"
    "<div class=\"code panel pdl\"><div class=\"codeContent panelContent pdl\"><pre class=\"syntaxhighlighter-pre\" data-syntaxhighlighter-params=\"brush: sql; gutter: false; theme: Confluence\">SELECT 1\n  FROM pool;</pre></div></div>"
    "<ul class=\"inline-task-list\" data-inline-tasks-content-id=\"7\"><li class=\"checked\" data-inline-task-id=\"1\"><span>Raise it</span></li><li data-inline-task-id=\"2\"><span>Alert on it</span></li></ul>"
    "<div class=\"table-wrap\"><table class=\"confluenceTable\"><colgroup><col/></colgroup><tbody><tr><th class=\"confluenceTh\">Time</th><th class=\"confluenceTh\">Event</th></tr>"
    "<tr><td class=\"confluenceTd\">14:07</td><td class=\"confluenceTd\"><p>It begins</p><p>slowly</p></td></tr></tbody></table></div>"
    "<p><span class=\"confluence-embedded-file-wrapper\"><img class=\"confluence-embedded-image\" src=\"attachments/1/2.png\" data-image-src=\"attachments/1/2.png\" width=\"400\"></span></p>"
    "<div class=\"expand-container\"><div class=\"expand-control\"><span class=\"expand-control-text\">Log</span></div><div class=\"expand-content\"><p>lines</p></div></div>"
    "</div></div></div></div></body></html>";

SPEC("a page of Confluence comes in with boxes, code, tasks, tables, pictures and folded parts, without what stands around it")
{
    auto_arena a = arena_new(4096);
    Str title, text = markdown_of(a, str_of(confluence), &title);
    expect_str("Checkout down", title);
    expect_has("## Summary\n\nPaid by Ann Abel on 10 Nov 2026 ✅\n\n> [!CAUTION]\n> Careful\n>\n> Do not restart.\n\n```sql\nSELECT 1\n  FROM pool;\n```\n\n"
               "- [x] Raise it\n- [ ] Alert on it\n\n| Time | Event |\n| --- | --- |\n| 14:07 | It begins<br>slowly |\n\n![](attachments/1/2.png){width=400}\n\n"
               "<details>\n<summary>Log</summary>\n\nlines\n\n</details>\n", text);
}

SPEC("HTML that is broken, deep or hostile becomes text or nothing, never markup")
{
    auto_arena a = arena_new(4096);
    Buf deep = buf_new(a, 1 << 20);
    Str html;
    Imported f;
    for (int i = 0; i < 5000; i++) buf_add(&deep, S("<div><b><ul><li>"));
    buf_add(&deep, S("x"));
    (void)import_file(a, buf_str(&deep), &f).info;
    expect_ok(import_file(a, S("<p>a<table><tr><td>b<p>c<li>d<a href='javascript:alert(1)'>e</a><img src=x onerror=alert(1)><svg><script>f</script></svg>"), &f));
    expect_ok(render_html(a, f.doc, &(RenderHtml){ 0 }, &html));
    expect(str_find(html, S("javascript")) < 0 && str_find(html, S("<script")) < 0 && str_find(html, S("onerror")) < 0);
    expect_has("e", html);
    expect_err(ERR_INVALID, import_file(a, S("%PDF-1.5"), &f));
    expect_err(ERR_INVALID, import_file(a, S("PK\x03\x04 and nothing more"), &f));
    expect_err(ERR_INVALID, import_file(a, S(""), &f));
}

SPEC("the title of a Markdown file is its head's or its only H1; where H1s are sections, headings move down")
{
    auto_arena a = arena_new(4096);
    Str title;
    expect_str("## Summary\n\nx\n", markdown_of(a, S("# 2018-01-18, hug\n\n## Summary\n\nx\n"), &title));
    expect_str("2018-01-18, hug", title);
    expect_str("## One\n\n### Inner\n\n## Two\n\nx\n", markdown_of(a, S("---\ntitle: \"From: the head\"\n---\n# One\n\n## Inner\n\n# Two\n\nx\n"), &title));
    expect_str("From: the head", title);
}

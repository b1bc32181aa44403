#include <libxml/parser.h>
#include "base/spec.h"
#include "integration/confluence/confluence.h"

static Str drawn(Arena *a, const char *markdown)
{
    DocNode *doc;
    Str out;
    if (import_markdown(a, str_of(markdown), &doc).info) return S("not read");
    return confluence_storage(a, S("0193"), doc, &out).info ? S("refused") : out;
}

/* With the names of its macros declared, a page must be XML. */
static bool is_xml(Arena *a, Str storage)
{
    Str whole = arena_fmt(a, "<page xmlns:ac=\"ac\" xmlns:ri=\"ri\">" STR_FMT "</page>", STR_ARG(storage));
    xmlDoc *doc = xmlReadMemory(whole.at, (int)whole.len, NULL, "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    bool fine = doc != NULL;
    xmlFreeDoc(doc);
    return fine;
}

#define MARK "<ac:structured-macro ac:name=\"anchor\" ac:schema-version=\"1\"><ac:parameter ac:name=\"\">hindsight-0193</ac:parameter></ac:structured-macro>"

SPEC("confluence: headings, marks, links, lists and tables are those of the storage format")
{
    auto_arena a = arena_new(4096);
    Str page = drawn(a, "One & **two** *three* ~~four~~ `five` [six](https://example.com/?a=1&b=2)\n\n## Why\n\n- a\n- b\n  1. c\n\n5. d\n\n> e\n\n---\n\n| Time | Event |\n| --- | --- |\n| 14:07 | It begins |\n");
    expect(str_starts(page, S("<p>" MARK "One &amp; <strong>two</strong> <em>three</em> <del>four</del> <code>five</code> <a href=\"https://example.com/?a=1&amp;b=2\">six</a></p>")));
    expect_has("<h2>Why</h2><ul><li><p>a</p></li><li><p>b</p><ol><li><p>c</p></li></ol></li></ul><ol start=\"5\"><li><p>d</p></li></ol><blockquote><p>e</p></blockquote><hr />", page);
    expect_has("<table><tbody><tr><th><p>Time</p></th><th><p>Event</p></th></tr><tr><td><p>14:07</p></td><td><p>It begins</p></td></tr></tbody></table>", page);
    expect(is_xml(a, page));
}

SPEC("confluence: callouts, code, tasks and folded parts are its macros")
{
    auto_arena a = arena_new(4096);
    Str page = drawn(a, "> [!WARNING]\n> Mind the pool.\n\n> [!CAUTION]\n> Never.\n\n```js\nif (a[b[0]]>1 && c) {}\n```\n\n- [ ] open\n- [x] done\n  - inner\n\n<details>\n<summary>More & more</summary>\n\nInside.\n\n</details>\n");
    expect_has("<ac:structured-macro ac:name=\"note\" ac:schema-version=\"1\"><ac:rich-text-body><p>Mind the pool.</p></ac:rich-text-body></ac:structured-macro>", page);
    expect_has("ac:name=\"warning\"", page);
    expect_has("<ac:parameter ac:name=\"language\">javascript</ac:parameter><ac:plain-text-body><![CDATA[if (a[b[0]]]]><![CDATA[>1 && c) {}]]></ac:plain-text-body>", page);
    expect_has("<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>open</ac:task-body></ac:task>"
               "<ac:task><ac:task-id>2</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>done</ac:task-body></ac:task></ac:task-list><ul><li><p>inner</p></li></ul>", page);
    expect_has("<ac:structured-macro ac:name=\"expand\" ac:schema-version=\"1\"><ac:parameter ac:name=\"title\">More &amp; more</ac:parameter><ac:rich-text-body><p>Inside.</p></ac:rich-text-body></ac:structured-macro>", page);
    expect(is_xml(a, page));
}

SPEC("confluence: pictures are attachments with their words; what XML does not allow is left out")
{
    auto_arena a = arena_new(4096);
    DocNode *doc = doc_node(a, "doc"), *image = doc_add(a, doc, "image"), *p = doc_add(a, doc, "paragraph");
    doc_attr(a, image, "src", S("pool-1.png"));
    doc_attr(a, image, "alt", S("a \"pool\" <full>"));
    doc_attr(a, image, "caption", S("The pool"));
    doc_attr_int(a, image, "width", 640);
    doc_text(a, p, S("be\001fore\xff 支付 ]]>"));
    Str page;
    expect_ok(confluence_storage(a, S("0193"), doc, &page));
    expect_has("<ac:image ac:align=\"center\" ac:layout=\"center\" ac:width=\"640\" ac:alt=\"a &quot;pool&quot; &lt;full&gt;\"><ri:attachment ri:filename=\"pool-1.png\" /><ac:caption><p>The pool</p></ac:caption></ac:image>", page);
    expect_has("<p>before 支付 ]]&gt;</p>", page);
    expect(is_xml(a, page));
}

static Str placed(Arena *a, const char *site, const char *space, const char *parent)
{
    ExportPlace p = { str_of(site), str_of(space), str_of(parent), S("ada@example.com"), S("t") };
    Err e = confluence_place(a, &p);
    return e.info ? arena_fmt(a, "wrong " STR_FMT, STR_ARG(e.info->field)) : arena_fmt(a, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(p.site), STR_ARG(p.space), STR_ARG(p.parent));
}

SPEC("confluence: addresses that were copied are understood, others named")
{
    auto_arena a = arena_new(4096);
    expect_str("https://acme.atlassian.net ENG 123", placed(a, "acme.atlassian.net/wiki/home", "ENG", "123"));
    expect_str("https://acme.atlassian.net ENG 123", placed(a, " https://acme.atlassian.net/ ", "https://acme.atlassian.net/wiki/spaces/ENG/overview", "https://acme.atlassian.net/wiki/spaces/ENG/pages/123/Post+mortems"));
    expect_str("https://api.atlassian.com/ex/confluence/11-aa ~7 ", placed(a, "https://api.atlassian.com/ex/confluence/11-aa/wiki", "~7", ""));
    expect_str("wrong site", placed(a, "ftp://acme.example", "ENG", ""));
    expect_str("wrong site", placed(a, "https://me:secret@acme.example", "ENG", ""));
    expect_str("wrong space", placed(a, "acme.example", "the space", ""));
    expect_str("wrong parent", placed(a, "acme.example", "ENG", "Post-mortems"));
}

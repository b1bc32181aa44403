#include <stdlib.h>
#include <unistd.h>
#include "app/app.h"
#include "base/spec.h"
#include "document/import_file.h"
#include "feature/exchange/spec_exchange.h"

#define SYSTEM() auto_arena a = arena_new(16 << 10); App *app = given_a_system_with_files(a); \
    auto_store store = store_take(app->db); Cx cx = app_cx(app, a, store); Report r = given_a_written_report(app, a)

static Str made(Cx *cx, Str report, Err (*form)(Cx *, const Export *, int, int64_t *))
{
    Export x;
    int fd = -1;
    int64_t n = 0;
    Err e = export_gather(cx, report, EDITION_NOW, &x);
    if (!e.info) e = attachment_scratch(cx, &fd);
    if (!e.info) e = form(cx, &x, fd, &n);
    if (e.info) return err_text(cx->arena, e);
    char *to = arena_bytes(cx->arena, (size_t)n + 1, 1);
    if (pread(fd, to, (size_t)n, 0) != n) bug("pread");
    close(fd);
    return (Str){ to, (size_t)n };
}

static Str part(Arena *a, Str archive, const char *name)
{
    Zip z;
    Str text = S("");
    if (zip_read(a, archive, 64 << 20, &z).info) return S("no zip");
    const ZipEntry *e = zip_find(&z, str_of(name));
    return e && !zip_unpack(&z, e, &text).info ? text : S("no such part");
}

SPEC("a report goes out as Markdown with what is known of it and its pictures, and the Markdown reads back")
{
    SYSTEM();
    Str zip = made(&cx, r.id, export_markdown), text = part(a, zip, "PM-1.md");
    DocNode *doc;
    expect_has("---\nreference: \"PM-1\"\ntitle: \"Card payments fail: \\\"503\\\"\"\nstate: \"draft\"\n", text);
    expect_has("incidents: [\"INC-1\"]\n", text);
    expect_has("\n# Card payments fail: \"503\"\n\n## Summary\n\nA **bold** claim", text);
    expect_has("](images/01-Pool-size.png)", text);
    expect(str_starts(part(a, zip, "images/01-Pool-size.png"), S("\x89PNG")));
    expect(str_find(text, S("Write three sentences")) < 0);
    expect_ok(import_markdown(a, str_sub(text, (size_t)str_find(text, S("\n# ")), text.len), &doc));
}

SPEC("a report goes out as one HTML file that loads nothing")
{
    SYSTEM();
    Str page = made(&cx, r.id, export_html);
    expect(str_starts(page, S("<!doctype html>")));
    expect_has("src=\"data:image/png;base64,iVBORw0KGgo", page);
    expect_has("<strong>bold</strong>", page);
    expect_has("@Ines", page);
    expect(str_find(page, S("Write three sentences")) < 0);
    expect(str_find(page, S("<link")) < 0 && str_find(page, S("<script")) < 0 && str_find(page, S("src=\"/")) < 0 && str_find(page, S("href=\"/")) < 0);
}

SPEC("a report goes out as a tagged PDF with an outline")
{
    SYSTEM();
    Str pdf = made(&cx, r.id, export_pdf);
    expect(str_starts(pdf, S("%PDF-1.5")));
    expect_has("/StructTreeRoot", pdf);
    expect_has("/Outlines", pdf);
    expect_has("%%EOF", pdf);
}

SPEC("a report goes out as a Word document with styles, lists, tables, links and pictures")
{
    SYSTEM();
    Str docx = made(&cx, r.id, export_docx), text = part(a, docx, "word/document.xml"), rels = part(a, docx, "word/_rels/document.xml.rels");
    expect_has("<w:pStyle w:val=\"Heading2\"/>", text);
    expect_has("<w:b/></w:rPr><w:t xml:space=\"preserve\">bold</w:t>", text);
    expect_has("<w:numPr>", text);
    expect_has("<w:tblHeader/>", text);
    expect_has("☒ ", text);
    expect_has("descr=\"Pool &lt;size&gt;\"", text);
    expect_has("Target=\"https://example.com/?a=1&amp;b=2\" TargetMode=\"External\"", rels);
    expect_has("media/picture1.png", rels);
    expect(str_starts(part(a, docx, "word/media/picture1.png"), S("\x89PNG")));
    expect(str_find(text, S("Write three sentences")) < 0);
    expect_has("Card payments fail: &quot;503&quot;", part(a, docx, "docProps/core.xml"));
}

SPEC("links into the workspace lead there from a file, and are only text for readers outside")
{
    auto_arena a = arena_new(4096);
    DocNode *doc;
    Str inside, outside;
    expect_ok(import_markdown(a, S("[INC-7](/incidents/x) [@Ines](/people/7 \"mention:person\") [site](https://example.com) [14:07](# \"time:2026-11-10T14:07:30.000Z\")"), &doc));
    expect_ok(render_markdown(a, doc_flat(a, doc, &(FlatOptions){ .site = S("https://h.example") }), &inside));
    expect_str("[INC-7](https://h.example/incidents/x) @Ines [site](https://example.com) 10 Nov 2026, 14:07 UTC\n", inside);
    expect_ok(render_markdown(a, doc_flat(a, doc, &(FlatOptions){ .site = S("https://h.example"), .outside = true, .no_people = true }), &outside));
    expect_str("INC-7 (a colleague) [site](https://example.com) 10 Nov 2026, 14:07 UTC\n", outside);
}

SPEC("a Word document of ours comes back with headings, lists, tasks, tables, code, links and the picture")
{
    SYSTEM();
    Imported f;
    Str text, picture;
    expect_ok(import_file(a, made(&cx, r.id, export_docx), &f));
    expect_str("Card payments fail: \"503\"", f.title);
    expect_ok(render_markdown(a, f.doc, &text));
    expect_has("## Summary\n\nA **bold** claim with `code`, ~~less~~ and [a link](", text);
    expect_has("## 影响\n\n- one\n- two\n  - inner\n", text);
    expect_has("> [!WARNING]\n> Mind the pool.\n\n> a quote\n", text);
    expect_has("3. three\n4. four", text);
    expect_has("- [ ] open\n- [x] done", text);
    expect_has("```\nint main(void) { return 0; }\n", text);
    expect_has("| Time | Event |\n| --- | --- |\n| 14:07 | **It** begins |", text);
    expect_has("![Pool \\<size\\>](media/picture1.png)", text);
    expect_ok(import_picture(a, &f, S("media/picture1.png"), &picture));
    expect(str_starts(picture, S("\x89PNG")));
}

SPEC("our Markdown and HTML come back, too, with the picture out of the archive and out of the page")
{
    SYSTEM();
    Imported f;
    Str text, picture;
    expect_ok(import_file(a, made(&cx, r.id, export_markdown), &f));
    expect_str("Card payments fail: \"503\"", f.title);
    expect_ok(import_picture(a, &f, S("images/01-Pool-size.png"), &picture));
    expect(str_starts(picture, S("\x89PNG")));
    expect_ok(render_markdown(a, f.doc, &text));
    expect(str_starts(text, S("## Summary\n\nA **bold** claim")));
    expect_ok(import_file(a, made(&cx, r.id, export_html), &f));
    expect_ok(render_markdown(a, f.doc, &text));
    expect_has("- [ ] open\n- [x] done", text);
    expect_has("| 14:07 | **It** begins |", text);
}

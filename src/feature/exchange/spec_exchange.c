#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include "app/app.h"
#include "base/spec.h"
#include "feature/exchange/spec_exchange.h"

static const unsigned char picture[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x02,
    0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x7b, 0x40, 0xe8, 0xdd, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78,
    0x9c, 0x63, 0xf8, 0xcf, 0x00, 0x04, 0xff, 0x01, 0x07, 0x00, 0x01, 0xff, 0xe2, 0x23, 0x9e, 0x59, 0x00, 0x00, 0x00, 0x00,
    0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82
};

static const char text[] =
    "## Summary\n\nA **bold** claim with `code`, ~~less~~ and [a link](https://example.com/?a=1&b=2) by [@Ines](/people/7 \"mention:person\") at "
    "[14:07](# \"time:2026-11-10T14:07:30.000Z\").\n\n"
    "## 影响\n\n- one\n- two\n  - inner\n\n3. three\n4. four\n\n- [ ] open\n- [x] done\n\n"
    "> [!WARNING]\n> Mind the pool.\n\n> a quote\n\n```c\nint main(void) { return 0; }\n\t\"tab\" <&>\n```\n\n"
    "| Time | Event |\n| --- | --- |\n| 14:07 | **It** begins |\n| 14:47 | It ends |\n\n---\n\n"
    "<details>\n<summary>More</summary>\n\nInside.\n\n</details>\n\n## Pictures\n\n![Pool <size>](IMAGE)\n*The pool over the day*\n";

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *where)
{
    (void)s, (void)kind, (void)where;
    return remove(path);
}

static void remove_folder(void *path)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) fprintf(stderr, "could not remove %s\n", (char *)path);
}

App *given_a_system_with_files(Arena *a)
{
    App *app = given_a_system(a, 1794330000000);
    char *folder = (char *)arena_str(a, S("/tmp/hindsight-exchange-XXXXXX")).at;
    if (!mkdtemp(folder)) bug("mkdtemp");
    arena_defer(a, remove_folder, folder);
    app->options.data_dir = str_of(folder);
    return app;
}

static Err add(Cx *cx, void *arg)
{
    Report *r = arg;
    Incident i;
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Card payments fail"), .severity = S("SEV-1") }, &i));
    ReportInput in = { .title = S("Card payments fail: \"503\"") };
    *list_add(cx->arena, &in.incident_ids) = i.id;
    return report_add(cx, &in, r);
}

typedef struct Text { Str id, url; } Text;
static Err fill(Cx *cx, void *arg)
{
    Text *t = arg;
    DocNode *doc;
    ptrdiff_t at = str_find(str_of(text), S("IMAGE"));
    TRY(import_markdown(cx->arena, arena_fmt(cx->arena, "%.*s" STR_FMT "%s", (int)at, text, STR_ARG(t->url), text + at + 5), &doc));
    list_each(&doc->children, i)
        if (doc_is(doc->children.at[i], "heading")) doc_attr(cx->arena, doc->children.at[i], "guide", S("Write three sentences"));
    return report_write(cx, t->id, doc);
}

Report given_a_written_report(App *app, Arena *a)
{
    Report r;
    Attachment f;
    Cx cx = app_cx(app, a, NULL);
    if (cx_write(&cx, add, &r).info) bug("cannot add a report");
    auto_store store = store_take(app->db);
    Cx reading = app_cx(app, a, store);
    if (attachment_add(&reading, r.id, S("Pool size.png"), (Str){ (const char *)picture, sizeof picture }, &f).info) bug("cannot add a picture");
    Text t = { r.id, f.url };
    Err e = cx_write(&cx, fill, &t);
    if (e.info) bug("%s", err_text(a, e).at);
    return r;
}

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/app.h"
#include "base/spec.h"
#include "base/time.h"
#include "document/document.h"
#include "feature/attachment/attachment.h"
#include "feature/attachment/retention.h"

/* A picture of 2 × 1 pixels with a comment in it. */
static const unsigned char picture[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x02,
    0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x7b, 0x40, 0xe8, 0xdd, 0x00, 0x00, 0x00, 0x1a, 0x74, 0x45, 0x58,
    0x74, 0x43, 0x6f, 0x6d, 0x6d, 0x65, 0x6e, 0x74, 0x00, 0x77, 0x68, 0x65, 0x72, 0x65, 0x20, 0x69, 0x74, 0x20, 0x77, 0x61,
    0x73, 0x20, 0x74, 0x61, 0x6b, 0x65, 0x6e, 0x8d, 0xca, 0x39, 0x07, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78,
    0x9c, 0x63, 0xf8, 0xcf, 0x00, 0x04, 0xff, 0x01, 0x07, 0x00, 0x01, 0xff, 0xe2, 0x23, 0x9e, 0x59, 0x00, 0x00, 0x00, 0x00,
    0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82
};

/* A header that claims 361 megapixels. */
static const unsigned char bomb[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x4a, 0x38,
    0x00, 0x00, 0x4a, 0x38, 0x08, 0x02, 0x00, 0x00, 0x00, 0xf3, 0x78, 0xc7, 0x15, 0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41,
    0x54, 0x78, 0x9c, 0x63, 0x60, 0xa0, 0x3d, 0x00, 0x00, 0x00, 0x64, 0x00, 0x01, 0x86, 0x64, 0x3c, 0x35, 0x00, 0x00, 0x00,
    0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82
};

static const char svg[] = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

static void remove_folder(void *path)
{
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)path);
    if (system(command) != 0) fprintf(stderr, "could not remove %s\n", (char *)path);
}

static App *given_a_system_with_a_folder(Arena *a)
{
    App *app = given_a_system(a, 1794330000000);
    char *folder = (char *)arena_str(a, S("/tmp/hindsight-files-XXXXXX")).at;
    if (!mkdtemp(folder)) bug("mkdtemp");
    arena_defer(a, remove_folder, folder);
    app->options.data_dir = str_of(folder);
    return app;
}

#define SYSTEM() auto_arena a = arena_new(16 << 10); App *app = given_a_system_with_a_folder(a); \
    auto_store store = store_take(app->db); Cx cx = app_cx(app, a, store); Attachment f
#define BYTES(x) ((Str){ (const char *)(x), sizeof(x) })

SPEC("a picture is stored as one that we made, without what else was in it")
{
    SYSTEM();
    expect_ok(attachment_add(&cx, S("r1"), S("../../etc/<shot>\"\n.png"), BYTES(picture), &f));
    expect_str("png", f.format);
    expect_int(2, f.width);
    expect_int(1, f.height);
    expect_str("shot.png", f.name);
    int fd;
    char bytes[4096];
    expect_ok(attachment_open(&cx, &f, &fd));
    ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    expect_int(f.bytes, n);
    expect(str_starts((Str){ bytes, (size_t)n }, S("\x89PNG")));
    expect(str_find((Str){ bytes, (size_t)n }, S("where it was taken")) < 0);
}

SPEC("the same picture twice is one file with two names")
{
    SYSTEM();
    Attachment again;
    expect_ok(attachment_add(&cx, S("r1"), S("a.png"), BYTES(picture), &f));
    expect_ok(attachment_add(&cx, S("r1"), S("b.png"), BYTES(picture), &again));
    expect(str_eq(f.hash, again.hash));
    expect(!str_eq(f.id, again.id));
    expect_ok(attachment_get(&cx, again.id, &f));
    expect_str("b.png", f.name);
}

SPEC("what is no picture, damaged, or would be far too large is refused, and nothing is stored")
{
    SYSTEM();
    expect_err(ERR_INVALID, attachment_add(&cx, S("r1"), S("x.svg"), str_of(svg), &f));
    expect_err(ERR_INVALID, attachment_add(&cx, S("r1"), S("x.png"), S("GIF89a"), &f));
    Err damaged = attachment_add(&cx, S("r1"), S("x.png"), (Str){ (const char *)picture, 60 }, &f);
    expect(err_is(damaged, ERR_INVALID));
    expect_str("the picture is damaged", damaged.info->message);
    expect_err(ERR_TOO_LARGE, attachment_add(&cx, S("r1"), S("x.png"), BYTES(bomb), &f));
    struct stat s;
    expect(stat(arena_fmt(a, STR_FMT "/files/00", STR_ARG(app->options.data_dir)).at, &s) != 0);
}

SPEC("without a data folder pictures are refused with what to do")
{
    SYSTEM();
    app->options.data_dir = S("");
    expect_err(ERR_UNAVAILABLE, attachment_add(&cx, S("r1"), S("x.png"), BYTES(picture), &f));
}

/* ---- what nobody refers to */

/* One pixel of a colour that no other picture here has. */
static const unsigned char pixel[] = "GIF89a\1\0\1\0\x80\0\0\x20\x40\x60\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";

typedef struct Writing { Str document, url; } Writing;
static Err write_document(Cx *cx, void *arg)
{
    const Writing *w = arg;
    int64_t revision;
    DocNode *doc = doc_node(cx->arena, "doc");
    if (w->url.len) doc_attr(cx->arena, doc_add(cx->arena, doc, "image"), "src", w->url);
    else doc_text(cx->arena, doc_add(cx->arena, doc, "paragraph"), S("no picture any more"));
    TRY(document_revision(cx, w->document, &revision));
    return revision ? document_replace(cx, w->document, doc) : document_create(cx, w->document, doc);
}
static Err says(Cx *cx, const char *document, Str url)
{
    return cx_write(cx, write_document, &(Writing){ str_of(document), url });
}

/* Forty days on, by the clock of the system and by that of the files. */
static int64_t later(const Cx *cx) { return (cx->now_ms > clock_ms() ? cx->now_ms : clock_ms()) + 40ll * 86400000; }

static bool is_on_disk(Cx *cx, const Attachment *f)
{
    struct stat s;
    return stat(arena_fmt(cx->arena, STR_FMT "/files/%.2s/" STR_FMT, STR_ARG(cx->app->options.data_dir), f->hash.at, STR_ARG(f->hash)).at, &s) == 0;
}

SPEC("a picture that no report ever spoke of is removed after its days, row and file; none that a text holds, held, or has from elsewhere")
{
    SYSTEM();
    Attachment now, once, elsewhere, unused;
    expect_ok(attachment_add(&cx, S("r1"), S("now.png"), BYTES(picture), &now));
    expect_ok(attachment_add(&cx, S("r1"), S("once.png"), BYTES(picture), &once));
    expect_ok(attachment_add(&cx, S("r1"), S("elsewhere.png"), BYTES(picture), &elsewhere));
    expect_ok(attachment_add(&cx, S("r1"), S("unused.gif"), BYTES(pixel), &unused));
    expect(!str_eq(now.hash, unused.hash));
    expect_ok(says(&cx, "r1", once.url));
    expect_ok(says(&cx, "r1", now.url));
    expect_ok(says(&cx, "r2", elsewhere.url));
    cx.now_ms += 20ll * 86400000;
    expect_ok(attachment_sweep(&cx, S("")));
    expect_ok(attachment_get(&cx, unused.id, &f));
    cx.now_ms = later(&cx);
    expect_ok(attachment_sweep(&cx, S("")));
    expect_err(ERR_NOT_FOUND, attachment_get(&cx, unused.id, &f));
    expect(!is_on_disk(&cx, &unused) && is_on_disk(&cx, &now));
    expect_ok(attachment_get(&cx, now.id, &f));
    expect_ok(attachment_get(&cx, once.id, &f));
    expect_ok(attachment_get(&cx, elsewhere.id, &f));
}

SPEC("a picture stays on disk as long as one of its names is used, and what a kill left of an upload goes")
{
    SYSTEM();
    Attachment used, unused;
    expect_ok(attachment_add(&cx, S("r1"), S("used.png"), BYTES(picture), &used));
    expect_ok(attachment_add(&cx, S("r1"), S("unused.png"), BYTES(picture), &unused));
    expect_ok(says(&cx, "r1", used.url));
    Str left = arena_fmt(a, STR_FMT "/files/%.2s/" STR_FMT ".0123abcd", STR_ARG(app->options.data_dir), used.hash.at, STR_ARG(used.hash));
    FILE *half = fopen(left.at, "w");
    expect(half && fputs("half", half) >= 0 && !fclose(half));
    cx.now_ms = later(&cx);
    expect_ok(attachment_sweep(&cx, S("")));
    expect_err(ERR_NOT_FOUND, attachment_get(&cx, unused.id, &f));
    expect(is_on_disk(&cx, &used));
    expect(access(left.at, F_OK) != 0);
    expect_ok(attachment_add(&cx, S("r1"), S("again.gif"), BYTES(pixel), &f));
    expect(is_on_disk(&cx, &f));
}

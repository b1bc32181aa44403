/* hindsight-pdf < report > pdf      2> "pages 12", or why not
 *
 * The report: a line with the length of a JSON text, that text, then the bytes of its pictures one behind the other:
 *
 *      {"language","title","over","byline","note","footer","contents","author","date",
 *       "figures":[{"label","text"}], "images":{ID:{"format","width","height","offset","bytes"}}, "doc":{…}}
 *
 * `doc` is the tree as ProseMirror's JSON in which everything that has a text is text already; pictures are "image:ID". */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "image/cage.h"
#include "pdf/pdf.h"

static bool write_all(const char *bytes, size_t n)
{
    while (n) {
        ssize_t w = write(STDOUT_FILENO, bytes, n);
        if (w < 0 && errno != EINTR) return false;
        if (w > 0) { bytes += w; n -= (size_t)w; }
    }
    return true;
}

static cairo_status_t out(void *nothing, const unsigned char *bytes, unsigned int n)
{
    (void)nothing;
    alt_watch(bytes, n);
    return write_all((const char *)bytes, n) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static const char *read_input(size_t *ret_len)
{
    struct stat s;
    if (fstat(STDIN_FILENO, &s) != 0 || s.st_size <= 0) cage_stop(CAGE_OTHER, "give the report as a file on standard input");
    void *p = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
    if (p == MAP_FAILED) cage_stop(CAGE_OTHER, "cannot read the report");
    *ret_len = (size_t)s.st_size;
    return p;
}

static void open_book(Book *b)
{
    size_t len, at = 0, text = 0;
    const char *all = read_input(&len);
    while (at < len && at < 12 && all[at] >= '0' && all[at] <= '9') text = text * 10 + (size_t)(all[at++] - '0');
    if (!at || at >= len || all[at] != '\n' || text > len - at - 1) cage_stop(CAGE_INVALID, "the report is incomplete");
    json_error_t e;
    b->input = json_loadb(all + at + 1, text, 0, &e);
    if (!json_is_object(b->input)) cage_stop(CAGE_INVALID, "the report is no JSON");
    b->blob = (const unsigned char *)all + at + 1 + text;
    b->blob_len = len - at - 1 - text;
    b->language = text_of(b->input, "language");
}

static void describe(Book *b, cairo_surface_t *s)
{
    static const struct { cairo_pdf_metadata_t what; const char *key; } parts[] = {
        { CAIRO_PDF_METADATA_TITLE, "title" }, { CAIRO_PDF_METADATA_AUTHOR, "author" }, { CAIRO_PDF_METADATA_SUBJECT, "over" },
        { CAIRO_PDF_METADATA_CREATE_DATE, "date" } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (*text_of(b->input, parts[i].key)) cairo_pdf_surface_set_metadata(s, parts[i].what, text_of(b->input, parts[i].key));
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, "Hindsight");
}

static int count_headings(const json_t *n)
{
    size_t i;
    const json_t *child;
    int count = strcmp(text_of(n, "type"), "heading") == 0;
    json_array_foreach(json_object_get(n, "content"), i, child) count += count_headings(child);
    return count;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1) cage_stop(CAGE_OTHER, "usage: hindsight-pdf < report > pdf");
    cage_limit(RLIMIT_CPU, 60);
    cage_limit(RLIMIT_AS, (rlim_t)3 << 30);
    cage_limit(RLIMIT_FSIZE, 512 << 20);
    cage_limit(RLIMIT_NOFILE, 64);
    cage_limit(RLIMIT_CORE, 0);
    Book b = { 0 };
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(out, NULL, PAGE_W, PAGE_H);
    cairo_t *cr = cairo_create(surface);
    cage_close();
    open_book(&b);
    describe(&b, surface);
    b.pango = pango_cairo_create_context(cr);
    pango_context_set_language(b.pango, pango_language_from_string(*b.language ? b.language : "en"));
    cairo_font_options_t *plain = cairo_font_options_create();
    cairo_font_options_set_hint_style(plain, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(plain, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(b.pango, plain);
    cairo_font_options_destroy(plain);
    int *pages = calloc((size_t)count_headings(json_object_get(b.input, "doc")) + 1, sizeof *pages);
    if (!pages) out_of_memory();
    flow_book(&b, NULL);
    page_all(&b, NULL, NULL, pages);
    flow_book(&b, pages);
    b.pages = page_all(&b, NULL, NULL, pages);
    page_all(&b, cr, surface, pages);
    cairo_show_page(cr);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) cage_stop(CAGE_OTHER, cairo_status_to_string(cairo_surface_status(surface)));
    if (!alt_append(write_all)) cage_stop(CAGE_OTHER, "cannot write the file: the disk may be full");
    fprintf(stderr, "pages %d\n", b.pages);
    fflush(stderr);
    _exit(CAGE_DONE);
}

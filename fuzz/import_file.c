/* Any bytes as a document to import: HTML, DOCX, archives, Markdown. Whatever is read is rendered to every form. */
#include <stdlib.h>
#include "document/import_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 16);
    Imported f;
    Str out;
    DocNode *again;
    if (import_file(a, (Str){ (const char *)data, size }, &f).info) return 0;
    if (render_html(a, f.doc, &(RenderHtml){ .toc = true }, &out).info) abort();
    if (str_find(out, S("<script")) >= 0 || str_find(out, S("\"javascript:")) >= 0) abort();
    if (render_text(a, f.doc, &out).info || render_markdown(a, f.doc, &out).info) abort();
    if (doc_from_json(a, doc_json(a, f.doc), &again).info) abort();
    (void)doc_flat(a, f.doc, &(FlatOptions){ .site = S("https://h.example") });
    return 0;
}

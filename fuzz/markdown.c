/* Any bytes as Markdown: the tree is rendered to every form, and what is written as Markdown must be readable again.
 * clang -fsanitize=fuzzer,address,undefined … fuzz/markdown.c src/document/{node,markdown*,import*,render*,words}.c src/base/… */
#include <stdlib.h>
#include "document/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 16);
    DocNode *doc, *again;
    Str out;
    if (import_markdown(a, (Str){ (const char *)data, size }, &doc).info) return 0;
    if (render_html(a, doc, &(RenderHtml){ .toc = true }, &out).info) abort();
    if (str_find(out, S("<script")) >= 0 || str_find(out, S("\"javascript:")) >= 0) abort();
    if (render_text(a, doc, &out).info || render_markdown(a, doc, &out).info) abort();
    if (out.len < (1u << 21) && import_markdown(a, out, &again).info) abort();
    if (doc_from_json(a, doc_json(a, doc), &again).info) abort();
    return 0;
}

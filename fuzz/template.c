/* Any text as a template: it is refused with a place, or it runs; what it makes renders without markup of its values. */
#include <stdlib.h>
#include "feature/template/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char values_text[] = "{\"incident\":{\"title\":\"<script>*x*\\n# "
                                  "y\",\"url\":\"javascript:x\"},\"impacts\":[{\"title\":\"| a "
                                  "|\"},{\"title\":\"\"}],\"alerts\":[]}";

static void block(void *ctx, Arena *a, Str name, BlockMode mode, DocNodes *to)
{
    (void)ctx; (void)mode;
    DocNode *p = doc_node(a, "paragraph");
    doc_text(a, p, name);
    *list_add(a, to) = p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 16);
    const Program *program;
    Str out;
    if (size > 20000
        || program_parse(a, S("prefill"), (Str){ (const char *)data, size }, &program).info)
        return 0;
    json_t *values = json_loads(values_text, 0, NULL);
    DocNode *doc = doc_node(a, "doc");
    Err e = program_run(a, program, &(ProgramData){ .values = values, .locale = S("en"), .block = block }, doc);
    json_decref(values);
    if (e.info) return 0;
    if (render_html(a, doc, &(RenderHtml){ .toc = true }, &out).info) abort();
    if (str_find(out, S("<script")) >= 0 || str_find(out, S("\"javascript:")) >= 0) abort();
    return 0;
}

/* Any bytes as JSON: what we read and what jansson reads must be the same, and what one refuses the other must. */
#include <jansson.h>
#include <stdlib.h>
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size && memchr(data, 0, size)) return 0;         /* jansson takes one for the end of the text */
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    auto_arena a = arena_new(4096);
    const Json *v = NULL;
    json_error_t why;
    json_t *want = json_loadb((const char *)data, size, flags, &why);
    Err e = json_read(a, (Str){ (const char *)data, size }, &v);
    if (e.info && str_find(e.info->message, S("nested deeper")) >= 0) { json_decref(want); return 0; }
    if (!want && v && json_error_code(&why) == json_error_numeric_overflow) return 0;     /* an integer of more than 64 bits: we keep its text */
    if (!want != !v) abort();
    if (!v) return 0;
    Str text = json_compact(a, v);
    json_t *back = json_loadb(text.at, text.len, flags, NULL);
    if (!back || !json_equal(want, back)) abort();
    json_decref(want);
    json_decref(back);
    return 0;
}

/* Any bytes as JSON of one's own: up to the first line break a mapping, then the payload. A mapping
 * that passes the check, and one that does not, may both meet any payload. */
#include "fuzz/alert_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str all = { (const char *)data, size }, mapping = str_before(all, '\n'),
        payload = str_after(all, '\n');
    auto_arena a = arena_new(4096);
    json_t *parsed = NULL;
    Err e = alert_source_find(S("generic"))->check(a, mapping);
    must(!e.info || e.info->kind == ERR_INVALID);
    bool is_object = !json_parse(a, mapping, &parsed).info && json_is_object(parsed);
    check_decode("generic", is_object ? mapping : S(""), payload);
    return 0;
}

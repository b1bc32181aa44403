/* Any bytes as a payload of any source that is a table: the first byte chooses the source, the second JSON or a form. */
#include "fuzz/alert_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const AlertSource *sources[200];
    size_t n = 0;
    if (size < 2) return 0;
    for (size_t i = 0; integrations[i] && n < 200; i++)
        if (integrations[i]->alert_source) sources[n++] = integrations[i]->alert_source;
    Str type = data[1] == 'f' ? S("application/x-www-form-urlencoded") : S("application/json");
    check_decode_as(sources[data[0] % n]->kind, S(""), type, (Str){ (const char *)data + 2, size - 2 });
    return 0;
}

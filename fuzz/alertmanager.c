/* Any bytes as a webhook of Alertmanager. */
#include "fuzz/alert_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_decode("alertmanager", S(""), (Str){ (const char *)data, size });
    return 0;
}

/* Any bytes as an event for PagerDuty's Events API v2. */
#include "fuzz/alert_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_decode("pagerduty", S(""), (Str){ (const char *)data, size });
    return 0;
}

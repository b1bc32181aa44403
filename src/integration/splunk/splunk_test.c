#include "port/given_alerts.h"

#define HERE "src/integration/splunk/fixtures/"

SPEC("a saved search of Splunk fires")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-2 search/Payment errors: Payment errors {\"app\":\"search\",\"host\":\"web-1\",\"owner\":\"ops\",\"sourcetype\":\"access_combined\"}",
               told_by_file(a, "splunk", HERE "fired.json"));
}

SPEC("Splunk: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("app", field_of(decode_as(a, "splunk", "", S("{}"), &none)));
}

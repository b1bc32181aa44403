#include "port/given_alerts.h"

#define HERE "src/integration/launchdarkly/fixtures/"

SPEC("a flag of LaunchDarkly that is turned on is a change; a new member is none")
{
    auto_arena a = arena_new(4096);
    expect_str("feature_flag  5c6efd0b: New checkout: turned on the flag by Ann Li [2026-11-10T14:07:30.123Z..] {\"action\":\"updateOn\",\"environment\":\"production\",\"flag\":\"new-checkout\",\"project\":\"shop\"}",
               changes_by_file(a, "launchdarkly", HERE "flag.json"));
    expect_str("",
               changes_by_file(a, "launchdarkly", HERE "member.json"));
}

SPEC("launchdarkly: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    ChangesIn none = { 0 };
    expect_str("body", field_of(changes_as(a, "launchdarkly", S("{}"), &none)));
    expect_str("name", field_of(changes_as(a, "launchdarkly", S("{\"_id\":\"1\",\"kind\":\"flag\"}"), &none)));
    expect_str("date", field_of(changes_as(a, "launchdarkly", S("{\"_id\":\"1\",\"kind\":\"flag\",\"name\":\"x\",\"date\":\"noon\"}"), &none)));
}

#include "port/given_alerts.h"

#define HERE "src/integration/better_stack/fixtures/"

SPEC("a Better Stack incident is started, acknowledged and resolved")
{
    auto_arena a = arena_new(4096);
    expect_str("firing unknown 25: Shop homepage [2026-11-10T14:07:30.000Z..] {\"monitor\":\"4\",\"region\":\"eu\"}",
               told_by_file(a, "better_stack", HERE "started.json"));
    expect_str("acknowledged unknown 25: Shop homepage [2026-11-10T14:07:30.000Z..] taken 2026-11-10T14:09:00.000Z",
               told_by_file(a, "better_stack", HERE "acknowledged.json"));
    expect_str("resolved unknown 25: Shop homepage [2026-11-10T14:07:30.000Z..2026-11-10T14:15:00.000Z]",
               told_by_file(a, "better_stack", HERE "resolved.json"));
}

SPEC("Better Stack: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("data.id", field_of(decode_as(a, "better_stack", "", S("{\"data\":{}}"), &none)));
    expect_str("data.attributes.acknowledged_at", field_of(decode_as(a, "better_stack", "", S("{\"data\":{\"id\":\"1\",\"attributes\":{\"acknowledged_at\":\"x\"}}}"), &none)));
}

SPEC("Better Stack: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/better-stack-incident-acknowledged.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("acknowledged unknown 1: Tesla.com homepage", told_by(a, "better_stack", "application/json", payload));
}

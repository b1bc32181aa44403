#include "port/given_alerts.h"

#define HERE "src/integration/elastalert/fixtures/"

SPEC("a match of ElastAlert fires")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 Payment errors/web-1: Payments fail on web-1 [2026-11-10T14:07:30.000Z..] {\"host\":\"web-1\",\"key\":\"web-1\",\"rule\":\"Payment errors\"}",
               told_by_file(a, "elastalert", HERE "match.json"));
}

SPEC("ElastAlert: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("rule", field_of(decode_as(a, "elastalert", "", S("{}"), &none)));
    expect_str("time", field_of(decode_as(a, "elastalert", "", S("{\"rule\":\"a\",\"time\":\"x\"}"), &none)));
}

SPEC("ElastAlert: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/grafana-oncall-elastalert.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing unknown This alert was sent by user for demonstration purposes: This alert was sent by user for demonstration purposes", told_by(a, "elastalert", "application/json", payload));
}

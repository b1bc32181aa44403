#include "port/given_alerts.h"

#define HERE "src/integration/kapacitor/fixtures/"

SPEC("a Kapacitor alert fires and ends at the level OK")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 cpu/host=web-1: cpu/host=web-1 is CRITICAL [2026-11-10T14:07:30.000Z..] {\"host\":\"web-1\",\"measurement\":\"cpu\"}",
               told_by_file(a, "kapacitor", HERE "critical.json"));
    expect_str("resolved SEV-4 cpu/host=web-1: cpu/host=web-1 is OK [..2026-11-10T14:15:00.000Z]",
               told_by_file(a, "kapacitor", HERE "ok.json"));
}

SPEC("Kapacitor: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("id", field_of(decode_as(a, "kapacitor", "", S("{\"level\":\"OK\"}"), &none)));
    expect_str("time", field_of(decode_as(a, "kapacitor", "", S("{\"id\":\"x\",\"time\":{}}"), &none)));
}

SPEC("Kapacitor: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/grafana-oncall-kapacitor.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing unknown TestAlert: This alert was sent by user for demonstration purposes", told_by(a, "kapacitor", "application/json", payload));
}

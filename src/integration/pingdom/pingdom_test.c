#include "port/given_alerts.h"

#define HERE "src/integration/pingdom/fixtures/"

SPEC("a Pingdom check goes down and up")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-2 803318: Shop [2026-11-10T14:07:30.000Z..] {\"env\":\"prod\",\"hostname\":\"shop.example.com\",\"probe\":\"Stockholm, Sweden\",\"type\":\"HTTP\"}",
               told_by_file(a, "pingdom", HERE "down.json"));
    expect_str("resolved SEV-2 803318: Shop [..2026-11-10T14:15:00.000Z] {\"type\":\"HTTP\"}",
               told_by_file(a, "pingdom", HERE "up.json"));
}

SPEC("Pingdom: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("check_id", field_of(decode_as(a, "pingdom", "", S("{\"current_state\":\"DOWN\"}"), &none)));
    expect_str("current_state", field_of(decode_as(a, "pingdom", "", S("{\"check_id\":1,\"current_state\":\"ODD\"}"), &none)));
}

SPEC("Pingdom: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/alerta-pingdom_down.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing SEV-2 803318: Alerta API on OpenShift", told_by(a, "pingdom", "application/json", payload));
}

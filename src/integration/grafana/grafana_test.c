#include "port/given_alerts.h"

#define HERE "src/integration/grafana/fixtures/"

SPEC("unified and legacy alerts of Grafana fire and end")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 5c9f01e2aa0c7d11: Checkout answers 500 [2026-11-10T14:07:00.000Z..] {\"alertname\":\"CheckoutErrors\",\"service\":\"checkout\",\"severity\":\"critical\"}\n"
               "resolved SEV-3 90aa6f0e12de33b4: CheckoutErrors [2026-11-10T13:50:00.000Z..2026-11-10T14:06:30.000Z] {\"alertname\":\"CheckoutErrors\",\"service\":\"cart\",\"severity\":\"warning\"}",
               told_by_file(a, "grafana", HERE "unified.json"));
    expect_str("firing SEV-3 3/7/58: Queue length {\"service\":\"queue\",\"severity\":\"warning\"}",
               told_by_file(a, "grafana", HERE "legacy.json"));
    expect_str("resolved unknown 3/7/58: Queue length",
               told_by_file(a, "grafana", HERE "legacy_ok.json"));
}

SPEC("Grafana: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("alerts[0].status", field_of(decode_as(a, "grafana", "", S("{\"alerts\":[{\"status\":\"odd\",\"fingerprint\":\"1\"}]}"), &none)));
    expect_str("dashboardId", field_of(decode_as(a, "grafana", "", S("{\"state\":\"alerting\"}"), &none)));
    expect_str("state", field_of(decode_as(a, "grafana", "", S("{}"), &none)));
    expect_str("alerts[0].startsAt", field_of(decode_as(a, "grafana", "", S("{\"alerts\":[{\"status\":\"firing\",\"fingerprint\":\"1\",\"startsAt\":\"noon\"}]}"), &none)));
}

SPEC("Grafana: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/zulip-fixtures-grafana-v11-firing.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing unknown e6349a25f5ef0e9e: High memory usage", told_by(a, "grafana", "application/json", payload));
    Str payload1 = given_file(a, "../shared/samples/alerts/grafana-oncall-grafana_alerting.json");
    expect_has("firing SEV-1 f404ecabc8dd5cd7: Instance localhost:8081 down", told_by(a, "grafana", "application/json", payload1));
    Str payload2 = given_file(a, "../shared/samples/alerts/alerta-grafana_6.json");
    expect_has("firing SEV-3 58: Testing -> Battery Voltage alert", told_by(a, "grafana", "application/json", payload2));
}

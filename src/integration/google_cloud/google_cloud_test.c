#include "port/given_alerts.h"

#define HERE "src/integration/google_cloud/fixtures/"

SPEC("a Google Cloud incident opens and closes")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-2 0.mj7x: p99 latency [2026-11-10T14:07:30.000Z..] {\"cluster_name\":\"eu-1\",\"policy\":\"Latency\",\"project\":\"shop-prod\",\"resource\":\"checkout\",\"route\":\"/pay\",\"team\":\"payments\"}",
               told_by_file(a, "google_cloud", HERE "open.json"));
    expect_str("resolved unknown 0.mj7x: p99 latency [2026-11-10T14:07:30.000Z..2026-11-10T14:15:00.000Z]",
               told_by_file(a, "google_cloud", HERE "closed.json"));
}

SPEC("Google Cloud Monitoring: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("incident.incident_id", field_of(decode_as(a, "google_cloud", "", S("{\"incident\":{\"state\":\"open\"}}"), &none)));
    expect_str("incident.state", field_of(decode_as(a, "google_cloud", "", S("{\"incident\":{\"state\":\"half\",\"incident_id\":\"1\"}}"), &none)));
    expect_str("body", field_of(decode_as(a, "google_cloud", "", S("[]"), &none)));
}

SPEC("Google Cloud Monitoring: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/alerta-stackdriver_open.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing unknown f2e08c333dc64cb09f75eaab355393bz: CPU usage", told_by(a, "google_cloud", "application/json", payload));
    Str payload1 = given_file(a, "../shared/samples/alerts/keep-mocks-gcpmonitoring-5XX_errors_production.json");
    expect_has("firing SEV-1 prod-5xx-123: 5XX Error Rate > 5%", told_by(a, "google_cloud", "application/json", payload1));
}

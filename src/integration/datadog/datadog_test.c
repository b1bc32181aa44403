#include "port/given_alerts.h"

#define HERE "src/integration/datadog/fixtures/"

SPEC("a Datadog monitor fires and recovers")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 9f3c0b: High error rate on {service:checkout} [2026-11-10T14:07:30.000Z..] {\"env\":\"prod\",\"host\":\"web-1\",\"metric\":\"trace.http.errors\",\"scope\":\"service:checkout\",\"service\":\"checkout\",\"tag\":\"monitor\"}",
               told_by_file(a, "datadog", HERE "triggered.json"));
    expect_str("resolved SEV-1 9f3c0b: High error rate on {service:checkout} [..2026-11-10T14:15:00.000Z]",
               told_by_file(a, "datadog", HERE "recovered.json"));
}

SPEC("Datadog: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("aggreg_key", field_of(decode_as(a, "datadog", "", S("{\"alert_transition\":\"Triggered\"}"), &none)));
    expect_str("date", field_of(decode_as(a, "datadog", "", S("{\"id\":\"1\",\"date\":\"soon\"}"), &none)));
}

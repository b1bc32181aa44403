#include "port/given_alerts.h"

#define HERE "src/integration/sentry/fixtures/"

SPEC("issues, issue alerts and metric alerts of Sentry fire and are resolved")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-2 1170820242: TypeError: total is undefined [2026-11-10T14:07:30.000Z..] {\"project\":\"shop\"}",
               told_by_file(a, "sentry", HERE "issue.json"));
    expect_str("resolved SEV-2 1170820242: TypeError: total is undefined {\"project\":\"shop\"}",
               told_by_file(a, "sentry", HERE "issue_resolved.json"));
    expect_str("firing SEV-2 1170820242: TypeError: total is undefined [2026-11-10T14:07:30.000Z..] {\"browser\":\"Chrome 130\",\"environment\":\"prod\",\"release\":\"4.2\",\"rule\":\"Many errors\"}",
               told_by_file(a, "sentry", HERE "event_alert.json"));
    expect_str("firing SEV-1 7: Critical: Error rate [2026-11-10T14:07:30.000Z..]",
               told_by_file(a, "sentry", HERE "metric_alert.json"));
}

SPEC("Sentry: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("data.issue.id", field_of(decode_as(a, "sentry", "", S("{\"action\":\"created\",\"data\":{}}"), &none)));
    expect_str("body", field_of(decode_as(a, "sentry", "", S("7"), &none)));
}

SPEC("Sentry: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/keep-mocks-sentry-browser_timeout.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing SEV-2 4616132097: Failed to fetch user profile", told_by(a, "sentry", "application/json", payload));
}

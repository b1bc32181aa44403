#include "port/given_alerts.h"

#define HERE "src/integration/pagerduty_webhook/fixtures/"

SPEC("PagerDuty incidents are triggered, acknowledged and resolved; notes, responders and updates are remarks")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 PFQZPSY: Ledger is slow [2026-11-10T14:07:30.000Z..] {\"policy\":\"Default\",\"priority\":\"P1\",\"service\":\"ledger\",\"urgency\":\"high\"}",
               told_by_file(a, "pagerduty_webhook", HERE "triggered.json"));
    expect_str("acknowledged SEV-2 PFQZPSY: Ledger is slow taken 2026-11-10T14:09:00.000Z {\"urgency\":\"high\"}",
               told_by_file(a, "pagerduty_webhook", HERE "acknowledged.json"));
    expect_str("resolved SEV-2 PFQZPSY: Ledger is slow [2026-11-10T14:07:30.000Z..2026-11-10T14:15:00.000Z] {\"urgency\":\"high\"}",
               told_by_file(a, "pagerduty_webhook", HERE "resolved.json"));
    expect_str("remark PFQZPSY by Ann Li: Looking at the pool 连接池", told_by_file(a, "pagerduty_webhook", HERE "annotated.json"));
    expect_str("remark PFQZPSY by Ann Li: asked Bo Chen to respond", told_by_file(a, "pagerduty_webhook", HERE "responder_added.json"));
    expect_str("remark PFQZPSY by Ann Li: We roll back", told_by_file(a, "pagerduty_webhook", HERE "status_update.json"));
    expect_str("remark PFQZPSY by Ann Li: assigned it to Bo Chen", told_by_file(a, "pagerduty_webhook", HERE "reassigned.json"));
}

SPEC("PagerDuty webhooks (v3): what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("event.data.id", field_of(decode_as(a, "pagerduty_webhook", "", S("{\"event\":{\"event_type\":\"incident.triggered\",\"data\":{}}}"), &none)));
}

SPEC("PagerDuty webhooks (v3): recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/zulip-fixtures-pagerduty-triggered_v3.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing SEV-2 PFQZPSY: Test Incident 3", told_by(a, "pagerduty_webhook", "application/json", payload));
    Str payload1 = given_file(a, "../shared/samples/alerts/zulip-fixtures-pagerduty-acknowledged_v3.json");
    expect_has("acknowledged SEV-2 PQ1K5C8: Test Incident", told_by(a, "pagerduty_webhook", "application/json", payload1));
}

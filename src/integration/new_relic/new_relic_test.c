#include "port/given_alerts.h"

#define HERE "src/integration/new_relic/fixtures/"

SPEC("New Relic issues and legacy incidents fire and close")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 c5faa7e6: Throughput of ledger is low [2026-11-10T14:07:30.123Z..] {\"condition\":\"Low throughput\",\"entity\":\"ledger\",\"policy\":\"Golden signals\",\"workflow\":\"Hindsight\"}",
               told_by_file(a, "new_relic", HERE "activated.json"));
    expect_str("resolved SEV-1 c5faa7e6: Throughput of ledger is low [2026-11-10T14:07:30.123Z..2026-11-10T14:15:00.000Z]",
               told_by_file(a, "new_relic", HERE "closed.json"));
    expect_str("firing SEV-3 31: Apdex [2026-11-10T14:07:30.000Z..] {\"policy\":\"Web\"}",
               told_by_file(a, "new_relic", HERE "legacy.json"));
    expect_str("resolved SEV-3 31: Apdex [2026-11-10T14:07:30.000Z..2026-11-10T14:08:30.000Z]",
               told_by(a, "new_relic", "application/json", S("{\"incident_id\":31,\"current_state\":\"closed\",\"severity\":\"WARNING\","
                   "\"condition_name\":\"Apdex\",\"timestamp\":1794319710000,\"duration\":60000}")));
}

SPEC("New Relic: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("id", field_of(decode_as(a, "new_relic", "", S("{\"state\":\"ACTIVATED\"}"), &none)));
    expect_str("state", field_of(decode_as(a, "new_relic", "", S("{\"id\":\"1\",\"state\":\"odd\"}"), &none)));
}

SPEC("New Relic: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/zulip-fixtures-newrelic-issue_activated.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing SEV-1 c5faa7e6-7b54-402d-af79-f99601e0278c: zulip_app query result is > 1.0 for 1 minutes on 'Zulip Server Low Storage'", told_by(a, "new_relic", "application/json", payload));
    Str payload1 = given_file(a, "../shared/samples/alerts/alerta-new_relic_notification.json");
    expect_has("firing SEV-4 0: New Relic Alert - Test Condition [2020-09-25T11:23:27.844Z..]", told_by(a, "new_relic", "application/json", payload1));
}

#include "port/given_alerts.h"

#define HERE "src/integration/opsgenie/fixtures/"

SPEC("an Opsgenie alert fires and closes; notes change nothing")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-2 7d4c2b0a-1f: Replication lag on db-3 [2026-11-10T14:07:30.123Z..] {\"entity\":\"db-3\",\"env\":\"prod\",\"service\":\"ledger\",\"source\":\"10.0.0.7\",\"tag\":\"vip\"}",
               told_by_file(a, "opsgenie", HERE "create.json"));
    expect_str("resolved SEV-2 7d4c2b0a-1f: Replication lag on db-3 [2026-11-10T14:07:30.123Z..2026-11-10T14:15:00.000Z]",
               told_by_file(a, "opsgenie", HERE "close.json"));
    expect_str("",
               told_by_file(a, "opsgenie", HERE "note.json"));
}

SPEC("Opsgenie: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("alert.alertId", field_of(decode_as(a, "opsgenie", "", S("{\"action\":\"Create\",\"alert\":{}}"), &none)));
    expect_str("alert.createdAt", field_of(decode_as(a, "opsgenie", "", S("{\"action\":\"Create\",\"alert\":{\"alertId\":\"1\",\"createdAt\":\"noon\"}}"), &none)));
}

SPEC("Opsgenie: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/zulip-fixtures-opsgenie-create.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing SEV-3 ec03dad6-62c8-4c94-b38b-d88f398e900f: another alert", told_by(a, "opsgenie", "application/json", payload));
}

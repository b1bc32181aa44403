#include "port/given_alerts.h"

#define HERE "src/integration/zabbix/fixtures/"

SPEC("a Zabbix problem and its recovery are one alert")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-2 4711: Disk space is low on db-1 [2026-11-10T14:07:30.000Z..] {\"host\":\"db-1\",\"scope\":\"capacity\",\"service\":\"ledger\",\"trigger_id\":\"19001\"}",
               told_by_file(a, "zabbix", HERE "problem.json"));
    expect_str("resolved SEV-2 4711: Disk space is low on db-1 [..2026-11-10T14:15:00.000Z] {\"host\":\"db-1\"}",
               told_by_file(a, "zabbix", HERE "recovery.json"));
}

SPEC("Zabbix: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("event_id", field_of(decode_as(a, "zabbix", "", S("{\"value\":\"1\"}"), &none)));
    expect_str("value", field_of(decode_as(a, "zabbix", "", S("{\"event_id\":\"1\",\"value\":\"7\"}"), &none)));
}

SPEC("Zabbix: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/grafana-oncall-zabbix.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing unknown 08d6891a-835c-e661-39fa-96b6a9e26552: TestAlert: The whole system is down", told_by(a, "zabbix", "application/json", payload));
}

#include "port/given_alerts.h"

#define HERE "src/integration/azure_monitor/fixtures/"

SPEC("an Azure Monitor alert is fired and resolved")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-2 /subscriptions/11/providers/Microsoft.AlertsManagement/alerts/b9: CPU of vm-7 [2026-11-10T14:07:30.123Z..] {\"resource\":\"vm-7\",\"service\":\"Platform\",\"signal\":\"Metric\",\"team\":\"payments\"}",
               told_by_file(a, "azure_monitor", HERE "fired.json"));
    expect_str("resolved SEV-2 /subscriptions/11/providers/Microsoft.AlertsManagement/alerts/b9: CPU of vm-7 [2026-11-10T14:07:30.123Z..2026-11-10T14:15:00.765Z]",
               told_by_file(a, "azure_monitor", HERE "resolved.json"));
}

SPEC("Azure Monitor: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("data.essentials.monitorCondition", field_of(decode_as(a, "azure_monitor", "", S("{\"schemaId\":\"other\"}"), &none)));
    expect_str("data.essentials.monitorCondition", field_of(decode_as(a, "azure_monitor", "", S("{\"data\":{\"essentials\":{\"monitorCondition\":\"Odd\",\"alertId\":\"1\"}}}"), &none)));
    expect_str("data.essentials.alertId", field_of(decode_as(a, "azure_monitor", "", S("{\"data\":{\"essentials\":{\"monitorCondition\":\"Fired\"}}}"), &none)));
}

SPEC("Azure Monitor: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/azure-common-schema-metric-resolved.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("resolved SEV-4 /subscriptions/<subscription ID>/providers/Microsoft.AlertsManagement/alerts/b9569717-bc32-442f-add5-83a997729330: WCUS-R2-Gen2", told_by(a, "azure_monitor", "application/json", payload));
}

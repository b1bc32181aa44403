#include "port/given_alerts.h"

#define HERE "src/integration/librenms/fixtures/"

SPEC("a LibreNMS alert fires and recovers")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 2/13: Alert for device sw-1 - Devices up/down {\"hostname\":\"sw-1\",\"location\":\"Berlin\",\"os\":\"ios\",\"rule\":\"Devices up/down\",\"type\":\"network\"}",
               told_by_file(a, "librenms", HERE "alert.json"));
    expect_str("resolved SEV-4 2/13: Device sw-1 recovered from Devices up/down {\"hostname\":\"sw-1\",\"rule\":\"Devices up/down\"}",
               told_by_file(a, "librenms", HERE "recovered.json"));
}

SPEC("LibreNMS: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("device_id", field_of(decode_as(a, "librenms", "", S("{\"state\":\"1\"}"), &none)));
    expect_str("state", field_of(decode_as(a, "librenms", "", S("{\"id\":\"1\",\"state\":\"9\"}"), &none)));
}

SPEC("LibreNMS: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/keep-mocks-libre_nms.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("resolved SEV-4 2/13: Device 10.10.1.147 recovered from Devices up/down", told_by(a, "librenms", "application/json", payload));
}

#include "port/given_alerts.h"

#define HERE "src/integration/victorops/fixtures/"

SPEC("what speaks to VictorOps fires and recovers")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 disk/db-1: Disk is full on db-1 [2026-11-10T14:07:30.000Z..] {\"host\":\"db-1\",\"tool\":\"sensu\"}",
               told_by_file(a, "victorops", HERE "critical.json"));
    expect_str("resolved unknown disk/db-1: disk/db-1 [..2026-11-10T14:15:00.000Z]",
               told_by_file(a, "victorops", HERE "recovery.json"));
}

SPEC("Splunk On-Call (VictorOps): what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("entity_id", field_of(decode_as(a, "victorops", "", S("{\"message_type\":\"CRITICAL\"}"), &none)));
    expect_str("message_type", field_of(decode_as(a, "victorops", "", S("{\"entity_id\":\"x\",\"message_type\":\"LOUD\"}"), &none)));
}

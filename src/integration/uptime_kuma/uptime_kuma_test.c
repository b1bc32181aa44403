#include "port/given_alerts.h"

#define HERE "src/integration/uptime_kuma/fixtures/"

SPEC("an Uptime Kuma monitor goes down and up; its test is no alert")
{
    auto_arena a = arena_new(4096);
    expect_str("firing unknown 4: Shop [2026-11-10T14:07:30.000Z..] {\"env\":\"prod\",\"type\":\"http\"}",
               told_by_file(a, "uptime_kuma", HERE "down.json"));
    expect_str("resolved unknown 4: Shop [..2026-11-10T14:15:00.000Z] {\"type\":\"http\"}",
               told_by_file(a, "uptime_kuma", HERE "up.json"));
    expect_str("",
               told_by_file(a, "uptime_kuma", HERE "test.json"));
}

SPEC("Uptime Kuma: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("monitor.id", field_of(decode_as(a, "uptime_kuma", "", S("{\"heartbeat\":{\"status\":0},\"monitor\":{}}"), &none)));
}

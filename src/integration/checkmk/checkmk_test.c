#include "port/given_alerts.h"

#define HERE "src/integration/checkmk/fixtures/"

SPEC("Checkmk notifications fire and recover")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 db-1/Filesystem /var: Filesystem /var on db-1 is CRIT [2026-11-10T14:07:30.000Z..] {\"address\":\"10.0.0.9\",\"host\":\"db-1\",\"service\":\"Filesystem /var\",\"site\":\"main\"}",
               told_by_file(a, "checkmk", HERE "problem.json"));
    expect_str("resolved SEV-4 db-1/Filesystem /var: Filesystem /var on db-1 is OK [..2026-11-10T14:15:00.000Z] {\"host\":\"db-1\",\"service\":\"Filesystem /var\",\"site\":\"main\"}",
               told_by_file(a, "checkmk", HERE "recovery.json"));
}

SPEC("Checkmk: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("host", field_of(decode_as(a, "checkmk", "", S("{\"notification_type\":\"PROBLEM\"}"), &none)));
}

SPEC("Checkmk: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/keep-mocks-checkmk.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("resolved SEV-4 server1: server1 is UP", told_by(a, "checkmk", "application/json", payload));
}

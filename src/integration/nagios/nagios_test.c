#include "port/given_alerts.h"

#define HERE "src/integration/nagios/fixtures/"

SPEC("host and service notifications of Nagios fire and recover")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 web-1/HTTP: HTTP on web-1 is CRITICAL [2026-11-10T14:07:30.000Z..] {\"address\":\"10.0.0.1\",\"host\":\"web-1\",\"service\":\"HTTP\"}",
               told_by_file(a, "nagios", HERE "problem.json"));
    expect_str("resolved SEV-4 web-1/HTTP: HTTP on web-1 is OK [..2026-11-10T14:15:00.000Z] {\"host\":\"web-1\",\"service\":\"HTTP\"}",
               told_by_file(a, "nagios", HERE "recovery.json"));
    expect_str("firing SEV-1 web-1: web-1 is DOWN [2026-11-10T14:07:30.000Z..] {\"host\":\"web-1\"}",
               told_by_file(a, "nagios", HERE "host_down.json"));
    expect_str("",
               told_by_file(a, "nagios", HERE "flapping.json"));
    expect_str("firing SEV-3 web-1/HTTP: HTTP on web-1 is WARNING [2026-11-10T14:07:30.000Z..] {\"host\":\"web-1\",\"service\":\"HTTP\"}",
               told_by(a, "nagios", "application/x-www-form-urlencoded",
                       S("type=PROBLEM&host=web-1&service=HTTP&state=WARNING&output=50%25+full+%E2%80%9Cvar%E2%80%9D&time=1794319650")));
}

SPEC("Nagios, Icinga: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("host", field_of(decode_as(a, "nagios", "", S("{\"type\":\"PROBLEM\"}"), &none)));
    expect_str("time", field_of(decode_as(a, "nagios", "", S("{\"type\":\"PROBLEM\",\"host\":\"a\",\"time\":\"x\"}"), &none)));
}

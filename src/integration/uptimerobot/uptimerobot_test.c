#include "port/given_alerts.h"

#define HERE "src/integration/uptimerobot/fixtures/"

SPEC("an UptimeRobot monitor goes down and up, as JSON or as a form")
{
    auto_arena a = arena_new(4096);
    expect_str("firing unknown 95987545: Shop [2026-11-10T14:07:30.000Z..] {\"monitor\":\"Shop\"}",
               told_by_file(a, "uptimerobot", HERE "down.json"));
    expect_str("resolved unknown 95987545: Shop [..2026-11-10T14:15:00.000Z] {\"monitor\":\"Shop\"}",
               told_by_file(a, "uptimerobot", HERE "up.json"));
    expect_str("firing unknown 7: Shop & Co {\"monitor\":\"Shop & Co\"}",
               told_by(a, "uptimerobot", "application/x-www-form-urlencoded",
                       S("monitorID=7&monitorFriendlyName=Shop+%26+Co&alertType=1")));
}

SPEC("UptimeRobot: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("monitorID", field_of(decode_as(a, "uptimerobot", "", S("{\"alertType\":\"1\"}"), &none)));
    expect_str("alertType", field_of(decode_as(a, "uptimerobot", "", S("{\"monitorID\":\"1\",\"alertType\":\"12\"}"), &none)));
}

SPEC("UptimeRobot: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/zulip-fixtures-uptimerobot_monitor_down.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing unknown server1.example.com: Web Server", told_by(a, "uptimerobot", "application/json", payload));
}

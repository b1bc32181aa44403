#include "port/given_alerts.h"

#define HERE "src/integration/statuspage/fixtures/"

SPEC("incidents and components of a Statuspage become alerts")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-2 z3lct0: Card payments are slow [2026-11-10T14:07:30.000Z..] {\"impact\":\"major\",\"page\":\"jb7j80\"}",
               told_by_file(a, "statuspage", HERE "incident.json"));
    expect_str("resolved SEV-2 z3lct0: Card payments are slow [2026-11-10T14:07:30.000Z..2026-11-10T14:15:00.000Z] {\"impact\":\"major\",\"page\":\"jb7j80\"}",
               told_by_file(a, "statuspage", HERE "resolved.json"));
    expect_str("firing SEV-1 rb5w: API [2026-11-10T14:07:30.000Z..] {\"component\":\"API\",\"page\":\"jb7j80\"}",
               told_by_file(a, "statuspage", HERE "component.json"));
}

SPEC("Statuspage: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("incident.id", field_of(decode_as(a, "statuspage", "", S("{\"incident\":{\"status\":\"resolved\"}}"), &none)));
}

SPEC("Statuspage: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/zulip-fixtures-statuspage-incident_update.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("resolved unknown z3lct0r596n4: Database query delays", told_by(a, "statuspage", "application/json", payload));
}

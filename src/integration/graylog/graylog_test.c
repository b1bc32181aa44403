#include "port/given_alerts.h"

#define HERE "src/integration/graylog/fixtures/"

SPEC("an event of Graylog fires")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-2 5e7a/web-1: Many 500s [2026-11-10T14:07:30.000Z..] {\"service\":\"shop\",\"source\":\"graylog-1\"}",
               told_by_file(a, "graylog", HERE "event.json"));
}

SPEC("Graylog: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("event_definition_id", field_of(decode_as(a, "graylog", "", S("{}"), &none)));
}

SPEC("Graylog: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/alerta-graylog_notification.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing unknown 5e7a9c8d-9bb1-47b6-b8db-4a3a83a25e0c: ", told_by(a, "graylog", "application/json", payload));
}

#include "base/time.h"
#include "port/given_alerts.h"

#define HERE "src/integration/pagerduty/fixtures/"

static AlertIn decoded(Arena *a, Str payload)
{
    AlertsIn list = { 0 };
    Err e = decode_as(a, "pagerduty", "", payload, &list);
    if (e.info || list.len != 1) {
        spec_failures++;
        fprintf(stderr, STR_FMT "\n", STR_ARG(e.info ? e.info->message : S("not one alert")));
        return (AlertIn){ 0 };
    }
    return list.at[0];
}

SPEC("a PagerDuty trigger becomes a firing alert with details, labels and safe links")
{
    auto_arena a = arena_new(4096);
    AlertIn one = decoded(a, given_file(a, HERE "trigger.json"));
    expect_str("prod-db-03/disk", one.dedup_key);
    expect_str("Disk at 99 % on prod-db-03", one.title);
    expect_str("SEV-1", one.severity);
    expect_str("prod-db", one.group_key);
    expect_has("free space: 1%", one.description);
    expect_has("volumes: [\"/\",\"/data\"]", one.description);
    expect_has("\"component\":\"postgres\"", one.labels);
    expect_has("\"load avg\":\"0.75\"", one.labels);
    expect(!one.resolved && !one.acknowledged);
    int64_t ms = 0;
    expect(time_parse(S("2026-11-10T14:07:30.315Z"), &ms));
    expect_int(ms, one.started_ms);
    expect_str("[{\"title\":\"Runbook\",\"url\":\"https://runbooks.example.com/disk\"},"
               "{\"title\":\"Monitoring\",\"url\":\"https://monitoring.example.com\"}]", one.links);
}

SPEC("acknowledge and resolve need only the key of the alert they are about")
{
    auto_arena a = arena_new(4096);
    AlertIn ack = decoded(a, given_file(a, HERE "acknowledge.json")),
        end = decoded(a, given_file(a, HERE "resolve.json"));
    expect(ack.acknowledged && !ack.resolved);
    expect(end.resolved && !end.acknowledged);
    expect_str("prod-db-03/disk", end.dedup_key);
}

SPEC("a trigger without a key gets one from its bytes, so that a retry is the same alert")
{
    auto_arena a = arena_new(4096);
    Str one = S("{\"event_action\":\"trigger\",\"payload\":{\"summary\":\"x\",\"source\":\"y\","
                "\"severity\":\"error\"}}");
    Str other = S("{\"event_action\":\"trigger\",\"payload\":{\"summary\":\"z\",\"source\":\"y\","
                  "\"severity\":\"error\"}}");
    Str key = decoded(a, one).dedup_key;
    expect_int(32, key.len);
    expect(str_eq(key, decoded(a, one).dedup_key));
    expect(!str_eq(key, decoded(a, other).dedup_key));
}

SPEC("a success is answered in PagerDuty's words, with the key")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = { 0 };
    expect_ok(decode_as(a, "pagerduty", "", given_file(a, HERE "trigger.json"), &list));
    expect_str("{\"status\":\"success\",\"message\":\"Event processed\",\"dedup_key\":\"prod-db-03/disk\"}",
               alert_source_find(S("pagerduty"))->reply(a, &list));
}

SPEC("a wrong event is refused in PagerDuty's words, naming the field")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = { 0 };
    static const struct { const char *payload, *field; } bad[] = {
        { "{}", "event_action" },
        { "[]", "event_action" },
        { "{\"event_action\":\"explode\"}", "event_action" },
        { "{\"event_action\":\"resolve\"}", "dedup_key" },
        { "{\"event_action\":\"resolve\",\"dedup_key\":7}", "dedup_key" },
        { "{\"event_action\":\"trigger\"}", "payload" },
        { "{\"event_action\":\"trigger\",\"payload\":{\"source\":\"s\",\"severity\":\"info\"}}",
        "payload.summary" },
        { "{\"event_action\":\"trigger\",\"payload\":{\"summary\":\" \",\"source\":\"s\",\"severity\":\"info\"}}", "payload.summary" },
        { "{\"event_action\":\"trigger\",\"payload\":{\"summary\":\"x\",\"severity\":\"info\"}}",
        "payload.source" },
        { "{\"event_action\":\"trigger\",\"payload\":{\"summary\":\"x\",\"source\":\"s\",\"severity\":\"bad\"}}", "payload.severity" },
        { "{\"event_action\":\"trigger\",\"payload\":{\"summary\":\"x\",\"source\":\"s\",\"severity\":\"info\",\"timestamp\":\"noon\"}}",
          "payload.timestamp" },
        { "{\"event_action\":\"trigger\",\"links\":{},\"payload\":{\"summary\":\"x\",\"source\":\"s\",\"severity\":\"info\"}}", "links" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Err e = decode_as(a, "pagerduty", "", str_of(bad[i].payload), &list);
        expect_err(ERR_INVALID, e);
        expect_str(bad[i].field, field_of(e));
        Str told = alert_source_find(S("pagerduty"))->refuse(a, e);
        expect_has(
            "{\"status\":\"invalid event\",\"message\":\"Event object is invalid\",\"errors\":[\"",
            told);
    }
}

SPEC("an event that Alertmanager sent to PagerDuty decodes")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/pagerduty-events-v2-trigger.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    AlertIn one = decoded(a, payload);
    expect_int(64, one.dedup_key.len);
    expect_str("SEV-4", one.severity);
    expect_has("HighLoadForDemo", one.title);
    expect_has("alertname = HighLoadForDemo", one.description);
}

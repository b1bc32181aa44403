#include "port/given_alerts.h"

#define HERE "src/integration/cloudevents/fixtures/"

SPEC("CloudEvents become alerts, alone and in a batch; a status that means \"over\" ends one")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-1 /ci/pipelines/42/payments-api: Pipeline 事故 <b> [2026-11-10T14:07:30.123Z..] "
               "{\"service\":\"payments-api\",\"source\":\"/ci/pipelines/42\",\"subject\":\"payments-api\",\"type\":\"com.example.pipeline.failed\"}",
               told_by_file(a, "cloudevents", HERE "structured.json"));
    expect_str("resolved unknown /a/db-1: disk.full: db-1 [..2026-11-10T14:07:30.000Z] {\"source\":\"/a\",\"subject\":\"db-1\",\"type\":\"disk.full\"}\n"
               "firing unknown /a/2: disk.full [2026-11-10T14:08:00.000Z..] {\"source\":\"/a\",\"type\":\"disk.full\"}",
               told_by_file(a, "cloudevents", HERE "batch.json"));
}

SPEC("CloudEvents: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    AlertsIn none = { 0 };
    expect_str("specversion", field_of(decode_as(a, "cloudevents", "", S("{}"), &none)));
    expect_str("data.dedup_key", field_of(decode_as(a, "cloudevents", "", S("{\"specversion\":\"1.0\"}"), &none)));
    expect_str("events[0]", field_of(decode_as(a, "cloudevents", "", S("[7]"), &none)));
}

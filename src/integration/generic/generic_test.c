#include "base/time.h"
#include "integration/generic/generic.h"
#include "port/alert_build.h"
#include "port/given_alerts.h"

#define HERE "src/integration/generic/fixtures/"

static AlertsIn decoded(Arena *a, Str mapping, Str payload)
{
    AlertsIn list = { 0 };
    Err e = decode_as(a, "generic", arena_cstr(a, mapping), payload, &list);
    if (e.info) { spec_failures++; fprintf(stderr, STR_FMT "\n", STR_ARG(e.info->message));
        *list_add(a, &list) = (AlertIn){ 0 }; }
    return list;
}

SPEC("without a mapping the usual names are understood")
{
    auto_arena a = arena_new(4096);
    AlertIn one = decoded(a, S(""), given_file(a, HERE "plain.json")).at[0];
    expect_str("disk-db1", one.dedup_key);
    expect_str("Disk almost full on db-1", one.title);
    expect_str("93 % used, grows 1 % an hour", one.description);
    expect_str("SEV-1", one.severity);
    expect(!one.resolved);
    expect_str("{\"disk\":\"93\",\"service\":\"orders-db\",\"tags\":\"[\\\"a\\\",\\\"b\\\"]\"}",
        one.labels);
    expect_has("https://grafana.example.com/d/1", one.links);
}

SPEC("a mapping reads nested members, lists, templates, word maps and numbers beyond 2^53")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = decoded(a, given_file(a, HERE "nested_list.mapping.json"),
        given_file(a, HERE "nested_list.json"));
    expect_int(2, list.len);
    AlertIn one = list.at[0], two = list.at[1];
    expect_str("9007199254740993", one.dedup_key);
    expect_str("9007199254740994", two.dedup_key);
    expect_str("api latency on api-1 (Example)", one.title);
    expect_str("state CRIT", one.description);
    expect_str("SEV-1", one.severity);
    expect_str("SEV-4", two.severity);
    expect(!one.resolved && two.resolved);
    expect_int(1762783650123, one.started_ms);
    expect_int(1762783650000, two.started_ms);
    expect_int(1762783700250, two.ended_ms);
    expect_str("{\"canary\":\"true\",\"env\":\"prod\",\"name\":\"api-1\",\"org\":\"Example\","
               "\"slash\":\"slash\",\"zone\":\"eu\"}",
               one.labels);
    expect_str("[{\"title\":\"Host\",\"url\":\"https://hosts.example.com/api-1\"}]", one.links);
    expect_str("api latency", one.group_key);
}

SPEC("a time may be RFC 3339 or Unix seconds, milliseconds, microseconds or nanoseconds, as number or text")
{
    auto_arena a = arena_new(4096);
    static const struct { const char *json; int64_t ms; } good[] = {
        { "\"2026-11-10T14:07:30.315Z\"", 1794319650315 }, { "\"2026-11-10T14:07:30.315+0000\"",
            1794319650315 },
        { "\"2026-11-10T22:07:30.315+08:00\"", 1794319650315 }, { "\"2026-11-10 14:07:30\"",
        1794319650000 },
        { "1794319650", 1794319650000 }, { "1794319650.315", 1794319650315 },
        { "1794319650315", 1794319650315 },
        { "1794319650315000", 1794319650315 }, { "1794319650315000001", 1794319650315 },
        { "\"1794319650\"", 1794319650000 },
        { "\"1794319650.5\"", 1794319650500 }, { "\"0001-01-01T00:00:00Z\"", 0 }, { "null", 0 },
        { "0", 0 }, { "\"\"", 0 }, { "-5", 0 },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const Json *value = NULL;
        int64_t ms = -1;
        expect_ok(json_read(a, str_of(good[i].json), &value));
        expect(alert_time(value, &ms));
        expect_int(good[i].ms, ms);
    }
    static const char *const bad[] = { "\"soon\"", "true", "{}", "[]", "\"2026-13-40\"",
        "\"1.2.3\"", "1e30", "\"1e5\"" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const Json *value = NULL;
        int64_t ms = -1;
        expect_ok(json_read(a, str_of(bad[i]), &value));
        expect(!alert_time(value, &ms));
        expect_int(-1, ms);
    }
}

SPEC("a body that is a list, or has a list named alerts, is several alerts")
{
    auto_arena a = arena_new(4096);
    expect_int(2, decoded(a, S(""), S("[{\"title\":\"a\"},{\"title\":\"b\"}]")).len);
    expect_int(2, decoded(a, S(""), S("{\"alerts\":[{\"title\":\"a\"},{\"title\":\"b\"}]}")).len);
    expect_int(0, decoded(a, S(""), S("[]")).len);
}

SPEC("without a key the title and labels make it, so that firing and resolved meet")
{
    auto_arena a = arena_new(4096);
    Str fire = decoded(a, S(""),
        S("{\"title\":\"x\",\"host\":\"h\",\"status\":\"down\"}")).at[0].dedup_key;
    AlertIn end = decoded(a, S(""), S("{\"title\":\"x\",\"host\":\"h\",\"status\":\"UP\"}")).at[0];
    expect(str_eq(fire, end.dedup_key));
    expect(end.resolved);
    expect(!str_eq(fire, decoded(a, S(""), S("{\"title\":\"x\",\"host\":\"i\"}")).at[0].dedup_key));
}

SPEC("what does not fit is refused with the field and what the mapping says")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = { 0 };
    static const struct { const char *mapping, *payload, *field, *says; } bad[] = {
        { "", "{\"foo\":1}", "title", "say in the mapping" },
        { "", "7", "title", "object" },
        { "", "[7]", "[0]", "object" },
        { "", "{\"alerts\":[{\"title\":\"x\"},{}]}", "alerts[1].title", "no title" },
        { "{\"title\":\"/name\"}", "{\"title\":\"x\"}", "title", "/name" },
        { "{\"dedup_key\":\"/uid\"}", "{\"title\":\"x\"}", "dedup_key", "/uid" },
        { "{\"started_at\":\"/when\"}", "{\"title\":\"x\",\"when\":\"tea time\"}", "started_at",
        "tea time" },
        { "{\"alerts\":\"/items\"}", "{\"title\":\"x\"}", "alerts", "/items" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Err e = decode_as(a, "generic", bad[i].mapping, str_of(bad[i].payload), &list);
        expect_err(ERR_INVALID, e);
        expect_str(bad[i].field, field_of(e));
        expect_has(bad[i].says, e.info->message);
    }
}

SPEC("a mapping is checked when it is saved")
{
    auto_arena a = arena_new(4096);
    const AlertSource *generic = alert_source_find(S("generic"));
    expect_ok(generic->check(a, given_file(a, HERE "nested_list.mapping.json")));
    expect_ok(generic->check(a, S("")));
    static const struct { const char *mapping, *field; } bad[] = {
        { "[]", "mapping" },
        { "{\"titel\":\"/x\"}", "mapping.titel" },
        { "{\"title\":7}", "mapping.title" },
        { "{\"started_at\":\"when\"}", "mapping.started_at" },
        { "{\"severity\":{\"value\":\"/p\",\"map\":{\"P1\":\"very bad\"}}}",
        "mapping.severity.map" },
        { "{\"severity\":{\"word\":\"/p\"}}", "mapping.severity.word" },
        { "{\"labels\":[[\"/x\"]]}", "mapping.labels" },
        { "{\"links\":\"/url\"}", "mapping.links" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Err e = generic->check(a, str_of(bad[i].mapping));
        expect_err(ERR_INVALID, e);
        expect_str(bad[i].field, field_of(e));
    }
}

SPEC("a pointer follows RFC 6901: escapes, indexes, the whole, and nothing where nothing is")
{
    auto_arena a = arena_new(4096);
    const Json *root = NULL;
    expect_ok(json_read(a, S("{\"a/b\":1,\"m~n\":2,\"\":3,\"l\":[{\"x\":4}]}"), &root));
    static const struct { const char *pointer; int want; } all[] = {
        { "/a~1b", 1 }, { "/m~0n", 2 }, { "/", 3 }, { "/l/0/x", 4 }, { "#/l/0/x", 4 },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        expect_int(all[i].want,
            generic_pointer(a, root, root, str_of(all[i].pointer))->n);
    expect(generic_pointer(a, root, root, S("")) == root);
    expect(!generic_pointer(a, root, root, S("/l/1")));
    expect(!generic_pointer(a, root, root, S("/l/-1")));
    expect(!generic_pointer(a, root, root, S("/l/0/x/y")));
    expect(!generic_pointer(a, root, root, S("l")));
}

SPEC("what other products really send becomes an alert or a clear refusal")
{
    auto_arena a = arena_new(1 << 16);
    static const struct { const char *file, *mapping, *title, *severity; bool resolved; } all[] = {
        { "keep-mocks-checkmk.json", "", "CheckMK server1 - DOWN -> UP", "SEV-4", true },
        { "alerta-grafana_6.json", "", "[Alerting] TEST -> Battery Voltage alert", "SEV-3", false },
        { "better-stack-incident-acknowledged.json", "", "Tesla.com homepage", "unknown", false },
        { "zulip-fixtures-uptimerobot_monitor_down.json", "", "Web Server", "unknown", false },
        { "azure-common-schema-metric-resolved.json",
          "{\"dedup_key\":\"/data/essentials/alertId\",\"title\":\"/data/essentials/alertRule\",\"severity\":{\"value\":"
          "\"/data/essentials/severity\",\"map\":{\"Sev3\":\"SEV-4\"}},\"status\":\"/data/essentials/monitorCondition\","
          "\"started_at\":\"/data/essentials/firedDateTime\",\"ended_at\":\"/data/essentials/resolvedDateTime\"}",
          "WCUS-R2-Gen2", "SEV-4", true },
        { "grafana-oncall-zabbix.json", "", "TestAlert: The whole system is down", "unknown",
        false },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        Str payload = given_file(a, arena_fmt(a, "../shared/samples/alerts/%s", all[i].file).at);
        if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
        AlertIn one = decoded(a, str_of(all[i].mapping), payload).at[0];
        expect_str(all[i].title, one.title);
        expect_str(all[i].severity, one.severity);
        expect(one.resolved == all[i].resolved);
    }
}

#include "base/time.h"
#include "port/alert_build.h"
#include "port/given_alerts.h"

#define HERE "src/integration/alertmanager/fixtures/"

static int64_t ms_of(const char *text) { int64_t ms = -1; (void)time_parse(str_of(text), &ms);
    return ms; }

static AlertsIn decoded(Arena *a, Str payload)
{
    AlertsIn list = { 0 };
    Err e = decode_as(a, "alertmanager", "", payload, &list);
    if (e.info) { spec_failures++; fprintf(stderr, STR_FMT "\n", STR_ARG(e.info->message)); }
    return list;
}

SPEC("an Alertmanager alert keeps its fingerprint, severity, words, labels and links")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = decoded(a, given_file(a, HERE "firing.json"));
    expect_int(1, list.len);
    AlertIn one = list.at[0];
    expect_str("5debaffa71b17151", one.dedup_key);
    expect_str("SEV-1", one.severity);
    expect_str("5 % of checkouts fail", one.title);
    expect_has("— \"quoted\" <b>&amp; 结账失败", one.description);
    expect_str("{}/{severity=\"critical\"}:{alertname=\"CheckoutErrorsHigh\"}", one.group_key);
    expect_has("\"alertname\":\"CheckoutErrorsHigh\",\"cluster\":\"eu-1\"", one.labels);
    expect_has(
        "{\"title\":\"Runbook\",\"url\":\"https://runbooks.example.com/CheckoutErrorsHigh\"}",
        one.links);
    expect_has("\"title\":\"Graph\"", one.links);
    expect_has("https://alertmanager.example.com", one.links);
    expect(!one.resolved);
    expect_int(ms_of("2026-11-10T14:07:30.136Z"), one.started_ms);
}

SPEC("an end in the year 1, or promised for a firing alert, is not an end")
{
    auto_arena a = arena_new(4096);
    expect_int(0, decoded(a, given_file(a, HERE "firing.json")).at[0].ended_ms);
    expect_int(0, decoded(a, given_file(a, HERE "grouped_mixed.json")).at[0].ended_ms);
}

SPEC("a group of firing and resolved alerts keeps each one's own state and says how many "
     "Alertmanager left out")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = decoded(a, given_file(a, HERE "grouped_mixed.json"));
    expect_int(2, list.len);
    expect(!list.at[0].resolved && list.at[1].resolved);
    expect_int(ms_of("2026-11-10T06:09:00.500Z"), list.at[1].started_ms);
    expect_int(ms_of("2026-11-10T14:12:30.250Z"), list.at[1].ended_ms);
    expect_has("7 more alerts", list.at[0].note);
    expect_str("SEV-3", list.at[1].severity);
}

SPEC("without a fingerprint the labels, in any order, make the key")
{
    auto_arena a = arena_new(4096);
    AlertsIn x = decoded(a, S("{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\",\"labels\":{"
                              "\"a\":\"1\",\"b\":\"2\"}}]}"));
    AlertsIn y = decoded(a, S("{\"version\":\"4\",\"alerts\":[{\"status\":\"resolved\",\"labels\":{"
                              "\"b\":\"2\",\"a\":\"1\"}}]}"));
    AlertsIn z = decoded(a, S("{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\",\"labels\":{"
                              "\"a\":\"1\",\"b\":\"3\"}}]}"));
    expect_has("labels:", x.at[0].dedup_key);
    expect(str_eq(x.at[0].dedup_key, y.at[0].dedup_key));
    expect(!str_eq(x.at[0].dedup_key, z.at[0].dedup_key));
    expect_str("Alert without a name", x.at[0].title);
}

SPEC("a payload that is not what Alertmanager sends is refused with the field's name")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = { 0 };
    static const struct { const char *payload, *field; } bad[] = {
        { "{\"version\":\"3\",\"alerts\":[]}", "version" },
        { "{\"version\":\"4\"}", "alerts" },
        { "[]", "alerts" },
        { "{\"version\":\"4\",\"alerts\":{}}", "alerts" },
        { "{\"version\":\"4\",\"alerts\":[1]}", "alerts[0]" },
        { "{\"version\":\"4\",\"alerts\":[{\"status\":\"burning\",\"labels\":{}}]}",
        "alerts[0].status" },
        { "{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\"}]}", "alerts[0].labels" },
        { "{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\",\"labels\":{\"x\":1}}]}",
        "alerts[0].labels.x" },
        { "{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\",\"labels\":{},\"annotations\":[]}]}", "alerts[0].annotations" },
        { "{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\",\"labels\":{}},"
          "{\"status\":\"firing\",\"labels\":{},\"startsAt\":\"soon\"}]}", "alerts[1].startsAt" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Err e = decode_as(a, "alertmanager", "", str_of(bad[i].payload), &list);
        expect_err(ERR_INVALID, e);
        expect_str(bad[i].field, field_of(e));
    }
    expect_err(ERR_INVALID, decode_as(a, "alertmanager", "", S("{\"version\":\"4\",\"alerts\":["),
        &list));
    expect_err(ERR_INVALID, decode_as(a, "alertmanager", "", S(""), &list));
}

SPEC("of ten thousand labels 64 are kept, those that people route by among them, and a note says so")
{
    auto_arena a = arena_new(1 << 20);
    Buf b = buf_new(a, 1 << 20);
    buf_add(&b, S("{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\",\"labels\":{"));
    for (int i = 0; i < 9998; i++) buf_fmt(&b, "\"l%d\":\"v\",", i);
    buf_add(&b, S("\"severity\":\"page\",\"alertname\":\"Crowded\"}}]}"));
    AlertsIn list = decoded(a, buf_str(&b));
    expect_int(1, list.len);
    expect_str("9936 of 10000 labels were left out. ", list.at[0].note);
    expect_has("\"alertname\":\"Crowded\"", list.at[0].labels);
    expect_str("SEV-1", list.at[0].severity);
}

SPEC("a payload of more than a thousand alerts is refused")
{
    auto_arena a = arena_new(1 << 20);
    Buf b = buf_new(a, 1 << 20);
    AlertsIn list = { 0 };
    buf_add(&b, S("{\"version\":\"4\",\"alerts\":[0"));
    for (int i = 0; i < 1000; i++) buf_add(&b, S(",0"));
    buf_add(&b, S("]}"));
    Err e = decode_as(a, "alertmanager", "", buf_str(&b), &list);
    expect_err(ERR_INVALID, e);
    expect_has("at most 1000", e.info->message);
}

SPEC("an address that is not http is never a link")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = decoded(a, S("{\"version\":\"4\",\"externalURL\":\"javascript:alert(1)\","
                                 "\"alerts\":[{\"status\":\"firing\","
                                 "\"labels\":{\"alertname\":\"X\"},\"annotations\":{\"runbook_"
                                 "url\":\"data:text/html,x\"}}]}"));
    expect_str("[]", list.at[0].links);
}

SPEC("payloads captured from a real Alertmanager decode")
{
    auto_arena a = arena_new(1 << 16);
    static const char *const files[] = { "alertmanager-firing.json",
        "alertmanager-grouped-firing.json", "alertmanager-resolved.json" };
    for (size_t i = 0; i < 3; i++) {
        Str payload = given_file(a, arena_fmt(a, "../shared/samples/alerts/%s", files[i]).at);
        if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
        AlertsIn list = decoded(a, payload);
        expect_int(i == 1 ? 2 : 1, list.len);
        expect(list.at[0].resolved == (i == 2));
        expect_int(16, list.at[0].dedup_key.len);
        expect(list.at[0].started_ms > 0);
        expect((list.at[0].ended_ms > 0) == (i == 2));
    }
}

/* Prometheus Alertmanager: its webhook, version 4.
 *
 * A notification carries all alerts of one group, firing and resolved mixed, and is sent again
 * whenever the group changes or a repeat interval passes, so the same alert arrives many times.
 * What makes it the same is its fingerprint (a hash of its labels, computed by Alertmanager;
 * computed here when a proxy dropped it). `startsAt` changes when it fires anew. A firing alert has
 * an `endsAt` of year 1, or in the future when Prometheus promised one: neither is an end. Source:
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, captured from
 * Alertmanager 0.25. */
#include "base/utf8.h"
#include "port/alert_build.h"
#include "port/integration.h"

/** "alerts[3].labels" */
static Str under(Arena *a, size_t i, const char *key) { return arena_fmt(a, "alerts[%zu].%s", i, key); }

/** An object of strings, when it is there. */
static Err labels_at(Arena *a, const Json *alert, const char *key, size_t i, const Json **ret)
{
    *ret = json_get(alert, str_of(key));
    if (!json_is_nothing(*ret) && !json_is(*ret, JS_OBJECT)) {
        Str at = under(a, i, key);
        return fail_field(a, at, STR_FMT " must be an object", STR_ARG(at));
    }
    json_members(*ret, x)
        if (x->kind != JS_TEXT) {
            Str at = arena_fmt(a, STR_FMT "." STR_FMT, STR_ARG(under(a, i, key)), STR_ARG(utf8_clip(x->name, 100)));
            return fail_field(a, at, STR_FMT " must be a string", STR_ARG(at));
        }
    return OK;
}

static Str first_of(const Json *object, const char *const *keys)
{
    for (size_t i = 0; object && keys[i]; i++) {
        Str text = str_trim(json_str_at(object, str_of(keys[i])));
        if (!str_empty(text)) return text;
    }
    return S("");
}

/** "HighLoad: 127.0.0.1:9100" when there is no summary. */
static Str title_of(Arena *a, const Json *labels, const Json *annotations)
{
    static const char *const said[] = { "summary", "title", "message", NULL };
    static const char *const where[] = { "instance", "service", "job", NULL };
    Str title = first_of(annotations, said);
    if (!str_empty(title)) return alert_line(a, title, ALERT_TITLE_BYTES);
    Str name = json_str_at(labels, S("alertname")), place = first_of(labels, where);
    if (str_empty(name)) name = S("Alert without a name");
    title = str_empty(place) ? name : arena_fmt(a, STR_FMT ": " STR_FMT, STR_ARG(name),
        STR_ARG(place));
    return alert_line(a, title, ALERT_TITLE_BYTES);
}

static Str links_of(Arena *a, const Json *alert, const Json *annotations, Str external)
{
    static const char *const runbook[] = { "runbook_url", "runbook", NULL };
    static const char *const dashboard[] = { "dashboard_url", "dashboard", NULL };
    Buf links = buf_new(a, 64 << 10);
    alert_link_add(&links, S("Runbook"), first_of(annotations, runbook));
    alert_link_add(&links, S("Dashboard"), first_of(annotations, dashboard));
    alert_link_add(&links, S("Graph"), json_str_at(alert, S("generatorURL")));
    alert_link_add(&links, S("Alertmanager"), external);
    return alert_links_end(&links);
}

static Err time_of(Arena *a, const Json *alert, const char *key, size_t i, int64_t *ret)
{
    if (alert_time(json_get(alert, str_of(key)), ret)) return OK;
    Str at = under(a, i, key);
    return fail_field(a, at, STR_FMT " is not a time as RFC 3339 writes it", STR_ARG(at));
}

static Err status_of(Arena *a, const Json *alert, size_t i, bool *ret_resolved)
{
    Str status = json_str_at(alert, S("status"));
    *ret_resolved = str_eq(status, S("resolved"));
    if (*ret_resolved || str_eq(status, S("firing"))) return OK;
    Str at = under(a, i, "status");
    return fail_field(a, at, STR_FMT " must be \"firing\" or \"resolved\"", STR_ARG(at));
}

/** Fingerprint as Alertmanager gives it; without one the labels themselves, hashed in a fixed
 *  order. */
static Str key_of(Arena *a, const Json *alert, Str labels)
{
    Str key = str_trim(json_str_at(alert, S("fingerprint")));
    if (!str_empty(key)) return alert_key(a, key);
    return alert_key_made(a, labels);
}

static Err decode_one(Arena *a, const Json *alert, size_t i, Str external, AlertIn *ret)
{
    static const char *const words[] = { "severity", "priority", "level", NULL };
    static const char *const text[] = { "description", "message", NULL };
    const Json *labels, *annotations;
    Str bad = json_is(alert, JS_OBJECT) ? S("") : arena_fmt(a, "alerts[%zu]", i);
    if (bad.len) return fail_field(a, bad, STR_FMT " must be an object", STR_ARG(bad));
    TRY(status_of(a, alert, i, &ret->resolved));
    TRY(labels_at(a, alert, "labels", i, &labels));
    Str missing = json_is_nothing(labels) ? under(a, i, "labels") : S("");
    if (missing.len) return fail_field(a, missing, STR_FMT " is missing", STR_ARG(missing));
    TRY(labels_at(a, alert, "annotations", i, &annotations));
    TRY(time_of(a, alert, "startsAt", i, &ret->started_ms));
    TRY(time_of(a, alert, "endsAt", i, &ret->ended_ms));
    if (!ret->resolved) ret->ended_ms = 0;

    AlertLabels kept = { .arena = a };
    Buf note = buf_new(a, 1000);
    alert_labels_add_all(&kept, labels);
    ret->labels = alert_labels_end(&kept, &note);
    ret->note = buf_str(&note);
    ret->dedup_key = key_of(a, alert, ret->labels);
    ret->severity = alert_severity(first_of(labels, words));
    ret->title = title_of(a, labels, annotations);
    ret->description = alert_text(a, first_of(annotations, text));
    ret->links = links_of(a, alert, annotations, external);
    return OK;
}

/** "7 more alerts of this group were left out by Alertmanager", when it says so. */
static Str truncated_note(Arena *a, const Json *root)
{
    long long n = json_int_of(json_get(root, S("truncatedAlerts")));
    if (n <= 0) return S("");
    return arena_fmt(a,
        "%lld more alerts of this group were left out by Alertmanager (max_alerts). ", n);
}

static Err decode(Arena *a, const SourceConfig *config, Str content_type, Str payload,
    AlertsIn *ret)
{
    (void)config, (void)content_type;
    const Json *root, *alerts;
    TRY(json_read(a, payload, &root));
    if (!json_is(root, JS_OBJECT))
        return fail_field(a, S("alerts"), "the payload must be an object with \"alerts\"");
    Str version = json_str_at(root, S("version"));
    if (!str_eq(version, S("4")))
        return fail_field(a, S("version"),
            "version must be \"4\", the webhook of Alertmanager 0.8 and newer");
    alerts = json_get(root, S("alerts"));
    if (json_is_nothing(alerts)) return fail_field(a, S("alerts"), "alerts is missing");
    if (!json_is(alerts, JS_LIST)) return fail_field(a, S("alerts"), "alerts must be a list");
    if (alerts->count > ALERT_MAX_PER_PAYLOAD)
        return fail_field(a, S("alerts"),
            "alerts has %u entries; at most %d fit into one payload: set max_alerts",
                          alerts->count, ALERT_MAX_PER_PAYLOAD);
    Str group = alert_key(a, json_str_at(root, S("groupKey"))), external = json_str_at(root, S("externalURL"));
    Str truncated = truncated_note(a, root);
    AlertsIn list = { 0 };
    size_t i = 0;
    json_items(alerts, one) {
        AlertIn *alert = list_add(a, &list);
        TRY(decode_one(a, one, i++, external, alert));
        alert->group_key = group;
        if (!str_empty(truncated))
            alert->note = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(truncated), STR_ARG(alert->note));
    }
    *ret = list;
    return OK;
}

static const char instructions[] =
    "Add a receiver to `alertmanager.yml` and route to it:\n\n"
    "```yaml\n"
    "receivers:\n"
    "  - name: hindsight\n"
    "    webhook_configs:\n"
    "      - url: {{url}}\n"
    "        send_resolved: true\n"
    "        max_alerts: 1000\n"
    "```\n\n"
    "Then reload it: `curl -X POST http://localhost:9093/-/reload`. The label `severity` becomes the severity "
    "(critical → SEV-1, error → SEV-2, warning → SEV-3, info → SEV-4), the annotation `summary` the title.\n";

/* {{now}} and {{id}} are filled in when a test is sent. */
static const char sample[] =
    "{\"version\":\"4\",\"groupKey\":\"{}:{alertname=\\\"HindsightTest\\\"}\",\"truncatedAlerts\":0,\"status\":\"firing\","
    "\"receiver\":\"hindsight\",\"groupLabels\":{\"alertname\":\"HindsightTest\"},"
    "\"commonLabels\":{\"alertname\":\"HindsightTest\",\"severity\":\"info\"},\"commonAnnotations\":{},"
    "\"externalURL\":\"https://alertmanager.example.com\",\"alerts\":[{\"status\":\"firing\","
    "\"labels\":{\"alertname\":\"HindsightTest\",\"instance\":\"web-1:9100\",\"job\":\"node\",\"severity\":\"info\"},"
    "\"annotations\":{\"summary\":\"Test alert from Hindsight\",\"description\":\"Sent by the button *Send a test*.\","
    "\"runbook_url\":\"https://runbooks.example.com/HindsightTest\"},"
    "\"startsAt\":\"{{now}}\",\"endsAt\":\"0001-01-01T00:00:00Z\","
    "\"generatorURL\":\"https://prometheus.example.com/graph?g0.expr=up\",\"fingerprint\":\"{{id}}\"}]}";

static const AlertSource source = {
    .kind = "alertmanager",
    .title = "Prometheus Alertmanager",
    .description = "Alerts of Prometheus, Mimir, Thanos or Loki through Alertmanager's webhook.",
    .instructions = instructions,
    .sample = sample,
    .decode = decode,
};

const Integration alertmanager_integration = { .name = "alertmanager", .alert_source = &source };

/* Grafana: the webhook contact point of unified alerting, and the webhook channel of legacy alerting.
 * Unified alerting sends what Alertmanager sends, with version "1" and more links. A legacy alert is one rule; its tags
 * become labels. Source: https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/ */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "firing", "firing" }, { "resolved", "resolved" }, { "alerting", "firing" },
    { "no_data", "firing" }, { "ok", "resolved" }, { "paused", "ignored" },
    { "pending", "ignored" },
    { 0 },
};

static const AlertMap unified = {
    .list = "alerts",
    .key = "fingerprint|labels.alertname",
    .title = "annotations.summary|annotations.title|labels.alertname",
    .description = "annotations.description|annotations.message|valueString",
    .severity = "labels.severity|labels.priority|labels.level",
    .state = "status",
    .states = states,
    .started = "startsAt",
    .ended = "endsAt",
    .group = "$.groupKey",
    .labels = "labels",
    .links = "Runbook=annotations.runbook_url|Dashboard=dashboardURL|Panel=panelURL|"
              "Rule=generatorURL|Silence=silenceURL|Picture=imageURL",
};

static const AlertMap legacy = {
    .key = "{dashboardId}/{panelId}/{ruleId}|ruleId",
    .title = "ruleName|title",
    .description = "message",
    .severity = "tags.severity|tags.priority",
    .state = "state",
    .states = states,
    .labels = "tags",
    .links = "Rule=ruleUrl|Picture=imageUrl",
};

static Err decode(Arena *a, const SourceConfig *config, Str content_type, Str payload, AlertsIn *ret)
{
    (void)config;
    const Json *root;
    TRY(alert_body(a, content_type, payload, &root));
    const AlertMap *map = json_is(json_get(root, S("alerts")), JS_LIST) ? &unified : &legacy;
    return alert_map(a, map, root, ret);
}

static Err verify(Arena *a, const HttpReq *req, Str secret)
{
    Str time = http_header(req, "X-Grafana-Alerting-Timestamp"), signature = http_header(req, "X-Grafana-Alerting-Signature");
    Str text = time.len ? arena_fmt(a, STR_FMT ":" STR_FMT, STR_ARG(time), STR_ARG(req->body)) : req->body;
    if (alert_signed(signature, secret, text)) return OK;
    return fail(a, ERR_FORBIDDEN, "X-Grafana-Alerting-Signature does not fit the body and the secret");
}

static const char instructions[] =
    "In Grafana: **Alerting → Contact points → Add contact point** (from Grafana 13: **Alerting → Notification configuration → Contact points**), integration *Webhook*, URL `{{url}}`, method POST. Then route to it under **Notification policies**.\n"
    "\n"
    "The label `severity` becomes the severity, the annotation `summary` the title. Legacy alerting (Grafana 8 and older): **Alerting → Notification channels → New channel**, type *webhook*, the same URL.\n";

static const char sample[] =
    "{\"receiver\":\"hindsight\",\"status\":\"firing\",\"orgId\":1,\"version\":\"1\","
    "\"groupKey\":\"{}:{alertname=\\\"CheckoutErrors\\\"}\",\"truncatedAlerts\":0,"
    "\"externalURL\":\"https://grafana.example.com/\",\"title\":\"[FIRING:1] CheckoutErrors\","
    "\"state\":\"alerting\",\"message\":\"**Firing**\",\"alerts\":[{\"status\":\"firing\","
    "\"labels\":{\"alertname\":\"CheckoutErrors\",\"severity\":\"critical\",\"service\":\"checkout\"},"
    "\"annotations\":{\"summary\":\"Checkout answers 500\","
    "\"runbook_url\":\"https://runbooks.example.com/checkout\"},\"startsAt\":\"{{now}}\","
    "\"endsAt\":\"0001-01-01T00:00:00Z\","
    "\"generatorURL\":\"https://grafana.example.com/alerting/grafana/abc/view\","
    "\"fingerprint\":\"5c9f01e2aa0c7d11\",\"dashboardURL\":\"https://grafana.example.com/d/checkout\","
    "\"values\":{\"A\":12.5},\"valueString\":\"[ var='A' value=12.5 ]\"},{\"status\":\"resolved\","
    "\"labels\":{\"alertname\":\"CheckoutErrors\",\"severity\":\"warning\",\"service\":\"cart\"},\"annotations\":{},"
    "\"startsAt\":\"{{now}}\",\"endsAt\":\"2026-11-10T14:06:30Z\",\"generatorURL\":\"\","
    "\"fingerprint\":\"90aa6f0e12de33b4\"}]}";

static const AlertSource source = {
    .kind = "grafana",
    .title = "Grafana",
    .description = "Grafana alerting (unified) and the legacy alerts of Grafana 8 and older.",
    .instructions = instructions,
    .sample = sample,
    .decode = decode,
    .secret = "*HMAC Signature → Secret* of the contact point (Grafana 12 and newer); leave its header names as they are, and the timestamp header empty or `X-Grafana-Alerting-Timestamp`.",
    .verify = verify,
};

const Integration grafana_integration = { .name = "grafana", .alert_source = &source };

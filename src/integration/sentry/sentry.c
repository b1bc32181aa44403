/* Sentry: webhooks of an internal integration (issue, event_alert, metric_alert), and the older WebHooks plugin.
 *
 * The four bodies differ; their parts are tried in turn. An assigned issue changes nothing here.
 * Source: https://docs.sentry.io/organization/integrations/integration-platform/webhooks/ */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord actions[] = {
    { "resolved", "resolved" }, { "archived", "resolved" }, { "ignored", "resolved" },
    { "assigned", "ignored" }, { "*", "firing" },
    { 0 },
};

static const AlertMap map = {
    .key = "data.issue.id|data.event.issue_id|{data.metric_alert.alert_rule.id}|"
              "data.metric_alert.id|id",
    .title = "data.issue.title|data.event.title|data.description_title|event.title|message",
    .description = "data.issue.culprit|data.event.culprit|data.description_text|culprit",
    .severity = "data.issue.level|data.event.level|level|action",
    .state = "action",
    .states = actions,
    .started = "data.issue.firstSeen|data.event.datetime|data.metric_alert.date_started|"
              "event.timestamp",
    .ended = "data.metric_alert.date_closed",
    .labels = "project=data.issue.project.slug|project=project_slug|data.event.tags|event.tags|"
              "environment=data.event.environment|environment=event.environment|"
              "rule=data.triggered_rule",
    .links = "Sentry=data.issue.permalink|Sentry=data.issue.web_url|Sentry=data.event.web_url|"
              "Sentry=data.web_url|Sentry=url",
};

static Err verify(Arena *a, const HttpReq *req, Str secret)
{
    if (alert_signed(http_header(req, "Sentry-Hook-Signature"), secret, req->body)) return OK;
    return fail(a, ERR_FORBIDDEN, "Sentry-Hook-Signature does not fit the body and the client secret");
}

static const char instructions[] =
    "In Sentry: **Settings → Developer Settings** (newer: **Custom Integrations**) **→ Create New Integration → Internal Integration**. Webhook URL `{{url}}`, turn *Alert Rule Action* on, permission *Issue & Event: Read*, webhook *issue*. Then add the action *Send a notification via* this integration to your alert rules.\n";

static const char sample[] =
    "{\"action\":\"created\",\"installation\":{\"uuid\":\"a8\"},\"data\":{\"issue\":{\"id\":\"1170820242\","
    "\"shortId\":\"SHOP-1\",\"title\":\"TypeError: total is undefined\",\"culprit\":\"cart.js in pay\","
    "\"level\":\"error\",\"status\":\"unresolved\","
    "\"permalink\":\"https://sentry.example.com/issues/1170820242/\",\"firstSeen\":\"{{now}}\","
    "\"project\":{\"id\":\"1\",\"slug\":\"shop\",\"name\":\"Shop\"}}},\"actor\":{\"type\":\"application\"}}";

static const AlertSource source = {
    .kind = "sentry",
    .title = "Sentry",
    .description = "Issue alerts, metric alerts and issues of Sentry, through an internal integration or the Webhooks plugin.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
    .secret = "The *Client Secret* of the internal integration, on its page in Sentry.",
    .verify = verify,
};

const Integration sentry_integration = { .name = "sentry", .alert_source = &source };

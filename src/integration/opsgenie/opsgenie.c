/* Opsgenie (and Jira Service Management): the webhook integration.
 * One alert a request; `action` says what happened to it. Notes, tags and assignments change nothing here. Numbers such as
 * updatedAt come in nanoseconds. Source: https://support.atlassian.com/opsgenie/docs/integrate-opsgenie-with-webhook/ */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord actions[] = {
    { "Create", "firing" }, { "UnAcknowledge", "firing" }, { "UpdatePriority", "firing" },
    { "Acknowledge", "acknowledged" }, { "Close", "resolved" }, { "Delete", "resolved" },
    { "*", "ignored" },
    { 0 },
};

static const AlertMap map = {
    .key = "alert.alertId|alert.alias",
    .title = "alert.message",
    .description = "alert.description|alert.note",
    .severity = "alert.priority",
    .state = "action",
    .states = actions,
    .started = "alert.createdAt",
    .ended = "alert.updatedAt",
    .labels = "alert.details|alert.tags|source=alert.source|entity=alert.entity|team=alert.team",
};

static const char instructions[] =
    "In Opsgenie: **Settings → Integrations → Add integration → Webhook**. Webhook URL `{{url}}`; tick *Add alert description* and *Add alert details* so that they arrive; leave the actions Create, Acknowledge, UnAcknowledge, Close and Delete on. Save and turn it on.\n";

static const char sample[] =
    "{\"action\":\"Create\",\"alert\":{\"alertId\":\"7d4c2b0a-1f\",\"message\":\"Replication lag on db-3\","
    "\"tags\":[\"env:prod\",\"vip\"],\"tinyId\":\"12\",\"source\":\"10.0.0.7\",\"entity\":\"db-3\",\"alias\":\"lag-db-3\","
    "\"createdAt\":1794319650123,\"updatedAt\":1794319650123000110,\"description\":\"Lag is 340 s\","
    "\"details\":{\"service\":\"ledger\"},\"priority\":\"P2\"},\"source\":{\"name\":\"web\",\"type\":\"API\"},"
    "\"integrationName\":\"Webhook\"}";

static const AlertSource source = {
    .kind = "opsgenie",
    .title = "Opsgenie",
    .description = "Alerts of Opsgenie and Jira Service Management, through an outgoing webhook.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration opsgenie_integration = { .name = "opsgenie", .alert_source = &source };

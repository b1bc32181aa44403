/* New Relic: a webhook destination of a workflow, and the legacy webhook notification channel.
 *
 * Source: https://docs.newrelic.com/docs/alerts/get-notified/notification-integrations/#webhook */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "CREATED", "firing" }, { "ACTIVATED", "firing" }, { "open", "firing" },
    { "ACKNOWLEDGED", "acknowledged" }, { "CLOSED", "resolved" },
    { 0 },
};

/** The older channel tells when it speaks and how long the incident has been open by then, both in ms. */
static Err older(Arena *a, const Json *root, const Json *alert, AlertIn *in)
{
    int64_t at = 0, open_ms = 0;
    if (in->started_ms || !alert_time(alert_at(root, alert, S("timestamp")), &at) || !at) return OK;
    bool told = str_int(alert_text_at(a, root, alert, "duration"), &open_ms) && open_ms >= 0 && open_ms < at;
    in->started_ms = told ? at - open_ms : in->resolved ? 0 : at;
    return OK;
}

static const AlertMap map = {
    .key = "id|issueId|incident_id",
    .title = "title.0|title|condition_name",
    .description = "description.0|description|details",
    .severity = "priority|severity",
    .state = "state|current_state",
    .states = states,
    .started = "createdAt",
    .ended = "closedAt|updatedAt|timestamp",
    .labels = "entity=impactedEntities|policy=alertPolicyNames|condition=alertConditionNames|"
              "workflow=workflowName|policy=policy_name|account=account_name",
    .links = "Issue=issueUrl|Incident=incident_url|Runbook=runbook_url",
    .fix = older,
};

static const char instructions[] =
    "In New Relic: **Alerts → Destinations → Webhook**, endpoint URL `{{url}}`. Then **Alerts → Workflows**: add a channel *Webhook* with that destination; the default payload template is right. Notify when an issue is *activated, acknowledged, closed*.\n";

static const char sample[] =
    "{\"id\":\"c5faa7e6\",\"issueUrl\":\"https://radar-api.service.newrelic.com/accounts/1/issues/c5faa7e6\","
    "\"title\":\"Throughput of ledger is low\",\"priority\":\"CRITICAL\",\"impactedEntities\":[\"ledger\"],"
    "\"totalIncidents\":1,\"state\":\"ACTIVATED\",\"trigger\":\"STATE_CHANGE\",\"createdAt\":1794319650123,"
    "\"updatedAt\":1794319651000,\"alertPolicyNames\":[\"Golden signals\"],"
    "\"alertConditionNames\":[\"Low throughput\"],\"workflowName\":\"Hindsight\"}";

static const AlertSource source = {
    .kind = "new_relic",
    .title = "New Relic",
    .description = "Issues of New Relic through a workflow, and incidents of its older webhook channel.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration new_relic_integration = { .name = "new_relic", .alert_source = &source };

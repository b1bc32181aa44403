/* Google Cloud Monitoring: the webhook notification channel, schema 1.2.
 *
 * Times are Unix seconds; 0 and null are not told. Source: https://cloud.google.com/monitoring/support/notification-options#webhooks */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "open", "firing" }, { "acknowledged", "acknowledged" }, { "closed", "resolved" },
    { 0 },
};

static const AlertMap map = {
    .key = "incident.incident_id",
    .title = "incident.condition_name|incident.condition.displayName|incident.summary",
    .description = "incident.summary",
    .severity = "incident.severity|incident.metadata.system_labels.severity|"
              "incident.policy_user_labels.severity",
    .state = "incident.state",
    .states = states,
    .started = "incident.started_at",
    .ended = "incident.ended_at",
    .labels = "incident.policy_user_labels|incident.metadata.user_labels|incident.resource.labels|"
              "incident.metric.labels|project=incident.scoping_project_id|"
              "resource=incident.resource_name|policy=incident.policy_name",
    .links = "Incident=incident.url",
};

static const char instructions[] =
    "In Google Cloud: **Monitoring → Alerting → Edit notification channels → Webhooks → Add new**, endpoint URL `{{url}}`. Then choose the channel in your alerting policies, and tick *Notify on incident closure*.\n";

static const char sample[] =
    "{\"version\":\"1.2\",\"incident\":{\"incident_id\":\"0.mj7x\",\"scoping_project_id\":\"shop-prod\","
    "\"url\":\"https://console.cloud.google.com/monitoring/alerting/incidents/0.mj7x\","
    "\"started_at\":1794319650,\"ended_at\":null,\"state\":\"open\",\"severity\":\"Error\","
    "\"summary\":\"Latency of checkout is above 2 s\",\"resource\":{\"type\":\"k8s_container\","
    "\"labels\":{\"cluster_name\":\"eu-1\"}},\"resource_name\":\"checkout\",\"metric\":{\"type\":\"custom/latency\","
    "\"labels\":{\"route\":\"/pay\"}},\"policy_name\":\"Latency\",\"policy_user_labels\":{\"team\":\"payments\"},"
    "\"condition_name\":\"p99 latency\"}}";

static const AlertSource source = {
    .kind = "google_cloud",
    .title = "Google Cloud Monitoring",
    .description = "Incidents of Google Cloud Monitoring, through a webhook notification channel.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration google_cloud_integration = { .name = "google_cloud", .alert_source = &source };

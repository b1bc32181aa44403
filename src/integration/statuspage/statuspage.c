/* Atlassian Statuspage: what a page sends to webhook subscribers. An incident, or the change of a component. Scheduled maintenance
 * changes nothing here. Source: https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/ */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "investigating", "firing" }, { "identified", "firing" }, { "monitoring", "firing" },
    { "degraded_performance", "firing" }, { "partial_outage", "firing" },
    { "major_outage", "firing" }, { "resolved", "resolved" }, { "postmortem", "resolved" },
    { "operational", "resolved" }, { "*", "ignored" },
    { 0 },
};

static const AlertWord severities[] = {
    { "critical", "critical" }, { "major", "high" }, { "minor", "minor" },
    { "major_outage", "critical" }, { "partial_outage", "high" },
    { "degraded_performance", "minor" }, { "none", "unknown" },
    { 0 },
};

static const AlertMap map = {
    .key = "incident.id|component.id",
    .title = "incident.name|component.name",
    .description = "incident.incident_updates.0.body",
    .severity = "incident.impact|component.status",
    .severities = severities,
    .state = "incident.status|component.status",
    .states = states,
    .started = "incident.created_at|component_update.created_at",
    .ended = "incident.resolved_at|component_update.created_at",
    .labels = "page=page.id|impact=incident.impact|component=component.name",
    .links = "Statuspage=incident.shortlink",
};

static const char instructions[] =
    "On the vendor’s status page: **Subscribe to updates → Webhook**, URL `{{url}}`, and an e-mail address that is told when calls fail. So an outage of a supplier becomes an alert here.\n";

static const char sample[] =
    "{\"meta\":{\"generated_at\":\"2026-11-10T14:07:40.000Z\"},\"page\":{\"id\":\"jb7j80\","
    "\"status_indicator\":\"major\",\"status_description\":\"Partial outage\"},\"incident\":{\"id\":\"z3lct0\","
    "\"name\":\"Card payments are slow\",\"status\":\"investigating\",\"impact\":\"major\","
    "\"created_at\":\"{{now}}\",\"resolved_at\":null,\"shortlink\":\"https://stspg.io/z3\","
    "\"incident_updates\":[{\"status\":\"investigating\",\"body\":\"We are looking into it.\","
    "\"affected_components\":[]}]}}";

static const AlertSource source = {
    .kind = "statuspage",
    .title = "Statuspage",
    .description = "Incidents and component changes of a vendor’s Atlassian Statuspage, as a subscriber.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration statuspage_integration = { .name = "statuspage", .alert_source = &source };

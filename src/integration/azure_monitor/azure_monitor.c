/* Azure Monitor: the common alert schema, sent by a webhook of an action group.
 *
 * Source: https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord conditions[] = {
    { "Fired", "firing" }, { "Resolved", "resolved" },
    { 0 },
};

static const AlertWord severities[] = {
    { "Sev0", "critical" }, { "Sev1", "error" }, { "Sev2", "warning" }, { "Sev3", "info" },
    { "Sev4", "info" },
    { 0 },
};

static const AlertMap map = {
    .key = "data.essentials.alertId",
    .title = "data.essentials.alertRule",
    .description = "data.essentials.description",
    .severity = "data.essentials.severity",
    .severities = severities,
    .state = "data.essentials.monitorCondition",
    .states = conditions,
    .started = "data.essentials.firedDateTime",
    .ended = "data.essentials.resolvedDateTime",
    .labels = "data.customProperties|resource=data.essentials.configurationItems|"
              "service=data.essentials.monitoringService|signal=data.essentials.signalType|"
              "resource_group=data.essentials.targetResourceGroup|"
              "resource_type=data.essentials.targetResourceType",
    .links = "Alert=data.essentials.investigationLink",
};

static const char instructions[] =
    "In Azure: **Monitor → Alerts → Action groups → Create**, action type *Webhook*, URI `{{url}}`, *Enable the common alert schema*: **Yes**. Then add the action group to your alert rules.\n"
    "\n"
    "Sev0 becomes SEV-1, Sev1 SEV-2, Sev2 SEV-3, Sev3 and Sev4 SEV-4.\n";

static const char sample[] =
    "{\"schemaId\":\"azureMonitorCommonAlertSchema\","
    "\"data\":{\"essentials\":{\"alertId\":\"/subscriptions/11/providers/Microsoft.AlertsManagement/alerts/b9\","
    "\"alertRule\":\"CPU of vm-7\",\"severity\":\"Sev1\",\"signalType\":\"Metric\",\"monitorCondition\":\"Fired\","
    "\"monitoringService\":\"Platform\",\"alertTargetIDs\":[\"/subscriptions/11/vm-7\"],"
    "\"configurationItems\":[\"vm-7\"],\"originAlertId\":\"x\",\"firedDateTime\":\"{{now}}\","
    "\"description\":\"CPU above 90 %\",\"essentialsVersion\":\"1.0\",\"alertContextVersion\":\"1.0\"},"
    "\"alertContext\":{\"condition\":{\"windowSize\":\"PT5M\"}},\"customProperties\":{\"team\":\"payments\"}}}";

static const AlertSource source = {
    .kind = "azure_monitor",
    .title = "Azure Monitor",
    .description = "Alerts of Azure Monitor in the common alert schema, through an action group.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration azure_monitor_integration = { .name = "azure_monitor", .alert_source = &source };

/* UptimeRobot: the webhook alert contact, as JSON or as a form. alertType: 1 down, 2 up, 3 certificate expires.
 *
 * Source: https://uptimerobot.com/help/alert-contacts/ (web-hooks) */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord types[] = {
    { "1", "firing" }, { "2", "resolved" }, { "3", "firing" }, { "99", "ignored" },
    { 0 },
};

static const AlertMap map = {
    .key = "monitorID|monitorURL|monitor_url",
    .title = "monitorFriendlyName|monitor_friendly_name",
    .description = "alertDetails|alert_details",
    .severity = "severity",
    .state = "alertType|alert_type",
    .states = types,
    .at = "alertDateTime",
    .labels = "monitor=monitorFriendlyName",
    .links = "Monitored=monitorURL|Monitored=monitor_url",
};

static const char instructions[] =
    "In UptimeRobot: **Integrations → Webhook**. URL to notify `{{url}}`; POST value, sent as JSON:\n"
    "\n"
    "```json\n"
    "{\"monitorID\": \"*monitorID*\", \"monitorURL\": \"*monitorURL*\", \"monitorFriendlyName\": \"*monitorFriendlyName*\", \"alertType\": \"*alertType*\",\n"
    " \"alertDetails\": \"*alertDetails*\", \"alertDateTime\": \"*alertDateTime*\"}\n"
    "```\n";

static const char sample[] =
    "{\"monitorID\":\"95987545\",\"monitorURL\":\"https://shop.example.com\",\"monitorFriendlyName\":\"Shop\","
    "\"alertType\":\"1\",\"alertDetails\":\"Connection timeout\",\"alertDateTime\":\"1794319650\"}";

static const AlertSource source = {
    .kind = "uptimerobot",
    .title = "UptimeRobot",
    .description = "Monitors of UptimeRobot, through a webhook alert contact.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration uptimerobot_integration = { .name = "uptimerobot", .alert_source = &source };

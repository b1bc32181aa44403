/* Uptime Kuma: the webhook notification with the preset body. heartbeat.status: 0 down, 1 up, 2 pending, 3 maintenance.
 *
 * Source: https://github.com/louislam/uptime-kuma (server/notification-providers/webhook.js sends {heartbeat, monitor, msg}) */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "0", "firing" }, { "1", "resolved" }, { "*", "ignored" },
    { 0 },
};

static const AlertMap map = {
    .key = "monitor.id|monitor.name",
    .title = "monitor.name",
    .description = "heartbeat.msg|msg",
    .severity = "monitor.severity",
    .state = "heartbeat.status",
    .states = states,
    .at = "heartbeat.time",
    .labels = "monitor.tags|type=monitor.type|hostname=monitor.hostname",
    .links = "Monitored=monitor.url",
};

static const char instructions[] =
    "In Uptime Kuma: **Settings → Notifications → Setup Notification**, type *Webhook*, POST URL `{{url}}`, request body *Preset – application/json*. Turn *Default enabled* on, or choose the notification in each monitor.\n";

static const char sample[] =
    "{\"heartbeat\":{\"monitorID\":4,\"status\":0,\"time\":\"{{now}}\","
    "\"msg\":\"connect ECONNREFUSED 10.0.0.1:443\",\"important\":true,\"duration\":60,"
    "\"timezone\":\"Europe/Berlin\"},\"monitor\":{\"id\":4,\"name\":\"Shop\",\"url\":\"https://shop.example.com\","
    "\"hostname\":null,\"type\":\"http\",\"interval\":60,\"tags\":[{\"name\":\"env\",\"value\":\"prod\","
    "\"color\":\"#059669\"}]},\"msg\":\"[Shop] [🔴 Down] connect ECONNREFUSED\"}";

static const AlertSource source = {
    .kind = "uptime_kuma",
    .title = "Uptime Kuma",
    .description = "Monitors of Uptime Kuma, through a webhook notification.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration uptime_kuma_integration = { .name = "uptime_kuma", .alert_source = &source };

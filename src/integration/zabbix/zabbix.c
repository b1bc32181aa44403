/* Zabbix: a webhook media type whose script is in the instructions. It sends macros as they are; a problem and its recovery
 * carry the same event id. Source: https://www.zabbix.com/documentation/current/en/manual/config/notifications/media/webhook */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "1", "firing" }, { "0", "resolved" }, { "PROBLEM", "firing" }, { "alerting", "firing" },
    { "RESOLVED", "resolved" }, { "OK", "resolved" },
    { 0 },
};

static const AlertWord severities[] = {
    { "5", "critical" }, { "4", "high" }, { "3", "average" }, { "2", "warning" }, { "1", "info" },
    { "0", "unknown" }, { "Not classified", "unknown" },
    { 0 },
};

static const AlertMap map = {
    .key = "event_id|alert_uid",
    .title = "name|title",
    .description = "message|opdata",
    .severity = "severity",
    .severities = severities,
    .state = "value|state",
    .states = states,
    .started = "started_at",
    .ended = "ended_at",
    .labels = "tags|host|host_group|item|trigger_id",
    .links = "Zabbix=url|Zabbix=link_to_upstream_details",
};

static const char instructions[] =
    "In Zabbix: **Alerts → Media types → Create media type**, type *Webhook*. Parameters: `url` = `{{url}}`, `event_id` = `{EVENT.ID}`, `value` = `{EVENT.VALUE}`, `name` = `{EVENT.NAME}`, `severity` = `{EVENT.NSEVERITY}`, `message` = `{ALERT.MESSAGE}`, `host` = `{HOST.NAME}`, `trigger_id` = `{TRIGGER.ID}`, `tags` = `{EVENT.TAGSJSON}`; from Zabbix 7.0 also `started_at` = `{EVENT.TIMESTAMP}` and `ended_at` = `{EVENT.RECOVERY.TIMESTAMP}`. Script:\n"
    "\n"
    "```js\n"
    "var p = JSON.parse(value), url = p.url; delete p.url;\n"
    "try { p.tags = JSON.parse(p.tags); } catch (e) { p.tags = []; }\n"
    "if (p.value === \"0\") delete p.started_at; else delete p.ended_at;\n"
    "var r = new HttpRequest(); r.addHeader(\"Content-Type: application/json\");\n"
    "var answer = r.post(url, JSON.stringify(p));\n"
    "if (r.getStatus() >= 300) throw answer;\n"
    "return \"OK\";\n"
    "```\n"
    "\n"
    "Give a user this media type, and send problem and recovery messages to them with a trigger action.\n";

static const char sample[] =
    "{\"event_id\":\"4711\",\"value\":\"1\",\"name\":\"Disk space is low on db-1\",\"severity\":\"4\","
    "\"message\":\"Problem started at 14:07:30\",\"host\":\"db-1\",\"trigger_id\":\"19001\","
    "\"tags\":[{\"tag\":\"service\",\"value\":\"ledger\"},{\"tag\":\"scope\",\"value\":\"capacity\"}],"
    "\"started_at\":\"1794319650\"}";

static const AlertSource source = {
    .kind = "zabbix",
    .title = "Zabbix",
    .description = "Problems of Zabbix, through a webhook media type.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration zabbix_integration = { .name = "zabbix", .alert_source = &source };

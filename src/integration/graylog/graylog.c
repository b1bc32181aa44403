/* Graylog: the HTTP notification of an event definition, and the HTTP alarm callback of Graylog 3.0 and older. It tells events, never
 * an end. Priorities: 1 low, 2 normal, 3 high, 4 critical. Source: https://go2docs.graylog.org/ (HTTP notification) */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord priorities[] = {
    { "1", "low" }, { "2", "normal" }, { "3", "high" }, { "4", "critical" },
    { 0 },
};

static const AlertMap map = {
    .key = "{event_definition_id}/{event.key}|event_definition_id|"
              "check_result.triggered_condition.id",
    .title = "event_definition_title|stream.title|check_result.triggered_condition.type",
    .description = "event.message|check_result.result_description",
    .severity = "event.priority",
    .severities = priorities,
    .started = "event.timestamp|check_result.triggered_at",
    .labels = "event.fields|source=event.source|stream=stream.title",
    .links = "Event=event.replay_info.url",
};

static const char instructions[] =
    "In Graylog: **Alerts → Notifications → Create notification**, type *HTTP Notification*, URL `{{url}}` (add it to the URL allow-list when asked). Then choose it in your event definitions. A Graylog event has no end: close the alert here.\n";

static const char sample[] =
    "{\"event_definition_id\":\"5e7a\",\"event_definition_type\":\"aggregation-v1\","
    "\"event_definition_title\":\"Many 500s\",\"event_definition_description\":\"\",\"event\":{\"id\":\"01DF\","
    "\"timestamp\":\"{{now}}\",\"message\":\"Many 500s: count()=812\",\"source\":\"graylog-1\",\"key\":\"web-1\","
    "\"key_tuple\":[\"web-1\"],\"priority\":3,\"alert\":true,\"fields\":{\"service\":\"shop\"}},\"backlog\":[]}";

static const AlertSource source = {
    .kind = "graylog",
    .title = "Graylog",
    .description = "Event definitions of Graylog 3.1 and newer, and alert conditions of older ones, through an HTTP notification.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration graylog_integration = { .name = "graylog", .alert_source = &source };

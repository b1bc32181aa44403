/* Datadog: the Webhooks integration, whose body an administrator writes; ours is in the instructions.
 *
 * Source: https://docs.datadoghq.com/integrations/webhooks/ (the variables it replaces) */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord transitions[] = {
    { "Triggered", "firing" }, { "Re-Triggered", "firing" }, { "Warn", "firing" },
    { "Re-Warn", "firing" }, { "No Data", "firing" }, { "Re-No Data", "firing" },
    { "Renotify", "firing" }, { "Recovered", "resolved" }, { "Success", "resolved" },
    { "*", "firing" },
    { 0 },
};

static const AlertMap map = {
    .key = "aggreg_key|{alert_id}/{alert_scope}|alert_id|id",
    .title = "alert_title|title",
    .description = "body|text",
    .severity = "alert_priority|priority|alert_type",
    .state = "alert_transition",
    .states = transitions,
    .at = "date",
    .labels = "tags,|host=host_name|metric=alert_metric|scope=alert_scope|org=org.name",
    .links = "Monitor=link|Snapshot=snapshot",
};

static const char instructions[] =
    "In Datadog: **Integrations → Webhooks → New**. Name `hindsight`, URL `{{url}}`, payload:\n"
    "\n"
    "```json\n"
    "{\"id\": \"$ID\", \"aggreg_key\": \"$AGGREG_KEY\", \"alert_id\": \"$ALERT_ID\", \"alert_transition\": \"$ALERT_TRANSITION\", \"alert_title\": \"$ALERT_TITLE\",\n"
    " \"alert_priority\": \"$ALERT_PRIORITY\", \"alert_type\": \"$ALERT_TYPE\", \"alert_scope\": \"$ALERT_SCOPE\", \"alert_metric\": \"$ALERT_METRIC\",\n"
    " \"body\": \"$TEXT_ONLY_MSG\", \"date\": \"$DATE\", \"host_name\": \"$HOSTNAME\", \"tags\": \"$TAGS\", \"link\": \"$LINK\", \"snapshot\": \"$SNAPSHOT\"}\n"
    "```\n"
    "\n"
    "Then add `@webhook-hindsight` to the message of each monitor.\n";

static const char sample[] =
    "{\"id\":\"7780\",\"aggreg_key\":\"9f3c0b\",\"alert_id\":\"1234\",\"alert_transition\":\"Triggered\","
    "\"alert_title\":\"High error rate on {service:checkout}\",\"alert_priority\":\"P1\","
    "\"alert_type\":\"error\",\"alert_scope\":\"service:checkout\",\"alert_metric\":\"trace.http.errors\","
    "\"body\":\"Errors are above 5 %\",\"date\":\"1794319650000\",\"host_name\":\"web-1\",\"tags\":\"env:prod,"
    "service:checkout,monitor\",\"link\":\"https://app.datadoghq.com/monitors/1234\"}";

static const AlertSource source = {
    .kind = "datadog",
    .title = "Datadog",
    .description = "Monitors of Datadog, through its Webhooks integration.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration datadog_integration = { .name = "datadog", .alert_source = &source };

/* Splunk On-Call (VictorOps): its REST endpoint, from the other side.
 *
 * Source: https://help.splunk.com/splunk-on-call (REST endpoint integration guide) */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord types[] = {
    { "CRITICAL", "firing" }, { "WARNING", "firing" }, { "INFO", "ignored" },
    { "ACKNOWLEDGEMENT", "acknowledged" }, { "ACKNOWLEDGED", "acknowledged" },
    { "RECOVERY", "resolved" }, { "OK", "resolved" },
    { 0 },
};

static const AlertMap map = {
    .key = "entity_id|entity_display_name",
    .title = "entity_display_name|entity_id",
    .description = "state_message",
    .severity = "message_type|entity_state",
    .state = "message_type|entity_state",
    .states = types,
    .started = "state_start_time",
    .at = "timestamp",
    .labels = "host=host_name|service=service|tool=monitoring_tool|check",
    .links = "Tool=alert_url",
};

static const char instructions[] =
    "Where a tool asks for the URL of the VictorOps or Splunk On-Call REST endpoint, give `{{url}}`. Kapacitor, Grafana, Sensu and others know this form. `message_type`: CRITICAL and WARNING fire, ACKNOWLEDGEMENT acknowledges, RECOVERY ends; INFO changes nothing.\n";

static const char sample[] =
    "{\"message_type\":\"CRITICAL\",\"entity_id\":\"disk/db-1\",\"entity_display_name\":\"Disk is full on db-1\","
    "\"state_message\":\"99 % used\",\"state_start_time\":1794319650,\"monitoring_tool\":\"sensu\","
    "\"host_name\":\"db-1\"}";

static const AlertSource source = {
    .kind = "victorops",
    .title = "Splunk On-Call (VictorOps)",
    .description = "Anything that speaks to the REST endpoint of Splunk On-Call (VictorOps).",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration victorops_integration = { .name = "victorops", .alert_source = &source };

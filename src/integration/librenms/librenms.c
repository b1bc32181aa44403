/* LibreNMS: the API transport with the body of the instructions. state: 0 over, 1 alert, 2 acknowledged, 3 worse, 4 better, 5 changed. Its
 * times are local and without an offset, so those of arrival are used. Source: https://docs.librenms.org/Alerting/Transports/ */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "0", "resolved" }, { "1", "firing" }, { "2", "acknowledged" }, { "3", "firing" },
    { "4", "firing" }, { "5", "firing" },
    { 0 },
};

static const AlertMap map = {
    .key = "{device_id}/{rule_id}|uid|id",
    .title = "title|name",
    .description = "msg|description",
    .severity = "severity",
    .state = "state",
    .states = states,
    .labels = "hostname|os|location|type|rule=name",
};

static const char instructions[] =
    "In LibreNMS: **Alerts → Alert Transports → Create**, type *API*, method POST, API URL `{{url}}`, header `Content-Type=application/json`, body:\n"
    "\n"
    "```\n"
    "{\"device_id\": \"{{ $device_id }}\", \"rule_id\": \"{{ $rule_id }}\", \"state\": \"{{ $state }}\", \"severity\": \"{{ $severity }}\", \"title\": \"{{ $title }}\",\n"
    " \"name\": \"{{ $name }}\", \"hostname\": \"{{ $hostname }}\", \"os\": \"{{ $os }}\", \"location\": \"{{ $location }}\", \"type\": \"{{ $type }}\"}\n"
    "```\n";

static const char sample[] =
    "{\"device_id\":\"2\",\"rule_id\":\"13\",\"state\":\"1\",\"severity\":\"critical\","
    "\"title\":\"Alert for device sw-1 - Devices up/down\",\"name\":\"Devices up/down\",\"hostname\":\"sw-1\","
    "\"os\":\"ios\",\"location\":\"Berlin\",\"type\":\"network\"}";

static const AlertSource source = {
    .kind = "librenms",
    .title = "LibreNMS",
    .description = "Alerts of LibreNMS, through the API transport.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration librenms_integration = { .name = "librenms", .alert_source = &source };

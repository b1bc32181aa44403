/* Pingdom: state change webhooks of uptime (DOWN, UP) and transaction checks (FAILING, SUCCESS).
 *
 * Source: https://www.pingdom.com/resources/webhooks/ */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "DOWN", "firing" }, { "UP", "resolved" }, { "FAILING", "firing" }, { "SUCCESS", "resolved" },
    { 0 },
};

static const AlertMap map = {
    .key = "check_id",
    .title = "check_name",
    .description = "long_description|description",
    .severity = "importance_level",
    .state = "current_state",
    .states = states,
    .at = "state_changed_timestamp",
    .labels = "tags|type=check_type|hostname=check_params.hostname|probe=first_probe.location",
    .links = "Checked=check_params.full_url|Checked=check_params.url",
};

static const char instructions[] =
    "In Pingdom: **Settings → Integrations → Add integration**, type *Webhook*, URL `{{url}}`. Then tick the integration in each check.\n";

static const char sample[] =
    "{\"check_id\":803318,\"check_name\":\"Shop\",\"check_type\":\"HTTP\",\"current_state\":\"DOWN\","
    "\"previous_state\":\"UP\",\"importance_level\":\"HIGH\",\"state_changed_timestamp\":1794319650,"
    "\"state_changed_utc_time\":\"2026-11-10T14:07:30\","
    "\"long_description\":\"HTTP Server Error 503 Service Unavailable\",\"description\":\"HTTP Error 503\","
    "\"tags\":[\"env:prod\"],\"check_params\":{\"hostname\":\"shop.example.com\","
    "\"full_url\":\"https://shop.example.com/\",\"port\":443},\"first_probe\":{\"ip\":\"192.0.2.1\","
    "\"location\":\"Stockholm, Sweden\"},\"version\":1}";

static const AlertSource source = {
    .kind = "pingdom",
    .title = "Pingdom",
    .description = "Uptime and transaction checks of Pingdom, through a webhook integration.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration pingdom_integration = { .name = "pingdom", .alert_source = &source };

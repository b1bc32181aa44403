/* Checkmk: a notification script that posts a form with curl; it is in the instructions.
 *
 * Source: https://docs.checkmk.com/latest/en/notifications.html#scripts */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertMap map = {
    .key = "{host}/{service}|host",
    .title = "{service} on {host} is {status}|{host} is {status}|summary",
    .description = "{output}\n{long_output}|output",
    .severity = "status|severity",
    .severities = alert_plugin_states,
    .state = "notification_type",
    .states = alert_plugin_notices,
    .at = "time",
    .labels = "host|service|site|address",
    .links = "Checkmk=url",
};

static const char instructions[] =
    "Save this as `~/local/share/check_mk/notifications/hindsight` of the site, make it executable, and choose it in **Setup → Events → Notifications → Add rule** as notification method:\n"
    "\n"
    "```sh\n"
    "#!/bin/sh\n"
    "# Hindsight\n"
    "exec curl -fsS -m 20 {{url}} --data-urlencode \"notification_type=$NOTIFY_NOTIFICATIONTYPE\" --data-urlencode \"host=$NOTIFY_HOSTNAME\" --data-urlencode \"address=$NOTIFY_HOSTADDRESS\" --data-urlencode \"service=$NOTIFY_SERVICEDESC\" --data-urlencode \"status=${NOTIFY_SERVICESTATE:-$NOTIFY_HOSTSTATE}\" --data-urlencode \"output=${NOTIFY_SERVICEOUTPUT:-$NOTIFY_HOSTOUTPUT}\" --data-urlencode \"site=$NOTIFY_OMD_SITE\" --data-urlencode \"time=$NOTIFY_MICROTIME\"\n"
    "```\n";

static const char sample[] =
    "{\"notification_type\":\"PROBLEM\",\"host\":\"db-1\",\"address\":\"10.0.0.9\",\"service\":\"Filesystem /var\","
    "\"status\":\"CRIT\",\"output\":\"97 % used\",\"site\":\"main\",\"time\":\"1794319650000000\"}";

static const AlertSource source = {
    .kind = "checkmk",
    .title = "Checkmk",
    .description = "Host and service notifications of Checkmk, by a notification script.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration checkmk_integration = { .name = "checkmk", .alert_source = &source };

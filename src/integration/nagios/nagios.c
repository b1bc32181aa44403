/* Nagios and its relatives (Icinga 2, Naemon, Centreon): a notification command that posts a form with curl, so that no quoting
 * of plug-in output can go wrong. Flapping and downtime notices change nothing here.
 * Source: https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/macrolist.html */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertMap map = {
    .key = "{host}/{service}|host",
    .title = "{service} on {host} is {state}|{host} is {state}",
    .description = "output",
    .severity = "state",
    .severities = alert_plugin_states,
    .state = "type",
    .states = alert_plugin_notices,
    .at = "time",
    .labels = "host|service|address|group",
    .links = "Nagios=url",
};

static const char instructions[] =
    "Define a command and give it to a contact as host and service notification command (Nagios):\n"
    "\n"
    "```\n"
    "define command {\n"
    "  command_name  notify-hindsight\n"
    "  command_line  /usr/bin/curl -fsS -m 20 {{url}} --data-urlencode \"type=$NOTIFICATIONTYPE$\" --data-urlencode \"host=$HOSTNAME$\" --data-urlencode \"address=$HOSTADDRESS$\" --data-urlencode \"service=$SERVICEDESC$\" --data-urlencode \"state=$SERVICESTATE$\" --data-urlencode \"output=$SERVICEOUTPUT$\" --data-urlencode \"time=$TIMET$\"\n"
    "}\n"
    "```\n"
    "\n"
    "For hosts the same with `state=$HOSTSTATE$`, `output=$HOSTOUTPUT$` and without `service`. Icinga 2: a `NotificationCommand` with the same fields from `notification.type`, `host.name`, `service.name`, `service.state`, `service.output`.\n";

static const char sample[] =
    "{\"type\":\"PROBLEM\",\"host\":\"web-1\",\"address\":\"10.0.0.1\",\"service\":\"HTTP\",\"state\":\"CRITICAL\","
    "\"output\":\"HTTP CRITICAL: 503 \\\"unavailable\\\"\",\"time\":\"1794319650\"}";

static const AlertSource source = {
    .kind = "nagios",
    .title = "Nagios, Icinga",
    .description = "Host and service notifications of Nagios, Icinga 2, Naemon and Centreon, by a notification command.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration nagios_integration = { .name = "nagios", .alert_source = &source };

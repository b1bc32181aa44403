/* ElastAlert 2: the HTTP POST 2 alerter with the payload of the instructions. It tells matches, never an end.
 *
 * Source: https://elastalert2.readthedocs.io/ (HTTP POST 2 alerter) */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertMap map = {
    .key = "{rule}/{key}|rule|alert_uid|message",
    .title = "title|rule|message",
    .description = "text|message",
    .severity = "severity|level",
    .at = "time",
    .labels = "labels|rule|key|host|service",
    .links = "Kibana=url",
};

static const char instructions[] =
    "In the rule:\n"
    "\n"
    "```yaml\n"
    "alert: post2\n"
    "http_post2_url: \"{{url}}\"\n"
    "http_post2_payload:\n"
    "  rule: \"<name of the rule>\"\n"
    "  key: \"{{host}}\"          # what makes it the same alert\n"
    "  title: \"<what is wrong>\"\n"
    "  severity: critical\n"
    "  text: \"{{message}}\"\n"
    "  time: \"{{@timestamp}}\"\n"
    "```\n";

static const char sample[] =
    "{\"rule\":\"Payment errors\",\"key\":\"web-1\",\"title\":\"Payments fail on web-1\",\"severity\":\"critical\","
    "\"text\":\"POST /pay 500\",\"time\":\"{{now}}\",\"host\":\"web-1\"}";

static const AlertSource source = {
    .kind = "elastalert",
    .title = "ElastAlert",
    .description = "Rules of ElastAlert 2, through its HTTP POST alerter.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration elastalert_integration = { .name = "elastalert", .alert_source = &source };

/* Splunk: the webhook alert action of a saved search. It tells that a search found something, never that it is over.
 *
 * Source: https://docs.splunk.com/Documentation/Splunk/latest/Alert/Webhooks */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertMap map = {
    .key = "{app}/{search_name}|search_name|sid",
    .title = "search_name|sid",
    .description = "result._raw|result.message",
    .severity = "result.severity|result.level|result.log_level",
    .labels = "app|owner|host=result.host|source=result.source|sourcetype=result.sourcetype|"
              "service=result.service",
    .links = "Results=results_link",
};

static const char instructions[] =
    "In Splunk: save the search as an alert, **Add Actions → Webhook**, URL `{{url}}`. A Splunk alert has no end: close it here, or let the search’s own recovery alert do it through *Webhook (JSON)*.\n";

static const char sample[] =
    "{\"sid\":\"scheduler__admin__search__RMD5_1\",\"search_name\":\"Payment errors\",\"app\":\"search\","
    "\"owner\":\"ops\",\"results_link\":\"https://splunk.example.com/app/search/@go?sid=1\","
    "\"result\":{\"host\":\"web-1\",\"sourcetype\":\"access_combined\",\"count\":\"812\",\"severity\":\"high\","
    "\"_raw\":\"POST /pay 500\"}}";

static const AlertSource source = {
    .kind = "splunk",
    .title = "Splunk",
    .description = "Saved searches of Splunk, through the webhook alert action.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration splunk_integration = { .name = "splunk", .alert_source = &source };

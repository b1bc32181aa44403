/* Kapacitor: the post event handler. The level OK is the end.
 *
 * Source: https://docs.influxdata.com/kapacitor/v1/reference/event_handlers/post/ */
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord levels[] = {
    { "OK", "resolved" }, { "*", "firing" },
    { 0 },
};

static const AlertMap map = {
    .key = "id",
    .title = "message|id",
    .description = "details",
    .severity = "level",
    .state = "level",
    .states = levels,
    .at = "time",
    .labels = "data.series.0.tags|measurement=data.series.0.name",
};

static const char instructions[] =
    "In the TICKscript: `|alert().id('{{ .TaskName }}/{{ .Group }}').post('{{url}}')`, or in `kapacitor.conf` an `[[httppost]]` with that URL.\n";

static const char sample[] =
    "{\"id\":\"cpu/host=web-1\",\"message\":\"cpu/host=web-1 is CRITICAL\",\"details\":\"<p>97 %</p>\","
    "\"time\":\"{{now}}\",\"duration\":120000000000,\"level\":\"CRITICAL\",\"previousLevel\":\"OK\","
    "\"recoverable\":true,\"data\":{\"series\":[{\"name\":\"cpu\",\"tags\":{\"host\":\"web-1\"},\"columns\":[\"time\","
    "\"value\"],\"values\":[[\"{{now}}\",97]]}]}}";

static const AlertSource source = {
    .kind = "kapacitor",
    .title = "Kapacitor",
    .description = "Alerts of Kapacitor (InfluxDB), through the post handler.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration kapacitor_integration = { .name = "kapacitor", .alert_source = &source };

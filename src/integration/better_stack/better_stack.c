/* Better Stack: outgoing webhooks of incidents. What happened shows in the times of the incident rather than in the name of the event.
 *
 * Source: https://betterstack.com/docs/uptime/webhooks/ */
#include "port/alert_map.h"
#include "port/integration.h"

/** Ended when it has an end, acknowledged when it has that. */
static Err state_by_times(Arena *a, const Json *root, const Json *alert, AlertIn *in)
{
    int64_t ended = 0, acknowledged = 0;
    if (!alert_time(alert_at(root, alert, S("data.attributes.resolved_at")), &ended))
        return fail_field(a, S("data.attributes.resolved_at"), "data.attributes.resolved_at is not a time");
    if (!alert_time(alert_at(root, alert, S("data.attributes.acknowledged_at")), &acknowledged))
        return fail_field(a, S("data.attributes.acknowledged_at"), "data.attributes.acknowledged_at is not a time");
    in->resolved = ended > 0;
    in->acknowledged = !ended && acknowledged;
    in->acknowledged_ms = in->acknowledged ? acknowledged : 0;
    in->ended_ms = ended;
    return OK;
}

static const AlertMap map = {
    .key = "data.id",
    .title = "data.attributes.name",
    .description = "data.attributes.cause",
    .severity = "data.attributes.severity",
    .started = "data.attributes.started_at",
    .ended = "data.attributes.resolved_at",
    .labels = "data.attributes.metadata|region=data.attributes.regions|"
              "monitor=data.relationships.monitor.data.id",
    .links = "Monitored=data.attributes.url|Screenshot=data.attributes.screenshot_url|"
              "Answer=data.attributes.response_url",
    .fix = state_by_times,
};

static const char instructions[] =
    "In Better Stack: **Uptime → Integrations → Exporting data → Outgoing webhooks → Create** for *incidents*, URL `{{url}}`, on *Incident started, acknowledged, resolved*.\n";

static const char sample[] =
    "{\"data\":{\"id\":\"25\",\"type\":\"incident\",\"attributes\":{\"name\":\"Shop homepage\","
    "\"url\":\"https://shop.example.com\",\"http_method\":\"get\",\"cause\":\"Status 503\","
    "\"started_at\":\"{{now}}\",\"acknowledged_at\":null,\"resolved_at\":null,\"regions\":[\"eu\",\"us\"],"
    "\"screenshot_url\":null},\"relationships\":{\"monitor\":{\"data\":{\"id\":\"4\",\"type\":\"monitor\"}}}}}";

static const AlertSource source = {
    .kind = "better_stack",
    .title = "Better Stack",
    .description = "Incidents of Better Stack Uptime, through an outgoing webhook.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
};

const Integration better_stack_integration = { .name = "better_stack", .alert_source = &source };

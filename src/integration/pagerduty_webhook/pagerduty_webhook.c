/* PagerDuty: V3 webhook subscriptions. What happens to an incident there happens to its alert here; notes, responders and updates
 * change nothing. Source: https://developer.pagerduty.com/docs/webhooks-overview */
#include "port/alert_map.h"
#include "port/integration.h"

/** The time of an acknowledgement is no start. */
static Err times(Arena *a, const Json *root, const Json *alert, AlertIn *in)
{
    int64_t created = 0;
    (void)a;
    if (alert_time(alert_at(root, alert, S("event.data.created_at")), &created) && created) in->started_ms = created;
    else if (in->acknowledged) in->started_ms = 0;
    return OK;
}

static const AlertWord types[] = {
    { "incident.triggered", "firing" }, { "incident.reopened", "firing" },
    { "incident.unacknowledged", "firing" }, { "incident.delegated", "ignored" },
    { "incident.acknowledged", "acknowledged" }, { "incident.resolved", "resolved" },
    { "*", "ignored" },
    { 0 },
};

static const AlertMap map = {
    .key = "event.data.id",
    .title = "event.data.title",
    .description = "event.data.body.details",
    .severity = "event.data.priority.summary|event.data.urgency",
    .state = "event.event_type",
    .states = types,
    .started = "event.data.created_at",
    .at = "event.occurred_at",
    .labels = "service=event.data.service.summary|policy=event.data.escalation_policy.summary|"
              "urgency=event.data.urgency|priority=event.data.priority.summary",
    .links = "PagerDuty=event.data.html_url",
    .fix = times,
};

/** One of the signatures that the header lists, while secrets change. */
static Err verify(Arena *a, const HttpReq *req, Str secret)
{
    Str rest = http_header(req, "X-PagerDuty-Signature"), one;
    while (str_next(&rest, ',', &one)) {
        one = str_trim(one);
        if (str_starts(one, S("v1=")) && alert_signed(str_sub(one, 3, one.len), secret, req->body)) return OK;
    }
    return fail(a, ERR_FORBIDDEN, "X-PagerDuty-Signature does not fit the body and the signing secret");
}

static const char instructions[] =
    "In PagerDuty: **Integrations → Generic Webhooks (v3) → New Webhook**. Webhook URL `{{url}}`, scope as you like, events *incident.triggered, acknowledged, unacknowledged, reopened, resolved*. Use this kind when PagerDuty stays in charge; to send to Hindsight in place of PagerDuty, use *PagerDuty Events API v2*.\n";

static const char sample[] =
    "{\"event\":{\"id\":\"01BZ\",\"event_type\":\"incident.triggered\",\"resource_type\":\"incident\","
    "\"occurred_at\":\"{{now}}\",\"agent\":null,\"data\":{\"id\":\"PFQZPSY\",\"type\":\"incident\","
    "\"html_url\":\"https://example.pagerduty.com/incidents/PFQZPSY\",\"number\":9,\"status\":\"triggered\","
    "\"created_at\":\"{{now}}\",\"title\":\"Ledger is slow\",\"service\":{\"id\":\"PA2P\",\"summary\":\"ledger\","
    "\"type\":\"service_reference\"},\"escalation_policy\":{\"summary\":\"Default\"},\"priority\":{\"id\":\"P1\","
    "\"summary\":\"P1\"},\"urgency\":\"high\"}}}";

static const AlertSource source = {
    .kind = "pagerduty_webhook",
    .title = "PagerDuty webhooks (v3)",
    .description = "Incidents of PagerDuty as they happen there, through a webhook subscription.",
    .instructions = instructions,
    .sample = sample,
    .map = &map,
    .secret = "Shown once when the webhook subscription is made, as its signing secret.",
    .verify = verify,
};

const Integration pagerduty_webhook_integration = { .name = "pagerduty_webhook", .alert_source = &source };

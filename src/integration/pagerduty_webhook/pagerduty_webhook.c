/* PagerDuty: V3 webhook subscriptions. What happens to an incident there happens to its alert here; notes, responders
 * and updates go onto the timeline. Source: https://developer.pagerduty.com/docs/webhooks-overview */
#include "port/alert_map.h"
#include "port/integration.h"

/** What says something about an incident without changing its state. */
static bool is_remark(Str type)
{
    static const char *const words[] = { "incident.annotated", "incident.status_update_published", "incident.responder.added",
        "incident.responder.replied", "incident.reassigned", "incident.delegated", "incident.escalated", "incident.priority_updated" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(type, str_of(words[i]))) return true;
    return false;
}

/** Notes, responders and the like: what is said goes onto the timeline. */
static Err remark(Arena *a, const Json *root, const Json *alert, AlertIn *in)
{
    Str type = alert_text_at(a, root, alert, "event.event_type"), text = S("");
    Str who = alert_text_at(a, root, alert, "event.data.user.summary|event.data.assignees.0.summary|event.data.escalation_policy.summary");
    if (str_eq(type, S("incident.annotated"))) text = alert_text_at(a, root, alert, "event.data.content");
    if (str_eq(type, S("incident.status_update_published"))) text = alert_text_at(a, root, alert, "event.data.message");
    if (who.len && str_eq(type, S("incident.responder.added"))) text = arena_fmt(a, "asked " STR_FMT " to respond", STR_ARG(who));
    if (who.len && str_eq(type, S("incident.responder.replied")))
        text = arena_fmt(a, STR_FMT " answered: " STR_FMT, STR_ARG(who), STR_ARG(alert_text_at(a, root, alert, "event.data.state|event.data.message")));
    if (who.len && (str_eq(type, S("incident.reassigned")) || str_eq(type, S("incident.delegated")) || str_eq(type, S("incident.escalated"))))
        text = arena_fmt(a, "assigned it to " STR_FMT, STR_ARG(who));
    if (str_eq(type, S("incident.priority_updated"))) text = alert_text_at(a, root, alert, "Priority is now {event.data.priority.summary}");
    in->is_remark = true;
    in->started_ms = 0;
    (void)alert_time(alert_at(root, alert, S("event.occurred_at")), &in->started_ms);
    in->remark = alert_text(a, text);
    in->remark_by = alert_line(a, alert_text_at(a, root, alert, "event.agent.summary"), 200);
    Str of = alert_text_at(a, root, alert, "event.data.incident.id");
    if (of.len) in->dedup_key = alert_key(a, of);
    return OK;
}

static Err times(Arena *a, const Json *root, const Json *alert, AlertIn *in)
{
    int64_t created = 0;
    if (is_remark(alert_text_at(a, root, alert, "event.event_type"))) return remark(a, root, alert, in);
    if (alert_time(alert_at(root, alert, S("event.data.created_at")), &created) && created) in->started_ms = created;
    return OK;
}

static const AlertWord types[] = {
    { "incident.triggered", "firing" }, { "incident.reopened", "firing" },
    { "incident.unacknowledged", "firing" }, { "incident.annotated", "firing" },
    { "incident.status_update_published", "firing" }, { "incident.responder.added", "firing" },
    { "incident.responder.replied", "firing" }, { "incident.reassigned", "firing" },
    { "incident.delegated", "firing" }, { "incident.escalated", "firing" }, { "incident.priority_updated", "firing" },
    { "incident.acknowledged", "acknowledged" }, { "incident.resolved", "resolved" },
    { "*", "ignored" },
    { 0 },
};

static const AlertMap map = {
    .key = "event.data.id|event.data.incident.id",
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
    "In PagerDuty: **Integrations → Generic Webhooks (v3) → New Webhook**. Webhook URL `{{url}}`, scope as you like, all events of incidents; notes, status updates and responders go onto the timeline. Use this kind when PagerDuty stays in charge; to send to Hindsight in place of PagerDuty, use *PagerDuty Events API v2*.\n";

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

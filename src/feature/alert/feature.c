#include "base/id.h"
#include "feature/alert/internal.h"
#include "sql.gen.h"

static const char *const declares[] = { "never", "SEV-1", "SEV-2", "SEV-3", "SEV-4", "all", NULL };

static const Setting settings[] = {
    { .key = "alerts.declare", .type = SETTING_CHOICE, .standard = "SEV-2", .options = declares,
        .title = "Declare incidents without a rule",
      .help = "For alerts that no routing rule fits: declare an incident from this severity upwards." },
    { .key = "alerts.payloads_per_second", .type = SETTING_INT, .standard = "20000", .min = 1,
    .max = 1000000, .title = "Payloads per second",
      .help = "What one integration may post; more is answered 429. Five times as much is let through at once." },
    { .key = "alerts.keep_payloads_days", .type = SETTING_INT, .standard = "400", .min = 0, .max = 3650, .title = "Keep payloads",
      .help = "Days after which a payload is removed as it was received; 0 keeps them for ever. The latest payload of an alert that belongs to an incident, or still fires, always stays." },
    { .key = "alerts.flap_count", .type = SETTING_INT, .standard = "5", .min = 0, .max = 1000, .title = "Flapping",
      .help = "An alert that ended so often within the time below stays open as one alert that flaps, until nothing comes for that time. 0: never." },
    { .key = "alerts.flap_minutes", .type = SETTING_INT, .standard = "30", .min = 1, .max = 1440, .title = "Flapping: minutes", .help = "The time in which endings count." },
    { .key = "alerts.storm_incidents", .type = SETTING_INT, .standard = "20", .min = 0, .max = 10000, .title = "Incidents a minute",
      .help = "What one integration may declare. In a storm further alerts join one incident for all of them; 0 declares without a limit." },
    { .key = "alerts.sns_hosts", .type = SETTING_TEXT, .standard = "", .max = 500, .title = "Other hosts that speak SNS",
      .help = "Besides Amazon's own (sns.REGION.amazonaws.com): hosts with their port, separated by commas, that may sign messages of a CloudWatch integration and have subscriptions confirmed, such as localstack:4566. They are reached wherever they are." },
    { 0 },
};

static const Route routes[] = {
    { POST, "/in/:kind/:key", ROLE_PUBLIC, intake_post, .flags = OWN_WRITES | NO_CSRF | RAW_BODY,
        .body_bytes = PAYLOAD_BYTES,
      .doc = "Where alert sources post; 202 once it is durable" },
    { POST, "/in/:kind", ROLE_PUBLIC, intake_post_keyed, .flags = OWN_WRITES | NO_CSRF | RAW_BODY, .body_bytes = PAYLOAD_BYTES,
      .doc = "The same with the key in a header: the password of basic authentication, or X-Api-Key" },
    { POST, "/v2/enqueue", ROLE_PUBLIC, intake_enqueue, .flags = OWN_WRITES | NO_CSRF | RAW_BODY,
    .body_bytes = PAYLOAD_BYTES,
      .doc = "PagerDuty's Events API v2: routing_key is the key of a pagerduty integration" },
    { GET, "/api/v1/alerts", ROLE_VIEWER, alerts_list, .reply = &alert_shape, .flags = REPLY_LIST,
    .query = "status severity source incident channel q since until",
      .doc = "Alerts, newest first; incident=none are those in no incident" },
    { GET, "/api/v1/alerts-summary", ROLE_VIEWER, alerts_summary, .reply = &summary_shape,
    .doc = "How many alerts fire now" },
    { POST, "/api/v1/alerts", ROLE_RESPONDER, alerts_post, &alert_input_shape, &accepted_shape,
    INGEST, .doc = "Takes in one alert" },
    { GET, "/api/v1/alerts/:alert", ROLE_VIEWER, alerts_get, .reply = &alert_shape,
    .doc = "One alert" },
    { GET, "/api/v1/alerts/:alert/raw", ROLE_VIEWER, alerts_raw,
    .doc = "The payload that it last came with, as received" },
    { GET, "/api/v1/changes/:change/raw", ROLE_VIEWER, changes_raw,
    .doc = "The payload that told of a change last, as received" },
    { POST, "/api/v1/alerts/:alert/attach", ROLE_RESPONDER, alerts_attach, &attach_shape,
    &alert_shape, .doc = "Attaches it to an incident" },
    { GET, "/api/v1/integration-kinds", ROLE_VIEWER, integrations_kinds, .reply = &kind_shape,
    .flags = REPLY_LIST, .doc = "What can be connected, with instructions" },
    { POST, "/api/v1/integration-preview", ROLE_ADMIN, integrations_preview, &preview_shape,
    &preview_alert_shape, COMPUTES | REPLY_LIST, .body_bytes = 512 << 10,
      .doc = "What a mapping makes of a payload; nothing is stored" },
    { GET, "/api/v1/integrations", ROLE_ADMIN, integrations_list, .reply = &integration_shape,
    .flags = REPLY_LIST, .doc = "Sources of alerts" },
    { POST, "/api/v1/integrations", ROLE_ADMIN, integrations_post, &integration_shape,
    &integration_shape, .doc = "Adds a source of alerts" },
    { GET, "/api/v1/integrations/:integration", ROLE_ADMIN, integrations_get,
    .reply = &integration_shape, .doc = "One source of alerts" },
    { PATCH, "/api/v1/integrations/:integration", ROLE_ADMIN, integrations_patch,
    &integration_shape, &integration_shape,
    .doc = "Changes name, channel, mapping, or switches it on and off" },
    { DELETE, "/api/v1/integrations/:integration", ROLE_ADMIN, integrations_delete,
    .doc = "Removes it; its alerts stay" },
    { POST, "/api/v1/integrations/:integration/rotate", ROLE_ADMIN, integrations_rotate,
    .reply = &integration_shape, .doc = "A new key; the old address stops at once" },
    { POST, "/api/v1/integrations/:integration/test", ROLE_ADMIN, integrations_test,
    .reply = &test_shape, .doc = "Sends a sample through the intake" },
    { GET, "/api/v1/integrations/:integration/captured", ROLE_ADMIN, integrations_captured,
    .reply = &captured_shape, .flags = REPLY_LIST,
    .doc = "Payloads that came lately, as received" },
    { GET, "/api/v1/quarantine", ROLE_MANAGER, quarantine_list, .reply = &quarantined_shape,
    .flags = REPLY_LIST, .query = "source", .doc = "Payloads that fit nothing, newest first" },
    { GET, "/api/v1/quarantine/:quarantined/raw", ROLE_MANAGER, quarantine_raw,
    .doc = "The payload as received" },
    { POST, "/api/v1/quarantine/:quarantined/replay", ROLE_MANAGER, quarantine_replay,
    .reply = &replayed_shape, .doc = "Takes it in again, with the mapping of today" },
    { DELETE, "/api/v1/quarantine/:quarantined", ROLE_MANAGER, quarantine_delete, .flags = NO_MATCH,
    .doc = "Throws it away" },
    { GET, "/api/v1/routing-rules", ROLE_MANAGER, rules_list, .reply = &routing_rule_shape,
    .flags = REPLY_LIST, .doc = "All rules, in order" },
    { POST, "/api/v1/routing-rules", ROLE_MANAGER, rules_post, &routing_rule_shape,
    &routing_rule_shape, .doc = "Adds a rule" },
    { POST, "/api/v1/routing-rules/try", ROLE_MANAGER, rules_try, &routing_rule_shape, &tried_shape,
    COMPUTES, .doc = "Which of the last 100 alerts fit a rule" },
    { GET, "/api/v1/routing-rules/:routing_rule", ROLE_MANAGER, rules_get,
    .reply = &routing_rule_shape, .doc = "One rule" },
    { PATCH, "/api/v1/routing-rules/:routing_rule", ROLE_MANAGER, rules_patch, &routing_rule_shape,
    &routing_rule_shape, .doc = "Changes or moves a rule" },
    { DELETE, "/api/v1/routing-rules/:routing_rule", ROLE_MANAGER, rules_delete,
    .doc = "Removes a rule" },
    { 0 },
};

static const Resolver resolvers[] = {
    { "alert", alert_resolve },
    { "integration", integration_resolve },
    { "routing_rule", rule_resolve },
    { "quarantined", quarantine_resolve },
    { 0 },
};

static const Listener listeners[] = {
    { "incident.merged", LISTEN_NOW, alert_hear_merged },
    { "incident.visibility_changed", LISTEN_NOW, alert_hear_visibility },
    { 0 },
};

static const JobKind jobs[] = { { .name = "alert.calm", .run = alert_calm_job, .every_ms = 60000 },
    { .name = "alert.collect", .run = alert_collect_job, .every_ms = 60000, .lease_ms = 300 * 1000 },
    { .name = "alert.look", .run = alert_collect_job, .lease_ms = 120 * 1000 },
    { .name = "alert.visit", .run = alert_visit_job },
     { .name = "alert.index", .run = alert_index_job, .every_ms = 5000 },
    { .name = "alert.sweep", .run = alert_sweep_job, .every_ms = 24ll * 3600 * 1000, .lease_ms = 600 * 1000 }, { 0 } };

/** A source that needs no address. */
static Err built_in(Cx *cx, const char *id, const char *name)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_integration_insert);
    stmt_str(&q, "id", str_of(id));
    stmt_str(&q, "kind", S("api"));
    stmt_str(&q, "name", str_of(name));
    stmt_null(&q, "channel_id");
    stmt_str(&q, "key_hash", arena_fmt(cx->arena, "none:%s", name));
    stmt_str(&q, "key_sealed", S(""));
    stmt_str(&q, "mapping", S(""));
    stmt_str(&q, "secret_sealed", S(""));
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

/** What stands for POST /api/v1/alerts, and for what Hindsight raises itself. */
static Err start(Cx *cx)
{
    TRY(built_in(cx, API_INTEGRATION, "API"));
    return built_in(cx, MONITORS_INTEGRATION, "Monitors");
}

const Feature alert_feature = { .name = "alert", .schema = &alert_schema, .routes = routes,
    .resolvers = resolvers,
    .listeners = listeners, .jobs = jobs, .settings = settings, .start = start,
    .metrics = intake_metrics };

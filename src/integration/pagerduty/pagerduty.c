/* PagerDuty Events API v2, from the other side: what speaks to PagerDuty can speak to us.
 *
 * One event a request: trigger, acknowledge or resolve. A trigger without dedup_key gets one made
 * from its bytes, so that a retry of the same request is the same alert (PagerDuty would open a
 * second one). Answers 202 and 400 in PagerDuty's form. Source: PagerDuty's OpenAPI file of the
 * Events API v2. */
#include "app/secret.h"
#include "base/utf8.h"
#include "port/alert_build.h"
#include "port/integration.h"

/** A member that must be text when it is there. */
static Err text_of(Arena *a, const Json *object, const char *key, const char *path, Str *ret)
{
    const Json *value = json_get(object, str_of(key));
    *ret = json_str_at(object, str_of(key));
    if (json_is_nothing(value) || value->kind == JS_TEXT) return OK;
    return fail_field(a, str_of(path), "'%s' must be a string", path);
}

static Err needed(Arena *a, const Json *object, const char *key, const char *path, Str *ret)
{
    TRY(text_of(a, object, key, path, ret));
    *ret = str_trim(*ret);
    return str_empty(*ret) ? fail_field(a, str_of(path), "'%s' is missing or blank", path) : OK;
}

static Err check_severity(Arena *a, Str severity)
{
    static const char *const words[] = { "critical", "error", "warning", "info", NULL };
    for (size_t i = 0; words[i]; i++)
        if (str_eq(severity, str_of(words[i]))) return OK;
    return fail_field(a, S("payload.severity"),
                      "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')");
}

static Err links_of(Arena *a, const Json *root, Str *ret)
{
    size_t i = 0;
    const Json *links = json_get(root, S("links"));
    Buf out = buf_new(a, 64 << 10);
    if (!json_is_nothing(links) && !json_is(links, JS_LIST))
        return fail_field(a, S("links"), "'links' must be a list");
    json_items(links, link) {
        if (!json_is(link, JS_OBJECT))
            return fail_field(a, arena_fmt(a, "links[%zu]", i), "'links[%zu]' must be an object",
                i);
        i++;
        alert_link_add(&out, json_str_at(link, S("text")), json_str_at(link, S("href")));
    }
    alert_link_add(&out, json_str_at(root, S("client")), json_str_at(root, S("client_url")));
    *ret = alert_links_end(&out);
    return OK;
}

/** "free space: 1%" line by line. */
static Str details_of(Arena *a, const Json *details)
{
    Buf out = buf_new(a, 4 * ALERT_TEXT_BYTES);
    if (json_is(details, JS_TEXT)) return alert_text(a, alert_scalar(details));
    json_members(details, x) {
        Str text = json_is_nest(x) ? json_compact(a, x) : alert_scalar(x);
        if (str_empty(text)) continue;
        buf_add(&out, utf8_clip(x->name, 200));
        buf_add(&out, S(": "));
        buf_add(&out, str_trim(text));
        buf_byte(&out, '\n');
    }
    return alert_text(a, buf_str(&out));
}

static Err labels_of(Arena *a, const Json *root, const Json *payload, AlertIn *alert)
{
    static const char *const names[] = { "source", "component", "group", "class", "severity",
        NULL };
    AlertLabels labels = { .arena = a };
    Buf note = buf_new(a, 1000);
    for (size_t i = 0; names[i]; i++) {
        Str value;
        TRY(text_of(a, payload, names[i], arena_fmt(a, "payload.%s", names[i]).at, &value));
        if (!str_empty(value)) alert_labels_add(&labels, str_of(names[i]), value);
    }
    if (!str_empty(json_str_at(root, S("client"))))
        alert_labels_add(&labels, S("client"), json_str_at(root, S("client")));
    const Json *details = json_get(payload, S("custom_details"));
    json_members(details, x)
        if (!json_is_nest(x) && x->kind != JS_NULL) {
            Str text = alert_scalar(x);
            if (text.len <= 200 && !memchr(text.at, '\n', text.len))
                alert_labels_add(&labels, x->name, text);
        }
    alert->labels = alert_labels_end(&labels, &note);
    alert->note = buf_str(&note);
    return OK;
}

static Err trigger(Arena *a, const Json *root, AlertIn *alert)
{
    const Json *payload = json_get(root, S("payload"));
    Str summary, source, severity, client;
    if (!json_is(payload, JS_OBJECT))
        return fail_field(a, S("payload"), "'payload' is missing or not an object");
    TRY(needed(a, payload, "summary", "payload.summary", &summary));
    TRY(needed(a, payload, "source", "payload.source", &source));
    TRY(needed(a, payload, "severity", "payload.severity", &severity));
    TRY(check_severity(a, severity));
    TRY(text_of(a, root, "client", "client", &client));
    if (!alert_time(json_get(payload, S("timestamp")), &alert->started_ms))
        return fail_field(a, S("payload.timestamp"), "'payload.timestamp' is not an ISO 8601 time");
    alert->title = alert_line(a, summary, ALERT_TITLE_BYTES);
    alert->severity = alert_severity(severity);
    alert->description = details_of(a, json_get(payload, S("custom_details")));
    alert->group_key = alert_key(a, json_str_at(payload, S("group")));
    TRY(labels_of(a, root, payload, alert));
    return links_of(a, root, &alert->links);
}

static Err decode(Arena *a, const SourceConfig *config, Str content_type, Str payload,
    AlertsIn *ret)
{
    (void)config, (void)content_type;
    const Json *root;
    Str action, key;
    TRY(json_read(a, payload, &root));
    if (!json_is(root, JS_OBJECT))
        return fail_field(a, S("event_action"), "the event must be an object");
    TRY(needed(a, root, "event_action", "event_action", &action));
    TRY(text_of(a, root, "dedup_key", "dedup_key", &key));
    AlertIn alert = { .severity = S("unknown"), .labels = S("{}"), .links = S("[]") };
    if (key.len > 255)
        return fail_field(a, S("dedup_key"), "'dedup_key' must have at most 255 bytes");
    bool is_trigger = str_eq(action, S("trigger"));
    alert.resolved = str_eq(action, S("resolve"));
    alert.acknowledged = str_eq(action, S("acknowledge"));
    if (!is_trigger && !alert.resolved && !alert.acknowledged)
        return fail_field(a, S("event_action"),
                          "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')");
    if (!is_trigger && str_empty(key))
        return fail_field(a, S("dedup_key"), "'dedup_key' is missing or blank");
    if (is_trigger) TRY(trigger(a, root, &alert));
    alert.dedup_key = str_empty(key) ? str_sub(secret_hash(a, payload), 0, 32) : alert_key(a, key);
    *ret = (AlertsIn){ 0 };
    *list_add(a, ret) = alert;
    return OK;
}

static Str reply(Arena *a, const AlertsIn *alerts)
{
    Buf out = buf_new(a, 8192);
    buf_add(&out, S("{\"status\":\"success\",\"message\":\"Event processed\",\"dedup_key\":"));
    buf_json(&out, alerts->len ? alerts->at[0].dedup_key : S(""));
    buf_byte(&out, '}');
    return buf_str(&out);
}

static Str refuse(Arena *a, Err why)
{
    Buf out = buf_new(a, 8192);
    buf_add(&out,
        S("{\"status\":\"invalid event\",\"message\":\"Event object is invalid\",\"errors\":["));
    buf_json(&out, why.info ? why.info->message : S("unknown"));
    buf_add(&out, S("]}"));
    return buf_str(&out);
}

static const char instructions[] =
    "Anything that can send to PagerDuty's Events API v2 can send here instead.\n\n"
    "- Where a tool asks for the **URL** of the Events API, give `{{url}}`; the routing key may then be anything.\n"
    "- Where it asks for a base URL and an **integration key** (routing key), give this server's address with `/v2/enqueue` "
    "and the last part of the URL above as the key.\n\n"
    "Alertmanager: `pagerduty_configs: [{ url: {{url}}, routing_key: any }]`.\n";

static const char sample[] =
    "{\"routing_key\":\"any\",\"event_action\":\"trigger\",\"dedup_key\":\"{{id}}\",\"payload\":{"
    "\"summary\":\"Test alert from Hindsight\",\"timestamp\":\"{{now}}\",\"severity\":\"info\",\"source\":\"web-1.example.com\","
    "\"component\":\"nginx\",\"group\":\"web\",\"class\":\"test\",\"custom_details\":{\"free space\":\"93%\",\"load\":0.75}},"
    "\"client\":\"Hindsight\",\"client_url\":\"https://monitoring.example.com\","
    "\"links\":[{\"href\":\"https://runbooks.example.com/test\",\"text\":\"Runbook\"}]}";

static const AlertSource source = {
    .kind = "pagerduty",
    .title = "PagerDuty Events API v2",
    .description =
    "For everything that already speaks to PagerDuty: trigger, acknowledge and resolve events.",
    .instructions = instructions,
    .sample = sample,
    .decode = decode,
    .reply = reply,
    .refuse = refuse,
};

const Integration pagerduty_integration = { .name = "pagerduty", .alert_source = &source };

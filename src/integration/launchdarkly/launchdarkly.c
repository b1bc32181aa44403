/* LaunchDarkly: entries of its audit log. What is said of a flag or a segment is a change of the kind feature flag, of
 * projects and environments a change of configuration, the rest (people, roles, tokens) is accepted and tells of none.
 * Source: https://launchdarkly.com/docs/home/infrastructure/webhooks */
#include "port/change_source.h"
#include "port/integration.h"

static const AlertWord kinds[] = {
    { "flag", "feature_flag" }, { "segment", "feature_flag" }, { "environment", "config" },
    { "project", "config" }, { "*", "ignored" }, { 0 } };

/** "proj/shop:env/production:flag/new-checkout" → its parts as labels. */
static Err name_parts(Arena *a, const Json *root, const Json *body, ChangeIn *in, bool *ret_ignored)
{
    Str rest = alert_text_at(a, root, body, "target.resources.0|accesses.0.resource"), part;
    AlertLabels labels = { .arena = a };
    Buf note = buf_new(a, 1000);
    (void)ret_ignored;
    while (str_next(&rest, ':', &part)) {
        Str name = str_before(part, '/'), value = str_before(str_after(part, '/'), ';');
        if (str_eq(name, S("proj"))) name = S("project");
        if (str_eq(name, S("env"))) name = S("environment");
        if (name.len && value.len && !str_eq(value, S("*"))) alert_labels_add(&labels, name, value);
    }
    Str action = alert_text_at(a, root, body, "accesses.0.action");
    if (action.len) alert_labels_add(&labels, S("action"), action);
    in->labels = alert_labels_end(&labels, &note);
    return OK;
}

static const ChangeMap changes[] = {
    { .when = "_id", .key = "_id", .kind = "{kind}", .kinds = kinds,
      .title = "{name}: {titleVerb}|{target.name}: {titleVerb}|shortDescription|name|title",
      .description = "comment|description", .author = "{member.firstName} {member.lastName}|member.email|app.name|token.name",
      .url = "_links.site.href|target._links.site.href", .at = "date", .fix = name_parts },
    { 0 } };

static Err verify(Arena *a, const HttpReq *req, Str secret)
{
    if (alert_signed(http_header(req, "X-LD-Signature"), secret, req->body)) return OK;
    return fail(a, ERR_FORBIDDEN, "X-LD-Signature does not fit the body and the webhook's secret");
}

static const char instructions[] =
    "In LaunchDarkly: **Integrations → Webhooks → Add integration**.\n"
    "\n"
    "- URL: `{{url}}`\n"
    "- *Sign this webhook*: on; give the secret that is shown to Hindsight below\n"
    "- Policy: to be told of one environment only, `proj/*:env/production:flag/*` with all actions\n"
    "\n"
    "A flag whose name has the name of a service in it is proposed first when that service has an incident.\n";

static const char sample[] =
    "{\"_id\":\"{{id}}\",\"date\":\"{{now}}\",\"accesses\":[{\"action\":\"updateOn\","
    "\"resource\":\"proj/shop:env/production:flag/new-checkout\"}],\"kind\":\"flag\",\"name\":\"New checkout\","
    "\"description\":\"\",\"comment\":\"Test change from Hindsight\",\"member\":{\"email\":\"test@example.com\","
    "\"firstName\":\"Test\",\"lastName\":\"Person\"},\"titleVerb\":\"turned on the flag\",\"target\":{\"name\":\"New checkout\","
    "\"resources\":[\"proj/shop:env/production:flag/new-checkout\"]}}";

static const AlertSource source = {
    .kind = "launchdarkly",
    .title = "LaunchDarkly",
    .description = "Changes of feature flags and segments, through a webhook.",
    .instructions = instructions,
    .sample = sample,
    .changes = changes,
    .secret = "*Secret* of the webhook, shown when *Sign this webhook* is on.",
    .verify = verify,
};

const Integration launchdarkly_integration = { .name = "launchdarkly", .alert_source = &source };

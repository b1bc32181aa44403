/* Changes from anything that can send a request: a pipeline, a script, another flag service. One or a list, under the
 * names that people use. What begins and ends is told twice with the same id. */
#include "port/change_source.h"
#include "port/integration.h"

static const AlertWord kinds[] = {
    { "", "deploy" }, { "deployment", "deploy" }, { "release", "deploy" }, { "rollback", "deploy" },
    { "commit", "code" }, { "push", "code" }, { "merge", "code" }, { "configuration", "config" },
    { "flag", "feature_flag" }, { "feature", "feature_flag" }, { "toggle", "feature_flag" },
    { "infra", "infrastructure" }, { "database", "migration" }, { "schema", "migration" }, { 0 } };
static const AlertWord states[] = {
    { "", "told" }, { "success", "succeeded" }, { "succeeded", "succeeded" }, { "done", "succeeded" },
    { "completed", "succeeded" }, { "finished", "succeeded" }, { "ok", "succeeded" },
    { "failed", "failed" }, { "failure", "failed" }, { "error", "failed" }, { "canceled", "canceled" },
    { "cancelled", "canceled" }, { "aborted", "canceled" }, { "in_progress", "in_progress" },
    { "running", "in_progress" }, { "started", "in_progress" }, { "start", "in_progress" },
    { "pending", "in_progress" }, { 0 } };

#define PARTS                                                                                        \
    .key = "id|key|dedup_key", .keyless = true, .kind = "{kind}|{type}", .kinds = kinds,             \
    .title = "title|name|summary|{service} {version}|message", .description = "description|body|message", \
    .author = "author|user|by|actor", .url = "url|link", .services = "services;service;app",         \
    .state = "state|status|result", .states = states, .started = "started_at|started|start",         \
    .ended = "ended_at|finished_at|ended", .at = "occurred_at|at|timestamp|time|date",               \
    .labels = "labels|environment|version|ref|sha"

static const ChangeMap changes[] = { { .when = "changes", .list = "changes", PARTS }, { PARTS }, { 0 } };

static Err verify(Arena *a, const HttpReq *req, Str secret)
{
    Str given = http_header(req, "X-Signature-256");
    if (str_starts(given, S("sha256="))) given = str_sub(given, 7, given.len);
    if (alert_signed(given, secret, req->body)) return OK;
    return fail(a, ERR_FORBIDDEN, "X-Signature-256 is not the HMAC-SHA256 of the body under the secret");
}

static const char instructions[] =
    "Send a POST request with JSON to `{{url}}`:\n"
    "\n"
    "```json\n"
    "{\"id\": \"build-4711\", \"kind\": \"deploy\", \"title\": \"checkout 4.2\", \"service\": \"checkout\", \"state\": \"succeeded\",\n"
    " \"author\": \"ann\", \"url\": \"https://ci.example.com/4711\", \"started_at\": \"2026-11-10T14:05:00Z\"}\n"
    "```\n"
    "\n"
    "Only `title` is needed. `kind` is deploy, code, config, feature_flag, infrastructure or migration; `state` is in_progress,\n"
    "succeeded, failed or canceled. With an `id`, what is sent later updates the same change. Several at once: `{\"changes\": [ … ]}`.\n"
    "On a machine that has the program, `hindsight change` does the same.\n";

static const char sample[] =
    "{\"id\":\"test-{{id}}\",\"kind\":\"deploy\",\"title\":\"Test change from Hindsight\",\"service\":\"checkout\","
    "\"state\":\"succeeded\",\"author\":\"test\",\"url\":\"https://ci.example.com/4711\",\"started_at\":\"{{now}}\"}";

static const AlertSource source = {
    .kind = "changes",
    .title = "Changes",
    .description = "Changes from any pipeline, script or flag service that can send a request.",
    .instructions = instructions,
    .sample = sample,
    .changes = changes,
    .secret = "Any long random text. The sender signs the body with it: `X-Signature-256: sha256=` and the HMAC-SHA256 in hex.",
    .verify = verify,
};

const Integration changes_integration = { .name = "changes", .alert_source = &source };

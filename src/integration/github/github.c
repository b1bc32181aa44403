/* GitHub: webhooks of a repository, an organisation or an app. Deployments, releases, workflow runs and pushes of the
 * default branch are changes; everything else is accepted and tells of none.
 * Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
#include "port/change_source.h"
#include "port/integration.h"

static const AlertWord deployment_states[] = {
    { "success", "succeeded" }, { "failure", "failed" }, { "error", "failed" },
    { "inactive", "ignored" }, { "queued", "in_progress" }, { "pending", "in_progress" },
    { "waiting", "in_progress" }, { "in_progress", "in_progress" }, { 0 } };
static const AlertWord begun[] = { { "*", "in_progress" }, { 0 } };
static const AlertWord run_states[] = {
    { "success", "succeeded" }, { "failure", "failed" }, { "timed_out", "failed" },
    { "startup_failure", "failed" }, { "cancelled", "canceled" }, { "skipped", "ignored" },
    { "neutral", "ignored" }, { "stale", "ignored" }, { "completed", "told" },
    { "*", "in_progress" }, { 0 } };
static const AlertWord release_states[] = {
    { "published", "succeeded" }, { "released", "succeeded" }, { "prereleased", "succeeded" },
    { "*", "ignored" }, { 0 } };

/** A run says something about what is live only when it is of the default branch, or was asked for. */
static Err check_run(Arena *a, const Json *root, const Json *body, ChangeIn *in, bool *ret_ignored)
{
    Str event = alert_text_at(a, root, body, "workflow_run.event");
    Str branch = alert_text_at(a, root, body, "workflow_run.head_branch");
    Str usual = alert_text_at(a, root, body, "repository.default_branch");
    bool of_review = str_starts(event, S("pull_request")) || str_eq(event, S("merge_group"));
    bool other_push = str_eq(event, S("push")) && !str_eq(branch, usual);
    static const char *const words[] = { "deploy", "release", "publish", "rollout", "promote", "ship", NULL };
    Str name = alert_text_at(a, root, body, "{workflow_run.name} {workflow_run.path}|workflow_run.name|workflow.name");
    for (size_t i = 0; words[i]; i++)
        if (change_has_word(name, str_of(words[i]))) in->kind = S("deploy");
    *ret_ignored |= of_review || other_push;
    return OK;
}

/** The branch that is deployed from; how much it was. */
static Err check_push(Arena *a, const Json *root, const Json *body, ChangeIn *in, bool *ret_ignored)
{
    Str ref = alert_text_at(a, root, body, "ref"), usual = alert_text_at(a, root, body, "repository.default_branch");
    bool deleted = json_is(json_get(body, S("deleted")), JS_TRUE);
    *ret_ignored |= deleted || !str_eq(ref, arena_fmt(a, "refs/heads/" STR_FMT, STR_ARG(usual)));
    change_count_commits(a, json_get(body, S("commits")), in);
    change_first_line(in, in->description);
    return OK;
}

static const ChangeMap changes[] = {
    { .when = "deployment_status.id", .key = "{repository.full_name}/deployment/{deployment.id}",
      .kind = "deploy", .title = "Deploy {repository.name} {deployment.ref} to {deployment.environment}|"
                                 "Deploy {repository.name}",
      .description = "deployment.description|deployment_status.description",
      .author = "deployment.creator.login|sender.login",
      .url = "deployment_status.log_url|deployment_status.target_url|"
             "deployment_status.environment_url|repository.html_url",
      .services = "repository.name", .state = "deployment_status.state", .states = deployment_states,
      .started = "deployment.created_at", .at = "deployment_status.created_at",
      .labels = "environment=deployment.environment|ref=deployment.ref|sha=deployment.sha|"
                "repository=repository.full_name" },
    { .when = "deployment.id", .key = "{repository.full_name}/deployment/{deployment.id}",
      .kind = "deploy", .title = "Deploy {repository.name} {deployment.ref} to {deployment.environment}|"
                                 "Deploy {repository.name}",
      .description = "deployment.description", .author = "deployment.creator.login|sender.login",
      .url = "repository.html_url", .services = "repository.name", .state = "deployment.id",
      .states = begun, .started = "deployment.created_at",
      .labels = "environment=deployment.environment|ref=deployment.ref|sha=deployment.sha|"
                "repository=repository.full_name" },
    { .when = "workflow_run.id",
      .key = "{repository.full_name}/run/{workflow_run.id}/{workflow_run.run_attempt}|"
             "{repository.full_name}/run/{workflow_run.id}",
      .kind = "code",
      .title = "{repository.name}: {workflow.name}: {workflow_run.display_title}|"
               "{repository.name}: {workflow.name}|{repository.name}: {workflow_run.name}",
      .description = "workflow_run.head_commit.message",
      .author = "workflow_run.triggering_actor.login|workflow_run.actor.login|sender.login",
      .url = "workflow_run.html_url", .services = "repository.name",
      .state = "workflow_run.conclusion|workflow_run.status", .states = run_states,
      .started = "workflow_run.run_started_at|workflow_run.created_at", .at = "workflow_run.updated_at",
      .labels = "branch=workflow_run.head_branch|sha=workflow_run.head_sha|"
                "repository=repository.full_name|event=workflow_run.event",
      .fix = check_run },
    { .when = "release.id", .key = "{repository.full_name}/release/{release.tag_name}",
      .kind = "deploy", .title = "{repository.name}: release {release.name}|"
                                 "{repository.name}: release {release.tag_name}",
      .description = "release.body", .author = "release.author.login|sender.login",
      .url = "release.html_url", .services = "repository.name", .state = "action",
      .states = release_states, .at = "release.published_at|release.created_at",
      .labels = "version=release.tag_name|repository=repository.full_name" },
    { .when = "pusher", .key = "{repository.full_name}/push/{ref}/{after}", .kind = "code",
      .title = "{repository.name}: {head_commit.message}|{repository.name}: push to {ref}",
      .description = "head_commit.message", .author = "pusher.name|sender.login", .url = "compare",
      .services = "repository.name", .at = "repository.pushed_at|head_commit.timestamp",
      .labels = "ref|sha=after|repository=repository.full_name", .fix = check_push },
    { .when = "zen" },
    { .when = "sender.login" },
    { 0 } };

static Err verify(Arena *a, const HttpReq *req, Str secret)
{
    Str given = http_header(req, "X-Hub-Signature-256");
    if (str_starts(given, S("sha256=")) && alert_signed(str_sub(given, 7, given.len), secret, req->body)) return OK;
    return fail(a, ERR_FORBIDDEN, "X-Hub-Signature-256 does not fit the body and the webhook's secret");
}

static const char instructions[] =
    "In GitHub, in the repository or the organisation: **Settings → Webhooks → Add webhook**.\n"
    "\n"
    "- Payload URL: `{{url}}`\n"
    "- Content type: `application/json`\n"
    "- Secret: any long random text; give the same to Hindsight below\n"
    "- Which events: *Let me select individual events*: Deployments, Deployment statuses, Workflow runs, Releases, Pushes\n"
    "\n"
    "Of pushes and workflow runs those of the default branch count. The service is the one named like the repository.\n";

static const char sample[] =
    "{\"action\":\"created\",\"deployment_status\":{\"id\":1,\"state\":\"success\",\"environment\":\"production\","
    "\"target_url\":\"\",\"created_at\":\"{{now}}\"},\"deployment\":{\"id\":\"{{id}}\",\"sha\":\"f95f852bd8fc\","
    "\"ref\":\"main\",\"task\":\"deploy\",\"environment\":\"production\",\"description\":\"Test change from Hindsight\","
    "\"creator\":{\"login\":\"octo\"},\"created_at\":\"{{now}}\"},\"repository\":{\"name\":\"checkout\","
    "\"full_name\":\"example/checkout\",\"html_url\":\"https://github.com/example/checkout\",\"default_branch\":\"main\"},"
    "\"sender\":{\"login\":\"octo\"}}";

static const AlertSource source = {
    .kind = "github",
    .title = "GitHub",
    .description = "Deployments, releases, workflow runs and pushes, as changes.",
    .instructions = instructions,
    .sample = sample,
    .changes = changes,
    .secret = "*Secret* of the webhook: the text that you entered there.",
    .verify = verify,
};

const Integration github_integration = { .name = "github", .alert_source = &source };

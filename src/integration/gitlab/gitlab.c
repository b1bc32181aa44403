/* GitLab: project, group and system hooks. Deployments, pipelines and pushes of the default branch, and releases are
 * changes. Source: https://docs.gitlab.com/user/project/integrations/webhook_events/ */
#include "port/change_source.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "success", "succeeded" }, { "failed", "failed" }, { "canceled", "canceled" },
    { "canceling", "in_progress" }, { "running", "in_progress" }, { "pending", "in_progress" },
    { "created", "in_progress" }, { "preparing", "in_progress" }, { "waiting_for_resource", "in_progress" },
    { "blocked", "in_progress" }, { "*", "ignored" }, { 0 } };
static const AlertWord release_states[] = { { "create", "succeeded" }, { "*", "ignored" }, { 0 } };

/** Of the default branch, and not of a merge request; one that deploys says so by the environments of its jobs. */
static Err check_pipeline(Arena *a, const Json *root, const Json *body, ChangeIn *in, bool *ret_ignored)
{
    Str ref = alert_text_at(a, root, body, "object_attributes.ref"), usual = alert_text_at(a, root, body, "project.default_branch");
    bool of_review = str_eq(alert_text_at(a, root, body, "object_attributes.source"), S("merge_request_event"));
    json_items(json_get(body, S("builds")), job)
        if (json_is(json_get(job, S("environment")), JS_OBJECT)) in->kind = S("deploy");
    *ret_ignored |= of_review || (usual.len && !str_eq(ref, usual) && !json_is(alert_at(root, body, S("object_attributes.tag")), JS_TRUE));
    change_first_line(in, in->description);
    return OK;
}

static Err check_push(Arena *a, const Json *root, const Json *body, ChangeIn *in, bool *ret_ignored)
{
    Str ref = alert_text_at(a, root, body, "ref"), usual = alert_text_at(a, root, body, "project.default_branch");
    const Json *commits = json_get(body, S("commits"));
    bool deleted = str_empty(alert_text_at(a, root, body, "checkout_sha"));
    *ret_ignored |= deleted || !str_eq(ref, arena_fmt(a, "refs/heads/" STR_FMT, STR_ARG(usual)));
    if (json_count(commits)) {                                        /* the last is the newest */
        Str message = json_str_at(json_at(commits, json_count(commits) - 1), S("message"));
        in->description = alert_text(a, message);
        if (message.len) in->title = alert_line(a, arena_fmt(a, STR_FMT ": " STR_FMT,
            STR_ARG(alert_text_at(a, root, body, "project.name")), STR_ARG(str_before(message, '\n'))), 300);
    }
    change_count_commits(a, commits, in);
    return OK;
}

static const ChangeMap changes[] = {
    { .when = "object_kind=deployment",
      .key = "{project.path_with_namespace}/deployment/{deployment_id}|"
             "{project.path_with_namespace}/deployment/job-{deployable_id}",
      .kind = "deploy", .title = "Deploy {project.name} {ref} to {environment}|"
                                 "Deploy {project.name} {short_sha} to {environment}|Deploy {project.name}",
      .description = "commit_title", .author = "user.name|user.username",
      .url = "deployable_url|commit_url|project.web_url|project.homepage", .services = "project.name",
      .state = "status", .states = states, .at = "status_changed_at",
      .labels = "environment|ref|sha=short_sha|project=project.path_with_namespace" },
    { .when = "object_kind=pipeline", .key = "{project.path_with_namespace}/pipeline/{object_attributes.id}",
      .kind = "code", .title = "{project.name}: {commit.title}|{project.name}: {commit.message}|"
                               "{project.name}: pipeline {object_attributes.id}",
      .description = "commit.message", .author = "user.name|user.username|commit.author.name",
      .url = "object_attributes.url|commit.url|project.web_url", .services = "project.name",
      .state = "object_attributes.status", .states = states,
      .started = "object_attributes.created_at", .ended = "object_attributes.finished_at",
      .labels = "ref=object_attributes.ref|sha=object_attributes.sha|project=project.path_with_namespace",
      .fix = check_pipeline },
    { .when = "object_kind=release", .key = "{project.path_with_namespace}/release/{tag}",
      .kind = "deploy", .title = "{project.name}: release {name}|{project.name}: release {tag}",
      .description = "description", .author = "commit.author.name", .url = "url|project.web_url",
      .services = "project.name", .state = "action", .states = release_states, .at = "released_at|created_at",
      .labels = "version=tag|project=project.path_with_namespace" },
    { .when = "object_kind=push", .key = "{project.path_with_namespace}/push/{ref}/{after}", .kind = "code",
      .title = "{project.name}: push to {ref}", .author = "user_name|user_username",
      .url = "project.web_url", .services = "project.name",
      .labels = "ref|sha=after|project=project.path_with_namespace", .fix = check_push },
    { .when = "object_kind" },
    { .when = "event_name" },                                                   /* system hooks */
    { 0 } };

static Err verify(Arena *a, const HttpReq *req, Str secret)
{
    if (alert_same(http_header(req, "X-Gitlab-Token"), secret)) return OK;
    return fail(a, ERR_FORBIDDEN, "X-Gitlab-Token is not the secret token of this integration");
}

static const char instructions[] =
    "In GitLab, in the project or the group: **Settings → Webhooks → Add new webhook**.\n"
    "\n"
    "- URL: `{{url}}`\n"
    "- Secret token: any long random text; give the same to Hindsight below\n"
    "- Trigger: *Push events* (of the default branch), *Pipeline events*, *Deployment events*, *Releases events*\n"
    "\n"
    "The service is the one named like the project.\n";

static const char sample[] =
    "{\"object_kind\":\"deployment\",\"status\":\"success\",\"status_changed_at\":\"{{now}}\","
    "\"deployment_id\":\"{{id}}\",\"deployable_id\":796,\"deployable_url\":\"https://gitlab.example.com/shop/checkout/-/jobs/796\","
    "\"environment\":\"production\",\"project\":{\"id\":30,\"name\":\"checkout\",\"path_with_namespace\":\"shop/checkout\","
    "\"default_branch\":\"main\",\"web_url\":\"https://gitlab.example.com/shop/checkout\"},\"short_sha\":\"279484c0\","
    "\"user\":{\"name\":\"Test\",\"username\":\"test\"},\"commit_title\":\"Test change from Hindsight\",\"ref\":\"main\"}";

static const AlertSource source = {
    .kind = "gitlab",
    .title = "GitLab",
    .description = "Deployments, pipelines, releases and pushes, as changes.",
    .instructions = instructions,
    .sample = sample,
    .changes = changes,
    .secret = "*Secret token* of the webhook: the text that you entered there.",
    .verify = verify,
};

const Integration gitlab_integration = { .name = "gitlab", .alert_source = &source };

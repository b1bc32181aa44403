/* Argo CD: its notifications controller posts what a template says, and this is the template. An operation (a sync) is a
 * change from its start to its end. Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/services/webhook/ */
#include "port/change_source.h"
#include "port/integration.h"

static const AlertWord phases[] = {
    { "Running", "in_progress" }, { "Terminating", "in_progress" }, { "Succeeded", "succeeded" },
    { "Failed", "failed" }, { "Error", "failed" }, { 0 } };

static Err first_line(Arena *a, const Json *root, const Json *body, ChangeIn *in, bool *ret_ignored)
{
    (void)ret_ignored;
    change_first_line(in, alert_text_at(a, root, body, "commit_message"));
    return OK;
}

static const ChangeMap changes[] = {
    { .key = "{project}/{app}/{started_at}|{app}/{started_at}|{app}/{revision}", .kind = "deploy",
      .title = "Sync {app}: {commit_message}|Sync {app} to {revision}|Sync {app}",
      .description = "message", .author = "author|initiated_by", .url = "url", .services = "app",
      .state = "phase", .states = phases, .started = "started_at", .ended = "finished_at",
      .labels = "project|revision|namespace|cluster|health|sync", .fix = first_line },
    { 0 } };

static const char instructions[] =
    "In the ConfigMap `argocd-notifications-cm`, in the namespace of Argo CD:\n"
    "\n"
    "```yaml\n"
    "data:\n"
    "  service.webhook.hindsight: |\n"
    "    url: {{url}}\n"
    "    headers:\n"
    "      - name: Content-Type\n"
    "        value: application/json\n"
    "  template.hindsight: |\n"
    "    webhook:\n"
    "      hindsight:\n"
    "        method: POST\n"
    "        body: |\n"
    "          {\"app\": {{ .app.metadata.name | toJson }},\n"
    "           \"project\": {{ .app.spec.project | toJson }},\n"
    "           \"namespace\": {{ .app.spec.destination.namespace | toJson }},\n"
    "           \"phase\": {{ .app.status.operationState.phase | toJson }},\n"
    "           \"message\": {{ .app.status.operationState.message | toJson }},\n"
    "           \"started_at\": {{ .app.status.operationState.startedAt | toJson }},\n"
    "           \"finished_at\": {{ .app.status.operationState.finishedAt | toJson }},\n"
    "           \"revision\": {{ .app.status.sync.revision | toJson }},\n"
    "           \"health\": {{ .app.status.health.status | toJson }},\n"
    "           \"commit_message\": {{ (call .repo.GetCommitMetadata .app.status.sync.revision).Message | toJson }},\n"
    "           \"author\": {{ (call .repo.GetCommitMetadata .app.status.sync.revision).Author | toJson }},\n"
    "           \"url\": \"{{ .context.argocdUrl }}/applications/{{ .app.metadata.name }}\"}\n"
    "  trigger.hindsight: |\n"
    "    - when: app.status.operationState.phase in ['Running', 'Succeeded', 'Failed', 'Error']\n"
    "      oncePer: app.status.operationState.phase + app.status.operationState.startedAt\n"
    "      send: [hindsight]\n"
    "  subscriptions: |\n"
    "    - recipients: [hindsight]\n"
    "      triggers: [hindsight]\n"
    "```\n"
    "\n"
    "For applications from Helm charts leave out `commit_message` and `author`: a chart has no commit. The service is the one\n"
    "named like the application.\n";

static const char sample[] =
    "{\"app\":\"checkout\",\"project\":\"shop\",\"namespace\":\"shop\",\"phase\":\"Succeeded\","
    "\"message\":\"successfully synced (all tasks run)\",\"started_at\":\"{{now}}\",\"finished_at\":\"{{now}}\","
    "\"revision\":\"f95f852bd8fca8fcc58a9a2d6c842781e32a215e\",\"health\":\"Progressing\","
    "\"commit_message\":\"Test change from Hindsight\",\"author\":\"Test <test@example.com>\","
    "\"url\":\"https://argocd.example.com/applications/checkout\"}";

static const AlertSource source = {
    .kind = "argocd",
    .title = "Argo CD",
    .description = "Syncs of applications, as changes, through a notifications webhook.",
    .instructions = instructions,
    .sample = sample,
    .changes = changes,
};

const Integration argocd_integration = { .name = "argocd", .alert_source = &source };

/* HCP Terraform and Terraform Enterprise: notifications of a workspace. A run that applies is a change, planning is none.
 * Source: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations */
#include "port/change_source.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "applying", "in_progress" }, { "apply_queued", "in_progress" }, { "applied", "succeeded" },
    { "errored", "failed" }, { "canceled", "canceled" }, { "force_canceled", "canceled" },
    { "*", "ignored" }, { 0 } };

static const ChangeMap changes[] = {
    { .when = "notifications.0.trigger=verification" },
    { .when = "notifications", .list = "notifications", .key = "$.run_id", .kind = "infrastructure",
      .title = "{$.workspace_name}: {$.run_message}|{$.workspace_name}: run {$.run_id}",
      .description = "message", .author = "$.run_created_by|run_updated_by", .url = "$.run_url",
      .services = "$.workspace_name", .state = "run_status", .states = states, .at = "run_updated_at",
      .labels = "workspace=$.workspace_name|organization=$.organization_name" },
    { 0 } };

static Err verify(Arena *a, const HttpReq *req, Str secret)
{
    if (alert_signed512(http_header(req, "X-TFE-Notification-Signature"), secret, req->body)) return OK;
    return fail(a, ERR_FORBIDDEN, "X-TFE-Notification-Signature does not fit the body and the token");
}

static const char instructions[] =
    "In the workspace, or in a project for all of its workspaces: **Settings → Notifications → Create a notification**.\n"
    "\n"
    "- Destination: *Webhook*, URL `{{url}}`\n"
    "- Token: any long random text; give the same to Hindsight below first, as the verification request is signed too\n"
    "- Run events: *Applying*, *Completed*, *Errored*\n"
    "\n"
    "The service is the one named like the workspace.\n";

static const char sample[] =
    "{\"payload_version\":1,\"notification_configuration_id\":\"nc-AeUQ2zfKZzW9TiGZ\","
    "\"run_url\":\"https://app.terraform.io/app/example/checkout/runs/run-1\",\"run_id\":\"run-{{id}}\","
    "\"run_message\":\"Test change from Hindsight\",\"run_created_at\":\"{{now}}\",\"run_created_by\":\"test\","
    "\"workspace_id\":\"ws-1\",\"workspace_name\":\"checkout\",\"organization_name\":\"example\",\"notifications\":[{"
    "\"message\":\"Run Applied\",\"trigger\":\"run:completed\",\"run_status\":\"applied\","
    "\"run_updated_at\":\"{{now}}\",\"run_updated_by\":\"test\"}]}";

static const AlertSource source = {
    .kind = "terraform_cloud",
    .title = "HCP Terraform",
    .description = "Applied runs of Terraform Cloud and Enterprise, as changes, through workspace notifications.",
    .instructions = instructions,
    .sample = sample,
    .changes = changes,
    .secret = "*Token* of the notification: the text that you entered there.",
    .verify = verify,
    .status = 200,                                       /* a verification that is answered otherwise does not count */
};

const Integration terraform_cloud_integration = { .name = "terraform_cloud", .alert_source = &source };

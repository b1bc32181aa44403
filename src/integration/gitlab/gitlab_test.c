#include "port/given_alerts.h"

#define HERE "src/integration/gitlab/fixtures/"

SPEC("deployments, pipelines, releases and pushes of GitLab become changes; merge requests and notes do not")
{
    auto_arena a = arena_new(4096);
    expect_str("deploy in_progress shop/checkout/deployment/15: Deploy checkout main to production by Ann [2026-11-10T14:05:00.000Z..] of checkout {\"environment\":\"production\",\"project\":\"shop/checkout\",\"ref\":\"main\",\"sha\":\"279484c0\"}",
               changes_by_file(a, "gitlab", HERE "deployment_running.json"));
    expect_str("deploy succeeded shop/checkout/deployment/15: Deploy checkout main to production by Ann [..2026-11-10T14:07:30.000Z] of checkout {\"environment\":\"production\",\"project\":\"shop/checkout\",\"ref\":\"main\",\"sha\":\"279484c0\"}",
               changes_by_file(a, "gitlab", HERE "deployment_success.json"));
    expect_str("",
               changes_by_file(a, "gitlab", HERE "note.json"));
    expect_str("deploy failed shop/checkout/pipeline/31: checkout: Smaller pool by Ann [2026-11-10T14:00:00.000Z..2026-11-10T14:03:00.000Z] of checkout {\"project\":\"shop/checkout\",\"ref\":\"main\",\"sha\":\"bcbb\"}",
               changes_by_file(a, "gitlab", HERE "pipeline.json"));
    expect_str("",
               changes_by_file(a, "gitlab", HERE "pipeline_of_review.json"));
    expect_str("code  shop/checkout/push/refs/heads/main/da15: checkout: Smaller pool by Ann of checkout {\"files\":\"2\",\"commits\":\"2\",\"project\":\"shop/checkout\",\"ref\":\"refs/heads/main\",\"sha\":\"da15\"}",
               changes_by_file(a, "gitlab", HERE "push.json"));
    expect_str("deploy succeeded shop/checkout/release/v4.2: checkout: release 4.2 by Ann [..2026-11-10T14:00:00.000Z] of checkout {\"project\":\"shop/checkout\",\"version\":\"v4.2\"}",
               changes_by_file(a, "gitlab", HERE "release.json"));
}

SPEC("gitlab: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    ChangesIn none = { 0 };
    expect_str("project.path_with_namespace", field_of(changes_as(a, "gitlab", S("{\"object_kind\":\"push\"}"), &none)));
    expect_str("status_changed_at", field_of(changes_as(a, "gitlab", S("{\"object_kind\":\"deployment\",\"status\":\"success\",\"status_changed_at\":{\"a\":1},\"deployable_id\":1,\"project\":{\"name\":\"a\",\"path_with_namespace\":\"a/b\"}}"), &none)));
    expect_str("body", field_of(changes_as(a, "gitlab", S("{}"), &none)));
}

SPEC("gitlab: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/gitlab-deployment.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("deploy succeeded root/test-deployment-webhooks/deployment/job-796: Deploy test-deployment-webhooks 279484c0 to staging by User1", changes_by_file(a, "gitlab", "../shared/samples/alerts/gitlab-deployment.json"));
}

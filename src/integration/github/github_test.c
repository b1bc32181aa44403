#include "port/given_alerts.h"

#define HERE "src/integration/github/fixtures/"

SPEC("deployments, releases, runs and pushes of GitHub become changes; reviews, other branches, pings and issues do not")
{
    auto_arena a = arena_new(4096);
    expect_str("deploy in_progress shop/checkout/deployment/9007199254740993123: Deploy checkout main to production by ann [2026-11-10T14:05:00.000Z..] of checkout {\"environment\":\"production\",\"ref\":\"main\",\"repository\":\"shop/checkout\",\"sha\":\"f95f852b\"}",
               changes_by_file(a, "github", HERE "deployment.json"));
    expect_str("deploy failed shop/checkout/deployment/9007199254740993123: Deploy checkout main to production by ann [2026-11-10T14:05:00.000Z..2026-11-10T14:08:30.000Z] of checkout {\"environment\":\"production\",\"ref\":\"main\",\"repository\":\"shop/checkout\",\"sha\":\"f95f852b\"}",
               changes_by_file(a, "github", HERE "deployment_failure.json"));
    expect_str("",
               changes_by_file(a, "github", HERE "deployment_inactive.json"));
    expect_str("deploy succeeded shop/checkout/deployment/9007199254740993123: Deploy checkout main to production by ann [2026-11-10T14:05:00.000Z..2026-11-10T14:07:30.000Z] of checkout {\"environment\":\"production\",\"ref\":\"main\",\"repository\":\"shop/checkout\",\"sha\":\"f95f852b\"}",
               changes_by_file(a, "github", HERE "deployment_success.json"));
    expect_str("",
               changes_by_file(a, "github", HERE "issue.json"));
    expect_str("",
               changes_by_file(a, "github", HERE "ping.json"));
    expect_str("code  shop/checkout/push/refs/heads/main/f95f852b: checkout: Smaller pool by ann [2026-11-10T14:07:30.000Z..] of checkout {\"files\":\"4\",\"commits\":\"2\",\"ref\":\"refs/heads/main\",\"repository\":\"shop/checkout\",\"sha\":\"f95f852b\"}",
               changes_by_file(a, "github", HERE "push.json"));
    expect_str("",
               changes_by_file(a, "github", HERE "push_topic.json"));
    expect_str("deploy succeeded shop/checkout/release/v4.2: checkout: release 4.2 by ann [..2026-11-10T14:00:00.000Z] of checkout {\"repository\":\"shop/checkout\",\"version\":\"v4.2\"}",
               changes_by_file(a, "github", HERE "release.json"));
    expect_str("deploy failed shop/checkout/run/42/2: checkout: Deploy production: Smaller pool by ann [2026-11-10T14:01:00.000Z..2026-11-10T14:06:00.000Z] of checkout {\"branch\":\"main\",\"event\":\"push\",\"repository\":\"shop/checkout\",\"sha\":\"f95f\"}",
               changes_by_file(a, "github", HERE "workflow_run.json"));
    expect_str("",
               changes_by_file(a, "github", HERE "workflow_run_of_review.json"));
}

SPEC("github: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    ChangesIn none = { 0 };
    expect_str("repository.full_name", field_of(changes_as(a, "github", S("{\"deployment\":{\"id\":1}}"), &none)));
    expect_str("deployment_status.created_at", field_of(changes_as(a, "github", S("{\"deployment_status\":{\"id\":1,\"state\":\"success\",\"created_at\":\"noon\"},\"deployment\":{\"id\":1},\"repository\":{\"full_name\":\"a/b\",\"name\":\"b\"}}"), &none)));
    expect_str("body", field_of(changes_as(a, "github", S("{}"), &none)));
    expect_str("body", field_of(changes_as(a, "github", S("[1]"), &none)));
}

SPEC("github: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/deployment_status.created-0.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("deploy succeeded Codertocat/Hello-World/deployment/145988746: Deploy Hello-World master to production by Codertocat [2019-05-15T15:20:53.000Z..2019-05-15T15:20:55.000Z]", changes_by_file(a, "github", "../shared/samples/alerts/deployment_status.created-0.json"));
    expect_has("code in_progress Codertocat/Hello-World/run/1589141559/1: Hello-World: Manually triggered workflow by Codertocat [2021-12-16T19:37:22.000Z..]", changes_by_file(a, "github", "../shared/samples/alerts/workflow_run.completed-0.json"));
    expect_has("code succeeded octo-org/octo-repo/run/289782451/1: octo-repo: test: ci(action): update actions/setup-node digest to 8c91899 by Codertocat [2020-10-05T16:33:49.000Z..2020-10-05T16:33:49.000Z]", changes_by_file(a, "github", "../shared/samples/alerts/workflow_run.completed-1.json"));
    expect_has("code succeeded octo-org/octo-repo/run/289782451/1: octo-repo: test: ci(action): update actions/setup-node digest to 8c91899 by Codertocat [2020-10-05T16:33:49.000Z..2020-10-05T16:33:49.000Z]", changes_by_file(a, "github", "../shared/samples/alerts/workflow_run.completed-2.json"));
}

SPEC("hostile text in a change is cut and cleaned, and large numbers stay whole")
{
    auto_arena a = arena_new(4096);
    ChangesIn list = { 0 };
    expect_ok(changes_as(a, "github", S("{\"deployment\":{\"id\":9223372036854775807,\"ref\":\"a\\u0001\\nb\",\"environment\":\"<img src=x>\"},"
        "\"repository\":{\"full_name\":\"a/b\",\"name\":\"b\",\"html_url\":\"javascript:alert(1)\"},\"unknown\":{\"deep\":[[]]}}"), &list));
    expect_str("a/b/deployment/9223372036854775807", list.at[0].dedup_key);
    expect_str("Deploy b a  b to <img src=x>", list.at[0].title);
    expect_str("", list.at[0].url);
    expect_int(0, list.at[0].started_ms);
}

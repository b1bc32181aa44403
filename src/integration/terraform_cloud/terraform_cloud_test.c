#include "port/given_alerts.h"

#define HERE "src/integration/terraform_cloud/fixtures/"

SPEC("a run of HCP Terraform that applies is a change; planning and a verification are none")
{
    auto_arena a = arena_new(4096);
    expect_str("infrastructure succeeded run-1: network: Open port 5432 by ann [..2026-11-10T14:07:30.000Z] of network {\"organization\":\"shop\",\"workspace\":\"network\"}",
               changes_by_file(a, "terraform_cloud", HERE "applied.json"));
    expect_str("infrastructure in_progress run-1: network: Open port 5432 by ann [2026-11-10T14:05:00.000Z..] of network {\"organization\":\"shop\",\"workspace\":\"network\"}",
               changes_by_file(a, "terraform_cloud", HERE "applying.json"));
    expect_str("",
               changes_by_file(a, "terraform_cloud", HERE "created.json"));
    expect_str("",
               changes_by_file(a, "terraform_cloud", HERE "verification.json"));
}

SPEC("terraform_cloud: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    ChangesIn none = { 0 };
    expect_str("body", field_of(changes_as(a, "terraform_cloud", S("{}"), &none)));
    expect_str("run_id", field_of(changes_as(a, "terraform_cloud", S("{\"notifications\":[{\"run_status\":\"applied\"}]}"), &none)));
    expect_str("notifications[0]", field_of(changes_as(a, "terraform_cloud", S("{\"notifications\":[7]}"), &none)));
}

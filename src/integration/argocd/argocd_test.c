#include "port/given_alerts.h"

#define HERE "src/integration/argocd/fixtures/"

SPEC("a sync of Argo CD is one change from its start to its end")
{
    auto_arena a = arena_new(4096);
    expect_str("deploy failed shop/checkout/2026-11-10T14:05:00Z: Sync checkout: Smaller pool by Ann <ann@example.com> [2026-11-10T14:05:00.000Z..2026-11-10T14:06:00.000Z] of checkout {\"namespace\":\"shop\",\"project\":\"shop\",\"revision\":\"f95f852b\"}",
               changes_by_file(a, "argocd", HERE "failed.json"));
    expect_str("deploy in_progress shop/checkout/2026-11-10T14:05:00Z: Sync checkout: Smaller pool by Ann <ann@example.com> [2026-11-10T14:05:00.000Z..] of checkout {\"namespace\":\"shop\",\"project\":\"shop\",\"revision\":\"f95f852b\"}",
               changes_by_file(a, "argocd", HERE "running.json"));
}

SPEC("argocd: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    ChangesIn none = { 0 };
    expect_str("phase", field_of(changes_as(a, "argocd", S("{\"app\":\"a\"}"), &none)));
    expect_str("phase", field_of(changes_as(a, "argocd", S("{\"app\":\"a\",\"phase\":\"Odd\"}"), &none)));
    expect_str("project", field_of(changes_as(a, "argocd", S("{\"phase\":\"Running\"}"), &none)));
}

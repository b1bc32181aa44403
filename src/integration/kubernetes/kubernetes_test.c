#include "port/given_alerts.h"

#define HERE "src/integration/kubernetes/fixtures/"

SPEC("a rollout begins when a new replica set is scaled up from nothing; other events of Kubernetes are no changes")
{
    auto_arena a = arena_new(4096);
    expect_str("deploy  shop/cart-77: Rollout of shop/cart by deployment-controller [2026-11-10T14:05:00.000Z..] of cart",
               changes_by_file(a, "kubernetes", HERE "events_v1.json"));
    expect_str("",
               changes_by_file(a, "kubernetes", HERE "pulled.json"));
    expect_str("deploy  shop/checkout-6d4cf56db6: Rollout of shop/checkout by deployment-controller [2026-11-10T14:05:00.000Z..] of checkout of checkout-api {\"cluster\":\"eu-1\",\"namespace\":\"shop\"}",
               changes_by_file(a, "kubernetes", HERE "rollout.json"));
    expect_str("",
               changes_by_file(a, "kubernetes", HERE "scaled.json"));
}

SPEC("kubernetes: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    ChangesIn none = { 0 };
    expect_str("body", field_of(changes_as(a, "kubernetes", S("{}"), &none)));
    expect_str("metadata.uid", field_of(changes_as(a, "kubernetes", S("{\"reason\":\"ScalingReplicaSet\"}"), &none)));
}

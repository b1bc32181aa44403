/* Kubernetes: events of the cluster, sent by an exporter of events as they are (core/v1 or events.k8s.io/v1). A rollout
 * begins when a new replica set is scaled up; that is the change. Everything else is accepted and tells of none.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
#include "port/change_source.h"
#include "port/integration.h"

static const AlertWord reasons[] = { { "ScalingReplicaSet", "told" }, { "*", "ignored" }, { 0 } };

/** "Scaled up replica set checkout-6d4cf56db6 from 0 to 3" is the start of a rollout; older versions leave "from 0" out. */
static Err rollout(Arena *a, const Json *root, const Json *body, ChangeIn *in, bool *ret_ignored)
{
    static const char up[] = "Scaled up replica set ";
    Str message = alert_text_at(a, root, body, "message|note");
    if (!str_starts(message, str_of(up))) { *ret_ignored = true; return OK; }
    Str rest = str_sub(message, sizeof up - 1, message.len), set = str_before(rest, ' ');
    Str how = str_after(rest, ' ');
    if (str_starts(how, S("from ")) && !str_starts(how, S("from 0 "))) { *ret_ignored = true; return OK; }
    Str place = alert_text_at(a, root, body, "involvedObject.namespace|regarding.namespace|metadata.namespace");
    in->dedup_key = alert_key(a, arena_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(place), STR_ARG(set)));
    const Json *labels = alert_at(root, body, S("involvedObject.labels"));
    static const char *const names[] = { "app.kubernetes.io/name", "app", "service", NULL };
    for (size_t i = 0; names[i] && json_is(labels, JS_OBJECT); i++) {
        Str name = json_str_at(labels, str_of(names[i]));
        if (name.len) *list_add(a, &in->services) = alert_line(a, name, 200);
    }
    return OK;
}

static const ChangeMap changes[] = {
    { .when = "reason", .key = "metadata.uid|{metadata.namespace}/{metadata.name}|message|note", .kind = "deploy",
      .title = "Rollout of {involvedObject.namespace}/{involvedObject.name}|"
               "Rollout of {regarding.namespace}/{regarding.name}|Rollout of {involvedObject.name}",
      .description = "message|note", .author = "source.component|reportingComponent|reportingController",
      .services = "involvedObject.name|regarding.name", .state = "reason", .states = reasons,
      .started = "firstTimestamp|eventTime|deprecatedFirstTimestamp|metadata.creationTimestamp",
      .at = "lastTimestamp|deprecatedLastTimestamp|eventTime",
      .labels = "namespace=involvedObject.namespace|cluster=clusterName", .fix = rollout },
    { 0 } };

static const char instructions[] =
    "Any exporter that posts events of the cluster as JSON will do, for example *kubernetes-event-exporter*. Its configuration:\n"
    "\n"
    "```yaml\n"
    "route:\n"
    "  routes:\n"
    "    - match:\n"
    "        - receiver: hindsight\n"
    "          reason: ScalingReplicaSet\n"
    "receivers:\n"
    "  - name: hindsight\n"
    "    webhook:\n"
    "      endpoint: {{url}}\n"
    "      headers:\n"
    "        Content-Type: application/json\n"
    "```\n"
    "\n"
    "Rollouts of Deployments become changes. The service is the one named like the Deployment, or like its label\n"
    "`app.kubernetes.io/name` or `app`. What a pipeline applies (a ConfigMap, a migration) it tells best itself, with `hindsight change`.\n";

static const char sample[] =
    "{\"metadata\":{\"name\":\"checkout.17a\",\"namespace\":\"shop\",\"uid\":\"{{id}}\",\"creationTimestamp\":\"{{now}}\"},"
    "\"reason\":\"ScalingReplicaSet\",\"message\":\"Scaled up replica set checkout-{{id}} from 0 to 1\","
    "\"source\":{\"component\":\"deployment-controller\"},\"firstTimestamp\":\"{{now}}\",\"lastTimestamp\":\"{{now}}\","
    "\"count\":1,\"type\":\"Normal\",\"involvedObject\":{\"kind\":\"Deployment\",\"namespace\":\"shop\",\"name\":\"checkout\","
    "\"labels\":{\"app\":\"checkout\"}}}";

static const AlertSource source = {
    .kind = "kubernetes",
    .title = "Kubernetes",
    .description = "Rollouts of Deployments, as changes, from the events of a cluster.",
    .instructions = instructions,
    .sample = sample,
    .changes = changes,
};

const Integration kubernetes_integration = { .name = "kubernetes", .alert_source = &source };

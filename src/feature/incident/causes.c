/* The taxonomy of contributing factors: a setting, so that a company can use its own words. */
#include "feature/incident/rules.h"

#define CAUSES_STANDARD \
    "[{\"key\":\"code_defect\",\"name\":\"Code defect\"}," \
    "{\"key\":\"configuration\",\"name\":\"Configuration\"}," \
    "{\"key\":\"deployment\",\"name\":\"Deployment process\"}," \
    "{\"key\":\"capacity\",\"name\":\"Capacity or limits\"}," \
    "{\"key\":\"dependency\",\"name\":\"Dependency failure\"}," \
    "{\"key\":\"third_party\",\"name\":\"Third-party provider\"}," \
    "{\"key\":\"infrastructure\",\"name\":\"Infrastructure or hardware\"}," \
    "{\"key\":\"network\",\"name\":\"Network\"}," \
    "{\"key\":\"data\",\"name\":\"Data or schema\"}," \
    "{\"key\":\"design\",\"name\":\"System design\"}," \
    "{\"key\":\"resilience\",\"name\":\"Missing resilience\"}," \
    "{\"key\":\"testing\",\"name\":\"Testing gap\"}," \
    "{\"key\":\"monitoring\",\"name\":\"Monitoring or alerting gap\"}," \
    "{\"key\":\"documentation\",\"name\":\"Documentation or runbook gap\"}," \
    "{\"key\":\"process\",\"name\":\"Process or review gap\"}," \
    "{\"key\":\"communication\",\"name\":\"Communication\"}," \
    "{\"key\":\"knowledge\",\"name\":\"Knowledge or training\"}," \
    "{\"key\":\"workload\",\"name\":\"Workload or staffing\"}," \
    "{\"key\":\"expiry\",\"name\":\"Expiry of a certificate, key or quota\"}," \
    "{\"key\":\"security\",\"name\":\"Security\"}]"

const Setting incident_settings[] = {
    { .key = "incident.causes", .type = SETTING_JSON, .standard = CAUSES_STANDARD, .title = "Contributing factors",
      .help = "A list of {\"key\", \"name\"}: the words that an incident's causes are chosen from, in this order. Keep a key when you rename it." },
    { 0 },
};

Err incident_cause_list(Cx *cx, Causes *ret)
{
    json_t *all;
    TRY(json_parse(cx->arena, setting_str(cx, "incident.causes"), &all));
    size_t n = json_array_size(all);
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_array_get(all, i);
        Str key = json_str(one, "key"), name = json_str(one, "name");
        if (str_empty(key)) continue;
        *list_add(cx->arena, ret) = (Cause){ .key = key, .name = str_empty(name) ? key : name };
    }
    return OK;
}

Str incident_cause_name(Cx *cx, Str key)
{
    Causes all = { 0 };
    if (incident_cause_list(cx, &all).info) return key;
    list_each(&all, i)
        if (str_eq(all.at[i].key, key)) return all.at[i].name;
    return key;
}

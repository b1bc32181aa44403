/* The taxonomy of contributing factors: a setting, so that a company can use its own words. */
#include "document/words.h"
#include "feature/incident/rules.h"

#define CAUSES_STANDARD \
    "[{\"key\":\"code_defect\",\"name\":\"Code defect\",\"name_zh\":\"代码缺陷\"}," \
    "{\"key\":\"configuration\",\"name\":\"Configuration\",\"name_zh\":\"配置\"}," \
    "{\"key\":\"deployment\",\"name\":\"Deployment process\",\"name_zh\":\"发布流程\"}," \
    "{\"key\":\"capacity\",\"name\":\"Capacity or limits\",\"name_zh\":\"容量或限额\"}," \
    "{\"key\":\"dependency\",\"name\":\"Dependency failure\",\"name_zh\":\"依赖故障\"}," \
    "{\"key\":\"third_party\",\"name\":\"Third-party provider\",\"name_zh\":\"第三方供应商\"}," \
    "{\"key\":\"infrastructure\",\"name\":\"Infrastructure or hardware\",\"name_zh\":\"基础设施或硬件\"}," \
    "{\"key\":\"network\",\"name\":\"Network\",\"name_zh\":\"网络\"}," \
    "{\"key\":\"data\",\"name\":\"Data or schema\",\"name_zh\":\"数据或表结构\"}," \
    "{\"key\":\"design\",\"name\":\"System design\",\"name_zh\":\"系统设计\"}," \
    "{\"key\":\"resilience\",\"name\":\"Missing resilience\",\"name_zh\":\"缺少容错\"}," \
    "{\"key\":\"testing\",\"name\":\"Testing gap\",\"name_zh\":\"测试缺口\"}," \
    "{\"key\":\"monitoring\",\"name\":\"Monitoring or alerting gap\",\"name_zh\":\"监控或告警缺口\"}," \
    "{\"key\":\"documentation\",\"name\":\"Documentation or runbook gap\",\"name_zh\":\"文档或预案缺口\"}," \
    "{\"key\":\"process\",\"name\":\"Process or review gap\",\"name_zh\":\"流程或评审缺口\"}," \
    "{\"key\":\"communication\",\"name\":\"Communication\",\"name_zh\":\"沟通\"}," \
    "{\"key\":\"knowledge\",\"name\":\"Knowledge or training\",\"name_zh\":\"知识或培训\"}," \
    "{\"key\":\"workload\",\"name\":\"Workload or staffing\",\"name_zh\":\"工作量或人手\"}," \
    "{\"key\":\"expiry\",\"name\":\"Expiry of a certificate, key or quota\",\"name_zh\":\"证书、密钥或配额过期\"}," \
    "{\"key\":\"security\",\"name\":\"Security\",\"name_zh\":\"安全\"}]"

typedef struct Factor { Str key, name, name_zh; } Factor;
typedef LIST(Factor) Factors;
typedef struct Taxonomy { Factors factors; } Taxonomy;
static SHAPE(factor_shape, Factor, "A contributing factor to choose",
    FIELD(Factor, key, REQUIRED, "Stays when it is renamed", .max = 40), FIELD(Factor, name, REQUIRED, "Its words", .max = 80),
    FIELD(Factor, name_zh, NULLABLE, "The same in Chinese", .max = 80));
static SHAPE(taxonomy_shape, Taxonomy, "All of them",
    FIELD_OF(Taxonomy, factors, FIELD_MANY, &factor_shape, REQUIRED, "In the order in which they are offered", .max = 100));

static Err decode(Cx *cx, Str json, Factors *ret)
{
    Taxonomy all = { 0 };
    Present present;
    Str object = arena_fmt(cx->arena, "{\"factors\":" STR_FMT "}", STR_ARG(json));
    TRY(shape_decode(cx->arena, &taxonomy_shape, DECODE_CREATE, object, &all, &present));
    *ret = all.factors;
    return OK;
}

static Err check(Cx *cx, Str json)
{
    Factors all = { 0 };
    TRY(decode(cx, json, &all));
    list_each(&all, i) {
        Str key = all.at[i].key, field = arena_fmt(cx->arena, "factors[%zu].key", i);
        for (size_t c = 0; c < key.len; c++)
            if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", key.at[c]))
                return fail_field(cx->arena, field, "a key is made of a-z, 0-9 and _");
        for (size_t k = 0; k < i; k++)
            if (str_eq(all.at[k].key, key)) return fail_field(cx->arena, field, "there are two factors with the key " STR_FMT, STR_ARG(key));
    }
    return OK;
}

const Setting incident_settings[] = {
    { .key = "incident.causes", .type = SETTING_JSON, .standard = CAUSES_STANDARD, .title = "Contributing factors", .check = check,
      .help = "A list of {\"key\", \"name\", \"name_zh\"}: the words that an incident's causes are chosen from, in this order. Keep a key when you rename it." },
    { 0 },
};

Err incident_cause_list(Cx *cx, Causes *ret)
{
    Factors all = { 0 };
    Err e = decode(cx, setting_str(cx, "incident.causes"), &all);
    if (e.info) {
        err_log(e, "reading the contributing factors");
        e = decode(cx, S(CAUSES_STANDARD), &all);
        if (e.info) bug("the standard factors do not decode");
    }
    bool zh = words_zh(cx->actor.locale);
    list_each(&all, i) {
        const Factor *f = &all.at[i];
        *list_add(cx->arena, ret) = (Cause){ .key = f->key, .name = zh && f->name_zh.len ? f->name_zh : f->name };
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

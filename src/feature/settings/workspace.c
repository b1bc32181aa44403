/** What every page needs to know of the workspace; kept as settings, so that there is one place to change it. */
#include "feature/settings/internal.h"

static const char *const report_words[] = { "post-mortem", "retrospective", "incident review", NULL };
static const char *const severity_keys[] = { "SEV-1", "SEV-2", "SEV-3", "SEV-4", "unknown", NULL };

#define SEVERITIES_STANDARD \
    "[{\"key\":\"SEV-1\",\"name\":\"Critical\",\"color\":\"#cf2e25\",\"description\":\"Many customers cannot use the product, or data is at risk\"}," \
    "{\"key\":\"SEV-2\",\"name\":\"Major\",\"color\":\"#cc6412\",\"description\":\"An important function fails for many customers\"}," \
    "{\"key\":\"SEV-3\",\"name\":\"Minor\",\"color\":\"#a17c06\",\"description\":\"A part works badly, or few customers are affected\"}," \
    "{\"key\":\"SEV-4\",\"name\":\"Low\",\"color\":\"#6885a6\",\"description\":\"Customers hardly notice\"}," \
    "{\"key\":\"unknown\",\"name\":\"Unknown\",\"color\":\"#80878f\",\"description\":\"Not judged yet\"}]"

static const struct { const char *name, *description; } standard_zh[] = {
    { "严重", "大量客户无法使用产品，或数据面临风险" }, { "重大", "重要功能对大量客户失效" }, { "一般", "部分功能异常，或少数客户受影响" },
    { "轻微", "客户几乎没有察觉" }, { "未知", "尚未判定" },
};

const Setting workspace_settings[] = {
    { .key = "workspace.name", .type = SETTING_TEXT, .standard = "Hindsight", .title = "Workspace name",
      .help = "Shown on every page and in what is sent out", .max = 100 },
    { .key = "workspace.report_word", .type = SETTING_CHOICE, .standard = "post-mortem", .title = "What a report is called",
      .help = "The word that people here use", .options = report_words },
    { .key = "workspace.sample_data", .type = SETTING_BOOL, .standard = "false", .title = "Sample data is loaded",
      .help = "Set when sample data was loaded; pages then say so" },
    { .key = "incident.severities", .type = SETTING_JSON, .standard = SEVERITIES_STANDARD, .title = "Severities",
      .help = "Name, colour and meaning of each severity" },
    { 0 },
};

SHAPE(workspace_shape, Workspace, "The workspace",
    FIELD(Workspace, name, READ_ONLY, "What it is called"),
    FIELD(Workspace, report_word, READ_ONLY, "What a report is called here", .values = report_words),
    FIELD(Workspace, sample_data, READ_ONLY, "Sample data is loaded"));

SHAPE(severity_shape, Severity, "What a severity means here",
    FIELD(Severity, key, REQUIRED, "SEV-1 to SEV-4, or unknown", .values = severity_keys),
    FIELD(Severity, name, REQUIRED, "What people call it", .max = 40),
    FIELD(Severity, color, REQUIRED, "#rrggbb", .max = 7),
    FIELD(Severity, description, 0, "When it applies", .max = 300));

typedef struct SeveritySet { Severities severities; } SeveritySet;

static SHAPE(severity_set_shape, SeveritySet, "All severities",
    FIELD_OF(SeveritySet, severities, FIELD_MANY, &severity_shape, REQUIRED, "Most severe first", .max = 5));

void workspace_get(Cx *cx, Workspace *ret)
{
    *ret = (Workspace){ setting_str(cx, "workspace.name"), setting_str(cx, "workspace.report_word"), setting_bool(cx, "workspace.sample_data") };
    if (str_empty(ret->name)) ret->name = S("Hindsight");
}

static Err decode(Cx *cx, Str json, Severities *ret)
{
    SeveritySet set = { 0 };
    Present present;
    Str object = arena_fmt(cx->arena, "{\"severities\":" STR_FMT "}", STR_ARG(json));
    TRY(shape_decode(cx->arena, &severity_set_shape, DECODE_CREATE, object, &set, &present));
    *ret = set.severities;
    return OK;
}

static bool is_color(Str s)
{
    if (s.len != 7 || s.at[0] != '#') return false;
    for (size_t i = 1; i < 7; i++)
        if (!((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f')
              || (s.at[i] >= 'A' && s.at[i] <= 'F')))
            return false;
    return true;
}

Err severities_check(Cx *cx, Str json)
{
    Severities list = { 0 };
    TRY(decode(cx, json, &list));
    if (list.len != 5)
        return fail_field(cx->arena, S("severities"),
                          "there are five severities: SEV-1 to SEV-4 and unknown");
    list_each(&list, i) {
        if (!str_eq(list.at[i].key, str_of(severity_keys[i])))
            return fail_field(cx->arena, arena_fmt(cx->arena, "severities[%zu].key", i),
                              "severity number %zu is %s", i + 1, severity_keys[i]);
        if (!is_color(list.at[i].color))
            return fail_field(cx->arena, arena_fmt(cx->arena, "severities[%zu].color", i),
                              "a colour looks like #cc6412");
    }
    return OK;
}

void severity_list(Cx *cx, Severities *ret)
{
    Severities list = { 0 };
    Err e = decode(cx, setting_str(cx, "incident.severities"), &list);
    if (e.info) {
        err_log(e, "reading the severities");
        e = decode(cx, S(SEVERITIES_STANDARD), &list);
        if (e.info) bug("the standard severities do not decode");
    }
    /* What a workspace did not word itself is said in the language of the reader. */
    Severities standard = { 0 };
    if (str_starts(cx->actor.locale, S("zh")) && !decode(cx, S(SEVERITIES_STANDARD), &standard).info)
        list_each(&list, i) {
            Severity *s = &list.at[i];
            if (str_eq(s->name, standard.at[i].name)) s->name = str_of(standard_zh[i].name);
            if (str_eq(s->description, standard.at[i].description)) s->description = str_of(standard_zh[i].description);
        }
    *ret = list;
}

#include "app/app.h"
#include "base/spec.h"
#include "feature/settings/internal.h"

#define SYSTEM() auto_arena a = arena_new(16 << 10); App *app = given_a_system(a, 1780000000000); \
    auto_store store = store_take(app->db); Cx cx = app_cx(app, a, store)

static Err set(Cx *cx, void *arg)
{
    const char *const *pair = arg;
    return setting_set(cx, str_of(pair[0]), str_of(pair[1]));
}
static Err put(App *app, Arena *a, const char *key, const char *value)
{
    Cx cx = app_cx(app, a, NULL);
    return cx_write(&cx, set, (const char *[]){ key, value });
}

SPEC("a fresh workspace has a name, a word for reports and five severities")
{
    SYSTEM();
    Workspace w;
    Severities list = { 0 };
    workspace_get(&cx, &w);
    severity_list(&cx, &list);
    expect_str("Hindsight", w.name);
    expect_str("post-mortem", w.report_word);
    expect(!w.sample_data);
    expect_int(5, list.len);
    expect_str("SEV-1", list.at[0].key);
    expect_str("Critical", list.at[0].name);
}

SPEC("what a report is called is one of three words")
{
    SYSTEM();
    (void)cx;
    expect_ok(put(app, a, "workspace.report_word", "incident review"));
    expect_err(ERR_INVALID, put(app, a, "workspace.report_word", "blame session"));
}

SPEC("severities keep their five keys in order, and each has a colour")
{
    SYSTEM();
    expect_err(ERR_INVALID, severities_check(&cx, S("[]")));
    expect_err(ERR_INVALID, severities_check(&cx, S("[{\"key\":\"SEV-9\",\"name\":\"x\",\"color\":"
                                                    "\"#ffffff\"}]")));
    Str standard = setting_str(&cx, "incident.severities");
    expect_ok(severities_check(&cx, standard));
    ptrdiff_t at = str_find(standard, S("#cf2e25"));
    Str red = arena_fmt(a, STR_FMT "crimson" STR_FMT, STR_ARG(str_sub(standard, 0, (size_t)at)),
                        STR_ARG(str_sub(standard, (size_t)at + 7, standard.len)));
    Err e = severities_check(&cx, red);
    expect(err_is(e, ERR_INVALID));
    expect_str("severities[0].color", e.info->field);
}

static Err rename_first(Cx *cx, void *arg)
{
    (void)arg;
    Str all = setting_str(cx, "incident.severities");
    ptrdiff_t at = str_find(all, S("Critical"));
    return setting_set(cx, S("incident.severities"),
                       arena_fmt(cx->arena, STR_FMT "Fire" STR_FMT, STR_ARG(str_sub(all, 0, (size_t)at)), STR_ARG(str_sub(all, (size_t)at + 8, all.len))));
}

SPEC("severities that a workspace did not word itself are told in the language of the reader")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, 1794330000000);
    Cx cx = app_cx(app, a, NULL);
    expect_ok(cx_write(&cx, rename_first, NULL));
    auto_store s = store_take(app->db);
    cx.store = s;
    cx.actor.locale = S("zh");
    Severities list = { 0 };
    severity_list(&cx, &list);
    expect_str("Fire", list.at[0].name);
    expect_has("大量客户", list.at[0].description);
    expect_str("重大", list.at[1].name);
}

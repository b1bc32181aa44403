#include <stdlib.h>
#include "feature/demo/demo.h"
#include "app/app.h"
#include "app/job.h"
#include "app/setting.h"
#include "feature/notify/notify.h"
#include "sql.gen.h"

typedef struct Part { Str name; const json_t *story; bool line; } Part;
typedef LIST(Part) Parts;

Err part_note(Cx *cx, Str name, Str made, bool *ret_new)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_demo_part_put);
    stmt_str(&q, "name", name);
    stmt_str(&q, "made", made);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_step(&q);
    *ret_new = stmt_changes(&q) == 1;
    return stmt_end(&q);
}

Err part_made(Cx *cx, Str name, Str *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_demo_part_get);
    stmt_str(&q, "name", name);
    *ret = stmt_step(&q) ? stmt_col_str(&q, 0) : S("");
    return stmt_end(&q);
}

static Err tell_part(Cx *cx, void *arg)
{
    const Part *p = arg;
    bool is_new;
    Company company;
    json_t *made = NULL;
    TRY(part_note(cx, p->name, S(""), &is_new));
    if (!is_new) return OK;
    TRY(company_load(cx, &company));
    if (p->line) TRY(year_line_story(cx, p->story, &made));
    return story_tell(cx, &company, p->line ? made : p->story);
}

static Err begin(Cx *cx, void *arg)
{
    (void)arg;
    Company company;
    TRY(company_load(cx, &company));
    if (!str_eq(setting_str(cx, "workspace.name"), S("Hindsight"))) return OK;      /* somebody chose a name */
    Str standard = str_of(setting_find(S("workspace.name"))->standard);
    if (!str_eq(setting_str(cx, "workspace.name"), standard)) return OK;      /* somebody named it */
    return setting_set(cx, S("workspace.name"), S("Orrin Pay"));
}

static Err finish(Cx *cx, void *arg)
{
    (void)arg;
    bool is_new;
    TRY(part_note(cx, S("monitors"), S(""), &is_new));
    if (is_new) TRY(monitors_tell(cx));
    TRY(notify_settle(cx, 3));                               /* nobody begins with a year of unread news */
    return setting_set(cx, S("workspace.sample_data"), S("true"));
}

static Err gather(Cx *cx, Parts *ret)
{
    for (const DemoFile *f = demo_files; f->name; f++) {
        json_t *v, *line;
        size_t i;
        TRY_AS(cx->arena, json_parse(cx->arena, (Str){ f->at, f->len }, &v), "%s", f->name);
        if (json_is_array(v))
            json_array_foreach(v, i, line)
                *list_add(cx->arena, ret) = (Part){ arena_fmt(cx->arena, "%s %s", f->name, json_string_value(json_array_get(line, 3))), line, true };
        else if (json_object_get(v, "title")) *list_add(cx->arena, ret) = (Part){ str_of(f->name), v, false };
    }
    return OK;
}

static int64_t days_ago(const Part *p)
{
    if (p->line) return json_integer_value(json_array_get(p->story, 1));
    return json_integer_value(json_object_get(p->story, "days_ago"));
}

static int oldest_first(const void *a, const void *b)
{
    int64_t x = days_ago(a), y = days_ago(b);
    return (x < y) - (x > y);
}

static Err load(Cx *cx, Str payload)
{
    (void)payload;
    Parts parts = { 0 };
    TRY(gather(cx, &parts));
    qsort(parts.at, parts.len, sizeof *parts.at, oldest_first);
    TRY(cx_write(cx, begin, NULL));
    list_each(&parts, i) {
        TRY(cx_write(cx, tell_part, &parts.at[i]));
        TRY(job_progress(cx, (int64_t)i + 1, (int64_t)parts.len));
    }
    return cx_write(cx, finish, NULL);
}

static const JobKind jobs[] = {
    { .name = "setup.demo", .run = load, .lease_ms = 600000, .max_attempts = 3 },
    { 0 },
};

extern const Schema demo_schema;
const Feature demo_feature = { .name = "demo", .schema = &demo_schema, .jobs = jobs };

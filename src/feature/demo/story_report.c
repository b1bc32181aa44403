#include "feature/demo/telling.h"
#include "feature/report/report.h"

/** The built-in template that the story names, in its language. */
static Str template_of(Cx *cx, Str name, Str language)
{
    static const struct { const char *name, *id; } ids[] = {
        { "Standard", "standard" }, { "标准", "standard" }, { "Brief", "brief" }, { "Near miss", "near-miss" },
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (str_eq(name, str_of(ids[i].name)))
            return arena_fmt(cx->arena, "%s-" STR_FMT, ids[i].id, STR_ARG(language));
    return arena_fmt(cx->arena, "standard-" STR_FMT, STR_ARG(language));
}

static Err write_text(Cx *cx, Str report, Str markdown)
{
    DocNode *doc;
    if (str_empty(markdown)) return OK;
    TRY(import_markdown(cx->arena, markdown, &doc));
    return report_write(cx, report, doc);
}

static Err approve_all(Telling *t, Cx *cx, Str report, const json_t *reviewers)
{
    size_t i;
    json_t *one;
    json_array_foreach(reviewers, i, one) {
        Cx as = *cx;
        as.actor = story_person(t, str_of(json_string_value(one)));
        TRY(report_approve(&as, report, S("")));
    }
    return OK;
}

static Err review(Telling *t, Cx *cx, Str report, const json_t *reviewers)
{
    Strs ids = { 0 };
    size_t i;
    json_t *one;
    json_array_foreach (reviewers, i, one)
        *list_add(cx->arena, &ids) = story_person(t, str_of(json_string_value(one))).id;
    return report_request_review(cx, report, ids);
}

Err story_report(Telling *t, Cx *cx, const json_t *r)
{
    Str state = json_str(r, "state");
    const json_t *reviewers = json_object_get(r, "reviewers");
    ReportInput in = { .language = json_str(t->story, "language"), .owner_id = story_person(t, json_str(r, "owner")).id };
    in.template_id = template_of(cx, json_str(r, "template"), in.language);
    *list_add(cx->arena, &in.incident_ids) = t->incident;
    Report made;
    TRY(report_add(cx, &in, &made));
    TRY(write_text(cx, made.id, json_str(r, "body")));
    TRY(report_author_add(cx, made.id, in.owner_id));
    if (str_eq(state, S("draft"))) return OK;
    Cx later = *cx;
    later.now_ms += 86400000;
    if (later.now_ms > t->cx->now_ms) later.now_ms = t->cx->now_ms;
    if (json_array_size(reviewers)) TRY(review(t, &later, made.id, reviewers));
    if (str_eq(state, S("in_review"))) return OK;
    later.now_ms += 7200000;
    if (later.now_ms > t->cx->now_ms) later.now_ms = t->cx->now_ms;
    TRY(approve_all(t, &later, made.id, reviewers));
    return report_publish(&later, made.id);
}

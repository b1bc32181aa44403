#include "feature/demo/telling.h"
#include "feature/comment/comment.h"
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
    return report_request_review(cx, report, ids, (Strs){ 0 });
}

static Cx at_time(const Telling *t, const Cx *cx, Str who, int64_t later_ms)
{
    Cx as = *cx;
    as.actor = story_person(t, who);
    as.now_ms += later_ms;
    if (as.now_ms > t->cx->now_ms) as.now_ms = t->cx->now_ms;
    return as;
}

static Err said(Telling *t, Cx *cx, const json_t *words, CommentInput *ret)
{
    size_t i;
    json_t *one;
    *ret = (CommentInput){ .body = json_str(words, "body") };
    json_array_foreach(json_object_get(words, "mentions"), i, one)
        *list_add(cx->arena, &ret->mention_ids) = story_person(t, str_of(json_string_value(one))).id;
    return OK;
}

/* A thread on words of the text (or on the whole of it), its answers, what people think of it, and who settled it. */
static Err discuss(Telling *t, Cx *cx, Str report, const json_t *thread)
{
    size_t i;
    json_t *one;
    CommentInput in;
    Thread made;
    Comment answer;
    Str quote = json_str(thread, "quote"), settled = json_str(thread, "resolved_by");
    Cx as = at_time(t, cx, json_str(thread, "by"), 0);
    TRY(said(t, cx, thread, &in));
    in.quote = quote;
    Place place = { .text = quote };
    if (quote.len) *list_add(cx->arena, &in.places) = place;
    TRY(comment_begin(&as, report, &in, &made));
    json_array_foreach(json_object_get(thread, "replies"), i, one) {
        as = at_time(t, cx, json_str(one, "by"), (int64_t)(i + 1) * 2400000);
        TRY(said(t, cx, one, &in));
        TRY(comment_reply(&as, made.id, &in, &answer));
    }
    json_array_foreach(json_object_get(thread, "reactions"), i, one) {
        as = at_time(t, cx, json_str(one, "by"), 7200000);
        TRY(comment_react(&as, made.comments.at[0].id, json_str(one, "reaction"), true));
    }
    as = at_time(t, cx, settled, 9000000);
    return settled.len ? comment_set_state(&as, made.id, THREAD_RESOLVED) : OK;
}

static Err discussions(Telling *t, Cx *cx, Str report, const json_t *threads)
{
    size_t i;
    json_t *one;
    json_array_foreach(threads, i, one) {
        Cx later = *cx;
        later.now_ms += (int64_t)i * 1500000;
        TRY(discuss(t, &later, report, one));
    }
    return OK;
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
    if (str_eq(state, S("draft"))) return discussions(t, cx, made.id, json_object_get(r, "comments"));
    Cx later = *cx;
    later.now_ms += 86400000;
    if (later.now_ms > t->cx->now_ms) later.now_ms = t->cx->now_ms;
    if (json_array_size(reviewers)) TRY(review(t, &later, made.id, reviewers));
    TRY(discussions(t, &later, made.id, json_object_get(r, "comments")));
    if (str_eq(state, S("in_review"))) return OK;
    later.now_ms += 7200000;
    if (later.now_ms > t->cx->now_ms) later.now_ms = t->cx->now_ms;
    TRY(approve_all(t, &later, made.id, reviewers));
    return report_publish(&later, made.id);
}

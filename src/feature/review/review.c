#include "feature/review/review.h"
#include "app/app.h"
#include "base/utf8.h"
#include "document/clean.h"
#include "document/document.h"
#include "feature/comment/comment.h"
#include "feature/followup/followup.h"
#include "feature/review/readiness.h"

const char *const review_rules[] = { "sections", "unsupported", "approvals", "edited_since", "changes_requested", "suggestions", "comments", "follow_ups",
    "impact", "times", "detection", "causes", "checks", "vague", "customers", "alt_text", NULL };
const char *const review_states[] = { "done", "open", "blocks", NULL };

typedef struct Look { Cx *cx; Report report; ReviewRules *out; } Look;

static ReviewRule *rule(Look *l, const char *name)
{
    ReviewRule *r = list_add(l->cx->arena, l->out);
    *r = (ReviewRule){ .rule = str_of(name), .state = S("done") };
    return r;
}

static void settle(ReviewRule *r, bool blocks)
{
    if (r->count) r->state = blocks ? S("blocks") : S("open");
}

static void sections(Look *l, const DocNode *doc)
{
    ReviewRule *r = rule(l, "sections");
    r->names = report_empty_sections(l->cx->arena, doc);
    r->count = (int64_t)r->names.len;
    settle(r, str_eq(setting_str(l->cx, "report.required_sections"), S("must be written")));
}

static void claims(Look *l, const DocNode *doc)
{
    ReviewRule *r = rule(l, "unsupported");
    Strs all = report_unsupported(l->cx->arena, doc);
    r->count = (int64_t)all.len;
    list_each(&all, i) if (i < 10) *list_add(l->cx->arena, &r->names) = utf8_clip(all.at[i], 120);
    settle(r, str_eq(setting_str(l->cx, "report.unsupported_claims"), S("must be settled")));
}

static void approvals(Look *l)
{
    ReviewRule *r = rule(l, "approvals"), *c;
    int64_t needed = setting_int(l->cx, "report.approvals"), given = report_approvals(l->cx, &l->report);
    bool manager = l->cx->actor.role >= ROLE_MANAGER;
    list_each(&l->report.reviewers, i) {
        const Reviewer *v = &l->report.reviewers.at[i];
        if (str_eq(v->state, S("pending"))) *list_add(l->cx->arena, &r->names) = v->user.name;
    }
    r->count = needed > given ? needed - given : 0;
    settle(r, !manager);
    ReviewRule *e = rule(l, "edited_since");
    list_each(&l->report.reviewers, i) {
        const Reviewer *v = &l->report.reviewers.at[i];
        if (!v->edited_since || !str_eq(v->state, S("approved"))) continue;
        *list_add(l->cx->arena, &e->names) = v->user.name;
        e->count++;
    }
    settle(e, false);
    c = rule(l, "changes_requested");
    list_each(&l->report.reviewers, i) {
        if (!str_eq(l->report.reviewers.at[i].state, S("changes_requested"))) continue;
        *list_add(l->cx->arena, &c->names) = l->report.reviewers.at[i].user.name;
        c->count++;
    }
    settle(c, !manager && needed > 0);
}

static Err follow_ups(Look *l)
{
    ReviewRule *r = rule(l, "follow_ups");
    FollowUpFilter f = { .open = true, .sort = S("due") };
    FollowUps all = { 0 };
    *list_add(l->cx->arena, &f.report) = l->report.id;
    TRY(followup_list(l->cx, &f, (Cursor){ 0 }, 200, &all));
    list_each(&all, i) {
        if (all.at[i].owner.id.len && all.at[i].due_ms) continue;
        *list_add(l->cx->arena, &r->names) = all.at[i].reference;
        r->count++;
    }
    settle(r, false);
    return OK;
}

Err review_checklist(Cx *cx, Str report, ReviewRules *ret)
{
    Look l = { .cx = cx, .out = ret };
    DocNode *doc;
    TRY(report_get(cx, report, &l.report));
    TRY(document_read_whole(cx, report, INT64_MAX, &doc));
    int64_t suggested = doc_suggestions(doc);
    TRY(document_read(cx, report, &doc));
    sections(&l, doc);
    claims(&l, doc);
    approvals(&l);
    ReviewRule *s = rule(&l, "suggestions");
    s->count = suggested;
    settle(s, false);
    ReviewRule *c = rule(&l, "comments");
    TRY(comment_open_count(cx, report, &c->count));
    settle(c, false);
    TRY(follow_ups(&l));
    return readiness_look(cx, &l.report, doc, ret);
}

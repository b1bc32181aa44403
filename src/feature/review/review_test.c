#include "app/app.h"
#include "base/spec.h"
#include "document/document.h"
#include "feature/account/account.h"
#include "feature/comment/comment.h"
#include "feature/incident/incident.h"
#include "feature/review/review.h"

#define NOW 1794330000000

typedef struct World { App *app; Arena *arena; Str ann, ben; Report report; const char *text; Role role; } World;
typedef Err (*Step)(Cx *cx, World *w);

static Cx as(World *w, Str user)
{
    Cx cx = app_cx(w->app, w->arena, NULL);
    if (user.len) cx.actor = (Actor){ .id = user, .name = S("Ann"), .role = w->role, .scopes = SCOPE_ALL, .locale = S("en"), .time_zone = S("UTC") };
    return cx;
}
typedef struct Call { World *w; Step step; } Call;
static Err run(Cx *cx, void *arg) { Call *c = arg; return c->step(cx, c->w); }
static Err write_as(World *w, Str user, Step step)
{
    Cx cx = as(w, user);
    return cx_write(&cx, run, &(Call){ w, step });
}

static Err report(Cx *cx, World *w)
{
    Incident i;
    ReportInput r = { .template_id = S("standard-en") };
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Checkout is slow"), .severity = S("SEV-2") }, &i));
    *list_add(cx->arena, &r.incident_ids) = i.id;
    return report_add(cx, &r, &w->report);
}
static Err person(Cx *cx, World *w) { return user_add(cx, &(User){ .name = S("Ann Abel"), .email = S("ann@example.com"), .role = S("manager") }, S(""), &w->ann); }

/* A required section, empty or not. */
static Err text(Cx *cx, World *w)
{
    DocNode *doc = doc_node(cx->arena, "doc"), *h = doc_add(cx->arena, doc, "heading");
    doc_attr_int(cx->arena, h, "level", 2);
    doc_attr_bool(cx->arena, h, "required", true);
    doc_text(cx->arena, h, S("Impact"));
    DocNode *p = doc_add(cx->arena, doc, "paragraph"), *t = doc_text(cx->arena, p, str_of(w->text));
    if (t && str_eq(t->text, S("suggested"))) doc_mark(cx->arena, t, "insertion");
    return document_replace(cx, w->report.id, doc);
}
static Err comment(Cx *cx, World *w)
{
    Thread t;
    return comment_begin(cx, w->report.id, &(CommentInput){ .body = S("Which one?") }, &t);
}
static Err strict(Cx *cx, World *w) { (void)w; return setting_set(cx, S("report.required_sections"), S("must be written")); }
static Err publish(Cx *cx, World *w) { return report_publish(cx, w->report.id); }

static Str told(World *w)
{
    auto_store s = store_take(w->app->db);
    Cx cx = as(w, w->ann);
    cx.store = s;
    ReviewRules all = { 0 };
    Buf b = buf_new(w->arena, 4096);
    if (review_checklist(&cx, w->report.id, &all).info) bug("checklist");
    list_each(&all, i)
        if (!str_eq(all.at[i].state, S("done")))
            buf_fmt(&b, "%s" STR_FMT " " STR_FMT " %lld", b.len ? ", " : "", STR_ARG(all.at[i].rule), STR_ARG(all.at[i].state), (long long)all.at[i].count);
    return buf_str(&b);
}

#define GIVEN(role_) auto_arena a = arena_new(16 << 10); World w = { .app = given_a_system(a, NOW), .arena = a, .role = role_, .text = "" }; \
    expect_ok(write_as(&w, S(""), person)); expect_ok(write_as(&w, w.ann, report)); expect_ok(write_as(&w, w.ann, text))

SPEC("what is missing before publication is listed, and what blocks it for whom")
{
    GIVEN(ROLE_RESPONDER);
    expect_str("sections open 1, approvals blocks 1", told(&w));
    w.role = ROLE_MANAGER;
    expect_str("sections open 1, approvals open 1", told(&w));
    expect_ok(write_as(&w, w.ann, comment));
    w.text = "1,200 customers";
    expect_ok(write_as(&w, w.ann, text));
    expect_str("approvals open 1, comments open 1", told(&w));
}

SPEC("a section in which something is only suggested counts as empty")
{
    GIVEN(ROLE_MANAGER);
    w.text = "suggested";
    expect_ok(write_as(&w, w.ann, text));
    expect_str("sections open 1, approvals open 1, suggestions open 1", told(&w));
}

SPEC("where required sections must be written, nobody publishes without them")
{
    GIVEN(ROLE_MANAGER);
    expect_ok(write_as(&w, S(""), strict));
    expect_str("sections blocks 1, approvals open 1", told(&w));
    expect_err(ERR_CONFLICT, write_as(&w, w.ann, publish));
    w.text = "1,200 customers";
    expect_ok(write_as(&w, w.ann, text));
    expect_ok(write_as(&w, w.ann, publish));
}

static Err second_person(Cx *cx, World *w) { return user_add(cx, &(User){ .name = S("Ben Bell"), .email = S("ben@example.com"), .role = S("responder") }, S(""), &w->ben); }

/* A paragraph that says it is suggested by Ann, at the time in w->text. */
static Err suggest_as_ann(Cx *cx, World *w)
{
    DocNode *doc, *t;
    TRY(document_read_whole(cx, w->report.id, INT64_MAX, &doc));
    t = doc_text(cx->arena, doc_add(cx->arena, doc, "paragraph"), S("forty at most"));
    DocMark *m = doc_mark(cx->arena, t, "insertion");
    doc_mark_attr(cx->arena, m, "user", w->ann);
    doc_mark_attr(cx->arena, m, "name", S("Ann Abel"));
    doc_mark_attr(cx->arena, m, "at", str_of(w->text));
    return document_replace(cx, w->report.id, doc);
}

SPEC("who suggested something is who wrote it, whatever its mark says")
{
    GIVEN(ROLE_RESPONDER);
    expect_ok(write_as(&w, S(""), second_person));
    w.text = "2026-11-10T14:07:30.000Z";
    expect_ok(write_as(&w, w.ann, suggest_as_ann));
    w.text = "2026-11-10T15:00:00.000Z";
    expect_ok(write_as(&w, w.ben, suggest_as_ann));
    auto_store s = store_take(w.app->db);
    Cx cx = as(&w, w.ann);
    SuggestionAuthors all = { 0 };
    cx.store = s;
    expect_ok(review_suggestion_authors(&cx, w.report.id, &all));
    expect_int(2, all.len);
    expect_str("Ann Abel", all.at[0].author.name);
    expect(str_eq(w.ann, all.at[1].claimed_id));
    expect_str("Ben Bell", all.at[1].author.name);
}

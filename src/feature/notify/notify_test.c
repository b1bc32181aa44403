#include "app/app.h"
#include "base/spec.h"
#include "document/document.h"
#include "feature/account/account.h"
#include "feature/followup/followup.h"
#include "feature/incident/rules.h"
#include "feature/notify/notify.h"
#include "feature/report/rules.h"

#define NOW 1794330000000

/* Ann owns what there is, Ben reviews, Eve is not among those who may see what is private. */
typedef struct World {
    App *app;
    Arena *arena;
    Str ann, ben, eve;
    Incident incident;
    Report report;
    FollowUp followup;
    const char *visibility;
    Str mentioned;
    int64_t now_ms;
} World;
typedef Err (*Step)(Cx *cx, World *w);

static Cx as(World *w, Str user)
{
    Cx cx = app_cx(w->app, w->arena, NULL);
    cx.if_match = MATCH_ANY;
    if (w->now_ms) cx.now_ms = w->now_ms;
    if (user.len) cx.actor = (Actor){ .id = user, .name = S("Ann"), .role = ROLE_MANAGER, .scopes = SCOPE_ALL, .locale = S("en"), .time_zone = S("UTC") };
    return cx;
}

typedef struct Call { World *w; Step step; } Call;
static Err run(Cx *cx, void *arg) { Call *c = arg; return c->step(cx, c->w); }
static Err write_as(World *w, Str user, Step step)
{
    Cx cx = as(w, user);
    return cx_write(&cx, run, &(Call){ w, step });
}

static Err people(Cx *cx, World *w)
{
    TRY(user_add(cx, &(User){ .name = S("Ann Abel"), .email = S("ann@example.com"), .role = S("manager") }, S(""), &w->ann));
    TRY(user_add(cx, &(User){ .name = S("Ben Berg"), .email = S("ben@example.com"), .role = S("responder") }, S(""), &w->ben));
    return user_add(cx, &(User){ .name = S("Eve Ende"), .email = S("eve@example.com"), .role = S("responder") }, S(""), &w->eve);
}

static Err report(Cx *cx, World *w)
{
    IncidentInput in = { .title = S("Checkout is slow"), .severity = S("SEV-2"), .visibility = str_of(w->visibility) };
    *list_add(cx->arena, &in.member_ids) = w->ben;
    TRY(incident_add(cx, &in, &w->incident));
    ReportInput r = { .template_id = S("brief-en") };
    *list_add(cx->arena, &r.incident_ids) = w->incident.id;
    return report_add(cx, &r, &w->report);
}

static Err ask(Cx *cx, World *w)
{
    Strs who = { 0 };
    *list_add(cx->arena, &who) = w->ben;
    return report_request_review(cx, w->report.id, who, (Strs){ 0 });
}
static Err ask_eve_too(Cx *cx, World *w)
{
    Strs who = { 0 };
    *list_add(cx->arena, &who) = w->ben;
    *list_add(cx->arena, &who) = w->eve;
    return report_request_review(cx, w->report.id, who, (Strs){ 0 });
}
static Err remind_ben(Cx *cx, World *w)
{
    Strs who = { 0 };
    *list_add(cx->arena, &who) = w->ben;
    return report_request_review(cx, w->report.id, who, who);
}
static Err approve(Cx *cx, World *w) { return report_approve(cx, w->report.id, S("Reads well")); }
static Err refuse(Cx *cx, World *w) { return report_request_changes(cx, w->report.id, S("Say when it began")); }
static Err publish(Cx *cx, World *w) { return report_publish(cx, w->report.id); }

static Err mention(Cx *cx, World *w)
{
    DocNode *doc = doc_node(cx->arena, "doc"), *p = doc_add(cx->arena, doc, "paragraph"), *m = doc_add(cx->arena, p, "mention");
    doc_attr(cx->arena, m, "kind", S("person"));
    doc_attr(cx->arena, m, "id", w->mentioned);
    doc_attr(cx->arena, m, "label", S("somebody"));
    return document_replace(cx, w->report.id, doc);
}
static Err told(World *w)                                    /* as the job does, a moment after the edit */
{
    Cx cx = as(w, S(""));
    Strs by = { 0 };
    *list_add(cx.arena, &by) = w->ann;
    return report_document_changed(&cx, w->report.id, by);
}

static Err assign(Cx *cx, World *w)
{
    return followup_add(cx, &(FollowUpInput){ .title = S("Alert on queue length"), .incident_id = w->incident.id, .owner_id = w->ben,
                                              .due_ms = NOW + 1000 }, &w->followup);
}
static Err open_up(Cx *cx, World *w)
{
    IncidentInput in = { 0 };
    Present present;
    TRY(shape_decode(cx->arena, &incident_edit_shape, DECODE_PATCH, S("{\"visibility\":\"private\"}"), &in, &present));
    return incident_edit(cx, w->incident.id, present, &in);
}

static Err clock_job(Cx *cx, World *w) { (void)w; return job_add(cx, "notify.clock", S(""), 0, S("")); }

static Notifications list_of(World *w, Str user)
{
    auto_store s = store_take(w->app->db);
    Cx cx = as(w, user);
    cx.store = s;
    Notifications all = { 0 };
    int64_t n = -1;
    Err e = notify_list(&cx, false, 0, S(""), 50, &all);
    if (e.info || notify_unread(&cx, &n).info) bug("reading notifications");
    if (n != (int64_t)all.len) bug("%lld unread of %zu", (long long)n, all.len);
    return all;
}

#define GIVEN(seen) auto_arena a = arena_new(16 << 10); \
    World w = { .app = given_a_system(a, NOW), .arena = a, .visibility = seen }; \
    expect_ok(write_as(&w, S(""), people)); expect_ok(write_as(&w, w.ann, report))

SPEC("who is asked to review is told, and the owner of each decision, with what was said")
{
    GIVEN("public");
    expect_ok(write_as(&w, w.ann, ask));
    Notifications bens = list_of(&w, w.ben);
    expect_int(1, bens.len);
    expect_str("review_requested", bens.at[0].kind);
    expect_str("Ann Abel", bens.at[0].actor.name);
    expect_str("/reports/PM-1/edit", bens.at[0].path);
    expect_int(0, list_of(&w, w.ann).len);
    expect_ok(write_as(&w, w.ben, approve));
    expect_ok(write_as(&w, w.ben, refuse));
    Notifications anns = list_of(&w, w.ann);
    expect_int(2, anns.len);
    expect_str("changes_requested", anns.at[0].kind);
    expect_str("Say when it began", anns.at[0].excerpt);
    expect_str("approved", anns.at[1].kind);
}

SPEC("asking the same reviewer again in one round tells them nothing new")
{
    GIVEN("public");
    expect_ok(write_as(&w, w.ann, ask));
    expect_ok(write_as(&w, w.ben, approve));
    expect_ok(write_as(&w, w.ann, ask));
    expect_int(1, list_of(&w, w.ben).len);
}

SPEC("when another reviewer joins, those who were asked already are not told again, unless they are asked again by name")
{
    GIVEN("public");
    expect_ok(write_as(&w, w.ann, ask));
    expect_ok(write_as(&w, w.ann, ask_eve_too));
    expect_int(1, list_of(&w, w.ben).len);
    expect_int(1, list_of(&w, w.eve).len);
    expect_ok(write_as(&w, w.ann, remind_ben));
    expect_int(2, list_of(&w, w.ben).len);
}

SPEC("a published report is told to its owner and reviewers, but not to who published it")
{
    GIVEN("public");
    expect_ok(write_as(&w, w.ann, ask));
    expect_ok(write_as(&w, w.ann, publish));
    Notifications bens = list_of(&w, w.ben);
    expect_int(2, bens.len);
    expect_str("published", bens.at[0].kind);
    expect_str("/reports/PM-1", bens.at[0].path);
    expect_int(0, list_of(&w, w.ann).len);
}

SPEC("who is mentioned in the text is told once, however often the text changes")
{
    GIVEN("public");
    w.mentioned = w.ben;
    expect_ok(write_as(&w, w.ann, mention));
    expect_ok(told(&w));
    expect_ok(told(&w));
    Notifications bens = list_of(&w, w.ben);
    expect_int(1, bens.len);
    expect_str("mention", bens.at[0].kind);
    expect_str("Ann Abel", bens.at[0].actor.name);
}

SPEC("a mention of somebody who may not see the report tells them nothing")
{
    GIVEN("private");
    w.mentioned = w.eve;
    expect_ok(write_as(&w, w.ann, mention));
    expect_ok(told(&w));
    expect_int(0, list_of(&w, w.eve).len);
}

SPEC("the owner of a follow-up is told when it is given to them, and once when it is overdue")
{
    GIVEN("public");
    expect_ok(write_as(&w, w.ann, assign));
    expect_int(1, list_of(&w, w.ben).len);
    expect_str("follow_up_assigned", list_of(&w, w.ben).at[0].kind);
    w.app->options.now_ms = w.now_ms = NOW + 60 * 60 * 1000;
    for (int i = 0; i < 2; i++) {
        w.app->options.now_ms += 11 * 60 * 1000;
        expect_ok(write_as(&w, S(""), clock_job));
        while (job_run_one(w.app)) { }
    }
    Notifications bens = list_of(&w, w.ben);
    expect_int(2, bens.len);
    expect_str("follow_up_overdue", bens.at[0].kind);
    expect_str("", bens.at[0].actor.name);
}

SPEC("what was told about a record disappears when the record is hidden from its reader")
{
    GIVEN("public");
    w.mentioned = w.eve;
    expect_ok(write_as(&w, w.ann, mention));
    expect_ok(told(&w));
    expect_int(1, list_of(&w, w.eve).len);
    expect_ok(write_as(&w, w.ann, assign));
    expect_ok(write_as(&w, w.ann, open_up));
    expect_int(0, list_of(&w, w.eve).len);
}

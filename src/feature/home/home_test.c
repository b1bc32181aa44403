#include "base/spec.h"
#include "feature/home/home.h"
#include "feature/incident/spec_incident.h"

static const int64_t DAY = 86400000;

static Err home_of(World *w, Actor who, Home *ret)
{
    auto_store s = store_take(w->app->db);
    Cx cx = reader(w, who, s);
    return home_get(&cx, ret);
}

static Err incident_of(World *w, const char *title, const char *severity, Incident *ret)
{
    return declare(w, (IncidentInput){ .title = str_of(title), .severity = str_of(severity) }, ret);
}

/** Ann declares one, `commander` leads it, and it is over. */
static Err over_of(World *w, const char *title, const char *severity, Actor commander, Incident *ret)
{
    TRY(incident_of(w, title, severity, ret));
    TRY(role_as(w, w->ann, ret->id, "incident_commander", commander.id));
    return status_as(w, w->ann, ret->id, "resolved");
}

typedef struct Adding { FollowUpInput in; FollowUp *ret; } Adding;
static Err add(Cx *cx, void *arg) { Adding *a = arg; return followup_add(cx, &a->in, a->ret); }
static Err follow_up(World *w, FollowUpInput in, FollowUp *ret)
{
    return write_as(w, w->ann, add, &(Adding){ in, ret });
}

typedef struct Step { Str id; Strs people; Report *report; } Step;
static Err write_report(Cx *cx, void *arg)
{
    Step *s = arg;
    ReportInput in = { .template_id = S("brief-en") };
    *list_add(cx->arena, &in.incident_ids) = s->id;
    return report_add(cx, &in, s->report);
}
static Err ask(Cx *cx, void *arg) { Step *s = arg; return report_request_review(cx, s->id, s->people, (Strs){ 0 }); }
static Err approve(Cx *cx, void *arg) { Step *s = arg; return report_approve(cx, s->id, S("")); }
static Err want_changes(Cx *cx, void *arg)
{
    Step *s = arg;
    return report_request_changes(cx, s->id, S("say what was known then"));
}
static Err publish(Cx *cx, void *arg) { Step *s = arg; return report_publish(cx, s->id); }
static Err take_team(Cx *cx, void *arg)
{
    World *w = arg;
    Strs members = { 0 };
    *list_add(cx->arena, &members) = w->bob.id;
    Team team = { .name = S("Checkout"), .member_ids = members };
    return team_add(cx, &team, &w->team);
}

/** Bob's report about a new incident, in review with Cat. */
static Err in_review(World *w, Report *ret)
{
    Incident i;
    TRY(over_of(w, "Card payments fail", "SEV-1", w->bob, &i));
    TRY(write_as(w, w->bob, write_report, &(Step){ .id = i.id, .report = ret }));
    Strs reviewers = { 0 };
    *list_add(w->arena, &reviewers) = w->cat.id;
    return write_as(w, w->bob, ask, &(Step){ .id = ret->id, .people = reviewers });
}

SPEC("home of a new workspace says that it is new")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Home h;
    Incident i;
    expect_ok(home_of(&w, w.ann, &h));
    expect(h.new_workspace);
    expect_ok(incident_of(&w, "Card payments fail", "SEV-2", &i));
    expect_ok(home_of(&w, w.bob, &h));
    expect(!h.new_workspace);
}

SPEC("home shows active incidents, the worst first, and none that is over")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Home h;
    Incident i;
    expect_ok(incident_of(&w, "Slow search", "SEV-3", &i));
    expect_ok(incident_of(&w, "Card payments fail", "SEV-1", &i));
    expect_ok(over_of(&w, "Late e-mails", "SEV-2", w.bob, &i));
    expect_ok(home_of(&w, w.ann, &h));
    expect_int(2, h.active_total);
    expect_int(2, (int64_t)h.active_incidents.len);
    expect_str("Card payments fail", h.active_incidents.at[0].title);
}

SPEC("home shows nothing of a private incident to outsiders: neither it, nor its follow-ups, nor "
     "that it existed")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Home h;
    Incident i;
    FollowUp f;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Keys leaked"), .severity = S("SEV-1"), .visibility = S("private") }, &i));
    expect_ok(follow_up(&w, (FollowUpInput){ .title = S("Rotate the key"), .incident_id = i.id, .owner_id = w.cat.id }, &f));
    expect_ok(home_of(&w, w.cat, &h));
    expect(h.new_workspace);
    expect_int(0, h.active_total);
    expect_int(0, (int64_t)h.my_follow_ups.len);
    expect_int(0, h.my_follow_ups_total);
    expect_ok(home_of(&w, w.ann, &h));
    expect_int(1, h.active_total);
    w.now_ms += 365 * DAY;
    expect_ok(home_of(&w, w.ann, &h));
    expect_int(1, (int64_t)h.year_ago.len);
    expect_ok(home_of(&w, w.cat, &h));
    expect_int(0, (int64_t)h.year_ago.len);
}

SPEC("my follow-ups: what is late stands first, what is to be verified last, other people's not at all")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Home h;
    FollowUp f;
    expect_ok(follow_up(&w, (FollowUpInput){ .title = S("soon"), .owner_id = w.bob.id, .due_ms = T0 + DAY }, &f));
    expect_ok(follow_up(&w, (FollowUpInput){ .title = S("worked?"), .owner_id = w.bob.id, .status = S("done"), .effectiveness_check = S("no page in a month") }, &f));
    expect_ok(follow_up(&w, (FollowUpInput){ .title = S("finished"), .owner_id = w.bob.id, .status = S("done") }, &f));
    expect_ok(follow_up(&w, (FollowUpInput){ .title = S("late"), .owner_id = w.bob.id, .due_ms = T0 - DAY }, &f));
    expect_ok(follow_up(&w, (FollowUpInput){ .title = S("Ann's"), .owner_id = w.ann.id, .due_ms = T0 - 9 * DAY }, &f));
    expect_ok(home_of(&w, w.bob, &h));
    expect_int(3, h.my_follow_ups_total);
    expect_int(3, (int64_t)h.my_follow_ups.len);
    expect_str("late", h.my_follow_ups.at[0].title);
    expect(h.my_follow_ups.at[0].overdue);
    expect_str("soon", h.my_follow_ups.at[1].title);
    expect_str("worked?", h.my_follow_ups.at[2].title);
}

SPEC("a resolved incident waits for a post-mortem of its commander, as long as policy wants one "
     "and nobody has begun")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Home h;
    Incident i;
    Report r;
    expect_ok(over_of(&w, "Typo on the help page", "SEV-4", w.bob, &i));
    expect_ok(over_of(&w, "Card payments fail", "SEV-1", w.bob, &i));
    expect_ok(home_of(&w, w.ann, &h));
    expect_int(0, (int64_t)h.reports_waiting.len);
    expect_ok(home_of(&w, w.bob, &h));
    expect_int(1, (int64_t)h.reports_waiting.len);
    expect_str("start", h.reports_waiting.at[0].action);
    expect_str("Card payments fail", h.reports_waiting.at[0].title);
    expect_int(T0 + 3 * DAY, h.reports_waiting.at[0].due_ms);
    expect(!h.reports_waiting.at[0].overdue);
    w.now_ms = T0 + 4 * DAY;
    expect_ok(home_of(&w, w.bob, &h));
    expect(h.reports_waiting.at[0].overdue);
    expect_ok(write_as(&w, w.bob, write_report, &(Step){ .id = i.id, .report = &r }));
    expect_ok(home_of(&w, w.bob, &h));
    expect_int(1, (int64_t)h.reports_waiting.len);
    expect_str("write", h.reports_waiting.at[0].action);
    expect_str("PM-1", h.reports_waiting.at[0].report.reference);
}

SPEC("without a commander it waits for the team that owns the incident")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Home h;
    Incident i;
    expect_ok(write_as(&w, w.ann, take_team, &w));
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail"), .severity = S("SEV-2"), .team_id = w.team }, &i));
    expect_ok(status_as(&w, w.ann, i.id, "resolved"));
    expect_ok(home_of(&w, w.cat, &h));
    expect_int(0, (int64_t)h.reports_waiting.len);
    expect_ok(home_of(&w, w.bob, &h));
    expect_int(1, (int64_t)h.reports_waiting.len);
    expect_ok(role_as(&w, w.ann, i.id, "incident_commander", w.cat.id));
    expect_ok(home_of(&w, w.bob, &h));
    expect_int(0, (int64_t)h.reports_waiting.len);
}

SPEC("a review waits for who was asked, then its verdict for the owner: to write again, or to publish")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Home h;
    Report r;
    expect_ok(in_review(&w, &r));
    expect_ok(home_of(&w, w.bob, &h));
    expect_int(0, (int64_t)h.reports_waiting.len);
    expect_ok(home_of(&w, w.cat, &h));
    expect_int(1, (int64_t)h.reports_waiting.len);
    expect_str("review", h.reports_waiting.at[0].action);
    expect_str("Bob Baker", h.reports_waiting.at[0].by.name);
    expect_ok(write_as(&w, w.cat, want_changes, &(Step){ .id = r.id }));
    expect_ok(home_of(&w, w.bob, &h));
    expect_str("write", h.reports_waiting.at[0].action);
    expect_str("Cat Cole", h.reports_waiting.at[0].by.name);
    Strs reviewers = { 0 };
    *list_add(a, &reviewers) = w.cat.id;
    expect_ok(write_as(&w, w.bob, ask, &(Step){ .id = r.id, .people = reviewers }));
    expect_ok(write_as(&w, w.cat, approve, &(Step){ .id = r.id }));
    expect_ok(home_of(&w, w.bob, &h));
    expect_int(1, (int64_t)h.reports_waiting.len);
    expect_str("publish", h.reports_waiting.at[0].action);
    expect_ok(write_as(&w, w.bob, publish, &(Step){ .id = r.id }));
    expect_ok(home_of(&w, w.bob, &h));
    expect_int(0, (int64_t)h.reports_waiting.len);
    expect_ok(home_of(&w, w.ann, &h));
    expect_int(1, (int64_t)h.recently_published.len);
    expect_str("PM-1", h.recently_published.at[0].reference);
}

SPEC("this week a year ago remembers the worst of the week, and what came of what was to be done")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Home h;
    Incident i;
    FollowUp f;
    expect_ok(over_of(&w, "Slow search", "SEV-3", w.bob, &i));
    expect_ok(over_of(&w, "Pool size halved", "SEV-1", w.bob, &i));
    expect_ok(follow_up(&w, (FollowUpInput){ .title = S("Check limits in CI"), .incident_id = i.id, .status = S("wont_do"), .wont_do_reason = S("no time") }, &f));
    expect_ok(follow_up(&w, (FollowUpInput){ .title = S("Alert on pool wait"), .incident_id = i.id }, &f));
    w.now_ms = T0 + 200 * DAY;
    expect_ok(home_of(&w, w.cat, &h));
    expect_int(0, (int64_t)h.year_ago.len);
    w.now_ms = T0 + 367 * DAY;
    expect_ok(home_of(&w, w.cat, &h));
    expect_int(2, (int64_t)h.year_ago.len);
    expect_str("Pool size halved", h.year_ago.at[0].title);
    expect_int(2, h.year_ago.at[0].follow_ups);
    expect_int(1, h.year_ago.at[0].follow_ups_settled);
    expect_int(1, h.year_ago.at[0].follow_ups_wont_do);
}

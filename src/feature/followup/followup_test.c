#include "base/spec.h"
#include "feature/followup/rules.h"
#include "feature/incident/spec_incident.h"

typedef struct Adding { FollowUpInput in; FollowUp *ret; } Adding;
static Err add(Cx *cx, void *arg) { Adding *a = arg; return followup_add(cx, &a->in, a->ret); }
static Err add_as(World *w, Actor who, FollowUpInput in, FollowUp *ret)
{
    return write_as(w, who, add, &(Adding){ in, ret });
}

typedef struct Moving { Str id, status, reason; } Moving;
static Err move(Cx *cx, void *arg)
{
    Moving *m = arg;
    return followup_set_status(cx, m->id, m->status, m->reason);
}
static Err status_of(World *w, Str id, const char *status, const char *reason)
{
    return write_as(w, w->ann, move, &(Moving){ id, str_of(status), str_of(reason) });
}

typedef struct Judging { Str id; VerifyInput in; FollowUp *ret; } Judging;
static Err judge(Cx *cx, void *arg) { Judging *j = arg; return followup_verify(cx, j->id, &j->in, j->ret); }
static Err verdict(World *w, Str id, VerifyInput in, FollowUp *ret)
{
    return write_as(w, w->ann, judge, &(Judging){ id, in, ret });
}

static Err fetch(World *w, Str id, FollowUp *ret)
{
    auto_store s = store_take(w->app->db);
    Cx cx = reader(w, w->ann, s);
    return followup_get(&cx, id, ret);
}

static Err count_as(World *w, Actor who, FollowUpFilter f, int64_t *ret)
{
    auto_store s = store_take(w->app->db);
    Cx cx = reader(w, who, s);
    return followup_total(&cx, &f, ret);
}

SPEC("a follow-up inherits channel, team and visibility from its incident, and the incident counts it")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    FollowUp f;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t"), .channel_id = S("Payments") }, &i));
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("Alert on pool wait"), .incident_id = S("INC-1"), .owner_id = S("bob@example.com") }, &f));
    expect_str("FU-1", f.reference);
    expect_str("open", f.status);
    expect_str("Payments", f.channel.name);
    expect_str("Payments Core", f.team.name);
    expect_str("Bob Baker", f.owner.name);
    expect_str("INC-1", f.incident.reference);
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(1, i.counts.follow_ups);
}

SPEC("a follow-up of a private incident is invisible to outsiders, also when the incident becomes "
     "private later")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    FollowUp f;
    int64_t n;
    Str id;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("Rotate the key"), .incident_id = i.id }, &f));
    expect_ok(count_as(&w, w.cat, (FollowUpFilter){ 0 }, &n));
    expect_int(1, n);
    expect_ok(edit_as(&w, w.ann, i.id, BIT(visibility), (IncidentInput){ .visibility = S("private") }, MATCH_ANY));
    expect_ok(count_as(&w, w.cat, (FollowUpFilter){ 0 }, &n));
    expect_int(0, n);
    expect_ok(count_as(&w, w.cat, (FollowUpFilter){ .q = S("rotate") }, &n));
    expect_int(0, n);
    expect_ok(count_as(&w, w.ann, (FollowUpFilter){ .q = S("rotate") }, &n));
    expect_int(1, n);
    auto_store s = store_take(w.app->db);
    Cx cat = reader(&w, w.cat, s);
    expect_err(ERR_NOT_FOUND, followup_resolve(&cat, S("FU-1"), &id));
}

SPEC("what will not be done needs a reason")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    FollowUp f;
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("t") }, &f));
    Err e = status_of(&w, f.id, "wont_do", "");
    expect(err_is(e, ERR_INVALID));
    expect_str("wont_do_reason", e.info->field);
    expect_ok(status_of(&w, f.id, "wont_do", "the service goes away"));
    expect_ok(fetch(&w, f.id, &f));
    expect(f.settled);
    expect_ok(status_of(&w, f.id, "open", ""));
    expect_ok(fetch(&w, f.id, &f));
    expect_str("", f.wont_do_reason);
}

SPEC("only what was done can be verified; with an effectiveness check it waits for the verdict")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    FollowUp f;
    int64_t n;
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("t"), .effectiveness_check = S("a replay fails in CI") }, &f));
    expect_err(ERR_CONFLICT, verdict(&w, f.id, (VerifyInput){ .effective = true }, &f));
    expect_ok(status_of(&w, f.id, "done", ""));
    expect_ok(fetch(&w, f.id, &f));
    expect(!f.settled && f.completed_ms == T0);
    expect_ok(count_as(&w, w.ann, (FollowUpFilter){ .to_verify = true }, &n));
    expect_int(1, n);
    expect_ok(verdict(&w, f.id, (VerifyInput){ .effective = true, .note = S("it did") }, &f));
    expect_str("verified", f.status);
    expect_str("Ann Archer", f.verified_by.name);
    expect(f.settled);
}

SPEC("what had no effect is opened again, or followed by a new one")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    FollowUp f, g, next;
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("t"), .status = S("done") }, &f));
    expect_ok(verdict(&w, f.id, (VerifyInput){ .then = S("reopen"), .note = S("it happened again") }, &f));
    expect_str("open", f.status);
    expect_str("it happened again", f.effectiveness_note);
    expect_str("not_effective", f.history.at[0].from);
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("u"), .status = S("done"), .priority = S("high") }, &g));
    expect_ok(verdict(&w, g.id, (VerifyInput){ .then = S("new"), .title = S("u, properly") }, &g));
    expect_str("not_effective", g.status);
    expect_str("FU-3", g.successor.reference);
    expect(g.settled);
    expect_ok(fetch(&w, g.successor.id, &next));
    expect_str("FU-2", next.predecessor.reference);
    expect_str("high", next.priority);
}

SPEC("overdue follow-ups come first, those without a date last")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    FollowUp f;
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("none") }, &f));
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("late"), .due_ms = T0 - MINUTE, .owner_id = w.bob.id }, &f));
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("soon"), .due_ms = T0 + MINUTE, .owner_id = w.bob.id }, &f));
    auto_store s = store_take(w.app->db);
    Cx cx = reader(&w, w.ann, s);
    FollowUps page = { 0 };
    int64_t n;
    expect_ok(followup_list(&cx, &(FollowUpFilter){ .open = true }, (Cursor){ 0 }, 2, &page));
    expect_str("late", page.at[0].title);
    expect(page.at[0].overdue && !page.at[1].overdue);
    expect_ok(followup_list(&cx, &(FollowUpFilter){ .open = true }, (Cursor){ page.at[1].sort_key, page.at[1].id }, 2, &page));
    expect_int(1, page.len);
    expect_str("none", page.at[0].title);
    expect_ok(count_as(&w, w.ann, (FollowUpFilter){ .overdue = true }, &n));
    expect_int(1, n);
    expect_ok(count_as(&w, w.ann, (FollowUpFilter){ .owner = { &w.bob.id, 1, 1 } }, &n));
    expect_int(2, n);
}

SPEC("follow-ups move along when their incident changes channel or is merged")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i, into;
    FollowUp f;
    expect_ok(declare(&w, (IncidentInput){ .title = S("a") }, &i));
    expect_ok(declare(&w, (IncidentInput){ .title = S("b") }, &into));
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("t"), .incident_id = i.id }, &f));
    expect_ok(edit_as(&w, w.ann, i.id, BIT(channel_id), (IncidentInput){ .channel_id = S("Payments") }, MATCH_ANY));
    expect_ok(fetch(&w, f.id, &f));
    expect_str("Payments", f.channel.name);
    expect_ok(merge_as(&w, w.ann, i.id, into.id));
    expect_ok(fetch(&w, f.id, &f));
    expect_str("INC-2", f.incident.reference);
    expect_ok(get_as(&w, w.ann, into.id, &into));
    expect_int(1, into.counts.follow_ups);
}

SPEC("the CSV of follow-ups defuses formulas")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    FollowUp f;
    Str text;
    expect_ok(add_as(&w, w.ann, (FollowUpInput){ .title = S("@SUM(1)") }, &f));
    auto_store s = store_take(w.app->db);
    Cx cx = reader(&w, w.ann, s);
    expect_ok(followup_csv(&cx, &(FollowUpFilter){ 0 }, &text));
    expect_has("FU-1,'@SUM(1),open,medium,prevent", text);
}

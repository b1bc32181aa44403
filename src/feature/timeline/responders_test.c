#include "base/spec.h"
#include "feature/incident/spec_incident.h"
#include "feature/timeline/rules.h"

typedef struct Doing { Str incident; TimelineEvent e; } Doing;
static Err do_add(Cx *cx, void *arg) { Doing *d = arg; return timeline_add(cx, d->incident, &d->e); }
static Err note_at(World *w, Actor who, Str incident, int64_t at_ms)
{
    return write_as(w, who, do_add, &(Doing){ incident, { .kind = S("note"), .title = S("looked at it"), .occurred_ms = at_ms, .hand_made = true } });
}

static Err responders_of(World *w, Str incident, Responders *ret)
{
    auto_store s = store_take(w->app->db);
    Cx cx = reader(w, w->ann, s);
    return timeline_responders(&cx, incident, ret);
}

SPEC("hours of a responder are the five minutes in which they did something, and short pauses between")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    Responders all = { 0 };
    int64_t slot = 5 * MINUTE, t = T0 - T0 % slot;
    w.now_ms = t + 4 * 60 * MINUTE;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t"), .impact_started_ms = t }, &i));
    expect_ok(note_at(&w, w.bob, i.id, t));
    expect_ok(note_at(&w, w.bob, i.id, t + MINUTE));
    expect_ok(note_at(&w, w.bob, i.id, t + 20 * MINUTE));
    expect_ok(note_at(&w, w.bob, i.id, t + 90 * MINUTE));
    expect_ok(note_at(&w, w.cat, i.id, t + 30 * MINUTE));
    expect_ok(responders_of(&w, i.id, &all));
    const Responder *bob = &all.at[0];
    expect_str("Bob Baker", bob->user.name);
    expect_int(2, bob->stretches.len);
    expect_int(30 * MINUTE, bob->active_ms);
    expect_int(t, bob->started_ms);
    expect_int(t + 95 * MINUTE, bob->ended_ms);
    expect_int(5 * MINUTE, all.at[1].active_ms);
}

SPEC("what is done after an incident was resolved is no response, and nights count as out of hours")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    Responders all = { 0 };
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));                /* 20:26 on a Thursday in UTC */
    expect_ok(status_as(&w, w.ann, i.id, "resolved"));
    w.now_ms += 60 * MINUTE;
    expect_ok(note_at(&w, w.bob, i.id, w.now_ms));
    expect_ok(responders_of(&w, i.id, &all));
    expect_int(1, all.len);
    expect_str("Ann Archer", all.at[0].user.name);
    expect_int(all.at[0].active_ms, all.at[0].out_of_hours_ms);
}

#include "base/spec.h"
#include "feature/incident/spec_incident.h"
#include "feature/timeline/rules.h"

static Err all_of(World *w, Str incident, TimelineEvents *ret)
{
    auto_store s = store_take(w->app->db);
    Cx cx = reader(w, w->ann, s);
    return timeline_all(&cx, incident, &(TimelineFilter){ 0 }, ret);
}

static TimelineEvent last(World *w, Str incident, const char *kind)
{
    TimelineEvents all = { 0 };
    TimelineEvent found = { 0 };
    if (all_of(w, incident, &all).info) return found;
    list_each(&all, k) if (str_eq(all.at[k].kind, str_of(kind))) found = all.at[k];
    return found;
}

typedef struct Adding { Str incident; TimelineEvent *e; } Adding;
static Err add(Cx *cx, void *arg) { Adding *a = arg; return timeline_add(cx, a->incident, a->e); }
static Err add_as(World *w, Actor who, Str incident, TimelineEvent *e)
{
    return write_as(w, who, add, &(Adding){ incident, e });
}

static Present bit_of(size_t offset)
{
    for (int i = 0; timeline_edit_shape.fields[i].name; i++)
        if (timeline_edit_shape.fields[i].offset == offset) return (Present)1 << i;
    bug("timeline_edit_shape has no such field");
}
#define FIELD_BIT(member) bit_of(offsetof(TimelineEvent, member))

typedef struct Editing { Str id; Present present; TimelineEvent in; } Editing;
static Err edit(Cx *cx, void *arg) { Editing *e = arg; return timeline_edit(cx, e->id, e->present, &e->in); }
static Err take_out(Cx *cx, void *arg) { Str *id = arg; return timeline_remove(cx, *id); }
static Err event_as(World *w, Str id, Present present, TimelineEvent in)
{
    return write_as(w, w->ann, edit, &(Editing){ id, present, in });
}

static Err verify(World *w, Str incident, int64_t *ret_entries, int64_t *ret_broken)
{
    auto_store s = store_take(w->app->db);
    Cx cx = reader(w, w->ann, s);
    return timeline_verify(&cx, incident, ret_entries, ret_broken);
}

SPEC("what happens to an incident writes itself on its timeline")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    TimelineEvents all = { 0 };
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail"), .severity = S("SEV-2") }, &i));
    w.now_ms += MINUTE;
    expect_ok(severity_as(&w, w.bob, i.id, "SEV-1"));
    expect_ok(status_as(&w, w.ann, i.id, "investigating"));
    expect_ok(role_as(&w, w.ann, i.id, "responder", w.bob.id));
    expect_ok(edit_as(&w, w.ann, i.id, BIT(impact_started_ms), (IncidentInput){ .impact_started_ms = T0 - 3 * MINUTE }, MATCH_ANY));
    expect_ok(edit_as(&w, w.ann, i.id, BIT(impact_started_ms), (IncidentInput){ .impact_started_ms = T0 - 5 * MINUTE }, MATCH_ANY));
    expect_ok(all_of(&w, i.id, &all));
    expect_int(6, all.len);
    expect_str("created", all.at[0].kind);
    expect_str("Severity raised from SEV-2 to SEV-1", all.at[1].title);
    expect_str("Bob Baker", all.at[1].actor.name);
    expect(all.at[1].starred);
    expect_str("{\"from\":\"triage\",\"to\":\"investigating\"}", last(&w, i.id, "status_changed").data);
    expect_str("Bob Baker joined", last(&w, i.id, "responder_joined").title);
    expect_str("Time of impact start corrected", last(&w, i.id, "time_corrected").title);
    expect_str("{\"field\":\"impact_started_at\",\"from\":\"2026-05-28T20:23:40.000Z\",\"to\":"
               "\"2026-05-28T20:21:40.000Z\"}",
               last(&w, i.id, "time_corrected").data);
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(6, i.counts.events);
}

SPEC("reopening and merging are told on the timelines they concern")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i, into;
    expect_ok(declare(&w, (IncidentInput){ .title = S("a") }, &i));
    expect_ok(declare(&w, (IncidentInput){ .title = S("b") }, &into));
    expect_ok(status_as(&w, w.ann, i.id, "closed"));
    expect_ok(status_as(&w, w.ann, i.id, "identified"));
    expect_str("Reopened: closed to identified", last(&w, i.id, "reopened").title);
    expect_ok(merge_as(&w, w.ann, i.id, into.id));
    expect_str("Merged into INC-2", last(&w, i.id, "merged").title);
    expect_str("INC-1 was merged into this: a", last(&w, into.id, "merged").title);
    expect_str(i.id.at, last(&w, into.id, "merged").evidence.id);
}

static Err fire(Cx *cx, void *arg)
{
    (void)arg;
    return event_emit(cx, &(Event){ .kind = "alert.attached", .subject = S("no-incident"), .object = S("x"), .title = S("fires") });
}

SPEC("a public timeline does not tell the title of the private incident that it was merged into")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident open, secret;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Odd traffic") }, &open));
    expect_ok(declare(&w, (IncidentInput){ .title = S("Signing key leaked"), .visibility = S("private") }, &secret));
    expect_ok(merge_as(&w, w.ann, open.id, secret.id));
    TimelineEvents all = { 0 };
    expect_ok(all_of(&w, open.id, &all));
    list_each(&all, k) {
        expect(str_find(all.at[k].title, S("Signing")) < 0);
        expect(str_find(all.at[k].data, S("Signing")) < 0);
        expect(str_find(all.at[k].evidence.title, S("Signing")) < 0);
    }
    expect_str("INC-1 was merged into this: Odd traffic", last(&w, secret.id, "merged").title);
    expect_ok(get_as(&w, w.cat, open.id, &open));
    expect_str("", open.merged_into.id);
}

SPEC("an event of the house that concerns no incident is left alone")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Cx cx = app_cx(w.app, a, NULL);
    expect_ok(cx_write(&cx, fire, NULL));
}

SPEC("a decision keeps what was known, a hypothesis is open until somebody gives a verdict")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    TimelineEvent decision = { .kind = S("decision"), .title = S("Roll back"), .known = S("pool wait tracks it"), .hand_made = true };
    TimelineEvent guess = { .kind = S("hypothesis"), .title = S("The acquirer times out"), .occurred_ms = T0 - MINUTE, .hand_made = true };
    expect_ok(add_as(&w, w.ann, i.id, &decision));
    expect_ok(add_as(&w, w.ann, i.id, &guess));
    expect_str("{\"known\":\"pool wait tracks it\"}", last(&w, i.id, "decision").data);
    expect_str("open", last(&w, i.id, "hypothesis").state);
    w.now_ms += 4 * MINUTE;
    expect_ok(event_as(&w, guess.id, FIELD_BIT(state), (TimelineEvent){ .state = S("rejected") }));
    expect_str("rejected", last(&w, i.id, "hypothesis").state);
    expect_int(T0 + 4 * MINUTE, last(&w, i.id, "hypothesis").state_ms);
    expect_err(ERR_INVALID, event_as(&w, decision.id, FIELD_BIT(state), (TimelineEvent){ .state = S("rejected") }));
    expect_err(ERR_INVALID, event_as(&w, guess.id, FIELD_BIT(state_ms), (TimelineEvent){ .state_ms = T0 - 2 * MINUTE }));
}

SPEC("a corrected time keeps the first one, and every revision stays in the log")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    TimelineEvent note = { .kind = S("note"), .title = S("Saw it first"), .hand_made = true };
    expect_ok(add_as(&w, w.bob, i.id, &note));
    expect_ok(event_as(&w, note.id, FIELD_BIT(occurred_ms), (TimelineEvent){ .occurred_ms = T0 - 7 * MINUTE }));
    expect_ok(event_as(&w, note.id, FIELD_BIT(title), (TimelineEvent){ .title = S("Saw it first on the dashboard") }));
    TimelineEvent now = last(&w, i.id, "note");
    expect_int(T0 - 7 * MINUTE, now.occurred_ms);
    expect_int(T0, now.corrected_from_ms);
    expect_int(3, now.version);
    auto_store s = store_take(w.app->db);
    Cx cx = reader(&w, w.ann, s);
    Revisions history = { 0 };
    expect_ok(timeline_history(&cx, note.id, &history));
    expect_int(3, history.len);
    expect_has("\"title\":\"Saw it first\"", history.at[0].content);
    expect_str("Ann Archer", history.at[2].actor.name);
}

SPEC("what Hindsight recorded keeps its words, but can be starred and given a phase")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    TimelineEvent created = last(&w, i.id, "created");
    expect_err(ERR_CONFLICT, event_as(&w, created.id, FIELD_BIT(title), (TimelineEvent){ .title = S("nothing happened") }));
    expect_err(ERR_CONFLICT, write_as(&w, w.ann, take_out, &created.id));
    expect_ok(event_as(&w, created.id, FIELD_BIT(starred) | FIELD_BIT(phase), (TimelineEvent){ .phase = S("detection") }));
    expect(!last(&w, i.id, "created").starred);
    expect_str("detection", last(&w, i.id, "created").phase);
}

SPEC("a removed note leaves the view and the count, not the log")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    int64_t entries, broken;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    TimelineEvent note = { .kind = S("note"), .title = S("wrong window"), .hand_made = true };
    expect_ok(add_as(&w, w.ann, i.id, &note));
    expect_ok(write_as(&w, w.ann, take_out, &note.id));
    expect_str("", last(&w, i.id, "note").id);
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(1, i.counts.events);
    expect_ok(verify(&w, i.id, &entries, &broken));
    expect_int(3, entries);
    expect_int(0, broken);
}

/* Tampering as somebody with the database file at hand would do it. */
static const Sql tamper_content = { "tamper_content", "UPDATE timeline_entry SET content = 'x' WHERE incident_id = :id AND seq = 2" };
static const Sql tamper_remove = { "tamper_remove", "DELETE FROM timeline_entry WHERE incident_id = :id AND seq = 3" };
static const Sql tamper_view = { "tamper_view", "UPDATE timeline_event SET title = 'all was well' WHERE incident_id = :id AND kind = 'note'" };
typedef struct Tampering { const Sql *sql; Str id; } Tampering;
static Err tamper(Cx *cx, void *arg)
{
    Tampering *t = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, t->sql);
    stmt_str(&q, "id", t->id);
    return stmt_exec(&q);
}

SPEC("the chain of hashes shows an entry that was changed, one that was cut off, and a view that "
     "says something else")
{
    const struct { const Sql *sql; int64_t broken; } cases[] = { { &tamper_content, 2 }, { &tamper_remove, 3 }, { &tamper_view, 3 } };
    for (int k = 0; k < 3; k++) {
        auto_arena a = arena_new(4096);
        World w = given_a_world(a);
        Incident i;
        int64_t entries, broken;
        expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
        expect_ok(severity_as(&w, w.ann, i.id, "SEV-1"));
        expect_ok(add_as(&w, w.ann, i.id, &(TimelineEvent){ .kind = S("note"), .title = S("it hurts"), .hand_made = true }));
        expect_ok(verify(&w, i.id, &entries, &broken));
        expect_int(0, broken);
        expect_ok(write_as(&w, w.ann, tamper, &(Tampering){ cases[k].sql, i.id }));
        expect_ok(verify(&w, i.id, &entries, &broken));
        expect_int(cases[k].broken, broken);
    }
}

SPEC("the timeline is filtered by kind, star and words, and pages by time")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    for (int k = 0; k < 5; k++)
        expect_ok(add_as(&w, w.ann, i.id, &(TimelineEvent){ .kind = S("note"), .title = arena_fmt(a, "Note %d 100%%", k), .occurred_ms = T0 - (5 - k) * MINUTE,
                                                            .starred = k == 2, .hand_made = true }));
    auto_store s = store_take(w.app->db);
    Cx cx = reader(&w, w.ann, s);
    TimelineEvents got = { 0 };
    expect_ok(timeline_all(&cx, i.id, &(TimelineFilter){ .starred = true, .kind = { (Str[]){ S("note") }, 1, 1 } }, &got));
    expect_int(1, got.len);
    expect_str("Note 2 100%", got.at[0].title);
    expect_ok(timeline_all(&cx, i.id, &(TimelineFilter){ .q = S("nOTE 3") }, &got));
    expect_int(1, got.len);
    expect_ok(timeline_list(&cx, i.id, &(TimelineFilter){ 0 }, (Cursor){ 0 }, 4, &got));
    expect_str("Note 3 100%", got.at[3].title);
    expect_ok(timeline_list(&cx, i.id, &(TimelineFilter){ 0 },
                            (Cursor){ got.at[3].occurred_ms, got.at[3].id }, 4, &got));
    expect_int(2, got.len);
    expect_str("Note 4 100%", got.at[0].title);
}

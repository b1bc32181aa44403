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
#define OF " WHERE incident_id = :id AND "
static const Sql tamper_content = { "tamper_content", "UPDATE timeline_entry SET content = 'x'" OF "seq = 2" },
    tamper_actor = { "tamper_actor", "UPDATE timeline_entry SET actor_id = ''" OF "seq = 3" },
    tamper_cut = { "tamper_cut", "DELETE FROM timeline_entry" OF "seq = 3" },
    tamper_middle = { "tamper_middle", "DELETE FROM timeline_entry" OF "seq = 2" },
    tamper_move = { "tamper_move", "UPDATE timeline_entry SET seq = 2" OF "seq = 3" },
    tamper_swap = { "tamper_swap", "UPDATE timeline_entry SET seq = -2" OF "seq = 2" },
    tamper_swap_back = { "tamper_swap_back", "UPDATE timeline_entry SET seq = 3" OF "seq = -2" },
    tamper_insert = { "tamper_insert", "INSERT INTO timeline_entry (incident_id, seq, event_id, action, at_ms, actor_id, content, hash) "
                      "SELECT incident_id, 4, event_id, action, at_ms, actor_id, content, hash FROM timeline_entry" OF "seq = 3" },
    tamper_view = { "tamper_view", "UPDATE timeline_event SET title = 'all was well'" OF "kind = 'note'" },
    tamper_hide = { "tamper_hide", "UPDATE timeline_event SET removed = 1" OF "kind = 'note'" },
    tamper_view_cut = { "tamper_view_cut", "DELETE FROM timeline_event" OF "kind = 'note'" },
    tamper_view_add = { "tamper_view_add", "INSERT INTO timeline_event (id, incident_id, occurred_ms, recorded_ms, actor_id, source, kind, title, body, data, "
                        "evidence_kind, evidence_id, evidence_url, evidence_title, starred, visibility, phase, state, hand_made, removed, version, audience) "
                        "SELECT 'forged', incident_id, occurred_ms, recorded_ms, actor_id, source, kind, 'we were told', body, data, evidence_kind, evidence_id, "
                        "evidence_url, evidence_title, starred, visibility, phase, state, hand_made, removed, version, audience FROM timeline_event" OF "kind = 'note'" },
    tamper_all_entries = { "tamper_all_entries", "DELETE FROM timeline_entry" OF "1 = 1" },
    tamper_all_events = { "tamper_all_events", "DELETE FROM timeline_event" OF "1 = 1" },
    tamper_chain = { "tamper_chain", "DELETE FROM timeline_chain" OF "1 = 1" };
typedef struct Tampering { const Sql *sql[3]; Str id; } Tampering;
static Err tamper(Cx *cx, void *arg)
{
    Tampering *t = arg;
    for (int k = 0; k < 3 && t->sql[k]; k++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, t->sql[k]);
        stmt_str(&q, "id", t->id);
        TRY(stmt_exec(&q));
    }
    return OK;
}

SPEC("the chain of hashes shows what was edited, deleted, moved and inserted in the log, and a view that says more, less or something else")
{
    const struct { const Sql *sql[3]; int64_t broken; } cases[] = {
        { { &tamper_content }, 2 }, { { &tamper_actor }, 3 }, { { &tamper_cut }, 3 }, { { &tamper_middle }, 2 }, { { &tamper_middle, &tamper_move }, 2 },
        { { &tamper_swap, &tamper_move, &tamper_swap_back }, 2 }, { { &tamper_insert }, 4 }, { { &tamper_view }, 3 }, { { &tamper_hide }, 3 },
        { { &tamper_view_cut }, 3 }, { { &tamper_view_add }, 4 }, { { &tamper_all_entries, &tamper_all_events, &tamper_chain }, 1 },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        auto_arena a = arena_new(4096);
        World w = given_a_world(a);
        Incident i;
        int64_t entries, broken;
        expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
        expect_ok(severity_as(&w, w.ann, i.id, "SEV-1"));
        expect_ok(add_as(&w, w.ann, i.id, &(TimelineEvent){ .kind = S("note"), .title = S("it hurts"), .hand_made = true }));
        expect_ok(verify(&w, i.id, &entries, &broken));
        expect_int(0, broken);
        Tampering t = { .id = i.id };
        memcpy(t.sql, cases[k].sql, sizeof t.sql);
        expect_ok(write_as(&w, w.ann, tamper, &t));
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

#include "base/spec.h"
#include "feature/incident/spec_incident.h"
#include "feature/timeline/rules.h"

typedef struct Given { World w; Incident i; } Given;
static Given given_an_incident(Arena *a)
{
    Given g = { .w = given_a_world(a) };
    Err e = declare(&g.w, (IncidentInput){ .title = S("Checkout is slow") }, &g.i);
    if (e.info) bug("cannot declare");
    return g;
}

typedef struct Call { Str incident, id, reason; Strs ids; TimelineEvent *e; } Call;
static Err do_add(Cx *cx, void *arg) { Call *c = arg; return timeline_add(cx, c->incident, c->e); }
static Err do_redact(Cx *cx, void *arg) { Call *c = arg; return timeline_redact(cx, c->incident, c->id, c->reason); }
static Err do_merge(Cx *cx, void *arg) { Call *c = arg; return timeline_merge(cx, c->incident, c->ids); }
static Err do_split(Cx *cx, void *arg) { Call *c = arg; return timeline_split(cx, c->id); }
static Err do_remove(Cx *cx, void *arg) { Call *c = arg; return timeline_remove(cx, c->id); }
static Err do_edit(Cx *cx, void *arg)
{
    Call *c = arg;
    return timeline_edit(cx, c->id, ~(Present)0, &(TimelineEvent){ .title = S("again: hunter2"), .occurred_ms = T0, .visibility = S("internal") });
}

static Err note(Given *g, const char *title, Str *ret_id)
{
    TimelineEvent e = { .kind = S("note"), .title = str_of(title), .hand_made = true };
    TRY(write_as(&g->w, g->w.ann, do_add, &(Call){ .incident = g->i.id, .e = &e }));
    *ret_id = e.id;
    return OK;
}
static Err redact(Given *g, Str id, const char *reason)
{
    return write_as(&g->w, g->w.ann, do_redact, &(Call){ .incident = g->i.id, .id = id, .reason = str_of(reason) });
}
static Err merge(Given *g, Strs ids) { return write_as(&g->w, g->w.ann, do_merge, &(Call){ .incident = g->i.id, .ids = ids }); }

static Err shown(Given *g, Str id, TimelineEvent *ret)
{
    auto_store s = store_take(g->w.app->db);
    Cx cx = reader(&g->w, g->w.ann, s);
    return timeline_get(&cx, id, ret);
}
static int64_t broken_at(Given *g)
{
    auto_store s = store_take(g->w.app->db);
    Cx cx = reader(&g->w, g->w.ann, s);
    int64_t entries, broken = -1;
    return timeline_verify(&cx, g->i.id, &entries, &broken).info ? -1 : broken;
}

static const Sql tamper_empty = { "tamper_empty", "UPDATE timeline_entry SET content = '' WHERE incident_id = :id AND seq = 1" };
static const Sql tamper_time = { "tamper_time", "UPDATE timeline_entry SET at_ms = at_ms + 1 WHERE incident_id = :id AND seq = 2" };
static const Sql count_words = { "count_words", "SELECT (SELECT COUNT(*) FROM timeline_entry WHERE content LIKE '%hunter2%' AND incident_id = :id)"
    " + (SELECT COUNT(*) FROM timeline_event WHERE title LIKE '%hunter2%' AND incident_id = :id)" };
typedef struct Query { const Sql *sql; Str id; } Query;
static Err tamper(Cx *cx, void *arg)
{
    Query *t = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, t->sql);
    stmt_str(&q, "id", t->id);
    return stmt_exec(&q);
}
static int64_t words_left(Given *g)
{
    auto_store s = store_take(g->w.app->db);
    Cx cx = reader(&g->w, g->w.ann, s);
    auto_stmt q = stmt_begin(cx.arena, cx.store, &count_words);
    stmt_str(&q, "id", g->i.id);
    int64_t n = stmt_step(&q) ? stmt_col_int(&q, 0) : -1;
    return stmt_end(&q).info ? -1 : n;
}

SPEC("a redaction takes the words out of the view and of the log, leaves a tombstone, and the chain stays whole")
{
    auto_arena a = arena_new(4096);
    Given g = given_an_incident(a);
    Str id;
    TimelineEvent e;
    expect_ok(note(&g, "the password is hunter2", &id));
    expect_ok(write_as(&g.w, g.w.ann, do_edit, &(Call){ .id = id }));
    expect_int(3, words_left(&g));
    expect_ok(redact(&g, id, "a password"));
    expect_int(0, words_left(&g));
    expect_int(0, broken_at(&g));
    expect_ok(shown(&g, id, &e));
    expect_str("Redacted", e.title);
    expect_has("\"reason\":\"a password\"", e.data);
    expect_err(ERR_CONFLICT, redact(&g, id, "twice"));
    expect_err(ERR_CONFLICT, write_as(&g.w, g.w.ann, do_edit, &(Call){ .id = id }));
    expect_ok(note(&g, "the chain goes on", &id));
    expect_int(0, broken_at(&g));
}

SPEC("what was removed from the view can still be redacted in the log")
{
    auto_arena a = arena_new(4096);
    Given g = given_an_incident(a);
    Str id;
    expect_ok(note(&g, "hunter2", &id));
    expect_ok(write_as(&g.w, g.w.ann, do_remove, &(Call){ .id = id }));
    expect(words_left(&g) > 0);
    expect_ok(redact(&g, id, "a password"));
    expect_int(0, words_left(&g));
    expect_int(0, broken_at(&g));
    expect_err(ERR_NOT_FOUND, shown(&g, id, &(TimelineEvent){ 0 }));
}

SPEC("an entry that was emptied without a redaction, or changed after one, shows")
{
    auto_arena a = arena_new(4096);
    Given g = given_an_incident(a);
    Str id;
    expect_ok(note(&g, "hunter2", &id));
    expect_ok(redact(&g, id, "a password"));
    expect_ok(write_as(&g.w, g.w.ann, tamper, &(Query){ &tamper_time, g.i.id }));
    expect_int(2, broken_at(&g));
    expect_ok(write_as(&g.w, g.w.ann, tamper, &(Query){ &tamper_empty, g.i.id }));
    expect_int(1, broken_at(&g));
}

SPEC("a redaction says why, and names an event of this incident")
{
    auto_arena a = arena_new(4096);
    Given g = given_an_incident(a);
    Incident other;
    Str id;
    expect_ok(declare(&g.w, (IncidentInput){ .title = S("another") }, &other));
    expect_ok(note(&g, "hunter2", &id));
    expect_err(ERR_INVALID, redact(&g, id, "  "));
    g.i = other;
    expect_err(ERR_INVALID, redact(&g, id, "a password"));
}

SPEC("duplicates are folded into one event that names them, and come apart again")
{
    auto_arena a = arena_new(4096);
    Given g = given_an_incident(a);
    Str ids[3];
    TimelineEvent e;
    expect_ok(note(&g, "p99 doubles", &ids[0]));
    expect_ok(note(&g, "Latency is up", &ids[1]));
    expect_ok(note(&g, "Checkout is slow, says support", &ids[2]));
    expect_err(ERR_INVALID, merge(&g, (Strs){ ids, 1, 1 }));
    expect_err(ERR_INVALID, merge(&g, (Strs){ (Str[]){ ids[0], ids[0] }, 2, 2 }));
    expect_ok(merge(&g, (Strs){ ids, 3, 3 }));
    expect_ok(get_as(&g.w, g.w.ann, g.i.id, &g.i));
    expect_int(2, g.i.counts.events);
    expect_ok(shown(&g, ids[0], &e));
    expect(str_find(e.data, ids[1]) >= 0);
    expect(str_find(e.data, S("Latency")) < 0);
    auto_store s = store_take(g.w.app->db);
    Cx cx = reader(&g.w, g.w.ann, s);
    expect_ok(timeline_name_merged(&cx, &(TimelineEvents){ .at = &e, .len = 1, .room = 1 }));
    expect_has("\"title\":\"Latency is up\"", e.data);
    expect_err(ERR_NOT_FOUND, shown(&g, ids[1], &e));
    expect_int(0, broken_at(&g));
    expect_ok(write_as(&g.w, g.w.ann, do_split, &(Call){ .id = ids[0] }));
    expect_ok(shown(&g, ids[2], &e));
    expect_str("{}", e.data);
    expect_ok(get_as(&g.w, g.w.ann, g.i.id, &g.i));
    expect_int(4, g.i.counts.events);
    expect_int(0, broken_at(&g));
    expect_err(ERR_CONFLICT, write_as(&g.w, g.w.ann, do_split, &(Call){ .id = ids[0] }));
}

SPEC("a redaction takes along what was folded into the event, and leaves nothing of a folded one that is redacted by itself")
{
    auto_arena a = arena_new(4096);
    Given g = given_an_incident(a);
    Str ids[4];
    expect_ok(note(&g, "the password is hunter2", &ids[0]));
    expect_ok(note(&g, "password: hunter2", &ids[1]));
    expect_ok(merge(&g, (Strs){ ids, 2, 2 }));
    expect_ok(redact(&g, ids[0], "a password"));
    expect_int(0, words_left(&g));
    expect_ok(note(&g, "somebody posted a password", &ids[2]));
    expect_ok(note(&g, "hunter2 again", &ids[3]));
    expect_ok(merge(&g, (Strs){ &ids[2], 2, 2 }));
    expect_ok(redact(&g, ids[3], "a password"));
    expect_int(0, words_left(&g));
    expect_int(0, broken_at(&g));
}

#include "app/app.h"
#include "base/spec.h"
#include "feature/catalog/catalog.h"
#include "feature/change/change.h"
#include "feature/timeline/timeline.h"

static const int64_t noon = 1794319200000;

typedef struct Given { Str incident, change, service; Changes list; TimelineEvents events;
    Incident row; } Given;

static Err deploy_and_incident(Cx *cx, void *arg)
{
    Given *g = arg;
    Incident incident;
    TRY(service_add(cx, &(Service){ .name = S("checkout") }, &g->service));
    Str names[] = { S("Checkout"), S("unknown-thing") };
    Change change = { .kind = S("deploy"), .title = S("checkout 4.2"), .service_ids = { .at = names,
        .len = 2 }, .dedup_key = S("build-7"),
        .occurred_ms = cx->now_ms - 600000, .labels = S("{\"env\":\"prod\"}"),
        .source = S("github") };
    TRY(change_add(cx, &change, &g->change));
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Checkout fails") }, &incident));
    g->incident = incident.id;
    return OK;
}

static Err link_thrice(Cx *cx, void *arg)
{
    Given *g = arg;
    TRY(change_link(cx, g->incident, g->change, S("suspect")));
    TRY(change_link(cx, g->incident, g->change, S("suspect")));
    return change_link(cx, g->incident, g->change, S("caused"));
}

static Err read_back(Cx *cx, Given *g)
{
    TRY(change_list_of(cx, g->incident, 10, &g->list));
    TRY(incident_row(cx, g->incident, &g->row));
    return timeline_all(cx, g->incident, &(TimelineFilter){ 0 }, &g->events);
}

SPEC("a deploy is linked to an incident as suspect, then as its cause; the timeline tells both once")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, noon);
    Cx cx = app_cx(app, a, NULL);
    Given g = { 0 };
    expect_ok(cx_write(&cx, deploy_and_incident, &g));
    expect_ok(cx_write(&cx, link_thrice, &g));
    auto_store s = store_take(app->db);
    cx.store = s;
    expect_ok(read_back(&cx, &g));
    expect_int(1, g.list.len);
    expect_str("caused", g.list.at[0].relation);
    expect_str("checkout", g.list.at[0].services.at[0].name);
    expect_has("\"service\":\"unknown-thing\"", g.list.at[0].labels);
    expect_int(1, g.row.counts.changes);
    int told = 0;
    list_each(&g.events, i)
        if (str_eq(g.events.at[i].kind, S("change"))) told++;
    expect_int(2, told);
}

static Err again(Cx *cx, void *arg)
{
    Given *g = arg;
    Str id;
    TRY(change_add(cx, &(Change){ .kind = S("deploy"), .title = S("checkout 4.2, rolled back"),
        .dedup_key = S("build-7") }, &id));
    return str_eq(id, g->change) ? OK : fail(cx->arena, ERR_INTERNAL, "doubled");
}
static Err bad_relation(Cx *cx, void *arg) { return change_link(cx, ((Given *)arg)->incident,
    ((Given *)arg)->change, S("guilty")); }
static Err bad_url(Cx *cx, void *arg)
{
    Str id;
    (void)arg;
    return change_add(cx, &(Change){ .kind = S("deploy"), .title = S("x"),
        .url = S("javascript:alert(1)") }, &id);
}

SPEC("the same change told again is updated; a wrong relation or address is refused with the field's name")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, noon);
    Cx cx = app_cx(app, a, NULL);
    Given g = { 0 };
    expect_ok(cx_write(&cx, deploy_and_incident, &g));
    expect_ok(cx_write(&cx, again, &g));
    Err e = cx_write(&cx, bad_relation, &g);
    expect_err(ERR_INVALID, e);
    expect_str("relation", e.info->field);
    e = cx_write(&cx, bad_url, &g);
    expect_err(ERR_INVALID, e);
    expect_str("url", e.info->field);
}

static Err told_at(Cx *cx, const char *state, int64_t began_ms, int64_t ended_ms, int64_t told_ms, Str *ret_id)
{
    Change change = { .kind = S("deploy"), .title = arena_fmt(cx->arena, "checkout 4.2 %s", state), .dedup_key = S("github:d/1"),
        .state = str_of(state), .occurred_ms = began_ms, .ended_ms = ended_ms, .told_ms = told_ms, .any_order = true, .labels = S("{}") };
    return change_add(cx, &change, ret_id);
}
typedef struct Told { const char *state; int64_t began_ms, ended_ms, told_ms; Str id; } Told;
static Err tell(Cx *cx, void *arg)
{
    Told *t = arg;
    return told_at(cx, t->state, t->began_ms, t->ended_ms, t->told_ms, &t->id);
}

SPEC("a deploy that begins and ends is one change, in whatever order its notices come; its last state counts")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, noon);
    Cx cx = app_cx(app, a, NULL);
    Told end = { "failed", 0, noon - 1000, noon - 1000, { 0 } }, start = { "in_progress", noon - 60000, 0, noon - 60000, { 0 } };
    Change change;
    expect_ok(cx_write(&cx, tell, &end));
    expect_ok(cx_write(&cx, tell, &start));
    expect_ok(cx_write(&cx, tell, &end));
    expect_str(arena_cstr(a, end.id), start.id);
    auto_store s = store_take(app->db);
    cx.store = s;
    expect_ok(change_get(&cx, end.id, &change));
    expect_str("failed", change.state);
    expect_str("checkout 4.2 failed", change.title);
    expect_int(noon - 60000, change.occurred_ms);
    expect_int(noon - 1000, change.ended_ms);
}

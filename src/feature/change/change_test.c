#include "app/app.h"
#include "base/spec.h"
#include "feature/catalog/catalog.h"
#include "feature/change/change.h"
#include "feature/change/rules.h"
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

/* ---- proposals */

#define MINUTE 60000LL
typedef struct Town { Str incident, checkout, ledger, search; Str deploy, migration, flag, other, staging; } Town;

static Err put(Cx *cx, const char *kind, const char *title, const char *service, int64_t minutes, const char *labels, Str *ret_id)
{
    Str name = str_of(service);
    Change change = { .kind = str_of(kind), .title = str_of(title), .service_ids = { .at = &name, .len = name.len > 0 },
        .occurred_ms = noon - minutes * MINUTE, .labels = str_of(labels) };
    return change_add(cx, &change, ret_id);
}

static Err build_town(Cx *cx, void *arg)
{
    Town *t = arg;
    Incident incident;
    TRY(service_add(cx, &(Service){ .name = S("ledger") }, &t->ledger));
    TRY(service_add(cx, &(Service){ .name = S("search") }, &t->search));
    Strs needs = { .at = &t->ledger, .len = 1 };
    TRY(service_add(cx, &(Service){ .name = S("checkout"), .depends_on_ids = needs }, &t->checkout));
    TRY(put(cx, "deploy", "checkout 4.2: smaller connection pool", "checkout", 4, "{\"files\":\"120\"}", &t->deploy));
    TRY(put(cx, "migration", "ledger: index on entries", "ledger", 40, "{}", &t->migration));
    TRY(put(cx, "feature_flag", "turned on new-checkout", "", 10, "{}", &t->flag));
    TRY(put(cx, "deploy", "search 9", "search", 300, "{}", &t->other));
    TRY(put(cx, "deploy", "checkout 4.3", "checkout", 2, "{\"environment\":\"staging\"}", &t->staging));
    Str services[] = { S("checkout") };
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Payments wait for a connection"), .impact_started_ms = noon,
        .service_ids = { .at = services, .len = 1 } }, &incident));
    t->incident = incident.id;
    return OK;
}

/** "TITLE SCORE: reason value points, …" a line. */
static Str proposed(App *app, Arena *a, Str incident)
{
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Changes all = { 0 };
    Buf out = buf_new(a, 1 << 16);
    Err e = change_proposals(&cx, incident, &all);
    if (e.info) return err_text(a, e);
    list_each(&all, i) {
        const Change *c = &all.at[i];
        buf_fmt(&out, "%s" STR_FMT " " STR_FMT " %lld:", i ? "\n" : "", STR_ARG(c->proposed), STR_ARG(c->title), (long long)c->score);
        list_each(&c->why, k)
            buf_fmt(&out, " " STR_FMT "=" STR_FMT "%+lld", STR_ARG(c->why.at[k].reason), STR_ARG(c->why.at[k].value), (long long)c->why.at[k].points);
    }
    return buf_str(&out);
}

SPEC("changes before an incident on its services, on what those need, and those that name it are proposed in that order, each with why")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, noon + 10 * MINUTE);
    Cx cx = app_cx(app, a, NULL);
    Town t = { 0 };
    expect_ok(cx_write(&cx, build_town, &t));
    Str first = proposed(app, a, t.incident);
    expect_str("suspect checkout 4.2: smaller connection pool 89: service=checkout+35 minutes_before=4+38 kind=deploy+6 files=120+6 words=connection+4\n"
               "suspect turned on new-checkout 59: named=checkout+18 minutes_before=10+34 kind=feature_flag+7\n"
               "suspect ledger: index on entries 52: dependency=ledger+22 minutes_before=40+22 kind=migration+8\n"
               "suspect checkout 4.3 49: service=checkout+35 minutes_before=2+38 kind=deploy+6 elsewhere=staging-30", first);
    expect_str(arena_cstr(a, first), proposed(app, a, t.incident));
}

typedef struct Edit { Town *t; Str relation; } Edit;
static Err dismiss(Cx *cx, void *arg) { Town *t = arg; return change_link(cx, t->incident, t->deploy, S("dismissed")); }
static Err add_impact(Cx *cx, void *arg)
{
    Town *t = arg;
    Impact impact = { .kind = S("availability"), .title = S("Search was down"), .started_ms = noon - 200 * MINUTE,
        .service_ids = { .at = &t->search, .len = 1 } };
    return incident_impact_put(cx, t->incident, &impact);
}

SPEC("with other times and services of the incident the proposals are others; what was dismissed is not proposed again")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, noon + 10 * MINUTE);
    Cx cx = app_cx(app, a, NULL);
    Town t = { 0 };
    expect_ok(cx_write(&cx, build_town, &t));
    expect_ok(cx_write(&cx, dismiss, &t));
    expect_int(-1, str_find(proposed(app, a, t.incident), S("checkout 4.2")));
    expect_ok(cx_write(&cx, add_impact, &t));
    Str later = proposed(app, a, t.incident);
    expect_has("suspect search 9 55: service=search+35 minutes_before=100+14 kind=deploy+6", later);
    expect_int(-1, str_find(later, S("checkout 4.2")));
}

typedef struct Over { Town *t; Str fix; } Over;
static Err mitigate(Cx *cx, void *arg)
{
    Over *o = arg;
    TRY(put(cx, "deploy", "checkout 4.2 rollback", "checkout", -8, "{}", &o->fix));
    return incident_set_status(cx, o->t->incident, S("resolved"));
}

SPEC("a rollback of its service just before the end is proposed as what fixed it; a deploy that runs when it begins is suspected more than one that was over")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, noon + 10 * MINUTE);
    Cx cx = app_cx(app, a, NULL);
    Town t = { 0 };
    Over over = { .t = &t };
    expect_ok(cx_write(&cx, build_town, &t));
    expect_ok(cx_write(&cx, mitigate, &over));
    expect_has("fixed checkout 4.2 rollback 85: service=checkout+35 minutes_until_over=2+38 risk=rollback+12", proposed(app, a, t.incident));
    Scene scene = { .began_ms = noon };
    Change running = { .kind = S("deploy"), .occurred_ms = noon - 20 * MINUTE, .state = S("in_progress"), .labels = S("{}") };
    Change failed = { .kind = S("deploy"), .occurred_ms = noon - 20 * MINUTE, .ended_ms = noon - 16 * MINUTE, .state = S("failed"), .labels = S("{}") };
    change_judge(a, &scene, true, &running);
    change_judge(a, &scene, false, &failed);
    expect_str("under_way", running.why.at[0].reason);
    expect_str("first", running.why.at[2].reason);
    expect_str("failed", failed.why.at[2].reason);
    expect(running.score > failed.score);
}

SPEC("words that say something are found in English and in Chinese; names of common things are not")
{
    auto_arena a = arena_new(4096);
    Strs words = { 0 };
    change_words(a, S("The Checkout-API fails: 连接池耗尽 after DEPLOY v42"), &words);
    expect_str("[\"checkout\",\"api\",\"连接\",\"接池\",\"池耗\",\"耗尽\",\"v42\"]", strs_json(a, words));
}

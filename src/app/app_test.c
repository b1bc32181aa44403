#include "app/app.h"
#include "app/audit.h"
#include "app/limit.h"
#include "app/openapi.h"
#include "app/router.h"
#include "app/secret.h"
#include "base/spec.h"
#include "store/spec_database.h"

enum { NOW = 1780000000 };
static const int64_t now_ms = (int64_t)NOW * 1000;

static Err in_write(App *app, Arena *a, Err (*fn)(Cx *, void *), void *arg)
{
    Cx cx = app_cx(app, a, NULL);
    return cx_write(&cx, fn, arg);
}

SPEC("every query of every room prepares on the database under test, with each of its optional parts")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, now_ms);
    auto_store s = store_take(app->db);
    extern const Sql *const sql_all[];
    extern const size_t sql_all_len;
    expect_ok(store_check(s, a, sql_all, sql_all_len));
}

static Err count_twice(Cx *cx, void *arg)
{
    int64_t *n = arg;
    TRY(counter_next(cx, "X", &n[0]));
    return counter_next(cx, "X", &n[1]);
}
static Err count_and_fail(Cx *cx, void *arg)
{
    int64_t n[2];
    (void)arg;
    TRY(count_twice(cx, n));
    return fail(cx->arena, ERR_CONFLICT, "no");
}

SPEC("references count without gaps, also after a write that failed")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, now_ms);
    int64_t n[2];
    expect_ok(in_write(app, a, count_twice, n));
    expect_err(ERR_CONFLICT, in_write(app, a, count_and_fail, NULL));
    expect_ok(in_write(app, a, count_twice, n));
    expect_int(3, n[0]);
    expect_int(42, reference_number(S("inc-42"), "INC"));
    expect_int(0, reference_number(S("INC-"), "INC"));
    expect_int(0, reference_number(S("INC-4x"), "INC"));
}

static Err make_private(Cx *cx, void *arg)
{
    (void)arg;
    Strs team = { 0 }, members = { 0 };
    *list_add(cx->arena, &team) = S("t1");
    *list_add(cx->arena, &members) = S("team:t1");
    TRY(access_principals(cx, S("ann"), team));
    TRY(access_principals(cx, S("bob"), (Strs){ 0 }));
    return access_set(cx, S("incident:1"), members);
}

SPEC("only the members of an audience see it, by themselves or by their team")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, now_ms);
    bool ann = false, bob = true, ours = false;
    expect_ok(in_write(app, a, make_private, NULL));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    expect_ok(access_sees(&cx, S("incident:1"), &ours));
    cx.actor = (Actor){ .id = S("ann"), .role = ROLE_VIEWER };
    expect_ok(access_sees(&cx, S("incident:1"), &ann));
    cx.actor.id = S("bob");
    cx.actor.role = ROLE_ADMIN;
    expect_ok(access_sees(&cx, S("incident:1"), &bob));
    expect(ours && ann && !bob);
    expect_err(ERR_NOT_FOUND, access_check(&cx, S("incident:1"), "incident", S("INC-1")));
}

SPEC("a bucket that is empty says how long to wait, and fills again")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, now_ms);
    Cx cx = app_cx(app, a, NULL);
    expect_ok(limit_take(&cx, S("sign-in:ann"), 2, 1));
    expect_ok(limit_take(&cx, S("sign-in:ann"), 2, 1));
    Err e = limit_take(&cx, S("sign-in:ann"), 2, 1);
    expect(err_is(e, ERR_TOO_MANY));
    expect_has("60 seconds", e.info->message);
    expect_ok(limit_take(&cx, S("sign-in:bob"), 2, 1));
    cx.now_ms += 61000;
    expect_ok(limit_take(&cx, S("sign-in:ann"), 2, 1));
}

SPEC("a sealed secret opens only with its key")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, now_ms);
    Cx cx = app_cx(app, a, NULL);
    Str sealed, plain;
    expect_ok(secret_seal(&cx, S("xoxb-1"), &sealed));
    expect(str_find(sealed, S("xoxb")) < 0);
    expect_ok(secret_unseal(&cx, sealed, &plain));
    expect_str("xoxb-1", plain);
    app->key[0] ^= 1;
    expect_err(ERR_UNAVAILABLE, secret_unseal(&cx, sealed, &plain));
    expect_err(ERR_UNAVAILABLE, secret_unseal(&cx, S("garbage"), &plain));
}

static Err queue_unknown_event(Cx *cx, void *arg)
{
    (void)arg;
    TRY(job_add(cx, "event.hear", S("nobody nothing.*\n{}"), 0, S("once")));
    return job_add(cx, "event.hear", S("nobody nothing.*\n{}"), 0, S("once"));
}
static Err queue_broken(Cx *cx, void *arg)
{
    (void)arg;
    return job_add(cx, "event.hear", S("not an event"), 0, S(""));
}

SPEC("a job with a key waits once, runs once and is gone")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, now_ms);
    expect_ok(in_write(app, a, queue_unknown_event, NULL));
    expect(job_run_one(app));
    expect(!job_run_one(app));
}

static Err lease_eight_times(Cx *cx, void *arg)
{
    (void)arg;
    static const Sql leave = { "test_job_leave", "UPDATE job SET state = 'running', attempts = 8, lease_until_ms = 0" };
    TRY(queue_unknown_event(cx, NULL));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &leave);
    return stmt_exec(&q);
}

SPEC("a job that took the program with it each time is dead after as many tries as one that fails")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, now_ms);
    expect_ok(in_write(app, a, lease_eight_times, NULL));
    expect(job_run_one(app));
    expect(!job_run_one(app));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    JobRows rows = { 0 };
    expect_ok(job_list(&cx, S("dead"), S(""), 0, S(""), 10, &rows));
    expect_int(1, (int64_t)rows.len);
}

SPEC("a job that fails waits longer each time, then is dead with its error, and can be revived")
{
    auto_arena a = arena_new(4096);
    App *app = given_a_system(a, now_ms);
    expect_ok(in_write(app, a, queue_broken, NULL));
    int runs = 0;
    for (int i = 0; i < 40; i++, app->options.now_ms += 600000) runs += job_run_one(app);
    expect_int(8, runs);
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    JobRows rows = { 0 };
    expect_ok(job_list(&cx, S("dead"), S(""), 0, S(""), 10, &rows));
    expect_int(1, (int64_t)rows.len);
    expect_has("not JSON", rows.at[0].error);
}

SPEC("no two routes share a method and a path, and every route of the API says in a sentence what it does")
{
    auto_arena a = arena_new(4096);
    (void)router_make(a);                 /* a doubled route aborts */
    for (size_t i = 0; features[i]; i++)
        for (const Route *r = features[i]->routes; r && r->path; r++)
            if (!r->doc && !(r->flags & PAGE)) { fprintf(stderr, "%s\n", r->path); expect(r->doc != NULL); }
}

SPEC("a literal segment goes before a parameter, and another method is told apart from nothing")
{
    auto_arena a = arena_new(4096);
    HttpHeader params[8];
    size_t n;
    bool other;
    const RouteTree *t = router_make(a);
    expect(router_find(t, a, S("GET"), S("/healthz"), params, &n, &other) != NULL);
    expect(router_find(t, a, S("HEAD"), S("/healthz"), params, &n, &other) != NULL);
    expect(router_find(t, a, S("POST"), S("/healthz"), params, &n, &other) == NULL && other);
    expect(router_find(t, a, S("GET"), S("/healthz/x"), params, &n, &other) == NULL && !other);
    expect(router_find(t, a, S("GET"), S("/"), params, &n, &other) == NULL);
}

SPEC("the API page is JSON and names each shape once")
{
    auto_arena a = arena_new(4096);
    json_t *page;
    expect_ok(json_parse(a, openapi_page(a, S("http://x")), &page));
    expect(json_object_size(json_object_get(json_object_get(page, "components"), "schemas")) > 1);
    expect_has("export interface", openapi_typescript(a));
}

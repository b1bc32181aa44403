/** The queue. Purpose: work that is slow or goes outside, done at least once, never inside a request.
 *  Invariants: a job row exists from the commit of its cause until its run succeeded; a run holds a lease, and a run
 *  whose lease ended may be doubled by another node, so runs are idempotent. A node that dies costs one lease of delay. */
#include "app/job.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "app/app.h"
#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "sql.gen.h"

enum { RUNNERS = 2, SLOW_RUNNERS = 4, IDLE_MS = 5000, STANDARD_ATTEMPTS = 8, STANDARD_LEASE_MS = 60000 };

struct Jobs {
    App *app;
    pthread_t threads[RUNNERS + SLOW_RUNNERS];
    int n_threads;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    uint64_t rung;                       /* counts wake-ups, so that none is missed between looking and waiting */
};

/** What the thread is running, for job_progress. */
typedef struct Running { Str id; int64_t attempts, lease_ms, not_before_ms; } Running;
static _Thread_local Running *running;

extern const JobKind event_job;

static const JobKind *kind_find(Str name)
{
    if (str_eq(name, str_of(event_job.name))) return &event_job;
    for (size_t i = 0; features[i]; i++)
        for (const JobKind *k = features[i]->jobs; k && k->name; k++)
            if (str_eq(name, str_of(k->name))) return k;
    return NULL;
}

Err job_add(Cx *cx, const char *kind, Str payload, int64_t run_at_ms, Str unique_key)
{
    if (!kind_find(str_of(kind))) bug("no job kind %s", kind);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_job_add);
    stmt_str(&q, "id", id_new(cx->arena, cx->now_ms));
    stmt_str(&q, "kind", str_of(kind));
    stmt_str(&q, "payload", payload);
    stmt_str_or_null(&q, "unique_key", unique_key);
    stmt_int(&q, "run_at_ms", run_at_ms ? run_at_ms : cx->now_ms);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return store_notify(cx->store, cx->arena, S("job"), S(""));
}

typedef struct Progress { const Running *job; int64_t done, total, lease_until_ms; } Progress;

static Err set_progress(Cx *cx, void *arg)
{
    const Progress *p = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_job_progress);
    stmt_str(&q, "id", p->job->id);
    stmt_int(&q, "done", p->done);
    stmt_int(&q, "total", p->total);
    stmt_int(&q, "lease_until_ms", p->lease_until_ms);
    return stmt_exec(&q);
}

Err job_progress(Cx *cx, int64_t done, int64_t total)
{
    if (!running) return OK;             /* run by hand: nobody watches */
    Progress p = { running, done, total, clock_ms() + running->lease_ms };
    return cx_write(cx, set_progress, &p);
}

void job_not_before(int64_t at_ms) { if (running) running->not_before_ms = at_ms; }

/** Which jobs a thread takes. */
typedef enum Lane { LANE_ALL, LANE_QUICK, LANE_SLOW } Lane;

static Str slow_kinds(Arena *a)
{
    Strs names = { 0 };
    for (size_t i = 0; features[i]; i++)
        for (const JobKind *k = features[i]->jobs; k && k->name; k++)
            if (k->slow) *list_add(a, &names) = str_of(k->name);
    return strs_json(a, names);
}

/** A query about the jobs of a lane. */
static Stmt in_lane(Arena *a, Store *store, const Sql *sql, Lane lane)
{
    Stmt q = stmt_begin_if(a, store, sql, stmt_if(lane == LANE_SLOW, "only"), stmt_if(lane == LANE_QUICK, "but"), NULL);
    if (lane != LANE_ALL) stmt_str(&q, lane == LANE_SLOW ? "only" : "but", slow_kinds(a));
    return q;
}

typedef struct Claim { Lane lane; Str id, kind, payload; int64_t attempts; bool found; int64_t now_ms; } Claim;

static Err claim(Cx *cx, void *arg)
{
    Claim *c = arg;
    auto_stmt q = in_lane(cx->arena, cx->store, &sql_job_claim, c->lane);
    stmt_int(&q, "now_ms", c->now_ms);
    stmt_int(&q, "lease_ms", STANDARD_LEASE_MS);
    c->found = stmt_step(&q);
    if (c->found) { c->id = stmt_col_str(&q, 0); c->kind = stmt_col_str(&q, 1); c->payload = stmt_col_str(&q, 2); c->attempts = stmt_col_int(&q, 3); }
    TRY(stmt_end(&q));
    const JobKind *kind = c->found ? kind_find(c->kind) : NULL;
    if (!kind || kind->lease_ms <= STANDARD_LEASE_MS) return OK;
    auto_stmt longer = stmt_begin(cx->arena, cx->store, &sql_job_lease);
    stmt_str(&longer, "id", c->id);
    stmt_int(&longer, "attempts", c->attempts);
    stmt_int(&longer, "lease_until_ms", c->now_ms + kind->lease_ms);
    return stmt_exec(&longer);
}

static int64_t most_attempts(const JobKind *kind) { return kind && kind->max_attempts ? kind->max_attempts : STANDARD_ATTEMPTS; }

typedef struct Outcome { const Claim *claim; const JobKind *kind; Str error; int64_t now_ms, not_before_ms; } Outcome;

static Err finish(Cx *cx, void *arg)
{
    const Outcome *o = arg;
    bool again = o->kind && o->kind->every_ms;
    const Sql *sql = o->error.len ? &sql_job_retry : again ? &sql_job_again : &sql_job_finish;
    auto_stmt q = stmt_begin(cx->arena, cx->store, sql);
    stmt_str(&q, "id", o->claim->id);
    if (o->error.len) {
        bool dead = !again && o->claim->attempts >= most_attempts(o->kind);
        int64_t exponent = o->claim->attempts < 12 ? o->claim->attempts : 12;
        int64_t pause = again ? o->kind->every_ms : (int64_t)1000 << exponent;      /* 2 s, 4 s, … about an hour */
        stmt_str(&q, "state", dead ? S("dead") : S("waiting"));
        stmt_int(&q, "run_at_ms", o->now_ms + pause > o->not_before_ms ? o->now_ms + pause : o->not_before_ms);
        stmt_str(&q, "error", o->error);
        stmt_int(&q, "attempts", o->claim->attempts);
    } else if (again) stmt_int(&q, "run_at_ms", o->now_ms + o->kind->every_ms);
    else stmt_int(&q, "attempts", o->claim->attempts);
    return stmt_exec(&q);
}

static void run_claimed(App *app, const Claim *c)
{
    auto_arena a = arena_new(64 << 10);
    const JobKind *kind = kind_find(c->kind);
    Running job = { c->id, c->attempts, kind && kind->lease_ms ? kind->lease_ms : STANDARD_LEASE_MS };
    running = &job;
    Store *s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Err e = !kind ? fail(a, ERR_INTERNAL, "no job kind " STR_FMT " in this version", STR_ARG(c->kind))
          : !kind->every_ms && c->attempts > most_attempts(kind) ? fail(a, ERR_INTERNAL, "%s", "the program ended or hung each time it ran this")
          : kind->run(&cx, c->payload);
    store_give(s);
    running = NULL;
    Outcome o = { c, kind, e.info ? err_text(a, e) : S(""), app_cx(app, a, NULL).now_ms, job.not_before_ms };
    if (e.info) log_warn("job " STR_FMT " " STR_FMT " attempt %lld: " STR_FMT, STR_ARG(c->kind), STR_ARG(c->id), (long long)c->attempts, STR_ARG(o.error));
    err_log(cx_write(&cx, finish, &o), "ending a job");
}

static bool run_one(App *app, Lane lane)
{
    auto_arena a = arena_new(4096);
    Cx cx = app_cx(app, a, NULL);
    Claim c = { .lane = lane, .now_ms = cx.now_ms };
    Err e = cx_write(&cx, claim, &c);
    if (e.info) { err_log(e, "claiming a job"); return false; }
    if (c.found) run_claimed(app, &c);
    return c.found;
}

bool job_run_one(App *app) { return run_one(app, LANE_ALL); }

static int64_t pause_ms(App *app, Lane lane)
{
    auto_arena a = arena_new(4096);
    auto_store s = store_take(app->db);
    auto_stmt q = in_lane(a, s, &sql_job_next_due, lane);
    int64_t due = stmt_step(&q) && !stmt_col_is_null(&q, 0) ? stmt_col_int(&q, 0) : INT64_MAX;
    Err e = stmt_end(&q);
    int64_t left = e.info || due == INT64_MAX ? IDLE_MS : due - clock_ms();
    return left < 0 ? 0 : left > IDLE_MS ? IDLE_MS : left;
}

static void run_lane(Jobs *j, Lane lane)
{
    while (true) {
        pthread_mutex_lock(&j->lock);
        uint64_t seen = j->rung;
        bool stop = j->stopping;
        pthread_mutex_unlock(&j->lock);
        if (stop) return;
        if (pause_ms(j->app, lane) == 0 && run_one(j->app, lane)) continue;
        int64_t wait = pause_ms(j->app, lane);
        if (wait < 20) wait = 20;
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += wait / 1000;
        until.tv_nsec += wait % 1000 * 1000000;
        if (until.tv_nsec >= 1000000000) { until.tv_sec++; until.tv_nsec -= 1000000000; }
        pthread_mutex_lock(&j->lock);
        while (!j->stopping && j->rung == seen)
            if (pthread_cond_timedwait(&j->wake, &j->lock, &until)) break;
        pthread_mutex_unlock(&j->lock);
    }
}

static void *run_quick(void *jobs) { run_lane(jobs, LANE_QUICK); return NULL; }
static void *run_slow(void *jobs) { run_lane(jobs, LANE_SLOW); return NULL; }

void jobs_wake(Jobs *j)
{
    if (!j) return;
    pthread_mutex_lock(&j->lock);
    j->rung++;
    pthread_cond_broadcast(&j->wake);
    pthread_mutex_unlock(&j->lock);
}

/** A row for each kind that runs by itself. */
static Err plant(Cx *cx, void *arg)
{
    (void)arg;
    for (size_t i = 0; features[i]; i++)
        for (const JobKind *k = features[i]->jobs; k && k->name; k++)
            if (k->every_ms) TRY(job_add(cx, k->name, S(""), 0, arena_fmt(cx->arena, "every:%s", k->name)));
    return OK;
}

Err jobs_start(App *app, Arena *a, Jobs **ret)
{
    Cx cx = app_cx(app, a, NULL);
    TRY(cx_write(&cx, plant, NULL));
    Jobs *j = calloc(1, sizeof *j);
    if (!j) bug("out of memory");
    j->app = app;
    pthread_mutex_init(&j->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&j->wake, &attr);
    pthread_condattr_destroy(&attr);
    for (; j->n_threads < RUNNERS + SLOW_RUNNERS; j->n_threads++)
        if (pthread_create(&j->threads[j->n_threads], NULL, j->n_threads < RUNNERS ? run_quick : run_slow, j)) break;
    *ret = j;
    return j->n_threads ? OK : fail(a, ERR_UNAVAILABLE, "the system refuses another thread");
}

void jobs_stop(Jobs *j)
{
    if (!j) return;
    pthread_mutex_lock(&j->lock);
    j->stopping = true;
    pthread_cond_broadcast(&j->wake);
    pthread_mutex_unlock(&j->lock);
    for (int i = 0; i < j->n_threads; i++) pthread_join(j->threads[i], NULL);
    pthread_cond_destroy(&j->wake);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

Err job_list(Cx *cx, Str state, Str kind, int64_t before_ms, Str before_id, int64_t limit, JobRows *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_job_list, stmt_if(state.len, "state"), stmt_if(kind.len, "kind"),
                                stmt_if(before_id.len, "after"), NULL);
    if (state.len) stmt_str(&q, "state", state);
    if (kind.len) stmt_str(&q, "kind", kind);
    if (before_id.len) { stmt_int(&q, "at", before_ms); stmt_str(&q, "id", before_id); }
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (JobRow){ .id = stmt_col_str(&q, 0), .kind = stmt_col_str(&q, 1), .payload = stmt_col_str(&q, 2),
            .state = stmt_col_str(&q, 3), .run_at_ms = stmt_col_int(&q, 4), .attempts = stmt_col_int(&q, 5), .done = stmt_col_int(&q, 6),
            .total = stmt_col_int(&q, 7), .error = stmt_col_str(&q, 8), .created_ms = stmt_col_int(&q, 9) };
    return stmt_end(&q);
}

Err job_revive(Cx *cx, Str id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_job_revive);
    stmt_str(&q, "id", id);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_step(&q);
    int64_t changed = stmt_changes(&q);
    TRY(stmt_end(&q));
    if (!changed) return fail(cx->arena, ERR_NOT_FOUND, "there is no dead job " STR_FMT, STR_ARG(id));
    return store_notify(cx->store, cx->arena, S("job"), S(""));
}

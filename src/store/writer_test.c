#include "base/spec.h"
#include <pthread.h>
#include "store/spec_thing.h"

static Database *given_things(Arena *a) { return given_a_database(a, thing_schemas, 1); }

/** Counts down; whoever waits goes on at zero. */
typedef struct Latch { pthread_mutex_t lock; pthread_cond_t moved; int count; } Latch;
#define LATCH(n) { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, (n) }

static void latch_down(Latch *l)
{
    pthread_mutex_lock(&l->lock);
    l->count--;
    pthread_cond_broadcast(&l->moved);
    pthread_mutex_unlock(&l->lock);
}

static void latch_wait(Latch *l)
{
    pthread_mutex_lock(&l->lock);
    while (l->count > 0) pthread_cond_wait(&l->moved, &l->lock);
    pthread_mutex_unlock(&l->lock);
}

typedef struct Job {
    WriteJob job;
    Arena *arena;
    Latch *done;
    Thing thing;
    Err result;
    Latch *wait;
    const Sql *sql;
} Job;

static void job_done(WriteJob *job, Err result)
{
    Job *j = (Job *)job;
    j->result = result;
    latch_down(j->done);
}

static Err blocked(Store *s, void *arg)
{
    Job *j = arg;
    (void)s;
    latch_wait(j->wait);
    return OK;
}

static Err insert(Store *s, void *arg) { return thing_insert(s, &((Job *)arg)->thing); }

static Job *given_job(Arena *a, Latch *done, StoreWork work, const char *id)
{
    Job *j = arena_make(a, Job);
    *j = (Job){ .arena = arena_new(512), .done = done };
    arena_defer(a, (void (*)(void *))arena_free, j->arena);
    j->thing = (Thing){ j->arena, id, 1 };
    j->job = (WriteJob){ .work = work, .arg = j, .arena = j->arena, .done = job_done };
    return j;
}

/** Lets `n` jobs wait behind one that blocks, so that they are committed as one group. */
static void run_together(Database *db, Arena *a, Job **jobs, int n, Latch *done)
{
    Latch gate = LATCH(1), first = LATCH(1);
    Job *blocker = given_job(a, &first, blocked, "");
    blocker->wait = &gate;
    database_submit(db, &blocker->job);
    for (int i = 0; i < n; i++) database_submit(db, &jobs[i]->job);
    latch_down(&gate);
    latch_wait(&first);
    latch_wait(done);
}

SPEC("works that wait are committed together, in the order they came")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    Latch done = LATCH(20);
    Job *jobs[20];
    for (int i = 0; i < 20; i++) jobs[i] = given_job(a, &done, insert, arena_fmt(a, "t%02d", i).at);
    run_together(db, a, jobs, 20, &done);
    for (int i = 0; i < 20; i++) expect_ok(jobs[i]->result);
    expect_int(20, things_in(db));
}

static Err insert_then_fail(Store *s, void *arg)
{
    Job *j = arg;
    TRY(thing_insert(s, &j->thing));
    return fail(j->arena, ERR_INVALID, "title is missing");
}

static Err insert_twice(Store *s, void *arg)
{
    Job *j = arg;
    TRY(thing_insert(s, &j->thing));
    return thing_insert(s, &j->thing);
}

SPEC("a work that fails takes back what it wrote, and nothing of the others in its group")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    Latch done = LATCH(4);
    Job *jobs[] = { given_job(a, &done, insert, "a"), given_job(a, &done, insert_then_fail, "b"),
                    given_job(a, &done, insert_twice, "c"), given_job(a, &done, insert, "d") };
    run_together(db, a, jobs, 4, &done);
    expect_ok(jobs[0]->result);
    expect_err(ERR_INVALID, jobs[1]->result);
    expect_str("title is missing", jobs[1]->result.info->message);
    expect_err(ERR_CONFLICT, jobs[2]->result);
    expect_ok(jobs[3]->result);
    expect_int(2, things_in(db));
}

static Err add_part(Store *s, void *arg)
{
    static const Sql part_add = { "part_add", "INSERT INTO part (thing_id) VALUES (:id)" };
    Job *j = arg;
    auto_stmt q = stmt_begin(j->arena, s, &part_add);
    stmt_str(&q, "id", str_of(j->thing.id));
    return stmt_exec(&q);
}

SPEC("a work whose reference is missing at commit fails alone")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    Latch done = LATCH(3);
    Job *jobs[] = { given_job(a, &done, insert, "a"), given_job(a, &done, add_part, "nobody"), given_job(a, &done, add_part, "a") };
    run_together(db, a, jobs, 3, &done);
    expect_ok(jobs[0]->result);
    expect_err(ERR_CONFLICT, jobs[1]->result);
    expect_ok(jobs[2]->result);
    expect_int(1, things_in(db));
}

static Err ignore_conflict(Store *s, void *arg)
{
    Job *j = arg;
    TRY(thing_insert(s, &j->thing));
    Err ignored = thing_insert(s, &j->thing);
    (void)ignored;
    return OK;
}

SPEC("a work that goes on after a failed statement is undone all the same")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    Latch done = LATCH(1);
    Job *j = given_job(a, &done, ignore_conflict, "a");
    expect_err(ERR_CONFLICT, database_write(db, a, ignore_conflict, j));
    expect_int(0, things_in(db));
    expect_ok(database_write(db, a, insert, j));
    expect_int(1, things_in(db));
}

typedef struct Peek { Arena *arena; Database *db; int64_t inside, outside; } Peek;

static Err peek(Store *s, void *arg)
{
    Peek *p = arg;
    TRY(thing_insert(s, &(Thing){ p->arena, "x", 1 }));
    auto_stmt q = stmt_begin(p->arena, s, &thing_count);
    p->inside = stmt_step(&q) ? stmt_col_int(&q, 0) : -1;
    p->outside = things_in(p->db);         /* another connection, as a reader on another thread would have */
    return stmt_end(&q);
}

SPEC("a work sees what it wrote; readers see it once it is committed")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    Peek p = { a, db, 0, 0 };
    expect_ok(database_write(db, a, peek, &p));
    expect_int(1, p.inside);
    expect_int(0, p.outside);
    expect_int(1, things_in(db));
}

/* ---- many threads ---- */

typedef struct Count { Arena *arena; Database *db; Err err; int64_t times; } Count;

static Err count_up(Store *s, void *arg)
{
    Count *c = arg;
    auto_stmt get = stmt_begin(c->arena, s, &thing_get);
    stmt_str(&get, "id", S("counter"));
    int64_t n = stmt_step(&get) ? stmt_col_int(&get, 1) : 0;
    TRY(stmt_end(&get));
    auto_stmt set = stmt_begin(c->arena, s, &thing_set);
    stmt_str(&set, "id", S("counter"));
    stmt_int(&set, "n", n + 1);
    return stmt_exec(&set);
}

static void *count_thread(void *arg)
{
    Count *c = arg;
    for (int64_t i = 0; i < c->times && !c->err.info; i++)
        c->err = database_write(c->db, c->arena, count_up, c);
    return NULL;
}

SPEC("writers that read before they write never lose each other's update")
{
    enum { THREADS = 4, TIMES = 25 };
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    expect_ok(database_write(db, a, thing_insert, &(Thing){ a, "counter", 0 }));
    Count counts[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        counts[i] = (Count){ arena_new(4096), db, OK, TIMES };
        pthread_create(&threads[i], NULL, count_thread, &counts[i]);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    Str trouble = S("");
    for (int i = 0; i < THREADS; i++) {
        if (counts[i].err.info) trouble = err_text(a, counts[i].err);
        arena_free(counts[i].arena);
    }
    expect_str("", trouble);
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &thing_get);
    stmt_str(&q, "id", S("counter"));
    expect(stmt_step(&q));
    expect_int(THREADS * TIMES, stmt_col_int(&q, 1));
}

static void *read_thread(void *arg)
{
    Count *c = arg;
    for (int i = 0; i < 50; i++) c->times += things_in(c->db) == 1;
    return NULL;
}

SPEC("more readers than connections wait for their turn")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    expect_ok(database_write(db, a, thing_insert, &(Thing){ a, "x", 0 }));
    Count counts[12];
    pthread_t threads[12];
    for (int i = 0; i < 12; i++) {
        counts[i] = (Count){ .db = db };
        pthread_create(&threads[i], NULL, read_thread, &counts[i]);
    }
    int64_t good = 0;
    for (int i = 0; i < 12; i++) { pthread_join(threads[i], NULL); good += counts[i].times; }
    expect_int(12 * 50, good);
}

/* ---- notices ---- */

typedef struct Heard { pthread_mutex_t lock; pthread_cond_t more; char text[256]; } Heard;

static void hear(void *ctx, Str channel, Str payload)
{
    Heard *h = ctx;
    pthread_mutex_lock(&h->lock);
    size_t n = strlen(h->text);
    snprintf(h->text + n, sizeof h->text - n, STR_FMT "=" STR_FMT ";", STR_ARG(channel), STR_ARG(payload));
    pthread_cond_broadcast(&h->more);
    pthread_mutex_unlock(&h->lock);
}

static Str heard_until(Heard *h, const char *last)
{
    pthread_mutex_lock(&h->lock);
    while (!strstr(h->text, last)) pthread_cond_wait(&h->more, &h->lock);
    pthread_mutex_unlock(&h->lock);
    return str_of(h->text);
}

typedef struct Tell { Arena *arena; const char *channel, *payload; bool fails; } Tell;

static Err tell(Store *s, void *arg)
{
    Tell *t = arg;
    TRY(store_notify(s, t->arena, str_of(t->channel), str_of(t->payload)));
    return t->fails ? fail(t->arena, ERR_INVALID, "no") : OK;
}

SPEC("a notice is heard after its write is committed, and not at all when that fails")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    Heard h = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, "" };
    database_listen(db, hear, &h);
    expect_ok(database_write(db, a, tell, &(Tell){ a, "live", "one\nline", false }));
    expect_err(ERR_INVALID, database_write(db, a, tell, &(Tell){ a, "live", "never", true }));
    expect_ok(database_write(db, a, tell, &(Tell){ a, "job", "", false }));
    expect_str("live=one\nline;job=;", heard_until(&h, "job"));
}

SPEC("a notice that is too long, or outside of a write, is refused")
{
    auto_arena a = arena_new(16384);
    Database *db = given_things(a);
    char *big = arena_bytes(a, 7002, 1);
    memset(big, 'x', 7001);
    expect_err(ERR_TOO_LARGE, database_write(db, a, tell, &(Tell){ a, "live", big, false }));
    auto_store s = store_take(db);
    expect_err(ERR_INTERNAL, store_notify(s, a, S("live"), S("x")));
}

SPEC("closing finishes the writes that wait")
{
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    Database *db;
    expect_ok(database_open(a, &(DatabaseOptions){ .url = url, .readers = 2 }, &db));
    expect_ok(database_migrate(db, a, thing_schemas, 1, NULL));
    Latch done = LATCH(50);
    for (int i = 0; i < 50; i++)
        database_submit(db, &given_job(a, &done, insert, arena_fmt(a, "t%d", i).at)->job);
    database_close(db);
    expect_int(0, done.count);
    auto_database again = NULL;
    expect_ok(database_open(a, &(DatabaseOptions){ .url = url, .readers = 2 }, &again));
    expect_int(50, things_in(again));
}

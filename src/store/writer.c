/** The writer thread and its group commit. Works that wait are run one after the other inside one transaction and
 *  become durable with one commit; only then is anybody told. So a busy server pays one fsync for many writes.
 *
 *  A failing work must take nothing with it but itself. Nearly all works succeed, so a batch is first run without any
 *  precautions. When something fails, it is rolled back and run again with each work in a savepoint of its own; and
 *  when the commit fails (a deferred foreign key, a clash with another node, a full disk), one work at a time, so that
 *  each gets the answer it would have got alone.
 *  On SQLite this thread makes every write; on PostgreSQL it makes those that were submitted without waiting. */
#include "store/backend.h"
#include <errno.h>
#include <time.h>
#include "base/time.h"

#define BATCH_MAX 512
#define BATCH_MS 25              /* a batch stops taking works after this long, so that nobody waits for strangers */
#define IDLE_MS 500

typedef enum Care { TOGETHER, GUARDED, ALONE } Care;
typedef struct Batch { WriteJob *jobs[BATCH_MAX]; size_t n, ran; Care care; } Batch;

static Err run_guarded(Store *s, WriteJob *job)
{
    const Backend *backend = s->db->backend;
    TRY(backend->control(s, job->arena, CONTROL_SAVEPOINT));
    Err e = store_work(s, job->arena, job->work, job->arg);
    if (!backend->in_transaction(s)) return e;
    Err settled = backend->control(s, job->arena, e.info ? CONTROL_UNDO : CONTROL_RELEASE);
    return e.info ? e : settled;
}

/** Runs works until all have run, or time is up, or one failed that nothing guards. */
static Err run_works(Store *s, Arena *a, Batch *b)
{
    int64_t began = clock_monotonic_ms();
    for (b->ran = 0; b->ran < b->n && clock_monotonic_ms() - began < BATCH_MS;) {
        WriteJob *job = b->jobs[b->ran++];
        job->result_ = b->care == GUARDED ? run_guarded(s, job)
                                          : store_work(s, job->arena, job->work, job->arg);
        if (job->result_.info && (b->care == TOGETHER || s->again || !s->db->backend->in_transaction(s)))
            return fail(a, job->result_.info->kind, STR_FMT, STR_ARG(job->result_.info->message));
    }
    return OK;
}

static void fail_all(Batch *b, Err cause)
{
    for (size_t i = 0; i < b->ran; i++) {
        WriteJob *job = b->jobs[i];
        if (job->result_.info) continue;
        job->result_ = fail(job->arena, cause.info->kind, STR_FMT, STR_ARG(cause.info->message));
    }
}

static void rollback(Store *s, Arena *a)
{
    s->notices.len = 0;
    if (!s->db->backend->in_transaction(s)) return;
    Err e = s->db->backend->control(s, a, CONTROL_ROLLBACK);
    if (e.info && s->db->backend->kind == DATABASE_SQLITE) err_log(e, "rolling back");
}

static Err begin(Store *s, Arena *a)
{
    s->again = false;
    TRY(store_connect(s, a));
    return s->db->backend->control(s, a, CONTROL_BEGIN);
}

static Err commit(Store *s, Arena *a, const Batch *b)
{
    for (size_t i = 0; i < b->ran; i++)
        if (!b->jobs[i]->result_.info) return s->db->backend->control(s, a, CONTROL_COMMIT);
    rollback(s, a);
    return OK;
}

/** Runs some of the batch from its front; `ran` says how many have their result.
 *  False: something failed that more care may put right; nothing has a result. */
static bool run_batch(Store *s, Batch *b)
{
    auto_arena a = arena_new(1024);
    Err e = begin(s, a);
    if (e.info) {
        for (b->ran = 0; b->ran < b->n; b->ran++) b->jobs[b->ran]->result_ = OK;
        fail_all(b, e);
        return true;
    }
    e = run_works(s, a, b);
    if (!e.info) e = commit(s, a, b);
    if (!e.info) return true;
    rollback(s, a);
    bool gone = s->db->backend->kind == DATABASE_POSTGRES && err_is(e, ERR_UNAVAILABLE) && !s->again;
    if (!gone) return false;
    fail_all(b, e);
    return true;
}

static void finish(Store *s, Batch *b)
{
    for (size_t i = 0; i < b->ran; i++) b->jobs[i]->done(b->jobs[i], b->jobs[i]->result_);
    store_tell(s);
}

/** Runs and finishes all of `b`. */
static void write_batch(Store *s, Batch *b)
{
    Care care = TOGETHER;
    for (size_t from = 0; from < b->n;) {
        Batch part = { .n = care == ALONE ? 1 : b->n - from, .care = care };
        memcpy(part.jobs, b->jobs + from, part.n * sizeof *part.jobs);
        if (part.n == 1) {
            WriteJob *job = part.jobs[part.ran++];
            job->result_ = store_transaction(s, job->arena, job->work, job->arg);
        } else if (!run_batch(s, &part)) {
            care++;
            continue;
        }
        finish(s, &part);
        from += part.ran;
    }
}

static size_t take_batch(Writer *w, Batch *b)
{
    b->n = 0;
    while (w->first && b->n < BATCH_MAX) {
        b->jobs[b->n++] = w->first;
        w->first = w->first->next_;
    }
    if (!w->first) w->last = &w->first;
    return b->n;
}

/** Waits for work; for a while only when there is something to look after then. False: nothing came, and nothing waits: what
 *  is submitted as the time runs out must not be taken for nothing. */
static bool wait_for_work(const Database *db, Writer *w, bool dirty)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (IDLE_MS % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) { until.tv_sec++; until.tv_nsec -= 1000000000L; }
    while (!w->first && !w->stop) {
        bool looks = (dirty && db->backend->wrote) || (db->heard && db->backend->others_wrote);
        if (!looks) pthread_cond_wait(&w->wake, &w->lock);
        else if (pthread_cond_timedwait(&w->wake, &w->lock, &until) == ETIMEDOUT && !w->first) return false;
    }
    return true;
}

/** Commands write to the file of a running server. Their notices stay in their process: what they may have told is looked
 *  for, as after a lost connection. */
static void hear_others(Database *db)
{
    if (db->heard && db->backend->others_wrote && db->backend->others_wrote(&db->writer.store))
        db->heard(db->heard_ctx, S("reconnected"), S(""));
}

static void *writer_main(void *arg)
{
    Database *db = arg;
    Writer *w = &db->writer;
    Batch batch;
    void (*wrote)(Store *, bool) = db->backend->wrote;
    bool dirty = false;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        bool woken = wait_for_work(db, w, dirty);
        if (w->stop && !w->first) break;
        take_batch(w, &batch);
        pthread_mutex_unlock(&w->lock);
        if (woken) write_batch(&w->store, &batch);
        if (wrote && (woken || dirty)) wrote(&w->store, !woken);
        hear_others(db);
        dirty = woken;
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    if (dirty && wrote) wrote(&w->store, true);
    return NULL;
}

Err writer_start(Database *db, Arena *a)
{
    Writer *w = &db->writer;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&w->lock, NULL);
    w->last = &w->first;
    int failed = pthread_create(&w->thread, NULL, writer_main, db);
    if (failed) return fail(a, ERR_UNAVAILABLE, "cannot start a thread: %s", strerror(failed));
    w->started = true;
    return OK;
}

void writer_stop(Database *db)
{
    Writer *w = &db->writer;
    if (!w->started) return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
}

void writer_submit(Database *db, WriteJob *job)
{
    Writer *w = &db->writer;
    job->next_ = NULL;
    pthread_mutex_lock(&w->lock);
    *w->last = job;
    w->last = &job->next_;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

typedef struct Waiter {
    WriteJob job;                /* first, so that a job is its waiter */
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool done;
    Err result;
} Waiter;

static void tell_waiter(WriteJob *job, Err result)
{
    Waiter *w = (Waiter *)job;
    pthread_mutex_lock(&w->lock);
    w->done = true;
    w->result = result;
    pthread_cond_signal(&w->told);
    pthread_mutex_unlock(&w->lock);
}

Err writer_wait(Database *db, Arena *a, StoreWork work, void *arg)
{
    Waiter w = { .job = { .work = work, .arg = arg, .arena = a, .done = tell_waiter },
                 .lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER };
    writer_submit(db, &w.job);
    pthread_mutex_lock(&w.lock);
    while (!w.done) pthread_cond_wait(&w.told, &w.lock);
    pthread_mutex_unlock(&w.lock);
    return w.result;
}

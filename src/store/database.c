/** Databases and their pools of connections; writing without a writer thread (PostgreSQL). */
#include "store/backend.h"

#define READERS_DEFAULT 8
#define TRIES_MAX 50
#define TRIES_TOGETHER 2       /* then it takes its turn alone */

static _Thread_local bool working;      /* this thread is inside a work */

void store_init(Store *s, Database *db, bool writer)
{
    *s = (Store){ .db = db, .arena = arena_new(16 << 10), .writer = writer, .txn_arena = arena_new(512) };
}

/** Closes the connection and what it prepared; it opens again when it is next needed. */
static void store_close(Store *s)
{
    for (size_t i = 0; i < QUERY_BUCKETS; i++)
        for (QueryEntry *e = s->queries[i]; e; e = e->next)
            for (Prepared *p = e->variants; p; p = p->next)
                s->db->backend->forget(s, p);
    s->db->backend->disconnect(s);
    memset(s->queries, 0, sizeof s->queries);
    arena_reset(s->arena);
}

void store_done(Store *s)
{
    if (!s->arena) return;
    store_close(s);
    arena_free(s->arena);
    arena_free(s->txn_arena);
    *s = (Store){ 0 };
}

Err store_connect(Store *s, Arena *a) { return s->db->backend->connect(s, a); }

static void database_free(Database *db)
{
    for (int i = 0; i < db->n_stores; i++) store_done(&db->stores[i]);
    store_done(&db->writer.store);
    db->backend->close(db);
    pthread_mutex_destroy(&db->lock);
    pthread_cond_destroy(&db->given);
    pthread_rwlock_destroy(&db->turn);
    arena_free(db->arena);
}

Err database_open(Arena *a, const DatabaseOptions *options, Database **ret)
{
    Arena *own = arena_new(4096);
    Database *db = arena_make(own, Database);
    bool postgres =
        str_starts(options->url, S("postgres://")) || str_starts(options->url, S("postgresql://"));
    *db = (Database){ .backend = postgres ? &postgres_backend : &sqlite_backend, .arena = own,
                      .url = arena_str(own, options->url), .options = *options };
    db->options.url = db->url;
    pthread_mutex_init(&db->lock, NULL);
    pthread_cond_init(&db->given, NULL);
    pthread_rwlockattr_t fair;
    pthread_rwlockattr_init(&fair);
    pthread_rwlockattr_setkind_np(&fair, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&db->turn, &fair);
    pthread_rwlockattr_destroy(&fair);
    Err e = db->backend->open(db, a);
    if (e.info) { database_free(db); return e; }
    int n = options->readers > 0 ? options->readers : READERS_DEFAULT;
    db->stores = arena_array(own, Store, (size_t)n);
    for (db->n_stores = 0; db->n_stores < n; db->n_stores++) {
        Store *s = &db->stores[db->n_stores];
        store_init(s, db, false);
        s->next = db->free;
        db->free = s;
    }
    store_init(&db->writer.store, db, true);
    e = store_connect(&db->writer.store, a);
    if (!e.info) e = writer_start(db, a);
    if (e.info) { database_free(db); return e; }
    *ret = db;
    return OK;
}

void database_close(Database *db)
{
    if (!db) return;
    writer_stop(db);
    database_free(db);
}

DatabaseKind database_kind(const Database *db) { return db->backend->kind; }

Store *store_take(Database *db)
{
    pthread_mutex_lock(&db->lock);
    while (!db->free) pthread_cond_wait(&db->given, &db->lock);
    Store *s = db->free;
    db->free = s->next;
    pthread_mutex_unlock(&db->lock);
    if (db->backend->outdated && db->backend->outdated(s)) store_close(s);
    return s;
}

void store_give(Store *s)
{
    if (!s) return;
    Database *db = s->db;
    pthread_mutex_lock(&db->lock);
    s->next = db->free;
    db->free = s;
    pthread_cond_signal(&db->given);
    pthread_mutex_unlock(&db->lock);
}

Err store_work(Store *s, Arena *a, StoreWork work, void *arg)
{
    size_t notices = s->notices.len;
    s->in_work = working = true;
    s->work_err = OK;
    Err e = work(s, arg);
    Err failed = s->work_err;
    s->in_work = working = false;
    s->work_err = OK;
    if (!e.info && failed.info)
        e = err_make(a, OK, failed.info->kind, failed.info->field, failed.info->file,
                     failed.info->line, STR_FMT, STR_ARG(failed.info->message));
    if (e.info) s->notices.len = notices;
    return e;
}

static Err transact(Store *s, Arena *a, StoreWork work, void *arg)
{
    const Backend *backend = s->db->backend;
    s->again = false;
    TRY(store_connect(s, a));
    TRY(backend->control(s, a, CONTROL_BEGIN));
    Err e = store_work(s, a, work, arg);
    if (!e.info) e = backend->control(s, a, CONTROL_COMMIT);
    if (!e.info) return OK;
    s->notices.len = 0;
    if (backend->in_transaction(s)) {
        Err undone = backend->control(s, a, CONTROL_ROLLBACK);   /* fails only when the connection is gone */
        (void)undone;
    }
    return e;
}

/** Writes that lost to others again and again: no other of this process runs beside them, and of other processes none
 *  that has failed as often; so each gets through, however many write at once. */
static Err transact_alone(Store *s, Arena *a, StoreWork work, void *arg)
{
    const Backend *backend = s->db->backend;
    pthread_rwlock_wrlock(&s->db->turn);
    Err missed = backend->lock(s, a, LOCK_RETRY);
    Err e = transact(s, a, work, arg);
    for (int tries = 1; e.info && s->again && tries < TRIES_MAX; tries++) e = transact(s, a, work, arg);
    if (!missed.info) backend->unlock(s, LOCK_RETRY);
    pthread_rwlock_unlock(&s->db->turn);
    return e;
}

Err store_transaction(Store *s, Arena *a, StoreWork work, void *arg)
{
    for (int tries = 0; tries < TRIES_TOGETHER; tries++) {
        pthread_rwlock_rdlock(&s->db->turn);
        Err e = transact(s, a, work, arg);
        pthread_rwlock_unlock(&s->db->turn);
        if (!e.info || !s->again) return e;
    }
    return transact_alone(s, a, work, arg);
}

Err database_write(Database *db, Arena *a, StoreWork work, void *arg)
{
    if (working) bug("a write was started inside a write");
    if (db->backend->kind == DATABASE_SQLITE) return writer_wait(db, a, work, arg);
    auto_store s = store_take(db);
    Err e = store_transaction(s, a, work, arg);
    store_tell(s);
    return e;
}

void store_tell(Store *s)
{
    Database *db = s->db;
    list_each(&s->notices, i)
        if (db->heard) db->heard(db->heard_ctx, s->notices.at[i].channel, s->notices.at[i].payload);
    s->notices = (Notices){ 0 };
    arena_reset(s->txn_arena);
}

Err store_notify(Store *s, Arena *a, Str channel, Str payload)
{
    if (!s->in_work) return fail(a, ERR_INTERNAL, "a notice belongs into a write");
    if (channel.len + payload.len > 7000) return fail(a, ERR_TOO_LARGE, "a notice has at most 7,000 bytes");
    return s->db->backend->notify(s, a, (Notice){ channel, payload });
}

void database_listen(Database *db, void (*heard)(void *ctx, Str channel, Str payload), void *ctx)
{
    Writer *w = &db->writer;
    if (w->started) pthread_mutex_lock(&w->lock);
    db->heard_ctx = ctx;
    db->heard = heard;
    if (w->started) {
        pthread_cond_signal(&w->wake);           /* from now on it looks what other processes write */
        pthread_mutex_unlock(&w->lock);
    }
    if (db->backend->listen) err_log(db->backend->listen(db), "listening for notices");
}

void database_submit(Database *db, WriteJob *job) { writer_submit(db, job); }

int64_t database_bytes(Database *db) { return db->backend->bytes(db); }

Err database_claim(Database *db, Arena *a) { return db->backend->claim(db, a); }

Err database_ping(Database *db, Arena *a)
{
    static const Sql ping = { "database_ping", "SELECT 1" };
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &ping);
    return stmt_exec(&q);
}

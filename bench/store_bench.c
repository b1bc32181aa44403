/** What the store costs: rows of 1 kB written through it, against the same rows written with the bare library in
 *  the same run, and both as promised-durable rows a second. `make bench-store`; PostgreSQL when TEST_POSTGRES is set
 *  (POSTGRES_DURABLE=1 tests/postgres.sh build/store_bench). */
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/id.h"
#include "base/time.h"
#include "store/store.h"

#define RUN_MS 1500
#define ROW_BYTES 1000
#define GROUP 100

static const char *const steps[] = { "CREATE TABLE row (id TEXT PRIMARY KEY, at_ms BIGINT NOT NULL, body TEXT NOT NULL);" };
static const Schema schema = { "bench", steps, 1 };
static const Sql row_add = { "row_add", "INSERT INTO row (id, at_ms, body) VALUES (:id, :at_ms, :body)" };
static char body[ROW_BYTES + 1];

static void check(Err e)
{
    auto_arena a = arena_new(512);
    if (!e.info) return;
    fprintf(stderr, STR_FMT "\n", STR_ARG(err_text(a, e)));
    exit(1);
}

/* ---- the bare libraries ---- */

static double bare_sqlite(const char *path, int group)
{
    sqlite3 *conn;
    sqlite3_stmt *add;
    if (sqlite3_open(path, &conn)) exit(1);
    sqlite3_exec(conn,
                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row (id TEXT "
                 "PRIMARY KEY, at_ms BIGINT NOT NULL, body TEXT NOT NULL)",
                 0, 0, 0);
    sqlite3_prepare_v2(conn, "INSERT INTO row (id, at_ms, body) VALUES (?, ?, ?)", -1, &add, 0);
    int64_t rows = 0, began = clock_monotonic_ms(), now = began;
    for (; now - began < RUN_MS; now = clock_monotonic_ms()) {
        auto_arena a = arena_new(8192);
        sqlite3_exec(conn, "BEGIN IMMEDIATE", 0, 0, 0);
        for (int i = 0; i < group; i++, rows++) {
            Str id = id_new(a, now);
            sqlite3_bind_text(add, 1, id.at, (int)id.len, SQLITE_STATIC);
            sqlite3_bind_int64(add, 2, now);
            sqlite3_bind_text(add, 3, body, ROW_BYTES, SQLITE_STATIC);
            if (sqlite3_step(add) != SQLITE_DONE) exit(1);
            sqlite3_reset(add);
        }
        if (sqlite3_exec(conn, "COMMIT", 0, 0, 0)) exit(1);
    }
    sqlite3_finalize(add);
    sqlite3_close(conn);
    return (double)rows * 1000 / (double)(now - began);
}

typedef struct Bare { const char *url; int group; int64_t rows; pthread_t thread; } Bare;

static void *bare_postgres_main(void *arg)
{
    Bare *b = arg;
    PGconn *conn = PQconnectdb(b->url);
    PQclear(PQprepare(conn, "add", "INSERT INTO row (id, at_ms, body) VALUES ($1, $2, $3)", 0, NULL));
    for (int64_t began = clock_monotonic_ms(); clock_monotonic_ms() - began < RUN_MS;) {
        auto_arena a = arena_new(8192);
        PQclear(PQexec(conn, "BEGIN"));
        for (int i = 0; i < b->group; i++, b->rows++) {
            const char *values[] = { id_new(a, clock_ms()).at, arena_fmt(a, "%lld", (long long)clock_ms()).at, body };
            PGresult *res = PQexecPrepared(conn, "add", 3, values, NULL, NULL, 0);
            if (PQresultStatus(res) != PGRES_COMMAND_OK) { fputs(PQerrorMessage(conn), stderr); exit(1); }
            PQclear(res);
        }
        PQclear(PQexec(conn, "COMMIT"));
    }
    PQfinish(conn);
    return NULL;
}

static double bare_postgres(const char *url, int group, int threads)
{
    Bare bare[64];
    int64_t rows = 0;
    for (int i = 0; i < threads; i++) {
        bare[i] = (Bare){ .url = url, .group = group };
        pthread_create(&bare[i].thread, NULL, bare_postgres_main, &bare[i]);
    }
    for (int i = 0; i < threads; i++) { pthread_join(bare[i].thread, NULL); rows += bare[i].rows; }
    return (double)rows * 1000 / RUN_MS;
}

/* ---- through the store ---- */

static Err add_row(Store *s, void *arg)
{
    auto_stmt q = stmt_begin(arg, s, &row_add);
    int64_t now = clock_ms();
    stmt_str(&q, "id", id_new(arg, now));
    stmt_int(&q, "at_ms", now);
    stmt_str(&q, "body", (Str){ body, ROW_BYTES });
    return stmt_exec(&q);
}

typedef struct Client { Database *db; int64_t rows, until_ms; pthread_t thread; } Client;

static void *client_main(void *arg)
{
    Client *c = arg;
    auto_arena a = arena_new(8192);
    for (; clock_monotonic_ms() < c->until_ms; c->rows++) {
        check(database_write(c->db, a, add_row, a));
        arena_reset(a);
    }
    return NULL;
}

/** Threads that each wait for every row. */
static double waiting(Database *db, int threads)
{
    Client clients[64];
    int64_t rows = 0, until = clock_monotonic_ms() + RUN_MS;
    for (int i = 0; i < threads; i++) {
        clients[i] = (Client){ .db = db, .until_ms = until };
        pthread_create(&clients[i].thread, NULL, client_main, &clients[i]);
    }
    for (int i = 0; i < threads; i++) { pthread_join(clients[i].thread, NULL); rows += clients[i].rows; }
    return (double)rows * 1000 / RUN_MS;
}

typedef struct Flow {
    Database *db;
    int64_t rows, until_ms;
    int open;
    pthread_mutex_t lock;
    pthread_cond_t empty;
} Flow;
typedef struct FlowJob { WriteJob job; Flow *flow; } FlowJob;

static void flow_done(WriteJob *job, Err result)
{
    FlowJob *j = (FlowJob *)job;
    Flow *f = j->flow;
    check(result);
    arena_reset(job->arena);
    pthread_mutex_lock(&f->lock);
    f->rows++;
    bool again = clock_monotonic_ms() < f->until_ms;
    if (!again && --f->open == 0) pthread_cond_signal(&f->empty);
    pthread_mutex_unlock(&f->lock);
    if (again) database_submit(f->db, job);
}

/** `open` rows under way at any time, as a busy server has. */
static double flowing(Database *db, int open)
{
    Flow f = { db, 0, clock_monotonic_ms() + RUN_MS, open, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER };
    FlowJob *jobs = calloc((size_t)open, sizeof *jobs);
    for (int i = 0; i < open; i++) {
        Arena *a = arena_new(8192);
        jobs[i] = (FlowJob){ { .work = add_row, .arg = a, .arena = a, .done = flow_done }, &f };
        database_submit(db, &jobs[i].job);
    }
    pthread_mutex_lock(&f.lock);
    while (f.open) pthread_cond_wait(&f.empty, &f.lock);
    pthread_mutex_unlock(&f.lock);
    for (int i = 0; i < open; i++) arena_free(jobs[i].job.arena);
    free(jobs);
    return (double)f.rows * 1000 / RUN_MS;
}

static void say(const char *what, double rows, double bare)
{
    printf("  %-46s %9.0f rows/s  %5.2f of bare\n", what, rows, rows / bare);
    fflush(stdout);
}

static void through_store(const char *url, double bare_one, double bare_group)
{
    auto_arena a = arena_new(4096);
    auto_database db = NULL;
    const Schema *all[] = { &schema };
    check(database_open(a, &(DatabaseOptions){ .url = str_of(url), .readers = 20 }, &db));
    check(database_migrate(db, a, all, 1, NULL));
    say("store, one thread that waits for each", waiting(db, 1), bare_one);
    say("store, 16 threads that wait for each", waiting(db, 16), bare_one);
    say("store, 100 rows under way (against groups)", flowing(db, GROUP), bare_group);
    say("store, 400 rows under way (against groups)", flowing(db, 4 * GROUP), bare_group);
}

static void remove_file(Arena *a, const char *path)
{
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < 4; i++) unlink(arena_fmt(a, "%s%s", path, ends[i]).at);
}

static void bench_sqlite(void)
{
    auto_arena a = arena_new(1024);
    const char *tmp = getenv("TMPDIR");
    char *folder = (char *)arena_fmt(a, "%s/hindsight-bench-XXXXXX", tmp ? tmp : "/tmp").at;
    if (!mkdtemp(folder)) exit(1);
    const char *bare = arena_fmt(a, "%s/bare.db", folder).at, *ours = arena_fmt(a, "%s/store.db", folder).at;
    printf("SQLite, WAL, synchronous=FULL, rows of %d bytes\n", ROW_BYTES);
    double one = bare_sqlite(bare, 1);
    say("bare, one row a transaction", one, one);
    remove_file(a, bare);
    double group = bare_sqlite(bare, GROUP);
    say("bare, 100 rows a transaction", group, one);
    remove_file(a, bare);
    through_store(ours, one, group);
    remove_file(a, ours);
    rmdir(folder);
}

static void bench_postgres(const char *url)
{
    PGconn *conn = PQconnectdb(url);
    PQclear(PQexec(
        conn, "CREATE TABLE row (id TEXT PRIMARY KEY, at_ms BIGINT NOT NULL, body TEXT NOT NULL)"));
    printf("PostgreSQL, rows of %d bytes\n", ROW_BYTES);
    double one = bare_postgres(url, 1, 1);
    say("bare, one row a transaction", one, one);
    say("bare, one row a transaction, 16 connections", bare_postgres(url, 1, 16), one);
    double group = bare_postgres(url, GROUP, 1);
    say("bare, 100 rows a transaction", group, one);
    PQclear(PQexec(conn, "DROP TABLE row"));
    PQfinish(conn);
    through_store(url, one, group);
}

int main(void)
{
    memset(body, 'x', ROW_BYTES);
    bench_sqlite();
    if (getenv("TEST_POSTGRES")) bench_postgres(getenv("TEST_POSTGRES"));
    return 0;
}

#include "base/spec.h"
#include <pthread.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/id.h"
#include "base/rand.h"
#include "store/spec_thing.h"

static Err open_url(Arena *a, Str url, Database **ret)
{
    return database_open(a, &(DatabaseOptions){ .url = url, .readers = 2 }, ret);
}

static Str folder(Str url)
{
    size_t n = url.len;
    while (n && url.at[n - 1] != '/') n--;
    return str_sub(url, 0, n);
}

/* ---- opening what cannot be opened ---- */

/** What opening says; the database, should there be one, is closed again. */
static Str refusal(Arena *a, Str url)
{
    auto_database db = NULL;
    Err e = open_url(a, url, &db);
    if (!e.info) return S("(opened)");
    if (!err_is(e, ERR_UNAVAILABLE)) return S("(another kind)");
    return e.info->cause ? S("(more than one sentence)") : e.info->message;
}

SPEC("a missing folder, a folder as file and a file that is no database are each refused with one sentence")
{
    if (spec_database_kind() != DATABASE_SQLITE) { spec_skip("SQLite only"); return; }
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a), in = folder(url);
    expect_has("/missing cannot be used: No such file or directory",
               refusal(a, arena_fmt(a, STR_FMT "missing/x.db", STR_ARG(in))));
    expect_has("is a folder, not a database file", refusal(a, str_sub(in, 0, in.len - 1)));
    FILE *f = fopen(url.at, "w");
    for (int i = 0; i < 500; i++) fputs("this is not a database\n", f);
    fclose(f);
    expect_has("is not a SQLite database: name another file", refusal(a, url));
}

SPEC("a file that may not be written is refused with one sentence")
{
    if (spec_database_kind() != DATABASE_SQLITE) { spec_skip("SQLite only"); return; }
    if (geteuid() == 0) { spec_skip("root may write everything"); return; }
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    auto_database db = NULL;
    expect_ok(open_url(a, url, &db));
    chmod(url.at, 0400);
    expect_has("must not be written", refusal(a, url));
}

SPEC("a PostgreSQL that is away, another password and a missing database are each refused with one sentence")
{
    if (spec_database_kind() != DATABASE_POSTGRES) { spec_skip("PostgreSQL only"); return; }
    auto_arena a = arena_new(4096);
    Str host = str_after(str_of(getenv("TEST_POSTGRES")), '?');
    expect_has("cannot open the PostgreSQL database \"x\" on 127.0.0.1: Connection refused",
               refusal(a, S("postgres://127.0.0.1:1/x")));
    expect_has("password authentication failed for user \"needs_password\"",
               refusal(a, arena_fmt(a, "postgres://needs_password:wrong@/postgres?" STR_FMT, STR_ARG(host))));
    expect_has("database \"nowhere\" does not exist",
               refusal(a, arena_fmt(a, "postgres://postgres@/nowhere?" STR_FMT, STR_ARG(host))));
    expect(str_find(refusal(a, S("postgres://u:geheim@127.0.0.1:1/x")), S("geheim")) < 0);
}

SPEC("a new database file is readable by its owner alone")
{
    if (spec_database_kind() != DATABASE_SQLITE) { spec_skip("SQLite only"); return; }
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    auto_database db = NULL;
    expect_ok(open_url(a, url, &db));
    expect_ok(database_migrate(db, a, thing_schemas, 1, NULL));
    struct stat file, log;
    expect(stat(url.at, &file) == 0 && stat(arena_fmt(a, STR_FMT "-wal", STR_ARG(url)).at, &log) == 0);
    expect_int(0600, file.st_mode & 0777);
    expect_int(0600, log.st_mode & 0777);
}

SPEC("a second server on a file is refused; other processes may still write")
{
    if (spec_database_kind() != DATABASE_SQLITE) { spec_skip("SQLite only"); return; }
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    auto_database server = NULL;
    auto_database second = NULL;
    expect_ok(open_url(a, url, &server));
    expect_ok(database_claim(server, a));
    expect_ok(database_migrate(server, a, thing_schemas, 1, NULL));
    expect_ok(open_url(a, url, &second));
    Err e = database_claim(second, a);
    expect(err_is(e, ERR_UNAVAILABLE));
    expect_has("another server is running on", err_text(a, e));
    expect_ok(database_write(second, a, thing_insert, &(Thing){ a, "x", 1 }));
    expect_int(1, things_in(server));
    database_close(server);
    server = NULL;
    expect_ok(database_claim(second, a));
}

/* ---- what others write ---- */

typedef struct Ears { pthread_mutex_t lock; pthread_cond_t more; int missed, heard; } Ears;

static void listen_to(void *ctx, Str channel, Str payload)
{
    (void)payload;
    Ears *h = ctx;
    pthread_mutex_lock(&h->lock);
    if (str_eq(channel, S("reconnected"))) h->missed++;
    else h->heard++;
    pthread_cond_broadcast(&h->more);
    pthread_mutex_unlock(&h->lock);
}

static void await_more(Ears *h, const int *what, int than)
{
    pthread_mutex_lock(&h->lock);
    while (*what <= than) pthread_cond_wait(&h->more, &h->lock);
    pthread_mutex_unlock(&h->lock);
}

static Err tell_all(Store *s, void *arena) { return store_notify(s, arena, S("news"), S("x")); }

SPEC("a server notices that a command wrote to its file, and not its own writes")
{
    if (spec_database_kind() != DATABASE_SQLITE) { spec_skip("SQLite only"); return; }
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    auto_database server = NULL;
    auto_database command = NULL;
    Ears h = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };
    expect_ok(open_url(a, url, &server));
    expect_ok(database_migrate(server, a, thing_schemas, 1, NULL));
    expect_ok(open_url(a, url, &command));
    database_listen(server, listen_to, &h);
    for (int i = 0; i < 3; i++) expect_ok(database_write(server, a, tell_all, a));
    await_more(&h, &h.heard, 2);
    expect_int(0, h.missed);
    expect_ok(database_write(command, a, thing_insert, &(Thing){ a, "x", 1 }));
    await_more(&h, &h.missed, 0);
    expect_ok(database_write(command, a, thing_insert, &(Thing){ a, "y", 1 }));
    await_more(&h, &h.missed, 1);
}

/* ---- kill -9 ---- */

/** Writes for ever and says each number on the pipe once it is promised. Never returns. */
static void write_until_killed(Str url, int64_t from, int to_parent)
{
    Arena *a = arena_new(4096);
    Database *db;
    if (open_url(a, url, &db).info) _exit(1);
    for (int64_t n = from;; n++) {
        Str id = arena_fmt(a, "%lld", (long long)n);
        if (database_write(db, a, thing_insert, &(Thing){ a, id.at, n }).info) _exit(1);
        if (write(to_parent, &n, sizeof n) != sizeof n) _exit(1);
    }
}

/** The last number that a child promised before it was killed after about `after` promises; -1 when it failed. */
static int64_t promised_by_child(Str url, int64_t from, int after)
{
    int fds[2];
    if (pipe(fds)) return -1;
    pid_t child = fork();
    if (child == 0) { close(fds[0]); write_until_killed(url, from, fds[1]); }
    close(fds[1]);
    int64_t n, last = from - 1;
    for (int i = 0; i < after && read(fds[0], &n, sizeof n) == sizeof n; i++) last = n;
    kill(child, SIGKILL);
    while (read(fds[0], &n, sizeof n) == sizeof n) last = n;
    close(fds[0]);
    int status;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? last : -1;
}

SPEC("every write that was promised survives kill -9, fifty times")
{
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    Database *db;
    expect_ok(open_url(a, url, &db));
    expect_ok(database_migrate(db, a, thing_schemas, 1, NULL));
    database_close(db);
    int64_t total = 0, from = 0;
    for (int round = 0; round < 50; round++) {
        int64_t last = promised_by_child(url, from, 1 + (int)(rand_u64() % 12));
        expect(last >= from);
        total += last - from + 1;
        from = last + 2;                      /* one more may have been written without being promised */
    }
    expect_ok(open_url(a, url, &db));
    int64_t found = things_in(db);
    database_close(db);
    expect(found >= total && found <= total + 50);
}

/* ---- a full disk ---- */

typedef struct Fill { Arena *arena; size_t bytes; const char *id; } Fill;

static Err fill(Store *s, void *arg)
{
    Fill *f = arg;
    auto_stmt q = stmt_begin(f->arena, s, &thing_add);
    stmt_str(&q, "id", str_of(f->id));
    stmt_int(&q, "n", 0);
    stmt_null(&q, "note");
    stmt_null(&q, "weight");
    stmt_blob(&q, "data", (Str){ arena_bytes(f->arena, f->bytes, 1), f->bytes });
    return stmt_exec(&q);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/** Runs in a child, whose files may not grow: the number of the first thing that is wrong, 0 when all is well. */
static int child_with_full_disk(Str url)
{
    signal(SIGXFSZ, SIG_IGN);
    Arena *a = arena_new(4096);
    Database *db;
    if (open_url(a, url, &db).info) return 1;
    if (database_write(db, a, thing_insert, &(Thing){ a, "before", 1 }).info) return 2;
    limit_files(256 << 10);
    Err e = database_write(db, a, fill, &(Fill){ a, 1 << 20, "big" });
    if (!err_is(e, ERR_UNAVAILABLE)) return 3;
    if (things_in(db) != 1) return 4;
    limit_files(RLIM_INFINITY);
    if (database_write(db, a, fill, &(Fill){ a, 1 << 20, "big" }).info) return 5;
    if (things_in(db) != 2) return 6;
    database_close(db);
    return 0;
}

SPEC("when the disk is full a write fails, changes nothing, and works again once there is room")
{
    if (spec_database_kind() != DATABASE_SQLITE) { spec_skip("SQLite only"); return; }
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    Database *db;
    expect_ok(open_url(a, url, &db));
    expect_ok(database_migrate(db, a, thing_schemas, 1, NULL));
    database_close(db);
    pid_t child = fork();
    if (child == 0) _exit(child_with_full_disk(url));
    int status;
    waitpid(child, &status, 0);
    expect(WIFEXITED(status));
    expect_int(0, WEXITSTATUS(status));
}

/* ---- a connection that is lost ---- */

/** Ends all connections to the database but the one that asks. */
static void cut_connections(Str url)
{
    PGconn *conn = PQconnectdb(url.at);
    PQclear(PQexec(conn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                         "current_database() AND pid <> pg_backend_pid()"));
    PQfinish(conn);
}

typedef struct Cut { Arena *arena; Str url; } Cut;

static Err cut_inside(Store *s, void *arg)
{
    Cut *c = arg;
    TRY(thing_insert(s, &(Thing){ c->arena, "inside", 1 }));
    cut_connections(c->url);
    return thing_insert(s, &(Thing){ c->arena, "inside too", 1 });
}

SPEC("who listens to PostgreSQL hears again after a lost connection, and is told that something may have been missed")
{
    if (spec_database_kind() != DATABASE_POSTGRES) { spec_skip("PostgreSQL only"); return; }
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    auto_database db = NULL;
    Ears h = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };
    expect_ok(open_url(a, url, &db));
    database_listen(db, listen_to, &h);
    expect_ok(database_write(db, a, tell_all, a));
    await_more(&h, &h.heard, 0);
    for (int i = 0; i < 2; i++) {
        cut_connections(url);
        await_more(&h, &h.missed, i);
        int before = h.heard;
        expect_ok(database_write(db, a, tell_all, a));
        await_more(&h, &h.heard, before);
    }
}

SPEC("lost connections to PostgreSQL come back; a write that loses its own is not promised")
{
    if (spec_database_kind() != DATABASE_POSTGRES) { spec_skip("PostgreSQL only"); return; }
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    auto_database db = NULL;
    expect_ok(open_url(a, url, &db));
    expect_ok(database_migrate(db, a, thing_schemas, 1, NULL));
    expect_int(0, things_in(db));
    cut_connections(url);
    expect_int(0, things_in(db));
    cut_connections(url);
    expect_ok(database_write(db, a, thing_insert, &(Thing){ a, "x", 1 }));
    expect_int(1, things_in(db));
    expect_err(ERR_UNAVAILABLE, database_write(db, a, cut_inside, &(Cut){ a, url }));
    expect_int(1, things_in(db));
    expect_ok(database_ping(db, a));
}

SPEC("the size of a database is known and it answers a ping")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_database(a, thing_schemas, 1);
    expect_ok(database_ping(db, a));
    expect(database_bytes(db) > 4096);
}

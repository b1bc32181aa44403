/** SQLite: one file in WAL mode with synchronous=FULL. Many connections read; one writes, on the writer thread, and
 *  only it moves the log into the file (checkpoint): readers never pay for that, and SQLite before 3.51.3 has a rare
 *  bug (WAL-reset) that needs two checkpointers at one time. Other processes (the command line beside a running
 *  server) may write as well, one transaction at a time; so that there is still only one checkpointer, a process
 *  checkpoints only while it holds the lock file, which the server keeps for as long as it runs (database_claim).
 *
 *  ":memory:" is a file in a folder of its own that is removed when the database is closed: it behaves like any
 *  file, except that nothing is synced. */
#include "store/backend.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/time.h"
#include "store/sqlite_rank.h"

#define BUSY_MS 5000
#define WRITER_CACHE_BYTES (16 << 20)   /* leaves of indexes whose keys come at random (alerts); taken only as it is used */
#define CLAIM_TRIES 20
#define CLAIM_PAUSE_US 50000
#define CHECKPOINT_IDLE_PAGES 250       /* 1 MB of log, when nobody waits */
#define CHECKPOINT_PAGES 8192           /* 32 MB, even when busy */
#define CHECKPOINT_RESTART_PAGES 65536  /* 256 MB: wait for readers, so that the log begins anew */
#define ANALYZE_CHANGES 5000            /* rows changed before the planner's statistics are made (again when that doubles) */

typedef struct Sqlite {
    const char *path, *lock_path;
    const char *folder;          /* of ":memory:", else NULL */
    int lock_fd;                 /* -1 until claimed */
    int log_pages;               /* in the write-ahead log; the writer's */
    int64_t data_version;        /* of the writer's connection; 0 before it was asked for */
    int64_t analyzed_changes;    /* rows the writer had changed when it last made statistics */
    _Atomic unsigned statistics; /* how often it did: connections that planned without them are opened again */
} Sqlite;

static Sqlite *file_of(const Store *s) { return s->db->impl; }

/** Translates a result code, once, where the call is made. `doing` is the name of the query. */
static Err sqlite_err(Store *s, Arena *a, int rc, const char *doing)
{
    sqlite3 *conn = s->conn;
    const char *path = file_of(s)->path, *text = conn ? sqlite3_errmsg(conn) : sqlite3_errstr(rc);
    int extended = conn && sqlite3_errcode(conn) == rc ? sqlite3_extended_errcode(conn) : rc;
    switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE: case SQLITE_CONSTRAINT_PRIMARYKEY: case SQLITE_CONSTRAINT_ROWID:
        return fail(a, ERR_CONFLICT, "%s: there is one already (%s)", doing, text);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return fail(a, ERR_CONFLICT,
                    "%s: it refers to something that is not there, or is referred to", doing);
    }
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return fail(a, ERR_UNAVAILABLE, "the disk that holds %s is full: make room and try again", path);
    case SQLITE_IOERR:
        return fail(a, ERR_UNAVAILABLE, "%s cannot be read or written (%s): check the disk", path,
                    sqlite3_errstr(extended));
    case SQLITE_BUSY: case SQLITE_LOCKED:
        return fail(a, ERR_UNAVAILABLE,
                    "%s is locked by another program; it did not let go within %d seconds", path,
                    BUSY_MS / 1000);
    case SQLITE_READONLY: case SQLITE_PERM:
        if (!s->writer) return fail(a, ERR_INTERNAL, "%s: a reading connection cannot write", doing);
        return fail(a, ERR_UNAVAILABLE,
                    "%s must not be written: check the rights of the file and its folder", path);
    case SQLITE_CANTOPEN:
        return fail(a, ERR_UNAVAILABLE,
                    "cannot open %s: check that the folder exists and may be written", path);
    case SQLITE_NOTADB:
        return fail(a, ERR_UNAVAILABLE, "%s is not a SQLite database: name another file", path);
    case SQLITE_CORRUPT:
        return fail(a, ERR_UNAVAILABLE, "%s is damaged (%s): restore it from a backup", path, text);
    case SQLITE_NOMEM: return fail(a, ERR_UNAVAILABLE, "%s: out of memory", doing);
    case SQLITE_TOOBIG: return fail(a, ERR_TOO_LARGE, "%s: a value is too large for the database", doing);
    default: return fail(a, ERR_INTERNAL, "query %s: %s", doing, text);
    }
}

/* ---- opening ---- */

static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);       /* each connection is used by one thread at a time */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);      /* no lock around every allocation */
}

static Err make_folder(Database *db, Arena *a, Sqlite *file)
{
    const char *tmp = getenv("TMPDIR");
    Str template = arena_fmt(db->arena, "%s/hindsight-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    file->folder = mkdtemp((char *)template.at);
    if (!file->folder)
        return fail(a, ERR_UNAVAILABLE, "cannot make a folder like %s: %s", template.at,
                    strerror(errno));
    file->path = arena_fmt(db->arena, "%s/memory.db", file->folder).at;
    return OK;
}

static Err check_place(Arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash ? arena_cstr(a, (Str){ path, slash == path ? 1 : (size_t)(slash - path) }) : ".";
    struct stat at;
    if (stat(folder, &at) < 0)
        return fail(a, ERR_UNAVAILABLE, "the folder %s cannot be used: %s", folder, strerror(errno));
    if (!S_ISDIR(at.st_mode)) return fail(a, ERR_UNAVAILABLE, "%s is not a folder", folder);
    if (stat(path, &at) == 0 && S_ISDIR(at.st_mode))
        return fail(a, ERR_UNAVAILABLE, "%s is a folder, not a database file", path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);   /* SQLite would let everybody read it */
    if (fd >= 0) close(fd);
    return OK;
}

static Err sqlite_open(Database *db, Arena *a)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    Sqlite *file = arena_make(db->arena, Sqlite);
    *file = (Sqlite){ .path = db->url.at, .lock_fd = -1 };
    db->impl = file;
    if (str_empty(db->url)) return fail(a, ERR_UNAVAILABLE, "the database has no name");
    if (str_eq(db->url, S(":memory:"))) TRY(make_folder(db, a, file));
    else TRY(check_place(a, file->path));
    file->lock_path = arena_fmt(db->arena, "%s.lock", file->path).at;
    return OK;
}

static void sqlite_close_file(Database *db)
{
    Sqlite *file = db->impl;
    if (!file) return;
    if (file->lock_fd >= 0) close(file->lock_fd);
    if (!file->folder) return;
    static const char *const names[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(arena_fmt(db->arena, "%s%s", file->path, names[i]).at);
    rmdir(file->folder);
}

static int note_log(void *file, sqlite3 *conn, const char *name, int pages)
{
    (void)conn; (void)name;
    ((Sqlite *)file)->log_pages = pages;
    return SQLITE_OK;
}

/** A new file becomes a WAL database. Programs that open it together ask for the lock while holding another, where SQLite
 *  says busy at once and does not wait: so this waits. */
static int switch_to_wal(sqlite3 *conn)
{
    int64_t until = clock_monotonic_ms() + BUSY_MS;
    int rc;
    while ((rc = sqlite3_exec(conn, "PRAGMA journal_mode=WAL", NULL, NULL, NULL)) == SQLITE_BUSY && clock_monotonic_ms() < until)
        poll(NULL, 0, 5);
    return rc;
}

static int settings(Store *s)
{
    static const char both[] =
        "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA case_sensitive_like=ON;"
        "PRAGMA trusted_schema=OFF;";
    Sqlite *file = file_of(s);
    sqlite3 *conn = s->conn;
    size_t cache = s->db->options.cache_bytes;
    if (!cache && s->writer) cache = WRITER_CACHE_BYTES;
    sqlite3_extended_result_codes(conn, 0);
    sqlite3_db_config(conn, SQLITE_DBCONFIG_DQS_DML, 0, (int *)NULL);   /* "x" is a name, never a string */
    sqlite3_db_config(conn, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)NULL);
    sqlite3_busy_timeout(conn, BUSY_MS);
    int rc = s->writer ? switch_to_wal(conn) : SQLITE_OK;
    if (rc == SQLITE_OK) rc = sqlite3_exec(conn, both, NULL, NULL, NULL);
    if (rc == SQLITE_OK && cache) {
        char text[64];
        snprintf(text, sizeof text, "PRAGMA cache_size=-%zu", cache / 1024);
        rc = sqlite3_exec(conn, text, NULL, NULL, NULL);
    }
    if (rc != SQLITE_OK) return rc;
    if (s->writer) {
        sqlite3_wal_hook(conn, note_log, file);      /* instead of checkpointing after so many pages */
        return sqlite3_exec(conn,
                            file->folder
                                ? "PRAGMA synchronous=OFF; PRAGMA journal_size_limit=67108864"
                                : "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864",
                            NULL, NULL, NULL);
    }
    sqlite3_wal_autocheckpoint(conn, 0);
    sqlite3_db_config(conn, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    return sqlite3_exec(conn, "PRAGMA query_only=ON", NULL, NULL, NULL);
}

static void sqlite_disconnect(Store *s)
{
    for (int i = 0; s->extra && i < CONTROLS; i++) sqlite3_finalize(((sqlite3_stmt **)s->extra)[i]);
    s->extra = NULL;
    if (s->conn && sqlite3_close(s->conn) != SQLITE_OK)
        bug("a statement is still open on a closed connection");
    s->conn = NULL;
}

static Err sqlite_connect(Store *s, Arena *a)
{
    if (s->conn) return OK;
    sqlite3 *conn = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (s->writer ? SQLITE_OPEN_CREATE : 0);
    int rc = sqlite3_open_v2(file_of(s)->path, &conn, flags, NULL);
    s->conn = conn;
    s->generation = file_of(s)->statistics;
    if (rc == SQLITE_OK) rc = settings(s);
    if (rc == SQLITE_OK) rc = sqlite_rank_register(conn);
    if (rc == SQLITE_OK) return OK;
    Err e = sqlite_err(s, a, rc, "opening");
    sqlite_disconnect(s);
    return e;
}

/* ---- statements ---- */

static Err sqlite_run(Store *s, Arena *a, const char *text)
{
    int rc = sqlite3_exec(s->conn, text, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : sqlite_err(s, a, rc, "schema");
}

static Err sqlite_prepare(Store *s, Arena *a, Prepared *p)
{
    sqlite3_stmt *handle = NULL;
    const char *tail = "";
    Str text = p->composed.text;
    int rc = sqlite3_prepare_v3(s->conn, text.at, (int)text.len + 1, SQLITE_PREPARE_PERSISTENT,
                                &handle, &tail);
    p->handle = handle;
    if (rc != SQLITE_OK) return sqlite_err(s, a, rc, p->sql->name);
    if (handle && str_empty(str_trim(str_of(tail)))) return OK;
    sqlite3_finalize(handle);
    p->handle = NULL;
    return fail(a, ERR_INTERNAL, "query %s must be one statement", p->sql->name);
}

static void sqlite_forget(Store *s, Prepared *p)
{
    (void)s;
    sqlite3_finalize(p->handle);
    p->handle = NULL;
}

/** The values stay where they are (in the statement's arena) until the statement is reset. */
static int bind_value(sqlite3_stmt *h, int at, const Value *v)
{
    switch (v->type) {
    case VALUE_TEXT: return sqlite3_bind_text(h, at, v->bytes.at, (int)v->bytes.len, SQLITE_STATIC);
    case VALUE_BLOB: return sqlite3_bind_blob(h, at, v->bytes.at, (int)v->bytes.len, SQLITE_STATIC);
    case VALUE_INT: return sqlite3_bind_int64(h, at, v->integer);
    case VALUE_REAL: return sqlite3_bind_double(h, at, v->real);
    default: return sqlite3_bind_null(h, at);
    }
}

static Err sqlite_step(Store *s, Arena *a, Run *r)
{
    sqlite3_stmt *h = r->prepared->handle;
    for (size_t i = 0; !r->started && i < r->query->n_params; i++) {
        int at = r->prepared->composed.param_of[i];
        int rc = at ? bind_value(h, at, &r->values[i]) : SQLITE_OK;
        if (rc != SQLITE_OK) return sqlite_err(s, a, rc, r->prepared->sql->name);
    }
    int rc = sqlite3_step(h);
    r->n_columns = sqlite3_column_count(h);
    r->row = rc == SQLITE_ROW;
    r->done = !r->row;
    if (rc == SQLITE_DONE) r->changes = sqlite3_stmt_readonly(h) ? 0 : sqlite3_changes64(s->conn);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? OK : sqlite_err(s, a, rc, r->prepared->sql->name);
}

static Value sqlite_column(Run *r, Arena *a, int i, ValueType want)
{
    (void)a;
    sqlite3_stmt *h = r->prepared->handle;
    Value v = { .type = want, .bytes = S("") };
    if (sqlite3_column_type(h, i) == SQLITE_NULL) { v.type = VALUE_NULL; return v; }
    const void *at = NULL;
    switch (want) {
    case VALUE_TEXT: at = sqlite3_column_text(h, i); break;
    case VALUE_BLOB: at = sqlite3_column_blob(h, i); break;
    case VALUE_INT: v.integer = sqlite3_column_int64(h, i); break;
    case VALUE_REAL: v.real = sqlite3_column_double(h, i); break;
    default: v.type = VALUE_UNBOUND;
    }
    if (at) v.bytes = (Str){ at, (size_t)sqlite3_column_bytes(h, i) };
    return v;
}

static void sqlite_reset(Store *s, Run *r)
{
    (void)s;
    sqlite3_reset(r->prepared->handle);
    sqlite3_clear_bindings(r->prepared->handle);
}

/* ---- transactions ---- */

static Err sqlite_control(Store *s, Arena *a, Control what)
{
    static const char *const text[CONTROLS] = {
        [CONTROL_BEGIN] = "BEGIN IMMEDIATE", [CONTROL_SAVEPOINT] = "SAVEPOINT work",
        [CONTROL_RELEASE] = "RELEASE work",  [CONTROL_UNDO] = "ROLLBACK TO work",
        [CONTROL_COMMIT] = "COMMIT",         [CONTROL_ROLLBACK] = "ROLLBACK",
    };
    if (!s->extra) s->extra = arena_array(s->arena, sqlite3_stmt *, CONTROLS);
    sqlite3_stmt **h = &((sqlite3_stmt **)s->extra)[what];
    int rc = *h ? SQLITE_OK : sqlite3_prepare_v3(s->conn, text[what], -1, SQLITE_PREPARE_PERSISTENT, h, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(*h);
    Err e = rc == SQLITE_DONE ? OK : sqlite_err(s, a, rc, "transaction");
    if (*h) sqlite3_reset(*h);
    return what == CONTROL_UNDO && !e.info ? sqlite_control(s, a, CONTROL_RELEASE) : e;
}

static bool sqlite_in_transaction(Store *s) { return s->conn && !sqlite3_get_autocommit(s->conn); }

static Err sqlite_notify(Store *s, Arena *a, Notice n)
{
    (void)a;
    for (size_t i = s->notices.len; i-- > 0 && s->notices.len - i <= 8;)      /* a storm of one notice is told once a commit, as by PostgreSQL */
        if (str_eq(s->notices.at[i].payload, n.payload)
            && str_eq(s->notices.at[i].channel, n.channel))
            return OK;
    Notice *kept = list_add(s->txn_arena, &s->notices);
    *kept = (Notice){ arena_str(s->txn_arena, n.channel), arena_str(s->txn_arena, n.payload) };
    return OK;
}

static Err sqlite_lock(Store *s, Arena *a, Lock what) { (void)s; (void)a; (void)what; return OK; }
static void sqlite_unlock(Store *s, Lock what) { (void)s; (void)what; }

/* ---- the lock file, and what needs it ---- */

/** The lock file, locked, or -1 (errno says why). */
static int lock_file(const Sqlite *file)
{
    int fd = open(file->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static Err sqlite_claim(Database *db, Arena *a)
{
    Sqlite *file = db->impl;
    if (file->lock_fd >= 0) return OK;
    for (int i = 0; i < CLAIM_TRIES; i++) {          /* the command line holds it for a moment while it checkpoints */
        file->lock_fd = lock_file(file);
        if (file->lock_fd >= 0 || errno != EWOULDBLOCK) break;
        usleep(CLAIM_PAUSE_US);
    }
    if (file->lock_fd >= 0) return OK;
    if (errno == EWOULDBLOCK)
        return fail(a, ERR_UNAVAILABLE,
                    "another server is running on %s: stop it, or name another database",
                    file->path);
    return fail(a, ERR_UNAVAILABLE, "cannot lock %s: %s", file->lock_path, strerror(errno));
}

static void checkpoint(Store *s, Sqlite *file, int mode)
{
    int fd = file->lock_fd >= 0 ? -1 : lock_file(file);
    if (file->lock_fd < 0 && fd < 0) return;         /* the server does it */
    /* A checkpoint that cannot finish (readers, full disk) loses nothing: the log keeps growing and the next one tries. */
    sqlite3_wal_checkpoint_v2(s->conn, NULL, mode, NULL, NULL);
    file->log_pages = 0;
    if (fd >= 0) close(fd);
}

static void sqlite_wrote(Store *s, bool idle)
{
    Sqlite *file = file_of(s);
    if (!s->conn) return;
    if (file->log_pages >= CHECKPOINT_RESTART_PAGES) checkpoint(s, file, SQLITE_CHECKPOINT_RESTART);
    else if (file->log_pages >= (idle ? CHECKPOINT_IDLE_PAGES : CHECKPOINT_PAGES))
        checkpoint(s, file, SQLITE_CHECKPOINT_PASSIVE);
    int64_t changes = sqlite3_total_changes64(s->conn);
    if (!idle || changes < ANALYZE_CHANGES || changes < 2 * file->analyzed_changes) return;
    file->analyzed_changes = changes;
    sqlite3_exec(s->conn, "PRAGMA analysis_limit=1000; ANALYZE", NULL, NULL, NULL);   /* without it plans are only worse */
    file->statistics++;
}

static int one_number(void *to, int n, char **values, char **names)
{
    (void)names;
    *(int64_t *)to = n && values[0] ? atoll(values[0]) : 0;
    return 0;
}

/** PRAGMA data_version of a connection changes when another one commits; the writer is the only one here that does. */
static bool sqlite_others_wrote(Store *s)
{
    Sqlite *file = file_of(s);
    int64_t now = 0, before = file->data_version;
    if (!s->conn || sqlite3_exec(s->conn, "PRAGMA data_version", one_number, &now, NULL) != SQLITE_OK) return false;
    file->data_version = now;
    return before && now != before;
}

static bool sqlite_outdated(Store *s) { return s->conn && s->generation != file_of(s)->statistics; }

static int64_t sqlite_bytes(Database *db)
{
    Sqlite *file = db->impl;
    auto_arena a = arena_new(512);
    struct stat at;
    int64_t bytes = stat(file->path, &at) == 0 ? at.st_size : 0;
    return bytes + (stat(arena_fmt(a, "%s-wal", file->path).at, &at) == 0 ? at.st_size : 0);
}

const Backend sqlite_backend = {
    .kind = DATABASE_SQLITE, .open = sqlite_open, .close = sqlite_close_file, .connect = sqlite_connect,
    .disconnect = sqlite_disconnect, .run = sqlite_run, .prepare = sqlite_prepare, .forget = sqlite_forget,
    .step = sqlite_step, .column = sqlite_column, .reset = sqlite_reset, .control = sqlite_control,
    .in_transaction = sqlite_in_transaction, .notify = sqlite_notify, .lock = sqlite_lock, .unlock = sqlite_unlock,
    .wrote = sqlite_wrote, .others_wrote = sqlite_others_wrote, .outdated = sqlite_outdated, .bytes = sqlite_bytes, .claim = sqlite_claim,
};

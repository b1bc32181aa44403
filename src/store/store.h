#pragma once
/** Rows. One interface over SQLite (one file, one writer thread) and PostgreSQL (many nodes).
 *
 *  A `Database` is opened once per process. A `Store` is one connection: what a piece of work holds while
 *  it runs. Reading work takes a Store from the pool; writing work is handed over as a function, because
 *  on SQLite it runs on the one writer thread, several works to a commit (group commit), while on
 *  PostgreSQL it runs at once on a connection of the pool. Either way: when the caller is told OK, it is
 *  on disk.
 *
 *  SQL is one text for both, written in .sql files (`-- name: incident_get`) and known to C as
 *  `sql_incident_get` from the generated sql.gen.h. Values are only ever bound, as :named parameters.
 *  What the two dialects say differently is written as a word, in capitals, that store/ replaces:
 *      IN LIST(:xs), NOT IN LIST(:xs)     any (none) of a JSON array of strings bound as text
 *      BLOB           BYTEA on PostgreSQL
 *      INTEGER, REAL  BIGINT, DOUBLE PRECISION on PostgreSQL (BIGINT may be written for both)
 *      AUTO_ID        an ascending integer primary key
 *      NOCASE(x)      x compared without regard to case, on both sides: NOCASE(email) = NOCASE(:email); may be indexed
 *      GREATEST(a,b), LEAST(a,b)          of values that are not NULL
 *      FOR UPDATE [SKIP LOCKED]           left out on SQLite, where one work writes at a time
 *      SKIP_LOCKED                        short for FOR UPDATE SKIP LOCKED
 *  LIKE regards case on both. There is no boolean type: a flag is a BIGINT, asked as `flag = 1`. A parameter has
 *  the type of what was bound (text, BIGINT, DOUBLE PRECISION, BLOB); columns are not converted silently.
 *  Parts of a query may be optional:
 *      SELECT … WHERE 1 = 1
 *      --if status
 *        AND status IN LIST(:status)
 *      --if asc
 *      ORDER BY id
 *      --else
 *      ORDER BY id DESC
 *      --end
 *  and are switched on by stmt_begin_if(…, "status", "asc", NULL). An --if reaches to the next --if, --else or --end.
 *  Lines that several queries of a file share stand once, after `-- shared: NAME`; `--use NAME` takes them in.
 *  Every variant is prepared once per connection and kept. A parameter that only an absent part has may be bound all
 *  the same; one that the variant has must be bound (stmt_null for NULL).
 */
#include "base/err.h"

typedef struct Database Database;
typedef struct Store Store;

/** A named query; made by tools/embed_sql.awk from *.sql. */
typedef struct Sql { const char *name, *text; } Sql;
/** The schema of one room: its steps in order, each applied once in a transaction, never edited after release.
 *  Made from schema.sql, where `-- step N` begins a step. */
typedef struct Schema { const char *room; const char *const *steps; size_t n_steps; } Schema;

typedef struct DatabaseOptions {
    Str url;             /* "postgres://…" or the path of a SQLite file; ":memory:" for tests */
    int readers;         /* most connections for reading at one time (PostgreSQL: for everything) */
    size_t cache_bytes;  /* page cache per connection, SQLite; 0 = default */
} DatabaseOptions;

/** Opens it and makes the file when it is missing (its folder must be there). Belongs to the caller.
 *  Fails: ERR_UNAVAILABLE with a sentence that says what to mend. Does not migrate. */
Err  database_open(Arena *a, const DatabaseOptions *options, Database **ret);
/** Finishes the writes that wait, then closes. NULL is fine. */
void database_close(Database *db);
#define auto_database [[gnu::cleanup(database_drop)]] Database *
static inline void database_drop(Database **db) { database_close(*db); }
typedef enum DatabaseKind { DATABASE_SQLITE, DATABASE_POSTGRES } DatabaseKind;
DatabaseKind database_kind(const Database *db);
/** For `serve`: the only server on this SQLite file, until closed. Other processes may still open the file and make
 *  short writes (the command line); they wait for each other up to 5 s. Nothing to claim on PostgreSQL.
 *  Fails: ERR_UNAVAILABLE when another server has it. */
Err  database_claim(Database *db, Arena *a);

/** Brings every room's schema up to its last step; safe when several nodes start at once.
 *  Fails: ERR_CONFLICT when the database has a step or room that this program does not know
 *  ("written by a newer version"). `ret_applied` may be NULL. */
Err database_migrate(Database *db, Arena *a, const Schema *const *schemas, size_t n, int *ret_applied);

/** Takes a connection for reading; waits when all are taken. One consistent snapshot per statement. */
Store *store_take(Database *db);
void   store_give(Store *s);                 /* NULL is fine */
#define auto_store [[gnu::cleanup(store_drop_)]] Store *
static inline void store_drop_(Store **s) { store_give(*s); }

/** Work inside a write transaction, as if no other work ran at the same time (SERIALIZABLE on PostgreSQL). An error
 *  rolls back all that this work wrote (and nothing else). So does any statement of it that failed, even if the work
 *  goes on and returns OK: use ON CONFLICT, or look first, instead of trying. It may run again (when it clashed with
 *  another work, or when another of its group failed), so it must have no effects outside the database, and its errors
 *  must be made in an arena that outlives it. It must not take a store or start a write. */
typedef Err (*StoreWork)(Store *s, void *arg);

/** Runs `work` and returns when it is durable or has failed. Never call it from inside a work.
 *  Errors are in `a`. Fails besides: ERR_UNAVAILABLE when the disk is full or the database is gone. */
Err database_write(Database *db, Arena *a, StoreWork work, void *arg);

/** The same without waiting. `done` is called exactly once, on some thread, when durable or failed.
 *  The job belongs to the store until then. `arena` holds the error. */
typedef struct WriteJob {
    StoreWork work;
    void *arg;
    Arena *arena;
    void (*done)(struct WriteJob *job, Err result);
    struct WriteJob *next_;      /* the store's */
    Err result_;                 /* the store's */
} WriteJob;
void database_submit(Database *db, WriteJob *job);

/** Tells every node (this one too), once the transaction is committed. `payload` ≤ 7,000 bytes. Within a write only. */
Err  store_notify(Store *s, Arena *a, Str channel, Str payload);
/** Calls `heard` on a thread of the store's for every notice; set once, before the first write. After a lost
 *  connection to PostgreSQL, and within a second after another process wrote to the SQLite file, it calls
 *  heard(ctx, "reconnected", ""): notices may have been missed. */
void database_listen(Database *db, void (*heard)(void *ctx, Str channel, Str payload), void *ctx);

/** A statement in flight. The first error sticks: bind and step freely, then ask once with stmt_end(). */
typedef struct Stmt { Store *store; Arena *arena; const Sql *sql; void *backend; Err err; } Stmt;

Stmt stmt_begin(Arena *a, Store *s, const Sql *sql);
/** With the named optional parts switched on; the list ends with NULL. A NULL-pointer-free way to leave one
 *  out is stmt_if(cond, "name"), which gives "" when the condition is false. */
[[gnu::sentinel]] Stmt stmt_begin_if(Arena *a, Store *s, const Sql *sql, ...);
static inline const char *stmt_if(bool on, const char *part) { return on ? part : ""; }
void stmt_str(Stmt *q, const char *name, Str value);          /* text; the bytes are copied */
void stmt_int(Stmt *q, const char *name, int64_t value);
void stmt_real(Stmt *q, const char *name, double value);
void stmt_blob(Stmt *q, const char *name, Str value);
void stmt_null(Stmt *q, const char *name);
/** NULL when the text is empty. */
void stmt_str_or_null(Stmt *q, const char *name, Str value);
/** NULL when the value is 0: for times that are not known. */
void stmt_int_or_null(Stmt *q, const char *name, int64_t value);
/** Within a write: starts it without waiting for what comes of it, which stmt_step() then gives. Several that are sent before the
 *  first of them is stepped take one round trip to PostgreSQL; SQLite runs each when it is stepped. So none may depend on
 *  another, all that write are stepped, in the order in which they were sent, and ended; at most a hundred or so at a time. */
void stmt_send(Stmt *q);
/** True: a row is ready. False: no more, or an error. */
bool stmt_step(Stmt *q);
/** Column values of the current row, copied into the statement's arena. NULL gives "" and 0. Columns count from 0. */
Str     stmt_col_str(Stmt *q, int i);
int64_t stmt_col_int(Stmt *q, int i);
double  stmt_col_real(Stmt *q, int i);
Str     stmt_col_blob(Stmt *q, int i);
bool    stmt_col_is_null(Stmt *q, int i);
/** Rows changed by the statement, known after the last step. */
int64_t stmt_changes(Stmt *q);
/** The first error, if any; the statement is released. Unique or foreign key violations are ERR_CONFLICT. */
Err  stmt_end(Stmt *q);
void stmt_drop(Stmt *q);
#define auto_stmt [[gnu::cleanup(stmt_drop)]] Stmt

/** Prepares every variant that differs by one optional part (all off, all on, each alone) on this connection.
 *  Fails: ERR_INTERNAL with one line for each query that does not prepare. */
Err store_check(Store *s, Arena *a, const Sql *const *all, size_t n);

/** Short forms. `exec` runs a statement that was bound and returns its error. */
static inline Err stmt_exec(Stmt *q) { stmt_step(q); return stmt_end(q); }
/** How many bytes the database takes on disk (0 when unknown), for /metrics and doctor. */
int64_t database_bytes(Database *db);
/** True when it answers now. */
Err database_ping(Database *db, Arena *a);

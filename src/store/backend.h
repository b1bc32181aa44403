#pragma once
/** Inside store/ only: what every statement, connection and database is made of, and the few things that a
 *  backend (sqlite.c, postgres.c) must be able to do. Whatever the two have in common is in database.c (pool),
 *  writer.c (group commit), stmt.c (statements), query.c (text) and migrate.c. */
#include <pthread.h>
#include "base/list.h"
#include "store/query.h"
#include "store/store.h"

typedef enum ValueType { VALUE_UNBOUND, VALUE_NULL, VALUE_TEXT, VALUE_INT, VALUE_REAL, VALUE_BLOB } ValueType;
typedef struct Value { ValueType type; Str bytes; int64_t integer; double real; } Value;

/** One variant of a query, prepared on one connection. Lives as long as the connection. */
typedef struct Prepared {
    const Sql *sql;
    uint64_t parts;              /* the optional parts switched on, one bit each */
    Composed composed;
    void *handle;                /* the backend's */
    bool busy;                   /* a statement is running it */
    struct Prepared *next;
} Prepared;

/** A query as one connection knows it. */
typedef struct QueryEntry { Query query; Prepared *variants; struct QueryEntry *next; } QueryEntry;

/** One execution of a Prepared; what Stmt.backend points to. */
typedef struct Run {
    Prepared *prepared;
    const Query *query;
    Value *values;
    size_t next_param;           /* likely to be bound next */
    int n_columns;
    bool started, done, row;
    bool held, own;              /* it is running the Prepared; that is not in the cache, to be forgotten at the end */
    bool sent;                   /* the backend has it already, and will give its result */
    struct Run *next;            /* sent after it, while results are awaited */
    int64_t changes;
    void *cursor;                /* the backend's */
    int at;                      /* row number in it */
} Run;

typedef struct Notice { Str channel, payload; } Notice;
typedef LIST(Notice) Notices;

#define QUERY_BUCKETS 256

struct Store {
    Database *db;
    Arena *arena;                /* statements of this connection */
    void *conn;                  /* NULL until first needed */
    unsigned generation;         /* PostgreSQL: grows with every new connection; SQLite: see outdated */
    unsigned n_prepared;
    QueryEntry *queries[QUERY_BUCKETS];
    bool writer;                 /* may write: SQLite's one writer */
    bool in_work;                /* inside a StoreWork */
    bool again;                  /* the database asks for the transaction to be run again (serialisation) */
    Err work_err;                /* the first statement of this work that failed; as on PostgreSQL, the work is lost */
    Arena *txn_arena;            /* of the open transaction; reset by store_tell */
    Notices notices;             /* of the open transaction */
    Run *sent, **last_sent;      /* results are awaited */
    struct Store *next;          /* in the pool's list of the free */
    void *extra;                 /* the backend's */
};

typedef enum Control { CONTROL_BEGIN, CONTROL_SAVEPOINT, CONTROL_RELEASE, CONTROL_UNDO, CONTROL_COMMIT,
                       CONTROL_ROLLBACK, CONTROLS } Control;

/** What several nodes must not do at one time: migrate, or run again what failed to serialise. */
typedef enum Lock { LOCK_MIGRATE, LOCK_RETRY } Lock;

typedef struct Backend {
    DatabaseKind kind;
    Err  (*open)(Database *db, Arena *a);
    void (*close)(Database *db);                                    /* after all its connections */
    Err  (*connect)(Store *s, Arena *a);                            /* unless it is; sets s->conn */
    void (*disconnect)(Store *s);
    Err  (*run)(Store *s, Arena *a, const char *text);              /* any number of statements without parameters */
    Err  (*prepare)(Store *s, Arena *a, Prepared *p);
    Err  (*check)(Store *s, Arena *a, Prepared *p);                 /* when prepare only makes ready; may be NULL */
    void (*forget)(Store *s, Prepared *p);
    Err  (*send)(Store *s, Arena *a, Run *r);                       /* starts it and sets r->sent; may be NULL */
    Err  (*step)(Store *s, Arena *a, Run *r);                       /* binds and runs at the first; sets row or done */
    Value (*column)(Run *r, Arena *a, int i, ValueType want);       /* bytes are borrowed until the next step */
    void (*reset)(Store *s, Run *r);
    Err  (*control)(Store *s, Arena *a, Control what);
    bool (*in_transaction)(Store *s);                               /* false: the database has rolled back by itself */
    Err  (*notify)(Store *s, Arena *a, Notice n);
    Err  (*listen)(Database *db);                                   /* starts hearing other processes; may be NULL */
    Err  (*lock)(Store *s, Arena *a, Lock what);                    /* among all nodes; before BEGIN */
    void (*unlock)(Store *s, Lock what);
    void (*wrote)(Store *s, bool idle);                             /* after a batch; idle: nothing waits. May be NULL */
    bool (*others_wrote)(Store *s);                                 /* the writer's connection: another process committed since it was asked last. May be NULL */
    bool (*outdated)(Store *s);                                     /* a new connection would plan better. May be NULL */
    int64_t (*bytes)(Database *db);
    Err  (*claim)(Database *db, Arena *a);
} Backend;

extern const Backend sqlite_backend, postgres_backend;

typedef struct Writer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    WriteJob *first, **last;
    bool started, stop;
    Store store;
} Writer;

struct Database {
    const Backend *backend;
    Arena *arena;                /* its own; freed by database_close */
    Str url;
    DatabaseOptions options;
    void *impl;                  /* the backend's */
    pthread_mutex_t lock;        /* of the pool */
    pthread_cond_t given;
    pthread_rwlock_t turn;       /* shared by writes at their first tries, taken alone by those that keep losing */
    Store *stores, *free;
    int n_stores;
    Writer writer;
    void (*heard)(void *ctx, Str channel, Str payload);
    void *heard_ctx;
};

/** A connection of `db` that is not yet open. */
void store_init(Store *s, Database *db, bool writer);
void store_done(Store *s);
/** Opens the connection when it is not open. */
Err  store_connect(Store *s, Arena *a);
/** Runs `work` on `s` inside its open transaction and settles what a failed statement means. */
Err  store_work(Store *s, Arena *a, StoreWork work, void *arg);
/** Tells this process what `s` noticed, and forgets it. */
void store_tell(Store *s);
/** Begins, works and commits on `s`, alone; again, a bounded number of times, when the database asks for it. */
Err  store_transaction(Store *s, Arena *a, StoreWork work, void *arg);

Err  writer_start(Database *db, Arena *a);
void writer_stop(Database *db);
void writer_submit(Database *db, WriteJob *job);
/** Submits and waits. */
Err  writer_wait(Database *db, Arena *a, StoreWork work, void *arg);

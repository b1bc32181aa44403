#include "base/spec.h"
#include <pthread.h>
#include "store/spec_database.h"

static const char *const steps[] = { "CREATE TABLE a (id TEXT PRIMARY KEY);\nINSERT INTO a (id) VALUES ('kept');\n",
                                     "ALTER TABLE a ADD COLUMN n BIGINT;\nCREATE TABLE b (id AUTO_ID, note BLOB);\n" };
static const char *const broken_steps[] = { "CREATE TABLE c (id TEXT);", "CREATE TABLE d (id TEXT);\nnonsense;\n" };
static const Schema first = { "one", steps, 1 }, both = { "one", steps, 2 }, other = { "two", steps, 0 }, broken = { "three", broken_steps, 2 };

static Err migrate(Database *db, Arena *a, const Schema *schema, int *ret)
{
    const Schema *all[] = { schema };
    return database_migrate(db, a, all, 1, ret);
}

static const Sql a_ids = { "a_ids", "SELECT id, n FROM a" };

SPEC("steps are applied once, in order, and keep what is there")
{
    auto_arena a = arena_new(4096);
    Database *db = given_an_empty_database(a);
    int n = -1;
    expect_ok(migrate(db, a, &first, &n));
    expect_int(1, n);
    expect_ok(migrate(db, a, &both, &n));
    expect_int(1, n);
    expect_ok(migrate(db, a, &both, &n));
    expect_int(0, n);
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &a_ids);
    expect(stmt_step(&q));
    expect_str("kept", stmt_col_str(&q, 0));
    expect(!stmt_step(&q));
}

SPEC("a database with a step that this program does not know is refused and left alone")
{
    auto_arena a = arena_new(4096);
    Database *db = given_an_empty_database(a);
    expect_ok(migrate(db, a, &both, NULL));
    Err e = migrate(db, a, &first, NULL);
    expect(err_is(e, ERR_CONFLICT));
    expect_has("written by a newer version of Hindsight (it has step 2 of one)", err_text(a, e));
    expect_err(ERR_CONFLICT, migrate(db, a, &other, NULL));
}

SPEC("a step that fails undoes all steps of the run, and names itself")
{
    static const Sql c_ids = { "c_ids", "SELECT id FROM c" };
    auto_arena a = arena_new(4096);
    Database *db = given_an_empty_database(a);
    Err e = migrate(db, a, &broken, NULL);
    expect(err_is(e, ERR_INTERNAL));
    expect_has("cannot apply step 2 of the schema of three", err_text(a, e));
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &c_ids);
    expect_err(ERR_INTERNAL, stmt_exec(&q));
}

typedef struct Node { Str url; int applied; bool failed; } Node;

static void *node_main(void *arg)
{
    Node *node = arg;
    auto_arena a = arena_new(4096);
    auto_database db = NULL;
    Err e = database_open(a, &(DatabaseOptions){ .url = node->url, .readers = 2 }, &db);
    if (!e.info) e = migrate(db, a, &both, &node->applied);
    node->failed = e.info != NULL;
    if (e.info) fprintf(stderr, STR_FMT "\n", STR_ARG(err_text(a, e)));
    return NULL;
}

SPEC("nodes that start together apply each step once")
{
    auto_arena a = arena_new(4096);
    Str url = given_a_database_url(a);
    Node nodes[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        nodes[i] = (Node){ .url = url };
        pthread_create(&threads[i], NULL, node_main, &nodes[i]);
    }
    int applied = 0, failed = 0;
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        applied += nodes[i].applied;
        failed += nodes[i].failed;
    }
    expect_int(0, failed);
    expect_int(2, applied);
}

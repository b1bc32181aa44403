#include "base/spec.h"
#include "store/spec_database.h"

static const char *const thing_steps[] = {
    "CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL, note TEXT, weight REAL, data BLOB);" };
static const Schema thing_schema = { "thing", thing_steps, 1 };
static const Schema *const schemas[] = { &thing_schema };
static const Sql thing_add = { "thing_add", "INSERT INTO thing (id, n, note, weight, data) VALUES (:id, :n, :note, :weight, :data)\n" };
static const Sql thing_list = { "thing_list",
    "SELECT id, n, note, weight, data FROM thing WHERE 1 = 1\n--if ids\n AND id IN LIST(:ids)\n--if down\nORDER BY id DESC\n--else\nORDER BY id\n--end\n" };

static Err add(Store *s, void *arg)
{
    auto_arena a = arena_new(1024);
    auto_stmt q = stmt_begin(a, s, &thing_add);
    stmt_str(&q, "id", str_of(arg));
    stmt_int(&q, "n", 1);
    stmt_null(&q, "note");
    stmt_real(&q, "weight", 1.5);
    stmt_blob(&q, "data", (Str){ "\0\1\2", 3 });
    return stmt_exec(&q);
}

SPEC("what was written is read")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_database(a, schemas, 1);
    expect_ok(database_write(db, a, add, "x"));
    expect_ok(database_write(db, a, add, "y"));
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin_if(a, s, &thing_list, "ids", "down", NULL);
    stmt_str(&q, "ids", S("[\"x\",\"y\"]"));
    expect(stmt_step(&q));
    expect_str("y", stmt_col_str(&q, 0));
    expect_int(1, stmt_col_int(&q, 1));
    expect(stmt_col_is_null(&q, 2));
    expect_int(3, (int)stmt_col_blob(&q, 4).len);
    expect(stmt_step(&q));
    expect(!stmt_step(&q));
    expect_ok(stmt_end(&q));
}

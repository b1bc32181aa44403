#include "store/spec_thing.h"

static const char *const steps[] = {
    "CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL, note TEXT, weight REAL, data BLOB);\n"
    "CREATE TABLE part (id AUTO_ID, thing_id TEXT NOT NULL REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED);\n"
    "CREATE UNIQUE INDEX thing_note ON thing (NOCASE(note));\n" };
static const Schema schema = { "thing", steps, 1 };
const Schema *const thing_schemas[1] = { &schema };

const Sql thing_add = { "thing_add", "INSERT INTO thing (id, n, note, weight, data) VALUES (:id, :n, :note, :weight, :data)\n" };
const Sql thing_set = { "thing_set", "UPDATE thing SET n = :n WHERE id = :id" };
const Sql thing_get = { "thing_get", "SELECT id, n, note, weight, data FROM thing WHERE id = :id" };
const Sql thing_count = { "thing_count", "SELECT count(*) FROM thing" };
const Sql thing_list = { "thing_list",
    "SELECT id, n, note FROM thing WHERE 1 = 1\n"
    "--if ids\n  AND id IN LIST(:ids)\n"
    "--if others\n  AND id NOT IN LIST(:others)\n"
    "--if note\n  AND NOCASE(note) = NOCASE(:note)\n"
    "--if down\nORDER BY id DESC\n"
    "--else\nORDER BY id\n--end\n" };

Err thing_insert(Store *s, void *arg)
{
    const Thing *thing = arg;
    auto_stmt q = stmt_begin(thing->arena, s, &thing_add);
    stmt_str(&q, "id", str_of(thing->id));
    stmt_int(&q, "n", thing->n);
    stmt_null(&q, "note");
    stmt_null(&q, "weight");
    stmt_null(&q, "data");
    return stmt_exec(&q);
}

int64_t things_in(Database *db)
{
    auto_arena a = arena_new(1024);
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &thing_count);
    return stmt_step(&q) ? stmt_col_int(&q, 0) : -1;
}

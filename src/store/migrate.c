/** Schema steps. Everything that is missing is applied in one transaction, so a database is never half migrated;
 *  a lock among the nodes lets one of them do it while the others wait. */
#include "store/backend.h"
#include "base/time.h"

typedef struct Migration { Arena *arena; const Schema *const *schemas; size_t n; int applied; } Migration;

static const char create_table[] =
    "CREATE TABLE IF NOT EXISTS schema_step (room TEXT NOT NULL, step BIGINT NOT NULL, applied_ms BIGINT NOT NULL, "
    "PRIMARY KEY (room, step))";
static const Sql sql_steps = { "schema_steps", "SELECT room, step FROM schema_step ORDER BY room, step" };
static const Sql sql_add = { "schema_step_add", "INSERT INTO schema_step (room, step, applied_ms) VALUES (:room, :step, :now_ms)" };

/** Marks in `done[room]` how many steps were applied. */
static Err read_steps(Store *s, Migration *m, int64_t *done)
{
    auto_stmt q = stmt_begin(m->arena, s, &sql_steps);
    while (stmt_step(&q)) {
        Str room = stmt_col_str(&q, 0);
        int64_t step = stmt_col_int(&q, 1);
        size_t i = 0;
        while (i < m->n && !str_eq(room, str_of(m->schemas[i]->room))) i++;
        if (i == m->n || step > (int64_t)m->schemas[i]->n_steps)
            return fail(m->arena, ERR_CONFLICT, "the database was written by a newer version of Hindsight "
                        "(it has step %lld of " STR_FMT "): start that version", (long long)step, STR_ARG(room));
        done[i] = step > done[i] ? step : done[i];
    }
    return stmt_end(&q);
}

static Err apply_step(Store *s, Migration *m, const Schema *schema, size_t step)
{
    Arena *a = m->arena;
    Str text = query_dialect(a, str_of(schema->steps[step]), s->db->backend->kind);
    TRY_AS(a, s->db->backend->run(s, a, text.at), "cannot apply step %zu of the schema of %s",
           step + 1, schema->room);
    auto_stmt q = stmt_begin(a, s, &sql_add);
    stmt_str(&q, "room", str_of(schema->room));
    stmt_int(&q, "step", (int64_t)step + 1);
    stmt_int(&q, "now_ms", clock_ms());
    m->applied++;
    return stmt_exec(&q);
}

static Err migrate(Store *s, void *arg)
{
    Migration *m = arg;
    m->applied = 0;
    int64_t *done = arena_array(m->arena, int64_t, m->n + 1);
    TRY(s->db->backend->run(s, m->arena, create_table));
    TRY(read_steps(s, m, done));
    for (size_t i = 0; i < m->n; i++)
        for (size_t step = (size_t)done[i]; step < m->schemas[i]->n_steps; step++)
            TRY(apply_step(s, m, m->schemas[i], step));
    return OK;
}

static Err migrate_locked(Database *db, Migration *m)
{
    auto_store s = store_take(db);
    TRY(store_connect(s, m->arena));
    TRY(db->backend->lock(s, m->arena, LOCK_MIGRATE));
    Err e = store_transaction(s, m->arena, migrate, m);
    store_tell(s);
    db->backend->unlock(s, LOCK_MIGRATE);
    return e;
}

Err database_migrate(Database *db, Arena *a, const Schema *const *schemas, size_t n, int *ret_applied)
{
    Migration m = { a, schemas, n, 0 };
    Err e = db->backend->kind == DATABASE_SQLITE ? database_write(db, a, migrate, &m)
                                                 : migrate_locked(db, &m);
    if (!e.info && ret_applied) *ret_applied = m.applied;
    return e;
}

#include "store/inspect.h"
#include <sqlite3.h>
#include "store/backend.h"

static const Sql sql_known_steps = { "schema_steps_known", "SELECT room, step FROM schema_step ORDER BY room, step" };

static size_t room_of(const Schema *const *schemas, size_t n, Str room)
{
    size_t i = 0;
    while (i < n && !str_eq(room, str_of(schemas[i]->room))) i++;
    return i;
}

Err database_pending(Database *db, Arena *a, const Schema *const *schemas, size_t n, int *ret_steps)
{
    int missing = 0;
    for (size_t i = 0; i < n; i++) missing += (int)schemas[i]->n_steps;
    auto_store s = store_take(db);
    TRY(store_connect(s, a));
    auto_stmt q = stmt_begin(a, s, &sql_known_steps);
    while (stmt_step(&q)) {
        Str room = stmt_col_str(&q, 0);
        size_t i = room_of(schemas, n, room);
        if (i == n || stmt_col_int(&q, 1) > (int64_t)schemas[i]->n_steps)
            return fail(a, ERR_CONFLICT,
                        "the database was written by a newer version of Hindsight (step %lld "
                        "of " STR_FMT "): start that version",
                        (long long)stmt_col_int(&q, 1), STR_ARG(room));
        missing--;
    }
    Err e = stmt_end(&q);
    if (e.info && e.info->kind != ERR_INTERNAL) return e;      /* internal: there is no such table yet */
    *ret_steps = missing;
    return OK;
}

Err database_verify(Database *db, Arena *a)
{
    if (db->backend->kind != DATABASE_SQLITE) return OK;
    sqlite3 *conn = NULL;
    sqlite3_stmt *q = NULL;
    Err e = OK;
    int code = sqlite3_open_v2(arena_cstr(a, db->url), &conn, SQLITE_OPEN_READONLY, NULL);
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(conn, "PRAGMA quick_check(5)", -1, &q, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(q);
    if (code != SQLITE_ROW)
        e = fail(a, ERR_UNAVAILABLE, STR_FMT " cannot be checked: %s", STR_ARG(db->url),
                 conn ? sqlite3_errmsg(conn) : "out of memory");
    else if (strcmp((const char *)sqlite3_column_text(q, 0), "ok"))
        e = fail(a, ERR_UNAVAILABLE, STR_FMT " is damaged: %s", STR_ARG(db->url),
                 (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    sqlite3_close(conn);
    return e;
}

/* How far an import is: it may take a while, and whoever began it may leave and come back. One at a time for each incident; one that says
 * nothing for long was cut off by the end of the server, and may be begun again: what is here already is known. */
#include "feature/account/account.h"
#include "feature/warroom/rules.h"
#include "sql.gen.h"

enum { SILENT_MS = 60 * 1000 };

static Err tell(Cx *cx, const Incident *i) { return live_touch(cx, arena_fmt(cx->arena, "messages:" STR_FMT, STR_ARG(i->id)), "import", i->id, i->version, i->audience); }

Err import_begin(Cx *cx, const Incident *i, int64_t total)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_import_begin);
    stmt_str(&q, "incident", i->id);
    stmt_str(&q, "user", cx->actor.id);
    stmt_int(&q, "total", total);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_int(&q, "silent_before", cx->now_ms - SILENT_MS);
    stmt_step(&q);
    bool mine = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    return mine ? tell(cx, i) : fail(cx->arena, ERR_CONFLICT, "an import into this war room is under way: wait for its end");
}

Err import_step(Cx *cx, const Incident *i, const char *state, Str error, int64_t done)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_import_step);
    stmt_str(&q, "incident", i->id);
    stmt_str(&q, "state", str_of(state));
    stmt_str(&q, "error", error);
    stmt_int(&q, "done", done);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return tell(cx, i);
}

Err import_progress(Cx *cx, Str incident, ImportProgress *ret)
{
    *ret = (ImportProgress){ .state = S("") };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_import_get);
    stmt_str(&q, "incident", incident);
    if (!stmt_step(&q)) return stmt_end(&q);
    int64_t updated_ms = stmt_col_int(&q, 5);
    *ret = (ImportProgress){ .state = stmt_col_str(&q, 0), .error = stmt_col_str(&q, 1), .done = stmt_col_int(&q, 2), .total = stmt_col_int(&q, 3), .by = { .id = stmt_col_str(&q, 4) } };
    TRY(stmt_end(&q));
    if (str_eq(ret->state, S("running")) && updated_ms < cx->now_ms - SILENT_MS) ret->state = S("stopped");
    if (str_eq(ret->state, S("done"))) *ret = (ImportProgress){ .state = S("") };
    Map *users;
    TRY(user_refs(cx, (Strs){ .at = &ret->by.id, .len = ret->by.id.len > 0, .room = 1 }, &users));
    ret->by = user_ref(users, ret->by.id);
    return OK;
}

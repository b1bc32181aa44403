#include "app/cx.h"
#include "app/app.h"
#include "sql.gen.h"

const char *const role_names[] = { "", "viewer", "responder", "manager", "admin", NULL };

Err cx_match(Cx *cx, int64_t current)
{
    if (cx->if_match == MATCH_ANY || cx->if_match == current) return OK;
    Err e = fail(cx->arena, ERR_STALE,
                 "somebody changed this meanwhile: it is at version %lld, you edited version %lld",
                 (long long)current, (long long)cx->if_match);
    return err_with_version(cx->arena, e, current);
}

typedef struct Write { const Cx *cx; Err (*fn)(Cx *cx, void *arg); void *arg; } Write;

static Err run_write(Store *s, void *arg)
{
    Write *w = arg;
    Cx inside = *w->cx;
    inside.store = s;
    return w->fn(&inside, w->arg);
}

Err cx_write(Cx *cx, Err (*fn)(Cx *cx, void *arg), void *arg)
{
    Write w = { cx, fn, arg };
    return database_write(cx->app->db, cx->arena, run_write, &w);
}

Err counter_next(Cx *cx, const char *name, int64_t *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_counter_next);
    stmt_str(&q, "name", str_of(name));
    int64_t n = stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
    TRY(stmt_end(&q));
    *ret = n;
    return OK;
}

Str reference(Arena *a, const char *prefix, int64_t number)
{
    return arena_fmt(a, "%s-%lld", prefix, (long long)number);
}

int64_t reference_number(Str text, const char *prefix)
{
    Str p = str_of(prefix);
    int64_t n;
    if (text.len <= p.len + 1 || text.at[p.len] != '-'
        || !str_eq_nocase(str_sub(text, 0, p.len), p))
        return 0;
    return str_int(str_sub(text, p.len + 1, text.len), &n) && n > 0 ? n : 0;
}

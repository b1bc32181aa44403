/** Statements: the same for both databases. A statement resolves names to numbers, keeps the values, and asks the
 *  backend to run a Prepared, which the connection keeps per query and choice of optional parts. */
#include "store/backend.h"
#include "base/utf8.h"

#define PARTS_ARGS_MAX QUERY_PARTS_MAX

static QueryEntry **bucket_of(Store *s, const Sql *sql)
{
    uintptr_t h = (uintptr_t)sql;
    return &s->queries[(h >> 4 ^ h >> 12) % QUERY_BUCKETS];
}

static Err entry_of(Store *s, Arena *a, const Sql *sql, QueryEntry **ret)
{
    QueryEntry **bucket = bucket_of(s, sql);
    for (QueryEntry *e = *bucket; e; e = e->next)
        if (e->query.sql == sql) { *ret = e; return OK; }
    Query query;
    Err failed = query_parse(s->arena, sql, &query);
    if (failed.info) return fail(a, ERR_INTERNAL, STR_FMT, STR_ARG(failed.info->message));
    QueryEntry *e = arena_make(s->arena, QueryEntry);
    *e = (QueryEntry){ .query = query, .next = *bucket };
    *bucket = *ret = e;
    return OK;
}

static Err prepare(Store *s, Arena *a, Arena *keep, QueryEntry *e, uint64_t parts, Prepared **ret)
{
    Prepared *p = arena_make(keep, Prepared);
    *p = (Prepared){ .sql = e->query.sql, .parts = parts };
    TRY(query_compose(keep, &e->query, parts, s->db->backend->kind, &p->composed));
    TRY(s->db->backend->prepare(s, a, p));
    *ret = p;
    return OK;
}

/** The kept statement. */
static Err prepared_of(Store *s, Arena *a, QueryEntry *e, uint64_t parts, Run *run)
{
    for (Prepared *p = e->variants; p; p = p->next)
        if (p->parts == parts) { run->prepared = p; return OK; }
    TRY(prepare(s, a, s->arena, e, parts, &run->prepared));
    run->prepared->next = e->variants;
    e->variants = run->prepared;
    return OK;
}

/** Before its first step: takes the kept statement, or one of its own when another is running that. */
static Err hold(Stmt *q, Run *run)
{
    if (run->sent) return OK;
    if (run->prepared->busy) {
        QueryEntry *e;
        TRY(entry_of(q->store, q->arena, q->sql, &e));
        TRY(prepare(q->store, q->arena, q->arena, e, run->prepared->parts, &run->prepared));
        run->own = true;
    }
    run->held = run->prepared->busy = true;
    return OK;
}

/** The same failure in another arena. */
static Err copy_err(Arena *a, Err e)
{
    return err_make(a, OK, e.info->kind, e.info->field, e.info->file, e.info->line, STR_FMT,
                    STR_ARG(e.info->message));
}

/** A statement of a work that failed: what the work still does is lost as well, on both databases. */
static void stick(Stmt *q, Err e)
{
    Store *s = q->store;
    if (!e.info) return;
    if (!q->err.info) q->err = e;
    if (s->in_work && !s->work_err.info) s->work_err = copy_err(s->txn_arena, e);
}

static Err begin(Stmt *q, const char *const *parts, size_t n_parts)
{
    Store *s = q->store;
    if (s->work_err.info) return copy_err(q->arena, s->work_err);
    TRY(store_connect(s, q->arena));
    QueryEntry *e;
    TRY(entry_of(s, q->arena, q->sql, &e));
    uint64_t mask = 0;
    for (size_t i = 0; i < n_parts; i++) {
        if (!*parts[i]) continue;
        uint64_t bit = query_part(&e->query, str_of(parts[i]));
        if (!bit)
            return fail(q->arena, ERR_INTERNAL, "query %s has no optional part %s", q->sql->name,
                        parts[i]);
        mask |= bit;
    }
    Run *run = arena_make(q->arena, Run);
    run->query = &e->query;
    run->values = arena_array(q->arena, Value, e->query.n_params);
    TRY(prepared_of(s, q->arena, e, mask, run));
    q->backend = run;
    return OK;
}

Stmt stmt_begin(Arena *a, Store *s, const Sql *sql)
{
    Stmt q = { .store = s, .arena = a, .sql = sql };
    stick(&q, begin(&q, NULL, 0));
    return q;
}

Stmt stmt_begin_if(Arena *a, Store *s, const Sql *sql, ...)
{
    Stmt q = { .store = s, .arena = a, .sql = sql };
    const char *parts[PARTS_ARGS_MAX], *part;
    size_t n = 0;
    va_list ap;
    va_start(ap, sql);
    while ((part = va_arg(ap, const char *)))
        if (n < PARTS_ARGS_MAX && *part) parts[n++] = part;
    va_end(ap);
    stick(&q, begin(&q, parts, n));
    return q;
}

static void bind(Stmt *q, const char *name, Value value)
{
    if (q->err.info) return;
    Run *run = q->backend;
    Str wanted = str_of(name);
    size_t n = run->query->n_params, i = run->next_param;         /* mostly bound in the order of the text */
    for (size_t tries = 0; tries < n; tries++, i = i + 1 < n ? i + 1 : 0) {
        if (!str_eq(run->query->params[i], wanted)) continue;
        run->values[i] = value;
        run->next_param = i + 1 < n ? i + 1 : 0;
        return;
    }
    q->err = fail(q->arena, ERR_INTERNAL, "query %s has no parameter :%s", q->sql->name, name);
}

void stmt_str(Stmt *q, const char *name, Str value)
{
    if (q->err.info) return;
    if (!utf8_valid(value) || str_index(value, 0) >= 0) {
        q->err = fail_field(q->arena, str_of(name), "%s holds bytes that are not text", name);
        return;
    }
    bind(q, name, (Value){ .type = VALUE_TEXT, .bytes = arena_str(q->arena, value) });
}

void stmt_blob(Stmt *q, const char *name, Str value)
{
    bind(q, name, (Value){ .type = VALUE_BLOB, .bytes = arena_str(q->arena, value) });
}

void stmt_int(Stmt *q, const char *name, int64_t value) { bind(q, name, (Value){ .type = VALUE_INT, .integer = value }); }
void stmt_real(Stmt *q, const char *name, double value) { bind(q, name, (Value){ .type = VALUE_REAL, .real = value }); }
void stmt_null(Stmt *q, const char *name) { bind(q, name, (Value){ .type = VALUE_NULL }); }

void stmt_str_or_null(Stmt *q, const char *name, Str value)
{
    if (str_empty(value)) stmt_null(q, name);
    else stmt_str(q, name, value);
}

void stmt_int_or_null(Stmt *q, const char *name, int64_t value)
{
    if (value == 0) stmt_null(q, name);
    else stmt_int(q, name, value);
}

static Err all_bound(Stmt *q, Run *run)
{
    for (size_t i = 0; i < run->query->n_params; i++)
        if (run->prepared->composed.param_of[i] && run->values[i].type == VALUE_UNBOUND)
            return fail(q->arena, ERR_INTERNAL, "query %s was run without :" STR_FMT, q->sql->name,
                        STR_ARG(run->query->params[i]));
    return OK;
}

void stmt_send(Stmt *q)
{
    Run *run = q->backend;
    const Backend *backend = q->store->db->backend;
    if (q->err.info || run->started || run->sent || !backend->send || !q->store->in_work) return;
    q->err = all_bound(q, run);
    if (!q->err.info) stick(q, backend->send(q->store, q->arena, run));
}

bool stmt_step(Stmt *q)
{
    Run *run = q->backend;
    if (!run && !q->err.info) bug("query %s was stepped after its end", q->sql->name);
    if (q->err.info || run->done) return false;
    if (!run->started) q->err = all_bound(q, run);
    if (!run->started && !q->err.info) stick(q, hold(q, run));
    if (q->err.info) return false;
    run->row = false;
    stick(q, q->store->db->backend->step(q->store, q->arena, run));
    run->started = true;
    return run->row && !q->err.info;
}

/** False, and an error that names the statement, when there is no such column or no row. */
static bool has_column(Stmt *q, int i)
{
    if (q->err.info) return false;
    Run *run = q->backend;
    if (run->row && i >= 0 && i < run->n_columns) return true;
    q->err = run->row ? fail(q->arena, ERR_INTERNAL,
                             "query %s gives %d columns; column %d was asked for", q->sql->name,
                             run->n_columns, i)
                      : fail(q->arena, ERR_INTERNAL,
                             "query %s: column %d was asked for without a row", q->sql->name, i);
    return false;
}

static Value column(Stmt *q, int i, ValueType want)
{
    if (!has_column(q, i)) return (Value){ .type = VALUE_NULL, .bytes = S("") };
    return q->store->db->backend->column(q->backend, q->arena, i, want);
}

Str stmt_col_str(Stmt *q, int i) { return arena_str(q->arena, column(q, i, VALUE_TEXT).bytes); }
Str stmt_col_blob(Stmt *q, int i) { return arena_str(q->arena, column(q, i, VALUE_BLOB).bytes); }
int64_t stmt_col_int(Stmt *q, int i) { return column(q, i, VALUE_INT).integer; }
double stmt_col_real(Stmt *q, int i) { return column(q, i, VALUE_REAL).real; }
bool stmt_col_is_null(Stmt *q, int i) { return column(q, i, VALUE_NULL).type == VALUE_NULL; }

int64_t stmt_changes(Stmt *q) { return q->backend ? ((Run *)q->backend)->changes : 0; }

Err stmt_end(Stmt *q)
{
    Run *run = q->backend;
    if (!run) return q->err;
    q->backend = NULL;
    const Backend *backend = q->store->db->backend;
    if (run->started || run->sent) backend->reset(q->store, run);
    if (run->held) run->prepared->busy = false;
    if (run->own) backend->forget(q->store, run->prepared);
    return q->err;
}

void stmt_drop(Stmt *q)
{
    Err e = stmt_end(q);
    (void)e;
}

static Err check_variant(Store *s, Arena *a, QueryEntry *e, uint64_t parts)
{
    Prepared *p;
    TRY(prepare(s, a, a, e, parts, &p));
    Err failed = s->db->backend->check ? s->db->backend->check(s, a, p) : OK;
    s->db->backend->forget(s, p);
    return failed;
}

static Err check_query(Store *s, Arena *a, const Sql *sql)
{
    QueryEntry *e;
    TRY(entry_of(s, a, sql, &e));
    uint64_t every = (1ull << e->query.n_parts) - 1;
    TRY(check_variant(s, a, e, 0));
    for (size_t k = 0; k < e->query.n_parts; k++)
        TRY_AS(a, check_variant(s, a, e, 1ull << k), "with the part " STR_FMT, STR_ARG(e->query.parts[k]));
    if (every) TRY_AS(a, check_variant(s, a, e, every), "with every optional part");
    return OK;
}

Err store_check(Store *s, Arena *a, const Sql *const *all, size_t n)
{
    Str wrong = S("");
    TRY(store_connect(s, a));
    for (size_t i = 0; i < n; i++) {
        Err e = check_query(s, a, all[i]);
        if (e.info)
            wrong = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(wrong), wrong.len ? "\n" : "",
                              STR_ARG(err_text(a, e)));
    }
    return wrong.len ? fail(a, ERR_INTERNAL, STR_FMT, STR_ARG(wrong)) : OK;
}

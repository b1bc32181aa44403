/** PostgreSQL 15. Statements are prepared once per connection; values travel as text, bytes as binary.
 *
 *  Types. The same text must prepare here and on SQLite, where anything may be bound anywhere. So each parameter
 *  has the type of what was bound to it: text, int8, float8, bytea; NULL keeps the type that was bound before, or
 *  leaves it to PostgreSQL. Where a number does not fit (substr() wants int4), its type is left to PostgreSQL too.
 *
 *  Connections. A lost one is opened again when it is next needed, and what was asked outside of a transaction is
 *  asked again once. Inside one it fails: nothing was promised yet. Sessions read only; a write says so (BEGIN …
 *  READ WRITE), so a query that writes without a transaction is found on both databases.
 *
 *  Notices travel on one channel per schema, so that two workspaces in one database do not hear each other. */
#include "store/backend.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include "store/postgres_listen.h"

enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_FLOAT8 = 701 };

typedef struct PgPrepared {
    char name[24];
    unsigned generation;         /* of the connection that knows it; 0: none */
    ValueType types[QUERY_PARAMS_MAX];   /* as last prepared; VALUE_NULL: not known */
} PgPrepared;

/* ---- errors ---- */

/** The first line of libpq's message, without its "ERROR:" and without where it connected to. */
static Str message_of(Arena *a, const char *text)
{
    Str line = str_trim(str_before(str_trim(str_of(text)), '\n'));
    static const char *const prefixes[] = { "ERROR:", "FATAL:" };
    ptrdiff_t failed = str_find(line, S(" failed: "));
    if (str_starts(line, S("connection to server")) && failed >= 0)
        line = str_sub(line, (size_t)failed + 9, line.len);
    for (size_t i = 0; i < 2; i++)
        if (str_starts(line, str_of(prefixes[i]))) line = str_trim(str_after(line, ':'));
    return arena_str(a, line);
}

static bool is_lost(const Store *s) { return PQstatus(s->conn) != CONNECTION_OK; }

static Err lost_err(const Store *s, Arena *a)
{
    return fail(a, ERR_UNAVAILABLE, "PostgreSQL does not answer: " STR_FMT,
                STR_ARG(message_of(a, PQerrorMessage(s->conn))));
}

/** Translates an SQLSTATE, once, where the call is made. `doing` is the name of the query. Frees `res`. */
static Err pg_err(Store *s, Arena *a, PGresult *res, const char *doing)
{
    const char *found = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    char state[6] = "";
    if (found) snprintf(state, sizeof state, "%s", found);
    Str text = message_of(a, PQresultErrorMessage(res));
    PQclear(res);
    if (is_lost(s)) return lost_err(s, a);
    Str code = str_of(state);
    if (str_eq(code, S("23505")) || str_eq(code, S("23P01")))
        return fail(a, ERR_CONFLICT, "%s: there is one already (" STR_FMT ")", doing, STR_ARG(text));
    if (str_eq(code, S("23503")))
        return fail(a, ERR_CONFLICT,
                    "%s: it refers to something that is not there, or is referred to", doing);
    if (str_eq(code, S("40001")) || str_eq(code, S("40P01"))) {
        s->again = true;
        return fail(a, ERR_UNAVAILABLE, "the database is too busy with other writes: try again");
    }
    if (str_eq(code, S("53100")))
        return fail(a, ERR_UNAVAILABLE,
                    "the disk of the database is full: make room and try again");
    if (str_eq(code, S("25006")))
        return fail(a, ERR_INTERNAL, "%s: a reading connection cannot write", doing);
    if (str_eq(code, S("22021"))) return fail(a, ERR_INVALID, "%s: bytes that are not text", doing);
    if (str_starts(code, S("54")))
        return fail(a, ERR_TOO_LARGE, "%s: too large for the database (" STR_FMT ")", doing,
                    STR_ARG(text));
    if (str_starts(code, S("53")) || str_starts(code, S("57")) || str_starts(code, S("58"))
        || str_starts(code, S("08")))
        return fail(a, ERR_UNAVAILABLE, "PostgreSQL: " STR_FMT, STR_ARG(text));
    return fail(a, ERR_INTERNAL, "query %s: " STR_FMT, doing, STR_ARG(text));
}

static bool state_is(const PGresult *res, const char *codes)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    return state && strstr(codes, state);
}

static bool is_good(const PGresult *res)
{
    ExecStatusType status = PQresultStatus(res);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* ---- connections ---- */

static void ignore_notice(void *arg, const PGresult *res) { (void)arg; (void)res; }

PGconn *pg_connection(Database *db)
{
    const char *const names[] = { "connect_timeout", "tcp_user_timeout", "dbname", "client_encoding", "fallback_application_name", NULL };
    const char *const values[] = { "5", "15000", db->url.at, "UTF8", "hindsight", NULL };
    PGconn *conn = PQconnectdbParams(names, values, 1);
    if (!conn) bug("out of memory");
    PQsetNoticeReceiver(conn, ignore_notice, NULL);
    return conn;
}

static Err pg_ready(Store *s, Arena *a)
{
    if (is_lost(s)) {
        Str why = message_of(a, PQerrorMessage(s->conn));
        return fail(a, ERR_UNAVAILABLE,
                    "cannot open the PostgreSQL database \"%s\" on %s: " STR_FMT,
                    PQdb(s->conn) ? PQdb(s->conn) : "",
                    PQhost(s->conn) ? PQhost(s->conn) : "its server", STR_ARG(why));
    }
    s->generation++;
    PGresult *res = PQexec(s->conn, "SET default_transaction_read_only = on");
    if (!is_good(res)) return pg_err(s, a, res, "opening");
    PQclear(res);
    return OK;
}

static Err pg_connect(Store *s, Arena *a)
{
    if (s->conn && !is_lost(s)) return OK;
    if (s->in_work) return lost_err(s, a);
    if (s->conn) PQreset(s->conn);
    else s->conn = pg_connection(s->db);
    return pg_ready(s, a);
}

static void pg_disconnect(Store *s)
{
    if (s->conn) PQfinish(s->conn);
    s->conn = NULL;
}

/** Takes the results of what was sent. Whatever else is asked on the connection, asks for this first. */
static void settle(Store *s)
{
    if (!s->sent) return;
    PQpipelineSync(s->conn);
    for (Run *r = s->sent; r; r = r->next) {
        r->cursor = PQgetResult(s->conn);
        for (PGresult *end; r->cursor && (end = PQgetResult(s->conn));) PQclear(end);
    }
    PQclear(PQgetResult(s->conn));                /* the sync */
    PQexitPipelineMode(s->conn);
    s->sent = NULL;
}

/** Runs text; again on a new connection when the old one was lost and no transaction with it. */
static Err exec_text(Store *s, Arena *a, const char *text, const char *doing, PGresult **ret)
{
    settle(s);
    PGTransactionStatusType before = PQtransactionStatus(s->conn);
    PGresult *res = PQexec(s->conn, text);
    if (!is_good(res) && is_lost(s) && before == PQTRANS_IDLE && !s->in_work) {
        PQclear(res);
        TRY(pg_connect(s, a));
        res = PQexec(s->conn, text);
    }
    if (!is_good(res)) return pg_err(s, a, res, doing);
    if (ret) *ret = res;
    else PQclear(res);
    return OK;
}

static Err pg_run(Store *s, Arena *a, const char *text) { return exec_text(s, a, text, "schema", NULL); }

/* ---- statements ---- */

static Err pg_prepare(Store *s, Arena *a, Prepared *p)
{
    (void)s;
    PgPrepared *h = calloc(1, sizeof *h);
    if (!h) return fail(a, ERR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < QUERY_PARAMS_MAX; i++) h->types[i] = VALUE_NULL;
    p->handle = h;
    return OK;
}

static void deallocate(Store *s, PgPrepared *h)
{
    char text[48];
    settle(s);
    if (!h->generation || h->generation != s->generation || !s->conn || is_lost(s)) return;
    snprintf(text, sizeof text, "DEALLOCATE %s", h->name);
    PQclear(PQexec(s->conn, text));          /* fails in a broken transaction: then its name is just not used again */
    h->generation = 0;
}

static void pg_forget(Store *s, Prepared *p)
{
    if (!p->handle) return;
    deallocate(s, p->handle);
    free(p->handle);
    p->handle = NULL;
}

static Oid oid_of(ValueType type)
{
    switch (type) {
    case VALUE_TEXT: return OID_TEXT;
    case VALUE_INT: return OID_INT8;
    case VALUE_REAL: return OID_FLOAT8;
    case VALUE_BLOB: return OID_BYTEA;
    default: return 0;
    }
}

/** The number of the parameter that a message such as "could not determine data type of parameter $3" is about. */
static int param_in(const PGresult *res)
{
    const char *dollar = strchr(PQresultErrorMessage(res), '$');
    return dollar ? atoi(dollar + 1) : 0;
}

/** Leaves the type of numbers to PostgreSQL in the call or expression that it complains about. False: none there. */
static bool loosen(const PGresult *res, const char *text, Oid *oids, int n)
{
    const char *position = PQresultErrorField(res, PG_DIAG_STATEMENT_POSITION);
    size_t from = position ? (size_t)atoi(position) : 0;
    bool found = false;
    if (from == 0 || from > strlen(text)) return false;
    int depth = 0;
    for (const char *p = text + from - 1; *p && !(found && depth == 0); p++) {
        if (*p == '(') depth++;
        if (*p == ')' && --depth <= 0) break;
        int param = *p == '$' ? atoi(p + 1) : 0;
        if (param < 1 || param > n
            || (oids[param - 1] != OID_INT8 && oids[param - 1] != OID_FLOAT8))
            continue;
        oids[param - 1] = 0;
        found = true;
    }
    return found;
}

/** Takes the parameters beside an operator of which nothing is known (a check binds no values) for numbers. */
static bool assume_numbers(const PGresult *res, const char *text, Oid *oids, int n)
{
    const char *position = PQresultErrorField(res, PG_DIAG_STATEMENT_POSITION);
    size_t at = position ? (size_t)atoi(position) : 0;
    bool found = false;
    if (at == 0 || at > strlen(text)) return false;
    const char *before = text + at - 1, *after = strchr(before, '$');
    while (before > text && *before != '$') before--;
    for (int i = 0; i < 2; i++) {
        const char *p = i ? after : before;
        int param = p && *p == '$' ? atoi(p + 1) : 0;
        if (param < 1 || param > n || oids[param - 1] != 0) continue;
        oids[param - 1] = OID_INT8;
        found = true;
    }
    return found;
}

/** Asks PostgreSQL to prepare, and once more for every type it could not work out. Leaves the last result. */
static PGresult *prepare_types(Store *s, Prepared *p, Oid *oids)
{
    PgPrepared *h = p->handle;
    int n = p->composed.n_params;
    for (int tries = 0;; tries++) {
        snprintf(h->name, sizeof h->name, "q%u", ++s->n_prepared);
        if (s->in_work) PQclear(PQexec(s->conn, "SAVEPOINT prepare"));
        PGresult *res = PQprepare(s->conn, h->name, p->composed.text.at, n, oids);
        bool good = is_good(res);
        if (s->in_work) PQclear(PQexec(s->conn, good ? "RELEASE prepare" : "ROLLBACK TO prepare"));
        if (good || tries > n + 1) return res;
        int unclear = state_is(res, "42P18 42P08") ? param_in(res) : 0;
        if (unclear >= 1 && unclear <= n && oids[unclear - 1] != OID_TEXT) oids[unclear - 1] = OID_TEXT;
        else if (state_is(res, "42725") && assume_numbers(res, p->composed.text.at, oids, n)) { /* again */
        } else if (!state_is(res, "42883 42804 42725")
                   || !loosen(res, p->composed.text.at, oids, n))
            return res;
        PQclear(res);
    }
}

static ValueType type_for(const PgPrepared *h, const Value *values, size_t i)
{
    ValueType now = values ? values[i].type : VALUE_NULL;
    return now == VALUE_NULL || now == VALUE_UNBOUND ? h->types[i] : now;
}

/** Does the connection know `p` for these values? */
static bool knows(const Store *s, const Prepared *p, const Query *query, const Value *values)
{
    const PgPrepared *h = p->handle;
    bool fits = h->generation == s->generation;
    for (size_t i = 0; i < query->n_params && fits; i++) fits = type_for(h, values, i) == h->types[i];
    return fits;
}

/** Makes it so. */
static Err know(Store *s, Arena *a, Prepared *p, const Query *query, const Value *values)
{
    PgPrepared *h = p->handle;
    ValueType types[QUERY_PARAMS_MAX];
    if (knows(s, p, query, values)) return OK;
    for (size_t i = 0; i < query->n_params; i++) types[i] = type_for(h, values, i);
    deallocate(s, h);
    memcpy(h->types, types, sizeof *types * query->n_params);
    Oid oids[QUERY_PARAMS_MAX] = { 0 };
    for (size_t i = 0; i < query->n_params; i++)
        if (p->composed.param_of[i]) oids[p->composed.param_of[i] - 1] = oid_of(types[i]);
    PGresult *res = prepare_types(s, p, oids);
    if (!is_good(res)) return pg_err(s, a, res, p->sql->name);
    PQclear(res);
    h->generation = s->generation;
    return OK;
}

static Err pg_check(Store *s, Arena *a, Prepared *p)
{
    Query query;
    TRY(query_parse(a, p->sql, &query));
    return know(s, a, p, &query, NULL);
}

/** Hands the values to libpq as it wants them, to be run at once (`ret`: the result), or to be sent. */
static bool give_values(Store *s, Arena *a, Run *r, PGresult **ret)
{
    const char *values[QUERY_PARAMS_MAX] = { 0 };
    int lengths[QUERY_PARAMS_MAX] = { 0 }, formats[QUERY_PARAMS_MAX] = { 0 };
    for (size_t i = 0; i < r->query->n_params; i++) {
        int at = r->prepared->composed.param_of[i] - 1;
        const Value *v = &r->values[i];
        if (at < 0) continue;
        switch (v->type) {
        case VALUE_TEXT: values[at] = v->bytes.at; break;
        case VALUE_INT: values[at] = arena_fmt(a, "%lld", (long long)v->integer).at; break;
        case VALUE_REAL: values[at] = arena_fmt(a, "%.17g", v->real).at; break;
        case VALUE_BLOB:
            values[at] = v->bytes.at;
            lengths[at] = (int)v->bytes.len;
            formats[at] = 1;
            break;
        default: break;
        }
    }
    const char *name = ((PgPrepared *)r->prepared->handle)->name;
    int n = r->prepared->composed.n_params;
    if (!ret) return PQsendQueryPrepared(s->conn, name, n, values, lengths, formats, 0) == 1;
    *ret = PQexecPrepared(s->conn, name, n, values, lengths, formats, 0);
    return true;
}

static Err pg_send(Store *s, Arena *a, Run *r)
{
    if (!knows(s, r->prepared, r->query, r->values)) settle(s);
    TRY(know(s, a, r->prepared, r->query, r->values));
    if (!s->sent && !PQenterPipelineMode(s->conn)) return OK;        /* then it is run when it is stepped */
    if (!give_values(s, a, r, NULL)) {
        settle(s);
        return is_lost(s) ? lost_err(s, a) : fail(a, ERR_INTERNAL, "query %s: " STR_FMT, r->prepared->sql->name,
                                                  STR_ARG(message_of(a, PQerrorMessage(s->conn))));
    }
    if (!s->sent) s->last_sent = &s->sent;
    *s->last_sent = r;
    s->last_sent = &r->next;
    r->sent = true;
    return OK;
}

static Err run_statement(Store *s, Arena *a, Run *r, PGresult **ret)
{
    PGresult *res = NULL;
    settle(s);
    if (r->sent) {
        res = r->cursor;
        r->cursor = NULL;
    } else {
        TRY(know(s, a, r->prepared, r->query, r->values));
        give_values(s, a, r, &res);
    }
    *ret = res;
    if (is_good(res)) return OK;
    if (state_is(res, "0A000 26000")) {      /* the plan is out of date, or the server has forgotten it */
        ((PgPrepared *)r->prepared->handle)->generation = 0;
        s->again = true;
    }
    *ret = NULL;
    return pg_err(s, a, res, r->prepared->sql->name);
}

static Err first_step(Store *s, Arena *a, Run *r)
{
    PGresult *res = NULL;
    bool inside = s->in_work || PQtransactionStatus(s->conn) == PQTRANS_INTRANS;
    s->again = s->again && inside;
    Err e = run_statement(s, a, r, &res);
    if (e.info && !inside && (is_lost(s) || s->again)) {
        TRY(pg_connect(s, a));
        e = run_statement(s, a, r, &res);
    }
    TRY(e);
    r->cursor = res;
    r->at = -1;
    r->n_columns = PQnfields(res);
    r->changes = strncmp(PQcmdStatus(res), "SELECT", 6) ? atoll(PQcmdTuples(res)) : 0;
    return OK;
}

static Err pg_step(Store *s, Arena *a, Run *r)
{
    r->done = true;
    if (!r->started) TRY(first_step(s, a, r));
    r->at++;
    r->row = r->at < PQntuples(r->cursor);
    r->done = !r->row;
    return OK;
}

static int hex(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static Str from_hex(Arena *a, const char *text, size_t len)
{
    if (len < 2) return S("");
    size_t n = len / 2 - 1;                  /* "\x0a0b" */
    char *to = arena_bytes(a, n + 1, 1);
    for (size_t i = 0; i < n; i++) to[i] = (char)(hex(text[2 + 2 * i]) << 4 | hex(text[3 + 2 * i]));
    return (Str){ to, n };
}

static Value pg_column(Run *r, Arena *a, int i, ValueType want)
{
    PGresult *res = r->cursor;
    Value v = { .type = want == VALUE_NULL ? VALUE_UNBOUND : want, .bytes = S("") };
    if (PQgetisnull(res, r->at, i)) { v.type = VALUE_NULL; return v; }
    const char *text = PQgetvalue(res, r->at, i);
    size_t len = (size_t)PQgetlength(res, r->at, i);
    switch (want) {
    case VALUE_INT: v.integer = text[0] == 't' ? 1 : strtoll(text, NULL, 10); break;   /* 't': a boolean */
    case VALUE_REAL: v.real = strtod(text, NULL); break;
    case VALUE_TEXT: case VALUE_BLOB:
        v.bytes = PQftype(res, i) == OID_BYTEA ? from_hex(a, text, len) : (Str){ text, len };
        break;
    default: break;
    }
    return v;
}

static void pg_reset(Store *s, Run *r)
{
    if (r->sent && !r->started) settle(s);
    PQclear(r->cursor);
    r->cursor = NULL;
}

/* ---- transactions ---- */

static Err pg_control(Store *s, Arena *a, Control what)
{
    static const char *const text[CONTROLS] = {
        [CONTROL_BEGIN] = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE",
        [CONTROL_SAVEPOINT] = "SAVEPOINT work",
        [CONTROL_RELEASE] = "RELEASE work",
        [CONTROL_UNDO] = "ROLLBACK TO work; RELEASE work",
        [CONTROL_COMMIT] = "COMMIT",
        [CONTROL_ROLLBACK] = "ROLLBACK",
    };
    PGresult *res;
    TRY(exec_text(s, a, text[what], "transaction", &res));
    bool undone = what == CONTROL_COMMIT && strcmp(PQcmdStatus(res), "COMMIT") != 0;
    PQclear(res);
    return undone ? fail(a, ERR_INTERNAL, "PostgreSQL rolled back instead of committing") : OK;
}

static bool pg_in_transaction(Store *s)
{
    if (!s->conn) return false;
    PGTransactionStatusType status = PQtransactionStatus(s->conn);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

static Err pg_notify(Store *s, Arena *a, Notice n)
{
    static const Sql notify = { "notify", "SELECT pg_notify(" PG_CHANNEL ", :text)" };
    auto_stmt q = stmt_begin(a, s, &notify);
    stmt_str(&q, "text", arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(n.channel), STR_ARG(n.payload)));
    return stmt_exec(&q);
}

static Err pg_lock(Store *s, Arena *a, Lock what)
{
    return exec_text(s, a,
                     what == LOCK_MIGRATE ? "SELECT pg_advisory_lock(hashtext(" PG_CHANNEL "), 1)"
                                          : "SELECT pg_advisory_lock(hashtext(" PG_CHANNEL "), 2)",
                     "lock", NULL);
}

static void pg_unlock(Store *s, Lock what)
{
    /* Fails only with the connection, whose end lets go of the lock as well. */
    PQclear(PQexec(s->conn, what == LOCK_MIGRATE ? "SELECT pg_advisory_unlock(hashtext(" PG_CHANNEL "), 1)"
                                                 : "SELECT pg_advisory_unlock(hashtext(" PG_CHANNEL "), 2)"));
}

/* ---- the database ---- */

static Err pg_open(Database *db, Arena *a)
{
    (void)a;
    db->impl = pg_listener_new(db);
    return OK;
}

static void pg_close(Database *db) { pg_listener_stop(db->impl); }

static Err pg_listen(Database *db) { return pg_listener_start(db->impl); }

static int64_t pg_bytes(Database *db)
{
    static const Sql size = { "database_bytes", "SELECT pg_database_size(current_database())" };
    auto_arena a = arena_new(512);
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &size);
    return stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
}

static Err pg_claim(Database *db, Arena *a) { (void)db; (void)a; return OK; }

const Backend postgres_backend = {
    .kind = DATABASE_POSTGRES, .open = pg_open, .close = pg_close, .connect = pg_connect, .disconnect = pg_disconnect,
    .run = pg_run, .prepare = pg_prepare, .check = pg_check, .forget = pg_forget, .send = pg_send, .step = pg_step, .column = pg_column,
    .reset = pg_reset, .control = pg_control, .in_transaction = pg_in_transaction, .notify = pg_notify,
    .listen = pg_listen, .lock = pg_lock, .unlock = pg_unlock, .bytes = pg_bytes, .claim = pg_claim,
};

#include "base/spec.h"
#include "store/spec_thing.h"

static Database *given_things(Arena *a) { return given_a_database(a, thing_schemas, 1); }

typedef struct Fill { Arena *arena; const char *const *ids; const char *note; } Fill;

static Err fill(Store *s, void *arg)
{
    const Fill *f = arg;
    for (const char *const *id = f->ids; *id; id++) {
        auto_stmt q = stmt_begin(f->arena, s, &thing_add);
        stmt_str(&q, "id", str_of(*id));
        stmt_int(&q, "n", 7);
        stmt_str_or_null(&q, "note", str_of(f->note));
        stmt_real(&q, "weight", -1.5);
        stmt_blob(&q, "data", (Str){ "\0\1\xff", 3 });
        TRY(stmt_exec(&q));
    }
    return OK;
}

static Database *given_three(Arena *a)
{
    Database *db = given_things(a);
    Err e = database_write(db, a, fill, &(Fill){ a, (const char *const[]){ "a", "b", "c", NULL }, "" });
    if (e.info) bug(STR_FMT, STR_ARG(err_text(a, e)));
    return db;
}

/** All ids of a running statement, joined. */
static Str ids_of(Arena *a, Stmt *q)
{
    Str ids = S("");
    while (stmt_step(q)) ids = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(ids), STR_ARG(stmt_col_str(q, 0)));
    Err e = stmt_end(q);
    return e.info ? err_text(a, e) : ids;
}

SPEC("every type of value comes back as it was bound")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    expect_ok(database_write(db, a, fill, &(Fill){ a, (const char *const[]){ "键", NULL }, "a'b\\c\n\"d" }));
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &thing_get);
    stmt_str(&q, "id", S("键"));
    expect(stmt_step(&q));
    expect_str("键", stmt_col_str(&q, 0));
    expect_int(7, stmt_col_int(&q, 1));
    expect_str("a'b\\c\n\"d", stmt_col_str(&q, 2));
    expect(stmt_col_real(&q, 3) == -1.5);
    Str data = stmt_col_blob(&q, 4);
    expect(str_eq(data, (Str){ "\0\1\xff", 3 }));
    expect(!stmt_step(&q));
    expect_ok(stmt_end(&q));
}

SPEC("the largest and smallest integers come back")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    expect_ok(database_write(db, a, thing_insert, &(Thing){ a, "min", INT64_MIN }));
    expect_ok(database_write(db, a, thing_insert, &(Thing){ a, "max", INT64_MAX }));
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &thing_list);
    expect(stmt_step(&q));
    expect(stmt_col_int(&q, 1) == INT64_MAX);
    expect(stmt_step(&q));
    expect(stmt_col_int(&q, 1) == INT64_MIN);
}

SPEC("NULL reads as empty and zero, and says that it is NULL")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    expect_ok(database_write(db, a, thing_insert, &(Thing){ a, "x", 1 }));
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &thing_get);
    stmt_str(&q, "id", S("x"));
    expect(stmt_step(&q));
    expect(stmt_col_is_null(&q, 2) && stmt_col_is_null(&q, 3) && stmt_col_is_null(&q, 4));
    expect(!stmt_col_is_null(&q, 1));
    expect_str("", stmt_col_str(&q, 2));
    expect_int(0, (int)stmt_col_real(&q, 3));
    expect_str("", stmt_col_blob(&q, 4));
}

SPEC("optional parts narrow and order a list")
{
    auto_arena a = arena_new(4096);
    Database *db = given_three(a);
    auto_store s = store_take(db);
    Stmt q = stmt_begin(a, s, &thing_list);
    expect_str("abc", ids_of(a, &q));
    q = stmt_begin_if(a, s, &thing_list, "down", stmt_if(false, "ids"), NULL);
    expect_str("cba", ids_of(a, &q));
    q = stmt_begin_if(a, s, &thing_list, "ids", "down", NULL);
    stmt_str(&q, "ids", S("[\"a\",\"c\",\"nobody\"]"));
    expect_str("ca", ids_of(a, &q));
    q = stmt_begin_if(a, s, &thing_list, "others", NULL);
    stmt_str(&q, "others", S("[\"a\",\"c\"]"));
    stmt_str(&q, "ids", S("[]"));
    expect_str("b", ids_of(a, &q));
}

SPEC("NOCASE finds without regard to case, and keeps what differs only in case out of a unique index")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    expect_ok(database_write(db, a, fill,
                             &(Fill){ a, (const char *const[]){ "a", NULL }, "Ann@Example.com" }));
    expect_err(ERR_CONFLICT,
               database_write(db, a, fill,
                              &(Fill){ a, (const char *const[]){ "b", NULL }, "ann@example.COM" }));
    auto_store s = store_take(db);
    Stmt q = stmt_begin_if(a, s, &thing_list, "note", NULL);
    stmt_str(&q, "note", S("ANN@EXAMPLE.COM"));
    expect_str("a", ids_of(a, &q));
}

SPEC("the same query may run inside itself")
{
    auto_arena a = arena_new(4096);
    Database *db = given_three(a);
    auto_store s = store_take(db);
    auto_stmt outer = stmt_begin(a, s, &thing_list);
    Str seen = S("");
    while (stmt_step(&outer)) {
        Stmt inner = stmt_begin(a, s, &thing_list);
        Str id = stmt_col_str(&outer, 0), all = ids_of(a, &inner);
        seen = arena_fmt(a, STR_FMT STR_FMT STR_FMT " ", STR_ARG(seen), STR_ARG(id), STR_ARG(all));
    }
    expect_str("aabc babc cabc ", seen);
}

SPEC("a wrong column number is an error that names the query")
{
    auto_arena a = arena_new(4096);
    Database *db = given_three(a);
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &thing_list);
    expect(stmt_step(&q));
    expect_str("", stmt_col_str(&q, 9));
    expect(!stmt_step(&q));
    Err e = stmt_end(&q);
    expect_has("query thing_list gives 3 columns; column 9 was asked for", err_text(a, e));
}

SPEC("an unknown column in the text is an error that names the query")
{
    static const Sql wrong = { "thing_wrong", "SELECT nonsense FROM thing" };
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &wrong);
    expect(!stmt_step(&q));
    Err e = stmt_end(&q);
    expect(err_is(e, ERR_INTERNAL));
    expect_has("query thing_wrong: ", err_text(a, e));
    expect_has("nonsense", err_text(a, e));
    const Sql *const all[] = { &thing_list, &wrong };
    expect_err(ERR_INTERNAL, store_check(s, a, all, 2));
    expect_ok(store_check(s, a, all, 1));
}

SPEC("a query with an error in one optional part is found by the check")
{
    static const Sql wrong = { "thing_wrong", "SELECT id FROM thing\nWHERE 1 = 1\n--if good\nAND n = 1\n--if bad\nAND missing = 1\n--end\n" };
    const Sql *const all[] = { &wrong };
    auto_arena a = arena_new(4096);
    auto_store s = store_take(given_things(a));
    expect_has("with the part bad: query thing_wrong: ", err_text(a, store_check(s, a, all, 1)));
}

SPEC("an unbound or unknown parameter or part is an error that names it")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    auto_store s = store_take(db);
    Stmt q = stmt_begin(a, s, &thing_get);
    expect(!stmt_step(&q));
    expect_has("query thing_get was run without :id", err_text(a, stmt_end(&q)));
    q = stmt_begin(a, s, &thing_get);
    stmt_int(&q, "size", 1);
    expect_has("query thing_get has no parameter :size", err_text(a, stmt_end(&q)));
    q = stmt_begin_if(a, s, &thing_list, "sideways", NULL);
    expect_has("query thing_list has no optional part sideways", err_text(a, stmt_end(&q)));
}

SPEC("bytes that are not text are refused before they reach the database")
{
    auto_arena a = arena_new(4096);
    auto_store s = store_take(given_things(a));
    Stmt q = stmt_begin(a, s, &thing_get);
    stmt_str(&q, "id", S("a\0b"));
    Err e = stmt_exec(&q);
    expect(err_is(e, ERR_INVALID));
    expect_str("id", e.info->field);
    q = stmt_begin(a, s, &thing_get);
    stmt_str(&q, "id", S("a\xff"));
    expect_err(ERR_INVALID, stmt_exec(&q));
}

SPEC("a reading connection cannot write")
{
    auto_arena a = arena_new(4096);
    Database *db = given_things(a);
    auto_store s = store_take(db);
    expect_err(ERR_INTERNAL, thing_insert(s, &(Thing){ a, "x", 1 }));
    expect_int(0, things_in(db));
}

static Err count_changes(Store *s, void *arg)
{
    static const Sql all = { "thing_all", "UPDATE thing SET n = n + 1 WHERE id <> :id" };
    Fill *f = arg;
    auto_stmt q = stmt_begin(f->arena, s, &all);
    stmt_str(&q, "id", S("b"));
    stmt_step(&q);
    f->note = stmt_changes(&q) == 2 ? "two" : "not two";
    return stmt_end(&q);
}

SPEC("a write says how many rows it changed")
{
    auto_arena a = arena_new(4096);
    Database *db = given_three(a);
    Fill f = { a, NULL, "" };
    expect_ok(database_write(db, a, count_changes, &f));
    expect_str("two", str_of(f.note));
}

/** Numbers in places where PostgreSQL wants another type than BIGINT, and parameters whose type only NULL tells. */
SPEC("numbers and NULLs find the type that their place needs")
{
    static const Sql odd = { "thing_odd",
        "SELECT substr(id, 1, :len), CASE WHEN CAST(:maybe AS TEXT) IS NULL THEN 'none' ELSE 'some' END, :now_ms - 1000 FROM thing "
        "WHERE :maybe IS NULL OR id = :maybe ORDER BY id LIMIT :limit" };
    auto_arena a = arena_new(4096);
    auto_store s = store_take(given_three(a));
    for (int i = 0; i < 3; i++) {
        Stmt q = stmt_begin(a, s, &odd);
        stmt_int(&q, "len", 1);
        stmt_int(&q, "now_ms", 1790000000000);
        stmt_int(&q, "limit", 1);
        if (i == 1) stmt_str(&q, "maybe", S("c"));
        else stmt_null(&q, "maybe");
        bool row = stmt_step(&q);
        Str id = row ? stmt_col_str(&q, 0) : S("");
        Str maybe = row ? stmt_col_str(&q, 1) : S("");
        int64_t ms = row ? stmt_col_int(&q, 2) : 0;
        expect_ok(stmt_end(&q));
        expect_str(i == 1 ? "c" : "a", id);
        expect_str(i == 1 ? "some" : "none", maybe);
        expect(ms == 1789999999000);
    }
}

SPEC("a check prepares what has no value yet: sums of parameters, and parameters that are only "
     "compared with NULL")
{
    static const Sql sum = { "thing_sum", "UPDATE thing SET n = :now_ms + :lease_ms WHERE id = :id AND (:maybe IS NULL OR note = :maybe)" };
    const Sql *const all[] = { &sum };
    auto_arena a = arena_new(4096);
    auto_store s = store_take(given_things(a));
    expect_ok(store_check(s, a, all, 1));
}

static const Sql thing_note = { "thing_note", "UPDATE thing SET note = :note WHERE id = :id RETURNING id" };

typedef struct Sending { Arena *arena; const char *note; Str told; } Sending;

static Stmt send_note(Sending *f, Store *s, const char *id, const char *note)
{
    Stmt q = stmt_begin(f->arena, s, &thing_note);
    stmt_str_or_null(&q, "note", str_of(note));
    stmt_str(&q, "id", str_of(id));
    stmt_send(&q);
    return q;
}

/** Updates of which one has a NULL and one finds nothing; among them a reading one that is never stepped, and what nobody sent. */
static Err send_some(Store *s, void *arg)
{
    Sending *f = arg;
    Stmt sent[] = { send_note(f, s, "a", f->note), send_note(f, s, "b", ""), stmt_begin(f->arena, s, &thing_get), { 0 } };
    Err e = OK;
    stmt_str(&sent[2], "id", S("a"));
    stmt_send(&sent[2]);
    sent[3] = send_note(f, s, "d", "nobody's");
    auto_stmt count = stmt_begin(f->arena, s, &thing_count);
    if (stmt_step(&count)) f->told = arena_fmt(f->arena, "%lld:", (long long)stmt_col_int(&count, 0));
    for (int i = 0; i < 4; i++) {
        if (i == 2) { stmt_drop(&sent[i]); continue; }
        bool row = stmt_step(&sent[i]);
        f->told = arena_fmt(f->arena, STR_FMT " " STR_FMT, STR_ARG(f->told), STR_ARG(row ? stmt_col_str(&sent[i], 0) : S("none")));
        Err one = stmt_end(&sent[i]);
        if (!e.info) e = one;
    }
    return e;
}

static Str note_of(Database *db, Arena *a, const char *id)
{
    auto_store s = store_take(db);
    auto_stmt q = stmt_begin(a, s, &thing_get);
    stmt_str(&q, "id", str_of(id));
    if (!stmt_step(&q)) return S("none");
    return stmt_col_is_null(&q, 2) ? S("NULL") : stmt_col_str(&q, 2);
}

SPEC("statements that are sent together give each its own result, whatever is asked between them")
{
    auto_arena a = arena_new(4096);
    Database *db = given_three(a);
    Sending f = { a, "sent", S("") };
    expect_ok(database_write(db, a, send_some, &f));
    expect_str("3: a b none", f.told);
    expect_str("sent", note_of(db, a, "a"));
    expect_str("NULL", note_of(db, a, "b"));
}

/** An update, what is there already, and another update. */
static Err send_a_bad_one(Store *s, void *arg)
{
    Sending *f = arg;
    Stmt good = send_note(f, s, "a", "lost"), bad = stmt_begin(f->arena, s, &thing_add), after;
    stmt_str(&bad, "id", S("b"));
    stmt_int(&bad, "n", 1);
    stmt_null(&bad, "note");
    stmt_real(&bad, "weight", 1);
    stmt_blob(&bad, "data", S(""));
    stmt_send(&bad);
    after = send_note(f, s, "c", "lost");
    stmt_step(&good);
    Err one = stmt_end(&good), two = stmt_exec(&bad), three = stmt_exec(&after);
    f->told = one.info || !two.info ? S("in another order") : S("in order");
    return three.info ? two : OK;                /* lost, whatever the work makes of it */
}

SPEC("an error of one that was sent undoes the write, and the connection goes on")
{
    auto_arena a = arena_new(4096);
    Database *db = given_three(a);
    Sending f = { a, "works", S("") };
    expect(err_is(database_write(db, a, send_a_bad_one, &f), ERR_CONFLICT));
    expect_str("in order", f.told);
    expect_str("NULL", note_of(db, a, "a"));
    expect_ok(database_write(db, a, send_some, &f));
    expect_str("works", note_of(db, a, "a"));
}

#include "base/spec.h"
#include "store/query.h"

/** The text of `text` with these parts on, its white space squeezed. */
static Str composed(Arena *a, const char *text, uint64_t parts, DatabaseKind kind)
{
    Sql *sql = arena_make(a, Sql);
    *sql = (Sql){ "q", text };
    Query q;
    Composed c;
    Err e = query_parse(a, sql, &q);
    if (!e.info) e = query_compose(a, &q, parts, kind, &c);
    if (e.info) return err_text(a, e);
    char *to = arena_bytes(a, c.text.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < c.text.len; i++) {
        char ch = c.text.at[i] == '\n' ? ' ' : c.text.at[i];
        if (ch != ' ' || (n && to[n - 1] != ' ')) to[n++] = ch;
    }
    return str_trim((Str){ to, n });
}
static Str sqlite(Arena *a, const char *text) { return composed(a, text, 0, DATABASE_SQLITE); }
static Str postgres(Arena *a, const char *text) { return composed(a, text, 0, DATABASE_POSTGRES); }

SPEC("a parameter has one number wherever it stands")
{
    auto_arena a = arena_new(4096);
    expect_str("SELECT ?1, ?2, ?1", sqlite(a, "SELECT :x, :y, :x"));
    expect_str("SELECT $1, $2, $1", postgres(a, "SELECT :x, :y, :x"));
}

SPEC("what stands in quotes or comments is left alone")
{
    auto_arena a = arena_new(4096);
    expect_str("SELECT ':x BLOB', \"BLOB\", 'it''s :y', $1::text",
               postgres(a, "SELECT ':x BLOB', \"BLOB\", 'it''s :y', :z::text -- :no"));
}

SPEC("dialect words are replaced as whole words in capitals")
{
    auto_arena a = arena_new(4096);
    expect_str(
        "CREATE TABLE t (b BYTEA, n BIGINT, blob_id TEXT, d DOUBLE PRECISION, real TEXT)",
        query_dialect(a, S("CREATE TABLE t (b BLOB, n INTEGER, blob_id TEXT, d REAL, real TEXT)"),
                      DATABASE_POSTGRES));
    expect_str("SELECT max(a, b), min(1, c), lower(d)",
               sqlite(a, "SELECT GREATEST(a, b), LEAST(1, c), NOCASE(d)"));
    expect_str("SELECT 1 FROM t", sqlite(a, "SELECT 1 FROM t FOR UPDATE SKIP LOCKED"));
    expect_str("SELECT 1 FROM t FOR UPDATE SKIP LOCKED",
               postgres(a, "SELECT 1 FROM t FOR UPDATE SKIP LOCKED"));
    expect_str("SELECT 1 FROM t FOR UPDATE", postgres(a, "SELECT 1 FROM t FOR UPDATE"));
}

SPEC("a list is one parameter on both databases")
{
    auto_arena a = arena_new(4096);
    expect_str("x IN (SELECT value FROM json_each(?1)) AND y = ?2", sqlite(a, "x IN LIST(:xs) AND y = :y"));
    expect_str("x <> ALL (ARRAY(SELECT jsonb_array_elements_text(CAST(CAST($1 AS text) AS "
               "jsonb)))) AND y = $2",
               postgres(a, "x NOT IN LIST(:xs) AND y = :y"));
}

SPEC("an optional part reaches to the next mark, and --else is its opposite")
{
    static const char text[] = "a\n--if one\nb :p\n--if two\nc\n--else\nd :q\n--end\ne\n";
    auto_arena a = arena_new(4096);
    expect_str("a d ?1 e", composed(a, text, 0, DATABASE_SQLITE));
    expect_str("a b ?1 d ?2 e", composed(a, text, 1, DATABASE_SQLITE));
    expect_str("a c e", composed(a, text, 2, DATABASE_SQLITE));
    expect_str("a b ?1 c e", composed(a, text, 3, DATABASE_SQLITE));
}

SPEC("an optional part without a name is an error that names the query")
{
    auto_arena a = arena_new(4096);
    expect_has("query q has an --if without a name", sqlite(a, "a\n--if\nb\n"));
}

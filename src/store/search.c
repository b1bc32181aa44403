/** Search. What is indexed are the folded words of words.h, so that both databases find the same: FTS5 is given them
 *  joined by spaces, PostgreSQL a tsvector with positions. Behind the words of a text stand once more the single
 *  characters of its Chinese (Japanese …) words, so that a part of a word, or a text that ICU cuts otherwise in the
 *  query, is found as a phrase of characters.
 *
 *  Ranking every hit of a common word is slow on both (69,000 hits: 88 and 498 ms), so only the newest matches are
 *  ranked: some whose title matches, and some that match anywhere. */
#include "store/search.h"
#include "base/buf.h"
#include "base/time.h"
#include "base/utf8.h"
#include "store/backend.h"
#include "store/words.h"

#define BODY_MAX_BYTES (256 << 10)
#define DOC_WORDS_MAX 40000
#define QUERY_MAX_BYTES 512
#define QUERY_WORDS_MAX 16
#define SNIPPET_CHARS 160
#define LIMIT_MAX 200

static const char *const sqlite_steps[] = {
    "CREATE TABLE search_doc (doc AUTO_ID, kind TEXT NOT NULL, id TEXT NOT NULL, audience TEXT NOT NULL, at_ms BIGINT NOT NULL,\n"
    "    title TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id));\n"
    "CREATE VIRTUAL TABLE search_index USING fts5(title, body, prefix='2',\n"
    "    tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Mn Mc Co'\");\n" };
static const char *const postgres_steps[] = {
    "CREATE TABLE search_doc (doc AUTO_ID, kind TEXT NOT NULL, id TEXT NOT NULL, audience TEXT NOT NULL, at_ms BIGINT NOT NULL,\n"
    "    title TEXT NOT NULL, body TEXT NOT NULL, title_words tsvector NOT NULL, words tsvector NOT NULL, UNIQUE (kind, id));\n"
    "CREATE INDEX search_words ON search_doc USING gin (words);\n"
    "CREATE INDEX search_title_words ON search_doc USING gin (title_words);\n" };

const Schema *search_schema(DatabaseKind kind)
{
    static const Schema sqlite = { "search", sqlite_steps, 1 }, postgres = { "search", postgres_steps, 1 };
    return kind == DATABASE_SQLITE ? &sqlite : &postgres;
}

/* The texts are read for the best only, so they are fetched around the ranking. */
#define COLUMNS "SELECT d.kind, d.id, d.title, substr(d.body, 1, 65536), d.audience, d.at_ms, b.score FROM (\n"
#define FROM_BEST ") b JOIN search_doc d ON d.doc = b.doc ORDER BY b.score DESC, d.at_ms DESC, d.id\n"
/* Newer is better, by a quarter at most; half of that after half a year. */
#define NEWER " * (1.0 + 0.25 / (1.0 + GREATEST(0, :now_ms - d.at_ms) / 15552000000.0)) AS score\n"
#define VISIBLE " AND (d.audience = '' OR d.audience IN LIST(:audiences))\n--if kinds\n AND d.kind IN LIST(:kinds)\n--end\n"
#define BEST "ORDER BY score DESC, d.at_ms DESC, d.id LIMIT :limit\n"
/* How many of the newest matches are ranked. */
#define IN_TITLE "300"
#define ANYWHERE "600"

static const Sql sqlite_drop_words = { "search_drop_words",
    "DELETE FROM search_index WHERE rowid = (SELECT doc FROM search_doc WHERE kind = :kind AND id = :id)" };
static const Sql drop_doc = { "search_drop", "DELETE FROM search_doc WHERE kind = :kind AND id = :id" };
static const Sql sqlite_add_doc = { "search_add",
    "INSERT INTO search_doc (kind, id, audience, at_ms, title, body) VALUES (:kind, :id, :audience, :at_ms, :title, :body) RETURNING doc" };
static const Sql sqlite_add_words = { "search_add_words", "INSERT INTO search_index (rowid, title, body) VALUES (:doc, :title, :body)" };
static const Sql postgres_add_doc = { "search_add",
    "INSERT INTO search_doc (kind, id, audience, at_ms, title, body, title_words, words)\n"
    "VALUES (:kind, :id, :audience, :at_ms, :title, :body, CAST(:title_words AS tsvector), CAST(:words AS tsvector))" };

#define SQLITE_SOME(param, most) "SELECT * FROM (SELECT d.doc, -bm25(search_index, 8.0, 1.0) AS rank\n" \
    "FROM search_index CROSS JOIN search_doc d ON d.doc = search_index.rowid WHERE search_index MATCH " param "\n" VISIBLE \
    "ORDER BY search_index.rowid DESC LIMIT " most ")\n"
static const Sql sqlite_find = {
    "search_find",
    COLUMNS "SELECT d.doc, c.rank" NEWER "FROM (SELECT doc, max(rank) AS rank FROM (\n" SQLITE_SOME(
        ":in_title",
        IN_TITLE) "UNION ALL\n" SQLITE_SOME(":anywhere",
                                            ANYWHERE) ") GROUP BY doc) c JOIN search_doc d ON "
                                                      "d.doc = c.doc\n" BEST FROM_BEST
};

/* Titles have an index of their own (and are in the other as well, with weight A): a weight in the query would make the
 * index read the rows, and its planner guess. */
#define POSTGRES_SOME(column, most) "(SELECT d.doc FROM search_doc d WHERE d." column " @@ CAST(:words AS tsquery)\n" VISIBLE \
    "ORDER BY d.doc DESC LIMIT " most ")\n"
static const Sql postgres_find = { "search_find",
    COLUMNS "SELECT d.doc, ts_rank('{0.12,0.12,0.12,1.0}', d.words, CAST(:words AS tsquery), 1)" NEWER
    "FROM search_doc d WHERE d.doc IN (" POSTGRES_SOME("title_words", IN_TITLE) "UNION\n" POSTGRES_SOME("words", ANYWHERE) ")\n" BEST FROM_BEST };

static bool on_sqlite(const Store *s) { return s->db->backend->kind == DATABASE_SQLITE; }

/** Calls put for every word, then for every character of the dense words. */
static void each_token(const Words *words, void (*put)(Buf *out, Str token, void *arg), Buf *out, void *arg)
{
    list_each(words, i) put(out, words->at[i].folded, arg);
    list_each(words, i) {
        Str word = words->at[i].folded;
        if (!words->at[i].dense) continue;
        for (size_t at = 0, w; at < word.len; at += w) {
            utf8_next(word, at, &w);
            if (w < word.len) put(out, str_sub(word, at, w), arg);
        }
    }
}

static void put_spaced(Buf *out, Str token, void *arg)
{
    (void)arg;
    buf_add(out, token);
    buf_byte(out, ' ');
}

typedef struct Position { int at; char weight; } Position;

/** 'word':7A; positions end at 16383. */
static void put_lexeme(Buf *out, Str token, void *arg)
{
    Position *p = arg;
    if (p->at < 16383) p->at++;
    buf_fmt(out, "'" STR_FMT "':%d%c ", STR_ARG(token), p->at, p->weight);
}

static Err end_put(Arena *a, const Buf *words, Stmt *q)
{
    if (buf_full(words)) return fail(a, ERR_TOO_LARGE, "the text is too long to be searched");
    return stmt_exec(q);
}

static void bind_doc(Stmt *q, const SearchDoc *doc)
{
    stmt_str(q, "kind", doc->kind);
    stmt_str(q, "id", doc->id);
    stmt_str(q, "audience", doc->audience);
    stmt_int(q, "at_ms", doc->at_ms);
    stmt_str(q, "title", doc->title);
    stmt_str(q, "body", doc->body);
}

static Err put_sqlite(Store *s, Arena *a, const SearchDoc *doc, const Words *title, const Words *body)
{
    auto_stmt add = stmt_begin(a, s, &sqlite_add_doc);
    bind_doc(&add, doc);
    int64_t number = stmt_step(&add) ? stmt_col_int(&add, 0) : 0;
    TRY(stmt_end(&add));
    Buf title_words = buf_new(a, 8 << 20), body_words = buf_new(a, 8 << 20);
    each_token(title, put_spaced, &title_words, NULL);
    each_token(body, put_spaced, &body_words, NULL);
    auto_stmt q = stmt_begin(a, s, &sqlite_add_words);
    stmt_int(&q, "doc", number);
    stmt_str(&q, "title", buf_str(&title_words));
    stmt_str(&q, "body", buf_str(&body_words));
    return end_put(a, &body_words, &q);
}

static Err put_postgres(Store *s, Arena *a, const SearchDoc *doc, const Words *title, const Words *body)
{
    Buf words = buf_new(a, 16 << 20);
    Position p = { 0, 'A' };
    each_token(title, put_lexeme, &words, &p);
    Str title_words = arena_str(a, buf_str(&words));
    p.weight = 'D';
    each_token(body, put_lexeme, &words, &p);
    auto_stmt q = stmt_begin(a, s, &postgres_add_doc);
    bind_doc(&q, doc);
    stmt_str(&q, "title_words", title_words);
    stmt_str(&q, "words", buf_str(&words));
    return end_put(a, &words, &q);
}

Err search_put(Store *s, Arena *a, const SearchDoc *doc)
{
    TRY(search_remove(s, a, doc->kind, doc->id));
    SearchDoc clipped = *doc;
    clipped.title = utf8_clip(doc->title, BODY_MAX_BYTES);
    clipped.body = utf8_clip(doc->body, BODY_MAX_BYTES);
    auto_arena own = arena_new(64 << 10);            /* many small words: gone before the request is */
    Words title, body;
    words_cut(own, clipped.title, DOC_WORDS_MAX, &title);
    words_cut(own, clipped.body, DOC_WORDS_MAX, &body);
    Err e = on_sqlite(s) ? put_sqlite(s, own, &clipped, &title, &body)
                         : put_postgres(s, own, &clipped, &title, &body);
    return e.info ? fail(a, e.info->kind, STR_FMT, STR_ARG(e.info->message)) : OK;
}

static Err remove_by(Store *s, Arena *a, const Sql *sql, Str kind, Str id)
{
    auto_stmt q = stmt_begin(a, s, sql);
    stmt_str(&q, "kind", kind);
    stmt_str(&q, "id", id);
    return stmt_exec(&q);
}

Err search_remove(Store *s, Arena *a, Str kind, Str id)
{
    if (on_sqlite(s)) TRY(remove_by(s, a, &sqlite_drop_words, kind, id));
    return remove_by(s, a, &drop_doc, kind, id);
}

/** The characters of a dense word, as a phrase; the word itself when it has one. */
static void put_phrase(Buf *out, Str word, const char *between, const char *end)
{
    for (size_t at = 0, w; at < word.len; at += w) {
        utf8_next(word, at, &w);
        if (at) buf_add(out, str_of(between));
        buf_add(out, str_sub(word, at, w));
    }
    buf_add(out, str_of(end));
}

/** FTS5: "word" AND ("词语" OR "词 语") AND "last"* */
static Str sqlite_query(Arena *a, const Words *words, const char *where)
{
    Buf out = buf_new(a, 64 << 10);
    buf_fmt(&out, "%s(", where);
    list_each(words, i) {
        const Word *w = &words->at[i];
        bool last = i + 1 == words->len;
        buf_fmt(&out, "%s(\"" STR_FMT "\"%s", i ? " AND " : "", STR_ARG(w->folded), last ? "*" : "");
        if (w->dense) { buf_add(&out, S(" OR \"")); put_phrase(&out, w->folded, " ", "\""); }
        buf_byte(&out, ')');
    }
    buf_byte(&out, ')');
    return buf_str(&out);
}

/** tsquery: 'word' & ('词语' | '词' <-> '语') & 'last':* */
static Str postgres_query(Arena *a, const Words *words)
{
    Buf out = buf_new(a, 64 << 10);
    list_each(words, i) {
        const Word *w = &words->at[i];
        bool last = i + 1 == words->len;
        buf_fmt(&out, "%s('" STR_FMT "'%s", i ? " & " : "", STR_ARG(w->folded), last ? ":*" : "");
        if (w->dense) { buf_add(&out, S(" | '")); put_phrase(&out, w->folded, "' <-> '", "'"); }
        buf_byte(&out, ')');
    }
    return buf_str(&out);
}

static void bind_words(Stmt *q, Arena *a, const Words *words, bool sqlite)
{
    if (sqlite) {
        stmt_str(q, "in_title", sqlite_query(a, words, "{title} : "));
        stmt_str(q, "anywhere", sqlite_query(a, words, ""));
    } else stmt_str(q, "words", postgres_query(a, words));
}

typedef enum Show { WITH_SNIPPETS, NO_SNIPPETS } Show;

static Err find(Store *s, Arena *a, Str query, Str kinds, Str audiences, int limit, Show show, SearchHits *ret)
{
    Words words;
    words_cut(a, utf8_clip(query, QUERY_MAX_BYTES), QUERY_WORDS_MAX, &words);
    *ret = (SearchHits){ 0 };
    if (words.len == 0) return OK;
    bool sqlite = on_sqlite(s);
    auto_stmt q = stmt_begin_if(a, s, sqlite ? &sqlite_find : &postgres_find,
                                stmt_if(!str_empty(kinds), "kinds"), NULL);
    bind_words(&q, a, &words, sqlite);
    stmt_str(&q, "kinds", kinds);
    stmt_str(&q, "audiences", str_empty(audiences) ? S("[]") : audiences);
    stmt_int(&q, "now_ms", clock_ms());
    stmt_int(&q, "limit", limit < 1 ? 1 : limit < LIMIT_MAX ? limit : LIMIT_MAX);
    while (stmt_step(&q)) {
        SearchHit *hit = list_add(a, ret);
        *hit = (SearchHit){ .kind = stmt_col_str(&q, 0), .id = stmt_col_str(&q, 1), .title = stmt_col_str(&q, 2),
                            .audience = stmt_col_str(&q, 4), .at_ms = stmt_col_int(&q, 5), .rank = stmt_col_real(&q, 6) };
        if (show == WITH_SNIPPETS) hit->snippet = words_snippet(a, stmt_col_str(&q, 3), &words, SNIPPET_CHARS);
    }
    return stmt_end(&q);
}

Err search_find(Store *s, Arena *a, Str query, Str kinds, Str audiences, int limit, SearchHits *ret)
{
    return find(s, a, query, kinds, audiences, limit, WITH_SNIPPETS, ret);
}

Err search_match(Store *s, Arena *a, Str query, Str kinds, Str audiences, int limit, SearchHits *ret)
{
    return find(s, a, query, kinds, audiences, limit, NO_SNIPPETS, ret);
}

/** Search. What is indexed are the folded words of words.h, so that both databases find the same: FTS5 is given them
 *  joined by spaces, PostgreSQL a tsvector with positions. Behind the words of a text stand once more the single
 *  characters of its Chinese (Japanese …) words, so that a part of a word, or a text that ICU cuts otherwise in the
 *  query, is found as a phrase of characters.
 *
 *  Ranking every hit of a common word is slow on both (69,000 hits: 88 and 498 ms), so only the newest matches are
 *  ranked: some whose title matches, and some that match anywhere. A million alerts must not stand between a search and
 *  its incidents, so each kind is looked through by itself. On SQLite the documents of a kind have numbers next to each
 *  other, and FTS5 leaps to its part of a word's list; PostgreSQL knows the kind as a word of each document. A prefix is a union of many words' lists that has to be made first,
 *  so the last word of a query is a prefix only when, taken as a word, it does not find enough. */
#include "store/search.h"
#include <stdlib.h>
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
#define MOST 300                 /* of the newest whose title matches are ranked, and twice as many that match anywhere */
#define MOST_OF_EACH 100         /* when several kinds are looked through */
#define BEGINNINGS_MOST 16       /* words that begin with the last of a query: so many are looked for by name */

/* Both databases take the same number of steps: a workspace goes from one to the other, and exports say how far each room is. */
static const char *const sqlite_steps[] = {
    "CREATE TABLE search_doc (doc AUTO_ID, kind TEXT NOT NULL, id TEXT NOT NULL, audience TEXT NOT NULL, at_ms BIGINT NOT NULL,\n"
    "    title TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id));\n"
    "CREATE VIRTUAL TABLE search_index USING fts5(title, body, prefix='2',\n"
    "    tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Mn Mc Co'\");\n",
    "CREATE TABLE search_kind (n AUTO_ID, kind TEXT NOT NULL UNIQUE);\n"
    "INSERT INTO search_kind (kind) SELECT DISTINCT kind FROM search_doc;\n"
    "UPDATE search_index SET rowid = rowid + ((SELECT k.n FROM search_doc d JOIN search_kind k ON k.kind = d.kind\n"
    "    WHERE d.doc = search_index.rowid) << 40);\n"
    "UPDATE search_doc SET doc = doc + ((SELECT k.n FROM search_kind k WHERE k.kind = search_doc.kind) << 40);\n",
    "CREATE VIRTUAL TABLE search_vocab USING fts5vocab(search_index, instance);\n" };
static const char *const postgres_steps[] = {
    "CREATE TABLE search_doc (doc AUTO_ID, kind TEXT NOT NULL, id TEXT NOT NULL, audience TEXT NOT NULL, at_ms BIGINT NOT NULL,\n"
    "    title TEXT NOT NULL, body TEXT NOT NULL, title_words tsvector NOT NULL, words tsvector NOT NULL, UNIQUE (kind, id));\n"
    "CREATE INDEX search_words ON search_doc USING gin (words);\n"
    "CREATE INDEX search_title_words ON search_doc USING gin (title_words);\n",
    "CREATE TABLE search_kind (n AUTO_ID, kind TEXT NOT NULL UNIQUE);\n"
    "INSERT INTO search_kind (kind) SELECT DISTINCT kind FROM search_doc;\n"
    "UPDATE search_doc SET title_words = array_to_tsvector(ARRAY['kind ' || kind]) || title_words,\n"
    "    words = array_to_tsvector(ARRAY['kind ' || kind]) || words;\n",
    "SELECT 1;\n" };

const Schema *search_schema(DatabaseKind kind)
{
    enum { STEPS = sizeof sqlite_steps / sizeof *sqlite_steps };
    _Static_assert(STEPS == sizeof postgres_steps / sizeof *postgres_steps);
    static const Schema sqlite = { "search", sqlite_steps, STEPS }, postgres = { "search", postgres_steps, STEPS };
    return kind == DATABASE_SQLITE ? &sqlite : &postgres;
}

/* Newer is better, by a quarter at most; half of that after half a year. */
#define NEWER " * (1.0 + 0.25 / (1.0 + GREATEST(0, :now_ms - d.at_ms) / 15552000000.0)) AS score\n"
#define VISIBLE " AND (d.audience = '' OR d.audience IN LIST(:audiences))\n"
/* `ranked` is how many those are the best of. */
#define COLUMNS "SELECT d.kind, d.id, d.audience, d.at_ms, count(*) OVER () AS ranked, "
#define BEST "ORDER BY score DESC, d.at_ms DESC, d.id LIMIT :limit\n"

static const Sql read_texts = { "search_texts",
    "SELECT id, title, substr(body, 1, 65536) FROM search_doc WHERE kind = :kind AND id IN LIST(:ids)" };

static const Sql sqlite_drop_words = { "search_drop_words",
    "DELETE FROM search_index WHERE rowid = (SELECT doc FROM search_doc WHERE kind = :kind AND id = :id)" };
static const Sql drop_doc = { "search_drop", "DELETE FROM search_doc WHERE kind = :kind AND id = :id" };
static const Sql find_kinds = { "search_kinds",
    "SELECT n, kind FROM search_kind\n--if kinds\nWHERE kind IN LIST(:kinds)\n--end\n" };
static const Sql add_kind = { "search_add_kind", "INSERT INTO search_kind (kind) VALUES (:kind) ON CONFLICT DO NOTHING" };
/* The number is asked for first: an INSERT … SELECT … RETURNING opens a savepoint, at which FTS5 writes out what it has
 * gathered, so that each document would be an index of its own that has to be merged. */
static const Sql sqlite_next_doc = { "search_next",
    "SELECT 1 + coalesce((SELECT max(d.doc) FROM search_doc d WHERE d.doc BETWEEN k.n << 40 AND ((k.n + 1) << 40) - 1), k.n << 40)\n"
    "FROM search_kind k WHERE k.kind = :kind" };
static const Sql sqlite_add_doc = { "search_add",
    "INSERT INTO search_doc (doc, kind, id, audience, at_ms, title, body) VALUES (:doc, :kind, :id, :audience, :at_ms, :title, :body)" };
static const Sql sqlite_add_words = { "search_add_words", "INSERT INTO search_index (rowid, title, body) VALUES (:doc, :title, :body)" };
/* From each word to the next, so that none of their lists is read. */
#define NEXT_WORD "(SELECT v.term FROM search_vocab v WHERE v.term >= "
#define IN_RANGE " AND v.term < :word || char(1114111) LIMIT 1)"
static const Sql sqlite_beginnings = { "search_beginnings",
    "WITH RECURSIVE found (term) AS (SELECT " NEXT_WORD ":word" IN_RANGE "\n"
    "UNION ALL SELECT " NEXT_WORD "found.term || char(1)" IN_RANGE " FROM found WHERE found.term IS NOT NULL LIMIT :most)\n"
    "SELECT term FROM found WHERE term IS NOT NULL" };
static const Sql postgres_add_doc = { "search_add",
    "INSERT INTO search_doc (kind, id, audience, at_ms, title, body, title_words, words)\n"
    "VALUES (:kind, :id, :audience, :at_ms, :title, :body, CAST(:title_words AS tsvector), CAST(:words AS tsvector))" };

/* The best of one kind. */
#define SQLITE_SOME(param, most) "SELECT * FROM (SELECT d.doc, fit(search_index, 8.0, 1.0) AS rank\n" \
    "FROM search_index CROSS JOIN search_doc d ON d.doc = search_index.rowid WHERE search_index MATCH " param "\n" \
    "AND search_index.rowid BETWEEN :kind << 40 AND ((:kind + 1) << 40) - 1\n" VISIBLE \
    "ORDER BY search_index.rowid DESC LIMIT " most ")\n"
static const Sql sqlite_find = { "search_find",
    COLUMNS "c.rank" NEWER "FROM (SELECT doc, max(rank) AS rank FROM (\n"
    SQLITE_SOME(":in_title", ":most") "UNION ALL\n" SQLITE_SOME(":anywhere", "2 * :most")
    ") GROUP BY doc) c JOIN search_doc d ON d.doc = c.doc\n" BEST };

/* Titles have an index of their own (and are in the other as well, with weight A): a weight in the query would make the
 * index read the rows, and its planner guess. */
#define POSTGRES_SOME(column, most) "(SELECT d.doc FROM search_doc d WHERE d." column " @@ CAST(:of_kind AS tsquery)\n" VISIBLE \
    "ORDER BY d.doc DESC LIMIT " most ")\n"
static const Sql postgres_find = { "search_find",
    COLUMNS "ts_rank('{0.12,0.12,0.12,1.0}', d.words, CAST(:words AS tsquery), 1)" NEWER
    "FROM search_doc d WHERE d.doc IN (" POSTGRES_SOME("title_words", ":most") "UNION\n" POSTGRES_SOME("words", "2 * :most") ")\n" BEST };

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
    auto_stmt next = stmt_begin(a, s, &sqlite_next_doc);
    stmt_str(&next, "kind", doc->kind);
    int64_t number = stmt_step(&next) ? stmt_col_int(&next, 0) : 0;
    TRY(stmt_end(&next));
    auto_stmt add = stmt_begin(a, s, &sqlite_add_doc);
    stmt_int(&add, "doc", number);
    bind_doc(&add, doc);
    TRY(stmt_exec(&add));
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
    buf_fmt(&words, "'kind " STR_FMT "' ", STR_ARG(doc->kind));
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
    auto_stmt kind = stmt_begin(a, s, &add_kind);
    stmt_str(&kind, "kind", doc->kind);
    TRY(stmt_exec(&kind));
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

/** Is the last word of a query the beginning of one? */
typedef LIST(Str) Beginnings;
typedef enum LastWord { LAST_IS_WHOLE, LAST_IS_PREFIX } LastWord;

/** FTS5: "word" AND ("词语" OR "词 语") AND "last"*, or in place of the last all words that begin so, when they are few:
 *  FTS5 makes a list of all that a prefix finds before it gives the first of it. */
static Str sqlite_query(Arena *a, const Words *words, LastWord last_word, const Beginnings *beginnings, const char *where)
{
    Buf out = buf_new(a, 64 << 10);
    buf_fmt(&out, "%s(", where);
    list_each(words, i) {
        const Word *w = &words->at[i];
        bool prefix = i + 1 == words->len && last_word == LAST_IS_PREFIX;
        bool by_name = prefix && beginnings->len;
        Str first = by_name ? beginnings->at[0] : w->folded;
        buf_fmt(&out, "%s(\"" STR_FMT "\"%s", i ? " AND " : "", STR_ARG(first), prefix && !by_name ? "*" : "");
        for (size_t k = 1; by_name && k < beginnings->len; k++) buf_fmt(&out, " OR \"" STR_FMT "\"", STR_ARG(beginnings->at[k]));
        if (w->dense) { buf_add(&out, S(" OR \"")); put_phrase(&out, w->folded, " ", "\""); }
        buf_byte(&out, ')');
    }
    buf_byte(&out, ')');
    return buf_str(&out);
}

/** tsquery: 'word' & ('词语' | '词' <-> '语') & 'last':* */
static Str postgres_query(Arena *a, const Words *words, LastWord last_word)
{
    Buf out = buf_new(a, 64 << 10);
    list_each(words, i) {
        const Word *w = &words->at[i];
        bool prefix = i + 1 == words->len && last_word == LAST_IS_PREFIX;
        buf_fmt(&out, "%s('" STR_FMT "'%s", i ? " & " : "", STR_ARG(w->folded), prefix ? ":*" : "");
        if (w->dense) { buf_add(&out, S(" | '")); put_phrase(&out, w->folded, "' <-> '", "'"); }
        buf_byte(&out, ')');
    }
    return buf_str(&out);
}

typedef struct Kind { int64_t number; Str name; } Kind;
typedef LIST(Kind) Kinds;

typedef struct Search {
    Store *store;
    Arena *arena;
    Kinds kinds;
    Str audiences;
    Words words;
    LastWord last_word;
    Beginnings beginnings;             /* the words that begin with the last, when they are few (SQLite) */
    int limit;
    SearchHits hits;
    int64_t ranked;              /* how many those are the best of */
} Search;

static Err find_best(Search *f, Kind kind)
{
    Arena *a = f->arena;
    bool sqlite = on_sqlite(f->store);
    auto_stmt q = stmt_begin(a, f->store, sqlite ? &sqlite_find : &postgres_find);
    if (sqlite) {
        stmt_int(&q, "kind", kind.number);
        stmt_str(&q, "in_title", sqlite_query(a, &f->words, f->last_word, &f->beginnings, "{title} : "));
        stmt_str(&q, "anywhere", sqlite_query(a, &f->words, f->last_word, &f->beginnings, ""));
    } else {
        Str words = postgres_query(a, &f->words, f->last_word);
        stmt_str(&q, "words", words);
        stmt_str(&q, "of_kind", arena_fmt(a, "'kind " STR_FMT "' & " STR_FMT, STR_ARG(kind.name), STR_ARG(words)));
    }
    stmt_int(&q, "most", f->kinds.len > 1 ? MOST_OF_EACH : MOST);
    stmt_str(&q, "audiences", str_empty(f->audiences) ? S("[]") : f->audiences);
    stmt_int(&q, "now_ms", clock_ms());
    stmt_int(&q, "limit", f->limit);
    int64_t ranked = 0;
    while (stmt_step(&q)) {
        *list_add(a, &f->hits) = (SearchHit){ .kind = stmt_col_str(&q, 0), .id = stmt_col_str(&q, 1), .audience = stmt_col_str(&q, 2),
                                              .at_ms = stmt_col_int(&q, 3), .rank = stmt_col_real(&q, 5) };
        ranked = stmt_col_int(&q, 4);
    }
    f->ranked += ranked;
    return stmt_end(&q);
}

static int better_first(const void *x, const void *y)
{
    const SearchHit *a = x, *b = y;
    if (a->rank != b->rank) return a->rank > b->rank ? -1 : 1;
    if (a->at_ms != b->at_ms) return a->at_ms > b->at_ms ? -1 : 1;
    return str_cmp(a->id, b->id);
}

static Err find_all(Search *f, LastWord last_word)
{
    f->last_word = last_word;
    f->ranked = 0;
    f->hits = (SearchHits){ 0 };
    list_each(&f->kinds, i) TRY(find_best(f, f->kinds.at[i]));
    if (f->kinds.len > 1 && f->hits.len) qsort(f->hits.at, f->hits.len, sizeof *f->hits.at, better_first);
    if (f->hits.len > (size_t)f->limit) f->hits.len = (size_t)f->limit;
    return OK;
}

static Err find_beginnings(Search *f)
{
    if (!on_sqlite(f->store)) return OK;
    auto_stmt q = stmt_begin(f->arena, f->store, &sqlite_beginnings);
    stmt_str(&q, "word", f->words.at[f->words.len - 1].folded);
    stmt_int(&q, "most", BEGINNINGS_MOST + 2);        /* and the row that says that there is no more */
    while (stmt_step(&q)) *list_add(f->arena, &f->beginnings) = stmt_col_str(&q, 0);
    if (f->beginnings.len > BEGINNINGS_MOST) f->beginnings = (Beginnings){ 0 };
    return stmt_end(&q);
}

static Err read_kinds(Search *f, Str wanted)
{
    auto_stmt q = stmt_begin_if(f->arena, f->store, &find_kinds, stmt_if(wanted.len, "kinds"), NULL);
    stmt_str(&q, "kinds", wanted);
    while (stmt_step(&q)) *list_add(f->arena, &f->kinds) = (Kind){ stmt_col_int(&q, 0), stmt_col_str(&q, 1) };
    return stmt_end(&q);
}

Err search_match(Store *s, Arena *a, Str query, Str kinds, Str audiences, int limit, SearchHits *ret)
{
    Search f = { .store = s, .arena = a, .audiences = audiences, .limit = limit < 1 ? 1 : limit < LIMIT_MAX ? limit : LIMIT_MAX };
    *ret = (SearchHits){ 0 };
    words_cut(a, utf8_clip(query, QUERY_MAX_BYTES), QUERY_WORDS_MAX, &f.words);
    if (f.words.len == 0) return OK;
    TRY(read_kinds(&f, kinds));
    TRY(find_all(&f, LAST_IS_WHOLE));
    if (f.ranked < MOST) {
        TRY(find_beginnings(&f));
        TRY(find_all(&f, LAST_IS_PREFIX));
    }
    *ret = f.hits;
    return OK;
}

/* ---- what is shown of a hit */

typedef struct Texts { Words words; Str kind; SearchHits *hits; } Texts;

static Err show_kind(Store *s, Arena *a, const Texts *t)
{
    Buf ids = buf_new(a, 64 << 10);
    list_each(t->hits, i) {
        if (!str_eq(t->hits->at[i].kind, t->kind)) continue;
        buf_byte(&ids, ids.len ? ',' : '[');
        buf_json(&ids, t->hits->at[i].id);
    }
    buf_byte(&ids, ']');
    auto_stmt q = stmt_begin(a, s, &read_texts);
    stmt_str(&q, "kind", t->kind);
    stmt_str(&q, "ids", buf_str(&ids));
    while (stmt_step(&q)) {
        Str id = stmt_col_str(&q, 0);
        list_each(t->hits, i) {
            SearchHit *hit = &t->hits->at[i];
            if (!str_eq(hit->id, id) || !str_eq(hit->kind, t->kind)) continue;
            hit->title = stmt_col_str(&q, 1);
            hit->snippet = words_snippet(a, stmt_col_str(&q, 2), &t->words, SNIPPET_CHARS);
        }
    }
    return stmt_end(&q);
}

Err search_show(Store *s, Arena *a, Str query, SearchHits *hits)
{
    Texts t = { .hits = hits };
    words_cut(a, utf8_clip(query, QUERY_MAX_BYTES), QUERY_WORDS_MAX, &t.words);
    list_each(hits, i) {
        bool done = false;
        t.kind = hits->at[i].kind;
        for (size_t k = 0; k < i && !done; k++) done = str_eq(hits->at[k].kind, t.kind);
        if (!done) TRY(show_kind(s, a, &t));
    }
    return OK;
}

Err search_find(Store *s, Arena *a, Str query, Str kinds, Str audiences, int limit, SearchHits *ret)
{
    TRY(search_match(s, a, query, kinds, audiences, limit, ret));
    return search_show(s, a, query, ret);
}

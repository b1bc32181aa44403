/* Any bytes as a text to be indexed and as what somebody searches for: words come out well-formed and not too long, a snippet
 * is text with its marks in pairs, and the query that is made of the words is always one that the database understands. */
#include <stdlib.h>
#include "base/utf8.h"
#include "store/search.h"
#include "store/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Put { Arena *arena; SearchDoc doc; } Put;

static Err put(Store *s, void *arg) { return search_put(s, ((Put *)arg)->arena, &((Put *)arg)->doc); }

static Database *db;
static void close_it(void) { database_close(db); }

static Database *open_once(void)
{
    if (db) return db;
    auto_arena a = arena_new(4096);
    const Schema *schemas[] = { search_schema(DATABASE_SQLITE) };
    if (database_open(a, &(DatabaseOptions){ .url = S(":memory:"), .readers = 1 }, &db).info) abort();
    if (database_migrate(db, a, schemas, 1, NULL).info) abort();
    atexit(close_it);
    return db;
}

static void check_snippet(Str snippet, bool is_text)
{
    int open = 0;
    if (is_text && !utf8_valid(snippet)) abort();
    for (size_t i = 0, w; i < snippet.len; i += w) {
        uint32_t c = utf8_next(snippet, i, &w);
        if (c == 0xE000 && open++) abort();
        if (c == 0xE001 && --open) abort();
    }
    if (open) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 14);
    char *copy = malloc(size ? size : 1);            /* of its own length, so that reading past the end is noticed */
    if (size) memcpy(copy, data, size);
    Str text = { copy, size }, query = str_sub(text, 0, size / 3);
    Words words;
    words_cut(a, query, 16, &words);
    list_each(&words, i)
        if (!words.at[i].folded.len || words.at[i].folded.len > WORD_MAX_BYTES
            || !utf8_valid(words.at[i].folded))
            abort();
    check_snippet(words_snippet(a, text, &words, 160), true);
    Put p = { a, { S("fuzz"), S("one"), query, text, S(""), 1 } };
    Err e = database_write(open_once(), a, put, &p);
    if (e.info && !err_is(e, ERR_INVALID)) abort();
    auto_store s = store_take(open_once());
    SearchHits hits;
    e = search_find(s, a, query, S(""), S(""), 5, &hits);
    if (e.info) abort();
    free(copy);
    return 0;
}

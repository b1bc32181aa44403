#pragma once
/** Ranked search over words in any language: ICU cuts text into words (Chinese too), SQLite's FTS5 or
 *  PostgreSQL's tsvector ranks them. The tables are the store's own (a Schema named "search"). */
#include "base/list.h"
#include "store/store.h"

typedef struct SearchDoc {
    Str kind, id;        /* what it is: ("incident", uuid) */
    Str title, body;     /* plain text; matches in the title rank higher; body is clipped to 256 KiB */
    Str audience;        /* "" = everyone in the workspace; else a name of who may see it (see app/access.h) */
    int64_t at_ms;       /* newer ranks higher among equals */
} SearchDoc;

typedef struct SearchHit { Str kind, id, title, snippet, audience; int64_t at_ms; double rank; } SearchHit;
typedef LIST(SearchHit) SearchHits;

extern const Schema *search_schema(DatabaseKind kind);
/** Adds or replaces. Within a write. */
Err search_put(Store *s, Arena *a, const SearchDoc *doc);
Err search_remove(Store *s, Arena *a, Str kind, Str id);
/** Best first. `kinds`: JSON array of kinds or "" for all. `audiences`: JSON array of those the reader belongs to
 *  ("" is always included). The last word matches as a prefix (search as you type), unless as a whole word it finds
 *  hundreds. Candidates are capped before ranking, for each kind by itself, so that common words stay quick and many
 *  alerts hide no incident. Snippets mark matches with U+E000 … U+E001. */
Err search_find(Store *s, Arena *a, Str query, Str kinds, Str audiences, int limit, SearchHits *ret);
/** The same without titles and snippets, for lists that filter by what was found. */
Err search_match(Store *s, Arena *a, Str query, Str kinds, Str audiences, int limit, SearchHits *ret);
/** Titles and snippets of what search_match found. Costs far more for each than finding it: for what is shown. */
Err search_show(Store *s, Arena *a, Str query, SearchHits *hits);

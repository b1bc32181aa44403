#pragma once
/** Inside store/ only: the text of a query, from what stands in the .sql file to what one database reads. */
#include "store/store.h"

#define QUERY_PARTS_MAX 60
#define QUERY_PARAMS_MAX 128

/** What a query offers: its optional parts and all its parameters, each once, in order of appearance. */
typedef struct Query {
    const Sql *sql;
    Str parts[QUERY_PARTS_MAX];
    size_t n_parts;
    Str *params;
    size_t n_params;
} Query;

/** One variant in one dialect. Parameters are numbered from 1 in `text` (?1, $1); `param_of[i]` is the
 *  number of Query.params[i] here, or 0 when this variant does not have it. */
typedef struct Composed { Str text; int *param_of; int n_params; } Composed;

/** Reads what it offers. Lives in `a`. Fails: ERR_INTERNAL when it has too many parts or parameters. */
Err query_parse(Arena *a, const Sql *sql, Query *ret);
/** The bit of an optional part; 0 when there is none of that name. */
uint64_t query_part(const Query *q, Str name);
/** The variant with these parts on, its dialect words replaced. `ret->text` ends with a NUL. */
Err query_compose(Arena *a, const Query *q, uint64_t parts, DatabaseKind kind, Composed *ret);
/** Schema text with its dialect words replaced; ends with a NUL. */
Str query_dialect(Arena *a, Str text, DatabaseKind kind);

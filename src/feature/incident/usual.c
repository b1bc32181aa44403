/* What is usual here, for comparing one incident with those before it. */
#include "feature/incident/rules.h"
#include <stdlib.h>
#include "sql.gen.h"

#define YEAR_MS (365 * 86400000LL)
#define ENOUGH  5

typedef LIST(int64_t) Lengths;

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t median(Lengths *all)
{
    if (all->len < ENOUGH) return 0;
    qsort(all->at, all->len, sizeof *all->at, by_length);
    return (all->at[(all->len - 1) / 2] + all->at[all->len / 2]) / 2;
}

static void add(Cx *cx, Lengths *to, int64_t from_ms, int64_t until_ms)
{
    if (from_ms && until_ms > from_ms) *list_add(cx->arena, to) = until_ms - from_ms;
}

Err incident_usual(Cx *cx, const Incident *i, int64_t ret[INCIDENT_USUAL])
{
    Lengths all[INCIDENT_USUAL] = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_usual);
    stmt_str(&q, "severity", i->severity);
    stmt_str(&q, "id", i->id);
    stmt_int(&q, "since_ms", i->declared_ms - YEAR_MS);
    stmt_int(&q, "until_ms", i->declared_ms);
    while (stmt_step(&q)) {
        int64_t detected = stmt_col_int(&q, 0), began = stmt_col_int(&q, 1);
        add(cx, &all[0], detected, stmt_col_int(&q, 2));
        add(cx, &all[1], began, stmt_col_int(&q, 3));
        add(cx, &all[2], began, stmt_col_int(&q, 4));
    }
    TRY(stmt_end(&q));
    for (size_t k = 0; k < INCIDENT_USUAL; k++) ret[k] = median(&all[k]);
    return OK;
}

#include "app/feature.h"
#include "base/spec.h"
#include "sql.gen.h"
#include "store/search.h"
#include "store/spec_database.h"

SPEC("every query of every feature prepares on this database, whichever optional part is on")
{
    auto_arena a = arena_new(4096);
    const Schema *schemas[128] = { search_schema(spec_database_kind()) };
    size_t n = 1;
    for (size_t i = 0; features[i]; i++)
        if (features[i]->schema) schemas[n++] = features[i]->schema;
    Database *db = given_a_database(a, schemas, n);
    auto_store s = store_take(db);
    for (size_t i = 0; i < sql_all_len; i++) {
        Err e = store_check(s, a, &sql_all[i], 1);
        if (!e.info) continue;
        spec_failures++;
        fprintf(stderr, STR_FMT "\n", STR_ARG(err_text(a, e)));
    }
}

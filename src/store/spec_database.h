#pragma once
/** For specs: fresh databases. The same spec binary runs on SQLite (the default) or, with TEST_DATABASE=postgres, on
 *  the server that TEST_POSTGRES names (see tests/postgres.sh), where each spec gets a database of its own.
 *  Everything is removed with the arena. When a database cannot be made the run ends: nothing could be tested. */
#include "store/store.h"

DatabaseKind spec_database_kind(void);
/** The URL of an empty database: a file in a new folder, or a new PostgreSQL database. */
Str given_a_database_url(Arena *a);
/** An open one without tables. */
Database *given_an_empty_database(Arena *a);
/** An open one with these schemas. The first of each list is migrated and kept as a template: later ones are copies of it
 *  (SQLite), or it is lent and put back as it was (PostgreSQL). Specs that change the schema take an empty database. */
Database *given_a_database(Arena *a, const Schema *const *schemas, size_t n);

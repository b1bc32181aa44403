#pragma once
/** For the specs of store/: one table of every type, and its queries. */
#include "store/spec_database.h"

extern const Schema *const thing_schemas[1];
extern const Sql thing_add, thing_list, thing_set, thing_get, thing_count;

typedef struct Thing { Arena *arena; const char *id; int64_t n; } Thing;
/** A StoreWork: adds the Thing that `arg` is. */
Err thing_insert(Store *s, void *arg);
/** How many things there are; -1 with an error. */
int64_t things_in(Database *db);

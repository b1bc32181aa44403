#pragma once
/** Looking at a database without changing it: for `hindsight doctor`. */
#include "store/store.h"

/** How many schema steps are missing; applies none. All of them for a database without tables.
 *  Fails: ERR_CONFLICT when a newer version wrote it. */
Err database_pending(Database *db, Arena *a, const Schema *const *schemas, size_t n, int *ret_steps);
/** Reads the whole file and checks that it is sound (SQLite; PostgreSQL looks after itself). Cost: seconds per GB.
 *  Fails: ERR_UNAVAILABLE with what is damaged. */
Err database_verify(Database *db, Arena *a);

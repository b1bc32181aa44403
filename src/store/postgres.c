#include "store/backend.h"
static Err pg_open(Database *db, Arena *a) { (void)db; return fail(a, ERR_UNAVAILABLE, "PostgreSQL is not built in yet"); }
static void pg_close(Database *db) { (void)db; }
static void pg_disconnect(Store *s) { (void)s; }
const Backend postgres_backend = { .kind = DATABASE_POSTGRES, .open = pg_open, .close = pg_close, .disconnect = pg_disconnect };

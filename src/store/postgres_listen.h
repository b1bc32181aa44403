#pragma once
/** Inside store/ only: hearing what other nodes (and this one) tell through NOTIFY. */
#include <libpq-fe.h>
#include "store/backend.h"

/** SQL for the name of the channel: one per schema. A name in PostgreSQL has at most 63 bytes. */
#define PG_CHANNEL "left('hindsight ' || current_schema(), 63)"

typedef struct PgListener PgListener;

/** A new connection to the server of `db`, open or failed (PQstatus says). Belongs to the caller. */
PGconn *pg_connection(Database *db);
/** Lives in the arena of `db`. */
PgListener *pg_listener_new(Database *db);
/** Listens, and returns when nothing said from now on will be missed. Once. */
Err  pg_listener_start(PgListener *l);
void pg_listener_stop(PgListener *l);

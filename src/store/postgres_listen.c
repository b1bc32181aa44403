/** A thread with a connection of its own that waits for notices. When the connection is lost it tries again, at
 *  first at once, later every few seconds, and then says "reconnected", because notices may have been missed. */
#include "store/postgres_listen.h"
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PAUSE_FIRST_MS 100
#define PAUSE_MOST_MS 5000

struct PgListener {
    Database *db;
    PGconn *conn;
    pthread_t thread;
    int stop_fd;                 /* readable when it is time to stop; -1 when not started */
};

PgListener *pg_listener_new(Database *db)
{
    PgListener *l = arena_make(db->arena, PgListener);
    *l = (PgListener){ .db = db, .stop_fd = -1 };
    return l;
}

/** True when it listens. */
static bool begin_listening(PgListener *l)
{
    l->conn = pg_connection(l->db);
    if (PQstatus(l->conn) != CONNECTION_OK) return false;
    PGresult *name = PQexec(l->conn, "SELECT quote_ident(" PG_CHANNEL ")");
    bool good = PQresultStatus(name) == PGRES_TUPLES_OK;
    if (good) {
        auto_arena a = arena_new(256);
        PGresult *res = PQexec(l->conn, arena_fmt(a, "LISTEN %s", PQgetvalue(name, 0, 0)).at);
        good = PQresultStatus(res) == PGRES_COMMAND_OK;
        PQclear(res);
    }
    PQclear(name);
    return good;
}

static void hear_all(PgListener *l)
{
    for (PGnotify *n; (n = PQnotifies(l->conn)); PQfreemem(n)) {
        Str text = str_of(n->extra);
        l->db->heard(l->db->heard_ctx, str_before(text, '\n'), str_after(text, '\n'));
    }
}

/** Waits for the socket (or, without one, for `ms`). False: it is time to stop. */
static bool wait_for(PgListener *l, int socket, int ms)
{
    struct pollfd fds[2] = { { .fd = l->stop_fd, .events = POLLIN }, { .fd = socket, .events = POLLIN } };
    while (poll(fds, socket < 0 ? 1 : 2, ms) < 0 && errno == EINTR) { }
    return !fds[0].revents;
}

static bool reconnect(PgListener *l)
{
    for (int pause = PAUSE_FIRST_MS;; pause = pause * 2 < PAUSE_MOST_MS ? pause * 2 : PAUSE_MOST_MS) {
        PQfinish(l->conn);
        if (begin_listening(l)) break;
        if (!wait_for(l, -1, pause)) return false;
    }
    l->db->heard(l->db->heard_ctx, S("reconnected"), S(""));
    return true;
}

static void *listen_main(void *arg)
{
    PgListener *l = arg;
    if (PQstatus(l->conn) != CONNECTION_OK && !reconnect(l)) return NULL;
    for (;;) {
        hear_all(l);
        if (!wait_for(l, PQsocket(l->conn), -1)) return NULL;
        if (!PQconsumeInput(l->conn) && !reconnect(l)) return NULL;
    }
}

Err pg_listener_start(PgListener *l)
{
    auto_arena a = arena_new(512);
    if (l->stop_fd >= 0) bug("database_listen is called once");
    l->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (l->stop_fd < 0) bug("no eventfd");
    begin_listening(l);                      /* when it fails, the thread tries again */
    if (pthread_create(&l->thread, NULL, listen_main, l)) bug("cannot start a thread");
    return OK;
}

void pg_listener_stop(PgListener *l)
{
    if (!l || l->stop_fd < 0) return;
    uint64_t one = 1;
    if (write(l->stop_fd, &one, sizeof one) != sizeof one) bug("cannot stop the listening thread");
    pthread_join(l->thread, NULL);
    PQfinish(l->conn);
    close(l->stop_fd);
    l->stop_fd = -1;
}

#pragma once
/** Inside of the server: what server.c, head.c, conns.c, seats.c and answer.c share. Not for
 *  other rooms. */
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include "net/addr.h"
#include "net/server.h"

typedef struct Request Request;
typedef struct Conn Conn;
typedef struct Conns Conns;
typedef struct Accept Accept;
typedef struct Seats Seats;
typedef struct Seat Seat;

/* seats.c: how many connections there are, in all and by address. A seat outlives its HTTP
 * connection when the socket is upgraded, and may outlive the server; Seats go with the last of
 * them. */

Seats *seats_new(int most, int most_per_address);
void   seats_drop(Seats *s);                    /* the server lets go */
typedef enum SeatState { SEAT_TAKEN, SEAT_OVER_LIMIT } SeatState;
/** Counts a connection. `limited` false: the limit per address does not apply. Never NULL. */
Seat  *seats_take(Seats *s, Addr addr, bool limited, SeatState *ret);
void   seat_release(void *seat);
int64_t seats_taken(Seats *s);

/* conns.c: the open connections, and the thread that cuts slow ones and drains refused ones. */

typedef enum Phase { PHASE_WAITING, PHASE_READING, PHASE_HANDLING, PHASE_SENDING, PHASE_CUT } Phase;

struct Conn {
    Server *server;
    Conn *prev, *next;
    int fd;
    Addr addr;
    Seat *seat;                  /* NULL once a live socket has it */
    Request *request;            /* the acceptor's: what it reads or answers now */
    bool trusted;                /* a proxy whose word counts */
    bool over_limit;             /* answered 503 */
    bool lingers;                /* refused while the client may still be sending */
    _Atomic bool reused;         /* has had a request answered */
    _Atomic int64_t phase;       /* monotonic ms of its beginning * 8 + Phase */
    _Atomic int64_t body_bytes;  /* of the body being read */
    int64_t seen_phase, seen_bytes, head_began_ms;   /* the sweeper's notes */
    int over_looks;              /* how often in a row it saw that the peer has said its last */
};

/** `most_lingering` bounds the refused connections that are drained at a time. */
Conns *conns_new(Server *server);
/** Ends the thread. No connection may be left. */
void   conns_stop(Conns *c);
Conn  *conns_add(Conns *c, int fd, Addr addr);
/** The HTTP connection ends; its descriptor is still open. */
void   conns_remove(Conns *c, Conn *conn);
/** False when the connection was cut meanwhile. */
bool   conn_enter(Conn *conn, Phase phase);
/** Writes a whole small answer past libmicrohttpd, where that cannot answer any more: nothing of
 *  another answer may be under way. What does not fit into the socket's buffer is lost. */
void   conn_answer_raw(Conn *conn, int status, Str type, Str body);

/* server.c */

typedef enum Stage { STAGE_READING, STAGE_HANDLED, STAGE_ANSWERED, STAGE_ABANDONED } Stage;

struct Request {
    HttpReq http;
    Server *server;
    Conn *conn;
    struct MHD_Connection *mhd;
    HttpHeader *headers;
    size_t n_headers;
    size_t target_bytes;         /* of the request target as sent */
    bool headed, complete;       /* its head was read; all of it */
    char *body;
    size_t body_room, body_limit;
    _Atomic Stage stage;
    _Atomic int refs;            /* the connection's and the handler's */
    Request *prev, *next;        /* in server->handled */
    Request *queued;             /* in server->queue */
    struct MHD_Response *answer;
    unsigned status;
    const SockEvents *upgrade;   /* of an answered upgrade until the live loop has it */
    void *upgrade_data;
};

struct Server {
    ServerOptions set;           /* with defaults filled in */
    bool spares_loopback;        /* the limit per address */
    struct MHD_Daemon *daemon;
    Accept *accept;
    int port;
    Seats *seats;
    Conns *conns;
    pthread_mutex_t lock;
    pthread_cond_t work, quiet;
    Request *queue, **queue_end; /* complete requests for the workers */
    Request *handled;            /* with a handler: suspended at libmicrohttpd's */
    bool closed, quit;
    pthread_t *workers;
    size_t n_workers;
    _Atomic bool stopping;
    _Atomic int64_t open_requests;
    _Atomic int64_t requests, connections, refused, bytes_in, bytes_out;
};

void request_drop(Request *r);

/* head.c: is this a request we understand, without a second reading? */

/** Fills method, path, query, headers and peer. Returns 0 or the status to refuse it with, and
 *  why. */
int head_read(Request *r, const char *method, const char *target, const char *version, Str *ret_detail);
/** Bytes of the announced body; -1 when it is chunked. */
int64_t head_body_bytes(const Request *r);

/* answer.c */

/** Makes r->answer out of `res`. Takes res->fd. */
void answer_make(Request *r, const HttpRes *res);
/** The body of an error that the server itself answers. */
void answer_refusal(Request *r, int status, Str detail, HttpRes *ret);

/* accept.c */

/** Starts the thread that accepts connections of `listen` for the server's daemon. Takes `listen`. */
Accept *accept_start(Server *server, int listen);
/** Accepts what waits, closes the socket and ends the thread: from here on connections are refused. */
void    accept_stop(Accept *a);

/* listen.c */

/** A listening socket for "HOST:PORT", "[V6]:PORT" or ":PORT". */
Err listen_open(Arena *a, Str where, int *ret_fd, int *ret_port);

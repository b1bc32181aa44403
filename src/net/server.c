/* How a request travels: libmicrohttpd's epoll threads ("acceptors") read it and call take():
 * once for its head, for each piece of its body, and once at its end. There the connection is
 * suspended and the request queued for the workers; a worker runs the handler; http_answer()
 * makes the answer, on whatever thread, and resumes the connection; the acceptor calls take()
 * again and queues the answer. A request has two owners, its connection and its handler, so
 * that either may end first: the client can be cut, the server can stop, and a late answer
 * still finds its memory.
 *
 * libmicrohttpd is asked for little: to parse, to frame, to send. Limits, slow clients and odd
 * heads are ours (conns.c, seats.c, head.c), since its own options only close connections
 * without a word. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/time.h"
#include "net/server_impl.h"
#include "net/url.h"

#define MOST_PARAMS 100

Str http_header(const HttpReq *req, const char *name)
{
    const Request *r = req->server_;
    Str wanted = str_of(name);
    for (size_t i = 0; i < r->n_headers; i++)
        if (str_eq_nocase(r->headers[i].name, wanted)) return r->headers[i].value;
    return S("");
}

Str http_cookie(const HttpReq *req, const char *name)
{
    const Request *r = req->server_;
    Str value = S("");
    for (size_t i = 0; i < r->n_headers; i++)
        if (str_eq_nocase(r->headers[i].name, S("Cookie")) &&
            url_cookie(r->headers[i].value, str_of(name), &value))
            break;
    return value;
}

/** A broken escape stays as it was sent. */
static Str decoded(Arena *a, Str s)
{
    Str text = s;
    return url_decode(a, s, URL_PLUS_IS_SPACE, &text) ? text : s;
}

Str http_param(const HttpReq *req, const char *name, bool *ret_found)
{
    Str rest = req->query, each, value, wanted = str_of(name);
    for (int i = 0; i < MOST_PARAMS && url_next_param(&rest, &each, &value); i++) {
        if (!str_eq(decoded(req->arena, each), wanted)) continue;
        if (ret_found) *ret_found = true;
        return decoded(req->arena, value);
    }
    if (ret_found) *ret_found = false;
    return S("");
}

size_t http_params(const HttpReq *req, HttpHeader **ret)
{
    Str rest = req->query, name, value;
    size_t n = 0, most = 0;
    while (most < MOST_PARAMS && url_next_param(&rest, &name, &value)) most++;
    *ret = arena_array(req->arena, HttpHeader, most + 1);
    rest = req->query;
    while (n < most && url_next_param(&rest, &name, &value))
        (*ret)[n++] = (HttpHeader){ decoded(req->arena, name), decoded(req->arena, value) };
    return n;
}

void http_set(HttpRes *res, const char *name, Str value)
{
    if (res->n_headers == sizeof res->headers / sizeof *res->headers)
        bug("more than %zu headers in an answer", res->n_headers);
    res->headers[res->n_headers++] = (HttpHeader){ str_of(name), value };
}

/* ---- requests ---- */

/** Keeps libmicrohttpd 0.9 from making a list of the query's parameters, which we do not use: when the list does not
 *  fit, that version forgets the connection until its time is over. The target is in a buffer of the connection's, and
 *  we have our copy; a list of nothing is made of an empty query. */
static void hide_query(const char *target)
{
    char *query = target && MHD_VERSION < 0x01000000 ? strchr((char *)target, '?') : NULL;
    if (query && query[1]) query[1] = 0;
}

static void *begin(void *cls, const char *target, struct MHD_Connection *mhd)
{
    Server *s = cls;
    Conn *conn = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    Arena *a = arena_new(4096);
    Request *r = arena_make(a, Request);
    *r = (Request){ .server = s, .conn = conn, .mhd = mhd, .refs = 1, .stage = STAGE_READING };
    r->target_bytes = target ? strlen(target) : 0;
    r->http = (HttpReq){ .arena = a, .path = arena_str(a, (Str){ target, r->target_bytes }),
                         .began_ms = clock_monotonic_ms(), .server_ = r };
    hide_query(target);
    conn->request = r;
    atomic_store(&conn->body_bytes, 0);
    atomic_fetch_add(&s->open_requests, 1);
    atomic_fetch_add(&s->requests, 1);
    return r;
}

void request_drop(Request *r)
{
    if (atomic_fetch_sub(&r->refs, 1) > 1) return;
    free(r->body);
    arena_free(r->http.arena);
}

/** Nothing will become of an upgrade: tells its owner. */
static void forget_upgrade(const SockEvents *events, void *data)
{
    if (events && events->closed) events->closed(NULL, data);
}

static void request_over(Server *s)
{
    if (atomic_fetch_sub(&s->open_requests, 1) > 1 || !atomic_load(&s->stopping)) return;
    pthread_mutex_lock(&s->lock);
    pthread_cond_broadcast(&s->quiet);
    pthread_mutex_unlock(&s->lock);
}

static void end_request(Request *r)
{
    Server *s = r->server;
    if (r->answer) MHD_destroy_response(r->answer);
    r->answer = NULL;
    forget_upgrade(r->upgrade, r->upgrade_data);
    r->upgrade = NULL;
    r->conn->request = NULL;
    atomic_store(&r->conn->reused, true);
    (void)conn_enter(r->conn, PHASE_WAITING);
    request_drop(r);
    request_over(s);
}

/** The answer was sent, or the connection ended before. */
static void end(void *cls, struct MHD_Connection *mhd, void **con_cls,
                enum MHD_RequestTerminationCode how)
{
    (void)cls, (void)mhd, (void)how;
    if (*con_cls) end_request(*con_cls);
    *con_cls = NULL;
}

static enum MHD_Result send_answer(Request *r)
{
    if (!conn_enter(r->conn, PHASE_SENDING)) return MHD_NO;
    enum MHD_Result done = MHD_queue_response(r->mhd, r->status, r->answer);
    MHD_destroy_response(r->answer);            /* libmicrohttpd holds its own count */
    r->answer = NULL;
    return done;
}

static enum MHD_Result refuse(Request *r, int status, Str detail)
{
    HttpRes res;
    answer_refusal(r, status, detail, &res);
    if (status == 503) http_set(&res, "Retry-After", S("5"));
    http_set(&res, "Connection", S("close"));
    res.status = status;
    answer_make(r, &res);
    r->conn->lingers = true;
    atomic_fetch_add(&r->server->refused, 1);
    return send_answer(r);
}

/** The head is in: refuse it now or read on. */
static enum MHD_Result take_head(Request *r, const char *method, const char *target,
                                 const char *version)
{
    r->headed = true;
    Str detail;
    int bad = head_read(r, method, target, version, &detail);
    if (bad) return refuse(r, bad, detail);
    if (r->conn->over_limit)
        return refuse(
            r, 503, S("there are more connections than this server takes; try again in a moment"));
    int64_t bytes = head_body_bytes(r);
    if (bytes == 0) return conn_enter(r->conn, PHASE_READING) ? MHD_YES : MHD_NO;
    r->body_limit = r->server->set.body_limit
                        ? r->server->set.body_limit(r->server->set.ctx, &r->http)
                        : 1 << 20;
    if (bytes > 0 && (uint64_t)bytes > r->body_limit)
        return refuse(r, 413,
                      r->body_limit ? S("the body is larger than is allowed here")
                                    : S("no body is taken here"));
    return conn_enter(r->conn, PHASE_READING) ? MHD_YES : MHD_NO;
}

static enum MHD_Result take_body(Request *r, const char *bytes, size_t n)
{
    if (n > r->body_limit - r->http.body.len) {
        /* In the middle of a body libmicrohttpd can only close; the client should still read
         * why. */
        HttpRes res;
        answer_refusal(r, 413, S("the body is larger than is allowed here"), &res);
        conn_answer_raw(r->conn, 413, res.type, res.body);
        r->conn->lingers = true;
        atomic_fetch_add(&r->server->refused, 1);
        return MHD_NO;
    }
    size_t need = r->http.body.len + n;
    if (need > r->body_room) {
        size_t room = r->body_room ? r->body_room * 2 : 4096;
        while (room < need) room *= 2;
        char *more = realloc(r->body, room);
        if (!more) bug("out of memory");
        r->body = more;
        r->body_room = room;
    }
    memcpy(r->body + r->http.body.len, bytes, n);
    r->http.body = (Str){ r->body, need };
    atomic_store(&r->conn->body_bytes, (int64_t)need);
    atomic_fetch_add(&r->server->bytes_in, (int64_t)n);
    return MHD_YES;
}

/** The request is complete: suspends its connection and gives it to the workers. */
static enum MHD_Result hand_to_workers(Request *r)
{
    Server *s = r->server;
    /* A connection that is suspended while libmicrohttpd still waits for bytes is read first
     * when it is resumed; had the peer shut its sending side down, it would be closed instead
     * of answered. After one more round it waits for us. */
    if (!r->complete) { r->complete = true; return MHD_YES; }
    if (!conn_enter(r->conn, PHASE_HANDLING)) return MHD_NO;
    pthread_mutex_lock(&s->lock);
    if (s->closed) {
        pthread_mutex_unlock(&s->lock);
        return refuse(r, 503, S("the server is stopping; try again in a moment"));
    }
    atomic_store(&r->stage, STAGE_HANDLED);
    atomic_fetch_add(&r->refs, 1);
    r->next = s->handled;
    if (s->handled) s->handled->prev = r;
    s->handled = r;
    MHD_suspend_connection(r->mhd);
    *s->queue_end = r;
    s->queue_end = &r->queued;
    pthread_cond_signal(&s->work);
    pthread_mutex_unlock(&s->lock);
    return MHD_YES;
}

static enum MHD_Result take(void *cls, struct MHD_Connection *mhd, const char *target,
                            const char *method, const char *version, const char *bytes, size_t *n,
                            void **con_cls)
{
    (void)cls, (void)mhd;
    Request *r = *con_cls;
    if (!r) return MHD_NO;
    if (!r->headed) return take_head(r, method, target, version);
    if (*n) {
        size_t got = *n;
        *n = 0;
        return take_body(r, bytes, got);
    }
    Stage stage = atomic_load(&r->stage);
    if (stage == STAGE_ANSWERED) return send_answer(r);
    if (stage == STAGE_ABANDONED)
        return refuse(r, 503, S("the server is stopping; try again in a moment"));
    return stage == STAGE_READING ? hand_to_workers(r) : MHD_YES;
}

static void unlist(Server *s, Request *r)
{
    pthread_mutex_lock(&s->lock);
    if (r->prev) r->prev->next = r->next; else s->handled = r->next;
    if (r->next) r->next->prev = r->prev;
    if (!s->handled && s->closed) pthread_cond_broadcast(&s->quiet);
    pthread_mutex_unlock(&s->lock);
}

void http_answer(HttpReq *req, const HttpRes *res)
{
    Request *r = req->server_;
    Stage was = STAGE_HANDLED;
    /* ANSWERED only becomes visible to the acceptor by the resume below, with the answer. */
    if (!atomic_compare_exchange_strong(&r->stage, &was, STAGE_ANSWERED)) {
        if (was != STAGE_ABANDONED) bug("a request was answered twice");
        if (res->fd > 0) close(res->fd);
        forget_upgrade(res->upgrade, res->upgrade_data);
        request_drop(r);
        return;
    }
    Server *s = r->server;
    answer_make(r, res);
    MHD_resume_connection(r->mhd);
    unlist(s, r);                               /* the last touch of the server: it may end now */
    request_drop(r);
}

static void *work(void *arg)
{
    Server *s = arg;
    pthread_mutex_lock(&s->lock);
    size_t me = s->n_workers++;
    for (;;) {
        while (!s->queue && !s->quit) pthread_cond_wait(&s->work, &s->lock);
        Request *r = s->queue;
        if (!r) break;
        s->queue = r->queued;
        if (!s->queue) s->queue_end = &s->queue;
        pthread_mutex_unlock(&s->lock);
        r->http.worker = me;
        if (atomic_load(&r->stage) == STAGE_ABANDONED) request_drop(r);
        else s->set.handle(s->set.ctx, &r->http);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* ---- connections ---- */

static enum MHD_Result admit(void *cls, const struct sockaddr *addr, socklen_t size)
{
    (void)addr, (void)size;
    Server *s = cls;
    /* A few beyond the limit are let in to be told 503; the rest is closed at once. */
    if (seats_taken(s->seats) < s->set.max_connections + 256) return MHD_YES;
    atomic_fetch_add(&s->refused, 1);
    return MHD_NO;
}

static void connection(void *cls, struct MHD_Connection *mhd, void **context,
                       enum MHD_ConnectionNotificationCode what)
{
    Server *s = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *fd = MHD_get_connection_info(
            mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        int socket = fd->connect_fd;
        const union MHD_ConnectionInfo *from = MHD_get_connection_info(
            mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        *context = conns_add(s->conns, socket, addr_of(from->client_addr));
        atomic_fetch_add(&s->connections, 1);
    } else if (*context) {
        Conn *conn = *context;
        /* libmicrohttpd 0.9 does not say that a request ended which it had two reasons to refuse. */
        if (conn->request) end_request(conn->request);
        conns_remove(s->conns, conn);
        *context = NULL;
    }
}

static size_t leave_encoded(void *cls, struct MHD_Connection *mhd, char *s)
{
    (void)cls, (void)mhd;
    return strlen(s);
}

/* ---- start and stop ---- */

static int or_else(int value, int usual) { return value > 0 ? value : usual; }

static void fill_in(ServerOptions *set)
{
    int cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
    set->workers = or_else(set->workers, cores < 2 ? 4 : cores > 8 ? 16 : cores * 2);
    set->acceptors = or_else(set->acceptors, cores < 4 ? 1 : cores > 16 ? 4 : cores / 4 + 1);
    set->max_connections = or_else(set->max_connections, 10000);
    set->max_per_address = or_else(set->max_per_address, 500);
    set->header_seconds = or_else(set->header_seconds, 10);
    set->body_seconds = or_else(set->body_seconds, 60);
    set->idle_seconds = or_else(set->idle_seconds, 60);
    if (!set->max_header_bytes) set->max_header_bytes = 16 << 10;
    if (set->max_header_bytes > 1 << 20) set->max_header_bytes = 1 << 20;
}

static void raise_file_limit(int connections)
{
    struct rlimit limit;
    rlim_t want = (rlim_t)connections + 1024;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= want) return;
    limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static struct MHD_Daemon *start_daemon(Server *s)
{
    const ServerOptions *set = &s->set;
    /* Room for the head, for libmicrohttpd's list of its parts, and for the head of the answer. */
    size_t pool = set->max_header_bytes + (12 << 10);
    struct MHD_OptionItem more[] = {
        { set->acceptors > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, set->acceptors, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE | MHD_USE_ITC |
            MHD_USE_NO_LISTEN_SOCKET, 0,
        admit, s, take, s,
        MHD_OPTION_URI_LOG_CALLBACK, begin, s,
        MHD_OPTION_NOTIFY_COMPLETED, end, s,
        MHD_OPTION_NOTIFY_CONNECTION, connection, s,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, pool,
        /* Backstops far behind our own limits, which say why. */
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)(set->max_connections + 512) * 2,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(set->idle_seconds + set->body_seconds) * 2,
        MHD_OPTION_STRICT_FOR_CLIENT, 0,        /* head.c is stricter, and says why */
        MHD_OPTION_ARRAY, more,
        MHD_OPTION_END);
}

Err server_start(Arena *a, const ServerOptions *options, Server **ret)
{
    Str bad;
    if (!addr_list_valid(options->trusted_proxies, &bad))
        return fail_field(a, S("trusted_proxies"), "\"" STR_FMT "\" is no address of a proxy",
                          STR_ARG(bad));
    int listen, port;
    TRY(listen_open(a, options->listen, &listen, &port));
    signal(SIGPIPE, SIG_IGN); /* a peer that is gone is an error of write, not the end */
    Server *s = calloc(1, sizeof *s);
    if (!s) bug("out of memory");
    s->set = *options;
    s->spares_loopback = options->max_per_address == 0;
    s->port = port;
    fill_in(&s->set);
    raise_file_limit(s->set.max_connections);
    s->queue_end = &s->queue;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->quiet, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&s->work, NULL);
    s->seats = seats_new(s->set.max_connections, s->set.max_per_address);
    s->conns = conns_new(s);
    s->workers = calloc((size_t)s->set.workers, sizeof *s->workers);
    if (!s->workers) bug("out of memory");
    for (int i = 0; i < s->set.workers; i++)
        if (pthread_create(&s->workers[i], NULL, work, s))
            bug("cannot start a worker thread: %s", strerror(errno));
    s->daemon = start_daemon(s);
    if (!s->daemon) bug("libmicrohttpd does not start: %s", strerror(errno));
    s->accept = accept_start(s, listen);
    *ret = s;
    return OK;
}

int server_port(const Server *s) { return s->port; }

/** Waits until `*n` requests are none, or the time is over. With s->lock held. */
static void wait_until(Server *s, bool (*over)(const Server *), int64_t until_ms)
{
    struct timespec until = { until_ms / 1000, until_ms % 1000 * 1000000 };
    while (!over(s))
        if (pthread_cond_timedwait(&s->quiet, &s->lock, &until) == ETIMEDOUT) return;
}

static bool no_requests(const Server *s) { return atomic_load(&s->open_requests) == 0; }

/** Gives up what has no answer yet. With s->lock held. */
static void abandon(Server *s)
{
    s->closed = true;
    for (Request *next, *r = s->handled; r; r = next) {
        next = r->next;
        Stage was = STAGE_HANDLED;
        if (!atomic_compare_exchange_strong(&r->stage, &was, STAGE_ABANDONED))
            continue; /* being answered now */
        if (r->prev) r->prev->next = r->next; else s->handled = r->next;
        if (r->next) r->next->prev = r->prev;
        MHD_resume_connection(r->mhd);
    }
    while (s->handled) pthread_cond_wait(&s->quiet, &s->lock);
}

void server_stop(Server *s, int grace_ms)
{
    if (!s) return;
    atomic_store(&s->stopping, true);
    accept_stop(s->accept);
    pthread_mutex_lock(&s->lock);
    wait_until(s, no_requests, clock_monotonic_ms() + grace_ms);
    abandon(s);
    wait_until(s, no_requests, clock_monotonic_ms() + 250);   /* for the 503s to leave */
    s->quit = true;
    pthread_cond_broadcast(&s->work);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < s->set.workers; i++) pthread_join(s->workers[i], NULL);
    MHD_stop_daemon(s->daemon);
    conns_stop(s->conns);
    seats_drop(s->seats);
    pthread_cond_destroy(&s->work);
    pthread_cond_destroy(&s->quiet);
    pthread_mutex_destroy(&s->lock);
    free(s->workers);
    free(s);
}

ServerStats server_stats(const Server *s)
{
    return (ServerStats){ .requests = atomic_load(&s->requests),
                          .connections = atomic_load(&s->connections),
                          .open = seats_taken(s->seats),
                          .refused = atomic_load(&s->refused),
                          .bytes_in = atomic_load(&s->bytes_in),
                          .bytes_out = atomic_load(&s->bytes_out) };
}

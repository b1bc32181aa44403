/* The open HTTP connections, and one thread that walks them a few times a second. libmicrohttpd
 * only knows how long a connection was silent, so a client that sends a byte now and then could
 * hold one for ever; this thread asks how long a phase has lasted and how much came through
 * meanwhile (TCP_INFO counts bytes per socket). A connection that is cut is shut down, which
 * libmicrohttpd notices and closes.
 *
 * The same thread drains connections that were refused while the client was still sending (a
 * body of 100 MB): closing them with unread bytes would reset the connection, and the client
 * would never read why it was refused. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
/* struct tcp_info with its byte counters: the kernel's header has them, the C library's not yet. */
#include <linux/tcp.h>
#define TCP_CLOSE_WAIT 8                        /* of the kernel's tcp_states.h, which no public header has */
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/time.h"
#include "net/server_impl.h"

#define LEAST_BYTES_PER_SECOND 10240
#define LINGER_MS 3000
#define MOST_LINGERING 128
#define OVER_LOOKS 4             /* a connection whose peer has ended is seen so this often before it is cut */

typedef struct Linger { int fd; int64_t until_ms; } Linger;

struct Conns {
    Server *server;
    pthread_t thread;
    pthread_mutex_t lock;        /* guards the list, and that a listed descriptor stays open */
    Conn *first;
    int epoll, wake;
    int64_t tick_ms;
    Linger linger[MOST_LINGERING];
    int n_linger;
    bool quit;
};

static const char *const refused_slow = "the request took too long to arrive";

bool conn_enter(Conn *conn, Phase phase)
{
    int64_t now = clock_monotonic_ms() * 8 + phase;
    int64_t was = atomic_load(&conn->phase);
    do if (was % 8 == PHASE_CUT) return false;
    while (!atomic_compare_exchange_weak(&conn->phase, &was, now));
    return true;
}

void conn_answer_raw(Conn *conn, int status, Str type, Str body)
{
    char head[512];
    char date[TIME_TEXT_MAX];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: " STR_FMT
                     "\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                     status, MHD_get_reason_phrase_for((unsigned)status),
                     time_http(clock_ms(), date), STR_ARG(type), body.len);
    if (n < 0 || (size_t)n >= sizeof head) return;
    struct iovec parts[2] = { { head, (size_t)n }, { (char *)body.at, body.len } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    (void)!sendmsg(conn->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/** Cuts the connection if it still is where it was seen; says why when no answer is under way. */
static void cut(Conn *conn, int64_t seen)
{
    if (!atomic_compare_exchange_strong(&conn->phase, &seen, PHASE_CUT)) return;
    Phase phase = seen % 8;
    /* Silence before a first byte is a browser's spare connection: an answer there would
     * confuse it. */
    bool began = phase == PHASE_READING || conn->head_began_ms > 0;
    if (phase != PHASE_SENDING && began)
        conn_answer_raw(conn, 408, S("text/plain"), str_of(refused_slow));
    shutdown(conn->fd, SHUT_RDWR);
}

static bool too_slow(int64_t age_ms, int limit_seconds, int64_t bytes)
{
    return age_ms > limit_seconds * 1000LL && bytes < age_ms * LEAST_BYTES_PER_SECOND / 1000;
}

/** The peer has sent its last byte and libmicrohttpd has read it: with edge-triggered epoll it does not notice an end
 *  that came together with bytes. What is incomplete now stays so; but on a busy machine what was read may not have been
 *  understood yet, so one look decides nothing. */
static bool is_over(const Conn *conn, const struct tcp_info *info)
{
    int unread = 0;
    return info->tcpi_state == TCP_CLOSE_WAIT && ioctl(conn->fd, FIONREAD, &unread) == 0 && unread == 0;
}

static void look_waiting(Conn *conn, int64_t seen, const ServerOptions *set, int64_t now, int64_t bytes)
{
    bool first = !atomic_load(&conn->reused);
    int64_t age = now - seen / 8, head_ms = set->header_seconds * 1000LL;
    if (conn->over_limit && head_ms > 2000) head_ms = 2000;
    if (conn->head_began_ms == 0 && bytes != conn->seen_bytes) conn->head_began_ms = now;
    if ((first && age > head_ms) || age > set->idle_seconds * 1000LL ||
        (conn->head_began_ms > 0 && now - conn->head_began_ms > head_ms)) cut(conn, seen);
}

static void look(Conn *conn, const ServerOptions *set, int64_t now)
{
    int64_t seen = atomic_load(&conn->phase), age = now - seen / 8;
    Phase phase = seen % 8;
    bool fresh = seen != conn->seen_phase, first = !atomic_load(&conn->reused);
    conn->seen_phase = seen;
    if (phase == PHASE_CUT || phase == PHASE_HANDLING) return;
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;
    getsockopt(conn->fd, IPPROTO_TCP, TCP_INFO, &info, &size);
    int64_t bytes = (int64_t)(phase == PHASE_SENDING ? info.tcpi_bytes_acked : info.tcpi_bytes_received);
    if (fresh) {
        conn->seen_bytes = phase == PHASE_WAITING && first ? 0 : bytes;
        conn->head_began_ms = 0;
        conn->over_looks = 0;
    }
    conn->over_looks = phase != PHASE_SENDING && is_over(conn, &info) ? conn->over_looks + 1 : 0;
    if (conn->over_looks >= OVER_LOOKS) { cut(conn, seen); return; }
    switch (phase) {
    case PHASE_WAITING: look_waiting(conn, seen, set, now, bytes); return;
    case PHASE_READING: bytes = atomic_load(&conn->body_bytes); break;
    default: bytes -= conn->seen_bytes;
    }
    if (too_slow(age, set->body_seconds, bytes)) cut(conn, seen);
}

static void linger_end(Conns *c, int i)
{
    /* Closing alone would leave it in the epoll set as long as libmicrohttpd has its own descriptor of the same connection,
     * and an event would name a number that is somebody else's by then. */
    epoll_ctl(c->epoll, EPOLL_CTL_DEL, c->linger[i].fd, NULL);
    close(c->linger[i].fd);
    c->linger[i] = c->linger[--c->n_linger];
}

static void sweep(Conns *c)
{
    int64_t now = clock_monotonic_ms();
    for (Conn *conn = c->first; conn; conn = conn->next) look(conn, &c->server->set, now);
    for (int i = c->n_linger; i-- > 0;)
        if (now > c->linger[i].until_ms) linger_end(c, i);
}

/** Reads away what a refused client still sends; closes when that is all. */
static void drain(Conns *c, int fd)
{
    static char nowhere[65536];                 /* this thread's only */
    int k = 0;
    while (k < c->n_linger && c->linger[k].fd != fd) k++;
    if (k == c->n_linger) return;               /* ended since the event was told */
    for (int i = 0; i < 16; i++) {
        ssize_t n = recv(fd, nowhere, sizeof nowhere, MSG_DONTWAIT);
        if (n > 0) continue;
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) linger_end(c, k);
        return;
    }
}

static void *watch(void *arg)
{
    Conns *c = arg;
    int64_t next = clock_monotonic_ms() + c->tick_ms;
    for (;;) {
        struct epoll_event event[16];
        int64_t wait = next - clock_monotonic_ms();
        int n = epoll_wait(c->epoll, event, 16, wait > 0 ? (int)wait : 0);
        pthread_mutex_lock(&c->lock);
        if (c->quit) break;
        for (int i = 0; i < n; i++)
            if (event[i].data.fd != c->wake) drain(c, event[i].data.fd);
        if (clock_monotonic_ms() >= next) {
            sweep(c);
            next = clock_monotonic_ms() + c->tick_ms;
        }
        pthread_mutex_unlock(&c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

Conns *conns_new(Server *server)
{
    Conns *c = calloc(1, sizeof *c);
    if (!c) bug("out of memory");
    const ServerOptions *set = &server->set;
    c->server = server;
    c->tick_ms = least(
        1000, least(set->header_seconds, least(set->body_seconds, set->idle_seconds)) * 250LL);
    pthread_mutex_init(&c->lock, NULL);
    c->epoll = epoll_create1(EPOLL_CLOEXEC);
    c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = { .events = EPOLLIN, .data.fd = c->wake };
    if (c->epoll < 0 || c->wake < 0 || epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->wake, &event) ||
        pthread_create(&c->thread, NULL, watch, c))
        bug("cannot start the thread that watches connections: %s", strerror(errno));
    return c;
}

void conns_stop(Conns *c)
{
    pthread_mutex_lock(&c->lock);
    c->quit = true;
    pthread_mutex_unlock(&c->lock);
    (void)!write(c->wake, &(uint64_t){ 1 }, sizeof(uint64_t));
    pthread_join(c->thread, NULL);
    while (c->n_linger) linger_end(c, 0);
    close(c->epoll);
    close(c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

Conn *conns_add(Conns *c, int fd, Addr addr)
{
    Conn *conn = calloc(1, sizeof *conn);
    if (!conn) bug("out of memory");
    *conn = (Conn){ .server = c->server, .fd = fd, .addr = addr };
    conn->phase = clock_monotonic_ms() * 8 + PHASE_WAITING;
    conn->trusted = addr_in_list(addr, c->server->set.trusted_proxies);
    bool spared = c->server->spares_loopback && addr_in_list(addr, S("127.0.0.0/8 ::1"));
    SeatState seat;
    conn->seat = seats_take(c->server->seats, addr, !conn->trusted && !spared, &seat);
    conn->over_limit = seat == SEAT_OVER_LIMIT;
    pthread_mutex_lock(&c->lock);
    conn->next = c->first;
    if (c->first) c->first->prev = conn;
    c->first = conn;
    pthread_mutex_unlock(&c->lock);
    return conn;
}

/** Keeps a copy of the descriptor until the client has stopped sending. */
static void linger(Conns *c, int fd)
{
    if (c->n_linger == MOST_LINGERING) return;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) return;
    shutdown(copy, SHUT_WR);
    struct epoll_event event = { .events = EPOLLIN, .data.fd = copy };
    if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, copy, &event)) { close(copy); return; }
    c->linger[c->n_linger++] = (Linger){ copy, clock_monotonic_ms() + LINGER_MS };
}

void conns_remove(Conns *c, Conn *conn)
{
    int unread = 0;
    bool was_cut = atomic_load(&conn->phase) % 8 == PHASE_CUT;
    if (conn->seat && !was_cut) ioctl(conn->fd, FIONREAD, &unread);
    pthread_mutex_lock(&c->lock);
    if (conn->seat && !was_cut && (conn->lingers || unread > 0)) linger(c, conn->fd);
    if (conn->prev) conn->prev->next = conn->next; else c->first = conn->next;
    if (conn->next) conn->next->prev = conn->prev;
    pthread_mutex_unlock(&c->lock);
    seat_release(conn->seat);
    free(conn);
}

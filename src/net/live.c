/* One thread, one libuv loop, every WebSocket. An idle socket is a Sock and its poll handle: it has no buffer of its own.
 * Reading goes through one buffer of the loop; a reader of frames is lent to a socket only while a message is half-read;
 * a queue exists only while something waits. Frames are built once and counted, so that a broadcast to 1,000 sockets is
 * one allocation and 1,000 pointers.
 *
 * Nothing is written when it is sent: a socket with something to write becomes *due*, and due sockets are written once,
 * with one writev each, when the turn of the loop is over. Sockets end there as well, so that no callback can take the
 * ground from under another. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>
#include <uv.h>
#include "base/utf8.h"
#include "net/ws.h"

#define READ_BYTES 65536
#define MOST_PARTS 64                           /* of one writev */
#define CLOSE_MS 5000
#define STOP_MS 1000
#define MOST_SPARE 32
#define ALIVE_BYTES 32768                       /* written in the time of a ping: it reads, if slowly */

struct Frame { atomic_int count; uint8_t header_bytes; size_t len; char bytes[]; };   /* header ends at WS_MOST_HEADER */

typedef struct Post { struct Post *next; void (*fn)(void *); void *arg; } Post;
typedef struct Every { struct Every *next; uv_timer_t timer; void (*fn)(void *); void *arg; int64_t every_ms; Live *live; } Every;

struct Live {
    uv_loop_t loop;
    pthread_t thread;
    uv_async_t wake;
    uv_prepare_t turn;
    uv_timer_t tick;
    pthread_mutex_t lock;
    Post *posts, **posts_end;
    Every *everies;
    Sock *socks, *due;
    WsReader *spare[MOST_SPARE];
    int n_spare;
    Frame *ping;
    bool stopping, ended;
    int64_t stop_at_ms;
    char read[READ_BYTES];
    _Atomic int64_t sockets, messages_in, messages_out, bytes_in, bytes_out, cut_slow;
};

struct Sock {
    uv_poll_t poll;
    Live *live;
    Sock *prev, *next, *next_due;
    const SockEvents *events;
    void *data;
    void (*release)(void *);
    void *release_arg;
    WsReader *reader;            /* NULL between messages */
    Frame **queue;               /* a ring; NULL while empty */
    uint32_t room, first, n;
    uint32_t first_sent;         /* bytes of the first frame that are gone */
    size_t queued;               /* bytes */
    int64_t pinged_ms, close_by_ms;
    uint32_t written;            /* bytes since the last ping, roughly */
    int fd;
    uint8_t missed;              /* pings without a sign of life */
    bool is_due, closing, close_heard, deaf, half_closed, dead;
    bool heard, above_half, refused, polls_write;
};

/* ---- frames ---- */

static Frame *frame_of(WsOpcode opcode, Str payload)
{
    Frame *f = malloc(sizeof *f + WS_MOST_HEADER + payload.len);
    if (!f) bug("out of memory");
    uint8_t header[WS_MOST_HEADER];
    size_t n = ws_header(opcode, payload.len, header);
    *f = (Frame){ .count = 1, .header_bytes = (uint8_t)n, .len = payload.len };
    memcpy(f->bytes + WS_MOST_HEADER - n, header, n);
    if (payload.len) memcpy(f->bytes + WS_MOST_HEADER, payload.at, payload.len);
    return f;
}

Frame *frame_make(FrameKind kind, Str payload) { return frame_of(kind == FRAME_TEXT ? WS_TEXT : WS_BINARY, payload); }

void frame_hold(Frame *f) { atomic_fetch_add_explicit(&f->count, 1, memory_order_relaxed); }

void frame_drop(Frame *f)
{
    if (f && atomic_fetch_sub_explicit(&f->count, 1, memory_order_acq_rel) == 1) free(f);
}

Str frame_payload(const Frame *f) { return (Str){ f->bytes + WS_MOST_HEADER, f->len }; }

static Str frame_wire(const Frame *f)
{
    return (Str){ f->bytes + WS_MOST_HEADER - f->header_bytes, f->header_bytes + f->len };
}

/* ---- the queue ---- */

static void make_due(Sock *s)
{
    if (s->is_due) return;
    s->is_due = true;
    s->next_due = s->live->due;
    s->live->due = s;
}

/** Takes over one count of `f`. */
static void enqueue(Sock *s, Frame *f)
{
    if (s->n == s->room) {
        uint32_t room = s->room ? s->room * 2 : 4;
        Frame **more = malloc(room * sizeof *more);
        if (!more) bug("out of memory");
        for (uint32_t i = 0; i < s->n; i++) more[i] = s->queue[(s->first + i) % s->room];
        free(s->queue);
        s->queue = more;
        s->room = room;
        s->first = 0;
    }
    s->queue[(s->first + s->n++) % s->room] = f;
    s->queued += frame_wire(f).len;
    make_due(s);
}

/** Takes what was written off the queue. */
static void dequeue(Sock *s, size_t bytes)
{
    s->queued -= bytes;
    bytes += s->first_sent;
    while (s->n) {
        Frame *f = s->queue[s->first];
        size_t size = frame_wire(f).len;
        if (bytes < size) break;
        bytes -= size;
        frame_drop(f);
        s->first = (s->first + 1) % s->room;
        s->n--;
        atomic_fetch_add_explicit(&s->live->messages_out, 1, memory_order_relaxed);
    }
    s->first_sent = (uint32_t)bytes;
    if (s->n == 0 && s->room > 4) {
        free(s->queue);
        s->queue = NULL;
        s->room = s->first = 0;
    }
}

bool sock_send(Sock *s, Frame *f)
{
    size_t size = frame_wire(f).len;
    if (s->closing || s->dead) return false;
    if (s->n && s->queued + size > s->events->max_queue_bytes) {
        s->refused = s->above_half = true;
        return false;
    }
    frame_hold(f);
    enqueue(s, f);
    if (s->queued > s->events->max_queue_bytes / 2) s->above_half = true;
    return true;
}

static void begin_close(Sock *s, int code, Str reason)
{
    if (s->closing || s->dead) return;
    char payload[125];
    payload[0] = (char)(code >> 8);
    payload[1] = (char)code;
    reason = utf8_clip(reason, sizeof payload - 2);
    if (reason.len) memcpy(payload + 2, reason.at, reason.len);
    enqueue(s, frame_of(WS_CLOSE, code == WS_NO_CODE ? S("") : (Str){ payload, 2 + reason.len }));
    s->closing = true;
    s->close_by_ms = (int64_t)uv_now(&s->live->loop) + CLOSE_MS;
    if (s->refused) atomic_fetch_add(&s->live->cut_slow, 1);
}

void sock_close(Sock *s, int code, const char *reason) { begin_close(s, code, str_of(reason ? reason : "")); }

size_t sock_queued(const Sock *s) { return s->queued; }
void *sock_data(const Sock *s) { return s->data; }

/* ---- reading ---- */

static void kill_sock(Sock *s)
{
    s->dead = true;
    make_due(s);
}

/* While we close, only the peer's close frame still matters. */

static bool on_message(void *arg, FrameKind kind, Str payload)
{
    Sock *s = arg;
    atomic_fetch_add_explicit(&s->live->messages_in, 1, memory_order_relaxed);
    if (!s->closing && !s->dead) s->events->message(s, s->data, kind, payload);
    return true;
}

static bool on_ping(void *arg, Str payload)
{
    Sock *s = arg;
    /* A peer that pings and does not read must not fill our memory with pongs. */
    if (!s->closing && s->queued <= s->events->max_queue_bytes) enqueue(s, frame_of(WS_PONG, payload));
    return true;
}

static bool on_pong(void *arg, Str payload) { (void)arg, (void)payload; return true; }

static void on_close(void *arg, int code, Str reason)
{
    Sock *s = arg;
    (void)reason;
    s->close_heard = true;
    begin_close(s, code, S(""));                /* the answer repeats the code */
    make_due(s);
}

static const WsSink sink = { on_message, on_ping, on_pong, on_close };

static WsReader *borrow_reader(Live *l) { return l->n_spare ? l->spare[--l->n_spare] : ws_reader_new(); }

static void return_reader(Sock *s)
{
    Live *l = s->live;
    if (s->reader && l->n_spare < MOST_SPARE && ws_reader_is_idle(s->reader)) l->spare[l->n_spare++] = s->reader;
    else ws_reader_free(s->reader);
    s->reader = NULL;
}

static void feed(Sock *s, Str bytes)
{
    if (s->dead || s->deaf || s->close_heard) return;
    if (!s->reader) s->reader = borrow_reader(s->live);
    int bad = ws_read(s->reader, bytes, s->events->max_message_bytes, &sink, s);
    if (bad) {
        begin_close(s, bad, S(""));
        s->deaf = true;
        make_due(s);
    }
    if (bad || s->close_heard) {
        ws_reader_free(s->reader);
        s->reader = NULL;
    } else if (ws_reader_is_idle(s->reader)) {
        return_reader(s);
    }
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    Sock *s = poll->data;
    Live *l = s->live;
    if (status < 0) { kill_sock(s); return; }
    if (events & UV_WRITABLE) make_due(s);
    if (!(events & UV_READABLE) || s->dead) return;
    ssize_t n = recv(s->fd, l->read, sizeof l->read, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) { kill_sock(s); return; }
    s->heard = true;
    atomic_fetch_add_explicit(&l->bytes_in, n, memory_order_relaxed);
    feed(s, (Str){ l->read, (size_t)n });
}

/* ---- writing, ending ---- */

static void poll_for(Sock *s, bool write)
{
    if (s->polls_write == write) return;
    s->polls_write = write;
    uv_poll_start(&s->poll, UV_READABLE | (write ? UV_WRITABLE : 0), on_poll);
}

static void write_out(Sock *s)
{
    while (s->n) {
        struct iovec part[MOST_PARTS];
        int parts = 0;
        for (uint32_t i = 0; i < s->n && parts < MOST_PARTS; i++) {
            Str wire = frame_wire(s->queue[(s->first + i) % s->room]);
            size_t gone = i == 0 ? s->first_sent : 0;
            part[parts++] = (struct iovec){ (char *)wire.at + gone, wire.len - gone };
        }
        struct msghdr message = { .msg_iov = part, .msg_iovlen = (size_t)parts };
        ssize_t n = sendmsg(s->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) break;
        if (n < 0) { s->dead = true; return; }
        s->written = s->written + (uint64_t)n > UINT32_MAX ? UINT32_MAX : s->written + (uint32_t)n;
        atomic_fetch_add_explicit(&s->live->bytes_out, n, memory_order_relaxed);
        dequeue(s, (size_t)n);
    }
    poll_for(s, s->n > 0);
}

static void gone(uv_handle_t *handle)
{
    Sock *s = handle->data;
    close(s->fd);
    if (s->release) s->release(s->release_arg);
    free(s);
}

static void end_sock(Sock *s)
{
    Live *l = s->live;
    if (s->prev) s->prev->next = s->next; else l->socks = s->next;
    if (s->next) s->next->prev = s->prev;
    atomic_fetch_sub(&l->sockets, 1);
    uv_poll_stop(&s->poll);
    while (s->n) {
        frame_drop(s->queue[s->first]);
        s->first = (s->first + 1) % s->room;
        s->n--;
    }
    free(s->queue);
    return_reader(s);
    if (s->events->closed) s->events->closed(s, s->data);
    uv_close((uv_handle_t *)&s->poll, gone);
}

static void attend(Sock *s)
{
    if (!s->dead) write_out(s);
    if (s->dead || (s->closing && s->close_heard && s->n == 0)) { s->dead = true; end_sock(s); return; }
    if (s->deaf && s->n == 0 && !s->half_closed) {
        /* They broke the rules and know it now. Closing with bytes of theirs unread would reset the connection and could
         * take our close frame with it: so say that no more comes, and read away what does until they end. */
        shutdown(s->fd, SHUT_WR);
        s->half_closed = true;
    }
    if (s->above_half && !s->closing && s->queued < s->events->max_queue_bytes / 2 + 1) {
        s->above_half = s->refused = false;
        if (s->events->drained) s->events->drained(s, s->data);
    }
}

/** The turn of the loop is over: writes and ends what is due. */
static void on_turn(uv_prepare_t *turn)
{
    Live *l = turn->data;
    for (int round = 0; l->due && round < 8; round++) {
        Sock *due = l->due;
        l->due = NULL;
        while (due) {
            Sock *s = due;
            due = s->next_due;
            s->is_due = false;
            attend(s);
        }
    }
    if (l->due) uv_async_send(&l->wake);        /* drained() keeps asking for more: let others have a turn */
}

/** Every second, and often while stopping: pings, silent peers, closes that take too long. */
static void on_tick(uv_timer_t *tick)
{
    Live *l = tick->data;
    int64_t now = (int64_t)uv_now(&l->loop);
    for (Sock *s = l->socks; s; s = s->next) {
        if (s->closing) {
            if (now >= s->close_by_ms || (l->stopping && now >= l->stop_at_ms)) kill_sock(s);
            continue;
        }
        int every = s->events->ping_seconds > 0 ? s->events->ping_seconds : 30;
        if (now - s->pinged_ms < every * 1000LL) continue;
        s->missed = s->heard || s->written >= ALIVE_BYTES ? 0 : s->missed + 1;
        if (s->missed >= 2) {
            if (s->n) atomic_fetch_add(&l->cut_slow, 1);
            kill_sock(s);
            continue;
        }
        s->heard = false;
        s->written = 0;
        s->pinged_ms = now;
        frame_hold(l->ping);
        enqueue(s, l->ping);
    }
}

/* ---- the loop ---- */

static void run_posts(Live *l)
{
    pthread_mutex_lock(&l->lock);
    Post *post = l->posts;
    l->posts = NULL;
    l->posts_end = &l->posts;
    pthread_mutex_unlock(&l->lock);
    while (post) {
        Post *next = post->next;
        post->fn(post->arg);
        free(post);
        post = next;
    }
}

static void ignore_gone(uv_handle_t *handle) { (void)handle; }

/** Once the last socket is gone nothing but our own handles holds the loop. */
static void end_when_empty(uv_timer_t *timer)
{
    Live *l = timer->data;
    on_tick(timer);
    if (l->socks || l->ended) return;
    l->ended = true;
    run_posts(l);
    for (Every *e = l->everies; e; e = e->next) uv_close((uv_handle_t *)&e->timer, ignore_gone);
    uv_close((uv_handle_t *)&l->tick, ignore_gone);
    uv_close((uv_handle_t *)&l->turn, ignore_gone);
    uv_close((uv_handle_t *)&l->wake, ignore_gone);
}

static void begin_stop(void *arg)
{
    Live *l = arg;
    l->stopping = true;
    l->stop_at_ms = (int64_t)uv_now(&l->loop) + STOP_MS;
    for (Sock *s = l->socks; s; s = s->next) begin_close(s, WS_GOING_AWAY, S("the server is stopping"));
    uv_timer_start(&l->tick, end_when_empty, 0, 5);
}

static void on_wake(uv_async_t *wake) { run_posts(wake->data); }

static void *run(void *arg)
{
    Live *l = arg;
    uv_run(&l->loop, UV_RUN_DEFAULT);
    return NULL;
}

Err live_start(Arena *a, Live **ret)
{
    signal(SIGPIPE, SIG_IGN);
    Live *l = calloc(1, sizeof *l);
    if (!l) bug("out of memory");
    l->posts_end = &l->posts;
    l->ping = frame_of(WS_PING, S(""));
    pthread_mutex_init(&l->lock, NULL);
    l->wake.data = l->turn.data = l->tick.data = l;
    int bad = uv_loop_init(&l->loop);
    if (!bad) bad = uv_async_init(&l->loop, &l->wake, on_wake);
    if (!bad) {
        uv_prepare_init(&l->loop, &l->turn);
        uv_prepare_start(&l->turn, on_turn);
        uv_timer_init(&l->loop, &l->tick);
        uv_timer_start(&l->tick, on_tick, 1000, 1000);
        bad = -pthread_create(&l->thread, NULL, run, l);
    }
    if (bad) return fail(a, ERR_UNAVAILABLE, "the system gives no event loop: %s", uv_strerror(bad));
    *ret = l;
    return OK;
}

void live_stop(Live *l)
{
    if (!l) return;
    live_post(l, begin_stop, l);
    pthread_join(l->thread, NULL);
    run_posts(l);
    if (uv_loop_close(&l->loop)) bug("the live loop ended with handles open");
    while (l->n_spare) ws_reader_free(l->spare[--l->n_spare]);
    for (Every *next, *e = l->everies; e; e = next) {
        next = e->next;
        free(e);
    }
    frame_drop(l->ping);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

void live_post(Live *l, void (*fn)(void *arg), void *arg)
{
    Post *post = malloc(sizeof *post);
    if (!post) bug("out of memory");
    *post = (Post){ NULL, fn, arg };
    pthread_mutex_lock(&l->lock);
    *l->posts_end = post;
    l->posts_end = &post->next;
    pthread_mutex_unlock(&l->lock);
    uv_async_send(&l->wake);
}

bool live_is_here(const Live *l) { return pthread_equal(l->thread, pthread_self()); }

static void on_every(uv_timer_t *timer)
{
    Every *e = timer->data;
    e->fn(e->arg);
}

static void start_every(void *arg)
{
    Every *e = arg;
    Live *l = e->live;
    if (l->ended) { free(e); return; }
    e->next = l->everies;
    l->everies = e;
    e->timer.data = e;
    uv_timer_init(&l->loop, &e->timer);
    uv_timer_start(&e->timer, on_every, (uint64_t)e->every_ms, (uint64_t)e->every_ms);
}

void live_every(Live *l, int64_t every_ms, void (*fn)(void *arg), void *arg)
{
    Every *e = calloc(1, sizeof *e);
    if (!e) bug("out of memory");
    *e = (Every){ .fn = fn, .arg = arg, .every_ms = every_ms, .live = l };
    live_post(l, start_every, e);
}

typedef struct Arrival { Sock *sock; size_t n; char already[]; } Arrival;

static void arrive(void *arg)
{
    Arrival *arrival = arg;
    Sock *s = arrival->sock;
    Live *l = s->live;
    if (l->stopping || uv_poll_init_socket(&l->loop, &s->poll, s->fd)) {
        close(s->fd);
        if (s->events->closed) s->events->closed(s, s->data);
        if (s->release) s->release(s->release_arg);
        free(s);
        free(arrival);
        return;
    }
    s->poll.data = s;
    s->pinged_ms = (int64_t)uv_now(&l->loop);
    s->heard = true;
    s->next = l->socks;
    if (l->socks) l->socks->prev = s;
    l->socks = s;
    atomic_fetch_add(&l->sockets, 1);
    uv_poll_start(&s->poll, UV_READABLE, on_poll);
    if (s->events->opened) s->events->opened(s, s->data);
    if (arrival->n && !s->closing) feed(s, (Str){ arrival->already, arrival->n });
    free(arrival);
}

void live_adopt(Live *l, int fd, Str already, const SockEvents *events, void *data, void (*release)(void *), void *release_arg)
{
    Sock *s = calloc(1, sizeof *s);
    Arrival *arrival = malloc(sizeof *arrival + already.len);
    if (!s || !arrival) bug("out of memory");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    *s = (Sock){ .live = l, .fd = fd, .events = events, .data = data, .release = release, .release_arg = release_arg };
    *arrival = (Arrival){ s, already.len };
    if (already.len) memcpy(arrival->already, already.at, already.len);
    live_post(l, arrive, arrival);
}

LiveStats live_stats(const Live *l)
{
    return (LiveStats){ .sockets = atomic_load(&l->sockets), .messages_in = atomic_load(&l->messages_in),
                        .messages_out = atomic_load(&l->messages_out), .bytes_in = atomic_load(&l->bytes_in),
                        .bytes_out = atomic_load(&l->bytes_out), .cut_slow = atomic_load(&l->cut_slow) };
}

/* One thread, one libuv loop, every WebSocket. An idle socket is a Sock and its poll handle: it
 * has no buffer of its own. Reading goes through one buffer of the loop; a reader of frames is
 * lent to a socket only while a message is half-read; a queue beyond a few frames exists only
 * while something waits. Frames are built once and counted, so that a broadcast to 1,000 sockets is one
 * allocation and 1,000 pointers.
 *
 * Nothing is written when it is sent: a socket with something to write becomes *due*, and due
 * sockets are written once, with one writev each, when the turn of the loop is over. Sockets
 * end there as well, so that no callback can take the ground from under another. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "net/live_impl.h"

#define STOP_MS 1000

struct Post { Post *next; void (*fn)(void *); void *arg; };
struct Every {
    Every *next;
    uv_timer_t timer;
    void (*fn)(void *);
    void *arg;
    int64_t every_ms;            /* 0: once */
    Live *live;
};

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
            sock_attend(s);
        }
    }
    if (l->due)
        uv_async_send(&l->wake); /* drained() keeps asking for more: let others have a turn */
}

/** Every second, and often while stopping. */
static void on_tick(uv_timer_t *tick)
{
    Live *l = tick->data;
    int64_t now = (int64_t)uv_now(&l->loop);
    for (Sock *s = l->socks; s; s = s->next) sock_tick(s, now);
}

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
    uv_update_time(&l->loop);
    l->stop_at_ms = (int64_t)uv_now(&l->loop) + STOP_MS;
    for (Sock *s = l->socks; s; s = s->next)
        sock_begin_close(s, WS_GOING_AWAY, S("the server is stopping"));
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

static void free_every(uv_handle_t *handle) { free(handle->data); }

static void on_every(uv_timer_t *timer)
{
    Every *e = timer->data;
    e->fn(e->arg);
    if (e->every_ms || e->live->ended) return;
    Every **at = &e->live->everies;
    while (*at != e) at = &(*at)->next;
    *at = e->next;
    uv_close((uv_handle_t *)timer, free_every);
}

static Every *every_new(Live *l, int64_t every_ms, void (*fn)(void *arg), void *arg)
{
    Every *e = calloc(1, sizeof *e);
    if (!e) bug("out of memory");
    *e = (Every){ .fn = fn, .arg = arg, .every_ms = every_ms, .live = l };
    return e;
}

static void start(Every *e, int64_t after_ms)
{
    Live *l = e->live;
    if (l->ended) { free(e); return; }
    e->next = l->everies;
    l->everies = e;
    e->timer.data = e;
    uv_timer_init(&l->loop, &e->timer);
    uv_timer_start(&e->timer, on_every, (uint64_t)after_ms, (uint64_t)e->every_ms);
}

static void start_every(void *arg)
{
    Every *e = arg;
    start(e, e->every_ms);
}

void live_every(Live *l, int64_t every_ms, void (*fn)(void *arg), void *arg)
{
    live_post(l, start_every, every_new(l, every_ms, fn, arg));
}

void live_after(Live *l, int64_t after_ms, void (*fn)(void *arg), void *arg)
{
    start(every_new(l, 0, fn, arg), after_ms > 0 ? after_ms : 0);
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
    s->next = l->socks;
    if (l->socks) l->socks->prev = s;
    l->socks = s;
    atomic_fetch_add(&l->sockets, 1);
    sock_begin(s, (Str){ arrival->already, arrival->n });
    free(arrival);
}

void live_adopt(Live *l, int fd, Str already, const SockEvents *events, void *data,
                void (*release)(void *), void *release_arg)
{
    Sock *s = aligned_alloc(64, (sizeof *s + 63) / 64 * 64);
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
    return (LiveStats){ .sockets = atomic_load(&l->sockets),
                        .messages_in = atomic_load(&l->messages_in),
                        .messages_out = atomic_load(&l->messages_out),
                        .bytes_in = atomic_load(&l->bytes_in),
                        .bytes_out = atomic_load(&l->bytes_out),
                        .cut_slow = atomic_load(&l->cut_slow) };
}

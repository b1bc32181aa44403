/* A socket's life: frames wait in its queue, bytes become messages, and it ends in one of four
 * ways: they close, we close, they break the rules, they vanish. Everything here runs on the
 * loop thread. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/utf8.h"
#include "net/live_impl.h"

#define CLOSE_MS 5000
#define ALIVE_BYTES 32768                       /* written in the time of a ping: it reads, if slowly */

struct Frame {
    int count;
    uint8_t header_bytes;
    size_t len;                  /* of the payload */
    char bytes[];                /* the header ends and the payload begins at WS_MOST_HEADER */
};

/* ---- frames ---- */

Frame *frame_of(WsOpcode opcode, Str payload)
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

Frame *frame_make(FrameKind kind, Str payload)
{
    return frame_of(kind == FRAME_TEXT ? WS_TEXT : WS_BINARY, payload);
}

void frame_hold(Frame *f) { f->count++; }

void frame_drop(Frame *f)
{
    if (f && --f->count == 0) free(f);
}

Str frame_payload(const Frame *f) { return (Str){ f->bytes + WS_MOST_HEADER, f->len }; }

static Str frame_wire(const Frame *f)
{
    return (Str){ f->bytes + WS_MOST_HEADER - f->header_bytes, f->header_bytes + f->len };
}

/* ---- the queue ---- */

static size_t most_queued(const Sock *s)
{
    return s->events->max_queue_bytes ? s->events->max_queue_bytes : 1 << 20;
}

static void make_due(Sock *s)
{
    if (s->is_due) return;
    s->is_due = true;
    s->next_due = s->live->due;
    s->live->due = s;
}

/** Where the frame stands that is the i-th to go: `room` is a power of two. */
static uint32_t place(const Sock *s, uint32_t i) { return (s->first + i) & (s->room - 1); }

/** Doubles the ring. */
static void widen(Sock *s)
{
    Frame **more = malloc(s->room * 2 * sizeof *more);
    if (!more) bug("out of memory");
    for (uint32_t i = 0; i < s->n; i++) more[i] = s->queue[place(s, i)];
    if (s->queue != s->few) free(s->queue);
    s->queue = more;
    s->room *= 2;
    s->first = 0;
}

/** The ring that a socket has while little waits. */
static void narrow(Sock *s)
{
    if (s->queue != s->few) free(s->queue);
    s->queue = s->few;
    s->room = FEW;
    s->first = 0;
}

/** Takes over one count of `f`. */
static void enqueue(Sock *s, Frame *f)
{
    if (s->n == s->room) widen(s);
    s->queue[place(s, s->n++)] = f;
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
        s->first = place(s, 1);
        s->n--;
        live_count(&s->live->messages_out, 1);
    }
    s->first_sent = (uint32_t)bytes;
    if (s->n == 0 && s->room > FEW) narrow(s);
}

bool sock_send(Sock *s, Frame *f)
{
    if (s->closing || s->dead) return false;
    if (s->queued >= most_queued(s)) {
        s->refused = s->above_half = true;
        return false;
    }
    frame_hold(f);
    enqueue(s, f);
    if (s->queued > most_queued(s) / 2) s->above_half = true;
    return true;
}

void sock_begin_close(Sock *s, int code, Str reason)
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

void sock_close(Sock *s, int code, const char *reason)
{
    sock_begin_close(s, code, str_of(reason ? reason : ""));
}

size_t sock_queued(const Sock *s) { return s->queued; }
void *sock_data(const Sock *s) { return s->data; }

/* ---- reading ---- */

void sock_kill(Sock *s)
{
    s->dead = true;
    make_due(s);
}

/* While we close, only the peer's close frame still matters. */

static bool on_message(void *arg, FrameKind kind, Str payload)
{
    Sock *s = arg;
    live_count(&s->live->messages_in, 1);
    if (!s->closing && !s->dead) s->events->message(s, s->data, kind, payload);
    return true;
}

static bool on_ping(void *arg, Str payload)
{
    Sock *s = arg;
    /* A peer that pings and does not read must not fill our memory with pongs. */
    if (!s->closing && s->queued <= most_queued(s)) enqueue(s, frame_of(WS_PONG, payload));
    return true;
}

static bool on_pong(void *arg, Str payload) { (void)arg, (void)payload; return true; }

static void on_close(void *arg, int code, Str reason)
{
    Sock *s = arg;
    (void)reason;
    s->close_heard = true;
    sock_begin_close(s, code, S(""));                /* the answer repeats the code */
    make_due(s);
}

static const WsSink sink = { on_message, on_ping, on_pong, on_close };

static WsReader *borrow_reader(Live *l)
{
    return l->n_spare ? l->spare[--l->n_spare] : ws_reader_new();
}

static void return_reader(Sock *s)
{
    Live *l = s->live;
    if (s->reader && l->n_spare < MOST_SPARE && ws_reader_is_idle(s->reader))
        l->spare[l->n_spare++] = s->reader;
    else ws_reader_free(s->reader);
    s->reader = NULL;
}

static void feed(Sock *s, Str bytes)
{
    if (s->dead || s->deaf || s->close_heard) return;
    if (!s->reader) s->reader = borrow_reader(s->live);
    size_t most = s->events->max_message_bytes ? s->events->max_message_bytes : 1 << 20;
    int bad = ws_read(s->reader, bytes, most, &sink, s);
    if (bad) {
        sock_begin_close(s, bad, S(""));
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

static void on_poll(uv_poll_t *poll, int status, int events);

static void poll_now(Sock *s)
{
    uv_poll_start(&s->poll, (s->paused ? 0 : UV_READABLE) | (s->polls_write ? UV_WRITABLE : 0), on_poll);
}

void sock_pause(Sock *s)
{
    if (s->paused || s->dead) return;
    s->paused = true;
    poll_now(s);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    Sock *s = poll->data;
    Live *l = s->live;
    if (status < 0) { sock_kill(s); return; }
    if (events & UV_WRITABLE) make_due(s);
    if (!(events & UV_READABLE) || s->dead) return;
    ssize_t n = recv(s->fd, l->read, sizeof l->read, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) { sock_kill(s); return; }
    s->heard = true;
    live_count(&l->bytes_in, n);
    feed(s, (Str){ l->read, (size_t)n });
}

void sock_begin(Sock *s, Str already)
{
    narrow(s);
    s->pinged_ms = (int64_t)uv_now(&s->live->loop);
    s->heard = true;
    uv_poll_start(&s->poll, UV_READABLE, on_poll);
    if (s->events->opened) s->events->opened(s, s->data);
    if (already.len && !s->closing) feed(s, already);
}

/* ---- writing, ending ---- */

static void poll_for(Sock *s, bool write)
{
    if (s->polls_write == write) return;
    s->polls_write = write;
    poll_now(s);
}

/** What is left of the first frame. By the bare system call: send() of the C library is a point of cancellation, which
 *  costs a program with threads two locked instructions each time, and nobody here cancels. */
static ssize_t write_first(Sock *s)
{
    Str wire = frame_wire(s->queue[s->first]);
    return syscall(SYS_sendto, s->fd, wire.at + s->first_sent, wire.len - s->first_sent, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
}

/** As much as one call takes. The list of parts is the loop's: one on the stack would be cleared for every write. */
static ssize_t write_many(Sock *s)
{
    struct iovec *part = s->live->parts;
    uint32_t n = s->n < MOST_PARTS ? s->n : MOST_PARTS;
    for (uint32_t i = 0; i < n; i++) {
        Str wire = frame_wire(s->queue[place(s, i)]);
        size_t gone = i == 0 ? s->first_sent : 0;
        part[i] = (struct iovec){ (char *)wire.at + gone, wire.len - gone };
    }
    return sendmsg(s->fd, &(struct msghdr){ .msg_iov = part, .msg_iovlen = n }, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void write_out(Sock *s)
{
    while (s->n) {
        ssize_t n = s->n == 1 ? write_first(s) : write_many(s);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) break;
        if (n < 0) { s->dead = true; return; }
        s->written = s->written + (uint64_t)n > UINT32_MAX ? UINT32_MAX : s->written + (uint32_t)n;
        live_count(&s->live->bytes_out, n);
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
        s->first = place(s, 1);
        s->n--;
    }
    narrow(s);
    return_reader(s);
    if (s->events->closed) s->events->closed(s, s->data);
    uv_close((uv_handle_t *)&s->poll, gone);
}

void sock_attend(Sock *s)
{
    if (!s->dead) write_out(s);
    if (s->dead || (s->closing && s->close_heard && s->n == 0)) { s->dead = true; end_sock(s); return; }
    if (s->deaf && s->n == 0 && !s->half_closed) {
        /* They broke the rules and know it now. Closing with bytes of theirs unread would reset
         * the connection and could take our close frame with it: so say that no more comes, and
         * read away what does until they end. */
        shutdown(s->fd, SHUT_WR);
        s->half_closed = true;
    }
    if (s->above_half && !s->closing && s->queued < most_queued(s) / 2 + 1) {
        s->above_half = s->refused = false;
        if (s->events->drained) s->events->drained(s, s->data);
    }
}

void sock_tick(Sock *s, int64_t now)
{
    Live *l = s->live;
    if (s->paused && !s->dead) {
        s->paused = false;
        s->heard = true;                             /* that it was silent is our doing */
        poll_now(s);
    }
    if (s->closing) {
        if (now >= s->close_by_ms || (l->stopping && now >= l->stop_at_ms)) sock_kill(s);
        return;
    }
    int every = s->events->ping_seconds > 0 ? s->events->ping_seconds : 30;
    if (now - s->pinged_ms < every * 1000LL) return;
    s->missed = s->heard || s->written >= ALIVE_BYTES ? 0 : s->missed + 1;
    if (s->missed >= 2) {
        if (s->n) atomic_fetch_add(&l->cut_slow, 1);
        sock_kill(s);
        return;
    }
    s->heard = false;
    s->written = 0;
    s->pinged_ms = now;
    frame_hold(l->ping);
    enqueue(s, l->ping);
}

#pragma once
/** Inside of the live loop: what live.c (the loop) and sock.c (a socket's life) share. Not for
 *  other rooms. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/uio.h>
#include <uv.h>
#include "net/ws.h"

#define READ_BYTES 65536
#define MOST_SPARE 32
#define MOST_PARTS 64                           /* of one write */

typedef struct Post Post;
typedef struct Every Every;

struct Live {
    uv_loop_t loop;
    pthread_t thread;
    uv_async_t wake;
    uv_prepare_t turn;
    uv_timer_t tick;
    pthread_mutex_t lock;        /* guards posts */
    Post *posts, **posts_end;
    Every *everies;
    Sock *socks, *due;
    WsReader *spare[MOST_SPARE];
    int n_spare;
    Frame *ping;
    bool stopping, ended;
    int64_t stop_at_ms;
    struct iovec parts[MOST_PARTS];
    char read[READ_BYTES];
    _Atomic int64_t sockets, messages_in, messages_out, bytes_in, bytes_out, cut_slow;
};

enum { FEW = 4 };

/** What a broadcast touches stands first: a cache line and a half, of each of a thousand sockets. */
struct Sock {
    Sock *next_due;
    Live *live;
    const SockEvents *events;
    Frame **queue;               /* a ring of `room` frames: `few`, or memory of its own */
    size_t queued;               /* bytes */
    uint32_t room, first, n;
    uint32_t first_sent;         /* bytes of the first frame that are gone */
    int fd;
    bool is_due, closing, dead, refused, above_half, polls_write, paused, deaf;
    Frame *few[FEW];
    uint32_t written;            /* bytes since the last ping */
    uint8_t missed;              /* pings without a sign of life */
    bool close_heard, half_closed, heard;
    WsReader *reader;            /* NULL between messages */
    void *data;
    Sock *prev, *next;
    void (*release)(void *);
    void *release_arg;
    int64_t pinged_ms, close_by_ms;
    uv_poll_t poll;
};

/** Counts where only the loop's thread writes: readers elsewhere see whole numbers, and nothing is locked. */
static inline void live_count(_Atomic int64_t *at, int64_t n)
{
    atomic_store_explicit(at, atomic_load_explicit(at, memory_order_relaxed) + n, memory_order_relaxed);
}

Frame *frame_of(WsOpcode opcode, Str payload);

/** Begins to read a socket that the loop holds, and tells its owner. `already`: what came with
 *  the handshake. */
void sock_begin(Sock *s, Str already);
/** Queues a close frame with a code (WS_NO_CODE: none); what was queued goes first. */
void sock_begin_close(Sock *s, int code, Str reason);
/** Ends it at the end of this turn, without a word. */
void sock_kill(Sock *s);
/** Writes what is queued, ends what has to end, tells the owner that there is room. Once a turn,
 *  for due sockets. */
void sock_attend(Sock *s);
/** Pings, and cuts who is silent or takes too long to close. Every second or so. */
void sock_tick(Sock *s, int64_t now_ms);

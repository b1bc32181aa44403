#pragma once
/** Sockets that stay: one loop thread (libuv) holds every WebSocket (wslay frames). An idle
 *  socket costs well under a kilobyte. Writes are gathered and sent once per loop turn. All
 *  functions that take a Sock run on the loop thread only; live_post() is the door from other
 *  threads. */
#include "base/err.h"

typedef struct Live Live;
typedef struct Sock Sock;

/** A message built once and sent to many: counted, freed with the last reader. One thread at a
 *  time: the loop's, unless nobody else knows the frame. */
typedef struct Frame Frame;
typedef enum FrameKind { FRAME_TEXT = 1, FRAME_BINARY = 2 } FrameKind;
/** Copies `payload`; the caller holds one count. */
Frame *frame_make(FrameKind kind, Str payload);
void   frame_hold(Frame *f);
void   frame_drop(Frame *f);   /* NULL is fine */
Str    frame_payload(const Frame *f);

/** What a kind of socket does. `data` is what the upgrade was answered with. */
typedef struct SockEvents {
    void (*opened)(Sock *s, void *data);
    void (*message)(Sock *s, void *data, FrameKind kind, Str payload);   /* whole messages; valid during the call */
    void (*drained)(Sock *s, void *data);       /* MAY be NULL: the queue fell below half of max_queue_bytes */
    void (*closed)(
        Sock *s,
        void *data); /* exactly once: free data here. When the upgrade never happened (client gone,
                                                   wrong handshake) opened was not called, s is NULL, the thread any */
    size_t max_message_bytes;                   /* larger ones close the socket with 1009; 0 = 1 MiB */
    size_t max_queue_bytes;                     /* sock_send refuses from there on (returns false); 0 = 1 MiB */
    int ping_seconds;                           /* a socket that neither answers nor reads for two pings is cut; 0 = 30 */
} SockEvents;

/** Queues a frame. False when max_queue_bytes wait already or the socket is closing: nothing was
 *  queued; the caller decides to drop, resync or close. So a queue holds at most that and one
 *  frame, however large. */
bool   sock_send(Sock *s, Frame *f);
/** Ends it with a close code and reason (at most 123 bytes) after what is queued is sent; a peer
 *  that does not take it or does not answer is cut after 5 s. No message() comes after this.
 *  Calling it again changes nothing. */
void   sock_close(Sock *s, int code, const char *reason);
/** Reads nothing more from it until the next second begins; what it sent waits in the kernel and
 *  slows the peer down. What came in the same piece as the current message is still handed over. */
void   sock_pause(Sock *s);
size_t sock_queued(const Sock *s);              /* bytes */
void  *sock_data(const Sock *s);

/** Fails: ERR_UNAVAILABLE when the system gives no loop or thread. */
Err  live_start(Arena *a, Live **ret);
/** Closes every socket with 1001 (a second for peers to take it), runs what was posted, ends the
 *  thread. NULL is fine. */
void live_stop(Live *l);
/** Runs fn(arg) on the loop thread, in order of posting. Any thread. */
void live_post(Live *l, void (*fn)(void *arg), void *arg);
/** Runs fn(arg) on the loop thread every `every_ms` until live_stop. Any thread. */
void live_every(Live *l, int64_t every_ms, void (*fn)(void *arg), void *arg);
/** Runs fn(arg) once, `after_ms` from now; never when the loop ends before. Loop thread only. */
void live_after(Live *l, int64_t after_ms, void (*fn)(void *arg), void *arg);
bool live_is_here(const Live *l);               /* true on the loop thread */
/** Takes over a connected socket after the 101 answer was written. `already`: bytes read past
 *  the request (copied). release(release_arg) is called last, on the loop thread. For
 *  net/server.c. Any thread. */
void live_adopt(Live *l, int fd, Str already, const SockEvents *events, void *data,
                void (*release)(void *), void *release_arg);
/** Since the start; `sockets` now; cut_slow: closed or cut while their queue was refused or not
 *  read. */
typedef struct LiveStats {
    int64_t sockets, messages_in, messages_out, bytes_in, bytes_out, cut_slow;
} LiveStats;
LiveStats live_stats(const Live *l);

#pragma once
/** A WebSocket that we open, for the few services that talk to us over one. Blocking, for one thread; TLS, proxy, certificates and
 *  the guard are those of net/client.h. Pings are answered and sent here; a peer that stays silent is given up. */
#include "net/client.h"

typedef struct WsClient WsClient;

typedef struct WsOpen {
    Str url;                     /* ws or wss, without user name and password */
    int64_t deadline_ms;         /* for connecting and the handshake; 0 = 10,000 */
    size_t max_message;          /* bytes; 0 = 1 MiB */
    int64_t silence_ms;          /* nothing heard for half of it: a ping; for all of it: the peer is gone. 0 = 60,000 */
    const atomic_bool *stop;     /* MAY be NULL: ends what waits soon after it becomes true */
} WsOpen;

/** Connects and shakes hands. `c` need not outlive the call's answer. Source: RFC 6455 §4.1.
 *  Fails: ERR_INVALID (the address), ERR_FORBIDDEN (not allowed to be reached), ERR_UNAVAILABLE (no connection, TLS, deadline, no
 *  WebSocket there). Errors name the host, never path or query. */
Err  ws_open(Client *c, Arena *a, const WsOpen *how, WsClient **ret);
/** The next message that has come, waiting at most `wait_ms` for one; `*ret_got` says whether there was. Its bytes are in `a`.
 *  Fails: ERR_UNAVAILABLE when the connection is over, saying how: close it then. */
Err  ws_next(WsClient *w, Arena *a, int64_t wait_ms, Str *ret, bool *ret_got);
/** Sends a text. Fails: ERR_UNAVAILABLE. */
Err  ws_send(WsClient *w, Arena *a, Str text);
/** Says good-bye and closes, without waiting for the other side. NULL is fine. */
void ws_end(WsClient *w);

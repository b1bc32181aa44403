#pragma once
/** WebSocket (RFC 6455) over bytes: the handshake, frames out, and a reader that turns bytes into messages.
 *  No sockets here: live.c brings those. */
#include "net/live.h"
#include "net/server.h"

/** Checks the opening handshake. Returns 101 and the Sec-WebSocket-Accept value, or the status to refuse it with
 *  (400, or 426 for another version) and why. Source: RFC 6455 §4.2. */
int ws_handshake(const HttpReq *req, Str *ret_accept, Str *ret_detail);

#pragma once
/** WebSocket (RFC 6455) over bytes: the handshake, frames out, and a reader that turns bytes
 *  into messages. No sockets here: live.c brings those. No extensions are spoken. */
#include "net/live.h"
#include "net/server.h"

/** Close codes of RFC 6455 §7.4.1 that we use. */
enum {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL_ERROR = 1002,
    WS_NO_CODE = 1005,
    WS_NOT_UTF8 = 1007,
    WS_POLICY = 1008,
    WS_TOO_BIG = 1009
};

/** Checks the opening handshake. Returns 101 and the Sec-WebSocket-Accept value, or the status
 *  to refuse it with (400, or 426 for another version) and why. Source: RFC 6455 §4.2. */
int ws_handshake(const HttpReq *req, Str *ret_accept, Str *ret_detail);

/** What a server answers to this Sec-WebSocket-Key. */
Str ws_accept(Arena *a, Str key);

typedef enum WsOpcode {
    WS_CONTINUATION = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10
} WsOpcode;
#define WS_MOST_HEADER 10
/** Writes the header of an unmasked final frame into `to`; returns its width. Source: RFC 6455
 *  §5.2. */
size_t ws_header(WsOpcode opcode, size_t payload_bytes, uint8_t to[WS_MOST_HEADER]);

/** A whole final frame as a client sends it, masked at random. Source: RFC 6455 §5.3. */
Str ws_frame_masked(Arena *a, WsOpcode opcode, Str payload);

/** What the reader finds. Payloads are views, valid during the call. A callback returns false to
 *  stop reading. */
typedef struct WsSink {
    bool (*message)(void *arg, FrameKind kind, Str payload);   /* whole; text is well-formed UTF-8 */
    bool (*ping)(void *arg, Str payload);                      /* at most 125 bytes: answer with a pong */
    bool (*pong)(void *arg, Str payload);
    void (*close)(void *arg, int code, Str reason);            /* WS_NO_CODE when it gave none; reading ends */
} WsSink;

/** The state between two pieces of a stream of frames: from a client, which masks them, or from a server, which must not. */
typedef struct WsReader WsReader;
WsReader *ws_reader_new(void);
WsReader *ws_reader_of_server(void);
void ws_reader_free(WsReader *r);                              /* NULL is fine */
/** Reads all of `bytes`. Returns 0, or the code to close with when the peer broke the rules:
 *  masked wrongly, reserved bits, unknown or misplaced opcodes (1002), text that is not UTF-8 (1007),
 *  messages over `max_message` (1009). After that, or a close, or a callback that stopped it,
 *  the reader must not be used further.
 *  Memory: what arrived of a message, never what was announced. */
int  ws_read(WsReader *r, Str bytes, size_t max_message, const WsSink *sink, void *arg);
/** True when nothing is half-read: the reader can serve another socket. */
bool ws_reader_is_idle(const WsReader *r);

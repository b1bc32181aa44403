#include "net/ws.h"
#include <openssl/evp.h>
#include <stdlib.h>
#include <wslay/wslay.h>
#include "base/rand.h"
#include "base/utf8.h"
#include "net/url.h"

/* SHA-1 is what RFC 6455 asks for, against confused caches, not against attackers. */
Str ws_accept(Arena *a, Str key)
{
    Str text = arena_fmt(a, STR_FMT "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", STR_ARG(key));
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    if (EVP_Digest(text.at, text.len, digest, &bytes, EVP_sha1(), NULL) != 1)
        bug("libcrypto has no SHA-1");
    char *to = arena_bytes(a, 64, 1);
    int n = EVP_EncodeBlock((unsigned char *)to, digest, (int)bytes);
    return (Str){ to, (size_t)n };
}

/** 16 bytes in base64: 22 characters and "==". */
static bool is_key(Str s)
{
    if (s.len != 24 || s.at[22] != '=' || s.at[23] != '=') return false;
    for (size_t i = 0; i < 22; i++) {
        char c = s.at[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '+' || c == '/'))
            return false;
    }
    return true;
}

int ws_handshake(const HttpReq *req, Str *ret_accept, Str *ret_detail)
{
    *ret_detail = S("this address answers WebSocket handshakes only");
    if (!str_eq(req->method, S("GET")) || !url_has_token(http_header(req, "Upgrade"), S("websocket")) ||
        !url_has_token(http_header(req, "Connection"), S("upgrade"))) return 400;
    *ret_detail = S("only version 13 of WebSocket is spoken");
    if (!str_eq(http_header(req, "Sec-WebSocket-Version"), S("13"))) return 426;
    Str key = http_header(req, "Sec-WebSocket-Key");
    *ret_detail = S("Sec-WebSocket-Key must be 16 bytes in base64");
    if (!is_key(key)) return 400;
    *ret_accept = ws_accept(req->arena, key);
    return 101;
}

size_t ws_header(WsOpcode opcode, size_t n, uint8_t to[WS_MOST_HEADER])
{
    to[0] = (uint8_t)(0x80 | opcode);
    if (n < 126) { to[1] = (uint8_t)n; return 2; }
    size_t wide = n < 65536 ? 2 : 8;
    to[1] = wide == 2 ? 126 : 127;
    for (size_t i = 0; i < wide; i++) to[1 + wide - i] = (uint8_t)((uint64_t)n >> (8 * i));
    return 2 + wide;
}

Str ws_frame_masked(Arena *a, WsOpcode opcode, Str payload)
{
    char *frame = arena_bytes(a, WS_MOST_HEADER + 4 + payload.len, 1);
    size_t n = ws_header(opcode, payload.len, (uint8_t *)frame);
    frame[1] |= (char)0x80;
    char *mask = frame + n;
    rand_bytes(mask, 4);
    n += 4;
    for (size_t i = 0; i < payload.len; i++) frame[n + i] = (char)(payload.at[i] ^ mask[i % 4]);
    return (Str){ frame, n + payload.len };
}

struct WsReader {
    bool of_server;              /* whose frames are not masked */
    struct wslay_frame_context *frames;
    Str in;                      /* what ws_read was given and wslay has not taken */
    uint64_t taken, parsed;      /* bytes: given to wslay; of all frames begun, in full length */
    bool in_frame;
    uint64_t left;               /* of the payload of this frame */
    struct wslay_frame_iocb frame;
    uint8_t kind;                /* of the message in pieces; 0: none */
    char *message;               /* its bytes so far */
    size_t len, room;
    char control[125];
    size_t control_len;
};

static ssize_t give(uint8_t *to, size_t room, int flags, void *arg)
{
    (void)flags;
    WsReader *r = arg;
    size_t n = r->in.len < room ? r->in.len : room;
    if (n == 0) return -1;
    memcpy(to, r->in.at, n);
    r->in = str_sub(r->in, n, r->in.len);
    r->taken += n;
    return (ssize_t)n;
}

WsReader *ws_reader_new(void)
{
    WsReader *r = calloc(1, sizeof *r);
    struct wslay_frame_callbacks callbacks = { .recv_callback = give };
    if (!r || wslay_frame_context_init(&r->frames, &callbacks, r)) bug("out of memory");
    return r;
}

WsReader *ws_reader_of_server(void)
{
    WsReader *r = ws_reader_new();
    r->of_server = true;
    return r;
}

void ws_reader_free(WsReader *r)
{
    if (!r) return;
    wslay_frame_context_free(r->frames);
    free(r->message);
    free(r);
}

bool ws_reader_is_idle(const WsReader *r) { return !r->in_frame && !r->kind && r->taken == r->parsed; }

static bool is_control(const WsReader *r) { return r->frame.opcode >= 8; }

/** A new frame: are its header and its place allowed? Returns 0 or a close code. */
static int begin_frame(WsReader *r, const struct wslay_frame_iocb *io, size_t max_message)
{
    r->frame = *io;
    r->in_frame = true;
    r->left = io->payload_length;
    size_t wide = io->payload_length < 126 ? 0 : io->payload_length < 65536 ? 2 : 8;
    r->parsed += 2 + wide + (io->mask ? 4 : 0) + io->payload_length;
    if (io->mask == r->of_server || io->rsv) return WS_PROTOCOL_ERROR;
    if (is_control(r)) {
        r->control_len = 0;
        return io->opcode > WS_PONG || !io->fin || io->payload_length > sizeof r->control
                   ? WS_PROTOCOL_ERROR
                   : 0;
    }
    if (io->opcode > WS_BINARY || (io->opcode == WS_CONTINUATION) != (r->kind != 0))
        return WS_PROTOCOL_ERROR;
    if (io->payload_length > max_message || r->len > max_message - io->payload_length)
        return WS_TOO_BIG;
    if (io->opcode) r->kind = io->opcode;
    return 0;
}

static void keep(WsReader *r, Str piece)
{
    if (r->len + piece.len > r->room) {
        size_t room = r->room ? r->room : 1024;
        while (room < r->len + piece.len) room *= 2;
        char *more = realloc(r->message, room);
        if (!more) bug("out of memory");
        r->message = more;
        r->room = room;
    }
    if (piece.len) memcpy(r->message + r->len, piece.at, piece.len);
    r->len += piece.len;
}

/** Hands over a whole message. Returns 0, a close code, or -1 to stop. */
static int end_message(WsReader *r, Str whole, const WsSink *sink, void *arg)
{
    FrameKind kind = r->kind == WS_TEXT ? FRAME_TEXT : FRAME_BINARY;
    char *bytes = r->message;
    r->message = NULL;
    r->kind = 0;
    r->len = r->room = 0;
    int end = 0;
    if (kind == FRAME_TEXT && !utf8_valid(whole)) end = WS_NOT_UTF8;
    else if (!sink->message(arg, kind, whole)) end = -1;
    free(bytes);
    return end;
}

/** Codes a peer may send: not those reserved for local use. */
static bool is_code(int code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

static int end_control(WsReader *r, const WsSink *sink, void *arg)
{
    Str payload = { r->control, r->control_len };
    if (r->frame.opcode == WS_PING) return sink->ping(arg, payload) ? 0 : -1;
    if (r->frame.opcode == WS_PONG) return sink->pong(arg, payload) ? 0 : -1;
    if (payload.len == 1) return WS_PROTOCOL_ERROR;
    int code = payload.len ? (uint8_t)payload.at[0] << 8 | (uint8_t)payload.at[1] : WS_NO_CODE;
    Str reason = str_sub(payload, 2, payload.len);
    if (payload.len && !is_code(code)) return WS_PROTOCOL_ERROR;
    if (!utf8_valid(reason)) return WS_NOT_UTF8;
    sink->close(arg, code, reason);
    return -1;
}

/** Takes a piece of payload, of the frame that is being read. */
static int take_piece(WsReader *r, Str piece, const WsSink *sink, void *arg)
{
    r->left -= piece.len;
    bool whole = r->left == 0;
    if (whole) r->in_frame = false;
    if (is_control(r)) {
        if (piece.len) memcpy(r->control + r->control_len, piece.at, piece.len);
        r->control_len += piece.len;
        return whole ? end_control(r, sink, arg) : 0;
    }
    if (whole && r->frame.fin && r->len == 0)
        return end_message(r, piece, sink, arg); /* the usual: no copy */
    keep(r, piece);
    return whole && r->frame.fin ? end_message(r, (Str){ r->message, r->len }, sink, arg) : 0;
}

int ws_read(WsReader *r, Str bytes, size_t max_message, const WsSink *sink, void *arg)
{
    r->in = bytes;
    for (;;) {
        struct wslay_frame_iocb io = { 0 };
        ssize_t n = wslay_frame_recv(r->frames, &io);
        if (n == WSLAY_ERR_WANT_READ) {
            if (r->in.len) continue;
            return 0;
        }
        if (n < 0) return WS_PROTOCOL_ERROR;
        int end = r->in_frame ? 0 : begin_frame(r, &io, max_message);
        if (!end) end = take_piece(r, (Str){ (const char *)io.data, io.data_length }, sink, arg);
        if (end) return end > 0 ? end : 0;
    }
}

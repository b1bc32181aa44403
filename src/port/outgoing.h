#pragma once
/** One call to another tool on its own terms: a token, a body, an answer, and how long it asks to be left alone. Blocking: for jobs. */
#include "base/buf.h"
#include "base/err.h"
#include "net/ws_client.h"

typedef struct Outgoing {
    Str url;                     /* http or https */
    Str allow;                   /* what may be reached besides the public internet: see ClientOptions */
    Str token;                   /* sent as a bearer token when not empty */
    Str type, body;              /* of what is posted */
} Outgoing;
typedef struct OutgoingAnswer { int status; Str body, type; int64_t retry_after_ms; } OutgoingAnswer;     /* type: "image/png"; retry_after_ms: 0 unless it said */

/** Posts. An answer of any status is a success. No redirect is followed. Fails like client_call. */
Err outgoing_post(Arena *a, const Outgoing *what, OutgoingAnswer *ret);
/** Gets what stands there, at most `max_bytes`; as above, besides ERR_TOO_LARGE. */
Err outgoing_get(Arena *a, const Outgoing *what, size_t max_bytes, OutgoingAnswer *ret);
/** Opens a WebSocket, for ws_next, ws_send and ws_end; `allow` as above. Fails like ws_open. */
Err outgoing_socket(Arena *a, const WsOpen *how, Str allow, WsClient **ret);
/** HMAC-SHA256 in base64, as Microsoft Teams signs: `key` is the base64 secret. False also for a secret that is none. */
bool outgoing_signed64(Str given, Str key, Str text);
/** The value of a field of a form, decoded; "" without. */
Str form_value(Arena *a, Str form, const char *name);
/** Adds a field to a form. */
void form_add(Buf *to, Arena *a, const char *name, Str value);

#pragma once
/** Gets something from an address that a person gave, through net/client.h and its guard: the public internet only, unless
 *  an administrator allowed more. Blocks the caller for at most `deadline_ms`, so only a few may be under way at a time. */
#include "app/cx.h"

typedef struct Fetch {
    Str url;                 /* http or https */
    Str allow;               /* what may be reached besides the public internet: see ClientOptions */
    const char *accept;      /* Accept header; NULL: anything */
    int64_t deadline_ms;     /* 1 to 15,000 */
    size_t max_bytes;
} Fetch;
typedef struct Fetched { int status; Str body, type; } Fetched;   /* type: "image/png", in lower case, without parameters */

/** Follows up to three redirects. An answer of any status is a success.
 *  Fails: ERR_INVALID (address), ERR_FORBIDDEN (not allowed to be reached), ERR_TOO_LARGE, ERR_UNAVAILABLE (no answer),
 *  ERR_TOO_MANY (others are under way). */
Err fetch_get(Cx *cx, const Fetch *what, Fetched *ret);

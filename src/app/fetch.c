#include <stdatomic.h>
#include "app/fetch.h"
#include "net/client.h"

/** Calls at a time: each holds a worker thread. */
#define MOST 2
static atomic_int under_way;

static Err call(Cx *cx, const Fetch *what, ClientRes *ret)
{
    Client *client;
    ClientOptions options = { .allow = what->allow, .user_agent = S("Hindsight") };
    HttpHeader accept = { .name = S("Accept"), .value = str_of(what->accept ? what->accept : "*/*") };
    TRY(client_open(cx->arena, &options, &client));
    ClientReq req = { .url = what->url, .headers = &accept, .n_headers = 1, .redirects = 3,
                      .deadline_ms = what->deadline_ms, .max_bytes = what->max_bytes };
    Err e = client_call(client, cx->arena, &req, ret);
    client_close(client);
    return e;
}

Err fetch_get(Cx *cx, const Fetch *what, Fetched *ret)
{
    ClientRes res = { 0 };
    if (atomic_fetch_add(&under_way, 1) >= MOST) {
        atomic_fetch_sub(&under_way, 1);
        return fail(cx->arena, ERR_TOO_MANY, "others are being fetched: try again in a moment");
    }
    Err e = call(cx, what, &res);
    atomic_fetch_sub(&under_way, 1);
    TRY(e);
    Str rest = client_header(&res, "Content-Type"), type = S("");
    str_next(&rest, ';', &type);
    char *lower = (char *)arena_str(cx->arena, str_trim(type)).at;
    for (char *c = lower; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c += 'a' - 'A';
    *ret = (Fetched){ .status = res.status, .body = res.body, .type = str_of(lower) };
    return OK;
}

#pragma once
/** Outgoing HTTP(S): one call, one answer, within a deadline and a size. People and integrations
 *  say which addresses are called, so the client refuses to be sent where only this machine may
 *  go: it looks at the address it actually connects to, after the name was resolved and at every
 *  redirect, and connects to the public internet only, unless the administrator's list allows
 *  more. Blocking: for jobs; inside a request only through app/fetch.h, which lets few through. */
#include <stdatomic.h>
#include "base/err.h"
#include "net/server.h"

typedef struct Client Client;

typedef struct ClientOptions {
    /** What may be called besides the public internet: addresses, blocks and host names,
     *  separated by commas or spaces ("10.0.0.0/8, jira.internal, .corp.example"; a leading dot
     *  means all names below). */
    Str allow;
    /** "http://proxy:3128": everything goes through it, and what may be reached is then the
     *  proxy's to decide, except that addresses written as such must still be allowed. Empty:
     *  none; the environment is not asked. */
    Str proxy;
    Str ca_file;                 /* more trusted certificates in PEM; empty: the system's only */
    Str user_agent;              /* empty: none */
} ClientOptions;

/** Thread-safe; keeps connections open between calls. `options` need not outlive the call. */
Err  client_open(Arena *a, const ClientOptions *options, Client **ret);
/** No call may be under way. NULL is fine. */
void client_close(Client *c);

typedef struct ClientReq {
    Str method;                  /* empty: GET */
    Str url;                     /* http or https, without user name and password */
    const HttpHeader *headers; size_t n_headers;
    Str body;                    /* sent when not empty, or for POST, PUT and PATCH */
    int64_t deadline_ms;         /* for all of it, redirects too; 0 = 10,000 */
    size_t max_bytes;            /* of the answer's body, unpacked; 0 = 1 MiB */
    int redirects;               /* how many GET and HEAD may follow: never from https to http, and the headers above
                                    go to the first origin only. 0: a redirect is the answer */
    const atomic_bool *stop;     /* MAY be NULL: ends the call soon after it becomes true */
    int64_t connect_ms;          /* for reaching the host; 0: as long as for all of it */
    /** MAY be NULL: hears each part of the body as it comes (it is kept as well). */
    void (*part)(void *arg, Str bytes);
    void *arg;
} ClientReq;

typedef struct ClientRes {
    int status;
    Str body;                    /* in the arena, like all below */
    HttpHeader *headers; size_t n_headers;
} ClientRes;

/** Calls. An answer of any status is a success. Errors name the host, never the path or query,
 *  which may be secret.
 *  Fails: ERR_INVALID (url, method, header: nothing was sent), ERR_FORBIDDEN (the address is not
 *  allowed), ERR_TOO_LARGE, ERR_UNAVAILABLE (no such host, no connection, TLS, deadline,
 *  stopped). */
Err  client_call(Client *c, Arena *a, const ClientReq *req, ClientRes *ret);
/** The first value of a header of the answer, or empty. */
Str  client_header(const ClientRes *res, const char *name);

#pragma once
/** HTTP/1.1 in bytes: accepts, limits, parses, hands over, answers. Knows no domain word and no
 *  route. libmicrohttpd reads requests on a few epoll threads; a complete request is suspended
 *  and goes to a pool of worker threads; its answer may be given later and from any thread (a
 *  write answers when it is durable). A WebSocket upgrade leaves for the live loop (net/live.h).
 *  TLS and HTTP/2 belong to the proxy in front. */
#include "base/err.h"
#include "net/live.h"

typedef struct Server Server;

typedef struct HttpHeader { Str name, value; } HttpHeader;

/** A request with all of its body. Lives in its own arena, which is freed after the answer is
 *  sent. The path holds no control bytes, encoded or not, and decodes to UTF-8; framing is
 *  unambiguous (no smuggling): else it was refused. */
typedef struct HttpReq {
    Arena *arena;
    Str method;          /* "GET" */
    Str path;            /* as sent, before '?', still percent-encoded (net/url.h); "/…", or "*" for OPTIONS */
    Str query;           /* after '?', without it */
    Str body;
    Str peer;            /* address of the other end, without port; of X-Forwarded-For when the proxy is trusted */
    bool https;          /* the proxy in front says so (trusted proxies only) */
    size_t worker;       /* which worker thread runs it, 0 … workers-1 */
    int64_t began_ms;    /* monotonic */
    void *server_;       /* the server's */
} HttpReq;

/** The value of a header (name without regard to case), or empty. */
Str http_header(const HttpReq *req, const char *name);
/** The value of a cookie, or empty. */
Str http_cookie(const HttpReq *req, const char *name);
/** The decoded value of a query parameter, or empty; `ret_found` may be NULL. In req->arena. It may hold any byte:
 *  ask url_is_text where that matters. A broken percent-escape leaves it as sent. */
Str http_param(const HttpReq *req, const char *name, bool *ret_found);
/** All parameters in order, decoded. Returns their number (at most 100; further ones are
 *  dropped). */
size_t http_params(const HttpReq *req, HttpHeader **ret);

typedef struct HttpRes {
    int status;                  /* 200 … */
    Str type;                    /* Content-Type */
    Str body;                    /* must live in req->arena or for ever */
    bool body_is_gzip;           /* body is gzip bytes: sent as they are with Content-Encoding, or unpacked for the rare client without it */
    int fd; int64_t fd_bytes;    /* instead of body when fd > 0: an open file; the server closes it */
    HttpHeader headers[24]; size_t n_headers;
    const SockEvents *upgrade;   /* not NULL: become a WebSocket with these events … */
    void *upgrade_data;          /* … and this data */
    Str upgrade_protocol;        /* Sec-WebSocket-Protocol to confirm, or empty */
} HttpRes;
/** Adds a header; both strings must live as long as the request. A value with a line break
 *  becomes a 500 answer. */
void http_set(HttpRes *res, const char *name, Str value);

/** Sends the answer; the request and its arena are the server's again. Exactly once per request,
 *  any thread; also after server_stop gave the request up (then nothing is sent). `res` itself
 *  may be on the caller's stack. Content-Length, Date and Connection are the server's; HEAD gets
 *  no body; a wrong WebSocket handshake gets 400 or 426. Origin of an upgrade is the caller's to
 *  check. */
void http_answer(HttpReq *req, const HttpRes *res);

typedef struct ServerOptions {
    Str listen;                  /* "127.0.0.1:8080", "[::]:8080", ":8080" */
    int workers, acceptors;      /* threads; 0 = chosen */
    int max_connections;         /* 0 = 10,000; further ones are answered 503 and closed */
    int max_per_address;         /* 0 = 500, and none for loopback: that is a proxy on this machine */
    size_t max_header_bytes;     /* request line and headers; 0 = 16 KiB, at most 1 MiB → 431; a connection costs this much */
    /** Slow clients are cut: seconds for a head once its first byte came (0 = 10), for a body or
     *  an answer (0 = 60; longer only at 10 KiB/s or more on average), and of silence between
     *  requests (0 = 60). */
    int header_seconds, body_seconds, idle_seconds;
    Str trusted_proxies;         /* comma-separated addresses or blocks ("10.0.0.0/8") whose X-Forwarded-* count,
                                    and to which max_per_address does not apply */
    /** Most bytes of body for this request, asked once its headers are in: 0 refuses any body
     *  (413). On an acceptor thread, so it must be quick and must not block. NULL: 1 MiB. */
    size_t (*body_limit)(void *ctx, const HttpReq *req);
    /** Handles one request on a worker thread; must call http_answer once, now or later. */
    void (*handle)(void *ctx, HttpReq *req);
    /** Wraps errors that the server itself answers (400, 408, 413, 431, 503) into the house's
     *  form: sets type and body (in req->arena or for ever). On an acceptor thread. May be NULL:
     *  plain text. What libmicrohttpd refuses before it has a request line and headers (no HTTP
     *  at all, a head far over the limit) keeps its own short page. */
    void (*refuse)(void *ctx, HttpReq *req, int status, Str detail, HttpRes *res);
    void *ctx;
    Live *live;                  /* where upgraded sockets go; must outlive the server; NULL: upgrades are refused */
} ServerOptions;

/** Starts listening. What `options` points to must live as long as the server. Raises the soft
 *  limit of open files when max_connections needs it. Fails: ERR_INVALID (listen,
 *  trusted_proxies), ERR_UNAVAILABLE ("port 8080 is in use by another program …"). */
Err  server_start(Arena *a, const ServerOptions *options, Server **ret);
/** The port it listens on (for ":0"). */
int  server_port(const Server *s);
/** Stops accepting, finishes what is being answered (at most `grace_ms`; later answers get 503),
 *  ends the threads and frees `s`. A handler that does not return holds it up. Upgraded sockets
 *  stay: they are the live loop's. NULL is fine. */
void server_stop(Server *s, int grace_ms);
/** Since the start; `open` counts connections now, upgraded ones included; `refused` connections
 *  over a limit and requests that the server refused itself; bytes_in heads and bodies,
 *  bytes_out bodies. */
typedef struct ServerStats { int64_t requests, connections, open, refused, bytes_in, bytes_out; } ServerStats;
ServerStats server_stats(const Server *s);

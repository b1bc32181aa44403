#pragma once
/** What calls (client.c) and sockets that we open (ws_client.c) share: the address taken apart, and the guard. */
#include <curl/curl.h>
#include <pthread.h>
#include "base/buf.h"
#include "base/list.h"
#include "net/addr.h"
#include "net/client.h"

#define MOST_IDLE 8

struct Client {
    Arena *arena;
    ClientOptions set;
    pthread_mutex_t lock;
    CURL *idle[MOST_IDLE];
    int n_idle;
};

typedef LIST(HttpHeader) HeaderList;

/** One hop of a call: between two redirects; or the opening of a socket. */
typedef struct Hop {
    Client *client;
    Arena *arena;
    const ClientReq *req;
    const char *url;
    Str host, origin;            /* "example.org"; "https://example.org:443" */
    bool https, name_allowed;
    Buf body;
    HeaderList headers;
    size_t header_bytes;
    Addr refused;                /* where the guard said no */
    bool guarded, too_large;
} Hop;

/** Takes the address apart; `base` (may be NULL) is what a relative one is relative to. Fails: ERR_INVALID naming `url`. */
Err hop_read_url(Hop *hop, const char *base, Str text);
/** Behind a proxy addresses written as such must be allowed by us. Fails: ERR_FORBIDDEN. */
Err hop_check_literal(const Hop *hop);
/** Address, proxy, certificates and the guard. `detail` has room for CURL_ERROR_SIZE and lives as long as `curl`'s call. */
void hop_set_up(CURL *curl, Hop *hop, char *detail);
/** Why it could not be done. */
Err hop_explain(const Hop *hop, CURLcode code, int64_t deadline_ms, const char *detail);

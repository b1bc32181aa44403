#pragma once
/** Looking whether something answers, many at a time on one thread: HTTP(S), TLS certificates, TCP connections, DNS and
 *  ICMP echo. What may be reached is guarded as in client.h: the public internet, and what the administrator's list adds.
 *  Every look opens a connection of its own, so that it sees what a new visitor sees. */
#include "net/client.h"

typedef enum ProbeKind { PROBE_HTTP, PROBE_TLS, PROBE_TCP, PROBE_DNS, PROBE_ICMP } ProbeKind;

typedef struct ProbeReq {
    ProbeKind kind;
    Str target;                  /* http: a URL; tls, tcp: "host:port"; dns: a name; icmp: a host or address */
    Str method, body;            /* http */
    const HttpHeader *headers; size_t n_headers;
    Str record;                  /* dns: A, AAAA, CNAME, MX, NS or TXT; empty: A */
    int64_t timeout_ms;          /* for all of it; 0 = 10,000 */
    int redirects;               /* http: how many may follow; 0: a redirect is the answer */
} ProbeReq;

/** One certificate of those that were shown: who it is for, who issued it, when it ends. */
typedef struct ProbeCert { Str subject, issuer; int64_t ends_ms; } ProbeCert;

/** What came back. In the arena that the callback is given. */
typedef struct ProbeRes {
    Str error;                   /* empty: it answered; else a sentence */
    int status;                  /* http */
    const HttpHeader *headers; size_t n_headers;
    Str body;                    /* http: the first 256 KiB */
    Str records;                 /* dns: one a line, sorted */
    int64_t latency_ms;          /* from the begin to the last byte of the answer */
    int64_t certificate_ms;      /* http, tls: when the first certificate of the chain ends; 0: none was seen */
    const ProbeCert *chain; size_t n_chain;      /* as they were shown, that of the host first; at most eight */
} ProbeRes;

typedef struct Prober Prober;
/** Called by prober_run on its thread. The arena ends after the call. */
typedef void (*ProbeDone)(void *arg, Arena *a, const ProbeRes *res);

/** `allow`, `ca_file` as in ClientOptions; copied. */
void prober_open(Str allow, Str ca_file, Prober **ret);
/** Another list from now on. prober_run's thread. */
void prober_allow(Prober *p, Str allow);
/** Begins a look; what `req` points to need not outlive the call. Not thread-safe; prober_run's thread. */
void prober_begin(Prober *p, const ProbeReq *req, ProbeDone done, void *arg);
/** Works until something has ended, prober_wake was called, or `ms` are over. */
void prober_run(Prober *p, int64_t ms);
/** How many looks are under way. */
size_t prober_busy(const Prober *p);
/** Ends the wait of prober_run. Any thread. */
void prober_wake(Prober *p);
/** Ends what is under way without a word, frees; `arg`s of looks are the caller's to free. NULL is fine. */
void prober_close(Prober *p);

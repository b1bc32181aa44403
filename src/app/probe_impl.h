#pragma once
/** Inside app/probe*.c: what can only be asked blocking (DNS records, echo) runs on threads of its own. */
#include "net/addr.h"
#include "app/probe.h"

bool probe_allows(Str allow, Str host, Addr addr);
Str  probe_refused(Arena *a, Str host, Addr addr);

/** Fills records, or error, from the answer of a name server: records of the type, one a line, sorted. */
void probe_read_dns(Arena *a, const unsigned char *bytes, int n, Str record, ProbeRes *ret);

typedef struct Slow Slow;
Slow *slow_open(Prober *wakes);
/** Takes over the arena, in which `req` and `allow` stand; `done` is called by slow_collect. */
void  slow_begin(Slow *s, Arena *a, const ProbeReq *req, Str allow, ProbeDone done, void *arg);
/** Calls back for what has ended. prober_run's thread. */
void  slow_collect(Slow *s);
size_t slow_busy(const Slow *s);
/** Nobody is called back any more; threads that still wait for an answer end by themselves. */
void  slow_close(Slow *s);

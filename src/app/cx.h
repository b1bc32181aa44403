#pragma once
#include "base/err.h"
#include "base/list.h"
#include "store/store.h"

typedef struct App App;

/** What somebody may do. Each includes those before it. PUBLIC needs nobody signed in. */
typedef enum Role { ROLE_PUBLIC, ROLE_VIEWER, ROLE_RESPONDER, ROLE_MANAGER, ROLE_ADMIN } Role;
extern const char *const role_names[];               /* "", "viewer", "responder", "manager", "admin", NULL */

/** What an API token may be used for; a browser session has all. */
typedef enum Scope {
    SCOPE_READ = 1,
    SCOPE_WRITE = 2,
    SCOPE_INGEST = 4,
    SCOPE_ADMIN = 8,
    SCOPE_ALL = 15
} Scope;

/** Who acts. An empty id with ROLE_ADMIN is Hindsight itself (jobs, command line); with ROLE_PUBLIC nobody. */
typedef struct Actor {
    Str id, name, email;
    Role role;
    unsigned scopes;
    Str locale, time_zone;
    int64_t avatar_color;
    Str session;             /* id of the browser session, empty for tokens */
    Str token;               /* id of the API token, empty for sessions */
    int64_t until_ms;        /* when session or token expires; 0 = never */
    Str csrf;                /* what X-CSRF-Token must say, empty for tokens */
    bool via_integration;    /* Hindsight acting for an alert source */
} Actor;

/** Everything a piece of work may lean on. One per request, job or test; nothing global. */
typedef struct Cx {
    Arena  *arena;     /* dies with the work */
    Store  *store;     /* inside a transaction when the route is a write */
    App    *app;       /* the process: settings of the start, live updates; never NULL outside of unit tests of rules */
    Actor   actor;
    int64_t now_ms;    /* Unix time, ms; frozen for the length of the work */
    int64_t if_match;  /* version that If-Match names; MATCH_ANY for `*` and for work that did not come by HTTP */
} Cx;
#define MATCH_ANY (-1)

/** ERR_STALE unless If-Match names `current` (or anything). Every edit of a record calls this first. */
Err cx_match(Cx *cx, int64_t current);

/** Write work started from a place that holds no transaction (a job, a route flagged OWN_WRITES).
 *  Runs fn with a copy of `cx` whose store is in the transaction; durable when it returns OK. */
Err cx_write(Cx *cx, Err (*fn)(Cx *cx, void *arg), void *arg);

/** The next number of a human reference ("INC", "PM", "FU"). Within a write; gaps only where a write failed. */
Err counter_next(Cx *cx, const char *name, int64_t *ret);
/** "INC-42" */
Str reference(Arena *a, const char *prefix, int64_t number);
/** 42 for ("INC-42", "INC"), without regard to case; 0 when it is not one. */
int64_t reference_number(Str text, const char *prefix);

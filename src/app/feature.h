#pragma once
/** What a feature is to the application: one struct of tables. The list comes from features.def. */
#include "app/access.h"
#include "app/cx.h"
#include "app/event.h"
#include "app/job.h"
#include "app/setting.h"
#include "app/shape.h"
#include "net/server.h"

typedef enum Method { GET, POST, PUT, PATCH, DELETE } Method;
extern const char *const method_names[];

typedef struct Route Route;

/** A request on its way through a handler. */
typedef struct Req {
    HttpReq *http;
    void *prepared;          /* what the handler of an OWN_WRITES route leaves for res->then */
    const Route *route;
    void *body;              /* the struct of route->body, decoded; NULL without */
    Present present;         /* which of its fields were named */
    HttpHeader params[8];    /* path parameters by name; ids are resolved already (see Resolver) */
    size_t n_params;
} Req;
typedef struct Res Res;
struct Res {
    HttpRes http; Buf out; bool has_etag; int64_t etag;
    /** MAY be set by the handler of an OWN_WRITES route that has read and decoded all it needs (into req->prepared): runs in
     *  a write transaction while the worker goes on; its answer is the answer, once durable. It fills `res` from nothing. */
    Err (*then)(Cx *cx, Req *req, Res *res);
};

/** The path parameter ":incident": a record's id after its Resolver ran, else the decoded text. */
Str  req_param(const Req *req, const char *name);
/** A query parameter, decoded, or empty. */
Str  req_query(const Req *req, const char *name);
/** A filter given as a=x,y or a=x&a=y, as a list. Fails when a word is not among `values` (NULL = any). */
Err  req_filter(Cx *cx, const Req *req, const char *name, const char *const *values, Strs *ret);
bool req_flag(const Req *req, const char *name);                  /* ?x=true or ?x=1 */
/** ?limit= (default 50, at most 200, or `most`). */
int64_t req_limit(const Req *req);
int64_t req_limit_to(const Req *req, int64_t most);
/** A time given as RFC 3339; 0 when absent. Fails naming the parameter. */
Err  req_time(Cx *cx, const Req *req, const char *name, int64_t *ret);
/** Cursor of a list ordered by (number, id): both are 0/"" on the first page. Fails on a forged cursor. */
typedef struct Cursor { int64_t at; Str id; } Cursor;
Err  req_cursor(Cx *cx, const Req *req, Cursor *ret);
#define BODY(req, T) ((T *)(req)->body)
/** Did the body name this field? */
#define BODY_HAS(req, T, member) shape_has((req)->route->body, (req)->present, offsetof(T, member))

void res_json(Cx *cx, Res *res, const Shape *shape, const void *value);
/** 201 with the value, its Location and its version as ETag. `location` may be empty. */
void res_created(Cx *cx, Res *res, const Shape *shape, const void *value, Str location, int64_t version);
/** 200 with the value and its version as ETag. */
void res_record(Cx *cx, Res *res, const Shape *shape, const void *value, int64_t version);
/** {"items":[…],"next_cursor":…,"total":…}. Ask the store for limit + 1 rows: the extra one is not shown but makes a
 *  next_cursor from `last` (the cursor of item number `limit`). total < 0 is left out as null. */
void res_list(Cx *cx, Res *res, const Shape *shape, const void *items, size_t stride, size_t n,
              int64_t limit, Cursor last, int64_t total);
void res_text(Res *res, int status, const char *type, Str text);
void res_none(Res *res);                                           /* 204 */
void res_redirect(Cx *cx, Res *res, int status, Str location);
/** Sets or clears a cookie (HttpOnly, SameSite=Lax, Secure on https). max_age_s 0 clears. */
void res_cookie(Cx *cx, const Req *req, Res *res, const char *name, Str value, int64_t max_age_s);
void res_upgrade(Res *res, const SockEvents *events, void *data);

enum {
    OWN_WRITES = 1 << 0,   /* a write method whose handler is not wrapped in a transaction: it calls cx_write itself */
    NO_CSRF    = 1 << 1,   /* the request carries its own proof (intake key, sign-in form) */
    RAW_BODY   = 1 << 2,   /* the body is bytes for the handler: req->http->body */
    NO_MATCH   = 1 << 3,   /* a PATCH/PUT/DELETE that needs no If-Match (a relation, a membership) */
    SOCKET     = 1 << 4,   /* GET that upgrades; Origin must be ours when the cookie is used */
    PAGE       = 1 << 5,   /* answers HTML to people: errors are pages, not problem+json; not in OpenAPI */
    INGEST     = 1 << 6,   /* tokens of scope ingest may use it */
    REPLY_LIST = 1 << 7,   /* reply is a list of `reply` */
    COMPUTES    = 1 << 8,   /* reads in effect: POST that only computes (preview, try): runs without a write transaction */
};

struct Route {
    Method method;
    const char *path;                    /* "/api/v1/incidents/:incident/timeline" */
    Role need;
    Err (*handle)(Cx *cx, Req *req, Res *res);
    const Shape *body, *reply;           /* MAY be NULL */
    unsigned flags;
    const char *query;                   /* documented query parameters, space-separated; others are refused on /api (400) */
    size_t body_bytes;                   /* 0 = 256 KiB for shapes and raw */
    const char *doc;                     /* one sentence for the API page; REQUIRED on /api routes */
};

/** Turns what stands in a path (id or reference) into the record's id and checks that the actor may see it.
 *  Fails: ERR_NOT_FOUND for unknown and for invisible alike. Runs for every route with ":name" in its path, so that
 *  no handler can forget it. */
typedef struct Resolver { const char *param; Err (*resolve)(Cx *cx, Str given, Str *ret_id); } Resolver;

/** Who is asking. Supplied by one feature (account). Both leave `ret` untouched and return OK when nobody matches. */
typedef struct Authenticator {
    Err (*by_session)(Cx *cx, Str cookie, Actor *ret);
    Err (*by_token)(Cx *cx, Str token, Actor *ret);
    /** The same session or token later on; nothing is noted as used. `ret` stays as it is when it is no more. */
    Err (*again)(Cx *cx, const Actor *was, Actor *ret);
} Authenticator;

/** All that the application knows of a feature. Arrays end with a zeroed entry; any may be NULL. */
typedef struct Feature {
    const char     *name;
    const Schema   *schema;          /* generated from schema.sql */
    const Route    *routes;
    const Resolver *resolvers;
    const Listener *listeners;
    const JobKind  *jobs;
    const Setting  *settings;
    const Authenticator *authenticator;
    /** MAY be NULL: readiness of this feature at start (e.g. built-in rows); runs in a write after migration; idempotent. */
    Err (*start)(Cx *cx);
    /** MAY be NULL: before the first request · no more requests, sockets still there: finish what is under way ·
     *  after the last socket: free. */
    Err  (*serve)(App *app);
    void (*quiesce)(App *app);
    void (*stop)(App *app);
    /** MAY be NULL: notices of store_notify, of every node. Any thread, must be quick; only after serve. */
    void (*heard)(App *app, Str channel, Str payload);
    /** MAY be NULL: Prometheus lines of this feature, appended to /metrics. */
    Err (*metrics)(Cx *cx, Buf *to);
} Feature;

extern const Feature *const features[];    /* from features.def; ends with NULL */

#pragma once
/** From bytes to a handler and back: match, who is asking, may they, is the body right, run (writes in a transaction),
 *  answer. The tables of all features, compiled once into a tree. */
#include "app/feature.h"

typedef struct RouteTree RouteTree;

/** Compiles the routes of all features; two routes for one method and path are a bug(). */
RouteTree *router_make(Arena *a);
/** The route for a method and path; fills names and raw values of path parameters (decoded). NULL: none.
 *  `ret_other_method` says whether another method would have matched (405). HEAD counts as GET. */
const Route *router_find(const RouteTree *t, Arena *a, Str method, Str path, HttpHeader *params, size_t *ret_n, bool *ret_other_method);

/** ServerOptions.handle, .body_limit and .refuse; ctx is the App. */
void   router_handle(void *ctx, HttpReq *req);
size_t router_body_limit(void *ctx, const HttpReq *req);
void   router_refuse(void *ctx, HttpReq *req, int status, Str detail, HttpRes *res);

/** HTTP status of an error kind. */
int error_status(Err e);
/** The error as RFC 9457 problem+json, or a plain page for routes flagged PAGE. Logs what is our fault. */
void res_problem(Cx *cx, const Req *req, Res *res, Err e);

/** Counters since start, for /metrics. */
typedef struct RouterStats { int64_t by_class[6]; int64_t seconds_buckets[12], count; double seconds; } RouterStats;
RouterStats router_stats(void);
extern const double router_bucket_seconds[12];

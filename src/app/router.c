/** One request. The order is the guarantee: nobody's body is read into a struct before we know who they are and that
 *  their role suffices; no handler runs before the ids in its path were resolved to records that the person may see. */
#include "app/router.h"
#include <stdatomic.h>
#include "app/app.h"
#include "app/guard.h"
#include "app/page.h"
#include "base/log.h"
#include "base/time.h"
#include "net/url.h"

/** A request under way. Lives in the request's arena and may travel to the writer's thread. */
typedef struct Call {
    App *app;
    Cx cx;
    Req req;
    Res res;
    Err (*work)(Cx *cx, Req *req, Res *res);    /* in the transaction: the handler, or what it left in res->then */
    WriteJob job;
} Call;

static _Atomic int64_t counted_class[6], counted_bucket[12], counted, counted_us;
const double router_bucket_seconds[12] = { 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5 };

static void count(int status, int64_t began_ms)
{
    double seconds = (double)(clock_monotonic_ms() - began_ms) / 1000;
    atomic_fetch_add(&counted_class[status / 100 <= 5 ? status / 100 : 5], 1);
    for (int i = 0; i < 12; i++)
        if (seconds <= router_bucket_seconds[i]) atomic_fetch_add(&counted_bucket[i], 1);
    atomic_fetch_add(&counted, 1);
    atomic_fetch_add(&counted_us, (int64_t)(seconds * 1e6));
}

RouterStats router_stats(void)
{
    RouterStats s = { .count = counted, .seconds = (double)counted_us / 1e6 };
    for (int i = 0; i < 6; i++) s.by_class[i] = counted_class[i];
    for (int i = 0; i < 12; i++) s.seconds_buckets[i] = counted_bucket[i];
    return s;
}

/** The session's cookie or the token; says nothing about rights. */
static Err authenticate(Call *c, bool token_in_query)
{
    const HttpReq *http = c->req.http;
    Str header = http_header(http, "Authorization"), token = { 0 };
    if (header.len > 7 && str_eq_nocase(str_sub(header, 0, 7), S("Bearer ")))
        token = str_trim(str_sub(header, 7, header.len));
    else if (token_in_query) token = http_param(http, "token", NULL);
    Str cookie = token.len ? S("") : http_cookie(http, "hindsight_session");
    if (!token.len && !cookie.len) return OK;
    for (size_t i = 0; features[i]; i++) {
        const Authenticator *auth = features[i]->authenticator;
        if (!auth) continue;
        if (token.len) {
            TRY(auth->by_token(&c->cx, token, &c->cx.actor));
            return c->cx.actor.id.len ? OK
                                      : fail(c->cx.arena, ERR_UNAUTHENTICATED,
                                             "this API token is unknown, expired or revoked");
        }
        return auth->by_session(&c->cx, cookie, &c->cx.actor);
    }
    return OK;
}

static Err check_scope(Call *c)
{
    const Route *r = c->req.route;
    unsigned have = c->cx.actor.scopes, need = SCOPE_WRITE;
    if (c->cx.actor.session.len || r->need == ROLE_PUBLIC) return OK;
    if (r->need == ROLE_ADMIN) need = SCOPE_ADMIN;
    else if (r->method == GET || r->flags & COMPUTES) need = SCOPE_READ | SCOPE_WRITE;
    else if (r->flags & INGEST) need = SCOPE_INGEST | SCOPE_WRITE;
    if (r->flags & SOCKET) need = SCOPE_READ | SCOPE_WRITE;
    return have & (need | SCOPE_ADMIN)
               ? OK
               : fail(c->cx.arena, ERR_FORBIDDEN, "this API token has no scope for %s %s",
                      method_names[r->method], r->path);
}

/** On addresses that are open to everyone, a token that may not read makes nobody of its owner. */
static void forget_deaf_token(Call *c)
{
    const Actor *who = &c->cx.actor;
    if (c->req.route->need == ROLE_PUBLIC && who->id.len && !who->session.len
        && !(who->scopes & (SCOPE_READ | SCOPE_WRITE | SCOPE_ADMIN)))
        c->cx.actor = (Actor){ .role = ROLE_PUBLIC };
}

/** Is this Origin this site? Behind a proxy that puts another Host, the public address says so. */
static bool is_ours(const Call *c, Str origin)
{
    Str host = http_header(c->req.http, "Host"), known = c->app->options.public_url;
    ptrdiff_t at = str_find(origin, S("://"));
    if (at < 0 || (size_t)at + 3 >= origin.len) return false;
    if (str_eq_nocase(str_sub(origin, (size_t)at + 3, origin.len), host)) return true;
    return known.len && str_starts(known, origin) && (known.len == origin.len || known.at[origin.len] == '/');
}

/** A page of another site must not act with our cookie. */
static Err check_origin(Call *c)
{
    const Route *r = c->req.route;
    const HttpReq *http = c->req.http;
    bool cookie = c->cx.actor.session.len > 0;
    if (r->flags & SOCKET && cookie) {
        Str origin = http_header(http, "Origin");
        if (origin.len && !is_ours(c, origin))
            return fail(c->cx.arena, ERR_FORBIDDEN,
                        "a page of " STR_FMT " may not open this socket", STR_ARG(origin));
    }
    if (r->method == GET) return OK;
    Str site = http_header(http, "Sec-Fetch-Site");
    if (!(r->flags & RAW_BODY && r->flags & NO_CSRF) && site.len && !str_eq(site, S("same-origin"))
        && !str_eq(site, S("none")) && !c->cx.actor.scopes)
        return fail(c->cx.arena, ERR_FORBIDDEN, "a page of another site may not do this");
    if (!cookie || r->flags & NO_CSRF) return OK;
    if (str_eq(http_header(http, "X-CSRF-Token"), c->cx.actor.csrf)) return OK;
    return fail(c->cx.arena, ERR_FORBIDDEN, "the header X-CSRF-Token is missing or old: reload the page");
}

static Err check_role(Call *c)
{
    const Route *r = c->req.route;
    if (c->cx.actor.role >= r->need) return OK;
    if (c->cx.actor.role == ROLE_PUBLIC) return fail(c->cx.arena, ERR_UNAUTHENTICATED, "sign in first");
    return fail(c->cx.arena, ERR_FORBIDDEN, "this needs the role %s; you are %s",
                role_names[r->need], role_names[c->cx.actor.role]);
}

static bool word_in(const char *words, Str word)
{
    for (Str rest = str_of(words), w; str_next(&rest, ' ', &w);)
        if (str_eq(w, word)) return true;
    return false;
}

/** A misspelt filter would silently show everything, so unknown query parameters are refused. */
static Err check_query(Call *c)
{
    const Route *r = c->req.route;
    if (!str_starts(str_of(r->path), S("/api/"))) return OK;
    HttpHeader *all;
    size_t n = http_params(c->req.http, &all);
    for (size_t i = 0; i < n; i++) {
        if (!url_is_text(all[i].name) || !url_is_text(all[i].value))
            return fail_field(c->cx.arena, S("query"), "the query holds bytes that are no text");
        if (!word_in(r->query ? r->query : "", all[i].name)
            && !(r->flags & REPLY_LIST && word_in("limit cursor", all[i].name)))
            return fail_field(c->cx.arena, all[i].name,
                              "there is no query parameter " STR_FMT " here", STR_ARG(all[i].name));
    }
    return OK;
}

static Err check_match(Call *c, bool *ret_missing)
{
    const Route *r = c->req.route;
    Str tag = http_header(c->req.http, "If-Match");
    c->cx.if_match = MATCH_ANY;
    if (r->method == GET || r->method == POST || r->flags & NO_MATCH) return OK;
    *ret_missing = str_empty(tag) && str_starts(str_of(r->path), S("/api/"));
    if (str_empty(tag) || str_eq(tag, S("*"))) return OK;
    if (str_starts(tag, S("W/"))) tag = str_sub(tag, 2, tag.len);
    if (tag.len > 2 && tag.at[0] == '"' && tag.at[tag.len - 1] == '"') tag = str_sub(tag, 1, tag.len - 2);
    if (!str_int(tag, &c->cx.if_match) || c->cx.if_match < 0)
        return fail_field(c->cx.arena, S("If-Match"), "If-Match must be the ETag that the record came with");
    return OK;
}

static Err decode_body(Call *c)
{
    const Route *r = c->req.route;
    if (!r->body) return OK;
    Str type = str_trim(str_before(http_header(c->req.http, "Content-Type"), ';'));
    if (!str_eq_nocase(type, S("application/json"))
        && !str_eq_nocase(type, S("application/merge-patch+json")))
        return fail(c->cx.arena, ERR_INVALID, "send the body as Content-Type: application/json");
    c->req.body = arena_bytes(c->cx.arena, r->body->size, alignof(max_align_t));
    Str body = c->req.http->body.len ? c->req.http->body : S("{}");
    return shape_decode(c->cx.arena, r->body, r->method == PATCH ? DECODE_PATCH : DECODE_CREATE,
                        body, c->req.body, &c->req.present);
}

static Err resolve_params(Call *c)
{
    for (size_t p = 0; p < c->req.n_params; p++)
        for (size_t i = 0; features[i]; i++)
            for (const Resolver *r = features[i]->resolvers; r && r->param; r++) {
                if (!str_eq(str_of(r->param), c->req.params[p].name)) continue;
                Str id = { 0 };
                TRY(r->resolve(&c->cx, c->req.params[p].value, &id));
                c->req.params[p].value = id;
            }
    return OK;
}

/** All that comes before the handler. Reads only. */
static Err admit(Call *c, bool *ret_no_match)
{
    TRY(authenticate(c, (c->req.route->flags & SOCKET) != 0));
    forget_deaf_token(c);
    TRY(check_role(c));
    TRY(check_scope(c));
    TRY(check_origin(c));
    TRY(check_query(c));
    TRY(check_match(c, ret_no_match));
    if (*ret_no_match) return OK;
    TRY(resolve_params(c));
    return decode_body(c);
}

static void common_headers(Call *c)
{
    HttpRes *h = &c->res.http;
    if (c->res.has_etag) http_set(h, "ETag", arena_fmt(c->cx.arena, "\"%lld\"", (long long)c->res.etag));
    page_headers(h, c->req.route);
}

static void answer(Call *c, Err e)
{
    if (e.info) res_problem(&c->cx, &c->req, &c->res, e);
    if (!c->res.http.status) c->res.http.status = 204;
    common_headers(c);
    int64_t began = c->req.http->began_ms;
    int status = c->res.http.status;
    if (c->app->options.access_log)
        log_info(STR_FMT " " STR_FMT " %d " STR_FMT " %zu bytes %lld ms " STR_FMT,
                 STR_ARG(c->req.http->method), STR_ARG(c->req.http->path), status,
                 STR_ARG(c->req.http->peer), c->res.http.body.len,
                 (long long)(clock_monotonic_ms() - began), STR_ARG(c->cx.actor.email));
    count(status, began);
    http_answer(c->req.http, &c->res.http);        /* the request and this call are gone now */
}

static Err run_in_write(Store *s, void *arg)
{
    Call *c = arg;
    c->res = (Res){ 0 };                            /* PostgreSQL may run it again */
    c->cx.store = s;
    Err e = c->work(&c->cx, &c->req, &c->res);
    c->cx.store = NULL;
    return e;
}

static void written(WriteJob *job, Err result)
{
    answer(job->arg, result);
}

static void no_route(Call *c, bool other_method)
{
    static const Route nothing = { .path = "/api/" };
    c->req.route = &nothing;
    Str path = c->req.http->path;
    if (other_method) {
        res_problem(&c->cx, &c->req, &c->res,
                    fail(c->cx.arena, ERR_NOT_FOUND, "this address knows no " STR_FMT,
                         STR_ARG(c->req.http->method)));
        c->res.http.status = 405;
    } else if (!page_asset(c->req.http, &c->res.http))
        res_problem(
            &c->cx, &c->req, &c->res,
            fail(c->cx.arena, ERR_NOT_FOUND, "there is nothing at " STR_FMT, STR_ARG(path)));
    answer(c, OK);
}

static void precondition_required(Call *c)
{
    res_problem(&c->cx, &c->req, &c->res,
                fail_field(c->cx.arena, S("If-Match"),
                           "send If-Match with the ETag of the record you edit, or *"));
    c->res.http.status = 428;
    answer(c, OK);
}

void router_handle(void *ctx, HttpReq *http)
{
    App *app = ctx;
    Call *c = arena_make(http->arena, Call);
    *c = (Call){ .app = app, .req = { .http = http }, .cx = app_cx(app, http->arena, NULL) };
    c->cx.actor = (Actor){ .role = ROLE_PUBLIC };
    bool other_method, no_match = false;
    c->req.route = router_find(app->tree, http->arena, http->method, http->path, c->req.params,
                               &c->req.n_params, &other_method);
    if (!c->req.route) { no_route(c, other_method); return; }
    uint64_t epoch = guards_epoch(app->guards);
    Store *s = store_take(app->db);
    c->cx.store = s;
    Err e = admit(c, &no_match);
    const Route *r = c->req.route;
    bool write = r->method != GET && !(r->flags & (OWN_WRITES | COMPUTES));
    if (!e.info && !no_match && !write) e = r->handle(&c->cx, &c->req, &c->res);
    store_give(s);
    c->cx.store = NULL;
    if (!e.info && c->res.http.upgrade && app->guards)
        guard_socket(app->guards, &c->cx.actor, epoch, &c->res.http);
    if (no_match && !e.info) { precondition_required(c); return; }
    c->work = write ? r->handle : c->res.then;
    if (e.info || !c->work) { answer(c, e); return; }
    c->job = (WriteJob){ .work = run_in_write, .arg = c, .arena = http->arena, .done = written };
    database_submit(app->db, &c->job);
}

size_t router_body_limit(void *ctx, const HttpReq *http)
{
    App *app = ctx;
    HttpHeader params[8];
    size_t n;
    bool other;
    const Route *r = router_find(app->tree, http->arena, http->method, http->path, params, &n, &other);
    if (!r) return 0;
    if (r->body_bytes) return r->body_bytes;
    return r->method == GET ? 0 : 256 << 10;
}

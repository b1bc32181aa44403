/** Errors as people and programs meet them. */
#include "app/router.h"
#include "app/page.h"
#include "base/log.h"
#include "net/url.h"

static const struct { int status; const char *title; } kinds[ERR_KINDS] = {
    [ERR_INVALID]         = { 422, "Something in the request is not right" },
    [ERR_NOT_FOUND]       = { 404, "Not found" },
    [ERR_CONFLICT]        = { 409, "Not possible in this state" },
    [ERR_STALE]           = { 412, "Somebody else changed this" },
    [ERR_FORBIDDEN]       = { 403, "Not allowed" },
    [ERR_UNAUTHENTICATED] = { 401, "Not signed in" },
    [ERR_TOO_LARGE]       = { 413, "Too large" },
    [ERR_TOO_MANY]        = { 429, "Too many requests" },
    [ERR_UNAVAILABLE]     = { 503, "Not available now" },
    [ERR_INTERNAL]        = { 500, "An error of ours" },
};

int error_status(Err e)
{
    /* Without a field the whole request could not be read. */
    if (err_is(e, ERR_INVALID) && str_empty(e.info->field)) return 400;
    return kinds[e.info->kind].status;
}

/** The fields of the error and its causes, innermost last. */
static void put_fields(Buf *b, Err e)
{
    bool first = true;
    for (const ErrInfo *i = e.info; i; i = i->cause)
        if (i->version) { buf_fmt(b, ",\"current_version\":%lld", (long long)i->version); break; }
    buf_add(b, S(",\"errors\":["));
    for (const ErrInfo *i = e.info; i; i = i->cause) {
        if (str_empty(i->field)) continue;
        if (!first) buf_byte(b, ',');
        first = false;
        buf_add(b, S("{\"field\":"));
        buf_json(b, i->field);
        buf_add(b, S(",\"detail\":"));
        buf_json(b, i->message);
        buf_byte(b, '}');
    }
    buf_byte(b, ']');
}

static Str problem_json(Arena *a, int status, const char *title, Str detail, Err e)
{
    Buf b = buf_new(a, 64 << 10);
    buf_add(&b, S("{\"type\":\"about:blank\",\"title\":"));
    buf_json(&b, str_of(title));
    buf_fmt(&b, ",\"status\":%d,\"detail\":", status);
    buf_json(&b, detail);
    put_fields(&b, e);
    buf_byte(&b, '}');
    return buf_str(&b);
}

static void to_sign_in(Cx *cx, const Req *req, Res *res)
{
    const HttpReq *http = req->http;
    Str here = http->query.len ? arena_fmt(cx->arena, STR_FMT "?" STR_FMT, STR_ARG(http->path),
                                           STR_ARG(http->query))
                               : http->path;
    res_redirect(
        cx, res, 302,
        arena_fmt(cx->arena, "/sign-in?next=" STR_FMT, STR_ARG(url_encode(cx->arena, here))));
}

void res_problem(Cx *cx, const Req *req, Res *res, Err e)
{
    int status = error_status(e);
    const char *title = kinds[e.info->kind].title;
    Str detail = err_text(cx->arena, e);
    if (e.info->kind == ERR_INTERNAL || e.info->kind == ERR_UNAVAILABLE)
        log_error(STR_FMT " " STR_FMT ": " STR_FMT " (%s:%d)", STR_ARG(req->http->method),
                  STR_ARG(req->http->path), STR_ARG(detail), e.info->file, e.info->line);
    if (e.info->kind == ERR_INTERNAL)
        detail =
            S("This is our fault, and what you sent was not saved. The server's log says more.");
    *res = (Res){ .http.status = status };
    if (status == 429 || status == 503) http_set(&res->http, "Retry-After", status == 429 ? S("30") : S("5"));
    if (status == 401) http_set(&res->http, "WWW-Authenticate", S("Bearer"));
    if (req->route->flags & PAGE) {
        if (status == 401) { to_sign_in(cx, req, res); return; }
        res_text(res, status, "text/html; charset=utf-8", page_message(cx->arena, str_of(title), detail));
        return;
    }
    res->http.type = S("application/problem+json");
    res->http.body = problem_json(cx->arena, status, title, detail, e);
}

void router_refuse(void *ctx, HttpReq *req, int status, Str detail, HttpRes *res)
{
    (void)ctx;
    const char *title = status == 413   ? "Too large"
                        : status == 503 ? "Not available now"
                                        : "The request could not be read";
    res->status = status;
    res->type = S("application/problem+json");
    res->body = problem_json(req->arena, status, title, detail, OK);
}

#include "app/app.h"
#include "app/feature.h"

enum { REPLY_MAX = 64 << 20 };

static Buf *out(Cx *cx, Res *res)
{
    res->out = buf_new(cx->arena, REPLY_MAX);
    return &res->out;
}

static void send_json(Res *res, int status)
{
    res->http.status = status;
    res->http.type = S("application/json; charset=utf-8");
    res->http.body = buf_str(&res->out);
}

void res_json(Cx *cx, Res *res, const Shape *shape, const void *value)
{
    shape_json(shape, value, out(cx, res));
    send_json(res, 200);
}

void res_record(Cx *cx, Res *res, const Shape *shape, const void *value, int64_t version)
{
    res_json(cx, res, shape, value);
    res->has_etag = true;
    res->etag = version;
}

void res_created(Cx *cx, Res *res, const Shape *shape, const void *value, Str location, int64_t version)
{
    res_record(cx, res, shape, value, version);
    res->http.status = 201;
    if (location.len) http_set(&res->http, "Location", location);
}

void res_list(Cx *cx, Res *res, const Shape *shape, const void *items, size_t stride, size_t n,
              int64_t limit, Cursor last, int64_t total)
{
    Buf *b = out(cx, res);
    size_t shown = n > (size_t)limit ? (size_t)limit : n;
    buf_add(b, S("{\"items\":["));
    for (size_t i = 0; i < shown; i++) {
        if (i) buf_byte(b, ',');
        shape_json(shape, (const char *)items + i * stride, b);
    }
    buf_add(b, S("],\"next_cursor\":"));
    if (n > shown) buf_json(b, arena_fmt(cx->arena, "%lld." STR_FMT, (long long)last.at, STR_ARG(last.id)));
    else buf_add(b, S("null"));
    if (total >= 0) buf_fmt(b, ",\"total\":%lld}", (long long)total);
    else buf_add(b, S(",\"total\":null}"));
    send_json(res, 200);
}

void res_text(Res *res, int status, const char *type, Str text)
{
    res->http.status = status;
    res->http.type = str_of(type);
    res->http.body = text;
}

void res_none(Res *res) { res->http.status = 204; }

void res_redirect(Cx *cx, Res *res, int status, Str location)
{
    res->http.status = status;
    http_set(&res->http, "Location", arena_str(cx->arena, location));
}

void res_cookie(Cx *cx, const Req *req, Res *res, const char *name, Str value, int64_t max_age_s)
{
    bool secure = req->http->https || cx->app->options.secure_cookies;
    http_set(&res->http, "Set-Cookie",
             arena_fmt(cx->arena, "%s=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                       name, STR_ARG(value), (long long)max_age_s, secure ? "; Secure" : ""));
}

void res_upgrade(Res *res, const SockEvents *events, void *data)
{
    res->http.status = 101;
    res->http.upgrade = events;
    res->http.upgrade_data = data;
}

#include "app/feature.h"
#include "base/time.h"

const char *const method_names[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

Str req_param(const Req *req, const char *name)
{
    for (size_t i = 0; i < req->n_params; i++)
        if (str_eq(req->params[i].name, str_of(name))) return req->params[i].value;
    bug("route %s has no :%s", req->route->path, name);
}

Str req_query(const Req *req, const char *name) { return http_param(req->http, name, NULL); }

bool req_flag(const Req *req, const char *name)
{
    Str v = req_query(req, name);
    return str_eq(v, S("true")) || str_eq(v, S("1"));
}

static bool one_of(const char *const *values, Str v)
{
    if (!values) return true;
    for (; *values; values++)
        if (str_eq(v, str_of(*values))) return true;
    return false;
}

Err req_filter(Cx *cx, const Req *req, const char *name, const char *const *values, Strs *ret)
{
    HttpHeader *all;
    size_t n = http_params(req->http, &all);
    Strs list = { 0 };
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(all[i].name, str_of(name))) continue;
        for (Str rest = all[i].value, word; str_next(&rest, ',', &word);) {
            if (str_empty(word)) continue;
            if (!one_of(values, word))
                return fail_field(cx->arena, str_of(name), "%s cannot be " STR_FMT, name,
                                  STR_ARG(word));
            if (list.len == 100)
                return fail_field(cx->arena, str_of(name), "%s names more than 100 values", name);
            *list_add(cx->arena, &list) = word;
        }
    }
    *ret = list;
    return OK;
}

int64_t req_limit_to(const Req *req, int64_t most)
{
    int64_t n;
    if (!str_int(req_query(req, "limit"), &n) || n < 1) return 50;
    return n > most ? most : n;
}

int64_t req_limit(const Req *req) { return req_limit_to(req, 200); }

Err req_time(Cx *cx, const Req *req, const char *name, int64_t *ret)
{
    Str v = req_query(req, name);
    int64_t ms = 0;
    if (v.len && !time_parse(v, &ms))
        return fail_field(cx->arena, str_of(name), "%s is not a time such as 2026-11-10T14:07:30Z",
                          name);
    *ret = ms;
    return OK;
}

Err req_cursor(Cx *cx, const Req *req, Cursor *ret)
{
    Str v = req_query(req, "cursor");
    *ret = (Cursor){ 0 };
    if (str_empty(v)) return OK;
    Cursor c = { .id = str_after(v, '.') };
    if (!str_int(str_before(v, '.'), &c.at) || str_empty(c.id) || c.id.len > 100)
        return fail_field(cx->arena, S("cursor"), "cursor is not one that a list gave");
    *ret = c;
    return OK;
}

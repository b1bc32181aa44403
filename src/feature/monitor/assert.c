/* Assertions: what must hold of an answer. */
#include "feature/monitor/internal.h"

const char *const assertion_on[] = { "status", "header", "body", "json", "latency", "certificate", "record", NULL };
const char *const assertion_ops[] = { "is", "is_not", "contains", "not_contains", "greater_than", "less_than", "exists", NULL };

bool json_at_path(Arena *a, Str json, Str path, Str *ret)
{
    json_t *v;
    if (json_parse(a, json, &v).info) return false;
    for (size_t i = 0; i < path.len && v;) {
        size_t n = i;
        if (path.at[i] == '[') {
            int64_t at;
            while (n < path.len && path.at[n] != ']') n++;
            v = str_int(str_sub(path, i + 1, n - i - 1), &at) && at >= 0 ? json_array_get(v, (size_t)at) : NULL;
            i = n + 1;
        } else {
            while (n < path.len && path.at[n] != '.' && path.at[n] != '[') n++;
            v = n > i ? json_object_getn(v, path.at + i, n - i) : v;
            i = n;
        }
        if (i < path.len && path.at[i] == '.') i++;
    }
    if (!v) return false;
    *ret = json_is_string(v) ? arena_str(a, (Str){ json_string_value(v), json_string_length(v) }) : json_text(a, v);
    return true;
}

static bool number(Str s, double *ret)
{
    char text[64], *end;
    s = str_trim(s);
    if (!s.len || s.len >= sizeof text) return false;
    memcpy(text, s.at, s.len);
    text[s.len] = 0;
    *ret = strtod(text, &end);
    return end == text + s.len;
}

/** What the assertion is about, as text; false when the answer has no such thing. */
static bool value_of(Arena *a, const Assertion *x, const ProbeRes *res, int64_t now_ms, Str *ret)
{
    if (str_eq(x->on, S("status"))) *ret = arena_fmt(a, "%d", res->status);
    else if (str_eq(x->on, S("latency"))) *ret = arena_fmt(a, "%lld", (long long)res->latency_ms);
    else if (str_eq(x->on, S("body"))) *ret = res->body;
    else if (str_eq(x->on, S("record"))) *ret = res->records;
    else if (str_eq(x->on, S("certificate"))) {
        *ret = arena_fmt(a, "%lld", (long long)((res->certificate_ms - now_ms) / DAY_MS));
        return res->certificate_ms != 0;
    } else if (str_eq(x->on, S("header"))) {
        for (size_t k = 0; k < res->n_headers; k++)
            if (str_eq_nocase(res->headers[k].name, x->path)) { *ret = res->headers[k].value; return true; }
        return false;
    } else return json_at_path(a, res->body, x->path, ret);
    return true;
}

static bool holds(const Assertion *x, bool found, Str value)
{
    double is, than;
    if (str_eq(x->op, S("exists"))) return found;
    if (str_eq(x->op, S("is_not"))) return !found || !str_eq(value, x->value);
    if (str_eq(x->op, S("not_contains"))) return !found || str_find(value, x->value) < 0;
    if (!found) return false;
    if (str_eq(x->op, S("is"))) return str_eq(value, x->value);
    if (str_eq(x->op, S("contains"))) return str_find(value, x->value) >= 0;
    if (!number(value, &is) || !number(x->value, &than)) return false;
    return str_eq(x->op, S("greater_than")) ? is > than : is < than;
}

Str assertions_fail(Arena *a, const Assertions *all, const ProbeRes *res, int64_t now_ms)
{
    list_each(all, k) {
        const Assertion *x = &all->at[k];
        Str value = S("");
        bool found = value_of(a, x, res, now_ms, &value);
        if (holds(x, found, value)) continue;
        Str shown = str_sub(value, 0, value.len < 100 ? value.len : 100);
        Str name = x->path.len ? arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(x->on), STR_ARG(x->path)) : x->on;
        if (!found) return arena_fmt(a, "there is no " STR_FMT, STR_ARG(name));
        if (str_eq(x->on, S("certificate"))) return arena_fmt(a, "the certificate ends in " STR_FMT " days", STR_ARG(shown));
        if (str_eq(x->on, S("body"))) return arena_fmt(a, "the body should %s \"" STR_FMT "\"", str_eq(x->op, S("contains")) || str_eq(x->op, S("is")) ? "say" : "not say", STR_ARG(x->value));
        Str op = arena_str(a, x->op);
        for (size_t c = 0; c < op.len; c++) if (op.at[c] == '_') ((char *)op.at)[c] = ' ';
        return arena_fmt(a, STR_FMT " is " STR_FMT ", wanted: " STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(shown), STR_ARG(op), STR_ARG(x->value));
    }
    return S("");
}

/* One look of a monitor: its steps one after the other, values handed on from one to the next. */
#include <stdlib.h>
#include "base/buf.h"
#include "base/hash.h"
#include "base/time.h"
#include "base/utf8.h"
#include "feature/monitor/internal.h"

enum { VALUE_MOST = 4096, ERROR_MOST = 500, FILLED_MOST = 256 << 10 };

struct Look {
    Look *next, *before;
    Looks *among;
    Arena *arena;
    Prober *prober;
    const Monitor *monitor;
    size_t step;
    int64_t latency_ms;
    LIST(Ref) values;                        /* name → value, captured so far */
    Certificates chain;                      /* of the last step that showed one */
    LookDone done;
    void *arg;
};

static void step_done(void *arg, Arena *a, const ProbeRes *res);

static void enter(Looks *all, Look *r)
{
    r->among = all;
    r->next = all->first;
    if (r->next) r->next->before = r;
    all->first = r;
}

static void leave(Look *r)
{
    if (r->next) r->next->before = r->before;
    if (r->before) r->before->next = r->next;
    else r->among->first = r->next;
}

static Str value_named(const Look *r, Str name)
{
    for (size_t k = r->values.len; k; k--)
        if (str_eq(r->values.at[k - 1].id, name)) return r->values.at[k - 1].name;
    return S("");
}

/** {{name}} becomes what was captured under that name; what was not is left empty. */
static Str filled(Look *r, Str text)
{
    if (str_find(text, S("{{")) < 0) return text;
    Buf b = buf_new(r->arena, FILLED_MOST);
    for (size_t i = 0; i < text.len;) {
        Str rest = str_sub(text, i, text.len - i);
        ptrdiff_t end = str_starts(rest, S("{{")) ? str_find(rest, S("}}")) : -1;
        if (end > 0) {
            buf_add(&b, value_named(r, str_trim(str_sub(rest, 2, (size_t)end - 2))));
            i += (size_t)end + 2;
        } else buf_byte(&b, text.at[i++]);
    }
    return buf_str(&b);
}

/** Text for people and both databases: ill-formed bytes and control characters are shown as '?'. */
static Str clean(Arena *a, Str s)
{
    s = utf8_clip(s, ERROR_MOST);
    Buf b = buf_new(a, 4 * ERROR_MOST);
    for (size_t i = 0, width; i < s.len; i += width) {
        uint32_t c = utf8_next(s, i, &width);
        if (c == UTF8_BAD || c < 0x20 || c == 0x7F) buf_byte(&b, '?');
        else buf_add(&b, str_sub(s, i, width));
    }
    return buf_str(&b);
}

void certificates_copy(Arena *a, const Certificates *from, Certificates *to)
{
    list_each(from, k)
        *list_add(a, to) = (Certificate){ arena_str(a, from->at[k].subject), arena_str(a, from->at[k].issuer), from->at[k].ends_ms };
}

static void keep_chain(Look *r, const ProbeRes *res)
{
    if (!res->n_chain) return;
    r->chain = (Certificates){ 0 };
    for (size_t k = 0; k < res->n_chain; k++)
        *list_add(r->arena, &r->chain) = (Certificate){ clean(r->arena, res->chain[k].subject), clean(r->arena, res->chain[k].issuer), res->chain[k].ends_ms };
}

static void finish(Look *r, Str error)
{
    if (error.len && r->monitor->config.steps.len > 1) error = arena_fmt(r->arena, "step %zu: " STR_FMT, r->step + 1, STR_ARG(error));
    error = clean(r->arena, error);
    leave(r);
    r->done(r->arg, &(LookRes){ r->latency_ms, error, r->chain });
    arena_free(r->arena);
}

static const struct { const char *name; ProbeKind kind; } kinds[] = {
    { "http", PROBE_HTTP }, { "tls", PROBE_TLS }, { "tcp", PROBE_TCP }, { "dns", PROBE_DNS }, { "icmp", PROBE_ICMP },
};

static ProbeKind kind_of(Str kind)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (str_eq(kind, str_of(kinds[k].name))) return kinds[k].kind;
    return PROBE_HTTP;
}

static void begin_step(Look *r)
{
    const Monitor *m = r->monitor;
    ProbeReq req = { .kind = kind_of(m->kind), .target = m->target, .record = m->record, .timeout_ms = m->timeout_ms };
    if (req.kind == PROBE_HTTP) {
        const MonitorStep *s = &m->config.steps.at[r->step];
        LIST(HttpHeader) headers = { 0 };
        json_t *object = NULL, *v;
        const char *name;
        if (s->headers.len && !json_parse(r->arena, s->headers, &object).info)
            json_object_foreach(object, name, v)
                *list_add(r->arena, &headers) = (HttpHeader){ .name = str_of(name), .value = filled(r, str_of(json_is_string(v) ? json_string_value(v) : "")) };
        req.target = filled(r, s->url);
        req.method = s->method;
        req.body = filled(r, s->body);
        req.redirects = s->follow ? 3 : 0;
        req.headers = headers.at;
        req.n_headers = headers.len;
    }
    prober_begin(r->prober, &req, step_done, r);
}

/** What is asserted when nobody said what: an answer below 400; two weeks until the certificate ends. */
static const Assertion page_is_well = { S_INIT("status"), S_INIT(""), S_INIT("less_than"), S_INIT("400") },
                       certificate_lasts = { S_INIT("certificate"), S_INIT(""), S_INIT("greater_than"), S_INIT("14") };

static void step_done(void *arg, Arena *a, const ProbeRes *res)
{
    Look *r = arg;
    const Monitor *m = r->monitor;
    const MonitorStep *s = str_eq(m->kind, S("http")) ? &m->config.steps.at[r->step] : NULL;
    const Assertions *own = s ? &s->assertions : &m->config.assertions;
    r->latency_ms += res->latency_ms;
    keep_chain(r, res);
    if (res->error.len) { finish(r, res->error); return; }
    Assertions standard = { 0 };
    if (!own->len && s) *list_add(a, &standard) = page_is_well;
    if (!own->len && str_eq(m->kind, S("tls"))) *list_add(a, &standard) = certificate_lasts;
    Str wrong = assertions_fail(a, own->len ? own : &standard, res, clock_ms());
    if (wrong.len) { finish(r, wrong); return; }
    if (!s || r->step + 1 == m->config.steps.len) { finish(r, S("")); return; }
    list_each(&s->captures, k) {
        const Capture *c = &s->captures.at[k];
        Str value = S("");
        if (!json_at_path(r->arena, res->body, c->path, &value) || value.len > VALUE_MOST) {
            finish(r, arena_fmt(r->arena, "there is no " STR_FMT " in the answer", STR_ARG(c->path)));
            return;
        }
        *list_add(r->arena, &r->values) = (Ref){ c->name, value };
    }
    r->step++;
    begin_step(r);
}

void monitor_look(Looks *all, const Monitor *m, LookDone done, void *arg)
{
    Arena *a = arena_new(2048);
    Look *r = arena_make(a, Look);
    *r = (Look){ .arena = a, .prober = all->prober, .monitor = m, .done = done, .arg = arg };
    enter(all, r);
    if (str_eq(m->kind, S("http")) && !m->config.steps.len) { finish(r, S("it has no step")); return; }
    begin_step(r);
}

void looks_open(Str allow, Str ca_file, Looks *ret)
{
    *ret = (Looks){ 0 };
    prober_open(allow, ca_file, &ret->prober);
}

void looks_close(Looks *all)
{
    prober_close(all->prober);
    while (all->first) finish(all->first, S("stopped"));
}

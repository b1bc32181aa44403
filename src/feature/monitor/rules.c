/* The rules of monitors: what may be asked, and where it is kept. Steps are sealed, since headers hold tokens. */
#include <string.h>
#include "app/audit.h"
#include "app/secret.h"
#include "base/id.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/monitor/internal.h"
#include "sql.gen.h"

const char *const monitor_kinds[] = { "http", "tls", "tcp", "dns", "icmp", NULL };
static const char *const records[] = { "A", "AAAA", "CNAME", "MX", "NS", "TXT", NULL };
static const char *const secret_words[] = { "authorization", "cookie", "token", "secret", "key", "password", NULL };

/* ---- secrets in headers */

static bool is_secret(const char *header)
{
    for (const char *const *w = secret_words; *w; w++)
        if (strcasestr(header, *w)) return true;
    return false;
}

/** Hides what is secret in a step's headers; with `old`, what came back hidden gets the value that it had there. */
static Str with_secrets(Arena *a, Str headers, const MonitorStep *old)
{
    json_t *object, *had = NULL, *v;
    const char *name;
    void *safe;
    if (str_empty(headers) || json_parse(a, headers, &object).info) return headers;
    if (old && old->headers.len && json_parse(a, old->headers, &had).info) had = NULL;
    json_object_foreach_safe(object, safe, name, v) {
        if (!is_secret(name)) continue;
        if (!old) json_object_set_new(object, name, json_string(HIDDEN));
        else if (json_is_string(v) && !strcmp(json_string_value(v), HIDDEN)) {
            json_t *value = json_object_get(had, name);
            json_object_set(object, name, value ? value : json_null());
        }
    }
    return json_text(a, object);
}

void monitor_unhide(Arena *a, Monitor *m, const Monitor *old)
{
    list_each(&m->config.steps, k) {
        const MonitorStep none = { 0 }, *was = k < old->config.steps.len ? &old->config.steps.at[k] : &none;
        m->config.steps.at[k].headers = with_secrets(a, m->config.steps.at[k].headers, was);
    }
}

/* ---- reading */

static void read_row(Stmt *q, Monitor *m)
{
    *m = (Monitor){ .id = stmt_col_str(q, 0), .name = stmt_col_str(q, 1), .kind = stmt_col_str(q, 2), .target = stmt_col_str(q, 3),
                    .record = stmt_col_str(q, 4), .interval_s = stmt_col_int(q, 6), .timeout_ms = stmt_col_int(q, 7), .retries = stmt_col_int(q, 8),
                    .severity = stmt_col_str(q, 9), .service_id = stmt_col_str(q, 10), .enabled = stmt_col_int(q, 12) != 0,
                    .state = stmt_col_str(q, 13), .state_ms = stmt_col_int(q, 14), .last_ms = stmt_col_int(q, 15), .latency_ms = stmt_col_int(q, 16),
                    .error = stmt_col_str(q, 17), .created_ms = stmt_col_int(q, 18), .version = stmt_col_int(q, 19) };
}

static Err read_config(Cx *cx, Str sealed, bool secrets, Monitor *m)
{
    Str plain;
    Present present;
    TRY(secret_unseal(cx, sealed, &plain));
    TRY(shape_decode(cx->arena, &monitor_config_shape, DECODE_CREATE, plain, &m->config, &present));
    list_each(&m->config.steps, k) {
        MonitorStep *s = &m->config.steps.at[k];
        if (!secrets) s->headers = with_secrets(cx->arena, s->headers, NULL);
    }
    return OK;
}

Str chain_text(Arena *a, const Certificates *chain)
{
    Buf b = buf_new(a, 64 << 10);
    shape_json(&chain_shape, &(CertificateChain){ *chain }, &b);
    return buf_str(&b);
}

static Err chain_parse(Arena *a, Str text, Certificates *ret)
{
    CertificateChain c = { 0 };
    Present present;
    if (text.len <= 2) return OK;
    TRY(shape_decode(a, &chain_shape, DECODE_CREATE, text, &c, &present));
    *ret = c.chain;
    return OK;
}

static Err fill_services(Cx *cx, Monitors *all)
{
    Strs ids = { 0 };
    Map *names;
    list_each(all, k) ids_add(cx->arena, &ids, all->at[k].service_id);
    TRY(service_refs(cx, ids, &names));
    list_each(all, k) all->at[k].service = ref_of(names, all->at[k].service_id);
    return OK;
}

Err monitor_list(Cx *cx, const MonitorFilter *f, bool secrets, Str after, int64_t limit, Monitors *ret)
{
    Monitors all = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_monitor_list, stmt_if(f->id.len, "one"), stmt_if(f->state.len, "state"),
                                stmt_if(f->service.len, "service"), stmt_if(f->q.len, "q"), stmt_if(f->enabled, "enabled"),
                                stmt_if(after.len, "after"), NULL);
    if (f->id.len) stmt_str(&q, "id", f->id);
    if (f->state.len) stmt_str(&q, "state", strs_json(cx->arena, f->state));
    if (f->service.len) stmt_str(&q, "service", strs_json(cx->arena, f->service));
    if (f->q.len) stmt_str(&q, "q", arena_fmt(cx->arena, "%%" STR_FMT "%%", STR_ARG(f->q)));
    if (after.len) stmt_str(&q, "after", after);
    stmt_int(&q, "limit", limit);
    Strs sealed = { 0 }, chains = { 0 };
    while (stmt_step(&q)) {
        Monitor *m = list_add(cx->arena, &all);
        read_row(&q, m);
        *list_add(cx->arena, &sealed) = stmt_col_str(&q, 5);
        *list_add(cx->arena, &chains) = stmt_col_str(&q, 20);
        m->locations = strs_parse(cx->arena, stmt_col_str(&q, 11));
    }
    TRY(stmt_end(&q));
    Monitors readable = { 0 };
    list_each(&all, k) {                                     /* one that was sealed with another key is shown with the reason, and not looked at */
        Monitor *m = &all.at[k];
        Err e = read_config(cx, sealed.at[k], secrets, m);
        if (!err_is(e, ERR_UNAVAILABLE)) TRY(e);
        else if (secrets && f->enabled) continue;
        else m->error = err_text(cx->arena, e);
        TRY(chain_parse(cx->arena, chains.at[k], &m->chain));
        *list_add(cx->arena, &readable) = *m;
    }
    TRY(fill_services(cx, &readable));
    *ret = readable;
    return OK;
}

static Err places_of(Cx *cx, Str id, MonitorPlaces *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_places);
    stmt_str(&q, "id", id);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (MonitorPlace){ stmt_col_str(&q, 0), stmt_col_int(&q, 1), stmt_col_int(&q, 2), stmt_col_int(&q, 3),
                                                    stmt_col_int(&q, 4), stmt_col_str(&q, 5) };
    return stmt_end(&q);
}

Err monitor_get(Cx *cx, Str id, bool secrets, Monitor *ret)
{
    Monitors all;
    TRY(monitor_list(cx, &(MonitorFilter){ .id = id }, secrets, S(""), 1, &all));
    if (!all.len) return fail(cx->arena, ERR_NOT_FOUND, "no monitor " STR_FMT, STR_ARG(id));
    TRY(places_of(cx, id, &all.at[0].places));
    *ret = all.at[0];
    return OK;
}

/* ---- writing */

static Err check_assertions(Cx *cx, const Assertions *all, const char *where)
{
    list_each(all, k) {
        const Assertion *x = &all->at[k];
        bool named = str_eq(x->on, S("header")) || str_eq(x->on, S("json"));
        if (named && str_empty(x->path))
            return fail_field(cx->arena, arena_fmt(cx->arena, "%sassertions[%zu].path", where, k), "say which " STR_FMT, STR_ARG(x->on));
        if (str_empty(x->value) && !str_eq(x->op, S("exists")))
            return fail_field(cx->arena, arena_fmt(cx->arena, "%sassertions[%zu].value", where, k), "say with what it is compared");
    }
    return OK;
}

static Err check_steps(Cx *cx, Monitor *m)
{
    if (!m->config.steps.len) return fail_field(cx->arena, S("steps"), "an HTTP monitor has at least one step");
    list_each(&m->config.steps, k) {
        MonitorStep *s = &m->config.steps.at[k];
        const char *where = arena_fmt(cx->arena, "steps[%zu].", k).at;
        if (!str_starts(s->url, S("https://")) && !str_starts(s->url, S("http://")))
            return fail_field(cx->arena, arena_fmt(cx->arena, "%surl", where), "must begin with https:// or http://");
        TRY(check_assertions(cx, &s->assertions, where));
        list_each(&s->captures, c)
            if (str_empty(s->captures.at[c].name) || str_empty(s->captures.at[c].path))
                return fail_field(cx->arena, arena_fmt(cx->arena, "%scaptures[%zu]", where, c), "it needs a name and a path");
    }
    m->target = m->config.steps.at[0].url;
    return OK;
}

Err monitor_check(Cx *cx, Monitor *m)
{
    bool http = str_eq(m->kind, S("http")), dns = str_eq(m->kind, S("dns"));
    if (http) TRY(check_steps(cx, m));
    else if (str_empty(m->target)) return fail_field(cx->arena, S("target"), "say what is looked at");
    else m->config.steps.len = 0;
    if ((str_eq(m->kind, S("tcp")) || str_eq(m->kind, S("tls"))) && str_index(m->target, ':') < 0) {
        if (str_eq(m->kind, S("tcp"))) return fail_field(cx->arena, S("target"), "name host and port: db.example.com:5432");
        m->target = arena_fmt(cx->arena, STR_FMT ":443", STR_ARG(m->target));
    }
    if (dns && str_empty(m->record)) m->record = S("A");
    if (!dns) m->record = S("");
    bool known = !dns;
    for (const char *const *r = records; *r && !known; r++) known = str_eq(m->record, str_of(*r));
    if (!known) return fail_field(cx->arena, S("record"), "A, AAAA, CNAME, MX, NS or TXT");
    TRY(check_assertions(cx, &m->config.assertions, ""));
    if (m->interval_s < 10 || m->interval_s > 86400) return fail_field(cx->arena, S("interval_s"), "from 10 to 86,400 seconds");
    if (m->timeout_ms < 100 || m->timeout_ms > 60000) return fail_field(cx->arena, S("timeout_ms"), "from 100 to 60,000");
    if (m->retries < 0 || m->retries > 10) return fail_field(cx->arena, S("retries"), "from 0 to 10");
    if (!m->locations.len) *list_add(cx->arena, &m->locations) = S("main");
    return OK;
}

static Str config_text(Cx *cx, const Monitor *m)
{
    Buf b = buf_new(cx->arena, 1 << 20);
    shape_json(&monitor_config_shape, &m->config, &b);
    return buf_str(&b);
}

Err monitor_put(Cx *cx, Monitor *m)
{
    Monitor old = { 0 };
    Str sealed;
    if (m->version) TRY(monitor_get(cx, m->id, true, &old));
    TRY(monitor_check(cx, m));
    if (m->service_id.len) {
        Ref service;
        TRY(service_named(cx, S("service_id"), m->service_id, &service));
        m->service_id = service.id;
    }
    monitor_unhide(cx->arena, m, &old);
    if (str_empty(m->id)) m->id = id_new(cx->arena, cx->now_ms);
    bool other = !old.id.len || !str_eq(old.target, m->target) || !str_eq(old.kind, m->kind);
    Str state = !m->enabled ? S("paused") : other || str_eq(old.state, S("paused")) ? S("unknown") : old.state;
    TRY(secret_seal(cx, config_text(cx, m), &sealed));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_put);
    stmt_str(&q, "id", m->id);
    stmt_str(&q, "name", m->name);
    stmt_str(&q, "kind", m->kind);
    stmt_str(&q, "target", m->target);
    stmt_str(&q, "record", m->record);
    stmt_str(&q, "config", sealed);
    stmt_int(&q, "interval_s", m->interval_s);
    stmt_int(&q, "timeout_ms", m->timeout_ms);
    stmt_int(&q, "retries", m->retries);
    stmt_str(&q, "severity", m->severity);
    stmt_str_or_null(&q, "service", m->service_id);
    stmt_str(&q, "locations", strs_json(cx->arena, m->locations));
    stmt_int(&q, "enabled", m->enabled);
    stmt_str(&q, "state", state);
    stmt_int(&q, "state_ms", str_eq(state, old.state) ? old.state_ms : cx->now_ms);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    auto_stmt drop = stmt_begin(cx->arena, cx->store, &sql_monitor_place_drop);
    stmt_str(&drop, "id", m->id);
    stmt_str(&drop, "locations", strs_json(cx->arena, m->locations));
    TRY(stmt_exec(&drop));
    TRY(store_notify(cx->store, cx->arena, S("monitors"), m->id));
    TRY(audit_add(cx, old.id.len ? "monitor.changed" : "monitor.added", "monitor", m->id, audit_name(cx->arena, m->name)));
    return live_touch(cx, S("monitors"), "changed", m->id, old.version + 1, S(""));
}

Err monitor_remove(Cx *cx, Str id)
{
    static const Sql *const parts[] = { &sql_monitor_delete_places, &sql_monitor_delete_hours, &sql_monitor_delete_days,
                                        &sql_monitor_delete_outages, &sql_monitor_delete };
    Monitor m;
    TRY(monitor_get(cx, id, false, &m));
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, parts[k]);
        stmt_str(&q, "id", id);
        TRY(stmt_exec(&q));
    }
    TRY(store_notify(cx->store, cx->arena, S("monitors"), id));
    TRY(audit_add(cx, "monitor.removed", "monitor", id, audit_name(cx->arena, m.name)));
    return live_touch(cx, S("monitors"), "removed", id, m.version + 1, S(""));
}

/* Monitors over HTTP. */
#include "app/app.h"
#include "app/limit.h"
#include "base/time.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/monitor/internal.h"
#include "sql.gen.h"

static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL };
static const char *const severities[] = { "SEV-1", "SEV-2", "SEV-3", "SEV-4", "unknown", NULL };
static const char *const states[] = { "unknown", "up", "down", "paused", NULL };

static SHAPE(assertion_shape, Assertion, "What must hold of an answer",
    FIELD(Assertion, on, REQUIRED, "What of it", .values = assertion_on),
    FIELD(Assertion, path, NULLABLE, "header: its name; json: a path like data.items[0].id", .max = 500),
    FIELD(Assertion, op, REQUIRED, "How it is compared", .values = assertion_ops),
    FIELD(Assertion, value, NULLABLE, "With what: latency in ms, certificate in days until it ends", .max = 2000));
static SHAPE(capture_shape, Capture, "A value of the answer that later steps write as {{name}}",
    FIELD(Capture, name, REQUIRED, "What it is called", .max = 50), FIELD(Capture, path, REQUIRED, "Where it stands in the JSON", .max = 500));
static SHAPE(step_shape, MonitorStep, "A request",
    FIELD(MonitorStep, method, NULLABLE, "GET unless said", .values = methods), FIELD(MonitorStep, url, REQUIRED, "https://…", .max = 4000),
    FIELD_RAW(MonitorStep, headers, MAP | NULLABLE, "Those with tokens are shown hidden", .max = 20000),
    FIELD(MonitorStep, body, MULTILINE | NULLABLE, "What is sent", .max = 100000),
    FIELD(MonitorStep, follow, 0, "Follow up to three redirects"),
    FIELD_OF(MonitorStep, assertions, FIELD_MANY, &assertion_shape, 0, "None: a status below 400", .max = 20),
    FIELD_OF(MonitorStep, captures, FIELD_MANY, &capture_shape, 0, "Handed on to later steps", .max = 20));
SHAPE(monitor_config_shape, MonitorConfig, "How it is stored",
    FIELD_OF(MonitorConfig, steps, FIELD_MANY, &step_shape, 0, "", .max = 10),
    FIELD_OF(MonitorConfig, assertions, FIELD_MANY, &assertion_shape, 0, "", .max = 20));

static SHAPE(place_shape, MonitorPlace, "What a location saw last",
    FIELD(MonitorPlace, location, READ_ONLY, "Where from"), FIELD(MonitorPlace, failures, READ_ONLY, "Failed looks in a row"),
    FIELD_AT(MonitorPlace, last_ms, READ_ONLY, "When"), FIELD(MonitorPlace, latency_ms, READ_ONLY, "How long it took"),
    FIELD(MonitorPlace, error, READ_ONLY | NULLABLE, "What was wrong"));
static SHAPE(day_shape, MonitorDay, "A day in UTC",
    FIELD_AT(MonitorDay, day_ms, READ_ONLY, "Its beginning"), FIELD(MonitorDay, n, READ_ONLY, "Looks"), FIELD(MonitorDay, failed, READ_ONLY, "Of which failed"),
    FIELD(MonitorDay, latency_ms, READ_ONLY, "On average"), FIELD(MonitorDay, latency_max_ms, READ_ONLY, "At most"));

SHAPE(certificate_shape, Certificate, "A certificate that was shown",
    FIELD(Certificate, subject, NULLABLE, "Who it is for", .max = 2000), FIELD(Certificate, issuer, NULLABLE, "Who issued it", .max = 2000),
    FIELD_AT(Certificate, ends_ms, NULLABLE, "When it ends"));
SHAPE(chain_shape, CertificateChain, "How certificates are stored", FIELD_OF(CertificateChain, chain, FIELD_MANY, &certificate_shape, 0, "", .max = 20));

SHAPE(monitor_shape, Monitor, "Looks, again and again, whether something answers as it should",
    FIELD(Monitor, id, READ_ONLY, "UUIDv7"),
    FIELD(Monitor, name, REQUIRED, "What people call it", .max = 100),
    FIELD(Monitor, kind, REQUIRED, "What it looks at", .values = monitor_kinds),
    FIELD(Monitor, target, NULLABLE, "tls, tcp: host:port; dns: a name; icmp: a host. http: the URL of the first step", .max = 4000),
    FIELD(Monitor, record, NULLABLE, "dns: A, AAAA, CNAME, MX, NS or TXT", .max = 10),
    { .name = "steps", .doc = "http: one request, or several that hand values on", .type = FIELD_MANY, .offset = offsetof(Monitor, config.steps), .of = &step_shape, .max = 10 },
    { .name = "assertions", .doc = "Of the other kinds", .type = FIELD_MANY, .offset = offsetof(Monitor, config.assertions), .of = &assertion_shape, .max = 20 },
    FIELD(Monitor, interval_s, 0, "Seconds from look to look, from 10; 60 unless said"),
    FIELD(Monitor, timeout_ms, 0, "Of each step; 10,000 unless said"),
    FIELD(Monitor, retries, 0, "How many looks in a row may fail before it counts; 2 unless said"),
    FIELD(Monitor, severity, 0, "Of the alert when it is down; unknown unless said", .values = severities),
    FIELD(Monitor, service_id, NULLABLE, "Service by id or name"),
    FIELD_OF(Monitor, service, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "The service"),
    FIELD(Monitor, locations, 0, "Where it is looked at from; main is this server", .max = 20),
    FIELD(Monitor, enabled, 0, "True unless said"),
    FIELD(Monitor, state, READ_ONLY, "unknown, up, down or paused"),
    FIELD_AT(Monitor, state_ms, READ_ONLY, "Since when"),
    FIELD_AT(Monitor, last_ms, READ_ONLY | NULLABLE, "The latest look"),
    FIELD(Monitor, latency_ms, READ_ONLY, "How long that took"),
    FIELD(Monitor, error, READ_ONLY | NULLABLE, "What was wrong then"),
    FIELD_AT(Monitor, maintenance_until_ms, READ_ONLY | NULLABLE, "Maintenance is under way, until then: failures do not count"),
    FIELD_OF(Monitor, chain, FIELD_MANY, &certificate_shape, READ_ONLY, "The certificates that were shown last, that of the host first"),
    FIELD_OF(Monitor, places, FIELD_MANY, &place_shape, READ_ONLY, "What each location saw last; of one monitor"),
    FIELD_OF(Monitor, days, FIELD_MANY, &day_shape, READ_ONLY, "The last 30 days that it was looked at, 90 of one monitor"),
    FIELD_AT(Monitor, created_ms, READ_ONLY, "When it was added"),
    FIELD(Monitor, version, READ_ONLY, "Grows with each change"));

/* ---- reading */

static Err fill_days(Cx *cx, Monitors *all, int64_t days)
{
    Strs ids = { 0 };
    Map *by_id = map_new(cx->arena);
    list_each(all, k) {
        *list_add(cx->arena, &ids) = all->at[k].id;
        map_set(by_id, all->at[k].id, &all->at[k]);
    }
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_days);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    stmt_int(&q, "since", cx->now_ms / DAY_MS - days + 1);
    while (stmt_step(&q)) {
        Monitor *m = map_get(by_id, stmt_col_str(&q, 0));
        int64_t n = stmt_col_int(&q, 2);
        *list_add(cx->arena, &m->days) = (MonitorDay){ .day_ms = stmt_col_int(&q, 1) * DAY_MS, .n = n, .failed = stmt_col_int(&q, 3),
            .latency_ms = stmt_col_int(&q, 4) / (n ? n : 1), .latency_max_ms = stmt_col_int(&q, 5) };
    }
    return stmt_end(&q);
}

static Err fill_maintenance(Cx *cx, Monitors *all)
{
    MonitorWindows windows = { 0 };
    TRY(windows_list(cx, &windows));
    list_each(all, k) all->at[k].maintenance_until_ms = windows_until(&windows, all->at[k].id, cx->now_ms);
    return OK;
}

static Err list(Cx *cx, Req *req, Res *res)
{
    MonitorFilter f = { .q = req_query(req, "q") };
    Cursor after, last = { 0 };
    TRY(req_filter(cx, req, "state", states, &f.state));
    TRY(req_filter(cx, req, "service", NULL, &f.service));
    TRY(req_cursor(cx, req, &after));
    int64_t limit = req_limit(req);
    Monitors all;
    TRY(monitor_list(cx, &f, false, after.id, limit + 1, &all));
    if (all.len > (size_t)limit) last = (Cursor){ .id = all.at[limit - 1].id };
    TRY(fill_days(cx, &all, 30));
    TRY(fill_maintenance(cx, &all));
    res_list(cx, res, &monitor_shape, all.at, sizeof *all.at, all.len, limit, last, -1);
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res)
{
    Monitors one = { 0 };
    TRY(monitor_get(cx, req_param(req, "monitor"), false, list_add(cx->arena, &one)));
    TRY(fill_days(cx, &one, 90));
    TRY(fill_maintenance(cx, &one));
    res_record(cx, res, &monitor_shape, &one.at[0], one.at[0].version);
    return OK;
}

/* ---- writing */

static void standards(Monitor *m, const Route *route, Present present)
{
    if (!shape_has(route->body, present, offsetof(Monitor, interval_s))) m->interval_s = 60;
    if (!shape_has(route->body, present, offsetof(Monitor, timeout_ms))) m->timeout_ms = 10000;
    if (!shape_has(route->body, present, offsetof(Monitor, retries))) m->retries = 2;
    if (!shape_has(route->body, present, offsetof(Monitor, enabled))) m->enabled = true;
    if (str_empty(m->severity)) m->severity = S("unknown");
}

static Err add(Cx *cx, Req *req, Res *res)
{
    Monitor *m = BODY(req, Monitor), made;
    standards(m, req->route, req->present);
    TRY(monitor_put(cx, m));
    TRY(monitor_get(cx, m->id, false, &made));
    res_created(cx, res, &monitor_shape, &made, S(""), made.version);
    return OK;
}

#define TAKE(member) if (BODY_HAS(req, Monitor, member)) m.member = in->member

static Err edit(Cx *cx, Req *req, Res *res)
{
    const Monitor *in = BODY(req, Monitor);
    Monitor m;
    TRY(monitor_get(cx, req_param(req, "monitor"), false, &m));
    TRY(cx_match(cx, m.version));
    TAKE(name);
    TAKE(kind);
    TAKE(target);
    TAKE(record);
    TAKE(config.steps);
    TAKE(config.assertions);
    TAKE(interval_s);
    TAKE(timeout_ms);
    TAKE(retries);
    TAKE(severity);
    TAKE(service_id);
    TAKE(locations);
    TAKE(enabled);
    TRY(monitor_put(cx, &m));
    return show(cx, req, res);
}

static Err take_out(Cx *cx, Req *req, Res *res)
{
    Monitor m;
    TRY(monitor_get(cx, req_param(req, "monitor"), false, &m));
    TRY(cx_match(cx, m.version));
    TRY(monitor_remove(cx, m.id));
    res_none(res);
    return OK;
}

/** A copy, with its secrets, that looks at nothing until somebody starts it. */
static Err clone(Cx *cx, Req *req, Res *res)
{
    Monitor m, made;
    TRY(monitor_get(cx, req_param(req, "monitor"), true, &m));
    Str name = utf8_clip(m.name, 90);
    m = (Monitor){ .name = arena_fmt(cx->arena, STR_FMT " (copy)", STR_ARG(name)), .kind = m.kind, .target = m.target, .record = m.record, .config = m.config,
                   .interval_s = m.interval_s, .timeout_ms = m.timeout_ms, .retries = m.retries, .severity = m.severity, .service_id = m.service_id, .locations = m.locations };
    TRY(monitor_put(cx, &m));
    TRY(monitor_get(cx, m.id, false, &made));
    res_created(cx, res, &monitor_shape, &made, S(""), made.version);
    return OK;
}

/* ---- results */

typedef struct Sample { int64_t looked_ms, latency_ms; Str location; bool failed; } Sample;
typedef LIST(Sample) Samples;
static SHAPE(sample_shape, Sample, "What a look found",
    FIELD_AT(Sample, looked_ms, READ_ONLY, "When"), FIELD(Sample, latency_ms, READ_ONLY, "How long it took"),
    FIELD(Sample, location, READ_ONLY, "Where from"), FIELD(Sample, failed, READ_ONLY, "Not as it should"));

enum { SAMPLES_MOST = 20000, SPAN_MOST_DAYS = 31 };

static void read_samples(Arena *a, Str text, Str location, int64_t hour_ms, int64_t since_ms, int64_t until_ms, Samples *ret)
{
    for (Str rest = text, one; str_next(&rest, ';', &one) && ret->len < SAMPLES_MOST;) {
        Str after = str_after(one, ':');
        int64_t second, latency;
        bool failed = str_starts(after, S("!"));
        if (!str_int(str_before(one, ':'), &second) || !str_int(failed ? str_sub(after, 1, after.len - 1) : after, &latency)) continue;
        int64_t at_ms = hour_ms + second * 1000;
        if (at_ms >= since_ms && at_ms < until_ms) *list_add(a, ret) = (Sample){ at_ms, latency, location, failed };
    }
}

static Err results(Cx *cx, Req *req, Res *res)
{
    int64_t since_ms, until_ms;
    Samples all = { 0 };
    TRY(req_time(cx, req, "since", &since_ms));
    TRY(req_time(cx, req, "until", &until_ms));
    if (!until_ms) until_ms = cx->now_ms + 1;
    if (!since_ms) since_ms = until_ms - DAY_MS;
    if (since_ms > until_ms || until_ms - since_ms > SPAN_MOST_DAYS * DAY_MS) return fail_field(cx->arena, S("since"), "at most 31 days before until");
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_hours);
    stmt_str(&q, "id", req_param(req, "monitor"));
    stmt_int(&q, "since", since_ms / HOUR_MS);
    stmt_int(&q, "until", until_ms / HOUR_MS);
    while (stmt_step(&q)) read_samples(cx->arena, stmt_col_str(&q, 2), stmt_col_str(&q, 0), stmt_col_int(&q, 1) * HOUR_MS, since_ms, until_ms, &all);
    TRY(stmt_end(&q));
    res_list(cx, res, &sample_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

typedef struct Outage { Str id; int64_t started_ms, ended_ms; Str error; } Outage;
static SHAPE(outage_shape, Outage, "From when to when it was down",
    FIELD(Outage, id, READ_ONLY, "UUIDv7"), FIELD_AT(Outage, started_ms, READ_ONLY, "The first failure"),
    FIELD_AT(Outage, ended_ms, READ_ONLY | NULLABLE, "The first look that was well again"), FIELD(Outage, error, READ_ONLY | NULLABLE, "What was wrong"));

static Err outages(Cx *cx, Req *req, Res *res)
{
    LIST(Outage) all = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_outages);
    stmt_str(&q, "id", req_param(req, "monitor"));
    stmt_int(&q, "limit", req_limit(req));
    while (stmt_step(&q)) *list_add(cx->arena, &all) = (Outage){ stmt_col_str(&q, 0), stmt_col_int(&q, 1), stmt_col_int(&q, 2), stmt_col_str(&q, 3) };
    TRY(stmt_end(&q));
    res_list(cx, res, &outage_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, -1);
    return OK;
}

/* ---- trying one out */

typedef struct Tried { bool ok, done; int64_t latency_ms; Str error; Certificates chain; Arena *arena; } Tried;
static SHAPE(tried_shape, Tried, "What one look found",
    FIELD(Tried, ok, READ_ONLY, "All is well"), FIELD(Tried, latency_ms, READ_ONLY, "How long it took"), FIELD(Tried, error, READ_ONLY | NULLABLE, "What was wrong"),
    FIELD_OF(Tried, chain, FIELD_MANY, &certificate_shape, READ_ONLY, "The certificates that were shown"));

static void tried(void *arg, const LookRes *res)
{
    Tried *t = arg;
    *t = (Tried){ .ok = str_empty(res->error), .done = true, .latency_ms = res->latency_ms, .error = arena_str(t->arena, res->error), .arena = t->arena };
    certificates_copy(t->arena, &res->chain, &t->chain);
}

/** Looks once, from here, while the person waits: at most 15 s for all steps. */
static Err look_once(Cx *cx, Monitor *m, Tried *ret)
{
    Looks looks;
    Tried t = { .arena = cx->arena };
    TRY(limit_take(cx, arena_fmt(cx->arena, "monitor:" STR_FMT, STR_ARG(cx->actor.id)), 20, 20));
    int64_t until_ms = clock_monotonic_ms() + 15000;
    if (m->timeout_ms > 15000) m->timeout_ms = 15000;
    looks_open(setting_str(cx, "monitors.allow"), S(""), &looks);
    monitor_look(&looks, m, tried, &t);
    while (!t.done && clock_monotonic_ms() < until_ms) prober_run(looks.prober, 200);
    looks_close(&looks);
    *ret = t;
    return OK;
}

static Err try_out(Cx *cx, Req *req, Res *res)
{
    Monitor *m = BODY(req, Monitor), old;
    Str of = req_query(req, "monitor");
    Tried t;
    standards(m, req->route, req->present);
    TRY(monitor_check(cx, m));
    if (of.len) {
        TRY(monitor_get(cx, of, true, &old));
        monitor_unhide(cx->arena, m, &old);
    }
    TRY(look_once(cx, m, &t));
    res_json(cx, res, &tried_shape, &t);
    return OK;
}

static Err keep_result(Cx *cx, void *arg) { return monitor_report(cx, arg); }

/** Looks with what is stored, and keeps what was found like any other result. */
static Err look_now(Cx *cx, Req *req, Res *res)
{
    Monitor m;
    Tried t;
    TRY(monitor_get(cx, req_param(req, "monitor"), true, &m));
    TRY(look_once(cx, &m, &t));
    MonitorResult found = { .monitor = m.id, .location = setting_str(cx, "monitors.location"), .looked_ms = cx->now_ms, .latency_ms = t.latency_ms,
                            .error = t.error, .chain = t.chain };
    if (t.done) TRY(cx_write(cx, keep_result, &(MonitorResults){ &found, 1, 1 }));
    res_json(cx, res, &tried_shape, &t);
    return OK;
}

/* ---- locations elsewhere */

static Err work(Cx *cx, Req *req, Res *res)
{
    Monitors all, here = { 0 };
    Str location = req_query(req, "location");
    if (!(cx->actor.scopes & SCOPE_ADMIN)) return fail(cx->arena, ERR_FORBIDDEN, "steps may hold secrets: the token needs the scope admin");
    if (str_empty(location)) return fail_field(cx->arena, S("location"), "say where you look from");
    TRY(monitor_list(cx, &(MonitorFilter){ .enabled = true }, true, S(""), 20000, &all));
    list_each(&all, k)
        list_each(&all.at[k].locations, l)
            if (str_eq(all.at[k].locations.at[l], location)) *list_add(cx->arena, &here) = all.at[k];
    res_list(cx, res, &monitor_shape, here.at, sizeof *here.at, here.len, (int64_t)here.len, (Cursor){ 0 }, (int64_t)here.len);
    return OK;
}

typedef struct Reported { Str location; MonitorResults results; } Reported;
static SHAPE(result_shape, MonitorResult, "What a look found",
    FIELD(MonitorResult, monitor, REQUIRED, "Its id", .max = 100), FIELD_AT(MonitorResult, looked_ms, REQUIRED, "When it began"),
    FIELD(MonitorResult, latency_ms, 0, "How long it took"), FIELD(MonitorResult, error, NULLABLE, "Empty: all is well", .max = 500),
    FIELD_OF(MonitorResult, chain, FIELD_MANY, &certificate_shape, 0, "The certificates that were shown", .max = 20));
static SHAPE(reported_shape, Reported, "What a location found",
    FIELD(Reported, location, REQUIRED, "Where from", .max = 50), FIELD_OF(Reported, results, FIELD_MANY, &result_shape, REQUIRED, "In the order in which they were made", .max = 1000));

static Err report(Cx *cx, Req *req, Res *res)
{
    Reported *in = BODY(req, Reported);
    list_each(&in->results, k) in->results.at[k].location = in->location;
    TRY(monitor_report(cx, &in->results));
    res_none(res);
    return OK;
}

/* ---- the table */

typedef struct Totals { int64_t unknown, up, down, paused; } Totals;
static SHAPE(totals_shape, Totals, "How many", FIELD(Totals, unknown, READ_ONLY, ""), FIELD(Totals, up, READ_ONLY, ""), FIELD(Totals, down, READ_ONLY, ""), FIELD(Totals, paused, READ_ONLY, ""));

static Err totals(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Totals t = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_monitor_totals);
    while (stmt_step(&q)) {
        Str state = stmt_col_str(&q, 0);
        int64_t n = stmt_col_int(&q, 1);
        if (str_eq(state, S("up"))) t.up = n;
        else if (str_eq(state, S("down"))) t.down = n;
        else if (str_eq(state, S("paused"))) t.paused = n;
        else t.unknown += n;
    }
    TRY(stmt_end(&q));
    res_json(cx, res, &totals_shape, &t);
    return OK;
}

#define ONE "/api/v1/monitors/:monitor"
static const Route routes[] = {
    { GET, "/api/v1/monitors", ROLE_VIEWER, list, .reply = &monitor_shape, .flags = REPLY_LIST, .query = "state service q", .doc = "Monitors by name" },
    { POST, "/api/v1/monitors", ROLE_MANAGER, add, .body = &monitor_shape, .reply = &monitor_shape, .doc = "Adds one; it is looked at within seconds" },
    { GET, "/api/v1/monitors/totals", ROLE_VIEWER, totals, .reply = &totals_shape, .doc = "How many are in which state" },
    { POST, "/api/v1/monitors/try", ROLE_MANAGER, try_out, .body = &monitor_shape, .reply = &tried_shape, .flags = COMPUTES, .query = "monitor",
      .doc = "Looks once, from here, and stores nothing; headers that are hidden are those of the monitor that is named" },
    { GET, "/api/v1/monitor-windows", ROLE_VIEWER, windows_show, .reply = &window_shape, .flags = REPLY_LIST, .doc = "Maintenance: when failures do not count" },
    { POST, "/api/v1/monitor-windows", ROLE_MANAGER, window_add, .body = &window_shape, .reply = &window_shape, .doc = "Adds a maintenance window" },
    { PATCH, "/api/v1/monitor-windows/:window", ROLE_MANAGER, window_edit, .body = &window_shape, .reply = &window_shape, .doc = "Changes it" },
    { DELETE, "/api/v1/monitor-windows/:window", ROLE_MANAGER, window_remove, .doc = "Removes it; what fails now counts" },
    { GET, "/api/v1/monitor-work", ROLE_ADMIN, work, .reply = &monitor_shape, .flags = REPLY_LIST, .query = "location", .doc = "For a location: what it looks at, with secrets" },
    { POST, "/api/v1/monitor-results", ROLE_ADMIN, report, .body = &reported_shape, .doc = "For a location: what it found" },
    { GET, ONE, ROLE_VIEWER, show, .reply = &monitor_shape, .doc = "One monitor, with what each location saw last and its days" },
    { PATCH, ONE, ROLE_MANAGER, edit, .body = &monitor_shape, .reply = &monitor_shape, .doc = "Changes it; headers that come back hidden keep their value" },
    { DELETE, ONE, ROLE_MANAGER, take_out, .doc = "Removes it with its results" },
    { POST, ONE "/clone", ROLE_MANAGER, clone, .reply = &monitor_shape, .doc = "Adds a paused copy of it, with its secrets" },
    { POST, ONE "/look", ROLE_RESPONDER, look_now, .reply = &tried_shape, .flags = OWN_WRITES, .doc = "Looks at once, from here; what is found counts" },
    { GET, ONE "/results", ROLE_VIEWER, results, .reply = &sample_shape, .flags = REPLY_LIST, .query = "since until", .doc = "Its results of the last day, or of another span within 30 days" },
    { GET, ONE "/outages", ROLE_VIEWER, outages, .reply = &outage_shape, .flags = REPLY_LIST, .doc = "When it was down, the latest first" },
    { 0 },
};

static Err resolve(Cx *cx, Str given, Str *ret_id)
{
    Monitor m;
    TRY(monitor_get(cx, given, false, &m));
    *ret_id = m.id;
    return OK;
}

static Err resolve_window(Cx *cx, Str given, Str *ret_id)
{
    MonitorWindow w;
    TRY(window_get(cx, given, &w));
    *ret_id = w.id;
    return OK;
}

static const Resolver resolvers[] = { { "monitor", resolve }, { "window", resolve_window }, { 0 } };
static const JobKind jobs[] = { { .name = "monitor.sweep", .run = monitor_sweep_job, .every_ms = HOUR_MS }, { 0 } };
static const Setting settings[] = {
    { .key = "monitors.allow", .type = SETTING_TEXT, .standard = "", .max = 2000, .title = "Monitors may look at",
      .help = "Besides the public internet: addresses, blocks and host names, such as 10.0.0.0/8 or .corp.example. Counts within seconds." },
    { .key = "monitors.location", .type = SETTING_TEXT, .standard = "main", .max = 50, .title = "Location of this server",
      .help = "What monitors call the place that this server looks from." },
    { 0 },
};

const Feature monitor_feature = { .name = "monitor", .schema = &monitor_schema, .routes = routes, .resolvers = resolvers, .jobs = jobs, .settings = settings,
    .serve = monitors_serve, .quiesce = monitors_quiesce, .stop = monitors_stop, .heard = monitors_heard };

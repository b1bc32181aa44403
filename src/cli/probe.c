/** probe: a location of monitors. It fetches what it looks at, looks, and reports what it found; it opens no database. */
#include <signal.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/cli.h"
#include "feature/monitor/monitor.h"
#include "net/client.h"

enum { FETCH_MS = 15000, REPORT_MS = 2000, AT_ONCE = 500, HELD_MOST = 300000, WORK_BYTES = 64 << 20 };

typedef struct Probe {
    Cli *cli;
    Client *client;
    Round *round;
    HttpHeader headers[2];
    Arena *held;                             /* of what is not reported yet */
    MonitorResults results;
    size_t reported;
    int64_t fetched_ms, reported_ms;
} Probe;

static volatile sig_atomic_t stopped;
static void stop(int sig) { (void)sig; stopped = 1; }

static Err answer_of(Arena *a, const ClientRes *res)
{
    if (res->status < 300) return OK;
    json_t *problem = NULL;
    Str detail = json_parse(a, res->body, &problem).info ? S("") : json_str(problem, "detail");
    return fail(a, ERR_UNAVAILABLE, "the server answered %d " STR_FMT, res->status, STR_ARG(detail));
}

static Err read_monitor(Arena *a, json_t *from, Monitor *ret)
{
    json_t *config = json_object();
    Present present;
    *ret = (Monitor){ .id = json_str(from, "id"), .name = json_str(from, "name"), .kind = json_str(from, "kind"), .target = json_str(from, "target"),
                      .record = json_str(from, "record"), .interval_s = json_integer_value(json_object_get(from, "interval_s")),
                      .timeout_ms = json_integer_value(json_object_get(from, "timeout_ms")), .retries = json_integer_value(json_object_get(from, "retries")),
                      .version = json_integer_value(json_object_get(from, "version")), .last_ms = 1 };
    json_object_set(config, "steps", json_object_get(from, "steps"));
    json_object_set(config, "assertions", json_object_get(from, "assertions"));
    Err e = shape_decode_value(a, &monitor_config_shape, DECODE_CREATE, config, S(""), &ret->config, &present);
    json_decref(config);
    return e;
}

static Err fetch(Probe *p)
{
    auto_arena a = arena_new(64 << 10);
    ClientRes res;
    json_t *page, *one;
    size_t k;
    Monitors all = { 0 };
    Str location = opt(p->cli, "location");
    ClientReq req = { .url = server_url(p->cli, arena_fmt(a, "/api/v1/monitor-work?location=" STR_FMT, STR_ARG(location))), .headers = p->headers, .n_headers = 2, .max_bytes = WORK_BYTES };
    TRY(client_call(p->client, p->cli->arena, &req, &res));
    TRY(answer_of(p->cli->arena, &res));
    TRY(json_parse(a, res.body, &page));
    json_array_foreach(json_object_get(page, "items"), k, one) TRY(read_monitor(a, one, list_add(a, &all)));
    round_set(p->round, &all, clock_ms());
    return OK;
}

static void chain_json(Buf *b, const Certificates *chain)
{
    char time[TIME_TEXT_MAX];
    buf_add(b, S(",\"chain\":["));
    list_each(chain, k) {
        buf_add(b, k ? S(",{\"subject\":") : S("{\"subject\":"));
        buf_json(b, chain->at[k].subject);
        buf_add(b, S(",\"issuer\":"));
        buf_json(b, chain->at[k].issuer);
        buf_fmt(b, ",\"ends_at\":\"%s\"}", time_rfc3339(chain->at[k].ends_ms, time));
    }
    buf_byte(b, ']');
}

static Str report_body(Arena *a, Str location, const MonitorResult *at, size_t n)
{
    Buf b = buf_new(a, 4 << 20);
    char time[TIME_TEXT_MAX];
    buf_add(&b, S("{\"location\":"));
    buf_json(&b, location);
    buf_add(&b, S(",\"results\":["));
    for (size_t k = 0; k < n; k++) {
        buf_fmt(&b, "%s{\"monitor\":\"" STR_FMT "\",\"looked_at\":\"%s\",\"latency_ms\":%lld,\"error\":", k ? "," : "", STR_ARG(at[k].monitor),
                time_rfc3339(at[k].looked_ms, time), (long long)at[k].latency_ms);
        buf_json(&b, at[k].error);
        chain_json(&b, &at[k].chain);
        buf_byte(&b, '}');
    }
    buf_add(&b, S("]}"));
    return buf_str(&b);
}

static Err report(Probe *p)
{
    while (p->reported < p->results.len) {
        auto_arena a = arena_new(64 << 10);
        ClientRes res;
        size_t n = p->results.len - p->reported;
        if (n > AT_ONCE) n = AT_ONCE;
        ClientReq req = { .method = S("POST"), .url = server_url(p->cli, S("/api/v1/monitor-results")), .headers = p->headers, .n_headers = 2,
                          .body = report_body(a, opt(p->cli, "location"), p->results.at + p->reported, n) };
        TRY(client_call(p->client, p->cli->arena, &req, &res));
        TRY(answer_of(p->cli->arena, &res));
        p->reported += n;
    }
    arena_free(p->held);
    p->held = arena_new(16 << 10);
    p->results = (MonitorResults){ 0 };
    p->reported = 0;
    return OK;
}

/** What must be done now and then; what fails is tried again in its turn. */
static void tend(Probe *p, int64_t now_ms)
{
    auto_arena a = arena_new(4096);
    Arena *own = p->cli->arena;
    p->cli->arena = a;                       /* errors and answers of one turn */
    if (now_ms - p->fetched_ms >= FETCH_MS || now_ms < p->fetched_ms) {
        p->fetched_ms = now_ms;
        Err e = fetch(p);
        if (e.info) log_warn("cannot fetch what to look at: " STR_FMT, STR_ARG(e.info->message));
    }
    if (p->results.len && (now_ms - p->reported_ms >= REPORT_MS || now_ms < p->reported_ms)) {
        p->reported_ms = now_ms;
        Err e = report(p);
        if (e.info) log_warn("cannot report: " STR_FMT, STR_ARG(e.info->message));
        if (p->results.len > HELD_MOST) p->results.len = p->reported;
    }
    p->cli->arena = own;
}

Exit run_probe(Cli *cli)
{
    Str token;
    if (!opt(cli, "location").len) return complain(EXIT_USAGE, "probe needs --location");
    Exit code = token_of(cli, "admin", &token);
    if (code) return code;
    Probe p = { .cli = cli, .headers = { { .name = S("Content-Type"), .value = S("application/json") },
                                         { .name = S("Authorization"), .value = arena_fmt(cli->arena, "Bearer " STR_FMT, STR_ARG(token)) } } };
    Err e = server_open(cli, &p.client);
    if (e.info) return complain_err(cli, e, EXIT_FAILED);
    struct sigaction act = { .sa_handler = stop };
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
    p.round = round_open(opt(cli, "allow"), opt(cli, "ca-file"));
    p.held = arena_new(16 << 10);
    while (!stopped) {
        tend(&p, clock_ms());
        round_run(p.round, clock_ms(), 250, p.held, &p.results);
    }
    p.reported_ms = 0;
    tend(&p, clock_ms());
    round_close(p.round);
    client_close(p.client);
    arena_free(p.held);
    return EXIT_OK;
}

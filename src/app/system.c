/** The application's own tables: its schema, health, metrics, the API page and the socket for live updates. */
#include "app/app.h"
#include "app/openapi.h"
#include "app/router.h"
#include "app/topics.h"
#include "base/time.h"
#include "sql.gen.h"


static Err healthz(Cx *cx, Req *req, Res *res)
{
    (void)cx; (void)req;
    res_text(res, 200, "text/plain; charset=utf-8", S("ok\n"));
    return OK;
}

static Err readyz(Cx *cx, Req *req, Res *res)
{
    (void)req;
    TRY_AS(cx->arena, database_ping(cx->app->db, cx->arena), "not ready");
    res_text(res, 200, "text/plain; charset=utf-8", S("ready\n"));
    return OK;
}

static Err openapi(Cx *cx, Req *req, Res *res)
{
    (void)req;
    res_text(res, 200, "application/json; charset=utf-8", openapi_page(cx->arena, app_link(cx, S(""))));
    return OK;
}

static void put_metric(Buf *b, const char *name, const char *type, const char *help)
{
    buf_fmt(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_requests(Buf *b)
{
    RouterStats s = router_stats();
    put_metric(b, "hindsight_http_requests_total", "counter", "Answers by class of status");
    for (int i = 1; i < 6; i++)
        buf_fmt(b, "hindsight_http_requests_total{status=\"%dxx\"} %lld\n", i,
                (long long)s.by_class[i]);
    put_metric(b, "hindsight_http_request_seconds", "histogram",
               "Time from the request's first byte to its answer");
    for (int i = 0; i < 12; i++)
        buf_fmt(b, "hindsight_http_request_seconds_bucket{le=\"%g\"} %lld\n",
                router_bucket_seconds[i], (long long)s.seconds_buckets[i]);
    buf_fmt(
        b,
        "hindsight_http_request_seconds_bucket{le=\"+Inf\"} "
        "%lld\nhindsight_http_request_seconds_sum %g\nhindsight_http_request_seconds_count %lld\n",
        (long long)s.count, s.seconds, (long long)s.count);
}

static void put_sockets(Buf *b, const App *app)
{
    if (app->server) {
        ServerStats s = server_stats(app->server);
        put_metric(b, "hindsight_connections_open", "gauge", "Open HTTP connections");
        buf_fmt(b, "hindsight_connections_open %lld\n", (long long)s.open);
        put_metric(b, "hindsight_refused_total", "counter", "Connections and requests over a limit");
        buf_fmt(b, "hindsight_refused_total %lld\n", (long long)s.refused);
    }
    if (app->live) {
        LiveStats s = live_stats(app->live);
        put_metric(b, "hindsight_sockets_open", "gauge", "Open WebSockets");
        buf_fmt(b, "hindsight_sockets_open %lld\n", (long long)s.sockets);
        put_metric(b, "hindsight_socket_messages_total", "counter", "WebSocket messages");
        buf_fmt(b,
                "hindsight_socket_messages_total{way=\"in\"} "
                "%lld\nhindsight_socket_messages_total{way=\"out\"} %lld\n",
                (long long)s.messages_in, (long long)s.messages_out);
    }
}

static Err put_jobs(Cx *cx, Buf *b)
{
    put_metric(b, "hindsight_jobs", "gauge", "Jobs by state");
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_job_counts);
    while (stmt_step(&q))
        buf_fmt(b, "hindsight_jobs{state=\"" STR_FMT "\"} %lld\n", STR_ARG(stmt_col_str(&q, 0)),
                (long long)stmt_col_int(&q, 1));
    return stmt_end(&q);
}

static Err metrics(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Buf b = buf_new(cx->arena, 1 << 20);
    put_requests(&b);
    put_sockets(&b, cx->app);
    put_metric(&b, "hindsight_database_bytes", "gauge", "Size of the database on disk");
    buf_fmt(&b, "hindsight_database_bytes %lld\n", (long long)database_bytes(cx->app->db));
    TRY(put_jobs(cx, &b));
    for (size_t i = 0; features[i]; i++)
        if (features[i]->metrics) TRY(features[i]->metrics(cx, &b));
    res_text(res, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&b));
    return OK;
}

static const Route routes[] = {
    { GET, "/healthz", ROLE_PUBLIC, healthz, .doc = "Is the process alive?" },
    { GET, "/readyz", ROLE_PUBLIC, readyz, .doc = "Can it serve: does the database answer?" },
    { GET, "/metrics", ROLE_PUBLIC, metrics, .doc = "Counters for Prometheus; no names, no contents" },
    { GET, "/api/openapi.json", ROLE_PUBLIC, openapi, .doc = "This page" },
    { GET, "/ws/live", ROLE_VIEWER, topics_join, .flags = SOCKET, .doc = "Notices of changes to open pages" },
    { 0 },
};

const Feature app_feature = { .name = "app", .schema = &app_schema, .routes = routes };

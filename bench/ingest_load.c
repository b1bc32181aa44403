/* Two measurements for bench/ingest.mjs, each one line of JSON on standard output:
 *
 *   ingest_load load HOST PORT PATH CONNECTIONS ALERTS SECONDS [RATE]
 *       posts Alertmanager payloads of ALERTS new alerts over CONNECTIONS kept-alive connections
 *       and counts what was answered 202. RATE: at most so many alerts a second, evenly; what a busy
 *       moment kept back is made up for. It ends early, and says so, when its standard input is closed.
 *   ingest_load bare FILE|postgres://… BATCH ALERTS SECONDS
 *       what the database itself reaches: the same bytes (each payload once, and the columns of
 *       each alert) inserted with prepared statements into two tables of the product's columns with
 *       nothing but their primary keys, BATCH payloads to a commit, as durable as the server is.
 *   ingest_load keyed …
 *       the same with the keys and indexes that the product's tables have. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BODY_MAX = 64 << 10, CONNECTIONS_MAX = 512 };

static void die(const char *what) { fprintf(stderr, "ingest_load: %s: %s\n", what, strerror(errno));
    exit(1); }

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- payloads: an alert of about 600 bytes in an envelope of 400, as Alertmanager sends them */

static const char labels_form[] =
    "{\"alertname\":\"HighLatency\",\"cluster\":\"eu-1\",\"instance\":\"10.0.%u.%u:9100\",\"job\":"
    "\"node\","
    "\"replica\":\"a\",\"severity\":\"warning\",\"shard\":\"%llu\",\"team\":\"payments\"}";
static const char description[] =
    "Latency of the checkout has been above one second for more than ten minutes. See the runbook.";

static size_t put_alert(char *to, size_t room, unsigned long long n)
{
    char labels[512];
    snprintf(labels, sizeof labels, labels_form, (unsigned)(n >> 8 & 255), (unsigned)(n & 255), n);
    return (size_t)snprintf(to, room,
        "{\"status\":\"firing\",\"labels\":%s,\"annotations\":{\"description\":\"%s\","
        "\"runbook_url\":\"https://runbooks.example.com/HighLatency\",\"summary\":\"High latency on shard %llu\"},"
        "\"startsAt\":\"2026-11-10T14:07:30.136Z\",\"endsAt\":\"0001-01-01T00:00:00Z\","
        "\"generatorURL\":\"https://prometheus.example.com/graph?g0.expr=latency\",\"fingerprint\":\"%016llx\"}", labels, description, n,
        n * 0x9E3779B97F4A7C15ull);
}

static size_t put_payload(char *to, unsigned long long first, int alerts)
{
    size_t len = (size_t)sprintf(to,
        "{\"receiver\":\"hindsight\",\"status\":\"firing\",\"alerts\":[");
    for (int i = 0; i < alerts; i++) {
        if (i) to[len++] = ',';
        len += put_alert(to + len, BODY_MAX - len, first + (unsigned)i);
    }
    len += (size_t)sprintf(
        to + len, "],\"groupLabels\":{\"alertname\":\"HighLatency\"},\"commonLabels\":{"
                  "\"alertname\":\"HighLatency\",\"cluster\":\"eu-1\","
                  "\"job\":\"node\",\"severity\":\"warning\"},\"commonAnnotations\":{},"
                  "\"externalURL\":\"https://alertmanager.example.com\",\"version\":\"4\","
                  "\"groupKey\":\"{}:{alertname=\\\"HighLatency\\\"}\",\"truncatedAlerts\":0}");
    return len;
}

/* ---- load */

typedef struct Conn { int fd; size_t len, sent, got; char out[BODY_MAX + 512], in[4096]; } Conn;
static Conn *conns;
static unsigned long long next_alert = 1;
static const char *host, *path;

static void next_request(Conn *c, int alerts)
{
    static char body[BODY_MAX];
    size_t len = put_payload(body, next_alert, alerts);
    next_alert += (unsigned)alerts;
    c->len = (size_t)snprintf(c->out, sizeof c->out,
                              "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: "
                              "application/json\r\nContent-Length: %zu\r\n\r\n",
                              path, host, len);
    memcpy(c->out + c->len, body, len);
    c->len += len;
    c->sent = c->got = 0;
}

static void push(Conn *c)
{
    while (c->sent < c->len) {
        ssize_t n = write(c->fd, c->out + c->sent, c->len - c->sent);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) die("write");
        c->sent += (size_t)n;
    }
}

/** True when a whole answer is there; `ret_good`: was it 202? */
static int pull(Conn *c, int *ret_good)
{
    ssize_t n = read(c->fd, c->in + c->got, sizeof c->in - 1 - c->got);
    if (n < 0 && errno == EAGAIN) return 0;
    if (n <= 0) die("the server closed a connection");
    c->got += (size_t)n;
    c->in[c->got] = 0;
    char *end = strstr(c->in, "\r\n\r\n"), *length = strcasestr(c->in, "content-length:");
    if (!end || !length || c->got < (size_t)(end + 4 - c->in) + strtoul(length + 15, NULL, 10))
        return 0;
    *ret_good = !strncmp(c->in, "HTTP/1.1 202", 12);
    if (!*ret_good) fprintf(stderr, "%.300s\n", c->in);
    return 1;
}

/** Connections that have their answer and wait for their time. */
static Conn *idle[CONNECTIONS_MAX];
static int n_idle;

static void give_out(int alerts, long long upto)
{
    static long long given;
    while (n_idle && given < upto) {
        Conn *c = idle[--n_idle];
        next_request(c, alerts);
        push(c);
        given++;
    }
}

static void load(int port, int connections, int alerts, double seconds, double rate)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    inet_pton(AF_INET, host, &to.sin_addr);
    int poll = epoll_create1(0), one = 1;
    conns = calloc((size_t)connections, sizeof *conns);
    next_alert = (unsigned long long)time(NULL) << 24;
    for (int i = 0; i < connections; i++) {
        Conn *c = &conns[i];
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(c->fd, (struct sockaddr *)&to, sizeof to)) die("connect");
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        fcntl(c->fd, F_SETFL, O_NONBLOCK);
        epoll_ctl(poll, EPOLL_CTL_ADD, c->fd,
            &(struct epoll_event){ .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c });
        idle[n_idle++] = c;
    }
    epoll_ctl(poll, EPOLL_CTL_ADD, 0, &(struct epoll_event){ .events = EPOLLHUP });   /* no matter when that is no pipe */
    long long answered = 0, refused = 0;
    double began = now_s(), until = began + seconds, now;
    while ((now = now_s()) < until) {
        struct epoll_event events[128];
        give_out(alerts, rate > 0 ? (long long)((now - began) * rate / alerts) : INT64_MAX);
        int n = epoll_wait(poll, events, 128, rate > 0 && n_idle ? 1 : 100), good;
        for (int i = 0; i < n; i++) {
            Conn *c = events[i].data.ptr;
            if (!c) { until = 0; break; }
            push(c);
            if (c->len && c->sent == c->len && pull(c, &good)) {
                if (good) answered++; else refused++;
                c->len = c->sent = 0;
                idle[n_idle++] = c;
            }
        }
    }
    double took = now_s() - began;
    printf("{\"payloads\":%lld,\"refused\":%lld,\"seconds\":%.3f,\"alerts_per_second\":%.0f}\n",
        answered, refused, took, (double)answered * alerts / took);
}

/* ---- bare inserts */

typedef struct Row { char id[37], key[17], title[64], labels[512], links[400]; } Row;

static void make_row(Row *r, unsigned long long n)
{
    snprintf(r->id, sizeof r->id, "%08llx-%04llx-7000-8000-%012llx", n >> 16 & 0xffffffff,
        n & 0xffff, n);
    snprintf(r->key, sizeof r->key, "%016llx", n * 0x9E3779B97F4A7C15ull);
    snprintf(r->title, sizeof r->title, "High latency on shard %llu", n);
    snprintf(r->labels, sizeof r->labels, labels_form, (unsigned)(n >> 8 & 255),
        (unsigned)(n & 255), n);
    snprintf(r->links, sizeof r->links,
             "[{\"title\":\"Runbook\",\"url\":\"https://runbooks.example.com/"
             "HighLatency\"},{\"title\":\"Graph\","
             "\"url\":\"https://prometheus.example.com/"
             "graph?g0.expr=latency\"},{\"title\":\"Alertmanager\",\"url\":\"https://"
             "alertmanager.example.com\"}]");
}

/* The columns of src/feature/alert/schema.sql. */
static const char *const tables[] = {
    "CREATE TABLE bare_delivery (n %s, hash %s, content_type TEXT, body %s, received_ms BIGINT, last_ms BIGINT, before_ms BIGINT)",
    "CREATE TABLE bare_alert (n %s, id TEXT, integration_id TEXT, key_hash %s, is_open BIGINT, dedup_key TEXT, severity TEXT, title TEXT, "
    "description TEXT, labels TEXT, links TEXT, note TEXT, group_key TEXT, started_ms BIGINT, started_told BIGINT, ended_ms BIGINT, "
    "acknowledged_ms BIGINT, received_ms BIGINT, last_received_ms BIGINT, count BIGINT, channel_id TEXT, rule_id TEXT, incident_id TEXT, "
    "audience TEXT, delivery_n BIGINT, version BIGINT)",
};
/* Its keys and indexes. */
static const char *const indexes[] = {
    "CREATE UNIQUE INDEX bare_hash ON bare_delivery (hash)",
    "CREATE UNIQUE INDEX bare_id ON bare_alert (id)",
    "CREATE UNIQUE INDEX bare_key ON bare_alert (key_hash, is_open)",
    "CREATE INDEX bare_firing ON bare_alert (is_open, n) WHERE is_open = 1",
    "CREATE INDEX bare_severity ON bare_alert (severity, n)",
    "CREATE INDEX bare_integration ON bare_alert (integration_id, n)",
    "CREATE INDEX bare_channel ON bare_alert (channel_id, n) WHERE channel_id IS NOT NULL",
    "CREATE INDEX bare_incident ON bare_alert (incident_id, n)",
    "CREATE INDEX bare_arrival ON bare_alert (received_ms, n)",
};
#define INSERT_DELIVERY(hash, body, ms) "INSERT INTO bare_delivery (hash, content_type, body, received_ms, last_ms, before_ms) VALUES (" \
    hash ",'application/json'," body "," ms "," ms ",-1)"
#define INSERT_ALERT(v) "INSERT INTO bare_alert (id, integration_id, dedup_key, severity, title, description, labels, links, group_key, " \
    "started_ms, received_ms, last_received_ms, key_hash, is_open, note, started_told, count, audience, delivery_n, version) VALUES (" \
    v(1) "," v(2) "," v(3) ",'SEV-3'," v(4) "," v(5) "," v(6) "," v(7) "," v(8) "," v(9) "," v(10) "," v(11) "," v(12) ",1,'',1,1,''," v(13) ",1)"
#define SQLITE_VALUE(n) "?" #n
#define POSTGRES_VALUE(n) "$" #n
static int n_indexes;                       /* 0: bare */
static const char integration[] = "01a1fa03-9933-7000-965c-371d92750be7",
    group[] = "{}:{alertname=\"HighLatency\"}";
static int64_t when = 1794319650136;

static void report(long long payloads, int alerts, double took)
{
    printf("{\"payloads\":%lld,\"seconds\":%.3f,\"alerts_per_second\":%.0f}\n", payloads, took,
        (double)payloads * alerts / took);
}

static void sql(sqlite3 *db, const char *fmt, ...)
{
    char text[1000], *why = NULL;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (sqlite3_exec(db, text, NULL, NULL, &why)) { fprintf(stderr, "%s: %s\n", text, why); exit(1);
        }
}

static void bare_sqlite(const char *file, int batch, int alerts, double seconds)
{
    sqlite3 *db;
    sqlite3_stmt *d, *a;
    static char body[BODY_MAX];
    if (sqlite3_open(file, &db)) die(file);
    sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8192");
    const char *number = n_indexes ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "INTEGER PRIMARY KEY";
    sql(db, tables[0], number, "BLOB", "BLOB");
    sql(db, tables[1], number, "BLOB");
    for (int i = 0; i < n_indexes; i++) sql(db, "%s", indexes[i]);
    sqlite3_prepare_v2(db, INSERT_DELIVERY("?1", "?2", "?3"), -1, &d, NULL);
    sqlite3_prepare_v2(db, INSERT_ALERT(SQLITE_VALUE), -1, &a, NULL);
    long long payloads = 0;
    unsigned long long n = 1;
    double began = now_s(), until = began + seconds;
    while (now_s() < until) {
        sql(db, "BEGIN IMMEDIATE");
        for (int b = 0; b < batch; b++, payloads++) {
            size_t len = put_payload(body, n, alerts);
            char hash[17];
            snprintf(hash, sizeof hash, "%016llx", n * 0xD6E8FEB86659FD93ull);
            sqlite3_bind_blob(d, 1, hash, 16, SQLITE_STATIC);
            sqlite3_bind_blob(d, 2, body, (int)len, SQLITE_STATIC);
            sqlite3_bind_int64(d, 3, when);
            if (sqlite3_step(d) != SQLITE_DONE) die("insert");
            sqlite3_reset(d);
            for (int i = 0; i < alerts; i++, n++) {
                Row r;
                make_row(&r, n);
                const char *texts[] = { r.id, integration, r.key, r.title, description, r.labels,
                    r.links, group };
                for (int t = 0; t < 8; t++)
                    sqlite3_bind_text(a, t + 1, texts[t], -1, SQLITE_STATIC);
                for (int t = 9; t < 12; t++) sqlite3_bind_int64(a, t, when);
                sqlite3_bind_blob(a, 12, r.key, 16, SQLITE_STATIC);
                sqlite3_bind_int64(a, 13, payloads);
                if (sqlite3_step(a) != SQLITE_DONE) die("insert");
                sqlite3_reset(a);
            }
        }
        sql(db, "COMMIT");
    }
    report(payloads, alerts, now_s() - began);
    sqlite3_finalize(d);
    sqlite3_finalize(a);
    sqlite3_close(db);
}

static void pg(PGconn *db, PGresult *res, const char *what)
{
    ExecStatusType s = PQresultStatus(res);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK) { fprintf(stderr, "%s: %s", what,
        PQerrorMessage(db)); exit(1); }
    PQclear(res);
}

static void bare_postgres(const char *url, int batch, int alerts, double seconds)
{
    char text[1000], at[32];
    static char body[BODY_MAX];
    PGconn *db = PQconnectdb(url);
    if (PQstatus(db) != CONNECTION_OK) { fprintf(stderr, "%s", PQerrorMessage(db)); exit(1); }
    pg(db, PQexec(db,
        "SET client_min_messages = warning; DROP TABLE IF EXISTS bare_delivery, bare_alert"),
        "drop");
    snprintf(text, sizeof text, tables[0], "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "BYTEA", "BYTEA");
    pg(db, PQexec(db, text), "create");
    snprintf(text, sizeof text, tables[1], "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "BYTEA");
    pg(db, PQexec(db, text), "create");
    for (int i = 0; i < n_indexes; i++) pg(db, PQexec(db, indexes[i]), "index");
    pg(db, PQprepare(db, "d", INSERT_DELIVERY("$1", "$2", "$3"), 0, NULL), "prepare");
    pg(db, PQprepare(db, "a", INSERT_ALERT(POSTGRES_VALUE), 0, NULL), "prepare");
    long long payloads = 0;
    unsigned long long n = 1;
    snprintf(at, sizeof at, "%lld", (long long)when);
    double began = now_s(), until = began + seconds;
    while (now_s() < until) {
        pg(db, PQexec(db, "BEGIN"), "begin");
        for (int b = 0; b < batch; b++, payloads++) {
            int len = (int)put_payload(body, n, alerts);
            char hash[17];
            snprintf(hash, sizeof hash, "%016llx", n * 0xD6E8FEB86659FD93ull);
            pg(db, PQexecPrepared(db, "d", 3, (const char *[]){ hash, body, at },
                (int[]){ 16, len, 0 }, (int[]){ 1, 1, 0 }, 0), "insert");
            for (int i = 0; i < alerts; i++, n++) {
                Row r;
                make_row(&r, n);
                const char *values[] = { r.id, integration, r.key, r.title, description, r.labels,
                    r.links, group, at, at, at, r.key, "1" };
                int lengths[13] = { [11] = 16 }, formats[13] = { [11] = 1 };
                pg(db, PQexecPrepared(db, "a", 13, values, lengths, formats, 0), "insert");
            }
        }
        pg(db, PQexec(db, "COMMIT"), "commit");
    }
    report(payloads, alerts, now_s() - began);
    pg(db, PQexec(db, "DROP TABLE bare_delivery, bare_alert"), "drop");
    PQfinish(db);
}

int main(int argc, char **argv)
{
    if ((argc == 8 || argc == 9) && !strcmp(argv[1], "load")) {
        host = argv[2];
        path = argv[4];
        int connections = atoi(argv[5]);
        load(atoi(argv[3]), connections < CONNECTIONS_MAX ? connections : CONNECTIONS_MAX,
            atoi(argv[6]), atof(argv[7]), argc == 9 ? atof(argv[8]) : 0);
    } else if (argc == 6 && (!strcmp(argv[1], "bare") || !strcmp(argv[1], "keyed"))) {
        n_indexes = strcmp(argv[1], "keyed") ? 0 : (int)(sizeof indexes / sizeof *indexes);
        (strncmp(argv[2], "postgres", 8) ? bare_sqlite : bare_postgres)(argv[2], atoi(argv[3]),
            atoi(argv[4]), atof(argv[5]));
    } else {
        fprintf(stderr, "see the head of bench/ingest_load.c\n");
        return 2;
    }
    return 0;
}

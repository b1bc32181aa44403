/** Fills a database for measuring: bench_seed FOLDER INCIDENTS ALERTS REPORTS [EVENTS]; EVENTS on timelines, a hundredth of a percent
 *  of them (at most 20,000) on that of the first incident, the rest evenly. Told through the rules of the features, many to a
 *  transaction, so that rows, indexes and search are what years of use would leave. */
#include <stdio.h>
#include <stdlib.h>
#include "app/app.h"
#include "app/job.h"
#include "base/time.h"
#include "feature/account/account.h"
#include "feature/alert/alert.h"
#include "feature/catalog/catalog.h"
#include "feature/followup/followup.h"
#include "feature/incident/incident.h"
#include "feature/report/report.h"
#include "feature/timeline/timeline.h"

enum { BATCH = 200, SERVICES = 40, CHANNELS = 8 };
static const char *const words[] = { "checkout", "latency", "ledger", "timeout", "支付", "回调", "certificate", "replica", "queue", "deploy",
                                     "login", "search", "export", "延迟", "token", "webhook", "region", "cache", "quota", "rollback" };

typedef struct Seed {
    Arena *a;
    Str user, channels[CHANNELS], services[SERVICES], integration, *incidents;
    int64_t from, to, total;
} Seed;

static Str phrase(Arena *a, int64_t n)
{
    return arena_fmt(a, "%s %s fails with %s after %s %lld", words[n % 20], words[n / 20 % 20],
                     words[n / 7 % 20], words[n / 3 % 20], (long long)n);
}

static Err found(Cx *cx, void *arg)
{
    Seed *s = arg;
    User u = { .name = S("Bench"), .email = S("bench@example.com"), .role = S("admin") };
    Str url;
    TRY(user_add(cx, &u, S(""), &s->user));
    for (int i = 0; i < CHANNELS; i++) {
        Channel c = { .name = arena_fmt(cx->arena, "Channel %d", i) };
        TRY(channel_add(cx, &c, &s->channels[i]));
    }
    for (int i = 0; i < SERVICES; i++) {
        Service v = { .name = arena_fmt(cx->arena, "service-%d", i), .tier = 1 + i % 4 };
        TRY(service_add(cx, &v, &s->services[i]));
    }
    return integration_add(cx, S("alertmanager"), S("Bench"), S(""), &s->integration, &url);
}

static Err add_incident(Cx *cx, Seed *s, int64_t n)
{
    static const char *const end[] = { "resolved", "closed", "closed", "closed", "investigating" };
    Incident made;
    FollowUp follow_up;
    int64_t began = cx->now_ms - (s->total - n) * 300000;
    Cx then = *cx;
    then.now_ms = began + 600000;
    IncidentInput in = { .title = phrase(cx->arena, n), .summary = phrase(cx->arena, n * 31), .severity = str_of(incident_severities[n % 4]),
        .channel_id = s->channels[n % CHANNELS], .impact_started_ms = began, .detected_ms = began + 60000, .declared_ms = then.now_ms };
    *list_add(cx->arena, &in.service_ids) = s->services[n % SERVICES];
    TRY(incident_add(&then, &in, &made));
    s->incidents[n] = arena_str(s->a, made.id);
    then.now_ms += 3600000;
    if (then.now_ms > cx->now_ms) then.now_ms = cx->now_ms;
    TRY(incident_set_status(&then, made.id, n % 200 == 0 ? S("investigating") : str_of(end[n % 4])));
    if (n % 5) return OK;
    FollowUpInput todo = { .title = phrase(cx->arena, n * 17), .incident_id = made.id, .owner_id = s->user, .due_ms = began + 864000000 };
    return followup_add(&then, &todo, &follow_up);
}

static Err add_alert(Cx *cx, Seed *s, int64_t n)
{
    Str id;
    int64_t began = cx->now_ms - (s->total - n) * 30000;
    AlertPast past = { .integration = s->integration, .dedup_key = arena_fmt(cx->arena, "k%lld", (long long)n), .severity = str_of(incident_severities[n % 4]),
        .title = phrase(cx->arena, n), .description = S("p95 above the threshold for 5 minutes"),
        .labels = arena_fmt(cx->arena, "{\"alertname\":\"A%lld\",\"service\":\"service-%lld\",\"severity\":\"critical\",\"team\":\"payments\"}", (long long)(n % 500), (long long)(n % SERVICES)),
        .channel_id = s->channels[n % CHANNELS], .incident = s->incidents ? s->incidents[n % s->from] : S(""),
        .started_ms = began, .ended_ms = n % 1000 ? began + 20000 : 0 };
    return alert_record(cx, &past, &id);
}

static Err add_report(Cx *cx, Seed *s, int64_t n)
{
    Report made;
    ReportInput in = { .template_id = S("standard-en"), .language = S("en"), .owner_id = s->user };
    *list_add(cx->arena, &in.incident_ids) = s->incidents[n % s->from];
    TRY(report_add(cx, &in, &made));
    return n % 3 ? report_publish(cx, made.id) : OK;
}

static Err add_event(Cx *cx, Seed *s, int64_t n)
{
    static const char *const kinds[] = { "note", "decision", "action_taken", "note" };
    int64_t most = s->total / 100 < 20000 ? s->total / 100 : 20000;
    int64_t incident = n < most ? 0 : (n - most) * s->from / (s->total - most);
    TimelineEvent e = { .occurred_ms = cx->now_ms - (s->from - incident) * 300000 + n % 300 * 1000, .kind = str_of(kinds[n % 4]),
        .title = phrase(cx->arena, n), .body = S("p95 of the checkout went from 200 ms to 2 s; the pool of connections is exhausted."),
        .hand_made = true };
    return timeline_add(cx, s->incidents[incident], &e);
}

typedef Err (*AddOne)(Cx *cx, Seed *s, int64_t n);
typedef struct Batch { Seed *s; AddOne add; int64_t from, to; } Batch;

static Err add_batch(Cx *cx, void *arg)
{
    Batch *b = arg;
    for (int64_t n = b->from; n < b->to; n++) TRY(b->add(cx, b->s, n));
    return OK;
}

static void must(Err e, Arena *a)
{
    if (!e.info) return;
    fprintf(stderr, "seed: " STR_FMT "\n", STR_ARG(err_text(a, e)));
    exit(1);
}

static void add_all(App *app, Seed *s, const char *what, AddOne add, int64_t total)
{
    int64_t began = clock_monotonic_ms();
    s->total = total;
    for (int64_t n = 0; n < total; n += BATCH) {
        auto_arena a = arena_new(1 << 20);
        Cx cx = app_cx(app, a, NULL);
        Batch b = { s, add, n, n + BATCH < total ? n + BATCH : total };
        must(cx_write(&cx, add_batch, &b), a);
        if (n % 50000 == 0) fprintf(stderr, "\r%s %lld of %lld", what, (long long)n, (long long)total);
    }
    fprintf(stderr, "\r%lld %s in %.1f s\n", (long long)total, what,
            (double)(clock_monotonic_ms() - began) / 1000);
}

int main(int argc, char **argv)
{
    if (argc < 5) { fputs("usage: bench_seed FOLDER INCIDENTS ALERTS REPORTS [EVENTS]\n", stderr); return 2; }
    auto_arena a = arena_new(1 << 20);
    int64_t incidents = atoll(argv[2]), alerts = atoll(argv[3]), reports = atoll(argv[4]);
    AppOptions o = { .database = arena_fmt(a, "%s/hindsight.db", argv[1]), .data_dir = str_of(argv[1]) };
    App *app = NULL;
    must(app_open(a, &o, &app), a);
    Seed s = { .a = a, .incidents = arena_array(a, Str, (size_t)incidents) };
    Cx cx = app_cx(app, a, NULL);
    must(cx_write(&cx, found, &s), a);
    add_all(app, &s, "incidents", add_incident, incidents);
    s.from = incidents;
    add_all(app, &s, "alerts", add_alert, alerts);
    add_all(app, &s, "reports", add_report, reports);
    if (argc > 5) add_all(app, &s, "events", add_event, atoll(argv[5]));
    int64_t began = clock_monotonic_ms(), jobs = 0;
    while (job_run_one(app)) jobs++;
    fprintf(stderr, "%lld jobs in %.1f s\n", (long long)jobs, (double)(clock_monotonic_ms() - began) / 1000);
    app_close(app);
    return 0;
}

/* What the writer without AI and the check of claims cost: an incident with 10,000 events, a draft of 3,000 words. */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include "app/app.h"
#include "base/time.h"
#include "feature/draft/draft.h"
#include "feature/draft/ground.h"
#include "feature/template/prose.h"
#include "feature/template/template.h"

#define EVENTS 10000
#define LONG_EVENTS 100000
#define LONG_MESSAGES 50000
#define WORDS 3000

/** Of this process alone: the machine may be busy. */
static int64_t cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static Facts *incident(Arena *a, int events)
{
    static const char *const kinds[] = { "note", "alert_attached", "status_changed", "hypothesis", "decision", "message", "action_taken", "alert_resolved" };
    int64_t start = 1780000000000;
    Facts *f = arena_make(a, Facts);
    f->locale = S("en");
    f->time_zone = S("Europe/Berlin");
    f->incident = (Incident){ .id = S("i"), .reference = S("INC-7"), .title = S("Payments fail"), .kind = S("standard"), .severity = S("SEV-1"), .status = S("resolved"),
        .detection = S("alert"), .trigger = S("unknown"), .declared_ms = start, .impact_started_ms = start - 300000, .detected_ms = start - 60000, .acknowledged_ms = start + 60000,
        .mitigated_ms = start + 3600000, .resolved_ms = start + 7200000, .impact_ended_ms = start + 3600000 };
    for (int i = 0; i < events; i++) {
        TimelineEvent *e = list_add(a, &f->events);
        *e = (TimelineEvent){ .id = arena_fmt(a, "e%d", i), .kind = str_of(kinds[i % 8]), .occurred_ms = start + i * 700, .data = S("{\"from\":\"triage\",\"to\":\"monitoring\"}"),
            .title = arena_fmt(a, "Worker %d of pool-%d sees %d errors and %d ms of waiting", i, i % 17, i * 3, i * 7), .body = S("We should look at the connection pool of checkout-api."),
            .visibility = S("internal"), .actor = { .id = S("u"), .name = S("Maria Lopez") }, .hand_made = i % 2, .state = i % 8 == 3 ? S("rejected") : S("") };
    }
    for (int i = 0; i < 500; i++)
        *list_add(a, &f->alerts) = (Alert){ .id = arena_fmt(a, "a%d", i), .title = arena_fmt(a, "Error rate %d.%d%%", i % 50, i % 10), .started_ms = start + i * 9000, .labels = S("{}") };
    return f;
}

static void draw(Arena *a, const Facts *f)
{
    static const char *const blocks[] = { "incident.overview", "incident.impact_overview", "incident.detection_overview", "incident.causes_overview", "incident.response_overview",
        "incident.communication_overview", "incident.went_well", "incident.went_poorly", "incident.proposals", "incident.unknowns", "incident.timeline" };
    DocNode *doc = doc_node(a, "doc");
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) facts_block(f, a, str_of(blocks[i]), BLOCK_SNAPSHOT, &doc->children);
}

/* ---- the same from a database: reading all of it and filling a template in */

static Err add_incident(Cx *cx, void *arg)
{
    const Facts *f = arg;
    Incident made;
    IncidentInput in = { .title = f->incident.title, .severity = S("SEV-1"), .impact_started_ms = f->incident.impact_started_ms, .detected_ms = f->incident.detected_ms };
    TRY(incident_add(cx, &in, &made));
    list_each(&f->events, i) {
        TimelineEvent e = f->events.at[i];
        e.actor = (UserRef){ 0 };
        TRY(timeline_add(cx, made.id, &e));
    }
    ((Facts *)arg)->incident.id = arena_str(f->events.len ? cx->app->arena : cx->arena, made.id);
    return OK;
}

static Err from_database(Arena *a, const char *folder, Facts *f, int64_t *ret)
{
    App *app;
    Template t;
    DocNode *doc;
    AppOptions options = { .data_dir = str_of(folder), .database = arena_fmt(a, "%s/hindsight.db", folder), .workers = 1 };
    TRY(app_open(a, &options, &app));
    Cx cx = app_cx(app, a, NULL);
    TRY(cx_write(&cx, add_incident, f));
    *ret = INT64_MAX;
    for (int round = 0; round < 5; round++) {
        auto_arena mine = arena_new(1 << 20);
        auto_store s = store_take(app->db);
        cx.arena = mine;
        cx.store = s;
        TRY(template_get(&cx, S("standard-en"), &t));
        int64_t from = cpu_ms();
        TRY(template_fill(&cx, &t, f->incident.id, S("UTC"), S(""), &doc));
        int64_t took = cpu_ms() - from;
        if (took < *ret) *ret = took;
    }
    app_close(app);
    return OK;
}

/* ---- an incident that no window holds */

/** What people say: no two alike, and one of them says what matters. */
static Str message(Arena *a, int i)
{
    static const char *const words[] = { "pool", "latency", "checkout", "retry", "queue", "shard", "cache", "replica", "deploy", "token", "gateway", "region", "worker", "index", "lock", "quota" };
    return arena_fmt(a, "%s and %s look odd near %s %d, maybe the %s of %s again, could somebody compare it with %s?", words[i % 16], words[i / 16 % 16], words[i / 256 % 16], i, words[i / 4096 % 16],
                     words[(i * 7) % 16], words[(i * 11) % 16]);
}

static int64_t most_mb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss / 1024;
}

static void long_incident(void)
{
    auto_arena a = arena_new(8 << 20);
    Facts *f = incident(a, LONG_EVENTS);
    int64_t from = cpu_ms();
    draw(a, f);
    printf("draft without AI of an incident with %d events: %lld ms\n", LONG_EVENTS, (long long)(cpu_ms() - from));
    static const int64_t windows[] = { 4000, 32000, 200000 };
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
        auto_arena mine = arena_new(8 << 20);
        Chosen c;
        from = cpu_ms();
        EvidenceSet *e = evidence_of(mine, f);
        for (int i = 0; i < LONG_MESSAGES; i++) evidence_say(e, S("m"), S("Maria Lopez"), message(mine, i), f->incident.declared_ms + i * 1400);
        evidence_ready(e);
        evidence_choose(mine, e, windows[w], &c);
        int64_t took = cpu_ms() - from, sent = 0, stands = 0;
        list_each(&c.lines, i) sent += llm_tokens(c.lines.at[i]) + 2;
        for (size_t i = 0; i < c.len; i++) stands += e->pieces.at[c.at[i]].stands_for > 1 ? e->pieces.at[c.at[i]].stands_for : 1;
        printf("its %zu pieces with %d messages for a window of %lld tokens: %lld ms, %zu lines that stand for %lld pieces, %lld tokens\n", e->pieces.len, LONG_MESSAGES, (long long)windows[w],
               (long long)took, c.len, (long long)stands, (long long)sent);
    }
    printf("most memory: %lld MB\n", (long long)most_mb());
}

int main(int argc, char **argv)
{
    auto_arena a = arena_new(1 << 20);
    Facts *f = incident(a, EVENTS);
    int64_t best = INT64_MAX, check = INT64_MAX, gather = INT64_MAX;
    size_t claims = 0, refused = 0;
    for (int round = 0; round < 5; round++) {
        auto_arena mine = arena_new(1 << 20);
        int64_t from = cpu_ms();
        draw(mine, f);
        int64_t took = cpu_ms() - from;
        if (took < best) best = took;
        from = cpu_ms();
        EvidenceSet *e = evidence_of(mine, f);
    evidence_ready(e);
        if ((took = cpu_ms() - from) < gather) gather = took;
        Statements all = { 0 };
        for (int words = 0, i = 1; words < WORDS; words += 20, i++) {
            size_t n = e->pieces.len / 200 * (size_t)(i % 190) + 20;
            const Piece *p = &e->pieces.at[n], *q = &e->pieces.at[n + 1];
            Statement *s = list_add(mine, &all);
            s->text = arena_fmt(mine, STR_FMT " was seen before the next one, after %lld seconds, and Maria Lopez looked at the pool of the service then.", STR_ARG(p->title),
                                (long long)(q->at_ms - p->at_ms) / 1000);
            *list_add(mine, &s->evidence) = evidence_number(mine, n);
            *list_add(mine, &s->evidence) = evidence_number(mine, n + 1);
            *list_add(mine, &s->evidence) = S("E1");
        }
        claims = all.len;
        refused = 0;
        from = cpu_ms();
        list_each(&all, i) refused += ground_check(mine, e, &all.at[i]).fault != FAULT_NONE;
        if ((took = cpu_ms() - from) < check) check = took;
    }
    printf("draft without AI, every block of an incident with %d events: %lld ms\n", EVENTS, (long long)best);
    printf("numbering its evidence: %lld ms\n", (long long)gather);
    printf("checking a draft of %d words (%zu claims, %zu of them refused) against it: %lld ms\n", WORDS, claims, refused, (long long)check);
    long_incident();
    if (argc < 2) return 0;
    Err e = from_database(a, argv[1], f, &best);
    if (e.info) { fprintf(stderr, STR_FMT "\n", STR_ARG(err_text(a, e))); return 1; }
    printf("a report from the standard template, read from SQLite: %lld ms\n", (long long)best);
    return 0;
}

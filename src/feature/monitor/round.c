/* Looking at what is due, from one location. A few monitors are looked at as soon as it starts; the first looks of many are spread
 * over up to ten seconds, and each monitor keeps its place in its interval from then on. After a failure that is not yet believed it is looked at sooner. */
#include <stdlib.h>
#include "base/hash.h"
#include "base/map.h"
#include "base/time.h"
#include "feature/monitor/internal.h"

enum { RETRY_MS = 5000, BEGIN_MS = 10000, FEW = 50, BEGIN_EACH_MS = 10 };

/** A monitor on its rounds. It outlives the set that it came with while a look is under way. */
typedef struct Due {
    Arena *arena;
    Monitor monitor;
    Round *round;
    int64_t next_ms, failures, begun_ms;
    bool looking, gone, kept;
} Due;

struct Round {
    Looks looks;
    LIST(Due *) all;
    Arena *lists;                            /* of `all` */
    size_t looking;
    Arena *arena;                            /* of the results that are gathered, while round_run runs */
    MonitorResults *results;
    int64_t now_ms;
};

Round *round_open(Str allow, Str ca_file)
{
    Round *r = calloc(1, sizeof *r);
    if (!r) bug("out of memory");
    looks_open(allow, ca_file, &r->looks);
    r->lists = arena_new(1024);
    return r;
}

void round_allow(Round *r, Str allow) { prober_allow(r->looks.prober, allow); }

static void due_free(Due *d) { arena_free(d->arena); }

static Str copied(Arena *a, Str s) { return arena_str(a, s); }

static void copy_assertions(Arena *a, const Assertions *from, Assertions *to)
{
    list_each(from, k) {
        const Assertion *x = &from->at[k];
        *list_add(a, to) = (Assertion){ copied(a, x->on), copied(a, x->path), copied(a, x->op), copied(a, x->value) };
    }
}

/** What a look needs, with a life of its own. */
static void copy_monitor(Arena *a, const Monitor *from, Monitor *to)
{
    *to = (Monitor){ .id = copied(a, from->id), .name = copied(a, from->name), .kind = copied(a, from->kind), .target = copied(a, from->target),
                     .record = copied(a, from->record), .interval_s = from->interval_s, .timeout_ms = from->timeout_ms, .retries = from->retries,
                     .version = from->version };
    copy_assertions(a, &from->config.assertions, &to->config.assertions);
    list_each(&from->config.steps, k) {
        const MonitorStep *s = &from->config.steps.at[k];
        MonitorStep *step = list_add(a, &to->config.steps);
        *step = (MonitorStep){ .method = copied(a, s->method), .url = copied(a, s->url), .headers = copied(a, s->headers), .body = copied(a, s->body), .follow = s->follow };
        copy_assertions(a, &s->assertions, &step->assertions);
        list_each(&s->captures, c) *list_add(a, &step->captures) = (Capture){ copied(a, s->captures.at[c].name), copied(a, s->captures.at[c].path) };
    }
}

/** Over how long the first looks of so many are spread. */
static uint64_t begin_ms(size_t n) { return n <= FEW ? 1 : n * BEGIN_EACH_MS < BEGIN_MS ? n * BEGIN_EACH_MS : BEGIN_MS; }

static Due *due_new(Round *r, const Monitor *m, bool at_once, size_t of, int64_t now_ms)
{
    Arena *a = arena_new(2048);
    Due *d = arena_make(a, Due);
    *d = (Due){ .arena = a, .round = r };
    copy_monitor(a, m, &d->monitor);
    d->next_ms = now_ms + (at_once || !m->last_ms ? 0 : (int64_t)(hash_str(m->id) % begin_ms(of)));
    return d;
}

void round_set(Round *r, const Monitors *all, int64_t now_ms)
{
    auto_arena a = arena_new(16 << 10);
    Arena *lists = arena_new(4096);
    Map *had = map_new(a);
    list_each(&r->all, k) map_set(had, r->all.at[k]->monitor.id, r->all.at[k]);
    typeof(r->all) now = { 0 };
    list_each(all, k) {
        const Monitor *m = &all->at[k];
        Due *d = map_get(had, m->id);
        bool same = d && d->monitor.version == m->version;
        if (same) d->kept = true;
        else d = due_new(r, m, d != NULL, all->len, now_ms);
        *list_add(lists, &now) = d;
    }
    list_each(&r->all, k) {
        Due *d = r->all.at[k];
        bool kept = d->kept;
        d->kept = false;
        if (kept) continue;
        if (d->looking) d->gone = true;
        else due_free(d);
    }
    arena_free(r->lists);
    r->lists = lists;
    r->all = now;
}

static void looked(void *arg, const LookRes *res)
{
    Due *d = arg;
    Round *r = d->round;
    d->looking = false;
    r->looking--;
    if (d->gone) { due_free(d); return; }
    const Monitor *m = &d->monitor;
    d->failures = res->error.len ? d->failures + 1 : 0;
    int64_t length = m->interval_s * 1000, soon = RETRY_MS < length ? RETRY_MS : length;
    bool doubted = d->failures && d->failures <= m->retries;
    d->next_ms = d->begun_ms + (doubted ? soon + res->latency_ms : length);
    if (!r->results) return;
    MonitorResult *found = list_add(r->arena, r->results);
    *found = (MonitorResult){ .monitor = copied(r->arena, m->id), .looked_ms = d->begun_ms, .latency_ms = res->latency_ms, .error = copied(r->arena, res->error) };
    certificates_copy(r->arena, &res->chain, &found->chain);
}

void round_run(Round *r, int64_t now_ms, int64_t ms, Arena *a, MonitorResults *ret)
{
    int64_t wait = ms;
    r->arena = a;
    r->results = ret;
    list_each(&r->all, k) {
        Due *d = r->all.at[k];
        if (d->looking) continue;
        int64_t length = d->monitor.interval_s * 1000;
        if (d->next_ms > now_ms + length) d->next_ms = now_ms + length;      /* the clock was set back */
        if (d->next_ms > now_ms) {
            if (d->next_ms - now_ms < wait) wait = d->next_ms - now_ms;
            continue;
        }
        d->looking = true;
        d->begun_ms = now_ms;
        r->looking++;
        monitor_look(&r->looks, &d->monitor, looked, d);
    }
    prober_run(r->looks.prober, wait);
    r->results = NULL;
}

void round_wake(Round *r) { prober_wake(r->looks.prober); }
size_t round_busy(const Round *r) { return r->looking; }

void round_close(Round *r)
{
    if (!r) return;
    looks_close(&r->looks);
    list_each(&r->all, k) due_free(r->all.at[k]);
    arena_free(r->lists);
    free(r);
}

#include "app/guard.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "app/app.h"
#include "base/log.h"
#include "base/time.h"

enum { TICK_MS = 1000, BURST_SECONDS = 10 };

/** One socket. It belongs to the loop thread once it is open. */
typedef struct Guard {
    struct Guard *next, *before;
    Guards *owner;
    Arena *arena;
    SockEvents events;                 /* ours, with the limits of `inner` */
    const SockEvents *inner;
    void *data;                        /* of `inner` */
    Sock *sock;                        /* NULL before it is open */
    Actor who;
    uint64_t epoch;
    int64_t check_at_ms;               /* Unix time; 0: nobody to ask about */
    int64_t messages, bytes, filled_ms;/* what it may still send; monotonic time of the last filling */
} Guard;

/** Who is to be looked at again: each credential once. */
typedef struct Round { struct Round *next; Arena *arena; LIST(Actor) actors; } Round;

struct Guards {
    App *app;
    pthread_t thread;
    bool started;
    _Atomic uint64_t epoch;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    Round *rounds;                     /* newest first */
    Guard *open;                       /* loop thread only */
};

static int64_t now_of(const App *app) { return app->options.now_ms ? app->options.now_ms : clock_ms(); }

static int64_t next_check(const Actor *who, int64_t now_ms)
{
    int64_t at = now_ms + GUARD_CHECK_MS;
    return who->until_ms && who->until_ms < at ? who->until_ms : at;
}

static bool same_credential(const Actor *a, const Actor *b)
{
    return str_eq(a->id, b->id) && str_eq(a->session, b->session) && str_eq(a->token, b->token);
}

/* ---- what the socket does -------------------------------------------------------------------------------------- */

static void opened(Sock *s, void *data)
{
    Guard *g = data;
    g->sock = s;
    g->next = g->owner->open;
    if (g->next) g->next->before = g;
    g->owner->open = g;
    g->messages = GUARD_MESSAGES * BURST_SECONDS;
    g->bytes = (int64_t)GUARD_BYTES * BURST_SECONDS;
    g->filled_ms = clock_monotonic_ms();
    if (g->epoch != guards_epoch(g->owner)) sock_close(s, 1012, "rights changed; reconnect");
    if (g->inner->opened) g->inner->opened(s, g->data);
}

/** False when more came than a person, or a program that means well, would send. */
static bool take(Guard *g, size_t bytes)
{
    int64_t now = clock_monotonic_ms(), since = now - g->filled_ms;
    if (since >= 100) {
        int64_t most = BURST_SECONDS * 1000;
        if (since > most) since = most;
        g->messages += since * GUARD_MESSAGES / 1000;
        g->bytes += since * (GUARD_BYTES / 1000);
        if (g->messages > GUARD_MESSAGES * BURST_SECONDS) g->messages = GUARD_MESSAGES * BURST_SECONDS;
        if (g->bytes > (int64_t)GUARD_BYTES * BURST_SECONDS) g->bytes = (int64_t)GUARD_BYTES * BURST_SECONDS;
        g->filled_ms = now;
    }
    g->messages--;
    g->bytes -= (int64_t)bytes;
    return g->messages >= 0 && g->bytes >= 0;
}

static void message(Sock *s, void *data, FrameKind kind, Str payload)
{
    Guard *g = data;
    if (!take(g, payload.len)) { sock_close(s, 1008, "too much at once; reconnect"); return; }
    g->inner->message(s, g->data, kind, payload);
}

static void drained(Sock *s, void *data)
{
    Guard *g = data;
    if (g->inner->drained) g->inner->drained(s, g->data);
}

static void closed(Sock *s, void *data)
{
    Guard *g = data;
    if (g->sock) {
        if (g->before) g->before->next = g->next; else g->owner->open = g->next;
        if (g->next) g->next->before = g->before;
    }
    if (g->inner->closed) g->inner->closed(s, g->data);
    arena_free(g->arena);
}

void guard_socket(Guards *owner, const Actor *who, uint64_t epoch, HttpRes *res)
{
    Arena *a = arena_new(512);
    Guard *g = arena_make(a, Guard);
    const SockEvents *inner = res->upgrade;
    *g = (Guard){ .owner = owner, .arena = a, .inner = inner, .data = res->upgrade_data, .epoch = epoch,
                  .events = { .opened = opened, .message = message, .drained = drained, .closed = closed, .max_message_bytes = inner->max_message_bytes,
                              .max_queue_bytes = inner->max_queue_bytes, .ping_seconds = inner->ping_seconds } };
    g->who = (Actor){ .id = arena_str(a, who->id), .session = arena_str(a, who->session), .token = arena_str(a, who->token),
                      .role = who->role, .scopes = who->scopes, .until_ms = who->until_ms };
    if (who->id.len) g->check_at_ms = next_check(who, now_of(owner->app));
    res->upgrade = &g->events;
    res->upgrade_data = g;
}

/* ---- looking again --------------------------------------------------------------------------------------------- */

typedef struct Verdict { Guards *owner; Arena *arena; Actor was; bool gone; int64_t until_ms; } Verdict;

static void judge(void *arg)
{
    Verdict *v = arg;
    for (Guard *g = v->owner->open; g; g = g->next) {
        if (!same_credential(&g->who, &v->was)) continue;
        g->who.until_ms = v->until_ms;
        if (v->gone) sock_close(g->sock, 4401, "signed out");
    }
    arena_free(v->arena);
}

static Err ask(Cx *cx, const Actor *who, Actor *ret)
{
    for (size_t i = 0; features[i]; i++)
        if (features[i]->authenticator) return features[i]->authenticator->again(cx, who, ret);
    return OK;
}

static void look_again(Guards *g, const Actor *who)
{
    auto_arena a = arena_new(2048);
    auto_store s = store_take(g->app->db);
    Cx cx = app_cx(g->app, a, s);
    Actor now = { 0 };
    Err e = ask(&cx, who, &now);
    if (e.info) { err_log(e, "looking at open sockets again"); return; }    /* the next round does */
    Arena *life = arena_new(512);
    Verdict *v = arena_make(life, Verdict);
    *v = (Verdict){ .owner = g, .arena = life, .was = { .id = arena_str(life, who->id), .session = arena_str(life, who->session), .token = arena_str(life, who->token) },
                    .gone = now.role != who->role || now.scopes != who->scopes, .until_ms = now.until_ms };
    live_post(g->app->live, judge, v);
}

static void *run(void *arg)
{
    Guards *g = arg;
    while (true) {
        pthread_mutex_lock(&g->lock);
        while (!g->stopping && !g->rounds) pthread_cond_wait(&g->wake, &g->lock);
        bool stop = g->stopping;
        Round *round = g->rounds;
        if (round) g->rounds = round->next;
        pthread_mutex_unlock(&g->lock);
        if (round && !stop) list_each(&round->actors, i) look_again(g, &round->actors.at[i]);
        if (round) arena_free(round->arena);
        if (stop) return NULL;
    }
}

static void add_once(Round *r, const Actor *who)
{
    for (size_t i = 0; i < r->actors.len; i++)
        if (same_credential(&r->actors.at[i], who)) return;
    Arena *a = r->arena;
    *list_add(a, &r->actors) = (Actor){ .id = arena_str(a, who->id), .session = arena_str(a, who->session), .token = arena_str(a, who->token),
                                        .role = who->role, .scopes = who->scopes };
}

static void gather(Guards *g, bool all)
{
    int64_t now_ms = now_of(g->app);
    Round *r = NULL;
    for (Guard *one = g->open; one; one = one->next) {
        if (!one->check_at_ms || (!all && one->check_at_ms > now_ms)) continue;
        if (!r) {
            Arena *a = arena_new(4096);
            r = arena_make(a, Round);
            r->arena = a;
        }
        one->check_at_ms = one->who.until_ms > now_ms ? next_check(&one->who, now_ms) : now_ms + GUARD_CHECK_MS;
        add_once(r, &one->who);
    }
    if (!r) return;
    pthread_mutex_lock(&g->lock);
    r->next = g->rounds;
    g->rounds = r;
    pthread_cond_signal(&g->wake);
    pthread_mutex_unlock(&g->lock);
}

static void tick(void *arg) { gather(arg, false); }
static void gather_all(void *arg) { gather(arg, true); }

void guards_check_all(Guards *g)
{
    if (g) live_post(g->app->live, gather_all, g);
}

uint64_t guards_epoch(const Guards *g) { return g ? atomic_load(&g->epoch) : 0; }

void guards_rights_changed(Guards *g)
{
    if (g) atomic_fetch_add(&g->epoch, 1);
}

Err guards_start(App *app, Arena *a, Guards **ret)
{
    Guards *g = calloc(1, sizeof *g);
    if (!g) bug("out of memory");
    g->app = app;
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->wake, NULL);
    *ret = g;
    if (pthread_create(&g->thread, NULL, run, g))
        return fail(a, ERR_UNAVAILABLE, "the system refuses another thread");
    g->started = true;
    live_every(app->live, TICK_MS, tick, g);
    return OK;
}

void guards_stop(Guards *g)
{
    if (!g || !g->started) return;
    pthread_mutex_lock(&g->lock);
    g->stopping = true;
    pthread_cond_signal(&g->wake);
    pthread_mutex_unlock(&g->lock);
    pthread_join(g->thread, NULL);
    g->started = false;
}

void guards_free(Guards *g)
{
    if (!g) return;
    for (Round *r = g->rounds, *next; r; r = next) { next = r->next; arena_free(r->arena); }
    pthread_mutex_destroy(&g->lock);
    pthread_cond_destroy(&g->wake);
    free(g);
}

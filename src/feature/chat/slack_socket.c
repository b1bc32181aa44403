/* Socket Mode: Slack reaches us through connections that we open, for servers that nobody outside can reach. Two of them are held, so
 * that one is there while Slack renews the other; of several nodes on one database one has the lease of a connection. What comes is
 * kept exactly like what comes by HTTP, and acknowledged when it is on disk. Source: docs.slack.dev/apis/events-api/using-socket-mode. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "app/app.h"
#include "app/secret.h"
#include "base/id.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/time.h"
#include "feature/chat/rules.h"
#include "port/outgoing.h"
#include "sql.gen.h"

enum { LINES = 2, LEASE_MS = 45000, RENEW_MS = 15000, LOOK_MS = 2000, WAIT_MS = 500, HELLO_MS = 30000, LEAVING_MS = 15000,
       PAUSE_LEAST_MS = 1000, PAUSE_MOST_MS = 60000, LASTED_MS = 30000, ENVELOPE_MOST = 2 << 20 };

typedef struct Line {
    struct ChatSockets *all;
    int64_t number;
    pthread_t thread;
    bool started, mine;          /* mine: we have the lease */
    Str config;                  /* hash of the settings that it was opened with; in `bytes` */
    char bytes[129];
    WsClient *now, *leaving;     /* leaving: Slack is about to close it; the next one is there already */
    bool hello;
    int64_t look_ms, renew_ms, try_ms, opened_ms, leaving_ms, pause_ms;     /* of the clock that only goes on */
    const char *state;           /* as it was written last */
    char error[300];
} Line;

struct ChatSockets {
    App *app;
    Str node;
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    Line lines[LINES];
};

/* ---- what others may know of it */

typedef struct Note { const Line *line; const char *state; Str error; bool mine; } Note;

static Err take_lease(Cx *cx, void *arg)
{
    Note *n = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_line_take);
    stmt_int(&q, "number", n->line->number);
    stmt_str(&q, "node", n->line->all->node);
    stmt_int(&q, "until_ms", cx->now_ms + LEASE_MS);
    stmt_int(&q, "now_ms", cx->now_ms);
    n->mine = stmt_step(&q);
    return stmt_end(&q);
}

static Err write_state(Cx *cx, void *arg)
{
    const Note *n = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_line_state);
    stmt_int(&q, "number", n->line->number);
    stmt_str(&q, "node", n->line->all->node);
    stmt_str(&q, "state", str_of(n->state));
    stmt_str(&q, "error", n->error);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    return live_touch(cx, S("chat"), "line", S(""), 0, S(""));
}

static Err drop_lease(Cx *cx, void *arg)
{
    const Line *l = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_line_drop);
    stmt_int(&q, "number", l->number);
    stmt_str(&q, "node", l->all->node);
    TRY(stmt_exec(&q));
    return live_touch(cx, S("chat"), "line", S(""), 0, S(""));
}

static void log_err(Err e) { if (e.info) log_warn("slack socket: " STR_FMT, STR_ARG(e.info->message)); }

static void tell(Line *l, Arena *a, const char *state, Str error)
{
    error = utf8_clip(error, sizeof l->error - 1);
    if (l->state == state && str_eq(str_of(l->error), error)) return;
    l->state = state;
    if (error.len) memmove(l->error, error.at, error.len);
    l->error[error.len] = 0;
    Cx cx = app_cx(l->all->app, a, NULL);
    log_err(cx_write(&cx, write_state, &(Note){ .line = l, .state = state, .error = error }));
}

/* ---- one connection */

static void close_all(Line *l)
{
    ws_end(l->now);
    ws_end(l->leaving);
    l->now = l->leaving = NULL;
    l->hello = false;
}

/** The connection could not be had, or is over: the next try waits longer each time, unless this one lasted. */
static void failed(Line *l, Arena *a, Str why, int64_t wait_ms)
{
    int64_t now = clock_monotonic_ms(), lasted = l->hello ? now - l->opened_ms : 0;
    ws_end(l->now);
    l->now = NULL;
    l->hello = false;
    l->pause_ms = lasted > LASTED_MS || !l->pause_ms ? PAUSE_LEAST_MS : l->pause_ms * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : l->pause_ms * 2;
    int64_t pause = l->pause_ms + (int64_t)(rand_u64() % (uint64_t)(l->pause_ms / 4));
    l->try_ms = now + (pause > wait_ms ? pause : wait_ms);
    log_warn("slack socket %lld: " STR_FMT, (long long)l->number, STR_ARG(why));
    tell(l, a, "waiting", why);
}

static Err connect_to(Line *l, Cx *cx, int64_t *ret_wait_ms)
{
    const Json *top;
    SlackCall call = { .method = "apps.connections.open", .token = "chat.slack_app_token" };
    Err e = slack_call_as(cx, &call, &top);
    *ret_wait_ms = call.wait_ms;
    TRY(e);
    Str url = json_str_at(top, S("url"));
    if (str_starts(setting_str(cx, "chat.slack_api"), S("https://")) && !str_starts(url, S("wss://")))
        return fail(cx->arena, ERR_UNAVAILABLE, "Slack gave an address without encryption");
    return outgoing_socket(cx->arena, &(WsOpen){ .url = url, .max_message = ENVELOPE_MOST, .stop = &l->all->stop }, chat_allow(cx), &l->now);
}

static void open_line(Line *l, Arena *a)
{
    int64_t wait_ms = 0;
    if (!l->leaving) tell(l, a, "connecting", str_of(l->error));
    auto_store s = store_take(l->all->app->db);
    Cx cx = app_cx(l->all->app, a, s);
    Err e = connect_to(l, &cx, &wait_ms);
    if (e.info) { failed(l, a, e.info->message, wait_ms); return; }
    l->hello = false;
    l->opened_ms = clock_monotonic_ms();
}

/** Slack says that it will close this one. */
static void disconnect(Line *l, Arena *a, Str reason)
{
    if (str_eq(reason, S("link_disabled"))) { failed(l, a, S("Socket Mode is switched off in the Slack app"), PAUSE_MOST_MS); return; }
    if (!l->hello) { failed(l, a, arena_fmt(a, "Slack says: " STR_FMT, STR_ARG(utf8_clip(reason, 100))), 0); return; }
    ws_end(l->leaving);
    l->leaving = l->now;
    l->leaving_ms = clock_monotonic_ms();
    l->now = NULL;
    l->try_ms = 0;
}

static Err take(Line *l, Arena *a, WsClient *w, Str text)
{
    SlackEnvelope e;
    TRY(slack_envelope(a, text, &e));
    if (str_eq(e.type, S("hello"))) {
        if (w == l->now) { l->hello = true; tell(l, a, "connected", S("")); }
        return OK;
    }
    if (str_eq(e.type, S("disconnect"))) {
        if (w == l->now) disconnect(l, a, e.reason);
        return OK;
    }
    if (!e.id.len) return OK;
    Cx cx = app_cx(l->all->app, a, NULL);
    if (e.what.name.len) TRY(chat_keep(&cx, &e.what));        /* not acknowledged: Slack sends it again */
    return ws_send(w, a, slack_acknowledgement(a, &e));
}

/** Takes one message of a connection; false when the connection is over. */
static bool listen_to(Line *l, Arena *a, WsClient *w, int64_t wait_ms, Str *ret_why)
{
    Str text;
    bool got = false;
    Err e = ws_next(w, a, wait_ms, &text, &got);
    if (e.info) { *ret_why = e.info->message; return false; }
    if (got) log_err(take(l, a, w, text));
    return true;
}

/* ---- the thread */

static void nap(struct ChatSockets *all)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT_MS * 1000000;
    if (until.tv_nsec >= 1000000000) { until.tv_sec++; until.tv_nsec -= 1000000000; }
    pthread_mutex_lock(&all->lock);
    if (!atomic_load(&all->stop)) pthread_cond_timedwait(&all->wake, &all->lock, &until);
    pthread_mutex_unlock(&all->lock);
}

/** Is there a token, and is the line ours? With other settings it is opened anew. */
static Err look(Line *l, Arena *a, int64_t now)
{
    Str config = S("");
    {
        auto_store s = store_take(l->all->app->db);
        Cx cx = app_cx(l->all->app, a, s);
        Str token = setting_str(&cx, "chat.slack_app_token");
        if (token.len) config = secret_hash(a, arena_fmt(a, STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(token), STR_ARG(setting_str(&cx, "chat.slack_api")), STR_ARG(chat_allow(&cx))));
    }
    Cx cx = app_cx(l->all->app, a, NULL);
    if (!str_eq(config, l->config)) {
        close_all(l);
        l->config = (Str){ l->bytes, config.len < sizeof l->bytes ? config.len : sizeof l->bytes };
        if (config.len) memcpy(l->bytes, config.at, l->config.len);
        l->try_ms = l->renew_ms = l->pause_ms = 0;
        l->error[0] = 0;
        if (!config.len && l->mine) { l->mine = false; return cx_write(&cx, drop_lease, l); }
    }
    if (!config.len || now < l->renew_ms) return OK;
    Note n = { .line = l };
    TRY(cx_write(&cx, take_lease, &n));
    l->renew_ms = now + (n.mine ? RENEW_MS : LOOK_MS);
    if (l->mine != n.mine) { close_all(l); l->state = NULL; }
    l->mine = n.mine;
    return OK;
}

static void turn(Line *l, Arena *a)
{
    int64_t now = clock_monotonic_ms();
    Str why;
    bool opens = l->mine && !l->now && now >= l->try_ms;      /* with the settings of this moment */
    if (opens || now >= l->look_ms) { l->look_ms = now + LOOK_MS; log_err(look(l, a, now)); }
    if (!l->mine || !l->config.len) { nap(l->all); return; }
    if (!l->now && now >= l->try_ms) open_line(l, a);
    if (l->now && !l->hello && now - l->opened_ms > HELLO_MS) failed(l, a, S("Slack did not greet"), 0);
    if (!l->now) nap(l->all);
    else if (!listen_to(l, a, l->now, WAIT_MS, &why)) failed(l, a, why, 0);
    if (l->leaving && (!listen_to(l, a, l->leaving, 0, &why) || now - l->leaving_ms > LEAVING_MS)) { ws_end(l->leaving); l->leaving = NULL; }
}

static void *run(void *arg)
{
    Line *l = arg;
    while (!atomic_load(&l->all->stop)) {
        auto_arena a = arena_new(16 << 10);
        turn(l, a);
    }
    close_all(l);
    auto_arena a = arena_new(4096);
    Cx cx = app_cx(l->all->app, a, NULL);
    if (l->mine) log_err(cx_write(&cx, drop_lease, l));
    return NULL;
}

Err chat_serve(App *app)
{
    struct ChatSockets *all = calloc(1, sizeof *all);
    if (!all) bug("out of memory");
    all->app = app;
    all->node = id_new(app->arena, clock_ms());
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->wake, NULL);
    app->chat_sockets = all;
    for (int i = 0; i < LINES; i++) {
        Line *l = &all->lines[i];
        *l = (Line){ .all = all, .number = i + 1, .config = S("") };
        l->started = pthread_create(&l->thread, NULL, run, l) == 0;
        if (!l->started) return fail(app->arena, ERR_UNAVAILABLE, "the system refuses another thread");
    }
    return OK;
}

void chat_quiesce(App *app)
{
    struct ChatSockets *all = app->chat_sockets;
    if (!all) return;
    pthread_mutex_lock(&all->lock);
    atomic_store(&all->stop, true);
    pthread_cond_broadcast(&all->wake);
    pthread_mutex_unlock(&all->lock);
    for (int i = 0; i < LINES; i++)
        if (all->lines[i].started) pthread_join(all->lines[i].thread, NULL);
}

void chat_stop(App *app)
{
    struct ChatSockets *all = app->chat_sockets;
    if (!all) return;
    app->chat_sockets = NULL;
    pthread_cond_destroy(&all->wake);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

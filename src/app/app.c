#include "app/app.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/guard.h"
#include "app/limit.h"
#include "app/router.h"
#include "app/topics.h"
#include "base/log.h"
#include "base/time.h"
#include "store/search.h"

Cx app_cx(App *app, Arena *a, Store *store)
{
    return (Cx){ .arena = a, .store = store, .app = app, .actor = { .role = ROLE_ADMIN, .scopes = SCOPE_ALL, .locale = S("en"), .time_zone = S("UTC") },
                 .now_ms = app->options.now_ms ? app->options.now_ms : clock_ms(), .if_match = MATCH_ANY };
}

Str app_link(Cx *cx, Str path)
{
    return arena_fmt(cx->arena, STR_FMT STR_FMT, STR_ARG(cx->app->options.public_url), STR_ARG(path));
}

/** The key of 64 hex digits from the environment or from secret.key, which is made when it is missing. */
static Err load_key(App *app, Arena *a)
{
    const char *given = getenv("HINDSIGHT_SECRET_KEY");
    char hex[65] = { 0 };
    const char *path = arena_fmt(a, STR_FMT "/secret.key", STR_ARG(app->options.data_dir)).at;
    if (given) {
        if (strlen(given) != 64) return fail(a, ERR_INVALID, "HINDSIGHT_SECRET_KEY must be 64 hex digits");
        memcpy(hex, given, 64);
    } else if (str_empty(app->options.data_dir)) {
        randombytes_buf(app->key, sizeof app->key);            /* a test's or a command's that never reads secrets back */
        return OK;
    } else {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT) {
            unsigned char fresh[32];
            randombytes_buf(fresh, sizeof fresh);
            sodium_bin2hex(hex, sizeof hex, fresh, sizeof fresh);
            fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
            if (fd < 0 || write(fd, hex, 64) != 64 || fsync(fd)) {
                Err e = fail(a, ERR_UNAVAILABLE, "cannot write %s: %s", path, strerror(errno));
                if (fd >= 0) close(fd);
                return e;
            }
        } else if (fd < 0) return fail(a, ERR_UNAVAILABLE, "cannot read %s: %s", path, strerror(errno));
        else if (read(fd, hex, 64) != 64) { close(fd); return fail(a, ERR_UNAVAILABLE, "%s is damaged: put it back from a backup", path); }
        close(fd);
    }
    size_t n;
    if (sodium_hex2bin(app->key, sizeof app->key, hex, 64, NULL, &n, NULL) || n != sizeof app->key)
        return fail(a, ERR_UNAVAILABLE, "the secret key is not 64 hex digits");
    return OK;
}

size_t app_schemas(DatabaseKind kind, const Schema **to)
{
    size_t n = 0;
    to[n++] = search_schema(kind);
    for (size_t i = 0; features[i]; i++)
        if (features[i]->schema) to[n++] = features[i]->schema;
    return n;
}

static Err migrate(App *app, Arena *a)
{
    const Schema *all[APP_SCHEMAS_MAX];
    size_t n = app_schemas(database_kind(app->db), all);
    return database_migrate(app->db, a, all, n, NULL);
}

static Err start_features(Cx *cx, void *arg)
{
    (void)arg;
    for (size_t i = 0; features[i]; i++)
        if (features[i]->start) TRY_AS(cx->arena, features[i]->start(cx), "starting %s", features[i]->name);
    return OK;
}

static AppOptions keep_options(Arena *a, const AppOptions *o)
{
    AppOptions kept = *o;
    kept.database = arena_str(a, o->database);
    kept.data_dir = arena_str(a, o->data_dir);
    kept.listen = arena_str(a, o->listen);
    kept.public_url = arena_str(a, str_ends(o->public_url, S("/")) ? str_sub(o->public_url, 0, o->public_url.len - 1) : o->public_url);
    kept.trusted_proxies = arena_str(a, o->trusted_proxies);
    return kept;
}

static int worker_count(const App *app)
{
    if (app->options.workers) return app->options.workers;
    return database_kind(app->db) == DATABASE_POSTGRES ? 16 : 4;
}

/** Where notices come in. The writer and the thread that listens to other nodes live longer than those who are told: hence
 *  the lock, held while one is handed on; deaf from the moment it stops. */
typedef struct Ear { pthread_mutex_t lock; bool deaf; } Ear;

/** Everything but the database. */
static App *app_new(const AppOptions *options)
{
    if (sodium_init() < 0) bug("libsodium does not start");
    Arena *life = arena_new(16 << 10);
    App *app = arena_make(life, App);
    app->arena = life;
    app->ear = arena_make(life, Ear);
    pthread_mutex_init(&app->ear->lock, NULL);
    app->options = keep_options(life, options);
    app->limits = limits_new();
    app->tree = router_make(life);
    return app;
}

static Err start_all(App *app, Arena *a)
{
    Cx cx = app_cx(app, a, NULL);
    return cx_write(&cx, start_features, NULL);
}

Err app_open(Arena *a, const AppOptions *options, App **ret)
{
    App *app = app_new(options);
    DatabaseOptions db = { .url = app->options.database, .readers = options->workers ? options->workers + 4 : 20 };
    Err e = load_key(app, a);
    if (!e.info) e = database_open(a, &db, &app->db);
    if (!e.info) e = migrate(app, a);
    if (!e.info) e = start_all(app, a);
    if (e.info) { app_close(app); return e; }
    *ret = app;
    return OK;
}

Err app_adopt(Arena *a, const AppOptions *options, Database *db, App **ret)
{
    App *app = app_new(options);
    app->db = db;
    Err e = load_key(app, a);
    if (!e.info) e = start_all(app, a);
    if (e.info) { app->db = NULL; app_close(app); return e; }
    *ret = app;
    return OK;
}

static void hand_on(App *app, Str channel, Str payload)
{
    if (str_eq(channel, S("live"))) topics_heard(app->topics, payload);
    else if (str_eq(channel, S("job"))) jobs_wake(app->jobs);
    else
        for (size_t i = 0; features[i]; i++)
            if (features[i]->heard) features[i]->heard(app, channel, payload);
    if (str_eq(channel, S("reconnected"))) {
        guards_rights_changed(app->guards);
        guards_check_all(app->guards);
        jobs_wake(app->jobs);
    }
}

static void heard(void *ctx, Str channel, Str payload)
{
    App *app = ctx;
    pthread_mutex_lock(&app->ear->lock);
    if (!app->ear->deaf) hand_on(app, channel, payload);
    pthread_mutex_unlock(&app->ear->lock);
}

static void set_jobs(App *app, Jobs *jobs, bool deaf)
{
    pthread_mutex_lock(&app->ear->lock);
    app->jobs = jobs;
    app->ear->deaf = deaf;
    pthread_mutex_unlock(&app->ear->lock);
    jobs_wake(jobs);                     /* what was told before there was somebody to hear it */
}

Err app_serve(App *app)
{
    Arena *a = app->arena;
    TRY(live_start(a, &app->live));
    TRY(topics_start(app, a, &app->topics));
    TRY(guards_start(app, a, &app->guards));
    for (size_t i = 0; features[i]; i++)
        if (features[i]->serve) TRY(features[i]->serve(app));
    database_listen(app->db, heard, app);
    ServerOptions o = { .listen = app->options.listen, .workers = worker_count(app), .trusted_proxies = app->options.trusted_proxies,
        .body_limit = router_body_limit, .handle = router_handle, .refuse = router_refuse, .ctx = app, .live = app->live };
    TRY(server_start(a, &o, &app->server));
    Jobs *jobs = NULL;
    Err e = jobs_start(app, a, &jobs);
    set_jobs(app, jobs, false);
    return e;
}

void app_close(App *app)
{
    if (!app) return;
    if (app->server) server_stop(app->server, 10000);
    Jobs *jobs = app->jobs;
    set_jobs(app, NULL, true);
    jobs_stop(jobs);
    topics_stop(app->topics);
    guards_stop(app->guards);
    for (size_t i = 0; features[i]; i++)
        if (features[i]->quiesce && app->live) features[i]->quiesce(app);
    live_stop(app->live);
    for (size_t i = 0; features[i]; i++)
        if (features[i]->stop && app->live) features[i]->stop(app);
    database_close(app->db);
    topics_free(app->topics);
    guards_free(app->guards);
    limits_free(app->limits);
    pthread_mutex_destroy(&app->ear->lock);
    arena_free(app->arena);
}

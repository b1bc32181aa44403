#pragma once
/** The process: what `serve` puts together once and every Cx points to. */
#include "app/feature.h"

typedef struct AppOptions {
    Str database;          /* URL or path */
    Str data_dir;          /* files, secret.key; with PostgreSQL too */
    Str listen;            /* "127.0.0.1:8080" */
    Str public_url;        /* "https://hindsight.example.com": for links; empty = from the request */
    Str trusted_proxies;
    int workers;
    bool secure_cookies;
    bool access_log;       /* a line per request on standard error */
    int64_t now_ms;        /* tests freeze the clock; 0 = real */
} AppOptions;

struct App {
    Arena *arena;                 /* process life */
    AppOptions options;
    Database *db;
    Live *live;
    Server *server;
    unsigned char key[32];        /* for sealing */
    struct Limits *limits;
    struct Topics *topics;        /* NULL until it serves */
    struct Guards *guards;        /* NULL until it serves */
    struct Jobs *jobs;            /* NULL until it serves; under the lock of `ear` */
    struct Ear *ear;
    struct RouteTree *tree;
    struct Rooms *rooms;          /* document/: NULL until it serves */
    struct MonitorRunner *monitors;  /* feature/monitor: NULL until it serves */
    struct ChatSockets *chat_sockets;  /* feature/chat: NULL until it serves */
    Err (*document_changed)(Cx *cx, Str document, Strs authors);     /* document/: document_on_change() */
};

/** Opens the database, migrates, starts features. No threads yet: enough for the command line and tests. */
Err  app_open(Arena *a, const AppOptions *options, App **ret);
/** The same over a database that is open and migrated, which then belongs to the App on success. For tests. */
Err  app_adopt(Arena *a, const AppOptions *options, Database *db, App **ret);
/** The schemas of all features, in order; `to` has room for APP_SCHEMAS_MAX. */
enum { APP_SCHEMAS_MAX = 64 };
size_t app_schemas(DatabaseKind kind, const Schema **to);
/** Starts the live loop, the job runners and the HTTP server. */
Err  app_serve(App *app);
/** Stops all in order, finishing what was begun. NULL is fine. */
void app_close(App *app);
#define auto_app [[gnu::cleanup(app_drop)]] App *
static inline void app_drop(App **a) { app_close(*a); }

/** A context for work of Hindsight itself, on `store`. */
Cx   app_cx(App *app, Arena *a, Store *store);
/** A link that works outside: public_url + path. */
Str  app_link(Cx *cx, Str path);

/** Test helper: a fresh system on the database under test (TEST_DATABASE), all features migrated, frozen clock. */
App *given_a_system(Arena *a, int64_t now_ms);

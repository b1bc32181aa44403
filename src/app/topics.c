#include "app/topics.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "app/app.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/time.h"

enum { MAX_TOPICS = 64, MAX_TOPIC_BYTES = 80, MAX_WAITING = 4096, GATHER_MS = 50 };

/** One open page. Its list of topics belongs to the loop thread; who it is never changes. */
typedef struct Page {
    struct Page *next, *before;
    Topics *owner;
    Sock *sock;
    Arena *arena;
    Actor actor;
    uint64_t topics[MAX_TOPICS];        /* hashes: who may hear is decided by audience, so a collision tells nothing */
    int n_topics;
} Page;

typedef struct Notice { Str topic, audience, payload; } Notice;

struct Topics {
    App *app;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    Arena *waiting_arena;
    Map *waiting;                       /* topic and id → Notice: the newest of each */
    LIST(Notice *) queue;
    Page *pages;                        /* loop thread only */
};

/** Where the topic stands in the page's list, or -1. */
static int topic_index(const Page *p, uint64_t topic)
{
    for (int i = 0; i < p->n_topics; i++)
        if (p->topics[i] == topic) return i;
    return -1;
}

/** A notice on its way to the loop thread, with the people who may hear it when it is about something private. */
typedef struct Delivery { Topics *t; Arena *arena; Notice notice; bool everyone; Strs users; } Delivery;

static bool may_hear(const Delivery *d, const Page *p)
{
    if (d->everyone) return true;
    list_each(&d->users, i)
        if (str_eq(d->users.at[i], p->actor.id)) return true;
    return false;
}

static void deliver(void *arg)
{
    Delivery *d = arg;
    Frame *f = frame_make(FRAME_TEXT, d->notice.payload);
    uint64_t topic = hash_str(d->notice.topic);
    for (Page *p = d->t->pages; p; p = p->next)
        if (topic_index(p, topic) >= 0 && may_hear(d, p) && !sock_send(p->sock, f))
            sock_close(p->sock, 1013, "too slow: reload");
    frame_drop(f);
    arena_free(d->arena);
}

/** Who of all people belongs to a private audience. */
static Err people_of(Topics *t, Arena *a, Str audience, Strs *ret)
{
    auto_store s = store_take(t->app->db);
    Cx cx = app_cx(t->app, a, s);
    return access_people(&cx, audience, ret);
}

static void hand_over(Topics *t, const Notice *n)
{
    Arena *a = arena_new(1024);
    Delivery *d = arena_make(a, Delivery);
    *d = (Delivery){ .t = t, .arena = a, .everyone = str_empty(n->audience) };
    d->notice = (Notice){ arena_str(a, n->topic), arena_str(a, n->audience), arena_str(a, n->payload) };
    Err e = d->everyone ? OK : people_of(t, a, n->audience, &d->users);
    err_log(e, "telling open pages");
    live_post(t->app->live, deliver, d);
}

static void *run(void *arg)
{
    Topics *t = arg;
    while (true) {
        pthread_mutex_lock(&t->lock);
        while (!t->stopping && t->queue.len == 0) pthread_cond_wait(&t->wake, &t->lock);
        bool stop = t->stopping;
        pthread_mutex_unlock(&t->lock);
        if (stop) return NULL;
        nanosleep(&(struct timespec){ .tv_nsec = GATHER_MS * 1000000L }, NULL);    /* a storm is told as one notice per topic */
        pthread_mutex_lock(&t->lock);
        Arena *a = t->waiting_arena;
        Notice **notices = t->queue.at;
        size_t n = t->queue.len;
        t->waiting_arena = arena_new(16 << 10);
        t->waiting = map_new(t->waiting_arena);
        t->queue.at = NULL;
        t->queue.len = t->queue.room = 0;
        pthread_mutex_unlock(&t->lock);
        for (size_t i = 0; i < n; i++) hand_over(t, notices[i]);
        arena_free(a);
    }
}

void topics_heard(Topics *t, Str payload)
{
    auto_arena a = arena_new(4096);
    json_t *v;
    if (!t || json_parse(a, payload, &v).info) return;
    Str topic = json_str(v, "topic"), id = json_str(v, "id"), audience = arena_str(a, json_str(v, "audience"));
    json_object_del(v, "audience");
    Str told = json_text(a, v), key = arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(topic), STR_ARG(id));
    pthread_mutex_lock(&t->lock);
    Notice *n = map_get(t->waiting, key);
    if (!n && t->queue.len < MAX_WAITING) {
        n = arena_make(t->waiting_arena, Notice);
        map_set(t->waiting, key, n);
        *list_add(t->waiting_arena, &t->queue) = n;
        if (t->queue.len == 1) pthread_cond_signal(&t->wake);
    }
    if (n)
        *n = (Notice){ arena_str(t->waiting_arena, topic), arena_str(t->waiting_arena, audience),
                       arena_str(t->waiting_arena, told) };
    pthread_mutex_unlock(&t->lock);
}

static void opened(Sock *s, void *data)
{
    Page *p = data;
    p->sock = s;
    p->next = p->owner->pages;
    if (p->next) p->next->before = p;
    p->owner->pages = p;
}

static void closed(Sock *s, void *data)
{
    (void)s;
    Page *p = data;
    if (p->sock) {
        if (p->before) p->before->next = p->next; else p->owner->pages = p->next;
        if (p->next) p->next->before = p->before;
    }
    arena_free(p->arena);
}

static void subscribe(Page *p, const json_t *list)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one) {
        const char *topic = json_string_value(one);
        if (!topic || strlen(topic) > MAX_TOPIC_BYTES || p->n_topics == MAX_TOPICS) continue;
        if (topic_index(p, hash_str(str_of(topic))) < 0) p->topics[p->n_topics++] = hash_str(str_of(topic));
    }
}

static void unsubscribe(Page *p, const json_t *list)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one) {
        int at = json_is_string(one) ? topic_index(p, hash_str(str_of(json_string_value(one)))) : -1;
        if (at >= 0) p->topics[at] = p->topics[--p->n_topics];
    }
}

static void message(Sock *s, void *data, FrameKind kind, Str payload)
{
    auto_arena a = arena_new(4096);
    json_t *v;
    if (kind != FRAME_TEXT || json_parse(a, payload, &v).info || !json_is_object(v)) {
        sock_close(s, 1003, "send JSON");
        return;
    }
    subscribe(data, json_object_get(v, "sub"));
    unsubscribe(data, json_object_get(v, "unsub"));
}

static const SockEvents page_events = { .opened = opened, .message = message, .closed = closed,
    .max_message_bytes = 8 << 10, .max_queue_bytes = 256 << 10 };

Err topics_join(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Arena *a = arena_new(1024);
    Page *p = arena_make(a, Page);
    *p = (Page){ .owner = cx->app->topics, .arena = a, .actor = cx->actor };
    p->actor.id = arena_str(a, cx->actor.id);
    p->actor.session = arena_str(a, cx->actor.session);
    res_upgrade(res, &page_events, p);
    return OK;
}

typedef struct Gone { Topics *t; Arena *arena; Str user; } Gone;

static void put_out(void *arg)
{
    Gone *g = arg;
    for (Page *p = g->t->pages; p; p = p->next)
        if (str_eq(p->actor.id, g->user)) sock_close(p->sock, 4401, "signed out");
    arena_free(g->arena);
}

void topics_put_out(Topics *t, Str user)
{
    if (!t) return;
    Arena *a = arena_new(256);
    Gone *g = arena_make(a, Gone);
    *g = (Gone){ t, a, arena_str(a, user) };
    live_post(t->app->live, put_out, g);
}

Err topics_start(App *app, Arena *a, Topics **ret)
{
    Topics *t = calloc(1, sizeof *t);
    if (!t) bug("out of memory");
    t->app = app;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->wake, NULL);
    t->waiting_arena = arena_new(16 << 10);
    t->waiting = map_new(t->waiting_arena);
    *ret = t;
    if (pthread_create(&t->thread, NULL, run, t))
        return fail(a, ERR_UNAVAILABLE, "the system refuses another thread");
    t->started = true;
    return OK;
}

void topics_stop(Topics *t)
{
    if (!t || !t->started) return;
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    t->started = false;
}

void topics_free(Topics *t)
{
    if (!t) return;
    arena_free(t->waiting_arena);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->wake);
    free(t);
}

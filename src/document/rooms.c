/** The rooms of this node: their clock, what they hear from other nodes, how they begin and end. */
#include <stdlib.h>
#include "base/log.h"
#include "base/rand.h"
#include "base/time.h"
#include "document/room_impl.h"

/* ---- The beat: what waits a little so that it can be done for many at once ---------------------------------------- */

/** Does what is due; true when something is left for later. */
static bool room_beat(Room *r, int64_t now)
{
    if (r->cursors_at && r->cursors_at <= now) presence_flush(r);
    if (r->save_at && r->save_at <= now) { r->rooms->saved_rooms++; room_save(r); }
    return r->cursors_at || r->save_at;
}

static void beat(void *arg)
{
    Rooms *rooms = arg;
    Room *due = rooms->due;
    int64_t now = clock_monotonic_ms();
    rooms->due = NULL;
    rooms->beats = false;
    if (rooms->save_at <= now) rooms->saved_rooms = 0;
    while (due) {
        Room *r = due;
        due = r->next_due;
        r->is_due = false;
        if (room_beat(r, now)) room_due(r);
    }
}

void room_due(Room *r)
{
    Rooms *rooms = r->rooms;
    if (!r->is_due) {
        r->is_due = true;
        r->next_due = rooms->due;
        rooms->due = r;
    }
    if (rooms->beats) return;
    rooms->beats = true;
    live_after(rooms->app->live, BEAT_MS, beat, rooms);
}

/* ---- Every two seconds --------------------------------------------------------------------------------------- */

static void tick_room(Room *r)
{
    presence_tick(r);
    if (!r->answer.used) room_forget_answer(r);
    r->answer.used = false;
    room_fetch(r);                           /* again, when the database did not answer */
    if (r->failing) room_save(r);
    bool busy = r->n_members || r->saving || r->fetching || r->compacting || r->is_due || r->unsaved.len || r->state == ROOM_LOADING;
    if (busy) { r->idle_ticks = 0; return; }
    if (r->state == ROOM_READY && r->idle_ticks == 0 && r->tail.updates > 20) { r->idle_ticks++; room_compact_now(r); return; }
    if (++r->idle_ticks > IDLE_TICKS) room_free(r);
}

static void tick(void *arg)
{
    Rooms *rooms = arg;
    for (size_t b = 0; b < BUCKETS; b++)
        for (Room *r = rooms->buckets[b], *next; r; r = next) {
            next = r->next;
            tick_room(r);
        }
}

/* ---- Other nodes --------------------------------------------------------------------------------------------- */

typedef struct Heard { Rooms *rooms; Arena *arena; Str id; int64_t revision; } Heard;

static void hear_of(Room *r, int64_t revision)
{
    if (revision > r->wanted) r->wanted = revision;
    room_fetch(r);
}

static void hear(void *arg)
{
    Heard *h = arg;
    Room *one = h->id.len ? room_find(h->rooms, h->id) : NULL;
    if (one) hear_of(one, h->revision);
    for (size_t b = 0; !h->id.len && b < BUCKETS; b++)      /* after a lost connection: look everywhere */
        for (Room *r = h->rooms->buckets[b]; r; r = r->next) hear_of(r, r->seen + 1);
    arena_free(h->arena);
}

void rooms_heard(App *app, Str channel, Str payload)
{
    bool again = str_eq(channel, S("reconnected"));
    Rooms *rooms = app->rooms;
    if (!rooms || (!again && !str_eq(channel, S("document")))) return;
    Str id = str_before(payload, ' '), rest = str_after(payload, ' ');
    int64_t revision = 0;
    if (!again && (str_eq(str_after(rest, ' '), str_of(rooms->node)) || !str_int(str_before(rest, ' '), &revision))) return;
    Arena *a = arena_new(256);
    Heard *h = arena_make(a, Heard);
    *h = (Heard){ rooms, a, arena_str(a, id), revision };
    live_post(app->live, hear, h);
}

/* ---- Beginning and end --------------------------------------------------------------------------------------- */

Err rooms_serve(App *app)
{
    Rooms *rooms = calloc(1, sizeof *rooms);
    if (!rooms) bug("out of memory");
    rooms->app = app;
    snprintf(rooms->node, sizeof rooms->node, "%016llx", (unsigned long long)rand_u64());
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&rooms->lock, NULL);
    pthread_cond_init(&rooms->drained, &steady);
    pthread_condattr_destroy(&steady);
    app->rooms = rooms;
    live_every(app->live, TICK_MS, tick, rooms);
    return loaders_start(rooms, app->arena);
}

static bool is_done(Room *r)
{
    if (r->saving || r->fetching || r->state == ROOM_LOADING) return false;
    if (r->unsaved.len && !r->failing) room_save(r);         /* while it fails the tick tries again */
    return r->unsaved.len == 0 && !r->saving;
}

void rooms_check_drained(Rooms *rooms)
{
    if (!rooms->closing) return;
    bool all = true;
    for (size_t b = 0; b < BUCKETS; b++)
        for (Room *r = rooms->buckets[b]; r; r = r->next) all &= is_done(r);
    if (!all) return;
    pthread_mutex_lock(&rooms->lock);
    rooms->is_drained = true;
    pthread_cond_signal(&rooms->drained);
    pthread_mutex_unlock(&rooms->lock);
}

static void begin_drain(void *arg)
{
    rooms_check_drained(arg);
}

void rooms_quiesce(App *app)
{
    Rooms *rooms = app->rooms;
    if (!rooms) return;
    rooms->closing = true;
    live_post(app->live, begin_drain, rooms);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&rooms->lock);
    while (!rooms->is_drained)
        if (pthread_cond_timedwait(&rooms->drained, &rooms->lock, &until)) { log_warn("stopping with unsaved edits: the database did not take them"); break; }
    pthread_mutex_unlock(&rooms->lock);
    loaders_stop(rooms);
}

void rooms_stop(App *app)
{
    Rooms *rooms = app->rooms;
    if (!rooms) return;
    for (size_t b = 0; b < BUCKETS; b++)
        while (rooms->buckets[b]) room_free(rooms->buckets[b]);
    pthread_mutex_destroy(&rooms->lock);
    pthread_cond_destroy(&rooms->drained);
    crdt_buf_done(&rooms->scratch);
    free(rooms);
    app->rooms = NULL;
}

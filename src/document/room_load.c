/** What happens to rooms on other threads: opening a document, reading what another node wrote, compacting. Two threads, so
 *  that nobody waits for a compaction: it works from what is stored, and the room goes on meanwhile. */
#include "base/log.h"
#include "document/room_impl.h"

enum { COMPACT_AFTER = 200, COMPACT_AT_LAST = 2000, COMPACT_WEIGHT = 8 };

typedef enum LoadKind { LOAD_WHOLE, LOAD_NEWS, LOAD_COMPACT } LoadKind;

typedef struct Load {
    struct Load *next;
    LoadKind kind;
    Room *room;                    /* stays while loading, `fetching` or `compacting`: touched on the loop only */
    Rooms *rooms;
    Arena *arena;
    Str id;
    int64_t after, wanted;         /* NEWS; wanted: what the notices had told when it was asked */
    Stored stored;                 /* WHOLE */
    StoredUpdates updates;         /* NEWS */
    int64_t revision, bytes;       /* COMPACT */
    Err err;
} Load;

/* ---- Back on the loop ------------------------------------------------------------------------------------------ */

static void loaded(Load *l)
{
    Room *r = l->room;
    if (l->err.info) {
        err_log(l->err, "opening a document");
        room_fail(r);
        return;
    }
    r->doc = l->stored.doc;
    r->seen = l->stored.revision;
    r->tail = l->stored.tail;
    room_ready(r);
    room_fetch(r);
    if (l->stored.damaged) room_compact_now(r);
    else room_compact(r);
}

static void take_news(Room *r, const StoredUpdate *u)
{
    CrdtApplied applied = { 0 };
    if (u->revision <= r->seen) return;
    if (crdt_apply(r->doc, bytes_of(u->body), &applied, NULL)) { room_fail(r); return; }
    r->seen = u->revision;
    r->tail.updates++;
    r->tail.bytes += (int64_t)u->body.len;
    if (!applied.changed && !applied.pending) return;
    room_forget_answer(r);
    room_tell_update(r, NULL, bytes_of(u->body));
}

static void fetched(Load *l)
{
    Room *r = l->room;
    r->fetching = false;
    err_log(l->err, "reading what another node wrote");
    for (size_t i = 0; i < l->updates.len && r->state == ROOM_READY; i++) take_news(r, &l->updates.at[i]);
    if (l->err.info) return;
    if (!l->updates.len && r->wanted == l->wanted) r->wanted = r->seen;      /* nothing there: a notice after a lost connection */
    room_fetch(r);
}

static void compacted(Load *l)
{
    Room *r = l->room;
    r->compacting = false;
    err_log(l->err, "compacting a document");
    if (l->err.info) return;
    r->tail = (Tail){ r->seen > l->revision ? r->seen - l->revision : 0, 0, l->bytes };
}

static void back(void *arg)
{
    Load *l = arg;
    Rooms *rooms = l->rooms;
    if (l->kind == LOAD_WHOLE) loaded(l);
    else if (l->kind == LOAD_NEWS) fetched(l);
    else compacted(l);
    arena_free(l->arena);
    rooms_check_drained(rooms);
}

/* ---- On the threads ---------------------------------------------------------------------------------------------- */

static void work(Load *l)
{
    auto_store s = store_take(l->rooms->app->db);
    Cx cx = app_cx(l->rooms->app, l->arena, s);
    if (l->kind == LOAD_WHOLE) l->err = storage_load(&cx, l->id, INT64_MAX, NULL, &l->stored);
    else if (l->kind == LOAD_NEWS) l->err = storage_updates(&cx, l->id, l->after, &l->updates);
    else l->err = storage_compact(&cx, l->id, &l->revision, &l->bytes);
}

static void *run_loader(void *arg)
{
    Loader *loader = arg;
    pthread_mutex_lock(&loader->lock);
    while (true) {
        while (!loader->loads && !loader->stopping) pthread_cond_wait(&loader->wake, &loader->lock);
        Load *l = loader->loads;
        if (!l) break;
        loader->loads = l->next;
        if (!l->next) loader->loads_end = &loader->loads;
        pthread_mutex_unlock(&loader->lock);
        work(l);
        live_post(l->rooms->app->live, back, l);
        pthread_mutex_lock(&loader->lock);
    }
    pthread_mutex_unlock(&loader->lock);
    return NULL;
}

static void ask(Loader *loader, Room *r, LoadKind kind)
{
    Arena *a = arena_new(4096);
    Load *l = arena_make(a, Load);
    *l = (Load){ .kind = kind, .room = r, .rooms = r->rooms, .arena = a, .id = r->id, .after = r->seen, .wanted = r->wanted };
    pthread_mutex_lock(&loader->lock);
    *loader->loads_end = l;
    loader->loads_end = &l->next;
    pthread_cond_signal(&loader->wake);
    pthread_mutex_unlock(&loader->lock);
}

void room_load(Room *r)
{
    r->state = ROOM_LOADING;
    ask(&r->rooms->opener, r, LOAD_WHOLE);
}

void room_fetch(Room *r)
{
    if (r->state != ROOM_READY || r->fetching || r->wanted <= r->seen) return;
    r->fetching = true;
    ask(&r->rooms->opener, r, LOAD_NEWS);
}

void room_compact_now(Room *r)
{
    if (r->compacting || r->state != ROOM_READY || r->rooms->closing) return;
    r->compacting = true;
    ask(&r->rooms->compactor, r, LOAD_COMPACT);
}

/** A snapshot of a large document waits for more edits than one of a small document. */
void room_compact(Room *r)
{
    const Tail *t = &r->tail;
    bool heavy = t->bytes * COMPACT_WEIGHT >= t->snapshot_bytes;
    if (t->updates >= COMPACT_AT_LAST || (t->updates >= COMPACT_AFTER && heavy)) room_compact_now(r);
}

static Err loader_start(Loader *loader, Arena *a)
{
    pthread_mutex_init(&loader->lock, NULL);
    pthread_cond_init(&loader->wake, NULL);
    loader->loads_end = &loader->loads;
    if (pthread_create(&loader->thread, NULL, run_loader, loader)) return fail(a, ERR_UNAVAILABLE, "the system refuses another thread");
    loader->runs = true;
    return OK;
}

Err loaders_start(Rooms *rooms, Arena *a)
{
    TRY(loader_start(&rooms->opener, a));
    return loader_start(&rooms->compactor, a);
}

/** Finishes what was asked of it; the answers wait for the loop. */
static void loader_stop(Loader *loader)
{
    if (!loader->runs) return;
    pthread_mutex_lock(&loader->lock);
    loader->stopping = true;
    pthread_cond_signal(&loader->wake);
    pthread_mutex_unlock(&loader->lock);
    pthread_join(loader->thread, NULL);
    pthread_mutex_destroy(&loader->lock);
    pthread_cond_destroy(&loader->wake);
    loader->runs = false;
}

void loaders_stop(Rooms *rooms)
{
    loader_stop(&rooms->opener);
    loader_stop(&rooms->compactor);
}

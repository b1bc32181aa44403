/** Loading and saving of rooms: what happens on other threads, and how it comes back to the loop. */
#include <stdlib.h>
#include "base/log.h"
#include "document/room_impl.h"

/* ---- Loading: a thread of its own reads documents, so that a large one holds nobody up -------------------------- */

typedef struct Load {
    struct Load *next;
    Room *room;                    /* stays while `fetching` or loading: touched on the loop only */
    Rooms *rooms;
    Arena *arena;
    Str id;
    bool whole;
    int64_t after, wanted;         /* wanted: what the notices had told when it was asked */
    CrdtDoc *doc;                  /* whole */
    int64_t revision, tail;
    StoredUpdates updates;         /* not whole */
    Err err;
} Load;

static void loaded(void *arg)
{
    Load *l = arg;
    Room *r = l->room;
    if (l->err.info) {
        err_log(l->err, "opening a document");
        crdt_close(l->doc);
        room_fail(r);
    } else {
        r->doc = l->doc;
        r->seen = l->revision;
        r->tail = l->tail;
        room_ready(r);
        room_fetch(r);
    }
    arena_free(l->arena);
    rooms_check_drained(r->rooms);
}

static void fetched(void *arg)
{
    Load *l = arg;
    Room *r = l->room;
    r->fetching = false;
    err_log(l->err, "reading what another node wrote");
    list_each(&l->updates, i) {
        const StoredUpdate *u = &l->updates.at[i];
        CrdtApplied applied = { 0 };
        auto_crdt_buf b = { 0 };
        if (u->revision <= r->seen) continue;
        if (crdt_apply(r->doc, bytes_of(u->body), &applied, NULL)) { room_fail(r); break; }
        r->seen = u->revision;
        r->tail++;
        if ((applied.changed || applied.pending) && !crdt_write_varuint(&b, CRDT_MESSAGE_SYNC) && !crdt_sync_write_update(bytes_of(u->body), &b))
            room_tell_all(r, NULL, str_of_buf(&b));
    }
    if (!l->err.info && !l->updates.len && r->wanted == l->wanted) r->wanted = r->seen;      /* nothing there: a notice after a lost connection */
    if (!l->err.info) room_fetch(r);
    arena_free(l->arena);
    rooms_check_drained(r->rooms);
}

static void read_documents(Load *l)
{
    auto_store s = store_take(l->rooms->app->db);
    Cx cx = app_cx(l->rooms->app, l->arena, s);
    if (l->whole) l->err = storage_load(&cx, l->id, INT64_MAX, NULL, &l->doc, &l->revision, &l->tail);
    else l->err = storage_updates(&cx, l->id, l->after, &l->updates);
}

static void *run_loader(void *arg)
{
    Rooms *rooms = arg;
    pthread_mutex_lock(&rooms->lock);
    while (true) {
        while (!rooms->loads && !rooms->stopping) pthread_cond_wait(&rooms->wake, &rooms->lock);
        Load *l = rooms->loads;
        if (!l) break;
        rooms->loads = l->next;
        if (!l->next) rooms->loads_end = &rooms->loads;
        pthread_mutex_unlock(&rooms->lock);
        read_documents(l);
        live_post(rooms->app->live, l->whole ? loaded : fetched, l);
        pthread_mutex_lock(&rooms->lock);
    }
    pthread_mutex_unlock(&rooms->lock);
    return NULL;
}

static void ask_loader(Room *r, bool whole)
{
    Rooms *rooms = r->rooms;
    Arena *a = arena_new(4096);
    Load *l = arena_make(a, Load);
    *l = (Load){ .room = r, .rooms = rooms, .arena = a, .id = r->id, .whole = whole, .after = r->seen, .wanted = r->wanted };
    pthread_mutex_lock(&rooms->lock);
    *rooms->loads_end = l;
    rooms->loads_end = &l->next;
    pthread_cond_signal(&rooms->wake);
    pthread_mutex_unlock(&rooms->lock);
}

void room_load(Room *r)
{
    r->state = ROOM_LOADING;
    ask_loader(r, true);
}

void room_fetch(Room *r)
{
    if (r->state != ROOM_READY || r->fetching || r->wanted <= r->seen) return;
    r->fetching = true;
    ask_loader(r, false);
}

Err loader_start(Rooms *rooms, Arena *a)
{
    if (pthread_create(&rooms->loader, NULL, run_loader, rooms)) return fail(a, ERR_UNAVAILABLE, "the system refuses another thread");
    rooms->loader_runs = true;
    return OK;
}

void loader_stop(Rooms *rooms)
{
    pthread_mutex_lock(&rooms->lock);
    rooms->stopping = true;
    pthread_cond_signal(&rooms->wake);
    pthread_mutex_unlock(&rooms->lock);
    if (rooms->loader_runs) pthread_join(rooms->loader, NULL);
    rooms->loader_runs = false;
}

/* ---- Saving ------------------------------------------------------------------------------------------------ */

/** One save under way: all that came since the last, as one row; or a snapshot. */
typedef struct Save {
    WriteJob job;
    Room *room;                    /* stays while `saving` */
    App *app;
    Arena *arena;                  /* of the unsaved updates */
    Arena *error_arena;
    Str id, node;
    UnsavedList updates;
    CrdtBuf snapshot;
    int64_t revision;
    Err result;
} Save;

static Err merged(Save *s, Arena *a, Str *ret_body, Str *ret_authors)
{
    CrdtBytes *all = arena_array(a, CrdtBytes, s->updates.len);
    Buf authors = buf_new(a, 64 << 10);
    Str last = { 0 };
    list_each(&s->updates, i) {
        const Unsaved *u = &s->updates.at[i];
        all[i] = bytes_of(u->body);
        if (str_eq(u->author, last)) continue;
        last = u->author;
        if (authors.len) buf_byte(&authors, ',');
        buf_add(&authors, u->author);
    }
    *ret_authors = buf_str(&authors);
    if (s->updates.len == 1) { *ret_body = s->updates.at[0].body; return OK; }
    auto_crdt_buf out = { 0 };
    CrdtErr e = crdt_merge_updates(all, s->updates.len, &out, NULL, NULL);
    if (e) return crdt_failed(a, e, NULL, "joining edits");
    *ret_body = arena_str(a, str_of_buf(&out));
    return OK;
}

static Err write_save(Store *store, void *arg)
{
    Save *s = arg;
    Cx cx = app_cx(s->app, s->error_arena, store);
    if (s->snapshot.len) return storage_snapshot(&cx, s->id, s->revision, str_of_buf(&s->snapshot));
    Str body, authors;
    TRY(merged(s, s->error_arena, &body, &authors));
    return storage_append(&cx, s->id, body, authors, s->node, &s->revision);
}

static void free_save(Save *s)
{
    crdt_buf_done(&s->snapshot);
    arena_free(s->arena);
    arena_free(s->error_arena);
    free(s);
}

/** What could not be written waits again, before what came since. */
static void take_back(Room *r, const Save *s)
{
    Arena *a = arena_new(16 << 10);
    UnsavedList all = { 0 };
    const UnsavedList *parts[] = { &s->updates, &r->unsaved };
    for (int p = 0; p < 2; p++)
        list_each(parts[p], i) *list_add(a, &all) = (Unsaved){ arena_str(a, parts[p]->at[i].body), arena_str(a, parts[p]->at[i].author) };
    r->unsaved_bytes = 0;
    list_each(&all, i) r->unsaved_bytes += all.at[i].body.len;
    arena_free(r->unsaved_arena);
    r->unsaved_arena = a;
    r->unsaved = all;
}

static void say_state(Room *r, SayState state)
{
    for (Member *m = r->members; m; m = m->next)
        if (m->can_write) member_say(m, SAY_STATE, state);
}

static void say_saved(Room *r)
{
    for (Member *m = r->members; m; m = m->next) {
        if (r->unsaved.len == 0) m->saving = m->seen;      /* what came meanwhile was nothing new */
        if (m->saved == m->saving) continue;
        m->saved = m->saving;
        member_say(m, SAY_SAVED, m->saved);
    }
}

static void was_saved(Room *r, const Save *s)
{
    r->tail++;
    if (s->revision == r->seen + 1) r->seen = s->revision;
    if (s->revision > r->wanted) r->wanted = s->revision;
    say_saved(r);
    if (r->failing) { r->failing = false; say_state(r, STATE_OK); }
}

static void saved(void *arg)
{
    Save *s = arg;
    Room *r = s->room;
    r->saving = false;
    bool snapshot = s->snapshot.len > 0;
    if (snapshot) {
        err_log(s->result, "writing a snapshot");
        if (!s->result.info) r->tail = 0;
        if (r->unsaved.len == 0) say_saved(r);           /* who repeated what is known while the snapshot was written */
    } else if (s->result.info) {
        if (!r->failing) err_log(s->result, "saving edits");
        take_back(r, s);
        if (!r->failing) { r->failing = true; say_state(r, STATE_CANNOT_SAVE); }
    } else was_saved(r, s);
    Rooms *rooms = r->rooms;
    free_save(s);
    room_fetch(r);
    if (!r->failing && r->unsaved.len) room_save(r);
    else if (!r->failing && r->tail >= SNAPSHOT_AFTER && !snapshot) room_snapshot(r);
    rooms_check_drained(rooms);
}

static void done(WriteJob *job, Err result)
{
    Save *s = job->arg;
    s->result = result;
    live_post(s->app->live, saved, s);
}

static Save *save_new(Room *r)
{
    Save *s = calloc(1, sizeof *s);
    if (!s) bug("out of memory");
    s->room = r;
    s->app = r->rooms->app;
    s->error_arena = arena_new(4096);
    s->id = r->id;
    s->node = str_of(r->rooms->node);
    s->job = (WriteJob){ .work = write_save, .arg = s, .arena = s->error_arena, .done = done };
    r->saving = true;
    return s;
}

void room_save(Room *r)
{
    if (r->saving || r->unsaved.len == 0) return;
    Save *s = save_new(r);
    s->arena = r->unsaved_arena;
    s->updates = r->unsaved;
    r->unsaved_arena = NULL;
    r->unsaved = (UnsavedList){ 0 };
    r->unsaved_bytes = 0;
    for (Member *m = r->members; m; m = m->next) m->saving = m->seen;
    database_submit(s->app->db, &s->job);
}

void room_keep(Room *r, Str update, Str author)
{
    if (!r->unsaved_arena) r->unsaved_arena = arena_new(4096);
    *list_add(r->unsaved_arena, &r->unsaved) = (Unsaved){ arena_str(r->unsaved_arena, update), arena_str(r->unsaved_arena, author) };
    r->unsaved_bytes += update.len;
    if (!r->failing) room_save(r);
}

void room_snapshot(Room *r)
{
    if (r->saving || r->seen == 0) return;
    Save *s = save_new(r);
    s->revision = r->seen;
    if (crdt_encode(r->doc, &s->snapshot)) {
        r->saving = false;
        free_save(s);
        return;
    }
    database_submit(s->app->db, &s->job);
}

void rooms_check_drained(Rooms *rooms)
{
    if (!rooms->closing) return;
    for (size_t b = 0; b < BUCKETS; b++)
        for (Room *r = rooms->buckets[b]; r; r = r->next)
            if (r->saving || r->fetching || r->state == ROOM_LOADING || r->unsaved.len) { room_save(r); return; }
    pthread_mutex_lock(&rooms->lock);
    rooms->is_drained = true;
    pthread_cond_signal(&rooms->drained);
    pthread_mutex_unlock(&rooms->lock);
}

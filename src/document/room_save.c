/** Saving: all that came into a room within a moment becomes one row, and the rows of all rooms one commit. *Saved* is said when
 *  it is on disk. The moment is longer when many rooms save, since a row costs the same however much is in it. */
#include <stdlib.h>
#include "base/log.h"
#include "base/time.h"
#include "document/late.h"
#include "document/room_impl.h"

/* Features index a document soon after its first edit, then every now and then as long as edits go on. */
enum { TELL_SOON_MS = 2000, TELL_EVERY_MS = 8000, TELL_MARGIN_MS = 3000 };

/** One save under way: all that came since the last, as one row. */
typedef struct Save {
    WriteJob job;
    Room *room;                    /* stays while `saving` */
    App *app;
    Arena *arena;                  /* of the unsaved updates */
    Arena *error_arena;
    Str id, node;
    UnsavedList updates;
    int64_t told_at;               /* when features hear of it: Unix time of the job that was promised last */
    int64_t will_be_told_at;       /* the same, with this edit */
    int64_t bytes;                 /* written */
    int64_t revision;
    Err result;
} Save;

/* ---- On the writer's thread ---------------------------------------------------------------------------------------- */

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

/** When to promise features a job for this edit; 0: the one that is promised comes long after this edit is stored. While one
 *  waits the queue takes no second, so only the first one after it moves the time. */
static int64_t tell_at(int64_t now, int64_t *told_at)
{
    int64_t at = *told_at, soon = now + TELL_SOON_MS, later = at + TELL_EVERY_MS;
    if (at > now + TELL_MARGIN_MS && at <= now + TELL_EVERY_MS + TELL_MARGIN_MS) return 0;
    if (later < soon || later > soon + TELL_EVERY_MS + TELL_MARGIN_MS) later = soon;
    if (at <= now || at > now + TELL_MARGIN_MS) *told_at = later;
    return later;
}

static Err write_save(Store *store, void *arg)
{
    Save *s = arg;
    Cx cx = app_cx(s->app, s->error_arena, store);
    Str body, authors;
    TRY(merged(s, s->error_arena, &body, &authors));
    s->bytes = (int64_t)body.len;
    int64_t told_at = s->told_at, at = tell_at(cx.now_ms, &told_at);         /* this may run twice */
    TRY(storage_append(&cx, s->id, body, authors, s->node, at, &s->revision));
    s->will_be_told_at = told_at;
    return late_expect(&cx, s->id);
}

/* ---- Back on the loop ------------------------------------------------------------------------------------------------ */

static void free_save(Save *s)
{
    arena_free(s->arena);
    arena_free(s->error_arena);
    free(s);
}

/** What could not be written waits again, before what came since. */
static void take_back(Room *r, Save *s)
{
    list_each(&r->unsaved, i) {
        const Unsaved *u = &r->unsaved.at[i];
        *list_add(s->arena, &s->updates) = (Unsaved){ arena_str(s->arena, u->body), arena_str(s->arena, u->author) };
    }
    arena_free(r->unsaved_arena);
    r->unsaved_arena = s->arena;
    r->unsaved = s->updates;
    s->arena = NULL;
    r->unsaved_bytes = 0;
    list_each(&r->unsaved, i) r->unsaved_bytes += r->unsaved.at[i].body.len;
}

static void say_state(Room *r, SayState state)
{
    for (int i = 0; i < r->n_members; i++)
        if (r->seats[i].member->can_write) member_say(r->seats[i].member, SAY_STATE, state);
}

static void say_saved(Room *r)
{
    for (int i = 0; i < r->n_members; i++) {
        Member *m = r->seats[i].member;
        if (r->unsaved.len == 0) m->saving = m->seen;      /* what came meanwhile was nothing new */
        if (m->saved == m->saving) continue;
        m->saved = m->saving;
        member_say(m, SAY_SAVED, m->saved);
    }
}

static void was_saved(Room *r, const Save *s)
{
    r->tail.updates++;
    r->tail.bytes += s->bytes;
    r->told_at = s->will_be_told_at;
    if (s->revision == r->seen + 1) r->seen = s->revision;
    if (s->revision > r->wanted) r->wanted = s->revision;
    say_saved(r);
    if (r->failing) { r->failing = false; say_state(r, STATE_OK); }
}

static void save_soon(Room *r)
{
    Rooms *rooms = r->rooms;
    int64_t now = clock_monotonic_ms();
    if (rooms->save_at <= now) {
        int64_t pause = SAVE_MS + (int64_t)SAVE_MS_PER_ROOM * rooms->saved_rooms;
        rooms->save_at = now + (pause < MAX_SAVE_MS ? pause : MAX_SAVE_MS);
    }
    r->save_at = rooms->save_at;
    room_due(r);
}

static void saved(void *arg)
{
    Save *s = arg;
    Room *r = s->room;
    Rooms *rooms = r->rooms;
    r->saving = false;
    if (s->result.info) {
        if (!r->failing) err_log(s->result, "saving edits");
        take_back(r, s);
        if (!r->failing) { r->failing = true; say_state(r, STATE_CANNOT_SAVE); }
    } else {
        was_saved(r, s);
        if (r->unsaved.len) save_soon(r);
        room_compact(r);
    }
    free_save(s);
    room_fetch(r);
    rooms_check_drained(rooms);
}

static void done(WriteJob *job, Err result)
{
    Save *s = job->arg;
    s->result = result;
    live_post(s->app->live, saved, s);
}

void room_save(Room *r)
{
    r->save_at = 0;
    if (r->saving || r->unsaved.len == 0) return;
    Save *s = calloc(1, sizeof *s);
    if (!s) bug("out of memory");
    *s = (Save){ .room = r, .app = r->rooms->app, .arena = r->unsaved_arena, .error_arena = arena_new(4096), .id = r->id,
        .node = str_of(r->rooms->node), .updates = r->unsaved, .told_at = r->told_at };
    s->job = (WriteJob){ .work = write_save, .arg = s, .arena = s->error_arena, .done = done };
    r->saving = true;
    r->unsaved_arena = NULL;
    r->unsaved = (UnsavedList){ 0 };
    r->unsaved_bytes = 0;
    for (int i = 0; i < r->n_members; i++) r->seats[i].member->saving = r->seats[i].member->seen;
    database_submit(s->app->db, &s->job);
}

void room_keep(Room *r, CrdtBytes update, Str author)
{
    if (!r->unsaved_arena) r->unsaved_arena = arena_new(1024);
    Arena *a = r->unsaved_arena;
    const Unsaved *last = r->unsaved.len ? &r->unsaved.at[r->unsaved.len - 1] : NULL;
    Str by = last && str_eq(last->author, author) ? last->author : arena_str(a, author);
    *list_add(a, &r->unsaved) = (Unsaved){ arena_str(a, str_of_bytes(update)), by };
    r->unsaved_bytes += update.len;
    if (!r->failing && !r->saving && !r->save_at) save_soon(r);
}

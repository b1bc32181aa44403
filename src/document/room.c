/** A room: one per open document on this node. Who is in it, who comes, who goes, who is put out.
 *
 *  All of a room belongs to the live loop's thread; loading, compacting and saving happen elsewhere and come back by live_post.
 *  Non-goals: rights (the caller of room_join has checked them) and meaning (no node or mark is known here).
 *  Limits: see room_impl.h. */
#include "document/room_impl.h"
#include <stdlib.h>
#include "base/hash.h"

Room *room_find(Rooms *rooms, Str id)
{
    for (Room *r = rooms->buckets[hash_str(id) % BUCKETS]; r; r = r->next)
        if (str_eq(r->id, id)) return r;
    return NULL;
}

static Room *room_open(Rooms *rooms, Str id)
{
    Arena *a = arena_new(1024);
    Room *r = arena_make(a, Room);
    Room **bucket = &rooms->buckets[hash_str(id) % BUCKETS];
    *r = (Room){ .rooms = rooms, .arena = a, .id = arena_str(a, id), .next = *bucket };
    CrdtAwarenessOptions small = { .max_state_bytes = MAX_STATE_BYTES, .max_clients = MAX_CLIENTS };      /* a cursor */
    if (crdt_awareness_open(&small, &r->presence)) bug("out of memory");
    *bucket = r;
    room_load(r);
    return r;
}

void room_free(Room *r)
{
    Room **at = &r->rooms->buckets[hash_str(r->id) % BUCKETS];
    while (*at != r) at = &(*at)->next;
    *at = r->next;
    room_forget_answer(r);
    crdt_awareness_close(r->presence);
    crdt_close(r->doc);
    free(r->moved);
    free(r->seats);
    arena_free(r->unsaved_arena);
    arena_free(r->arena);
}

void room_ready(Room *r)
{
    r->state = ROOM_READY;
    for (int s = 0; s < r->n_members; s++) {
        Member *m = r->seats[s].member;
        member_greet(m);
        list_each(&m->early, i) member_take(m, m->early.at[i]);
        m->early.len = 0;
    }
}

void room_fail(Room *r)
{
    r->state = ROOM_FAILED;
    r->idle_ticks = IDLE_TICKS;              /* forgotten at the next tick without members */
    for (int i = 0; i < r->n_members; i++) sock_close(r->seats[i].sock, 4500, "the document cannot be opened; see the server's log");
}

/** A room that could not be loaded is loaded anew for whoever comes next, unless something of it is still under way. */
static bool try_again(Room *r)
{
    if (r->saving || r->fetching || r->unsaved.len) return false;
    room_forget_answer(r);
    crdt_close(r->doc);
    r->doc = NULL;
    r->seen = 0;
    room_load(r);
    return true;
}

/* ---- Members ----------------------------------------------------------------------------------------------- */

static void sit(Member *m)
{
    Room *r = m->room;
    if (r->n_members == r->seats_room) {
        int room = r->seats_room ? r->seats_room * 2 : 4;
        Seat *more = realloc(r->seats, (size_t)room * sizeof *more);
        if (!more) bug("out of memory");
        r->seats = more;
        r->seats_room = room;
    }
    m->seat = r->n_members++;
    r->seats[m->seat] = (Seat){ m->sock, m, false };
}

/** The last one takes its seat. */
static void stand_up(Member *m)
{
    Room *r = m->room;
    r->seats[m->seat] = r->seats[--r->n_members];
    r->seats[m->seat].member->seat = m->seat;
}

static void opened(Sock *s, void *data)
{
    Member *m = data;
    m->sock = s;
    if (m->rights != m->rooms->rights) { sock_close(s, 1012, "rights changed; reconnect"); return; }
    Room *r = room_find(m->rooms, m->document);
    if (!r) r = room_open(m->rooms, m->document);
    m->room = r;
    sit(m);
    r->idle_ticks = 0;
    if (r->state == ROOM_READY) member_greet(m);
    else if (r->state == ROOM_FAILED && !try_again(r)) sock_close(s, 4500, "the document cannot be opened yet; reconnect");
}

static void message(Sock *s, void *data, FrameKind kind, Str payload)
{
    Member *m = data;
    if (kind != FRAME_BINARY) { sock_close(s, 1003, "send binary messages"); return; }
    if (m->room->state == ROOM_READY) { member_take(m, payload); return; }
    m->early_bytes += payload.len;
    if (m->early_bytes > MAX_EARLY_BYTES) { sock_close(s, 1013, "still loading; reconnect"); return; }
    *list_add(m->arena, &m->early) = arena_str(m->arena, payload);
}

static void drained(Sock *s, void *data)
{
    (void)s;
    member_catch_up(data);
}

static void closed(Sock *s, void *data)
{
    (void)s;
    Member *m = data;
    if (m->room) {
        stand_up(m);
        presence_leave(m);
    }
    crdt_buf_done(&m->since);
    arena_free(m->arena);
}

static const SockEvents room_events = { .opened = opened, .message = message, .drained = drained, .closed = closed,
    .max_message_bytes = MAX_MESSAGE_BYTES, .max_queue_bytes = MAX_QUEUE_BYTES };

Err room_join(Cx *cx, const RoomMember *member, Res *res)
{
    Rooms *rooms = cx->app->rooms;
    if (!rooms || rooms->closing) return fail(cx->arena, ERR_UNAVAILABLE, "the server is stopping");
    int64_t revision;
    TRY(document_revision(cx, member->document, &revision));
    if (!revision) return fail(cx->arena, ERR_NOT_FOUND, "there is no document " STR_FMT, STR_ARG(member->document));
    Arena *a = arena_new(512);
    Member *m = arena_make(a, Member);
    *m = (Member){ .rooms = rooms, .arena = a, .document = arena_str(a, member->document), .can_write = member->can_write,
        .wants_saved = member->wants_saved, .rights = rooms->rights,
        .user = { arena_str(a, member->user.id), arena_str(a, member->user.name), member->user.avatar_color } };
    res_upgrade(res, &room_events, m);
    return OK;
}

/* ---- Putting out ------------------------------------------------------------------------------------------- */

typedef struct Out { Rooms *rooms; Arena *arena; Str document, user; } Out;

static void put_out(void *arg)
{
    Out *o = arg;
    for (size_t b = 0; b < BUCKETS; b++)
        for (Room *r = o->rooms->buckets[b]; r; r = r->next) {
            if (o->document.len && !str_eq(r->id, o->document)) continue;
            for (int i = 0; i < r->n_members; i++) {
                Member *m = r->seats[i].member;
                if (o->user.len && !str_eq(m->user.id, o->user)) continue;
                m->can_write = false;
                sock_close(m->sock, o->user.len ? 4401 : 1012, "rights changed; reconnect");
            }
        }
    arena_free(o->arena);
}

static void post_out(App *app, Str document, Str user)
{
    if (!app->rooms) return;
    Arena *a = arena_new(256);
    Out *o = arena_make(a, Out);
    *o = (Out){ app->rooms, a, arena_str(a, document), arena_str(a, user) };
    app->rooms->rights++;                    /* who is on the way in was let in by the old ones */
    live_post(app->live, put_out, o);
}

void room_recheck(App *app, Str document) { post_out(app, document, S("")); }
void room_put_out(App *app, Str user) { post_out(app, S(""), user); }

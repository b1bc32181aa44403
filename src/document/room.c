/** Rooms: one per open document on this node, over the plain y-websocket protocol.
 *
 *  An update is applied to the C document, sent on at once to the others, and saved by group commit; *saved* is said only when it
 *  is on disk. All of a room belongs to the live loop's thread; loading and saving happen elsewhere and come back by live_post.
 *  Non-goals: rights (the caller of room_join has checked them) and meaning (no node or mark is known here).
 *  Limits: see room_impl.h. A reader that does not keep up is put out and resynchronises when it returns. */
#include "document/room_impl.h"
#include <stdlib.h>
#include "base/hash.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/time.h"

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
    CrdtAwarenessOptions small = { .max_state_bytes = MAX_STATE_BYTES, .max_clients = 1000 };     /* a cursor; readers by a link send it to everybody */
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
    crdt_awareness_close(r->presence);
    crdt_close(r->doc);
    arena_free(r->unsaved_arena);
    arena_free(r->arena);
}

/* ---- Saying ------------------------------------------------------------------------------------------------ */

static void send(Member *m, Frame *f)
{
    if (!sock_send(m->sock, f)) sock_close(m->sock, 1013, "too slow; reconnect");
}

static void send_buf(Member *m, const CrdtBuf *b)
{
    Frame *f = frame_make(FRAME_BINARY, str_of_buf(b));
    send(m, f);
    frame_drop(f);
}

void room_tell_all(Room *r, const Member *except, Str message)
{
    Frame *f = frame_make(FRAME_BINARY, message);
    for (Member *m = r->members, *next; m; m = next) {
        next = m->next;
        if (m != except) send(m, f);
    }
    frame_drop(f);
}

void member_say(Member *m, uint64_t kind, uint64_t value)
{
    auto_crdt_buf b = { 0 };
    if (!m->wants_saved || crdt_write_varuint(&b, kind) || crdt_write_varuint(&b, value)) return;
    send_buf(m, &b);
}

/** A sync message around bytes of the engine; false when it ran out of memory. */
static void say_step1(Member *m)
{
    auto_crdt_buf b = { 0 };
    if (crdt_write_varuint(&b, CRDT_MESSAGE_SYNC) || crdt_sync_write_step1(m->room->doc, &b)) return;
    send_buf(m, &b);
}

static void greet(Member *m)
{
    say_step1(m);
    presence_send_all(m);
    if (!m->can_write) member_say(m, SAY_STATE, STATE_READ_ONLY);
    else if (m->room->failing) member_say(m, SAY_STATE, STATE_CANNOT_SAVE);
}

/* ---- Hearing ----------------------------------------------------------------------------------------------- */

static void answer_step1(Member *m, CrdtBytes state_vector)
{
    auto_crdt_buf b = { 0 };
    CrdtErr e = crdt_write_varuint(&b, CRDT_MESSAGE_SYNC);
    if (!e) e = crdt_sync_write_step2(m->room->doc, state_vector, &b);
    if (e == CRDT_MALFORMED) sock_close(m->sock, 1007, "malformed state vector");
    else if (!e) send_buf(m, &b);
}

/** A member who may only read: what brings nothing new passes in silence, the rest is said no to. */
static void refuse_update(Member *m, CrdtBytes update)
{
    bool known = false;
    if (crdt_is_known(m->room->doc, update, &known, NULL)) { sock_close(m->sock, 1007, "malformed update"); return; }
    if (!known && !m->told_read_only) {
        m->told_read_only = true;
        member_say(m, SAY_STATE, STATE_READ_ONLY);
    }
}

static void close_for(Member *m, CrdtErr e)
{
    if (e == CRDT_MALFORMED) sock_close(m->sock, 1007, "malformed update");
    else if (e == CRDT_LIMIT) sock_close(m->sock, 1009, "the update is too large or too far ahead");
    else sock_close(m->sock, 1013, "out of memory");
}

/** Sends it on and saves it, byte for byte as it came. */
static void spread_update(Member *m, CrdtBytes update)
{
    auto_crdt_buf b = { 0 };
    if (crdt_write_varuint(&b, CRDT_MESSAGE_SYNC) == CRDT_OK && crdt_sync_write_update(update, &b) == CRDT_OK)
        room_tell_all(m->room, m, str_of_buf(&b));
    room_keep(m->room, str_of_bytes(update), m->user.id);
}

static void take_update(Member *m, CrdtBytes update, bool counted)
{
    Room *r = m->room;
    CrdtApplied applied = { 0 };
    if (!m->can_write) { refuse_update(m, update); return; }
    if (r->unsaved_bytes + update.len > MAX_UNSAVED_BYTES) { sock_close(m->sock, 1013, "cannot save now"); return; }
    CrdtErr e = crdt_apply(r->doc, update, &applied, NULL);
    if (e && !applied.changed) { close_for(m, e); return; }
    m->seen += counted;
    if (applied.changed || applied.pending) {
        spread_update(m, update);
        /* A limit or memory stopped it half way: the log has all of it, and our copy asks for the rest again. */
        if (e) say_step1(m);
    } else if (!r->saving && r->unsaved.len == 0) {
        m->saved = m->saving = m->seen;
        member_say(m, SAY_SAVED, m->saved);
    }
}

static void take_sync(Member *m, CrdtBytes in)
{
    CrdtSyncKind kind;
    CrdtBytes payload;
    if (crdt_sync_read(&in, &kind, &payload)) { sock_close(m->sock, 1007, "malformed sync message"); return; }
    if (kind == CRDT_SYNC_STEP1) answer_step1(m, payload);
    else take_update(m, payload, kind == CRDT_SYNC_UPDATE);      /* *saved* counts update messages only */
}

static void take_message(Member *m, Str message)
{
    CrdtBytes in = bytes_of(message), update;
    uint64_t kind;
    if (crdt_read_varuint(&in, &kind)) { sock_close(m->sock, 1007, "malformed message"); return; }
    if (kind == CRDT_MESSAGE_SYNC) take_sync(m, in);
    else if (kind == CRDT_MESSAGE_AWARENESS && crdt_read_varbytes(&in, &update) == CRDT_OK) presence_take(m, update);
    else if (kind == CRDT_MESSAGE_QUERY_AWARENESS) presence_send_all(m);
    /* Kinds of later protocol versions are passed over, as every y-websocket peer does. */
}

/* ---- Members ----------------------------------------------------------------------------------------------- */

/** A room that could not be loaded is loaded anew for whoever comes next, unless something of it is still under way. */
static bool try_again(Room *r)
{
    if (r->saving || r->fetching || r->unsaved.len) return false;
    crdt_close(r->doc);
    r->doc = NULL;
    r->seen = 0;
    room_load(r);
    return true;
}

static void opened(Sock *s, void *data)
{
    Member *m = data;
    m->sock = s;
    Room *r = room_find(m->rooms, m->document);
    if (!r) r = room_open(m->rooms, m->document);
    m->room = r;
    m->next = r->members;
    if (m->next) m->next->before = m;
    r->members = m;
    r->idle_ticks = 0;
    if (r->state == ROOM_READY) greet(m);
    else if (r->state == ROOM_FAILED && !try_again(r)) sock_close(s, 4500, "the document cannot be opened yet; reconnect");
}

static void message(Sock *s, void *data, FrameKind kind, Str payload)
{
    Member *m = data;
    if (kind != FRAME_BINARY) { sock_close(s, 1003, "send binary messages"); return; }
    if (m->room->state == ROOM_READY) { take_message(m, payload); return; }
    m->early_bytes += payload.len;
    if (m->early_bytes > MAX_EARLY_BYTES) { sock_close(s, 1013, "still loading; reconnect"); return; }
    *list_add(m->arena, &m->early) = arena_str(m->arena, payload);
}

static void closed(Sock *s, void *data)
{
    (void)s;
    Member *m = data;
    if (m->room) {
        if (m->before) m->before->next = m->next; else m->room->members = m->next;
        if (m->next) m->next->before = m->before;
        presence_leave(m);
    }
    arena_free(m->arena);
}

void room_ready(Room *r)
{
    r->state = ROOM_READY;
    for (Member *m = r->members; m; m = m->next) {
        greet(m);
        list_each(&m->early, i) take_message(m, m->early.at[i]);
        m->early.len = 0;
    }
}

void room_fail(Room *r)
{
    r->state = ROOM_FAILED;
    r->idle_ticks = IDLE_TICKS;              /* forgotten at the next tick without members */
    for (Member *m = r->members; m; m = m->next) sock_close(m->sock, 4500, "the document cannot be opened; see the server's log");
}

static const SockEvents room_events = { .opened = opened, .message = message, .closed = closed,
    .max_message_bytes = MAX_MESSAGE_BYTES, .max_queue_bytes = MAX_QUEUE_BYTES };

Err room_join(Cx *cx, const RoomMember *member, Res *res)
{
    Rooms *rooms = cx->app->rooms;
    if (!rooms || rooms->closing) return fail(cx->arena, ERR_UNAVAILABLE, "the server is stopping");
    int64_t revision;
    TRY(document_revision(cx, member->document, &revision));
    if (!revision) return fail(cx->arena, ERR_NOT_FOUND, "there is no document " STR_FMT, STR_ARG(member->document));
    Arena *a = arena_new(1024);
    Member *m = arena_make(a, Member);
    *m = (Member){ .rooms = rooms, .arena = a, .document = arena_str(a, member->document), .can_write = member->can_write,
        .wants_saved = member->wants_saved, .until_ms = member->until_ms,
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
            for (Member *m = r->members; m; m = m->next)
                if (!o->user.len || str_eq(m->user.id, o->user)) {
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
    live_post(app->live, put_out, o);
}

void room_recheck(App *app, Str document) { post_out(app, document, S("")); }
void room_put_out(App *app, Str user) { post_out(app, S(""), user); }

/* ---- The node's rooms -------------------------------------------------------------------------------------- */

static void put_out_late(Room *r, int64_t now_ms)
{
    for (Member *m = r->members; m; m = m->next)
        if (m->until_ms && m->until_ms <= now_ms) sock_close(m->sock, 1012, "the link expired");
}

static void tick(void *arg)
{
    Rooms *rooms = arg;
    int64_t now_ms = clock_ms();
    for (size_t b = 0; b < BUCKETS; b++)
        for (Room *r = rooms->buckets[b], *next; r; r = next) {
            next = r->next;
            presence_tick(r);
            put_out_late(r, now_ms);
            room_fetch(r);                   /* again, when the database did not answer */
            if (r->failing && !r->saving) room_save(r);
            bool busy = r->members || r->saving || r->fetching || r->unsaved.len || r->state == ROOM_LOADING;
            if (busy) { r->idle_ticks = 0; continue; }
            if (r->state == ROOM_READY && r->idle_ticks == 0 && r->tail > 20) { r->idle_ticks++; room_snapshot(r); continue; }
            if (++r->idle_ticks > IDLE_TICKS) room_free(r);
        }
}

Err rooms_serve(App *app)
{
    Rooms *rooms = calloc(1, sizeof *rooms);
    if (!rooms) bug("out of memory");
    rooms->app = app;
    snprintf(rooms->node, sizeof rooms->node, "%016llx", (unsigned long long)rand_u64());
    pthread_mutex_init(&rooms->lock, NULL);
    pthread_cond_init(&rooms->wake, NULL);
    pthread_cond_init(&rooms->drained, NULL);
    rooms->loads_end = &rooms->loads;
    app->rooms = rooms;
    live_every(app->live, TICK_MS, tick, rooms);
    return loader_start(rooms, app->arena);
}

typedef struct Heard { Rooms *rooms; Arena *arena; Str id; int64_t revision; } Heard;

static void hear(void *arg)
{
    Heard *h = arg;
    for (size_t b = 0; b < BUCKETS; b++)
        for (Room *r = h->rooms->buckets[b]; r; r = r->next) {
            if (h->id.len && !str_eq(h->id, r->id)) continue;
            int64_t revision = h->id.len ? h->revision : r->seen + 1;     /* after a lost connection: look */
            if (revision > r->wanted) r->wanted = revision;
            room_fetch(r);
        }
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
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&rooms->lock);
    while (!rooms->is_drained)
        if (pthread_cond_timedwait(&rooms->drained, &rooms->lock, &until)) { log_warn("stopping with unsaved edits: the database did not take them"); break; }
    pthread_mutex_unlock(&rooms->lock);
    loader_stop(rooms);
}

void rooms_stop(App *app)
{
    Rooms *rooms = app->rooms;
    if (!rooms) return;
    for (size_t b = 0; b < BUCKETS; b++)
        while (rooms->buckets[b]) room_free(rooms->buckets[b]);
    pthread_mutex_destroy(&rooms->lock);
    pthread_cond_destroy(&rooms->wake);
    pthread_cond_destroy(&rooms->drained);
    free(rooms);
    app->rooms = NULL;
}

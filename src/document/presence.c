/** Who is in a room: names and cursors that nobody stores. What people say about who they are is not believed: the `user`
 *  field is rewritten from their session, and a connection may only speak for client ids that nobody else holds.
 *  Cursors are not worth a message each: those that moved within a beat go out together, and in a crowd less often. */
#include <stdlib.h>
#include "app/shape.h"
#include "base/time.h"
#include "document/room_impl.h"

/** As --who-1 … --who-6 of web/style/tokens.css; cursors need real colours. Index 0: a guest by link. */
static const char *const colors[] = { "#5a616d", "#9141c2", "#0d756c", "#b04f18", "#3763b5", "#b0356f", "#5c7318" };

static bool holds(const Member *m, uint64_t client)
{
    for (size_t i = 0; i < m->n_clients; i++)
        if (m->clients[i] == client) return true;
    return false;
}

/** True when the member may speak for this client id; takes a free one. */
static bool may_speak(Member *m, uint64_t client)
{
    if (holds(m, client)) return true;
    for (int i = 0; i < m->room->n_members; i++) {
        const Member *o = m->room->seats[i].member;
        if (o != m && holds(o, client)) return false;
    }
    if (m->n_clients == MAX_CLIENTS_OF_MEMBER) return false;
    m->clients[m->n_clients++] = client;
    return true;
}

/** The state with its `user` as we know them; "null" stays. */
static Str rewrite(Arena *a, const Member *m, Str json)
{
    json_t *state;
    if (json_parse(a, json, &state).info || !json_is_object(state)) return S("null");
    int64_t color = m->user.avatar_color >= 1 && m->user.avatar_color <= 6 ? m->user.avatar_color : 0;
    json_object_set_new(state, "user", json_pack("{s:s%, s:s%, s:s, s:I}", "id", m->user.id.at, m->user.id.len,
        "name", m->user.name.at, m->user.name.len, "color", colors[color], "avatar_color", (json_int_t)color));
    return json_text(a, state);
}

/** Message type 1 around an awareness update, to one or to all. */
static void tell(Room *r, Member *only, const CrdtBuf *update)
{
    auto_crdt_buf b = { 0 };
    if (update->len == 0 || crdt_write_varuint(&b, CRDT_MESSAGE_AWARENESS) || crdt_write_varbytes(&b, crdt_buf_bytes(update))) return;
    if (!only) { room_tell_all(r, NULL, str_of_buf(&b)); return; }
    Frame *f = frame_make(FRAME_BINARY, str_of_buf(&b));
    (void)sock_send(only->sock, f);              /* a lost cursor is repeated within 15 seconds */
    frame_drop(f);
}

/** The client moved, came or left: told with the others that do so at this time. */
static void mark(Room *r, uint64_t client)
{
    if (!r->cursors_at) {
        int64_t now = clock_monotonic_ms();
        r->cursors_at = r->cursors_next > now ? r->cursors_next : now;
        room_due(r);
    }
    for (size_t i = 0; i < r->n_moved; i++)
        if (r->moved[i] == client) return;
    if (r->n_moved == r->moved_room) {
        size_t room = r->moved_room ? r->moved_room * 2 : 8;
        uint64_t *more = realloc(r->moved, room * sizeof *more);
        if (!more) bug("out of memory");
        r->moved = more;
        r->moved_room = room;
    }
    r->moved[r->n_moved++] = client;
}

void presence_flush(Room *r)
{
    auto_crdt_buf out = { 0 };
    if (r->n_moved && crdt_awareness_encode_clients(r->presence, r->moved, r->n_moved, &out) == CRDT_OK)
        tell(r, NULL, &out);                     /* senders too: their provider takes silence for a dead connection */
    r->n_moved = 0;
    r->cursors_at = 0;
    r->cursors_next = clock_monotonic_ms() + (int64_t)r->n_members * CURSORS_MS_PER_MEMBER;
}

void presence_take(Member *m, CrdtBytes update)
{
    auto_arena a = arena_new(4096);
    auto_crdt_buf body = { 0 }, out = { 0 };
    CrdtBytes in = update;
    uint64_t n, kept = 0, client[MAX_CLIENTS_OF_MEMBER];
    if (crdt_read_varuint(&in, &n)) { sock_close(m->sock, 1007, "malformed presence"); return; }
    for (uint64_t i = 0; i < n; i++) {
        CrdtAwarenessEntry e;
        if (crdt_awareness_read_entry(&in, &e)) { sock_close(m->sock, 1007, "malformed presence"); return; }
        if (kept == MAX_CLIENTS_OF_MEMBER || !may_speak(m, e.client)) continue;
        e.json = bytes_of(rewrite(a, m, str_of_bytes(e.json)));
        if (crdt_awareness_write_entry(&body, &e)) return;
        client[kept++] = e.client;
    }
    if (!kept || crdt_write_varuint(&out, kept) || crdt_buf_add(&out, body.at, body.len)) return;
    if (crdt_awareness_apply(m->room->presence, crdt_buf_bytes(&out), clock_monotonic_ms(), NULL, NULL, NULL)) return;
    for (uint64_t i = 0; i < kept; i++) mark(m->room, client[i]);
}

void presence_leave(Member *m)
{
    for (size_t i = 0; i < m->n_clients; i++)
        if (crdt_awareness_remove(m->room->presence, m->clients[i], NULL) == CRDT_OK) mark(m->room, m->clients[i]);
}

void presence_send_all(Member *m)
{
    auto_crdt_buf out = { 0 };
    if (crdt_awareness_encode(m->room->presence, &out) == CRDT_OK) tell(m->room, m, &out);
}

void presence_tick(Room *r)
{
    auto_crdt_buf out = { 0 };
    if (crdt_awareness_expire(r->presence, clock_monotonic_ms(), NULL, NULL, &out) == CRDT_OK) tell(r, NULL, &out);
}

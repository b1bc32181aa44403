/** The y-websocket protocol in a room: what members say, what they hear.
 *
 *  An update is applied and goes on to the others in the same turn of the loop, byte for byte as it came. A member that does
 *  not read holds at most MAX_QUEUE_BYTES and one frame: from half of that on updates pass it by, and when it reads again it
 *  gets all that it missed as one update, made from the state vector it was left at. */
#include "base/time.h"
#include "document/room_impl.h"

enum {
    KEPT_ANSWER_BYTES = 16 << 10,          /* smaller ones are made again */
    KEPT_SCRATCH_BYTES = 64 << 10,
};

/* ---- Saying ------------------------------------------------------------------------------------------------ */

/** Leaves a member where it is: what comes from now on is summed up later. */
static void fall_behind(Seat *seat)
{
    Member *m = seat->member;
    if (m->room->state != ROOM_READY) return;
    crdt_buf_clear(&m->since);
    seat->behind = crdt_encode_state_vector(m->room->doc, &m->since) == CRDT_OK;
}

static void seat_send(Seat *seat, Frame *f)
{
    if (!sock_send(seat->sock, f)) { sock_close(seat->sock, 1013, "too slow; reconnect"); return; }
    if (sock_queued(seat->sock) > MAX_QUEUE_BYTES / 2 && !seat->behind) fall_behind(seat);
}

static void send_frame(Member *m, Frame *f) { seat_send(&m->room->seats[m->seat], f); }

static void send_buf(Member *m, const CrdtBuf *b)
{
    Frame *f = frame_make(FRAME_BINARY, str_of_buf(b));
    send_frame(m, f);
    frame_drop(f);
}

void room_tell_all(Room *r, const Member *except, Str message)
{
    Frame *f = frame_make(FRAME_BINARY, message);
    for (int i = 0; i < r->n_members; i++)
        if (r->seats[i].member != except && !r->seats[i].behind) seat_send(&r->seats[i], f);
    frame_drop(f);
}

void room_tell_update(Room *r, const Member *except, CrdtBytes update)
{
    CrdtBuf *b = &r->rooms->scratch;
    crdt_buf_clear(b);
    if (crdt_write_varuint(b, CRDT_MESSAGE_SYNC) == CRDT_OK && crdt_sync_write_update(update, b) == CRDT_OK)
        room_tell_all(r, except, str_of_buf(b));
    if (b->cap > KEPT_SCRATCH_BYTES) crdt_buf_done(b);
}

void member_say(Member *m, uint64_t kind, uint64_t value)
{
    auto_crdt_buf b = { 0 };
    if (!m->wants_saved || crdt_write_varuint(&b, kind) || crdt_write_varuint(&b, value)) return;
    Frame *f = frame_make(FRAME_BINARY, str_of_buf(&b));
    (void)sock_send(m->sock, f);                    /* with a full queue: member_catch_up says it again */
    frame_drop(f);
}

static void say_step1(Member *m)
{
    auto_crdt_buf b = { 0 };
    if (crdt_write_varuint(&b, CRDT_MESSAGE_SYNC) || crdt_sync_write_step1(m->room->doc, &b)) return;
    send_buf(m, &b);
}

static void say_state(Member *m)
{
    if (!m->can_write) member_say(m, SAY_STATE, STATE_READ_ONLY);
    else if (m->room->failing) member_say(m, SAY_STATE, STATE_CANNOT_SAVE);
}

void member_greet(Member *m)
{
    say_step1(m);
    presence_send_all(m);
    say_state(m);
}

void member_catch_up(Member *m)
{
    if (!m->room || m->room->state != ROOM_READY) return;
    if (m->room->seats[m->seat].behind) {
        auto_crdt_buf b = { 0 };
        if (crdt_write_varuint(&b, CRDT_MESSAGE_SYNC) || crdt_sync_write_step2(m->room->doc, crdt_buf_bytes(&m->since), &b)) {
            sock_close(m->sock, 1013, "out of memory; reconnect");
            return;
        }
        m->room->seats[m->seat].behind = false;
        send_buf(m, &b);
        presence_send_all(m);
    }
    member_say(m, SAY_SAVED, m->saved);
    say_state(m);
}

/* ---- Answers ----------------------------------------------------------------------------------------------- */

void room_forget_answer(Room *r)
{
    frame_drop(r->answer.frame);
    r->answer.frame = NULL;
    crdt_buf_done(&r->answer.asked);
}

static bool was_asked(const Room *r, CrdtBytes state_vector)
{
    return r->answer.frame && str_eq(str_of_buf(&r->answer.asked), str_of_bytes(state_vector));
}

/** Many come at once after a lost connection and ask the same: a large answer is made once. */
static void answer_step1(Member *m, CrdtBytes state_vector)
{
    Room *r = m->room;
    if (was_asked(r, state_vector)) {
        r->answer.used = true;
        send_frame(m, r->answer.frame);
        return;
    }
    auto_crdt_buf b = { 0 };
    CrdtErr e = crdt_write_varuint(&b, CRDT_MESSAGE_SYNC);
    if (!e) e = crdt_sync_write_step2(r->doc, state_vector, &b);
    if (e == CRDT_MALFORMED) { sock_close(m->sock, 1007, "malformed state vector"); return; }
    if (e) { sock_close(m->sock, 1013, "out of memory; reconnect"); return; }
    m->credit -= (int64_t)(b.len / MESSAGE_BYTES) * 1000;
    Frame *f = frame_make(FRAME_BINARY, str_of_buf(&b));
    send_frame(m, f);
    if (b.len >= KEPT_ANSWER_BYTES) {
        room_forget_answer(r);
        if (crdt_buf_add(&r->answer.asked, state_vector.at, state_vector.len) == CRDT_OK) { r->answer.frame = f; r->answer.used = true; return; }
    }
    frame_drop(f);
}

/* ---- Hearing ----------------------------------------------------------------------------------------------- */

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
        if (r->answer.frame) room_forget_answer(r);
        room_tell_update(r, m, update);
        room_keep(r, update, m->user.id);
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

/** Takes the price of a message; who has spent too much is not read for a moment, so that nothing is lost. */
static void spend(Member *m, size_t bytes)
{
    int64_t now = clock_monotonic_ms(), most = MESSAGES_AT_ONCE * 1000LL;
    m->credit += m->credit_ms ? (now - m->credit_ms) * MESSAGES_PER_SECOND : most;
    if (m->credit > most) m->credit = most;
    m->credit_ms = now;
    m->credit -= (1 + (int64_t)(bytes / MESSAGE_BYTES)) * 1000;
}

void member_take(Member *m, Str message)
{
    CrdtBytes in = bytes_of(message), update;
    uint64_t kind;
    spend(m, message.len);
    if (crdt_read_varuint(&in, &kind)) { sock_close(m->sock, 1007, "malformed message"); return; }
    if (kind == CRDT_MESSAGE_SYNC) take_sync(m, in);
    else if (kind == CRDT_MESSAGE_AWARENESS && crdt_read_varbytes(&in, &update) == CRDT_OK) presence_take(m, update);
    else if (kind == CRDT_MESSAGE_QUERY_AWARENESS) presence_send_all(m);
    /* Kinds of later protocol versions are passed over, as every y-websocket peer does. */
    if (m->credit < 0) sock_pause(m->sock);
}

/** Browser sessions. The cookie is a random secret of which only a hash is stored; a session ends 30 days after its
 *  last use, when its person signs out, is disabled or gets another password. */
#include "app/app.h"
#include "app/secret.h"
#include "base/id.h"
#include "base/utf8.h"
#include "feature/account/internal.h"
#include "sql.gen.h"

Str session_csrf(Arena *a, Str cookie)
{
    return secret_hash(a, arena_fmt(a, "csrf:" STR_FMT, STR_ARG(cookie)));
}

Err session_add(Cx *cx, Str user, Str peer, Str user_agent, Str *ret_cookie)
{
    Str cookie = id_secret(cx->arena, 32);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_session_insert);
    stmt_str(&q, "id", id_new(cx->arena, cx->now_ms));
    stmt_str(&q, "user_id", user);
    stmt_str(&q, "token_hash", secret_hash(cx->arena, cookie));
    stmt_str(&q, "peer", peer);
    stmt_str(&q, "user_agent", utf8_valid(user_agent) ? utf8_clip(user_agent, 300) : S(""));
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_int(&q, "expires_ms", cx->now_ms + SESSION_IDLE_MS);
    TRY(stmt_exec(&q));
    auto_stmt seen = stmt_begin(cx->arena, cx->store, &sql_user_seen);
    stmt_str(&seen, "id", user);
    stmt_int(&seen, "now_ms", cx->now_ms);
    TRY(stmt_exec(&seen));
    *ret_cookie = cookie;
    return OK;
}

Err session_list(Cx *cx, Str user, Sessions *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_session_list);
    stmt_str(&q, "user_id", user);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_int(&q, "limit", 200);
    Sessions all = { 0 };
    while (stmt_step(&q)) {
        Session *s = list_add(cx->arena, &all);
        *s = (Session){ .id = stmt_col_str(&q, 0), .device = stmt_col_str(&q, 1), .peer = stmt_col_str(&q, 2),
                        .created_ms = stmt_col_int(&q, 3), .seen_ms = stmt_col_int(&q, 4), .expires_ms = stmt_col_int(&q, 5) };
        s->current = str_eq(s->id, cx->actor.session);
    }
    TRY(stmt_end(&q));
    *ret = all;
    return OK;
}

Err session_remove(Cx *cx, Str user, Str id, Str keep, int64_t *ret_ended)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_session_delete, stmt_if(id.len, "id"),
                                stmt_if(keep.len, "keep"), NULL);
    stmt_str(&q, "user_id", user);
    if (id.len) stmt_str(&q, "id", id);
    if (keep.len) stmt_str(&q, "keep", keep);
    stmt_step(&q);
    int64_t ended = stmt_changes(&q);
    TRY(stmt_end(&q));
    *ret_ended = ended;
    if (!ended) return OK;
    return event_emit(cx, &(Event){ .kind = "account.session_ended", .subject = user, .object = id, .title = S("A session ended") });
}

static Err sweep(Cx *cx, void *arg)
{
    (void)arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_session_sweep);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

Err session_sweep(Cx *cx, Str payload)
{
    (void)payload;
    return cx_write(cx, sweep, NULL);
}

/* ---- who is asking */

void actor_from(Stmt *q, int i, Actor *ret)
{
    ret->id = stmt_col_str(q, i);
    ret->name = stmt_col_str(q, i + 1);
    ret->email = stmt_col_str(q, i + 2);
    ret->role = role_of(stmt_col_str(q, i + 3));
    ret->locale = stmt_col_str(q, i + 4);
    ret->time_zone = stmt_col_str(q, i + 5);
    ret->avatar_color = stmt_col_int(q, i + 6);
}

Err session_used(Cx *cx, Str session, Str user)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_session_touch);
    stmt_str(&q, "id", session);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_int(&q, "expires_ms", cx->now_ms + SESSION_IDLE_MS);
    TRY(stmt_exec(&q));
    auto_stmt seen = stmt_begin(cx->arena, cx->store, &sql_user_seen);
    stmt_str(&seen, "id", user);
    stmt_int(&seen, "now_ms", cx->now_ms);
    return stmt_exec(&seen);
}

Err token_used(Cx *cx, Str token)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_token_touch);
    stmt_str(&q, "id", token);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

/** "Was used just now", written behind the request's back: whoever asks does not wait for the disk. */
typedef struct Touch { WriteJob job; Str session, user, token; int64_t now_ms; } Touch;

static Err touch_work(Store *s, void *arg)
{
    Touch *t = arg;
    Cx cx = { .arena = t->job.arena, .store = s, .now_ms = t->now_ms };
    return t->token.len ? token_used(&cx, t->token) : session_used(&cx, t->session, t->user);
}

static void touch_done(WriteJob *job, Err result)
{
    err_log(result, "noting that a session or token was used");
    arena_free(job->arena);
}

static void touch(Cx *cx, Str session, Str user, Str token)
{
    Arena *a = arena_new(1024);
    Touch *t = arena_make(a, Touch);
    *t = (Touch){ .job = { .work = touch_work, .arg = t, .arena = a, .done = touch_done }, .session = arena_str(a, session),
                  .user = arena_str(a, user), .token = arena_str(a, token), .now_ms = cx->now_ms };
    database_submit(cx->app->db, &t->job);
}

/** The scopes that a token has: each includes what is less, so that no feature has to know. */
static unsigned scopes_meant(unsigned given)
{
    if (given & SCOPE_ADMIN) return SCOPE_ALL;
    return given & SCOPE_WRITE ? given | SCOPE_READ | SCOPE_INGEST : given;
}

/** By the hash of its cookie, or by its id. */
static Err session_read(Cx *cx, const char *by, Str value, Actor *ret, int64_t *ret_seen_ms)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_session_find, by, NULL);
    stmt_str(&q, "token_hash", value);
    stmt_str(&q, "id", value);
    stmt_int(&q, "now_ms", cx->now_ms);
    Actor actor = { .scopes = SCOPE_ALL };
    bool found = stmt_step(&q);
    if (found) {
        actor.session = stmt_col_str(&q, 0);
        *ret_seen_ms = stmt_col_int(&q, 1);
        actor_from(&q, 2, &actor);
        actor.until_ms = stmt_col_int(&q, 9);
    }
    TRY(stmt_end(&q));
    if (found) *ret = actor;
    return OK;
}

Err session_actor(Cx *cx, Str cookie, Actor *ret)
{
    Actor actor = { 0 };
    int64_t seen_ms = 0;
    if (cookie.len == 0 || cookie.len > 100) return OK;
    TRY(session_read(cx, "by_hash", secret_hash(cx->arena, cookie), &actor, &seen_ms));
    if (!actor.id.len) return OK;
    actor.csrf = session_csrf(cx->arena, cookie);
    if (cx->now_ms - seen_ms >= SESSION_TOUCH_MS) touch(cx, actor.session, actor.id, S(""));
    *ret = actor;
    return OK;
}

static Err token_read(Cx *cx, const char *by, Str value, Actor *ret, int64_t *ret_used_ms)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_token_find, by, NULL);
    stmt_str(&q, "token_hash", value);
    stmt_str(&q, "id", value);
    stmt_int(&q, "now_ms", cx->now_ms);
    Actor actor = { 0 };
    bool found = stmt_step(&q);
    if (found) {
        actor.token = stmt_col_str(&q, 0);
        actor.scopes = scopes_meant((unsigned)stmt_col_int(&q, 1));
        *ret_used_ms = stmt_col_int(&q, 2);
        actor_from(&q, 3, &actor);
        actor.until_ms = stmt_col_int(&q, 10);
    }
    TRY(stmt_end(&q));
    if (found) *ret = actor;
    return OK;
}

Err token_actor(Cx *cx, Str token, Actor *ret)
{
    Actor actor = { 0 };
    int64_t used_ms = 0;
    if (token.len == 0 || token.len > 100) return OK;
    TRY(token_read(cx, "by_hash", secret_hash(cx->arena, token), &actor, &used_ms));
    if (!actor.id.len) return OK;
    if (cx->now_ms - used_ms >= TOKEN_TOUCH_MS) touch(cx, S(""), S(""), actor.token);
    *ret = actor;
    return OK;
}

Err actor_again(Cx *cx, const Actor *was, Actor *ret)
{
    int64_t ms;
    return was->session.len ? session_read(cx, "by_id", was->session, ret, &ms) : token_read(cx, "by_id", was->token, ret, &ms);
}

#pragma once
/** Inside account/ only. */
#include "app/fold.h"
#include "feature/account/account.h"

#define SESSION_IDLE_MS (30ll * 24 * 3600 * 1000)     /* a session ends this long after its last use */
#define SESSION_TOUCH_MS (3600ll * 1000)              /* its use is written down at most this often */
#define TOKEN_TOUCH_MS (60ll * 1000)
#define SESSION_COOKIE "hindsight_session"


/** A person with the hash of their password. Fails: ERR_NOT_FOUND. */
Err user_get_secret(Cx *cx, Str id, User *ret, Str *ret_hash);
Err user_find_secret(Cx *cx, Str email, User *ret, Str *ret_hash);
typedef struct UserFilter { Str q, team; Strs roles; bool enabled; int64_t limit, skip; } UserFilter;
Err user_select(Cx *cx, const UserFilter *filter, Users *ret);
Err user_total(Cx *cx, const UserFilter *filter, int64_t *ret);
/** Brings the principals of a person in line with their teams. Within a write. */
Err user_principals(Cx *cx, Str user);
/** Says that a person may see or do other things than before: their open sockets are ended, and come back with the new rights. */
Err user_access_changed(Cx *cx, Str user);

typedef struct Session {
    Str id, device, peer;
    bool current;
    int64_t created_ms, seen_ms, expires_ms;
} Session;
typedef LIST(Session) Sessions;
/** Starts a session; `ret_cookie` is known only now. Within a write. */
Err session_add(Cx *cx, Str user, Str peer, Str user_agent, Str *ret_cookie);
Err session_list(Cx *cx, Str user, Sessions *ret);
/** Ends sessions of a person: one (`id`), or all but `keep`, or all. Within a write. */
Err session_remove(Cx *cx, Str user, Str id, Str keep, int64_t *ret_ended);
/** What X-CSRF-Token must say in requests with this cookie: derived, so that it needs no store. */
Str session_csrf(Arena *a, Str cookie);
Err session_actor(Cx *cx, Str cookie, Actor *ret);
/** Notes that a session was used now, which moves its end. Within a write. */
Err session_used(Cx *cx, Str session, Str user);
Err session_sweep(Cx *cx, Str payload);

typedef struct Token {
    Str id, name;
    Strs scopes;
    Str prefix, token;                /* token: only in the answer to its creation */
    UserRef user;
    int64_t created_ms, expires_ms, last_used_ms;
} Token;
typedef LIST(Token) Tokens;
extern const char *const scope_names[];
Err token_get(Cx *cx, Str id, Token *ret);
/** Of one person, or of everybody when `user` is empty; newest first. */
Err token_list(Cx *cx, Str user, int64_t limit, Tokens *ret);
Err token_remove(Cx *cx, Str id);
/** Notes that a token was used now. Within a write. */
Err token_used(Cx *cx, Str id);
Err token_actor(Cx *cx, Str token, Actor *ret);
/** Who the session or token of `was` stands for now; `ret` stays as it is when it expired, was revoked or its person disabled. */
Err actor_again(Cx *cx, const Actor *was, Actor *ret);

Err team_get(Cx *cx, Str id, Team *ret);
Err team_list(Cx *cx, Str q, Teams *ret);
Err team_change(Cx *cx, const Team *team);
Err team_remove(Cx *cx, Str id);

/** Fills an Actor from columns id, name, email, role, locale, time_zone, avatar_color that begin at `i`. */
void actor_from(Stmt *q, int i, Actor *ret);
Role role_of(Str name);

/* handlers: session_routes.c */
Err get_setup(Cx *cx, Req *req, Res *res);
Err post_setup(Cx *cx, Req *req, Res *res);
Err get_session(Cx *cx, Req *req, Res *res);
Err post_session(Cx *cx, Req *req, Res *res);
Err delete_session(Cx *cx, Req *req, Res *res);
Err get_sessions(Cx *cx, Req *req, Res *res);
Err delete_sessions(Cx *cx, Req *req, Res *res);
Err delete_one_session(Cx *cx, Req *req, Res *res);
extern const Shape setup_shape, setup_state_shape, sign_in_shape, session_info_shape, session_shape;
/* people_routes.c */
Err get_people(Cx *cx, Req *req, Res *res);
Err post_people(Cx *cx, Req *req, Res *res);
Err get_person(Cx *cx, Req *req, Res *res);
Err patch_person(Cx *cx, Req *req, Res *res);
/* team_routes.c */
Err get_teams(Cx *cx, Req *req, Res *res);
Err post_teams(Cx *cx, Req *req, Res *res);
Err get_team(Cx *cx, Req *req, Res *res);
Err patch_team(Cx *cx, Req *req, Res *res);
Err delete_team(Cx *cx, Req *req, Res *res);
/* token_routes.c */
extern const Shape token_shape;
Err get_tokens(Cx *cx, Req *req, Res *res);
Err post_tokens(Cx *cx, Req *req, Res *res);
Err delete_token(Cx *cx, Req *req, Res *res);

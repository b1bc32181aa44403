#include "app/app.h"
#include "app/guard.h"
#include "app/topics.h"
#include "document/document.h"
#include "feature/account/internal.h"
#include "sql.gen.h"

static const Route routes[] = {
    { GET, "/api/v1/setup", ROLE_PUBLIC, get_setup, .reply = &setup_state_shape, .doc = "How far the first run is" },
    { POST, "/api/v1/setup", ROLE_PUBLIC, post_setup, &setup_shape, &session_info_shape, OWN_WRITES | NO_CSRF,
      .doc = "Adds the first person, an administrator, and signs them in; only while nobody is there" },
    { GET, "/api/v1/session", ROLE_PUBLIC, get_session, .reply = &session_info_shape, .doc = "Who is signed in, and what every page needs" },
    { POST, "/api/v1/session", ROLE_PUBLIC, post_session, &sign_in_shape, &session_info_shape, OWN_WRITES | NO_CSRF, .doc = "Signs in" },
    { DELETE, "/api/v1/session", ROLE_PUBLIC, delete_session, .flags = NO_MATCH, .doc = "Signs out" },
    { GET, "/api/v1/sessions", ROLE_VIEWER, get_sessions, .reply = &session_shape, .flags = REPLY_LIST, .doc = "Browsers in which one is signed in" },
    { DELETE, "/api/v1/sessions", ROLE_VIEWER, delete_sessions, .flags = NO_MATCH, .query = "keep_current", .doc = "Signs out everywhere" },
    { DELETE, "/api/v1/sessions/:session", ROLE_VIEWER, delete_one_session, .flags = NO_MATCH, .doc = "Signs out one browser" },

    { GET, "/api/v1/people", ROLE_VIEWER, get_people, .reply = &user_shape, .flags = REPLY_LIST, .query = "q role team disabled", .doc = "People by name; disabled=true lists the disabled ones too" },
    { POST, "/api/v1/people", ROLE_ADMIN, post_people, &user_shape, &user_shape, OWN_WRITES, .doc = "Adds a person" },
    { GET, "/api/v1/people/:user", ROLE_VIEWER, get_person, .reply = &user_shape, .doc = "One person, by id, address or \"me\"" },
    { PATCH, "/api/v1/people/:user", ROLE_VIEWER, patch_person, &user_shape, &user_shape, OWN_WRITES, .doc = "Changes a person: oneself, or anybody for administrators" },

    { GET, "/api/v1/teams", ROLE_VIEWER, get_teams, .reply = &team_shape, .flags = REPLY_LIST, .query = "q", .doc = "Teams by name" },
    { POST, "/api/v1/teams", ROLE_MANAGER, post_teams, &team_shape, &team_shape, .doc = "Adds a team" },
    { GET, "/api/v1/teams/:team", ROLE_VIEWER, get_team, .reply = &team_shape, .doc = "One team" },
    { PATCH, "/api/v1/teams/:team", ROLE_MANAGER, patch_team, &team_shape, &team_shape, .doc = "Changes a team" },
    { DELETE, "/api/v1/teams/:team", ROLE_MANAGER, delete_team, .doc = "Removes a team; its name stays on what it did" },

    { GET, "/api/v1/tokens", ROLE_VIEWER, get_tokens, .reply = &token_shape, .flags = REPLY_LIST, .query = "all", .doc = "One's API tokens; all=true: of everybody, for administrators" },
    { POST, "/api/v1/tokens", ROLE_VIEWER, post_tokens, &token_shape, &token_shape, .doc = "Makes an API token" },
    { DELETE, "/api/v1/tokens/:token", ROLE_VIEWER, delete_token, .flags = NO_MATCH, .doc = "Revokes an API token" },
    { 0 },
};

static Err resolve_user(Cx *cx, Str given, Str *ret_id)
{
    User u;
    if (str_eq(given, S("me"))) given = cx->actor.id;
    TRY(str_index(given, '@') > 0 ? user_find(cx, given, &u) : user_get(cx, given, &u));
    *ret_id = u.id;
    return OK;
}

static Err resolve_team(Cx *cx, Str given, Str *ret_id)
{
    Team t;
    TRY(team_get(cx, given, &t));
    *ret_id = t.id;
    return OK;
}

static Err resolve_token(Cx *cx, Str given, Str *ret_id)
{
    Token t;
    TRY(token_get(cx, given, &t));
    bool admin = cx->actor.role >= ROLE_ADMIN && cx->actor.scopes & SCOPE_ADMIN;
    if (!admin && !str_eq(t.user.id, cx->actor.id))
        return fail(cx->arena, ERR_NOT_FOUND, "there is no token " STR_FMT, STR_ARG(given));
    *ret_id = t.id;
    return OK;
}

/* Whose session ended, or whose rights changed, must not go on hearing through a socket that is open. The event is a job, so
 * that a change from the command line reaches the server as well; the notice goes to every node. */

static Err notify(Cx *cx, void *user)
{
    return store_notify(cx->store, cx->arena, S("account"), *(Str *)user);
}

static Err tell_nodes(Cx *cx, const Event *e)
{
    Str user = e->subject;
    return cx_write(cx, notify, &user);
}

static void heard(App *app, Str channel, Str user)
{
    if (!str_eq(channel, S("account"))) return;
    guards_rights_changed(app->guards);
    topics_put_out(app->topics, user);
    if (app->rooms) room_put_out(app, user);
}

static const Listener listeners[] = {
    { "account.session_ended", LISTEN_LATER, tell_nodes }, { "account.access_changed", LISTEN_LATER, tell_nodes }, { 0 },
};

static const Resolver resolvers[] = { { "user", resolve_user }, { "team", resolve_team }, { "token", resolve_token }, { 0 } };
static const JobKind jobs[] = { { .name = "account.sweep", .run = session_sweep, .every_ms = 3600ll * 1000 }, { 0 } };
static const Authenticator authenticator = { session_actor, token_actor, actor_again };

const Feature account_feature = { .name = "account", .schema = &account_schema, .routes = routes, .resolvers = resolvers,
                                  .jobs = jobs, .listeners = listeners, .heard = heard, .authenticator = &authenticator };

/** First run, sign-in and sign-out. Hashing a password takes 0.1 s, so it happens before the write begins. */
#include "app/app.h"
#include "app/audit.h"
#include "app/limit.h"
#include "base/version.h"
#include "sql.gen.h"
#include "feature/account/internal.h"
#include "feature/settings/settings.h"

typedef struct Setup {
    Str name, email, password, workspace_name, locale, time_zone;
    bool sample_data;
} Setup;
typedef struct SetupState {
    bool setup_required;
    Str sample_state;
    int64_t sample_done, sample_total;
} SetupState;
typedef struct SignIn { Str email, password; } SignIn;
typedef struct SessionInfo {
    bool setup_required;
    User user;
    Str csrf;
    Workspace workspace;
    Severities severities;
    Str version;
} SessionInfo;

static const char *const sample_states[] = { "none", "loading", "done", "failed", NULL };

SHAPE(setup_shape, Setup, "The first person and what they choose",
    FIELD(Setup, name, REQUIRED, "What others call them", .max = 100),
    FIELD(Setup, email, REQUIRED, "To sign in with", .max = 254),
    FIELD(Setup, password, REQUIRED | WRITE_ONLY | MULTILINE, "At least 8 characters", .max = 256),
    FIELD(Setup, workspace_name, 0, "What the workspace is called", .max = 100),
    FIELD(Setup, locale, 0, "en or zh"),
    FIELD(Setup, time_zone, 0, "IANA name", .max = 64),
    FIELD(Setup, sample_data, 0, "Load a year of an invented company's incidents"));

SHAPE(setup_state_shape, SetupState, "How far the first run is",
    FIELD(SetupState, setup_required, READ_ONLY, "Nobody is there yet"),
    FIELD(SetupState, sample_state, READ_ONLY, "Sample data", .values = sample_states),
    FIELD(SetupState, sample_done, READ_ONLY, "Steps done"),
    FIELD(SetupState, sample_total, READ_ONLY, "Steps in all; 0 while unknown"));

SHAPE(sign_in_shape, SignIn, "Sign-in",
    FIELD(SignIn, email, REQUIRED, "Address", .max = 254),
    FIELD(SignIn, password, REQUIRED | WRITE_ONLY | MULTILINE, "Password", .max = 256));

SHAPE(session_info_shape, SessionInfo, "Who is signed in, and what every page needs",
    FIELD(SessionInfo, setup_required, READ_ONLY, "Nobody is there yet: show the first run"),
    FIELD_OF(SessionInfo, user, FIELD_ONE, &user_shape, READ_ONLY | NULLABLE, "Who is signed in"),
    FIELD(SessionInfo, csrf, READ_ONLY | NULLABLE, "To be sent as X-CSRF-Token with every write"),
    FIELD_OF(SessionInfo, workspace, FIELD_ONE, &workspace_shape, READ_ONLY, "The workspace"),
    FIELD_OF(SessionInfo, severities, FIELD_MANY, &severity_shape, READ_ONLY, "Severities, most severe first"),
    FIELD(SessionInfo, version, READ_ONLY, "Of the program"));

SHAPE(session_shape, Session, "A browser that is signed in",
    FIELD(Session, id, READ_ONLY, "UUIDv7"),
    FIELD(Session, device, READ_ONLY, "What the browser calls itself"),
    FIELD(Session, peer, READ_ONLY, "Address it signed in from"),
    FIELD(Session, current, READ_ONLY, "The one that asks"),
    FIELD_AT(Session, created_ms, READ_ONLY, "Signed in"),
    FIELD_AT(Session, seen_ms, READ_ONLY, "Last use, to the hour"),
    FIELD_AT(Session, expires_ms, READ_ONLY, "Ends by itself then, unless used"));

/* ---- first run */

static const JobKind *sample_job(void)
{
    for (size_t i = 0; features[i]; i++)
        for (const JobKind *k = features[i]->jobs; k && k->name; k++)
            if (!strcmp(k->name, "setup.demo")) return k;
    return NULL;
}

Err get_setup(Cx *cx, Req *req, Res *res)
{
    (void)req;
    int64_t people = 0;
    TRY(user_count(cx, &people));
    Workspace w;
    workspace_get(cx, &w);
    JobRows jobs = { 0 };
    TRY(job_list(cx, S(""), S("setup.demo"), 0, S(""), 1, &jobs));
    SetupState s = { .setup_required = people == 0, .sample_state = w.sample_data ? S("done") : S("none") };
    if (jobs.len) {
        s.sample_state = str_eq(jobs.at[0].state, S("dead")) ? S("failed") : S("loading");
        s.sample_done = jobs.at[0].done;
        s.sample_total = jobs.at[0].total;
    }
    res_json(cx, res, &setup_state_shape, &s);
    return OK;
}

typedef struct Begin { const Setup *setup; Str hash, peer, device; Str user, cookie; } Begin;

/** Everything of the first run in one transaction. The row of account_setup lets one through, however many ask. */
static Err begin(Cx *cx, void *arg)
{
    Begin *b = arg;
    int64_t people = 0;
    TRY(user_count(cx, &people));
    Err none = fail(cx->arena, ERR_CONFLICT, "the first person is there already: sign in");
    if (people) return none;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_setup_insert);
    stmt_int(&q, "now_ms", cx->now_ms);
    Err e = stmt_exec(&q);
    if (err_is(e, ERR_CONFLICT)) return none;
    TRY(e);
    const Setup *s = b->setup;
    User u = { .name = s->name, .email = s->email, .locale = s->locale, .time_zone = s->time_zone, .role = S("admin") };
    cx->actor = (Actor){ .role = ROLE_ADMIN, .scopes = SCOPE_ALL };
    TRY(user_add(cx, &u, b->hash, &b->user));
    if (s->workspace_name.len) TRY(setting_set(cx, S("workspace.name"), s->workspace_name));
    if (s->sample_data) TRY(job_add(cx, "setup.demo", S(""), 0, S("setup.demo")));
    return session_add(cx, b->user, b->peer, b->device, &b->cookie);
}

static Err session_reply(Cx *cx, Res *res);

/** The answer to whoever has just signed in with this cookie. */
static Err welcome(Cx *cx, Req *req, Res *res, Str cookie)
{
    cx->actor = (Actor){ 0 };
    TRY(session_actor(cx, cookie, &cx->actor));
    res_cookie(cx, req, res, SESSION_COOKIE, cookie, SESSION_IDLE_MS / 1000);
    return session_reply(cx, res);
}

Err post_setup(Cx *cx, Req *req, Res *res)
{
    const Setup *s = BODY(req, Setup);
    if (s->sample_data && !sample_job())
        return fail_field(cx->arena, S("sample_data"), "this build has no sample data");
    TRY(limit_take(cx, S("setup"), 20, 20));
    Begin b = { .setup = s, .peer = req->http->peer, .device = http_header(req->http, "User-Agent") };
    int64_t people = 0;
    TRY(user_count(cx, &people));
    if (people) return fail(cx->arena, ERR_CONFLICT, "the first person is there already: sign in");
    TRY(password_make(cx, s->password, s->name, s->email, &b.hash));
    TRY(cx_write(cx, begin, &b));
    return welcome(cx, req, res, b.cookie);
}

/* ---- sign in and out */

static Err session_reply(Cx *cx, Res *res)
{
    SessionInfo s = { .version = S(HINDSIGHT_VERSION) };
    if (cx->actor.id.len) {
        TRY(user_get(cx, cx->actor.id, &s.user));
        s.csrf = cx->actor.csrf;
    } else {
        int64_t people = 0;
        TRY(user_count(cx, &people));
        s.setup_required = people == 0;
    }
    workspace_get(cx, &s.workspace);
    severity_list(cx, &s.severities);
    res_json(cx, res, &session_info_shape, &s);
    return OK;
}

Err get_session(Cx *cx, Req *req, Res *res)
{
    (void)req;
    return session_reply(cx, res);
}

typedef struct Enter { User user; bool allowed; Str peer, device, cookie; } Enter;

/** Both outcomes are written down, so that both take one commit. */
static Err enter(Cx *cx, void *arg)
{
    Enter *e = arg;
    if (e->allowed) {
        cx->actor.id = e->user.id;
        cx->actor.name = e->user.name;
        TRY(session_add(cx, e->user.id, e->peer, e->device, &e->cookie));
    }
    Buf details = buf_new(cx->arena, 1024);
    buf_add(&details, S("{\"from\":"));
    buf_json(&details, e->peer);
    buf_byte(&details, '}');
    return audit_add(cx, e->allowed ? "session.started" : "session.refused", "user", e->user.id,
                     buf_str(&details));
}

Err post_session(Cx *cx, Req *req, Res *res)
{
    const SignIn *body = BODY(req, SignIn);
    TRY(limit_take(cx, arena_fmt(cx->arena, "sign-in:" STR_FMT, STR_ARG(req->http->peer)), 60, 30));
    TRY(limit_take(
        cx, arena_fmt(cx->arena, "sign-in:" STR_FMT, STR_ARG(fold_key(cx->arena, body->email))), 10,
        5));
    Enter e = { .peer = req->http->peer, .device = http_header(req->http, "User-Agent") };
    Str hash = S("");
    Err found = user_find_secret(cx, body->email, &e.user, &hash);
    if (found.info && !err_is(found, ERR_NOT_FOUND)) return found;
    e.allowed = password_matches(hash, body->password) && !e.user.disabled;
    TRY(cx_write(cx, enter, &e));
    if (!e.allowed)
        return fail(cx->arena, ERR_UNAUTHENTICATED, "the e-mail address or the password is wrong");
    return welcome(cx, req, res, e.cookie);
}

Err delete_session(Cx *cx, Req *req, Res *res)
{
    if (cx->actor.session.len) {
        TRY(session_remove(cx, cx->actor.id, cx->actor.session, S(""), &(int64_t){ 0 }));
        TRY(audit_add(cx, "session.ended", "user", cx->actor.id, S("")));
    }
    res_cookie(cx, req, res, SESSION_COOKIE, S(""), 0);
    res_none(res);
    return OK;
}

Err get_sessions(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Sessions all;
    TRY(session_list(cx, cx->actor.id, &all));
    res_list(cx, res, &session_shape, all.at, sizeof *all.at, all.len, 200, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

Err delete_sessions(Cx *cx, Req *req, Res *res)
{
    Str keep = req_flag(req, "keep_current") ? cx->actor.session : S("");
    int64_t ended;
    TRY(session_remove(cx, cx->actor.id, S(""), keep, &ended));
    TRY(audit_add(cx, "session.ended_everywhere", "user", cx->actor.id, S("")));
    if (!keep.len) res_cookie(cx, req, res, SESSION_COOKIE, S(""), 0);
    res_none(res);
    return OK;
}

Err delete_one_session(Cx *cx, Req *req, Res *res)
{
    int64_t ended = 0;
    Str id = req_param(req, "session");
    TRY(session_remove(cx, cx->actor.id, id, S(""), &ended));
    if (!ended) return fail(cx->arena, ERR_NOT_FOUND, "there is no session " STR_FMT, STR_ARG(id));
    TRY(audit_add(cx, "session.ended", "user", cx->actor.id, S("")));
    res_none(res);
    return OK;
}

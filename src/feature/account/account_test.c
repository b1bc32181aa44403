#include "app/app.h"
#include "base/spec.h"
#include "feature/account/internal.h"

static const int64_t now_ms = 1780000000000;
#define DAY_MS (24ll * 3600 * 1000)

static Err in_write(App *app, Arena *a, Err (*fn)(Cx *, void *), void *arg)
{
    Cx cx = app_cx(app, a, NULL);
    return cx_write(&cx, fn, arg);
}

typedef struct Work {
    User user;
    Str id, cookie, token, id2;
    unsigned fields;
    Strs words;
    int64_t at_ms;
    Team team;
    unsigned scopes;
} Work;

static Err add(Cx *cx, void *arg) { Work *w = arg; return user_add(cx, &w->user, S(""), &w->id); }
static Err change(Cx *cx, void *arg) { Work *w = arg; return user_change(cx, w->id, &w->user, w->fields); }
static Err sign_in(Cx *cx, void *arg)
{
    Work *w = arg;
    return session_add(cx, w->id, S("192.0.2.1"), S("A browser"), &w->cookie);
}
static Err set_password(Cx *cx, void *arg)
{
    Work *w = arg;
    return user_set_password(cx, w->id, S("hash"), w->id2);
}
static Err make_team(Cx *cx, void *arg) { Work *w = arg; return team_add(cx, &w->team, &w->team.id); }
static Err edit_team(Cx *cx, void *arg) { Work *w = arg; return team_change(cx, &w->team); }
static Err drop_team(Cx *cx, void *arg) { Work *w = arg; return team_remove(cx, w->team.id); }
static Err make_token(Cx *cx, void *arg)
{
    Work *w = arg;
    if (w->scopes) cx->actor = (Actor){ .id = w->id, .role = ROLE_RESPONDER, .scopes = w->scopes };
    return token_add(cx, w->id, S("ci"), w->words, w->at_ms, &w->id2, &w->token);
}
static Err drop_token(Cx *cx, void *arg) { Work *w = arg; return token_remove(cx, w->id2); }

static Err use_session(Cx *cx, void *arg)
{
    Work *w = arg;
    cx->now_ms = now_ms + 20 * DAY_MS;
    return session_used(cx, w->id2, w->id);
}

static Str given_a_person(App *app, Arena *a, const char *name, const char *email, const char *role)
{
    Work w = { .user = { .name = str_of(name), .email = str_of(email), .role = str_of(role) } };
    Err e = in_write(app, a, add, &w);
    if (e.info) bug("no person for a spec: " STR_FMT, STR_ARG(e.info->message));
    return w.id;
}

static Strs words(Arena *a, const char *one, const char *two)
{
    Strs list = { 0 };
    *list_add(a, &list) = str_of(one);
    if (two) *list_add(a, &list) = str_of(two);
    return list;
}

/** Who a cookie or token stands for at a time; an empty id when nobody. */
static Actor who(App *app, Arena *a, Str secret, bool is_token, int64_t at_ms)
{
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    cx.now_ms = at_ms;
    Actor actor = { 0 };
    Err e = is_token ? token_actor(&cx, secret, &actor) : session_actor(&cx, secret, &actor);
    if (e.info) bug("asking who: " STR_FMT, STR_ARG(e.info->message));
    return actor;
}

#define SYSTEM() auto_arena a = arena_new(16 << 10); App *app = given_a_system(a, now_ms); \
    auto_store store = store_take(app->db); Cx cx = app_cx(app, a, store); (void)cx

SPEC("a password matches only itself, and no password matches a person without one")
{
    auto_arena a = arena_new(4096);
    Cx cx = { .arena = a };
    Str hash;
    expect_ok(password_make(&cx, S("correct horse battery"), S("Ada"), S("ada@example.com"), &hash));
    expect(password_matches(hash, S("correct horse battery")));
    expect(!password_matches(hash, S("correct horse batterx")));
    expect(!password_matches(S(""), S("correct horse battery")));
    expect(!password_matches(S(""), S("")));
    expect_has("$argon2id$", hash);
}

SPEC("a password that is short, or among the first to be guessed, is refused with its field named")
{
    auto_arena a = arena_new(4096);
    Cx cx = { .arena = a };
    Str hash;
    static const char *const bad[] = { "", "1234567", "12345678", "PASSWORD1", "aaaaaaaaaaaa", "ada.lovelace@example.com", "Ada.Lovelace", "Ada Lovelace" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Err e = password_make(&cx, str_of(bad[i]), S("Ada Lovelace"), S("ada.lovelace@example.com"), &hash);
        expect(err_is(e, ERR_INVALID));
        expect_str("password", e.info->field);
    }
    expect_ok(password_make(&cx, S("一二三四五六七八"), S("Ada"), S("ada@example.com"), &hash));
}

SPEC("a person gets a role, a language, a zone and a colour that differs from their neighbours'")
{
    SYSTEM();
    User ada, ben;
    expect_ok(user_get(&cx, given_a_person(app, a, "Ada", "ada@example.com", ""), &ada));
    expect_ok(user_get(&cx, given_a_person(app, a, "Ben", "ben@example.com", ""), &ben));
    expect_str("responder", ada.role);
    expect_str("en", ada.locale);
    expect_str("UTC", ada.time_zone);
    expect(ada.avatar_color != ben.avatar_color);
    expect_int(1, ada.version);
}

SPEC("an address belongs to one person, whatever the case it is written in")
{
    SYSTEM();
    given_a_person(app, a, "Ada", "Ada@Example.com", "");
    User found;
    expect_ok(user_find(&cx, S("ADA@example.COM"), &found));
    expect_str("ada@example.com", found.email);
    Work w = { .user = { .name = S("Other"), .email = S("ada@EXAMPLE.com") } };
    expect_err(ERR_CONFLICT, in_write(app, a, add, &w));
}

SPEC("what cannot be an address, a zone, a language or a colour is refused with its field named")
{
    SYSTEM();
    static const struct { User user; const char *field; } bad[] = {
        { { .name = S_INIT(" "), .email = S_INIT("a@b") }, "name" },
        { { .name = S_INIT("A"), .email = S_INIT("nobody") }, "email" },
        { { .name = S_INIT("A"), .email = S_INIT("a@b@c") }, "email" },
        { { .name = S_INIT("A"), .email = S_INIT("a b@c") }, "email" },
        { { .name = S_INIT("A"), .email = S_INIT("a@b"), .time_zone = S_INIT("Mars/Olympus") }, "time_zone" },
        { { .name = S_INIT("A"), .email = S_INIT("a@b"), .locale = S_INIT("fr") }, "locale" },
        { { .name = S_INIT("A"), .email = S_INIT("a@b"), .role = S_INIT("owner") }, "role" },
        { { .name = S_INIT("A"), .email = S_INIT("a@b"), .avatar_color = 7 }, "avatar_color" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Work w = { .user = bad[i].user };
        Err e = in_write(app, a, add, &w);
        expect(err_is(e, ERR_INVALID));
        expect_str(bad[i].field, e.info->field);
    }
    int64_t n;
    expect_ok(user_count(&cx, &n));
    expect_int(0, n);
}

SPEC("people are found by any part of their name in any case, and % is only a percent sign")
{
    SYSTEM();
    given_a_person(app, a, "Renée Müller", "renee@example.com", "");
    given_a_person(app, a, "陈伟", "chen@example.com", "");
    Users found;
    expect_ok(user_select(&cx, &(UserFilter){ .q = S("MÜLL") }, &found));
    expect_int(1, found.len);
    expect_ok(user_select(&cx, &(UserFilter){ .q = S("伟") }, &found));
    expect_int(1, found.len);
    expect_ok(user_select(&cx, &(UserFilter){ .q = S("%") }, &found));
    expect_int(0, found.len);
}

SPEC("names of many people come in one query, and unknown ids are simply not there")
{
    SYSTEM();
    Str ada = given_a_person(app, a, "Ada", "ada@example.com", "");
    Map *refs;
    expect_ok(user_refs(&cx, words(a, ada.at, "nobody"), &refs));
    expect_int(1, map_len(refs));
    expect_str("Ada", user_ref(refs, ada).name);
    expect_str("", user_ref(refs, S("nobody")).name);
}

SPEC("a person named in a request must be there and not be disabled")
{
    SYSTEM();
    Work w = { .id = given_a_person(app, a, "Ben", "ben@example.com", ""), .user.disabled = true, .fields = USER_DISABLED };
    UserRef ref;
    expect_ok(user_named(&cx, S("owner_id"), S("ben@example.com"), &ref));
    expect_str("Ben", ref.name);
    expect_ok(in_write(app, a, change, &w));
    Err e = user_named(&cx, S("owner_id"), w.id, &ref);
    expect(err_is(e, ERR_INVALID));
    expect_str("owner_id", e.info->field);
    expect_err(ERR_INVALID, user_named(&cx, S("owner_id"), S("ghost"), &ref));
}

SPEC("the last administrator can neither be demoted nor disabled")
{
    SYSTEM();
    Work w = { .id = given_a_person(app, a, "Ada", "ada@example.com", "admin"), .user.role = S("viewer"), .fields = USER_ROLE };
    expect_err(ERR_CONFLICT, in_write(app, a, change, &w));
    Work off = { .id = w.id, .user.disabled = true, .fields = USER_DISABLED };
    expect_err(ERR_CONFLICT, in_write(app, a, change, &off));
    given_a_person(app, a, "Ben", "ben@example.com", "admin");
    expect_ok(in_write(app, a, change, &w));
}

SPEC("a session lasts thirty days after its last use")
{
    SYSTEM();
    Work w = { .id = given_a_person(app, a, "Ada", "ada@example.com", "manager") };
    expect_ok(in_write(app, a, sign_in, &w));
    Actor actor = who(app, a, w.cookie, false, now_ms + 1000);
    expect_str("Ada", actor.name);
    expect_int(ROLE_MANAGER, actor.role);
    expect(actor.csrf.len > 0 && actor.session.len > 0);
    expect_str("", who(app, a, w.cookie, false, now_ms + 30 * DAY_MS).id);
    expect_str("", who(app, a, S("made-up"), false, now_ms).id);
}

SPEC("using a session moves its end, so that a browser in use stays signed in")
{
    SYSTEM();
    Work w = { .id = given_a_person(app, a, "Ada", "ada@example.com", "") };
    expect_ok(in_write(app, a, sign_in, &w));
    w.id2 = who(app, a, w.cookie, false, now_ms + 1).session;
    expect_ok(in_write(app, a, use_session, &w));
    expect_str("", who(app, a, w.cookie, false, now_ms + 50 * DAY_MS).id);
    expect(who(app, a, w.cookie, false, now_ms + 20 * DAY_MS + 1).id.len > 0);
    User u;
    expect_ok(user_get(&cx, w.id, &u));
    expect_int(now_ms + 20 * DAY_MS, u.last_seen_ms);
}

SPEC("ended sessions are swept away")
{
    SYSTEM();
    Work w = { .id = given_a_person(app, a, "Ada", "ada@example.com", "") };
    expect_ok(in_write(app, a, sign_in, &w));
    Cx later = cx;
    later.now_ms = now_ms + 31 * DAY_MS;
    expect_ok(session_sweep(&later, S("")));
    Sessions all;
    expect_ok(session_list(&cx, w.id, &all));
    expect_int(0, all.len);
}

SPEC("disabling a person ends their sessions and stops their tokens at once")
{
    SYSTEM();
    Work w = { .id = given_a_person(app, a, "Ada", "ada@example.com", ""), .words = words(a, "read", NULL), .user.disabled = true, .fields = USER_DISABLED };
    expect_ok(in_write(app, a, sign_in, &w));
    expect_ok(in_write(app, a, make_token, &w));
    expect(who(app, a, w.token, true, now_ms).id.len > 0);
    expect_ok(in_write(app, a, change, &w));
    expect_str("", who(app, a, w.cookie, false, now_ms).id);
    expect_str("", who(app, a, w.token, true, now_ms).id);
}

SPEC("a new password ends all sessions but the one it was set in")
{
    SYSTEM();
    Work here = { .id = given_a_person(app, a, "Ada", "ada@example.com", "") }, there = { .id = here.id };
    expect_ok(in_write(app, a, sign_in, &here));
    expect_ok(in_write(app, a, sign_in, &there));
    here.id2 = who(app, a, here.cookie, false, now_ms).session;
    expect_ok(in_write(app, a, set_password, &here));
    expect(who(app, a, here.cookie, false, now_ms).id.len > 0);
    expect_str("", who(app, a, there.cookie, false, now_ms).id);
}

SPEC("a token works until it expires or is revoked, and has no more than its scopes")
{
    SYSTEM();
    Work w = { .id = given_a_person(app, a, "Ada", "ada@example.com", ""), .words = words(a, "read", "ingest"), .at_ms = now_ms + DAY_MS };
    expect_ok(in_write(app, a, make_token, &w));
    expect_int(SCOPE_READ | SCOPE_INGEST, who(app, a, w.token, true, now_ms).scopes);
    expect_str("", who(app, a, w.token, true, now_ms + DAY_MS).id);
    expect_ok(in_write(app, a, drop_token, &w));
    expect_str("", who(app, a, w.token, true, now_ms).id);
}

SPEC("a token of scope write also reads and ingests, and one of scope admin does everything")
{
    SYSTEM();
    Work write = { .id = given_a_person(app, a, "Ada", "ada@example.com", "admin"), .words = words(a, "write", NULL) };
    Work admin = { .id = write.id, .words = words(a, "admin", NULL) };
    expect_ok(in_write(app, a, make_token, &write));
    expect_ok(in_write(app, a, make_token, &admin));
    expect_int(SCOPE_READ | SCOPE_WRITE | SCOPE_INGEST, who(app, a, write.token, true, now_ms).scopes);
    expect_int(SCOPE_ALL, who(app, a, admin.token, true, now_ms).scopes);
}

SPEC("nobody climbs by making a token")
{
    SYSTEM();
    Work w = { .id = given_a_person(app, a, "Ada", "ada@example.com", "responder"), .words = words(a, "admin", NULL) };
    expect_err(ERR_INVALID, in_write(app, a, make_token, &w));
    Work up = { .id = w.id, .words = words(a, "write", NULL), .scopes = SCOPE_READ };
    expect_err(ERR_INVALID, in_write(app, a, make_token, &up));
    Work past = { .id = w.id, .words = words(a, "read", NULL), .at_ms = now_ms };
    expect_err(ERR_INVALID, in_write(app, a, make_token, &past));
}

static bool sees(Cx *cx, Str user)
{
    bool yes = false;
    Cx theirs = *cx;
    theirs.actor = (Actor){ .id = user, .role = ROLE_VIEWER };
    Err e = access_sees(&theirs, S("incident:1"), &yes);
    return !e.info && yes;
}

static Err make_private(Cx *cx, void *arg)
{
    Work *w = arg;
    Str member = arena_fmt(cx->arena, "team:" STR_FMT, STR_ARG(w->team.id));
    return access_set(cx, S("incident:1"), words(cx->arena, member.at, NULL));
}

SPEC("members of a team see what is private to it, from the moment they join to the moment they leave")
{
    SYSTEM();
    Str ada = given_a_person(app, a, "Ada", "ada@example.com", ""),
        ben = given_a_person(app, a, "Ben", "ben@example.com", "");
    Work w = { .team = { .name = S("Payments"), .lead_id = ada } };
    expect_ok(in_write(app, a, make_team, &w));
    expect_ok(in_write(app, a, make_private, &w));
    expect(sees(&cx, ada));
    expect(!sees(&cx, ben));
    w.team.member_ids = words(a, ben.at, NULL);
    w.team.lead_id = S("");
    expect_ok(in_write(app, a, edit_team, &w));
    expect(!sees(&cx, ada));
    expect(sees(&cx, ben));
    expect_ok(in_write(app, a, drop_team, &w));
    expect(!sees(&cx, ben));
}

SPEC("whoever leads a team is in it, and nobody is in it twice")
{
    SYSTEM();
    Str ada = given_a_person(app, a, "Ada", "ada@example.com", "");
    Work w = { .team = { .name = S("Payments"), .lead_id = ada, .member_ids = words(a, ada.at, ada.at) } };
    expect_ok(in_write(app, a, make_team, &w));
    Team t;
    expect_ok(team_get(&cx, w.team.id, &t));
    expect_int(1, t.member_ids.len);
    User u;
    expect_ok(user_get(&cx, ada, &u));
    expect_int(1, u.team_ids.len);
}

SPEC("a team's name is free again once it is removed, and what it did keeps the name")
{
    SYSTEM();
    Work w = { .team = { .name = S("Payments") } }, again = { .team = { .name = S("PAYMENTS") } };
    expect_ok(in_write(app, a, make_team, &w));
    expect_err(ERR_CONFLICT, in_write(app, a, make_team, &again));
    expect_ok(in_write(app, a, drop_team, &w));
    expect_ok(in_write(app, a, make_team, &again));
    Map *refs;
    expect_ok(team_refs(&cx, words(a, w.team.id.at, NULL), &refs));
    expect_str("Payments", ref_of(refs, w.team.id).name);
}

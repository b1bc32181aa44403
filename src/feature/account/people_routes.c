/** People over HTTP. A person changes their own name, language, time zone and password; an administrator all of it. */
#include "app/limit.h"
#include "feature/account/internal.h"

Err get_people(Cx *cx, Req *req, Res *res)
{
    Cursor from;
    TRY(req_cursor(cx, req, &from));
    UserFilter f = { .q = req_query(req, "q"), .team = req_query(req, "team"), .enabled = !req_flag(req, "disabled"),
                     .limit = req_limit(req) + 1, .skip = from.at };
    TRY(req_filter(cx, req, "role", role_names + 1, &f.roles));
    Users all;
    int64_t total;
    TRY(user_select(cx, &f, &all));
    TRY(user_total(cx, &f, &total));
    res_list(cx, res, &user_shape, all.at, sizeof *all.at, all.len, f.limit - 1,
             (Cursor){ f.skip + f.limit - 1, S("people") }, total);
    return OK;
}

Err get_person(Cx *cx, Req *req, Res *res)
{
    User u;
    TRY(user_get(cx, req_param(req, "user"), &u));
    res_record(cx, res, &user_shape, &u, u.version);
    return OK;
}

typedef struct Add { const User *user; Str hash, id; } Add;

static Err add(Cx *cx, void *arg)
{
    Add *a = arg;
    return user_add(cx, a->user, a->hash, &a->id);
}

Err post_people(Cx *cx, Req *req, Res *res)
{
    const User *body = BODY(req, User);
    Add a = { .user = body };
    if (body->password.len) TRY(password_make(cx, body->password, body->name, body->email, &a.hash));
    TRY(cx_write(cx, add, &a));
    User u;
    TRY(user_get(cx, a.id, &u));
    res_created(cx, res, &user_shape, &u,
                arena_fmt(cx->arena, "/api/v1/people/" STR_FMT, STR_ARG(u.id)), u.version);
    return OK;
}

/** The named fields as flags for user_change; fails when one is not theirs to change. */
static Err fields_of(Cx *cx, const Req *req, bool self, unsigned *ret)
{
    unsigned fields = 0, own = USER_NAME | USER_TIME_ZONE | USER_LOCALE | USER_COLOR;
    if (BODY_HAS(req, User, name)) fields |= USER_NAME;
    if (BODY_HAS(req, User, email)) fields |= USER_EMAIL;
    if (BODY_HAS(req, User, time_zone)) fields |= USER_TIME_ZONE;
    if (BODY_HAS(req, User, locale)) fields |= USER_LOCALE;
    if (BODY_HAS(req, User, role)) fields |= USER_ROLE;
    if (BODY_HAS(req, User, avatar_color)) fields |= USER_COLOR;
    if (BODY_HAS(req, User, disabled)) fields |= USER_DISABLED;
    if (cx->actor.role < ROLE_ADMIN && (!self || fields & ~own))
        return fail(cx->arena, ERR_FORBIDDEN,
                    self ? "only an administrator changes an address, a role or who may sign in"
                         : "only an administrator changes other people");
    if (cx->actor.role >= ROLE_ADMIN && !(cx->actor.scopes & SCOPE_ADMIN) && (!self || fields & ~own))
        return fail(cx->arena, ERR_FORBIDDEN, "this API token has no scope admin");
    *ret = fields;
    return OK;
}

typedef struct Change { Str id, hash, keep; const User *patch; unsigned fields; } Change;

static Err change(Cx *cx, void *arg)
{
    const Change *c = arg;
    User now;
    TRY(user_get(cx, c->id, &now));
    TRY(cx_match(cx, now.version));
    if (c->fields) TRY(user_change(cx, c->id, c->patch, c->fields));
    return c->hash.len ? user_set_password(cx, c->id, c->hash, c->keep) : OK;
}

/** One's own password needs the present one, also of an administrator: an open browser must not be enough. */
static Err new_password(Cx *cx, const Req *req, bool self, Str *ret_hash)
{
    const User *body = BODY(req, User);
    User now;
    Str hash;
    TRY(user_get_secret(cx, req_param(req, "user"), &now, &hash));
    if (self) {
        TRY(limit_take(cx, arena_fmt(cx->arena, "password:" STR_FMT, STR_ARG(now.id)), 10, 5));
        if (!password_matches(hash, body->current_password))
            return fail_field(cx->arena, S("current_password"), "the present password is wrong");
    }
    return password_make(cx, body->password, now.name, now.email, ret_hash);
}

Err patch_person(Cx *cx, Req *req, Res *res)
{
    Str id = req_param(req, "user");
    bool self = str_eq(id, cx->actor.id);
    Change c = { .id = id, .keep = self ? cx->actor.session : S(""), .patch = BODY(req, User) };
    TRY(fields_of(cx, req, self, &c.fields));
    if (self && c.fields & USER_DISABLED && c.patch->disabled)
        return fail_field(cx->arena, S("disabled"), "you cannot disable yourself");
    if (BODY_HAS(req, User, password)) TRY(new_password(cx, req, self, &c.hash));
    TRY(cx_write(cx, change, &c));
    return get_person(cx, req, res);
}

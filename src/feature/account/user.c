/** People: rows and rules. What a person is called by (e-mail) is kept in lower case, so that there is one of each. */
#include <unicode/ucal.h>
#include <unicode/ustring.h>
#include "app/app.h"
#include "app/audit.h"
#include "base/id.h"
#include "base/utf8.h"
#include "feature/account/internal.h"
#include "sql.gen.h"

static const char *const locales[] = { "en", "zh", NULL };

const Shape user_shape = { "User", sizeof(User), (const Field[]){
    FIELD(User, id, READ_ONLY, "UUIDv7"),
    FIELD(User, name, REQUIRED, "What others call them", .max = 100),
    FIELD(User, email, REQUIRED, "Unique, without regard to case", .max = 254),
    FIELD(User, time_zone, 0, "IANA name: Europe/Berlin", .max = 64),
    FIELD(User, locale, 0, "Language of the user interface", .values = locales),
    FIELD(User, role, 0, "What they may do; each includes those before it", .values = role_names + 1),
    FIELD(User, avatar_color, 0, "1 to 6"),
    FIELD(User, disabled, 0, "Cannot sign in; what they wrote stays"),
    FIELD(User, password, WRITE_ONLY | MULTILINE, "At least 8 characters", .max = 256),
    FIELD(User, current_password, WRITE_ONLY | MULTILINE, "Needed to change one's own password", .max = 256),
    FIELD(User, team_ids, READ_ONLY, "Teams they are in"),
    FIELD_AT(User, last_seen_ms, READ_ONLY | NULLABLE, "Last use of the browser, to the hour"),
    FIELD_AT(User, created_ms, READ_ONLY, "When they were added"),
    FIELD(User, version, READ_ONLY, "Grows with each change"),
    { 0 } }, "A person" };

static Str lower(Arena *a, Str s)
{
    Str copy = arena_str(a, s);
    for (size_t i = 0; i < copy.len; i++)
        if (copy.at[i] >= 'A' && copy.at[i] <= 'Z') ((char *)copy.at)[i] += 'a' - 'A';
    return copy;
}

/** One '@' with something before and behind it, no spaces or control characters. */
static bool is_address(Str s)
{
    ptrdiff_t at = str_index(s, '@');
    if (s.len > 254 || at <= 0 || (size_t)at + 1 >= s.len
        || str_index(str_sub(s, (size_t)at + 1, s.len), '@') >= 0)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] <= ' ' || s.at[i] == 127 || strchr("<>\"(),;:\\[]", s.at[i])) return false;
    return true;
}

bool time_zone_is_known(Arena *a, Str s)
{
    if (s.len == 0 || s.len > 64) return false;
    UChar wide[65], canonical[129];
    UErrorCode bad = U_ZERO_ERROR;
    UBool system = 0;
    u_uastrcpy(wide, arena_cstr(a, s));
    ucal_getCanonicalTimeZoneID(wide, (int32_t)s.len, canonical, 128, &system, &bad);
    return U_SUCCESS(bad) && system;
}

static bool is_one_of(const char *const *words, Str s)
{
    for (; *words; words++)
        if (str_eq(s, str_of(*words))) return true;
    return false;
}

Role role_of(Str name)
{
    for (Role r = ROLE_VIEWER; r <= ROLE_ADMIN; r++)
        if (str_eq(name, str_of(role_names[r]))) return r;
    return ROLE_PUBLIC;
}

/** Checks what shapes cannot know, and puts names into their kept form. */
static Err check(Cx *cx, User *u)
{
    Arena *a = cx->arena;
    u->name = str_trim(u->name);
    u->email = lower(a, str_trim(u->email));
    if (str_empty(u->name)) return fail_field(a, S("name"), "a person needs a name");
    if (utf8_length(u->name) > 100) return fail_field(a, S("name"), "a name has at most 100 characters");
    if (!is_address(u->email))
        return fail_field(a, S("email"), "\"" STR_FMT "\" is not an e-mail address",
                          STR_ARG(u->email));
    if (!time_zone_is_known(a, u->time_zone))
        return fail_field(a, S("time_zone"),
                          "there is no time zone \"" STR_FMT
                          "\": use an IANA name such as Europe/Berlin",
                          STR_ARG(u->time_zone));
    if (!is_one_of(locales, u->locale)) return fail_field(a, S("locale"), "the languages are en and zh");
    if (role_of(u->role) == ROLE_PUBLIC)
        return fail_field(a, S("role"), "the roles are viewer, responder, manager and admin");
    if (u->avatar_color < 1 || u->avatar_color > 6)
        return fail_field(a, S("avatar_color"), "a colour is a number from 1 to 6");
    return OK;
}

static Str search_key(Arena *a, const User *u)
{
    return fold_key(a, arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(u->name), STR_ARG(u->email)));
}

/* ---- reading */

static void read_row(Stmt *q, User *u)
{
    *u = (User){ .id = stmt_col_str(q, 0), .name = stmt_col_str(q, 1), .email = stmt_col_str(q, 2), .time_zone = stmt_col_str(q, 3),
                 .locale = stmt_col_str(q, 4), .role = stmt_col_str(q, 5), .avatar_color = stmt_col_int(q, 6),
                 .disabled = stmt_col_int(q, 7), .last_seen_ms = stmt_col_int(q, 8), .created_ms = stmt_col_int(q, 9),
                 .version = stmt_col_int(q, 10) };
}

static Err add_teams(Cx *cx, Users *users)
{
    Strs ids = { 0 };
    Map *by_id = map_new(cx->arena);
    list_each(users, i) {
        *list_add(cx->arena, &ids) = users->at[i].id;
        map_set(by_id, users->at[i].id, &users->at[i]);
    }
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_user_team_list, "users", NULL);
    stmt_str(&q, "users", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        User *u = map_get(by_id, stmt_col_str(&q, 0));
        if (u) *list_add(cx->arena, &u->team_ids) = stmt_col_str(&q, 1);
    }
    return stmt_end(&q);
}

static Err find(Cx *cx, const char *by, Str value, User *ret, Str *ret_hash)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_user_select, by, NULL);
    stmt_str(&q, by, value);
    User u = { 0 };
    Str hash = S("");
    bool found = stmt_step(&q);
    if (found) { read_row(&q, &u); hash = stmt_col_str(&q, 11); }
    TRY(stmt_end(&q));
    if (!found) return fail(cx->arena, ERR_NOT_FOUND, "there is no person " STR_FMT, STR_ARG(value));
    Users one = { .at = &u, .len = 1, .room = 1 };
    TRY(add_teams(cx, &one));
    *ret = u;
    if (ret_hash) *ret_hash = hash;
    return OK;
}

Err user_get(Cx *cx, Str id, User *ret) { return find(cx, "id", id, ret, NULL); }
Err user_find(Cx *cx, Str email, User *ret)
{
    return find(cx, "email", lower(cx->arena, str_trim(email)), ret, NULL);
}
Err user_get_secret(Cx *cx, Str id, User *ret, Str *ret_hash) { return find(cx, "id", id, ret, ret_hash); }
Err user_find_secret(Cx *cx, Str email, User *ret, Str *ret_hash)
{
    return find(cx, "email", lower(cx->arena, str_trim(email)), ret, ret_hash);
}

static void bind_filter(Cx *cx, Stmt *q, const UserFilter *f)
{
    if (f->q.len) stmt_str(q, "q", like_anywhere(cx->arena, f->q));
    if (f->roles.len) stmt_str(q, "roles", strs_json(cx->arena, f->roles));
    if (f->team.len) stmt_str(q, "team", f->team);
}

Err user_select(Cx *cx, const UserFilter *f, Users *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_user_select, stmt_if(f->q.len, "q"),
                                stmt_if(f->enabled, "enabled"), stmt_if(f->roles.len, "role"),
                                stmt_if(f->team.len, "team"), stmt_if(f->limit, "page"), NULL);
    bind_filter(cx, &q, f);
    if (f->limit) { stmt_int(&q, "limit", f->limit); stmt_int(&q, "skip", f->skip); }
    Users all = { 0 };
    while (stmt_step(&q)) read_row(&q, list_add(cx->arena, &all));
    TRY(stmt_end(&q));
    TRY(add_teams(cx, &all));
    *ret = all;
    return OK;
}

Err user_total(Cx *cx, const UserFilter *f, int64_t *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_user_total, stmt_if(f->q.len, "q"),
                                stmt_if(f->enabled, "enabled"), stmt_if(f->roles.len, "role"),
                                stmt_if(f->team.len, "team"), NULL);
    bind_filter(cx, &q, f);
    int64_t n = stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
    TRY(stmt_end(&q));
    *ret = n;
    return OK;
}

Err user_list_all(Cx *cx, Users *ret) { return user_select(cx, &(UserFilter){ .enabled = true }, ret); }
Err user_list_every(Cx *cx, Users *ret) { return user_select(cx, &(UserFilter){ 0 }, ret); }
Err user_count(Cx *cx, int64_t *ret) { return user_total(cx, &(UserFilter){ 0 }, ret); }

Err user_refs(Cx *cx, Strs ids, Map **ret)
{
    Map *refs = map_new(cx->arena);
    *ret = refs;
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_user_ref_list);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        UserRef *r = arena_make(cx->arena, UserRef);
        *r = (UserRef){ stmt_col_str(&q, 0), stmt_col_str(&q, 1), stmt_col_int(&q, 2) };
        map_set(refs, r->id, r);
    }
    return stmt_end(&q);
}

Err user_zones(Cx *cx, Strs ids, Map **ret)
{
    Map *zones = map_new(cx->arena);
    *ret = zones;
    if (!ids.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_user_zone_list);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&q)) {
        Str *zone = arena_make(cx->arena, Str), id = stmt_col_str(&q, 0);
        *zone = stmt_col_str(&q, 1);
        map_set(zones, id, zone);
    }
    return stmt_end(&q);
}

UserRef user_ref(const Map *refs, Str id)
{
    if (str_eq(id, S(ACCOUNT_AI))) return (UserRef){ id, S("Hindsight (AI)"), 1 };
    const UserRef *r = str_empty(id) ? NULL : map_get(refs, id);
    return r ? *r : (UserRef){ 0 };
}

Err user_named(Cx *cx, Str field, Str given, UserRef *ret)
{
    User u;
    Str id = str_eq(given, S("me")) ? cx->actor.id : given;
    Err e = str_index(id, '@') > 0 ? user_find(cx, id, &u) : user_get(cx, id, &u);
    if (err_is(e, ERR_NOT_FOUND))
        return fail_field(cx->arena, field, "there is no person \"" STR_FMT "\"", STR_ARG(given));
    TRY(e);
    if (u.disabled) return fail_field(cx->arena, field, STR_FMT " is disabled", STR_ARG(u.name));
    *ret = (UserRef){ u.id, u.name, u.avatar_color };
    return OK;
}

Err team_of_user(Cx *cx, Str user, Strs *ret)
{
    User u = { .id = user };
    Users one = { .at = &u, .len = 1, .room = 1 };
    TRY(add_teams(cx, &one));
    *ret = u.team_ids;
    return OK;
}

/* ---- writing */

Err user_principals(Cx *cx, Str user)
{
    Strs teams = { 0 };
    TRY(team_of_user(cx, user, &teams));
    return access_principals(cx, user, teams);
}

Err user_access_changed(Cx *cx, Str user)
{
    return event_emit(cx, &(Event){ .kind = "account.access_changed", .subject = user, .title = S("What a person may see or do changed") });
}

static Err taken(Cx *cx, Err e, Str email)
{
    if (!err_is(e, ERR_CONFLICT)) return e;
    return err_make(cx->arena, e, ERR_CONFLICT, S("email"), __FILE__, __LINE__,
                    "somebody has the address " STR_FMT " already", STR_ARG(email));
}

static void bind_row(Cx *cx, Stmt *q, const User *u)
{
    stmt_str(q, "id", u->id);
    stmt_str(q, "name", u->name);
    stmt_str(q, "email", u->email);
    stmt_str(q, "time_zone", u->time_zone);
    stmt_str(q, "locale", u->locale);
    stmt_str(q, "role", u->role);
    stmt_int(q, "avatar_color", u->avatar_color);
    stmt_int(q, "disabled", u->disabled);
    stmt_str(q, "search_key", search_key(cx->arena, u));
}

/** A colour that spreads: people who come one after another get different ones. */
static Err next_color(Cx *cx, int64_t *ret)
{
    int64_t n = 0;
    TRY(user_count(cx, &n));
    *ret = n % 6 + 1;
    return OK;
}

Err user_add(Cx *cx, const User *given, Str password_hash, Str *ret_id)
{
    User u = *given;
    if (str_empty(u.time_zone)) u.time_zone = S("UTC");
    if (str_empty(u.locale)) u.locale = S("en");
    if (str_empty(u.role)) u.role = S("responder");
    if (!u.avatar_color) TRY(next_color(cx, &u.avatar_color));
    TRY(check(cx, &u));
    u.id = id_new(cx->arena, cx->now_ms);
    User other;
    Err found = user_find(cx, u.email, &other);
    if (!found.info)
        return taken(cx, fail(cx->arena, ERR_CONFLICT, "%s", "one address, one person"), u.email);
    if (!err_is(found, ERR_NOT_FOUND)) return found;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_user_insert);
    bind_row(cx, &q, &u);
    stmt_str(&q, "password", password_hash);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(taken(cx, stmt_exec(&q), u.email));
    TRY(user_principals(cx, u.id));
    TRY(audit_add(cx, "user.added", "user", u.id, audit_name(cx->arena, u.name)));
    TRY(live_touch(cx, S("people"), "added", u.id, 1, S("")));
    *ret_id = u.id;
    return OK;
}

/** Somebody must be left who can let people in again. Locks the rows of administrators, so that two who demote each
 *  other at one time cannot both succeed. */
static Err keep_an_admin(Cx *cx, const User *before, const User *after)
{
    bool was = !before->disabled && role_of(before->role) == ROLE_ADMIN;
    bool is = !after->disabled && role_of(after->role) == ROLE_ADMIN;
    if (!was || is) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_user_lock_admins);
    int others = 0;
    while (stmt_step(&q)) others += !str_eq(stmt_col_str(&q, 0), before->id);
    TRY(stmt_end(&q));
    return others ? OK
                  : fail(cx->arena, ERR_CONFLICT,
                         STR_FMT " is the only administrator: make somebody else one first",
                         STR_ARG(before->name));
}

static Str role_change(Arena *a, const User *before, const User *after)
{
    Str name = audit_name(a, after->name);
    return arena_fmt(a, STR_FMT ",\"from\":\"" STR_FMT "\",\"to\":\"" STR_FMT "\"}",
                     STR_ARG(str_sub(name, 0, name.len - 1)), STR_ARG(before->role),
                     STR_ARG(after->role));
}

static Err note_change(Cx *cx, const User *before, const User *after)
{
    Arena *a = cx->arena;
    if (!str_eq(before->role, after->role))
        TRY(audit_add(cx, "user.role_changed", "user", after->id, role_change(a, before, after)));
    if (before->disabled != after->disabled)
        TRY(audit_add(cx, after->disabled ? "user.disabled" : "user.enabled", "user", after->id,
                      audit_name(a, after->name)));
    if (!str_eq(before->email, after->email))
        TRY(audit_add(cx, "user.email_changed", "user", after->id, audit_name(a, after->name)));
    return live_touch(cx, S("people"), "changed", after->id, after->version + 1, S(""));
}

Err user_change(Cx *cx, Str id, const User *patch, unsigned fields)
{
    User before;
    TRY(user_get(cx, id, &before));
    User u = before;
    if (fields & USER_NAME) u.name = patch->name;
    if (fields & USER_EMAIL) u.email = patch->email;
    if (fields & USER_TIME_ZONE) u.time_zone = patch->time_zone;
    if (fields & USER_LOCALE) u.locale = patch->locale;
    if (fields & USER_ROLE) u.role = patch->role;
    if (fields & USER_COLOR) u.avatar_color = patch->avatar_color;
    if (fields & USER_DISABLED) u.disabled = patch->disabled;
    TRY(check(cx, &u));
    TRY(keep_an_admin(cx, &before, &u));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_user_update);
    bind_row(cx, &q, &u);
    TRY(taken(cx, stmt_exec(&q), u.email));
    if (u.disabled && !before.disabled) TRY(session_remove(cx, id, S(""), S(""), &(int64_t){ 0 }));
    if (u.disabled != before.disabled || !str_eq(u.role, before.role)) TRY(user_access_changed(cx, id));
    return note_change(cx, &before, &u);
}

Err user_set_password(Cx *cx, Str id, Str password_hash, Str keep_session)
{
    User u;
    TRY(user_get(cx, id, &u));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_user_password_update);
    stmt_str(&q, "id", id);
    stmt_str(&q, "password", password_hash);
    TRY(stmt_exec(&q));
    TRY(session_remove(cx, id, S(""), keep_session, &(int64_t){ 0 }));
    return audit_add(cx, "user.password_changed", "user", id, audit_name(cx->arena, u.name));
}

#pragma once
/** People: who they are, how they prove it (password, session, API token), and the teams they form.
 *  Other features use the first half of this header; the second is for the command line and sample data. */
#include "app/feature.h"
#include "base/map.h"

/** The author of what a model wrote into a document: no user, but named like one. */
#define ACCOUNT_AI "hindsight-ai"

typedef struct User {
    Str id, name, email, time_zone, locale, role;
    int64_t avatar_color;                     /* 1 … 6 */
    bool disabled;
    Str password, current_password;           /* only ever in a request */
    Strs team_ids;
    int64_t last_seen_ms, created_ms, version;
} User;
typedef LIST(User) Users;
extern const Shape user_shape;

typedef struct Team {
    Str id, name, description, lead_id;
    Strs member_ids;
    int64_t created_ms, version;
} Team;
typedef LIST(Team) Teams;
extern const Shape team_shape;

/* ---- for other features: looking people and teams up */

/** One person. Fails: ERR_NOT_FOUND. Disabled people are found too: what they did stays theirs. */
Err user_get(Cx *cx, Str id, User *ret);
/** An IANA name of a time zone, such as Europe/Berlin. */
bool time_zone_is_known(Arena *a, Str name);
/** By e-mail address, without regard to case. Fails: ERR_NOT_FOUND. */
Err user_find(Cx *cx, Str email, User *ret);
/** Who stands behind these ids: a Map of id → UserRef *. Unknown ids are not in it. One query. */
Err user_refs(Cx *cx, Strs ids, Map **ret);
/** In which time zone they live: a Map of id → Str * (IANA name; empty: as the workspace). Unknown ids are not in it. One query. */
Err user_zones(Cx *cx, Strs ids, Map **ret);
/** The ref of one id out of `refs`, or an empty one (null in JSON). */
UserRef user_ref(const Map *refs, Str id);
/** Somebody named in a request, by id, e-mail address or "me". Fails: ERR_INVALID that names `field` when there is
 *  no such person, or they are disabled. */
Err user_named(Cx *cx, Str field, Str given, UserRef *ret);
/** Id → Ref * of teams, removed ones too. One query. */
Err team_refs(Cx *cx, Strs ids, Map **ret);
/** The ref of one id out of `refs` (from team_refs, channel_refs, service_refs), or an empty one. */
Ref ref_of(const Map *refs, Str id);
/** A team named in a request, by id or name. Fails: ERR_INVALID that names `field`. */
Err team_named(Cx *cx, Str field, Str given, Ref *ret);
/** Ids of the teams that a person belongs to. */
Err team_of_user(Cx *cx, Str user, Strs *ret);
/** All enabled people, by name. */
Err user_list_all(Cx *cx, Users *ret);
/** The same with disabled people. */
Err user_list_every(Cx *cx, Users *ret);

/* ---- for the command line, sample data and tests. All within a write unless said otherwise. */

/** Checks a new password against the rules (length, not guessable from name or address) and hashes it with argon2id.
 *  Takes about 0.1 s and 64 MiB, so never call it within a write. Fails: ERR_INVALID naming `password`. */
Err password_make(Cx *cx, Str password, Str name, Str email, Str *ret_hash);
/** True when it is the password of that hash; takes as long. Never within a write. */
bool password_matches(Str hash, Str password);
/** Adds a person. `password_hash` from password_make; empty: they cannot sign in until one is set.
 *  Empty time zone, locale, role and a zero colour are chosen. Fails: ERR_INVALID naming the field,
 *  ERR_CONFLICT when the address is taken. */
Err user_add(Cx *cx, const User *user, Str password_hash, Str *ret_id);
/** Which of the fields of `patch` user_change sets. */
typedef enum UserFields {
    USER_NAME = 1,
    USER_EMAIL = 2,
    USER_TIME_ZONE = 4,
    USER_LOCALE = 8,
    USER_ROLE = 16,
    USER_COLOR = 32,
    USER_DISABLED = 64,
} UserFields;
/** Changes the named fields. Disabling ends sessions at once and stops tokens. Fails: ERR_CONFLICT when nobody enabled would
 *  be an administrator. */
Err user_change(Cx *cx, Str id, const User *patch, unsigned fields);
/** Sets a password and ends the sessions of that person, but for `keep_session` (id; may be empty). */
Err user_set_password(Cx *cx, Str id, Str password_hash, Str keep_session);
/** People there are, disabled ones too. */
Err user_count(Cx *cx, int64_t *ret);
/** Adds a team, with its members. Fails: ERR_CONFLICT when the name is taken. */
Err team_add(Cx *cx, const Team *team, Str *ret_id);

/** A new API token of a person. `scopes`: words of read, write, ingest, admin. `expires_ms` 0 = never.
 *  The token itself is known only now. Fails: ERR_INVALID naming the field. */
Err token_add(Cx *cx, Str user, Str name, Strs scopes, int64_t expires_ms, Str *ret_id, Str *ret_token);

#pragma once
/** Who may see what. A record that not everyone in the workspace may see carries an *audience*: a name such as
 *  "incident:ID" whose members are listed here as principals ("user:ID", "team:ID"). "" is everyone. Every list, count,
 *  search, feed and live update filters by it:
 *
 *      AND (x.audience = '' OR x.audience IN (SELECT m.audience FROM audience_member m
 *           JOIN principal p ON p.member = m.member WHERE p.user_id = :actor))
 *
 *  "user:ID" as an audience is that person alone and needs no members: for news that are theirs.
 *  Hindsight itself (cx->actor.id empty, role admin) sees all: use access_all() to switch the filter with --if. */
#include "app/cx.h"
#include "app/shape.h"

/** True when the actor is Hindsight itself. */
static inline bool access_all(const Cx *cx) { return cx->actor.id.len == 0 && cx->actor.role == ROLE_ADMIN; }
/** May the actor see records of this audience? "" is always true for signed-in people. */
Err  access_sees(Cx *cx, Str audience, bool *ret);
/** ERR_NOT_FOUND ("no incident INC-42") unless access_sees. */
Err  access_check(Cx *cx, Str audience, const char *what, Str given);
/** Replaces the members of an audience by these principals ("user:ID", "team:ID"). Within a write. */
Err  access_set(Cx *cx, Str audience, Strs members);
/** The audience of those who belong to every one of these: "" of none or of empty ones only, the one itself of one, else
 *  an audience of its own that follows when members of them or their teams change. Within a write. */
Err  access_shared(Cx *cx, Strs audiences, Str *ret);
Err  access_members(Cx *cx, Str audience, Strs *ret);
/** Keeps `principal` right: the teams that a user belongs to. "user:ID" is added by itself. Within a write. Called by account. */
Err  access_principals(Cx *cx, Str user, Strs teams);
/** JSON array of the audiences the actor belongs to, for search_find(). */
Err  access_audiences(Cx *cx, Str *ret);
/** Ids of all people who belong to an audience. */
Err  access_people(Cx *cx, Str audience, Strs *ret);

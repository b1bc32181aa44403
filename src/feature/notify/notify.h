#pragma once
/** Notifications: what happened that concerns one person, in the application. A row per person and thing, made in the
 *  transaction of its cause, so nobody is told of what was rolled back and nobody twice (`cause`).
 *
 *  Whoever may not see a record is not told of it; when rights narrow later, what was told before disappears from lists and
 *  counts with them (audience). Rows live for 180 days.
 *
 *  Event notification.added (subject: the person, object: the notification): mail and chat will listen to it.
 *  Live topic "notifications", which only its person hears. */
#include "app/feature.h"

extern const char *const notify_kinds[];

typedef struct Notification {
    Str id, kind, record_kind, reference, title, path, thread_id, comment_id, excerpt, record_id;
    UserRef actor;
    int64_t created_ms, read_ms;
} Notification;
typedef LIST(Notification) Notifications;

/** What to tell. `cause` names the thing that happened: a second one with the same cause changes nothing. */
typedef struct Tell {
    const char *kind;
    Str record_kind, record_id, reference, title, thread_id, comment_id, excerpt, audience, cause;
    Str actor_id;                   /* empty: Hindsight */
} Tell;
/** Tells each of `people` but the actor, those who switched the kind off and those who may not see the record. Within a write. */
Err notify_tell(Cx *cx, const Tell *what, Strs people);

/** A page of the actor's own, newest first, of records that they may see. */
Err notify_list(Cx *cx, bool unread_only, int64_t before_ms, Str before_id, int64_t limit, Notifications *ret);
/** How many of the actor's own are unread. */
Err notify_unread(Cx *cx, int64_t *ret);

/** After sample data: tells what is overdue, then marks all as read but the newest `keep` of each person and one of what is overdue.
 *  Within a write. */
Err notify_settle(Cx *cx, int64_t keep);

#pragma once
/** Sockets stay open; rights do not. Every socket of a SOCKET route is guarded:
 *
 *    - when anybody's rights changed between the check at the door and the moment it opened, it is turned away (1012), so
 *      that its client comes back and is checked anew;
 *    - its session or token is looked at again each minute, and when it expires: who is gone, or has another role or other
 *      scopes, is put out (4401);
 *    - a flood is ended (1008): more than GUARD_MESSAGES a second, or GUARD_BYTES, after a burst of ten times as much.
 *
 *  Changes that are known put people out at once, by topics_put_out, room_put_out and room_recheck. */
#include "app/feature.h"

enum { GUARD_MESSAGES = 1000, GUARD_BYTES = 8 << 20, GUARD_CHECK_MS = 60 * 1000 };

typedef struct Guards Guards;
Err  guards_start(App *app, Arena *a, Guards **ret);
void guards_stop(Guards *g);               /* ends the thread; before the live loop stops; NULL is fine */
void guards_free(Guards *g);               /* after the live loop stopped; NULL is fine */
/** The age of what is known of rights: taken before somebody is asked who they are, given to guard_socket. NULL gives 0. */
uint64_t guards_epoch(const Guards *g);
/** Rights changed, of whomever: sockets that were let in before, and are not open yet, are turned away. Any thread. */
void guards_rights_changed(Guards *g);
/** Looks at every open socket now: notices may have been missed. Any thread; NULL is fine. */
void guards_check_all(Guards *g);
/** Stands before the socket that `res` upgrades to, for `who`. */
void guard_socket(Guards *g, const Actor *who, uint64_t epoch, HttpRes *res);

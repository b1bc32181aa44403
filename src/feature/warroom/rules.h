#pragma once
/** Inside the war room. */
#include "feature/incident/incident.h"
#include "feature/warroom/warroom.h"

/* messages.c */
/** What changed about a message: tells pages and listeners. `kind`: added, edited, deleted, reacted, pinned, unpinned. */
Err message_tell(Cx *cx, const Message *m, const char *kind, bool quiet);
Err message_edit_own(Cx *cx, Str id, Str body, Strs mention_ids);
/** One's own, or anybody's as a manager. */
Err message_delete_own(Cx *cx, Str id);
/** The message behind this reference, "" when there is none. */
Err message_known(Cx *cx, Str source, Str channel, Str source_id, Str *ret_id);
Err message_search_put(Cx *cx, const Message *m, const Incident *i);
/** The actor, as author. */
MessageAuthor message_actor(const Cx *cx);

/** A command is done: what it did, on the message that it was said with. */
Err message_done(Cx *cx, Str id, const CommandDone *done);
Err message_event_set(Cx *cx, Str id, Str event);

/* read.c */
/** The columns of message_columns. */
void message_row(Cx *cx, Stmt *q, Message *m);
/** Names, reactions and files onto a page of messages: a fixed number of queries. */
Err message_fill(Cx *cx, Messages *page);

/* routes.c */
extern const Route warroom_routes[];
extern const Resolver warroom_resolvers[];

/* rooms.c */
extern const Listener warroom_listeners[];

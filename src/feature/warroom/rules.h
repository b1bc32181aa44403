#pragma once
/** Inside the war room. */
#include "base/map.h"
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
Err message_react_how(Cx *cx, Str id, MessageAuthor who, Str reaction, bool on, bool quiet);
Err message_pin_how(Cx *cx, Str id, bool on, bool quiet);
Err message_search_put(Cx *cx, const Message *m, const Incident *i);
/** The actor, as author. */
MessageAuthor message_actor(const Cx *cx);

/** A command is done: what it did, on the message that it was said with. */
Err message_done(Cx *cx, Str id, const CommandDone *done);

/* read.c */
/** The columns of message_columns. */
void message_row(Cx *cx, Stmt *q, Message *m);
/** Names, reactions and files onto a page of messages: a fixed number of queries. */
Err message_fill(Cx *cx, Messages *page);

/* freeze.c */
enum { MESSAGE_FROZEN = 100 };              /* files of this position and above were frozen, not sent */
Err message_freeze(Cx *cx, const Event *event);
Str title_of_page(Arena *a, Str html);
/** True for a file elsewhere whose picture is kept beside it. */
bool message_file_is_pictured(const Message *m, const MessageFile *f);

/* signals.c */
/** What the words, links and files of a message say by themselves: reasons and the kind of event. */
void signals_of(Arena *a, const Message *m, ProposalReasons *ret, Str *ret_kind);
/** The http links in a text, at most 10. */
Strs links_of(Arena *a, Str text);
bool link_is_graph(Str url);
/** The words of a text that carry meaning, folded: letters and digits of four or more, pairs of Han characters. */
Strs words_that_matter(Arena *a, Str text);

/* proposals.c */
/** Looks at a message again after something about it changed. */
Err proposal_look(Cx *cx, const Message *m);
Err proposal_remove(Cx *cx, Str message);
Err proposal_decide(Cx *cx, Str message, const char *state);
Err proposal_get(Cx *cx, Str message, Proposal *ret);
Err proposal_count(Cx *cx, Str incident, int64_t *ret);
Err cause_confirmed(Cx *cx, const Event *event);
Err causes_changed(Cx *cx, const Event *event);
extern const Setting warroom_settings[];

/* presence.c */
typedef struct Here { Str id; UserRef user; bool typing; } Here;
typedef LIST(Here) Heres;
/** Somebody has the room open, types in it, or left. Within a write. */
Err presence_tell(Cx *cx, Str incident, Str state);
/** Who is in the room now, on any node. */
Err presence_list(Cx *cx, Str incident, Heres *ret);
/** Feature.heard */
void presence_heard(App *app, Str channel, Str payload);

/* rooms.c */
/** What author_of would find; nothing is kept. `*names` (NULL before the first) holds who is called what, so that many are matched in
 *  one reading of the people. */
Err author_guess(Cx *cx, Map **names, Str source, Str key, Str name, Str email, Str *ret_user);
/** author_of for many, with `names` as above. */
Err author_of_next(Cx *cx, Map **names, Str source, Str key, Str name, Str email, MessageAuthor *ret);

/* import_progress.c */
/** state: running, failed, stopped (cut off by the end of the server); empty: there is none, or it is done. */
typedef struct ImportProgress { Str state, error; int64_t done, total; UserRef by; } ImportProgress;
/** Within a write. Fails: ERR_CONFLICT when one is under way. */
Err import_begin(Cx *cx, const Incident *i, int64_t total);
/** Within a write. `state`: running, done, failed. */
Err import_step(Cx *cx, const Incident *i, const char *state, Str error, int64_t done);
Err import_progress(Cx *cx, Str incident, ImportProgress *ret);

/* import_routes.c */
Err import_preview(Cx *cx, Req *req, Res *res);
Err import_run(Cx *cx, Req *req, Res *res);
extern const Shape chat_preview_shape, chat_imported_shape;

/* routes.c */
extern const Route warroom_routes[];
extern const Resolver warroom_resolvers[];

/* rooms.c */
extern const Listener warroom_listeners[];

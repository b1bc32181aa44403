#pragma once
/** Live documents: a body that many people write at once (CRDT, Yjs bytes), stored as a snapshot and a log of updates,
 *  each with a checksum. Nothing is rewritten in place; what was acknowledged is on disk. */
#include "app/feature.h"
#include "document/node.h"

/** Stores a new document whose XmlFragment "default" holds `content` (a "doc" node), written by the author Hindsight.
 *  Within a write. Fails: ERR_CONFLICT when the id has one. */
Err document_create(Cx *cx, Str id, const DocNode *content);
/** The content as it is now on disk (all that was acknowledged), without what only editors see (document/clean.h).
 *  Fails: ERR_NOT_FOUND. */
Err document_read(Cx *cx, Str id, DocNode **ret);
/** One stored edit: when, and by whom (nobody: Hindsight). */
typedef struct LogEntry { int64_t revision, at_ms; Strs authors; } LogEntry;
typedef LIST(LogEntry) LogEntries;
/** The edits after a revision, oldest first. */
Err document_log(Cx *cx, Str id, int64_t after, int64_t limit, LogEntries *ret);
/** Makes the content what is given, as an edit of the actor's that merges with what others write meanwhile; open rooms see it.
 *  Blocks that say the same already are left alone, so comments, cursors and edits of others in them stay. */
Err document_replace(Cx *cx, Str id, const DocNode *content);
/** The same, for what nobody decided on at this moment (drafts): letters that somebody types into a block that goes, before they hear of
 *  it, come back as a paragraph behind what took its place, for a day. Tested by: late_test.c, tests/draft_race.mjs. */
Err document_replace_gently(Cx *cx, Str id, const DocNode *content);
/** Makes the text what it was at a revision, by edits of the actor's: what is still there stays, with what others write in it
 *  and with comments made since; what says the same already is not written. Within a write. Fails: ERR_NOT_FOUND. */
Err document_restore(Cx *cx, Str id, int64_t revision);
/** A number that grows with each stored update; "changed since published" compares it. 0 when there is none. */
Err document_revision(Cx *cx, Str id, int64_t *ret);
/** The same as it was at a revision (history is kept). */
Err document_read_at(Cx *cx, Str id, int64_t revision, DocNode **ret);
/** Everything that stands in it at a revision (INT64_MAX: now), suggestions and places of comments included. */
Err document_read_whole(Cx *cx, Str id, int64_t revision, DocNode **ret);

/** Which of `words` (each written in one piece, such as an id) the text holds or ever held; sets ret[i], clears none.
 *  Cost: reads the whole log. Fails: ERR_INTERNAL when it is damaged. */
Err document_ever_said(Cx *cx, Str id, const Strs *words, bool *ret);
/** Two strings that somebody wrote close together, in either order: an id and a time, say. `authors` (out): who wrote the first stored
 *  edit that holds them (several when it is of several people, none when it is Hindsight's); `found` when there is one. */
typedef struct DocumentSaid { Str one, other; bool found; Strs authors; } DocumentSaid;
/** Cost: reads the log until all are found. */
Err document_first_said(Cx *cx, Str id, DocumentSaid *said, size_t n);
/** Of every document. */
Err document_all(Cx *cx, Strs *ret);

/** A person who joins the room of a document over the y-websocket protocol. */
typedef struct RoomMember {
    Str document;            /* id */
    UserRef user;
    bool can_write;
    bool wants_saved;        /* ?saved=1: message types 100 and 101 are understood */
} RoomMember;
/** Answers the request with an upgrade into the document's room (opens it when needed). The caller has checked rights. */
Err room_join(Cx *cx, const RoomMember *member, Res *res);
/** Puts every member of a document's room out; their clients come back at once, and who may no longer is refused at the
 *  door. Call it after rights changed. Any thread; a room that is not open is fine. */
void room_recheck(App *app, Str document);
/** Puts a person out of all rooms: disabled, signed out everywhere. Any thread. */
void room_put_out(App *app, Str user);
/** Called as a job 2 s after a document was edited, then at most every 8 s as long as edits go on, and always after the last:
 *  lets features index, count words, note authors.
 *  `authors`: user ids who wrote since the last call. Set once by the feature that owns documents, before serving. */
typedef Err (*DocumentChanged)(Cx *cx, Str document, Strs authors);
void document_on_change(App *app, DocumentChanged changed);

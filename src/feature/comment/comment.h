#pragma once
/** Comments: threads beside a report, on words or a block of its text (or on the whole of it). Rows here; the place in the
 *  text is held by the text itself (document/places.h), so threads follow what they are about.
 *
 *  Whoever may see the report may read them, nobody else, and they never leave with an export. Whoever may write the report may
 *  comment; readers may when the report says so (comments_by). An archived report takes no more.
 *
 *  Events (subject and object: the report; data {thread, comment, body, people, participants, reply}):
 *      comment.added  comment.edited  comment.removed  comment.resolved  comment.reopened
 *  Live topic "comments:REPORT". */
#include "document/places.h"
#include "feature/report/report.h"

extern const char *const comment_reactions[];

typedef struct Reaction { Str reaction; UserRefs people; bool mine; } Reaction;
typedef LIST(Reaction) Reactions;

typedef struct Comment {
    Str id, thread_id, body;
    UserRef author;
    UserRefs mentions;
    Reactions reactions;
    int64_t created_ms, edited_ms, version;
    bool removed, can_edit, can_remove;
} Comment;
typedef LIST(Comment) Comments;

typedef struct Thread {
    Str id, report_id, state, quote;
    UserRef resolved_by;
    Comments comments;
    int64_t resolved_ms, created_ms, updated_ms, version, seen_ms;
    bool unread;
} Thread;
typedef LIST(Thread) Threads;

typedef struct CommentInput {
    Str body, quote;
    Strs mention_ids;
    Places places;
} CommentInput;

/** Begins a thread. `ret` is complete. Within a write. Fails: ERR_INVALID naming the field, ERR_CONFLICT when the place is
 *  gone or the report is archived, ERR_FORBIDDEN. */
Err comment_begin(Cx *cx, Str report, const CommentInput *in, Thread *ret);
/** Replies, and opens the thread again when it was resolved. */
Err comment_reply(Cx *cx, Str thread, const CommentInput *in, Comment *ret);
/** Own words only. */
Err comment_edit(Cx *cx, Str comment, const CommentInput *in, Comment *ret);
/** One's own, or anybody's for managers. A thread without words is gone. */
Err comment_remove(Cx *cx, Str comment);
typedef enum ThreadState { THREAD_OPEN, THREAD_RESOLVED } ThreadState;
Err comment_set_state(Cx *cx, Str thread, ThreadState state);
Err comment_react(Cx *cx, Str comment, Str reaction, bool on);
/** The actor has read the thread. */
Err comment_mark_seen(Cx *cx, Str thread);
/** Threads of a report, oldest first; `state` "" is all. */
Err comment_list(Cx *cx, Str report, Str state, int64_t after_ms, Str after_id, int64_t limit, Threads *ret);
Err comment_thread(Cx *cx, Str thread, Thread *ret);
/** How many threads are open. */
Err comment_open_count(Cx *cx, Str report, int64_t *ret);

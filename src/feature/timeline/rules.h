#pragma once
/** Inside the timeline's room. */
#include "feature/timeline/timeline.h"

extern const Listener timeline_listeners[];
extern const Shape timeline_new_shape, timeline_edit_shape;

/** Writes the event as it is now: an entry at the end of the chain, and the row of the present. */
Err timeline_write(Cx *cx, const TimelineEvent *e, const char *action);
/** The same for an event that is there: its version rises, and open pages hear of it. */
Err timeline_revise(Cx *cx, TimelineEvent *e, const char *action);
/** The content that is chained: the event as JSON with its keys in a fixed order. */
Str timeline_content(Arena *a, const TimelineEvent *e);
/** Applies what `present` (of timeline_edit_shape) names. */
Err timeline_edit(Cx *cx, Str id, Present present, const TimelineEvent *in);

/** Takes the words of an event out of the view and out of the log, for good: what should never have been written down (a
 *  password, a customer's name). A tombstone stays: when, what kind, by whom and why. The chain stays provable: the new
 *  entry names the hash of each that it emptied. An event that was removed from the view can be redacted too; what was folded
 *  into an event goes with it.
 *  Fails: ERR_CONFLICT when it was redacted before, ERR_INVALID without a reason. Within a write. */
Err timeline_redact(Cx *cx, Str incident, Str id, Str reason);
/** Folds events that tell the same into the first of `ids`, which says so in its data (`merged`); the others leave the view.
 *  Within a write. Fails: ERR_INVALID naming ids; ERR_CONFLICT when they are not seen by the same people. */
Err timeline_merge(Cx *cx, Str incident, Strs ids);
/** Puts titles beside the ids of what was folded into events, for the reader: the log and the view keep only ids, so that what is
 *  redacted stands nowhere else. */
Err timeline_name_merged(Cx *cx, TimelineEvents *page);
/** Takes apart what timeline_merge folded into this event. Within a write. */
Err timeline_split(Cx *cx, Str id);

typedef struct Revision { Str action; int64_t recorded_ms; UserRef actor; Str content; } Revision;
typedef LIST(Revision) Revisions;
Err timeline_history(Cx *cx, Str id, Revisions *ret);

/** The columns of timeline_event_get and _list. */
void timeline_row(Stmt *q, TimelineEvent *e);
Err timeline_names(Cx *cx, TimelineEvents *page);
/** What an event keeps of the audience of the record it tells of: nothing when that is the incident's own. */
Err timeline_audience(Cx *cx, Str incident, Str audience, Str *ret);
/** A report or follow-up is seen by others now: so are the events about it. Within a write. */
Err timeline_readers_changed(Cx *cx, Str record, Str audience);

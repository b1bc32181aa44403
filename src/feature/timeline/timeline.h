#pragma once
/** What happened when: the timeline of an incident. Rows write themselves from the events of the house (listeners run in the
 *  transaction of the change), and people add notes, decisions, hypotheses and actions.
 *
 *  Append-only. The log `timeline_entry` holds, per incident, every recording, revision and removal in order, with the whole
 *  content of the event after it; nothing in it is ever changed. Entries are chained:
 *
 *      hash(n) = BLAKE2b-256( hash(n-1) "\n" n "\n" action "\n" at_ms "\n" actor "\n" content )      hash(0) = ""
 *
 *  in lower-case hex, so that a changed, missing or inserted entry shows (timeline_verify). `timeline_event` is the
 *  present view of the log, for lists; verifying compares it with the last entry of each event as well. A redaction is
 *  the one thing that takes content out of the log; the entry that tells of it names the hashes of those it emptied.
 *
 *  An event whose subject is no incident is ignored. Kinds that are heard stand in listen.c.
 *  Event timeline.confirmed (subject: the incident, object: the hypothesis): a hypothesis turned out to be true. */
#include "feature/incident/incident.h"

extern const char *const timeline_kinds[], *const timeline_hand_kinds[],
                                               *const timeline_phases[], *const timeline_states[];

typedef struct Evidence { Str kind, id, url, title; } Evidence;

typedef struct TimelineEvent {
    Str id, incident_id;
    int64_t occurred_ms, recorded_ms;
    UserRef actor;
    Str source, kind, title, body;
    Str data;                      /* JSON object */
    Evidence evidence;
    bool starred;
    Str visibility, phase;         /* internal, external; detection … key_moment or empty */
    Str state;                     /* hypothesis: open, confirmed, rejected */
    int64_t state_ms;              /* when it was confirmed or rejected */
    int64_t corrected_from_ms;     /* what occurred_ms was first; 0 = never corrected */
    bool hand_made;
    Str audience;                  /* besides that of the incident; empty: whoever may see the incident */
    int64_t version;
    Str known, not_known;          /* decision: said when it is added or changed; kept in data */
} TimelineEvent;
typedef LIST(TimelineEvent) TimelineEvents;
extern const Shape timeline_shape;

typedef struct TimelineFilter {
    Strs kind, phase, actor;
    bool starred;
    Str q;                         /* words in title or body, without regard to case */
    int64_t since_ms, until_ms;
} TimelineFilter;

/** Events in the order they occurred, without those about reports and follow-ups that the actor may not see. The caller has
 *  checked access to the incident. `limit` rows at most. */
Err timeline_list(Cx *cx, Str incident, const TimelineFilter *filter, Cursor after, int64_t limit,
                  TimelineEvents *ret);
/** All of them, for report drafts (at most 100,000). */
Err timeline_all(Cx *cx, Str incident, const TimelineFilter *filter, TimelineEvents *ret);
/** Records one; `e->id`, recorded_ms, version are set. Any kind: for imports and sample data too. Empty occurred_ms = now,
 *  empty source = "hindsight". Within a write. Fails: ERR_INVALID naming the field. */
Err timeline_add(Cx *cx, Str incident, TimelineEvent *e);
Err timeline_get(Cx *cx, Str id, TimelineEvent *ret);
/** Says of a hypothesis: open, confirmed, rejected. Within a write. Fails: ERR_INVALID, ERR_STALE. */
Err timeline_verdict(Cx *cx, Str id, Str state);
/** Takes a hand-made one out of the view; the log keeps it. Within a write. Fails: ERR_CONFLICT for what Hindsight recorded. */
Err timeline_remove(Cx *cx, Str id);

/** Recomputes the chain of an incident. `ret_broken` is the number of the first entry that does not fit, 0 when all do; one behind
 *  the last entry when the end was cut off, or when the timeline shows an event of which the log knows nothing. */
Err timeline_verify(Cx *cx, Str incident, int64_t *ret_entries, int64_t *ret_broken);
typedef struct Chain { Str incident, reference; } Chain;
typedef LIST(Chain) Chains;
/** The next 500 incidents, whoever may see them, in the order of their ids; `after` = "" for the first. Each has a chain from its
 *  declaration on: one without was taken away. */
Err timeline_chains(Cx *cx, Str after, Chains *ret);

/** Notes that a person did something for an incident then; what timeline_add records is noted already. Within a write. */
Err timeline_active(Cx *cx, Str incident, Str user, int64_t at_ms);

typedef struct Stretch { int64_t started_ms, ended_ms; } Stretch;
typedef LIST(Stretch) Stretches;
/** When somebody was at it: five minutes for each thing done, and pauses of up to 30 minutes between two. Hours are out of
 *  work when they are not between 9 and 18 on Monday to Friday in that person's time zone. */
typedef struct Responder { UserRef user; Strs roles; int64_t started_ms, ended_ms, active_ms, out_of_hours_ms; Stretches stretches; } Responder;
typedef LIST(Responder) Responders;
/** Who was at it until the incident was resolved (now, while it is not), whoever was first comes first. */
Err timeline_responders(Cx *cx, Str incident, Responders *ret);

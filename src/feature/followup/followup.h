#pragma once
/** Follow-ups: what must change so that it does not happen again, who does it, by when, and whether it worked.
 *
 *  open → in_progress → done → verified or not_effective; wont_do needs a reason. A follow-up is *settled* when nobody has to
 *  do anything about it any more: verified, wont_do, done without an effectiveness check, or not_effective with a
 *  successor. It inherits channel, team and audience from its incident and follows them when they change. */
#include "feature/incident/incident.h"

extern const char *const followup_statuses[], *const followup_kinds[], *const followup_priorities[];

typedef struct FollowUpChange { Str field, from, to; UserRef actor; int64_t changed_ms; } FollowUpChange;
typedef LIST(FollowUpChange) FollowUpChanges;

typedef struct FollowUp {
    Str id, reference, title, description, status, kind, priority;
    UserRef owner;
    Ref team, channel;
    Str owner_id, team_id, channel_id, audience;
    int64_t due_ms;
    Strs labels;
    Strs service_ids;
    Refs services;
    RecordRef incident, report;
    Str risk_reduction;              /* how it makes things better */
    Str effectiveness_check;         /* what would show that it worked … */
    int64_t effectiveness_due_ms;    /* … and by when to look */
    Str effectiveness_note;          /* what was seen */
    Str wont_do_reason;
    RecordRef predecessor, successor;/* a new try after one that had no effect */
    bool overdue, settled, can_edit;
    int64_t completed_ms, verified_ms;
    UserRef verified_by, created_by;
    FollowUpChanges history;         /* newest first; detail only */
    int64_t number, version, created_ms, updated_ms, sort_key;
} FollowUp;
typedef LIST(FollowUp) FollowUps;

typedef struct FollowUpInput {
    Str title, description, status, kind, priority, owner_id, team_id, channel_id;
    int64_t due_ms;
    Strs labels, service_ids;
    Str incident_id, report_id;
    Str risk_reduction, effectiveness_check, effectiveness_note, wont_do_reason;
    int64_t effectiveness_due_ms;
    Str audience;                    /* C only: of a report without an incident */
    Str predecessor_id;              /* C only */
} FollowUpInput;

typedef struct FollowUpFilter {
    Strs status, kind, priority, owner, team, channel, service, incident, report;
    bool open;                       /* not settled */
    bool closed;                     /* settled */
    bool overdue, to_verify, nobody; /* nobody: without an owner */
    Str q, sort;                     /* "due" (none last), "priority", "newest", "updated" */
} FollowUpFilter;

extern const Shape followup_shape, followup_row_shape, followup_new_shape;

/** Adds one; event followup.added with the incident as subject. `ret` is complete. Within a write.
 *  Fails: ERR_INVALID naming the field. */
Err followup_add(Cx *cx, const FollowUpInput *in, FollowUp *ret);
/** Everything about one. The caller has checked access. Fails: ERR_NOT_FOUND. */
Err followup_get(Cx *cx, Str id, FollowUp *ret);
/** By id or reference ("FU-31"); ERR_NOT_FOUND for unknown and invisible alike. */
Err followup_resolve(Cx *cx, Str given, Str *ret_id);
/** A page of those the actor may see. */
Err followup_list(Cx *cx, const FollowUpFilter *filter, Cursor after, int64_t limit, FollowUps *ret);
Err followup_total(Cx *cx, const FollowUpFilter *filter, int64_t *ret);
/** A page and the total (-1: over 1,000, or not the first page; may be NULL), looking for the words of `q` once. */
Err followup_page(Cx *cx, const FollowUpFilter *filter, Cursor after, int64_t limit, FollowUps *ret, int64_t *ret_total);
/** `reason` for wont_do. Within a write. Fails: ERR_INVALID, ERR_CONFLICT. */
Err followup_set_status(Cx *cx, Str id, Str status, Str reason);

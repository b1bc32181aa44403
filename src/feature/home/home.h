#pragma once
/** Home: what waits for one person, in one answer. Owns no rows: it asks the features for theirs, each of which leaves out
 *  what the person may not see. A fixed number of queries, whatever is there. */
#include "feature/followup/followup.h"

/** A post-mortem that waits for somebody, or an incident that waits for one. `action`: what to do about it. */
typedef struct Waiting {
    Str action;                       /* write, review, publish, start */
    Str title, severity;
    RecordRef report, incident;       /* start has no report */
    UserRef by;                       /* review: whose it is */
    int64_t due_ms, since_ms;         /* since: when it was resolved (start) or changed last */
    bool overdue;
    int64_t word_count;
} Waiting;
typedef LIST(Waiting) WaitingList;

/** An incident that began about a year ago, and what came of what was to be done. */
typedef struct Remembered {
    Str id, reference, title, severity, summary;
    int64_t began_ms;
    RecordRef report;                 /* published */
    int64_t follow_ups, follow_ups_settled, follow_ups_wont_do;
} Remembered;
typedef LIST(Remembered) RememberedList;

typedef struct Home {
    Incidents active_incidents;       /* worst … newest first, at most HOME_INCIDENTS */
    int64_t active_total;
    WaitingList reports_waiting;
    FollowUps my_follow_ups;          /* to be done, overdue first, then to be verified */
    int64_t my_follow_ups_total;      /* -1: over 1,000 */
    RememberedList year_ago;
    bool new_workspace;               /* the person can see no incident yet */
} Home;
enum { HOME_INCIDENTS = 8, HOME_WAITING = 12, HOME_FOLLOW_UPS = 12, HOME_YEAR_AGO = 2 };

/** What waits for the actor now. */
Err home_get(Cx *cx, Home *ret);

#pragma once
/** Home: what waits for one person, in one answer. Owns no rows: it asks the features for theirs, each of which leaves out
 *  what the person may not see. A fixed number of queries, whatever is there. */
#include "feature/followup/followup.h"
#include "feature/report/report.h"

/** A post-mortem that waits for somebody, or an incident that waits for one. `action`: what to do about it. */
typedef struct Waiting {
    Str action;                       /* write, review, publish, start */
    Str title, severity, language;
    RecordRef report, incident;       /* start has no report */
    UserRef by;                       /* review: whose it is; write: who asked for changes */
    int64_t due_ms, since_ms;         /* since: when it was resolved (start), else when it changed last */
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
    WaitingList reports_waiting;      /* the first due first, without a date last */
    FollowUps my_follow_ups;          /* to be done, overdue first, then to be verified */
    int64_t my_follow_ups_total;      /* -1: over 1,000 */
    Reports recently_published;       /* newest first */
    RememberedList year_ago;          /* worst first */
    bool new_workspace;               /* the person can see no incident yet */
} Home;
enum { HOME_INCIDENTS = 8, HOME_WAITING = 12, HOME_FOLLOW_UPS = 12, HOME_PUBLISHED = 4, HOME_YEAR_AGO = 2 };

/** Post-mortems that wait for the actor: drafts of theirs, reviews asked of them, approved ones to publish, and resolved
 *  incidents that policy wants one about and that are theirs to start: they commanded, or, when nobody did, they had a role
 *  or it belongs to their team. */
Err home_waiting(Cx *cx, WaitingList *ret);
/** What waits for the actor now. */
Err home_get(Cx *cx, Home *ret);

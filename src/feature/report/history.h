#pragma once
/** The history of a report's text. Every edit is kept (the log of its document); versions are points in it:
 *      session     edits with pauses of at most ten minutes between them, made by itself
 *      named       somebody gave it a name
 *      published   it was published then
 *      restored    an older version was brought back, as edits on top of what there was
 *  A version is named by its revision. */
#include "document/diff.h"
#include "feature/report/report.h"

extern const char *const report_version_kinds[];

typedef struct HistoryEntry {
    Str id, kind, name;                     /* id: of a named one */
    int64_t revision, before_revision;      /* of the text; session, restored: what it was before */
    int64_t number;                         /* published: which */
    int64_t began_ms, made_ms, of_ms;
    UserRefs authors;
    UserRef by;
} HistoryEntry;
typedef LIST(HistoryEntry) HistoryEntries;

/** Newest first, those before a revision (INT64_MAX: all). */
Err report_history(Cx *cx, Str report, int64_t before, int64_t limit, HistoryEntries *ret);
/** Gathers what was written since into sessions. Within a write; cheap when there is nothing new. */
Err report_history_note(Cx *cx, Str report);
/** Later edits begin a new session. Within a write. */
Err report_history_close(Cx *cx, Str report);
/** Names the present version, or that of a revision. Fails: ERR_INVALID. */
Err report_history_name(Cx *cx, Str report, Str name, int64_t revision, HistoryEntry *ret);
/** Gives a named version another name. Fails: ERR_NOT_FOUND, ERR_INVALID. */
Err report_history_rename(Cx *cx, Str report, Str id, Str name);
Err report_history_unname(Cx *cx, Str report, Str id);
/** Makes the text what it was at a revision, as edits of the actor's; what there was stays in the history. Within a write. */
Err report_restore(Cx *cx, Str report, int64_t revision);

typedef struct Compared {
    int64_t from_revision, to_revision, inserted, deleted;       /* words */
    DiffBlocks blocks;
} Compared;
/** What changed between two revisions (0: now), with who wrote each block as far as the sessions tell. */
Err report_compare(Cx *cx, Str report, int64_t from, int64_t to, Compared *ret);

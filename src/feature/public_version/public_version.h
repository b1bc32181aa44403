#pragma once
/** The public version of a report: a document of its own for readers outside (a title, a summary, what happened, what we are doing), with an
 *  address of its own. It is built by allow-list: nothing of the report is in it but what somebody wrote or chose here, and readers see what was
 *  published of it, until it is published again or withdrawn. */
#include "feature/report/report.h"

typedef struct PublicVersion {
    Str report_id, slug, url;             /* url: empty while it is not published */
    Str title, summary, happened, doing;  /* Markdown but for the title */
    Strs figures;                         /* of the report's: started_at, ended_at, duration */
    Str language;
    bool published, changed_since_published;
    UserRef published_by, updated_by;
    int64_t published_ms, updated_ms, version;   /* version 0: nothing is written yet */
} PublicVersion;

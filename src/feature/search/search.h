#pragma once
/** One place to look for everything. Each feature puts the words of its records into the index
 *  (store/search.h): in the write of their change, or, alerts, by a job some seconds later.
 *
 *  What the index says is never believed about permission: every hit is read again as the actor,
 *  and what they may not see is left out. */
#include "app/feature.h"

typedef struct Found {
    Str kind, id, reference, title, snippet;   /* snippet: matches between U+E000 and U+E001 */
    Str state, severity;                       /* severity empty when the kind has none */
    int64_t at_ms;
} Found;
typedef LIST(Found) FoundList;

/** Best first, at most `limit`. `kinds` may be empty. A reference ("INC-42") comes first. */
Err search_all(Cx *cx, Str query, Strs kinds, int64_t limit, FoundList *ret);

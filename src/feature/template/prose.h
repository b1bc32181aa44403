#pragma once
/** Sentences from facts, in English and Chinese. Each says only what is recorded; what is unknown is left out. */
#include "feature/template/facts.h"

/** What, when, how long, who led, why. "" when nothing but the title is known. */
Str prose_overview(Arena *a, const Facts *f);
/** " (availability): from 14:07 to 14:47 UTC, 39 m; 12,316 customers. Description" behind the name of an impact. */
Str prose_impact(Arena *a, const Facts *f, const Impact *impact);
/** When impact began and ended, for an incident without impacts of its own. */
Str prose_impact_times(Arena *a, const Facts *f);
Str prose_detection(Arena *a, const Facts *f);
/** Names of those who held a role, joined. */
Str prose_holders(Arena *a, const Facts *f, const char *role);

#pragma once
/** Inside this room only. */
#include "base/map.h"
#include "feature/change/change.h"

/** Reads what a query of changes gives, and their services. Ends the statement. */
Err change_read(Cx *cx, Stmt *q, Changes *ret);

/** What is known about an incident, as far as it says which change may have caused it. */
typedef struct Scene {
    const Incident *incident;
    Strs services, needs;          /* ids: affected; what those depend on */
    Map *names;                    /* id → Ref * of both */
    Strs words;                    /* of title and summary that say something */
    int64_t began_ms, over_ms;     /* over: mitigated, else the impact's end, else resolved; 0 = not yet */
} Scene;
/** Fills proposed, score and why; a score of 0: it is none. `is_first`: the first of its kind on its services for a long time. Pure. */
void change_judge(Arena *a, const Scene *scene, bool is_first, Change *c);
/** Words of a text that say something, in lower case, at most 40. Pure. */
void change_words(Arena *a, Str text, Strs *ret);

/** The marks that hold somewhere in a text, while it is written. */
#ifndef CRDT_MARKS_H
#define CRDT_MARKS_H

#include "internal.h"

/** A mark as it holds somewhere. One that was read from an item keeps that item's content: written
 *  again it shares it, as Yjs shares the JavaScript object (and, like Yjs, tells equal objects from
 *  the same object when it cleans up). */
typedef struct Mark {
    CrdtBytes key, json;
    CrdtBytes shared; /* content of the item it came from; at NULL when it came from the caller */
} Mark;

/** A small map of marks in order of insertion. Views only. */
typedef struct Marks {
    Memory *m;
    Mark *at;
    uint32_t count, cap;
} Marks;

static inline bool is_null(CrdtBytes json) { return json.len == 4 && json.at[0] == 'n'; }
Mark *marks_find(const Marks *s, CrdtBytes key);
/** The value of a mark, null when it does not hold. */
CrdtBytes marks_get(const Marks *s, CrdtBytes key);
bool marks_set(Marks *s, Mark mark);
void marks_remove(Marks *s, CrdtBytes key);
void marks_done(Marks *s);
bool marks_copy(Marks *to, const Marks *from);
Mark mark_of(const Item *format);
Mark mark_or_null(const Marks *s, CrdtBytes key);
bool marks_apply(Marks *s, const Item *format);

#endif

/** What undo.c and redo.c share. */
#ifndef CRDT_UNDO_H
#define CRDT_UNDO_H

#include "internal.h"

/** Ranges by client (descending) and clock, joined; and the clients in the order in which they came. */
typedef struct Ranges {
    Deletion *at;
    uint32_t count, cap;
    uint64_t *clients;
    uint32_t client_count, client_cap;
} Ranges;

/** What one step did. */
typedef struct Step {
    Ranges inserted, deleted;
} Step;

typedef struct Steps {
    Step *at;
    uint32_t count, cap;
} Steps;

struct CrdtUndo {
    Listener listener;
    CrdtDoc *doc;
    CrdtNode *scope;
    uint32_t scope_count;
    uint64_t *origins;
    uint32_t origin_count;
    bool remote, overwrite_keys;
    int64_t capture_ms, last_ms;
    bool joining; /* the next edit may belong to the last step */
    int64_t (*now_ms)(void *context);
    void *context;
    Steps undo, redo;
    enum { UNDO_NONE, UNDO_BACK, UNDO_AGAIN } doing;
};

bool ranges_have(const Ranges *r, uint64_t client, uint32_t clock);
bool ranges_add(Memory *m, Ranges *r, uint64_t client, uint32_t clock, uint32_t len);
bool ranges_order(Memory *m, Ranges *r, uint64_t client);
void ranges_done(Memory *m, Ranges *r);
bool undo_covers(const CrdtUndo *u, const CrdtDoc *d, const Item *it);
/** Takes a step back inside the open transaction. `u` may be NULL. */
CrdtErr step_back(CrdtDoc *d, const CrdtUndo *u, const Step *step, bool *ret_changed);

#endif

/** A running peer: its documents and its answer. */
#ifndef CRDT_PEER_H
#define CRDT_PEER_H

#include "tool.h"

enum { DOCS = 64, PARTS = 4096 };

typedef struct Slot {
    CrdtDoc *doc;
    CrdtObserver *observer;
    CrdtUndo *undo;
    CrdtAwareness *awareness;
} Slot;

typedef struct Peer {
    Slot slots[DOCS];
    CrdtBuf reply;
    CrdtBuf events;
    CrdtErr err;
    CrdtFault fault;
    CrdtBytes line; /* the command */
    bool ended;
} Peer;

Slot *slot_of(Peer *p);
CrdtDoc *doc_of(Peer *p);
void say(Peer *p, const char *text);
void say_flag(Peer *p, const char *name, bool value);
void say_number(Peer *p, const char *name, uint64_t value);
void say_base64(Peer *p, const char *name, CrdtBuf *b);
void as_asked(Peer *p, CrdtBuf *update);
CrdtBuf given_update(Peer *p);

/* peer_past.c */
void cmd_snapshot(Peer *p);
void cmd_snapshot_update(Peer *p);
void cmd_restore(Peer *p);
void cmd_revert(Peer *p);
void cmd_position(Peer *p);
void cmd_find(Peer *p);
void cmd_undo_open(Peer *p);
void cmd_undo(Peer *p);
void cmd_sync(Peer *p);
void cmd_awareness(Peer *p);

#endif

/** What the ways to show a document share: an output whose first error sticks. */
#ifndef CRDT_SHOW_H
#define CRDT_SHOW_H

#include "internal.h"

enum { SHOW_DEPTH = 1000 };

typedef struct Show {
    const CrdtDoc *d;
    CrdtBuf *out;
    CrdtErr err;
} Show;

static inline bool show(Show *s, const char *text)
{
    if (s->err == CRDT_OK && !write_raw(s->out, text, strlen(text)))
        s->err = CRDT_NOMEM;
    return s->err == CRDT_OK;
}

static inline bool show_check(Show *s, CrdtErr err)
{
    if (s->err == CRDT_OK)
        s->err = err;
    return s->err == CRDT_OK;
}

static inline bool show_quote(Show *s, CrdtBytes text)
{
    return show_check(s, json_escape_to(text, s->out) ? CRDT_OK : CRDT_NOMEM);
}

/* What stands at a node, and a value, which may be a node. */
void show_json(Show *s, CrdtNode node, CrdtKind as, int depth);
void show_xml(Show *s, CrdtNode node, CrdtKind as, int depth);
void show_value(Show *s, const CrdtValue *v, int depth);

#endif

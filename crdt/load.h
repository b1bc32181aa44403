/** Shared by the steps of loading: load_read.c decodes, load_link.c links, load.c begins and ends. */
#ifndef CRDT_LOAD_H
#define CRDT_LOAD_H

#include "internal.h"

/** Where a struct without origins belongs. While loading, Item.parent is the number of one, or 0. */
typedef struct Home {
    uint32_t type;          /* a root, or 0: */
    uint32_t client, clock; /* the item that holds the type */
    uint32_t key;           /* or NONE */
} Home;

/** Where to look for a clock of one client: page[clock >> shift] is the item in which that page of
 *  clocks begins. There are about as many pages as items. */
typedef struct Pages {
    uint32_t *page;
    uint32_t first, end; /* items */
    uint8_t shift;
} Pages;

/** An id as it is encoded, and its batch index. */
typedef struct IdSeen {
    uint64_t bytes, mask;
    uint32_t len, client;
} IdSeen;

typedef struct Loader {
    CrdtDoc *d;
    Pages *pages; /* by client */
    uint32_t *page; /* of all clients */
    size_t page_count;
    Batch *b; /* ids, sections (first: an item) and deletions; no refs */
    Home *homes;
    uint32_t home_count, home_cap;
    uint32_t types, roots; /* how many there were before */
    CrdtBytes update;
    bool odd;
    IdSeen seen[16]; /* by the lowest bits of the first byte */
} Loader;

/* load_read.c */
CrdtErr load_read(Loader *l, CrdtFault *ret);

/* load_link.c */
CrdtErr load_clients(Loader *l);
CrdtErr load_link(Loader *l);
uint32_t load_find(Loader *l, uint32_t client, uint32_t clock);
void load_done(Loader *l);

#endif

#pragma once
#include "base/arena.h"

/** A growing array in an arena, for any type: `typedef LIST(Alert) AlertList;`. Zero is an empty list.
 *  Moves its items when it grows, so keep indexes, not pointers, while adding. */
#define LIST(T) struct { T *at; size_t len, room; }

/** Adds a zeroed item and returns its address. */
#define list_add(a, list) ( \
    (list)->len == (list)->room ? list_grow_((a), (void **)&(list)->at, (list)->len, &(list)->room, sizeof *(list)->at) : (void)0, \
    &(list)->at[(list)->len++])

#define list_each(list, i) for (size_t i = 0; i < (list)->len; i++)

void list_grow_(Arena *a, void **at, size_t len, size_t *room, size_t size);

#pragma once
#include "base/arena.h"

/** Str → pointer in an arena. Keys are copied. Open addressing; never shrinks; not thread-safe. */
typedef struct Map Map;
Map  *map_new(Arena *a);
/** Sets and returns the value that was there before, or NULL. `value` must not be NULL. */
void *map_set(Map *m, Str key, void *value);
/** The value, or NULL. */
void *map_get(const Map *m, Str key);
size_t map_len(const Map *m);

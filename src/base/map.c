#include "base/map.h"
#include "base/hash.h"

typedef struct Slot { Str key; uint64_t hash; void *value; } Slot;
struct Map { Arena *arena; Slot *slots; size_t len, room; };

Map *map_new(Arena *a)
{
    Map *m = arena_make(a, Map);
    *m = (Map){ .arena = a, .slots = arena_array(a, Slot, 16), .room = 16 };
    return m;
}

static Slot *find(const Map *m, Str key, uint64_t hash)
{
    size_t i = hash & (m->room - 1);
    while (m->slots[i].value && !(m->slots[i].hash == hash && str_eq(m->slots[i].key, key)))
        i = (i + 1) & (m->room - 1);
    return &m->slots[i];
}

static void grow(Map *m)
{
    Map bigger = { .arena = m->arena, .slots = arena_array(m->arena, Slot, m->room * 2), .len = m->len, .room = m->room * 2 };
    for (size_t i = 0; i < m->room; i++)
        if (m->slots[i].value) *find(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    *m = bigger;
}

void *map_set(Map *m, Str key, void *value)
{
    if (m->len * 4 >= m->room * 3) grow(m);
    uint64_t hash = hash_str(key);
    Slot *s = find(m, key, hash);
    void *before = s->value;
    if (!before) { s->key = arena_str(m->arena, key); s->hash = hash; m->len++; }
    s->value = value;
    return before;
}

void *map_get(const Map *m, Str key) { return find(m, key, hash_str(key))->value; }

size_t map_len(const Map *m) { return m->len; }

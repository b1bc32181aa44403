#include "base/list.h"

void list_grow_(Arena *a, void **at, size_t len, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 8;
    void *to = arena_bytes(a, more * size, alignof(max_align_t));
    if (len) memcpy(to, *at, len * size);
    *at = to;
    *room = more;
}

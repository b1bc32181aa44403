/** A small map of marks. Source: Yjs YText.js (currentAttributes). */
#include "marks.h"

static const CrdtBytes json_null = { (const uint8_t *)"null", 4 };

Mark *marks_find(const Marks *s, CrdtBytes key)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->at[i].key.len == key.len &&
            (key.len == 0 || memcmp(s->at[i].key.at, key.at, key.len) == 0))
            return &s->at[i];
    return NULL;
}

CrdtBytes marks_get(const Marks *s, CrdtBytes key)
{
    const Mark *a = marks_find(s, key);
    return a != NULL ? a->json : json_null;
}

bool marks_set(Marks *s, Mark mark)
{
    Mark *a = marks_find(s, mark.key);
    if (a == NULL) {
        if (!RESERVE(s->m, s->at, s->cap, (uint64_t)s->count + 1))
            return false;
        a = &s->at[s->count++];
        a->key = mark.key;
    }
    a->json = mark.json;
    a->shared = mark.shared;
    return true;
}

void marks_remove(Marks *s, CrdtBytes key)
{
    Mark *a = marks_find(s, key);
    if (a == NULL)
        return;
    memmove(a, a + 1, (size_t)(&s->at[s->count] - (a + 1)) * sizeof *a);
    s->count--;
}

void marks_done(Marks *s)
{
    mem_resize(s->m, s->at, s->cap * sizeof *s->at, 0);
}

bool marks_copy(Marks *to, const Marks *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        if (!marks_set(to, from->at[i]))
            return false;
    return true;
}

Mark mark_of(const Item *format)
{
    Mark mark = { .shared = { format->bytes, format->byte_len } };
    format_parts(format, &mark.key, &mark.json);
    return mark;
}

/** The mark of that key, or an end of it. */
Mark mark_or_null(const Marks *s, CrdtBytes key)
{
    const Mark *a = marks_find(s, key);
    return a != NULL ? *a : (Mark){ .key = key, .json = json_null };
}

bool marks_apply(Marks *s, const Item *format)
{
    Mark mark = mark_of(format);
    if (!is_null(mark.json))
        return marks_set(s, mark);
    marks_remove(s, mark.key);
    return true;
}

/** The delta of a text: what was typed and deleted, and where marks changed.
 *  Source: Yjs YText.js (YTextEvent.delta), step by step; but it only reads, where Yjs also removes
 *  marks that do nothing. */
#include "internal.h"

/** A small map of marks, in order of insertion. */
typedef struct MarkMap {
    CrdtMark *at;
    size_t count, cap;
} MarkMap;

typedef struct TextDelta {
    CrdtChanges *changes;
    MarkMap now, old, changed; /* that hold here; that held here; that differ for a RETAIN */
    CrdtDelta *steps;
    size_t count, cap;
    bool open;           /* a step is being gathered */
    CrdtDeltaKind kind;  /* its kind */
    uint64_t units;
    CrdtBuf text;
    bool failed;
} TextDelta;

static size_t mark_at(const MarkMap *map, CrdtBytes key)
{
    size_t i = 0;
    while (i < map->count && (map->at[i].key.len != key.len ||
                              (key.len > 0 && memcmp(map->at[i].key.at, key.at, key.len) != 0)))
        i++;
    return i;
}

static CrdtBytes mark_json(const MarkMap *map, CrdtBytes key)
{
    size_t i = mark_at(map, key);
    return i < map->count ? map->at[i].value.raw : CRDT_STR("null");
}

static void mark_set(TextDelta *t, MarkMap *map, CrdtMark mark)
{
    size_t i = mark_at(map, mark.key);
    if (i == map->count) {
        if (map->count == map->cap) {
            CrdtMark *fresh = watch_take(t->changes, (map->cap * 2 + 4) * sizeof *fresh);
            if (fresh == NULL) {
                t->failed = true;
                return;
            }
            if (map->count > 0)
                memcpy(fresh, map->at, map->count * sizeof *fresh);
            map->at = fresh;
            map->cap = map->cap * 2 + 4;
        }
        map->count++;
    }
    map->at[i] = mark;
}

static void mark_unset(MarkMap *map, CrdtBytes key)
{
    size_t i = mark_at(map, key);
    if (i == map->count)
        return;
    memmove(&map->at[i], &map->at[i + 1], (map->count - i - 1) * sizeof *map->at);
    map->count--;
}

static CrdtDelta *take_step(TextDelta *t)
{
    if (t->count == t->cap) {
        size_t cap = t->cap * 2 + 8;
        CrdtDelta *fresh = watch_take(t->changes, cap * sizeof *fresh);
        if (fresh == NULL) {
            t->failed = true;
            return NULL;
        }
        if (t->count > 0)
            memcpy(fresh, t->steps, t->count * sizeof *fresh);
        t->steps = fresh;
        t->cap = cap;
    }
    t->steps[t->count] = (CrdtDelta){ .kind = t->kind, .units = t->units };
    return &t->steps[t->count++];
}

static void keep_marks(TextDelta *t, CrdtDelta *to, const MarkMap *map)
{
    CrdtMark *copy = map->count > 0 ? watch_take(t->changes, map->count * sizeof *copy) : NULL;
    t->failed = t->failed || (copy == NULL && map->count > 0);
    if (copy != NULL)
        memcpy(copy, map->at, map->count * sizeof *copy);
    to->marks = copy;
    to->mark_count = copy != NULL ? map->count : 0;
}

/** Ends the step that is being gathered. */
static CrdtDelta *close_step(TextDelta *t)
{
    if (!t->open || t->units == 0) {
        t->open = false;
        return NULL;
    }
    CrdtDelta *to = take_step(t);
    t->open = false;
    t->units = 0;
    if (to == NULL)
        return NULL;
    if (to->kind == CRDT_INSERT) {
        keep_marks(t, to, &t->now);
        uint8_t *text = t->text.len > 0 ? watch_take(t->changes, t->text.len) : NULL;
        if (text != NULL)
            memcpy(text, t->text.at, t->text.len);
        t->failed = t->failed || (text == NULL && t->text.len > 0);
        to->text = (CrdtBytes){ text, text != NULL ? t->text.len : 0 };
        t->text.len = 0;
    } else if (to->kind == CRDT_RETAIN) {
        keep_marks(t, to, &t->changed);
    }
    return to;
}

static void gather(TextDelta *t, CrdtDeltaKind kind, uint64_t units)
{
    if (t->open && t->kind != kind)
        close_step(t);
    t->open = true;
    t->kind = kind;
    t->units += units;
}

static void insert_text(TextDelta *t, const Item *it, uint32_t offset, uint32_t units)
{
    gather(t, CRDT_INSERT, units);
    bool split;
    size_t from = offset == 0 ? 0 : content_offset(it->ref, it->bytes, it->byte_len, it->len,
                                                  offset, &split);
    if (!write_raw(&t->text, it->bytes + from, it->byte_len - from))
        t->failed = true;
}

static void insert_embed(TextDelta *t, const Item *it)
{
    close_step(t);
    gather(t, CRDT_INSERT, 1);
    CrdtDelta *to = close_step(t);
    CrdtValue *value = to != NULL ? watch_take(t->changes, sizeof *value) : NULL;
    if (value == NULL) {
        t->failed = true;
        return;
    }
    item_value(it, 0, value);
    to->values = value;
}

static void see_content(TextDelta *t, const Item *it)
{
    uint32_t units = 0;
    for (uint32_t at = 0; at < it->len; at += units) {
        Fate fate = unit_fate(t->changes->doc, it, at, &units);
        if (fate == FATE_KEPT)
            gather(t, CRDT_RETAIN, units);
        else if (fate == FATE_DELETED)
            gather(t, CRDT_DELETE, units);
        else if (fate == FATE_ADDED && it->ref == REF_STRING)
            insert_text(t, it, at, units);
        else if (fate == FATE_ADDED)
            insert_embed(t, it);
    }
}

static void close_retain(TextDelta *t)
{
    if (t->open && t->kind == CRDT_RETAIN)
        close_step(t);
}

static void see_added_mark(TextDelta *t, CrdtMark mark)
{
    if (json_equal_text(mark_json(&t->now, mark.key), mark.value.raw))
        return;
    close_retain(t);
    if (json_equal_text(mark.value.raw, mark_json(&t->old, mark.key)))
        mark_unset(&t->changed, mark.key);
    else
        mark_set(t, &t->changed, mark);
}

static void see_deleted_mark(TextDelta *t, CrdtMark mark)
{
    mark_set(t, &t->old, mark);
    CrdtBytes now = mark_json(&t->now, mark.key);
    if (json_equal_text(now, mark.value.raw))
        return;
    close_retain(t);
    mark_set(t, &t->changed, (CrdtMark){ mark.key, value_of_json(now) });
}

/** False when the mark does nothing, and Yjs would remove it now. */
static bool see_kept_mark(TextDelta *t, CrdtMark mark)
{
    mark_set(t, &t->old, mark);
    size_t i = mark_at(&t->changed, mark.key);
    if (i == t->changed.count)
        return true;
    if (json_equal_text(t->changed.at[i].value.raw, mark.value.raw))
        return t->changed.at[i].value.kind == CRDT_VALUE_NULL;
    close_retain(t);
    if (mark.value.kind == CRDT_VALUE_NULL)
        mark_unset(&t->changed, mark.key);
    else
        mark_set(t, &t->changed, mark);
    return true;
}

static void see_mark(TextDelta *t, const Item *it)
{
    CrdtBytes key, json;
    uint32_t units;
    format_parts(it, &key, &json);
    CrdtMark mark = { key, value_of_json(json) };
    mark.value.raw = json;
    switch (unit_fate(t->changes->doc, it, 0, &units)) {
    case FATE_ADDED: {
        bool same = json_equal_text(mark_json(&t->now, key), json);
        see_added_mark(t, mark);
        if (same && mark.value.kind != CRDT_VALUE_NULL)
            return;
        break;
    }
    case FATE_DELETED: see_deleted_mark(t, mark); return;
    case FATE_KEPT:
        if (!see_kept_mark(t, mark))
            return;
        break;
    case FATE_NOTHING: return;
    }
    if (t->open && t->kind == CRDT_INSERT)
        close_step(t);
    if (mark.value.kind == CRDT_VALUE_NULL)
        mark_unset(&t->now, key);
    else
        mark_set(t, &t->now, mark);
}

CrdtErr text_event_delta(CrdtChanges *changes, uint32_t type, const CrdtDelta **ret,
                         size_t *ret_count)
{
    const CrdtDoc *d = changes->doc;
    TextDelta t = { .changes = changes, .text = { .allocator = &d->memory.allocator } };
    for (uint32_t i = d->types[type].head; i != 0 && !t.failed; i = d->items[i].right) {
        const Item *it = &d->items[i];
        if (it->ref == REF_FORMAT)
            see_mark(&t, it);
        else if (it->ref == REF_STRING || it->ref == REF_EMBED || it->ref == REF_TYPE)
            see_content(&t, it);
    }
    close_step(&t);
    crdt_buf_done(&t.text);
    if (t.failed)
        return CRDT_NOMEM;
    while (t.count > 0 && t.steps[t.count - 1].kind == CRDT_RETAIN &&
           t.steps[t.count - 1].mark_count == 0)
        t.count--;
    *ret = t.steps;
    *ret_count = t.count;
    return CRDT_OK;
}

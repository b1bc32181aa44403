/** Markers: places in lists whose index is known. Walking from an end of a list is slow where much was
 *  written and deleted, so the last place that was looked for is kept with its type, and places that
 *  were far from all known ones in a small table of the document.
 *
 *  While Type.mark_item is not 0, all markers of the type are right. Whoever changes what is visible
 *  in a list without knowing the index sets it to 0; whoever knows it moves the markers along. Edits
 *  come one beside the other: as long as they stay in the *gap* between two markers, only how far
 *  those behind it have to be moved is noted.
 *  Source: Yjs AbstractType.js (findMarker, updateMarkerChanges). */
#include "internal.h"

enum { MARKERS = 128, FAR = 48 };

/** All markers say where they are. */
static void close_gap(CrdtDoc *d)
{
    MarkerGap *g = &d->gap;
    for (uint32_t k = 0; g->type != 0 && g->by != 0 && k < MARKERS; k++)
        if (d->markers[k].type == g->type && d->markers[k].index > g->low)
            d->markers[k].index += g->by;
    g->type = 0;
}

static void forget(CrdtDoc *d, uint32_t type)
{
    if (d->gap.type == type)
        d->gap.type = 0;
    for (uint32_t k = 0; d->markers != NULL && k < MARKERS; k++)
        if (d->markers[k].type == type)
            d->markers[k].type = 0;
}

/** Keeps a place that was far from all others, in the stead of the oldest. */
static void keep_far(CrdtDoc *d, uint32_t type, uint32_t item, uint32_t index)
{
    if (d->markers == NULL) {
        d->markers = mem_resize(&d->memory, NULL, 0, MARKERS * sizeof *d->markers);
        if (d->markers == NULL) /* walks stay long */
            return;
        memset(d->markers, 0, MARKERS * sizeof *d->markers);
    }
    close_gap(d);
    d->markers[d->marker_next++ % MARKERS] = (Marker){ type, item, index };
    d->items[item].flags |= FLAG_MARKED;
}

static uint32_t distance(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

/** Of the start, the end and the last place the one that is nearest to unit `index`. */
static Marker start_of(const CrdtDoc *d, uint32_t type, uint32_t index)
{
    const Type *t = &d->types[type];
    Marker at = { .item = t->head };
    if (t->mark_item != 0 && distance(t->mark_index, index) < index)
        at = (Marker){ .item = t->mark_item, .index = t->mark_index };
    if (t->length - index < distance(at.index, index))
        at = (Marker){ .item = t->tail, .index = t->length - units_of(&d->items[t->tail]) };
    return at;
}

/** Goes to the visible item in which unit `index` - 1 lies; false when that takes more steps. */
static bool walk(const Item *items, uint32_t index, Marker *at, uint32_t steps)
{
    for (; at->index >= index; at->index -= units_of(&items[at->item])) {
        if (steps-- == 0)
            return false;
        at->item = items[at->item].left;
    }
    for (; !is_visible(&items[at->item]) || index > at->index + items[at->item].len;
         at->item = items[at->item].right) {
        if (steps-- == 0)
            return false;
        at->index += units_of(&items[at->item]);
    }
    return true;
}

/** The visible item in which unit `index` - 1 lies, 0 < index <= length; *ret_start is its first unit. */
uint32_t locate(CrdtDoc *d, uint32_t type, uint32_t index, uint32_t *ret_start)
{
    Marker at = start_of(d, type, index);
    if (d->types[type].mark_item == 0)
        forget(d, type);
    if (!walk(d->items, index, &at, FAR)) {
        close_gap(d);
        for (uint32_t k = 0; d->markers != NULL && k < MARKERS; k++)
            if (d->markers[k].type == type &&
                distance(d->markers[k].index, index) < distance(at.index, index))
                at = d->markers[k];
        if (!walk(d->items, index, &at, FAR)) {
            (void)walk(d->items, index, &at, UINT32_MAX);
            keep_far(d, type, at.item, at.index);
        }
    }
    d->types[type].mark_item = at.item;
    d->types[type].mark_index = at.index;
    *ret_start = at.index;
    return at.item;
}

/** Moves the markers one by one, and finds the gap in which the edit was. */
static void move_all(CrdtDoc *d, uint32_t type, const Edit *e)
{
    MarkerGap gap = { type, 0, UINT32_MAX, 0 };
    close_gap(d);
    for (uint32_t k = 0; k < MARKERS; k++) {
        Marker *m = &d->markers[k];
        if (m->type != type)
            continue;
        bool stays = m->index < e->index || (m->index == e->index && e->behind_deleted &&
                                             !is_visible(&d->items[m->item]));
        if (!stays) {
            m->index = m->index > e->index + e->gone ? m->index - e->gone : e->index;
            m->index += e->come;
        }
        if (m->index <= e->index && m->index > gap.low)
            gap.low = m->index;
        if (m->index > e->index && m->index < gap.high)
            gap.high = m->index;
    }
    d->gap = gap;
}

/** Moves the markers along with an edit, and notes where it was. */
void markers_edited(CrdtDoc *d, uint32_t type, const Edit *e)
{
    MarkerGap *g = &d->gap;
    if (!e->known)
        forget(d, type);
    else if (g->type == type && e->index > g->low && e->index + e->gone < g->high) {
        g->by += e->come - e->gone;
        g->high += g->high == UINT32_MAX ? 0 : e->come - e->gone;
    } else if (d->markers != NULL) {
        move_all(d, type, e);
    }
    d->types[type].mark_item = e->item;
    d->types[type].mark_index = e->start;
}

/** Item r is about to be joined to item l. */
void markers_joined(CrdtDoc *d, uint32_t l, uint32_t r)
{
    close_gap(d);
    for (uint32_t k = 0; d->markers != NULL && k < MARKERS; k++)
        if (d->markers[k].item == r) {
            d->markers[k].item = l;
            d->markers[k].index -= units_of(&d->items[l]);
        }
    d->items[l].flags |= FLAG_MARKED;
}

void markers_done(CrdtDoc *d)
{
    if (d->markers != NULL)
        mem_resize(&d->memory, d->markers, MARKERS * sizeof *d->markers, 0);
}

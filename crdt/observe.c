/** Observation: what a transaction changed, for those who want to follow a document without reading
 *  it anew.
 *
 *  Nothing is recorded while a transaction runs. At its end the new structs of each client and the
 *  ranges that were deleted are known anyway; both lead to the lists they stand in. So it costs
 *  nothing when nobody listens, and otherwise as much as the transaction changed.
 *  Source: Yjs YEvent.js, Transaction.js (addChangedTypeToTransaction), AbstractType.js (getPathTo). */
#include "internal.h"

/** Memory that lives as long as one telling. */
typedef struct Scrap {
    struct Scrap *next;
    size_t bytes;
} Scrap;

/** What is known of a type or an entry: in transaction `epoch` it changed. */
typedef struct Mention {
    uint32_t epoch, event;
} Mention;

struct CrdtWatch {
    Mention *types;
    uint32_t type_cap;
    uint32_t *entries; /* epochs */
    uint32_t entry_cap;
    CrdtEvent *events;
    uint32_t event_count, event_cap;
    Scrap *scraps;
    CrdtDoc *doc;
};

struct CrdtObserver {
    Listener listener;
    CrdtObserverFn *fn;
    void *context;
};

static bool grow_zeroed(Memory *m, void **array, uint32_t *cap, uint32_t need, size_t size)
{
    uint32_t before = *cap;
    if (!mem_reserve(m, array, cap, need, size))
        return false;
    memset((uint8_t *)*array + before * size, 0, (*cap - before) * size);
    return true;
}

void *watch_take(CrdtChanges *changes, size_t bytes)
{
    struct CrdtWatch *w = changes->watch;
    Scrap *s = mem_resize(&w->doc->memory, NULL, 0, sizeof *s + bytes);
    if (s == NULL)
        return NULL;
    *s = (Scrap){ w->scraps, sizeof *s + bytes };
    w->scraps = s;
    return s + 1;
}

static void drop_scraps(struct CrdtWatch *w)
{
    for (Scrap *s = w->scraps, *next; s != NULL; s = next) {
        next = s->next;
        mem_resize(&w->doc->memory, s, s->bytes, 0);
    }
    w->scraps = NULL;
}

/* ---- what happened to a unit ----------------------------------------------------------------- */

/** Clocks below it were there before the transaction. */
static uint32_t old_state(const CrdtDoc *d, uint32_t client)
{
    const Client *c = &d->clients[client];
    return c->touched == d->epoch ? c->before : c->state;
}

/** The first range of the transaction's deletions that ends behind this unit. */
static uint32_t deletion_from(const CrdtDoc *d, uint64_t client, uint32_t clock)
{
    uint32_t low = 0, high = d->tx_deleted_count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        const Deletion *del = &d->tx_deleted[mid];
        if (del->client > client || (del->client == client && del->clock + del->len <= clock))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

Fate unit_fate(const CrdtDoc *d, const Item *it, uint32_t offset, uint32_t *ret_units)
{
    uint32_t clock = it->clock + offset, end = it->clock + it->len;
    uint32_t before = old_state(d, it->client);
    bool added = clock >= before;
    if (!added && end > before)
        end = before;
    if (is_deleted(it) && !added) {
        uint64_t id = d->clients[it->client].id;
        uint32_t i = deletion_from(d, id, clock);
        const Deletion *del = i < d->tx_deleted_count && d->tx_deleted[i].client == id
                                  ? &d->tx_deleted[i] : NULL;
        bool now = del != NULL && del->clock <= clock;
        uint32_t limit = now ? del->clock + del->len : del != NULL ? del->clock : end;
        *ret_units = (limit < end ? limit : end) - clock;
        return now ? FATE_DELETED : FATE_NOTHING;
    }
    *ret_units = end - clock;
    return is_deleted(it) ? FATE_NOTHING : added ? FATE_ADDED : FATE_KEPT;
}

/* ---- which nodes changed --------------------------------------------------------------------- */

/** Notes that something changed in the list in which an item stands. What is new itself, or gone,
 *  has no event. */
static bool mention(struct CrdtWatch *w, const Item *it)
{
    CrdtDoc *d = w->doc;
    if (it->ref == REF_GC || it->parent == 0)
        return true;
    uint32_t type = parent_type(d, it->parent), owner = d->types[type].item;
    if (owner != 0) {
        const Item *o = &d->items[owner];
        if (is_deleted(o) || o->clock >= old_state(d, o->client))
            return true;
    }
    Mention *m = &w->types[type];
    if (m->epoch != d->epoch) {
        if (!RESERVE(&d->memory, w->events, w->event_cap, (uint64_t)w->event_count + 1))
            return false;
        *m = (Mention){ d->epoch, w->event_count };
        w->events[w->event_count++] = (CrdtEvent){ .node = { type } };
    }
    CrdtEvent *event = &w->events[m->event];
    if (is_entry(it->parent)) {
        event->keys = true;
        w->entries[it->parent & ~ENTRY_BIT] = d->epoch;
    } else {
        event->children = true;
    }
    return true;
}

static bool mention_new(struct CrdtWatch *w)
{
    CrdtDoc *d = w->doc;
    for (uint32_t i = 0; i < d->touched_count; i++) {
        Client *c = &d->clients[d->touched[i]];
        if (c->before >= c->state)
            continue;
        uint32_t k;
        for (Spot s = spot_find(d, c, c->before); (k = spot_before(d, c, s, UINT32_MAX)) != 0;
             spot_next(c, &s))
            if (!mention(w, &d->items[k]))
                return false;
    }
    return true;
}

static bool mention_deleted(struct CrdtWatch *w)
{
    CrdtDoc *d = w->doc;
    for (uint32_t i = 0; i < d->tx_deleted_count; i++) {
        const Deletion *del = &d->tx_deleted[i];
        uint32_t client = client_find(d, del->client);
        if (client == NONE || d->clients[client].count == 0)
            continue;
        Client *c = &d->clients[client];
        uint32_t k;
        for (Spot s = spot_find(d, c, del->clock);
             (k = spot_before(d, c, s, del->clock + del->len)) != 0; spot_next(c, &s))
            if (!mention(w, &d->items[k]))
                return false;
    }
    return true;
}

static bool find_events(struct CrdtWatch *w)
{
    CrdtDoc *d = w->doc;
    w->event_count = 0;
    return grow_zeroed(&d->memory, (void **)&w->types, &w->type_cap, d->type_count,
                       sizeof *w->types) &&
           grow_zeroed(&d->memory, (void **)&w->entries, &w->entry_cap, d->entry_count,
                       sizeof *w->entries) &&
           mention_new(w) && mention_deleted(w);
}

/* ---- telling --------------------------------------------------------------------------------- */

/** Which clients lost something, in the order in which it happened. */
static void note_deleted_order(CrdtDoc *d)
{
    d->deleted_order_count = 0;
    if (d->tx_deleted_count == 0)
        return;
    d->deleted_order = mem_resize(&d->memory, NULL, 0, d->tx_deleted_count * sizeof(uint64_t));
    for (uint32_t i = 0; d->deleted_order != NULL && i < d->tx_deleted_count; i++)
        if (i == 0 || d->tx_deleted[i].client != d->tx_deleted[i - 1].client)
            d->deleted_order[d->deleted_order_count++] = d->tx_deleted[i].client;
}

void listeners_tell(CrdtDoc *d)
{
    bool added = false;
    for (uint32_t i = 0; i < d->touched_count; i++)
        added = added || d->clients[d->touched[i]].before < d->clients[d->touched[i]].state;
    if (!added && d->tx_deleted_count == 0)
        return;
    uint32_t deletions = d->tx_deleted_count;
    note_deleted_order(d);
    deletions_sort(d->tx_deleted, &d->tx_deleted_count);
    d->listening = true;
    for (Listener *l = d->listeners; l != NULL; l = l->next)
        l->heard(l, d);
    d->listening = false;
    mem_resize(&d->memory, d->deleted_order, deletions * sizeof(uint64_t), 0);
    d->deleted_order = NULL;
    d->deleted_order_count = 0;
}

void listeners_done(CrdtDoc *d)
{
    while (d->listeners != NULL) {
        Listener *l = d->listeners;
        d->listeners = l->next;
        l->done(l, d);
    }
    struct CrdtWatch *w = d->watch;
    if (w == NULL)
        return;
    Memory *m = &d->memory;
    mem_resize(m, w->types, w->type_cap * sizeof *w->types, 0);
    mem_resize(m, w->entries, w->entry_cap * sizeof *w->entries, 0);
    mem_resize(m, w->events, w->event_cap * sizeof *w->events, 0);
    mem_resize(m, w, sizeof *w, 0);
    d->watch = NULL;
}

static void observer_heard(Listener *self, CrdtDoc *d)
{
    CrdtObserver *o = (CrdtObserver *)self;
    struct CrdtWatch *w = d->watch;
    CrdtChanges changes = { .doc = d, .local = d->local, .origin = d->origin, .watch = w };
    changes.lost = !find_events(w);
    changes.events = w->events;
    changes.count = w->event_count;
    if (changes.count > 0 || changes.lost)
        o->fn(o->context, &changes);
    drop_scraps(w);
}

static void observer_done(Listener *self, CrdtDoc *d)
{
    mem_resize(&d->memory, self, sizeof(CrdtObserver), 0);
}

CrdtErr crdt_observe(CrdtDoc *doc, CrdtObserverFn *fn, void *context, CrdtObserver **ret)
{
    if (doc->listening)
        return CRDT_BUSY;
    if (doc->watch == NULL) {
        struct CrdtWatch *w = mem_resize(&doc->memory, NULL, 0, sizeof *w);
        if (w == NULL)
            return CRDT_NOMEM;
        *w = (struct CrdtWatch){ .doc = doc };
        doc->watch = w;
    }
    CrdtObserver *o = mem_resize(&doc->memory, NULL, 0, sizeof *o);
    if (o == NULL)
        return CRDT_NOMEM;
    *o = (CrdtObserver){ { NULL, observer_heard, observer_done }, fn, context };
    Listener **last = &doc->listeners;
    while (*last != NULL)
        last = &(*last)->next;
    *last = &o->listener;
    *ret = o;
    return CRDT_OK;
}

void crdt_unobserve(CrdtDoc *doc, CrdtObserver *observer)
{
    for (Listener **l = &doc->listeners; observer != NULL && *l != NULL; l = &(*l)->next)
        if (*l == &observer->listener) {
            *l = observer->listener.next;
            observer_done(&observer->listener, doc);
            return;
        }
}

void crdt_set_origin(CrdtDoc *doc, uint64_t origin)
{
    doc->origin = origin;
}

/* ---- deltas of lists ------------------------------------------------------------------------- */

/** A delta that grows; its steps lie in one scrap, remade when it is full. */
typedef struct DeltaSteps {
    CrdtChanges *changes;
    CrdtDelta *at;
    size_t count, cap;
    CrdtValue *values; /* of the INSERT at the end */
    size_t value_cap;
} DeltaSteps;

static CrdtDelta *step(DeltaSteps *s, CrdtDeltaKind kind)
{
    if (s->count > 0 && s->at[s->count - 1].kind == kind)
        return &s->at[s->count - 1];
    if (s->count == s->cap) {
        size_t cap = s->cap * 2 + 4;
        CrdtDelta *fresh = watch_take(s->changes, cap * sizeof *fresh);
        if (fresh == NULL)
            return NULL;
        if (s->count > 0)
            memcpy(fresh, s->at, s->count * sizeof *fresh);
        s->at = fresh;
        s->cap = cap;
    }
    s->values = NULL;
    s->value_cap = 0;
    s->at[s->count] = (CrdtDelta){ .kind = kind };
    return &s->at[s->count++];
}

static bool add_values(DeltaSteps *s, CrdtDelta *to, uint32_t item, uint32_t offset, uint32_t units)
{
    const CrdtDoc *d = s->changes->doc;
    const Item *it = &d->items[item];
    if (to->units + units > s->value_cap) {
        size_t cap = (to->units + units) * 2;
        CrdtValue *fresh = watch_take(s->changes, cap * sizeof *fresh);
        if (fresh == NULL)
            return false;
        if (to->units > 0)
            memcpy(fresh, s->values, to->units * sizeof *fresh);
        s->values = fresh;
        s->value_cap = cap;
    }
    bool split = false;
    CrdtCursor cursor = { .item = item, .offset = offset, .started = true };
    if (offset > 0)
        cursor.byte = (uint32_t)content_offset(it->ref, it->bytes, it->byte_len, it->len, offset,
                                               &split);
    CrdtNode node = { it->parent };
    for (uint32_t i = 0; i < units && crdt_child_next(d, node, &cursor, &s->values[to->units]); i++)
        to->units++;
    to->values = s->values;
    return true;
}

static CrdtErr list_event_delta(CrdtChanges *changes, uint32_t type, const CrdtDelta **ret,
                                size_t *ret_count)
{
    CrdtDoc *d = changes->doc;
    DeltaSteps s = { .changes = changes };
    for (uint32_t i = d->types[type].head; i != 0; i = d->items[i].right) {
        const Item *it = &d->items[i];
        uint32_t units = 0;
        for (uint32_t at = 0; at < it->len; at += units) {
            Fate fate = unit_fate(d, it, at, &units);
            if (fate == FATE_NOTHING || !is_countable(it))
                continue;
            CrdtDelta *to = step(&s, fate == FATE_KEPT    ? CRDT_RETAIN
                                     : fate == FATE_ADDED ? CRDT_INSERT
                                                          : CRDT_DELETE);
            if (to == NULL)
                return CRDT_NOMEM;
            if (fate != FATE_ADDED)
                to->units += units;
            else if (!add_values(&s, to, i, at, units))
                return CRDT_NOMEM;
        }
    }
    if (s.count > 0 && s.at[s.count - 1].kind == CRDT_RETAIN)
        s.count--;
    *ret = s.at;
    *ret_count = s.count;
    return CRDT_OK;
}

CrdtErr crdt_event_delta(CrdtChanges *changes, CrdtNode node, const CrdtDelta **ret,
                         size_t *ret_count)
{
    const CrdtDoc *d = changes->doc;
    if (!crdt_node_is_live(d, node))
        return CRDT_KIND;
    const Type *t = &d->types[node.id];
    bool text = t->kind == CRDT_TEXT || t->kind == CRDT_XML_TEXT ||
                (t->kind == CRDT_ROOT && t->has_text);
    return (text ? text_event_delta : list_event_delta)(changes, node.id, ret, ret_count);
}

/* ---- entries --------------------------------------------------------------------------------- */

static bool fate_is(const CrdtDoc *d, uint32_t item, Fate fate)
{
    uint32_t units;
    return unit_fate(d, &d->items[item], d->items[item].len - 1, &units) == fate;
}

static bool is_added(const CrdtDoc *d, uint32_t item)
{
    const Item *it = &d->items[item];
    return it->clock + it->len > old_state(d, it->client);
}

/** What the transaction did to one key; false when nothing that shows. */
static bool key_change(const CrdtDoc *d, const Entry *e, CrdtKeyChange *ret)
{
    uint32_t last = e->tail, old = last;
    if (last == 0)
        return false;
    bool there = !is_deleted(&d->items[last]);
    if (is_added(d, last)) {
        while (old != 0 && is_added(d, old))
            old = d->items[old].left;
        if (old != 0 && !fate_is(d, old, FATE_DELETED))
            old = 0;
        if (old == 0 && !there)
            return false;
        ret->action = !there ? CRDT_KEY_DELETED : old != 0 ? CRDT_KEY_UPDATED : CRDT_KEY_ADDED;
    } else if (fate_is(d, last, FATE_DELETED)) {
        ret->action = CRDT_KEY_DELETED;
    } else {
        return false;
    }
    ret->key = (CrdtBytes){ d->keys[e->key].at, d->keys[e->key].len };
    ret->has_old = old != 0;
    ret->old = (CrdtValue){ 0 };
    if (old != 0)
        item_value(&d->items[old], d->items[old].len - 1, &ret->old);
    return true;
}

CrdtErr crdt_event_keys(CrdtChanges *changes, CrdtNode node, const CrdtKeyChange **ret,
                        size_t *ret_count)
{
    const CrdtDoc *d = changes->doc;
    const struct CrdtWatch *w = changes->watch;
    if (!crdt_node_is_live(d, node))
        return CRDT_KIND;
    size_t changed = 0, n = 0;
    for (uint32_t e = d->types[node.id].first_entry; e != 0; e = d->entries[e].next)
        changed += w->entries[e] == d->epoch;
    CrdtKeyChange *list = watch_take(changes, changed * sizeof *list);
    if (list == NULL)
        return CRDT_NOMEM;
    for (uint32_t e = d->types[node.id].first_entry; e != 0; e = d->entries[e].next)
        if (w->entries[e] == d->epoch && key_change(d, &d->entries[e], &list[n]))
            n++;
    *ret = list;
    *ret_count = n;
    return CRDT_OK;
}

/** Undo managers: they remember what transactions did, and what must not be collected meanwhile.
 *  Source: Yjs UndoManager.js. */
#include "undo.h"

/* ---- ranges ---------------------------------------------------------------------------------- */

bool ranges_have(const Ranges *r, uint64_t client, uint32_t clock)
{
    uint32_t low = 0, high = r->count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        const Deletion *at = &r->at[mid];
        if (at->client > client || (at->client == client && at->clock + at->len <= clock))
            low = mid + 1;
        else
            high = mid;
    }
    return low < r->count && r->at[low].client == client && r->at[low].clock <= clock;
}

bool ranges_order(Memory *m, Ranges *r, uint64_t client)
{
    for (uint32_t i = 0; i < r->client_count; i++)
        if (r->clients[i] == client)
            return true;
    if (!RESERVE(m, r->clients, r->client_cap, (uint64_t)r->client_count + 1))
        return false;
    r->clients[r->client_count++] = client;
    return true;
}

bool ranges_add(Memory *m, Ranges *r, uint64_t client, uint32_t clock, uint32_t len)
{
    if (!RESERVE(m, r->at, r->cap, (uint64_t)r->count + 1))
        return false;
    r->at[r->count++] = (Deletion){ client, clock, len };
    return true;
}

void ranges_done(Memory *m, Ranges *r)
{
    mem_resize(m, r->at, r->cap * sizeof *r->at, 0);
    mem_resize(m, r->clients, r->client_cap * sizeof *r->clients, 0);
    *r = (Ranges){ 0 };
}

static bool ranges_join(Memory *m, Ranges *to, const Ranges *more)
{
    for (uint32_t i = 0; i < more->client_count; i++)
        if (!ranges_order(m, to, more->clients[i]))
            return false;
    for (uint32_t i = 0; i < more->count; i++)
        if (!ranges_add(m, to, more->at[i].client, more->at[i].clock, more->at[i].len))
            return false;
    deletions_sort(to->at, &to->count);
    return true;
}

static void step_done(Memory *m, Step *s)
{
    ranges_done(m, &s->inserted);
    ranges_done(m, &s->deleted);
}

/* ---- what counts ----------------------------------------------------------------------------- */

bool undo_covers(const CrdtUndo *u, const CrdtDoc *d, const Item *it)
{
    if (u->scope_count == 0)
        return true;
    while (it->ref != REF_GC) {
        uint32_t type = parent_type(d, it->parent);
        for (uint32_t i = 0; i < u->scope_count; i++)
            if (u->scope[i].id == type)
                return true;
        if (d->types[type].item == 0)
            return false;
        it = &d->items[d->types[type].item];
    }
    return false;
}

/** Calls `fn` for each item in the range until it says so; true when it did. */
static bool any_item(CrdtDoc *d, uint64_t id, uint32_t clock, uint32_t end,
                     bool (*fn)(CrdtUndo *u, uint32_t item), CrdtUndo *u)
{
    uint32_t client = client_find(d, id);
    if (client == NONE || d->clients[client].count == 0)
        return false;
    Client *c = &d->clients[client];
    uint32_t i;
    for (Spot s = spot_find(d, c, clock); (i = spot_before(d, c, s, end)) != 0; spot_next(c, &s))
        if (d->items[i].ref != REF_GC && fn(u, i))
            return true;
    return false;
}

static bool item_counts(CrdtUndo *u, uint32_t item)
{
    return undo_covers(u, u->doc, &u->doc->items[item]);
}

static bool keep_item(CrdtUndo *u, uint32_t item)
{
    CrdtDoc *d = u->doc;
    if (!item_counts(u, item))
        return false;
    while (item != 0 && !(d->items[item].flags & FLAG_KEPT)) {
        d->items[item].flags |= FLAG_KEPT;
        item = d->types[parent_type(d, d->items[item].parent)].item;
    }
    return false;
}

static bool let_go(CrdtUndo *u, uint32_t item)
{
    CrdtDoc *d = u->doc;
    if (!item_counts(u, item))
        return false;
    while (item != 0 && d->items[item].ref != REF_GC && (d->items[item].flags & FLAG_KEPT)) {
        d->items[item].flags &= (uint8_t)~FLAG_KEPT;
        item = d->types[parent_type(d, d->items[item].parent)].item;
    }
    return false;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void steps_clear(CrdtUndo *u, Steps *steps)
{
    for (uint32_t i = 0; i < steps->count; i++) {
        const Ranges *r = &steps->at[i].deleted;
        for (uint32_t k = 0; k < r->count; k++)
            any_item(u->doc, r->at[k].client, r->at[k].clock, r->at[k].clock + r->at[k].len,
                     let_go, u);
        step_done(&u->doc->memory, &steps->at[i]);
    }
    steps->count = 0;
}

static bool is_tracked(const CrdtUndo *u, const CrdtDoc *d)
{
    if (!d->local && !u->remote)
        return false;
    for (uint32_t i = 0; i < u->origin_count; i++)
        if (u->origins[i] == d->origin)
            return true;
    return u->origin_count == 0 && d->origin == 0;
}

/** What the transaction did; false when memory ran out. */
static bool step_of(CrdtDoc *d, Step *ret)
{
    Memory *m = &d->memory;
    bool ok = true;
    for (uint32_t i = 0; ok && i < d->touched_count; i++) {
        const Client *c = &d->clients[d->touched[i]];
        if (c->before < c->state)
            ok = ranges_add(m, &ret->inserted, c->id, c->before, c->state - c->before) &&
                 ranges_order(m, &ret->inserted, c->id);
    }
    deletions_sort(ret->inserted.at, &ret->inserted.count);
    for (uint32_t i = 0; ok && i < d->deleted_order_count; i++)
        ok = ranges_order(m, &ret->deleted, d->deleted_order[i]);
    for (uint32_t i = 0; ok && i < d->tx_deleted_count; i++)
        ok = ranges_add(m, &ret->deleted, d->tx_deleted[i].client, d->tx_deleted[i].clock,
                        d->tx_deleted[i].len) &&
             ranges_order(m, &ret->deleted, d->tx_deleted[i].client);
    return ok;
}

static bool touches_scope(CrdtUndo *u, const Step *s)
{
    if (u->scope_count == 0)
        return true;
    const Ranges *both[] = { &s->inserted, &s->deleted };
    for (int k = 0; k < 2; k++)
        for (uint32_t i = 0; i < both[k]->count; i++) {
            const Deletion *r = &both[k]->at[i];
            if (any_item(u->doc, r->client, r->clock, r->clock + r->len, item_counts, u))
                return true;
        }
    return false;
}

/** Puts the step on the stack, or joins it to the last. False when memory ran out. */
static bool push(CrdtUndo *u, Steps *stack, Step *step)
{
    Memory *m = &u->doc->memory;
    int64_t now = u->now_ms != NULL ? u->now_ms(u->context) : 0;
    bool join = u->doing == UNDO_NONE && u->joining && stack->count > 0 && u->now_ms != NULL &&
                now - u->last_ms < u->capture_ms;
    if (u->doing == UNDO_NONE) {
        u->last_ms = now;
        u->joining = true;
    }
    if (join) {
        Step *last = &stack->at[stack->count - 1];
        bool ok = ranges_join(m, &last->inserted, &step->inserted) &&
                  ranges_join(m, &last->deleted, &step->deleted);
        step_done(m, step);
        return ok;
    }
    if (!RESERVE(m, stack->at, stack->cap, (uint64_t)stack->count + 1)) {
        step_done(m, step);
        return false;
    }
    stack->at[stack->count++] = *step;
    return true;
}

static void undo_heard(Listener *self, CrdtDoc *d)
{
    CrdtUndo *u = (CrdtUndo *)self;
    if (u->doing == UNDO_NONE && !is_tracked(u, d))
        return;
    Step step = { 0 };
    bool ok = step_of(d, &step);
    if (ok && !touches_scope(u, &step)) {
        step_done(&d->memory, &step);
        return;
    }
    if (u->doing == UNDO_BACK)
        u->joining = false;
    else if (u->doing == UNDO_NONE)
        steps_clear(u, &u->redo);
    for (uint32_t i = 0; ok && i < step.deleted.count; i++)
        any_item(d, step.deleted.at[i].client, step.deleted.at[i].clock,
                 step.deleted.at[i].clock + step.deleted.at[i].len, keep_item, u);
    if (!ok)
        step_done(&d->memory, &step);
    if (!ok || !push(u, u->doing == UNDO_BACK ? &u->redo : &u->undo, &step)) {
        steps_clear(u, &u->undo); /* without this step the earlier ones would not fit */
        steps_clear(u, &u->redo);
    }
}

static void undo_done(Listener *self, CrdtDoc *d)
{
    CrdtUndo *u = (CrdtUndo *)self;
    Memory *m = &d->memory;
    steps_clear(u, &u->undo);
    steps_clear(u, &u->redo);
    mem_resize(m, u->undo.at, u->undo.cap * sizeof *u->undo.at, 0);
    mem_resize(m, u->redo.at, u->redo.cap * sizeof *u->redo.at, 0);
    mem_resize(m, u->scope, u->scope_count * sizeof *u->scope, 0);
    mem_resize(m, u->origins, u->origin_count * sizeof *u->origins, 0);
    mem_resize(m, u, sizeof *u, 0);
}

/* ---- the functions of crdt.h ----------------------------------------------------------------- */

/** A copy of a list; NULL for an empty one, *ret_ok false when memory ran out. */
static void *copied(Memory *m, const void *list, size_t bytes, bool *ret_ok)
{
    void *copy = bytes > 0 ? mem_resize(m, NULL, 0, bytes) : NULL;
    *ret_ok = *ret_ok && (bytes == 0 || copy != NULL);
    if (copy != NULL)
        memcpy(copy, list, bytes);
    return copy;
}

CrdtErr crdt_undo_open(CrdtDoc *doc, const CrdtUndoOptions *options, CrdtUndo **ret)
{
    CrdtUndoOptions o = options != NULL ? *options : (CrdtUndoOptions){ 0 };
    Memory *m = &doc->memory;
    if (doc->listening)
        return CRDT_BUSY;
    if (o.scope_count > UINT32_MAX / 16 || o.origin_count > UINT32_MAX / 16)
        return CRDT_NOMEM;
    CrdtUndo *u = mem_resize(m, NULL, 0, sizeof *u);
    if (u == NULL)
        return CRDT_NOMEM;
    bool ok = true;
    *u = (CrdtUndo){ .listener = { NULL, undo_heard, undo_done }, .doc = doc,
                     .scope = copied(m, o.scope, o.scope_count * sizeof *o.scope, &ok),
                     .origins = copied(m, o.origins, o.origin_count * sizeof *o.origins, &ok),
                     .remote = o.remote, .overwrite_keys = o.overwrite_keys,
                     .capture_ms = o.capture_ms, .now_ms = o.now_ms, .context = o.context };
    u->scope_count = u->scope != NULL ? (uint32_t)o.scope_count : 0;
    u->origin_count = u->origins != NULL ? (uint32_t)o.origin_count : 0;
    if (!ok) {
        undo_done(&u->listener, doc);
        return CRDT_NOMEM;
    }
    Listener **last = &doc->listeners;
    while (*last != NULL)
        last = &(*last)->next;
    *last = &u->listener;
    *ret = u;
    return CRDT_OK;
}

void crdt_undo_close(CrdtUndo *undo)
{
    if (undo == NULL)
        return;
    Listener **l = &undo->doc->listeners;
    while (*l != NULL && *l != &undo->listener)
        l = &(*l)->next;
    if (*l != NULL)
        *l = undo->listener.next;
    undo_done(&undo->listener, undo->doc);
}

static CrdtErr walk_back(CrdtUndo *u, Steps *stack, int doing, CrdtBuf *out, bool *ret)
{
    CrdtDoc *d = u->doc;
    CrdtErr err = crdt_begin(d);
    if (err != CRDT_OK)
        return err;
    bool changed = false;
    while (err == CRDT_OK && !changed && stack->count > 0) {
        Step step = stack->at[--stack->count];
        err = step_back(d, u, &step, &changed);
        step_done(&d->memory, &step);
    }
    uint64_t origin = d->origin;
    d->origin = CRDT_ORIGIN_UNDO;
    u->doing = doing;
    CrdtErr end = crdt_commit(d, out);
    u->doing = UNDO_NONE;
    d->origin = origin;
    if (ret != NULL)
        *ret = changed;
    return err != CRDT_OK ? err : end;
}

CrdtErr crdt_undo(CrdtUndo *undo, CrdtBuf *out, bool *ret)
{
    return walk_back(undo, &undo->undo, UNDO_BACK, out, ret);
}

CrdtErr crdt_redo(CrdtUndo *undo, CrdtBuf *out, bool *ret)
{
    return walk_back(undo, &undo->redo, UNDO_AGAIN, out, ret);
}

size_t crdt_undo_count(const CrdtUndo *undo)
{
    return undo->undo.count;
}

size_t crdt_redo_count(const CrdtUndo *undo)
{
    return undo->redo.count;
}

void crdt_undo_split(CrdtUndo *undo)
{
    undo->joining = false;
}

void crdt_undo_clear(CrdtUndo *undo)
{
    steps_clear(undo, &undo->undo);
    steps_clear(undo, &undo->redo);
}

CrdtErr crdt_revert(CrdtDoc *doc, CrdtBytes update, CrdtBuf *out, CrdtFault *ret_fault)
{
    if (doc->in_transaction || doc->listening)
        return CRDT_BUSY;
    Memory *m = &doc->memory;
    Batch b = { 0 };
    Step step = { 0 };
    CrdtErr err = batch_read(m, &b, update, ret_fault);
    bool ok = err == CRDT_OK;
    for (uint32_t i = 0; ok && i < b.ref_count; i++)
        if (b.refs[i].ref != REF_SKIP && b.refs[i].ref != REF_GC)
            ok = ranges_add(m, &step.inserted, b.ids[b.refs[i].client], b.refs[i].clock,
                            b.refs[i].len) &&
                 ranges_order(m, &step.inserted, b.ids[b.refs[i].client]);
    for (uint32_t i = 0; ok && i < b.deletion_count; i++)
        ok = ranges_add(m, &step.deleted, b.deletions[i].client, b.deletions[i].clock,
                        b.deletions[i].len) &&
             ranges_order(m, &step.deleted, b.deletions[i].client);
    deletions_sort(step.inserted.at, &step.inserted.count);
    deletions_sort(step.deleted.at, &step.deleted.count);
    batch_done(m, &b);
    if (err == CRDT_OK)
        err = ok ? crdt_begin(doc) : CRDT_NOMEM;
    if (err == CRDT_OK) {
        bool changed = false;
        err = step_back(doc, NULL, &step, &changed);
        CrdtErr end = crdt_commit(doc, out);
        err = err != CRDT_OK ? err : end;
    }
    step_done(m, &step);
    return err;
}

/** Awareness: who is here. States are JSON text, forwarded as it came. Source: y-protocols
 *  awareness.js. Someone who left is remembered with the clock they left at, so that an old message
 *  does not bring them back; the longest gone are forgotten when there are more than max_clients.
 *  */
#include "internal.h"

typedef struct Person {
    uint64_t client, clock;
    int64_t heard_ms;
    uint8_t *json; /* NULL: gone */
    uint32_t len;
} Person;

struct CrdtAwareness {
    Memory memory;
    size_t max_state_bytes, max_clients;
    Person *people; /* those who are here first */
    uint32_t count, cap, here;
};

CrdtErr crdt_awareness_open(const CrdtAwarenessOptions *options, CrdtAwareness **ret)
{
    CrdtAwarenessOptions none = { 0 };
    const CrdtAwarenessOptions *o = options != NULL ? options : &none;
    Memory m = { 0 };
    if (o->allocator != NULL)
        m.allocator = *o->allocator;
    CrdtAwareness *a = mem_resize(&m, NULL, 0, sizeof *a);
    if (a == NULL)
        return CRDT_NOMEM;
    *a = (CrdtAwareness){ .memory = m };
    a->max_state_bytes = o->max_state_bytes != 0 ? o->max_state_bytes : 64 * 1024;
    a->max_clients = o->max_clients != 0 ? o->max_clients : 4096;
    *ret = a;
    return CRDT_OK;
}

static void forget_json(CrdtAwareness *a, Person *p)
{
    if (p->json != NULL)
        mem_resize(&a->memory, p->json, p->len, 0);
    p->json = NULL;
    p->len = 0;
}

void crdt_awareness_close(CrdtAwareness *a)
{
    if (a == NULL)
        return;
    for (uint32_t i = 0; i < a->count; i++)
        forget_json(a, &a->people[i]);
    mem_resize(&a->memory, a->people, a->cap * sizeof *a->people, 0);
    Memory m = a->memory;
    mem_resize(&m, a, sizeof *a, 0);
}

static Person *find(const CrdtAwareness *a, uint64_t client)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (a->people[i].client == client)
            return &a->people[i];
    return NULL;
}

static void swap(CrdtAwareness *a, uint32_t i, uint32_t j)
{
    Person p = a->people[i];
    a->people[i] = a->people[j];
    a->people[j] = p;
}

/** Moves a person among those who are here; `p` is invalid afterwards. */
static void arrive(CrdtAwareness *a, Person *p)
{
    swap(a, (uint32_t)(p - a->people), a->here);
    a->here++;
}

static void leave(CrdtAwareness *a, Person *p)
{
    forget_json(a, p);
    a->here--;
    swap(a, (uint32_t)(p - a->people), a->here);
}

/** Makes room for one more, forgetting someone who is long gone if need be. */
static CrdtErr make_room(CrdtAwareness *a)
{
    if (a->here >= a->max_clients)
        return CRDT_LIMIT;
    if (a->count >= a->max_clients * 2) {
        uint32_t oldest = a->here;
        for (uint32_t i = a->here; i < a->count; i++)
            if (a->people[i].heard_ms < a->people[oldest].heard_ms)
                oldest = i;
        swap(a, oldest, a->count - 1);
        a->count--;
    }
    return RESERVE(&a->memory, a->people, a->cap, (uint64_t)a->count + 1) ? CRDT_OK : CRDT_NOMEM;
}

static bool says_gone(CrdtBytes json)
{
    Json j = { json.at, json.at + json.len };
    CrdtBytes v = json_take(&j);
    return v.len == 4 && v.at[0] == 'n';
}

static bool read_entry(Reader *r, CrdtAwarenessEntry *ret)
{
    uint32_t len;
    const uint8_t *start;
    if (!read_uint(r, &ret->client) || !read_uint(r, &ret->clock))
        return false;
    start = r->at;
    if (!read_text(r, &ret->json.at, &len, NULL))
        return false;
    ret->json.len = len;
    if (json_valid(ret->json))
        return true;
    r->at = start;
    return reader_fail(r, CRDT_MALFORMED, "state is not JSON");
}

CrdtErr crdt_awareness_read_entry(CrdtBytes *in, CrdtAwarenessEntry *ret)
{
    Reader r = reader(*in);
    CrdtAwarenessEntry e;
    if (!read_entry(&r, &e))
        return r.err;
    *in = (CrdtBytes){ r.at, (size_t)(r.end - r.at) };
    *ret = e;
    return CRDT_OK;
}

CrdtErr crdt_awareness_write_entry(CrdtBuf *out, const CrdtAwarenessEntry *entry)
{
    size_t start = out->len;
    if (write_uint(out, entry->client) && write_uint(out, entry->clock) &&
        write_text(out, entry->json.at, entry->json.len))
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

/** Checks the whole update. */
static CrdtErr check_update(const CrdtAwareness *a, CrdtBytes update, CrdtFault *ret_fault)
{
    Reader r = reader(update);
    uint64_t count = 0;
    CrdtAwarenessEntry e;
    bool ok = read_uint(&r, &count);
    if (ok && count > (size_t)(r.end - r.at) / 3)
        ok = reader_fail(&r, CRDT_MALFORMED, "more clients than bytes");
    if (ok && count > a->max_clients)
        ok = reader_fail(&r, CRDT_LIMIT, "too many clients");
    for (uint64_t i = 0; ok && i < count; i++) {
        ok = read_entry(&r, &e);
        if (ok && e.json.len > a->max_state_bytes)
            ok = reader_fail(&r, CRDT_LIMIT, "state too large");
    }
    if (ok && r.at != r.end)
        reader_fail(&r, CRDT_MALFORMED, "bytes after the end");
    return reader_err(&r, ret_fault);
}

static CrdtErr apply_entry(CrdtAwareness *a, const CrdtAwarenessEntry *e, int64_t now_ms,
                           CrdtPresenceFn *changed, void *context)
{
    Person *p = find(a, e->client);
    bool gone = says_gone(e->json), was_here = p != NULL && p->json != NULL;
    uint64_t clock = p != NULL ? p->clock : 0;
    if (e->clock < clock || (e->clock == clock && !(gone && was_here)))
        return CRDT_OK;
    uint8_t *json = NULL;
    if (!gone) {
        json = mem_resize(&a->memory, NULL, 0, e->json.len);
        if (json == NULL)
            return CRDT_NOMEM;
        memcpy(json, e->json.at, e->json.len);
    }
    if (p == NULL || (!gone && !was_here)) {
        CrdtErr err = make_room(a);
        if (err != CRDT_OK) {
            if (json != NULL)
                mem_resize(&a->memory, json, e->json.len, 0);
            return err;
        }
        p = find(a, e->client); /* making room may have forgotten them */
        if (p == NULL) {
            p = &a->people[a->count++];
            *p = (Person){ .client = e->client };
        }
    }
    p->clock = e->clock;
    p->heard_ms = now_ms;
    if (gone) {
        if (was_here)
            leave(a, p);
    } else {
        forget_json(a, p);
        p->json = json;
        p->len = (uint32_t)e->json.len;
        if (!was_here)
            arrive(a, p);
    }
    if (changed != NULL && (was_here || !gone))
        changed(context, e->client,
                gone ? CRDT_PRESENCE_REMOVED
                     : was_here ? CRDT_PRESENCE_UPDATED : CRDT_PRESENCE_ADDED,
                gone ? (CrdtBytes){ (const uint8_t *)"", 0 } : e->json);
    return CRDT_OK;
}

CrdtErr crdt_awareness_apply(CrdtAwareness *a, CrdtBytes update, int64_t now_ms,
                             CrdtPresenceFn *changed, void *context, CrdtFault *ret_fault)
{
    CrdtErr err = check_update(a, update, ret_fault);
    if (err != CRDT_OK)
        return err;
    Reader r = reader(update);
    uint64_t count = 0;
    (void)!read_uint(&r, &count);
    for (; count > 0 && err == CRDT_OK; count--) {
        CrdtAwarenessEntry e = { 0 };
        (void)!read_entry(&r, &e);
        err = apply_entry(a, &e, now_ms, changed, context);
    }
    return err;
}

bool crdt_awareness_get(const CrdtAwareness *a, uint64_t client, CrdtBytes *ret_json,
                        uint64_t *ret_clock)
{
    const Person *p = find(a, client);
    if (p == NULL || p->json == NULL)
        return false;
    if (ret_json != NULL)
        *ret_json = (CrdtBytes){ p->json, p->len };
    if (ret_clock != NULL)
        *ret_clock = p->clock;
    return true;
}

bool crdt_awareness_at(const CrdtAwareness *a, size_t i, uint64_t *ret_client, CrdtBytes *ret_json)
{
    if (i >= a->here)
        return false;
    *ret_client = a->people[i].client;
    if (ret_json != NULL)
        *ret_json = (CrdtBytes){ a->people[i].json, a->people[i].len };
    return true;
}

size_t crdt_awareness_count(const CrdtAwareness *a)
{
    return a->here;
}

static bool write_person(CrdtBuf *out, const Person *p)
{
    CrdtAwarenessEntry e = { p->client, p->clock, CRDT_STR("null") };
    if (p->json != NULL)
        e.json = (CrdtBytes){ p->json, p->len };
    return crdt_awareness_write_entry(out, &e) == CRDT_OK;
}

CrdtErr crdt_awareness_encode(const CrdtAwareness *a, CrdtBuf *out)
{
    size_t start = out->len;
    if (a->here == 0)
        return CRDT_OK;
    bool ok = write_uint(out, a->here);
    for (uint32_t i = 0; ok && i < a->here; i++)
        ok = write_person(out, &a->people[i]);
    if (ok)
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

CrdtErr crdt_awareness_encode_clients(const CrdtAwareness *a, const uint64_t *clients, size_t count,
                                      CrdtBuf *out)
{
    size_t start = out->len, known = 0;
    for (size_t i = 0; i < count; i++)
        known += find(a, clients[i]) != NULL;
    if (known == 0)
        return CRDT_OK;
    bool ok = write_uint(out, known);
    for (size_t i = 0; ok && i < count; i++) {
        const Person *p = find(a, clients[i]);
        ok = p == NULL || write_person(out, p);
    }
    if (ok)
        return CRDT_OK;
    out->len = start;
    return CRDT_NOMEM;
}

CrdtErr crdt_awareness_remove(CrdtAwareness *a, uint64_t client, CrdtBuf *out)
{
    Person *p = find(a, client);
    if (p == NULL || p->json == NULL)
        return CRDT_OK;
    leave(a, p);
    return out == NULL ? CRDT_OK : crdt_awareness_encode_clients(a, &client, 1, out);
}

CrdtErr crdt_awareness_expire(CrdtAwareness *a, int64_t now_ms, CrdtPresenceFn *changed,
                              void *context, CrdtBuf *out)
{
    uint32_t count = 0;
    CrdtBuf body = { .allocator = &a->memory.allocator };
    bool ok = true;
    for (uint32_t i = 0; i < a->here;) {
        Person *p = &a->people[i];
        if (now_ms - p->heard_ms < CRDT_AWARENESS_TIMEOUT_MS) {
            i++;
            continue;
        }
        uint64_t client = p->client;
        CrdtAwarenessEntry e = { client, p->clock, CRDT_STR("null") };
        leave(a, p);
        ok = ok && crdt_awareness_write_entry(&body, &e) == CRDT_OK;
        count++;
        if (changed != NULL)
            changed(context, client, CRDT_PRESENCE_REMOVED, (CrdtBytes){ (const uint8_t *)"", 0 });
    }
    if (count > 0 && out != NULL) {
        size_t start = out->len;
        ok = ok && write_uint(out, count) && write_raw(out, body.at, body.len);
        if (!ok)
            out->len = start;
    }
    crdt_buf_done(&body);
    return ok ? CRDT_OK : CRDT_NOMEM;
}

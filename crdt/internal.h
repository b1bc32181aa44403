/** The inside of crdt: structures shared by its .c files. Nothing here is for callers; see crdt.h.
 *
 *  Shape of a document
 *    items      one pool of 56-byte Items addressed by a 32-bit index (0 is none); freed ones form
 *               a list
 *    clients    per client a directory of leaves, sorted by clock: where is (client, clock)?
 *               A flat leaf is a run of the pool, an open one has arrays (leaf.c)
 *    types      one Type a shared type; its children are a linked list of items, head to tail
 *    entries    one Entry a (type, key): the list of items that ever set this key; the tail is the
 *               value
 *    keys       interned names of roots, map keys and attributes
 *    arena      content bytes: text, values, names. Contents are (pointer, length) into it, never
 *               copied by a split
 *
 *  Invariants
 *    - The structs of a client cover clocks 0 .. state without gaps or overlaps.
 *    - items[i].left and .right are the neighbours in the list named by .parent; GC structs are in
 *      no list.
 *    - A deleted type has only deleted descendants.
 *    - client.deleted is exactly the set of deleted clocks, sorted and joined, unless deleted_lost.
 *      */
#ifndef CRDT_INTERNAL_H
#define CRDT_INTERNAL_H

#include <string.h>

#include "bytes.h"

#define NONE UINT32_MAX /* as a client index: there is no such id */

/* Content references of the wire, also the kinds of Items. */
enum {
    REF_GC = 0, REF_DELETED = 1, REF_JSON = 2, REF_BINARY = 3, REF_STRING = 4, REF_EMBED = 5,
    REF_FORMAT = 6, REF_TYPE = 7, REF_ANY = 8, REF_DOC = 9, REF_SKIP = 10,
};
enum { INFO_ORIGIN = 0x80, INFO_RIGHT = 0x40, INFO_SUB = 0x20, INFO_REF = 0x1f };
enum { FLAG_DELETED = 1, FLAG_GROWN = 2 }; /* GROWN: content sits in a power-of-two slot of its own
                                              */
enum { FLAG_KEPT = 4 };   /* an undo manager needs the content, or an ancestor of such */
enum { FLAG_MARKED = 8 }; /* a marker of the table may be here (marker.c) */

#define ENTRY_BIT 0x80000000u /* in Item.parent: an index into entries, else into types */

typedef struct Item {
    const uint8_t *bytes; /* content as on the wire, without the leading length */
    uint32_t byte_len;    /* REF_TYPE: index into types instead */
    uint32_t client;      /* index into clients */
    uint32_t clock, len;
    uint32_t left, right;
    uint32_t origin_client, origin_clock;
    uint32_t right_client, right_clock;
    uint32_t parent;
    uint8_t ref, flags;
} Item;

typedef struct Range {
    uint32_t clock, len;
} Range;

/** Some dozens of structs of a client: leaf.c. */
typedef struct Leaf {
    uint32_t *clock; /* open: clock[cap], then index[cap]. NULL, flat: items base .. base + count - 1 */
    uint32_t first;  /* the clock of the first struct */
    uint32_t base, count, cap;
} Leaf;

/** Where a struct stands in the directory of its client; any change of the directory may move it. */
typedef struct Spot {
    uint32_t leaf, at;
} Spot;

typedef struct Client {
    uint64_t id;
    uint8_t id_bytes[8]; /* as it is encoded */
    uint8_t id_len;
    Leaf *leaf;
    uint32_t leaf_count, leaf_cap;
    uint32_t count; /* structs */
    uint32_t state;
    Spot hit; /* the last one found */
    Range *deleted;
    uint32_t deleted_count, deleted_cap;
    bool deleted_lost; /* memory ran out while recording: rebuild from the structs */
    uint32_t before;   /* state at the start of the transaction, when touched */
    uint32_t touched;  /* epoch of the transaction that last added structs */
    uint32_t target;   /* scratch of encoders: clock of the other side */
    uint32_t target_epoch;
} Client;

typedef struct Type {
    const uint8_t *name; /* of an element or hook, or of a root */
    uint32_t name_len;
    uint32_t item; /* 0 for roots */
    uint32_t head, tail;
    uint32_t first_entry, last_entry;
    uint32_t length;
    uint32_t mark_item, mark_index; /* the place used last: mark_item starts at unit mark_index; 0:
                                       none, and all markers of the type are wrong */
    uint8_t kind;
    bool dead;       /* collected */
    bool has_text;   /* strings, embeds or marks have been put in it */
    bool has_format; /* marks have been set in it: places cannot be found without reading them */
} Type;

/** A place whose index is known: marker.c. */
typedef struct Marker {
    uint32_t type, item, index; /* type 0: free */
} Marker;

/** Between `low` and `high` no marker of the type begins; those behind are wrong by `by`. */
typedef struct MarkerGap {
    uint32_t type, low, high, by; /* type 0: none */
} MarkerGap;

typedef struct Entry {
    uint32_t type, key, head, tail, next;
} Entry;

typedef struct Key {
    const uint8_t *at;
    uint32_t len, hash;
    uint32_t root; /* type index, 0: no root of that name */
} Key;

/** Open addressing; a slot holds index + 1. What is hashed is known to the user of the table. */
typedef struct Table {
    uint32_t *slot;
    uint32_t cap, count;
} Table;

typedef struct Chunk {
    struct Chunk *next;
    size_t cap, used;
} Chunk;

typedef struct Deletion {
    uint64_t client; /* its id */
    uint32_t clock, len;
} Deletion;

/* ---- A decoded update: nothing of a document in it, views into the input --------------------- */

enum { PARENT_COPY, PARENT_ROOT, PARENT_ID };

typedef struct Ref {
    const uint8_t *bytes;
    const uint8_t *name; /* PARENT_ROOT: its name */
    const uint8_t *sub;
    uint32_t byte_len, name_len, sub_len;
    uint32_t client, clock, len;
    uint32_t origin_client, origin_clock;
    uint32_t right_client, right_clock;
    uint32_t parent_client, parent_clock;
    uint8_t ref, parent_form;
    bool has_sub;
} Ref;

typedef struct Section {
    uint64_t id;
    uint32_t client;
    uint32_t first, count; /* refs */
    uint32_t next;         /* integration: the next ref */
    uint32_t rest_from;    /* integration: refs from here on must wait; NONE when all went in */
    bool closed;
} Section;

/** What a client of the batch is in the document. */
typedef struct Link {
    uint32_t client;  /* document index, NONE while it has written nothing */
    uint32_t section; /* its section in the batch, or NONE */
    uint32_t missing; /* the clock that something waits for, or NONE */
} Link;

typedef struct Batch {
    uint64_t *ids; /* clients by batch index */
    uint32_t id_count, id_cap, id_last;
    uint64_t last_bytes, last_mask; /* an id as it is encoded, of last_len bytes (0: none), */
    uint32_t last_len, last_client; /* and its batch index */
    Table id_table;
    Link *links; /* integration: by batch index */
    uint32_t link_cap;
    uint32_t *stack; /* integration: refs that wait for another client's */
    uint32_t stack_cap;
    Ref *refs;
    uint32_t ref_count, ref_cap;
    Section *sections;
    uint32_t section_count, section_cap;
    Deletion *deletions;
    uint32_t deletion_count, deletion_cap;
} Batch;

typedef struct Missing {
    uint64_t client;
    uint32_t clock;
} Missing;

typedef struct Merge {
    uint32_t client, clock;
} Merge;

typedef struct Memory {
    CrdtAllocator allocator;
    size_t bytes;
} Memory;

/** Who hears of each transaction at its end, before anything is collected. */
typedef struct Listener {
    struct Listener *next;
    void (*heard)(struct Listener *self, CrdtDoc *d);
    void (*done)(struct Listener *self, CrdtDoc *d);
} Listener;

/** Units that an undo has written again: clock .. clock + len became to_clock … */
typedef struct Redone {
    uint32_t client, clock, len, to_client, to_clock;
} Redone;

struct CrdtDoc {
    Memory memory;
    uint64_t client_id;
    bool keep_deleted, in_transaction;
    size_t max_update_bytes, max_pending_bytes;
    uint64_t max_steps, steps, max_clients, max_structs;

    Item *items;
    uint32_t item_count, item_cap, free_item, free_count;
    uint32_t *stamps; /* conflict sets, one an item; allocated at the first conflict */
    uint32_t stamp_cap, stamp;

    Client *clients;
    uint32_t client_count, client_cap, client_last;
    uint32_t *order; /* clients that have structs, by id, descending */
    uint32_t order_count;
    Table client_table;
    uint32_t target_epoch;

    Type *types;
    uint32_t type_count, type_cap;
    Entry *entries;
    uint32_t entry_count, entry_cap;
    Table entry_table;
    Key *keys;
    uint32_t key_count, key_cap;
    Table key_table;
    uint32_t *roots; /* type indices in order of first mention */
    uint32_t root_count, root_cap;

    Chunk *arena;
    size_t arena_bytes;
    Marker *markers; /* made with the first */
    uint32_t marker_next;
    MarkerGap gap;

    /* The open transaction, or the one of an apply. */
    uint32_t epoch;
    uint32_t *touched;
    uint32_t touched_count, touched_cap;
    Deletion *tx_deleted;
    uint32_t tx_deleted_count, tx_deleted_cap;
    bool tx_deleted_lost;
    Merge *merges; /* struct boundaries to look at when the transaction ends */
    uint32_t merge_count, merge_cap;
    uint64_t units_deleted, structs_added;

    /* What waits. */
    CrdtBuf *pending; /* updates */
    uint32_t pending_count, pending_cap;
    size_t pending_bytes, pending_joined; /* all, and after the last joining */
    Missing *missing;
    uint32_t missing_count, missing_cap;
    Deletion *pending_deleted;
    uint32_t pending_deleted_count, pending_deleted_cap;

    /* Who listens, and what undo managers wrote again: by client and clock. */
    Listener *listeners;
    struct CrdtWatch *watch; /* made with the first listener */
    bool listening; /* they are being told */
    bool local;     /* the transaction is ours */
    uint64_t origin;
    uint64_t *deleted_order; /* while listening: clients in order of their first deletion */
    uint32_t deleted_order_count;
    Redone *redone;
    uint32_t redone_count, redone_cap;

    Batch batch; /* reused between applies */
};

/* memory.c */
void *mem_resize(Memory *m, void *old, size_t old_bytes, size_t new_bytes);
/** Makes room for at least `need` elements of `size` bytes in *array; false when memory ran out. */
bool mem_reserve(Memory *m, void **array, uint32_t *cap, uint64_t need, size_t size);
#define RESERVE(m, array, cap, need) \
    ((need) <= (cap) || mem_reserve((m), (void **)&(array), &(cap), (need), sizeof *(array)))
uint8_t *arena_take(CrdtDoc *d, size_t bytes);
bool arena_copy(CrdtDoc *d, const uint8_t *from, size_t len, const uint8_t **ret);
bool arena_append(CrdtDoc *d, Item *item, const uint8_t *bytes, uint32_t len, bool same_memory);
bool table_reserve(Memory *m, Table *t, uint32_t (*hash_of)(const void *owner, uint32_t i),
                   const void *owner);
void table_done(Memory *m, Table *t);
void table_clear(Table *t);
uint32_t hash_bytes(const uint8_t *at, size_t len);
uint32_t hash_u64(uint64_t v);
bool buf_reserve(CrdtBuf *buf, size_t more);

/* read.c */
bool item_value(const Item *it, uint32_t offset, CrdtValue *ret);
void format_parts(const Item *it, CrdtBytes *ret_key, CrdtBytes *ret_json);

/* leaf.c: the directory of a client's structs */
Spot spot_find(const CrdtDoc *d, Client *c, uint32_t clock);
uint32_t spot_rest(const Client *c, Spot s);
uint32_t last_item(const Client *c);
bool leaf_reserve_at(CrdtDoc *d, Client *c, Spot *s);
void leaf_insert_after(Client *c, Spot s, uint32_t clock, uint32_t item);
bool leaf_reserve_end(CrdtDoc *d, Client *c, uint32_t next);
void leaf_append(Client *c, uint32_t clock, uint32_t item);
void leaf_remove(CrdtDoc *d, Client *c, Spot s);
void leaves_done(CrdtDoc *d, Client *c);
bool leaf_make_flat(CrdtDoc *d, Client *c, uint32_t first, uint32_t count);
void leaves_flatten(CrdtDoc *d, Client *c);
/** The item at a spot. */
static inline uint32_t spot_item(const Client *c, Spot s)
{
    const Leaf *l = &c->leaf[s.leaf];
    return l->clock != NULL ? l->clock[l->cap + s.at] : l->base + s.at;
}
/** The same, or 0 behind the last one and when it starts at `end` or later:
 *  for (Spot s = …; (i = spot_before(d, c, s, end)) != 0; spot_next(c, &s)) */
static inline uint32_t spot_before(const CrdtDoc *d, const Client *c, Spot s, uint32_t end)
{
    if (s.leaf >= c->leaf_count)
        return 0;
    uint32_t i = spot_item(c, s);
    return d->items[i].clock < end ? i : 0;
}
/** On to the next struct; false at the end. */
static inline bool spot_next(const Client *c, Spot *s)
{
    if (++s->at < c->leaf[s->leaf].count)
        return true;
    s->at = 0;
    return ++s->leaf < c->leaf_count;
}
/** Back to the struct before; false at the start. */
static inline bool spot_back(const Client *c, Spot *s)
{
    if (s->at == 0) {
        if (s->leaf == 0)
            return false;
        s->at = c->leaf[--s->leaf].count;
    }
    s->at--;
    return true;
}

/* store.c: items, clients, types, keys */
uint32_t client_find(const CrdtDoc *d, uint64_t id);
uint32_t client_make(CrdtDoc *d, uint64_t id); /* NONE when memory ran out */
uint32_t item_at(CrdtDoc *d, uint32_t client, uint32_t clock);
uint32_t item_clean_start(CrdtDoc *d, uint32_t client, uint32_t clock); /* 0: no memory */
uint32_t item_clean_end(CrdtDoc *d, uint32_t client, uint32_t clock);   /* 0: no memory */
uint32_t item_split(CrdtDoc *d, uint32_t item, uint32_t units);         /* the right half; 0: no
                                                                           memory */
/** Makes room for one more item, at the end of this client. */
bool item_reserve(CrdtDoc *d, uint32_t client);
uint32_t item_take(CrdtDoc *d);
bool may_merge(const CrdtDoc *d, uint32_t left, uint32_t right);
bool item_merge(CrdtDoc *d, uint32_t left, uint32_t right);
void struct_add(CrdtDoc *d, uint32_t item);
bool client_touch(CrdtDoc *d, uint32_t client);
void client_list(CrdtDoc *d, uint32_t client);
uint32_t key_make(CrdtDoc *d, CrdtBytes name);
uint32_t key_find(const CrdtDoc *d, CrdtBytes name);
uint32_t root_make(CrdtDoc *d, CrdtBytes name);
uint32_t type_make(CrdtDoc *d, uint8_t kind, uint32_t item);
uint32_t entry_make(CrdtDoc *d, uint32_t type, uint32_t key);
uint32_t entry_find(const CrdtDoc *d, uint32_t type, uint32_t key);
void merge_later(CrdtDoc *d, uint32_t item);

static inline bool is_entry(uint32_t parent) { return parent & ENTRY_BIT; }
static inline uint32_t parent_type(const CrdtDoc *d, uint32_t parent)
{
    return is_entry(parent) ? d->entries[parent & ~ENTRY_BIT].type : parent;
}
static inline uint32_t *list_head(CrdtDoc *d, uint32_t parent)
{
    return is_entry(parent) ? &d->entries[parent & ~ENTRY_BIT].head : &d->types[parent].head;
}
static inline uint32_t *list_tail(CrdtDoc *d, uint32_t parent)
{
    return is_entry(parent) ? &d->entries[parent & ~ENTRY_BIT].tail : &d->types[parent].tail;
}
static inline bool is_deleted(const Item *it) { return it->flags & FLAG_DELETED; }
static inline bool is_countable(const Item *it)
{
    return it->ref != REF_DELETED && it->ref != REF_FORMAT && it->ref != REF_GC;
}
/** How many structs the document has. */
static inline uint64_t struct_count(const CrdtDoc *d)
{
    return d->item_count - 1 - d->free_count;
}
/** At most how many structs another one makes: itself, and what it is put between may be cut. */
static inline uint32_t ref_structs(const Ref *ref)
{
    if (ref->ref == REF_GC || ref->ref == REF_SKIP)
        return ref->ref == REF_GC;
    bool behind_own = ref->origin_client == ref->client && ref->origin_clock + 1 == ref->clock;
    return 1 + (ref->origin_client != NONE && !behind_own) + (ref->right_client != NONE);
}
static inline bool is_visible(const Item *it) { return !is_deleted(it) && is_countable(it); }
/** How many units of a list it shows. */
static inline uint32_t units_of(const Item *it) { return is_visible(it) ? it->len : 0; }

/* deletes.c */
void item_delete(CrdtDoc *d, uint32_t item);
void deleted_add(CrdtDoc *d, uint32_t client, uint32_t clock, uint32_t len);
void deleted_note(CrdtDoc *d, uint32_t client, uint32_t clock, uint32_t len);
bool deleted_ensure(CrdtDoc *d, Client *c);
void item_collect(CrdtDoc *d, uint32_t item);
CrdtErr deletion_apply(CrdtDoc *d, uint32_t client, uint32_t clock, uint32_t len,
                       Range *ret_rest);
void deletions_sort(Deletion *list, uint32_t *count);
bool write_deletions(CrdtBuf *out, const Deletion *list, uint32_t count);
bool write_deleted(CrdtDoc *d, CrdtBuf *out);

/* integrate.c */
CrdtErr item_settle(CrdtDoc *d, uint32_t item, uint32_t left, uint32_t right);
CrdtErr content_type(CrdtDoc *d, CrdtBytes content, Item *it);
CrdtErr item_place(CrdtDoc *d, const Item *proto, uint32_t left, uint32_t right, uint32_t *ret);
CrdtErr batch_integrate(CrdtDoc *d, Batch *b);
bool typing_apply(CrdtDoc *d, CrdtBytes update);
int section_by_id(const void *a, const void *b); /* for qsort */

/* txn.c */
void tx_start(CrdtDoc *d);
void tx_end(CrdtDoc *d);
CrdtErr tx_write(CrdtDoc *d, CrdtBuf *out);

/* txn.c */
void join_structs(CrdtDoc *d, Client *c, Spot s, uint32_t last);

/* load.c */
bool is_blank(const CrdtDoc *d);
CrdtErr load_update(CrdtDoc *d, CrdtBytes update, bool *ret_odd, CrdtFault *ret_fault);

/* doc.c */
CrdtErr deletions_apply(CrdtDoc *d, const Batch *b);

/* decode.c */
bool batch_client(Memory *m, Batch *b, Reader *r, uint64_t id, uint32_t *ret);
bool sections_count_read(Reader *r, uint64_t *ret);
bool section_read(Memory *m, Batch *b, Reader *r, Section *ret, uint32_t *ret_clock);
bool struct_read(Memory *m, Batch *b, Reader *r, Ref *ref);
bool content_read(Reader *r, Ref *ref);
bool deletions_read(Memory *m, Batch *b, Reader *r);
CrdtErr batch_read(Memory *m, Batch *b, CrdtBytes update, CrdtFault *ret);
void batch_clear(Memory *m, Batch *b);
void batch_done(Memory *m, Batch *b);
CrdtErr batch_join_sections(Memory *m, Batch *b);

/* encode.c */
bool write_content(CrdtBuf *out, uint8_t ref, const uint8_t *bytes, uint32_t byte_len, uint32_t len,
                   uint32_t offset);
bool write_client_structs(CrdtDoc *d, CrdtBuf *out, uint32_t client, uint32_t clock);
bool write_client_until(CrdtDoc *d, CrdtBuf *out, uint32_t client, uint32_t clock);
bool write_ref(CrdtBuf *out, const Batch *b, const Ref *ref, uint32_t offset, uint32_t units);
size_t content_offset(uint8_t ref, const uint8_t *bytes, uint32_t byte_len, uint32_t len,
                      uint32_t offset, bool *ret_split);

/* pending.c */
CrdtErr pending_keep(CrdtDoc *d, Batch *b);
CrdtErr pending_retry(CrdtDoc *d);
CrdtErr pending_delete(CrdtDoc *d, const Deletion *rest);
CrdtErr pending_delete_retry(CrdtDoc *d);
void pending_done(CrdtDoc *d);

/* marker.c: where units stand */
uint32_t locate(CrdtDoc *d, uint32_t type, uint32_t index, uint32_t *ret_start);
/** From unit `index` on, `gone` units were deleted or `come` inserted. */
typedef struct Edit {
    bool known;          /* the markers were right until then */
    bool behind_deleted; /* what came stands behind what is deleted at this place */
    uint32_t index, gone, come;
    uint32_t item, start; /* the next edit will probably be near: this item begins at this unit */
} Edit;
void markers_edited(CrdtDoc *d, uint32_t type, const Edit *e);
void markers_joined(CrdtDoc *d, uint32_t l, uint32_t r);
void markers_done(CrdtDoc *d);

/* place.c: where writes go */
typedef struct Place {
    uint32_t left, right;
} Place;
CrdtErr write_check(const CrdtDoc *d, CrdtNode node);
CrdtErr place_find(CrdtDoc *d, uint32_t type, uint64_t index, Place *ret);
bool place_cuts_pair(CrdtDoc *d, uint32_t type, uint64_t index);
CrdtErr item_write(CrdtDoc *d, uint32_t parent, Place at, Item *content, uint32_t *ret);
CrdtErr entry_put(CrdtDoc *d, CrdtNode node, CrdtBytes key, Item *content, uint32_t *ret);
CrdtErr list_check(const CrdtDoc *d, CrdtNode node);
CrdtErr list_put(CrdtDoc *d, CrdtNode node, uint64_t index, Item *content);
CrdtErr index_check(const CrdtDoc *d, CrdtNode node, uint64_t index);
CrdtErr content_any(CrdtDoc *d, CrdtBytes json, Item *ret);
CrdtErr content_string(CrdtDoc *d, CrdtBytes text, Item *ret);
CrdtErr content_node(CrdtDoc *d, CrdtKind kind, CrdtBytes name, Item *ret);
CrdtErr text_put(CrdtDoc *d, CrdtNode node, uint64_t index, Item *content, const CrdtAttr *attrs,
                 size_t attr_count);

/* observe.c */
void listeners_tell(CrdtDoc *d);
void listeners_done(CrdtDoc *d);
/** What a transaction did to the units of an item from `offset` on; *ret_units: to how many. */
typedef enum Fate { FATE_KEPT, FATE_ADDED, FATE_DELETED, FATE_NOTHING } Fate;
Fate unit_fate(const CrdtDoc *d, const Item *it, uint32_t offset, uint32_t *ret_units);
void *watch_take(CrdtChanges *changes, size_t bytes);
CrdtErr text_event_delta(CrdtChanges *changes, uint32_t type, const CrdtDelta **ret,
                         size_t *ret_count);

/* redo.c */
/** Index of the first Redone at or after (client, clock); redone_covers: it contains that unit. */
uint32_t redone_from(const CrdtDoc *d, uint32_t client, uint32_t clock);
const Redone *redone_find(const CrdtDoc *d, uint32_t client, uint32_t clock);
bool redone_touches(const CrdtDoc *d, const Item *it);

/** Content of units from .. from + units of an item that may be of another document, copied into
 *  this one. A new type is empty. */
CrdtErr content_copy(CrdtDoc *d, const CrdtDoc *of, const Item *from, uint32_t offset,
                     uint32_t units, Item *ret);

#endif

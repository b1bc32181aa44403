#pragma once
/** Documents on disk. Inside document/ only. */
#include "crdt/crdt.h"
#include "document/document.h"

typedef struct StoredUpdate { int64_t revision; Str body; } StoredUpdate;
typedef LIST(StoredUpdate) StoredUpdates;

/** The document up to a revision (INT64_MAX: all), from the newest sound snapshot and the updates after it. A snapshot that
 *  fails its checksum is passed over for an older one; an update that does is an error: a damaged store is never taken for
 *  an empty or a shorter document. The caller closes *ret_doc. Fails: ERR_NOT_FOUND, ERR_INTERNAL ("… is damaged"). */
Err storage_load(Cx *cx, Str id, int64_t upto, const CrdtOptions *options, CrdtDoc **ret_doc, int64_t *ret_revision, int64_t *ret_tail);
/** Updates after a revision. */
Err storage_updates(Cx *cx, Str id, int64_t after, StoredUpdates *ret);
/** Appends one update and tells the other nodes. `node` names who writes, so that it can skip its own notices. Within a write. */
Err storage_append(Cx *cx, Str id, Str update, Str authors, Str node, int64_t *ret_revision);
/** Keeps the whole state as of `revision`. Within a write. */
Err storage_snapshot(Cx *cx, Str id, int64_t revision, Str state);

static inline CrdtBytes bytes_of(Str s) { return (CrdtBytes){ (const uint8_t *)s.at, s.len }; }
static inline Str str_of_bytes(CrdtBytes b) { return (Str){ (const char *)b.at, b.len }; }
static inline Str str_of_buf(const CrdtBuf *b) { return (Str){ (const char *)b->at, b->len }; }
#define auto_crdt_buf [[gnu::cleanup(crdt_buf_done)]] CrdtBuf
static inline void crdt_drop(CrdtDoc **d) { crdt_close(*d); }
#define auto_crdt [[gnu::cleanup(crdt_drop)]] CrdtDoc *
Err crdt_failed(Arena *a, CrdtErr e, const CrdtFault *fault, const char *doing);

/** crdt — a Yjs-compatible document engine in C. This header is its manual.
 *
 *  A *document* (CrdtDoc) holds shared types: Text, Array, Map, XmlFragment, XmlElement, XmlText.
 *  People edit their own replicas; *updates* (bytes, Yjs update format v1 or v2) carry the edits; every
 *  replica that has received the same updates, in whatever order and however often, holds the same
 *  document. The wire format and the outcome of every conflict are those of Yjs 13.6, so browsers
 *  with Yjs are peers of this engine.
 *
 *  Words
 *    client    whoever writes, by number (up to 2^53 - 1); every replica that writes has its own
 *    clock     how many units a client has written; a struct is named by (client, clock)
 *    unit      one UTF-16 code unit of text, one array element, one mark: all offsets and lengths
 *              count units
 *    state vector   for each client the clock up to which a replica has everything
 *    delete set     ranges of (client, clock) that are deleted
 *    pending   structs that arrived before something they build on; kept, and applied when it
 *              arrives
 *    snapshot  a state vector and a delete set: they name a past state
 *    position  a place next to a unit, which stays there while others edit
 *    node      one shared type inside a document (CrdtNode); a *root* is a node found by name
 *
 *  Rules that hold everywhere
 *    - libc only, no global state. Calls on different documents may run at once; calls on one
 *      document, and reads that run beside a write, need the caller's lock. Several readers at once
 *      are fine.
 *    - Functions return CrdtErr; outputs (`ret…`) are untouched on failure unless a function says
 *      otherwise.
 *    - Text is UTF-8 with a length, never NUL-terminated; it may contain NUL. Names and keys may be
 *      empty.
 *    - Views (CrdtBytes) handed out by reads stay valid until the document is next changed or
 *      closed.
 *    - Reads never change anything, not even the way text is stored.
 *    - Bytes from outside are hostile: an update is decoded and validated completely before the
 *      first struct is integrated, so CRDT_MALFORMED and CRDT_LIMIT from the decoder leave a
 *      document untouched.
 *    - Out of memory is CRDT_NOMEM. The document then holds a valid prefix of what was asked for
 *      and stays usable.
 *
 *  Sources: Yjs 13.6 (the format and the behaviour), "Near Real-Time Peer-to-Peer Shared Editing on
 *  Extensible Data Types" (YATA; Nicolaescu, Jahns, Derntl, Klamma 2016), y-protocols 1.0. See
 *  README.md. */
#ifndef CRDT_H
#define CRDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRDT_VERSION "0.2.0"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Outcomes -------------------------------------------------------------------------------- */

/* The header is C99 and C++11; where the language can say so, an outcome must not be ignored. */
#if (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202000L) || \
    (defined(__cplusplus) && __cplusplus >= 201703L)
#define CRDT_NODISCARD [[nodiscard]]
#else
#define CRDT_NODISCARD
#endif

typedef enum CRDT_NODISCARD CrdtErr {
    CRDT_OK = 0,
    CRDT_NOMEM,     /* the allocator refused */
    CRDT_MALFORMED, /* bytes that no Yjs peer would send: see CrdtFault */
    CRDT_LIMIT,     /* well-formed, but beyond a limit below or in CrdtOptions */
    CRDT_RANGE,     /* an index or length beyond the end, or inside a surrogate pair */
    CRDT_KIND,      /* the node is of another kind, deleted, or of no document */
    CRDT_BUSY,      /* a transaction is open (for apply and load), or none is (for writes) */
} CrdtErr;

/** One short English phrase, for logs. */
const char *crdt_err_text(CrdtErr err);

/** Where a decoder stopped. Pass NULL when that is of no interest. */
typedef struct CrdtFault {
    size_t offset;    /* bytes from the start of the input */
    const char *what; /* a static sentence: "string is not UTF-8" */
} CrdtFault;

/* ---- Limits that hold for every document ----------------------------------------------------- */

#define CRDT_MAX_CLIENT ((uint64_t)9007199254740991) /* 2^53 - 1, the largest client id */
#define CRDT_MAX_CLOCK ((uint64_t)0xFFFFFFF0)        /* units one client can have in a document */
#define CRDT_MAX_VALUE_DEPTH 128                     /* nesting of one Any or JSON value */
#define CRDT_MAX_BYTES ((size_t)0x7FFFFFFF)          /* one update */

/* ---- Memory ---------------------------------------------------------------------------------- */

/** Where memory comes from. `resize` behaves like realloc with the old size given too:
 *  old == NULL allocates, new_bytes == 0 frees (and returns NULL), NULL otherwise means refused. */
typedef struct CrdtAllocator {
    void *(*resize)(void *context, void *old, size_t old_bytes, size_t new_bytes);
    void *context;
} CrdtAllocator;

/** A borrowed view of bytes (UTF-8 when it is text). Not owned, not NUL-terminated. */
typedef struct CrdtBytes {
    const uint8_t *at;
    size_t len;
} CrdtBytes;

/** CRDT_STR("default"): a view of a string literal. */
#ifdef __cplusplus
#define CRDT_STR(literal) (CrdtBytes{ (const uint8_t *)(literal), sizeof(literal) - 1 })
#else
#define CRDT_STR(literal) ((CrdtBytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })
#endif
/** A view of a NUL-terminated string. */
CrdtBytes crdt_str(const char *text);

/** Bytes that grow at the end: where this library writes its output. Zero-initialised it is empty
 *  and uses the system allocator. Functions that take a CrdtBuf append to it; on failure `len` is
 *  as before. */
typedef struct CrdtBuf {
    uint8_t *at;
    size_t len;
    size_t cap;
    const CrdtAllocator *allocator; /* NULL: malloc; must outlive the buffer */
} CrdtBuf;

/** Frees what the buffer holds and empties it. A zeroed buffer is fine. */
void crdt_buf_done(CrdtBuf *buf);
/** Keeps the memory, forgets the content. */
void crdt_buf_clear(CrdtBuf *buf);
CrdtErr crdt_buf_add(CrdtBuf *buf, const void *bytes, size_t len);
static inline CrdtBytes crdt_buf_bytes(const CrdtBuf *buf)
{
    CrdtBytes bytes = { buf->at, buf->len };
    return bytes;
}

/* ---- Variable-length integers (lib0), for framing messages ----------------------------------- */

/** Appends an unsigned integer, 7 bits a byte, lowest first. */
CrdtErr crdt_write_varuint(CrdtBuf *buf, uint64_t value);
/** Appends a length and the bytes (lib0 writeVarUint8Array, also writeVarString). */
CrdtErr crdt_write_varbytes(CrdtBuf *buf, CrdtBytes bytes);
/** Reads from the front of *in and moves *in forward. CRDT_MALFORMED: cut off, or above 2^53 - 1.
 *  */
CrdtErr crdt_read_varuint(CrdtBytes *in, uint64_t *ret);
/** Reads a length and that many bytes; *ret is a view into the input. */
CrdtErr crdt_read_varbytes(CrdtBytes *in, CrdtBytes *ret);

/* ---- Documents ------------------------------------------------------------------------------- */

/** CONSTRUCTOR, METHODS, DESTRUCTOR of a replica. */
typedef struct CrdtDoc CrdtDoc;

/** Zero means the default everywhere. */
typedef struct CrdtOptions {
    uint64_t client;                /* our author id for writes; 0: a random 32-bit number */
    const CrdtAllocator *allocator; /* copied; NULL: malloc */
    bool keep_deleted;              /* true: no garbage collection (Yjs `gc: false`), so old states
                                       can be read */
    size_t max_update_bytes;        /* larger updates are refused with CRDT_LIMIT; default
                                       CRDT_MAX_BYTES */
    size_t max_pending_bytes;       /* what may wait for missing structs; default 64 MiB */
    uint64_t max_clients;           /* that may have written in it; default 2^20 */
    uint64_t max_structs;           /* it may hold, what an update cuts included; default 2^31 */
    uint64_t max_steps;             /* work one apply may spend on ordering concurrent inserts and
                                       on cutting structs; default 2^28, about a second */
} CrdtOptions;

/** Opens an empty document. Fails: CRDT_NOMEM; CRDT_LIMIT when options->client is above
 *  CRDT_MAX_CLIENT. */
CrdtErr crdt_open(const CrdtOptions *options, CrdtDoc **ret);
/** Frees everything, every node and view included. NULL is fine. Cost: a handful of frees, not one
 *  an item. */
void crdt_close(CrdtDoc *doc);
/** Our author id. It changes by itself when an update shows that someone else writes under it (as
 *  Yjs does). */
uint64_t crdt_client(const CrdtDoc *doc);

/** What an update did. */
typedef struct CrdtApplied {
    bool changed;           /* something was new: structs or deletions. false: everything was known
                               already */
    bool pending;           /* after the call something still waits for missing structs (from now or
                               before) */
    uint64_t structs_added; /* structs integrated by this call, from earlier pending updates too */
    uint64_t units_deleted; /* units that this call deleted */
} CrdtApplied;

/** Applies an update (v1) from a peer or from storage. Order and repetition do not matter.
 *  `update` is not kept. `ret` and `ret_fault` may be NULL.
 *  Fails: CRDT_MALFORMED (`ret_fault` says where; nothing changed) · CRDT_LIMIT: too large, or too
 *  many clients or structs (nothing changed), or too much pending, too many conflict steps, or too
 *  many structs by what it cuts and what had waited: then the part that could not be integrated is
 *  dropped, never half of a struct, and a later state-vector exchange fetches it again (`ret` is
 *  filled) · CRDT_NOMEM likewise · CRDT_BUSY inside a transaction.
 *  Cost: O(bytes + structs · log structs of the client + concurrent items at the same place). */
CrdtErr crdt_apply(CrdtDoc *doc, CrdtBytes update, CrdtApplied *ret, CrdtFault *ret_fault);

/** crdt_open and crdt_apply in one, for stored state: on any failure there is no document at all, so
 *  a damaged store can never be mistaken for an empty document. The limits of the options hold for
 *  later updates, not for what is stored: what was accepted once must always open.
 *  A snapshot followed by a log is loaded by crdt_apply of each entry afterwards. */
CrdtErr crdt_load(const CrdtOptions *options, CrdtBytes stored, CrdtDoc **ret,
                  CrdtFault *ret_fault);

/** The same for an update in format v2 (Yjs applyUpdateV2). The offset of a fault is 0 when what is wrong
 *  is not the format. Memory meanwhile: the update in v1. */
CrdtErr crdt_apply_v2(CrdtDoc *doc, CrdtBytes update_v2, CrdtApplied *ret, CrdtFault *ret_fault);
CrdtErr crdt_load_v2(const CrdtOptions *options, CrdtBytes stored_v2, CrdtDoc **ret,
                     CrdtFault *ret_fault);

/** True in *ret when applying `update` would change nothing: every struct is known and everything
 *  it deletes is deleted. This is how a read-only peer's sync step 2 can be let pass. Fails:
 *  CRDT_MALFORMED, CRDT_LIMIT, CRDT_NOMEM. */
CrdtErr crdt_is_known(CrdtDoc *doc, CrdtBytes update, bool *ret, CrdtFault *ret_fault);

/** Appends the whole document as one update (v1), pending structs and deletes included
 *  (Yjs encodeStateAsUpdate). Loading it elsewhere gives an equal document. Cost: O(bytes written).
 *  */
CrdtErr crdt_encode(CrdtDoc *doc, CrdtBuf *out);
/** Appends what a replica with this state vector lacks, and the whole delete set
 *  (Yjs encodeStateAsUpdate(doc, stateVector)). Fails: CRDT_MALFORMED when the state vector is,
 *  CRDT_NOMEM. */
CrdtErr crdt_encode_diff(CrdtDoc *doc, CrdtBytes state_vector, CrdtBuf *out);
/** Appends the encoded state vector, clients descending. Pending structs do not count. */
CrdtErr crdt_encode_state_vector(CrdtDoc *doc, CrdtBuf *out);
/** Appends the encoded delete set (v1), clients descending, ranges ascending and joined. */
CrdtErr crdt_encode_delete_set(CrdtDoc *doc, CrdtBuf *out);
/** The clock up to which we have everything of `client`; 0 when it is unknown. */
uint64_t crdt_state(const CrdtDoc *doc, uint64_t client);

typedef struct CrdtStats {
    uint64_t clients;        /* that have written */
    uint64_t structs;        /* items and collected ranges */
    uint64_t items;          /* of these: not collected */
    uint64_t nodes;          /* shared types, roots included */
    uint64_t deleted_ranges; /* ranges of the delete set */
    uint64_t bytes;          /* memory held from the allocator */
    uint64_t content_bytes;  /* of these: text and values, including what is no longer reachable */
    uint64_t pending_bytes;  /* waiting for missing structs or deletes */
} CrdtStats;
/** Counts. Cost: O(clients + structs). */
CrdtStats crdt_stats(const CrdtDoc *doc);

/* ---- Updates without a document -------------------------------------------------------------- */

/** Checks that the bytes are an update that crdt_apply would accept, and nothing follows it. */
CrdtErr crdt_validate_update(CrdtBytes update, CrdtFault *ret_fault);
/** Checks an encoded state vector. */
CrdtErr crdt_validate_state_vector(CrdtBytes state_vector, CrdtFault *ret_fault);

/** Appends one update that does what all of `updates` do together (Yjs mergeUpdates): overlaps
 *  removed, gaps kept as Skip structs. Adjacent runs are joined too, so the result is often much
 *  smaller than the one of Yjs, and equal in effect.
 *  Cost: O(n log n) structs. *ret_bad (may be NULL) is the index of the update that is malformed.
 *  */
CrdtErr crdt_merge_updates(const CrdtBytes *updates, size_t count, CrdtBuf *out, size_t *ret_bad,
                           CrdtFault *ret_fault);
/** The same for a stream of updates that need not all be held: give them one by one. Holds about twice
 *  the bytes of the result. Cost: O(n log n) bytes in all. */
typedef struct CrdtMerge CrdtMerge;
CrdtErr crdt_merge_open(const CrdtAllocator *allocator, CrdtMerge **ret);
/** Takes an update; it is not kept. Fails: CRDT_MALFORMED, CRDT_LIMIT, CRDT_NOMEM: what came before
 *  stays. */
CrdtErr crdt_merge_add(CrdtMerge *merge, CrdtBytes update, CrdtFault *ret_fault);
/** Appends the result; the merge is empty then. Fails: CRDT_NOMEM, CRDT_LIMIT: nothing is lost. */
CrdtErr crdt_merge_finish(CrdtMerge *merge, CrdtBuf *out);
/** NULL is fine. */
void crdt_merge_close(CrdtMerge *merge);

/** Appends the part of `update` that a replica with `state_vector` lacks, with all its deletes (Yjs
 *  diffUpdate). */
CrdtErr crdt_diff_update(CrdtBytes update, CrdtBytes state_vector, CrdtBuf *out,
                         CrdtFault *ret_fault);
/** Appends the state vector that an empty replica has after `update` (Yjs
 *  encodeStateVectorFromUpdate): clients that do not start at 0 are left out, a Skip ends a client.
 *  */
CrdtErr crdt_state_vector_from_update(CrdtBytes update, CrdtBuf *out, CrdtFault *ret_fault);

/** Appends the update in format v2 (Yjs convertUpdateFormatV1ToV2), which is smaller uncompressed. */
CrdtErr crdt_update_to_v2(CrdtBytes update, CrdtBuf *out, CrdtFault *ret_fault);
/** Appends an update of format v2 in format v1 (Yjs convertUpdateFormatV2ToV1), checked as
 *  crdt_validate_update does. Fails: CRDT_MALFORMED; CRDT_LIMIT, also when a few bytes would expand to
 *  more than 64 times as many (and 64 KiB). */
CrdtErr crdt_update_from_v2(CrdtBytes update_v2, CrdtBuf *out, CrdtFault *ret_fault);

/** One entry of a state vector. Read the count with crdt_read_varuint, then the entries. */
CrdtErr crdt_read_state_entry(CrdtBytes *in, uint64_t *ret_client, uint64_t *ret_clock);

/* ---- Reading: nodes and values --------------------------------------------------------------- */

/** One shared type in a document; a plain value, compare with ==. id 0 is "none". It stays
 *  meaningful for the life of the document; once its type is deleted it reads as empty and refuses
 *  writes with CRDT_KIND. */
typedef struct CrdtNode {
    uint32_t id;
} CrdtNode;
#ifdef __cplusplus
#define CRDT_NONE (CrdtNode{ 0 })
#else
#define CRDT_NONE ((CrdtNode){ 0 })
#endif

/** Kinds of shared types. The numbers up to 6 are those of the wire. */
typedef enum CrdtKind {
    CRDT_ARRAY = 0,
    CRDT_MAP = 1,
    CRDT_TEXT = 2,
    CRDT_XML_ELEMENT = 3,
    CRDT_XML_FRAGMENT = 4,
    CRDT_XML_HOOK = 5,
    CRDT_XML_TEXT = 6,
    CRDT_ROOT = 15, /* a root: the wire does not say what it is; read it as what you know it to be
                       */
} CrdtKind;

/** The root of that name, or CRDT_NONE when nothing has mentioned it yet. Cost: O(1). */
CrdtNode crdt_root(const CrdtDoc *doc, CrdtBytes name);
/** The i-th root in order of first mention, or CRDT_NONE; `ret_name` may be NULL. */
CrdtNode crdt_root_at(const CrdtDoc *doc, size_t i, CrdtBytes *ret_name);

CrdtKind crdt_node_kind(const CrdtDoc *doc, CrdtNode node);
/** Name of an XmlElement or XmlHook as written, else empty. */
CrdtBytes crdt_node_name(const CrdtDoc *doc, CrdtNode node);
/** False for CRDT_NONE and for a type that is deleted, itself or with an ancestor. */
bool crdt_node_is_live(const CrdtDoc *doc, CrdtNode node);
/** The node it is a child or an entry of; CRDT_NONE for roots. */
CrdtNode crdt_node_parent(const CrdtDoc *doc, CrdtNode node);
/** Units: UTF-16 length of a text (embeds count 1), number of children of the others. Cost: O(1).
 *  */
uint64_t crdt_length(const CrdtDoc *doc, CrdtNode node);

typedef enum CrdtValueKind {
    CRDT_VALUE_UNDEFINED = 0,
    CRDT_VALUE_NULL,
    CRDT_VALUE_BOOL,
    CRDT_VALUE_NUMBER,
    CRDT_VALUE_BIGINT,
    CRDT_VALUE_STRING,
    CRDT_VALUE_BINARY,
    CRDT_VALUE_ARRAY,
    CRDT_VALUE_OBJECT,
    CRDT_VALUE_NODE,   /* a shared type: `node` */
    CRDT_VALUE_SUBDOC, /* an embedded document, kept opaque; `text` is its guid */
} CrdtValueKind;

/** One value: an attribute, an array element, a mark, an embed. A view into the document. */
typedef struct CrdtValue {
    CrdtValueKind kind;
    bool boolean;    /* BOOL */
    bool is_json;    /* how `raw` is written: JSON text (marks, embeds) or lib0 Any (everything
                        else) */
    CrdtNode node;   /* NODE */
    double number;   /* NUMBER */
    int64_t bigint;  /* BIGINT */
    CrdtBytes text;  /* STRING from Any, BINARY, SUBDOC: the bytes; STRING from JSON: only if it
                        holds no escapes, else at == NULL: use crdt_value_text */
    CrdtBytes raw;   /* as encoded */
} CrdtValue;

/** Appends the value as JSON, as JSON.stringify would show it: undefined becomes null, and a field
 *  that is undefined is left out; binary an
 *  object of numbers, bigint its digits, a node what crdt_node_json says, a subdocument {}. */
CrdtErr crdt_value_json(const CrdtDoc *doc, const CrdtValue *value, CrdtBuf *out);
/** Appends the value as text: strings unescaped, other scalars as JavaScript's String() shows them,
 *  arrays and objects as JSON. */
CrdtErr crdt_value_text(const CrdtDoc *doc, const CrdtValue *value, CrdtBuf *out);
/** True when it is a string with exactly this text. Never allocates. */
bool crdt_value_is(const CrdtValue *value, CrdtBytes text);
/** Finds `key` in an OBJECT, either form; false when it is absent or not an object. Never
 *  allocates. Cost: O(bytes). */
bool crdt_value_field(const CrdtValue *object, CrdtBytes key, CrdtValue *ret);

/** The options of a SUBDOC, an OBJECT: {"gc":false,"autoLoad":true,"meta":…}, defaults left out. False
 *  when it is none. */
bool crdt_subdoc_options(const CrdtValue *subdoc, CrdtValue *ret);

/** Where an iteration stands; start with { 0 }. Changing the document ends every iteration. */
typedef struct CrdtCursor {
    uint32_t item;
    uint32_t offset; /* units */
    uint32_t byte;   /* the same in the item's content */
    bool started;
} CrdtCursor;

/** The next child of an Array, XmlFragment or XmlElement (nodes and values), false at the end. */
bool crdt_child_next(const CrdtDoc *doc, CrdtNode node, CrdtCursor *cursor, CrdtValue *ret);
/** The child at `index`; false beyond the end. Cost: O(items). */
bool crdt_child_at(const CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtValue *ret);
/** The next entry of a Map, or attribute of an Xml type or Text, in order of first appearance in
 *  this replica. */
bool crdt_entry_next(const CrdtDoc *doc, CrdtNode node, CrdtCursor *cursor, CrdtBytes *ret_key,
                     CrdtValue *ret);
/** The entry or attribute of that key; false when there is none. Cost: O(1). */
bool crdt_get(const CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtValue *ret);

/** A formatting mark on text: {"bold": {}} is key "bold", value {}. Never null (that would be its
 *  end). */
typedef struct CrdtMark {
    CrdtBytes key;
    CrdtValue value; /* is_json */
} CrdtMark;

/** A stretch of text with the same marks, or one embed, or one node inside a text. */
typedef struct CrdtRun {
    CrdtBytes text;      /* UTF-8; empty for embeds and nodes. Valid until the next crdt_runs_next
                            */
    bool is_embed;       /* then `embed` holds the value (or the node) */
    CrdtValue embed;
    uint64_t units;      /* length in UTF-16 code units */
    const CrdtMark *marks; /* in the order in which they were opened; valid until the next
                              crdt_runs_next */
    size_t mark_count;
} CrdtRun;

/** Reads a Text or XmlText as runs (Yjs toDelta). Zero-initialise with .doc and .node, call next
 *  until false, then done. */
typedef struct CrdtRuns {
    const CrdtDoc *doc;
    CrdtNode node;
    CrdtErr err;         /* why next stopped early: CRDT_OK or CRDT_NOMEM */
    struct { uint32_t item; bool started; CrdtBuf text; CrdtMark *marks; size_t count, cap; } state;
} CrdtRuns;
bool crdt_runs_next(CrdtRuns *runs, CrdtRun *ret);
void crdt_runs_done(CrdtRuns *runs);

/** Appends the characters of a Text or XmlText without marks (Yjs Text.toString). Cost: O(items +
 *  bytes). */
CrdtErr crdt_text(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out);
/** Appends the delta as JSON: [{"insert":"…","attributes":{…}}, …]; a nested node as {"insert": its
 *  crdt_node_json}. */
CrdtErr crdt_text_delta(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out);
/** Appends an Xml type as Yjs toString does: attributes by key, names in lower case, marks as
 *  elements. Yjs does not escape, so this is for comparing and debugging, **never** for showing to
 *  people. */
CrdtErr crdt_xml(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out);
/** Appends the node as Yjs toJSON shows it: Array [], Map {}, texts and Xml types as a string.
 *  `as` says how to read a root; other nodes know what they are (pass CRDT_ROOT). */
CrdtErr crdt_node_json(const CrdtDoc *doc, CrdtNode node, CrdtKind as, CrdtBuf *out);
/** Appends the children of an XmlFragment or XmlElement as ProseMirror JSON, the way y-prosemirror
 *  reads them:
 *  {"type":"doc","content":[{"type":"paragraph","attrs":{…},
 *   "content":[{"type":"text","text":"…","marks":[…]}]}]}.
 *  A mark named `name--hash` is read as `name`. Fails: CRDT_NOMEM, CRDT_LIMIT beyond 1,000 levels.
 *  */
CrdtErr crdt_prosemirror_json(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out);

/* ---- Writing --------------------------------------------------------------------------------- */

/*  Everything between crdt_begin and crdt_commit is one transaction of our client. A transaction
 * cannot be undone: a CRDT has no way back, so validate first. A write that fails with CRDT_RANGE
 * or CRDT_KIND has changed nothing. */

/** Opens a transaction. Fails: CRDT_BUSY when one is open. */
CrdtErr crdt_begin(CrdtDoc *doc);
/** Closes the transaction, collects garbage, and appends the update that tells peers what changed;
 *  nothing is appended when nothing changed. On CRDT_NOMEM the transaction is closed but the update
 *  was not written: crdt_encode_diff against the state vector from before gives it. `out` may be
 *  NULL. */
CrdtErr crdt_commit(CrdtDoc *doc, CrdtBuf *out);

/** The root of that name, made when nothing has mentioned it yet (this alone sends nothing to
 *  peers). Works outside transactions too. Fails: CRDT_NOMEM. */
CrdtErr crdt_root_make(CrdtDoc *doc, CrdtBytes name, CrdtNode *ret);

/** As an index: after the last. */
#define CRDT_END UINT64_MAX

/** A mark or attribute to write; `json` is JSON text: {"bold", "{}"}, {"link", "{\"href\":\"/\"}"};
 *  "null" ends a mark. */
typedef struct CrdtAttr {
    CrdtBytes key;
    CrdtBytes json;
} CrdtAttr;

/** Inserts text at `index` of a Text or XmlText. `attrs` == NULL: as the text before it is marked;
 *  otherwise exactly these marks (count 0: none). Fails: CRDT_RANGE (beyond the end or inside a
 *  surrogate pair), CRDT_KIND, CRDT_MALFORMED (not UTF-8, a value not JSON), CRDT_NOMEM.
 *  Source: Yjs YText.insert. Cost: O(items before the index, from the nearest known place). */
CrdtErr crdt_text_insert(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes text,
                         const CrdtAttr *attrs, size_t attr_count);
/** Inserts an embed (any JSON value but null), which counts one unit. */
CrdtErr crdt_text_embed(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes json,
                        const CrdtAttr *attrs, size_t attr_count);
/** Deletes `units` from `index` on; marks that no longer cover anything go too (as Yjs does
 *  locally). */
CrdtErr crdt_text_delete(CrdtDoc *doc, CrdtNode node, uint64_t index, uint64_t units);
/** Sets marks on a range; a value of null removes the mark. */
CrdtErr crdt_text_format(CrdtDoc *doc, CrdtNode node, uint64_t index, uint64_t units,
                         const CrdtAttr *attrs, size_t attr_count);

/** Sets an entry of a Map, or an attribute of an Xml type, to a JSON value. */
CrdtErr crdt_set(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtBytes json);
/** The same for a string, without writing it as JSON first. */
CrdtErr crdt_set_string(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtBytes text);
CrdtErr crdt_set_binary(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtBytes bytes);
/** Puts a new shared type there. `name` only for CRDT_XML_ELEMENT and CRDT_XML_HOOK. */
CrdtErr crdt_set_node(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtKind kind, CrdtBytes name,
                      CrdtNode *ret);
/** Puts a subdocument there, known by its guid. `options` is a JSON object (empty: none) as Yjs writes
 *  it: gc false, autoLoad true, meta. Only its place is kept here; its content is a document of its
 *  own. Fails: CRDT_MALFORMED, and as crdt_set. */
CrdtErr crdt_set_subdoc(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtBytes guid,
                        CrdtBytes options);
/** Removes the entry or attribute; one that is not there is fine. */
CrdtErr crdt_unset(CrdtDoc *doc, CrdtNode node, CrdtBytes key);

/** Inserts the elements of a JSON array (`[1,"two",null]`) at `index` of an Array. */
CrdtErr crdt_insert(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes json_array);
CrdtErr crdt_insert_binary(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes bytes);
/** Inserts a new shared type as a child of an Array, XmlFragment, XmlElement (or inside a Text, as
 *  an embed). */
CrdtErr crdt_insert_node(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtKind kind, CrdtBytes name,
                         CrdtNode *ret);
/** Inserts a subdocument into an Array. */
CrdtErr crdt_insert_subdoc(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes guid,
                           CrdtBytes options);
/** Deletes `count` children from `index` on. Fails: CRDT_RANGE when there are fewer. */
CrdtErr crdt_delete(CrdtDoc *doc, CrdtNode node, uint64_t index, uint64_t count);

/** Inserts ProseMirror JSON into an XmlFragment or XmlElement, the way y-prosemirror stores it: a
 *  node becomes an XmlElement with its attrs (null ones left out), neighbouring text nodes one
 *  XmlText, marks its formatting with the mark's attrs as value.
 *  `json`: one node, an array of nodes, or a {"type":"doc"} whose content is taken. Everything is
 *  checked before anything is written. Marks of the same name on one text (overlapping marks) get
 *  y-prosemirror's suffix only when there is more than one.
 *  Fails: CRDT_MALFORMED (not JSON, or not of this shape), CRDT_LIMIT (deeper than
 *  CRDT_MAX_VALUE_DEPTH), CRDT_RANGE, CRDT_KIND, CRDT_NOMEM. Whether the schema of the editor
 *  accepts it is the caller's business: editors delete what it does not. */
CrdtErr crdt_insert_prosemirror(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes json,
                                CrdtFault *ret_fault);

/* ---- Where a node hangs ---------------------------------------------------------------------- */

/** The place of a node in its parent. */
typedef struct CrdtPlace {
    CrdtNode parent; /* CRDT_NONE: it is a root, and `key` is its name */
    bool by_key;     /* an entry or attribute `key`, else the child at `index` */
    CrdtBytes key;
    uint64_t index;  /* units */
} CrdtPlace;

/** False when the node is not live. Cost: O(items before it). Climbing parent by parent gives the
 *  path from the root (Yjs getPathTo). */
bool crdt_node_place(const CrdtDoc *doc, CrdtNode node, CrdtPlace *ret);
/** Appends the path from the root as JSON: ["root", 3, "key"]. Fails: CRDT_KIND when the node is not
 *  live, CRDT_NOMEM. */
CrdtErr crdt_node_path(const CrdtDoc *doc, CrdtNode node, CrdtBuf *out);

/* ---- Observation: what a transaction changed ------------------------------------------------- */

/** One node that a transaction changed (Yjs YEvent). What was made or deleted together with its
 *  parent has no event of its own: it is in the parent's delta. */
typedef struct CrdtEvent {
    CrdtNode node;
    bool children; /* its text or its children: crdt_event_delta */
    bool keys;     /* its entries or attributes: crdt_event_keys */
} CrdtEvent;

/** What one transaction changed. Everything here is valid only while the observer runs. */
typedef struct CrdtChanges {
    CrdtDoc *doc;  /* as it is now; reads only: writes, applies and new observers are CRDT_BUSY */
    bool local;    /* this replica wrote (crdt_commit, undo); false: an update was applied */
    bool lost;     /* memory ran out: `events` is not complete, so read the document anew */
    uint64_t origin; /* what crdt_set_origin said last */
    const CrdtEvent *events; /* each node once, in no particular order */
    size_t count;
    struct CrdtWatch *watch; /* the library's */
} CrdtChanges;

/** Somebody who is told of changes. */
typedef struct CrdtObserver CrdtObserver;
typedef void CrdtObserverFn(void *context, CrdtChanges *changes);

/** Calls `fn` at the end of each transaction that changed something, before what it deleted is
 *  collected (so that old values can still be read), within the crdt_apply or crdt_commit that
 *  caused it. Cost while somebody observes: O(structs that the transaction added or deleted) a
 *  transaction; nothing otherwise. Ends with crdt_unobserve or the document. Fails: CRDT_NOMEM,
 *  CRDT_BUSY inside an observer.
 *  Source: Yjs observeDeep. Tested by: observe_test.c, undo.mjs. */
CrdtErr crdt_observe(CrdtDoc *doc, CrdtObserverFn *fn, void *context, CrdtObserver **ret);
/** Ends it. NULL is fine. Not inside an observer. */
void crdt_unobserve(CrdtDoc *doc, CrdtObserver *observer);
/** A number that the next transactions carry to observers and undo managers: who or what caused
 *  them (Yjs transaction origin). 0 at first. */
void crdt_set_origin(CrdtDoc *doc, uint64_t origin);
/** The origin of what crdt_undo and crdt_redo do. */
#define CRDT_ORIGIN_UNDO UINT64_MAX

typedef enum CrdtDeltaKind { CRDT_RETAIN, CRDT_INSERT, CRDT_DELETE } CrdtDeltaKind;

/** One step of a delta, which leads from the old content of a node to the new. */
typedef struct CrdtDelta {
    CrdtDeltaKind kind;
    uint64_t units;
    CrdtBytes text;          /* INSERT of text */
    const CrdtValue *values; /* INSERT of children (an embed or node in a text: one); NULL for text */
    const CrdtMark *marks;   /* text: INSERT: all that hold; RETAIN: those that changed, null: gone */
    size_t mark_count;
} CrdtDelta;

/** What happened to the text or the children of a changed node (Yjs YEvent.delta). A RETAIN without
 *  marks at the end is left out. Valid while the observer runs. Fails: CRDT_NOMEM. Cost: O(items of
 *  the node). */
CrdtErr crdt_event_delta(CrdtChanges *changes, CrdtNode node, const CrdtDelta **ret,
                         size_t *ret_count);

typedef enum CrdtKeyAction { CRDT_KEY_ADDED, CRDT_KEY_UPDATED, CRDT_KEY_DELETED } CrdtKeyAction;

/** One entry or attribute that changed; crdt_get gives the new value. */
typedef struct CrdtKeyChange {
    CrdtBytes key;
    CrdtKeyAction action;
    bool has_old;  /* false when it was added */
    CrdtValue old; /* a node as it was is empty by now */
} CrdtKeyChange;
/** Which entries or attributes changed (Yjs YEvent.keys). One that was set and removed again is left
 *  out. Valid while the observer runs. Fails: CRDT_NOMEM. Cost: O(keys of the node). */
CrdtErr crdt_event_keys(CrdtChanges *changes, CrdtNode node, const CrdtKeyChange **ret,
                        size_t *ret_count);
/** Appends {"path":[…],"delta":[…],"keys":{"k":{"action":"update","oldValue":…}}}. Fails:
 *  CRDT_NOMEM, CRDT_LIMIT. */
CrdtErr crdt_event_json(CrdtChanges *changes, const CrdtEvent *event, CrdtBuf *out);

/* ---- Relative positions ---------------------------------------------------------------------- */

/** A place that stays where it is while others edit: before (assoc ≥ 0) or after (assoc < 0) a
 *  certain unit, or the end (the start) of a node. Bytes and JSON are those of Yjs, so cursors and
 *  comments of browsers can be read. */
typedef struct CrdtPosition {
    bool has_item, has_type; /* neither: the end of the root `root` */
    uint64_t item_client, item_clock;
    uint64_t type_client, type_clock;
    CrdtBytes root;
    int64_t assoc;
} CrdtPosition;

/** The position at `index` of a node (Yjs createRelativePositionFromTypeIndex); `root` is a view
 *  into the document. Fails: CRDT_KIND, CRDT_RANGE beyond the end. Cost: O(items before it). */
CrdtErr crdt_position_at(const CrdtDoc *doc, CrdtNode node, uint64_t index, int64_t assoc,
                         CrdtPosition *ret);
/** Where it is now; false when that is not known (yet), or collected. In a deleted node, and
 *  of an entry of a map, the index is 0. What an undo of this replica brought back is followed (Yjs
 *  createAbsolutePositionFromRelativePosition). Changes nothing but caches, and so needs the lock
 *  of a write. */
bool crdt_position_find(CrdtDoc *doc, const CrdtPosition *position, CrdtNode *ret_node,
                        uint64_t *ret_index);
/** Appends the bytes of Yjs encodeRelativePosition. */
CrdtErr crdt_position_encode(const CrdtPosition *position, CrdtBuf *out);
/** Reads them; `root` is a view into the input. Fails: CRDT_MALFORMED. */
CrdtErr crdt_position_decode(CrdtBytes bytes, CrdtPosition *ret, CrdtFault *ret_fault);
/** Appends the JSON form: {"type":{"client":1,"clock":2},"tname":…,"item":…,"assoc":0}. */
CrdtErr crdt_position_json(const CrdtPosition *position, CrdtBuf *out);
/** Reads the JSON form. `name` gets the root's name, into which `root` is a view. Fails:
 *  CRDT_MALFORMED, CRDT_NOMEM. */
CrdtErr crdt_position_from_json(CrdtBytes json, CrdtBuf *name, CrdtPosition *ret);

/* ---- Snapshots and past states --------------------------------------------------------------- */

/** Appends a snapshot: the delete set and the state vector (Yjs encodeSnapshot). It names a state of
 *  this document without holding it. */
CrdtErr crdt_snapshot(CrdtDoc *doc, CrdtBuf *out);
/** Checks one. */
CrdtErr crdt_validate_snapshot(CrdtBytes snapshot, CrdtFault *ret_fault);
/** The same in format v2 (Yjs encodeSnapshotV2), and back. Fails: CRDT_MALFORMED, CRDT_NOMEM. */
CrdtErr crdt_snapshot_to_v2(CrdtBytes snapshot, CrdtBuf *out, CrdtFault *ret_fault);
CrdtErr crdt_snapshot_from_v2(CrdtBytes snapshot_v2, CrdtBuf *out, CrdtFault *ret_fault);
/** Appends the state that the snapshot names as an update (v1). Fails: CRDT_MALFORMED · CRDT_RANGE:
 *  the document does not have it, or no longer: something that was visible then has been collected
 *  (open it with keep_deleted to read all old states). Source: Yjs createDocFromSnapshot. */
CrdtErr crdt_encode_snapshot(CrdtDoc *doc, CrdtBytes snapshot, CrdtBuf *out, CrdtFault *ret_fault);
/** Opens the state that the snapshot names as a document of its own. */
CrdtErr crdt_open_snapshot(CrdtDoc *doc, CrdtBytes snapshot, const CrdtOptions *options,
                           CrdtDoc **ret, CrdtFault *ret_fault);
/** True in *ret when everything in `update` is in the snapshot (Yjs snapshotContainsUpdate). */
CrdtErr crdt_snapshot_contains(CrdtBytes snapshot, CrdtBytes update, bool *ret,
                               CrdtFault *ret_fault);

/** Makes `node` what `past_node` is in another document, usually an earlier state of the same one,
 *  by new edits of ours: what both still have stays (with its cursors and comments), what is newer is
 *  deleted, what was deleted since is written again. Inside a transaction. `past` is only read, and
 *  need not share any history; nothing of it is kept.
 *  Fails: CRDT_KIND, CRDT_BUSY, CRDT_NOMEM. Cost: O(items of both). */
CrdtErr crdt_restore(CrdtDoc *doc, CrdtNode node, CrdtDoc *past, CrdtNode past_node);
/** The same, but marks of texts and attributes for whose key `keep` is true stay where they were put
 *  since: comments, for one, are no part of what a version says. What is written again has those it
 *  had. */
typedef bool CrdtKeepFn(void *context, CrdtBytes key);
CrdtErr crdt_restore_except(CrdtDoc *doc, CrdtNode node, CrdtDoc *past, CrdtNode past_node,
                            CrdtKeepFn *keep, void *context);

/* ---- Undo ------------------------------------------------------------------------------------ */

/** Takes edits back by new edits, and brings them again (Yjs UndoManager): others' edits stay. */
typedef struct CrdtUndo CrdtUndo;

typedef struct CrdtUndoOptions {
    const CrdtNode *scope;   /* edits in these nodes and below count; copied */
    size_t scope_count;      /* 0: the whole document */
    const uint64_t *origins; /* transactions of these origins count (crdt_set_origin); copied */
    size_t origin_count;     /* 0: origin 0 */
    bool remote;             /* true: those that came as updates too, else only ours */
    int64_t capture_ms;      /* edits within this time of each other are one step; needs now_ms */
    int64_t (*now_ms)(void *context); /* NULL: every transaction is a step */
    void *context;
    bool overwrite_keys; /* true: an undo may replace a newer value of a key that somebody else set */
} CrdtUndoOptions;

/** Begins to remember. What remembered edits delete is not collected until crdt_undo_clear or
 *  close. Fails: CRDT_NOMEM, CRDT_BUSY. */
CrdtErr crdt_undo_open(CrdtDoc *doc, const CrdtUndoOptions *options, CrdtUndo **ret);
/** Forgets all. NULL is fine. Must come before crdt_close. */
void crdt_undo_close(CrdtUndo *undo);
/** Takes the last step back that still changes something, and appends the update for the others;
 *  *ret (may be NULL) says whether there was one. Fails: CRDT_BUSY, CRDT_NOMEM. */
CrdtErr crdt_undo(CrdtUndo *undo, CrdtBuf *out, bool *ret);
/** Brings back what was undone last. A new edit forgets what could be redone. */
CrdtErr crdt_redo(CrdtUndo *undo, CrdtBuf *out, bool *ret);
/** Steps that can be undone and redone. */
size_t crdt_undo_count(const CrdtUndo *undo);
size_t crdt_redo_count(const CrdtUndo *undo);
/** The next edit begins a new step. */
void crdt_undo_split(CrdtUndo *undo);
/** Forgets all steps; what they kept may be collected after the next load. */
void crdt_undo_clear(CrdtUndo *undo);

/** Takes back what an update did, whenever that was: what it inserted is deleted, what it deleted is
 *  written again as far as its content is still there (keep_deleted, or remembered by an undo
 *  manager). In a transaction of its own; appends the update for the others. Fails: CRDT_MALFORMED,
 *  CRDT_BUSY, CRDT_NOMEM. */
CrdtErr crdt_revert(CrdtDoc *doc, CrdtBytes update, CrdtBuf *out, CrdtFault *ret_fault);

/* ---- y-protocols: sync ----------------------------------------------------------------------- */

/** What stands after y-websocket's message type 0. */
typedef enum CrdtSyncKind {
    CRDT_SYNC_STEP1 = 0,  /* payload: a state vector; answer with step 2 */
    CRDT_SYNC_STEP2 = 1,  /* payload: an update, the answer to step 1 */
    CRDT_SYNC_UPDATE = 2, /* payload: an update */
} CrdtSyncKind;

/** The first number of a y-websocket frame. */
typedef enum CrdtMessageKind {
    CRDT_MESSAGE_SYNC = 0,
    CRDT_MESSAGE_AWARENESS = 1,
    CRDT_MESSAGE_AUTH = 2,
    CRDT_MESSAGE_QUERY_AWARENESS = 3,
} CrdtMessageKind;

/** Reads one sync message from the front of *in. `ret_payload` is a view into the input; it is not
 *  decoded here.
 *  Fails: CRDT_MALFORMED (cut off, unknown kind). */
CrdtErr crdt_sync_read(CrdtBytes *in, CrdtSyncKind *ret_kind, CrdtBytes *ret_payload);
/** Appends step 1 with our state vector. */
CrdtErr crdt_sync_write_step1(CrdtDoc *doc, CrdtBuf *out);
/** Appends step 2 that answers a step 1 with this state vector. Fails: CRDT_MALFORMED, CRDT_NOMEM.
 *  */
CrdtErr crdt_sync_write_step2(CrdtDoc *doc, CrdtBytes state_vector, CrdtBuf *out);
/** Appends an update message around update bytes, which are not checked. */
CrdtErr crdt_sync_write_update(CrdtBytes update, CrdtBuf *out);

/* ---- y-protocols: awareness ------------------------------------------------------------------ */

/** Who is here, with cursors: a JSON state per client that nobody stores. Last writer per client by
 *  its clock. */
typedef struct CrdtAwareness CrdtAwareness;

/** Awareness of people is outdated after this time without a sign of them. */
#define CRDT_AWARENESS_TIMEOUT_MS 30000

typedef struct CrdtAwarenessOptions {
    const CrdtAllocator *allocator; /* copied; NULL: malloc */
    size_t max_state_bytes;         /* of one JSON state; default 64 KiB */
    size_t max_clients;             /* default 4096 */
} CrdtAwarenessOptions;

CrdtErr crdt_awareness_open(const CrdtAwarenessOptions *options, CrdtAwareness **ret);
void crdt_awareness_close(CrdtAwareness *awareness);

typedef enum CrdtPresence { CRDT_PRESENCE_ADDED, CRDT_PRESENCE_UPDATED,
                           CRDT_PRESENCE_REMOVED } CrdtPresence;

/** Called for each client that an update changed. `json`: the new state, empty when removed; valid
 *  during the call. */
typedef void CrdtPresenceFn(void *context, uint64_t client, CrdtPresence what, CrdtBytes json);

/** Applies an awareness update (what stands in message type 1). The whole is checked first; on
 *  failure nothing changed. An entry counts when its clock is greater than the known one, or equal
 *  and it says "gone". `changed` may be NULL.
 *  Units: now_ms is any steady or wall clock in milliseconds, the same in every call.
 *  Fails: CRDT_MALFORMED (`ret_fault`), CRDT_LIMIT, CRDT_NOMEM. Source: y-protocols
 *  applyAwarenessUpdate. */
CrdtErr crdt_awareness_apply(CrdtAwareness *awareness, CrdtBytes update, int64_t now_ms,
                             CrdtPresenceFn *changed, void *context, CrdtFault *ret_fault);

/** One entry of an awareness update, for a server that checks or rewrites what people say about
 *  themselves. */
typedef struct CrdtAwarenessEntry {
    uint64_t client;
    uint64_t clock;
    CrdtBytes json; /* "null" when gone */
} CrdtAwarenessEntry;
/** Reads the count with crdt_read_varuint first, then each entry. Checks that `json` is UTF-8 and
 *  JSON. */
CrdtErr crdt_awareness_read_entry(CrdtBytes *in, CrdtAwarenessEntry *ret);
CrdtErr crdt_awareness_write_entry(CrdtBuf *out, const CrdtAwarenessEntry *entry);

/** The state of a client; false when it is not here. `ret_json` and `ret_clock` may be NULL. */
bool crdt_awareness_get(const CrdtAwareness *awareness, uint64_t client, CrdtBytes *ret_json,
                        uint64_t *ret_clock);
/** The i-th client that is here; false beyond the last. Any change may reorder them. */
bool crdt_awareness_at(const CrdtAwareness *awareness, size_t i, uint64_t *ret_client,
                       CrdtBytes *ret_json);
size_t crdt_awareness_count(const CrdtAwareness *awareness);

/** Appends an update with everyone who is here; appends nothing when nobody is. */
CrdtErr crdt_awareness_encode(const CrdtAwareness *awareness, CrdtBuf *out);
/** Appends an update with these clients, also those that were removed. Unknown ones are left out.
 *  */
CrdtErr crdt_awareness_encode_clients(const CrdtAwareness *awareness, const uint64_t *clients,
                                      size_t count, CrdtBuf *out);

/** Removes one client (its connection closed) and appends the update that tells the others; their
 *  clock rule accepts it because the clock stays and the state is null. Nothing happens when it is
 *  not here. `out` may be NULL. */
CrdtErr crdt_awareness_remove(CrdtAwareness *awareness, uint64_t client, CrdtBuf *out);
/** Removes everyone of whom nothing was heard for CRDT_AWARENESS_TIMEOUT_MS, calls `changed` for
 *  each, and appends one update (nothing when nobody left). Call it every few seconds. */
CrdtErr crdt_awareness_expire(CrdtAwareness *awareness, int64_t now_ms, CrdtPresenceFn *changed,
                              void *context, CrdtBuf *out);

#ifdef __cplusplus
}
#endif

#endif

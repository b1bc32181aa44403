#include "document/places.h"
#include <sodium.h>
#include "base/utf8.h"
#include "document/storage.h"

enum { MAX_DEPTH = 48 };

SHAPE(place_shape, Place, "A place in the text: words of one block, or a block without text",
    FIELD(Place, text, NULLABLE | MULTILINE, "The words, as they stand in one block; U+FFFC for what is no text", .max = 20000),
    FIELD(Place, at, 0, "About how many UTF-16 units of text stand before them"),
    FIELD(Place, node, NULLABLE, "For a block without text: its type (image, liveBlock, table …)", .max = 40),
    FIELD(Place, index, 0, "Which of that type, from 0"));

/* A block that holds text: its pieces in order, and all of it with U+FFFC for pieces that are no text. */
typedef struct Piece { CrdtNode text; int64_t from, units; } Piece;
typedef struct Block { Str text; int64_t start; LIST(Piece) pieces; } Block;
typedef struct Atom { CrdtNode node; Str type; } Atom;
typedef struct Look {
    Arena *arena;
    CrdtDoc *doc;
    LIST(Block) blocks;
    LIST(Atom) elements;
    int64_t units;
    CrdtErr err;
} Look;

static bool holds_text(const Look *l, CrdtNode node)
{
    CrdtCursor c = { 0 };
    CrdtValue v;
    while (crdt_child_next(l->doc, node, &c, &v))
        if (v.kind == CRDT_VALUE_NODE && crdt_node_kind(l->doc, v.node) == CRDT_XML_TEXT) return true;
    return false;
}

static void read_block(Look *l, CrdtNode node)
{
    Block *b = list_add(l->arena, &l->blocks);
    Buf all = buf_new(l->arena, DOC_MAX_BYTES);
    CrdtCursor c = { 0 };
    CrdtValue v;
    *b = (Block){ .start = l->units };
    int64_t at = 0;
    while (crdt_child_next(l->doc, node, &c, &v)) {
        bool text = v.kind == CRDT_VALUE_NODE && crdt_node_kind(l->doc, v.node) == CRDT_XML_TEXT;
        int64_t units = text ? (int64_t)crdt_length(l->doc, v.node) : 1;
        if (text) {
            auto_crdt_buf plain = { 0 };
            if (!l->err) l->err = crdt_text(l->doc, v.node, &plain);
            buf_add(&all, str_of_buf(&plain));
            *list_add(l->arena, &b->pieces) = (Piece){ v.node, at, units };
        } else buf_add(&all, S("\xEF\xBF\xBC"));
        at += units;
    }
    b->text = buf_str(&all);
    l->units += at;
}

static void walk(Look *l, CrdtNode node, int depth)
{
    CrdtCursor c = { 0 };
    CrdtValue v;
    if (depth > MAX_DEPTH) return;
    if (holds_text(l, node)) read_block(l, node);
    while (crdt_child_next(l->doc, node, &c, &v)) {
        if (v.kind != CRDT_VALUE_NODE || crdt_node_kind(l->doc, v.node) != CRDT_XML_ELEMENT) continue;
        *list_add(l->arena, &l->elements) = (Atom){ v.node, str_of_bytes(crdt_node_name(l->doc, v.node)) };
        walk(l, v.node, depth + 1);
    }
}

/* -- the mark ---------------------------------------------------------------------------------------------------------- */

/* The key under which editors keep a mark that may overlap others of its type (y-tiptap, hashOfJSON), so that the first
 *  edit beside it does not write it anew. */
Str document_mark_key(Arena *a, Str thread)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char text[16];
    Buf b = buf_new(a, 4096);
    buf_fmt(&b, "\x76\x02\x04type\x77\x07" "comment\x05" "attrs\x76\x01\x02id\x77%c", (int)thread.len);
    buf_add(&b, thread);
    crypto_hash_sha256(digest, (const unsigned char *)buf_str(&b).at, buf_str(&b).len);
    for (size_t i = 6; i < sizeof digest; i++) digest[i % 6] ^= digest[i];
    sodium_bin2base64(text, sizeof text, digest, 6, sodium_base64_VARIANT_ORIGINAL);
    return arena_fmt(a, "comment--%s", text);
}

static int64_t units_before(Str text, size_t bytes) { return (int64_t)utf8_width_utf16(str_sub(text, 0, bytes)); }

typedef struct Found { const Block *block; int64_t from, units; } Found;

/** The occurrence that is nearest to where it was seen. */
static bool find_text(const Look *l, const Place *p, Found *ret)
{
    int64_t best = INT64_MAX;
    list_each(&l->blocks, i) {
        const Block *b = &l->blocks.at[i];
        for (size_t from = 0; from < b->text.len;) {
            ptrdiff_t hit = str_find(str_sub(b->text, from, b->text.len), p->text);
            if (hit < 0) break;
            int64_t at = units_before(b->text, from + (size_t)hit), off = llabs(b->start + at - p->at);
            if (off < best) {
                best = off;
                *ret = (Found){ b, at, (int64_t)utf8_width_utf16(p->text) };
            }
            from += (size_t)hit + 1;
        }
    }
    return best != INT64_MAX;
}

static CrdtErr mark_text(Look *l, const Found *f, CrdtAttr mark)
{
    for (size_t i = 0; i < f->block->pieces.len; i++) {
        const Piece *p = &f->block->pieces.at[i];
        int64_t from = f->from > p->from ? f->from : p->from, to = f->from + f->units, end = p->from + p->units;
        if (to > end) to = end;
        if (from >= to) continue;
        CrdtErr e = crdt_text_format(l->doc, p->text, (uint64_t)(from - p->from), (uint64_t)(to - from), &mark, 1);
        if (e) return e;
    }
    return CRDT_OK;
}

static const Atom *find_node(const Look *l, const Place *p)
{
    int64_t n = 0;
    list_each(&l->elements, i)
        if (str_eq(l->elements.at[i].type, p->node) && n++ == p->index) return &l->elements.at[i];
    return NULL;
}

static CrdtErr mark_node(Look *l, const Atom *atom, Str thread)
{
    CrdtValue v;
    Str ids = thread;
    if (crdt_get(l->doc, atom->node, CRDT_STR("comments"), &v)) {
        auto_crdt_buf old = { 0 };
        if (crdt_value_text(l->doc, &v, &old)) return CRDT_NOMEM;
        if (old.len && old.len < 2000) ids = arena_fmt(l->arena, STR_FMT " " STR_FMT, STR_ARG(str_of_buf(&old)), STR_ARG(thread));
    }
    return crdt_set_string(l->doc, atom->node, CRDT_STR("comments"), bytes_of(ids));
}

Err document_mark(Cx *cx, Str id, Str thread, const Places *places)
{
    auto_crdt_buf update = { 0 };
    int64_t revision;
    CrdtNode root;
    Stored stored = { 0 };
    if (thread.len > 100) bug("a thread is a UUID");
    TRY(storage_load(cx, id, INT64_MAX, NULL, &stored));
    auto_crdt doc = stored.doc;
    Look l = { .arena = cx->arena, .doc = doc };
    CrdtErr e = crdt_root_make(doc, crdt_str("default"), &root);
    if (!e) walk(&l, root, 0);
    if (!e) e = l.err;
    Str key = document_mark_key(cx->arena, thread), value = arena_fmt(cx->arena, "{\"id\":\"" STR_FMT "\"}", STR_ARG(thread));
    if (!e) e = crdt_begin(doc);
    if (e) return crdt_failed(cx->arena, e, NULL, "marking a place");
    bool found = true;
    for (size_t i = 0; i < places->len && found && !e; i++) {
        const Place *p = &places->at[i];
        Found at;
        const Atom *atom = NULL;
        found = p->text.len ? find_text(&l, p, &at) : (atom = find_node(&l, p)) != NULL;
        if (found) e = p->text.len ? mark_text(&l, &at, (CrdtAttr){ bytes_of(key), bytes_of(value) }) : mark_node(&l, atom, thread);
    }
    CrdtErr end = crdt_commit(doc, &update);
    if (e || end) return crdt_failed(cx->arena, e ? e : end, NULL, "marking a place");
    if (!found) return fail(cx->arena, ERR_CONFLICT, "the text changed meanwhile: select it again");
    return update.len ? storage_append(cx, id, str_of_buf(&update), S(""), S(""), cx->now_ms + 2000, &revision) : OK;
}

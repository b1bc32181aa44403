/** A version brought back as new edits. Blocks that say the same are left alone, with what is suggested in them. A block that is still there is made what it was
 *  by the ids of its content (crdt_restore), so that what both have stays, with cursors and comments; one that is gone is written
 *  anew. By ids alone the second time would write again what the first time wrote, because that has ids of its own. */
#include "document/clean.h"
#include "document/document.h"
#include "document/storage.h"
#include "document/tree.h"

typedef struct Side {
    CrdtDoc *doc;
    CrdtNode root;
    DocNode *tree;
    Strs texts;                        /* what each block that counts says */
    BlockPlaces at;                    /* where it stands among all of them */
    CrdtPosition *ids;                 /* of its element; none: has_type false */
    CrdtNode *nodes;
    uint8_t *same;                     /* stands on the other side too */
    bool matches;                      /* the node's children are the blocks of the tree, one by one */
} Side;

static void read_ids(Arena *a, Side *s)
{
    CrdtCursor cursor = { 0 };
    CrdtValue child;
    size_t i = 0;
    uint64_t n = 0;
    s->ids = arena_array(a, CrdtPosition, s->at.len + 1);
    s->nodes = arena_array(a, CrdtNode, s->at.len + 1);
    s->same = arena_array(a, uint8_t, s->at.len + 1);
    for (; crdt_child_next(s->doc, s->root, &cursor, &child); n++) {
        if (i >= s->at.len || s->at.at[i] != n) continue;
        if (child.kind == CRDT_VALUE_NODE) {
            s->nodes[i] = child.node;
            if (crdt_position_at(s->doc, child.node, 0, 0, &s->ids[i])) s->ids[i].has_type = false;
        }
        i++;
    }
    s->matches = n == s->tree->children.len;
}

static bool same_block(const Side *a, size_t i, const Side *b, size_t k)
{
    const CrdtPosition *x = &a->ids[i], *y = &b->ids[k];
    return x->has_type && y->has_type && x->type_client == y->type_client && x->type_clock == y->type_clock &&
           crdt_node_kind(a->doc, a->nodes[i]) == crdt_node_kind(b->doc, b->nodes[k]);
}

static bool is_comment(void *ctx, CrdtBytes key)
{
    (void)ctx;
    Str k = str_of_bytes(key);
    return str_eq(k, S("comment")) || str_eq(k, S("comments")) || str_starts(k, S("comment--"));
}

static CrdtErr delete_blocks(Side *s, size_t from, size_t to)
{
    CrdtErr e = CRDT_OK;
    for (; !e && to > from; to--) e = crdt_delete(s->doc, s->root, s->at.at[to - 1], 1);
    return e;
}

/** Makes blocks [i, i_end) of now what blocks [k, k_end) of then were, from the end on, so that places before them stay. */
static CrdtErr restore_run(Arena *a, Side *now, size_t i, size_t i_end, const Side *then, size_t k, size_t k_end, CrdtFault *fault)
{
    CrdtErr e = CRDT_OK;
    while (!e && k_end > k) {
        size_t at = i_end;
        k_end--;
        while (at > i && !same_block(now, at - 1, then, k_end)) at--;
        if (at == i) {
            Str json = tree_blocks_json(a, then->tree, then->at.at[k_end], then->at.at[k_end] + 1);
            e = crdt_insert_prosemirror(now->doc, now->root, i_end ? now->at.at[i_end - 1] + 1 : 0, bytes_of(json), fault);
            continue;
        }
        e = delete_blocks(now, at, i_end);
        if (!e) e = crdt_restore_except(now->doc, now->nodes[at - 1], then->doc, then->nodes[k_end], is_comment, NULL);
        i_end = at - 1;
    }
    return e ? e : delete_blocks(now, i, i_end);
}

static CrdtErr restore_blocks(Arena *a, Side *now, const Side *then, CrdtFault *fault)
{
    size_t i = now->at.len, k = then->at.len;
    while (i || k) {
        size_t i_end = i, k_end = k;
        while (i && !now->same[i - 1]) i--;
        while (k && !then->same[k - 1]) k--;
        CrdtErr e = restore_run(a, now, i, i_end, then, k, k_end, fault);
        if (e) return e;
        while (i && k && now->same[i - 1] && then->same[k - 1]) i--, k--;
    }
    return CRDT_OK;
}

/** True when the document says what it said then. */
static Err says(Cx *cx, CrdtDoc *doc, bool plain, const Side *then, bool *ret)
{
    CrdtNode root;
    DocNode *tree;
    Strs texts = { 0 };
    BlockPlaces at = { 0 };
    TRY(tree_of(cx, doc, &root, &tree));
    TRY(tree_block_texts(cx, tree, plain, &texts, &at));
    *ret = texts.len == then->texts.len;
    for (size_t i = 0; *ret && i < texts.len; i++) *ret = str_eq(texts.at[i], then->texts.at[i]);
    return OK;
}

Err document_restore(Cx *cx, Str id, int64_t revision)
{
    Stored present = { 0 }, past = { 0 };
    Side now = { 0 }, then = { 0 };
    int64_t written;
    bool same;
    CrdtFault fault = { 0 };
    TRY(storage_load(cx, id, INT64_MAX, NULL, &present));
    auto_crdt doc = now.doc = present.doc;
    TRY(storage_load(cx, id, revision, NULL, &past));
    auto_crdt old = then.doc = past.doc;
    auto_crdt_buf update = { 0 };
    TRY(tree_of(cx, doc, &now.root, &now.tree));
    TRY(tree_of(cx, old, &then.root, &then.tree));
    bool plain = doc_suggestions(then.tree) == 0;
    TRY(tree_block_texts(cx, now.tree, plain, &now.texts, &now.at));
    TRY(tree_block_texts(cx, then.tree, plain, &then.texts, &then.at));
    read_ids(cx->arena, &now);
    read_ids(cx->arena, &then);
    if (!now.matches || !then.matches) return document_replace(cx, id, then.tree);
    tree_align(cx->arena, &now.texts, &then.texts, now.same, then.same);
    CrdtErr e = crdt_begin(doc);
    if (!e) e = restore_blocks(cx->arena, &now, &then, &fault);
    CrdtErr end = crdt_commit(doc, &update);
    if (e || end) return crdt_failed(cx->arena, e ? e : end, &fault, "restoring a version");
    TRY(says(cx, doc, plain, &then, &same));
    if (!same) return document_replace(cx, id, then.tree);
    if (update.len == 0) return OK;
    return storage_append(cx, id, str_of_buf(&update), cx->actor.id, S(""), cx->now_ms + 2000, &written);
}

/** Documents as features use them: create, read, replace. What many people write at once goes through rooms (room.c);
 *  what Hindsight writes goes straight to the log, and open rooms hear of it like of an edit on another node. */
#include "document/document.h"
#include "app/app.h"
#include "base/map.h"
#include "document/align.h"
#include "document/clean.h"
#include "document/late.h"
#include "document/room.h"
#include "document/storage.h"
#include "document/tree.h"
#include "sql.gen.h"

static const char root_name[] = "default";

Err tree_of(Cx *cx, CrdtDoc *doc, CrdtNode *ret_root, DocNode **ret)
{
    auto_crdt_buf json = { 0 };
    CrdtErr e = crdt_root_make(doc, crdt_str(root_name), ret_root);
    if (!e) e = crdt_prosemirror_json(doc, *ret_root, &json);
    if (e) return crdt_failed(cx->arena, e, NULL, "reading a document");
    return doc_from_json(cx->arena, str_of_buf(&json), ret);
}

/** Writes the first content; appends the update of it. */
static CrdtErr write_content(CrdtDoc *doc, CrdtNode root, Str json, CrdtBuf *update, CrdtFault *fault)
{
    CrdtErr e = crdt_begin(doc);
    if (!e) e = crdt_insert_prosemirror(doc, root, 0, bytes_of(json), fault);
    CrdtErr end = crdt_commit(doc, update);
    return e ? e : end;
}

Err document_create(Cx *cx, Str id, const DocNode *content)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_add);
    stmt_str(&q, "id", id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    auto_crdt doc = NULL;
    auto_crdt_buf update = { 0 };
    CrdtNode root;
    CrdtFault fault = { 0 };
    CrdtErr e = crdt_open(NULL, &doc);
    if (!e) e = crdt_root_make(doc, crdt_str(root_name), &root);
    if (!e) e = write_content(doc, root, doc_json(cx->arena, content), &update, &fault);
    if (e) return crdt_failed(cx->arena, e, &fault, "writing the first content");
    int64_t revision;
    TRY(storage_append(cx, id, str_of_buf(&update), S(""), S(""), cx->now_ms + 2000, &revision));
    return storage_snapshot(cx, id, revision, str_of_buf(&update));
}

Err document_read_at(Cx *cx, Str id, int64_t revision, DocNode **ret)
{
    TRY(document_read_whole(cx, id, revision, ret));
    doc_clean(cx->arena, *ret);
    return OK;
}

Err document_read_whole(Cx *cx, Str id, int64_t revision, DocNode **ret)
{
    Stored s = { 0 };
    TRY(storage_load(cx, id, revision, NULL, &s));
    auto_crdt doc = s.doc;
    CrdtNode root;
    return tree_of(cx, doc, &root, ret);
}

Err document_read(Cx *cx, Str id, DocNode **ret) { return document_read_at(cx, id, INT64_MAX, ret); }

static uint64_t count_children(const CrdtDoc *doc, CrdtNode root)
{
    CrdtCursor cursor = { 0 };
    CrdtValue child;
    uint64_t n = 0;
    while (crdt_child_next(doc, root, &cursor, &child)) n++;
    return n;
}

/* Of a copy, because cleaning is in place. */
Err tree_block_texts(Cx *cx, const DocNode *doc, bool plain, Strs *ret, BlockPlaces *at)
{
    DocNode *copy;
    list_each(&doc->children, i) {
        if (plain && doc_is_suggested(doc->children.at[i])) continue;
        *list_add(cx->arena, at) = i;
        DocNode one = { .type = S("doc"), .children = { .at = &doc->children.at[i], .len = 1, .room = 1 } };
        TRY(doc_from_json(cx->arena, doc_json(cx->arena, &one), &copy));
        if (plain) doc_clean(cx->arena, copy);
        else doc_without_comments(cx->arena, copy);
        *list_add(cx->arena, ret) = doc_json(cx->arena, copy);
    }
    return OK;
}

static uint32_t *block_ids(Arena *a, Map *known, const Strs *texts)
{
    uint32_t *ids = arena_array(a, uint32_t, texts->len + 1);
    list_each(texts, i) {
        uint32_t *id = map_get(known, texts->at[i]);
        if (!id) {
            id = arena_make(a, uint32_t);
            *id = (uint32_t)map_len(known) + 1;
            map_set(known, texts->at[i], id);
        }
        ids[i] = *id;
    }
    return ids;
}

void tree_align(Arena *a, const Strs *x, const Strs *y, uint8_t *ret_x, uint8_t *ret_y)
{
    Map *known = map_new(a);
    uint32_t *p = block_ids(a, known, x), *q = block_ids(a, known, y);
    align(a, p, x->len, q, y->len, ret_x, ret_y);
}

Str tree_blocks_json(Arena *a, const DocNode *doc, size_t from, size_t to)
{
    DocNode some = { .type = S("doc"), .children = { .at = doc->children.at + from, .len = to - from, .room = to - from } };
    return doc_json(a, &some);
}

typedef LIST(CrdtNode) CrdtNodes;

/** Runs of blocks that differ are exchanged, from the end on, so that places before them stay what they are. With `later` the old blocks
 *  only are noted there. */
static CrdtErr write_blocks(Arena *a, CrdtDoc *doc, CrdtNode root, const DocNode *content, const BlockPlaces *at, const uint8_t *keep_old,
                            const uint8_t *keep_new, BlockPlaces *later, CrdtFault *fault)
{
    size_t i = at->len, k = content->children.len;
    while (i || k) {
        size_t i_end = i, k_end = k;
        while (i && !keep_old[i - 1]) i--;
        while (k && !keep_new[k - 1]) k--;
        CrdtErr e = CRDT_OK;
        for (size_t d = i_end; d > i && !e; d--) {
            if (later) *list_add(a, later) = at->at[d - 1];
            else e = crdt_delete(doc, root, at->at[d - 1], 1);
        }
        uint64_t place = i ? at->at[i - 1] + 1 : 0;
        if (!e && k < k_end) e = crdt_insert_prosemirror(doc, root, place, bytes_of(tree_blocks_json(a, content, k, k_end)), fault);
        if (e) return e;
        while (i && k && keep_old[i - 1] && keep_new[k - 1]) i--, k--;
    }
    return CRDT_OK;
}

/** A document on its way to another content. */
typedef struct Exchange {
    CrdtDoc *doc;
    CrdtNode root;
    DocNode *now;                  /* what it says */
    BlockPlaces at;                /* its blocks that count */
    uint8_t *keep_old, *keep_new;
    CrdtFault fault;
} Exchange;

static Err exchange_open(Cx *cx, Str id, const DocNode *content, Exchange *ret)
{
    Stored s = { 0 };
    Strs old = { 0 }, fresh = { 0 };
    BlockPlaces all = { 0 };
    TRY(storage_load(cx, id, INT64_MAX, NULL, &s));
    ret->doc = s.doc;
    TRY(tree_of(cx, s.doc, &ret->root, &ret->now));
    /* A text without suggestions takes the place of the text; what is suggested beside what stays, stays too. */
    bool plain = doc_suggestions(content) == 0;
    TRY(tree_block_texts(cx, ret->now, plain, &old, &ret->at));
    TRY(tree_block_texts(cx, content, plain, &fresh, &all));
    uint64_t n = count_children(s.doc, ret->root);
    if (n != ret->now->children.len) {
        old.len = 0;            /* not a tree of blocks: all of it is exchanged */
        ret->at.len = 0;
        for (uint64_t i = 0; i < n; i++) *list_add(cx->arena, &ret->at) = i;
    }
    ret->keep_old = arena_array(cx->arena, uint8_t, ret->at.len + 1);
    ret->keep_new = arena_array(cx->arena, uint8_t, fresh.len + 1);
    if (old.len) tree_align(cx->arena, &old, &fresh, ret->keep_old, ret->keep_new);
    return OK;
}

/** Commits, and keeps what came of it; *ret_revision stays when nothing did. */
static Err exchange_keep(Cx *cx, Str id, Exchange *x, CrdtErr e, int64_t *ret_revision)
{
    auto_crdt_buf update = { 0 };
    CrdtErr end = crdt_commit(x->doc, &update);
    if (e || end) return crdt_failed(cx->arena, e ? e : end, &x->fault, "replacing the content");
    if (update.len == 0) return OK;
    return storage_append(cx, id, str_of_buf(&update), cx->actor.id, S(""), cx->now_ms + 2000, ret_revision);
}

Err document_replace(Cx *cx, Str id, const DocNode *content)
{
    Exchange x = { 0 };
    int64_t revision;
    Err failed = exchange_open(cx, id, content, &x);
    auto_crdt doc = x.doc;
    TRY(failed);
    CrdtErr e = crdt_begin(doc);
    if (!e) e = write_blocks(cx->arena, doc, x.root, content, &x.at, x.keep_old, x.keep_new, NULL, &x.fault);
    return exchange_keep(cx, id, &x, e, &revision);
}

/** The id of the item of each block, and the block itself, while all of them stand. */
static Err name_blocks(Cx *cx, const Exchange *x, const BlockPlaces *at, LateBlocks *ret, CrdtNodes *ret_nodes)
{
    CrdtCursor cursor = { 0 };
    CrdtValue child;
    CrdtNodes all = { 0 };
    while (crdt_child_next(x->doc, x->root, &cursor, &child)) *list_add(cx->arena, &all) = child.kind == CRDT_VALUE_NODE ? child.node : CRDT_NONE;
    list_each(at, i) {
        CrdtPosition p = { 0 };
        CrdtErr e = crdt_position_at(x->doc, x->root, at->at[i], 0, &p);
        if (e || !p.has_item) return crdt_failed(cx->arena, e ? e : CRDT_RANGE, NULL, "naming a block");
        *list_add(cx->arena, ret) = (LateBlock){ p.item_client, p.item_clock, doc_plain(cx->arena, x->now->children.at[at->at[i]]) };
        *list_add(cx->arena, ret_nodes) = all.at[at->at[i]];
    }
    return OK;
}

static CrdtErr delete_nodes(const Exchange *x, const CrdtNodes *nodes)
{
    CrdtErr e = CRDT_OK;
    CrdtPlace place;
    for (size_t i = 0; i < nodes->len && !e; i++)
        if (crdt_node_place(x->doc, nodes->at[i], &place)) e = crdt_delete(x->doc, x->root, place.index, 1);
    return e;
}

Err document_replace_gently(Cx *cx, Str id, const DocNode *content)
{
    Exchange x = { 0 };
    BlockPlaces later = { 0 };
    LateBlocks blocks = { 0 };
    CrdtNodes nodes = { 0 };
    int64_t revision = 0;
    Err failed = exchange_open(cx, id, content, &x);
    auto_crdt doc = x.doc;
    TRY(failed);
    if (count_children(doc, x.root) != x.now->children.len) return document_replace(cx, id, content);
    for (size_t i = 0; i < x.at.len; i++) if (!x.keep_old[i]) *list_add(cx->arena, &later) = x.at.at[i];
    TRY(name_blocks(cx, &x, &later, &blocks, &nodes));
    later.len = 0;
    CrdtErr e = crdt_begin(doc);
    if (!e) e = write_blocks(cx->arena, doc, x.root, content, &x.at, x.keep_old, x.keep_new, &later, &x.fault);
    TRY(exchange_keep(cx, id, &x, e, &revision));
    if (!nodes.len) return OK;
    e = crdt_begin(doc);
    if (!e) e = delete_nodes(&x, &nodes);
    TRY(exchange_keep(cx, id, &x, e, &revision));
    return late_watch(cx, id, revision, &blocks);
}

Err document_log(Cx *cx, Str id, int64_t after, int64_t limit, LogEntries *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_log);
    stmt_str(&q, "document", id);
    stmt_int(&q, "after", after);
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q)) {
        LogEntry *e = list_add(cx->arena, ret);
        *e = (LogEntry){ .revision = stmt_col_int(&q, 0), .at_ms = stmt_col_int(&q, 1) };
        for (Str rest = stmt_col_str(&q, 2), one; str_next(&rest, ',', &one);)
            if (one.len) *list_add(cx->arena, &e->authors) = one;
    }
    return stmt_end(&q);
}

Err document_revision(Cx *cx, Str id, int64_t *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_get);
    stmt_str(&q, "id", id);
    int64_t revision = stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
    TRY(stmt_end(&q));
    *ret = revision;
    return OK;
}

/* ---- Telling features -------------------------------------------------------------------------------------- */

void document_on_change(App *app, DocumentChanged changed) { app->document_changed = changed; }

static bool in_list(const Strs *list, Str s)
{
    list_each(list, i)
        if (str_eq(list->at[i], s)) return true;
    return false;
}

static Err authors_between(Cx *cx, Str id, int64_t after, int64_t upto, Strs *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_authors);
    stmt_str(&q, "document", id);
    stmt_int(&q, "after", after);
    stmt_int(&q, "upto", upto);
    while (stmt_step(&q))
        for (Str rest = stmt_col_str(&q, 0), one; str_next(&rest, ',', &one);)
            if (one.len && !in_list(ret, one)) *list_add(cx->arena, ret) = one;
    return stmt_end(&q);
}

static Err set_noted(Cx *cx, void *arg)
{
    const StoredUpdate *u = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_set_noted);
    stmt_str(&q, "id", u->body);
    stmt_int(&q, "noted", u->revision);
    return stmt_exec(&q);
}

static Err tell_changed(Cx *cx, Str id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_get);
    stmt_str(&q, "id", id);
    bool found = stmt_step(&q);
    int64_t revision = found ? stmt_col_int(&q, 0) : 0, noted = found ? stmt_col_int(&q, 1) : 0;
    TRY(stmt_end(&q));
    if (!found || revision == noted || !cx->app->document_changed) return OK;
    Strs authors = { 0 };
    TRY(authors_between(cx, id, noted, revision, &authors));
    TRY(cx->app->document_changed(cx, id, authors));
    StoredUpdate told = { revision, id };
    return cx_write(cx, set_noted, &told);
}

static const JobKind jobs[] = {
    { .name = "document.changed", .run = tell_changed },
    { .name = "document.late", .run = late_job },
    { 0 },
};

const Feature document_feature = {
    .name = "document", .schema = &document_schema, .jobs = jobs,
    .serve = rooms_serve, .quiesce = rooms_quiesce, .stop = rooms_stop, .heard = rooms_heard,
};

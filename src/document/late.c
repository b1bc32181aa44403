/** Letters that come late. Hindsight exchanges a block that nobody had touched; at that moment, or on a train, somebody types into the
 *  old one, and their edit arrives when it is gone. A CRDT agrees that what is written into something deleted is deleted. People do not:
 *  such letters come back as a paragraph behind what took the block's place.
 *
 *  How they are found: what takes the place and the deletion are two rows of the log. A *shadow* is the document without the deletions;
 *  in it the old blocks live on, with everything that was typed into them since. What they say there and did not say when they went is
 *  what came late. The log decides, so it does not matter which node, which room or which restart lies between.
 *
 *  Limits: for a day after the exchange. Text only: what came late without text (a picture, a mark) is not looked for. */
#include "document/late.h"
#include "app/app.h"
#include "base/map.h"
#include "base/utf8.h"
#include "document/align.h"
#include "document/tree.h"
#include "sql.gen.h"

enum { DAY_MS = 86400000, SOON_MS = 120000, CALM_MS = 10000, BYTES_MOST = 64 << 10, WIDE = 0x3000 };

typedef struct Gone { int64_t revision, client, clock; Str said, found; } Gone;
typedef LIST(Gone) GoneList;

Err late_watch(Cx *cx, Str id, int64_t revision, const LateBlocks *blocks)
{
    auto_stmt old = stmt_begin(cx->arena, cx->store, &sql_document_late_purge);
    stmt_int(&old, "before_ms", cx->now_ms - DAY_MS);
    TRY(stmt_exec(&old));
    list_each(blocks, i) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_late_add);
        stmt_str(&q, "document", id);
        stmt_int(&q, "revision", revision);
        stmt_int(&q, "client", (int64_t)blocks->at[i].client);
        stmt_int(&q, "clock", (int64_t)blocks->at[i].clock);
        stmt_str(&q, "said", blocks->at[i].said);
        stmt_int(&q, "at_ms", cx->now_ms);
        TRY(stmt_exec(&q));
    }
    return OK;
}

Err late_expect(Cx *cx, Str id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_late_newest);
    stmt_str(&q, "document", id);
    stmt_int(&q, "since_ms", cx->now_ms - DAY_MS);
    int64_t newest = stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
    TRY(stmt_end(&q));
    if (!newest) return OK;
    return job_add(cx, "document.late", id, cx->now_ms - newest < SOON_MS ? 0 : cx->now_ms + CALM_MS, arena_fmt(cx->arena, "late:" STR_FMT, STR_ARG(id)));
}

/* ---- what came late */

/** The number of the words of a text, each a view of it: runs of letters, and every character of a script without spaces. */
static size_t words_of(Str s, Str *to)
{
    size_t n = 0;
    for (size_t i = 0, w, from; i < s.len; ) {
        uint32_t c = utf8_next(s, i, &w);
        from = i;
        i += w;
        if (c == ' ' || c == '\n') continue;
        if (c < WIDE) while (i < s.len && s.at[i] != ' ' && s.at[i] != '\n' && utf8_next(s, i, &w) < WIDE) i += w;
        to[n++] = str_sub(s, from, i - from);
    }
    return n;
}

static void numbered(Map *known, Arena *a, const Str *words, size_t n, uint32_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t *id = map_get(known, words[i]);
        if (!id) {
            id = arena_make(a, uint32_t);
            *id = (uint32_t)map_len(known) + 1;
            map_set(known, words[i], id);
        }
        ret[i] = *id;
    }
}

/** Several places: by words, because a letter is found anywhere. */
static Str late_words(Arena *a, Str was, Str is)
{
    Str *x = arena_array(a, Str, was.len + 1), *y = arena_array(a, Str, is.len + 1);
    size_t n = words_of(was, x), m = words_of(is, y);
    uint32_t *p = arena_array(a, uint32_t, n + 1), *q = arena_array(a, uint32_t, m + 1);
    uint8_t *keep_x = arena_array(a, uint8_t, n + 1), *keep_y = arena_array(a, uint8_t, m + 1);
    Map *known = map_new(a);
    Buf out = buf_new(a, is.len * 2 + 16);
    numbered(known, a, x, n, p);
    numbered(known, a, y, m, q);
    align(a, p, n, q, m, keep_x, keep_y);
    for (size_t i = 0; i < m; i++) {
        if (keep_y[i]) continue;
        if (out.len && (keep_y[i - 1] || y[i].at != y[i - 1].at + y[i - 1].len)) buf_byte(&out, ' ');
        buf_add(&out, y[i]);
    }
    return buf_str(&out);
}

/** Where the letter that holds byte i begins. */
static size_t letter_at(Str s, size_t i)
{
    while (i && i < s.len && ((unsigned char)s.at[i] & 0xC0) == 0x80) i--;
    return i;
}

Str late_letters(Arena *a, Str was, Str is)
{
    size_t from = 0, end = 0;
    was = str_sub(was, 0, BYTES_MOST);
    is = str_sub(is, 0, BYTES_MOST);
    while (from < was.len && from < is.len && was.at[from] == is.at[from]) from++;
    from = letter_at(is, from);
    while (end < was.len - from && end < is.len - from && was.at[was.len - 1 - end] == is.at[is.len - 1 - end]) end++;
    while (end && ((unsigned char)is.at[is.len - end] & 0xC0) == 0x80) end--;
    if (from + end >= is.len) return S("");
    if (from + end >= was.len) return str_trim(str_sub(is, from, is.len - from - end));      /* in one place */
    return late_words(a, was, is);
}

/* ---- the shadow */

static Err list(Cx *cx, Str id, GoneList *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_late_list);
    stmt_str(&q, "document", id);
    stmt_int(&q, "since_ms", cx->now_ms - DAY_MS);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (Gone){ stmt_col_int(&q, 0), stmt_col_int(&q, 1), stmt_col_int(&q, 2), stmt_col_str(&q, 3), stmt_col_str(&q, 4) };
    return stmt_end(&q);
}

static bool is_deletion(const GoneList *gone, int64_t revision)
{
    list_each(gone, i) if (gone->at[i].revision == revision) return true;
    return false;
}

static Err shadow_of(Cx *cx, Str id, const GoneList *gone, Stored *ret)
{
    StoredUpdates updates = { 0 };
    TRY(storage_load(cx, id, gone->at[0].revision - 1, NULL, ret));
    TRY(storage_updates(cx, id, ret->revision, &updates));
    list_each(&updates, i) {
        if (is_deletion(gone, updates.at[i].revision)) continue;
        CrdtErr e = crdt_apply(ret->doc, bytes_of(updates.at[i].body), NULL, NULL);
        if (e) return crdt_failed(cx->arena, e, NULL, "reading what came late");
    }
    return OK;
}

static bool index_of(CrdtDoc *doc, CrdtNode root, const Gone *g, uint64_t *ret)
{
    CrdtPosition at = { .has_item = true, .item_client = (uint64_t)g->client, .item_clock = (uint64_t)g->clock };
    CrdtNode node;
    return crdt_position_find(doc, &at, &node, ret) && node.id == root.id;
}

/** Who wrote since, but for Hindsight and the AI: the last of them. */
static Err author_since(Cx *cx, Str id, int64_t revision, Str *ret)
{
    LogEntries log = { 0 };
    *ret = S("");
    TRY(document_log(cx, id, revision, INT32_MAX, &log));
    list_each(&log, i)
        if (log.at[i].authors.len && !str_starts(log.at[i].authors.at[0], S("hindsight"))) *ret = log.at[i].authors.at[0];
    return OK;
}

/* ---- bringing it back */

typedef struct Mend { CrdtDoc *doc; CrdtNode root; DocNode *tree; } Mend;

static CrdtErr add_paragraph(Arena *a, Mend *m, uint64_t at, Str text)
{
    DocNode doc = { .type = S("doc") }, *p = doc_node(a, "paragraph");
    doc_text(a, p, text);
    *list_add(a, &doc.children) = p;
    return crdt_insert_prosemirror(m->doc, m->root, at, bytes_of(tree_blocks_json(a, &doc, 0, 1)), NULL);
}

/** In place of the paragraph that holds the first of it, if that still stands there as it was put, else as a new one. */
static CrdtErr bring_back(Arena *a, Mend *m, const Gone *g, Str late)
{
    uint64_t at;
    if (!index_of(m->doc, m->root, g, &at) || at > m->tree->children.len) return CRDT_OK;
    const DocNode *before = at ? m->tree->children.at[at - 1] : NULL;
    if (g->found.len && str_starts(late, g->found)) {
        bool stands = before && doc_is(before, "paragraph") && str_eq(doc_plain(a, before), g->found);
        CrdtErr e = stands ? crdt_delete(m->doc, m->root, at - 1, 1) : CRDT_OK;
        return e ? e : add_paragraph(a, m, stands ? at - 1 : at, stands ? late : str_sub(late, g->found.len, late.len));
    }
    return add_paragraph(a, m, at, late);
}

static Err note_found(Cx *cx, Str id, const Gone *g, Str late)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_late_found);
    stmt_str(&q, "document", id);
    stmt_int(&q, "client", g->client);
    stmt_int(&q, "clock", g->clock);
    stmt_str(&q, "found", late);
    return stmt_exec(&q);
}

typedef struct Found { const Gone *gone; Str late; } Found;
typedef LIST(Found) FoundList;

static Err look(Cx *cx, Str id, const GoneList *gone, FoundList *ret)
{
    Stored s = { 0 };
    CrdtNode root;
    DocNode *tree;
    Err e = shadow_of(cx, id, gone, &s);
    auto_crdt shadow = s.doc;
    TRY(e);
    TRY(tree_of(cx, shadow, &root, &tree));
    list_each(gone, i) {
        const Gone *g = &gone->at[i];
        uint64_t at;
        if (!index_of(shadow, root, g, &at) || at >= tree->children.len) continue;
        Str late = late_letters(cx->arena, g->said, doc_plain(cx->arena, tree->children.at[at]));
        if (late.len && !str_eq(late, g->found)) *list_add(cx->arena, ret) = (Found){ g, late };
    }
    return OK;
}

static Err mend(Cx *cx, void *arg)
{
    Str id = *(Str *)arg, author;
    GoneList gone = { 0 };
    FoundList found = { 0 };
    Stored s = { 0 };
    auto_crdt_buf update = { 0 };
    int64_t revision;
    TRY(list(cx, id, &gone));
    if (!gone.len) return OK;
    TRY(look(cx, id, &gone, &found));
    if (!found.len) return OK;
    TRY(author_since(cx, id, gone.at[0].revision, &author));
    TRY(storage_load(cx, id, INT64_MAX, NULL, &s));
    auto_crdt doc = s.doc;
    list_each(&found, i) {
        Mend m = { .doc = doc };
        TRY(tree_of(cx, doc, &m.root, &m.tree));
        CrdtErr e = crdt_begin(doc);
        if (!e) e = bring_back(cx->arena, &m, found.at[i].gone, found.at[i].late);
        crdt_buf_clear(&update);
        CrdtErr end = crdt_commit(doc, &update);
        if (e || end) return crdt_failed(cx->arena, e ? e : end, NULL, "bringing back what came late");
        TRY(note_found(cx, id, found.at[i].gone, found.at[i].late));
        if (update.len) TRY(storage_append(cx, id, str_of_buf(&update), author, S(""), cx->now_ms + 2000, &revision));
    }
    return OK;
}

Err late_job(Cx *cx, Str id)
{
    Str document = id;
    return cx_write(cx, mend, &document);
}

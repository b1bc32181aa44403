/** Writing text with formatting. Marks are items of their own: {bold: true} opens, {bold: null}
 *  closes.
 *  Source: Yjs YText.js (insertText, formatText, deleteText, cleanupFormattingGap), step by step,
 *  so that the same edit of the same document gives the same structs. */
#include "marks.h"

/** A place in a text and the marks that hold there. */
typedef struct Pos {
    CrdtDoc *d;
    uint32_t type;
    uint32_t left, right;
    Marks now;
    CrdtErr err;
} Pos;

static bool pos_fail(Pos *p, CrdtErr err)
{
    if (p->err == CRDT_OK)
        p->err = err;
    return false;
}

static const Item *right_item(const Pos *p)
{
    return &p->d->items[p->right];
}

static bool forward(Pos *p)
{
    const Item *it = right_item(p);
    if (it->ref == REF_FORMAT && !is_deleted(it) && !marks_apply(&p->now, it))
        return pos_fail(p, CRDT_NOMEM);
    p->left = p->right;
    p->right = it->right;
    return true;
}

/** Moves to unit `index`, cutting an item there if needed. Fails with CRDT_RANGE inside a surrogate
 *  pair. */
static CrdtErr pos_find(Pos *p, CrdtDoc *d, uint32_t type, uint64_t index)
{
    Type *t = &d->types[type];
    *p = (Pos){ .d = d, .type = type, .right = t->head, .now = { .m = &d->memory } };
    if (!t->has_format && index > 0) {
        Place at;
        CrdtErr err = place_find(d, type, index, &at);
        p->left = at.left;
        p->right = at.right;
        return err;
    }
    while (p->right != 0 && index > 0) {
        const Item *it = right_item(p);
        if (is_visible(it) && index < it->len) {
            bool split = false;
            if (it->ref == REF_STRING && it->byte_len != it->len)
                utf8_offset(it->bytes, it->byte_len, it->len, (uint32_t)index, &split);
            if (split)
                return CRDT_RANGE;
            if (item_split(d, p->right, (uint32_t)index) == 0)
                return CRDT_NOMEM;
            it = right_item(p);
        }
        index -= is_visible(it) ? it->len : 0;
        if (!forward(p))
            return p->err;
    }
    return CRDT_OK;
}

static bool put(Pos *p, Item *content)
{
    uint32_t item;
    CrdtErr err = item_write(p->d, p->type, (Place){ p->left, p->right }, content, &item);
    if (err != CRDT_OK)
        return pos_fail(p, err);
    p->right = item;
    return forward(p);
}

static bool put_format(Pos *p, const Mark *mark)
{
    Item content = { .ref = REF_FORMAT, .len = 1 };
    if (mark->shared.at != NULL) {
        content.bytes = mark->shared.at;
        content.byte_len = (uint32_t)mark->shared.len;
        return put(p, &content);
    }
    CrdtBuf buf = { .allocator = &p->d->memory.allocator };
    bool ok = write_text(&buf, mark->key.at, mark->key.len) &&
              write_text(&buf, mark->json.at, mark->json.len) &&
              arena_copy(p->d, buf.at, buf.len, &content.bytes);
    content.byte_len = (uint32_t)buf.len;
    crdt_buf_done(&buf);
    return ok ? put(p, &content) : pos_fail(p, CRDT_NOMEM);
}

/** Skips what is deleted and marks that say already what `attrs` says. */
static bool skip_same(Pos *p, const Marks *attrs)
{
    while (p->right != 0) {
        const Item *it = right_item(p);
        if (!is_deleted(it)) {
            CrdtBytes key, json;
            if (it->ref != REF_FORMAT)
                return true;
            format_parts(it, &key, &json);
            if (!json_equal_text(marks_get(attrs, key), json))
                return true;
        }
        if (!forward(p))
            return false;
    }
    return true;
}

/** Opens the marks of `attrs` that do not hold here; `undo` gets what closes them again. */
static bool open_marks(Pos *p, const Marks *attrs, Marks *undo)
{
    for (uint32_t i = 0; i < attrs->count; i++) {
        Mark now = mark_or_null(&p->now, attrs->at[i].key);
        if (json_equal_text(now.json, attrs->at[i].json))
            continue;
        if (!marks_set(undo, now))
            return pos_fail(p, CRDT_NOMEM);
        if (!put_format(p, &attrs->at[i]))
            return false;
    }
    return true;
}

static bool close_marks(Pos *p, Marks *undo)
{
    while (p->right != 0) {
        const Item *it = right_item(p);
        if (!is_deleted(it)) {
            CrdtBytes key, json;
            if (it->ref != REF_FORMAT)
                break;
            format_parts(it, &key, &json);
            const Mark *a = marks_find(undo, key);
            if (a == NULL || !json_equal_text(a->json, json))
                break;
            marks_remove(undo, key);
        }
        if (!forward(p))
            return false;
    }
    for (uint32_t i = 0; i < undo->count; i++)
        if (!put_format(p, &undo->at[i]))
            return false;
    return true;
}

static bool insert_content(Pos *p, Marks *attrs, Item *content)
{
    Marks undo = { .m = &p->d->memory };
    bool ok = true;
    for (uint32_t i = 0; ok && i < p->now.count; i++)
        if (marks_find(attrs, p->now.at[i].key) == NULL)
            ok = marks_set(attrs, (Mark){ .key = p->now.at[i].key, .json = CRDT_STR("null") }) ||
                 pos_fail(p, CRDT_NOMEM);
    ok = ok && skip_same(p, attrs) && open_marks(p, attrs, &undo) && put(p, content) &&
         close_marks(p, &undo);
    marks_done(&undo);
    return ok;
}

static bool is_format(const Pos *p)
{
    return right_item(p)->ref == REF_FORMAT;
}

/** A mark inside the range being formatted: gone, and remembered so that it goes on behind the
 *  range. */
static bool replace_mark(Pos *p, const Marks *attrs, Marks *undo, uint64_t units, bool *ret_stop)
{
    Mark mark = mark_of(right_item(p));
    const Mark *wanted = marks_find(attrs, mark.key);
    if (wanted == NULL)
        return marks_set(&p->now, mark) || pos_fail(p, CRDT_NOMEM);
    if (json_equal_text(wanted->json, mark.json)) {
        marks_remove(undo, mark.key);
    } else {
        if (units == 0) {
            *ret_stop = true;
            return true;
        }
        if (!marks_set(undo, mark))
            return pos_fail(p, CRDT_NOMEM);
    }
    item_delete(p->d, p->right);
    return true;
}

static bool format_range(Pos *p, const Marks *attrs, uint64_t units)
{
    Marks undo = { .m = &p->d->memory };
    bool ok = skip_same(p, attrs) && open_marks(p, attrs, &undo);
    while (ok && p->right != 0 &&
           (units > 0 || (undo.count > 0 && (is_deleted(right_item(p)) || is_format(p))))) {
        const Item *it = right_item(p);
        bool stop = false;
        if (!is_deleted(it) && it->ref == REF_FORMAT) {
            ok = replace_mark(p, attrs, &undo, units, &stop);
        } else if (!is_deleted(it)) {
            if (units < it->len && item_split(p->d, p->right, (uint32_t)units) == 0)
                ok = pos_fail(p, CRDT_NOMEM);
            units -= ok ? right_item(p)->len : 0;
        }
        if (!ok || stop)
            break;
        ok = forward(p);
    }
    ok = ok && close_marks(p, &undo);
    marks_done(&undo);
    return ok;
}

/** After a deletion: marks between `start` and the next visible content that no longer do anything
 *  go too. `before` holds the marks at the start; p->now those at p->right. */
static bool clean_gap(Pos *p, uint32_t start, Marks *before)
{
    CrdtDoc *d = p->d;
    Marks last = { .m = &d->memory }; /* the last mark of each key in the gap */
    uint32_t end = start;
    bool ok = true;
    for (; ok && end != 0 && !is_visible(&d->items[end]); end = d->items[end].right)
        if (!is_deleted(&d->items[end]) && d->items[end].ref == REF_FORMAT) {
            Mark mark = mark_of(&d->items[end]);
            mark.shared = (CrdtBytes){ NULL, end }; /* here: which item it is */
            ok = marks_set(&last, mark);
        }
    bool behind = false;
    for (uint32_t i = start; ok && i != end; i = d->items[i].right) {
        behind = behind || i == p->right;
        if (is_deleted(&d->items[i]) || d->items[i].ref != REF_FORMAT)
            continue;
        Mark mark = mark_of(&d->items[i]), was = mark_or_null(before, mark.key);
        if (marks_find(&last, mark.key)->shared.len != i || json_same(was.json, mark.json)) {
            item_delete(d, i);
            Mark now = mark_or_null(&p->now, mark.key);
            if (behind || !json_same(now.json, mark.json) || json_same(was.json, mark.json))
                continue;
            if (is_null(was.json))
                marks_remove(&p->now, mark.key);
            else
                ok = marks_set(&p->now, was);
        } else if (!behind) {
            ok = marks_apply(&p->now, &d->items[i]);
        }
    }
    marks_done(&last);
    return ok || pos_fail(p, CRDT_NOMEM);
}

static bool delete_range(Pos *p, uint64_t units)
{
    Marks before = { .m = &p->d->memory };
    uint32_t start = p->right;
    bool ok = marks_copy(&before, &p->now) || pos_fail(p, CRDT_NOMEM);
    while (ok && units > 0 && p->right != 0) {
        const Item *it = right_item(p);
        if (is_visible(it)) {
            if (units < it->len && item_split(p->d, p->right, (uint32_t)units) == 0) {
                ok = pos_fail(p, CRDT_NOMEM);
                break;
            }
            units -= right_item(p)->len;
            item_delete(p->d, p->right);
        }
        ok = forward(p);
    }
    if (ok && start != 0)
        ok = clean_gap(p, start, &before);
    marks_done(&before);
    return ok;
}

/* ---- the functions of crdt.h ----------------------------------------------------------------- */

static CrdtErr text_check(const CrdtDoc *d, CrdtNode node)
{
    CrdtErr err = write_check(d, node);
    CrdtKind kind = crdt_node_kind(d, node);
    if (err == CRDT_OK && kind != CRDT_TEXT && kind != CRDT_XML_TEXT && kind != CRDT_ROOT)
        return CRDT_KIND;
    return err;
}

/** Takes the caller's marks. */
static CrdtErr marks_take(Marks *s, const CrdtAttr *attrs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (utf8_units(attrs[i].key.at, attrs[i].key.len) < 0 ||
            utf8_units(attrs[i].json.at, attrs[i].json.len) < 0 || !json_valid(attrs[i].json))
            return CRDT_MALFORMED;
        Json j = { attrs[i].json.at, attrs[i].json.at + attrs[i].json.len };
        if (!marks_set(s, (Mark){ .key = attrs[i].key, .json = json_take(&j) }))
            return CRDT_NOMEM;
    }
    return CRDT_OK;
}

/** After a write without marks: the next one is probably near. */
static void remember(Pos *p, Edit e)
{
    const Type *t = &p->d->types[p->type];
    if (t->has_format)
        return;
    e.item = p->left != 0 ? p->left : t->head;
    e.start = e.index + e.come - (p->left != 0 ? units_of(&p->d->items[e.item]) : 0);
    e.behind_deleted = true;
    markers_edited(p->d, p->type, &e);
}

/** Inserts content with these marks; `attrs` NULL: as the text before it is marked. */
CrdtErr text_put(CrdtDoc *d, CrdtNode node, uint64_t index, Item *content, const CrdtAttr *attrs,
                 size_t attr_count)
{
    uint64_t length = d->types[node.id].length;
    if (index == CRDT_END)
        index = length;
    if (index > length)
        return CRDT_RANGE;
    Marks wanted = { .m = &d->memory };
    Pos p = { .d = d, .now = { .m = &d->memory } };
    CrdtErr err = marks_take(&wanted, attrs, attrs != NULL ? attr_count : 0);
    if (err == CRDT_OK)
        err = pos_find(&p, d, node.id, index);
    if (err == CRDT_OK && attrs == NULL && !marks_copy(&wanted, &p.now))
        err = CRDT_NOMEM;
    bool known = d->types[node.id].mark_item != 0;
    if (err == CRDT_OK) {
        insert_content(&p, &wanted, content);
        err = p.err;
    }
    if (err == CRDT_OK)
        remember(&p, (Edit){ .known = known, .index = (uint32_t)index, .come = content->len });
    marks_done(&wanted);
    marks_done(&p.now);
    return err;
}

CrdtErr crdt_text_insert(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes text,
                         const CrdtAttr *attrs, size_t attr_count)
{
    CrdtErr err = text_check(doc, node);
    if (err == CRDT_OK && index != CRDT_END && index > doc->types[node.id].length)
        err = CRDT_RANGE;
    if (err != CRDT_OK || text.len == 0)
        return err;
    Item content;
    err = content_string(doc, text, &content);
    return err != CRDT_OK ? err : text_put(doc, node, index, &content, attrs, attr_count);
}

CrdtErr crdt_text_embed(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes json,
                        const CrdtAttr *attrs, size_t attr_count)
{
    CrdtErr err = text_check(doc, node);
    if (err != CRDT_OK)
        return err;
    if (utf8_units(json.at, json.len) < 0 || !json_valid(json) || is_null(json))
        return CRDT_MALFORMED;
    CrdtBuf buf = { .allocator = &doc->memory.allocator };
    Item content = { .ref = REF_EMBED, .len = 1 };
    bool ok = write_text(&buf, json.at, json.len) &&
              arena_copy(doc, buf.at, buf.len, &content.bytes);
    content.byte_len = (uint32_t)buf.len;
    crdt_buf_done(&buf);
    CrdtAttr none = { 0 };
    return ok ? text_put(doc, node, index, &content, attrs != NULL ? attrs : &none,
                         attrs != NULL ? attr_count : 0)
              : CRDT_NOMEM;
}

static CrdtErr range_check(const CrdtDoc *d, CrdtNode node, uint64_t index, uint64_t units)
{
    uint64_t length = d->types[node.id].length;
    return index > length || units > length - index ? CRDT_RANGE : CRDT_OK;
}

/** CRDT_RANGE when either end is the second half of a surrogate pair. Cuts nothing. */
static CrdtErr pair_check(CrdtDoc *d, CrdtNode node, uint64_t index, uint64_t units)
{
    return place_cuts_pair(d, node.id, index + units) || place_cuts_pair(d, node.id, index)
               ? CRDT_RANGE
               : CRDT_OK;
}

CrdtErr crdt_text_delete(CrdtDoc *doc, CrdtNode node, uint64_t index, uint64_t units)
{
    Pos p = { .d = doc, .now = { .m = &doc->memory } };
    CrdtErr err = text_check(doc, node);
    if (err == CRDT_OK)
        err = range_check(doc, node, index, units);
    if (err != CRDT_OK || units == 0)
        return err;
    if ((err = pair_check(doc, node, index, units)) != CRDT_OK)
        return err;
    err = pos_find(&p, doc, node.id, index);
    uint32_t left = p.left;
    bool known = doc->types[node.id].mark_item != 0;
    if (err == CRDT_OK) {
        delete_range(&p, units);
        err = p.err;
    }
    p.left = left;
    if (err == CRDT_OK)
        remember(&p, (Edit){ .known = known, .index = (uint32_t)index, .gone = (uint32_t)units });
    marks_done(&p.now);
    return err;
}

CrdtErr crdt_text_format(CrdtDoc *doc, CrdtNode node, uint64_t index, uint64_t units,
                         const CrdtAttr *attrs, size_t attr_count)
{
    Pos p = { .d = doc, .now = { .m = &doc->memory } };
    Marks wanted = { .m = &doc->memory };
    CrdtErr err = text_check(doc, node);
    if (err == CRDT_OK)
        err = range_check(doc, node, index, units);
    if (err != CRDT_OK || units == 0)
        return err;
    if ((err = pair_check(doc, node, index, units)) != CRDT_OK)
        return err;
    err = marks_take(&wanted, attrs, attr_count);
    if (err == CRDT_OK)
        err = pos_find(&p, doc, node.id, index);
    if (err == CRDT_OK && p.right != 0) {
        format_range(&p, &wanted, units);
        err = p.err;
    }
    marks_done(&wanted);
    marks_done(&p.now);
    return err;
}

/* Between claims and the live document: what a section holds, whether a person wrote there, and what of the AI's words still stands. */
#include "base/map.h"
#include "base/time.h"
#include "document/align.h"
#include "document/document.h"
#include "document/words.h"
#include "feature/draft/draft.h"
#include "sql.gen.h"

/* ---- claims as nodes */

static void chip(Arena *a, DocNode *p, const Cited *c)
{
    char text[TIME_TEXT_MAX];
    if (!c->id.len && !c->url.len) return;
    doc_text(a, p, S(" "));
    DocNode *n = doc_add(a, p, "evidence");
    doc_attr(a, n, "kind", c->kind);
    doc_attr(a, n, "id", c->id);
    doc_attr(a, n, "title", c->title);
    if (c->occurred_ms) doc_attr(a, n, "at", str_of(time_rfc3339(c->occurred_ms, text)));
    if (doc_link_ok(c->url)) doc_attr(a, n, "url", c->url);
}

static void sentence(Arena *a, DocNode *p, const Said *s)
{
    DocNode *t = doc_text(a, p, s->text);
    if (t && s->fault.len) doc_mark_attr(a, doc_mark(a, t, "unsupported"), "why", s->why);
    list_each(&s->evidence, i) chip(a, p, &s->evidence.at[i]);
}

DocNodes sayings_nodes(Arena *a, const Sayings *all, Str form, Str locale)
{
    DocNodes to = { 0 };
    DocNode *p = NULL, *list = NULL;
    bool items = str_eq(form, S("list"));
    list_each(all, i) {
        const Said *s = &all->at[i];
        if (items) {
            if (!list) { list = doc_node(a, "bulletList"); *list_add(a, &to) = list; }
            p = doc_add(a, doc_add(a, list, "listItem"), "paragraph");
        } else if (!p || s->starts) {
            p = doc_node(a, "paragraph");
            *list_add(a, &to) = p;
        } else if (!words_zh(locale) || all->at[i - 1].evidence.len) doc_text(a, p, S(" "));
        sentence(a, p, s);
    }
    return to;
}

/* ---- places */

static bool is_section(const DocNode *n) { return doc_is(n, "heading") && (doc_get_int(n, "level", 2) <= 2 || doc_get(n, "section").len); }

SectionPlace place_of(const DocNode *doc, Str section)
{
    SectionPlace p = { 0 };
    for (size_t i = 0; i < doc->children.len; i++) {
        DocNode *n = doc->children.at[i];
        if (!p.at && is_section(n) && str_eq(doc_get(n, "section"), section)) p = (SectionPlace){ i, i + 1, i + 1, n };
        else if (p.at && is_section(n)) break;
        else if (p.at) p.to = i + 1;
    }
    return p;
}

static Str markdown_of(Arena *a, DocNode *const *at, size_t n)
{
    Str text;
    DocNode doc = { .type = S("doc"), .children = { .at = (DocNode **)(uintptr_t)at, .len = n, .room = n } };
    return render_markdown(a, &doc, &text).info ? S("") : str_trim(text);
}

Str place_text(Arena *a, const DocNode *doc, Str section)
{
    SectionPlace p = place_of(doc, section);
    return p.at ? markdown_of(a, doc->children.at + p.from, p.to - p.from) : S("");
}

/** What the template said there when it was filled in again, or nothing. */
static Err refilled(Cx *cx, Str report, Str section, Str *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_refill_get);
    stmt_str(&q, "report", report);
    stmt_str(&q, "section", section);
    if (stmt_step(&q)) *ret = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

Err place_touched(Cx *cx, const Draft *d, const DocNode *doc, bool *ret)
{
    Str now = place_text(cx->arena, doc, d->section), again = S("");
    DocNode *first;
    *ret = false;
    if (!now.len || (d->placed.len && str_eq(now, d->placed))) return OK;
    TRY(refilled(cx, d->report_id, d->section, &again));
    if (again.len && str_eq(now, again)) return OK;
    Err e = document_read_at(cx, d->report_id, 1, &first);
    if (err_is(e, ERR_NOT_FOUND)) { *ret = true; return OK; }
    TRY(e);
    *ret = !str_eq(now, place_text(cx->arena, first, d->section));
    return OK;
}

/** An empty paragraph stays behind what is put there: somebody may be about to write in it, and what they type then is not lost. */
static bool is_blank(const DocNode *n) { return doc_is(n, "paragraph") && !n->children.len; }

/** The text with these nodes in a section, in place of what stands there or below it. */
static DocNode *place_exchange(Arena *a, const DocNode *doc, SectionPlace p, const DocNodes *nodes, PlaceHow how)
{
    DocNode *now = doc_node(a, "doc");
    for (size_t i = 0; i < (how == PLACE_BELOW ? p.to : p.from); i++) *list_add(a, &now->children) = doc->children.at[i];
    list_each(nodes, i) *list_add(a, &now->children) = nodes->at[i];
    size_t before = now->children.len;
    for (size_t i = p.from; how != PLACE_BELOW && i < p.to; i++)
        if (is_blank(doc->children.at[i])) *list_add(a, &now->children) = doc->children.at[i];
    if (!nodes->len && how != PLACE_BELOW && now->children.len == before) doc_add(a, now, "paragraph");
    for (size_t i = p.to; i < doc->children.len; i++) *list_add(a, &now->children) = doc->children.at[i];
    return now;
}

Err place_put(Cx *cx, Draft *d, const Sayings *all, Str locale, PlaceHow how, bool *ret_placed)
{
    Arena *a = cx->arena;
    DocNode *clean, *doc;
    bool touched;
    *ret_placed = false;
    TRY(document_read(cx, d->report_id, &clean));
    TRY(place_touched(cx, d, clean, &touched));
    if (how == PLACE_IF_UNTOUCHED && touched) return OK;
    TRY(document_read_whole(cx, d->report_id, INT64_MAX, &doc));
    SectionPlace p = place_of(doc, d->section);
    if (!p.at) return fail(a, ERR_CONFLICT, "%s", "this section is no longer in the text");
    DocNodes nodes = sayings_nodes(a, all, d->form, locale);
    DocNode *now = place_exchange(a, doc, p, &nodes, how);
    Cx ai = *cx;
    ai.actor.id = S(ACCOUNT_AI);
    TRY(document_replace_gently(&ai, d->report_id, now));
    d->placed = markdown_of(a, nodes.at, nodes.len);
    *ret_placed = true;
    return OK;
}

static Err refill_note(Cx *cx, Str report, Str section, Str text)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_refill_put);
    stmt_str(&q, "report", report);
    stmt_str(&q, "section", section);
    stmt_str(&q, "filled", text);
    return stmt_exec(&q);
}

Err place_refill(Cx *cx, Str report, const DocNode *wanted)
{
    Arena *a = cx->arena;
    DocNode *clean, *doc;
    Drafts rows = { 0 };
    size_t changed = 0;
    TRY(document_read(cx, report, &clean));
    TRY(document_read_whole(cx, report, INT64_MAX, &doc));
    TRY(draft_list(cx, report, &rows));
    list_each(&wanted->children, i) {
        Str section = is_section(wanted->children.at[i]) ? doc_get(wanted->children.at[i], "section") : S("");
        SectionPlace from = place_of(wanted, section), to = place_of(doc, section);
        Draft d = { .report_id = report, .section = section };
        bool touched;
        if (!section.len || !to.at) continue;
        list_each(&rows, k) if (str_eq(rows.at[k].section, section)) d.placed = rows.at[k].placed;
        TRY(place_touched(cx, &d, clean, &touched));
        Str says = place_text(a, wanted, section);
        if (touched || d.placed.len || str_eq(says, place_text(a, clean, section))) continue;
        DocNodes nodes = { wanted->children.at + from.from, from.to - from.from, from.to - from.from };
        doc = place_exchange(a, doc, to, &nodes, PLACE_IF_UNTOUCHED);
        TRY(refill_note(cx, report, section, says));
        changed++;
    }
    if (!changed) return OK;
    TRY(document_replace_gently(cx, report, doc));
    return report_noted(cx, report);
}

/* ---- what still stands */

/** Words, and each Chinese character, as numbers. */
static size_t words_in(Arena *a, Map *known, Str text, uint32_t **ret)
{
    uint32_t *ids = arena_array(a, uint32_t, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        if ((unsigned char)text.at[i] >= 0xE3) i += i + 3 <= text.len ? 3 : 1;
        else while (i < text.len && text.at[i] != ' ' && text.at[i] != '\n' && (unsigned char)text.at[i] < 0xE3) i++;
        if (i == from) { i++; continue; }
        Str word = str_sub(text, from, i - from);
        uint32_t *id = map_get(known, word);
        if (!id) {
            id = arena_make(a, uint32_t);
            *id = (uint32_t)map_len(known) + 1;
            map_set(known, word, id);
        }
        ids[n++] = *id;
    }
    *ret = ids;
    return n;
}

/** Chips are not words. */
static Str without_chips(Arena *a, Str markdown)
{
    Buf b = buf_new(a, markdown.len + 16);
    DocNode *doc;
    Str text;
    if (import_markdown(a, markdown, &doc).info || render_text(a, doc, &text).info) return markdown;
    buf_add(&b, text);
    return buf_str(&b);
}

int64_t place_kept(Arena *a, const Draft *d, const DocNode *doc)
{
    if (!d->placed.len) return -1;
    Map *known = map_new(a);
    uint32_t *was, *is;
    size_t n = words_in(a, known, without_chips(a, d->placed), &was), m = words_in(a, known, without_chips(a, place_text(a, doc, d->section)), &is), kept = 0;
    uint8_t *keep_was = arena_array(a, uint8_t, n + 1), *keep_is = arena_array(a, uint8_t, m + 1);
    if (!n) return -1;
    align(a, was, n, is, m, keep_was, keep_is);
    for (size_t i = 0; i < n; i++) kept += keep_was[i];
    return (int64_t)(kept * 100 / n);
}

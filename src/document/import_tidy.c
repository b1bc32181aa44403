/* After md4c: the tree as the editor's schema wants it (document/import.h). */
#include <unicode/uchar.h>
#include "base/utf8.h"
#include "document/import.h"
#include "document/markdown.h"

/* -- links that stand for nodes ---------------------------------------------------------------------------------------- */

bool import_is_special(Str title)
{
    return str_starts(title, S("mention:")) || str_starts(title, S("time:")) || str_starts(title, S("evidence:"))
        || str_starts(title, S("live:"));
}

static Str last_part(Arena *a, Str href)
{
    Str rest = href, part = S("");
    while (str_next(&rest, '/', &part)) {}
    return percent_decoded(a, part);
}

static void attr_if(Arena *a, DocNode *n, const char *name, Str value)
{
    if (value.len) doc_attr(a, n, name, value);
}

void import_special(Arena *a, DocNode *home, Str text, Str href, Str title)
{
    Str about = str_after(title, ':');
    text = import_plain(a, text);
    if (str_starts(title, S("mention:"))) {
        DocNode *n = doc_add(a, home, "mention");
        attr_if(a, n, "kind", about);
        attr_if(a, n, "id", last_part(a, href));
        attr_if(a, n, "label", text);
    } else if (str_starts(title, S("time:"))) {
        doc_attr(a, doc_add(a, home, "timestamp"), "at", about);
    } else if (str_starts(title, S("evidence:"))) {
        DocNode *n = doc_add(a, home, "evidence");
        attr_if(a, n, "kind", percent_get(a, about, "kind"));
        attr_if(a, n, "id", percent_get(a, about, "id"));
        attr_if(a, n, "title", text);
        attr_if(a, n, "at", percent_get(a, about, "at"));
        if (doc_link_ok(href) && !str_eq(href, S("#"))) doc_attr(a, n, "url", href);
    } else {
        DocNode *n = doc_add(a, home, "liveBlock");
        attr_if(a, n, "kind", percent_get(a, about, "kind"));
        attr_if(a, n, "incident", last_part(a, href));
        Str options = percent_get(a, about, "options");
        if (!options.len) return;
        json_t *v = json_loadb(options.at, options.len, JSON_DECODE_ANY, NULL);
        if (json_is_object(v)) json_object_set_new(n->attrs, "options", v);
        else { json_decref(v); doc_attr(a, n, "options", options); }
    }
}

/* -- text -------------------------------------------------------------------------------------------------------------- */

static bool is_wide(uint32_t c)
{
    return c != UTF8_BAD && (u_hasBinaryProperty((UChar32)c, UCHAR_IDEOGRAPHIC) || (c >= 0x3000 && c <= 0x30FF) || (c >= 0xFF00 && c <= 0xFF60));
}

static uint32_t char_before(Str s, size_t i)
{
    size_t w;
    while (i > 0 && ((unsigned char)s.at[--i] & 0xC0) == 0x80) {}
    return utf8_next(s, i, &w);
}

Str import_plain(Arena *a, Str s)
{
    size_t i = 0, w;
    while (i < s.len && s.at[i] != IMPORT_SOFT[0] && s.at[i] != IMPORT_GIVEN[0]) i++;
    if (i == s.len) return s;
    Buf b = buf_new(a, s.len + 1);
    for (i = 0; i < s.len; i++) {
        if (s.at[i] == IMPORT_GIVEN[0]) continue;
        if (s.at[i] != IMPORT_SOFT[0]) { buf_byte(&b, s.at[i]); continue; }
        /* lines of Chinese are joined without a space */
        bool wide = i > 0 && i + 1 < s.len && is_wide(char_before(s, i)) && is_wide(utf8_next(s, i + 1, &w));
        if (!wide) buf_byte(&b, ' ');
    }
    return buf_str(&b);
}

static bool same_marks(const DocNode *a, const DocNode *b)
{
    if (a->marks.len != b->marks.len) return false;
    list_each(&a->marks, i) {
        const DocMark *m = doc_find_mark(b, a->marks.at[i].type.at);
        if (!m || !str_eq(doc_mark_get(m, "href"), doc_mark_get(&a->marks.at[i], "href"))) return false;
    }
    return true;
}

static void marks_sorted(DocNode *n)
{
    size_t kept = 0;
    list_each(&n->marks, i)
        if (!str_eq(n->marks.at[i].type, S("no-link"))) n->marks.at[kept++] = n->marks.at[i];
    n->marks.len = kept;
    for (size_t i = 1; i < n->marks.len; i++)
        for (size_t j = i; j > 0 && mark_rank(n->marks.at[j].type) < mark_rank(n->marks.at[j - 1].type); j--) {
            DocMark m = n->marks.at[j];
            n->marks.at[j] = n->marks.at[j - 1];
            n->marks.at[j - 1] = m;
        }
}

/* Joins neighbours of equal marks (quadratic joining is avoided by one buffer per run), then takes our signs out. */
static void texts_tidy(Arena *a, DocNode *parent)
{
    size_t kept = 0;
    list_each(&parent->children, i) marks_sorted(parent->children.at[i]);
    for (size_t i = 0; i < parent->children.len;) {
        DocNode *n = parent->children.at[i];
        size_t j = i + 1;
        if (doc_is(n, "text")) {
            while (j < parent->children.len && doc_is(parent->children.at[j], "text") && same_marks(n, parent->children.at[j])) j++;
            if (j > i + 1) {
                Buf b = buf_new(a, DOC_MAX_BYTES);
                for (size_t k = i; k < j; k++) buf_add(&b, parent->children.at[k]->text);
                n->text = buf_str(&b);
            }
            n->text = import_plain(a, n->text);
            if (!n->text.len) { i = j; continue; }
        }
        parent->children.at[kept++] = n;
        i = j;
    }
    parent->children.len = kept;
}

static void code_tidy(Arena *a, DocNode *code)
{
    Str text = doc_plain(a, code);
    if (text.len && text.at[text.len - 1] == '\n') text.len--;
    code->children.len = 0;
    doc_text(a, code, text);
}

/* -- pictures ---------------------------------------------------------------------------------------------------------- */

static void image_attrs(Arena *a, DocNode *image, Str *text)
{
    ptrdiff_t end = str_index(*text, '}');
    if (!text->len || text->at[0] != '{' || end < 0) return;
    Str pairs = str_sub(*text, 1, (size_t)end - 1), pair;
    while (str_next(&pairs, ' ', &pair)) {
        Str key = str_before(pair, '='), value = str_after(pair, '=');
        int64_t number;
        if ((str_eq(key, S("width")) || str_eq(key, S("height"))) && str_int(value, &number) && number > 0 && number < 20000)
            doc_attr_int(a, image, key.at[0] == 'w' ? "width" : "height", number);
        else if (str_eq(key, S("align")) && (str_eq(value, S("left")) || str_eq(value, S("center")) || str_eq(value, S("right"))))
            doc_attr(a, image, "align", value);
        else return;
    }
    *text = str_sub(*text, (size_t)end + 1, text->len);
}

/* Italics on the line below a picture, up to the end of its paragraph, are its caption. */
static bool caption_of(Arena *a, const DocNodes *nodes, size_t i, DocNode *image)
{
    if (i >= nodes->len || !doc_is(nodes->at[i], "text") || !str_eq(nodes->at[i]->text, S(IMPORT_SOFT))) return false;
    Buf b = buf_new(a, DOC_MAX_BYTES);
    for (size_t k = i + 1; k < nodes->len; k++) {
        if (!doc_is(nodes->at[k], "text") || !doc_has_mark(nodes->at[k], "italic")) return false;
        buf_add(&b, nodes->at[k]->text);
    }
    if (!b.len) return false;
    doc_attr(a, image, "caption", import_plain(a, buf_str(&b)));
    return true;
}

static bool is_lifted(const DocNode *n) { return doc_is(n, "image") || doc_is(n, "liveBlock"); }

/* A text block that holds pictures or live blocks → text blocks with those between them, appended to `to`. */
static void lift(Arena *a, DocNode *block, DocNodes *to)
{
    DocNode *part = NULL;
    bool heading = doc_is(block, "heading"), any = false;
    DocNodes after = { 0 };
    list_each(&block->children, i) {
        DocNode *n = block->children.at[i];
        if (!is_lifted(n)) {
            if (!part && doc_is(n, "text") && (!n->text.len || str_eq(n->text, S(IMPORT_SOFT)))) continue;
            if (!part) {
                part = arena_make(a, DocNode);
                *part = *block;
                part->children = (DocNodes){ 0 };
                *list_add(a, to) = part;
            }
            *list_add(a, &part->children) = n;
            continue;
        }
        any = true;
        *list_add(a, heading ? &after : to) = n;
        if (!heading) part = NULL;
        if (doc_is(n, "image") && i + 1 < block->children.len && doc_is(block->children.at[i + 1], "text")) {
            image_attrs(a, n, &block->children.at[i + 1]->text);
            size_t next = block->children.at[i + 1]->text.len ? i + 1 : i + 2;
            if (caption_of(a, &block->children, next, n)) break;
        }
    }
    if (!any && !part) *list_add(a, to) = block;             /* an empty paragraph */
    if (heading && any && !part) { block->children.len = 0; *list_add(a, to) = block; }
    list_each(&after, i) *list_add(a, to) = after.at[i];
}

static void lift_all(Arena *a, DocNode *parent)
{
    DocNodes lifted = { 0 };
    list_each(&parent->children, i) {
        DocNode *n = parent->children.at[i];
        if (doc_is(n, "paragraph") || doc_is(n, "heading")) lift(a, n, &lifted);
        else *list_add(a, &lifted) = n;
    }
    parent->children = lifted;
}

/* -- callouts, tasks, tables ------------------------------------------------------------------------------------------- */

static void callout_tidy(Arena *a, DocNode *quote)
{
    DocNode *first = quote->children.len ? quote->children.at[0] : NULL;
    if (!first || !doc_is(first, "paragraph") || !first->children.len || !doc_is(first->children.at[0], "text")) return;
    Buf b = buf_new(a, 64);                                  /* md4c may give "[", "!NOTE" and "]" apart */
    size_t used = 0;
    for (; used < first->children.len && b.len < 40 && doc_is(first->children.at[used], "text"); used++) {
        if (first->children.at[used]->marks.len) return;
        Str t = first->children.at[used]->text;
        if (str_eq(t, S(IMPORT_SOFT))) break;
        buf_add(&b, t);
    }
    Str sign = buf_str(&b);
    for (size_t i = 0; callout_names[i].kind; i++) {
        Str word = arena_fmt(a, "[!%s]", callout_names[i].word);
        if (!str_eq_nocase(sign, word)) continue;
        quote->type = S("callout");
        doc_attr(a, quote, "kind", str_of(callout_names[i].kind));
        if (used < first->children.len) used++;              /* the line break */
        memmove(first->children.at, first->children.at + used, (first->children.len - used) * sizeof *first->children.at);
        first->children.len -= used;
        if (!first->children.len) {
            memmove(quote->children.at, quote->children.at + 1, (quote->children.len - 1) * sizeof *quote->children.at);
            quote->children.len--;
        }
        return;
    }
}

/* A list with tasks and other items becomes lists of one kind each. */
static void lists_split(Arena *a, DocNode *parent)
{
    DocNodes out = { 0 };
    list_each(&parent->children, i) {
        DocNode *n = parent->children.at[i], *run = NULL;
        bool tasks = false;
        if (doc_is(n, "bulletList") || doc_is(n, "orderedList"))
            list_each(&n->children, k) tasks = tasks || doc_is(n->children.at[k], "taskItem");
        if (!tasks) { *list_add(a, &out) = n; continue; }
        list_each(&n->children, k) {
            DocNode *item = n->children.at[k];
            const char *type = doc_is(item, "taskItem") ? "taskList" : "bulletList";
            if (!run || !doc_is(run, type)) { run = doc_node(a, type); *list_add(a, &out) = run; }
            *list_add(a, &run->children) = item;
        }
    }
    parent->children = out;
}

static void table_tidy(DocNode *table)
{
    DocNode *head = table->children.len > 1 ? table->children.at[0] : NULL;
    if (!head) return;
    list_each(&head->children, i)
        if (!doc_is(head->children.at[i], "tableHeader") || head->children.at[i]->children.len) return;
    memmove(table->children.at, table->children.at + 1, (table->children.len - 1) * sizeof *table->children.at);
    table->children.len--;
}

static bool needs_blocks(const DocNode *n)
{
    static const char *const types[] = { "doc", "listItem", "taskItem", "blockquote", "callout", "tableCell", "tableHeader", "detailsContent", NULL };
    for (size_t i = 0; types[i]; i++)
        if (doc_is(n, types[i])) return true;
    return false;
}

static void paragraph_first(Arena *a, DocNode *n)
{
    bool item = doc_is(n, "listItem") || doc_is(n, "taskItem");
    if (n->children.len && !(item && !doc_is(n->children.at[0], "paragraph"))) return;
    doc_add(a, n, "paragraph");
    for (size_t i = n->children.len - 1; i > 0; i--) {
        DocNode *x = n->children.at[i];
        n->children.at[i] = n->children.at[i - 1];
        n->children.at[i - 1] = x;
    }
}

void import_tidy(Arena *a, DocNode *n)
{
    if (doc_is(n, "codeBlock")) { code_tidy(a, n); return; }
    if (doc_is(n, "blockquote")) callout_tidy(a, n);
    if (doc_is(n, "table")) table_tidy(n);
    bool texts = doc_is(n, "paragraph") || doc_is(n, "heading") || doc_is(n, "detailsSummary");
    if (texts) { texts_tidy(a, n); return; }
    lift_all(a, n);
    lists_split(a, n);
    list_each(&n->children, i) import_tidy(a, n->children.at[i]);
    if (needs_blocks(n)) paragraph_first(a, n);
}

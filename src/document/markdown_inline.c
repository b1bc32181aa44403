/* Inline nodes → Markdown. The hard part is emphasis: CommonMark opens and closes it by what stands around the stars, which
 * fails before CJK punctuation and between adjacent marks. So stars are written only where the rules surely hold (flanking by
 * word characters or clear space, nothing else opening or closing at the same place), else the tag of the mark.
 * Source: CommonMark 0.30 §6.2; GFM 0.29 §6.5. Tested by: markdown_test.c with random trees. */
#include <unicode/uchar.h>
#include "base/time.h"
#include "base/utf8.h"
#include "document/markdown.h"
#include "document/words.h"

typedef enum Class { SPACE, PUNCT, WORD, ODD } Class;

static Class class_of(uint32_t c)
{
    if (c == UTF8_BAD) return ODD;
    if (c < 0x80) return c <= ' ' ? SPACE : u_isalnum((UChar32)c) ? WORD : c == 0x7f ? ODD : PUNCT;
    return u_isalnum((UChar32)c) ? WORD : u_isUWhiteSpace((UChar32)c) ? SPACE : u_ispunct((UChar32)c) ? PUNCT : ODD;
}

static uint32_t last_char(Str s)
{
    size_t i = s.len, w;
    while (i > 0 && ((unsigned char)s.at[--i] & 0xC0) == 0x80) {}
    return s.len ? utf8_next(s, i, &w) : '\n';
}

static uint32_t first_char(Str s)
{
    size_t w;
    return s.len ? utf8_next(s, 0, &w) : '\n';
}

static bool alnum_at(Str s, size_t i)
{
    return i < s.len && ((s.at[i] >= '0' && s.at[i] <= '9') || ((s.at[i] | 32) >= 'a' && (s.at[i] | 32) <= 'z'));
}

static bool at_line_start(const Buf *b) { return !b->len || b->at[b->len - 1] == '\n'; }

/* Digits that would begin an ordered list: "12." or "12)". Returns where the sign stands, or 0. */
static size_t list_sign(Str s, size_t i)
{
    size_t j = i;
    while (j < s.len && s.at[j] >= '0' && s.at[j] <= '9' && j - i < 10) j++;
    return j > i && j < s.len && (s.at[j] == '.' || s.at[j] == ')') ? j : 0;
}

static bool needs_escape(Str s, size_t i, bool line_start, unsigned flags)
{
    char c = s.at[i];
    if (memchr("\\`*[]<>~|", c, 9)) return true;
    if (c == '_') return !(i > 0 && alnum_at(s, i - 1) && alnum_at(s, i + 1));
    if (c == '&') return i + 1 == s.len ? !(flags & INLINE_LAST) : alnum_at(s, i + 1) || s.at[i + 1] == '#';
    if (c == '!') return i + 1 == s.len ? !(flags & INLINE_LAST) : s.at[i + 1] == '[';
    if (c == ':') return line_start || str_starts(str_sub(s, i, 3), S("://"));
    if (c == '#') return line_start || (flags & INLINE_HEADING);
    return line_start && memchr("+-=", c, 3);
}

void markdown_escape(Buf *to, Str s, unsigned flags)
{
    size_t sign = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        bool start = at_line_start(to);
        if (start) sign = list_sign(s, i);
        if (c < ' ' || (start && c == ' ')) { if (c) buf_fmt(to, "&#%d;", c); continue; }
        if (needs_escape(s, i, start, flags) || (sign && i == sign)) buf_byte(to, '\\');
        buf_byte(to, (char)c);
    }
}

/* Spaces before a line break or the end would be dropped: the last one is written as an entity. */
static void keep_last_space(Buf *b)
{
    if (b->len && b->at[b->len - 1] == ' ') { b->len--; buf_add(b, S("&#32;")); }
}

static bool href_is_plain(Str href)
{
    for (size_t i = 0; i < href.len; i++)
        if ((unsigned char)href.at[i] <= ' ' || memchr("()<>\\&*_[]`~|", href.at[i], 13)) return false;
    return href.len > 0;
}

static void quoted_into(Buf *to, Str s, const char *escaped, unsigned flags)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c < ' ') { if (c) buf_fmt(to, "&#%d;", c); continue; }
        bool url = c == ':' && escaped[0] == '"' && i + 1 < s.len && s.at[i + 1] == '/';      /* md4c sees autolinks in titles */
        if (strchr(escaped, c) || url || (c == '|' && (flags & INLINE_TABLE))) buf_byte(to, '\\');
        buf_byte(to, (char)c);
    }
}

static void target_into(Buf *to, Str href, Str title, unsigned flags)
{
    buf_byte(to, '(');
    if (href_is_plain(href)) buf_add(to, href);
    else { buf_byte(to, '<'); quoted_into(to, href, "<>\\&*_~`[]", flags); buf_byte(to, '>'); }
    if (title.len) { buf_add(to, S(" \"")); quoted_into(to, title, "\"\\&*_~`[]<>", flags); buf_byte(to, '"'); }
    buf_byte(to, ')');
}

void markdown_link(Buf *to, Str text, Str href, Str title, unsigned flags)
{
    buf_byte(to, '[');
    markdown_escape(to, text, flags);
    keep_last_space(to);
    buf_byte(to, ']');
    target_into(to, href, title, flags);
}

void markdown_image(Arena *a, Buf *to, const DocNode *n, unsigned flags)
{
    (void)a;
    buf_add(to, S("!["));
    markdown_escape(to, doc_get(n, "alt"), flags);
    keep_last_space(to);
    buf_byte(to, ']');
    target_into(to, doc_get(n, "src"), doc_get(n, "title"), flags);
    int64_t width = doc_get_int(n, "width", 0), height = doc_get_int(n, "height", 0);
    Str align = doc_get(n, "align"), caption = doc_get(n, "caption");
    bool aligned = str_eq(align, S("left")) || str_eq(align, S("center")) || str_eq(align, S("right"));
    if (width > 0 || height > 0 || aligned) {
        const char *gap = "{";
        if (width > 0) { buf_fmt(to, "%swidth=%lld", gap, (long long)width); gap = " "; }
        if (height > 0) { buf_fmt(to, "%sheight=%lld", gap, (long long)height); gap = " "; }
        if (aligned) buf_fmt(to, "%salign=" STR_FMT, gap, STR_ARG(align));
        buf_byte(to, '}');
    }
    if (caption.len) {
        buf_add(to, flags & INLINE_TABLE ? S("<br><em>") : S("\n<em>"));
        markdown_escape(to, caption, flags);
        keep_last_space(to);
        buf_add(to, S("</em>"));
    }
}

/* -- atoms ------------------------------------------------------------------------------------------------------------- */

static void mention_into(Arena *a, Buf *to, const DocNode *n, unsigned flags)
{
    Str kind = doc_get(n, "kind");
    const char *path = str_eq(kind, S("incident")) ? "incidents" : str_eq(kind, S("report")) ? "reports"
                     : str_eq(kind, S("follow_up")) ? "follow-ups" : "people";
    Buf href = buf_new(a, DOC_MAX_BYTES);
    buf_fmt(&href, "/%s/", path);
    percent_into(&href, doc_get(n, "id"));
    buf_full_like(to, &href);
    markdown_link(to, doc_get(n, "label"), buf_str(&href), arena_fmt(a, "mention:" STR_FMT, STR_ARG(kind)), flags);
}

static void timestamp_into(Arena *a, Buf *to, const DocNode *n, unsigned flags)
{
    Str at = doc_get(n, "at");
    int64_t ms;
    Str text = time_parse(at, &ms)
             ? arena_fmt(a, STR_FMT " UTC", STR_ARG(words_time(a, ms, WORDS_DATE_TIME, S("en"), S("UTC")))) : at;
    markdown_link(to, text, S("#"), arena_fmt(a, "time:" STR_FMT, STR_ARG(at)), flags);
}

static void pairs_into(Buf *b, const DocNode *n, const char *const *keys)
{
    bool first = true;
    for (size_t i = 0; keys[i]; i++) {
        json_t *v = n->attrs ? json_object_get(n->attrs, keys[i]) : NULL;
        if (!v || json_is_null(v)) continue;
        char *text = json_is_string(v) ? NULL : json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
        Str value = text ? str_of(text) : doc_get(n, keys[i]);
        if (value.len) {
            buf_fmt(b, "%s%s=", first ? "" : "&", keys[i]);
            percent_into(b, value);
            first = false;
        }
        free(text);
    }
}

static void evidence_into(Arena *a, Buf *to, const DocNode *n, unsigned flags)
{
    static const char *const keys[] = { "kind", "id", "at", NULL };
    Buf title = buf_new(a, DOC_MAX_BYTES);
    buf_add(&title, S("evidence:"));
    pairs_into(&title, n, keys);
    buf_full_like(to, &title);
    Str url = doc_get(n, "url");
    markdown_link(to, doc_get(n, "title"), doc_link_ok(url) ? url : S("#"), buf_str(&title), flags);
}

static void live_into(Arena *a, Buf *to, const DocNode *n, unsigned flags)
{
    static const char *const keys[] = { "kind", "options", NULL };
    Buf title = buf_new(a, DOC_MAX_BYTES), href = buf_new(a, DOC_MAX_BYTES);
    buf_add(&title, S("live:"));
    pairs_into(&title, n, keys);
    buf_add(&href, S("/incidents/"));
    percent_into(&href, doc_get(n, "incident"));
    buf_full_like(to, &title);
    buf_full_like(to, &href);
    markdown_link(to, doc_get(n, "kind"), buf_str(&href), buf_str(&title), flags);
}

static void break_into(Buf *to, unsigned flags)
{
    if (flags & INLINE_ONE_LINE) { buf_add(to, S("<br>")); return; }
    keep_last_space(to);
    buf_add(to, S("\\\n"));
}

static void atom_into(Arena *a, Buf *to, const DocNode *n, unsigned flags)
{
    if (doc_is(n, "hardBreak")) break_into(to, flags);
    else if (doc_is(n, "mention")) mention_into(a, to, n, flags);
    else if (doc_is(n, "timestamp")) timestamp_into(a, to, n, flags);
    else if (doc_is(n, "evidence")) evidence_into(a, to, n, flags);
    else if (doc_is(n, "liveBlock")) live_into(a, to, n, flags);
    else markdown_escape(to, doc_plain(a, n), flags);
}

/* -- marks ------------------------------------------------------------------------------------------------------------- */

typedef LIST(DocMark) Marks;
typedef struct Item { const DocNode *node; Marks marks; } Item;       /* marks: ordered, comments left out */
typedef LIST(Item) Items;
typedef struct Span { DocMark mark; const char *close; } Span;
typedef struct Writer { Arena *arena; Buf *to; Items items; LIST(Span) open; unsigned flags; } Writer;

static bool mark_same(const DocMark *a, const DocMark *b)
{
    return str_eq(a->type, b->type) && str_eq(doc_mark_get(a, "href"), doc_mark_get(b, "href"));
}

static Marks marks_of(Arena *a, const DocNode *n)
{
    Marks list = { 0 };
    for (int rank = 0; rank < 7; rank++)
        list_each(&n->marks, i) {
            const DocMark *m = &n->marks.at[i];
            if (mark_rank(m->type) != rank) continue;
            if (rank == 0 && !doc_link_ok(doc_mark_get(m, "href"))) continue;
            if (list.len && str_eq(list.at[list.len - 1].type, m->type)) continue;
            *list_add(a, &list) = *m;
        }
    return list;
}

/* How far the mark at `depth` of item i reaches: the first item that no longer has it there. */
static size_t reach(const Items *items, size_t i, size_t depth)
{
    size_t j = i + 1;
    for (; j < items->len; j++) {
        const Marks *m = &items->at[j].marks;
        if (m->len <= depth) break;
        bool same = true;
        for (size_t d = 0; d <= depth && same; d++) same = mark_same(&m->at[d], &items->at[i].marks.at[d]);
        if (!same) break;
    }
    return j;
}

static bool can_star(const Writer *w, size_t i, size_t end, size_t depth)
{
    const Item *first = &w->items.at[i], *last = &w->items.at[end - 1];
    if (!doc_is(first->node, "text") || !doc_is(last->node, "text")) return false;
    if (first->marks.len != depth + 1 || last->marks.len != depth + 1) return false;
    Str before = { w->to->at, w->to->len };
    uint32_t p = last_char(before), n = end < w->items.len && doc_is(w->items.at[end].node, "text")
                                      ? first_char(w->items.at[end].node->text) : '\n';
    if (p == '*' || p == '~') return false;
    Class a = class_of(first_char(first->node->text)), z = class_of(last_char(last->node->text)), pc = class_of(p), nc = class_of(n);
    if (end < w->items.len && nc == SPACE && n == '\n') nc = ODD;            /* an atom or an odd character */
    if (pc == ODD || nc == ODD) return a == WORD && z == WORD && pc != ODD && nc != ODD;
    bool opens = a == WORD || (a == PUNCT && (pc == SPACE || pc == PUNCT));
    bool closes = z == WORD || (z == PUNCT && (nc == SPACE || nc == PUNCT));
    return opens && closes && !(pc == WORD && nc == WORD && (a != WORD || z != WORD));
}

static void span_open(Writer *w, size_t i, size_t depth)
{
    const DocMark *m = &w->items.at[i].marks.at[depth];
    Span *s = list_add(w->arena, &w->open);
    s->mark = *m;
    if (mark_rank(m->type) == 0) { buf_byte(w->to, '['); s->close = "]"; return; }
    bool star = can_star(w, i, reach(&w->items, i, depth), depth);
    if (star && str_eq(m->type, S("bold"))) { buf_add(w->to, S("**")); s->close = "**"; return; }
    if (star && str_eq(m->type, S("italic"))) { buf_byte(w->to, '*'); s->close = "*"; return; }
    if (star && str_eq(m->type, S("strike"))) { buf_add(w->to, S("~~")); s->close = "~~"; return; }
    for (size_t t = 0; inline_tags[t].mark; t++)
        if (str_eq(m->type, str_of(inline_tags[t].mark))) {
            buf_fmt(w->to, "<%s>", inline_tags[t].tag);
            s->close = arena_fmt(w->arena, "</%s>", inline_tags[t].tag).at;
            return;
        }
    s->close = "";
}

static void span_close(Writer *w)
{
    Span *s = &w->open.at[--w->open.len];
    buf_add(w->to, str_of(s->close));
    if (mark_rank(s->mark.type) == 0) target_into(w->to, doc_mark_get(&s->mark, "href"), S(""), w->flags);
}

/* A code span can be written with backticks when nothing in it would be changed by reading it back. */
static bool plain_code(Str s, unsigned flags)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] < ' ' || s.at[i] == '`' || ((flags & INLINE_TABLE) && (s.at[i] == '|' || s.at[i] == '\\'))) return false;
    /* "[`]: x`](…)" at the beginning would be read as the definition of a reference */
    return s.len && s.at[0] != ' ' && s.at[s.len - 1] != ' ' && str_find(s, S("]:")) < 0;
}

static void item_into(Writer *w, size_t i)
{
    const Item *it = &w->items.at[i];
    size_t keep = 0, n = it->marks.len;
    const DocNode *node = it->node;
    bool code = n && str_eq(it->marks.at[n - 1].type, S("code")) && doc_is(node, "text") && plain_code(node->text, w->flags)
             && reach(&w->items, i, n - 1) == i + 1;
    if (code) n--;
    while (keep < n && keep < w->open.len && mark_same(&w->open.at[keep].mark, &it->marks.at[keep])) keep++;
    while (w->open.len > keep) span_close(w);
    for (size_t d = keep; d < n; d++) span_open(w, i, d);
    if (code && (w->to->len == 0 || w->to->at[w->to->len - 1] != '`')) buf_fmt(w->to, "`" STR_FMT "`", STR_ARG(node->text));
    else if (code) { buf_add(w->to, S("<code>")); markdown_escape(w->to, node->text, w->flags); buf_add(w->to, S("</code>")); }
    else if (doc_is(node, "text")) markdown_escape(w->to, node->text, w->flags | (i + 1 == w->items.len ? INLINE_LAST : 0));
    else atom_into(w->arena, w->to, node, w->flags | (i + 1 == w->items.len ? INLINE_ONE_LINE : 0));
}

void markdown_inline(Arena *a, Buf *to, const DocNodes *nodes, unsigned flags)
{
    Writer w = { .arena = a, .to = to, .flags = flags };
    list_each(nodes, i) {
        const DocNode *n = nodes->at[i];
        if (doc_is(n, "text") && !n->text.len) continue;
        Item *it = list_add(a, &w.items);
        it->node = n;
        it->marks = marks_of(a, n);
        size_t k = w.items.len;                              /* text of equal marks is one */
        if (k > 1 && doc_is(n, "text") && doc_is(w.items.at[k - 2].node, "text")) {
            Item *before = &w.items.at[k - 2];
            bool same = before->marks.len == it->marks.len;
            for (size_t d = 0; same && d < it->marks.len; d++) same = mark_same(&before->marks.at[d], &it->marks.at[d]);
            if (same) {
                DocNode *joined = doc_node(a, "text");
                joined->text = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(before->node->text), STR_ARG(n->text));
                joined->marks = before->node->marks;
                before->node = joined;
                w.items.len--;
            }
        }
    }
    list_each(&w.items, i) item_into(&w, i);
    while (w.open.len) span_close(&w);
    keep_last_space(to);
}

/* Random trees go to Markdown and come back the same; hostile Markdown does no harm. */
#include <stdlib.h>
#include "base/spec.h"
#include "document/node.h"

/* -- a random document of our schema, in the form that Markdown can say ------------------------------------------------ */

static uint64_t seed;

static unsigned roll(unsigned n)
{
    seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17;
    return (unsigned)(seed % n);
}

static const char *const pieces[] = {
    "pool", "a", "b", " ", " ", "  ", "payment-api", "*", "**", "_", "__init__", "`", "``", "~", "~~", "[", "]", "(", ")", "<", ">", "&", "&amp;", "&#32;",
    "#", "# ", "1.", "12) ", "-", "- ", "+", "=", "|", "\\", "!", "![", ":", "http://a.b/c", "www.x.y", "a@b.c", "中文", "。", "连接池", "，", "é", "€", "“", "”",
    "😀", "<u>", "</u>", "<br>", "<!-- -->", "{{x}}", "{width=3}", "[!NOTE]", "[x]", "\n", "---", "$", "^", "'", "\"", "%", "snake_case", ".", "/", "javascript:",
};

static Str words(Arena *a, unsigned most)
{
    Buf b = buf_new(a, 4000);
    for (unsigned n = 1 + roll(most); n--;) buf_add(&b, str_of(pieces[roll(sizeof pieces / sizeof *pieces)]));
    return buf_str(&b);
}

static const char *const mark_names[] = { "link", "bold", "italic", "strike", "underline", "highlight", "code" };

static bool same_mark_list(const DocNode *x, const DocNode *y)
{
    if (x->marks.len != y->marks.len) return false;
    list_each(&x->marks, i)
        if (!str_eq(x->marks.at[i].type, y->marks.at[i].type) || !str_eq(doc_mark_get(&x->marks.at[i], "href"), doc_mark_get(&y->marks.at[i], "href")))
            return false;
    return true;
}

static void given_atom(Arena *a, DocNode *parent)
{
    static const char *const kinds[] = { "person", "incident", "follow_up", "report" };
    switch (roll(4)) {
    case 0: doc_add(a, parent, "hardBreak"); break;
    case 1: {
        DocNode *n = doc_add(a, parent, "mention");
        doc_attr(a, n, "kind", str_of(kinds[roll(4)]));
        doc_attr(a, n, "id", S("0190-ab"));
        doc_attr(a, n, "label", words(a, 3));
        break;
    }
    case 2: doc_attr(a, doc_add(a, parent, "timestamp"), "at", S("2026-11-10T14:07:30.000Z")); break;
    default: {
        DocNode *n = doc_add(a, parent, "evidence");
        doc_attr(a, n, "kind", S("alert"));
        doc_attr(a, n, "id", words(a, 2));
        doc_attr(a, n, "title", words(a, 3));
        if (roll(2)) doc_attr(a, n, "url", S("https://example.com/a?b=(c)&d=*e*_f_"));
    }
    }
}

static void given_inline(Arena *a, DocNode *parent, unsigned most)
{
    for (unsigned n = 1 + roll(most); n--;) {
        if (roll(6) == 0) { given_atom(a, parent); continue; }
        DocNode *t = doc_text(a, parent, words(a, 4));
        for (size_t m = 0; m < 7; m++) {
            if (roll(5)) continue;
            DocMark *mark = doc_mark(a, t, mark_names[m]);
            if (m == 0) doc_mark_attr(a, mark, "href", roll(2) ? S("https://example.com/x_y*z*") : S("/incidents/INC-4"));
        }
        size_t k = parent->children.len;
        if (k > 1 && doc_is(parent->children.at[k - 2], "text") && same_mark_list(parent->children.at[k - 2], t)) {
            DocNode *before = parent->children.at[k - 2];
            before->text = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(before->text), STR_ARG(t->text));
            parent->children.len--;
        }
    }
}

static void given_blocks(Arena *a, DocNode *parent, unsigned most, int depth);

static void given_list(Arena *a, DocNode *parent, int depth)
{
    unsigned kind = roll(3);
    DocNode *list = doc_add(a, parent, kind == 0 ? "bulletList" : kind == 1 ? "orderedList" : "taskList");
    if (kind == 1 && roll(3) == 0) doc_attr_int(a, list, "start", 2 + roll(100));
    for (unsigned n = 1 + roll(3); n--;) {
        DocNode *item = doc_add(a, list, kind == 2 ? "taskItem" : "listItem");
        if (kind == 2) doc_attr_bool(a, item, "checked", roll(2));
        DocNode *p = doc_add(a, item, "paragraph");
        if (roll(5)) given_inline(a, p, 2);
        if (roll(3) == 0) given_blocks(a, item, 2, depth + 1);
        if (!p->children.len && item->children.len > 1 && doc_is(item->children.at[1], "paragraph")) given_inline(a, p, 2);
    }
}

static void given_table(Arena *a, DocNode *parent)
{
    DocNode *table = doc_add(a, parent, "table");
    unsigned columns = 1 + roll(3), rows = 1 + roll(3);
    bool header = roll(4) > 0;
    for (unsigned r = 0; r < rows; r++) {
        DocNode *row = doc_add(a, table, "tableRow");
        for (unsigned c = 0; c < columns; c++) {
            DocNode *p = doc_add(a, doc_add(a, row, r == 0 && header ? "tableHeader" : "tableCell"), "paragraph");
            if ((r == 0 && c == 0) || roll(5)) given_inline(a, p, 2);
        }
    }
}

static void given_block(Arena *a, DocNode *parent, int depth)
{
    static const char *const callouts[] = { "info", "warning", "danger", "success" };
    DocNode *n;
    unsigned kind = roll(depth > 3 ? 4 : 12);
    switch (kind) {
    case 0: case 1: given_inline(a, doc_add(a, parent, "paragraph"), 4); break;
    case 2:
        n = doc_add(a, parent, "codeBlock");
        if (roll(2)) doc_attr(a, n, "language", S("c++"));
        if (roll(6)) {
            Str code = words(a, 6);
            doc_text(a, n, arena_fmt(a, STR_FMT "%s", STR_ARG(code), roll(3) ? "" : "\n\n```` x\n"));
        }
        break;
    case 3:
        n = doc_add(a, parent, "heading");
        doc_attr_int(a, n, "level", 1 + roll(6));
        if (roll(6)) given_inline(a, n, 3);
        break;
    case 4: case 5: given_list(a, parent, depth); break;
    case 6: n = doc_add(a, parent, "blockquote"); given_blocks(a, n, 2, depth + 1); break;
    case 7:
        n = doc_add(a, parent, "callout");
        doc_attr(a, n, "kind", str_of(callouts[roll(4)]));
        given_blocks(a, n, 2, depth + 1);
        break;
    case 8: given_table(a, parent); break;
    case 9: doc_add(a, parent, "horizontalRule"); break;
    case 10:
        n = doc_add(a, parent, "image");
        doc_attr(a, n, "src", S("/files/0190"));
        if (roll(2)) doc_attr(a, n, "alt", words(a, 3));
        if (roll(3) == 0) doc_attr(a, n, "title", words(a, 2));
        if (roll(2)) doc_attr_int(a, n, "width", 320);
        if (roll(3) == 0) doc_attr(a, n, "align", S("center"));
        if (roll(2)) doc_attr(a, n, "caption", words(a, 3));
        break;
    default:
        if (roll(2)) {
            n = doc_add(a, parent, "liveBlock");
            doc_attr(a, n, "kind", S("timeline"));
            doc_attr(a, n, "incident", S("0190-cd"));
            break;
        }
        n = doc_add(a, parent, "details");
        if (roll(2)) doc_attr_bool(a, n, "open", true);
        doc_text(a, doc_add(a, n, "detailsSummary"), S("More <b> & \"less\""));
        given_blocks(a, doc_add(a, n, "detailsContent"), 2, depth + 1);
    }
}

static void given_blocks(Arena *a, DocNode *parent, unsigned most, int depth)
{
    for (unsigned n = 1 + roll(most); n--;) given_block(a, parent, depth);
}

SPEC("any document goes to Markdown and comes back the same")
{
    const char *given = getenv("SEED");
    uint64_t base = given ? strtoull(given, NULL, 10) : 20261110;
    for (uint64_t i = 0; i < (given ? 1 : 3000); i++) {
        auto_arena a = arena_new(1 << 16);
        seed = (base + i) * 0x9E3779B97F4A7C15u | 1;
        DocNode *doc = doc_node(a, "doc"), *back;
        given_blocks(a, doc, 4, 0);
        Str markdown, want = doc_json(a, doc);
        expect_ok(render_markdown(a, doc, &markdown));
        if (getenv("SHOW")) fprintf(stderr, STR_FMT "\n", STR_ARG(markdown));
        expect_ok(import_markdown(a, markdown, &back));
        Str got = doc_json(a, back);
        if (!str_eq(want, got))
            fprintf(stderr, "SEED=%llu\n" STR_FMT "\n--\n" STR_FMT "\n--\n" STR_FMT "\n", (unsigned long long)(base + i),
                    STR_ARG(markdown), STR_ARG(want), STR_ARG(got));
        expect(str_eq(want, got));
    }
}

SPEC("what stands behind a heading, a rule or code in a list item stays in it, wherever that is in the text")
{
    static const char *const blocks[] = { "# h", "---", "```\n  x\n  ```" };
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
        for (int pad = 1; pad <= 256; pad++) {
            auto_arena a = arena_new(8192);
            Buf text = buf_new(a, 4096);
            for (int i = 0; i < pad; i++) buf_byte(&text, 'p');
            buf_fmt(&text, "\n\n- a\n\n  %s\n\n  behind\n", blocks[b]);
            DocNode *doc;
            expect_ok(import_markdown(a, buf_str(&text), &doc));
            if (doc->children.len != 2) fprintf(stderr, "%d × p before %s\n", pad, blocks[b]);
            expect_int(2, doc->children.len);
        }
}

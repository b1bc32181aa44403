/* Nodes → plain text: what search reads, excerpts are cut from, and words are counted in. */
#include "base/time.h"
#include "document/node.h"
#include "document/words.h"

static void blocks_into(Buf *b, Arena *a, const DocNode *n, Str indent, int depth);

static void inline_into(Buf *b, Arena *a, const DocNode *n, int depth)
{
    int64_t ms;
    if (doc_is(n, "hardBreak")) buf_byte(b, '\n');
    else if (doc_is(n, "timestamp") && time_parse(doc_get(n, "at"), &ms)) {
        buf_add(b, words_time(a, ms, WORDS_DATE_TIME, S("en"), S("UTC")));
        buf_add(b, S(" UTC"));
    } else if (n->children.len && depth < DOC_MAX_DEPTH) {
        list_each(&n->children, i) inline_into(b, a, n->children.at[i], depth + 1);
    } else if (doc_is(n, "evidence")) {
        if (b->len && b->at[b->len - 1] == ' ') b->len--;
    } else buf_add(b, doc_plain(a, n));
}

static void gap(Buf *b)
{
    while (b->len && b->at[b->len - 1] == '\n') b->len--;
    if (b->len) buf_add(b, S("\n\n"));
}

static void list_into(Buf *b, Arena *a, const DocNode *n, Str indent, int depth)
{
    int64_t number = doc_get_int(n, "start", 1);
    Str inner = arena_fmt(a, STR_FMT "  ", STR_ARG(indent));
    list_each(&n->children, i) {
        const DocNode *item = n->children.at[i];
        buf_add(b, indent);
        if (doc_is(n, "orderedList")) buf_fmt(b, "%lld. ", (long long)number++);
        else if (doc_is(n, "taskList")) buf_add(b, doc_get_bool(item, "checked") ? S("[x] ") : S("[ ] "));
        else buf_add(b, S("- "));
        list_each(&item->children, j) {
            const DocNode *block = item->children.at[j];
            if (doc_is(block, "paragraph")) {
                if (j) buf_add(b, inner);
                inline_into(b, a, block, depth + 2);
                buf_byte(b, '\n');
            } else blocks_into(b, a, block, inner, depth + 2);
        }
        if (!item->children.len) buf_byte(b, '\n');
    }
}

static bool is_line(const DocNode *n)
{
    return doc_is(n, "paragraph") || doc_is(n, "heading") || doc_is(n, "codeBlock") ||
           doc_is(n, "detailsSummary") || doc_is(n, "text");
}

static Str image_words(const DocNode *n)
{
    return doc_get(n, "caption").len ? doc_get(n, "caption") : doc_get(n, "alt");
}

/* Everything in a cell on one line. */
static void cell_into(Buf *b, Arena *a, const DocNode *n, bool *first, int depth)
{
    if (depth >= DOC_MAX_DEPTH) return;
    bool image = doc_is(n, "image");
    if (!image && !is_line(n)) {
        list_each (&n->children, i) cell_into(b, a, n->children.at[i], first, depth + 1);
        return;
    }
    Str text = image ? image_words(n) : doc_plain(a, n);
    if (!text.len) return;
    if (!*first) buf_byte(b, ' ');
    *first = false;
    buf_add(b, text);
}

static void row_into(Buf *b, Arena *a, const DocNode *n, int depth)
{
    list_each(&n->children, i) {
        if (i) buf_byte(b, '\t');
        bool first = true;
        cell_into(b, a, n->children.at[i], &first, depth + 1);
    }
    buf_byte(b, '\n');
}

static void blocks_into(Buf *b, Arena *a, const DocNode *n, Str indent, int depth)
{
    if (depth >= DOC_MAX_DEPTH) return;
    if (doc_is(n, "bulletList") || doc_is(n, "orderedList") || doc_is(n, "taskList")) { list_into(b, a, n, indent, depth); return; }
    if (doc_is(n, "tableRow")) { row_into(b, a, n, depth); return; }
    if (doc_is(n, "image")) {
        buf_add(b, image_words(n));
        buf_byte(b, '\n');
        return;
    }
    if (is_line(n)) {
        buf_add(b, indent);
        inline_into(b, a, n, depth + 1);
        buf_byte(b, '\n');
        return;
    }
    bool rows = doc_is(n, "table");
    list_each(&n->children, i) {
        if (i && !rows) gap(b);
        blocks_into(b, a, n->children.at[i], indent, depth + 1);
    }
}

Err render_text(Arena *a, const DocNode *doc, Str *ret)
{
    Buf b = buf_new(a, DOC_MAX_BYTES);
    blocks_into(&b, a, doc, S(""), 0);
    while (b.len && b.at[b.len - 1] == '\n') b.len--;
    if (buf_full(&b)) return fail(a, ERR_TOO_LARGE, "the document is over %u bytes of text", DOC_MAX_BYTES);
    *ret = buf_str(&b);
    return OK;
}

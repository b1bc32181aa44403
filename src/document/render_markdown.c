/* Blocks → Markdown that import_markdown() reads back to the same tree. Markdown has no word for empty paragraphs, guides,
 * comments, merged cells and blocks inside cells: those are left out or joined (docs/internals/document.md). */
#include "base/utf8.h"
#include "document/markdown.h"

static void block_into(Arena *a, Buf *to, const DocNode *n, bool flip, int depth);

/* A part that was built aside; `to`, which it becomes part of, is as full as it. */
static Str part_of(Buf *to, const Buf *part)
{
    buf_full_like(to, part);
    return buf_str(part);
}

/* Each line of `text` behind `first` (the first line) or `rest`; empty lines get `rest` without its trailing space. */
static void indented(Buf *to, Str text, Str first, Str rest)
{
    Str line, prefix = first;
    bool any = false;
    while (str_next(&text, '\n', &line)) {
        if (any) buf_byte(to, '\n');
        Str p = prefix;
        if (!line.len) while (p.len && p.at[p.len - 1] == ' ') p.len--;
        buf_add(to, p);
        buf_add(to, line);
        prefix = rest;
        any = true;
    }
    if (!any) { while (first.len && first.at[first.len - 1] == ' ') first.len--; buf_add(to, first); }
}

static bool is_list(const DocNode *n) { return doc_is(n, "bulletList") || doc_is(n, "orderedList") || doc_is(n, "taskList"); }

static bool is_empty_paragraph(const DocNode *n) { return doc_is(n, "paragraph") && !n->children.len; }

/* May this list follow a paragraph without a blank line? Not when its number is not 1. */
static bool interrupts(const DocNode *list)
{
    const DocNode *item = list->children.len ? list->children.at[0] : NULL;
    return item && (!doc_is(list, "orderedList") || doc_get_int(list, "start", 1) == 1);
}

/* The children one below the other. `tight`: a list follows its paragraph without a blank line. */
static void blocks_into(Arena *a, Buf *to, const DocNode *parent, int depth, bool tight)
{
    const DocNode *before = NULL;
    bool flip = false;
    if (depth >= DOC_MAX_DEPTH) return;
    list_each(&parent->children, i) {
        const DocNode *n = parent->children.at[i];
        if (is_empty_paragraph(n) && !(tight && i == 0)) continue;
        /* two lists side by side would become one: the second takes another sign */
        flip = before && is_list(n) && is_list(before) && !flip && doc_is(n, "orderedList") == doc_is(before, "orderedList");
        bool joins = tight && before && (doc_is(before, "paragraph") || is_list(before)) && is_list(n) && interrupts(n);
        if (before) buf_add(to, joins ? S("\n") : S("\n\n"));
        block_into(a, to, n, flip, depth + 1);
        before = n;
    }
}

/* -- lists ------------------------------------------------------------------------------------------------------------- */

/* Items of a paragraph and lists need no blank lines between them. */
static bool is_tight(const DocNode *list, int depth)
{
    if (depth > DOC_MAX_DEPTH) return false;
    list_each(&list->children, i) {
        const DocNode *item = list->children.at[i];
        list_each(&item->children, j)
            if (j ? !is_list(item->children.at[j]) || !is_tight(item->children.at[j], depth + 1) : !doc_is(item->children.at[j], "paragraph"))
                return false;
    }
    return true;
}

static void list_into(Arena *a, Buf *to, const DocNode *n, bool flip, int depth)
{
    bool tight = is_tight(n, depth), task = doc_is(n, "taskList"), ordered = doc_is(n, "orderedList");
    int64_t number = doc_get_int(n, "start", 1);
    if (number < 0 || number > 99999999) number = 1;
    list_each(&n->children, i) {
        const DocNode *item = n->children.at[i];
        Buf inner = buf_new(a, DOC_MAX_BYTES);
        blocks_into(a, &inner, item, depth + 1, true);
        Str sign = ordered ? arena_fmt(a, "%lld%s ", (long long)number++, flip ? ")" : ".") : flip ? S("* ") : S("- ");
        Str first = sign;
        if (task) first = arena_fmt(a, STR_FMT "[%c] ", STR_ARG(sign), doc_get_bool(item, "checked") ? 'x' : ' ');
        Str rest = str_sub(S("            "), 0, sign.len);
        if (i) buf_add(to, tight ? S("\n") : S("\n\n"));
        Str text = part_of(to, &inner);
        if (!text.len || text.at[0] == '\n')                 /* a task needs some text to be one; md4c stumbles over empty items */
            text = arena_fmt(a, "<!-- -->" STR_FMT, STR_ARG(text));
        indented(to, text, first, rest);
    }
}

/* -- tables ------------------------------------------------------------------------------------------------------------ */

static void cell_blocks_into(Arena *a, Buf *to, const DocNode *n, int depth, bool *first)
{
    if (depth >= DOC_MAX_DEPTH) return;
    bool leaf = doc_is(n, "paragraph") || doc_is(n, "heading") || doc_is(n, "codeBlock") || doc_is(n, "detailsSummary");
    if (!leaf && !doc_is(n, "liveBlock") && !doc_is(n, "image")) {
        list_each(&n->children, i) cell_blocks_into(a, to, n->children.at[i], depth + 1, first);
        return;
    }
    if (leaf && !n->children.len) return;
    if (!*first) buf_add(to, S("<br>"));
    *first = false;
    if (doc_is(n, "image")) { markdown_image(a, to, n, INLINE_TABLE); return; }
    DocNode *only = (DocNode *)n;
    DocNodes one = { &only, 1, 1 };
    markdown_inline(a, to, leaf ? &n->children : &one, INLINE_ONE_LINE | INLINE_TABLE);
}

static void row_into(Arena *a, Buf *to, const DocNode *row, size_t columns, int depth)
{
    buf_byte(to, '|');
    for (size_t c = 0; c < columns; c++) {
        Buf cell = buf_new(a, DOC_MAX_BYTES);
        bool first = true;
        if (row && c < row->children.len) cell_blocks_into(a, &cell, row->children.at[c], depth + 1, &first);
        Str text = part_of(to, &cell);
        buf_fmt(to, " " STR_FMT "%s|", STR_ARG(text), text.len ? " " : "");
    }
}

static void table_into(Arena *a, Buf *to, const DocNode *n, int depth)
{
    size_t columns = 0, from = 0;
    bool header = n->children.len > 0 && n->children.at[0]->children.len > 0;
    list_each(&n->children, r) if (n->children.at[r]->children.len > columns) columns = n->children.at[r]->children.len;
    if (!columns) return;
    if (header) list_each(&n->children.at[0]->children, c) header = header && doc_is(n->children.at[0]->children.at[c], "tableHeader");
    row_into(a, to, header ? n->children.at[from++] : NULL, columns, depth);     /* an empty header means: none */
    buf_add(to, S("\n|"));
    for (size_t c = 0; c < columns; c++) buf_add(to, S(" --- |"));
    for (size_t r = from; r < n->children.len; r++) {
        buf_byte(to, '\n');
        row_into(a, to, n->children.at[r], columns, depth);
    }
}

/* -- other blocks ------------------------------------------------------------------------------------------------------ */

static void heading_into(Arena *a, Buf *to, const DocNode *n)
{
    int64_t level = doc_get_int(n, "level", 2);
    buf_add(to, str_sub(S("######"), 0, (size_t)(level < 1 ? 1 : level > 6 ? 6 : level)));
    Buf line = buf_new(a, DOC_MAX_BYTES);
    markdown_inline(a, &line, &n->children, INLINE_ONE_LINE | INLINE_HEADING);
    Str text = part_of(to, &line);
    if (text.len) { buf_byte(to, ' '); buf_add(to, text); }
}

static void code_into(Arena *a, Buf *to, const DocNode *n)
{
    Str text = doc_plain(a, n), language = utf8_clip(doc_get(n, "language"), 40);
    size_t run = 0, longest = 2;
    for (size_t i = 0; i < text.len; i++) {
        run = text.at[i] == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    for (size_t i = 0; i <= longest; i++) buf_byte(to, '`');
    for (size_t i = 0; i < language.len; i++)
        if ((unsigned char)language.at[i] > ' ' && !memchr("`&\\<>", language.at[i], 5)) buf_byte(to, language.at[i]);
    buf_byte(to, '\n');
    if (text.len) { buf_add(to, text); buf_byte(to, '\n'); }
    for (size_t i = 0; i <= longest; i++) buf_byte(to, '`');
}

static void quote_into(Arena *a, Buf *to, const DocNode *n, int depth)
{
    Buf inner = buf_new(a, DOC_MAX_BYTES);
    if (doc_is(n, "callout")) {
        const char *word = "NOTE";
        for (size_t i = 0; callout_names[i].kind; i++)
            if (str_eq(doc_get(n, "kind"), str_of(callout_names[i].kind))) { word = callout_names[i].word; break; }
        buf_fmt(&inner, "[!%s]\n", word);
        if (n->children.len && (!doc_is(n->children.at[0], "paragraph") || is_empty_paragraph(n->children.at[0]))) buf_byte(&inner, '\n');
    }
    blocks_into(a, &inner, n, depth, false);
    Str text = part_of(to, &inner);
    while (doc_is(n, "callout") && text.len && text.at[text.len - 1] == '\n') text.len--;
    indented(to, text, S("> "), S("> "));
}

static void details_into(Arena *a, Buf *to, const DocNode *n, int depth)
{
    buf_add(to, doc_get_bool(n, "open") ? S("<details open>\n<summary>") : S("<details>\n<summary>"));
    list_each(&n->children, i) {
        if (!doc_is(n->children.at[i], "detailsSummary")) continue;
        Str summary = doc_plain(a, n->children.at[i]);
        for (size_t k = 0; k < summary.len; k++) {
            Str c = { summary.at + k, 1 };
            if ((unsigned char)c.at[0] < ' ') buf_byte(to, ' '); else buf_html(to, c);
        }
    }
    buf_add(to, S("</summary>\n\n"));
    list_each(&n->children, i) {
        if (!doc_is(n->children.at[i], "detailsContent")) continue;
        Buf inner = buf_new(a, DOC_MAX_BYTES);
        blocks_into(a, &inner, n->children.at[i], depth + 1, false);
        Str text = part_of(to, &inner);
        if (text.len) { buf_add(to, text); buf_add(to, S("\n\n")); }
    }
    buf_add(to, S("</details>"));
}

static void paragraph_into(Arena *a, Buf *to, const DocNodes *nodes)
{
    Buf line = buf_new(a, DOC_MAX_BYTES);
    markdown_inline(a, &line, nodes, 0);
    Str text = part_of(to, &line);
    if (str_eq(text, S("<br>"))) buf_add(to, S("<!-- -->"));  /* alone it would begin a block of HTML that swallows what follows */
    /* "[!NOTE]" would begin a callout: the reader knows its own escape */
    if (str_starts(text, S("\\[!"))) { buf_add(to, S("&#91;")); text = str_sub(text, 2, text.len); }
    buf_add(to, text);
}

static void block_into(Arena *a, Buf *to, const DocNode *n, bool flip, int depth)
{
    if (doc_is(n, "heading")) heading_into(a, to, n);
    else if (is_list(n)) list_into(a, to, n, flip, depth);
    else if (doc_is(n, "blockquote") || doc_is(n, "callout")) quote_into(a, to, n, depth);
    else if (doc_is(n, "codeBlock")) code_into(a, to, n);
    else if (doc_is(n, "table")) table_into(a, to, n, depth);
    else if (doc_is(n, "horizontalRule")) buf_add(to, S("---"));
    else if (doc_is(n, "details")) details_into(a, to, n, depth);
    else if (doc_is(n, "image")) markdown_image(a, to, n, 0);
    else if (doc_is(n, "paragraph")) paragraph_into(a, to, &n->children);
    else if (doc_is(n, "liveBlock") || doc_is(n, "text")) {
        DocNode *only = (DocNode *)n;
        paragraph_into(a, to, &(DocNodes){ &only, 1, 1 });
    } else blocks_into(a, to, n, depth, false);
}

Err render_markdown(Arena *a, const DocNode *doc, Str *ret)
{
    Buf b = buf_new(a, 2 * DOC_MAX_BYTES);
    blocks_into(a, &b, doc, 0, false);
    if (b.len) buf_byte(&b, '\n');
    if (buf_full(&b)) return fail(a, ERR_TOO_LARGE, "the document is over %u bytes of Markdown", 2 * DOC_MAX_BYTES);
    *ret = buf_str(&b);
    return OK;
}

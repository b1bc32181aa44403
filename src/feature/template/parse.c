/* Source text → program: a tree of text, values, blocks, loops and conditions. */
#include "base/utf8.h"
#include "feature/template/program.h"

#define MOST_DEPTH 5
#define MOST_BYTES (64u << 10)

typedef struct Parser {
    Arena *arena;
    Str field, source;
    size_t at;                 /* next byte */
    size_t tag;                /* where the tag being read begins, for errors */
    Str lists[MOST_DEPTH + 1];
    int n_lists, depth;
} Parser;

static Err wrong(Parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static Err wrong(Parser *p, const char *fmt, ...)
{
    size_t line = 1, from = 0;
    for (size_t i = 0; i < p->tag; i++)
        if (p->source.at[i] == '\n') { line++; from = i + 1; }
    size_t column = utf8_length(str_sub(p->source, from, p->tag - from)) + 1;
    va_list ap;
    va_start(ap, fmt);
    Str what = arena_vfmt(p->arena, fmt, ap);
    va_end(ap);
    return fail_field(p->arena, p->field, "line %zu, column %zu: " STR_FMT, line, column, STR_ARG(what));
}

static Str list_now(const Parser *p) { return p->n_lists ? p->lists[p->n_lists - 1] : S(""); }

static const Name *find_in(Str list, Str given)
{
    for (const Name *n = template_names; n->name; n++)
        if (str_eq(str_of(n->name), given) && (n->list ? str_eq(str_of(n->list), list) : str_empty(list))) return n;
    return NULL;
}

static const Name number_name = { "number", "", NAME_TEXT, "", "" };

/* The innermost loop that knows it, then the names known everywhere. */
static const Name *find(const Parser *p, Str given, int *ret_level)
{
    bool this = str_starts(given, S("this."));
    if (this) given = str_sub(given, 5, given.len);
    *ret_level = p->n_lists - 1;
    if (p->n_lists && (str_eq(given, S("number")) || str_eq(given, S("@number")))) return &number_name;
    for (; *ret_level >= 0; --*ret_level) {
        const Name *n = find_in(p->lists[*ret_level], given);
        if (n) return n;
        if (this) return NULL;
    }
    return this ? NULL : find_in(S(""), given);
}

static Err name_of(Parser *p, Str given, Part *part)
{
    if (str_empty(given)) return wrong(p, "the braces are empty: write a name between them, such as {{incident.title}}");
    part->name = find(p, given, &part->level);
    if (part->name) return OK;
    const char *nearest = name_nearest(list_now(p), given);
    given = utf8_clip(given, 60);
    if (nearest) return wrong(p, "there is no \"" STR_FMT "\"; did you mean \"%s\"?", STR_ARG(given), nearest);
    return wrong(p, "there is no \"" STR_FMT "\"", STR_ARG(given));
}

static bool word_next(Str *rest, Str *ret)
{
    *rest = str_trim(*rest);
    size_t i = 0;
    while (i < rest->len && !strchr(" \t\r\n", rest->at[i])) i++;
    *ret = str_sub(*rest, 0, i);
    *rest = str_sub(*rest, i, rest->len);
    return ret->len > 0;
}

static Part *part_add(Parser *p, Parts *to, PartKind kind)
{
    Part *part = list_add(p->arena, to);
    part->kind = kind;
    part->level = -1;
    return part;
}

/* Literal text: "\{{" is two braces; our private characters are taken out. */
static void text_add(Parser *p, Parts *to, Str text)
{
    if (!text.len) return;
    Buf b = buf_new(p->arena, MOST_BYTES);
    for (size_t i = 0, w; i < text.len; i += w) {
        uint32_t c = utf8_next(text, i, &w);
        if (c != UTF8_BAD && c >= VALUE_FIRST && c <= VALUE_LAST) continue;
        if (c == '\\' && str_starts(str_sub(text, i, 3), S("\\{{"))) continue;
        buf_add(&b, str_sub(text, i, w));
    }
    part_add(p, to, PART_TEXT)->text = buf_str(&b);
}

/* Finds the next "{{" that is not escaped; the length of the source when there is none. */
static size_t brace_next(const Parser *p)
{
    for (size_t i = p->at; i + 1 < p->source.len; i++)
        if (p->source.at[i] == '{' && p->source.at[i + 1] == '{' && !(i > p->at && p->source.at[i - 1] == '\\')) return i;
    return p->source.len;
}

/* A tag of structure alone in its line: leaves out the white space before it and its line break. */
static void line_taken(Parser *p, size_t open, Str *text)
{
    size_t i = open, j = p->at;
    while (i > 0 && (p->source.at[i - 1] == ' ' || p->source.at[i - 1] == '\t')) i--;
    if (i > 0 && p->source.at[i - 1] != '\n') return;
    while (j < p->source.len && (p->source.at[j] == ' ' || p->source.at[j] == '\t' || p->source.at[j] == '\r')) j++;
    if (j < p->source.len && p->source.at[j] != '\n') return;
    p->at = j < p->source.len ? j + 1 : j;
    size_t cut = open - i;
    text->len = text->len > cut ? text->len - cut : 0;
}

static Err parts_parse(Parser *p, Parts *to, Str until, Str *ret_end);

static Err each_parse(Parser *p, Part *part, Str rest)
{
    Str word, end;
    word_next(&rest, &word);
    TRY(name_of(p, word, part));
    if (part->name->type != NAME_LIST) return wrong(p, "\"%s\" is no list: {{#each}} takes impacts, events, alerts, …", part->name->name);
    if (p->n_lists >= MOST_DEPTH || p->depth >= MOST_DEPTH) return wrong(p, "loops and conditions are nested more than %d deep", MOST_DEPTH);
    Parts body = { 0 };
    size_t opened = p->tag;
    p->lists[p->n_lists++] = str_of(part->name->name);
    p->depth++;
    TRY(parts_parse(p, &body, S("each"), &end));
    p->depth--;
    p->n_lists--;
    if (!str_eq(end, S("/each"))) { p->tag = opened; return wrong(p, "this {{#each}} has no {{/each}}"); }
    part->body = body;
    return OK;
}

static Err if_parse(Parser *p, Part *part, Str rest, Str helper)
{
    Str word, end;
    word_next(&rest, &word);
    TRY(name_of(p, word, part));
    if (p->depth >= MOST_DEPTH) return wrong(p, "loops and conditions are nested more than %d deep", MOST_DEPTH);
    Parts body = { 0 }, otherwise = { 0 };
    size_t opened = p->tag;
    p->depth++;
    TRY(parts_parse(p, &body, helper, &end));
    if (str_eq(end, S("else"))) TRY(parts_parse(p, &otherwise, helper, &end));
    p->depth--;
    if (end.len != helper.len + 1 || !str_eq(str_sub(end, 1, end.len), helper)) {
        p->tag = opened;
        return wrong(p, "this {{#" STR_FMT "}} has no {{/" STR_FMT "}}", STR_ARG(helper), STR_ARG(helper));
    }
    bool unless = str_eq(helper, S("unless"));
    part->body = unless ? otherwise : body;
    part->otherwise = unless ? body : otherwise;
    return OK;
}

static Err value_parse(Parser *p, Parts *to, Str tag)
{
    Str word, mode;
    word_next(&tag, &word);
    Part part = { .kind = PART_VALUE, .level = -1 };
    TRY(name_of(p, word, &part));
    if (part.name->type == NAME_LIST) return wrong(p, "\"%s\" is a list: write {{#each %s}} … {{/each}}", part.name->name, part.name->name);
    bool has_mode = word_next(&tag, &mode);
    if (part.name->type == NAME_BLOCK) {
        part.kind = PART_BLOCK;
        if (has_mode && str_eq(mode, S("live"))) part.mode = BLOCK_LIVE;
        else if (has_mode && !str_eq(mode, S("snapshot"))) return wrong(p, "a block is \"live\" or \"snapshot\", not \"" STR_FMT "\"", STR_ARG(mode));
        has_mode = word_next(&tag, &mode);
    }
    if (has_mode) return wrong(p, "\"" STR_FMT "\" behind %s means nothing here", STR_ARG(mode), part.name->name);
    *list_add(p->arena, to) = part;
    return OK;
}

/* One tag. Sets `ret_end` when it ends the list of parts being read ("/each", "else", …). */
static Err tag_parse(Parser *p, Parts *to, Str tag, Str until, Str *ret_end)
{
    Str word, rest = str_trim(tag);
    if (str_starts(rest, S("!"))) return OK;
    if (!str_starts(rest, S("#")) && !str_starts(rest, S("/")) && !str_eq(rest, S("else"))) return value_parse(p, to, rest);
    word_next(&rest, &word);
    if (str_eq(word, S("#each"))) return each_parse(p, part_add(p, to, PART_EACH), rest);
    if (str_eq(word, S("#if")) || str_eq(word, S("#unless")))
        return if_parse(p, part_add(p, to, PART_IF), rest, str_sub(word, 1, word.len));
    if (str_starts(word, S("#"))) return wrong(p, "there is no {{" STR_FMT "}}; there are {{#each}}, {{#if}} and {{#unless}}", STR_ARG(utf8_clip(word, 40)));
    bool closes = until.len && word.len == until.len + 1 && word.at[0] == '/' && str_eq(str_sub(word, 1, word.len), until);
    bool other = str_eq(word, S("else")) && until.len && !str_eq(until, S("each"));
    if (!closes && !other) return wrong(p, "{{" STR_FMT "}} closes nothing that is open here", STR_ARG(utf8_clip(word, 40)));
    *ret_end = word;
    return OK;
}

static Err parts_parse(Parser *p, Parts *to, Str until, Str *ret_end)
{
    *ret_end = S("");
    while (p->at < p->source.len) {
        size_t open = brace_next(p);
        Str text = str_sub(p->source, p->at, open - p->at);
        if (open == p->source.len) { p->at = open; text_add(p, to, text); break; }
        p->tag = open;
        ptrdiff_t close = str_find(str_sub(p->source, open, p->source.len), S("}}"));
        if (close < 0) return wrong(p, "these braces are never closed with }}");
        Str tag = str_sub(p->source, open + 2, (size_t)close - 2);
        p->at = open + (size_t)close + 2;
        Str kind = str_trim(tag);
        if (str_starts(kind, S("#")) || str_starts(kind, S("/")) || str_starts(kind, S("!")) || str_eq(kind, S("else"))) line_taken(p, open, &text);
        text_add(p, to, text);
        TRY(tag_parse(p, to, tag, until, ret_end));
        if (ret_end->len) return OK;
    }
    return OK;
}

Err program_parse(Arena *a, Str field, Str source, const Program **ret)
{
    Parser p = { .arena = a, .field = field, .source = source };
    if (source.len > MOST_BYTES) return fail_field(a, field, "the text is over %u KiB", MOST_BYTES >> 10);
    Program *program = arena_make(a, Program);
    Str end;
    TRY(parts_parse(&p, &program->parts, S(""), &end));
    *ret = program;
    return OK;
}

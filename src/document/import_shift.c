/* A way around a fault of md4c 0.4.8. At a blank line inside a list item it looks whether the item is still empty, and for that
 * reads the last 8 bytes of its block buffer as a block header (md_analyze_line, "See mity/md4c#6"). When the last thing
 * there is a line of a block that has ended at once (heading, rule, fenced code, or a second blank line), the low byte of the
 * offset where that line begins (or ends, in code) is taken for the kind of block: 4 means list item. Then the item is
 * closed, and what follows falls out of the list; about one in 256 such places.
 *
 * Blank lines in front of the text move all offsets without changing its meaning, so we look for a number of them with
 * which no such place meets a 4. */
#include "document/import.h"

#define ITEM 4

typedef struct Places { unsigned hits[256]; } Places;

/** With which number of blank lines in front would this offset be read as a list item? */
static void avoid(Places *p, size_t offset) { p->hits[(256 + ITEM - (offset & 0xFF)) & 0xFF]++; }

/* Blank within its quotes. */
static bool is_blank(Str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (!strchr(" \t\r>", line.at[i])) return false;
    return true;
}

static bool is_prefix(char c) { return strchr(" \t>-*+.)0123456789", c) != NULL && c; }

/* Every place where the content of this line may begin, whatever its containers are. */
static void line_places(Places *p, Str line, size_t at)
{
    size_t i = 0;
    for (; i < line.len && is_prefix(line.at[i]); i++)
        if (line.at[i] != ' ' && line.at[i] != '\t') avoid(p, at + i);
    avoid(p, at + i);
    if (i < line.len && line.at[i] == '_') return;
    while (i < line.len && line.at[i] == '#') i++;
    while (i < line.len && (line.at[i] == ' ' || line.at[i] == '\t')) i++;
    avoid(p, at + i);
}

static Str line_at(Str s, size_t at)
{
    ptrdiff_t end = at < s.len ? str_index(str_sub(s, at, s.len), '\n') : -1;
    return str_sub(s, at, end < 0 ? s.len : (size_t)end);
}

static bool is_fence(Str line)
{
    size_t i = 0;
    while (i < line.len && is_prefix(line.at[i])) i++;
    Str rest = str_sub(line, i, 3);
    return str_eq(rest, S("```")) || str_eq(rest, S("~~~"));
}

size_t import_shift(Str s)
{
    Places p = { 0 };
    for (size_t at = 0; at < s.len;) {
        Str line = line_at(s, at);
        size_t next = at + line.len + 1;
        Str after = line_at(s, next);
        bool inside = line.len && is_prefix(line.at[0]);     /* only what is indented or marked can be in an item */
        if (inside && !is_blank(line) && (is_blank(after) || next >= s.len)) line_places(&p, line, at);
        if (is_fence(after)) { avoid(&p, at + line.len); line_places(&p, line, at); }
        at = next;
    }
    size_t best = 0;
    for (size_t k = 1; k < 256 && p.hits[best]; k++)
        if (p.hits[k] < p.hits[best]) best = k;
    return best;
}

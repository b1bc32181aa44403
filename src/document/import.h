#pragma once
/** Inside of import_markdown(): what its two halves share. */
#include "document/node.h"

#define IMPORT_SOFT  "\x01"      /* a line break in the source that is only a space */
#define IMPORT_GIVEN "\x02"      /* the next character was written as an entity: it is text and never a sign */

/** True for link titles that stand for a node ("mention:person", "time:…", "evidence:…", "live:…"). */
bool import_is_special(Str title);
/** Appends the node that such a link stands for. */
void import_special(Arena *a, DocNode *home, Str text, Str href, Str title);
/** Text without our signs; line breaks as spaces. */
Str  import_plain(Arena *a, Str text);
/** Makes the tree what the editor's schema demands. */
void import_tidy(Arena *a, DocNode *doc);
/** How many blank lines to put in front of a Markdown text so that md4c reads its lists right (0 … 255). Cost: O(n). */
size_t import_shift(Str markdown);

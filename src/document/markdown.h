#pragma once
/** What the writer and the reader of our Markdown agree on, beyond CommonMark and GitHub's tables, tasks and alerts:
 *
 *  - nodes that Markdown has no word for are links whose title says what they are, so that they stay readable elsewhere:
 *      [@Ines](/people/ID "mention:person")   [10 Nov 2026, 14:07 UTC](# "time:2026-11-10T14:07:30.000Z")
 *      [cfg-4471](URL "evidence:kind=change&id=…&at=…")   [Timeline of INC-42](/incidents/ID "live:kind=timeline&options=…")
 *  - <u> <mark> <strong> <em> <s> <code> <br> without attributes, where the signs of Markdown would not be read back;
 *  - <details><summary>…</summary> … </details>;
 *  - an image stands alone in its paragraph, may be followed by {width=… height=… align=…}; italics on the next line
 *    are its caption. */
#include <stdlib.h>
#include "document/node.h"

/** %XX for all but unreserved characters. */
void percent_into(Buf *b, Str s);
Str  percent_decoded(Arena *a, Str s);
/** The value of a key in "kind=alert&id=…", decoded; "" when missing. */
Str  percent_get(Arena *a, Str pairs, const char *key);

typedef struct CalloutName { const char *kind, *word; } CalloutName;
extern const CalloutName callout_names[];      /* first word of a kind is the one that is written; ends with NULL */
typedef struct InlineTag { const char *mark, *tag; } InlineTag;
extern const InlineTag inline_tags[];          /* likewise */
/** Marks from the outermost to the innermost; unknown ones come last. */
int  mark_rank(Str type);

/** Inline nodes → one or more lines without indentation. `table`: no line breaks, pipes escaped. */
enum { INLINE_ONE_LINE = 1, INLINE_TABLE = 2, INLINE_HEADING = 4, INLINE_LAST = 8 /* nothing follows */ };
void markdown_inline(Arena *a, Buf *to, const DocNodes *nodes, unsigned flags);
/** "[text](href)" with a title. */
void markdown_link(Buf *to, Str text, Str href, Str title, unsigned flags);
void markdown_image(Arena *a, Buf *to, const DocNode *image, unsigned flags);
/** Text with what Markdown would read as markup escaped: also what template variables go through. */
void markdown_escape(Buf *to, Str text, unsigned flags);

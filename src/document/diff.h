#pragma once
/** What changed between two trees, as people read it: block by block, and within a changed block word by word. */
#include "app/shape.h"
#include "document/node.h"

extern const char *const diff_ops[];        /* equal insert delete change format */

typedef struct DiffSpan { Str op, text; } DiffSpan;                      /* equal, insert, delete */
typedef LIST(DiffSpan) DiffSpans;
typedef struct DiffBlock {
    Str op;                 /* format: the words are the same, how they look is not */
    Str kind, before_kind;  /* paragraph, heading, bullet, number, task, quote …; before_kind only when it changed */
    Str image, before_image;/* address of a picture; before_image only when it became another */
    int64_t level;          /* of a heading; of nesting in a list */
    DiffSpans spans;
    Str key;                /* equal keys: equal blocks */
    Strs author_ids;        /* filled in by who knows */
    UserRefs authors;
} DiffBlock;
typedef LIST(DiffBlock) DiffBlocks;
extern const Shape diff_block_shape;

/** The blocks of a tree in reading order: a table is its rows, a list its items. Each has one span, `equal`; a tab stands
 *  between the cells of a row. */
void doc_blocks(Arena *a, const DocNode *doc, DiffBlocks *ret);
/** Both texts woven into one: what was deleted stands where it was. Words are words of the language, each Chinese character
 *  one. Cost: see align(). */
void doc_diff(Arena *a, const DocNode *before, const DocNode *after, DiffBlocks *ret);

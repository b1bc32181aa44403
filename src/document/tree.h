#pragma once
/** A live document as a tree of blocks. Inside document/ only. */
#include "crdt/crdt.h"
#include "document/node.h"

/** What the document holds, and the node in which its blocks stand. */
Err tree_of(Cx *cx, CrdtDoc *doc, CrdtNode *ret_root, DocNode **ret);
/** Where each block that counts stands among all of them. */
typedef LIST(uint64_t) BlockPlaces;
/** What each block says, as text to compare: without comments. `plain`: what is suggested is left out, and with it the blocks
 *  that are nothing else. */
Err tree_block_texts(Cx *cx, const DocNode *doc, bool plain, Strs *ret, BlockPlaces *at);
/** Which blocks stay on the way from x to y (align.h). */
void tree_align(Arena *a, const Strs *x, const Strs *y, uint8_t *ret_x, uint8_t *ret_y);
/** The blocks [from, to) of a tree as a JSON array. */
Str tree_blocks_json(Arena *a, const DocNode *doc, size_t from, size_t to);

#pragma once
#include "document/node.h"

/** Takes out of a tree what is not part of the text: marks and attributes of comments, and suggestions, which count as not
 *  made yet (what is suggested to be inserted is left out, what is suggested to be deleted stays). In place. */
void doc_clean(Arena *a, DocNode *doc);
/** Only the places of comments. In place. */
void doc_without_comments(Arena *a, DocNode *doc);

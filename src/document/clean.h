#pragma once
#include "document/node.h"

/** Takes out of a tree what is not part of the text: marks and attributes of comments, and suggestions, which count as not
 *  made yet (words, chips and blocks suggested to come are left out, all else stays and looks as it does). In place. */
void doc_clean(Arena *a, DocNode *doc);
/** Only the places of comments. In place. */
void doc_without_comments(Arena *a, DocNode *doc);
/** How many pieces of it are only suggested: texts and nodes that carry a suggestion. 0: nothing. */
int64_t doc_suggestions(const DocNode *doc);
/** Whether all of a node is suggested to come, so that cleaning leaves it out. */
bool doc_is_suggested(const DocNode *n);

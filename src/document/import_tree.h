#pragma once
/** What the readers of HTML and DOCX share. */
#include <libxml/tree.h>
#include "document/node.h"

/** The element with this id, or NULL. */
const xmlNode *import_by_id(const xmlNode *n, const char *id);
/** %XX → bytes; the same text when that gives no UTF-8. */
Str  import_percent(Arena *a, Str s);
/** Takes out paragraphs without anything in them (of documents that make room by empty lines), where others stand. */
void import_blocks_clean(Arena *a, DocNode *doc);

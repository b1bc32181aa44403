#pragma once
/** The parts of a Word document around its text. */
#include "document/zip.h"

typedef struct DocxParts { Str body, rels, numbers, title, author, footer, created, modified; bool zh; } DocxParts;
/** Content types, relations, styles: what does not depend on the text. */
void docx_parts_first(ZipOut *zip, bool zh);
void docx_parts_last(Arena *a, ZipOut *zip, const DocxParts *p);
/** Text in XML: escaped, without what XML does not allow. */
void docx_text(Buf *b, Str text);

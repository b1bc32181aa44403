#pragma once
/** Inside of confluence. */
#include "document/node.h"
#include "port/exporter.h"

/** A page as Confluence's storage format: XHTML with its macros (https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html).
 *  Begins with an anchor by which the page is known again. Pictures are attachments of the page.
 *  Fails: ERR_TOO_LARGE (Confluence takes 5 MB). */
Err confluence_storage(Arena *a, Str report, const DocNode *doc, Str *ret);
/** The name of that anchor: "hindsight-REPORT". */
Str confluence_mark(Arena *a, Str report);
/** Puts right what an administrator typed or copied. */
Err confluence_place(Arena *a, ExportPlace *place);

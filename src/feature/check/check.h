#pragma once
/** Help with the quality of a report, always there and never in the way: wording that blames (blameless.h).
 *  Nothing is kept but what somebody dismissed. */
#include "feature/check/blameless.h"
#include "feature/report/report.h"

/** Wording in a report. `block`: which of its text blocks (paragraphs, headings, code blocks, summaries of details; in the
 *  order of the document, from 0); from and to: UTF-16 units in it, where anything that is not text counts one. */
typedef struct WordingFound {
    Str rule, reason, words, suggestion;
    bool proposes;           /* the suggestion may stand in place of the words (empty: they can go) */
    int64_t block, from, to;
} WordingFound;
typedef LIST(WordingFound) WordingFounds;

/** What a document holds, in its order; quotations, code and what was `dismissed` (pairs rule, words) are left out. At most 200. */
void check_wording(Arena *a, const DocNode *doc, Strs people, Strs dismissed, WordingFounds *ret);
/** The same of a report as it is now. The caller has checked access. */
Err  check_report_wording(Cx *cx, Str report, WordingFounds *ret);
/** These words are fine in this report, for everybody; and undoes it. Within a write. */
Err  check_dismiss_wording(Cx *cx, Str report, Str rule, Str words);
Err  check_restore_wording(Cx *cx, Str report, Str rule, Str words);

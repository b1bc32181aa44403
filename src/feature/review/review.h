#pragma once
/** What stands between a report and its publication, rule by rule: what blocks it, and what is better done first. */
#include "feature/report/report.h"

extern const char *const review_rules[], *const review_states[];

typedef struct ReviewRule {
    Str rule, state;         /* done · open: better done first · blocks: you may not publish before */
    int64_t count;           /* how many are missing */
    Strs names;              /* of what is missing: sections, people, references */
} ReviewRule;
typedef LIST(ReviewRule) ReviewRules;

/** For the actor, as it stands now. The caller has checked access. */
Err review_checklist(Cx *cx, Str report, ReviewRules *ret);

/** Who wrote what a mark in the text claims to be of somebody at some time, by the server's own record. */
typedef struct SuggestionAuthor {
    Str claimed_id, at;      /* as the mark says */
    UserRef author;          /* who wrote the edit that brought it; empty: nobody did yet, or Hindsight */
} SuggestionAuthor;
typedef LIST(SuggestionAuthor) SuggestionAuthors;
/** Of all suggestions that wait in the text. The caller has checked access. Cost: reads the log of the document, when there are any. */
Err review_suggestion_authors(Cx *cx, Str report, SuggestionAuthors *ret);

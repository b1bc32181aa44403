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

#pragma once
#include "feature/review/review.h"

/** Rules about what a report says: impact (quantified), times (there, in order), detection (a late one is explained), causes (do not stop at
 *  a person), checks (follow-ups say what would show that they worked), vague (… and when they are done), customers (were told, or it says
 *  why not), alt_text (pictures have words). */
extern const char *const readiness_rules[];
extern const Setting readiness_settings[];
extern const Listener readiness_listeners[];
/** Appends one rule each. Cost: a query or two an incident, and one for each open follow-up. */
Err  readiness_look(Cx *cx, const Report *report, const DocNode *doc, ReviewRules *ret);
/** Does the policy (setting report.must_be_in_order) say that this rule blocks? */
bool readiness_blocks(Cx *cx, Str name);

#pragma once
/** Blameless language: finds wording that makes a person the cause, or judges with what is known only afterwards, and
 *  proposes wording about the system. Deterministic, English and Chinese (both are looked for in every text).
 *  Sources of the rules: S. Dekker, The Field Guide to Understanding Human Error (counterfactuals, judgement, blame); J. Allspaw,
 *  Blameless PostMortems and a Just Culture; Site Reliability Engineering, chapter 15. The tables say how each is found. */
#include "app/shape.h"
#include "base/list.h"

typedef struct Wording {
    const char *rule;        /* who_question, person_as_cause, human_error, judgement, failed_to, counterfactual */
    size_t from, to;         /* bytes of the text it was found in */
    Str suggestion;          /* what could stand there instead; `proposes` false: there is none */
    bool proposes;
} Wording;
typedef LIST(Wording) Wordings;

typedef struct WordingRule {
    const char *key;
    const char *reason;      /* why it is found, for the writer */
} WordingRule;
/** All rules, ended by a NULL key. */
extern const WordingRule wording_rules[];

/** What `text` (one block, UTF-8) holds, in its order, not overlapping. What stands between quotation marks is left alone: it is
 *  what somebody said. `people`: names of persons that may occur; full names and given names are known as such. Linear in
 *  the text for a fixed number of rules; at most 100 are returned. */
void blameless_find(Arena *a, Str text, Strs people, Wordings *ret);

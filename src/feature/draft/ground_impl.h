#pragma once
/** Inside of the check. */
#include "feature/draft/ground_read.h"

struct Looked { const Piece *piece; Reading *reading; Str aka; };      /* reading of the text; aka folded */

typedef struct Instant { int64_t ms, local_ms; } Instant;

typedef struct Check {
    Arena *a;
    EvidenceSet *e;
    Reading *claim;
    bool *quoted;                                      /* bytes of the claim within quotation marks */
    Looked *cited[CITED_MOST];
    size_t n_cited;
    LIST(Instant) instants;
    Verdict verdict;
} Check;

/** Takes the first fault; always returns false. */
bool check_fault(Check *c, Fault fault, size_t from, size_t to);
/** Does this stand in what is cited, in whole words? `aka` too when `loosely`. */
bool check_said(const Check *c, Str low, bool loosely);
bool check_words_in(Str text, Str word);

/** Order, cause and verdict words against times and weights. False with a fault. */
bool check_order(Check *c);
bool check_cause(Check *c);
bool check_verdict(Check *c);
/** Shares a word with what it cites? */
bool check_related(Check *c);
/** Do words that only sources may say (denial, share, state, agent) stand in them? False with a fault. ground_say.c. */
bool check_denial(Check *c);
bool check_share(Check *c);
bool check_state(Check *c);
bool check_agent(Check *c);
/* ground_order.c */
bool check_says(Str low, size_t i, Str word);                  /* a whole word at i */
bool check_has_token(Str text, Str token);                     /* begins a word of it with this? */
bool check_has_weight(const Check *c, Weight w);
/** How many words of the clause around `at`, but for `name`, the piece says. */
int  check_clause_score(const Check *c, size_t at, Str name, const Looked *l);

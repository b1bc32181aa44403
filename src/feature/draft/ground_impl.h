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

#pragma once
/** Grounding: a claim is held against the evidence it cites. Every number, time, duration, name, identifier and quoted phrase
 *  in it must occur there or follow by arithmetic: differences of times, counts of what is cited, sums, conversions of units.
 *  Words of order must agree with times, words of cause with what people marked as a cause. English and Chinese. Pure.
 *
 *  Denials, parts of a whole, steps and agents need a source that speaks of them.
 *
 *  It does not understand sentences: what is implied is beyond it. What it lets pass has its facts from the
 *  evidence; what it refuses names the words and says why. */
#include "feature/draft/evidence.h"

typedef struct Statement { Str text; Strs evidence; } Statement;     /* evidence: "E3" … */
typedef LIST(Statement) Statements;

typedef enum Fault {
    FAULT_NONE,
    FAULT_EMPTY,             /* says nothing, or more than a sentence may */
    FAULT_UNCITED,           /* cites nothing */
    FAULT_UNKNOWN_SOURCE,    /* cites what is not there */
    FAULT_QUOTE, FAULT_TIME, FAULT_DURATION, FAULT_NUMBER,
    FAULT_NAME,              /* a name, service, version or identifier */
    FAULT_ORDER, FAULT_CAUSE,
    FAULT_VERDICT,           /* confirmed or ruled out, and it was the other */
    FAULT_DENIAL,            /* says that something was not so, and no source does */
    FAULT_STATE,             /* a step that no source speaks of: resolved, rolled back */
    FAULT_UNRELATED,         /* shares no word with what it cites */
    FAULTS
} Fault;

/** `words`: the piece of the claim that nothing supports, as it is written. */
typedef struct Verdict { Fault fault; Str words; } Verdict;

/** What a model may cite in a claim; and at all. */
enum { STATEMENT_BYTES = 2000, STATEMENT_SOURCES = 12, CITED_MOST = 64 };

/** Cost: linear in the claim and, once for each piece, in the evidence cited. */
Verdict ground_check(Arena *a, EvidenceSet *e, const Statement *s);
/** "number", "order" …; "" for none. Names of the API. */
Str  fault_key(Fault fault);
/** The key back; FAULT_NONE for other words. */
Fault fault_of(Str key);
/** Why, for a person or a model: "“64” is in none of the sources". */
Str  verdict_text(Arena *a, const Verdict *v, Str locale);

/** Text without what nobody sees (zero-width, direction and tag characters, controls) and with ASCII forms of full-width
 *  letters, digits and quotes. Line breaks become spaces. Length at most that of `s`. */
Str  ground_plain(Arena *a, Str s);
/** The same in lower case (ASCII): what is compared. */
Str  ground_fold(Arena *a, Str s);
/** Only what nobody sees is gone, and line breaks: how a claim is put into a document. */
Str  ground_clean(Arena *a, Str s);

#pragma once
/** What is recorded about an incident, as numbered pieces (E1, E2 …): what a draft may say, and what each of its claims is
 *  held against. A piece belongs to one incident; nothing else can be cited. */
#include "app/shape.h"
#include "feature/template/facts.h"

/** What people made of it. A claim about causes needs a WEIGHT_CAUSE. */
typedef enum Weight { WEIGHT_PLAIN, WEIGHT_CAUSE, WEIGHT_SUSPECT, WEIGHT_REJECTED } Weight;

typedef struct Piece {
    Str kind;                          /* record, alert, event, change, impact, role, notice, follow_up, message */
    Str id, title, url;                /* id: of the record that a chip opens; empty for the incident's own record, whose url is the incident's */
    Str text;                          /* all that it says, without its times */
    Str aka;                           /* words by which a sentence may mean it, in both languages */
    int64_t at_ms, until_ms, also_ms;  /* 0 = none */
    int64_t stands_for;                /* how many records it condenses; 0 or 1: itself */
    Weight weight;
} Piece;
typedef LIST(Piece) Pieces;

typedef struct Looked Looked;          /* what was read in a piece, made when it is cited first */
typedef struct EvidenceSet {
    Arena *arena;
    Pieces pieces;
    Strs names;                        /* people, services and teams that exist: naming one needs a source */
    Str locale, time_zone;
    Looked **looked;
    void *calendar;
} EvidenceSet;

/** An empty one; fill `pieces` and `names`, then evidence_ready. */
EvidenceSet *evidence_new(Arena *a, Str locale, Str time_zone);
/** Call it once after the last piece was added. */
void evidence_ready(EvidenceSet *e);
/** Everything in the facts, in the order of time behind the incident's own record. More pieces may follow; then evidence_ready. Pure.
 *  Cost: linear. */
EvidenceSet *evidence_of(Arena *a, const Facts *f);
/** One more piece, before evidence_ready: something said in the room of the incident. */
void evidence_say(EvidenceSet *e, Str id, Str by, Str text, int64_t at_ms);
/** The piece that "E12" or "12" names, or NULL. `ret_n` (may be NULL): its number. */
const Piece *evidence_find(const EvidenceSet *e, Str number, size_t *ret_n);
/** "E12" */
Str evidence_number(Arena *a, size_t index);
/** Minutes and all: what a clock in the time zone of the set shows at `ms`, as civil ms. */
int64_t evidence_local(EvidenceSet *e, int64_t ms);

#pragma once
/** Sentences from facts, in English and Chinese, each with what it rests on. A claim says only what is recorded; where the
 *  record is silent about something that a reader needs, it asks instead. By rules: the same facts give the same words. */
#include "feature/template/facts.h"

/** What a claim rests on: an alert, a change, an event of the timeline, or the incident's own record. */
typedef struct Source { Str kind, id, title, url; int64_t at_ms; } Source;
typedef LIST(Source) Sources;

typedef struct Claim {
    Str lead;                /* printed bold in front; may be empty */
    Str text;                /* a sentence */
    Sources sources;         /* empty: the record of the incident itself */
    bool asks;               /* a question to the writer */
} Claim;
typedef LIST(Claim) Claims;

/** What, when, how found, how ended, who led, why. */
void claims_overview(Arena *a, const Facts *f, Claims *ret);
/** Who was affected, by how much and for how long; what the alerts saw. */
void claims_impact(Arena *a, const Facts *f, Claims *ret);
/** Who noticed, how late, what fired first and what fired unheard. */
void claims_detection(Arena *a, const Facts *f, Claims *ret);
/** The trigger as noted, changes marked as causing or mending it, hypotheses confirmed and dropped; suspects when nothing is marked. */
void claims_causes(Arena *a, const Facts *f, Claims *ret);
/** Times to acknowledge, mitigate and resolve, beside what is usual here. */
void claims_response(Arena *a, const Facts *f, Claims *ret);
/** What was said to people outside, and when. */
void claims_communication(Arena *a, const Facts *f, Claims *ret);
/** What measured facts speak for, and against: quick or slow steps, gaps, alerts that nobody took. */
void claims_went_well(Arena *a, const Facts *f, Claims *ret);
void claims_went_poorly(Arena *a, const Facts *f, Claims *ret);
/** What somebody said ought to be done, and is no follow-up yet. */
void claims_proposals(Arena *a, const Facts *f, Claims *ret);
/** What the record does not say and a reader will ask. */
void claims_unknowns(Arena *a, const Facts *f, Claims *ret);

/** Names of those who held a role, joined. */
Str prose_holders(Arena *a, const Facts *f, const char *role);

/* ---- for the files that make claims */

typedef struct Say { Arena *a; const Facts *f; bool zh; Buf b; Claims *to; Sources sources; Str lead; } Say;
Say  say_new(Arena *a, const Facts *f, Claims *to);
/** Appends to the sentence: English or Chinese. */
#define SAY(s, en, zh_, ...) ((s)->zh ? buf_fmt(&(s)->b, zh_ __VA_OPT__(,) __VA_ARGS__) : buf_fmt(&(s)->b, en __VA_OPT__(,) __VA_ARGS__))
/** Ends the sentence and adds it as a claim; an empty one is nothing. */
void say_end(Say *s);
/** Ends it as a question. */
void say_ask(Say *s);
/** What the sentence at hand rests on. NULL adds nothing. */
void say_event(Say *s, const TimelineEvent *e);
void say_alert(Say *s, const Alert *x);
void say_change(Say *s, const Change *c);
/** "10 Nov 2026, 14:07 UTC"; the time of day alone on the day of `near`; "40 minutes". */
Str  say_day(Say *s, int64_t ms);
Str  say_clock(Say *s, int64_t ms, int64_t near);
Str  say_lasted(Say *s, int64_t ms);
/** In the middle of an English sentence. */
Str  say_lower(Say *s, Str text);
/** The first event of a kind (whose data has "to" = `to`, unless that is NULL), or NULL. */
const TimelineEvent *facts_event(const Facts *f, const char *kind, const char *to);
/** The alert that fired first, or NULL. */
const Alert *facts_first_alert(const Facts *f);

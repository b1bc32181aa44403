#pragma once
/** Drafts by a language model, and answers about an incident. Whatever a model says is held against the evidence (ground.h) before
 *  anybody sees it; without a configured model nothing here leaves the house, and all else works.
 *
 *  A section's text goes into the live document as the author "Hindsight (AI)" as long as nobody wrote there; else it waits beside it as
 *  an offer. Claims that nothing supports are repaired once, then marked or dropped by policy (setting ai.unsupported). */
#include "app/feature.h"
#include "document/node.h"
#include "feature/draft/ground.h"
#include "feature/account/account.h"
#include "feature/report/report.h"
#include "port/llm.h"
#include "port/mask.h"

/** A sentence that was checked. `evidence`: what its chips open. */
typedef struct Cited { Str number, kind, id, title, url; int64_t occurred_ms; } Cited;
typedef LIST(Cited) Cites;
typedef struct Said { Str text; Cites evidence; Str fault, why; bool starts; } Said;       /* starts: a new paragraph */
typedef LIST(Said) Sayings;
extern const Shape said_shape;

typedef struct Draft {
    Str id, report_id, section, incident_id, state, wish, time_zone, form, claims, placed, error, model;
    int64_t tokens_in, tokens_out, cost_micro, pieces, pieces_read;
    Str by_id;
    int64_t updated_ms, version;
    /* filled in for readers */
    Str heading, ai;             /* of the template: off, on, instructions */
    bool touched;                /* somebody wrote in the section */
    int64_t kept, unsupported;   /* words of the AI's text that still stand, in percent, -1: none was placed; claims without support */
} Draft;
typedef LIST(Draft) Drafts;

/* model.c */
typedef struct Model { const Llm *llm; LlmConfig config; int64_t window; } Model;
/** Fails: ERR_CONFLICT when none is configured. */
Err  model_open(Cx *cx, Model *ret);
typedef struct Spent { int64_t tokens, cost_micro, calls; } Spent;
Err  model_spent_today(Cx *cx, Spent *ret);
Err  model_spent_on(Cx *cx, Str report, Spent *ret);
/** One question to the model: within the day's budget, masked, kept as it was sent. `answer->text` is unmasked. */
typedef struct ModelCall {
    const char *purpose;         /* section, repair, question, test */
    Str report, incident, section, by;
    Mask *mask;
    LlmRequest request;          /* system and user unmasked */
} ModelCall;
Err  model_call(Cx *cx, const Model *m, ModelCall *call, LlmAnswer *answer);
/** What an answer cost by the prices in the settings, in millionths. */
int64_t model_cost(Cx *cx, const LlmAnswer *answer);
/** May this incident's evidence leave at all? Fails: ERR_CONFLICT. */
Err  model_may_read(Cx *cx, const Incident *i);
extern const Setting draft_settings[];
Err  draft_usage_get(Cx *cx, Req *req, Res *res);
Err  draft_test_post(Cx *cx, Req *req, Res *res);
Err  draft_sent_get(Cx *cx, Req *req, Res *res);
extern const Shape draft_usage_shape, draft_test_shape, draft_sent_shape;
/** Cancelling: a flag that the running call with this id looks at; NULL when it does not run here. */
const atomic_bool *running_begin(Str id);
void running_end(Str id);
void running_stop(Str id);

/* prompt.c */
/** What of the evidence a model reads: all that fits `tokens`, the weightiest first, runs of alike pieces as one. Indexes in order. */
typedef struct Chosen { size_t *at; size_t len; int64_t tokens; Strs lines; } Chosen;
void evidence_choose(Arena *a, EvidenceSet *e, int64_t tokens, Chosen *ret);
Str  prompt_system(Arena *a, Str locale, Str time_zone);
Str  prompt_section(Arena *a, const EvidenceSet *e, const Chosen *chosen, const Section *section, Str wish);
Str  prompt_repair(Arena *a, const EvidenceSet *e, const Chosen *chosen, const Sayings *failing);
Str  prompt_question(Arena *a, const Chosen *chosen, Str question);
extern const char claims_schema[];
/** Claims of an answer, also of one that broke off: whole claims are read, the rest is left. `ret_form`: prose, list. */
void claims_read(Arena *a, Str answer, Statements *ret, bool **ret_starts, Str *ret_form);
/** Checks them. `keep`: what fails stays, marked; else it is left out. */
void claims_judge(Arena *a, EvidenceSet *e, const Statements *claims, const bool *starts, Str locale, Sayings *ret);
Str  sayings_json(Arena *a, const Sayings *all);
Err  sayings_parse(Arena *a, Str json, Sayings *ret);
size_t sayings_failing(const Sayings *all);
/** Facts and what was said in the rooms, numbered and ready, with the names that masking knows. */
Err  draft_evidence(Cx *cx, const Facts *f, Mask *mask, EvidenceSet **ret);
void draft_people(Arena *a, const Facts *f, const Users *users, Mask *mask, EvidenceSet *e);

/* place.c */
DocNodes sayings_nodes(Arena *a, const Sayings *all, Str form, Str locale);
/** The nodes of a section of a text; heading NULL when there is none of this key. */
typedef struct SectionPlace { size_t heading, from, to; DocNode *at; } SectionPlace;
SectionPlace place_of(const DocNode *doc, Str section);
Str   place_text(Arena *a, const DocNode *doc, Str section);
/** Did a person write there? Empty, as it was filled in, and as the AI left it are not. */
Err   place_touched(Cx *cx, const Draft *d, const DocNode *doc, bool *ret);
typedef enum PlaceHow { PLACE_IF_UNTOUCHED, PLACE_REPLACE, PLACE_BELOW } PlaceHow;
/** Puts them into the live document and notes the Markdown in d->placed; *ret_placed false: somebody wrote there. Within a write. */
Err   place_put(Cx *cx, Draft *d, const Sayings *all, Str locale, PlaceHow how, bool *ret_placed);
/** Puts what `wanted` (a filled template) says into the sections that nobody, and no model, wrote in; the rest stays. Within a write. */
Err   place_refill(Cx *cx, Str report, const DocNode *wanted);
int64_t place_kept(Arena *a, const Draft *d, const DocNode *doc);

/* section.c */
Err draft_get(Cx *cx, Str report, Str section, Draft *ret);
Err draft_list(Cx *cx, Str report, Drafts *ret);
Err draft_save(Cx *cx, const Draft *d);
Err draft_touch(Cx *cx, const Report *r, Str section);
void draft_heard(App *app, Str channel, Str payload);
Err draft_section_job(Cx *cx, Str payload);

/* feature.c */
/** Drafts these sections, or, when none are named, all that the template allows and nobody wrote in. Within a write. Nothing begins for
 *  sections that are being written. `*ret_begun`: how many. Fails: ERR_INVALID naming sections[…]. */
Err draft_begin(Cx *cx, const Report *r, Strs sections, Str wish, size_t *ret_begun);

/* automatic.c */
extern const char *const automatic_policies[];
Err automatic_check_teams(Cx *cx, Str names);
extern const Listener automatic_listeners[];

/* review.c */
typedef struct ReviewQuestion { Str paragraph, words, question; } ReviewQuestion;
typedef LIST(ReviewQuestion) ReviewQuestions;
/** Questions of an answer that may be asked: plain, bounded, new (not like one of `asked`), at most five. */
void review_read(Arena *a, Str answer, const Strs *asked, ReviewQuestions *ret);
bool review_is_question(Str s);
bool review_is_alike(Arena *a, Str x, Str y);
Err  review_job(Cx *cx, Str payload);
Err  review_show(Cx *cx, Req *req, Res *res);
Err  review_begin(Cx *cx, Req *req, Res *res);
extern const Shape review_by_ai_shape;

/* question.c */
Err question_job(Cx *cx, Str payload);
Err questions_of_incident(Cx *cx, Req *req, Res *res);
Err questions_of_report(Cx *cx, Req *req, Res *res);
Err question_to_incident(Cx *cx, Req *req, Res *res);
Err question_to_report(Cx *cx, Req *req, Res *res);
Err unknowns_get(Cx *cx, Req *req, Res *res);
extern const Shape question_shape, question_new_shape, unknown_shape;

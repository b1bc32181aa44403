#pragma once
/** What is known about an incident, gathered once and worded in the language of the report: what templates, blocks and
 *  key metrics are made of. By rules, without AI: the same facts give the same words. */
#include "document/node.h"
#include "feature/alert/alert.h"
#include "feature/change/change.h"
#include "feature/followup/followup.h"
#include "feature/incident/incident.h"
#include "feature/template/language.h"
#include "feature/timeline/timeline.h"

typedef struct Facts {
    Incident incident;
    TimelineEvents events;       /* all, in order */
    Alerts alerts;
    FollowUps follow_ups;
    Changes changes;             /* linked ones, without those that were dismissed */
    Str locale, time_zone;
    Str owner;                   /* name of the report's owner */
    Str url;                     /* of the incident */
    int64_t usual[INCIDENT_USUAL];   /* medians of the last year at this severity; 0 = too few to say */
    int64_t now_ms;
    /* what of a live timeline is shown: `options` of the block */
    bool all_events, by_phase;
    Str phase;
} Facts;

/** Reads everything about an incident that the actor may see (the caller has checked), and also the readers of the text
 *  that is made of it: all who may see the incident, or only those of the audience `readers`. `locale`: en or zh.
 *  Cost: a fixed number of queries. */
Err facts_gather(Cx *cx, Str incident, Str locale, Str time_zone, Str owner, Str readers, Facts **ret);
/** The values of names.c. Freed with the arena. */
json_t *facts_values(Arena *a, const Facts *f);
/** A block of names.c as nodes, appended to `to`; nothing when there is nothing to say. */
void facts_block(const Facts *f, Arena *a, Str name, BlockMode mode, DocNodes *to);
/** The block ("incident.timeline") that a liveBlock of this kind shows, or "". */
Str  facts_block_of_live(Str kind);
/** Starred events, or those that carry the story when fewer than three are starred. At most 200. */
void facts_key_events(Arena *a, const Facts *f, TimelineEvents *ret);
/** What an event says, in the language of the facts. */
Str  facts_event_title(Arena *a, const Facts *f, const TimelineEvent *e);

/** The word for a key ("config_change", "incident_commander", "SEV-1") in a language; the key itself when there is none. */
Str  term(Str key, Str locale);
/** "a, b and c" · "a、b 和 c" */
Str  terms_joined(Arena *a, Strs list, Str locale);

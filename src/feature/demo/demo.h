#pragma once
/** Sample data: a year of an invented company. The stories stand in data/ as JSON, with times in seconds from the start of
 *  each incident; they are told through the rules of the features, as the people in them, at the time it was. So sample
 *  data cannot say what the product could not record. */
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/incident/incident.h"

/** The company, looked up by what the stories call it. Filled once per load. */
typedef struct Company {
    Map *people;      /* key → Actor * */
    Map *channels;    /* name → Str * (id) */
    Map *services;    /* name → Str * */
    Map *sources;     /* name → Str * */
} Company;

typedef struct DemoFile { const char *name, *at; uint64_t len, gzip; } DemoFile;
extern const DemoFile demo_files[];
extern const Feature demo_feature;

/** Notes that a part of the sample data is made; *ret_new is false when it was already. Within a write. */
Err part_note(Cx *cx, Str name, Str made, bool *ret_new);
/** What was noted with it, or "". */
Err part_made(Cx *cx, Str name, Str *ret);
/** People, teams, channels, services, sources and rules; those that are there already stay. Within a write. */
Err company_load(Cx *cx, Company *ret);
/** One story in full, told at its own times. Within a write. */
Err story_tell(Cx *cx, const Company *company, const json_t *story);
/** A story made of one line of year.json: [language, days_ago, severity, title, channel, services, trigger, cause, minutes to
 *  resolve, minutes to detect, commander, summary, follow-up, state of the report]. */
Err year_line_story(Cx *cx, const json_t *line, json_t **ret_story);

/** Monitors with three months of results. Within a write; once the incidents are there. */
Err monitors_tell(Cx *cx);

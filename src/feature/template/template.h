#pragma once
/** Templates: the sections of a report, each with a guide for the writer and a prefill in the template language.
 *  Built-in ones are part of the program (ids such as "standard-en"), custom ones are rows; both are read the same way. */
#include "app/feature.h"
#include "document/node.h"
#include "feature/incident/incident.h"

typedef struct Section {
    Str heading, guide, prefill;
    bool required;
    Str ai, ai_instructions;       /* off, on, instructions */
    Str key;                       /* stays when the heading is renamed; made from the heading when empty */
} Section;
typedef LIST(Section) Sections;

/** When a template is suggested. Empty parts fit everything. */
typedef struct TemplateMatch { Strs severity, kind; Str team_id, channel_id; } TemplateMatch;

typedef struct Template {
    Str id, name, language, description, team_id;
    Ref team;
    bool built_in, is_default, suggested, can_edit, removed;
    Str match;                     /* JSON of a TemplateMatch */
    Sections sections;
    int64_t version, created_ms, updated_ms;
} Template;
typedef LIST(Template) Templates;
extern const Shape template_shape;

/** One by id, removed ones too (reports made from them remember it). Fails: ERR_NOT_FOUND. */
Err template_get(Cx *cx, Str id, Template *ret);
/** All that are not removed: defaults first, then custom, then built-in. `language` may be empty. With an incident, the one that
 *  fits it is `suggested` and stands first. */
Err template_list(Cx *cx, Str language, const Incident *incident, Templates *ret);
/** The template for an incident in a language: a custom one whose rule fits, else the default, else a built-in one. */
Err template_for(Cx *cx, const Incident *incident, Str language, Template *ret);
/** The language that a report about it would be written in: Chinese when its title is, else the reader's. */
Str template_language(const Incident *incident, Str locale);
/** Checks names, sizes and every prefill. Fails: ERR_INVALID naming "sections[2].prefill", with line and column. */
Err template_check(Cx *cx, const Template *t);
/** A rule as it comes in a request: its team and channel, by id or name, must be there. Fails: ERR_INVALID naming match.team_id, match.channel_id. */
Err template_match_named(Cx *cx, Str given, Str *ret);
/** Adds a custom one. Within a write. Fails: like template_check; ERR_CONFLICT when the name is taken. */
Err template_add(Cx *cx, const Template *t, Str *ret_id);

/** A template filled in from an incident the actor may see: headings carry `section`, `guide`, `required`.
 *  `owner`: the name of the report's owner, may be empty. */
Err template_fill(Cx *cx, const Template *t, Str incident, Str time_zone, Str owner, DocNode **ret_doc);
/** The text `now` under the sections of `wanted` (a filled template). Sections are found again by key, else by heading. What somebody wrote
 *  stays: in its section, or behind all others when the new template has none for it. Sections that are empty, or say only what one of
 *  `untouched` says there (templates as they were filled in), begin anew. Takes nodes over; changes none. */
DocNode *template_merge(Arena *a, const DocNode *now, const DocNodes *untouched, const DocNode *wanted);
/** Appends what is known about one more incident: a heading, what happened, its timeline. */
Err template_append(Cx *cx, Str incident, Str locale, Str time_zone, DocNode *doc);
/** Replaces every live block by what it shows now, for pages and exports. Blocks of incidents that the actor may not see
 *  become nothing; with `own` (ids), so do those of private incidents that are not among them: readers of a page may be
 *  others than the one who makes it. What only some readers of an incident may see is shown if `readers`, the audience of the
 *  page, is theirs. */
Err template_expand_live(Cx *cx, Str locale, Str time_zone, const Strs *own, Str readers, DocNode *doc);
/** The figures of an incident for the key metrics of a report, worded: severity, started_at, ended_at, duration, responders,
 *  customers_affected. "" is not known. */
typedef struct KeyFigures { Str severity; int64_t started_ms, ended_ms, duration_ms, responders, customers; } KeyFigures;
void template_figures(const Incident *i, KeyFigures *ret);

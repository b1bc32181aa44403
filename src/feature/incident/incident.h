#pragma once
/** Incidents: what went wrong, how bad, since when, who works on it. Every change is an event (room "incident"), which
 *  the timeline writes down and open pages hear of.
 *
 *  Private incidents carry the audience "incident:ID"; the route's resolver, every list, count, export and live update
 *  filter by it. Features above keep copies of audience, channel and team of an incident and hear of changes:
 *      incident.visibility_changed {"from","to","audience"}
 *      incident.field_changed      {"field":"channel_id"|"team_id"|…,"from","to","from_name","to_name"}
 *      incident.merged             {"into","reference","title"}   (subject: the one that goes)
 *  Times: Unix ms, 0 = not known. impact_started_ms never defaults to declared_ms. While an incident has impacts
 *  with times, impact_started_ms and impact_ended_ms are their earliest start and latest end. */
#include "app/feature.h"

extern const char *const incident_kinds[], *const incident_statuses[], *const incident_severities[];
extern const char *const incident_roles[], *const incident_detections[], *const incident_triggers[];
extern const char *const incident_impact_kinds[], *const incident_relations[];

typedef struct Impact {
    Str id, kind, title, description;
    int64_t started_ms, ended_ms;
    Strs service_ids;
    Refs services;
    int64_t customers_affected, requests_affected;   /* 0 = not known */
    double cost;                                     /* 0 = not known */
    Str currency;                                    /* ISO 4217 */
} Impact;
typedef LIST(Impact) Impacts;

typedef struct RoleHolder { Str role; UserRef user; int64_t joined_ms, left_ms; } RoleHolder;
typedef LIST(RoleHolder) RoleHolders;
typedef struct Cause { Str key, name, note; } Cause;
typedef LIST(Cause) Causes;
/** `status`: recorded, pending, not_applicable, invalid. value_ms means something only when recorded. */
typedef struct Metric { Str key, label, definition, status; int64_t value_ms; } Metric;
typedef LIST(Metric) Metrics;
typedef struct IncidentLink { Str id, reference, title, relation, status; } IncidentLink;
typedef LIST(IncidentLink) IncidentLinks;
typedef struct IncidentReport { Str id, reference, title, state; } IncidentReport;
typedef LIST(IncidentReport) IncidentReports;
typedef struct IncidentCounts {
    Str id;
    int64_t events, alerts, follow_ups, changes, messages, reports;
} IncidentCounts;
typedef LIST(IncidentCounts) IncidentCountsOne;

typedef struct Incident {
    Str id, reference, kind, status, severity, visibility, title, summary;
    Str audience;                      /* "" or "incident:ID" */
    Str channel_id, team_id;
    Ref channel, team;
    Refs services;
    Str labels, custom_fields;         /* JSON objects */
    int64_t impact_started_ms, detected_ms, declared_ms, acknowledged_ms, mitigated_ms, resolved_ms;
    int64_t impact_ended_ms, closed_ms, published_ms;
    Str detection, detection_note, trigger, trigger_note;
    Causes causes;
    Impacts impacts;
    RoleHolders roles;
    Metrics metrics;
    UserRef declared_by, commander;
    Str declared_how;                  /* alert, manual, api, chat */
    RecordRef merged_into;
    Str no_report_reason;
    IncidentLinks links;
    IncidentCounts counts;
    IncidentReports reports;           /* that the actor may see */
    Str report_state;                  /* of the furthest of them; empty without one. incident_row: of those that all see */
    UserRefs members;                  /* of a private incident */
    Refs member_teams;
    int64_t version, created_ms, updated_ms;
    bool active, can_edit;
    int64_t number, sort_ms, rank;     /* lists only */
} Incident;
typedef LIST(Incident) Incidents;

/** What a new incident is made of, and what an edit may name. Empty means not told. */
typedef struct IncidentInput {
    Str title, summary, kind, severity, status, visibility, channel_id, team_id;
    Strs service_ids;
    Str labels, custom_fields;
    int64_t impact_started_ms, detected_ms, declared_ms, acknowledged_ms, mitigated_ms, resolved_ms;
    int64_t impact_ended_ms, closed_ms;
    Str detection, detection_note, trigger, trigger_note;
    Causes causes;
    Str commander_id;                  /* POST only */
    Strs member_ids, member_team_ids;  /* POST only: who besides the declarer may see a private one */
    Str declared_how;                  /* C only: "alert" for routing; empty = manual (session) or api (token) */
    Str no_report_reason;
} IncidentInput;

extern const Shape incident_shape, incident_row_shape, impact_shape;

/** Declares one; event incident.created. `ret` is complete. Within a write.
 *  Fails: ERR_INVALID naming the field. */
Err incident_add(Cx *cx, const IncidentInput *in, Incident *ret);
/** Everything about one, by id; a fixed number of queries. The caller has checked access (resolver, incident_check).
 *  Fails: ERR_NOT_FOUND. */
Err incident_get(Cx *cx, Str id, Incident *ret);
/** Whether not all who read `one` may know of `other`: its timeline then names no id and no reference. */
bool incident_is_hidden_beside(const Incident *other, const Incident *one);
/** Only its own row: one query. */
Err incident_row(Cx *cx, Str id, Incident *ret);
/** By id or reference ("INC-42") as given; ERR_NOT_FOUND for unknown and for invisible alike. */
Err incident_resolve(Cx *cx, Str given, Str *ret_id);
/** id, reference and title of those the actor may see, in any order; unknown and invisible ones are left out. */
Err incident_refs(Cx *cx, Strs ids, RecordRefs *ret);
/** Moves it to `status` with the times that follow from it; event incident.status_changed or incident.reopened.
 *  The same status again changes nothing. Within a write. Fails: ERR_CONFLICT when it was merged. */
Err incident_set_status(Cx *cx, Str id, Str status);
/** Raises or lowers severity; event incident.severity_changed. Within a write. */
Err incident_set_severity(Cx *cx, Str id, Str severity);
/** Records or corrects one of its times ("mitigated_at"), as an edit would; event incident.time_corrected. Within a write.
 *  Fails: ERR_INVALID naming the field. */
Err incident_set_time(Cx *cx, Str id, Str field, int64_t ms);
/** Adds or corrects an impact (in->id empty adds); recomputes the incident's times. Within a write. */
Err incident_impact_put(Cx *cx, Str incident, Impact *in);
/** Gives a role; a second time while held changes nothing. Within a write. */
Err incident_role_add(Cx *cx, Str incident, Str role, Str user);
Err incident_role_leave(Cx *cx, Str incident, Str role, Str user);
enum { INCIDENT_USUAL = 3 };
/** What is usual: medians of the times to acknowledge, to mitigate and to resolve, in ms, of incidents like `i` in the year
 *  before it that everybody may see (same severity; at most the latest 300). 0 where fewer than five say. */
Err incident_usual(Cx *cx, const Incident *i, int64_t ret[INCIDENT_USUAL]);
/** Users who hold or held a role, for reports: who was there. */
Err incident_responders(Cx *cx, Str incident, UserRefs *ret);

typedef enum IncidentCount {
    INCIDENT_EVENTS,
    INCIDENT_ALERTS,
    INCIDENT_CHANGES,
    INCIDENT_MESSAGES
} IncidentCount;
/** Keeps a figure that lists show; the feature that attaches or detaches calls it in the same write. */
Err incident_count(Cx *cx, Str incident, IncidentCount what, int64_t delta);
/** How many follow-ups everybody sees who sees the incident. Within a write. */
Err incident_follow_ups_set(Cx *cx, Str incident, int64_t n);
/** What the incident shows of a report: its state as a pill, time to report once published, to those who may see the
 *  report. Within a write. `published_ms` 0 while it is not. */
Err incident_report_set(Cx *cx, Str incident, RecordRef report, Str state, int64_t published_ms, Str audience);
/** Who may see the report now: its references in all incidents obey it. Within a write. */
Err incident_report_audience(Cx *cx, Str report, Str audience);
/** The same as it stands; "" also for reports that are in no incident. */
Err incident_report_audience_of(Cx *cx, Str report, Str *ret);
Err incident_report_remove(Cx *cx, Str incident, Str report);
/** Reports known from incidents, by id: for naming them below the report feature. Unknown and invisible ones are left out. */
Err incident_report_refs(Cx *cx, Strs ids, RecordRefs *ret);
/** One by id or reference, with an incident it is about and its audience. The actor must see both.
 *  Fails: ERR_INVALID naming `field`. */
Err incident_report_named(Cx *cx, Str field, Str given, RecordRef *ret, Str *ret_incident, Str *ret_audience);

/** What lists accept. Empty lists and texts do not filter. */
typedef struct IncidentFilter {
    Strs status, severity, kind, channel, team, service, visibility;
    bool active;
    Str person;              /* user id who holds a role now */
    Str report;              /* "none": no report and no reason why not; "any" */
    Str q;
    int64_t since_ms, until_ms;   /* of the time it began: impact start, else declared */
    Str sort;                /* "active" (first, then newest), "newest", "oldest", "severity", "updated" */
} IncidentFilter;
/** A page of rows the actor may see; `limit` + 1 are asked for by lists. Cost: index walk plus 4 bulk look-ups. */
Err incident_list(Cx *cx, const IncidentFilter *filter, Cursor after, int64_t limit, Incidents *ret);
/** How many there are; -1: over 1,000. */
Err incident_total(Cx *cx, const IncidentFilter *filter, int64_t *ret);
/** Both, looking for the words of `q` once. `ret_total` may be NULL; it is -1 after the first page, too. */
Err incident_page(Cx *cx, const IncidentFilter *filter, Cursor after, int64_t limit, Incidents *ret, int64_t *ret_total);

/** Adds an id once; empty ones are left out. For gathering what a page names. */
static inline void ids_add(Arena *a, Strs *list, Str id)
{
    for (size_t i = 0; i < list->len; i++)
        if (str_eq(list->at[i], id)) return;
    if (id.len) *list_add(a, list) = id;
}

/** Fills `metrics` from the times. */
void incident_metrics(Arena *a, Incident *i);

#pragma once
/** Inside the incident's room: what its files share. */
#include "feature/incident/incident.h"

extern const Shape incident_new_shape, incident_edit_shape;
extern const Setting incident_settings[];

/* rows.c */
bool incident_can_edit(const Cx *cx);
/** public or private. */
Str incident_visibility(Str audience);
Err incident_read_impacts(Cx *cx, Str id, Impacts *ret);
Err incident_read_causes(Cx *cx, Str id, Causes *ret);
/** Service ids into `to` (incidents of `ids`) and all of them once into ret_all. */
Err incident_services_of(Cx *cx, Strs ids, Incidents *to, Strs *ret_all);

/* edit.c */
/** Applies the fields that `present` names to one; each difference is an event. Fails: ERR_STALE, ERR_INVALID. */
Err incident_edit(Cx *cx, Str id, Present present, const IncidentInput *in);

/* rules.c */
typedef struct TimeField { const char *name, *words; size_t in, row; } TimeField;   /* offsets in IncidentInput, Incident */
enum { INCIDENT_TIMES = 8 };
extern const TimeField incident_time_fields[];
static inline int64_t *incident_time_in(void *record, size_t offset)
{
    return (int64_t *)(void *)((char *)record + offset);
}
static inline int64_t incident_time_of(const void *record, size_t offset)
{
    return *(const int64_t *)(const void *)((const char *)record + offset);
}
/** Where it belongs, by ids or names; the channel's team when none is named. */
Err incident_place(Cx *cx, Incident *i, Str channel, Str team);
/** The status with the times that follow from it, in `i`; open impacts end with a resolution. Nothing is saved. */
Err incident_change_status(Cx *cx, Incident *i, Str status);
Err incident_tell_status(Cx *cx, const Incident *i, Str from, Str to);
Err incident_tell_severity(Cx *cx, const Incident *i, Str from, Str to);
/** Writes a changed row: figures that follow from it, version, search entry; tells open pages. */
Err incident_save(Cx *cx, Incident *i);
/** True when the status means that people are still at it. */
bool incident_is_active(Str status);
/** Fails naming the first time that cannot be true. */
Err incident_check_times(Cx *cx, const Incident *i);

/* news.c */
typedef struct Pair { const char *key; Str value; } Pair;
/** {"key":"value"|null,…} from pairs that end with a NULL key; empty values are null. */
Str incident_data(Arena *a, const Pair *pairs);
#define DATA(cx, ...) incident_data((cx)->arena, (const Pair[]){ __VA_ARGS__, { 0 } })
/** RFC 3339, or empty when not known. */
Str incident_time(Arena *a, int64_t ms);
/** Emits "incident.KIND". `i->version` is the version after the change. */
Err incident_news(Cx *cx, const Incident *i, const char *kind, Str object, Str title, Str data);

/* relations.c */
Err incident_put_services(Cx *cx, Str id, Strs services);
Err incident_put_causes(Cx *cx, Str id, const Causes *causes);
Err incident_link(Cx *cx, Str id, Str other, Str relation);
Err incident_unlink(Cx *cx, Str id, Str other);

/* impacts.c */
/** Takes impact_started_ms and impact_ended_ms from the impacts, when there are any with times. */
void incident_impact_times(Incident *i, const Impacts *impacts);
/** The same from what is stored, and saves `i`. Fails when its times cannot be true then. */
Err incident_impact_sum(Cx *cx, Incident *i);
Err incident_impact_remove(Cx *cx, Str incident, Str impact);

/* people.c */
Err incident_members_set(Cx *cx, Incident *i, Strs users, Strs teams);
/** Lets one more person see a private incident. */
Err incident_member_add(Cx *cx, const Incident *i, Str user);
/** Which roles the person holds now. */
Err incident_roles_held(Cx *cx, Str incident, Str user, Strs *ret);

/* merge.c */
Err incident_merge(Cx *cx, Str id, Str into);

/* causes.c */
/** The settings' word for a cause; the key itself when it is no longer there. */
Str incident_cause_name(Cx *cx, Str key);
/** All of them, in the order of the setting. */
Err incident_cause_list(Cx *cx, Causes *ret);

/* export.c */
Err incident_csv(Cx *cx, const IncidentFilter *filter, Str *ret);
/** Of two states of reports (either may be empty): the one that is further. */
Str incident_furthest(Str a, Str b);

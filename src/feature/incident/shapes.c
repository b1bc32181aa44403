/* How incidents look as JSON. */
#include "feature/incident/rules.h"

static SHAPE(role_shape, RoleHolder, "Somebody with a role in an incident",
    FIELD(RoleHolder, role, REQUIRED, "incident_commander, communications_lead, scribe, responder, observer", .values = incident_roles),
    FIELD_OF(RoleHolder, user, FIELD_ONE, &user_ref_shape, READ_ONLY, "Who"),
    FIELD_AT(RoleHolder, joined_ms, READ_ONLY, "Since when"),
    FIELD_AT(RoleHolder, left_ms, READ_ONLY | NULLABLE, "Until when; null while they hold it"));

static SHAPE(cause_shape, Cause, "A contributing factor",
    FIELD(Cause, key, REQUIRED, "Its key in the setting incident.causes"),
    FIELD(Cause, name, READ_ONLY, "Its words"),
    FIELD(Cause, note, MULTILINE, "What exactly", .max = 2000));

static SHAPE(metric_shape, Metric, "How long something took",
    FIELD(Metric, key, READ_ONLY, "time_to_detect, time_to_acknowledge, time_to_mitigate, time_to_resolve, impact_duration, time_to_report"),
    FIELD(Metric, label, READ_ONLY, "In English"),
    FIELD(Metric, definition, READ_ONLY, "From what to what"),
    FIELD(Metric, status, READ_ONLY, "recorded, pending, not_applicable or invalid (the moments are in the wrong order)"),
    FIELD(Metric, value_ms, READ_ONLY, "Milliseconds; means something only when recorded"));

static SHAPE(link_shape, IncidentLink, "Another incident and how it is related",
    FIELD(IncidentLink, id, READ_ONLY, "UUIDv7"), FIELD(IncidentLink, reference, READ_ONLY, "INC-42"),
    FIELD(IncidentLink, title, READ_ONLY, ""),
    FIELD(IncidentLink, relation, READ_ONLY, "related, caused_by, causes, duplicate, recurrence_of"));

static SHAPE(counts_shape, IncidentCounts, "How much there is",
    FIELD(IncidentCounts, id, READ_ONLY, "The incident"), FIELD(IncidentCounts, events, READ_ONLY, "On the timeline"),
    FIELD(IncidentCounts, alerts, READ_ONLY, ""), FIELD(IncidentCounts, follow_ups, READ_ONLY, ""),
    FIELD(IncidentCounts, changes, READ_ONLY, ""), FIELD(IncidentCounts, messages, READ_ONLY, ""),
    FIELD(IncidentCounts, reports, READ_ONLY, ""));

static SHAPE(reports_shape, IncidentReport, "A report about it",
    FIELD(IncidentReport, id, READ_ONLY, "UUIDv7"), FIELD(IncidentReport, reference, READ_ONLY, "PM-7"),
    FIELD(IncidentReport, title, READ_ONLY, ""), FIELD(IncidentReport, state, READ_ONLY, "draft, in_review, published, archived"));

SHAPE(impact_shape, Impact, "What was hurt, for how long and how much",
    FIELD(Impact, id, READ_ONLY, "UUIDv7"),
    FIELD(Impact, kind, REQUIRED, "availability, latency, data, security, other", .values = incident_impact_kinds),
    FIELD(Impact, title, REQUIRED, "In a few words"),
    FIELD(Impact, description, MULTILINE, "Markdown", .max = 10000),
    FIELD_AT(Impact, started_ms, NULLABLE, "Null: not known"),
    FIELD_AT(Impact, ended_ms, NULLABLE, "Null: lasts, or not known"),
    FIELD(Impact, service_ids, 0, "Services that were hurt"),
    FIELD_OF(Impact, services, FIELD_MANY, &ref_shape, READ_ONLY, "Their names"),
    FIELD(Impact, customers_affected, NULLABLE, "Null: not known"),
    FIELD(Impact, requests_affected, NULLABLE, "Null: not known"),
    FIELD(Impact, cost, NULLABLE, "Money lost; null: not known"),
    FIELD(Impact, currency, NULLABLE, "ISO 4217", .max = 3));

SHAPE(incident_shape, Incident, "An incident",
    FIELD(Incident, id, READ_ONLY, "UUIDv7"),
    FIELD(Incident, reference, READ_ONLY, "INC-42"),
    FIELD(Incident, kind, READ_ONLY, "standard, retrospective, drill, test, near_miss"),
    FIELD(Incident, status, READ_ONLY, "triage, investigating, identified, monitoring, resolved, closed, canceled, merged"),
    FIELD(Incident, active, READ_ONLY, "People are still at it"),
    FIELD(Incident, severity, READ_ONLY, "SEV-1 … SEV-4, unknown"),
    FIELD(Incident, visibility, READ_ONLY, "public or private"),
    FIELD(Incident, title, READ_ONLY, ""),
    FIELD(Incident, summary, READ_ONLY | MULTILINE, "Markdown"),
    FIELD_OF(Incident, channel, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "Where it lives"),
    FIELD_OF(Incident, team, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "Who owns it"),
    FIELD_OF(Incident, services, FIELD_MANY, &ref_shape, READ_ONLY, "Services concerned"),
    FIELD_RAW(Incident, labels, READ_ONLY | MAP, "Free labels"),
    FIELD_RAW(Incident, custom_fields, READ_ONLY | OBJECT, "Whatever a company wants to keep"),
    FIELD_AT(Incident, impact_started_ms, READ_ONLY | NULLABLE, "Earliest start of its impacts, or as noted"),
    FIELD_AT(Incident, detected_ms, READ_ONLY | NULLABLE, ""),
    FIELD_AT(Incident, declared_ms, READ_ONLY, ""),
    FIELD_AT(Incident, acknowledged_ms, READ_ONLY | NULLABLE, ""),
    FIELD_AT(Incident, mitigated_ms, READ_ONLY | NULLABLE, ""),
    FIELD_AT(Incident, resolved_ms, READ_ONLY | NULLABLE, ""),
    FIELD_AT(Incident, impact_ended_ms, READ_ONLY | NULLABLE, "Latest end of its impacts, or as noted"),
    FIELD_AT(Incident, closed_ms, READ_ONLY | NULLABLE, ""),
    FIELD(Incident, detection, READ_ONLY | NULLABLE, "How it was found"),
    FIELD(Incident, detection_note, READ_ONLY | MULTILINE, ""),
    FIELD(Incident, trigger, READ_ONLY | NULLABLE, "What set it off"),
    FIELD(Incident, trigger_note, READ_ONLY | MULTILINE, ""),
    FIELD_OF(Incident, causes, FIELD_MANY, &cause_shape, READ_ONLY, "Contributing factors, most important first"),
    FIELD_OF(Incident, impacts, FIELD_MANY, &impact_shape, READ_ONLY, ""),
    FIELD_OF(Incident, roles, FIELD_MANY, &role_shape, READ_ONLY, "Who was there, by joining"),
    FIELD_OF(Incident, commander, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who leads it now"),
    FIELD_OF(Incident, metrics, FIELD_MANY, &metric_shape, READ_ONLY, ""),
    FIELD_OF(Incident, declared_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Null: by an alert"),
    FIELD(Incident, declared_how, READ_ONLY, "alert, manual, api, chat"),
    FIELD_OF(Incident, merged_into, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, ""),
    FIELD(Incident, no_report_reason, READ_ONLY | NULLABLE, "Why it needs no report"),
    FIELD_OF(Incident, links, FIELD_MANY, &link_shape, READ_ONLY, "Linked incidents"),
    FIELD_OF(Incident, counts, FIELD_ONE, &counts_shape, READ_ONLY, ""),
    FIELD_OF(Incident, reports, FIELD_MANY, &reports_shape, READ_ONLY, ""),
    FIELD(Incident, report_state, READ_ONLY | NULLABLE, "Of the report that is furthest"),
    FIELD_OF(Incident, members, FIELD_MANY, &user_ref_shape, READ_ONLY, "People who may see it when it is private"),
    FIELD_OF(Incident, member_teams, FIELD_MANY, &ref_shape, READ_ONLY, "Teams who may see it when it is private"),
    FIELD(Incident, version, READ_ONLY, ""),
    FIELD_AT(Incident, created_ms, READ_ONLY, ""),
    FIELD_AT(Incident, updated_ms, READ_ONLY, ""),
    FIELD(Incident, can_edit, READ_ONLY, "May the asker change it"));

const Shape incident_row_shape = { "IncidentRow", sizeof(Incident), (const Field[]){
    FIELD(Incident, id, READ_ONLY, "UUIDv7"),
    FIELD(Incident, reference, READ_ONLY, "INC-42"),
    FIELD(Incident, title, READ_ONLY, ""),
    FIELD(Incident, kind, READ_ONLY, ""),
    FIELD(Incident, status, READ_ONLY, ""),
    FIELD(Incident, active, READ_ONLY, ""),
    FIELD(Incident, severity, READ_ONLY, ""),
    FIELD(Incident, visibility, READ_ONLY, ""),
    FIELD_OF(Incident, channel, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, ""),
    FIELD_OF(Incident, team, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, ""),
    FIELD_OF(Incident, services, FIELD_MANY, &ref_shape, READ_ONLY, ""),
    FIELD_OF(Incident, commander, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, ""),
    FIELD_RAW(Incident, labels, READ_ONLY | MAP, ""),
    FIELD_AT(Incident, impact_started_ms, READ_ONLY | NULLABLE, ""),
    FIELD_AT(Incident, declared_ms, READ_ONLY, ""),
    FIELD_AT(Incident, mitigated_ms, READ_ONLY | NULLABLE, ""),
    FIELD_AT(Incident, resolved_ms, READ_ONLY | NULLABLE, ""),
    FIELD_AT(Incident, impact_ended_ms, READ_ONLY | NULLABLE, ""),
    FIELD(Incident, report_state, READ_ONLY | NULLABLE, ""),
    FIELD(Incident, no_report_reason, READ_ONLY | NULLABLE, ""),
    FIELD(Incident, version, READ_ONLY, ""),
    FIELD_AT(Incident, updated_ms, READ_ONLY, ""),
    { 0 } }, "An incident in a list" };

static const char *const visibilities[] = { "public", "private", NULL };

#define COMMON_FIELDS \
    FIELD(IncidentInput, summary, MULTILINE | NULLABLE, "Markdown", .max = 20000), \
    FIELD(IncidentInput, kind, 0, "Default standard", .values = incident_kinds), \
    FIELD(IncidentInput, severity, 0, "Default unknown", .values = incident_severities), \
    FIELD(IncidentInput, status, 0, "Default triage", .values = incident_statuses), \
    FIELD(IncidentInput, visibility, 0, "Default public", .values = visibilities), \
    FIELD(IncidentInput, channel_id, NULLABLE, "Id or name"), \
    FIELD(IncidentInput, team_id, NULLABLE, "Id or name; default the channel's"), \
    FIELD(IncidentInput, service_ids, 0, "Ids or names"), \
    FIELD_RAW(IncidentInput, labels, MAP | NULLABLE, "Free labels", .max = 20000), \
    FIELD_RAW(IncidentInput, custom_fields, OBJECT | NULLABLE, "Any object", .max = 20000), \
    FIELD_AT(IncidentInput, impact_started_ms, NULLABLE, ""), \
    FIELD_AT(IncidentInput, detected_ms, NULLABLE, ""), \
    FIELD_AT(IncidentInput, declared_ms, NULLABLE, "Default now"), \
    FIELD_AT(IncidentInput, acknowledged_ms, NULLABLE, ""), \
    FIELD_AT(IncidentInput, mitigated_ms, NULLABLE, ""), \
    FIELD_AT(IncidentInput, resolved_ms, NULLABLE, ""), \
    FIELD_AT(IncidentInput, impact_ended_ms, NULLABLE, ""), \
    FIELD_AT(IncidentInput, closed_ms, NULLABLE, ""), \
    FIELD(IncidentInput, detection, NULLABLE, "How it was found", .values = incident_detections), \
    FIELD(IncidentInput, detection_note, MULTILINE | NULLABLE, "", .max = 5000), \
    FIELD(IncidentInput, trigger, NULLABLE, "What set it off", .values = incident_triggers), \
    FIELD(IncidentInput, trigger_note, MULTILINE | NULLABLE, "", .max = 5000), \
    FIELD_OF(IncidentInput, causes, FIELD_MANY, &cause_shape, 0, "Contributing factors, most important first", .max = 20), \
    FIELD(IncidentInput, no_report_reason, MULTILINE | NULLABLE, "Why it needs no report", .max = 2000)

const Shape incident_new_shape = { "IncidentNew", sizeof(IncidentInput), (const Field[]){
    FIELD(IncidentInput, title, REQUIRED, "What is wrong, as people notice it", .max = 300),
    COMMON_FIELDS,
    FIELD(IncidentInput, commander_id, NULLABLE, "Who leads it: id, e-mail address or me"),
    FIELD(IncidentInput, member_ids, 0, "Besides you, people who may see it when it is private"),
    FIELD(IncidentInput, member_team_ids, 0, "Teams who may see it when it is private"),
    { 0 } }, "What declares an incident" };

const Shape incident_edit_shape = { "IncidentEdit", sizeof(IncidentInput), (const Field[]){
    FIELD(IncidentInput, title, REQUIRED, "What is wrong, as people notice it", .max = 300),
    COMMON_FIELDS,
    { 0 } }, "What can be changed about an incident" };

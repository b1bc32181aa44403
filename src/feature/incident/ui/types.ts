/** Incidents as the API sends them. */
import type { Id, Metric, Person, Ref } from 'app/types';

export type RecordRef = { id: Id; reference: string; title: string };

export type IncidentRow = {
    id: Id; reference: string; title: string; kind: string; status: string; active: boolean; severity: string; visibility: string;
    channel: Ref | null; team: Ref | null; services: Ref[]; commander: Person | null; labels: Record<string, string> | null;
    impact_started_at: string | null; declared_at: string; mitigated_at: string | null; resolved_at: string | null; impact_ended_at: string | null;
    report_state: string | null; no_report_reason: string | null; version: number; updated_at: string;
};

export type Impact = {
    id: Id; kind: string; title: string; description: string; started_at: string | null; ended_at: string | null;
    service_ids: Id[]; services: Ref[]; customers_affected: number | null; requests_affected: number | null;
    cost: number | null; currency: string | null;
};

export type RoleHolder = { role: string; user: Person; joined_at: string; left_at: string | null };
export type Cause = { key: string; name: string; note: string };

export type Incident = IncidentRow & {
    summary: string; custom_fields: Record<string, unknown> | null;
    detected_at: string | null; acknowledged_at: string | null; closed_at: string | null;
    detection: string | null; detection_note: string; trigger: string | null; trigger_note: string;
    causes: Cause[]; impacts: Impact[]; roles: RoleHolder[]; metrics: Metric[];
    declared_by: Person | null; declared_how: string; merged_into: RecordRef | null;
    links: (RecordRef & { relation: string })[];
    counts: { events: number; alerts: number; follow_ups: number; changes: number; messages: number; reports: number };
    reports: (RecordRef & { state: string })[];
    members: Person[]; member_teams: Ref[]; created_at: string; can_edit: boolean;
};

export const statuses = ['triage', 'investigating', 'identified', 'monitoring', 'resolved', 'closed'] as const;
export const kinds = ['standard', 'retrospective', 'drill', 'test', 'near_miss'] as const;
export const roles = ['incident_commander', 'communications_lead', 'scribe', 'responder', 'observer'] as const;
export const detections = ['monitor', 'alert', 'customer_report', 'support_escalation', 'internal_user', 'other'] as const;
export const triggers = ['deploy', 'config_change', 'traffic', 'dependency', 'hardware', 'expiry', 'data', 'human_system_interaction', 'unknown'] as const;
export const impactKinds = ['availability', 'latency', 'data', 'security', 'other'] as const;
export const relations = ['related', 'caused_by', 'causes', 'duplicate', 'recurrence_of'] as const;
export const severities = ['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4', 'unknown'] as const;

/** The times of an incident in the order they usually come. */
export const timeFields = ['impact_started_at', 'detected_at', 'declared_at', 'acknowledged_at', 'mitigated_at', 'impact_ended_at', 'resolved_at', 'closed_at'] as const;
export type TimeField = (typeof timeFields)[number];

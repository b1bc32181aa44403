/** What the API sends about alerts; field names are the API's. */
import type { Id, Ref } from 'app/types';

export type Link = { title: string; url: string };
export type SourceRef = { id: Id; name: string; kind: string };
export type Alert = {
    id: Id; source: SourceRef; dedup_key: string; status: 'firing' | 'resolved'; severity: string; title: string; description: string;
    labels: Record<string, string>; links: Link[]; note: string | null; group_key: string | null;
    started_at: string; ended_at: string | null; acknowledged_at: string | null; flapping_at: string | null; received_at: string; last_received_at: string; count: number;
    incident: { id: Id; reference: string; title: string } | null; channel: Ref | null; version: number;
};
export type Summary = { firing: number; quarantined: number };

export type Kind = { kind: string; title: string; description: string; instructions_markdown: string; sample: string; secret: string | null; has_mapping: boolean; gives_changes: boolean };
export type Mapping = Record<string, unknown>;
export type Integration = {
    id: Id; kind: string; name: string; channel_id: Id | null; channel: Ref | null; url: string; enabled: boolean; has_secret: boolean; mapping: Mapping | null;
    last_received_at: string | null; received_count: number; error: string | null; error_at: string | null; version: number;
};
export type Captured = { body: string; received_at: string };
export type PreviewAlert = Pick<Alert, 'dedup_key' | 'status' | 'severity' | 'title' | 'description' | 'labels' | 'links' | 'note' | 'ended_at' | 'group_key'> & { started_at: string | null };

export type Op = 'is' | 'is_not' | 'matches' | 'exists';
export type Condition = { label: string; op: Op; value: string };
export type Rule = {
    id: Id; position: number; name: string; enabled: boolean; match: Condition[]; channel_id: Id | null; severity: string | null;
    service_ids: Id[]; declare: boolean; group_by: string[]; private: boolean; active_from_at: string | null; active_until_at: string | null; version: number;
};
export type Tried = { tried: number; matched: number; alerts: Alert[] };

export type Quarantined = {
    id: Id; source: SourceRef; error: string; field: string | null; count: number; received_at: string; last_received_at: string; body_bytes: number;
};

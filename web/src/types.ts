/**
 * What the API sends, as far as the screens use it. Field names are the API's.
 * The full set is generated from the server's shapes into build/web-gen/api.gen.ts.
 */
export type Id = string;
export type Ref = { id: Id; name: string };
export type Person = { id: Id; name: string; avatar_color?: number };
export type Role = 'viewer' | 'responder' | 'manager' | 'admin';
export type Page<T> = { items: T[]; next_cursor: string | null; total?: number | null };

export type User = Person & {
    email: string; time_zone: string; locale: 'en' | 'zh'; role: Role; disabled: boolean; version: number;
    team_ids: Id[]; created_at: string;
};

export type SeverityDef = { key: string; name: string; color?: string; description: string };

export type Session = {
    setup_required: boolean; user: User | null; csrf: string | null;
    workspace: { name: string; report_word?: string; sample_data: boolean };
    severities: SeverityDef[]; version: string;
};

export type IncidentRef = { id: Id; reference: string; title: string; severity?: string };

export type TimelineEvent = {
    id: Id; occurred_at: string; recorded_at: string; actor: Person | null; source: string; kind: string; title: string;
    body: string; data: Record<string, unknown>;
    evidence: { kind: string; id?: string; url?: string; title?: string } | null;
    starred: boolean; visibility: string; phase: string | null; state: string | null; version: number;
};

export type MetricStatus = 'recorded' | 'pending' | 'not_applicable' | 'invalid';
export type Metric = { key: string; label: string; definition: string; status: MetricStatus; value_ms: number | null };

export type Impact = {
    id: Id; kind: string; title: string; started_at: string | null; ended_at: string | null; description: string;
    customers_affected: number | null; requests_affected: number | null;
};

export type Incident = {
    id: Id; reference: string; kind: string; status: string; severity: string; visibility: string; title: string;
    summary: string; channel: Ref | null; team: Ref | null; services: Ref[];
    impact_started_at: string | null; detected_at: string | null; declared_at: string; acknowledged_at: string | null;
    mitigated_at: string | null; resolved_at: string | null; impact_ended_at: string | null; closed_at: string | null;
    impacts: Impact[]; metrics: Metric[];
    roles: { role: string; user: Person; joined_at: string; left_at: string | null }[];
    counts: Record<string, number>; version: number; can_edit: boolean;
};

export type ReportState = 'draft' | 'in_review' | 'published' | 'archived';
export type Reviewer = {
    user: Person; state: 'pending' | 'approved' | 'changes_requested'; note?: string | null; decided_at?: string | null;
};
export type ReportMetric = {
    key: 'severity' | 'started_at' | 'ended_at' | 'duration' | 'responders' | 'customers_affected';
    value: string | number | null; source: 'incident' | 'override'; original?: string | number | null;
};

export type Report = {
    id: Id; reference: string; title: string; state: ReportState; language: 'en' | 'zh'; owner: Person | null;
    authors: Person[]; reviewers: Reviewer[]; incidents: IncidentRef[]; channel: Ref | null; team: Ref | null;
    visibility: string; template: Ref | null; metrics: ReportMetric[];
    linked_documents: { title: string; url: string }[]; due_at: string | null; created_at: string; updated_at: string;
    published_at: string | null; published_by: Person | null; published_version: number | null;
    changed_since_published: boolean; excerpt: string; word_count: number; version: number;
    can_edit: boolean; can_publish: boolean;
};

export type Template = {
    id: Id; name: string; language: 'en' | 'zh'; description: string; team_id: Id | null; built_in: boolean;
    is_default: boolean; suggested?: boolean; version: number;
};

export type FollowUp = {
    id: Id; reference: string; title: string; description: string; status: string; kind: string; priority: string;
    owner: Person | null; team: Ref | null; due_at: string | null; incident: IncidentRef | null;
    report: { id: Id; reference: string; title: string } | null; overdue: boolean; version: number;
};

export type SearchHit = {
    kind: 'incident' | 'report' | 'follow_up' | 'alert'; id: Id; reference: string; title: string; snippet: string;
    state: string; severity?: string; at: string;
};

/**
 * What the API sends. The types are made from the server's shapes (`hindsight api --typescript`, by `make check` and
 * `npm run types`); here they get short names, and what a shape cannot say: fields that are never null, words of a list.
 * A field that the server does not have does not compile.
 */
import type * as Gen from '../../build/web-gen/api.gen';

/** T with some fields narrowed; only fields that T has. */
type Narrow<T, O extends { [K in keyof O]: K extends keyof T ? unknown : never }> = Omit<T, keyof O> & O;

export type Id = string;
export type Page<T> = { items: T[]; next_cursor: string | null; total?: number | null };
export type Ref = Gen.Ref;
/** Somebody, wherever a record names one; the colour is absent while only the name is known. */
export type Person = Omit<Gen.UserRef, 'avatar_color'> & { avatar_color?: number };
export type User = Narrow<Gen.User, { created_at: string }>;
export type Role = User['role'];

export type SeverityDef = Omit<Gen.Severity, 'key' | 'color'> & { key: string; color?: string };
export type Session = Narrow<Gen.SessionInfo, { user: User | null; workspace: Gen.Workspace }>;

export type IncidentRef = Omit<Gen.ReportIncident, 'severity'> & { severity?: string };
export type TimelineEvent = Narrow<Gen.Timeline, { occurred_at: string; recorded_at: string; actor: Person | null }>;
export type MetricStatus = 'recorded' | 'pending' | 'not_applicable' | 'invalid';
export type Metric = Narrow<Gen.Metric, { status: MetricStatus; value_ms: number | null }>;
export type Impact = Gen.Impact;
export type Incident = Narrow<Gen.Incident, {
    declared_at: string; metrics: Metric[]; counts: Gen.Counts;
    roles: (Omit<Gen.Role, 'user'> & { user: Person })[];
}>;

export type ReportState = Gen.Report['state'];
export type Reviewer = Narrow<Gen.Reviewer, { user: Person }>;
export type ReportMetric = Gen.ReportMetric;
export type Report = Narrow<Gen.Report, {
    owner: Person | null; authors: Person[]; reviewers: Reviewer[]; created_at: string; updated_at: string; published_by: Person | null;
}>;
export type ReportVersion = Gen.ReportVersion;
export type ReportShare = Gen.ReportShare;
export type Template = Gen.Template;
export type FollowUp = Gen.FollowUpRow;
export type SearchHit = Gen.Found;
export type Alert = Gen.Alert;
export type Change = Gen.Change;
export type Comment = Narrow<Gen.Comment, { created_at: string; author: Person | null }>;
export type WordingFound = Gen.WordingFound;
export type Thread = Narrow<Gen.Thread, { created_at: string; comments: Comment[]; resolved_by: Person | null }>;
export type HistoryEntry = Narrow<Gen.ReportHistory, { made_at: string; by: Person | null; authors: Person[] }>;
export type Compared = Gen.ReportCompared;
export type DiffBlock = Compared['blocks'][number];
export type ReviewRule = Gen.ReviewRule;
export type Notification = Narrow<Gen.Notification, { created_at: string; actor: Person | null }>;

/** Follow-ups as the API sends them. */
import type { Id, Person, Ref } from 'app/types';
import type { RecordRef } from '../../incident/ui/types';

export type FollowUp = {
    id: Id; reference: string; title: string; description: string; status: string; kind: string; priority: string;
    owner: Person | null; team: Ref | null; channel: Ref | null; due_at: string | null; labels: string[]; services: Ref[];
    incident: RecordRef | null; report: RecordRef | null; risk_reduction: string; effectiveness_check: string;
    effectiveness_due_at: string | null; effectiveness_note: string; wont_do_reason: string | null;
    predecessor: RecordRef | null; successor: RecordRef | null; overdue: boolean; settled: boolean;
    completed_at: string | null; verified_at: string | null; verified_by: Person | null; created_by: Person | null;
    version: number; created_at: string; updated_at: string; can_edit: boolean;
    history?: { field: string; from: string; to: string; actor: Person | null; changed_at: string }[];
};
export type Counts = { open: number; mine: number; overdue: number; to_verify: number; closed: number };

export const statuses = ['open', 'in_progress', 'done', 'verified', 'not_effective', 'wont_do'] as const;
export const kinds = ['prevent', 'detect', 'mitigate', 'process', 'document', 'train', 'investigate'] as const;
export const priorities = ['urgent', 'high', 'medium', 'low'] as const;

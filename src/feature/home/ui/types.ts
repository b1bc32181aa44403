/** Home as the API sends it. */
import type { Id, Person, Report } from 'app/types';

type RecordRef = { id: Id; reference: string; title: string };
export type ActiveRow = { id: Id; reference: string; title: string; status: string; severity: string; commander: Person | null; impact_started_at: string | null; declared_at: string };
export type Waiting = {
    action: 'write' | 'review' | 'publish' | 'start'; title: string; severity: string; language: string | null; report: RecordRef | null; incident: RecordRef | null;
    by: Person | null; due_at: string | null; since_at: string | null; overdue: boolean; word_count: number;
};
export type MyFollowUp = {
    id: Id; reference: string; title: string; status: string; due_at: string | null; effectiveness_due_at: string | null; overdue: boolean;
    incident: RecordRef | null; report: RecordRef | null; version: number; can_edit: boolean;
};
export type Remembered = {
    id: Id; reference: string; title: string; severity: string; summary: string; began_at: string; report: RecordRef | null;
    follow_ups: number; follow_ups_settled: number; follow_ups_wont_do: number;
};
export type HomeData = {
    active_incidents: ActiveRow[]; active_total: number; reports_waiting: Waiting[]; my_follow_ups: MyFollowUp[]; my_follow_ups_total: number;
    recently_published: Report[]; year_ago: Remembered[]; new_workspace: boolean;
};

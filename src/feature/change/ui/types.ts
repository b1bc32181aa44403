/** What the API sends about changes; field names are the API's. */
import type { Id, Ref } from 'app/types';

export type Relation = 'suspect' | 'caused' | 'fixed' | 'dismissed';
export type Why = { reason: string; value: string; points: number };
export type Change = {
    id: Id; kind: string; title: string; description: string; services: Ref[]; author: string; url: string; source: string; labels: Record<string, string> | null;
    state: 'in_progress' | 'succeeded' | 'failed' | 'canceled' | null; occurred_at: string; ended_at: string | null; relation: Relation | null;
    proposed: 'suspect' | 'fixed' | null; score: number; why: Why[] | null; version: number;
};
export const changeKinds = ['deploy', 'code', 'config', 'feature_flag', 'infrastructure', 'migration'] as const;

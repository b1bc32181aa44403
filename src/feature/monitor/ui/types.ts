/** What the API sends about monitors; field names are the API's. */
import type { Id, Ref } from 'app/types';

export const KINDS = ['http', 'tls', 'tcp', 'dns', 'icmp'] as const;
export type Kind = (typeof KINDS)[number];
export type Assertion = { on: string; path: string | null; op: string; value: string | null };
export type Step = { method: string | null; url: string; headers: Record<string, string> | null; body: string | null; follow: boolean; assertions: Assertion[]; captures: { name: string; path: string }[] };
export type Day = { day_at: string; n: number; failed: number; latency_ms: number; latency_max_ms: number };
export type Place = { location: string; failures: number; last_at: string; latency_ms: number; error: string | null };
export type Certificate = { subject: string | null; issuer: string | null; ends_at: string | null };
/** Maintenance: failures do not count then. */
export type Window = { id: Id; title: string; starts_at: string; ends_at: string; repeats: string | null; until_at: string | null; time_zone: string; monitor_ids: Id[]; under_way_until_at: string | null; version: number };
export type Monitor = {
    id: Id; name: string; kind: Kind; target: string | null; record: string | null; steps: Step[]; assertions: Assertion[];
    interval_s: number; timeout_ms: number; retries: number; severity: string; service_id: Id | null; service: Ref | null; locations: string[]; enabled: boolean;
    state: 'unknown' | 'up' | 'down' | 'paused'; state_at: string; last_at: string | null; latency_ms: number; error: string | null;
    maintenance_until_at: string | null; chain: Certificate[]; places: Place[]; days: Day[]; version: number;
};
export type Totals = { unknown: number; up: number; down: number; paused: number };
export type Sample = { looked_at: string; latency_ms: number; location: string; failed: boolean };
export type Outage = { id: Id; started_at: string; ended_at: string | null; error: string | null };
export type Tried = { ok: boolean; latency_ms: number; error: string | null; chain: Certificate[] };

/** The common name in what a certificate says of somebody, else all of it. */
export const commonName = (x: string | null): string => /(?:^|[,/;]\s*)CN\s*=\s*([^,/;]+)/.exec(x ?? '')?.[1]?.trim() ?? x ?? '';

/** Of all looks of these days, the part that was well; null without any. */
export function uptime(days: readonly Day[]): number | null {
    const n = days.reduce((s, d) => s + d.n, 0);
    return n ? 1 - days.reduce((s, d) => s + d.failed, 0) / n : null;
}

/** 99.95 %: never rounded up to 100. */
export function percent(part: number): string {
    return part === 1 ? '100 %' : `${(Math.floor(part * 10_000) / 100).toFixed(2)} %`;
}

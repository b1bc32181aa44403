/** What the timeline is made of, without a screen: kinds, groups by phase, what is key, what is folded. */
import type { IconName } from 'kit';
import type { Id, Person } from 'app/types';
import type { Incident } from '../../incident/ui/types';

export type Event = {
    id: Id; occurred_at: string; recorded_at: string; actor: Person | null; source: string; kind: string; title: string; body: string;
    data: Record<string, unknown> | null; evidence: { kind: string; id?: string | null; url?: string | null; title?: string | null } | null;
    starred: boolean; visibility: string; phase: string | null; state: string | null; state_at: string | null; corrected_from_at: string | null;
    hand_made: boolean; version: number;
};

export const handKinds = ['note', 'decision', 'hypothesis', 'action_taken'] as const;
export const phases = ['detection', 'diagnosis', 'mitigation', 'resolution', 'key_moment'] as const;

/** Colour class and icon of an event. */
export const look: Record<string, { icon: IconName; tone?: string }> = {
    created: { icon: 'flag' }, status_changed: { icon: 'flag' }, reopened: { icon: 'undo' }, severity_changed: { icon: 'up' }, field_changed: { icon: 'pen' },
    role_assigned: { icon: 'user' }, responder_joined: { icon: 'user' }, responder_left: { icon: 'user' }, acknowledged: { icon: 'check' },
    alert_attached: { icon: 'bell', tone: 'alert' }, alert_resolved: { icon: 'bell', tone: 'alert' }, change: { icon: 'change', tone: 'change' },
    note: { icon: 'pen' }, message: { icon: 'chat', tone: 'chat' }, decision: { icon: 'decision', tone: 'decision' }, hypothesis: { icon: 'hypothesis', tone: 'hypothesis' },
    action_taken: { icon: 'check' }, graph: { icon: 'chart' }, notice_posted: { icon: 'notice', tone: 'notice' }, notification_sent: { icon: 'mail' },
    follow_up_added: { icon: 'todo' }, report_created: { icon: 'doc' }, report_published: { icon: 'doc' }, merged: { icon: 'link' }, time_corrected: { icon: 'clock' },
};

const ALWAYS_KEY = new Set(['created', 'status_changed', 'severity_changed', 'reopened', 'merged', 'decision', 'hypothesis', 'action_taken', 'note', 'graph',
    'notice_posted', 'acknowledged', 'report_published']);

/** Does it stand in the short view? */
export function isKey(e: Event): boolean {
    return e.starred || e.phase === 'key_moment' || ALWAYS_KEY.has(e.kind) || (e.kind === 'change' && typeof e.data?.['relation'] === 'string' && e.data['relation'] !== 'dismissed');
}

export type GroupKey = 'before' | 'diagnosis' | 'mitigation' | 'monitoring' | 'after' | 'all';
export type Group = { key: GroupKey; from: number | null; to: number | null; events: Event[] };

const ms = (at: string | null | undefined) => (at ? Date.parse(at) : null);

/** When people began to mitigate: the cause was identified, else the first decision or action after detection. */
export function mitigationBegan(i: Incident, events: readonly Event[]): number | null {
    const from = ms(i.detected_at) ?? ms(i.declared_at)!;
    const to = ms(i.mitigated_at) ?? ms(i.resolved_at) ?? Infinity;
    const fits = (e: Event) => Date.parse(e.occurred_at) > from && Date.parse(e.occurred_at) < to;
    const found = events.find((e) => e.kind === 'status_changed' && e.data?.['to'] === 'identified' && fits(e))
        ?? events.find((e) => (e.kind === 'decision' || e.kind === 'action_taken') && fits(e));
    return found ? Date.parse(found.occurred_at) : null;
}

/** The boundaries of the phases that are known, in order. */
export function bounds(i: Incident, events: readonly Event[]): { key: GroupKey; at: number }[] {
    const detected = ms(i.detected_at) ?? ms(i.declared_at);
    const all: { key: GroupKey; at: number | null }[] = [
        { key: 'diagnosis', at: detected },
        { key: 'mitigation', at: mitigationBegan(i, events) },
        { key: 'monitoring', at: ms(i.mitigated_at) },
        { key: 'after', at: ms(i.resolved_at) },
    ];
    let last = -Infinity;
    return all.filter((b): b is { key: GroupKey; at: number } => {
        if (b.at === null || b.at < last) return false;
        last = b.at;
        return true;
    });
}

export function groups(i: Incident, events: readonly Event[], shown: readonly Event[]): Group[] {
    const b = bounds(i, events);
    const out: Group[] = [{ key: 'before', from: null, to: b[0]?.at ?? null, events: [] }];
    b.forEach((x, k) => out.push({ key: x.key, from: x.at, to: b[k + 1]?.at ?? null, events: [] }));
    for (const e of shown) {
        const at = Date.parse(e.occurred_at);
        let g = out[0]!;
        for (const x of out) if (x.from !== null && at >= x.from) g = x;
        g.events.push(e);
    }
    return out.filter((g) => g.events.length > 0);
}

/** Runs of events that the short view leaves out. */
export type Entry = { event: Event } | { folded: Event[] };
export function fold(events: readonly Event[], keep: (e: Event) => boolean): Entry[] {
    const out: Entry[] = [];
    for (const e of events) {
        const last = out[out.length - 1];
        if (keep(e)) out.push({ event: e });
        else if (last && 'folded' in last) last.folded.push(e);
        else out.push({ folded: [e] });
    }
    return out;
}

/** A moment at which what people believed changed, or was acted upon; `held`: what they believed just after it. */
export type Belief = { what: 'proposed' | 'confirmed' | 'rejected' | 'decided'; at: number; event: Event; held: Event[] };

export function beliefs(events: readonly Event[]): Belief[] {
    const guesses = events.filter((e) => e.kind === 'hypothesis');
    const verdict = (e: Event) => (e.state !== 'open' && e.state_at ? Date.parse(e.state_at) : Infinity);
    const held = (at: number) => guesses.filter((e) => Date.parse(e.occurred_at) <= at && (verdict(e) > at || (e.state === 'confirmed' && verdict(e) <= at)));
    const out: Omit<Belief, 'held'>[] = guesses.map((e) => ({ what: 'proposed', at: Date.parse(e.occurred_at), event: e }));
    for (const e of guesses) if (verdict(e) !== Infinity) out.push({ what: e.state as 'confirmed' | 'rejected', at: verdict(e), event: e });
    for (const e of events) if (e.kind === 'decision') out.push({ what: 'decided', at: Date.parse(e.occurred_at), event: e });
    return out.sort((a, b) => a.at - b.at).map((b) => ({ ...b, held: held(b.at) }));
}

/** What was folded into an event, and whether its words were taken out. */
export type Told = { id: Id; kind: string; title: string; source: string; occurred_at: string };
export const merged = (e: Event): Told[] => (Array.isArray(e.data?.['merged']) ? (e.data['merged'] as Told[]) : []);
export const redacted = (e: Event): { reason: string; at_ms: number } | null => (e.data?.['redacted'] as { reason: string; at_ms: number } | undefined) ?? null;

/** What an edit changes, whether somebody else changed the same meanwhile, and how many changes at once are taken back. */
import type { FollowUp } from './types';

export type Patch = {
    title?: string; description?: string; kind?: string; priority?: string; status?: string; owner_id?: string | null; team_id?: string | null; channel_id?: string | null;
    due_at?: string | null; labels?: string[]; service_ids?: string[]; incident_id?: string | null; risk_reduction?: string; effectiveness_check?: string;
    effectiveness_due_at?: string | null; effectiveness_note?: string; wont_do_reason?: string | null;
};
export type Field = keyof Patch;

/** What the record has in the place that a field of a patch sets. */
export function valueOf(f: FollowUp, field: Field): unknown {
    if (field === 'owner_id') return f.owner?.id ?? null;
    if (field === 'team_id') return f.team?.id ?? null;
    if (field === 'channel_id') return f.channel?.id ?? null;
    if (field === 'incident_id') return f.incident?.id ?? null;
    if (field === 'service_ids') return f.services.map((s) => s.id).sort();
    return f[field];
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** The fields of the patch that somebody else set to something else between `base` and `newest`. */
export function clashes(base: FollowUp, newest: FollowUp, patch: Patch): Field[] {
    return (Object.keys(patch) as Field[]).filter((k) => {
        const wanted = k === 'service_ids' ? [...(patch.service_ids ?? [])].sort() : patch[k];
        return !same(valueOf(base, k), valueOf(newest, k)) && !same(valueOf(newest, k), wanted);
    });
}

export type BulkPatch = { owner_id?: string | null; due_at?: string | null; priority?: string; status?: string; wont_do_reason?: string };
/** States that a bulk change may set again: a verdict and a reason are given one by one. */
const PLAIN = new Set(['open', 'in_progress', 'done']);

/** The bulk changes that put back what `items` had before `patch`, one per former value; null when it cannot be put back. */
export function undoOf(items: readonly FollowUp[], patch: BulkPatch): (BulkPatch & { ids: string[] })[] | null {
    const field = (['owner_id', 'due_at', 'priority', 'status'] as const).find((k) => k in patch);
    if (!field) return null;
    if (field === 'status' && items.some((f) => !PLAIN.has(f.status))) return null;
    const before = new Map<string | null, string[]>();
    for (const f of items) {
        const value = valueOf(f, field) as string | null;
        before.set(value, [...(before.get(value) ?? []), f.id]);
    }
    return [...before].map(([value, ids]) => ({ ids, [field]: value }));
}

/** Labels as somebody types them: commas of either script, each once. */
export function labelsOf(text: string): string[] {
    return [...new Set(text.split(/[,，、]/).map((l) => l.trim()).filter(Boolean))];
}

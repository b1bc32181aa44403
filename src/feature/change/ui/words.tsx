/** How a change is worded wherever it is shown. */
import { Status } from 'kit';
import { t } from './strings';
import type { Change, Why } from './types';

export const kindWord = (kind: string): string => t.any(kind, kind);

export function ChangeState({ state }: { state: Change['state'] }) {
    if (!state) return null;
    const look = { in_progress: ['run', 'clock'], succeeded: ['ok', 'done'], failed: ['bad', 'warning'], canceled: ['idle', 'not'] } as const;
    return <Status tone={look[state][0]} icon={look[state][1]}>{t(state)}</Status>;
}

const whyWord = (w: Why): string => t.any(`why_${w.reason}`, w.reason).replace('{value}', w.reason === 'kind' || w.reason === 'first' ? kindWord(w.value) : w.value);

/** What speaks most for it first; the kind stands beside the title already. */
export function reasons(c: Change): string {
    return [...(c.why ?? [])].filter((w) => w.reason !== 'kind').sort((a, b) => Math.abs(b.points) - Math.abs(a.points)).map(whyWord).join(' · ');
}

export const external = (url: string): boolean => /^https?:\/\//.test(url);

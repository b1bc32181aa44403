/** How a change is worded wherever it is shown. */
import { Status } from 'kit';
import { duration } from 'app/time';
import { t } from './strings';
import type { Change, Why } from './types';

export const kindWord = (kind: string): string => t.any(kind, kind);

export function ChangeState({ state }: { state: Change['state'] }) {
    if (!state) return null;
    const look = { in_progress: ['run', 'clock'], succeeded: ['ok', 'done'], failed: ['bad', 'warning'], canceled: ['idle', 'not'] } as const;
    return <Status tone={look[state][0]} icon={look[state][1]}>{t(state)}</Status>;
}

/** Minutes are shown as people say them: 599 is 9 h 59 m. */
const valueOf = (w: Why): string => (w.reason.startsWith('minutes_') ? duration(Number(w.value) * 60_000) : w.reason === 'first' ? kindWord(w.value) : w.value);
const whyWord = (w: Why): string => t.any(`why_${w.reason}`, w.reason).replace('{value}', valueOf(w));

/** What speaks most for it first; the kind stands beside the title already. */
export function reasons(c: Change): string {
    return [...(c.why ?? [])].filter((w) => w.reason !== 'kind').sort((a, b) => Math.abs(b.points) - Math.abs(a.points)).map(whyWord).join(' · ');
}

export const external = (url: string): boolean => /^https?:\/\//.test(url);

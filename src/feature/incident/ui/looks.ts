/** How states of an incident look. Without words, so that the first page can use it. */
import type { IconName, Tone } from 'kit';

const looks: Record<string, { tone: Tone; icon: IconName }> = {
    triage: { tone: 'idle', icon: 'triage' },
    investigating: { tone: 'warn', icon: 'inv' },
    identified: { tone: 'run', icon: 'ident' },
    monitoring: { tone: 'run', icon: 'mon' },
    resolved: { tone: 'ok', icon: 'done' },
    closed: { tone: 'idle', icon: 'done' },
    canceled: { tone: 'idle', icon: 'not' },
    merged: { tone: 'idle', icon: 'link' },
};
export const statusLook = (status: string) => looks[status] ?? { tone: 'idle' as Tone, icon: 'open' as IconName };

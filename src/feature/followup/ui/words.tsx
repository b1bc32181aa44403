/** How states of a follow-up look and read. */
import { Pill, Status, type IconName, type MenuItem, type Tone } from 'kit';
import { day, dayDistance } from 'app/time';
import { t } from './strings';
import type { FollowUp } from './types';

export const statusLook: Record<string, { tone: Tone; icon: IconName }> = {
    open: { tone: 'idle', icon: 'open' }, in_progress: { tone: 'run', icon: 'prog' }, done: { tone: 'ok', icon: 'done' },
    verified: { tone: 'ok', icon: 'verify' }, not_effective: { tone: 'bad', icon: 'not' }, wont_do: { tone: 'idle', icon: 'not' },
};
export const lookOf = (status: string) => statusLook[status] ?? { tone: 'idle' as Tone, icon: 'open' as IconName };

export function StatusWord({ status }: { status: string }) {
    const l = lookOf(status);
    return <Status tone={l.tone} icon={l.icon}>{t.any(status)}</Status>;
}

const BARS = [[0, 9, 3], [3.7, 6, 6], [7.4, 3, 9], [11.1, 0, 12]] as const;
const levels: Record<string, number> = { urgent: 4, high: 3, medium: 2, low: 1 };
const tones: Record<string, string> = { urgent: 'bad', high: 'warn', medium: 'idle', low: 'idle' };
export function Priority({ value }: { value: string }) {
    const n = levels[value] ?? 2;
    return <span class={`st ${tones[value] ?? 'idle'}`}><svg class="bars" viewBox="0 0 14 12" aria-hidden="true">{BARS.map(([x, y, h], i) => <rect key={i} x={x} y={y} width="2.6" height={h} rx=".6" class={i < n ? '' : 'off'} />)}</svg>{t.any(value)}</span>;
}

/** Date without the weekday: `20 Oct`, `10月20日`. */
export const shortDay = (at: string) => day(at).replace(/^[A-Z][a-z]{2} /, '').replace(/周.$/, '');

export function Due({ f }: { f: FollowUp }) {
    if (f.completed_at) return <span class="soft">{t('done_on', { date: shortDay(f.completed_at) })}</span>;
    if (!f.due_at) return <span class="quiet">{t('no_date')}</span>;
    if (f.overdue && dayDistance(f.due_at) === 0) return <span class="late">{t('late_today')}</span>;
    if (f.overdue) return <span class="late">{t('late', { date: shortDay(f.due_at), n: -dayDistance(f.due_at) })}</span>;
    return <span class={dayDistance(f.due_at) <= 2 && !f.settled ? 'soon' : ''}>{dayDistance(f.due_at) === 0 ? t('today') : shortDay(f.due_at)}</span>;
}

/** By when somebody has to look, and how late that is. */
export function verifyBy(at: string | null): { text: string; late: boolean } {
    if (!at) return { text: t('verify'), late: false };
    const n = dayDistance(at);
    return n < 0 ? { text: t('verify_late', { n: -n }), late: true } : { text: n === 0 ? t('verify_today') : t('verify_by', { date: shortDay(at) }), late: false };
}

/** What is known about the effect; with `items` it is the menu that gives the verdict. */
export function Effect({ f, items }: { f: FollowUp; items?: (MenuItem | false)[] | undefined }) {
    if (f.status === 'done' && f.effectiveness_check) {
        const by = verifyBy(f.effectiveness_due_at);
        return <Pill tone={by.late ? 'bad' : 'warn'} icon="verify" items={items}>{by.text}</Pill>;
    }
    if (f.status === 'not_effective') return <Pill tone="bad" icon="not" items={f.settled ? undefined : items}>{t('not_effective')}</Pill>;
    if (f.status === 'verified') return <Status tone="ok" icon="verify">{t('verified')}</Status>;
    return <span class="quiet" title={f.effectiveness_check}>{f.effectiveness_check || t('not_defined')}</span>;
}

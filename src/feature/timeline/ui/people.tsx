/** Who was at it: the hours of responders, computed from what they did. */
import { Dialog, PersonName } from 'kit';
import { clock, dayClock, duration, isoDay } from 'app/time';
import type { Person } from 'app/types';
import { t } from './strings';

export type Responder = {
    user: Person; roles: string[]; started_at: string; ended_at: string; active_ms: number; out_of_hours_ms: number;
    stretches: { started_at: string; ended_at: string }[];
};

const sum = (all: readonly Responder[], f: (r: Responder) => number) => all.reduce((n, r) => n + f(r), 0);

/** "3 responders, 2 h 10 min, 40 min of it out of hours" */
export function hoursLine(all: readonly Responder[]): string {
    const out = sum(all, (r) => r.out_of_hours_ms);
    return [t('n_responders', { n: all.length }), duration(sum(all, (r) => r.active_ms)), ...(out ? [t('out_of_hours', { time: duration(out) })] : [])].join(t('comma'));
}

export function HoursDialog({ responders, onClose }: { responders: readonly Responder[]; onClose: () => void }) {
    return (
        <Dialog wide title={t('hours')} onClose={onClose}>
            <table class="table hours">
                <thead><tr><th>{t('who')}</th><th>{t('there')}</th><th class="num">{t('active')}</th><th class="num">{t('out')}</th></tr></thead>
                <tbody>
                    {responders.map((r) => <tr key={r.user.id}>
                        <td><PersonName person={r.user} /> <span class="quiet">{r.roles.map((x) => t.any(`r_${x}`, x)).join(t('comma'))}</span></td>
                        <td>{r.stretches.map((s) => <div key={s.started_at}>{dayClock(s.started_at)} – {isoDay(s.started_at) === isoDay(s.ended_at) ? clock(s.ended_at) : dayClock(s.ended_at)}</div>)}</td>
                        <td class="num">{duration(r.active_ms)}</td>
                        <td class="num">{r.out_of_hours_ms ? duration(r.out_of_hours_ms) : '–'}</td>
                    </tr>)}
                </tbody>
                <tfoot><tr><th colSpan={2}>{t('in_all')}</th><th class="num">{duration(sum(responders, (r) => r.active_ms))}</th><th class="num">{duration(sum(responders, (r) => r.out_of_hours_ms))}</th></tr></tfoot>
            </table>
            <p class="quiet">{t('hours_help')}</p>
        </Dialog>
    );
}

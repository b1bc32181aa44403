/** What was believed when: hypotheses with the time during which they were held, and what was known at each decision. */
import { Avatar, Empty, Icon, Pill } from 'kit';
import { clock, clockSeconds, day, duration, isoDay } from 'app/time';
import type { Incident } from '../../incident/ui/types';
import { beliefs, type Belief, type Event } from './model';
import { t } from './strings';
import { text } from './words';

const tone = { open: 'warn', confirmed: 'ok', rejected: 'outline' } as const;

function Held({ b, onPick }: { b: Belief; onPick: (id: string) => void }) {
    return <>{b.held.length === 0 ? <span class="quiet">{t('believed_nothing')}</span>
        : b.held.map((h) => <button key={h.id} type="button" class="held" onClick={() => onPick(h.id)}><Icon name="hypothesis" small />{h.title}</button>)}</>;
}

export function Beliefs({ incident: i, events, onPick }: { incident: Incident; events: readonly Event[]; onPick: (id: string) => void }) {
    const list = beliefs(events);
    if (!list.length) return <Empty icon="hypothesis" title={t('beliefs_none')}>{t('beliefs_how')}</Empty>;
    const from = Date.parse(i.impact_started_at ?? i.declared_at);
    return (
        <ol class="beliefs">
            {list.map((b, k) => {
                const e = b.event;
                const state = (e.state ?? 'open') as keyof typeof tone;
                const newDay = k === 0 || isoDay(b.at) !== isoDay(list[k - 1]!.at);
                return (
                    <li key={`${e.id} ${b.what}`} class={b.what}>
                        <time dateTime={new Date(b.at).toISOString()} title={clockSeconds(b.at)}>{newDay && <span class="quiet">{day(b.at)} </span>}{clock(b.at)}</time>
                        <div>
                            <div class="h">
                                <span class="quiet">{t.any(`b_${b.what}`)}</span> <button type="button" class="t" onClick={() => onPick(e.id)}>{e.title}</button>
                                {b.what === 'proposed' && <Pill small tone={tone[state]}>{e.state_at && state !== 'open'
                                    ? t('held_for', { state: t.any(state), time: duration(Date.parse(e.state_at) - Date.parse(e.occurred_at)) }) : t.any(state)}</Pill>}
                                {b.at >= from && <span class="quiet">+{duration(b.at - from)}</span>}
                                {e.actor && <span class="who"><Avatar person={e.actor} />{e.actor.name}</span>}
                            </div>
                            {b.what === 'decided' && text(e, 'known') && <p><b>{t('known')}</b> {text(e, 'known')}</p>}
                            {b.what === 'decided' && text(e, 'not_known') && <p><b>{t('not_known')}</b> {text(e, 'not_known')}</p>}
                            <p class="then"><span class="quiet">{t('believed_then')}</span> <Held b={b} onPick={onPick} /></p>
                        </div>
                    </li>
                );
            })}
        </ol>
    );
}

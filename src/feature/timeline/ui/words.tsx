/** What an event says, in the reader's language: automatic ones are worded from kind and data, people's stand as written. */
import type { ComponentChildren } from 'preact';
import { Pill, type IconName, type Tone } from 'kit';
import { clock, clockSeconds, dayClock, isoDay } from 'app/time';
import { t as ti } from '../../incident/ui/strings';
import { SeverityWord, StatusWord } from '../../incident/ui/words';
import { t } from './strings';
import { redacted, type Event } from './model';

const text = (e: Event, key: string) => (typeof e.data?.[key] === 'string' ? (e.data[key] as string) : '');
const level = (s: string) => (s === 'unknown' ? 9 : Number(s.slice(-1)));

function severity(e: Event): ComponentChildren {
    const from = text(e, 'from');
    const to = text(e, 'to');
    const way = from === 'unknown' || to === 'unknown' ? t('w_set') : level(to) < level(from) ? t('w_raised') : t('w_lowered');
    return <>{way} <SeverityWord value={from} /> <span class="quiet">{t('w_to')}</span> <SeverityWord value={to} /></>;
}

function status(e: Event): ComponentChildren {
    return <>{e.kind === 'reopened' ? t('w_reopened') : t('w_status')} <StatusWord status={text(e, 'from')} /> <span class="quiet">{t('w_to')}</span> <StatusWord status={text(e, 'to')} /></>;
}

function alerts(e: Event): ComponentChildren {
    const list = Array.isArray(e.data?.['alerts']) ? (e.data['alerts'] as { title?: string; severity?: string }[]) : [];
    const n = Number(e.data?.['count'] ?? list.length);
    const fires = e.kind === 'alert_attached';
    const names = list.slice(0, 3).map((a) => a.title ?? '').filter(Boolean).join(', ');
    if (!names) return e.title;
    if (n > list.slice(0, 3).length) return <>{fires ? t('w_n_alerts', { n }) : t('w_n_resolved', { n })}: {names}…</>;
    return fires ? t('w_fires', { title: names }) : t('w_resolves', { title: names });
}

function field(e: Event): ComponentChildren {
    const name = text(e, 'field');
    const action = text(e, 'action');
    const title = text(e, 'to') || text(e, 'from');
    if (name === 'impacts') return action === 'added' ? t('w_impact_added', { title }) : action === 'removed' ? t('w_impact_removed', { title }) : t('w_impact_changed', { title });
    if (name === 'no_report_reason') return t('w_no_report');
    if (name === 'links') return action === 'removed' ? t('w_link_removed') : t('w_link', { reference: title });
    if (name === 'members') return t('w_members');
    if (!name && text(e, 'audience') !== undefined && (title === 'private' || title === 'public')) return title === 'private' ? t('w_private') : t('w_public');
    if (!name) return e.title;
    return t('w_changed', { field: t.any(`field_${name}`, name) });
}

function time(e: Event): ComponentChildren {
    const what = ti.any(text(e, 'field'), text(e, 'field'));
    return !e.data?.['to'] ? t('w_removed_time', { what }) : e.data['from'] ? t('w_corrected', { what }) : t('w_recorded', { what });
}

/** The line that is read first. */
export function headline(e: Event): ComponentChildren {
    const gone = redacted(e);
    if (gone) return <>{t('is_redacted')} <span class="quiet">{gone.reason}, {dayClock(gone.at_ms)}</span></>;
    switch (e.kind) {
        case 'created': return e.hand_made ? e.title : <>{t('w_created')}{text(e, 'how') === 'alert' && ` ${t('w_by_alert')}`}</>;
        case 'status_changed': case 'reopened': return e.data?.['to'] ? status(e) : e.title;
        case 'severity_changed': return e.data?.['to'] ? severity(e) : e.title;
        case 'role_assigned': return e.data?.['user_name'] ? t('w_role', { name: text(e, 'user_name'), role: t.any(`r_${text(e, 'role')}`) }) : e.title;
        case 'responder_joined': return e.data?.['user_name'] ? t('w_joined', { name: text(e, 'user_name') }) : e.title;
        case 'responder_left': return e.data?.['user_name'] ? t('w_left', { name: text(e, 'user_name') }) : e.title;
        case 'acknowledged': return e.actor ? t('w_acknowledged_by', { name: e.actor.name }) : t('w_acknowledged');
        case 'alert_attached': case 'alert_resolved': return alerts(e);
        case 'field_changed': return field(e);
        case 'time_corrected': return e.data?.['field'] ? time(e) : e.title;
        case 'follow_up_added': return e.data?.['reference'] ? <>{t('w_fu', { reference: text(e, 'reference') })}: {text(e, 'title')}</> : e.title;
        case 'change': return e.hand_made ? e.title : text(e, 'title') || e.title;
        case 'merged': return e.data?.['into'] ? t('w_merged_into', { reference: text(e, 'reference') }) : e.data?.['from'] ? t('w_merged_from', { reference: text(e, 'reference') }) : e.title;
        case 'report_created': return e.data?.['reference'] ? t('w_report_created', { reference: text(e, 'reference') }) : e.title;
        case 'report_published': return e.data?.['reference'] ? t('w_report_published', { reference: text(e, 'reference') }) : e.title;
        default: return e.title || e.body;
    }
}

const SMALL = new Set(['title', 'kind', 'channel_id', 'team_id', 'service_ids', 'causes', 'detection', 'trigger', 'no_report_reason']);
const moment = (at: string) => dayClock(at);

/** The second line of automatic events: from what to what. */
export function detail(e: Event): ComponentChildren {
    if (e.kind === 'time_corrected') {
        const from = text(e, 'from');
        const to = text(e, 'to');
        return from && to ? <>{moment(from)} → {moment(to)} <span class="quiet">{clockSeconds(to)}</span></> : to ? <>{moment(to)} <span class="quiet">{clockSeconds(to)}</span></> : null;
    }
    if (e.kind === 'field_changed' && SMALL.has(text(e, 'field'))) {
        const word = (v: string, name: string) => ti.any(`${text(e, 'field')}_${v}`, name || v);
        const from = text(e, 'from_name') || text(e, 'from');
        const to = text(e, 'to_name') || text(e, 'to');
        if (!from && !to) return null;
        return <>{from ? word(text(e, 'from'), from) : <span class="quiet">{t('nothing_before')}</span>} → {to ? word(text(e, 'to'), to) : <span class="quiet">{t('nothing_before')}</span>}</>;
    }
    return null;
}

const relationTones: Record<string, Tone> = { caused: 'bad', fixed: 'ok', suspect: 'warn', dismissed: 'outline' };
const stateTones: Record<string, Tone> = { open: 'warn', confirmed: 'ok', rejected: 'outline' };
const stateIcons: Record<string, IconName> = { open: 'hypothesis', confirmed: 'check', rejected: 'x' };

/** Verdicts and notes beside the headline. */
export function Marks({ e }: { e: Event }) {
    const relation = text(e, 'relation');
    const created = e.kind === 'created' ? text(e, 'severity') : '';
    return <>
        {created && created !== 'unknown' && <SeverityWord value={created} />}
        {e.kind === 'change' && relation && <Pill small tone={relationTones[relation] ?? 'idle'}>{t.any(relation)}</Pill>}
        {e.state && <Pill small tone={stateTones[e.state] ?? 'idle'} icon={stateIcons[e.state] ?? 'hypothesis'}>{e.state_at && e.state !== 'open' ? t('verdict_at', { state: t.any(e.state), time: clock(e.state_at) }) : t.any(e.state)}</Pill>}
        {e.corrected_from_at && <Pill small tone="outline"><span title={t('was_at', { time: `${isoDay(e.corrected_from_at)} ${clockSeconds(e.corrected_from_at)}` })}>{t('time_corrected_pill')}</span></Pill>}
        {e.phase === 'key_moment' && <Pill small tone="outline">{t('phase_key_moment')}</Pill>}
        {e.visibility === 'external' && <Pill small tone="outline" icon="globe">{t('external')}</Pill>}
    </>;
}

export { text };

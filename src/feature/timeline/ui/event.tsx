/** One row of the timeline: time, kind, what happened, who, star. */
import { useState } from 'preact/hooks';
import { Avatar, Check, Dialog, Icon, MenuButton, Skeleton, toast, toastError, type MenuItem } from 'kit';
import { api, ApiError } from 'app/api';
import { useResource } from 'app/resource';
import { clockSeconds, dayClock, inUtc } from 'app/time';
import { Prose } from '../../incident/ui/prose';
import type { Incident } from '../../incident/ui/types';
import type { Page, Person } from 'app/types';
import { may } from 'app/registry';
import { session } from 'app/api';
import type { Selection } from './bulk';
import { look, merged, phases, redacted, type Event } from './model';
import { t } from './strings';
import { detail, headline, Marks, text } from './words';

const MINOR = new Set(['acknowledged', 'role_assigned', 'responder_joined', 'responder_left', 'field_changed', 'follow_up_added', 'alert_resolved', 'notification_sent']);

/** Alerts and changes come from a system, whoever linked them. */
const fromMachine = (e: Event) => e.source !== 'hindsight' && (e.kind.startsWith('alert_') || e.kind === 'change');

export function EventRow({ event: e, incident, lit, minor, picked, order, onEdit, onRedact, onChanged }: {
    event: Event; incident: Incident; lit: boolean; minor?: boolean; picked: Selection; order: readonly Event[];
    onEdit: (e: Event) => void; onRedact: (e: Event) => void; onChanged: () => Promise<void>;
}) {
    const [history, setHistory] = useState(false);
    const path = `/incidents/${incident.id}/timeline/${e.id}`;
    const patch = async (body: object) => {
        try {
            await api.patch(path, body, e.version);
        } catch (err) {
            if (err instanceof ApiError && err.status === 412) toast(t('changed_meanwhile'));
            else toastError(err);
        }
        await onChanged();
    };
    const remove = async () => {
        try {
            await api.delete(path, e.version);
            toast(t('removed'));
        } catch (err) { toastError(err); }
        await onChanged();
    };
    const same = merged(e);
    const split = async () => {
        try {
            await api.post(`${path}/split`, {});
        } catch (err) { toastError(err); }
        await onChanged();
    };
    const menu = (): (MenuItem | false)[] => [
        { label: e.hand_made ? t('edit') : t('correct_time'), icon: e.hand_made ? 'pen' : 'clock', onSelect: () => onEdit(e) },
        ...(e.kind === 'hypothesis' ? ['line' as const, { heading: t('verdict') }, ...['open', 'confirmed', 'rejected'].map((s) => ({ label: t.any(s), checked: e.state === s, onSelect: () => void patch({ state: s }) }))] : []),
        'line', { heading: t('set_phase') },
        { label: t('no_phase'), checked: !e.phase, onSelect: () => void patch({ phase: null }) },
        ...phases.map((p) => ({ label: t.any(`phase_${p}`), checked: e.phase === p, onSelect: () => void patch({ phase: p }) })),
        'line', { label: t('external'), checked: e.visibility === 'external', onSelect: () => void patch({ visibility: e.visibility === 'external' ? 'internal' : 'external' }) },
        { label: t('history'), icon: 'history', onSelect: () => setHistory(true) },
        same.length > 0 && { label: t('split'), icon: 'layout', onSelect: () => void split() },
        may(session.value?.user?.role, 'manager') && !redacted(e) && { label: t('redact'), icon: 'lock', danger: true, onSelect: () => onRedact(e) },
        e.hand_made && { label: t('remove'), icon: 'trash', danger: true, onSelect: () => void remove() },
    ];
    const l = look[e.kind] ?? { icon: 'info' as const };
    const second = detail(e);
    const known = text(e, 'known');
    const unknown = text(e, 'not_known');
    const ev = e.evidence;
    return (
        <article class={`event ${picked.on ? 'picking' : ''} ${redacted(e) ? 'redacted' : ''} ${minor || (MINOR.has(e.kind) && !e.starred) ? 'minor' : ''} ${lit ? 'lit' : ''}`} id={`e-${e.id}`}>
            {picked.on && <Check checked={picked.has(e.id)} label={t('select_one')} onChange={(on) => picked.set(e.id, on, order)} />}
            <time dateTime={e.occurred_at} title={`${dayClock(e.occurred_at)} · ${inUtc(e.occurred_at)}`}>{clockSeconds(e.occurred_at)}</time>
            <span class={`k ${l.tone ?? ''}`} title={t.any(`k_${e.kind}`, e.kind)}><Icon name={l.icon} /></span>
            <div class="b">
                <div class="h"><span class="t">{headline(e)}</span><Marks e={e} /></div>
                {second && <p>{second}</p>}
                {e.title && e.body && <Prose text={e.body} class="soft" />}
                {(known || unknown) && <div class="known">{known && <p><b>{t('known')}</b> {known}</p>}{unknown && <p><b>{t('not_known')}</b> {unknown}</p>}</div>}
                {same.length > 0 && <p class="same"><Icon name="layout" small /> {t('same', { n: same.length })}: {same.map((x) => `${clockSeconds(x.occurred_at)} ${x.title}`).join(t('comma'))}</p>}
                {ev?.url && <a class={`ev ${ev.kind}`} href={ev.url} {...(ev.url.startsWith('/') ? {} : { target: '_blank', rel: 'noopener noreferrer' })}><Icon name={ev.kind === 'message' ? 'chat' : 'link'} />{ev.title || ev.url}</a>}
            </div>
            <span class="src">{e.actor && !fromMachine(e) ? <><Avatar person={e.actor} />{e.actor.name.split(' ')[0]}</> : e.source !== 'hindsight' ? e.source : ''}</span>
            <span class="does">
                {incident.can_edit && <MenuButton class="dots" chevron={false} align="end" label={t('actions')} items={menu}><Icon name="more" small /></MenuButton>}
                <button type="button" class="star" disabled={!incident.can_edit} aria-pressed={e.starred} aria-label={e.starred ? t('unstar') : t('star')} title={e.starred ? t('unstar') : t('star')}
                    onClick={() => void patch({ starred: !e.starred })}><Icon name="star" /></button>
            </span>
            {history && <History path={path} onClose={() => setHistory(false)} />}
        </article>
    );
}

type Revision = { action: string; recorded_at: string; actor: Person | null; content: { title?: string; body?: string; occurred_ms?: number; starred?: number; phase?: string; state?: string } };

function History({ path, onClose }: { path: string; onClose: () => void }) {
    const r = useResource(`history ${path}`, () => api.get<Page<Revision>>(`${path}/history`));
    return (
        <Dialog title={t('history')} onClose={onClose}>
            {!r.data ? <Skeleton lines={3} /> : (
                <ol class="history">{r.data.items.map((x, k) => (
                    <li key={k}><span class="quiet">{dayClock(x.recorded_at)}</span> <span>{t.any(`rev_${x.action}`, x.action)}{x.actor && ` ${t('by')} ${x.actor.name}`}</span>
                        <div class="soft">{x.content.occurred_ms ? clockSeconds(x.content.occurred_ms) : ''} {x.content.title || x.content.body}{x.content.state && ` · ${t.any(x.content.state)}`}{x.content.phase && ` · ${t.any(`phase_${x.content.phase}`)}`}{x.content.starred ? ' ★' : ''}</div></li>
                ))}</ol>
            )}
        </Dialog>
    );
}

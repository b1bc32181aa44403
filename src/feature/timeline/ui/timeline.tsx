/** The tab: the picture above, the events by phase below. */
import { Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Empty, Failed, MenuChip, Segmented, Skeleton } from 'kit';
import { api } from 'app/api';
import { useKeys } from 'app/keys';
import { useResource } from 'app/resource';
import { query, setQuery } from 'app/router';
import { clock, day, duration, isoDay } from 'app/time';
import type { AlertRow } from '../../incident/ui/alerts';
import type { Incident } from '../../incident/ui/types';
import { EventDialog } from './add';
import { EventRow } from './event';
import { Lanes, type ChangeRow } from './lanes';
import { fold, groups, isKey, type Entry, type Event, type Group } from './model';
import { t } from './strings';

type View = 'key' | 'starred' | 'all';

export function TimelineTab({ incident }: { incident: Incident }) {
    const topic = [`incident:${incident.id}`];
    const events = useResource(`timeline ${incident.id}`, () => api.all<Event>(`/incidents/${incident.id}/timeline`, {}, 5000), topic);
    const alerts = useResource(`alerts of ${incident.id}`, () => api.all<AlertRow>('/alerts', { incident: incident.id }, 400), topic);
    const changes = useResource(`changes of ${incident.id}`, () => api.all<ChangeRow>(`/incidents/${incident.id}/changes`, {}, 400), topic);
    const [editing, setEditing] = useState<Event | 'new' | null>(null);
    const [lit, setLit] = useState<string | null>(null);
    useKeys({ n: () => { if (incident.can_edit) setEditing('new'); } });
    useEffect(() => {
        if (!lit) return;
        document.getElementById(`e-${lit}`)?.scrollIntoView({ block: 'center', behavior: 'smooth' });
    }, [lit]);
    if (!events.data) return events.error ? <Failed error={events.error} retry={events.reload} /> : <Skeleton lines={10} />;
    const all = events.data;
    const view = (query.value.get('view') as View | null) ?? 'key';
    const kind = query.value.get('kind');
    const who = query.value.get('who');
    const pick = (id: string) => {
        if (view === 'starred' && !all.find((e) => e.id === id)?.starred) setQuery({ view: null });
        setLit(null);
        requestAnimationFrame(() => setLit(id));
    };
    const fits = (e: Event) => (!kind || e.kind === kind) && (!who || e.actor?.id === who);
    const rest = all.filter(fits);
    const shown = view === 'starred' ? rest.filter((e) => e.starred) : rest;
    const keep = (e: Event) => view !== 'key' || !!kind || !!who || isKey(e) || e.id === lit;
    const kinds = [...new Set(all.map((e) => e.kind))];
    const people = [...new Map(all.filter((e) => e.actor).map((e) => [e.actor!.id, e.actor!])).values()];
    return <>
        <Lanes incident={incident} events={all} alerts={alerts.data ?? []} changes={changes.data ?? []} onPick={pick} />
        <div class="events-bar">
            <Segmented<View> label={t('events')} value={view} onChange={(v) => setQuery({ view: v === 'key' ? null : v })} options={[
                { value: 'key', label: <>{t('key')} {all.filter(isKey).length}</> }, { value: 'starred', label: <>{t('starred')} {all.filter((e) => e.starred).length}</>, icon: 'star' }, { value: 'all', label: <>{t('all')} {all.length}</> }]} />
            <MenuChip name={t('kind')} value={kind ? t.any(`k_${kind}`, kind) : t('any')} on={!!kind} items={() => [{ label: t('any'), checked: !kind, onSelect: () => setQuery({ kind: null }) },
                ...kinds.map((k) => ({ label: t.any(`k_${k}`, k), checked: k === kind, onSelect: () => setQuery({ kind: k }) }))]} />
            <MenuChip name={t('who')} value={people.find((p) => p.id === who)?.name ?? t('anyone')} on={!!who} items={() => [{ label: t('anyone'), checked: !who, onSelect: () => setQuery({ who: null }) },
                ...people.map((p) => ({ label: p.name, checked: p.id === who, onSelect: () => setQuery({ who: p.id }) }))]} />
            <span class="grow" />
            {incident.can_edit && <Button icon="plus" onClick={() => setEditing('new')}>{t('add_event')}</Button>}
        </div>
        {shown.length === 0 ? <Empty icon="clock" title={t('nothing')} /> : (
            <section class="events" aria-label={t('events')}>
                {groups(incident, all, shown).map((g) => <GroupOf key={g.key} group={g} incident={incident} keep={keep} lit={lit} onEdit={setEditing} onChanged={events.reload} />)}
            </section>
        )}
        {editing && <EventDialog incident={incident} event={editing === 'new' ? null : editing} onClose={() => setEditing(null)} onSaved={events.reload} />}
    </>;
}

function when(g: Group, i: Incident): string {
    const first = g.events[0]!.occurred_at;
    const other = isoDay(first) !== isoDay(i.impact_started_at ?? i.declared_at) ? `${day(first)} ` : '';
    if (g.from === null) return other;
    if (g.to === null) return other + (i.active || g.key === 'after' ? t('since', { time: clock(g.from) }) : clock(g.from));
    return other + t('from_to', { from: clock(g.from), to: clock(g.to), length: duration(g.to - g.from) });
}

const at = (x: Entry) => ('event' in x ? x.event : x.folded[0]!).occurred_at;
/** A line says the day where it changes. */
const newDay = (list: Entry[], k: number) => k > 0 && isoDay(at(list[k]!)) !== isoDay(at(list[k - 1]!));

function GroupOf({ group: g, incident, keep, lit, onEdit, onChanged }: {
    group: Group; incident: Incident; keep: (e: Event) => boolean; lit: string | null; onEdit: (e: Event) => void; onChanged: () => Promise<void>;
}) {
    return <>
        <div class="phase"><b>{t.any(`group_${g.key}`)}</b> {when(g, incident)}</div>
        {fold(g.events, keep).map((x, k, list) => <Fragment key={'event' in x ? x.event.id : `f ${x.folded[0]!.id}`}>{newDay(list, k) && <div class="day">{day(at(x))}</div>}{'event' in x
            ? <EventRow event={x.event} incident={incident} lit={x.event.id === lit} onEdit={onEdit} onChanged={onChanged} />
            : <Folded events={x.folded} incident={incident} onEdit={onEdit} onChanged={onChanged} />}</Fragment>)}
    </>;
}

const COUNTED = new Set(['created', 'message', 'responder_joined', 'responder_left', 'alert_attached', 'alert_resolved', 'field_changed', 'time_corrected', 'role_assigned', 'change', 'follow_up_added', 'notification_sent']);

/** What is left out is said in one line and can be opened. */
function Folded({ events, incident, onEdit, onChanged }: { events: Event[]; incident: Incident; onEdit: (e: Event) => void; onChanged: () => Promise<void> }) {
    const [open, setOpen] = useState(false);
    const ref = useRef<HTMLDivElement>(null);
    const counts = new Map<string, number>();
    for (const e of events) {
        const k = COUNTED.has(e.kind) ? e.kind : 'other';
        counts.set(k, (counts.get(k) ?? 0) + 1);
    }
    const say = t as unknown as (key: string, p: { n: number }) => string;
    return <>
        <div class="fold" ref={ref}>{[...counts].map(([k, n]) => say(`n_${k}`, { n })).join(', ')}
            <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? t('hide') : t('show')}</button></div>
        {open && events.map((e) => <EventRow key={e.id} event={e} incident={incident} minor lit={false} onEdit={onEdit} onChanged={onChanged} />)}
    </>;
}

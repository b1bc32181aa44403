/** The tab: the picture above, the events by phase below. */
import { Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Empty, Failed, Icon, MenuChip, Segmented, Skeleton, ToggleChip, toast, toastError } from 'kit';
import { api } from 'app/api';
import { formatNumber } from 'app/i18n';
import { useKeys } from 'app/keys';
import { useResource } from 'app/resource';
import { query, setQuery } from 'app/router';
import { clock, day, dayClock, duration, isoDay } from 'app/time';
import type { Page } from 'app/types';
import type { AlertRow } from '../../incident/ui/alerts';
import type { Incident } from '../../incident/ui/types';
import { EventDialog } from './add';
import { Beliefs } from './beliefs';
import { BulkBar, RedactDialog, useSelection, type Selection } from './bulk';
import { EventRow } from './event';
import { Lanes } from './lanes';
import type { ChangeRow, Measured } from './lane-kinds';
import { fold, groups, isKey, type Entry, type Event, type Group } from './model';
import { HoursDialog, hoursLine, type Responder } from './people';
import { savePicture } from './picture-file';
import { t } from './strings';

type View = 'key' | 'starred' | 'all' | 'beliefs';
/** So many rows are drawn at once; more follow as one scrolls. */
const ROWS = 300;

export function TimelineTab({ incident }: { incident: Incident }) {
    const topic = [`incident:${incident.id}`];
    const path = `/incidents/${incident.id}`;
    const events = useResource(`timeline ${incident.id}`, () => api.all<Event>(`${path}/timeline`, { limit: 1000 }, 20_000), topic);
    const alerts = useResource(`alerts of ${incident.id}`, () => api.all<AlertRow>('/alerts', { incident: incident.id }, 400), topic);
    const changes = useResource(`picture changes of ${incident.id}`, async () => [...await api.all<ChangeRow>(`${path}/changes`, {}, 400),
        ...(await api.get<Page<ChangeRow>>(`${path}/changes`, { suggested: true })).items.map((c) => ({ ...c, relation: 'proposed' }))], topic);
    const responders = useResource(`responders of ${incident.id}`, () => api.get<Page<Responder>>(`${path}/responders`), topic);
    const measured = useResource(`measured ${incident.id}`, () => measuredFor(incident));
    const [editing, setEditing] = useState<Event | 'new' | null>(null);
    const [redacting, setRedacting] = useState<Event | null>(null);
    const [lit, setLit] = useState<string | null>(null);
    const [hours, setHours] = useState(false);
    const [rows, setRows] = useState(ROWS);
    const picked = useSelection();
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
        if (view === 'beliefs' || (view === 'starred' && !all.find((e) => e.id === id)?.starred)) setQuery({ view: null });
        setRows(Math.max(rows, all.findIndex((e) => e.id === id) + ROWS));
        setLit(null);
        requestAnimationFrame(() => setLit(id));
    };
    const fits = (e: Event) => (!kind || e.kind === kind) && (!who || e.actor?.id === who);
    const rest = all.filter(fits);
    const matching = view === 'starred' ? rest.filter((e) => e.starred) : rest;
    const keep = (e: Event) => view !== 'key' || !!kind || !!who || isKey(e) || e.id === lit;
    const shown = firstRows(matching, keep, rows);
    const kinds = [...new Set(all.map((e) => e.kind))];
    const people = [...new Map(all.filter((e) => e.actor).map((e) => [e.actor!.id, e.actor!])).values()];
    const there = responders.data?.items ?? [];
    const move = async (id: string, at: number) => {
        const e = all.find((x) => x.id === id);
        if (!e) return;
        const correct = (to: string, version: number) => api.patch<Event>(`${path}/timeline/${id}`, { occurred_at: to }, version);
        try {
            const changed = await correct(new Date(at).toISOString(), e.version);
            toast(t('moved', { time: dayClock(at) }), { undo: () => void correct(e.occurred_at, changed.version).then(events.reload, toastError) });
        } catch (err) { toastError(err); }
        await events.reload();
    };
    const files = (picture: () => Promise<HTMLElement>) => [
        { label: 'PNG', note: t('png_note'), onSelect: () => void picture().then((el) => savePicture(el, `${incident.reference} ${incident.title}`, `${incident.reference}-timeline.png`)).catch(toastError) },
        { label: 'CSV', note: t('csv_note'), href: `/api/v1${path}/timeline.csv`, download: true },
        { label: 'JSON', note: t('json_note'), href: `/api/v1${path}/timeline.json`, download: true },
        { label: 'JSONL', note: t('log_note'), href: `/api/v1${path}/timeline.jsonl`, download: true },
    ];
    return <>
        <Lanes incident={incident} events={all} alerts={alerts.data ?? []} changes={changes.data ?? []} responders={there} measured={measured.data ?? []} onPick={pick}
            onMove={incident.can_edit ? (id, at) => void move(id, at) : undefined} menu={files} />
        {there.length > 0 && <button type="button" class="hours-line" onClick={() => setHours(true)}><Icon name="users" small />{hoursLine(there)}</button>}
        <div class="events-bar">
            <Segmented<View> label={t('events')} value={view} onChange={(v) => setQuery({ view: v === 'key' ? null : v })} options={[
                { value: 'key', label: <>{t('key')} {formatNumber(all.filter(isKey).length)}</> }, { value: 'starred', label: <>{t('starred')} {formatNumber(all.filter((e) => e.starred).length)}</>, icon: 'star' }, { value: 'all', label: <>{t('all')} {formatNumber(all.length)}</> },
                { value: 'beliefs', label: t('beliefs'), icon: 'hypothesis' }]} />
            {view !== 'beliefs' && <>
                <MenuChip name={t('kind')} value={kind ? t.any(`k_${kind}`, kind) : t('any')} on={!!kind} items={() => [{ label: t('any'), checked: !kind, onSelect: () => setQuery({ kind: null }) },
                    ...kinds.map((k) => ({ label: t.any(`k_${k}`, k), checked: k === kind, onSelect: () => setQuery({ kind: k }) }))]} />
                <MenuChip name={t('who')} value={people.find((p) => p.id === who)?.name ?? t('anyone')} on={!!who} items={() => [{ label: t('anyone'), checked: !who, onSelect: () => setQuery({ who: null }) },
                    ...people.map((p) => ({ label: p.name, checked: p.id === who, onSelect: () => setQuery({ who: p.id }) }))]} />
            </>}
            <span class="grow" />
            {incident.can_edit && view !== 'beliefs' && <ToggleChip on={picked.on} icon="check" onChange={picked.toggle}>{t('select')}</ToggleChip>}
            {incident.can_edit && <Button icon="plus" onClick={() => setEditing('new')}>{t('add_event')}</Button>}
        </div>
        {view === 'beliefs' ? <Beliefs incident={incident} events={all} onPick={pick} /> : matching.length === 0 ? <Empty icon="clock" title={t('nothing')} /> : (
            <section class="events" aria-label={t('events')}>
                {groups(incident, all, shown).map((g) => <GroupOf key={g.key} group={g} incident={incident} keep={keep} lit={lit} picked={picked} order={matching}
                    onEdit={setEditing} onRedact={setRedacting} onChanged={events.reload} />)}
                {shown.length < matching.length && <MoreRows onSeen={() => setRows(rows + ROWS)} />}
            </section>
        )}
        {picked.on && <BulkBar incident={incident} picked={picked} events={all} onChanged={events.reload} />}
        {hours && <HoursDialog responders={there} onClose={() => setHours(false)} />}
        {redacting && <RedactDialog incident={incident} event={redacting} onClose={() => setRedacting(null)} onDone={events.reload} />}
        {editing && <EventDialog incident={incident} event={editing === 'new' ? null : editing} onClose={() => setEditing(null)} onSaved={events.reload} />}
    </>;
}

/** Monitors of the services that it concerns, with what they measured from an hour before until an hour after; at most three. */
async function measuredFor(i: Incident): Promise<Measured[]> {
    if (!i.services.length) return [];
    const found = await api.get<Page<{ id: string; name: string }>>('/monitors', { service: i.services.map((s) => s.id).join(','), limit: 3 });
    const since = new Date(Date.parse(i.impact_started_at ?? i.declared_at) - 3600_000).toISOString();
    const until = new Date(Math.min(Date.now(), Date.parse(i.resolved_at ?? new Date().toISOString()) + 3600_000)).toISOString();
    return Promise.all(found.items.map(async ({ id, name }) => {
        const results = await api.get<Page<{ looked_at: string; latency_ms: number; failed: boolean }>>(`/monitors/${id}/results`, { since, until }).catch(() => ({ items: [] }));
        return { id, name, samples: results.items.map((s) => ({ at: Date.parse(s.looked_at), ms: s.latency_ms, failed: s.failed })) };
    }));
}

/** Events up to the `n`th that has a row of its own. */
function firstRows(events: Event[], keep: (e: Event) => boolean, n: number): Event[] {
    let rows = 0;
    const end = events.findIndex((e) => keep(e) && ++rows > n);
    return end < 0 ? events : events.slice(0, end);
}

/** Stands at the end of what is drawn and asks for more when it comes near. */
function MoreRows({ onSeen }: { onSeen: () => void }) {
    const ref = useRef<HTMLDivElement>(null);
    const seen = useRef(onSeen);
    seen.current = onSeen;
    useEffect(() => {
        const watch = new IntersectionObserver((all) => { if (all.some((x) => x.isIntersecting)) seen.current(); }, { rootMargin: '1200px' });
        watch.observe(ref.current!);
        return () => watch.disconnect();
    }, [onSeen]);
    return <div ref={ref}><Skeleton lines={2} /></div>;
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

type RowActs = { picked: Selection; order: readonly Event[]; onEdit: (e: Event) => void; onRedact: (e: Event) => void; onChanged: () => Promise<void> };

function GroupOf({ group: g, incident, keep, lit, ...acts }: RowActs & { group: Group; incident: Incident; keep: (e: Event) => boolean; lit: string | null }) {
    return <>
        <div class="phase"><b>{t.any(`group_${g.key}`)}</b> {when(g, incident)}</div>
        {fold(g.events, keep).map((x, k, list) => <Fragment key={'event' in x ? x.event.id : `f ${x.folded[0]!.id}`}>{newDay(list, k) && <div class="day">{day(at(x))}</div>}{'event' in x
            ? <EventRow event={x.event} incident={incident} lit={x.event.id === lit} {...acts} />
            : <Folded events={x.folded} incident={incident} {...acts} />}</Fragment>)}
    </>;
}

const COUNTED = new Set(['created', 'message', 'responder_joined', 'responder_left', 'alert_attached', 'alert_resolved', 'field_changed', 'time_corrected', 'role_assigned', 'change', 'follow_up_added', 'notification_sent']);

/** What is left out is said in one line and can be opened. */
function Folded({ events, incident, ...acts }: RowActs & { events: Event[]; incident: Incident }) {
    const [open, setOpen] = useState(false);
    const [rows, setRows] = useState(ROWS);
    const counts = new Map<string, number>();
    for (const e of events) {
        const k = COUNTED.has(e.kind) ? e.kind : 'other';
        counts.set(k, (counts.get(k) ?? 0) + 1);
    }
    const say = t as unknown as (key: string, p: { n: number }) => string;
    return <>
        <div class="fold">{[...counts].map(([k, n]) => say(`n_${k}`, { n })).join(', ')}
            <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? t('hide') : t('show')}</button></div>
        {open && events.slice(0, rows).map((e) => <EventRow key={e.id} event={e} incident={incident} minor lit={false} {...acts} />)}
        {open && rows < events.length && <MoreRows onSeen={() => setRows(rows + ROWS)} />}
    </>;
}

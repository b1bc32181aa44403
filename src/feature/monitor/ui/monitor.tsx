/** One monitor: how it is, how it was, and what it looks at. */
import { useState } from 'preact/hooks';
import { Button, confirm, Failed, MenuButton, Icon, Segmented, Skeleton, Time, toast, toastError, Topbar } from 'kit';
import { api, session } from 'app/api';
import { may } from 'app/registry';
import { useResource } from 'app/resource';
import { navigate, type ScreenProps } from 'app/router';
import { day, dayClock, duration, now } from 'app/time';
import type { Page } from 'app/types';
import { Days, Latency } from './chart';
import { MonitorDialog } from './form';
import { address, State } from './list';
import { commonName, percent, uptime, type Certificate, type Monitor, type Outage, type Sample, type Tried } from './types';
import { every, t } from './words';

const SPANS = { hour: 3600_000, day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const;
type Span = keyof typeof SPANS;

function Results({ m }: { m: Monitor }) {
    const [span, setSpan] = useState<Span>('day');
    const minute = Math.floor(now.value / 60_000) * 60_000 + 60_000;
    const from = minute - SPANS[span];
    const results = useResource(`monitor results ${m.id} ${span} ${minute}`, () => api.get<Page<Sample>>(`/monitors/${m.id}/results`, { since: new Date(from).toISOString() }));
    const [last, setLast] = useState<Sample[]>([]);
    if (results.data && results.data.items !== last) setLast(results.data.items);
    return <section class="mon-part">
        <div class="mon-bar"><h2 class="grow">{t('latency')}</h2>
            <Segmented<Span> label={t('latency')} value={span} onChange={setSpan} options={(Object.keys(SPANS) as Span[]).map((s) => ({ value: s, label: t(s) }))} /></div>
        {results.error ? <Failed error={results.error} retry={results.reload} /> : <Latency samples={last} from={from} to={minute} />}
    </section>;
}

function Outages({ m }: { m: Monitor }) {
    const outages = useResource(`outages ${m.id}`, () => api.get<Page<Outage>>(`/monitors/${m.id}/outages`), ['monitors']);
    if (!outages.data) return outages.error ? <Failed error={outages.error} retry={outages.reload} /> : <Skeleton lines={3} />;
    if (!outages.data.items.length) return <p class="quiet">{t('no_outages')}</p>;
    return <ul class="mon-outages">{outages.data.items.map((o) => <li key={o.id}>
        <Time at={o.started_at} /> <b>{o.ended_at ? duration(Date.parse(o.ended_at) - Date.parse(o.started_at)) : t('ongoing')}</b> <span class="quiet">{o.error}</span></li>)}</ul>;
}

/** The certificates, that of the host first; the one that ends soonest decides how many days are left. */
function Chain({ chain }: { chain: Certificate[] }) {
    const left = Math.floor((Math.min(...chain.map((c) => Date.parse(c.ends_at ?? '9999-01-01'))) - Date.now()) / 86_400_000);
    return <section class="mon-part"><div class="mon-bar"><h2 class="grow">{t('certificate')}</h2><b class={left < 14 ? 'mon-soon' : ''}>{t('days_left', { n: left })}</b></div>
        <ol class="mon-chain">{chain.map((c, k) => <li key={k}><b class="breaks" title={c.subject ?? ''}>{commonName(c.subject)}</b> <span class="quiet breaks" title={c.issuer ?? ''}>{t('issued_by', { name: commonName(c.issuer) })}</span>{c.ends_at && <span class="quiet nowrap">{t('ends_on', { day: day(c.ends_at) })}</span>}</li>)}</ol></section>;
}

export default function MonitorPage({ params }: ScreenProps) {
    const id = params['id']!;
    const monitor = useResource(`monitor ${id}`, () => api.get<Monitor>(`/monitors/${id}`), ['monitors']);
    const [editing, setEditing] = useState(false);
    const [looking, setLooking] = useState(false);
    const m = monitor.data;
    const crumbs = [{ label: t('title'), href: '/monitors' }, { label: m?.name ?? '…' }];
    if (!m) return <><Topbar crumbs={crumbs} /><div class="page">{monitor.error ? <Failed error={monitor.error} retry={monitor.reload} /> : <Skeleton lines={8} />}</div></>;
    const write = async (work: () => Promise<unknown>, then?: () => void) => {
        try {
            await work();
            then?.();
        } catch (e) { toastError(e); }
        if (!then) await monitor.reload();
    };
    const remove = async () => {
        if (await confirm({ title: t('remove_title'), body: t('remove_body'), action: t('remove'), danger: true })) await write(() => api.delete(`/monitors/${m.id}`, m.version), () => navigate('/monitors'));
    };
    const look = async () => {
        setLooking(true);
        await write(async () => {
            const found = await api.post<Tried>(`/monitors/${m.id}/look`);
            toast(found.ok ? t('tried_ok', { ms: found.latency_ms }) : `${t('tried_bad')}: ${found.error}`);
        });
        setLooking(false);
    };
    const copy = () => write(async () => navigate(`/monitors/${(await api.post<Monitor>(`/monitors/${m.id}/clone`)).id}`), () => setEditing(true));
    const part = uptime(m.days);
    return <>
        <Topbar crumbs={crumbs}>{may(session.value?.user?.role, 'responder') && <Button icon="wave" busy={looking} onClick={look}>{t('look_now')}</Button>}{may(session.value?.user?.role, 'manager') && <>
            <Button icon="pen" onClick={() => setEditing(true)}>{t('edit')}</Button>
            <Button onClick={() => void write(() => api.patch(`/monitors/${m.id}`, { enabled: !m.enabled }, m.version))}>{m.enabled ? t('pause') : t('resume')}</Button>
            <MenuButton class="btn plain" chevron={false} align="end" label={t('more_actions')} items={[{ label: t('clone'), icon: 'layout', onSelect: () => void copy() }, 'line', { label: t('remove'), icon: 'trash', danger: true, onSelect: () => void remove() }]}><Icon name="more" /></MenuButton>
        </>}</Topbar>
        <div class="page">
            <header class="mon-head"><h1>{m.name}</h1><p><State m={m} /> <span class="quiet">{t('since')} {dayClock(m.state_at)}</span> <span class="mono breaks">{address(m)}</span></p>
                {m.maintenance_until_at && <p class="quiet">{t('maintenance_until', { time: dayClock(m.maintenance_until_at) })}</p>}
                {m.error && <p class="form-error">{m.error}</p>}</header>
            <section class="mon-part"><div class="mon-bar"><h2 class="grow">{t('uptime', { n: 90 })}</h2><b>{part === null ? '–' : percent(part)}</b></div><Days days={m.days} n={90} /></section>
            <Results m={m} />
            {m.chain.length > 0 && <Chain chain={m.chain} />}
            <div class="mon-two">
                <section class="mon-part"><h2>{t('outages')}</h2><Outages m={m} /></section>
                <section class="mon-part"><h2>{t('details')}</h2>
                    <dl class="dl">
                        <dt>{t('last_look')}</dt><dd>{m.last_at ? <><Time at={m.last_at} /> <span class="quiet">{t('ms', { n: m.latency_ms })}</span></> : '–'}</dd>
                        <dt>{t('kind')}</dt><dd>{t.any(m.kind)}{m.record && ` ${m.record}`}</dd>
                        <dt>{t('every')}</dt><dd>{every(m.interval_s)}</dd>
                        <dt>{t('severity')}</dt><dd>{m.severity}</dd>
                        {m.service && <><dt>{t('service')}</dt><dd>{m.service.name}</dd></>}
                        {m.places.map((p) => <><dt>{t('from_places')}: {p.location}</dt><dd>{p.failures ? t('failures', { n: p.failures }) : t('well')} <span class="quiet">{t('ms', { n: p.latency_ms })} {p.error}</span></dd></>)}
                    </dl></section>
            </div>
        </div>
        {editing && <MonitorDialog monitor={m} onClose={() => setEditing(false)} onSaved={() => void monitor.reload()} />}
    </>;
}

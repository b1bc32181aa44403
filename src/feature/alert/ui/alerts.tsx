/** All alerts: filters in the address, the list, and one of them beside it. */
import { useRef } from 'preact/hooks';
import { api, session } from 'app/api';
import { useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { href, query, setQuery } from 'app/router';
import { usePages, useResource } from 'app/resource';
import type { Page, Ref } from 'app/types';
import { Button, Empty, Failed, Input, LinkButton, Live, MenuChip, More, Running, Severity, Skeleton, Status, Time, Topbar, ToggleChip, type MenuItem } from 'kit';
import { AlertPanel } from './detail';
import { t } from './strings';
import type { Alert, SourceRef } from './types';

const severities = ['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4', 'unknown'];
const filters = ['status', 'severity', 'source', 'channel', 'incident', 'q'] as const;

/** The items of a menu that sets one filter. */
function choices(name: string, now: string | null, options: { value: string; label: string }[]): MenuItem[] {
    return [
        { label: t('any'), checked: !now, onSelect: () => setQuery({ [name]: null }) }, 'line',
        ...options.map((o): MenuItem => ({ label: o.label, checked: o.value === now, onSelect: () => setQuery({ [name]: o.value }) })),
    ];
}

function Filters() {
    const q = query.value;
    const channels = useResource('channels all', () => api.get<Page<Ref>>('/channels', { limit: 200 }), ['channels']);
    const isAdmin = may(session.value?.user?.role, 'admin');
    const sources = useResource(isAdmin ? 'integrations' : null, () => api.get<Page<SourceRef>>('/integrations'), ['integrations']);
    const status = q.get('status'), severity = q.get('severity'), source = q.get('source'), channel = q.get('channel');
    const name = (list: { id: string; name: string }[] | undefined, id: string | null) => list?.find((x) => x.id === id)?.name ?? (id ? '…' : t('any'));
    return (
        <div class="chips alert-filters">
            <Input icon="search" data-search aria-label={t('search')} placeholder={t('search')} value={q.get('q') ?? ''} onChange={(v) => setQuery({ q: v })} />
            <MenuChip name={t('status')} value={status ? t.any(status) : t('any')} on={!!status}
                items={choices('status', status, ['firing', 'resolved'].map((s) => ({ value: s, label: t.any(s) })))} />
            <MenuChip name={t('severity')} value={severity ? t.any(severity) : t('any')} on={!!severity}
                items={choices('severity', severity, severities.map((s) => ({ value: s, label: t.any(s) })))} />
            {sources.data && <MenuChip name={t('source')} value={name(sources.data.items, source)} on={!!source}
                items={choices('source', source, sources.data.items.map((s) => ({ value: s.id, label: s.name })))} />}
            {channels.data && channels.data.items.length > 0 && <MenuChip name={t('channel')} value={name(channels.data.items, channel)} on={!!channel}
                items={choices('channel', channel, channels.data.items.map((c) => ({ value: c.id, label: c.name })))} />}
            <ToggleChip on={q.get('incident') === 'none'} onChange={(on) => setQuery({ incident: on ? 'none' : null })}>{t('no_incident')}</ToggleChip>
            {filters.some((f) => q.get(f)) && <Button kind="plain" onClick={() => setQuery(Object.fromEntries(filters.map((f) => [f, null])))}>{t('clear')}</Button>}
        </div>
    );
}

export function AlertStatus({ alert }: { alert: Pick<Alert, 'status' | 'acknowledged_at' | 'flapping_at'> }) {
    if (alert.status === 'resolved') return <Status tone="ok" icon="done">{t('resolved')}</Status>;
    if (alert.flapping_at) return <Status tone="bad" icon="wave">{t('flapping')}</Status>;
    return alert.acknowledged_at ? <Status tone="run" icon="eye">{t('acknowledged')}</Status> : <Status tone="bad" icon="bell">{t('firing')}</Status>;
}

function Row({ a, open }: { a: Alert; open: boolean }) {
    const here = href('/alerts', { ...Object.fromEntries(query.value), alert: a.id });
    return (
        <tr data-row aria-selected={open}>
            <td><AlertStatus alert={a} /></td>
            <td><Severity value={a.severity}>{t.any(a.severity)}</Severity></td>
            <td class="alert-title"><a class="ttl clip" href={here}>{a.title}</a><span class="quiet clip narrow-only">{a.source.name}</span></td>
            <td class="quiet wide-only">{a.source.name}</td>
            <td>{a.incident ? <a class="ref link" href={`/incidents/${a.incident.reference}`} title={a.incident.title}>{a.incident.reference}</a> : null}</td>
            <td class="quiet"><Time at={a.started_at} /></td>
            <td class="num quiet wide-only">{a.status === 'firing' ? <Live><Running from={a.started_at} /></Live> : <Running from={a.started_at} to={a.ended_at} />}</td>
        </tr>
    );
}

function Table({ items, open }: { items: Alert[]; open: string | null }) {
    const box = useRef<HTMLDivElement>(null);
    useListKeys(box);
    return (
        <div class="scroller" ref={box}>
            <table class="table">
                <thead><tr><th>{t('status')}</th><th>{t('severity')}</th><th>{t('title')}</th><th class="wide-only">{t('source')}</th><th>{t('incident')}</th><th>{t('started')}</th>
                    <th class="num wide-only">{t('duration')}</th></tr></thead>
                <tbody>{items.map((a) => <Row key={a.id} a={a} open={a.id === open} />)}</tbody>
            </table>
        </div>
    );
}

function Nothing() {
    const filtered = filters.some((f) => query.value.get(f));
    if (filtered) return <Empty icon="filter" title={t('none_fit')} action={<Button onClick={() => setQuery(Object.fromEntries(filters.map((f) => [f, null])))}>{t('clear')}</Button>} />;
    const action = may(session.value?.user?.role, 'admin') ? <LinkButton kind="primary" icon="link" href="/settings/integrations">{t('connect_source')}</LinkButton> : undefined;
    return <Empty icon="bell" title={t('empty')} action={action}>{t('empty_body')}</Empty>;
}

export default function Alerts() {
    const q = query.value;
    const open = q.get('alert');
    const list = usePages<Alert>('/alerts', Object.fromEntries(filters.map((f) => [f, q.get(f)])), ['alerts']);
    return <>
        <Topbar title={t('alerts')} />
        <div class={`page wide alert-page ${open ? 'with-panel' : ''}`}>
            <section class="alert-list">
                {(list.items?.length !== 0 || filters.some((f) => q.get(f))) && <Filters />}
                {list.error && !list.items ? <Failed error={list.error} retry={list.reload} /> : !list.items ? <Skeleton lines={12} />
                    : list.items.length === 0 ? <Nothing /> : <><Table items={list.items} open={open} /><More more={list.more} /></>}
            </section>
            {open && <AlertPanel key={open} id={open} />}
        </div>
    </>;
}

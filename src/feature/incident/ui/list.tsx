/** All incidents: dense, filtered by the address, the active ones first. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar, Button, Check, Empty, Failed, Icon, Input, LinkButton, Live, MenuButton, MenuChip, More, Pill, Running, Skeleton, toastError, Topbar } from 'kit';
import { api, withQuery } from 'app/api';
import { useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { usePages, useResource } from 'app/resource';
import { query, setQuery } from 'app/router';
import { me } from 'app/session';
import { clock, day, inUtc } from 'app/time';
import type { Ref } from 'app/types';
import { declaring } from './declare-layer';
import { chosen, Filters, type Facet } from './filters';
import { t } from './strings';
import { kinds, severities, statuses, type IncidentRow } from './types';
import { ReportState, SeverityWord, StatusWord } from './words';

const FILTERS = ['status', 'severity', 'kind', 'channel', 'team', 'service', 'visibility', 'report', 'person'] as const;
const SORTS = ['active', 'newest', 'oldest', 'severity', 'updated'] as const;

function useFacets(): Facet[] {
    const channels = useResource('channels', () => api.all<Ref>('/channels'));
    const services = useResource('services', () => api.all<Ref>('/services'));
    const teams = useResource('teams', () => api.all<Ref>('/teams'));
    const refs = (all: Ref[] | undefined) => (all ?? []).map((r) => ({ value: r.id, label: r.name, text: r.name }));
    const words = (all: readonly string[], prefix = '') => all.map((v) => ({ value: v, label: t.any(prefix + v), text: t.any(prefix + v) }));
    return [
        { key: 'status', label: t('status'), always: true, options: [...statuses, 'canceled', 'merged'].map((v) => ({ value: v, label: <StatusWord status={v} />, text: t.any(v) })) },
        { key: 'severity', label: t('severity'), always: true, options: severities.map((v) => ({ value: v, label: <SeverityWord value={v} />, text: v === 'unknown' ? t('unknown') : v })) },
        { key: 'channel', label: t('channel'), always: true, options: refs(channels.data) },
        { key: 'service', label: t('service'), always: true, options: refs(services.data) },
        { key: 'report', label: t('report'), single: true, options: words(['none', 'any'], 'report_') },
        { key: 'kind', label: t('kind'), options: words(kinds) },
        { key: 'visibility', label: t('visibility'), single: true, options: words(['public', 'private']) },
        { key: 'person', label: t('person'), single: true, options: [{ value: 'me', label: t('me'), text: t('me') }] },
        { key: 'team', label: t('team'), options: refs(teams.data) },
    ];
}

/** Search as you type: the address follows when the typing rests. */
export function SearchBox({ label }: { label: string }) {
    const asked = query.value.get('q') ?? '';
    const [text, setText] = useState(asked);
    const last = useRef(asked);
    useEffect(() => {
        if (asked !== last.current) setText(asked);
        last.current = asked;
    }, [asked]);
    useEffect(() => {
        if (text === last.current) return;
        const wait = setTimeout(() => { last.current = text; setQuery({ q: text || null }); }, 150);
        return () => clearTimeout(wait);
    }, [text]);
    return <Input icon="search" class="searchbox" data-search aria-label={label} placeholder={label} value={text} onChange={setText} />;
}

export default function IncidentList() {
    const table = useRef<HTMLTableElement>(null);
    const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
    useListKeys(table);
    const facets = useFacets();
    const asked = Object.fromEntries(FILTERS.map((f) => [f, query.value.get(f)]));
    const q = query.value.get('q');
    const sort = query.value.get('sort') ?? 'active';
    const pages = usePages<IncidentRow>('/incidents', { ...asked, q, sort: sort === 'active' ? null : sort }, ['incidents']);
    const rows = pages.items;
    const filtered = !!q || FILTERS.some((f) => chosen(f).length > 0);
    const pick = (id: string, on: boolean) => {
        const next = new Set(picked);
        if (on) next.add(id); else next.delete(id);
        setPicked(next);
    };
    /* Nobody filters what is not there yet. */
    const none = rows?.length === 0 && !filtered;
    const clear = () => setQuery({ q: null, ...Object.fromEntries(FILTERS.map((f) => [f, null])) });
    return <>
        <Topbar title={t('incidents')}>
            <LinkButton href={withQuery('/api/v1/incidents.csv', { ...asked, q, sort: query.value.get('sort') })} icon="download" download class="wide-only">{t('csv')}</LinkButton>
            {may(me().role, 'responder') && <Button kind="primary" icon="incident" kbd="C" onClick={() => { declaring.value = true; }}>{t('declare')}</Button>}
        </Topbar>
        <div class="page wide incidents">
            {!none && <div class="list-search"><SearchBox label={t('search')} /></div>}
            {!none && <Filters facets={facets}>
                <MenuChip name={t('sort')} value={t.any(`sort_${sort}`)} items={() => SORTS.map((s) => ({ label: t.any(`sort_${s}`), checked: s === sort, onSelect: () => setQuery({ sort: s === 'active' ? null : s }) }))} />
            </Filters>}
            {pages.error && !rows ? <Failed error={pages.error} retry={pages.reload} />
                : !rows ? <Skeleton lines={10} />
                : rows.length === 0 ? (filtered
                    ? <Empty icon="filter" title={t('none_found')} action={<Button onClick={clear}>{t('clear_filters')}</Button>} />
                    : <Empty icon="incident" title={t('none_title')} action={may(me().role, 'responder') && <Button onClick={() => { declaring.value = true; }}>{t('declare')}</Button>}>{t('none_body')}</Empty>)
                : <>
                    <div class="scroller">
                        <table class="table inc" ref={table}>
                            <thead><tr>
                                <th class="c wide-only"><Check label={t('select_all')} checked={picked.size > 0 && picked.size === rows.length} onChange={(on) => setPicked(new Set(on ? rows.map((r) => r.id) : []))} /></th>
                                <th>{t('col_incident')}</th><th>{t('severity')}</th><th>{t('status')}</th><th class="wide-only">{t('channel')}</th><th class="wide-only">{t('col_started')}</th>
                                <th>{t('col_duration')}</th><th class="wide-only">{t('col_commander')}</th><th class="wide-only">{t('report')}</th>
                            </tr></thead>
                            <tbody>{rows.map((r) => <Row key={r.id} row={r} picked={picked.has(r.id)} onPick={(on) => pick(r.id, on)} />)}</tbody>
                        </table>
                    </div>
                    <p class="quiet list-foot">{pages.total === null ? t('many', { n: 1000 }) : t('count', { n: pages.total })}</p>
                    <More more={pages.more} />
                </>}
        </div>
        {picked.size > 0 && rows && <Bulk rows={rows.filter((r) => picked.has(r.id))} onDone={() => { setPicked(new Set()); void pages.reload(); }} />}
    </>;
}

/** Date without the weekday: `20 Oct`. */
const shortDay = (at: string) => day(at).replace(/^[A-Z][a-z]{2} |周.$/, '');

function Row({ row: r, picked, onPick }: { row: IncidentRow; picked: boolean; onPick: (on: boolean) => void }) {
    const began = r.impact_started_at ?? r.declared_at;
    const ended = r.impact_started_at ? r.impact_ended_at ?? r.resolved_at : r.resolved_at;
    return (
        <tr data-row aria-selected={picked}>
            <td class="c wide-only"><Check label={t('select', { reference: r.reference })} checked={picked} onChange={onPick} /></td>
            <td class="main"><span class="ref">{r.reference}</span> <a class="ttl" href={`/incidents/${r.reference}`}>{r.title}</a>
                {r.visibility === 'private' && <span class="lock" title={t('private')}><Icon name="lock" small /></span>}
                {r.kind !== 'standard' && <Pill small tone="outline">{t.any(r.kind)}</Pill>}</td>
            <td><SeverityWord value={r.severity} /></td>
            <td><StatusWord status={r.status} /></td>
            <td class="soft wide-only some" title={r.channel?.name}>{r.channel?.name}</td>
            <td class="soft wide-only"><time dateTime={began} title={inUtc(began)}>{shortDay(began)} <span class="quiet">{clock(began)}</span></time></td>
            <td class="long">{r.active ? <Live><Running from={began} /></Live> : ended ? <span class="soft"><Running from={began} to={ended} /></span> : null}</td>
            <td class="wide-only">{r.commander && <span class="person"><Avatar person={r.commander} /><span class="clip">{r.commander.name}</span></span>}</td>
            <td class="wide-only"><ReportState state={r.report_state} reason={r.no_report_reason} /></td>
        </tr>
    );
}

/** The same change to all that are selected, one after the other; what fails says so and the rest goes on. */
function Bulk({ rows, onDone }: { rows: IncidentRow[]; onDone: () => void }) {
    const all = async (body: object) => {
        for (const r of rows) {
            try {
                await api.patch(`/incidents/${r.id}`, body, r.version);
            } catch (e) {
                toastError(e, r.reference);
            }
        }
        onDone();
    };
    return (
        <div class="dock"><div class="bulk" role="toolbar" aria-label={t('selected', { n: rows.length })}>
            <span class="nowrap">{t('selected', { n: rows.length })}</span><span class="sep" />
            <MenuButton class="" items={severities.map((s) => ({ label: <SeverityWord value={s} />, onSelect: () => void all({ severity: s }) }))}>{t('severity')}</MenuButton>
            <MenuButton class="" items={statuses.map((s) => ({ label: <StatusWord status={s} />, onSelect: () => void all({ status: s }) }))}>{t('status')}</MenuButton>
            <button type="button" aria-label={t('cancel')} onClick={onDone}><Icon name="x" /></button>
        </div></div>
    );
}

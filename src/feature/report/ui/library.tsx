/** The library: every post-mortem, found by typing, filtered by the address, read in passing beside the list. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar, Button, Empty, Failed, Icon, LinkButton, MenuChip, More, Pill, Segmented, Severity, Skeleton, Status, Tabs, ToggleChip, Topbar, type IconName, type Tone } from 'kit';
import { api } from 'app/api';
import { useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { usePages, useResource } from 'app/resource';
import { query, setQuery } from 'app/router';
import { me } from 'app/session';
import { day, duration, inUtc } from 'app/time';
import type { Person, Ref, Report } from 'app/types';
import { chosen, Filters, type Facet } from '../../incident/ui/filters';
import { SearchBox } from '../../incident/ui/list';
import { Marked } from '../../search/ui/search';
import { figureText } from './figures';
import { t } from './library-strings';
import { importReport } from '../../exchange/ui/import-layer';
import { writePostMortem } from './write-layer';

export type Row = Report & { severity: string; overdue: boolean; began_at: string | null; snippet: string | null };
type Counts = { draft: number; in_review: number; published: number; archived: number; total: number };

const STATES = ['draft', 'in_review', 'published', 'archived'] as const;
const FILTERS = ['team', 'channel', 'severity', 'service', 'cause', 'author', 'owner', 'reviewer', 'language', 'incident'] as const;
const SORTS = ['updated', 'newest', 'oldest', 'due', 'published'] as const;
const SPANS = { d30: 30, d90: 90, d365: 365 } as const;
const LOOK: Record<string, { tone: Tone; icon: IconName }> = {
    draft: { tone: 'idle', icon: 'triage' }, in_review: { tone: 'run', icon: 'prog' }, published: { tone: 'ok', icon: 'done' }, archived: { tone: 'outline', icon: 'open' },
};

const metric = (r: Report, key: string) => r.metrics.find((m) => m.key === key)?.value;
export const hrefOf = (r: Report) => `/reports/${r.reference}${r.published_at ? '' : '/edit'}`;

function useFacets(): Facet[] {
    const teams = useResource('teams', () => api.all<Ref>('/teams'));
    const channels = useResource('channels', () => api.all<Ref>('/channels'));
    const services = useResource('services', () => api.all<Ref>('/services'));
    const causes = useResource('causes', () => api.all<{ key: string; name: string }>('/causes'));
    const people = useResource('people', () => api.all<Person>('/people'));
    const refs = (all: Ref[] | undefined) => (all ?? []).map((r) => ({ value: r.id, label: r.name, text: r.name }));
    const mine = { value: 'me', label: t('me'), text: t('me') };
    return [
        { key: 'team', label: t('team'), always: true, options: refs(teams.data) },
        { key: 'severity', label: t('severity'), always: true, options: ['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'].map((v) => ({ value: v, label: <Severity value={v} />, text: v })) },
        { key: 'channel', label: t('channel'), options: refs(channels.data) },
        { key: 'service', label: t('service'), options: refs(services.data) },
        { key: 'cause', label: t('cause'), options: (causes.data ?? []).map((c) => ({ value: c.key, label: c.name, text: c.name })) },
        { key: 'author', label: t('author'), single: true, always: true, options: [mine, ...refs(people.data)] },
        { key: 'owner', label: t('owner'), single: true, options: [mine, ...refs(people.data)] },
        { key: 'reviewer', label: t('reviewer'), single: true, options: [mine] },
        { key: 'language', label: t('language'), single: true, options: (['en', 'zh'] as const).map((v) => ({ value: v, label: t(v), text: t(v) })) },
    ];
}

/** Whole days, so that the address of the list stays the same while it is looked at. */
function since(span: string | null): string | null {
    const days = SPANS[span as keyof typeof SPANS];
    return days ? `${new Date(Date.now() - days * 86400_000).toISOString().slice(0, 10)}T00:00:00Z` : null;
}

export default function Library() {
    const root = useRef<HTMLDivElement>(null);
    const [at, setAt] = useState<string | null>(null);
    useListKeys(root);
    const facets = useFacets();
    const q = query.value.get('q');
    const span = query.value.get('date');
    const sort = query.value.get('sort');
    const view = query.value.get('view') === 'table' ? 'table' : 'list';
    const overdue = query.value.get('overdue') === 'true';
    const state = STATES.find((s) => s === query.value.get('state'));
    const asked = { ...Object.fromEntries(FILTERS.map((f) => [f, query.value.get(f)])), q, since: since(span), overdue: overdue ? 'true' : null };
    const pages = usePages<Row>('/reports', { ...asked, state, sort }, ['reports']);
    const counts = useResource(`report-counts ${JSON.stringify(asked)}`, () => api.get<Counts>('/report-counts', asked), ['reports']);
    const rows = pages.items;
    const filtered = !!q || !!span || overdue || !!state || FILTERS.some((f) => chosen(f).length > 0);
    const clear = () => setQuery({ q: null, date: null, overdue: null, state: null, ...Object.fromEntries(FILTERS.map((f) => [f, null])) });
    const shown = rows?.find((r) => r.id === at) ?? rows?.[0];
    const n = counts.data;
    return <>
        <Topbar title={t('reports')}>
            <LinkButton href="/templates" icon="layout" class="wide-only">{t('templates')}</LinkButton>
            {may(me().role, 'responder') && <Button icon="up" class="wide-only" onClick={importReport}>{t('import')}</Button>}
            {may(me().role, 'responder') && <Button kind="primary" icon="plus" onClick={() => writePostMortem(null)}>{t('create')}</Button>}
        </Topbar>
        <Tabs name="state" label={t('states')} tabs={[{ key: 'all', label: t('all'), count: n?.total }, ...STATES.map((s) => ({ key: s, label: t(s), count: n?.[s] }))]} />
        <div class={`lib ${view}`} ref={root}>
            <div class="lib-list">
                <div class="row"><div class="grow"><SearchBox label={t('search')} /></div>{pages.total !== null && <span class="quiet nowrap wide-only" role="status">{t('count', { n: pages.total })}</span>}
                    <span class="wide-only"><Segmented label={t('view')} value={view} onChange={(v) => setQuery({ view: v === 'list' ? null : v })} options={[{ value: 'list', label: t('list') }, { value: 'table', label: t('table') }]} /></span></div>
                <Filters facets={facets}>
                    <MenuChip name={t('date')} value={t.any(span ?? 'any_date')} on={!!span} items={() => [
                        { label: t('any_date'), checked: !span, onSelect: () => setQuery({ date: null }) },
                        ...Object.keys(SPANS).map((s) => ({ label: t.any(s), checked: s === span, onSelect: () => setQuery({ date: s }) })),
                    ]} />
                    <ToggleChip on={overdue} onChange={(on) => setQuery({ overdue: on ? 'true' : null })}>{t('overdue')}</ToggleChip>
                    <MenuChip name={t('sort')} value={t.any(`sort_${sort ?? (q ? 'match' : 'updated')}`)} items={() => SORTS.map((s) => ({ label: t.any(`sort_${s}`), checked: s === (sort ?? (q ? '' : 'updated')), onSelect: () => setQuery({ sort: s === 'updated' && !q ? null : s }) }))} />
                </Filters>
                {pages.error && !rows ? <Failed error={pages.error} retry={pages.reload} />
                    : !rows ? <Skeleton lines={10} />
                    : rows.length === 0 ? (filtered
                        ? <Empty icon="filter" title={t('none_found')} action={<Button onClick={clear}>{t('clear')}</Button>} />
                        : <Empty icon="doc" title={t('none_title')} action={may(me().role, 'responder') && <Button icon="plus" onClick={() => writePostMortem(null)}>{t('create')}</Button>}>{t('none_body')}</Empty>)
                    : view === 'table' ? <LibraryTable rows={rows} />
                    : <ul class="lib-hits" aria-busy={pages.loading}>{rows.map((r) => <Hit key={r.id} r={r} on={r.id === shown?.id} onPoint={() => setAt(r.id)} />)}</ul>}
                <More more={pages.more} />
            </div>
            {view === 'list' && shown && <Peek r={shown} />}
        </div>
    </>;
}

function StateWord({ r }: { r: Row }) {
    const look = LOOK[r.state] ?? LOOK.draft!;
    return <Pill small tone={look.tone} icon={look.icon}>{t.any(r.state)}</Pill>;
}

/** A row; resting on it for a moment, or reaching it by keyboard, shows it beside the list. */
function Hit({ r, on, onPoint }: { r: Row; on: boolean; onPoint: () => void }) {
    const wait = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
    useEffect(() => () => clearTimeout(wait.current), []);
    const took = metric(r, 'duration');
    return (
        <li data-row aria-current={on ? 'true' : undefined} lang={r.language}
            onMouseEnter={() => { wait.current = setTimeout(onPoint, 120); }} onMouseLeave={() => clearTimeout(wait.current)} onFocusIn={onPoint}>
            <div class="row">
                <Severity value={r.severity}>{r.severity === 'unknown' ? t('unknown') : r.severity}</Severity>
                <a class="grow clip ttl" href={hrefOf(r)}>{r.title}</a>
                {r.visibility === 'private' && <Icon name="lock" small label={t('private')} />}
                <StateWord r={r} />
            </div>
            {(r.snippet || r.excerpt) && <p>{r.snippet ? <Marked text={r.snippet} /> : r.excerpt}</p>}
            <div class="meta">
                <span>{r.reference}</span>{r.incidents.map((i) => <span key={i.id}>{i.reference}</span>)}
                {r.owner && <span class="person"><Avatar person={r.owner} />{r.owner.name}</span>}
                {r.began_at && <time dateTime={r.began_at} title={inUtc(r.began_at)}>{day(r.began_at)}</time>}
                {took && /^\d+$/.test(String(took)) && <span>{t('impact')} {duration(Number(took))}</span>}
                <Due r={r} />
            </div>
        </li>
    );
}

function Due({ r }: { r: Row }) {
    if (!r.due_at || r.state === 'published' || r.state === 'archived') return null;
    return r.overdue ? <Status tone="bad" icon="clock">{t('late', { day: day(r.due_at) })}</Status> : <span>{t('due', { day: day(r.due_at) })}</span>;
}

function LibraryTable({ rows }: { rows: Row[] }) {
    return (
        <div class="scroller" tabIndex={0}><table class="table">
            <thead><tr><th>{t('col_title')}</th><th>{t('severity')}</th><th>{t('col_state')}</th><th class="wide-only">{t('col_incident')}</th><th class="wide-only">{t('col_began')}</th><th class="wide-only">{t('impact')}</th><th class="wide-only">{t('col_owner')}</th><th>{t('col_due')}</th></tr></thead>
            <tbody>{rows.map((r) => (
                <tr key={r.id} data-row lang={r.language}>
                    <td class="main"><span class="ref">{r.reference}</span> <a class="ttl" href={hrefOf(r)}>{r.title}</a></td>
                    <td><Severity value={r.severity}>{r.severity === 'unknown' ? t('unknown') : r.severity}</Severity></td>
                    <td><StateWord r={r} /></td>
                    <td class="soft wide-only">{r.incidents.map((i) => <a key={i.id} class="link" href={`/incidents/${i.reference}`}>{i.reference}</a>)}</td>
                    <td class="soft wide-only">{r.began_at && <time dateTime={r.began_at} title={inUtc(r.began_at)}>{day(r.began_at)}</time>}</td>
                    <td class="soft wide-only">{figureText('duration', metric(r, 'duration')) || <span class="quiet">{t('not_yet')}</span>}</td>
                    <td class="wide-only">{r.owner && <span class="person"><Avatar person={r.owner} /><span class="clip">{r.owner.name}</span></span>}</td>
                    <td>{r.published_at ? <span class="soft">{t('published')} {day(r.published_at)}</span> : <Due r={r} />}</td>
                </tr>
            ))}</tbody>
        </table></div>
    );
}

const SHOWN = ['severity', 'duration', 'started_at', 'customers_affected'] as const;

/** The text as it reads: what was published, or the draft as it stands. HTML of the server, which escapes everything. */
function Peek({ r }: { r: Row }) {
    const published = !!r.published_at;
    const text = useResource(`peek ${r.id} ${r.updated_at}`, async () => {
        const a = await fetch(`/api/v1/reports/${r.id}/content?format=html${published ? '&version=published' : ''}`, { credentials: 'same-origin' });
        return a.ok ? a.text() : '';
    });
    return (
        <aside class="peek" aria-label={t('preview')} lang={r.language}>
            <div class="row"><span class="quiet grow">{t('preview')}</span>
                {published && <LinkButton href={`/reports/${r.reference}`} icon="eye">{t('read')}</LinkButton>}
                {may(me().role, 'responder') && r.state !== 'archived' && <LinkButton href={`/reports/${r.reference}/edit`} icon="pen">{t('edit')}</LinkButton>}
            </div>
            <h2 class="pt">{r.title}</h2>
            <dl class="metrics2">{SHOWN.map((k) => (
                <div key={k}><dt>{t(`m_${k}`)}</dt><dd>{k === 'severity' ? <Severity value={r.severity}>{r.severity === 'unknown' ? t('unknown') : r.severity}</Severity> : figureOf(r, k) || <span class="quiet">{t('unknown')}</span>}</dd></div>
            ))}</dl>
            {text.data === undefined ? <Skeleton lines={8} /> : text.data ? <div class="doc peek-doc" dangerouslySetInnerHTML={{ __html: text.data }} /> : <p class="quiet">{t('empty_text')}</p>}
        </aside>
    );
}

function figureOf(r: Row, key: (typeof SHOWN)[number]): string {
    const v = metric(r, key);
    return key === 'started_at' && typeof v === 'string' && v ? `${day(v)} ${figureText(key, v)}` : figureText(key, v);
}

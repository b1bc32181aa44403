/** All follow-ups: what must be done, by whom, overdue first. */
import { useRef, useState } from 'preact/hooks';
import { Button, DateTime, Dialog, Empty, Failed, Field, Icon, LinkButton, MenuButton, MenuChip, More, PeoplePicker, Skeleton, Tabs, currentTab, toast, toastError, Topbar } from 'kit';
import { api, withQuery } from 'app/api';
import { useKeys, useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { usePages, useResource } from 'app/resource';
import { query, setQuery } from 'app/router';
import { me } from 'app/session';
import type { Person, Ref } from 'app/types';
import { chosen, Filters, type Facet } from '../../incident/ui/filters';
import { SearchBox } from '../../incident/ui/list';
import { AskDialog, type Asking } from './actions';
import { addFollowUp } from './add-layer';
import { endOfDay } from './dialog';
import { t } from './strings';
import { FollowUpTable, type GroupBy } from './table';
import { kinds, priorities, statuses, type Counts, type FollowUp } from './types';
import { Priority, StatusWord } from './words';

const FILTERS = ['owner', 'team', 'status', 'priority', 'kind', 'channel', 'service', 'overdue', 'incident', 'report'] as const;
const GROUPS: readonly GroupBy[] = ['owner', 'team', 'status', 'due', 'incident'];
const SORTS = ['due', 'priority', 'newest', 'updated'] as const;
const VIEWS: Record<string, Record<string, string | boolean>> = { open: { open: true }, mine: { open: true, owner: 'me' }, verify: { to_verify: true }, closed: { closed: true, sort: 'updated' } };

function useFacets(): Facet[] {
    const people = useResource('people', () => api.all<Person>('/people'));
    const teams = useResource('teams', () => api.all<Ref>('/teams'));
    const channels = useResource('channels', () => api.all<Ref>('/channels'));
    const services = useResource('services', () => api.all<Ref>('/services'));
    const refs = (all: { id: string; name: string }[] | undefined) => (all ?? []).map((r) => ({ value: r.id, label: r.name, text: r.name }));
    const words = (all: readonly string[]) => all.map((v) => ({ value: v, label: t.any(v), text: t.any(v) }));
    return [
        { key: 'owner', label: t('owner'), always: true, options: [{ value: 'me', label: t('me'), text: t('me') }, { value: 'none', label: t('nobody'), text: t('nobody') }, ...refs(people.data)] },
        { key: 'team', label: t('team'), always: true, options: refs(teams.data) },
        { key: 'priority', label: t('priority'), always: true, options: priorities.map((v) => ({ value: v, label: <Priority value={v} />, text: t.any(v) })) },
        { key: 'status', label: t('state'), options: statuses.map((v) => ({ value: v, label: <StatusWord status={v} />, text: t.any(v) })) },
        { key: 'overdue', label: t('overdue'), single: true, options: [{ value: 'true', label: t('yes'), text: t('yes') }] },
        { key: 'kind', label: t('kind'), options: words(kinds) },
        { key: 'channel', label: t('channel'), options: refs(channels.data) },
        { key: 'service', label: t('service'), options: refs(services.data) },
    ];
}

export default function FollowUpList() {
    const counts = useResource('follow-up counts', () => api.get<Counts>('/follow-ups/counts'), ['follow-ups']);
    const tabs = [{ key: 'open', label: t('tab_open'), count: counts.data?.open }, { key: 'mine', label: t('tab_mine'), count: counts.data?.mine },
        { key: 'verify', label: t('tab_verify'), count: counts.data?.to_verify }, { key: 'closed', label: t('tab_closed'), count: counts.data?.closed }];
    const tab = currentTab(tabs);
    const facets = useFacets();
    const table = useRef<HTMLTableElement>(null);
    const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
    const [asking, setAsking] = useState<Asking | null>(null);
    const own = Object.fromEntries(FILTERS.map((f) => [f, query.value.get(f)]).filter(([, v]) => v));
    const q = query.value.get('q');
    const asked = { ...VIEWS[tab], ...own, q, ...(query.value.get('sort') ? { sort: query.value.get('sort') } : {}) };
    const pages = usePages<FollowUp>('/follow-ups', asked, ['follow-ups'], 100);
    const by = (GROUPS.includes(query.value.get('group') as GroupBy) ? query.value.get('group') : tab === 'mine' ? 'due' : 'owner') as GroupBy;
    useListKeys(table);
    useKeys({ n: () => { if (may(me().role, 'responder')) addFollowUp(); } });
    const changed = async () => { await Promise.all([pages.reload(), counts.reload()]); };
    const pick = (ids: string[], on: boolean) => setPicked((old) => {
        const next = new Set(old);
        for (const id of ids) if (on) next.add(id); else next.delete(id);
        return next;
    });
    const filtered = !!q || FILTERS.some((f) => chosen(f).length > 0);
    return <>
        <Topbar title={t('follow_ups')}>
            <LinkButton class="wide-only" href={withQuery('/api/v1/follow-ups.csv', asked)} icon="download" download>{t('csv')}</LinkButton>
            {may(me().role, 'responder') && <Button kind="primary" icon="plus" onClick={() => addFollowUp({ onAdded: () => void changed() })}>{t('add')}</Button>}
        </Topbar>
        <Tabs tabs={tabs} label={t('follow_ups')} />
        <div class="page wide followups">
            <div class="list-search"><SearchBox label={t('search')} /></div>
            <Filters facets={facets}>
                <MenuChip name={t('group')} value={t.any(`group_${by}`)} items={() => GROUPS.map((g) => ({ label: t.any(`group_${g}`), checked: g === by, onSelect: () => setQuery({ group: g }) }))} />
                <MenuChip name={t('sort')} value={t.any(`sort_${query.value.get('sort') ?? (tab === 'closed' ? 'updated' : 'due')}`)} items={() => SORTS.map((s) => ({ label: t.any(`sort_${s}`), onSelect: () => setQuery({ sort: s }) }))} />
            </Filters>
            {pages.error && !pages.items ? <Failed error={pages.error} retry={pages.reload} /> : !pages.items ? <Skeleton lines={10} />
                : pages.items.length === 0 ? (filtered ? <Empty icon="filter" title={t('none_found')} action={<Button onClick={() => setQuery({ q: null, ...Object.fromEntries(FILTERS.map((f) => [f, null])) })}>{t('clear_filters')}</Button>} />
                    : <Empty icon="todo" title={t('none_title')}>{t('none_body')}</Empty>)
                : <><FollowUpTable items={pages.items} by={by} picked={picked} onPick={may(me().role, 'responder') ? pick : null} onChanged={changed} ask={setAsking} tableRef={table} /><More more={pages.more} /></>}
        </div>
        {picked.size > 0 && <Bulk ids={[...picked]} onDone={async () => { setPicked(new Set()); await changed(); }} onCancel={() => setPicked(new Set())} />}
        {asking && <AskDialog asking={asking} onClose={() => setAsking(null)} done={changed} />}
    </>;
}

/** The same change to all that are selected; all or none. */
function Bulk({ ids, onDone, onCancel }: { ids: string[]; onDone: () => Promise<void>; onCancel: () => void }) {
    const [open, setOpen] = useState<'owner' | 'due' | null>(null);
    const [who, setWho] = useState<Person[]>([]);
    const [due, setDue] = useState<string | null>(null);
    const send = async (body: object) => {
        try {
            const r = await api.post<{ changed: number }>('/follow-ups/bulk', { ids, ...body });
            toast(t('changed', { n: r.changed }));
            setOpen(null);
            await onDone();
        } catch (e) { toastError(e); }
    };
    return <>
        <div class="dock"><div class="bulk" role="toolbar" aria-label={t('selected', { n: ids.length })}>
            <span class="nowrap">{t('selected', { n: ids.length })}</span><span class="sep" />
            <button type="button" onClick={() => setOpen('owner')}><Icon name="user" />{t('assign')}</button>
            <button type="button" onClick={() => setOpen('due')}><Icon name="cal" />{t('due_date')}</button>
            <MenuButton class="" chevron={false} items={priorities.map((p) => ({ label: <Priority value={p} />, onSelect: () => void send({ priority: p }) }))}><Icon name="p4" />{t('priority')}</MenuButton>
            <button type="button" onClick={() => send({ status: 'done' })}><Icon name="check" />{t('close')}</button>
            <button type="button" aria-label={t('clear')} onClick={onCancel}><Icon name="x" /></button>
        </div></div>
        {open === 'owner' && <Dialog title={t('choose_owner')} onClose={() => setOpen(null)} footer={<><Button onClick={() => setOpen(null)}>{t('cancel')}</Button><Button kind="primary" onClick={() => send({ owner_id: who[0]?.id ?? null })}>{t('assign')}</Button></>}>
            <Field label={t('owner')}>{(p) => <PeoplePicker id={p.id} autofocus value={who} onChange={setWho} />}</Field></Dialog>}
        {open === 'due' && <Dialog title={t('choose_due')} onClose={() => setOpen(null)} footer={<><Button onClick={() => setOpen(null)}>{t('cancel')}</Button><Button kind="primary" onClick={() => send({ due_at: endOfDay(due) })}>{t('save')}</Button></>}>
            <Field label={t('due')}>{(p) => <DateTime {...p} dateOnly value={due} onChange={setDue} />}</Field></Dialog>}
    </>;
}

/** All follow-ups: what must be done, by whom, overdue first; what waits to be verified; what is closed. */
import { useRef, useState } from 'preact/hooks';
import { Button, Empty, Failed, LinkButton, MenuChip, More, Segmented, Skeleton, Tabs, currentTab, Topbar } from 'kit';
import { api, withQuery } from 'app/api';
import { useKeys, useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { usePages, useResource } from 'app/resource';
import { query, setQuery } from 'app/router';
import { me } from 'app/session';
import { chosen, Filters } from '../../incident/ui/filters';
import { SearchBox } from '../../incident/ui/list';
import { AskDialog, type Asking } from './actions';
import { addFollowUp } from './add-layer';
import { Board } from './board';
import { Bulk } from './bulk';
import { FILTERS, useFacets } from './facets';
import { Queue } from './queue';
import { t } from './strings';
import { FollowUpTable, type GroupBy } from './table';
import type { Counts, FollowUp } from './types';

const GROUPS: readonly GroupBy[] = ['owner', 'team', 'status', 'due', 'incident', 'none'];
const SORTS = ['due', 'priority', 'newest', 'updated'] as const;
type Tab = 'open' | 'mine' | 'verify' | 'closed';
const VIEWS: Record<Tab, Record<string, string | boolean>> = { open: { open: true }, mine: { open: true, owner: 'me' }, verify: { to_verify: true }, closed: { closed: true, sort: 'updated' } };

export default function FollowUpList() {
    const counts = useResource('follow-up counts', () => api.get<Counts>('/follow-ups/counts'), ['follow-ups']);
    const tabs = [{ key: 'open', label: t('tab_open'), count: counts.data?.open }, { key: 'mine', label: t('tab_mine'), count: counts.data?.mine },
        { key: 'verify', label: t('tab_verify'), count: counts.data?.to_verify }, { key: 'closed', label: t('tab_closed'), count: counts.data?.closed }];
    const tab = currentTab(tabs) as Tab;
    const facets = useFacets();
    const root = useRef<HTMLDivElement>(null);
    const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
    const [assigning, setAssigning] = useState(false);
    const [asking, setAsking] = useState<Asking | null>(null);
    const own = Object.fromEntries(FILTERS.map((f) => [f, query.value.get(f)]).filter(([, v]) => v));
    const asked = { ...VIEWS[tab], ...own, q: query.value.get('q'), ...(query.value.get('sort') ? { sort: query.value.get('sort') } : {}) };
    const pages = usePages<FollowUp>('/follow-ups', asked, ['follow-ups'], 100);
    const by = (GROUPS.includes(query.value.get('group') as GroupBy) ? query.value.get('group') : tab === 'mine' ? 'due' : tab === 'closed' ? 'none' : 'owner') as GroupBy;
    const board = query.value.get('view') === 'board';
    const writes = may(me().role, 'responder');
    useListKeys(root);
    useKeys({ n: () => { if (writes) addFollowUp(); }, escape: () => setPicked(new Set()) });
    const changed = async () => { await Promise.all([pages.reload(), counts.reload()]); };
    const pick = (ids: string[], on: boolean) => setPicked((old) => {
        const next = new Set(old);
        for (const id of ids) if (on) next.add(id); else next.delete(id);
        return next;
    });
    const clear = () => { setPicked(new Set()); setAssigning(false); };
    const chosenItems = (pages.items ?? []).filter((f) => picked.has(f.id));
    const show = (items: FollowUp[]) => {
        if (tab === 'verify') return <Queue items={items} ask={setAsking} />;
        if (board) return <Board items={items} closed={tab === 'closed'} onChanged={changed} ask={setAsking} />;
        return <FollowUpTable items={items} by={by} picked={picked} onPick={writes ? pick : null} onChanged={changed} ask={setAsking}
            {...(writes ? { assign: (ids: string[]) => { setPicked(new Set(ids)); setAssigning(true); } } : {})} />;
    };
    return <>
        <Topbar title={t('follow_ups')}>
            {tab !== 'verify' && <span class="wide-only"><Segmented label={t('view')} value={board ? 'board' : 'table'} onChange={(v) => setQuery({ view: v === 'board' ? v : null })}
                options={[{ value: 'table', label: t('view_table'), icon: 'list' }, { value: 'board', label: t('view_board'), icon: 'layout' }]} /></span>}
            <LinkButton class="wide-only" href={withQuery('/api/v1/follow-ups.csv', asked)} icon="download" download>{t('csv')}</LinkButton>
            {writes && <Button kind="primary" icon="plus" onClick={() => addFollowUp({ onAdded: () => void changed() })}>{t('add')}</Button>}
        </Topbar>
        <Tabs tabs={tabs} label={t('follow_ups')} />
        <div class="page wide followups">
            <div class="fu-bar"><SearchBox label={t('search')} />
                <Filters facets={facets}>
                    {tab !== 'verify' && !board && <MenuChip name={t('group')} value={t.any(`group_${by}`)} items={() => GROUPS.map((g) => ({ label: t.any(`group_${g}`), checked: g === by, onSelect: () => setQuery({ group: g }) }))} />}
                    {tab !== 'verify' && <MenuChip name={t('sort')} value={t.any(`sort_${asked.sort ?? 'due'}`)} items={() => SORTS.map((s) => ({ label: t.any(`sort_${s}`), checked: s === (asked.sort ?? 'due'), onSelect: () => setQuery({ sort: s }) }))} />}
                </Filters></div>
            {pages.error && !pages.items ? <Failed error={pages.error} retry={pages.reload} /> : !pages.items ? <Skeleton lines={10} />
                : pages.items.length === 0 ? <Nothing tab={tab} writes={writes} />
                    : <div ref={root}>{show(pages.items)}<More more={pages.more} /></div>}
        </div>
        {chosenItems.length > 0 && <Bulk key={assigning ? 'assign' : 'bulk'} items={chosenItems} first={assigning ? 'owner' : null} onDone={async () => { clear(); await changed(); }} onCancel={clear} />}
        {asking && <AskDialog asking={asking} onClose={() => setAsking(null)} done={changed} />}
    </>;
}

/** Nothing fits the filters; or what stands in this list once there is something. */
function Nothing({ tab, writes }: { tab: Tab; writes: boolean }) {
    const filtered = !!query.value.get('q') || FILTERS.some((f) => chosen(f).length > 0);
    if (filtered) return <Empty icon="filter" title={t('none_found')} action={<Button onClick={() => setQuery({ q: null, ...Object.fromEntries(FILTERS.map((f) => [f, null])) })}>{t('clear_filters')}</Button>} />;
    return <Empty icon={tab === 'verify' ? 'verify' : 'todo'} title={t(`none_${tab}`)} action={writes && tab !== 'closed' && tab !== 'verify' && <Button icon="plus" onClick={() => addFollowUp()}>{t('add')}</Button>}>{t(`none_${tab}_body`)}</Empty>;
}

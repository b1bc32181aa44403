/** All monitors: state, uptime of a month day by day, latency. */
import { useRef, useState } from 'preact/hooks';
import { Button, Empty, Failed, Icon, Input, MenuButton, MenuChip, More, Pill, Skeleton, Topbar, type Tone } from 'kit';
import { api, session } from 'app/api';
import { useKeys, useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { usePages, useResource } from 'app/resource';
import { navigate, query, setQuery } from 'app/router';
import { Days } from './chart';
import { MonitorDialog } from './form';
import { ImportDialog } from './import-dialog';
import { percent, uptime, type Monitor, type Totals } from './types';
import { WindowsDialog } from './windows';
import { t } from './strings';

export const tones: Record<string, Tone> = { up: 'ok', down: 'bad', paused: 'outline', unknown: 'idle' };
export const State = ({ m }: { m: Pick<Monitor, 'state' | 'maintenance_until_at'> }) => <><Pill small tone={tones[m.state]!}>{t.any(m.state)}</Pill>{m.maintenance_until_at && m.state !== 'paused' && <> <Pill small tone="warn" icon="clock">{t('maintenance')}</Pill></>}</>;
export const address = (m: Monitor) => m.target ?? m.steps[0]?.url ?? '';

export default function List() {
    const state = query.value.get('state');
    const q = query.value.get('q') ?? '';
    const rows = usePages<Monitor>('/monitors', { ...(state ? { state } : {}), ...(q ? { q } : {}) }, ['monitors'], 100);
    const totals = useResource('monitors totals', () => api.get<Totals>('/monitors/totals'), ['monitors']);
    const [adding, setAdding] = useState(false);
    const [importing, setImporting] = useState(false);
    const [windows, setWindows] = useState(false);
    const mayAdd = may(session.value?.user?.role, 'manager');
    const list = useRef<HTMLUListElement>(null);
    useListKeys(list);
    useKeys({ n: () => { if (mayAdd) setAdding(true); } });
    const all = totals.data;
    const none = rows.items?.length === 0 && !state && !q;
    return <>
        <Topbar title={t('title')}><MenuButton class="btn plain" chevron={false} align="end" label={t('more_actions')} items={[{ label: t('maintenance'), icon: 'clock', onSelect: () => setWindows(true) },
            mayAdd && { label: t('import'), icon: 'download', onSelect: () => setImporting(true) }]}><Icon name="more" /></MenuButton>{mayAdd && !none && <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>{t('add')}</Button>}</Topbar>
        <div class="page wide">
            {!none && <div class="mon-bar">
                <Input icon="search" type="search" placeholder={t('filter')} aria-label={t('filter')} value={q} onChange={(v) => setQuery({ q: v || null })} />
                <MenuChip name={t('state')} value={state ? t.any(state) : t('any')} on={!!state} items={() => [{ label: t('any'), checked: !state, onSelect: () => setQuery({ state: null }) },
                    ...['up', 'down', 'paused', 'unknown'].map((s) => ({ label: t.any(s), checked: s === state, onSelect: () => setQuery({ state: s }) }))]} />
                <span class="grow" />
                {all && <span class="quiet">{[all.down && t('n_down', { n: all.down }), t('n_up', { n: all.up }), all.paused && t('n_paused', { n: all.paused })].filter(Boolean).join(' · ')}</span>}
            </div>}
            {rows.error ? <Failed error={rows.error} retry={rows.reload} /> : !rows.items ? <Skeleton lines={6} />
                : none ? <Empty icon="wave" title={t('empty')} action={mayAdd ? <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>{t('add')}</Button> : undefined}>{t('empty_body')}</Empty>
                : rows.items.length === 0 ? <Empty icon="search" title={t('none_fits')} />
                : <ul class="mon-list" ref={list}>{rows.items.map((m) => {
                    const part = uptime(m.days);
                    return <li key={m.id} class={m.state} data-row><a href={`/monitors/${m.id}`}>
                        <span class="s"><State m={m} /></span>
                        <span class="n"><b>{m.name}</b><span class="quiet clip">{t.any(m.kind)} · {address(m)}{m.state === 'down' && m.error && <em> {m.error}</em>}</span></span>
                        <Days days={m.days} n={30} />
                        <span class="u">{part === null ? '–' : percent(part)}</span>
                        <span class="l quiet">{m.last_at ? t('ms', { n: m.latency_ms }) : '–'}</span>
                    </a></li>;
                })}</ul>}
            <More more={rows.more} />
        </div>
        {importing && <ImportDialog onClose={() => { setImporting(false); void rows.reload(); }} />}
        {windows && <WindowsDialog onClose={() => setWindows(false)} />}
        {adding && <MonitorDialog monitor={null} onClose={() => setAdding(false)} onSaved={(m) => navigate(`/monitors/${m.id}`)} />}
    </>;
}

/** Rows of follow-ups, grouped; what is overdue stands first. */
import { Avatar, Check, Icon, MenuButton } from 'kit';
import type { ComponentChildren } from 'preact';
import { dayDistance } from 'app/time';
import { verdictItems, statusItems, type Asking } from './actions';
import { t } from './strings';
import type { FollowUp } from './types';
import { Due, Effect, lookOf, Priority, StatusWord } from './words';

export type GroupBy = 'owner' | 'team' | 'status' | 'due' | 'incident' | 'none';
type Group = { key: string; head: ComponentChildren; items: FollowUp[] };

function keyOf(f: FollowUp, by: GroupBy): string {
    if (by === 'owner') return f.owner?.id ?? '';
    if (by === 'team') return f.team?.id ?? '';
    if (by === 'status') return f.status;
    if (by === 'incident') return f.incident?.id ?? '';
    if (by === 'due') return f.completed_at ? '4' : !f.due_at ? '3' : f.overdue ? '0' : dayDistance(f.due_at) <= 7 ? '1' : '2';
    return '';
}

function headOf(f: FollowUp, by: GroupBy): ComponentChildren {
    if (by === 'owner') return f.owner ? <><Avatar person={f.owner} />{f.owner.name}</> : <><span class="av"><Icon name="user" small /></span>{t('no_owner')}</>;
    if (by === 'team') return f.team?.name ?? t('no_team');
    if (by === 'status') return <StatusWord status={f.status} />;
    if (by === 'incident') return f.incident ? <><span class="ref">{f.incident.reference}</span> {f.incident.title}</> : t('no_incident');
    return [t('due_overdue'), t('due_week'), t('due_later'), t('due_none'), t('due_done')][Number(keyOf(f, 'due'))];
}

/** Groups keep the order of the list, but those with something overdue come first, the nameless one last; dates stand in
 *  their own order. */
export function grouped(items: readonly FollowUp[], by: GroupBy): Group[] {
    const map = new Map<string, Group>();
    for (const f of items) {
        const key = keyOf(f, by);
        if (!map.has(key)) map.set(key, { key, head: headOf(f, by), items: [] });
        map.get(key)!.items.push(f);
    }
    if (by === 'due') return [...map.values()].sort((a, b) => a.key.localeCompare(b.key));
    const late = (g: Group) => g.items.filter((f) => f.overdue).length;
    return [...map.values()].map((g, i) => ({ g, i })).sort((a, b) => Number(!a.g.key) - Number(!b.g.key) || late(b.g) - late(a.g) || a.i - b.i).map((x) => x.g);
}

/** `assign`: offered beside the group of those that nobody owns. */
export function FollowUpTable({ items, by, picked, onPick, onChanged, ask, assign, showIncident = true }: {
    items: readonly FollowUp[]; by: GroupBy; picked: ReadonlySet<string>; onPick: ((ids: string[], on: boolean) => void) | null;
    onChanged: () => unknown; ask: (a: Asking) => void; assign?: (ids: string[]) => void; showIncident?: boolean;
}) {
    const columns = 5 + (by === 'owner' ? 0 : 1) + (onPick ? 1 : 0) + (showIncident ? 2 : 0);
    return (
        <div class="scroller" tabIndex={0}>
            <table class={`table fu ${showIncident ? '' : 'tight'}`}>
                <thead><tr>
                    {onPick && <th class="c"><Check label={t('select_all')} checked={items.length > 0 && items.every((f) => picked.has(f.id))} onChange={(on) => onPick(items.map((f) => f.id), on)} /></th>}
                    <th>{t('follow_up')}</th><th>{t('priority')}</th>{showIncident && <th>{t('kind')}</th>}<th>{t('state')}</th><th>{t('due')}</th>
                    {by !== 'owner' && <th>{t('owner')}</th>}
                    {showIncident && <th>{t('from')}</th>}<th>{t('verification')}</th>
                </tr></thead>
                {grouped(items, by).map((g) => (
                    <tbody key={g.key}>
                        {by !== 'none' && <GroupHead g={g} columns={columns} assign={by === 'owner' && !g.key ? assign : undefined} />}
                        {g.items.map((f) => <Row key={f.id} f={f} by={by} picked={picked.has(f.id)} onPick={onPick} onChanged={onChanged} ask={ask} showIncident={showIncident} />)}
                    </tbody>
                ))}
            </table>
        </div>
    );
}

function GroupHead({ g, columns, assign }: { g: Group; columns: number; assign?: ((ids: string[]) => void) | undefined }) {
    const late = g.items.filter((f) => f.overdue).length;
    return (
        <tr class="group"><th colSpan={columns}><span class="row">{g.head}<span class="quiet">{t('n_items', { n: g.items.length })}</span>
            {late > 0 && <span class="pill sm bad">{t('n_overdue', { n: late })}</span>}
            {assign && <button type="button" class="link" onClick={() => assign(g.items.map((f) => f.id))}>{t('assign')}</button>}</span></th></tr>
    );
}

function Row({ f, by, picked, onPick, onChanged, ask, showIncident }: {
    f: FollowUp; by: GroupBy; picked: boolean; onPick: ((ids: string[], on: boolean) => void) | null; onChanged: () => unknown; ask: (a: Asking) => void; showIncident: boolean;
}) {
    const look = lookOf(f.status);
    const toVerify = f.status === 'not_effective' || (f.status === 'done' && !f.settled);
    return (
        <tr data-row aria-selected={picked}>
            {onPick && <td class="c"><Check label={t('select', { reference: f.reference })} checked={picked} onChange={(on) => onPick([f.id], on)} /></td>}
            <td class="main"><span class="ref">{f.reference}</span> <a class="ttl" href={`/follow-ups/${f.reference}`} title={f.title}>{f.title}</a></td>
            <td><Priority value={f.priority} /></td>
            {showIncident && <td class="soft wide-only">{t.any(f.kind)}</td>}
            <td>{f.can_edit
                ? <MenuButton class={`st ${look.tone} st-btn`} chevron={false} label={`${t('state')}: ${t.any(f.status)}`} items={() => statusItems(f, onChanged, ask)}><Icon name={look.icon} small />{t.any(f.status)}</MenuButton>
                : <StatusWord status={f.status} />}</td>
            <td class="when"><Due f={f} /></td>
            {by !== 'owner' && <td>{f.owner ? <span class="person"><Avatar person={f.owner} />{f.owner.name}</span> : <span class="quiet">{t('no_owner')}</span>}</td>}
            {showIncident && <td class="ref wide-only"><From f={f} /></td>}
            <td class={`effect ${toVerify ? '' : 'wide-only'}`}><Effect f={f} items={f.can_edit ? verdictItems(f, ask) : undefined} /></td>
        </tr>
    );
}

function From({ f }: { f: FollowUp }) {
    if (f.incident) return <a href={`/incidents/${f.incident.reference}?tab=follow-ups`} title={f.incident.title}>{f.incident.reference}</a>;
    return f.report ? <a href={`/reports/${f.report.reference}`} title={f.report.title}>{f.report.reference}</a> : <span>{t('no_source')}</span>;
}

/** Rows of follow-ups, grouped; what is overdue stands first. */
import { Avatar, Check, Icon } from 'kit';
import type { ComponentChildren } from 'preact';
import { dayDistance } from 'app/time';
import { verdictItems, statusItems, type Asking } from './actions';
import { t } from './strings';
import type { FollowUp } from './types';
import { Due, Effect, lookOf, Priority, StatusWord } from './words';
import { MenuButton } from 'kit';

export type GroupBy = 'owner' | 'team' | 'status' | 'due' | 'incident' | 'none';
type Group = { key: string; head: ComponentChildren; items: FollowUp[] };

function keyOf(f: FollowUp, by: GroupBy): string {
    if (by === 'owner') return f.owner?.id ?? '';
    if (by === 'team') return f.team?.id ?? '';
    if (by === 'status') return f.status;
    if (by === 'incident') return f.incident?.id ?? '';
    if (by === 'due') return !f.due_at ? '3' : f.overdue ? '0' : dayDistance(f.due_at) <= 7 ? '1' : '2';
    return '';
}

function headOf(f: FollowUp, by: GroupBy): ComponentChildren {
    if (by === 'owner') return f.owner ? <><Avatar person={f.owner} />{f.owner.name}</> : <><span class="av"><Icon name="user" small /></span>{t('no_owner')}</>;
    if (by === 'team') return f.team?.name ?? t('no_team');
    if (by === 'status') return <StatusWord status={f.status} />;
    if (by === 'incident') return f.incident ? <><span class="ref">{f.incident.reference}</span> {f.incident.title}</> : t('no_incident');
    return [t('due_overdue'), t('due_week'), t('due_later'), t('due_none')][Number(keyOf(f, 'due'))];
}

/** Groups keep the order of the list, but those with something overdue come first, the nameless one last. */
export function grouped(items: readonly FollowUp[], by: GroupBy): Group[] {
    const map = new Map<string, Group>();
    for (const f of items) {
        const key = keyOf(f, by);
        if (!map.has(key)) map.set(key, { key, head: headOf(f, by), items: [] });
        map.get(key)!.items.push(f);
    }
    const late = (g: Group) => g.items.filter((f) => f.overdue).length;
    return [...map.values()].map((g, i) => ({ g, i })).sort((a, b) => Number(!a.g.key) - Number(!b.g.key) || late(b.g) - late(a.g) || a.i - b.i).map((x) => x.g);
}

export function FollowUpTable({ items, by, picked, onPick, onChanged, ask, showIncident = true, tableRef }: {
    items: readonly FollowUp[]; by: GroupBy; picked: ReadonlySet<string>; onPick: ((ids: string[], on: boolean) => void) | null;
    onChanged: () => unknown; ask: (a: Asking) => void; showIncident?: boolean; tableRef?: { current: HTMLTableElement | null };
}) {
    const columns = 5 + (onPick ? 1 : 0) + (showIncident ? 2 : 0);
    return (
        <div class="scroller">
            <table class={`table fu ${showIncident ? '' : 'tight'}`} ref={tableRef}>
                <thead><tr>
                    {onPick && <th class="c wide-only"><Check label={t('select_all')} checked={picked.size > 0 && picked.size === items.length} onChange={(on) => onPick(items.map((f) => f.id), on)} /></th>}
                    <th>{t('follow_up')}</th><th class="wide-only">{t('priority')}</th>{showIncident && <th class="wide-only">{t('kind')}</th>}<th>{t('state')}</th><th>{t('due')}</th>
                    {by === 'none' && <th class="wide-only">{t('owner')}</th>}
                    {showIncident && <th class="wide-only">{t('from')}</th>}<th class="wide-only">{t('verification')}</th>
                </tr></thead>
                {grouped(items, by).map((g) => (
                    <tbody key={g.key}>
                        {by !== 'none' && <tr class="group"><th colSpan={columns}><span class="row">{g.head}<span class="quiet">{t('n_items', { n: g.items.length })}</span>
                            {g.items.some((f) => f.overdue) && <span class="pill sm bad">{t('n_overdue', { n: g.items.filter((f) => f.overdue).length })}</span>}</span></th></tr>}
                        {g.items.map((f) => (
                            <tr key={f.id} data-row aria-selected={picked.has(f.id)}>
                                {onPick && <td class="c wide-only"><Check label={t('select', { reference: f.reference })} checked={picked.has(f.id)} onChange={(on) => onPick([f.id], on)} /></td>}
                                <td class="main"><span class="ref">{f.reference}</span> <a class="ttl" href={`/follow-ups/${f.reference}`}>{f.title}</a><span class="phone-only"><Priority value={f.priority} /></span></td>
                                <td class="wide-only"><Priority value={f.priority} /></td>
                                {showIncident && <td class="soft wide-only">{t.any(f.kind)}</td>}
                                <td>{f.can_edit ? <MenuButton class={`st ${lookOf(f.status).tone} st-btn`} chevron={false} label={`${t('state')}: ${t.any(f.status)}`} items={() => statusItems(f, onChanged, ask)}><Icon name={lookOf(f.status).icon} small />{t.any(f.status)}</MenuButton> : <StatusWord status={f.status} />}</td>
                                <td class="due"><Due f={f} /></td>
                                {by === 'none' && <td class="wide-only">{f.owner ? <span class="person"><Avatar person={f.owner} />{f.owner.name}</span> : <span class="quiet">{t('no_owner')}</span>}</td>}
                                {showIncident && <td class="ref wide-only">{f.incident ? <a href={`/incidents/${f.incident.reference}?tab=follow-ups`} title={f.incident.title}>{f.incident.reference}</a> : f.report ? <a href={`/reports/${f.report.reference}`}>{f.report.reference}</a> : ''}</td>}
                                <td class="wide-only effect"><Effect f={f} items={f.can_edit ? verdictItems(f, ask) : undefined} /></td>
                            </tr>
                        ))}
                    </tbody>
                ))}
            </table>
        </div>
    );
}

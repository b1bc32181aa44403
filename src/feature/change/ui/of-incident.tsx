/** The changes of an incident, in its tab: what people linked, and below what may have caused it, with why. */
import { api } from 'app/api';
import { useResource } from 'app/resource';
import type { Page } from 'app/types';
import { Button, Empty, Failed, Icon, MenuButton, Skeleton, Time, toast, toastError, type MenuItem } from 'kit';
import type { Incident } from '../../incident/ui/types';
import { t } from './strings';
import type { Change, Relation } from './types';
import { ChangeState, external, kindWord, reasons } from './words';

const relations: Relation[] = ['suspect', 'caused', 'fixed', 'dismissed'];

function useMarking(incident: Incident, changed: () => void) {
    const undo = async (c: Change) => {
        try {
            await api.delete(`/incidents/${incident.id}/changes/${c.id}`);
            toast(t('taken_back'));
            changed();
        } catch (e) { toastError(e); }
    };
    const mark = async (c: Change, relation: Relation) => {
        try {
            await api.post(`/incidents/${incident.id}/changes`, { change_id: c.id, relation });
            toast(t('marked', { title: c.title, relation: t(relation) }), { action: { label: t('undo'), run: () => void (c.relation ? mark(c, c.relation) : undo(c)) } });
            changed();
        } catch (e) { toastError(e); }
    };
    return { mark, undo };
}

function About({ c }: { c: Change }) {
    return (
        <div class="grow change-about">
            <div class="row wrap"><Icon name="change" small /><strong class="change-title">{c.title}</strong><span class="quiet">{kindWord(c.kind)}</span><ChangeState state={c.state} /></div>
            <div class="quiet change-facts">
                <Time at={c.occurred_at} />{c.author && <span>{c.author}</span>}{c.services.map((s) => <span key={s.id}>{s.name}</span>)}{c.labels?.['environment'] && <span>{c.labels['environment']}</span>}
                <span>{c.source}</span>{external(c.url) && <a class="link" href={c.url} target="_blank" rel="noreferrer noopener">{t('open_source')}</a>}
            </div>
            {c.proposed && <div class="change-why"><Icon name="search" small /> {reasons(c)}</div>}
        </div>
    );
}

export function IncidentChanges({ incident }: { incident: Incident }) {
    const topics = [`incident:${incident.id}`, 'changes'];
    const linked = useResource(`changes of ${incident.id}`, () => api.all<Change>(`/incidents/${incident.id}/changes`, {}, 400), topics);
    const near = useResource(`proposals of ${incident.id}`, () => api.get<Page<Change>>(`/incidents/${incident.id}/changes`, { suggested: true }), topics);
    const reload = () => { void linked.reload(); void near.reload(); };
    const { mark, undo } = useMarking(incident, reload);
    if (!linked.data || !near.data) return linked.error || near.error ? <Failed error={(linked.error ?? near.error)!} retry={async () => reload()} /> : <Skeleton lines={6} />;
    if (!linked.data.length && !near.data.items.length) return <Empty icon="change" title={t('none_of_incident')}>{t('none_of_incident_body')}</Empty>;
    const menu = (c: Change): (MenuItem | false)[] => [...relations.map((r): MenuItem => ({ label: t(r), checked: c.relation === r, onSelect: () => void mark(c, r) })), 'line',
        { label: t('undo'), icon: 'undo', onSelect: () => void undo(c) }];
    return <>
        {linked.data.length > 0 && <section class="block">
            <header><h2>{t('linked')}</h2></header>
            <ul class="items changes">{linked.data.map((c) => (
                <li key={c.id} class={c.relation === 'dismissed' ? 'dismissed' : ''} data-change={c.id}>
                    <About c={c} />
                    {incident.can_edit ? <MenuButton class={`pill ${c.relation === 'caused' ? 'bad' : c.relation === 'fixed' ? 'ok' : 'idle'}`} label={t('state')} items={() => menu(c)}>{t(c.relation!)}</MenuButton> : <span class="pill idle">{t(c.relation!)}</span>}
                </li>
            ))}</ul>
        </section>}
        <section class="block">
            <header><h2>{t('proposed')}</h2></header>
            <p class="sub">{near.data.items.length ? t('proposed_about') : t('nothing_proposed')}</p>
            <ol class="items changes proposed">{near.data.items.map((c) => (
                <li key={c.id} data-change={c.id} data-proposed={c.proposed ?? ''}>
                    <About c={c} />
                    {incident.can_edit && <div class="row">
                        {c.proposed === 'fixed' ? <Button icon="check" onClick={() => mark(c, 'fixed')}>{t('fixed')}</Button> : <Button icon="check" onClick={() => mark(c, 'caused')}>{t('caused')}</Button>}
                        <Button onClick={() => mark(c, 'suspect')}>{t('suspect')}</Button>
                        <Button kind="plain" icon="x" onClick={() => mark(c, 'dismissed')}>{t('dismissed')}</Button>
                    </div>}
                </li>
            ))}</ol>
        </section>
    </>;
}

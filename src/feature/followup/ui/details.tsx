/** Who, when, where from: the column beside a follow-up. Each value opens its own editor. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button, Combobox, Icon, Input, MenuButton, PeoplePicker, PersonName, RefPicker, type Option } from 'kit';
import { api } from 'app/api';
import { day } from 'app/time';
import type { Page, Ref } from 'app/types';
import type { IncidentRow } from '../../incident/ui/types';
import { DayPicker, PickInPlace } from './in-place';
import { labelsOf, type Patch } from './merge';
import { saveQuick } from './save';
import { t } from './strings';
import { kinds, priorities, type FollowUp } from './types';
import { Due, Priority, verifyBy } from './words';

export async function findIncidents(q: string): Promise<Option[]> {
    return (await api.get<Page<IncidentRow>>('/incidents', { q, limit: 20 })).items.map((i) => ({ value: i.id, label: `${i.reference} ${i.title}`, note: i.severity }));
}

const none = () => <span class="quiet">{t('not_set')}</span>;
const names = (all: Ref[]) => all.map((r) => r.name).join(', ');

export function Details({ f, show }: { f: FollowUp; show: (f: FollowUp) => void }) {
    const save = (patch: Patch, close?: () => void) => { close?.(); void saveQuick(f, patch, show); };
    const pick = (label: string, value: ComponentChildren, edit: (close: () => void) => ComponentChildren) => <><dt>{label}</dt><dd><PickInPlace label={label} canEdit={f.can_edit} edit={edit}>{value}</PickInPlace></dd></>;
    const menu = (label: string, value: ComponentChildren, all: readonly string[], now: string, word: (v: string) => ComponentChildren, field: 'kind' | 'priority') => <><dt>{label}</dt><dd>
        {f.can_edit ? <MenuButton class="in-place-pick" label={`${label}: ${t.any(now)}`} items={all.map((v) => ({ label: word(v), checked: v === now, onSelect: () => save({ [field]: v }) }))}>{value}</MenuButton> : value}</dd></>;
    const look = f.effectiveness_due_at ? verifyBy(f.effectiveness_due_at) : null;
    const late = !!look?.late && f.status === 'done' && !f.settled;
    return (
        <aside class="side" aria-label={t('details')}><section class="block"><header><h2>{t('details')}</h2></header>
            <dl class="dl fu-details">
                {pick(t('owner'), f.owner ? <PersonName person={f.owner} /> : <span class="quiet">{t('no_owner')}</span>, (close) => <PeoplePicker label={t('owner')} autofocus value={f.owner ? [f.owner] : []} onChange={(who) => save({ owner_id: who[0]?.id ?? null }, close)} />)}
                {pick(t('due'), f.due_at ? (f.overdue ? <Due f={f} /> : day(f.due_at)) : <span class="quiet">{t('no_date')}</span>, (close) => <DayPicker value={f.due_at} onPick={(at) => save({ due_at: at }, close)} />)}
                {menu(t('priority'), <Priority value={f.priority} />, priorities, f.priority, (v) => <Priority value={v} />, 'priority')}
                {menu(t('kind'), t.any(f.kind), kinds, f.kind, (v) => t.any(v), 'kind')}
                {pick(t('f_check_due'), look ? <span class={late ? 'late' : ''}>{late ? look.text : day(f.effectiveness_due_at!)}</span> : <span class="quiet">{t('no_date')}</span>, (close) => <DayPicker value={f.effectiveness_due_at} onPick={(at) => save({ effectiveness_due_at: at }, close)} />)}
                <dt>{t('incident')}</dt><dd>{f.incident && <a class="link" href={`/incidents/${f.incident.reference}`}>{f.incident.reference} {f.incident.title}</a>}
                    <PickInPlace label={t('incident')} canEdit={f.can_edit} edit={(close) => <Combobox label={t('incident')} autofocus value={f.incident ? [{ value: f.incident.id, label: `${f.incident.reference} ${f.incident.title}` }] : []} search={findIncidents} onChange={(o) => save({ incident_id: o[0]?.value ?? null }, close)} />}>
                        {f.incident ? <span class="quiet">{t('change')}</span> : none()}</PickInPlace></dd>
                {f.report && <><dt>{t('report')}</dt><dd><a class="link" href={`/reports/${f.report.reference}`}>{f.report.reference} {f.report.title}</a></dd></>}
                {f.predecessor && <><dt>{t('tries_again')}</dt><dd><a class="link" href={`/follow-ups/${f.predecessor.reference}`} title={f.predecessor.title}>{f.predecessor.reference} {f.predecessor.title}</a></dd></>}
                {f.successor && <><dt>{t('tried_again')}</dt><dd><a class="link" href={`/follow-ups/${f.successor.reference}`} title={f.successor.title}>{f.successor.reference} {f.successor.title}</a></dd></>}
                {pick(t('team'), f.team?.name ?? none(), (close) => <RefPicker path="/teams" label={t('team')} value={f.team ? [f.team] : []} onChange={(r) => save({ team_id: r[0]?.id ?? null }, close)} />)}
                {pick(t('channel'), f.channel?.name ?? none(), (close) => <RefPicker path="/channels" label={t('channel')} value={f.channel ? [f.channel] : []} onChange={(r) => save({ channel_id: r[0]?.id ?? null }, close)} />)}
                {pick(t('services'), f.services.length ? names(f.services) : none(), (close) => <Services f={f} save={(ids) => save({ service_ids: ids }, close)} />)}
                {pick(t('f_labels'), f.labels.length ? f.labels.join(', ') : none(), (close) => <Labels f={f} save={(labels) => save({ labels }, close)} />)}
            </dl>
            <p class="quiet fu-made">{t('created', { date: day(f.created_at), name: f.created_by?.name ?? 'Hindsight' })}</p>
        </section></aside>
    );
}

function SaveRow({ onSave }: { onSave: () => void }) {
    return <div class="row picker-save"><Button onClick={onSave}><Icon name="check" />{t('save')}</Button></div>;
}

function Services({ f, save }: { f: FollowUp; save: (ids: string[]) => void }) {
    const [all, setAll] = useState<Ref[]>(f.services);
    return <><RefPicker path="/services" label={t('services')} multiple value={all} onChange={setAll} /><SaveRow onSave={() => save(all.map((s) => s.id))} /></>;
}

function Labels({ f, save }: { f: FollowUp; save: (labels: string[]) => void }) {
    const [text, setText] = useState(f.labels.join(', '));
    return <form onSubmit={(e) => { e.preventDefault(); save(labelsOf(text)); }}><Input aria-label={t('f_labels')} placeholder={t('f_labels_help')} autofocus value={text} onChange={setText} /><SaveRow onSave={() => save(labelsOf(text))} /></form>;
}

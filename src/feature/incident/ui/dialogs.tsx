/** The dialogs of an incident, one at a time. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Avatar, Button, Combobox, DateTime, Dialog, Field, IconButton, Input, PeoplePicker, RefPicker, Select, TextArea, toast, useForm, type Option } from 'kit';
import { api } from 'app/api';
import { navigate } from 'app/router';
import { useResource } from 'app/resource';
import { dayClock } from 'app/time';
import type { Page, Person, Ref } from 'app/types';
import type { Editing } from './incident';
import { t } from './strings';
import { detections, impactKinds, kinds, relations, roles, timeFields, triggers, type Cause, type Impact, type Incident, type IncidentRow, type TimeField } from './types';

export type DialogName = 'people' | 'visibility' | 'members' | 'link' | 'merge' | 'no-report' | 'cancel' | 'times' | 'impact' | 'details' | 'causes' | 'labels' | 'detection';
type Props = { editing: Editing; onClose: () => void; arg?: string };

export function IncidentDialogs({ name, ...p }: Props & { name: DialogName }) {
    switch (name) {
        case 'people': return <PeopleDialog {...p} />;
        case 'members': return <MembersDialog {...p} />;
        case 'link': return <OtherDialog {...p} merge={false} />;
        case 'merge': return <OtherDialog {...p} merge />;
        case 'no-report': return <NoReportDialog {...p} />;
        case 'times': return <TimesDialog {...p} />;
        case 'impact': return <ImpactDialog {...p} />;
        case 'details': return <DetailsDialog {...p} />;
        case 'causes': return <CausesDialog {...p} />;
        case 'labels': return <LabelsDialog {...p} />;
        case 'detection': return <DetectionDialog {...p} />;
        case 'visibility': return p.editing.incident.visibility === 'private'
            ? <Question {...p} title={t('confirm_public')} body={t('confirm_public_body')} action={t('make_public')} patch={{ visibility: 'public' }} />
            : <Question {...p} title={t('confirm_private')} body={t('confirm_private_body')} action={t('make_private')} patch={{ visibility: 'private' }} />;
        case 'cancel': return <Question {...p} danger title={t('confirm_cancel')} body={t('confirm_cancel_body')} action={t('cancel_incident')} patch={{ status: 'canceled' }} />;
    }
}

/** A form whose errors stand beside its fields; closes when the server took it. */
function Form({ editing, onClose, title, fields, send, children, action, wide, disabled }: {
    editing: Editing; onClose: () => void; title: string; fields: string[]; send: () => Promise<Incident>; action?: string; wide?: boolean; disabled?: boolean;
    children: (form: ReturnType<typeof useForm>) => ComponentChildren;
}) {
    const form = useForm();
    const submit = async () => {
        const ok = await form.submit(async () => {
            const saved = await send();
            await editing.send(() => Promise.resolve(saved));
        });
        if (ok) onClose();
    };
    const general = form.general(fields);
    return (
        <Dialog title={title} {...(wide ? { wide } : {})} onClose={onClose} footer={<>
            {general && <span class="form-error grow" role="alert">{general}</span>}
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button kind="primary" busy={form.busy} {...(disabled ? { disabled } : {})} onClick={submit}>{action ?? t('save')}</Button>
        </>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void submit(); }}>{children(form)}<button type="submit" class="vh" tabIndex={-1}>{t('save')}</button></form>
        </Dialog>
    );
}

const edit = (e: Editing, body: object) => api.patch<Incident>(`/incidents/${e.incident.id}`, body, e.incident.version);

function Question({ editing, onClose, title, body, action, patch, danger }: Props & { title: string; body: string; action: string; patch: object; danger?: boolean }) {
    return (
        <Dialog title={title} onClose={onClose} footer={<>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button kind={danger ? 'danger' : 'primary'} data-autofocus onClick={async () => { await editing.patch(patch); onClose(); }}>{action}</Button>
        </>}><p class="soft">{body}</p></Dialog>
    );
}

function PeopleDialog({ editing, onClose }: Props) {
    const i = editing.incident;
    const [role, setRole] = useState<string>('responder');
    const [who, setWho] = useState<Person[]>([]);
    const add = async () => {
        for (const p of who) if (!(await editing.send(() => api.post<Incident>(`/incidents/${i.id}/roles`, { role, user_id: p.id })))) return;
        setWho([]);
    };
    return (
        <Dialog wide title={t('roles_title')} onClose={onClose}>
            <div class="form">
                <ul class="items">{i.roles.map((r) => (
                    <li key={r.role + r.user.id}><Avatar person={r.user} /><span class="grow clip">{r.user.name}</span><span class="quiet">{t.any(r.role)}</span>
                        {r.left_at ? <span class="quiet">{t('left', { time: dayClock(r.left_at) })}</span>
                            : <IconButton small icon="x" label={t('leave')} onClick={() => editing.send(() => api.delete<Incident>(`/incidents/${i.id}/roles/${r.role}/${r.user.id}`))} />}</li>
                ))}</ul>
                <div class="two">
                    <Field label={t('role')}>{(p) => <Select {...p} value={role} onChange={setRole} options={roles.map((r) => ({ value: r as string, label: t.any(r) }))} />}</Field>
                    <Field label={t('who')}>{(p) => <PeoplePicker id={p.id} multiple value={who} onChange={setWho} />}</Field>
                </div>
                <div class="row"><span class="grow" /><Button kind="primary" disabled={!who.length} onClick={add}>{t('give_role')}</Button></div>
            </div>
        </Dialog>
    );
}

function MembersDialog({ editing, onClose }: Props) {
    const i = editing.incident;
    const [people, setPeople] = useState<Person[]>(i.members);
    const [teams, setTeams] = useState<Ref[]>(i.member_teams);
    return (
        <Form editing={editing} onClose={onClose} title={t('members_title')} fields={['user_ids', 'team_ids']}
            send={() => api.put<Incident>(`/incidents/${i.id}/members`, { user_ids: people.map((p) => p.id), team_ids: teams.map((x) => x.id) }, i.version)}>
            {(form) => <>
                <Field label={t('people')} error={form.field('user_ids')}>{(p) => <PeoplePicker id={p.id} multiple value={people} onChange={setPeople} />}</Field>
                <Field label={t('teams')} error={form.field('team_ids')}>{(p) => <RefPicker id={p.id} path="/teams" multiple value={teams} onChange={setTeams} />}</Field>
            </>}
        </Form>
    );
}

function OtherDialog({ editing, onClose, merge }: Props & { merge: boolean }) {
    const i = editing.incident;
    const [other, setOther] = useState<Option[]>([]);
    const [relation, setRelation] = useState<string>('related');
    const search = async (q: string): Promise<Option[]> => (await api.get<Page<IncidentRow>>('/incidents', { q, limit: 20 })).items
        .filter((r) => r.id !== i.id).map((r) => ({ value: r.id, label: `${r.reference} ${r.title}`, note: r.severity }));
    const send = async () => {
        const id = other[0]!.value;
        if (!merge) return api.post<Incident>(`/incidents/${i.id}/links`, { incident: id, relation });
        const merged = await api.post<Incident>(`/incidents/${i.id}/merge`, { into: id });
        const into = merged.merged_into?.reference;
        if (into) {
            toast(t('merge_done', { reference: into }));
            navigate(`/incidents/${into}`);
        }
        return merged;
    };
    return (
        <Form editing={editing} onClose={onClose} title={merge ? t('merge_title') : t('link_title')} fields={['into', 'incident']} send={send} disabled={!other.length} action={merge ? t('merge') : t('link')}>
            {(form) => <>
                {merge && <p class="soft">{t('merge_help')}</p>}
                {!merge && <Field label={t('relation')}>{(p) => <Select {...p} value={relation} onChange={setRelation} options={relations.map((r) => ({ value: r as string, label: t.any(`relation_${r}`) }))} />}</Field>}
                <Field label={t('incident')} error={form.field('into') ?? form.field('incident')}>{(p) => <Combobox id={p.id} autofocus icon="search" placeholder={t('choose_incident')} value={other} onChange={setOther} search={search} />}</Field>
            </>}
        </Form>
    );
}

function NoReportDialog({ editing, onClose }: Props) {
    const [reason, setReason] = useState('');
    return (
        <Form editing={editing} onClose={onClose} title={t('no_report_title')} fields={['reason']} disabled={!reason.trim()} send={() => api.post<Incident>(`/incidents/${editing.incident.id}/no-report`, { reason })}>
            {(form) => <Field label={t('reason')} error={form.field('reason')}>{(p) => <TextArea {...p} data-autofocus value={reason} onChange={setReason} />}</Field>}
        </Form>
    );
}

function TimesDialog({ editing, onClose }: Props) {
    const i = editing.incident;
    const editable = timeFields.filter((f) => (f !== 'resolved_at' || i.resolved_at) && (f !== 'closed_at' || i.closed_at));
    const [times, setTimes] = useState<Record<TimeField, string | null>>(Object.fromEntries(timeFields.map((f) => [f, i[f]])) as Record<TimeField, string | null>);
    const send = () => edit(editing, Object.fromEntries(editable.filter((f) => times[f] !== i[f]).map((f) => [f, times[f]])));
    return (
        <Form editing={editing} onClose={onClose} title={t('edit_times')} fields={[...timeFields]} send={send}>
            {(form) => <>
                <p class="soft">{t('times_help')}</p>
                {editable.map((f) => (
                    <Field key={f} label={t.any(f)} error={form.field(f)}>{(p) => (
                        <DateTime {...p} value={times[f]} onChange={(v) => setTimes((old) => ({ ...old, [f]: v }))} />
                    )}</Field>
                ))}
            </>}
        </Form>
    );
}

const number = (s: string) => (s.trim() === '' ? null : Number(s.replace(/[\s,]/g, '')));

function ImpactDialog({ editing, onClose, arg }: Props) {
    const i = editing.incident;
    const old = i.impacts.find((m) => m.id === arg);
    const [title, setTitle] = useState(old?.title ?? '');
    const [kind, setKind] = useState<string>(old?.kind ?? 'availability');
    const [start, setStart] = useState<string | null>(old ? old.started_at : i.impact_started_at);
    const [end, setEnd] = useState<string | null>(old?.ended_at ?? null);
    const [services, setServices] = useState<Ref[]>(old?.services ?? i.services);
    const [customers, setCustomers] = useState(old?.customers_affected?.toString() ?? '');
    const [requests, setRequests] = useState(old?.requests_affected?.toString() ?? '');
    const [cost, setCost] = useState(old?.cost?.toString() ?? '');
    const [currency, setCurrency] = useState(old?.currency ?? '');
    const [description, setDescription] = useState(old?.description ?? '');
    const body = () => ({ title, kind, description, started_at: start, ended_at: end, service_ids: services.map((s) => s.id), customers_affected: number(customers),
        requests_affected: number(requests), cost: number(cost), currency: currency.toUpperCase() || null });
    const path = `/incidents/${i.id}/impacts`;
    const send = () => (old ? api.patch<Incident>(`${path}/${old.id}`, body(), i.version) : api.post<Incident>(path, body()));
    const remove = async () => {
        const gone = old!;
        if (await editing.send(() => api.delete<Incident>(`${path}/${gone.id}`, i.version))) {
            onClose();
            const { id: _id, services: _services, ...again } = gone as Impact;
            toast(t('removed_impact'), { undo: () => void editing.send(() => api.post<Incident>(path, again)) });
        }
    };
    return (
        <Form wide editing={editing} onClose={onClose} title={old ? t('edit_impact') : t('add_impact')} send={send} disabled={!title.trim()}
            fields={['title', 'kind', 'started_at', 'ended_at', 'customers_affected', 'requests_affected', 'cost', 'currency']}>
            {(form) => <>
                <div class="two wide-first">
                    <Field label={t('impact_title')} error={form.field('title')}>{(p) => <Input {...p} data-autofocus value={title} onChange={setTitle} />}</Field>
                    <Field label={t('impact_kind')} error={form.field('kind')}>{(p) => <Select {...p} value={kind} onChange={setKind} options={impactKinds.map((k) => ({ value: k as string, label: t.any(`impact_${k}`) }))} />}</Field>
                </div>
                <div class="two">
                    <Field label={t('impact_start')} error={form.field('started_at')}>{(p) => <DateTime {...p} value={start} onChange={setStart} />}</Field>
                    <Field label={t('impact_end')} error={form.field('ended_at')} optional>{(p) => <DateTime {...p} value={end} onChange={setEnd} />}</Field>
                </div>
                <div class="two">
                    <Field label={t('customers')} error={form.field('customers_affected')} optional>{(p) => <Input {...p} inputMode="numeric" value={customers} onChange={setCustomers} />}</Field>
                    <Field label={t('requests')} error={form.field('requests_affected')} optional>{(p) => <Input {...p} inputMode="numeric" value={requests} onChange={setRequests} />}</Field>
                </div>
                <div class="two">
                    <Field label={t('cost')} error={form.field('cost')} optional>{(p) => <Input {...p} inputMode="decimal" value={cost} onChange={setCost} />}</Field>
                    <Field label={t('currency')} error={form.field('currency')} optional>{(p) => <Input {...p} maxLength={3} placeholder="EUR" value={currency} onChange={setCurrency} />}</Field>
                </div>
                <Field label={t('services')}>{(p) => <RefPicker id={p.id} path="/services" multiple value={services} onChange={setServices} />}</Field>
                <Field label={t('description')} optional>{(p) => <TextArea {...p} value={description} onChange={setDescription} rows={2} />}</Field>
                {old && <div class="row"><Button icon="trash" onClick={remove}>{t('remove')}</Button></div>}
            </>}
        </Form>
    );
}

function DetailsDialog({ editing, onClose }: Props) {
    const i = editing.incident;
    const [channel, setChannel] = useState<Ref[]>(i.channel ? [i.channel] : []);
    const [team, setTeam] = useState<Ref[]>(i.team ? [i.team] : []);
    const [services, setServices] = useState<Ref[]>(i.services);
    const [kind, setKind] = useState(i.kind);
    return (
        <Form editing={editing} onClose={onClose} title={t('edit_details')} fields={['channel_id', 'team_id', 'service_ids', 'kind']}
            send={() => edit(editing, { channel_id: channel[0]?.id ?? null, team_id: team[0]?.id ?? null, service_ids: services.map((s) => s.id), kind })}>
            {(form) => <>
                <Field label={t('channel')} error={form.field('channel_id')}>{(p) => <RefPicker id={p.id} path="/channels" value={channel} onChange={setChannel} />}</Field>
                <Field label={t('team')} error={form.field('team_id')}>{(p) => <RefPicker id={p.id} path="/teams" value={team} onChange={setTeam} />}</Field>
                <Field label={t('services')} error={form.field('service_ids')}>{(p) => <RefPicker id={p.id} path="/services" multiple value={services} onChange={setServices} />}</Field>
                <Field label={t('kind')} error={form.field('kind')}>{(p) => <Select {...p} value={kind} onChange={setKind} options={kinds.map((k) => ({ value: k as string, label: t.any(k) }))} />}</Field>
            </>}
        </Form>
    );
}

function DetectionDialog({ editing, onClose }: Props) {
    const i = editing.incident;
    const [detection, setDetection] = useState(i.detection ?? '');
    const [note, setNote] = useState(i.detection_note);
    const [trigger, setTrigger] = useState(i.trigger ?? '');
    const [triggerNote, setTriggerNote] = useState(i.trigger_note);
    const choice = (all: readonly string[], prefix: string) => [{ value: '', label: t('not_set') }, ...all.map((v) => ({ value: v, label: t.any(prefix + v) }))];
    return (
        <Form editing={editing} onClose={onClose} title={`${t('detection_long')}, ${t('trigger')}`} fields={[]}
            send={() => edit(editing, { detection: detection || null, detection_note: note, trigger: trigger || null, trigger_note: triggerNote })}>
            {() => <>
                <Field label={t('detection')}>{(p) => <Select {...p} value={detection} onChange={setDetection} options={choice(detections, 'detection_')} />}</Field>
                <Field label={t('note')} optional>{(p) => <TextArea {...p} rows={2} value={note} onChange={setNote} />}</Field>
                <Field label={t('trigger')}>{(p) => <Select {...p} value={trigger} onChange={setTrigger} options={choice(triggers, 'trigger_')} />}</Field>
                <Field label={t('note')} optional>{(p) => <TextArea {...p} rows={2} value={triggerNote} onChange={setTriggerNote} />}</Field>
            </>}
        </Form>
    );
}

function CausesDialog({ editing, onClose }: Props) {
    const [list, setList] = useState<Cause[]>(editing.incident.causes);
    const all = useResource('causes', () => api.all<Cause>('/causes'));
    const change = (at: number, note: string) => setList(list.map((c, k) => (k === at ? { ...c, note } : c)));
    const up = (at: number) => setList(list.map((c, k) => (k === at - 1 ? list[at]! : k === at ? list[at - 1]! : c)));
    const search = (q: string) => Promise.resolve((all.data ?? []).filter((c) => !list.some((x) => x.key === c.key) && c.name.toLowerCase().includes(q.toLowerCase())).map((c) => ({ value: c.key, label: c.name })));
    return (
        <Form wide editing={editing} onClose={onClose} title={t('causes_long')} fields={[]} send={() => edit(editing, { causes: list.map((c) => ({ key: c.key, note: c.note })) })}>
            {() => <>
                {list.map((c, k) => (
                    <div class="cause-edit" key={c.key}>
                        <b>{k + 1}. {c.name}</b>
                        <span class="row">{k > 0 && <IconButton small icon="up" label={t('move_up')} onClick={() => up(k)} />}<IconButton small icon="x" label={t('remove')} onClick={() => setList(list.filter((_, j) => j !== k))} /></span>
                        <TextArea rows={1} aria-label={t('note')} placeholder={t('note')} value={c.note} onChange={(v) => change(k, v)} />
                    </div>
                ))}
                <Combobox key={list.length} icon="plus" label={t('add_cause')} placeholder={t('add_cause')} value={[]} search={search}
                    onChange={(v) => v[0] && setList([...list, { key: v[0].value, name: v[0].label, note: '' }])} />
            </>}
        </Form>
    );
}

function LabelsDialog({ editing, onClose }: Props) {
    const i = editing.incident;
    const [rows, setRows] = useState<[string, string][]>([...Object.entries(i.labels ?? {}), ['', '']]);
    const [custom, setCustom] = useState(Object.keys(i.custom_fields ?? {}).length ? JSON.stringify(i.custom_fields, null, 2) : '');
    let parsed: unknown = {};
    try {
        parsed = custom.trim() ? JSON.parse(custom) : {};
    } catch { parsed = null; }
    const bad = typeof parsed !== 'object' || parsed === null || Array.isArray(parsed);
    const set = (at: number, part: 0 | 1, v: string) => {
        const next = rows.map((r, k) => (k === at ? (part === 0 ? [v, r[1]] : [r[0], v]) as [string, string] : r));
        setRows(next[next.length - 1]![0] ? [...next, ['', '']] : next);
    };
    return (
        <Form editing={editing} onClose={onClose} title={t('labels')} fields={['labels', 'custom_fields']} disabled={bad}
            send={() => edit(editing, { labels: Object.fromEntries(rows.filter(([k]) => k.trim()).map(([k, v]) => [k.trim(), v.trim()])), custom_fields: parsed })}>
            {(form) => <>
                {rows.map(([k, v], at) => (
                    <div class="two" key={at}><Input aria-label={t('key')} placeholder={t('key')} value={k} onChange={(x) => set(at, 0, x)} /><Input aria-label={t('value')} placeholder={t('value')} value={v} onChange={(x) => set(at, 1, x)} /></div>
                ))}
                {form.field('labels') && <p class="form-error">{form.field('labels')}</p>}
                <Field label={t('custom_fields')} help={t('custom_help')} error={bad ? t('bad_json') : form.field('custom_fields')} optional>{(p) => <TextArea {...p} class="mono" value={custom} onChange={setCustom} />}</Field>
            </>}
        </Form>
    );
}

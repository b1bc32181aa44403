/** The form that adds a follow-up. One that is there is edited where it stands (detail). */
import { useState } from 'preact/hooks';
import { Button, Combobox, DateTime, Dialog, Field, Input, PeoplePicker, RefPicker, Select, TextArea, toast, useForm, type Option } from 'kit';
import { api } from 'app/api';
import { navigate } from 'app/router';
import { me } from 'app/session';
import { isoDay } from 'app/time';
import type { Person, Ref } from 'app/types';
import { adding, type Adding } from './add-layer';
import { findIncidents } from './details';
import { endOfDay } from './in-place';
import { labelsOf } from './merge';
import { t } from './strings';
import { kinds, priorities, type FollowUp } from './types';

const FIELDS = ['title', 'description', 'owner_id', 'due_at', 'kind', 'priority', 'incident_id', 'effectiveness_check', 'effectiveness_due_at', 'labels', 'team_id', 'risk_reduction'];
const dayEnd = (at: string | null) => at && endOfDay(isoDay(at));

function FollowUpForm({ incident, report, title: first, onClose, onSaved }: Adding & { onClose: () => void; onSaved: (f: FollowUp) => void }) {
    const [title, setTitle] = useState(first ?? '');
    const [description, setDescription] = useState('');
    const [owner, setOwner] = useState<Person[]>([me()]);
    const [due, setDue] = useState<string | null>(null);
    const [kind, setKind] = useState<string>('prevent');
    const [priority, setPriority] = useState<string>('medium');
    const [of, setOf] = useState<Option[]>(incident ? [{ value: incident.id, label: `${incident.reference} ${incident.title}` }] : []);
    const [team, setTeam] = useState<Ref[]>([]);
    const [services, setServices] = useState<Ref[]>([]);
    const [check, setCheck] = useState('');
    const [checkDue, setCheckDue] = useState<string | null>(null);
    const [risk, setRisk] = useState('');
    const [labels, setLabels] = useState('');
    const form = useForm();
    const body = () => ({
        title, description, kind, priority, owner_id: owner[0]?.id ?? null, due_at: dayEnd(due), incident_id: of[0]?.value ?? null, service_ids: services.map((s) => s.id),
        effectiveness_check: check, effectiveness_due_at: dayEnd(checkDue), risk_reduction: risk, labels: labelsOf(labels),
        ...(team[0] ? { team_id: team[0].id } : {}), ...(report ? { report_id: report.id } : {}),
    });
    const send = async () => {
        let saved: FollowUp | undefined;
        if (await form.submit(async () => { saved = await api.post<FollowUp>('/follow-ups', body()); }) && saved) onSaved(saved);
    };
    const general = form.general(FIELDS);
    return (
        <Dialog wide title={t('add')} onClose={onClose} footer={<>
            {general && <span class="form-error grow" role="alert">{general}</span>}
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button kind="primary" busy={form.busy} disabled={!title.trim()} onClick={send}>{t('create')}</Button>
        </>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void send(); }}>
                <Field label={t('f_title')} error={form.field('title')}>{(p) => <Input {...p} data-autofocus maxLength={300} value={title} onChange={setTitle} />}</Field>
                <div class="two">
                    <Field label={t('owner')} error={form.field('owner_id')} optional>{(p) => <PeoplePicker id={p.id} value={owner} onChange={setOwner} />}</Field>
                    <Field label={t('due')} error={form.field('due_at')} optional>{(p) => <DateTime {...p} dateOnly value={due} onChange={setDue} />}</Field>
                </div>
                <div class="two">
                    <Field label={t('kind')}>{(p) => <Select {...p} value={kind} onChange={setKind} options={kinds.map((k) => ({ value: k as string, label: t.any(k) }))} />}</Field>
                    <Field label={t('priority')}>{(p) => <Select {...p} value={priority} onChange={setPriority} options={priorities.map((k) => ({ value: k as string, label: t.any(k) }))} />}</Field>
                </div>
                <div class="two">
                    <Field label={t('f_check')} error={form.field('effectiveness_check')} optional>{(p) => <Input {...p} placeholder={t('f_check_hint')} value={check} onChange={setCheck} />}</Field>
                    <Field label={t('f_check_due')} error={form.field('effectiveness_due_at')} optional>{(p) => <DateTime {...p} dateOnly value={checkDue} onChange={setCheckDue} />}</Field>
                </div>
                <Field label={t('f_incident')} error={form.field('incident_id')} optional>{(p) => <Combobox id={p.id} value={of} onChange={setOf} search={findIncidents} />}</Field>
                <Field label={t('f_description')} error={form.field('description')} optional>{(p) => <TextArea {...p} rows={2} value={description} onChange={setDescription} />}</Field>
                <Field label={t('f_risk')} error={form.field('risk_reduction')} optional>{(p) => <TextArea {...p} rows={1} value={risk} onChange={setRisk} />}</Field>
                <div class="two">
                    <Field label={t('services')} optional>{(p) => <RefPicker id={p.id} path="/services" multiple value={services} onChange={setServices} />}</Field>
                    <Field label={t('team')} error={form.field('team_id')} optional>{(p) => <RefPicker id={p.id} path="/teams" value={team} onChange={setTeam} />}</Field>
                </div>
                <Field label={t('f_labels')} help={t('f_labels_help')} error={form.field('labels')} optional>{(p) => <Input {...p} value={labels} onChange={setLabels} />}</Field>
                <button type="submit" class="vh" tabIndex={-1}>{t('create')}</button>
            </form>
        </Dialog>
    );
}

/** What the layer shows: adding one from anywhere. */
export default function AddFollowUp() {
    const about = adding.value!;
    const close = () => { adding.value = null; };
    return <FollowUpForm {...about} onClose={close} onSaved={(f) => {
        close();
        about.onAdded?.(f.reference);
        toast(t('added', { reference: f.reference }), { action: { label: t('open_it'), run: () => navigate(`/follow-ups/${f.reference}`) } });
    }} />;
}

/** The dialog that declares an incident: a title is enough. */
import { useState } from 'preact/hooks';
import { Button, Check, DateTime, Dialog, Field, Input, PeoplePicker, RefPicker, Segmented, Select, TextArea, toast, useForm } from 'kit';
import { api } from 'app/api';
import { navigate } from 'app/router';
import { me } from 'app/session';
import type { Person, Ref } from 'app/types';
import { declaring } from './declare-layer';
import { t } from './strings';
import { kinds, type Incident } from './types';
import { severityChoices } from './words';

const close = () => { declaring.value = false; };

export default function Declare() {
    const [title, setTitle] = useState('');
    const [severity, setSeverity] = useState('unknown');
    const [summary, setSummary] = useState('');
    const [channel, setChannel] = useState<Ref[]>([]);
    const [services, setServices] = useState<Ref[]>([]);
    const [began, setBegan] = useState<string | null>(null);
    const [command, setCommand] = useState(true);
    const [kind, setKind] = useState<string>('standard');
    const [secret, setSecret] = useState(false);
    const [members, setMembers] = useState<Person[]>([]);
    const [teams, setTeams] = useState<Ref[]>([]);
    const form = useForm();
    const chosen = severityChoices().find((s) => s.key === severity);
    const send = async (e?: Event) => {
        e?.preventDefault();
        let made: Incident | undefined;
        const ok = await form.submit(async () => {
            made = await api.post<Incident>('/incidents', {
                title, severity, summary, kind, visibility: secret ? 'private' : 'public',
                channel_id: channel[0]?.id ?? null, service_ids: services.map((s) => s.id), impact_started_at: began,
                commander_id: command ? me().id : null,
                ...(secret ? { member_ids: members.map((m) => m.id), member_team_ids: teams.map((x) => x.id) } : {}),
            });
        });
        if (ok && made) {
            close();
            toast(t('declared', { reference: made.reference }));
            navigate(`/incidents/${made.reference}`);
        }
    };
    const general = form.general(['title', 'summary', 'channel_id', 'service_ids', 'impact_started_at', 'severity']);
    return (
        <Dialog wide title={t('declare_title')} onClose={close} footer={<>
            {general && <span class="form-error grow" role="alert">{general}</span>}
            <Button onClick={close}>{t('cancel')}</Button>
            <Button kind="primary" busy={form.busy} disabled={!title.trim()} onClick={() => send()}>{t('declare')}</Button>
        </>}>
            <form class="form" onSubmit={send}>
                <Field label={t('f_title')} error={form.field('title')}>{(p) => <Input {...p} data-autofocus maxLength={300} value={title} onChange={setTitle} placeholder={t('f_title_hint')} />}</Field>
                <Field label={t('severity')} help={chosen?.description || undefined} error={form.field('severity')}>{() => (
                    <Segmented label={t('severity')} value={severity} onChange={setSeverity}
                        options={severityChoices().map((s) => ({ value: s.key, label: s.key === 'unknown' ? t('unknown') : s.key }))} />
                )}</Field>
                <div class="two">
                    <Field label={t('channel')} error={form.field('channel_id')} optional>{(p) => <RefPicker id={p.id} path="/channels" value={channel} onChange={setChannel} />}</Field>
                    <Field label={t('f_services')} error={form.field('service_ids')} optional>{(p) => <RefPicker id={p.id} path="/services" multiple value={services} onChange={setServices} />}</Field>
                </div>
                <div class="two">
                    <Field label={t('f_impact_start')} help={t('f_impact_help')} error={form.field('impact_started_at')} optional>{(p) => <DateTime {...p} value={began} onChange={setBegan} />}</Field>
                    <Field label={t('kind')}>{(p) => <Select {...p} value={kind} onChange={setKind} options={kinds.map((k) => ({ value: k as string, label: t.any(k) }))} />}</Field>
                </div>
                <Field label={t('f_summary')} error={form.field('summary')} optional>{(p) => <TextArea {...p} value={summary} onChange={setSummary} rows={2} />}</Field>
                <Check checked={command} onChange={setCommand}>{t('take_command')}</Check>
                <Check checked={secret} onChange={setSecret}>{t('f_private')}</Check>
                {secret && <div class="two">
                    <Field label={t('people')} optional>{(p) => <PeoplePicker id={p.id} multiple value={members} onChange={setMembers} />}</Field>
                    <Field label={t('teams')} optional>{(p) => <RefPicker id={p.id} path="/teams" multiple value={teams} onChange={setTeams} />}</Field>
                </div>}
                <button type="submit" class="vh" tabIndex={-1}>{t('declare')}</button>
            </form>
        </Dialog>
    );
}

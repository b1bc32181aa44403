/** One routing rule: when, then, and what it would have caught. */
import { useState } from 'preact/hooks';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import type { Page, Ref } from 'app/types';
import { Button, Check, DateTime, Dialog, Field, IconButton, Input, RefPicker, Select, Severity, Time, toastError, useForm } from 'kit';
import { t } from './strings';
import type { Condition, Op, Rule, Tried } from './types';

type Draft = Omit<Rule, 'id' | 'version' | 'position'>;
const fresh: Draft = { name: '', enabled: true, match: [{ label: '', op: 'is', value: '' }], channel_id: null, severity: null, service_ids: [], declare: true, group_by: [], private: false, active_from_at: null, active_until_at: null };
const ops: Op[] = ['is', 'is_not', 'matches', 'exists'];
const suggestedLabels = ['severity', 'service', 'team', 'alertname', 'cluster', 'namespace', 'environment', 'title', 'source'];

function Conditions({ match, error, onChange }: { match: Condition[]; error: (f: string) => string | undefined; onChange: (m: Condition[]) => void }) {
    const set = (i: number, part: Partial<Condition>) => onChange(match.map((c, k) => (k === i ? { ...c, ...part } : c)));
    return (
        <fieldset class="conditions">
            <legend>{t('when')}</legend>
            <datalist id="rule-labels">{suggestedLabels.map((l) => <option key={l} value={l} />)}</datalist>
            {match.length === 0 && <p class="quiet">{t('all_alerts')}</p>}
            {match.map((c, i) => (
                <div key={i} class="condition">
                    <Input {...({ list: 'rule-labels' } as object)} class="mono" aria-label={t('label')} placeholder={t('label')} value={c.label} onChange={(label) => set(i, { label })} />
                    <Select aria-label={t('op')} value={c.op} options={ops.map((o) => ({ value: o, label: t(o) }))} onChange={(op) => set(i, { op })} />
                    {c.op === 'exists' ? <span /> : <Input class="mono" aria-label={t('value')} placeholder={c.op === 'matches' ? 'checkout|payment-.*' : t('value')} value={c.value} onChange={(value) => set(i, { value })} />}
                    <IconButton icon="x" label={t('remove')} onClick={() => onChange(match.filter((_, k) => k !== i))} />
                    {(error(`match[${i}].label`) || error(`match[${i}].value`)) && <p class="err">{error(`match[${i}].label`) ?? error(`match[${i}].value`)}</p>}
                </div>
            ))}
            <Button kind="plain" icon="plus" onClick={() => onChange([...match, { label: '', op: 'is', value: '' }])}>{t('add_condition')}</Button>
        </fieldset>
    );
}

function TriedList({ tried }: { tried: Tried }) {
    return (
        <div class="tried" role="status">
            <strong>{t('tried', { matched: tried.matched, tried: tried.tried })}</strong>
            <ul>{tried.alerts.slice(0, 8).map((a) => <li class="row" key={a.id}><Severity value={a.severity}>{t.any(a.severity)}</Severity><span class="clip grow">{a.title}</span><span class="quiet"><Time at={a.started_at} /></span></li>)}</ul>
        </div>
    );
}

export function RuleDialog({ rule, channels, onClose, onSaved }: { rule: Rule | null; channels: Ref[]; onClose: () => void; onSaved: () => void }) {
    const [d, setD] = useState<Draft>(rule ?? fresh);
    const [groups, setGroups] = useState(d.group_by.join(', '));
    const [tried, setTried] = useState<Tried | null>(null);
    const services = useResource('services all', () => api.get<Page<Ref>>('/services', { limit: 200 }), ['services']);
    const form = useForm();
    const set = (part: Partial<Draft>) => { setD({ ...d, ...part }); setTried(null); };
    const body = () => ({ name: d.name, enabled: d.enabled, channel_id: d.channel_id, severity: d.severity, service_ids: d.service_ids, declare: d.declare, private: d.private && d.declare, active_from_at: d.active_from_at, active_until_at: d.active_until_at,
        group_by: groups.split(/[,，]/).map((g) => g.trim()).filter(Boolean),
        match: d.match.filter((c) => c.label.trim()).map((c) => ({ label: c.label.trim(), op: c.op, value: c.op === 'exists' ? '' : c.value })) });
    const save = async () => {
        const send = () => (rule ? api.patch(`/routing-rules/${rule.id}`, body(), rule.version) : api.post('/routing-rules', body()));
        if (await form.submit(send)) {
            onSaved();
            onClose();
        }
    };
    const tryIt = async () => {
        try {
            setTried(await api.post<Tried>('/routing-rules/try', { ...body(), name: d.name || '–' }));
        } catch (e) { toastError(e); }
    };
    const known = ['name', 'active_from_at', 'active_until_at', 'channel_id', 'severity', 'private', ...d.match.flatMap((_, i) => [`match[${i}].label`, `match[${i}].value`])];
    const channel = channels.find((c) => c.id === d.channel_id);
    const chosen = (services.data?.items ?? []).filter((s) => d.service_ids.includes(s.id));
    return (
        <Dialog wide title={rule ? t('edit_rule') : t('add_rule')} onClose={onClose} footer={<>
            <Button icon="wave" onClick={tryIt}>{t('try_rule')}</Button><span class="grow" /><Button onClick={onClose}>{t('cancel')}</Button>
            <Button kind="primary" busy={form.busy} onClick={save}>{t('save')}</Button></>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                <Field label={t('rule_name')} error={form.field('name')}>{(p) => <Input {...p} data-autofocus maxLength={100} value={d.name} onChange={(name) => set({ name })} />}</Field>
                <Conditions match={d.match} error={form.field} onChange={(match) => set({ match })} />
                <div class="two">
                    <Field label={t('channel')} optional error={form.field('channel_id')}>{(p) => <RefPicker {...p} path="/channels" value={channel ? [channel] : []} onChange={(r) => set({ channel_id: r[0]?.id ?? null })} />}</Field>
                    <Field label={t('set_severity')} error={form.field('severity')}>{(p) => <Select {...p} value={d.severity ?? ''} onChange={(v) => set({ severity: v || null })}
                        options={[{ value: '', label: t('as_told') }, ...['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'].map((s) => ({ value: s, label: s }))]} />}</Field>
                </div>
                <Check checked={d.declare} onChange={(declare) => set({ declare })}>{t('declares')} <span class="quiet">{t('declares_help')}</span></Check>
                {d.declare && <>
                    <div class="two">
                        <Field label={t('group_by')} optional help={t('group_by_help')}>{(p) => <Input {...p} class="mono" placeholder="service, cluster" value={groups} onChange={setGroups} />}</Field>
                        <Field label={t('services')} optional>{(p) => <RefPicker {...p} multiple path="/services" value={chosen} onChange={(r) => set({ service_ids: r.map((s) => s.id) })} />}</Field>
                    </div>
                    <Check checked={d.private} onChange={(on) => set({ private: on })}>{t('private')} <span class="quiet">{t('private_help')}</span></Check>
                    {form.field('private') && <p class="err">{form.field('private')}</p>}
                </>}
                <div class="two">
                    <Field label={t('active_from')} optional help={t('active_help')} error={form.field('active_from_at')}>{(p) => <DateTime {...p} value={d.active_from_at} onChange={(v) => set({ active_from_at: v })} />}</Field>
                    <Field label={t('active_until')} optional error={form.field('active_until_at')}>{(p) => <DateTime {...p} value={d.active_until_at} onChange={(v) => set({ active_until_at: v })} />}</Field>
                </div>
                {form.general(known) && <p class="form-error">{form.general(known)}</p>}
                {tried && <TriedList tried={tried} />}
            </form>
        </Dialog>
    );
}

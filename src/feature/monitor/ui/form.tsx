/** Adds a monitor or changes one. The little that most need stands first; *Try it* looks once and stores nothing. */
import { useState } from 'preact/hooks';
import { Button, Check, Dialog, Field, Icon, IconButton, Input, RefPicker, Segmented, Select, TextArea, toast, toastError, useForm } from 'kit';
import { api } from 'app/api';
import { KINDS, type Assertion, type Kind, type Monitor, type Step, type Tried } from './types';
import { every, t } from './words';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const RECORDS = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT'];
const INTERVALS = [10, 30, 60, 300, 900, 3600, 86400];
const OPS = ['is', 'is_not', 'contains', 'not_contains', 'greater_than', 'less_than', 'exists'];
const ON: Record<Kind, string[]> = { http: ['status', 'latency', 'body', 'json', 'header', 'certificate'], tls: ['certificate', 'latency'], tcp: ['latency'], dns: ['record', 'latency'], icmp: ['latency'] };
const freshStep = (): Step => ({ method: 'GET', url: '', headers: null, body: null, follow: false, assertions: [], captures: [] });
type Draft = Omit<Monitor, 'id' | 'version' | 'state' | 'state_at' | 'last_at' | 'latency_ms' | 'error' | 'maintenance_until_at' | 'chain' | 'places' | 'days'>;
const fresh: Draft = { name: '', kind: 'http', target: '', record: 'A', steps: [freshStep()], assertions: [], interval_s: 60, timeout_ms: 10000, retries: 2, severity: 'SEV-3', service_id: null, service: null, locations: ['main'], enabled: true };

function Assertions({ kind, list, where, error, onChange }: { kind: Kind; list: Assertion[]; where: string; error: (f: string) => string | undefined; onChange: (l: Assertion[]) => void }) {
    const set = (k: number, part: Partial<Assertion>) => onChange(list.map((x, n) => (n === k ? { ...x, ...part } : x)));
    return (
        <fieldset class="mon-assert"><legend>{t('expected')}</legend>
            {list.length === 0 && (kind === 'http' || kind === 'tls') && <p class="quiet">{t(`expected_${kind}`)}</p>}
            {list.map((x, k) => <div key={k} class="row">
                <Select aria-label={t('expected')} value={x.on} options={ON[kind].map((o) => ({ value: o, label: t.any(`on_${o}`) }))} onChange={(on) => set(k, { on })} />
                {(x.on === 'json' || x.on === 'header') && <Input class="mono" aria-label={t('path')} placeholder={x.on === 'json' ? 'data.items[0].id' : 'Content-Type'} value={x.path ?? ''} onChange={(path) => set(k, { path })} />}
                <Select aria-label={t('op')} value={x.op} options={OPS.map((o) => ({ value: o, label: t.any(`op_${o}`) }))} onChange={(op) => set(k, { op })} />
                {x.op !== 'exists' && <Input class="mono" aria-label={t('value')} placeholder={t('value')} value={x.value ?? ''} onChange={(value) => set(k, { value })} />}
                <IconButton icon="x" label={t('remove')} onClick={() => onChange(list.filter((_, n) => n !== k))} />
                {(error(`${where}assertions[${k}].value`) || error(`${where}assertions[${k}].path`)) && <p class="err">{error(`${where}assertions[${k}].value`) ?? error(`${where}assertions[${k}].path`)}</p>}
            </div>)}
            <Button kind="plain" icon="plus" onClick={() => onChange([...list, { on: ON[kind][0]!, path: null, op: kind === 'http' ? 'is' : kind === 'dns' ? 'contains' : kind === 'tls' ? 'greater_than' : 'less_than', value: '' }])}>{t('add_assertion')}</Button>
        </fieldset>
    );
}

const headerLines = (h: Record<string, string> | null) => Object.entries(h ?? {}).map(([k, v]) => `${k}: ${v}`).join('\n');
const readHeaders = (text: string) => Object.fromEntries(text.split('\n').map((l) => l.trim()).filter(Boolean).map((l) => [l.split(':')[0]!.trim(), l.slice(l.indexOf(':') + 1).trim()]));

function StepFields({ step, k, many, error, onChange, onRemove }: { step: Step; k: number; many: boolean; error: (f: string) => string | undefined; onChange: (s: Step) => void; onRemove: () => void }) {
    const [headers, setHeaders] = useState(headerLines(step.headers));
    const [more, setMore] = useState(!!(step.headers || step.body || step.follow));
    const set = (part: Partial<Step>) => onChange({ ...step, ...part });
    return (
        <fieldset class="mon-step">
            {many && <legend>{t('step', { n: k + 1 })} <IconButton small icon="trash" label={t('remove')} onClick={onRemove} /></legend>}
            <div class="mon-url">
                <Select aria-label={t('method')} value={step.method ?? 'GET'} options={METHODS.map((m) => ({ value: m, label: m }))} onChange={(method) => set({ method })} />
                <Field label={t('url')} error={error(`steps[${k}].url`)}>{(p) => <Input {...p} class="mono" inputMode="url" placeholder="https://shop.example.com/health" maxLength={4000} value={step.url} onChange={(url) => set({ url })} />}</Field>
            </div>
            <Assertions kind="http" list={step.assertions} where={`steps[${k}].`} error={error} onChange={(assertions) => set({ assertions })} />
            <button type="button" class="mon-more" aria-expanded={more} onClick={() => setMore(!more)}><Icon name={more ? 'down' : 'right'} small />{t('more')}</button>
            {more && <>
                <Field label={t('headers')} optional error={error(`steps[${k}].headers`)}>{(p) => <TextArea {...p} rows={2} class="mono" placeholder={t('headers_hint')} value={headers} onChange={(v) => { setHeaders(v); set({ headers: v.trim() ? readHeaders(v) : null }); }} />}</Field>
                {step.method !== 'GET' && step.method !== 'HEAD' && <Field label={t('body')} optional>{(p) => <TextArea {...p} rows={3} class="mono" value={step.body ?? ''} onChange={(body) => set({ body: body || null })} />}</Field>}
                <Check checked={step.follow} onChange={(follow) => set({ follow })}>{t('follow')}</Check>
            </>}
            {many && <fieldset class="mon-assert"><legend>{t('captures')}</legend>
                {step.captures.map((c, n) => <div key={n} class="row">
                    <Input class="mono" aria-label={t('capture_name')} placeholder={t('capture_name')} value={c.name} onChange={(name) => set({ captures: step.captures.map((x, j) => (j === n ? { ...x, name } : x)) })} />
                    <Input class="mono" aria-label={t('capture_path')} placeholder="token" value={c.path} onChange={(path) => set({ captures: step.captures.map((x, j) => (j === n ? { ...x, path } : x)) })} />
                    <IconButton icon="x" label={t('remove')} onClick={() => set({ captures: step.captures.filter((_, j) => j !== n) })} />
                </div>)}
                <Button kind="plain" icon="plus" onClick={() => set({ captures: [...step.captures, { name: '', path: '' }] })}>{t('add_assertion')}</Button></fieldset>}
        </fieldset>
    );
}

export function MonitorDialog({ monitor, onClose, onSaved }: { monitor: Monitor | null; onClose: () => void; onSaved: (m: Monitor) => void }) {
    const [d, setD] = useState<Draft>(monitor ?? fresh);
    const [places, setPlaces] = useState(d.locations.join(', '));
    const [tried, setTried] = useState<Tried | 'busy' | null>(null);
    const form = useForm();
    const set = (part: Partial<Draft>) => { setD({ ...d, ...part }); setTried(null); };
    const http = d.kind === 'http';
    const body = () => ({ name: d.name.trim(), kind: d.kind, ...(http ? { steps: d.steps, assertions: [] } : { steps: [], target: d.target, assertions: d.assertions }), record: d.kind === 'dns' ? d.record : null,
        interval_s: d.interval_s, timeout_ms: d.timeout_ms, retries: d.retries, severity: d.severity, service_id: d.service_id, enabled: d.enabled,
        locations: places.split(/[,，\s]+/).filter(Boolean) });
    const save = async () => {
        const ok = await form.submit(async () => onSaved(monitor ? await api.patch<Monitor>(`/monitors/${monitor.id}`, body(), monitor.version) : await api.post<Monitor>('/monitors', body())));
        if (!ok) return;
        toast(monitor ? t('saved') : t('added'));
        onClose();
    };
    const look = async () => {
        setTried('busy');
        try {
            setTried(await api.post<Tried>(`/monitors/try${monitor ? `?monitor=${monitor.id}` : ''}`, { ...body(), name: d.name || '–' }));
        } catch (e) {
            setTried(null);
            toastError(e);
        }
    };
    const steps = d.steps.flatMap((s, k) => [`steps[${k}].url`, `steps[${k}].headers`, ...s.assertions.flatMap((_, n) => [`steps[${k}].assertions[${n}].value`, `steps[${k}].assertions[${n}].path`])]);
    const general = form.general(['name', 'target', 'record', 'interval_s', 'timeout_ms', 'retries', 'service_id', 'locations', ...steps, ...d.assertions.flatMap((_, n) => [`assertions[${n}].value`])]);
    return (
        <Dialog wide title={monitor ? t('edit_title') : t('add')} onClose={onClose} footer={<>
            <Button icon="wave" busy={tried === 'busy'} onClick={look}>{t('try')}</Button>
            <span class={`grow mon-tried ${tried && tried !== 'busy' && !tried.ok ? 'bad' : ''}`} role="status">{tried && tried !== 'busy' && (tried.ok ? t('tried_ok', { ms: tried.latency_ms }) : `${t('tried_bad')}: ${tried.error}`)}</span>
            <Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={save}>{t('save')}</Button></>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                <Segmented<Kind> label={t('kind')} value={d.kind} onChange={(kind) => set({ kind, assertions: [] })} options={KINDS.map((k) => ({ value: k, label: t(k) }))} />
                <Field label={t('name')} error={form.field('name')}>{(p) => <Input {...p} data-autofocus maxLength={100} value={d.name} onChange={(name) => set({ name })} />}</Field>
                {http ? <>
                    {d.steps.map((s, k) => <StepFields key={k} step={s} k={k} many={d.steps.length > 1} error={form.field} onChange={(step) => set({ steps: d.steps.map((x, n) => (n === k ? step : x)) })} onRemove={() => set({ steps: d.steps.filter((_, n) => n !== k) })} />)}
                    <p><Button kind="plain" icon="plus" disabled={d.steps.length >= 10} onClick={() => set({ steps: [...d.steps, freshStep()] })}>{t('add_step')}</Button> {d.steps.length > 1 && <span class="quiet">{t('steps_help', { hint: '{{name}}' })}</span>}</p>
                </> : <>
                    <div class="two">
                        <Field label={t.any(`target_${d.kind}`)} error={form.field('target')}>{(p) => <Input {...p} class="mono" placeholder={d.kind === 'tcp' ? 'db.example.com:5432' : d.kind === 'tls' ? 'shop.example.com:443' : 'shop.example.com'} value={d.target ?? ''} onChange={(target) => set({ target })} />}</Field>
                        {d.kind === 'dns' && <Field label={t('record')} error={form.field('record')}>{(p) => <Select {...p} value={d.record ?? 'A'} options={RECORDS.map((r) => ({ value: r, label: r }))} onChange={(record) => set({ record })} />}</Field>}
                    </div>
                    <Assertions kind={d.kind} list={d.assertions} where="" error={form.field} onChange={(assertions) => set({ assertions })} />
                </>}
                <div class="two">
                    <Field label={t('every')} error={form.field('interval_s')}>{(p) => <Select {...p} value={String(d.interval_s)} options={[...new Set([...INTERVALS, d.interval_s])].sort((a, b) => a - b).map((s) => ({ value: String(s), label: every(s) }))} onChange={(v) => set({ interval_s: Number(v) })} />}</Field>
                    <Field label={t('retries')} help={t('retries_help')} error={form.field('retries')}>{(p) => <Select {...p} value={String(d.retries)} options={[0, 1, 2, 3, 5, 10].map((n) => ({ value: String(n), label: String(n) }))} onChange={(v) => set({ retries: Number(v) })} />}</Field>
                </div>
                <div class="two">
                    <Field label={t('timeout')} error={form.field('timeout_ms')}>{(p) => <Select {...p} value={String(d.timeout_ms)} options={[...new Set([1000, 3000, 5000, 10000, 20000, 30000, 60000, d.timeout_ms])].sort((a, b) => a - b).map((n) => ({ value: String(n), label: n % 1000 ? t('ms', { n }) : t('seconds', { n: n / 1000 }) }))} onChange={(v) => set({ timeout_ms: Number(v) })} />}</Field>
                    <Field label={t('locations')} help={t('locations_help')} error={form.field('locations')}>{(p) => <Input {...p} class="mono" value={places} onChange={(v) => { setPlaces(v); setTried(null); }} />}</Field>
                </div>
                <div class="two">
                    <Field label={t('severity')}>{(p) => <Select {...p} value={d.severity} options={['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4', 'unknown'].map((s) => ({ value: s, label: s === 'unknown' ? '–' : s }))} onChange={(severity) => set({ severity })} />}</Field>
                    <Field label={t('service')} optional error={form.field('service_id')}>{(p) => <RefPicker {...p} path="/services" value={d.service ? [d.service] : []} onChange={(r) => set({ service: r[0] ?? null, service_id: r[0]?.id ?? null })} />}</Field>
                </div>
                {general && <p class="form-error" role="alert">{general}</p>}
                <button type="submit" class="vh" tabIndex={-1}>{t('save')}</button>
            </form>
        </Dialog>
    );
}

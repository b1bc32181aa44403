/** The mapping of any JSON: a form on the left, a payload that really came, and what the server makes of it, as you type. */
import { useEffect, useState } from 'preact/hooks';
import { api, ApiError } from 'app/api';
import { dayClock } from 'app/time';
import { useResource } from 'app/resource';
import type { Page } from 'app/types';
import { Button, Field, Input, Segmented, Select, Severity, Status, TextArea, Time, toast, useForm } from 'kit';
import { pretty } from './detail';
import { Picker } from './picker';
import { t } from './strings';
import type { Captured, Integration, Mapping, PreviewAlert } from './types';

const fields = ['alerts', 'title', 'dedup_key', 'severity', 'status', 'description', 'started_at', 'ended_at', 'labels', 'group_key'] as const;
type Name = (typeof fields)[number];

/** The pointer or text of a field, whichever form the mapping has it in. */
function simple(m: Mapping, name: Name): string {
    const v = m[name];
    if (typeof v === 'string') return v;
    if (v && typeof v === 'object' && 'value' in v && typeof v.value === 'string') return v.value;
    return v === undefined || (typeof v === 'object' && (name === 'severity' || name === 'status')) ? '' : JSON.stringify(v);
}

/** Can the form show all of it? Lists and deep objects are edited as JSON. */
function fitsForm(m: Mapping): boolean {
    return Object.entries(m).every(([k, v]) => typeof v === 'string'
        || ((k === 'severity' || k === 'status') && typeof v === 'object' && v !== null && !Array.isArray(v) && typeof (v as Mapping)['value'] !== 'object'));
}

function put(m: Mapping, name: string, v: unknown): Mapping {
    const next = { ...m };
    if (v === '' || v === undefined) delete next[name]; else next[name] = v;
    return next;
}

function words(m: Mapping): string {
    const map = (m['severity'] as { map?: Record<string, string> } | undefined)?.map ?? {};
    return Object.entries(map).map(([k, v]) => `${k} = ${v}`).join('\n');
}

function severityOf(value: string, text: string): unknown {
    const map = Object.fromEntries(text.split('\n').map((l) => l.split('=').map((s) => s.trim())).filter((p) => p.length === 2 && p[0] && p[1]));
    if (Object.keys(map).length === 0) return value;
    return value ? { value, map } : { map };
}

function statusOf(value: string, text: string): unknown {
    const resolved = text.split(/[,，]/).map((w) => w.trim()).filter(Boolean);
    if (resolved.length === 0) return value;
    return value ? { value, resolved } : { resolved };
}

function MappingForm({ m, error, onFocus, onChange }: { m: Mapping; error: (f: string) => string | undefined; onFocus: (name: Name) => void; onChange: (m: Mapping) => void }) {
    const [map, setMap] = useState(words(m));
    const [resolved, setResolved] = useState(((m['status'] as { resolved?: string[] } | undefined)?.resolved ?? []).join(', '));
    const set = (name: Name, v: string) => onChange(put(m, name, name === 'severity' ? severityOf(v, map) : name === 'status' ? statusOf(v, resolved) : v));
    return (
        <div class="form">
            <p class="help quiet">{t('pointer', { example: '{/host} is down' })}</p>
            <div class="map-grid">
                {fields.map((name) => (
                    <Field key={name} label={t(`map_${name}`)} error={error(`mapping.${name}`)}>
                        {(p) => <Input {...p} class="mono" onFocus={() => onFocus(name)} placeholder={name === 'alerts' ? '/alerts' : `/${name}`} value={simple(m, name)} onChange={(v) => set(name, v)} />}
                    </Field>
                ))}
            </div>
            <Field label={t('map_words')} help={t('map_words_help')} error={error('mapping.severity.map')}>
                {(p) => <TextArea {...p} class="mono" rows={2} value={map} onChange={(v) => { setMap(v); onChange(put(m, 'severity', severityOf(simple(m, 'severity'), v))); }} />}</Field>
            <Field label={t('map_resolved')} help={t('map_resolved_help')} error={error('mapping.status.resolved')}>
                {(p) => <Input {...p} placeholder="ok, closed" value={resolved} onChange={(v) => { setResolved(v); onChange(put(m, 'status', statusOf(simple(m, 'status'), v))); }} />}</Field>
        </div>
    );
}

type Outcome = { alerts: PreviewAlert[] } | { error: ApiError } | null;

/** Asks the server what the mapping makes of the payload, a moment after the last keystroke. */
function useOutcome(mapping: Mapping, payload: string): Outcome {
    const [out, setOut] = useState<Outcome>(null);
    const key = JSON.stringify(mapping);
    useEffect(() => {
        if (!payload.trim()) return setOut(null);
        let gone = false;
        const wait = setTimeout(async () => {
            try {
                const page = await api.post<Page<PreviewAlert>>('/integration-preview', { mapping, payload });
                if (!gone) setOut({ alerts: page.items });
            } catch (e) {
                if (!gone && e instanceof ApiError) setOut({ error: e });
            }
        }, 200);
        return () => { gone = true; clearTimeout(wait); };
    }, [key, payload]);
    return out;
}

function Preview({ out }: { out: Outcome }) {
    if (!out) return null;
    if ('error' in out) return <div class="notice-row" role="status"><div><strong>{t('map_wrong')}</strong><p>{out.error.fields[0]?.detail ?? out.error.message}</p></div></div>;
    return (
        <ul class="preview-list">{out.alerts.map((a, i) => (
            <li class="card" key={i}>
                <div class="row wrap"><Status tone={a.status === 'firing' ? 'bad' : 'ok'} icon={a.status === 'firing' ? 'bell' : 'done'}>{t(a.status)}</Status><Severity value={a.severity}>{t.any(a.severity)}</Severity>
                    <span class="quiet"><Time at={a.started_at} none="" /></span></div>
                <strong class="breaks">{a.title}</strong>
                <span class="quiet mono breaks">{a.dedup_key}</span>
                {a.description && <span class="breaks">{a.description}</span>}
                <span class="chips">{Object.entries(a.labels).slice(0, 12).map(([k, v]) => <span class="tag mono" key={k}>{k}={v}</span>)}</span>
            </li>
        ))}</ul>
    );
}

export function MappingEditor({ i, sample, onSaved }: { i: Integration; sample: string; onSaved: (i: Integration) => void }) {
    const [mapping, setMapping] = useState<Mapping>(i.mapping ?? {});
    const [how, setHow] = useState<'form' | 'json'>(fitsForm(i.mapping ?? {}) ? 'form' : 'json');
    const [json, setJson] = useState(JSON.stringify(i.mapping ?? {}, null, 2));
    const [broken, setBroken] = useState(false);
    const captured = useResource(`captured ${i.id}`, () => api.get<Page<Captured>>(`/integrations/${i.id}/captured`));
    const [payload, setPayload] = useState<string | null>(null);
    const [target, setTarget] = useState<Name>('title');
    const [look, setLook] = useState<'pick' | 'text'>('pick');
    const text = payload ?? (captured.data?.items[0] ? pretty(captured.data.items[0].body) : sample);
    const out = useOutcome(mapping, text);
    const form = useForm();
    const change = (m: Mapping) => { setMapping(m); setJson(JSON.stringify(m, null, 2)); setBroken(false); };
    const [picked, setPicked] = useState(0);
    /** Severity and status keep their words; the next field that has nothing is next. */
    const pick = (pointer: string) => {
        const old = mapping[target];
        const keeps = (target === 'severity' || target === 'status') && old !== null && typeof old === 'object' && !Array.isArray(old);
        const next = put(mapping, target, keeps ? { ...old, value: pointer } : pointer);
        change(next);
        setPicked(picked + 1);
        setTarget(fields.find((f) => f !== 'alerts' && next[f] === undefined) ?? target);
    };
    const typeJson = (v: string) => {
        setJson(v);
        try {
            setMapping(JSON.parse(v || '{}') as Mapping);
            setBroken(false);
        } catch { setBroken(true); }
    };
    const save = () => form.submit(async () => {
        onSaved(await api.patch<Integration>(`/integrations/${i.id}`, { mapping: Object.keys(mapping).length ? mapping : null }, i.version));
        toast(t('saved'));
    });
    const wrong = (f: string) => form.field(f) ?? (out && 'error' in out ? out.error.field(f) : undefined);
    return (
        <section class="block">
            <header><h2>{t('mapping')}</h2><Segmented label={t('mapping')} value={how} onChange={setHow}
                options={[{ value: 'form', label: t('map_form') }, { value: 'json', label: t('map_json') }]} /></header>
            <p class="sub">{t('mapping_about')}</p>
            <div class="mapping">
                <div>
                    {how === 'form' ? <MappingForm key={picked} m={mapping} error={wrong} onFocus={setTarget} onChange={change} />
                        : <Field label={t('map_json')} error={broken ? t('bad_json') : undefined}>{(p) => <TextArea {...p} class="mono" rows={14} spellcheck={false} value={json} onChange={typeJson} />}</Field>}
                    {form.general(fields.map((f) => `mapping.${f}`)) && <p class="form-error">{form.general(fields.map((f) => `mapping.${f}`))}</p>}
                    <div class="row mapping-save"><Button kind="primary" busy={form.busy} disabled={broken} onClick={save}>{t('save')}</Button></div>
                </div>
                <div>
                    <Segmented label={t('captured')} value={look} onChange={setLook} options={[{ value: 'pick', label: t('pick') }, { value: 'text', label: t('pick_text') }]} />
                    {look === 'pick' ? <Picker text={text} mapping={mapping} field={t(`map_${target}`)} onPick={pick} /> : <Field label={t('captured')} help={captured.data?.items.length === 0 ? t('captured_none') : undefined}>
                        {(p) => <TextArea {...p} class="mono payload-in" rows={10} spellcheck={false} value={text} onChange={setPayload} />}</Field>}
                    {(captured.data?.items.length ?? 0) > 0 && <Select aria-label={t('captured')} value="" onChange={(v) => setPayload(v === 'sample' ? sample : pretty(captured.data!.items[Number(v)]!.body))}
                        options={[{ value: '', label: t('captured'), disabled: true }, ...captured.data!.items.map((c, n) => ({ value: String(n), label: t('captured_at', { at: dayClock(c.received_at) }) })),
                            { value: 'sample', label: t('use_sample') }]} />}
                    <h3>{t('map_preview')}</h3>
                    <Preview out={out} />
                </div>
            </div>
        </section>
    );
}

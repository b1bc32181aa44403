/** First run: create the first person, choose how to start, connect the first alert source. */
import { useEffect, useState } from 'preact/hooks';
import { Button, Copyable, Field, Icon, Input, Progress, Segmented, Select, useForm } from 'kit';
import { api, session } from 'app/api';
import { locale, setLocale } from 'app/i18n';
import { subscribe } from 'app/live';
import { navigate } from 'app/router';
import { setUp } from 'app/session';
import type { Page } from 'app/types';
import { Bare } from './bare';
import { t } from './strings';

type SetupState = { setup_required: boolean; sample_state: 'none' | 'loading' | 'done' | 'failed'; sample_done: number; sample_total: number };
type Integration = { id: string; kind: string; name: string; url: string; received_count: number };

export default function SetupScreen() {
    const [created, setCreated] = useState(false);
    useEffect(() => {
        if (!session.value?.setup_required && !created) navigate(session.value?.user ? '/' : '/sign-in', { replace: true });
    }, []);
    return created ? <Connect /> : <Create onDone={() => setCreated(true)} />;
}

function zones(): string[] {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
    const all = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
    return [...new Set([here, 'UTC', ...all])];
}

function Create({ onDone }: { onDone: () => void }) {
    const [f, setF] = useState({ workspace_name: '', name: '', email: '', password: '', time_zone: zones()[0]!, sample_data: true });
    const form = useForm();
    const set = <K extends keyof typeof f>(k: K) => (v: (typeof f)[K]) => setF({ ...f, [k]: v });
    const general = form.general(['workspace_name', 'name', 'email', 'password', 'time_zone']);
    return (
        <Bare wide title={t('welcome')} lead={t('welcome_body')}>
            <form class="form" onSubmit={async (e) => {
                e.preventDefault();
                if (await form.submit(() => setUp({ ...f, email: f.email.trim(), locale: locale.value }))) onDone();
            }}>
                {general && <p class="form-error" role="alert">{general}</p>}
                <Field label={t('workspace')} help={t('workspace_help')} error={form.field('workspace_name')}>{(p) => <Input {...p} name="workspace_name" required maxLength={80} autofocus value={f.workspace_name} onChange={set('workspace_name')} />}</Field>
                <div class="two">
                    <Field label={t('name')} error={form.field('name')}>{(p) => <Input {...p} name="name" autocomplete="name" required maxLength={120} value={f.name} onChange={set('name')} />}</Field>
                    <Field label={t('email')} error={form.field('email')}>{(p) => <Input {...p} name="email" type="email" autocomplete="username" required value={f.email} onChange={set('email')} />}</Field>
                </div>
                <Field label={t('password')} help={t('password_help')} error={form.field('password')}>{(p) => <Input {...p} name="password" type="password" autocomplete="new-password" required minLength={8} value={f.password} onChange={set('password')} />}</Field>
                <div class="two">
                    <Field label={t('time_zone')} error={form.field('time_zone')}>{(p) => <Select {...p} value={f.time_zone} options={zones().map((z) => ({ value: z, label: z.replaceAll('_', ' ') }))} onChange={set('time_zone')} />}</Field>
                    <Field label={t('language')}>{(p) => <Select {...p} value={locale.value} options={[{ value: 'en', label: 'English' }, { value: 'zh', label: '中文' }]} onChange={(v) => setLocale(v as 'en' | 'zh')} />}</Field>
                </div>
                <fieldset class="choices">
                    <legend>{t('how')}</legend>
                    <label class="choice"><input type="radio" name="start" value="sample" checked={f.sample_data} onChange={() => set('sample_data')(true)} /><b>{t('sample')}</b><span>{t('sample_body')}</span></label>
                    <label class="choice"><input type="radio" name="start" value="clean" checked={!f.sample_data} onChange={() => set('sample_data')(false)} /><b>{t('clean')}</b><span>{t('clean_body')}</span></label>
                </fieldset>
                <Button type="submit" kind="primary" large busy={form.busy}>{t('create')}</Button>
            </form>
        </Bare>
    );
}

/** How far the sample data is; asks again every second while it loads. */
function SampleProgress() {
    const [s, setS] = useState<SetupState | null>(null);
    useEffect(() => {
        let timer: ReturnType<typeof setTimeout>;
        const ask = async () => {
            try {
                const r = await api.get<SetupState>('/setup');
                setS(r);
                if (r.sample_state !== 'loading') return;
            } catch { /* asked again below */ }
            timer = setTimeout(ask, 1000);
        };
        void ask();
        return () => clearTimeout(timer);
    }, []);
    if (!s || s.sample_state === 'none') return null;
    const done = s.sample_state === 'done';
    if (s.sample_state === 'failed') return <p class="form-error" role="alert">{t('sample_failed')}</p>;
    return (
        <div class="progress-row" role="status">
            <div><span>{done ? t('ready') : t('loading')}</span>{s.sample_total > 0 && <span class="quiet">{t('loaded', { done: s.sample_done, total: s.sample_total })}</span>}</div>
            <Progress value={done ? 1 : s.sample_done} max={done ? 1 : s.sample_total} label={t('loading')} />
        </div>
    );
}

const KINDS = [
    { value: 'alertmanager', label: 'Alertmanager' }, { value: 'pagerduty', label: 'PagerDuty Events v2' }, { value: 'generic', label: 'JSON' },
] as const;

/** One alert of each kind, as the sender would post it. */
export function testCommand(kind: string, url: string): string {
    const at = new Date().toISOString();
    const body: Record<string, unknown> = {
        alertmanager: {
            version: '4', groupKey: '{}:{alertname="HindsightTest"}', truncatedAlerts: 0, status: 'firing', receiver: 'hindsight', groupLabels: { alertname: 'HindsightTest' }, commonLabels: { alertname: 'HindsightTest', severity: 'warning' },
            commonAnnotations: { summary: 'A first test alert' }, externalURL: '',
            alerts: [{ status: 'firing', labels: { alertname: 'HindsightTest', severity: 'warning' }, annotations: { summary: 'A first test alert' }, startsAt: at, endsAt: '0001-01-01T00:00:00Z', generatorURL: '', fingerprint: 'c0ffee0000000001' }],
        },
        pagerduty: { event_action: 'trigger', dedup_key: 'hindsight-test', payload: { summary: 'A first test alert', source: 'curl', severity: 'warning', timestamp: at } },
        generic: { title: 'A first test alert', status: 'firing', severity: 'warning', dedup_key: 'hindsight-test', started_at: at },
    };
    return `curl -X POST '${url}' \\\n  -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(body[kind] ?? body['generic'])}'`;
}

function Connect() {
    const [kind, setKind] = useState<(typeof KINDS)[number]['value']>('alertmanager');
    const [made, setMade] = useState<Record<string, Integration>>({});
    const [arrived, setArrived] = useState(false);
    const form = useForm();
    const it = made[kind];
    useEffect(() => {
        const ids = Object.values(made).map((m) => m.id);
        if (!ids.length || arrived) return;
        const look = async () => {
            try {
                const all = await api.get<Page<Integration>>('/integrations');
                if (all.items.some((x) => ids.includes(x.id) && x.received_count > 0)) setArrived(true);
            } catch { /* asked again by the next news or tick */ }
        };
        const undo = subscribe(['alerts'], () => void look());
        const timer = setInterval(look, 3000);
        return () => {
            undo();
            clearInterval(timer);
        };
    }, [made, arrived]);
    const label = KINDS.find((k) => k.value === kind)!.label;
    return (
        <Bare wide title={t('connect')} lead={t('connect_body')}>
            <SampleProgress />
            <div class="form">
                <Field label={t('source_kind')}>{() => <span><Segmented label={t('source_kind')} value={kind} options={[...KINDS]} onChange={setKind} /></span>}</Field>
                {form.general([]) && <p class="form-error" role="alert">{form.general([])}</p>}
                {it ? <>
                    <Field label={t('url', { kind: label })}>{() => <Copyable text={it.url} label={t('url', { kind: label })} />}</Field>
                    {kind === 'alertmanager' && <Field label={t('config')}>{() => <Copyable multiline label={t('config')} text={`receivers:\n  - name: hindsight\n    webhook_configs:\n      - url: ${it.url}\n        send_resolved: true`} />}</Field>}
                    <Field label={t('try')}>{() => <Copyable multiline label={t('try')} text={testCommand(kind, it.url)} />}</Field>
                    <p class={`await ${arrived ? 'ok' : ''}`} role="status">{arrived ? <Icon name="check" /> : <span class="spin" />}{arrived ? t('arrived') : t('waiting')}</p>
                </> : (
                    <div><Button kind="primary" large busy={form.busy} onClick={() => form.submit(async () => {
                        const m = await api.post<Integration>('/integrations', { kind, name: label });
                        setMade((old) => ({ ...old, [kind]: m }));
                    })}>{t('make_url')}</Button></div>
                )}
                <div class="form-end">
                    {arrived ? <a class="link" href="/alerts">{t('see_alerts')}</a> : <span />}
                    <Button {...(arrived ? { kind: 'primary' as const } : {})} large onClick={() => navigate('/')}>{arrived ? t('go') : t('skip')}</Button>
                </div>
            </div>
        </Bare>
    );
}

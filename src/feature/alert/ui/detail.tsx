/** One alert: what it says, when, where it belongs, and the bytes it came with. */
import { useState } from 'preact/hooks';
import { api, session } from 'app/api';
import { useKeys } from 'app/keys';
import { may } from 'app/registry';
import { href, setQuery } from 'app/router';
import { useResource } from 'app/resource';
import type { IncidentRef, Page } from 'app/types';
import { Button, Combobox, Dialog, Failed, Field, Icon, IconButton, Running, Severity, Skeleton, Time, toast, useForm, type Option } from 'kit';
import { AlertStatus } from './alerts';
import { kindTitle } from './kinds';
import { t } from './strings';
import type { Alert } from './types';

async function findIncidents(q: string): Promise<Option[]> {
    const found = await api.get<Page<IncidentRef>>('/incidents', { q, limit: 20, sort: 'active' });
    return found.items.map((i) => ({ value: i.id, label: i.title, note: i.reference }));
}

function AttachDialog({ alert, onClose, onDone }: { alert: Alert; onClose: () => void; onDone: (a: Alert) => void }) {
    const [chosen, setChosen] = useState<Option[]>([]);
    const form = useForm();
    const save = async () => {
        const incident = chosen[0];
        if (!incident) return;
        if (await form.submit(async () => onDone(await api.post<Alert>(`/alerts/${alert.id}/attach`, { incident: incident.value })))) {
            toast(t('attached', { ref: incident.note ?? '' }));
            onClose();
        }
    };
    return (
        <Dialog title={t('attach')} onClose={onClose} footer={<><Button onClick={onClose}>{t('cancel')}</Button>
            <Button kind="primary" busy={form.busy} disabled={!chosen[0]} onClick={save}>{t('attach')}</Button></>}>
            <Field label={t('incident')} error={form.field('incident') ?? form.general(['incident'])}>
                {(p) => <Combobox {...p} autofocus icon="incident" placeholder={t('attach_hint')} value={chosen} onChange={setChosen} search={findIncidents} />}
            </Field>
        </Dialog>
    );
}

/** The payload, indented when it is JSON. Text is text, whatever stands in it. */
export function Payload({ path }: { path: string }) {
    const raw = useResource(`payload ${path}`, () => api.get<unknown>(path));
    if (raw.error) return raw.error.status === 404 ? <p class="quiet">{t('payload_gone')}</p> : <Failed error={raw.error} retry={raw.reload} />;
    if (raw.data === undefined) return <Skeleton lines={4} />;
    return <pre class="payload mono" tabIndex={0}>{pretty(raw.data)}</pre>;
}

export function pretty(data: unknown): string {
    if (typeof data !== 'string') return JSON.stringify(data, null, 2);
    try {
        /* Numbers that JavaScript would round are shown as they are written. */
        return /\d{16}/.test(data) ? data : JSON.stringify(JSON.parse(data), null, 2);
    } catch {
        return data;
    }
}

function Labels({ labels }: { labels: Record<string, string> }) {
    const names = Object.keys(labels);
    if (names.length === 0) return <p class="quiet">{t('no_labels')}</p>;
    return (
        <dl class="label-list">
            {names.map((n) => <div key={n}><dt class="mono">{n}</dt><dd class="mono"><a href={href('/alerts', { q: labels[n] })} title={t('filter_by')}>{labels[n]}</a></dd></div>)}
        </dl>
    );
}

function Facts({ a }: { a: Alert }) {
    return (
        <dl class="dl">
            <dt>{t('started')}</dt><dd><Time at={a.started_at} /> <span class="quiet"><Running from={a.started_at} to={a.ended_at} /></span></dd>
            {a.ended_at && <><dt>{t('ended')}</dt><dd><Time at={a.ended_at} /></dd></>}
            {a.acknowledged_at && <><dt>{t('acknowledged')}</dt><dd><Time at={a.acknowledged_at} /></dd></>}
            <dt>{t('last')}</dt><dd><Time at={a.last_received_at} /> <span class="quiet">{t('times', { n: a.count })}</span></dd>
            <dt>{t('source')}</dt><dd>{a.source.name} <span class="quiet">{kindTitle(a.source.kind)}</span></dd>
            {a.channel && <><dt>{t('channel')}</dt><dd>{a.channel.name}</dd></>}
            <dt>{t('key')}</dt><dd class="mono breaks">{a.dedup_key}</dd>
            {a.group_key && <><dt>{t('group')}</dt><dd class="mono breaks">{a.group_key}</dd></>}
            {a.note && <><dt>{t('left_out')}</dt><dd>{a.note}</dd></>}
        </dl>
    );
}

function Body({ a, onChange }: { a: Alert; onChange: (a: Alert) => void }) {
    const [attaching, setAttaching] = useState(false);
    const [shown, setShown] = useState(false);
    const mayWrite = may(session.value?.user?.role, 'responder');
    return <>
        <div class="row wrap"><AlertStatus alert={a} /><Severity value={a.severity} pill>{t.any(a.severity)}</Severity></div>
        <h2 class="breaks">{a.title}</h2>
        {a.description && <p class="alert-text breaks">{a.description}</p>}
        <div class="row wrap">
            {a.incident && <a class="chip on" href={`/incidents/${a.incident.reference}`}><Icon name="incident" small /><b>{a.incident.reference}</b><span class="clip">{a.incident.title}</span></a>}
            {mayWrite && <Button icon="incident" kind={a.incident ? 'plain' : undefined} onClick={() => setAttaching(true)}>{a.incident ? t('attach_other') : t('attach')}</Button>}
        </div>
        <Facts a={a} />
        {a.links.length > 0 && <section><h3>{t('links')}</h3><ul class="alert-links">{a.links.map((l, i) => (
            <li key={i}><a class="link" href={l.url} target="_blank" rel="noreferrer noopener"><Icon name="external" small /> {l.title}</a></li>))}</ul></section>}
        <section><h3>{t('labels')}</h3><Labels labels={a.labels} /></section>
        <section>
            <Button icon="code" aria-expanded={shown} onClick={() => setShown(!shown)}>{shown ? t('hide_payload') : t('show_payload')}</Button>
            {shown && <Payload path={`/alerts/${a.id}/raw`} />}
        </section>
        {attaching && <AttachDialog alert={a} onClose={() => setAttaching(false)} onDone={onChange} />}
    </>;
}

export function AlertPanel({ id }: { id: string }) {
    const one = useResource(`alert ${id}`, () => api.get<Alert>(`/alerts/${id}`), ['alerts']);
    const close = () => setQuery({ alert: null });
    useKeys({ escape: close });
    return (
        <aside class="alert-panel" aria-label={t('alert')}>
            <div class="row"><span class="grow quiet">{t('alert')}</span><IconButton icon="close" label={t('close')} onClick={close} /></div>
            {one.error && !one.data ? <Failed error={one.error} retry={one.reload} /> : !one.data ? <Skeleton lines={8} /> : <Body a={one.data} onChange={(a) => one.set(a)} />}
        </aside>
    );
}

/** Importing chat: choose a file or paste, look at what it is, say who is who, import. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Dialog, Field, Input, PeoplePicker, Select, toast, toastError } from 'kit';
import { api, ApiError, withQuery } from 'app/api';
import { dayClock, isoDay, zone } from 'app/time';
import type { Person } from 'app/types';
import type { Incident } from '../../incident/ui/types';
import { ImportProgress } from './import-progress';
import { t } from './import-strings';
import { Rich } from './rich';
import type { WarRoom } from './types';

type Preview = {
    source: string; channel: { id: string; name: string }; channels: { id: string; name: string }[]; messages: number; known: number; outside: number; skipped: number;
    first_at: string | null; last_at: string | null; since_at: string | null; until_at: string | null;
    people: { key: string; name: string; email: string | null; user: Person | null; messages: number }[];
    sample: { at: string; author: string; text: string; reply: boolean; edited: boolean; known: boolean; files: number }[];
};

const MOST = 20 * 1024 * 1024;

export function ImportChat({ incident, progress, onClose, onDone }: { incident: Incident; progress: WarRoom['import'] | undefined; onClose: () => void; onDone: () => void }) {
    const [file, setFile] = useState<File | null>(null);
    const [text, setText] = useState('');
    const [preview, setPreview] = useState<Preview | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    const [channel, setChannel] = useState<string | null>(null);
    const [day, setDay] = useState(isoDay(incident.impact_started_at ?? incident.declared_at));
    const [tz, setTz] = useState(zone());
    const [all, setAll] = useState(false);
    const [people, setPeople] = useState<Record<string, string>>({});
    const [busy, setBusy] = useState(false);
    const pick = useRef<HTMLInputElement>(null);
    const pasted = !file;
    const body: Blob | null = file ?? (text.trim() ? new Blob([text], { type: 'text/plain' }) : null);
    const query = () => ({
        channel, zone: tz, day: pasted ? day : null, since: !pasted && all ? '2000-01-01T00:00:00Z' : null,
        people: Object.keys(people).length ? JSON.stringify(people) : null,
    });
    useEffect(() => {
        if (!body) { setPreview(null); setError(null); return; }
        if (body.size > MOST) { setError(new ApiError(413, t('too_large'), t('too_large'))); return; }
        let stale = false;
        const wait = setTimeout(() => {
            api.upload<Preview>(withQuery(`/incidents/${incident.id}/chat-preview`, query()), body).then(
                (p) => { if (!stale) { setPreview(p); setError(null); } },
                (e) => { if (!stale && e instanceof ApiError) { setError(e); setPreview(null); } });
        }, 250);
        return () => { stale = true; clearTimeout(wait); };
    }, [file, text, channel, day, tz, all, people]);
    const run = async () => {
        setBusy(true);
        try {
            const r = await api.upload<{ added: number; changed: number; known: number; proposals: number }>(withQuery(`/incidents/${incident.id}/chat-import`, query()), body!);
            toast(t('done', { n: r.added, proposals: r.proposals }));
            onDone();
            onClose();
        } catch (e) { toastError(e); }
        setBusy(false);
    };
    const fresh = preview ? preview.messages - preview.known : 0;
    return (
        <Dialog title={t('title')} wide onClose={onClose} footer={<><Button kind="plain" onClick={onClose}>{t(busy ? 'close' : 'cancel')}</Button><Button kind="primary" busy={busy} disabled={!preview || !preview.messages} onClick={run}>{t('import', { n: fresh })}</Button></>}>
            <div class="rm-import" onDragOver={(e) => e.preventDefault()} onDrop={(e) => { e.preventDefault(); const f = e.dataTransfer?.files[0]; if (f) setFile(f); }}>
                <ImportProgress of={progress} />
                <p class="quiet">{t(busy ? 'goes_on' : 'help')}</p>
                <div class="row wrap">
                    <Button icon="upload" onClick={() => pick.current?.click()}>{t('choose')}</Button>
                    <input ref={pick} type="file" hidden accept=".zip,.json,.jsonl,.txt,.log" aria-label={t('choose')} onChange={(e) => { const f = e.currentTarget.files?.[0]; if (f) { setFile(f); setChannel(null); } }} />
                    {file && <span class="chip">{file.name}<button type="button" class="x" aria-label={t('remove')} onClick={() => setFile(null)}>×</button></span>}
                </div>
                {pasted && <Field label={t('paste')}>{(ids) => <textarea {...ids} class="area" rows={6} value={text} placeholder={'[14:03] Ana: it is the pool\n[14:05] Bo: rolled back'} onInput={(e) => setText(e.currentTarget.value)} />}</Field>}
                {pasted && <div class="row wrap">
                    <Field label={t('day')}>{(ids) => <Input {...ids} type="date" value={day} onChange={setDay} />}</Field>
                    <Field label={t('zone')}>{(ids) => <span class="input"><input {...ids} value={tz} list="rm-zones" autocomplete="off" onInput={(e) => setTz(e.currentTarget.value)} /></span>}</Field>
                    <datalist id="rm-zones">{(Intl.supportedValuesOf?.('timeZone') ?? []).map((z) => <option key={z} value={z} />)}</datalist>
                </div>}
                {error && <p class="form-error" role="alert">{error.message}</p>}
                {preview && <>
                    <div class="row wrap">
                        <b>{t.any(`s_${preview.source}`, preview.source)}</b>
                        {preview.channels.length > 1 && <Select value={preview.channel.id} aria-label={t('channel')} options={preview.channels.map((c) => ({ value: c.id, label: `#${c.name}` }))} onChange={(v) => setChannel(v)} />}
                        <span role="status">{t('found', { n: preview.messages })}{preview.known > 0 && ` · ${t('known', { n: preview.known })}`}{preview.skipped > 0 && ` · ${t('skipped', { n: preview.skipped })}`}{preview.outside > 0 && ` · ${t('outside', { n: preview.outside })}`}</span>
                        {preview.first_at && <span class="quiet">{dayClock(preview.first_at)} – {dayClock(preview.last_at!)}</span>}
                        {!pasted && (preview.outside > 0 || all) && <Button kind="plain" onClick={() => setAll(!all)}>{all ? t('around') : t('take_all')}</Button>}
                    </div>
                    <ul class="items rm-import-people">{preview.people.slice(0, 60).map((p) => (
                        <li key={p.key}><span class="grow">{p.name}{p.email && <span class="quiet"> {p.email}</span>} <span class="quiet">{p.messages}</span></span>
                            <PeoplePicker label={t('is', { who: p.name })} placeholder={t('nobody')} value={p.user ? [p.user] : []} onChange={(v: Person[]) => setPeople({ ...people, [p.key]: v[v.length - 1]?.id ?? '' })} /></li>
                    ))}</ul>
                    <div class="rm-import-sample">{preview.sample.map((m, i) => (
                        <p key={i} class={m.known ? 'quiet' : ''}><time class="quiet">{dayClock(m.at)}</time> <b>{m.reply ? '↳ ' : ''}{m.author}</b> <Rich text={m.text.slice(0, 300)} names={[]} />{m.files > 0 && <span class="quiet"> +{m.files}</span>}</p>
                    ))}</div>
                </>}
            </div>
        </Dialog>
    );
}

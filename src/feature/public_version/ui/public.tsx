/** The text for readers outside: written on the left, seen as they will see it on the right. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Check, Copyable, Dialog, Failed, Field, Icon, Input, Skeleton, TextArea, confirm, toast, toastError, useForm } from 'kit';
import { api } from 'app/api';
import { may } from 'app/registry';
import { useResource } from 'app/resource';
import { me } from 'app/session';
import { openReport } from './public-layer';
import { t } from './strings';

type Public = { title: string; summary: string; happened: string; doing: string; figures: string[]; language: string; url: string | null; published: boolean; changed_since_published: boolean; version: number };
type Draft = Pick<Public, 'title' | 'summary' | 'happened' | 'doing' | 'figures'>;
const FIGURES = ['started_at', 'ended_at', 'duration'] as const;
const close = () => { openReport.value = null; };

export default function PublicVersion() {
    const report = openReport.value!;
    const base = `/reports/${report}/public-version`;
    const r = useResource<Public>(`public ${report}`, () => api.get<Public>(base));
    if (!r.data) return <Dialog full title={t('public_version')} onClose={close}>{r.error ? <Failed error={r.error} retry={r.reload} /> : <Skeleton lines={10} />}</Dialog>;
    return <Edit report={report} base={base} p={r.data} set={r.set} />;
}

/** Text with pictures: chosen, pasted or dropped, they stand where the cursor is. */
function Words({ report, value, onChange, ...rest }: { report: string; value: string; onChange: (v: string) => void; rows: number; id?: string }) {
    const box = useRef<HTMLDivElement>(null);
    const [busy, setBusy] = useState(false);
    const now = useRef(value);
    now.current = value;
    const add = async (files: Iterable<File>) => {
        const pictures = [...files].filter((f) => f.type.startsWith('image/'));
        if (!pictures.length) return;
        const at = box.current?.querySelector('textarea')?.selectionEnd ?? now.current.length;
        setBusy(true);
        try {
            const made: string[] = [];
            for (const f of pictures) made.push(`![${f.name.replace(/\.[^.]*$/, '').replace(/[[\]\\]/g, ' ')}](${(await api.upload<{ url: string }>(`/reports/${report}/files`, f)).url})`);
            const before = now.current.slice(0, at).replace(/\s+$/, ''), after = now.current.slice(at).replace(/^\s+/, '');
            onChange([before, ...made, after].filter(Boolean).join('\n\n'));
        } catch (e) {
            toastError(e);
        }
        setBusy(false);
    };
    const choose = () => {
        const input = document.createElement('input');
        input.type = 'file';
        input.accept = 'image/png,image/jpeg,image/webp,image/gif';
        input.onchange = () => void add(input.files ?? []);
        input.click();
    };
    const take = (e: Event, data: DataTransfer | null) => { if (data?.files.length) { e.preventDefault(); void add(data.files); } };
    return (
        <div ref={box} class="public-words" onPaste={(e) => take(e, e.clipboardData)} onDragOver={(e) => { if (e.dataTransfer?.types.includes('Files')) e.preventDefault(); }} onDrop={(e) => take(e, e.dataTransfer)}>
            <TextArea {...rest} value={value} onChange={onChange} />
            <Button kind="plain" icon="image" busy={busy} onClick={choose}>{t('add_picture')}</Button>
        </div>
    );
}

function Edit({ report, base, p, set }: { report: string; base: string; p: Public; set: (p: Public) => void }) {
    const [d, setD] = useState<Draft>({ title: p.title, summary: p.summary, happened: p.happened, doing: p.doing, figures: p.figures });
    const [html, setHtml] = useState<string | null>(null);
    const form = useForm();
    const body = JSON.stringify(d);
    const dirty = FIELDS.some((k) => d[k] !== p[k]) || d.figures.join() !== p.figures.join();
    const fit = (part: Partial<Draft>) => { setD({ ...d, ...part }); form.clear(); };
    useEffect(() => {
        let stale = false;
        const wait = setTimeout(() => {
            api.post<{ html: string }>(`${base}/preview`, { ...d, language: p.language }).then((x) => { if (!stale) setHtml(x.html); }, () => {});
        }, html === null ? 0 : 300);
        return () => { stale = true; clearTimeout(wait); };
    }, [body]);
    const save = () => form.submit(async () => {
        set(await api.patch<Public>(base, d, p.version));
        toast(t('saved'));
    });
    const publish = async () => {
        if (dirty && !(await save())) return;
        if (!(await confirm({ title: t('publish_title'), body: t('publish_body'), action: t('publish') }))) return;
        await form.submit(async () => { set(await api.post<Public>(`${base}/publish`)); });
    };
    const withdraw = async () => {
        try {
            await api.post(`${base}/withdraw`);
            set({ ...p, published: false, url: null });
        } catch (e) {
            toastError(e);
        }
    };
    const area = (key: 'summary' | 'happened' | 'doing', rows: number) => <Field label={t(key)} help={t(`${key}_help`)} error={form.field(key)}>{(x) => <Words {...x} report={report} rows={rows} value={d[key]} onChange={(v) => fit({ [key]: v })} />}</Field>;
    return (
        <Dialog full title={t('public_version')} onClose={close} footer={<>
            {form.general([...FIELDS, 'figures']) && <span class="form-error grow" role="alert">{form.general([...FIELDS, 'figures'])}</span>}
            {p.published && <Button kind="danger" onClick={withdraw}>{t('withdraw')}</Button>}
            <Button busy={form.busy} disabled={!dirty} onClick={save}>{t('save')}</Button>
            {may(me().role, 'manager') && <Button kind="primary" busy={form.busy} disabled={p.published && !p.changed_since_published && !dirty} onClick={publish}>{p.published ? t('publish_again') : t('publish')}</Button>}
        </>}>
            <div class="write">
                <div class="write-side form public-form">
                    <p class="quiet">{t('lead')}</p>
                    {p.url && <Field label={t('address')}>{() => <Copyable text={p.url!} label={t('address')} />}</Field>}
                    <Field label={t('title')} error={form.field('title')}>{(x) => <Input {...x} maxLength={250} value={d.title} onChange={(title) => fit({ title })} />}</Field>
                    {area('summary', 3)}{area('happened', 6)}{area('doing', 4)}
                    <fieldset class="public-figures"><legend>{t('figures')}</legend>{FIGURES.map((k) => <Check key={k} checked={d.figures.includes(k)} onChange={(on) => fit({ figures: FIGURES.filter((f) => (f === k ? on : d.figures.includes(f))) })}>{t(k)}</Check>)}</fieldset>
                </div>
                <div class="write-preview" aria-label={t('preview')} role="region" tabIndex={0}>
                    <p class="write-over"><Icon name="eye" small />{t('preview')}</p>
                    {html === null ? <Skeleton lines={10} /> : <article class="doc" lang={p.language} dangerouslySetInnerHTML={{ __html: html }} />}
                </div>
            </div>
        </Dialog>
    );
}

const FIELDS = ['title', 'summary', 'happened', 'doing'] as const;

/** A document of another program becomes a post-mortem: choose it, look at it, say what it is about, take it in. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Combobox, DateTime, Dialog, Failed, Field, Icon, Input, Select, Skeleton, toast, type Option } from 'kit';
import { api, ApiError, withQuery } from 'app/api';
import { navigate } from 'app/router';
import type { IncidentRef, Page } from 'app/types';
import { importing } from './import-layer';
import { t } from './strings';

type Read = { title: string; language: string; started_at: string | null; html: string | null; headings: number; tables: number; lists: number; pictures: number; pictures_elsewhere: number; warnings: string[];
    report: { id: string; reference: string } | null };

const close = () => { importing.value = false; };
const TYPES = '.docx,.html,.htm,.md,.markdown,.zip';

export default function Import() {
    const [file, setFile] = useState<File | null>(null);
    return file ? <Look file={file} onBack={() => setFile(null)} /> : <Choose onChoose={setFile} />;
}

function Choose({ onChoose }: { onChoose: (f: File) => void }) {
    const input = useRef<HTMLInputElement>(null);
    const [over, setOver] = useState(false);
    return (
        <Dialog title={t('import_report')} onClose={close} footer={<><Button onClick={close}>{t('cancel')}</Button><Button kind="primary" icon="up" data-autofocus onClick={() => input.current?.click()}>{t('choose_file')}</Button></>}>
            <input ref={input} type="file" accept={TYPES} hidden onChange={(e) => { const f = e.currentTarget.files?.[0]; if (f) onChoose(f); }} />
            <div class={`import-drop ${over ? 'over' : ''}`} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
                onDrop={(e) => { e.preventDefault(); const f = e.dataTransfer?.files[0]; if (f) onChoose(f); }}>
                <Icon name="doc" /><p>{t('drop')}</p>
            </div>
            <dl class="import-help"><dt>Word</dt><dd>{t('help_docx')}</dd><dt>Google Docs</dt><dd>{t('help_google')}</dd><dt>Confluence</dt><dd>{t('help_confluence')}</dd><dt>Markdown</dt><dd>{t('help_markdown')}</dd></dl>
        </Dialog>
    );
}

function Look({ file, onBack }: { file: File; onBack: () => void }) {
    const [read, setRead] = useState<Read | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    const [f, setF] = useState({ title: '', language: 'en', started_at: null as string | null, incident: null as Option | null });
    const [busy, setBusy] = useState(false);
    const path = (q: Record<string, string | boolean | null>) => withQuery('/report-imports', { name: file.name, ...q });
    useEffect(() => {
        let stale = false;
        api.upload<Read>(path({ preview: true }), file).then((r) => {
            if (stale) return;
            setRead(r);
            setF((old) => ({ ...old, title: r.title, language: r.language, started_at: r.started_at }));
        }, (e: ApiError) => { if (!stale) setError(e); });
        return () => { stale = true; };
    }, [file]);
    const take = async () => {
        setBusy(true);
        try {
            const made = await api.upload<Read>(path({ title: f.title, language: f.language, started_at: f.incident ? null : f.started_at, incident: f.incident?.value ?? null }), file);
            close();
            toast(made.warnings.length ? t('imported_but', { reference: made.report!.reference, why: made.warnings[0]! }) : t('imported', { reference: made.report!.reference }));
            navigate(`/reports/${made.report!.reference}/edit`);
        } catch (e) {
            setError(e as ApiError);
            setBusy(false);
        }
    };
    const search = async (q: string): Promise<Option[]> => (await api.get<Page<IncidentRef>>('/incidents', { q, limit: 20 })).items.map((i) => ({ value: i.reference, label: `${i.reference} ${i.title}` }));
    return (
        <Dialog full title={t('import_report')} onClose={close} footer={<>
            {read && error && <span class="form-error grow" role="alert">{error.message}</span>}
            <Button onClick={onBack}>{t('other_file')}</Button><Button kind="primary" busy={busy} disabled={!read || !f.title.trim()} onClick={take}>{t('take')}</Button>
        </>}>
            {error && !read ? <Failed error={error} /> : (
                <div class="write">
                    <div class="write-side form">
                        <p class="import-file"><Icon name="doc" /><span class="clip">{file.name}</span></p>
                        {read && <>
                            <Field label={t('title')}>{(p) => <Input {...p} maxLength={250} value={f.title} onChange={(title) => setF({ ...f, title })} />}</Field>
                            <Field label={t('incident')} optional help={f.incident ? undefined : t('incident_help')}>{(p) => <Combobox {...p} icon="search" placeholder={t('incident_new')} value={f.incident ? [f.incident] : []} search={search} onChange={(v) => setF({ ...f, incident: v[0] ?? null })} />}</Field>
                            {!f.incident && <Field label={t('started')} optional help={t('started_help')}>{(p) => <DateTime {...p} value={f.started_at} onChange={(started_at) => setF({ ...f, started_at })} />}</Field>}
                            <Field label={t('language')}>{(p) => <Select {...p} value={f.language} options={[{ value: 'en', label: 'English' }, { value: 'zh', label: '中文' }]} onChange={(language) => setF({ ...f, language })} />}</Field>
                            <p class="quiet">{t('found', { headings: read.headings, tables: read.tables, lists: read.lists, pictures: read.pictures })}</p>
                            {read.pictures_elsewhere > 0 && <p class="quiet">{t('elsewhere', { n: read.pictures_elsewhere })}</p>}
                            {read.warnings.length > 0 && <div class="import-warn"><p>{t('warnings', { n: read.warnings.length })}</p><ul>{read.warnings.map((w, i) => <li key={i}>{w}</li>)}</ul></div>}
                        </>}
                    </div>
                    <div class="write-preview" aria-label={t('preview')} role="region" tabIndex={0}>
                        <p class="write-over"><Icon name="eye" small />{t('preview')}</p>
                        {!read ? <Skeleton lines={12} label={t('reading')} /> : <article class="doc" lang={f.language}><h1>{f.title}</h1><div dangerouslySetInnerHTML={{ __html: read.html ?? '' }} /></article>}
                    </div>
                </div>
            )}
        </Dialog>
    );
}

/** Write post-mortem: choose a template, see it filled in, create. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar, Button, Combobox, Dialog, Failed, Icon, Skeleton, useForm, type Option } from 'kit';
import { api, ApiError } from 'app/api';
import { navigate } from 'app/router';
import { useResource } from 'app/resource';
import { locale } from 'app/i18n';
import { me } from 'app/session';
import type { Incident, IncidentRef, Page, Report, Template } from 'app/types';
import { t } from './strings';
import { writing } from './write-layer';

type Preview = { title: string; html: string };

const close = () => { writing.value = null; };

export default function Write() {
    const [incident, setIncident] = useState(writing.value || '');
    if (!incident) return <ChooseIncident onChoose={setIncident} />;
    return <ChooseTemplate incident={incident} />;
}

function ChooseIncident({ onChoose }: { onChoose: (reference: string) => void }) {
    const search = async (q: string): Promise<Option[]> =>
        (await api.get<Page<IncidentRef & { status: string }>>('/incidents', { q, limit: 20 })).items.map((i) => ({ value: i.reference, label: `${i.reference} ${i.title}`, ...(i.severity ? { note: i.severity } : {}) }));
    return (
        <Dialog title={t('choose_incident')} onClose={close}>
            <p class="soft write-lead">{t('choose_incident_help')}</p>
            <Combobox label={t('choose_incident')} icon="search" autofocus value={[]} search={search} onChange={(v) => v[0] && onChoose(v[0].value)} />
        </Dialog>
    );
}

/** Templates in the order one would want them: what fits the incident, then the reader's language, then the default. */
function sorted(all: Template[]): Template[] {
    const rank = (x: Template) => (x.suggested ? 0 : 4) + (x.language === locale.value ? 0 : 2) + (x.is_default ? 0 : 1);
    return [...all].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function ChooseTemplate({ incident }: { incident: string }) {
    const record = useResource(`incident ${incident}`, () => api.get<Incident & { reports?: { reference: string; title: string; state: string }[] }>(`/incidents/${incident}`));
    const templates = useResource(`templates ${incident} ${locale.value}`, () => api.all<Template>('/templates', { incident }));
    const [chosen, setChosen] = useState<string | null>(null);
    const [preview, setPreview] = useState<Preview | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    const form = useForm();
    const kept = useRef(new Map<string, Preview>());
    const list = sorted(templates.data ?? []);
    const id = chosen ?? list[0]?.id ?? null;
    useEffect(() => {
        if (!id || !record.data) return;
        const have = kept.current.get(id);
        setPreview(have ?? null);
        setError(null);
        if (have) return;
        let stale = false;
        api.post<Preview>('/reports/preview', { incident_id: record.data.id, template_id: id }).then((p) => {
            kept.current.set(id, p);
            if (!stale) setPreview(p);
        }, (e: ApiError) => { if (!stale) setError(e); });
        return () => { stale = true; };
    }, [id, record.data?.id]);
    const create = async () => {
        const template = list.find((x) => x.id === id);
        let made: Report | undefined;
        const ok = await form.submit(async () => {
            made = await api.post<Report>('/reports', { incident_ids: [record.data!.id], template_id: id, language: template?.language ?? locale.value, owner_id: me().id });
        });
        if (ok && made) {
            close();
            navigate(`/reports/${made.reference}/edit`);
        }
    };
    const old = record.data?.reports ?? [];
    const reference = record.data?.reference ?? incident;
    return (
        <Dialog full title={t('write')} onClose={close} footer={<>
            {form.general([]) && <span class="form-error grow" role="alert">{form.general([])}</span>}
            <Button onClick={close}>{t('cancel')}</Button>
            <Button kind="primary" busy={form.busy} disabled={!id || !record.data} onClick={create}>{t('create')}</Button>
        </>}>
            {record.error ? <Failed error={record.error} retry={record.reload} /> : (
                <div class="write">
                    <div class="write-side">
                        {old.length > 0 && <div class="write-old">
                            <p class="soft">{t('existing', { n: old.length })}</p>
                            {old.map((r) => <a key={r.reference} class="link row" href={`/reports/${r.reference}${r.state === 'published' ? '' : '/edit'}`} onClick={close}><Icon name="doc" small />{r.reference}</a>)}
                        </div>}
                        <h3>{t('choose_template')}</h3>
                        {templates.error ? <Failed error={templates.error} retry={templates.reload} /> : !templates.data ? <Skeleton lines={4} /> : list.length === 0 ? <p class="soft">{t('no_templates')}</p> : (
                            <div role="radiogroup" aria-label={t('choose_template')} class="write-list">
                                {list.map((x) => (
                                    <label key={x.id} class="choice" lang={x.language}>
                                        <input type="radio" name="template" checked={x.id === id} onChange={() => setChosen(x.id)} />
                                        <b>{x.name} {x.is_default && <small class="quiet">{t('default')}</small>}</b>
                                        <span>{x.description}</span>
                                    </label>
                                ))}
                            </div>
                        )}
                    </div>
                    <div class="write-preview" aria-label={t('preview', { incident: reference })} role="region" tabIndex={0}>
                        <p class="write-over"><Icon name="eye" small />{t('preview', { incident: reference })}<span class="grow" /><Avatar person={me()} /></p>
                        {error ? <Failed error={error} /> : !preview ? <Skeleton lines={12} label={t('previewing')} /> : (
                            <article class="doc"><h1>{preview.title}</h1><div dangerouslySetInnerHTML={{ __html: preview.html }} /></article>
                        )}
                    </div>
                </div>
            )}
        </Dialog>
    );
}

/** A template being written: its sections on the left, a real incident poured into it on the right. */
import type { HTMLAttributes, LiHTMLAttributes } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Check, Combobox, Failed, Field, Icon, IconButton, Input, MenuButton, RefPicker, Select, Skeleton, TextArea, ToggleChip, Topbar, toast, toastError, useForm, type Option } from 'kit';
import { api, ApiError } from 'app/api';
import { locale } from 'app/i18n';
import { may } from 'app/registry';
import { useResource } from 'app/resource';
import { beforeLeave, navigate, type ScreenProps } from 'app/router';
import { me } from 'app/session';
import type { IncidentRef, Page, Ref, Template } from 'app/types';
import type { Name } from './check';
import { fileItems, readFile, takeRead } from './file';
import { Prefill } from './prefill';
import { t } from './strings';

type Section = Template['sections'][number];
type Match = { severity: string[]; kind: string[]; team_id: string | null; channel_id: string | null };
const ANY: Match = { severity: [], kind: [], team_id: null, channel_id: null };
type Draft = { name: string; language: 'en' | 'zh'; description: string; team: { id: string; name: string } | null; match: Match; sections: Section[] };

const KINDS = ['standard', 'retrospective', 'drill', 'near_miss'] as const;
const section = (): Section => ({ heading: '', guide: '', prefill: '', required: false, ai: 'on', ai_instructions: '', key: '' });
const draftOf = (x: Template): Draft => ({ name: x.name, language: x.language as 'en', description: x.description, team: x.team, sections: x.sections,
    match: { ...ANY, ...(x.match as Partial<Match> | null) } });
/** A file that was chosen in the list begins a template that is not saved yet. */
function fromFile(): Draft | null {
    const f = takeRead();
    return f && { name: f.name, language: f.language === 'zh' ? 'zh' : f.language === 'en' ? 'en' : locale.value, description: f.description, team: null,
        match: { ...ANY, ...(f.match as Partial<Match> | null) }, sections: f.sections };
}
const fresh = (): Draft => ({ name: '', language: locale.value, description: '', team: null, match: ANY, sections: [section()] });
const bodyOf = (d: Draft) => {
    const { severity, kind, team_id, channel_id } = d.match;
    const any = severity.length || kind.length || team_id || channel_id;
    return { name: d.name, language: d.language, description: d.description, team_id: d.team?.id ?? null, sections: d.sections, match: any ? { severity, kind, ...(team_id ? { team_id } : {}), ...(channel_id ? { channel_id } : {}) } : null };
};

export default function Editor({ params }: ScreenProps) {
    const id = params.id === 'new' ? null : params.id!;
    const record = useResource<Template>(id && `template ${id}`, () => api.get<Template>(`/templates/${id}`));
    if (id && record.error && !record.data) return <Failed error={record.error} retry={record.reload} />;
    if (id && !record.data) return <div class="page"><Skeleton lines={10} /></div>;
    return <Form key={`${id} ${record.data?.version}`} template={record.data ?? null} onSaved={record.set} />;
}

function Form({ template, onSaved }: { template: Template | null; onSaved: (x: Template) => void }) {
    const [read] = useState(() => (template ? null : fromFile()));
    const [d, setD] = useState<Draft>(() => (template ? draftOf(template) : read ?? fresh()));
    const [dirty, setDirty] = useState(!!read);
    const names = useResource('template-variables', () => api.all<Name>('/template-variables'));
    const form = useForm();
    const locked = !!template?.built_in || !may(me().role, 'manager');
    const set = (part: Partial<Draft>) => { setD({ ...d, ...part }); setDirty(true); kept.current = false; form.clear(); };
    const kept = useRef(false);                              /* saved, though the question below may still be set up */
    useEffect(() => (dirty ? beforeLeave(() => kept.current || window.confirm(t('unsaved'))) : undefined), [dirty]);
    const save = async () => {
        let saved: Template | undefined;
        const ok = await form.submit(async () => {
            saved = template ? await api.patch<Template>(`/templates/${template.id}`, bodyOf(d), template.version) : await api.post<Template>('/templates', bodyOf(d));
        });
        if (!ok || !saved) return;
        setDirty(false);
        kept.current = true;
        toast(t('saved'));
        if (template) onSaved(saved);
        else setTimeout(() => navigate(`/templates/${saved!.id}`, { replace: true }));
    };
    const drag = useDrag((from, to) => set({ sections: moved(d.sections, from, to - from) }));
    const copy = async () => {
        try {
            navigate(`/templates/${(await api.post<Template>(`/templates/${template!.id}/copy`, {})).id}`);
        } catch (e) {
            toastError(e);
        }
    };
    return <>
        <Topbar crumbs={[{ label: t('templates'), href: '/templates' }, { label: template?.name ?? t('new_template') }]}>
            {!locked && <Button kind="primary" busy={form.busy} disabled={!dirty} onClick={save}>{t('save')}</Button>}
            {template?.built_in && may(me().role, 'manager') && <Button kind="primary" icon="copy" onClick={copy}>{t('copy_it')}</Button>}
            <MenuButton class="btn plain icon" chevron={false} align="end" label={t('more')} items={[
                ...(template ? fileItems(template) : []),
                !locked && { label: t('import_into'), icon: 'up', onSelect: () => void readFile((f) => set({ sections: f.sections, ...(f.description ? { description: f.description } : {}), ...(d.name ? {} : { name: f.name }) })) },
            ]}><Icon name="more" /></MenuButton>
        </Topbar>
        <div class="tpl">
            <form class="form tpl-form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                {locked && <p class="tpl-note"><Icon name="info" />{template?.built_in ? t('copy_to_change') : t('not_allowed')}</p>}
                {form.general(['name', 'language', 'description', 'team_id', 'sections', ...d.sections.flatMap((_, i) => [`sections[${i}].prefill`, `sections[${i}].heading`])]) && <p class="form-error" role="alert">{form.general([])}</p>}
                <div class="two">
                    <Field label={t('name')} error={form.field('name')}>{(p) => <Input {...p} disabled={locked} maxLength={100} value={d.name} onChange={(name) => set({ name })} />}</Field>
                    <Field label={t('language')} error={form.field('language')}>{(p) => <Select {...p} disabled={locked} value={d.language} options={[{ value: 'en', label: t('en') }, { value: 'zh', label: t('zh') }]} onChange={(language) => set({ language })} />}</Field>
                </div>
                <Field label={t('description')} optional error={form.field('description')}>{(p) => <Input {...p} disabled={locked} maxLength={300} value={d.description} onChange={(description) => set({ description })} />}</Field>
                {!locked && <MatchFields d={d} set={set} error={form.field} />}
                <h2>{t('sections')}</h2>
                <ol class="tpl-sections">{d.sections.map((s, i) => (
                    <SectionFields key={s.key || i} s={s} i={i} n={d.sections.length} locked={locked} names={names.data ?? []} error={form.field} lang={d.language}
                        onChange={(part) => set({ sections: d.sections.map((x, k) => (k === i ? { ...x, ...part } : x)) })}
                        onMove={(step) => set({ sections: moved(d.sections, i, step) })} drag={drag(i)}
                        onRemove={() => set({ sections: d.sections.filter((_, k) => k !== i) })} />
                ))}</ol>
                {form.field('sections') && <p class="err">{form.field('sections')}</p>}
                {!locked && <div><Button icon="plus" onClick={() => set({ sections: [...d.sections, section()] })}>{t('add_section')}</Button></div>}
            </form>
            <Preview d={d} />
        </div>
    </>;
}

function moved<T>(list: T[], from: number, step: number): T[] {
    const next = [...list];
    const [x] = next.splice(from, 1);
    next.splice(from + step, 0, x!);
    return next;
}

type Drag = { over: boolean; handle: HTMLAttributes<HTMLSpanElement>; row: LiHTMLAttributes<HTMLLIElement> };

/** Sections are moved by their handle; the arrows beside it do the same for the keyboard. */
function useDrag(move: (from: number, to: number) => void): (i: number) => Drag {
    const from = useRef<number | null>(null);
    const [over, setOver] = useState<number | null>(null);
    return (i) => ({
        over: over === i,
        handle: {
            draggable: true,
            onDragStart: (e) => {
                from.current = i;
                e.dataTransfer!.effectAllowed = 'move';
                e.dataTransfer!.setData('text/plain', String(i));
                const row = (e.currentTarget as HTMLElement).closest('li');
                if (row) e.dataTransfer!.setDragImage(row, 12, 12);
            },
            onDragEnd: () => { from.current = null; setOver(null); },
        },
        row: {
            onDragOver: (e) => { if (from.current !== null) { e.preventDefault(); setOver(i); } },
            onDrop: (e) => {
                e.preventDefault();
                if (from.current !== null && from.current !== i) move(from.current, i);
                from.current = null;
                setOver(null);
            },
        },
    });
}

function MatchFields({ d, set, error }: { d: Draft; set: (part: Partial<Draft>) => void; error: (f: string) => string | undefined }) {
    const m = d.match;
    const flip = (key: 'severity' | 'kind', v: string, on: boolean) => set({ match: { ...m, [key]: on ? [...m[key], v] : m[key].filter((x) => x !== v) } });
    return (
        <fieldset class="tpl-match">
            <legend>{t('match')}</legend>
            <p class="quiet">{t('match_help')}</p>
            <div class="chips">
                {['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'].map((v) => <ToggleChip key={v} on={m.severity.includes(v)} onChange={(on) => flip('severity', v, on)}>{v}</ToggleChip>)}
                <span class="tpl-gap" />
                {KINDS.map((v) => <ToggleChip key={v} on={m.kind.includes(v)} onChange={(on) => flip('kind', v, on)}>{t(v)}</ToggleChip>)}
            </div>
            <div class="two">
                <Field label={t('match_team')} optional error={error('match.team_id')}>{(p) => <ByName {...p} path="/teams" chosen={m.team_id} none={t('any_team')} onChange={(team_id) => set({ match: { ...m, team_id } })} />}</Field>
                <Field label={t('match_channel')} optional error={error('match.channel_id')}>{(p) => <ByName {...p} path="/channels" chosen={m.channel_id} none={t('any_channel')} onChange={(channel_id) => set({ match: { ...m, channel_id } })} />}</Field>
            </div>
            <Field label={t('team')} optional help={t('team_help')} error={error('team_id')}>{(p) => <RefPicker {...p} path="/teams" placeholder={t('anyone')} value={d.team ? [d.team] : []} onChange={(r) => set({ team: r[0] ?? null })} />}</Field>
        </fieldset>
    );
}

/** A rule keeps the id of a team or channel; people read its name. One that is gone is said, and can be taken out. */
function ByName({ path, chosen, none, onChange, ...field }: { path: '/teams' | '/channels'; chosen: string | null; none: string; onChange: (id: string | null) => void; id?: string }) {
    const all = useResource(`names ${path}`, () => api.all<Ref>(path), [path.slice(1)]);
    const one = chosen ? all.data?.find((x) => x.id === chosen) ?? { id: chosen, name: all.data ? t('gone') : '…' } : null;
    return <RefPicker {...field} path={path} placeholder={none} value={one ? [one] : []} onChange={(r) => onChange(r[0]?.id ?? null)} />;
}

function SectionFields({ s, i, n, locked, names, error, lang, onChange, onMove, onRemove, drag }: {
    s: Section; i: number; n: number; locked: boolean; names: Name[]; error: (f: string) => string | undefined; lang: string;
    onChange: (part: Partial<Section>) => void; onMove: (step: number) => void; onRemove: () => void; drag: Drag;
}) {
    return (
        <li class={`tpl-section ${drag.over ? 'over' : ''}`} lang={lang} {...(locked ? {} : drag.row)}>
            <div class="row">
                {!locked && n > 1 && <span class="tpl-grip" title={t('drag')} aria-hidden="true" {...drag.handle}><Icon name="grip" /></span>}
                <Input class="grow tpl-heading" aria-label={t('heading')} placeholder={t('section', { n: i + 1 })} disabled={locked} maxLength={200} value={s.heading} onChange={(heading) => onChange({ heading })} />
                {!locked && <>
                    <IconButton icon="down" class="up" label={t('up')} disabled={i === 0} onClick={() => onMove(-1)} />
                    <IconButton icon="down" label={t('down')} disabled={i === n - 1} onClick={() => onMove(1)} />
                    <IconButton icon="trash" label={t('delete_section')} disabled={n === 1} onClick={onRemove} />
                </>}
            </div>
            {error(`sections[${i}].heading`) && <p class="err">{error(`sections[${i}].heading`)}</p>}
            <Field label={t('guide')} help={i === 0 ? t('guide_help') : undefined}>{(p) => <TextArea {...p} rows={2} disabled={locked} maxLength={2000} value={s.guide} onChange={(guide) => onChange({ guide })} />}</Field>
            <Field label={t('prefill')} help={i === 0 ? t('prefill_help') : undefined}>{(p) => <Prefill id={p.id} names={names} disabled={locked} error={error(`sections[${i}].prefill`)} value={s.prefill} onChange={(prefill) => onChange({ prefill })} />}</Field>
            <div class="tpl-foot">
                <Check checked={s.required} disabled={locked} onChange={(required) => onChange({ required })}>{t('required')}</Check>
                <label class="tpl-ai"><span>{t('ai')}</span><Select disabled={locked} value={s.ai} options={(['on', 'off', 'instructions'] as const).map((v) => ({ value: v, label: t(`ai_${v}`) }))} onChange={(ai) => onChange({ ai })} /></label>
            </div>
            {s.ai === 'instructions' && <Field label={t('ai_text')} error={error(`sections[${i}].ai_instructions`)}>{(p) => <TextArea {...p} rows={2} disabled={locked} maxLength={4000} value={s.ai_instructions} onChange={(ai_instructions) => onChange({ ai_instructions })} />}</Field>}
        </li>
    );
}

const label = (i: IncidentRef) => `${i.reference} ${i.title}`;

/** Asks the server half a second after the last change. What it says about a mistake stands at the section. */
function Preview({ d }: { d: Draft }) {
    const first = useResource('preview incident', () => api.get<Page<IncidentRef>>('/incidents', { limit: 1, sort: 'newest' }));
    const [chosen, setChosen] = useState<Option | null>(null);
    const [html, setHtml] = useState<string | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    const one = first.data?.items[0];
    const incident = chosen ?? (one ? { value: one.reference, label: label(one) } : null);
    const sections = JSON.stringify(d.sections);
    useEffect(() => {
        if (!incident) return;
        let stale = false;
        const wait = setTimeout(() => {
            const asked = d.sections.map((s, i) => ({ ...s, heading: s.heading || t('section', { n: i + 1 }) }));
            api.post<{ html: string }>('/templates/preview', { incident_id: incident.value, template: { name: d.name || '–', language: d.language, sections: asked } }).then((p) => {
                if (stale) return;
                setHtml(p.html);
                setError(null);
            }, (e: ApiError) => { if (!stale) setError(e); });
        }, html === null ? 0 : 400);
        return () => { stale = true; clearTimeout(wait); };
    }, [incident?.value, sections, d.language]);
    const search = async (q: string): Promise<Option[]> => (await api.get<Page<IncidentRef>>('/incidents', { q, limit: 20 })).items.map((i) => ({ value: i.reference, label: label(i) }));
    return (
        <aside class="tpl-preview" aria-label={t('preview')}>
            <div class="row"><span class="quiet nowrap">{t('preview_with')}</span><div class="grow"><Combobox label={t('choose')} icon="search" placeholder={t('choose')} value={incident ? [incident] : []} search={search} onChange={(v) => setChosen(v[0] ?? null)} /></div></div>
            {first.data && !incident ? <p class="quiet">{t('no_incidents')}</p>
                : error ? <p class="tpl-note" role="status"><Icon name="info" /><span>{t('wrong')} {error.fields[0]?.detail ?? error.message}</span></p>
                : html === null ? <Skeleton lines={12} /> : null}
            {html !== null && <article class={`doc ${error ? 'stale' : ''}`} lang={d.language} dangerouslySetInnerHTML={{ __html: html }} />}
        </aside>
    );
}

/** Overview: what happened in two sentences, what it hurt, how it was found, what set it off. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button, Icon, IconButton, TextArea, Time } from 'kit';
import { Ask } from '../../draft/ui/ask';
import type { Editing } from './incident';
import { Prose } from './prose';
import { impactFacts, impactLength } from './side';
import { t } from './strings';

function Part({ title, n, action, children }: { title: string; n?: number; action?: ComponentChildren; children: ComponentChildren }) {
    return <section class="block over"><header><h2>{title}{n ? <span class="n"> {n}</span> : null}</h2>{action}</header>{children}</section>;
}

function Summary({ editing }: { editing: Editing }) {
    const i = editing.incident;
    const [text, setText] = useState<string | null>(null);
    const save = async () => {
        if (text !== null && (text === i.summary || await editing.patch({ summary: text }))) setText(null);
    };
    if (text !== null) {
        return (
            <Part title={t('summary')}>
                <TextArea value={text} onChange={setText} rows={4} aria-label={t('summary')} ref={focus}
                    onKeyDown={(e: KeyboardEvent) => { if (e.key === 'Enter' && (e.metaKey || e.ctrlKey)) void save(); if (e.key === 'Escape') setText(null); }} />
                <div class="row over-actions"><Button kind="primary" onClick={save}>{t('save')}</Button><Button onClick={() => setText(null)}>{t('cancel')}</Button></div>
            </Part>
        );
    }
    return (
        <Part title={t('summary')} action={i.can_edit && <IconButton icon="pen" small label={t('edit')} onClick={() => setText(i.summary)} />}>
            {i.summary ? <Prose text={i.summary} /> : i.can_edit ? <button type="button" class="quiet left" onClick={() => setText('')}>{t('summary_empty')}</button> : <p class="quiet">{t('summary_empty')}</p>}
        </Part>
    );
}
const focus = (el: unknown) => { (el as HTMLElement | null)?.focus?.(); };

export function Overview({ editing }: { editing: Editing }) {
    const i = editing.incident;
    const pen = (name: Parameters<Editing['open']>[0]) => i.can_edit && <IconButton icon="pen" small label={t('edit')} onClick={() => editing.open(name)} />;
    return (
        <div class="overview">
            <Summary editing={editing} />
            <Part title={t('impacts')} n={i.impacts.length} action={i.can_edit && <Button icon="plus" onClick={() => editing.open('impact')}>{t('add_impact')}</Button>}>
                {i.impacts.length === 0 ? <p class="quiet">{t('impacts_empty')}</p> : (
                    <ul class="over-impacts">{i.impacts.map((m) => (
                        <li key={m.id}>
                            <div class="row"><b class="grow">{m.title}</b><span class="soft">{impactLength(m)}</span>{i.can_edit && <IconButton icon="pen" small label={t('edit_impact')} onClick={() => editing.open('impact', m.id)} />}</div>
                            <div class="soft">{impactFacts(m)}{m.services.length > 0 && ` · ${m.services.map((s) => s.name).join(', ')}`}</div>
                            <div class="quiet">{m.started_at ? <><Time at={m.started_at} /> – {m.ended_at ? <Time at={m.ended_at} as="clock" /> : t('lasts')}</> : t('not_set')}</div>
                            {m.description && <Prose text={m.description} />}
                        </li>
                    ))}</ul>
                )}
            </Part>
            <Part title={`${t('detection_long')}, ${t('trigger')}`} action={pen('detection')}>
                <dl class="dl wide">
                    <dt>{t('detection')}</dt><dd>{i.detection ? t.any(`detection_${i.detection}`) : <span class="quiet">{t('not_set')}</span>}{i.detection_note && <Prose text={i.detection_note} />}</dd>
                    <dt>{t('trigger')}</dt><dd>{i.trigger ? t.any(`trigger_${i.trigger}`) : <span class="quiet">{t('not_set')}</span>}{i.trigger_note && <Prose text={i.trigger_note} />}</dd>
                </dl>
            </Part>
            <Part title={t('causes_long')} n={i.causes.length} action={i.can_edit && <Button icon={i.causes.length ? 'pen' : 'plus'} onClick={() => editing.open('causes')}>{i.causes.length ? t('edit') : t('add_causes')}</Button>}>
                {i.causes.length === 0 ? <p class="quiet">{t('not_set')}</p> : (
                    <ol class="over-causes">{i.causes.map((c) => <li key={c.key}><b>{c.name}</b>{c.note && <Prose text={c.note} />}</li>)}</ol>
                )}
            </Part>
            <Part title={t('labels')} action={pen('labels')}>
                {Object.keys(i.labels ?? {}).length + Object.keys(i.custom_fields ?? {}).length === 0 ? <p class="quiet">{t('not_set')}</p> : <>
                    <div class="chips">{Object.entries(i.labels ?? {}).map(([k, v]) => <span class="chip" key={k}>{k} <b>{v}</b></span>)}</div>
                    {Object.keys(i.custom_fields ?? {}).length > 0 && <dl class="dl wide custom">{Object.entries(i.custom_fields ?? {}).map(([k, v]) => [<dt key={k}>{k}</dt>, <dd key={`${k} v`}>{typeof v === 'string' ? v : JSON.stringify(v)}</dd>])}</dl>}
                </>}
            </Part>
            {i.links.length > 0 && (
                <Part title={t('linked')}>
                    <ul class="items">{i.links.map((l) => <li key={l.id}><span class="quiet">{t.any(`relation_${l.relation}`)}</span><a class="grow clip" href={`/incidents/${l.reference}`}><span class="ref">{l.reference}</span> <span class="strong">{l.title}</span></a><Icon name="right" small /></li>)}</ul>
                </Part>
            )}
            <Ask of={`/incidents/${i.id}`} topic={`incident:${i.id}`} incident={i.id} />
        </div>
    );
}

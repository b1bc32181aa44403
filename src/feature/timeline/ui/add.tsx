/** Adds an event, or edits one. What Hindsight recorded keeps its words; its time can be corrected. */
import { useState } from 'preact/hooks';
import { Button, Check, DateTime, Dialog, Field, Input, Segmented, Select, TextArea, useForm } from 'kit';
import { api } from 'app/api';
import type { Incident } from '../../incident/ui/types';
import { handKinds, phases, type Event } from './model';
import { t } from './strings';

const word = (e: Event | null, key: string) => (typeof e?.data?.[key] === 'string' ? (e.data[key] as string) : '');

export function EventDialog({ incident, event, onClose, onSaved }: { incident: Incident; event: Event | null; onClose: () => void; onSaved: () => Promise<void> }) {
    const [kind, setKind] = useState<string>(event?.kind ?? 'note');
    const [title, setTitle] = useState(event?.title ?? '');
    const [body, setBody] = useState(event?.body ?? '');
    const [at, setAt] = useState<string | null>(event?.occurred_at ?? null);
    const [known, setKnown] = useState(word(event, 'known'));
    const [unknown, setUnknown] = useState(word(event, 'not_known'));
    const [url, setUrl] = useState(event?.evidence?.url ?? '');
    const [state, setState] = useState(event?.state ?? 'open');
    const [phase, setPhase] = useState(event?.phase ?? '');
    const [starred, setStarred] = useState(event?.starred ?? false);
    const form = useForm();
    const words = !event || event.hand_made;
    const send = async () => {
        const path = `/incidents/${incident.id}/timeline`;
        const rest = { ...(at && at !== event?.occurred_at ? { occurred_at: at } : {}), phase: phase || null, starred };
        const own = words ? { title, body, ...(kind === 'decision' ? { known, not_known: unknown } : {}), ...(kind === 'hypothesis' ? { state } : {}),
            ...(url !== (event?.evidence?.url ?? '') ? { evidence: url ? { kind: 'url', url } : null } : {}) } : {};
        const ok = await form.submit(() => (event ? api.patch(`${path}/${event.id}`, { ...own, ...rest }, event.version) : api.post(path, { kind, ...own, ...rest })));
        if (ok) {
            onClose();
            await onSaved();
        }
    };
    const general = form.general(['title', 'body', 'occurred_at', 'evidence.url', 'state']);
    return (
        <Dialog wide title={event ? t('edit_title') : t('add_title')} onClose={onClose} footer={<>
            {general && <span class="form-error grow" role="alert">{general}</span>}
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button kind="primary" busy={form.busy} disabled={words && !title.trim()} onClick={send}>{event ? t('save') : t('add')}</Button>
        </>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void send(); }}>
                {!event && <Segmented label={t('kind')} value={kind} onChange={setKind} options={handKinds.map((k) => ({ value: k as string, label: t.any(`one_${k}`) }))} />}
                {words && <Field label={t.any(`f_title_${kind}`, t('f_title'))} error={form.field('title')}>{(p) => <Input {...p} data-autofocus maxLength={1000} value={title} onChange={setTitle} />}</Field>}
                {words && kind === 'decision' && <div class="two">
                    <Field label={t('f_known')} optional>{(p) => <TextArea {...p} rows={2} value={known} onChange={setKnown} />}</Field>
                    <Field label={t('f_not_known')} optional>{(p) => <TextArea {...p} rows={2} value={unknown} onChange={setUnknown} />}</Field>
                </div>}
                {words && kind === 'hypothesis' && <Field label={t('f_state')} error={form.field('state')}>{() => <Segmented label={t('f_state')} value={state} onChange={setState} options={['open', 'confirmed', 'rejected'].map((s) => ({ value: s, label: t.any(s) }))} />}</Field>}
                {words && <Field label={t('f_body')} error={form.field('body')} optional>{(p) => <TextArea {...p} value={body} onChange={setBody} rows={2} />}</Field>}
                <div class="two">
                    <Field label={t('f_when')} help={event ? undefined : t('f_when_help')} error={form.field('occurred_at')}>{(p) => <DateTime {...p} value={at} onChange={setAt} />}</Field>
                    <Field label={t('set_phase')}>{(p) => <Select {...p} value={phase} onChange={setPhase} options={[{ value: '', label: t('no_phase') }, ...phases.map((x) => ({ value: x as string, label: t.any(`phase_${x}`) }))]} />}</Field>
                </div>
                {words && <Field label={t('f_url')} error={form.field('evidence.url')} optional>{(p) => <Input {...p} inputMode="url" placeholder="https://" value={url ?? ''} onChange={setUrl} />}</Field>}
                <Check checked={starred} onChange={setStarred}>{t('f_star')}</Check>
                <button type="submit" class="vh" tabIndex={-1}>{t('save')}</button>
            </form>
        </Dialog>
    );
}

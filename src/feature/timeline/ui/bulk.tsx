/** Several events at once: star, phase, outside, merge; and the redaction of one. */
import { useEffect, useState } from 'preact/hooks';
import { Button, Dialog, Field, Input, MenuButton, toast, toastError, useForm } from 'kit';
import { api } from 'app/api';
import type { Incident } from '../../incident/ui/types';
import { phases, type Event } from './model';
import { t } from './strings';

export type Selection = {
    on: boolean; ids: readonly string[];
    has: (id: string) => boolean;
    /** With shift held, everything from the last choice to this one, in the order of `list`. */
    set: (id: string, on: boolean, list: readonly Event[]) => void;
    toggle: (on: boolean) => void;
};

let shift = false;
const watchShift = (e: KeyboardEvent | MouseEvent) => { shift = e.shiftKey; };

export function useSelection(): Selection {
    const [ids, setIds] = useState<string[] | null>(null);
    const [last, setLast] = useState('');
    useEffect(() => {
        const leave = (e: KeyboardEvent) => { if (e.key === 'Escape') setIds(null); };
        addEventListener('click', watchShift, true);
        if (ids) addEventListener('keydown', leave);
        return () => {
            removeEventListener('click', watchShift, true);
            removeEventListener('keydown', leave);
        };
    }, [!ids]);
    return {
        on: ids !== null, ids: ids ?? [], has: (id) => ids?.includes(id) ?? false,
        set: (id, on, list) => {
            const order = list.map((e) => e.id);
            const [a, b] = [order.indexOf(last), order.indexOf(id)];
            const run = shift && a >= 0 ? order.slice(Math.min(a, b), Math.max(a, b) + 1) : [id];
            setLast(id);
            setIds((old) => (on ? [...new Set([...(old ?? []), ...run])] : (old ?? []).filter((x) => !run.includes(x))));
        },
        toggle: (on) => setIds(on ? [] : null),
    };
}

export function BulkBar({ incident, picked, events, onChanged }: { incident: Incident; picked: Selection; events: readonly Event[]; onChanged: () => Promise<void> }) {
    const [busy, setBusy] = useState(false);
    const chosen = events.filter((e) => picked.has(e.id));
    const path = `/incidents/${incident.id}/timeline`;
    const run = async (work: () => Promise<void>) => {
        setBusy(true);
        try {
            await work();
        } catch (err) { toastError(err); }
        setBusy(false);
        await onChanged();
    };
    /** One after the other: each is a line in the same log. */
    const patch = (body: object) => run(async () => {
        let failed = 0;
        for (const e of chosen) await api.patch(`${path}/${e.id}`, body, e.version).catch(() => failed++);
        if (failed) toast(t('some_failed', { n: failed }));
    });
    const merge = () => run(async () => {
        const n = chosen.length;
        const first = await api.post<Event>(`${path}/merge`, { ids: chosen.map((e) => e.id) });
        picked.toggle(false);
        toast(t('merged_n', { n }), { undo: () => void api.post(`${path}/${first.id}/split`, {}).then(onChanged, toastError) });
    });
    const none = busy || chosen.length === 0;
    return (
        <div class="bulk-bar" role="toolbar" aria-label={t('n_selected', { n: chosen.length })}>
            <b>{t('n_selected', { n: chosen.length })}</b>
            <Button icon="star" disabled={none} onClick={() => void patch({ starred: true })}>{t('star')}</Button>
            <Button disabled={none} onClick={() => void patch({ starred: false })}>{t('unstar')}</Button>
            <MenuButton disabled={none} items={() => [{ label: t('no_phase'), onSelect: () => void patch({ phase: null }) },
                ...phases.map((p) => ({ label: t.any(`phase_${p}`), onSelect: () => void patch({ phase: p }) }))]}>{t('set_phase')}</MenuButton>
            <Button icon="layout" disabled={none || chosen.length < 2} title={t('merge_help')} onClick={() => void merge()}>{t('merge')}</Button>
            <Button kind="plain" onClick={() => picked.toggle(false)}>{t('done')}</Button>
        </div>
    );
}

export function RedactDialog({ incident, event, onClose, onDone }: { incident: Incident; event: Event; onClose: () => void; onDone: () => Promise<void> }) {
    const [reason, setReason] = useState('');
    const form = useForm();
    const send = async () => {
        if (!await form.submit(() => api.post(`/incidents/${incident.id}/timeline/redact`, { event_id: event.id, reason }))) return;
        onClose();
        await onDone();
    };
    const general = form.general(['reason']);
    return (
        <Dialog title={t('redact_title')} onClose={onClose} footer={<>
            {general && <span class="form-error grow" role="alert">{general}</span>}
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button kind="danger" busy={form.busy} disabled={!reason.trim()} onClick={send}>{t('redact_do')}</Button>
        </>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void send(); }}>
                <p>{t('redact_body')}</p>
                <Field label={t('f_reason')} error={form.field('reason')}>{(p) => <Input {...p} data-autofocus maxLength={500} placeholder={t('f_reason_hint')} value={reason} onChange={setReason} />}</Field>
            </form>
        </Dialog>
    );
}

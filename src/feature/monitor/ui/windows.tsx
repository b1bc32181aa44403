/** Maintenance windows of monitors: what is planned and under way, and the form. */
import { useState } from 'preact/hooks';
import { Button, confirm, DateTime, Dialog, Empty, Failed, Field, IconButton, Input, Pill, RefPicker, Segmented, Skeleton, toast, toastError, useForm } from 'kit';
import { api, session } from 'app/api';
import { may } from 'app/registry';
import { useResource } from 'app/resource';
import { dayClock, duration, userZone } from 'app/time';
import type { Page, Ref } from 'app/types';
import type { Window } from './types';
import { t } from './words';

type Repeats = 'once' | 'daily' | 'weekly';
const HOUR = 3600_000;

function WindowForm({ given, onDone }: { given: Window | null; onDone: () => void }) {
    const soon = Math.ceil(Date.now() / HOUR) * HOUR;
    type Draft = Pick<Window, 'title' | 'starts_at' | 'ends_at' | 'repeats' | 'until_at' | 'time_zone' | 'monitor_ids'>;
    const [d, setD] = useState<Draft>(given ?? { title: '', starts_at: new Date(soon).toISOString(), ends_at: new Date(soon + HOUR).toISOString(), repeats: null, until_at: null, time_zone: userZone.value, monitor_ids: [] });
    const known = useResource('monitors named', () => api.all<Ref>('/monitors', {}, 5000));
    const form = useForm();
    const set = (part: Partial<Draft>) => setD({ ...d, ...part });
    const chosen = d.monitor_ids.map((id) => known.data?.find((m) => m.id === id) ?? { id, name: '…' });
    const save = async () => {
        const body = { title: d.title.trim(), starts_at: d.starts_at, ends_at: d.ends_at, repeats: d.repeats, until_at: d.repeats ? d.until_at : null, time_zone: d.time_zone, monitor_ids: d.monitor_ids };
        if (await form.submit(() => (given ? api.patch(`/monitor-windows/${given.id}`, body, given.version) : api.post('/monitor-windows', body)))) {
            toast(t('saved'));
            onDone();
        }
    };
    const general = form.general(['title', 'starts_at', 'ends_at', 'until_at', 'time_zone', 'monitor_ids']);
    return (
        <Dialog title={given ? t('edit_window') : t('add_window')} onClose={onDone} footer={<><Button onClick={onDone}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={save}>{t('save')}</Button></>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                <Field label={t('window_title')} error={form.field('title')}>{(p) => <Input {...p} data-autofocus maxLength={200} placeholder={t('window_hint')} value={d.title} onChange={(title) => set({ title })} />}</Field>
                <Segmented<Repeats> label={t('repeats')} value={(d.repeats as Repeats | null) ?? 'once'} onChange={(r) => set({ repeats: r === 'once' ? null : r })}
                    options={(['once', 'daily', 'weekly'] as const).map((r) => ({ value: r, label: t(r) }))} />
                <div class="two">
                    <Field label={t('starts')} error={form.field('starts_at')}>{(p) => <DateTime {...p} value={d.starts_at} onChange={(v) => v && set({ starts_at: v })} />}</Field>
                    <Field label={t('ends')} error={form.field('ends_at')}>{(p) => <DateTime {...p} value={d.ends_at} onChange={(v) => v && set({ ends_at: v })} />}</Field>
                </div>
                {d.repeats && <Field label={t('until')} optional help={t('until_help', { zone: d.time_zone })} error={form.field('until_at') ?? form.field('time_zone')}>{(p) => <DateTime {...p} value={d.until_at} onChange={(v) => set({ until_at: v })} />}</Field>}
                <Field label={t('title')} optional help={t('window_monitors')} error={form.field('monitor_ids')}>{(p) => <RefPicker {...p} multiple path="/monitors" value={chosen} onChange={(r) => set({ monitor_ids: r.map((x) => x.id) })} />}</Field>
                {general && <p class="form-error" role="alert">{general}</p>}
                <button type="submit" class="vh" tabIndex={-1}>{t('save')}</button>
            </form>
        </Dialog>
    );
}

const over = (w: Window) => !w.under_way_until_at && Date.parse(w.repeats ? w.until_at ?? '9999-01-01' : w.ends_at) < Date.now();

export function WindowsDialog({ onClose }: { onClose: () => void }) {
    const all = useResource('monitor windows', () => api.get<Page<Window>>('/monitor-windows'), ['monitors']);
    const [editing, setEditing] = useState<Window | 'new' | null>(null);
    const mayWrite = may(session.value?.user?.role, 'manager');
    if (editing) return <WindowForm given={editing === 'new' ? null : editing} onDone={() => { setEditing(null); void all.reload(); }} />;
    const remove = async (w: Window) => {
        if (!await confirm({ title: t('remove_window', { title: w.title }), body: t('remove_window_body'), action: t('remove'), danger: true })) return;
        try {
            await api.delete(`/monitor-windows/${w.id}`, w.version);
        } catch (e) { toastError(e); }
        await all.reload();
    };
    const items = [...(all.data?.items ?? [])].sort((a, b) => Number(over(a)) - Number(over(b)) || Date.parse(a.starts_at) - Date.parse(b.starts_at));
    return (
        <Dialog wide title={t('maintenance')} onClose={onClose} footer={<><Button onClick={onClose}>{t('done')}</Button>
            {mayWrite && <Button kind="primary" icon="plus" onClick={() => setEditing('new')}>{t('add_window')}</Button>}</>}>
            {all.error && !all.data ? <Failed error={all.error} retry={all.reload} /> : !all.data ? <Skeleton lines={3} />
                : !items.length ? <Empty icon="clock" title={t('no_windows')}>{t('no_windows_body')}</Empty>
                : <ul class="items mon-windows">{items.map((w) => <li key={w.id} class={over(w) ? 'quiet' : ''}>
                    <div class="grow"><strong>{w.title}</strong> {w.under_way_until_at && <Pill small tone="warn">{t('now')}</Pill>}{over(w) && <Pill small>{t('over')}</Pill>}
                        <div class="quiet">{dayClock(w.starts_at)}, {duration(Date.parse(w.ends_at) - Date.parse(w.starts_at))}{w.repeats && ` · ${t.any(w.repeats)}`} · {w.monitor_ids.length ? t('n_monitors', { n: w.monitor_ids.length }) : t('all_monitors')}</div></div>
                    {mayWrite && <><IconButton icon="pen" label={t('edit')} onClick={() => setEditing(w)} /><IconButton icon="trash" label={t('remove')} onClick={() => void remove(w)} /></>}
                </li>)}</ul>}
        </Dialog>
    );
}

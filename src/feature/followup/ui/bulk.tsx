/** The same change to all that are selected: all or none, and one step back. */
import { useState } from 'preact/hooks';
import { Button, Dialog, Icon, MenuButton, PeoplePicker, toast, toastError } from 'kit';
import { api } from 'app/api';
import { ReasonDialog } from './actions';
import { DayPicker } from './in-place';
import { undoOf, type BulkPatch } from './merge';
import { t } from './strings';
import { priorities, type FollowUp } from './types';
import { lookOf, Priority } from './words';

type Asked = 'owner' | 'due' | 'wont_do';

export function Bulk({ items, first, onDone, onCancel }: { items: FollowUp[]; first: Asked | null; onDone: () => Promise<void>; onCancel: () => void }) {
    const [open, setOpen] = useState<Asked | null>(first);
    const ids = items.map((f) => f.id);
    const post = (body: BulkPatch) => api.post<{ changed: number }>('/follow-ups/bulk', { ids, ...body });
    const done = async (body: BulkPatch, n: number) => {
        const back = undoOf(items, body);
        const undo = async () => {
            try {
                for (const b of back!) await api.post('/follow-ups/bulk', b);
            } catch (e) { toastError(e); }
            await onDone();
        };
        toast(t('changed', { n }), back ? { undo: () => void undo() } : {});
        await onDone();
    };
    const send = async (body: BulkPatch) => {
        setOpen(null);
        try {
            await done(body, (await post(body)).changed);
        } catch (e) { toastError(e); }
    };
    const close = () => setOpen(null);
    return <>
        <div class="dock"><div class="bulk" role="toolbar" aria-label={t('selected', { n: ids.length })}>
            <span class="nowrap">{t('selected', { n: ids.length })}</span><span class="sep" />
            <button type="button" onClick={() => setOpen('owner')}><Icon name="user" />{t('assign')}</button>
            <button type="button" onClick={() => setOpen('due')}><Icon name="cal" />{t('due_date')}</button>
            <MenuButton class="" chevron={false} items={priorities.map((p) => ({ label: <Priority value={p} />, onSelect: () => void send({ priority: p }) }))}><Icon name="p4" />{t('priority')}</MenuButton>
            <MenuButton class="" chevron={false} items={[...(['open', 'in_progress', 'done'] as const).map((s) => ({ label: t(s), icon: lookOf(s).icon, onSelect: () => void send({ status: s }) })),
                'line', { label: `${t('wont_do')}…`, icon: 'not', onSelect: () => setOpen('wont_do') }]}><Icon name="check" />{t('state')}</MenuButton>
            <button type="button" aria-label={t('clear')} title={t('clear')} onClick={onCancel}><Icon name="x" /></button>
        </div></div>
        {open === 'owner' && <Dialog title={t('choose_owner')} onClose={close} footer={<Button onClick={() => send({ owner_id: null })}>{t('no_owner')}</Button>}>
            <PeoplePicker label={t('owner')} autofocus value={[]} onChange={(who) => { if (who[0]) void send({ owner_id: who[0].id }); }} /></Dialog>}
        {open === 'due' && <Dialog title={t('choose_due')} onClose={close}><DayPicker value={items[0]?.due_at ?? null} onPick={(at) => void send({ due_at: at })} /></Dialog>}
        {open === 'wont_do' && <ReasonDialog title={t('wont_do')} about={t('n_items', { n: ids.length })} onClose={close} done={onDone} send={(reason) => post({ status: 'wont_do', wont_do_reason: reason })} />}
    </>;
}

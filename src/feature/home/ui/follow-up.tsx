/** One of my follow-ups: the box closes it, the toast takes that back. */
import { api, ApiError } from 'app/api';
import { Icon, toast, toastError } from 'kit';
import { dueWords } from './words';
import { t } from './strings';
import type { MyFollowUp } from './types';

export function FollowUpItem({ f, take, reload }: { f: MyFollowUp; take: () => void; reload: () => Promise<void> }) {
    const toDo = f.status === 'open' || f.status === 'in_progress';
    const close = async () => {
        take();
        try {
            const saved = await api.patch<MyFollowUp>(`/follow-ups/${f.id}`, { status: 'done' }, f.version);
            toast(t('set_done', { reference: f.reference }), { undo: () => void api.patch(`/follow-ups/${f.id}`, { status: f.status }, saved.version).then(reload, toastError) });
        } catch (e) {
            if (e instanceof ApiError && e.status === 412) toast(t('changed'));
            else toastError(e, f.reference);
        }
        await reload();
    };
    const due = dueWords(f.status === 'done' ? f.effectiveness_due_at : f.due_at, toDo && f.overdue, false);
    const from = f.incident ?? f.report;
    return (
        <li>
            {toDo ? <input type="checkbox" class="check" checked={false} disabled={!f.can_edit} aria-label={t('mark_done', { reference: f.reference })} title={t('mark_done', { reference: f.reference })} onChange={() => void close()} />
                : <span class={`vf ${f.status === 'done' ? '' : 'bad'}`}><Icon name={f.status === 'done' ? 'verify' : 'not'} /></span>}
            <a class="grow clip" href={`/follow-ups/${f.reference}`}><span class="ref">{f.reference}</span> <span class="strong">{f.title}</span></a>
            <span class="quiet note">{f.status === 'done' ? t('verify') : f.status === 'not_effective' ? t('decide') : from?.reference ?? ''}</span>
            <span class={`due ${due.tone}`}>{due.text}</span>
        </li>
    );
}

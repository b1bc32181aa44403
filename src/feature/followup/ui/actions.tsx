/** Quick changes of one follow-up: status, verdict; the dialogs they need. */
import { useState } from 'preact/hooks';
import { Button, Dialog, Field, Input, Segmented, Select, TextArea, toast, toastError, useForm, type MenuItem } from 'kit';
import { api, ApiError } from 'app/api';
import { lookOf } from './words';
import { t } from './strings';
import { statuses, type FollowUp } from './types';

export type Asking = { kind: 'wont_do' | 'verify'; f: FollowUp; effective?: boolean };

export async function setStatus(f: FollowUp, status: string, done: () => unknown): Promise<void> {
    const before = f.status;
    try {
        const saved = await api.patch<FollowUp>(`/follow-ups/${f.id}`, { status }, f.version);
        const undo = before === 'open' || before === 'in_progress' || before === 'done'
            ? { undo: () => void api.patch(`/follow-ups/${f.id}`, { status: before }, saved.version).then(done, toastError) } : {};
        toast(t('set_status', { status: t.any(status) }), undo);
    } catch (e) {
        if (e instanceof ApiError && e.status === 412) toast(t('changed_meanwhile'));
        else toastError(e);
    }
    await done();
}

export function statusItems(f: FollowUp, done: () => unknown, ask: (a: Asking) => void): MenuItem[] {
    return statuses.filter((s) => !['verified', 'not_effective'].includes(s) || s === f.status || f.status === 'done').map((s) => ({
        label: t.any(s), icon: lookOf(s).icon, checked: s === f.status,
        onSelect: () => {
            if (s === f.status) return;
            if (s === 'wont_do') ask({ kind: 'wont_do', f });
            else if (s === 'verified' || s === 'not_effective') ask({ kind: 'verify', f, effective: s === 'verified' });
            else void setStatus(f, s, done);
        },
    }));
}

export function verdictItems(f: FollowUp, ask: (a: Asking) => void): MenuItem[] {
    return [
        { label: t('it_worked'), icon: 'verify', onSelect: () => ask({ kind: 'verify', f, effective: true }) },
        { label: t('it_did_not'), icon: 'not', onSelect: () => ask({ kind: 'verify', f, effective: false }) },
    ];
}

export function AskDialog({ asking, onClose, done }: { asking: Asking; onClose: () => void; done: () => unknown }) {
    return asking.kind === 'wont_do' ? <WontDo f={asking.f} onClose={onClose} done={done} /> : <Verify f={asking.f} first={asking.effective ?? true} onClose={onClose} done={done} />;
}

function WontDo({ f, onClose, done }: { f: FollowUp; onClose: () => void; done: () => unknown }) {
    const [reason, setReason] = useState('');
    const form = useForm();
    const send = async () => {
        if (await form.submit(() => api.patch(`/follow-ups/${f.id}`, { status: 'wont_do', wont_do_reason: reason }, f.version))) { onClose(); await done(); }
    };
    return (
        <Dialog title={`${f.reference}: ${t('wont_do')}`} onClose={onClose} footer={<>
            {form.general(['wont_do_reason']) && <span class="form-error grow" role="alert">{form.general(['wont_do_reason'])}</span>}
            <Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} disabled={!reason.trim()} onClick={send}>{t('save')}</Button></>}>
            <Field label={t('f_reason')} error={form.field('wont_do_reason')}>{(p) => <TextArea {...p} data-autofocus value={reason} onChange={setReason} />}</Field>
        </Dialog>
    );
}

function Verify({ f, first, onClose, done }: { f: FollowUp; first: boolean; onClose: () => void; done: () => unknown }) {
    const [worked, setWorked] = useState<'yes' | 'no'>(first ? 'yes' : 'no');
    const [note, setNote] = useState('');
    const [then, setThen] = useState('reopen');
    const [title, setTitle] = useState(f.title);
    const form = useForm();
    const send = async () => {
        if (await form.submit(() => api.post(`/follow-ups/${f.id}/verify`, { effective: worked === 'yes', note, ...(worked === 'no' ? { then, ...(then === 'new' ? { title } : {}) } : {}) }))) { onClose(); await done(); }
    };
    return (
        <Dialog title={`${f.reference}: ${t('verdict')}`} onClose={onClose} footer={<>
            {form.general([]) && <span class="form-error grow" role="alert">{form.general([])}</span>}
            <Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={send}>{t('save')}</Button></>}>
            <div class="form">
                {f.effectiveness_check && <p class="soft">{f.effectiveness_check}</p>}
                <Segmented label={t('verdict')} value={worked} onChange={setWorked} options={[{ value: 'yes', label: t('it_worked') }, { value: 'no', label: t('it_did_not') }]} />
                <Field label={t('what_seen')} optional>{(p) => <TextArea {...p} data-autofocus rows={2} value={note} onChange={setNote} />}</Field>
                {worked === 'no' && <Field label={t('then')}>{(p) => <Select {...p} value={then} onChange={setThen} options={['reopen', 'new', 'nothing'].map((v) => ({ value: v, label: t.any(`then_${v}`) }))} />}</Field>}
                {worked === 'no' && then === 'new' && <Field label={t('f_title')}>{(p) => <Input {...p} value={title} onChange={setTitle} />}</Field>}
            </div>
        </Dialog>
    );
}

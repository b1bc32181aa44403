/** Quick changes of one follow-up: state, verdict; the dialogs they need. */
import { useState } from 'preact/hooks';
import { Button, Dialog, Field, Input, Segmented, Select, TextArea, toast, toastError, useForm, type MenuItem } from 'kit';
import { api } from 'app/api';
import { Clash, saveFields } from './save';
import { lookOf } from './words';
import { t } from './strings';
import { statuses, type FollowUp } from './types';

export type Asking = { kind: 'wont_do' | 'verify'; f: FollowUp; effective?: boolean };
type Done = () => unknown;

const PLAIN: readonly string[] = ['open', 'in_progress', 'done'];

function say(e: unknown): void {
    if (e instanceof Clash) toast(t('changed_meanwhile'));
    else toastError(e);
}

/** Sets a plain state and offers the way back. */
export async function setStatus(f: FollowUp, status: string, done: Done): Promise<void> {
    try {
        const saved = await saveFields(f, { status });
        const undo = PLAIN.includes(f.status) ? { undo: () => void saveFields(saved, { status: f.status }).catch(say).then(done) } : {};
        toast(t('is_now', { reference: f.reference, status: t.any(status) }), undo);
    } catch (e) { say(e); }
    await done();
}

/** What a move to `status` needs: nothing, a reason, or a verdict. */
export function moveTo(f: FollowUp, status: string, done: Done, ask: (a: Asking) => void): void {
    if (status === f.status) return;
    if (status === 'wont_do') ask({ kind: 'wont_do', f });
    else if (status === 'verified' || status === 'not_effective') ask({ kind: 'verify', f, effective: status === 'verified' });
    else void setStatus(f, status, done);
}

/** May it be moved there? A verdict needs something that was done. */
export const canMoveTo = (f: FollowUp, status: string): boolean => !['verified', 'not_effective'].includes(status) || status === f.status || f.status === 'done';

export function statusItems(f: FollowUp, done: Done, ask: (a: Asking) => void): MenuItem[] {
    return statuses.filter((s) => canMoveTo(f, s)).map((s) => ({ label: t.any(s), icon: lookOf(s).icon, checked: s === f.status, onSelect: () => moveTo(f, s, done, ask) }));
}

export function verdictItems(f: FollowUp, ask: (a: Asking) => void): MenuItem[] {
    return [
        { label: t('it_worked'), icon: 'verify', onSelect: () => ask({ kind: 'verify', f, effective: true }) },
        { label: t('it_did_not'), icon: 'not', onSelect: () => ask({ kind: 'verify', f, effective: false }) },
    ];
}

export function AskDialog({ asking, onClose, done }: { asking: Asking; onClose: () => void; done: Done }) {
    return asking.kind === 'wont_do' ? <WontDo f={asking.f} onClose={onClose} done={done} /> : <Verify f={asking.f} first={asking.effective ?? true} onClose={onClose} done={done} />;
}

function WontDo({ f, onClose, done }: { f: FollowUp; onClose: () => void; done: Done }) {
    return <ReasonDialog title={`${f.reference}: ${t('wont_do')}`} about={f.title} onClose={onClose} done={done} send={(reason) => saveFields(f, { status: 'wont_do', wont_do_reason: reason })} />;
}

/** Asks why something, or several things, will not be done. */
export function ReasonDialog({ title, about, onClose, done, send }: { title: string; about?: string; onClose: () => void; done: Done; send: (reason: string) => Promise<unknown> }) {
    const [reason, setReason] = useState('');
    const form = useForm();
    const submit = async () => {
        if (!await form.submit(() => send(reason.trim()))) return;
        onClose();
        await done();
    };
    const general = form.general(['wont_do_reason']);
    return (
        <Dialog title={title} onClose={onClose} footer={<>
            {general && <span class="form-error grow" role="alert">{general}</span>}
            <Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} disabled={!reason.trim()} onClick={submit}>{t('save')}</Button></>}>
            <div class="form">
                {about && <p class="soft">{about}</p>}
                <Field label={t('f_reason')} help={t('f_reason_help')} error={form.field('wont_do_reason')}>{(p) => <TextArea {...p} data-autofocus maxLength={2000} value={reason} onChange={setReason} />}</Field>
            </div>
        </Dialog>
    );
}

function Verify({ f, first, onClose, done }: { f: FollowUp; first: boolean; onClose: () => void; done: Done }) {
    const [worked, setWorked] = useState<'yes' | 'no'>(first ? 'yes' : 'no');
    const [note, setNote] = useState('');
    const [then, setThen] = useState('reopen');
    const [title, setTitle] = useState(f.title);
    const form = useForm();
    const send = async () => {
        const no = worked === 'no' ? { then, ...(then === 'new' ? { title } : {}) } : {};
        if (!await form.submit(() => api.post(`/follow-ups/${f.id}/verify`, { effective: worked === 'yes', note, ...no }))) return;
        onClose();
        toast(worked === 'yes' ? t('is_now', { reference: f.reference, status: t('verified') }) : t(then === 'new' ? 'then_new_done' : then === 'reopen' ? 'then_reopen_done' : 'then_nothing_done', { reference: f.reference }));
        await done();
    };
    return (
        <Dialog title={`${f.reference}: ${t('verdict')}`} onClose={onClose} footer={<>
            {form.general([]) && <span class="form-error grow" role="alert">{form.general([])}</span>}
            <Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={send}>{t('save')}</Button></>}>
            <div class="form">
                <div><p class="strong">{f.title}</p><p class="soft">{f.effectiveness_check ? `${t('shows')}: ${f.effectiveness_check}` : t('effect_none')}</p></div>
                <Segmented label={t('verdict')} value={worked} onChange={setWorked} options={[{ value: 'yes', label: t('it_worked'), icon: 'verify' }, { value: 'no', label: t('it_did_not'), icon: 'not' }]} />
                <Field label={t('what_seen')} optional>{(p) => <TextArea {...p} data-autofocus rows={2} maxLength={5000} value={note} onChange={setNote} />}</Field>
                {worked === 'no' && <Field label={t('then')}>{(p) => <Select {...p} value={then} onChange={setThen} options={['reopen', 'new', 'nothing'].map((v) => ({ value: v, label: t.any(`then_${v}`) }))} />}</Field>}
                {worked === 'no' && then === 'new' && <Field label={t('f_title')}>{(p) => <Input {...p} maxLength={300} value={title} onChange={setTitle} />}</Field>}
            </div>
        </Dialog>
    );
}

/** The state of a report, what can be done next, and sharing it. */
import { useRef, useState } from 'preact/hooks';
import { Button, Check, Copyable, Dialog, Field, Icon, Input, MenuButton, PeoplePicker, Pill, Popover, Select, TextArea, confirm, toast, toastError, useForm, type IconName, type MenuItem, type Tone } from 'kit';
import { api, ApiError, session } from 'app/api';
import { me } from 'app/session';
import { may } from 'app/registry';
import { day } from 'app/time';
import type { Person, Report, ReportShare, ReportState, Role } from 'app/types';
import { openTarget } from '../../exchange/ui/target-layer';
import { openPublic } from '../../public_version/ui/public-layer';
import { t } from './strings';
import type { ReportHandle } from './use-report';

const LOOK: Record<ReportState, { tone: Tone; icon: IconName }> = {
    draft: { tone: 'idle', icon: 'triage' }, in_review: { tone: 'warn', icon: 'ident' }, published: { tone: 'ok', icon: 'done' }, archived: { tone: 'outline', icon: 'open' },
};

type Action = 'request-review' | 'approve' | 'request-changes' | 'publish' | 'archive' | 'reopen';
const DID = { 'request-review': 'did_request', approve: 'did_approve', 'request-changes': 'did_changes', publish: 'did_publish', archive: 'did_archive', reopen: 'did_reopen' } as const;

/** What this person may do with the report now, the expected next step first. */
export function actionsFor(r: Report, userId: string | undefined, role: Role | undefined): Action[] {
    const mine = r.reviewers.find((x) => x.user.id === userId && (x.state === 'pending' || (x.state === 'approved' && x.edited_since)));
    const open = r.reviewers.some((x) => x.state !== 'approved');
    const out: Action[] = [];
    if (r.state === 'draft') {
        if (r.can_edit) out.push('request-review');
        if (r.can_publish) out.push('publish');
    } else if (r.state === 'in_review') {
        if (mine) out.push('approve', 'request-changes');
        if (r.can_publish) out.splice(mine || open ? out.length : 0, 0, 'publish');
        if (r.can_edit) out.push('reopen');
    } else if (r.state === 'published') {
        if (r.can_publish && r.changed_since_published) out.push('publish');
        if (r.can_edit) out.push('archive', 'reopen');
    } else if (may(role, 'responder')) out.push('reopen');
    return out;
}

/** Runs an action, asking first where something must be said. */
function useActions(report: Report, handle: ReportHandle) {
    const [asking, setAsking] = useState<Action | null>(null);
    const send = async (action: Action, body: Record<string, unknown> = {}) => {
        const r = await api.post<Report | undefined>(`/reports/${report.id}/${action}`, body);
        if (r && typeof r === 'object' && 'state' in r) handle.set(r);
        else await handle.reload();
        toast(t(DID[action]), action === 'publish' ? { action: { label: t('view'), run: () => location.assign(`/reports/${report.reference}`) } } : {});
    };
    const run = async (action: Action) => {
        if (action === 'request-review' || action === 'approve' || action === 'request-changes') return setAsking(action);
        const workspace = session.value?.workspace.name ?? '';
        const waiting = report.reviewers.filter((x) => x.state !== 'approved').length;
        if (action === 'publish' && !(await confirm({ title: t('publish_title', { reference: report.reference }), action: t('publish'),
            body: `${report.state === 'in_review' && waiting ? `${t('publish_unapproved', { n: waiting })} ` : ''}${t('publish_body', { workspace })}` }))) return;
        if (action === 'archive' && !(await confirm({ title: t('archive_title', { reference: report.reference }), body: t('archive_body'), action: t('archive') }))) return;
        try {
            await send(action);
        } catch (e) {
            toastError(e);
        }
    };
    const dialog = asking && <Ask action={asking} report={report} onClose={() => setAsking(null)} onSend={async (b) => { await send(asking, b); setAsking(null); }} />;
    return { run, dialog };
}

const label = (a: Action, r: Report) => (a === 'reopen' && r.state !== 'archived' ? t('back_to_draft')
    : a === 'publish' && r.state === 'published' ? t('publish_changes') : t(a.replace('-', '_') as 'publish'));

export function StatePill({ report, handle }: { report: Report; handle: ReportHandle }) {
    const { run, dialog } = useActions(report, handle);
    const look = LOOK[report.state] ?? LOOK.draft;
    const actions = actionsFor(report, session.value?.user?.id, session.value?.user?.role);
    const items: MenuItem[] = actions.map((a) => ({ label: label(a, report), onSelect: () => void run(a) }));
    return <><Pill tone={look.tone} icon={look.icon} label={`${t('state')}: ${t(report.state)}`} items={items.length ? items : undefined}>{t(report.state)}</Pill>{dialog}</>;
}

/** The one primary button, and a menu with the rest. */
export function StateButton({ report, handle }: { report: Report; handle: ReportHandle }) {
    const { run, dialog } = useActions(report, handle);
    const actions = actionsFor(report, session.value?.user?.id, session.value?.user?.role);
    /* What is read already has reading as its first action, unless its changes wait for publication. */
    const readable = report.published_version !== null && (report.state === 'published' || report.state === 'archived');
    const next = readable && actions[0] !== 'publish' ? undefined : actions[0];
    const rest = actions.filter((a) => a !== next);
    return <>
        {next ? <Button kind="primary" onClick={() => run(next)}>{label(next, report)}</Button>
            : readable && <a class="btn primary" href={`/reports/${report.reference}`}>{t('view')}</a>}
        <MenuButton class="btn plain icon" chevron={false} label={t('more')} align="end" items={[
            next && readable && { label: t('view'), icon: 'eye', href: `/reports/${report.reference}` },
            ...rest.map((a): MenuItem => ({ label: label(a, report), onSelect: () => void run(a) })), ...exportItems(report),
        ]}><Icon name="more" /></MenuButton>
        {dialog}
    </>;
}

/** Download and print, as menu items. */
export function exportItems(report: Report): MenuItem[] {
    const url = (format: string) => `/api/v1/reports/${report.id}/export?format=${format}${report.state === 'published' ? '&version=published' : ''}`;
    return [
        { heading: t('export') },
        { label: t('export_pdf'), icon: 'download', href: url('pdf'), download: true },
        { label: t('export_docx'), icon: 'download', href: url('docx'), download: true },
        { label: t('export_md'), icon: 'download', href: url('markdown'), download: true },
        { label: t('export_html'), icon: 'download', href: url('html'), download: true },
        { label: t('export_confluence'), icon: 'out', onSelect: () => openTarget(report) },
        ...(report.published_at ? [{ label: t('export_print'), icon: 'print' as const, href: `/reports/${report.reference}` }] : [{ label: t('export_print'), icon: 'print' as const, onSelect: () => window.print() }]),
    ];
}

function Ask({ action, report, onClose, onSend }: { action: Action; report: Report; onClose: () => void; onSend: (body: Record<string, unknown>) => Promise<void> }) {
    const [people, setPeople] = useState<Person[]>(report.reviewers.map((r) => r.user));
    const [note, setNote] = useState('');
    const form = useForm();
    const review = action === 'request-review';
    const blocked = review ? people.length === 0 : action === 'request-changes' && !note.trim();
    const submit = () => form.submit(() => onSend(review ? { reviewer_ids: people.map((p) => p.id) } : { note: note.trim() }));
    return (
        <Dialog title={label(action, report)} onClose={onClose} footer={<>
            <Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} disabled={blocked} onClick={submit}>{label(action, report)}</Button>
        </>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); if (!blocked) void submit(); }}>
                {form.general(['reviewer_ids', 'note']) && <p class="form-error" role="alert">{form.general(['reviewer_ids', 'note'])}</p>}
                {review
                    ? <Field label={t('ask_reviewers')} help={t('ask_reviewers_help')} error={form.field('reviewer_ids')}>{(p) => <PeoplePicker {...p} multiple autofocus value={people} onChange={setPeople} />}</Field>
                    : <Field label={action === 'approve' ? t('approve_note') : t('note_changes')} optional={action === 'approve'} error={form.field('note')}>{(p) => <TextArea {...p} autofocus value={note} onChange={setNote} maxLength={4000} />}</Field>}
            </form>
        </Dialog>
    );
}

export function ShareButton({ report }: { report: Report }) {
    const [open, setOpen] = useState(false);
    const anchor = useRef<HTMLSpanElement>(null);
    return (
        <span ref={anchor}>
            <Button icon="link" onClick={() => setOpen(true)}>{t('share')}</Button>
            {open && <Popover anchor={anchor} align="end" label={t('share')} class="share-pop" onClose={() => setOpen(false)}><SharePanel report={report} /></Popover>}
        </span>
    );
}

type Options = { expires: string; password: string; people: boolean; services: boolean };
const DAYS = ['', '7', '30', '90'];

/** The link for colleagues, and the secret one that needs no sign-in. */
export function SharePanel({ report }: { report: Report }) {
    const [share, setShare] = useState<ReportShare | null | undefined>(undefined);
    const [o, setO] = useState<Options>({ expires: '30', password: '', people: false, services: false });
    const form = useForm();
    const asked = useRef(false);
    const base = `/reports/${report.id}/share`;
    const may_share = may(me().role, 'responder');
    if (!asked.current) {
        asked.current = true;
        api.get<ReportShare>(base).then((s) => setShare(s?.url || s?.created_at ? s : null), (e: ApiError) => {
            setShare(null);
            if (e.status !== 404) toastError(e);
        });
    }
    const make = () => form.submit(async () => {
        const at = o.expires ? new Date(Date.now() + Number(o.expires) * 86_400_000).toISOString() : null;
        setShare(await api.post<ReportShare>(base, { expires_at: at, password: o.password || null, allow: [...(o.people ? ['people'] : []), ...(o.services ? ['services'] : [])] }));
        setO({ ...o, password: '' });
    });
    const revoke = async () => {
        try {
            await api.delete(base, '*');
            setShare(null);
            toast(t('share_revoked'));
        } catch (e) {
            toastError(e);
        }
    };
    const inside = `${location.origin}/reports/${report.reference}`;
    const full = (url: string) => new URL(url, location.href).href;
    const says = (s: ReportShare) => [s.expires_at ? t('share_until', { day: day(s.expires_at) }) : t('share_forever'), s.has_password ? t('share_locked') : '',
        s.allow.includes('people') ? t('share_people_shown') : t('share_people_hidden')].filter(Boolean).join(' · ');
    return (
        <div class="share">
            <Field label={t('share_internal', { workspace: session.value?.workspace.name ?? '' })}>{() => <Copyable text={inside} label={t('share_internal', { workspace: '' })} />}</Field>
            {share && !share.url && <Field label={t('share_link')} help={t('share_sealed')}>{() => <div><Button kind="danger" onClick={revoke}>{t('share_revoke')}</Button></div>}</Field>}
            {share?.url ? <Field label={t('share_link')} help={says(share)}>{() => <><Copyable text={full(share.url!)} label={t('share_link')} />{may_share && <div><Button kind="danger" onClick={revoke}>{t('share_revoke')}</Button></div>}</>}</Field>
                : share === undefined ? <span class="sk w1" /> : may_share && (
                    <form class="form share-make" onSubmit={(e) => { e.preventDefault(); void make(); }}>
                        <h4>{t('share_link')}</h4><p class="quiet">{t('share_body')}</p>
                        {form.general(['password', 'expires_at']) && <p class="form-error" role="alert">{form.general(['password', 'expires_at'])}</p>}
                        <Field label={t('share_expires')}>{(p) => <Select {...p} value={o.expires} options={DAYS.map((d) => ({ value: d, label: d ? t('share_days', { n: Number(d) }) : t('share_never') }))} onChange={(expires) => setO({ ...o, expires })} />}</Field>
                        <Field label={t('share_password')} optional error={form.field('password')}>{(p) => <Input {...p} type="password" autocomplete="new-password" value={o.password} onChange={(password) => setO({ ...o, password })} />}</Field>
                        <Check checked={o.people} onChange={(people) => setO({ ...o, people })}>{t('share_people')}</Check>
                        <Check checked={o.services} onChange={(services) => setO({ ...o, services })}>{t('share_services')}</Check>
                        <div><Button icon="link" type="submit" busy={form.busy}>{t('share_make')}</Button></div>
                    </form>
                )}
            {may_share && report.can_edit && <Field label={t('public_version')} help={t('public_help')}>{() => <div><Button icon="globe" onClick={() => openPublic(report.id)}>{t('public_open')}</Button></div>}</Field>}
        </div>
    );
}

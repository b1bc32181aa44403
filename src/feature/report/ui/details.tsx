/** Who, when, where: the record beside the document, each value edited in place. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Avatar, Button, DateTime, Field, Icon, IconButton, Input, MenuButton, PeoplePicker, PersonName, Popover, RefPicker, Status, confirm, toast, toastError, type MenuItem, type Tone } from 'kit';
import { api, session } from 'app/api';
import { useResource } from 'app/resource';
import { setQuery } from 'app/router';
import { day, dayClock, inUtc } from 'app/time';
import type { FollowUp, Person, Report, Reviewer, Template } from 'app/types';
import { addFollowUp } from '../../followup/ui/add-layer';
import { exportItems, SharePanel, StatePill } from './state';
import { t } from './strings';
import type { ReportHandle } from './use-report';

const REVIEW: Record<Reviewer['state'], Tone> = { pending: 'idle', approved: 'ok', changes_requested: 'warn' };

export function DetailsPanel({ report, handle }: { report: Report; handle: ReportHandle }) {
    const can = report.can_edit;
    const workspace = session.value?.workspace.name ?? '';
    return <>
        <dl class="dl details-dl">
            <dt>{t('state')}</dt><dd><StatePill report={report} handle={handle} /></dd>
            <dt>{t('owner')}</dt>
            <Edit can={can} label={t('owner')} shown={report.owner ? <PersonName person={report.owner} /> : <None>{t('nobody')}</None>}>
                {(close) => <PeoplePicker autofocus label={t('owner')} value={report.owner ? [report.owner] : []} onChange={(p) => { if (p[0]) { void handle.save({ owner_id: p[0].id }, { owner: p[0] }); close(); } }} />}
            </Edit>
            <dt>{t('authors')}</dt><dd>{report.authors.length ? <ul class="names">{report.authors.map((a) => <AuthorRow key={a.id} person={a} report={report} handle={handle} />)}</ul> : <None>{t('nobody')}</None>}</dd>
            <dt>{t('reviewers')}</dt><dd><Reviewers report={report} handle={handle} /></dd>
            <dt>{t('due')}</dt>
            <Edit can={can} label={t('due')} shown={report.due_at ? <span><time dateTime={report.due_at} title={inUtc(report.due_at)}>{day(report.due_at)}</time>{report.due_by_policy && <span class="quiet"> {t('by_policy')}</span>}</span> : <None>{t('no_date')}</None>}>
                {(close) => <DueEditor report={report} handle={handle} onClose={close} />}
            </Edit>
            <dt>{t('incidents')}</dt><dd>{report.incidents.length ? report.incidents.map((i) => <a key={i.id} class="link ref-line" href={`/incidents/${i.reference}`} title={i.title}>{i.reference} <span class="quiet">{i.title}</span></a>) : <None>{t('none')}</None>}</dd>
            <dt>{t('channel')}</dt>
            <Edit can={can} label={t('channel')} shown={report.channel?.name ?? <None>{t('none')}</None>}>
                {(close) => <RefPicker path="/channels" label={t('channel')} value={report.channel ? [report.channel] : []} onChange={(r) => { void handle.save({ channel_id: r[0]?.id ?? null }, { channel: r[0] ?? null }); close(); }} />}
            </Edit>
            <dt>{t('team')}</dt>
            <Edit can={can} label={t('team')} shown={report.team?.name ?? <None>{t('none')}</None>}>
                {(close) => <RefPicker path="/teams" label={t('team')} value={report.team ? [report.team] : []} onChange={(r) => { void handle.save({ team_id: r[0]?.id ?? null }, { team: r[0] ?? null }); close(); }} />}
            </Edit>
            <dt>{t('language')}</dt>
            <dd>{can ? <MenuButton class="value" label={t('language')} items={[
                { label: 'English', checked: report.language === 'en', onSelect: () => void handle.save({ language: 'en' }, { language: 'en' }) },
                { label: '中文', checked: report.language === 'zh', onSelect: () => void handle.save({ language: 'zh' }, { language: 'zh' }) },
            ]}>{report.language === 'zh' ? '中文' : 'English'}</MenuButton> : report.language === 'zh' ? '中文' : 'English'}</dd>
            {report.template && <><dt>{t('template')}</dt><dd>{can && report.incidents.length > 0 ? <TemplateChange report={report} handle={handle} /> : report.template.name}</dd></>}
            <dt>{t('visible')}</dt><dd>{report.visibility === 'private' ? <Status icon="lock">{t('private')}</Status> : t('everyone', { workspace })}</dd>
            <dt>{t('created')}</dt><dd><time dateTime={report.created_at} title={inUtc(report.created_at)}>{dayClock(report.created_at)}</time></dd>
            {report.published_at && <><dt>{t('published')}</dt><dd><span><time dateTime={report.published_at} title={inUtc(report.published_at)}>{dayClock(report.published_at)}</time>{report.published_by && `, ${report.published_by.name}`}</span></dd></>}
        </dl>
        <FollowUps report={report} />
        <Documents report={report} handle={handle} />
        <section class="panel-block"><h3>{t('share')}</h3><SharePanel report={report} /></section>
        <section class="panel-block"><MenuButton class="btn" items={exportItems(report)}><Icon name="download" />{t('export')}</MenuButton></section>
    </>;
}

const None = ({ children }: { children?: ComponentChildren }) => <span class="quiet">{children}</span>;

/** Everybody who wrote stands here by itself; who is taken off comes back by writing. */
function AuthorRow({ person, report, handle }: { person: Person; report: Report; handle: ReportHandle }) {
    const remove = async () => {
        if (!(await confirm({ title: t('author_title', { name: person.name }), body: t('author_body'), action: t('author_remove') }))) return;
        try {
            handle.set(await api.delete<Report>(`/reports/${report.id}/authors/${person.id}`, '*'));
        } catch (e) {
            toastError(e);
        }
    };
    return <li class="reviewer"><PersonName person={person} />{report.can_edit && <IconButton small icon="x" label={t('author_off', { name: person.name })} onClick={remove} />}</li>;
}

/** Who reviews, and what each said. While the review goes on, people come, go and are asked again. */
function Reviewers({ report, handle }: { report: Report; handle: ReportHandle }) {
    const [adding, setAdding] = useState(false);
    const anchor = useRef<HTMLDivElement>(null);
    const can = report.can_edit && report.state === 'in_review';
    const ids = report.reviewers.map((r) => r.user.id);
    const send = async (reviewer_ids: string[], again_ids: string[], done: string) => {
        try {
            handle.set(await api.post<Report>(`/reports/${report.id}/request-review`, { reviewer_ids, again_ids }));
            toast(done);
        } catch (e) {
            toastError(e);
        }
    };
    const add = (people: Person[]) => {
        const fresh = people.find((p) => !ids.includes(p.id));
        setAdding(false);
        if (fresh) void send([...ids, fresh.id], [], t('reviewer_asked', { name: fresh.name }));
    };
    return <>
        {report.reviewers.length ? <ul class="names">{report.reviewers.map((r) => <ReviewerRow key={r.user.id} r={r} report={report} actions={can ? [
            { label: t('ask_again'), icon: 'history', onSelect: () => void send(ids, [r.user.id], t('reviewer_asked', { name: r.user.name })) },
            ids.length > 1 && { label: t('remove', { name: r.user.name }), icon: 'x', onSelect: () => void send(ids.filter((id) => id !== r.user.id), [], t('reviewer_off', { name: r.user.name })) },
        ] : []} />)}</ul> : <None>{t('none')}</None>}
        {can && <div ref={anchor}>
            <Button kind="plain" icon="plus" onClick={() => setAdding(true)}>{t('add_reviewer')}</Button>
            {adding && <Popover anchor={anchor} label={t('add_reviewer')} class="value-pop" onClose={() => setAdding(false)}><PeoplePicker autofocus label={t('add_reviewer')} value={[]} onChange={add} /></Popover>}
        </div>}
    </>;
}

function ReviewerRow({ r, report, actions }: { r: Reviewer; report: Report; actions: (MenuItem | false)[] }) {
    const edited = r.edited_since && r.state === 'approved' && report.state !== 'draft';
    return (
        <li class="reviewer"><PersonName person={r.user} /><Status tone={REVIEW[r.state] ?? 'idle'}>{t.any(r.state)}</Status>
            {actions.length > 0 && <MenuButton class="btn plain icon sm" chevron={false} label={`${t('more')}: ${r.user.name}`} align="end" items={actions}><Icon name="more" /></MenuButton>}
            {edited && <p class="soft reviewer-note">{t('edited_since')}{r.revision ? <> <button type="button" class="link" onClick={() => setQuery({ panel: 'history', version: 'now', base: String(r.revision) })}>{t('what_changed')}</button></> : null}</p>}
            {r.note && <p class="soft reviewer-note">{r.note}</p>}</li>
    );
}

/** A value that opens its editor. */
function Edit({ can, label, shown, children }: { can: boolean; label: string; shown: ComponentChildren; children: (close: () => void) => ComponentChildren }) {
    const [open, setOpen] = useState(false);
    const anchor = useRef<HTMLElement>(null);
    if (!can) return <dd>{shown}</dd>;
    return (
        <dd ref={anchor}>
            <button type="button" class="value" title={`${t('change')}: ${label}`} onClick={() => setOpen(true)}>{shown}</button>
            {open && <Popover anchor={anchor} label={label} class="value-pop" onClose={() => setOpen(false)}>{children(() => setOpen(false))}</Popover>}
        </dd>
    );
}

/** Another template: what was written stays, what is still empty or only filled in begins anew. */
function TemplateChange({ report, handle }: { report: Report; handle: ReportHandle }) {
    const all = useResource(`templates of ${report.language}`, () => api.all<Template>('/templates', { language: report.language }), ['templates']);
    const change = async (x: Template) => {
        if (!(await confirm({ title: t('template_title', { name: x.name }), body: t('template_body'), action: t('template_apply') }))) return;
        try {
            handle.set(await api.post<Report>(`/reports/${report.id}/template`, { template_id: x.id }));
            toast(t('template_done', { name: x.name }));
        } catch (e) {
            toastError(e);
        }
    };
    return <MenuButton class="value" label={`${t('change')}: ${t('template')}`} items={(all.data ?? []).map((x) => ({ label: x.name, note: x.description, checked: x.id === report.template!.id, onSelect: () => void change(x) }))}>{report.template!.name}</MenuButton>;
}

function DueEditor({ report, handle, onClose }: { report: Report; handle: ReportHandle; onClose: () => void }) {
    const [at, setAt] = useState(report.due_at);
    return (
        <form class="form" onSubmit={(e) => {
            e.preventDefault();
            onClose();
            void handle.save({ due_at: at }, { due_at: at });
        }}>
            <Field label={t('due')}>{(p) => <DateTime {...p} value={at} onChange={setAt} />}</Field>
            {!report.due_by_policy && <div><Button kind="plain" icon="undo" onClick={() => { onClose(); void handle.save({ due_by_policy: true }, {}); }}>{t('due_policy')}</Button></div>}
            <div class="row end"><Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" type="submit">{t('save')}</Button></div>
        </form>
    );
}

/** What is to be done because of this report. */
function FollowUps({ report }: { report: Report }) {
    const r = useResource(`follow-ups of ${report.id}`, () => api.all<FollowUp>('/follow-ups', { report: report.id }), ['follow-ups', `report:${report.id}`]);
    const list = r.data ?? [];
    if (!list.length && !report.can_edit) return null;
    return (
        <section class="panel-block">
            <h3>{t('follow_ups')} {list.length > 0 && <span class="quiet">{list.length}</span>}</h3>
            {list.length > 0 && <ul class="linked">{list.map((f) => (
                <li key={f.id}><a class="clip grow" href={`/follow-ups/${f.reference}`} title={f.title}><span class="quiet">{f.reference}</span> {f.title}</a>
                    {f.overdue && <Status tone="bad">{t('overdue')}</Status>}{f.owner && <Avatar person={f.owner} />}</li>
            ))}</ul>}
            {report.can_edit && <Button kind="plain" icon="plus" onClick={() => addFollowUp({ report, incident: report.incidents[0] ?? null, onAdded: () => void r.reload() })}>{t('add_follow_up')}</Button>}
        </section>
    );
}

function Documents({ report, handle }: { report: Report; handle: ReportHandle }) {
    const [adding, setAdding] = useState(false);
    const [f, setF] = useState({ title: '', url: '' });
    const docs = report.linked_documents ?? [];
    const save = (list: Report['linked_documents']) => handle.save({ linked_documents: list }, { linked_documents: list });
    if (!docs.length && !report.can_edit) return null;
    return (
        <section class="panel-block">
            <h3>{t('documents')}</h3>
            <ul class="linked">{docs.map((d, i) => (
                <li key={d.url + i}><Icon name="external" small /><a class="link clip grow" href={/^https?:/.test(d.url) ? d.url : undefined} target="_blank" rel="noopener noreferrer" title={d.url}>{d.title || d.url}</a>
                    {report.can_edit && <IconButton small icon="x" label={t('remove', { name: d.title || d.url })} onClick={() => void save(docs.filter((_x, n) => n !== i))} />}</li>
            ))}</ul>
            {report.can_edit && (adding ? (
                <form class="form" onSubmit={async (e) => {
                    e.preventDefault();
                    if (await save([...docs, { title: f.title.trim() || f.url.trim(), url: f.url.trim() }])) {
                        setAdding(false);
                        setF({ title: '', url: '' });
                    }
                }}>
                    <Field label={t('doc_url')}>{(p) => <Input {...p} type="url" required placeholder="https://" autofocus value={f.url} onChange={(url) => setF({ ...f, url })} />}</Field>
                    <Field label={t('doc_title')} optional>{(p) => <Input {...p} value={f.title} onChange={(title) => setF({ ...f, title })} />}</Field>
                    <div class="row end"><Button onClick={() => setAdding(false)}>{t('cancel')}</Button><Button kind="primary" type="submit">{t('add')}</Button></div>
                </form>
            ) : <Button kind="plain" icon="plus" onClick={() => setAdding(true)}>{t('add_document')}</Button>)}
        </section>
    );
}

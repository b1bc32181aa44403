/** One incident: header, tabs, right column. Everything follows the live topic of the incident. */
import { useRef, useState } from 'preact/hooks';
import { Avatar, Button, Failed, Icon, IconButton, Input, LinkButton, Live, MenuButton, PersonName, Pill, Running, Severity, Skeleton, Stack, Tabs, currentTab, toast, toastError, Topbar, type MenuItem } from 'kit';
import { api, ApiError } from 'app/api';
import { useKeys } from 'app/keys';
import { useResource, type Resource } from 'app/resource';
import { setQuery } from 'app/router';
import { me } from 'app/session';
import { clock, dayClock, isoDay, now } from 'app/time';
import { IncidentChanges } from '../../change/ui/of-incident';
import { IncidentFollowUps } from '../../followup/ui/of-incident';
import { writePostMortem } from '../../report/ui/write-layer';
import { TimelineTab } from '../../timeline/ui/timeline';
import { RoomTab } from '../../warroom/ui/room';
import { AlertsTab } from './alerts';
import { IncidentDialogs, type DialogName } from './dialogs';
import { Overview } from './overview';
import { Side } from './side';
import { t } from './strings';
import { statuses, type Incident, type RoleHolder } from './types';
import { severityChoices, statusLook } from './words';

export type Editing = {
    incident: Incident;
    /** Sends a change; the answer is shown at once. A conflict shows the newest state and says so. */
    send: (write: () => Promise<Incident>) => Promise<boolean>;
    patch: (body: object) => Promise<boolean>;
    open: (name: DialogName, arg?: string) => void;
};

/** True when nobody else changed what `body` names, so that it can be sent again on top of the newest version. */
function untouched(body: object, base: Incident, fresh: Incident): boolean {
    return Object.keys(body).every((k) => JSON.stringify(base[k as keyof Incident]) === JSON.stringify(fresh[k as keyof Incident]));
}

function useEditing(r: Resource<Incident>, keep: (i: Incident) => Incident, open: Editing['open']): Editing | null {
    if (!r.data) return null;
    const incident = r.data;
    const path = `/incidents/${incident.id}`;
    const send = async (write: () => Promise<Incident>) => {
        try {
            r.set(keep(await write()));
            return true;
        } catch (e) {
            if (e instanceof ApiError && e.status === 412) {
                toast(t('changed_meanwhile'));
                void r.reload();
            } else toastError(e);
            return false;
        }
    };
    const patch = (body: object) => send(async () => {
        try {
            return await api.patch<Incident>(path, body, incident.version);
        } catch (e) {
            if (!(e instanceof ApiError) || e.status !== 412) throw e;
            const fresh = await api.get<Incident>(path);
            if (!untouched(body, incident, fresh)) throw e;
            return api.patch<Incident>(path, body, fresh.version);
        }
    });
    return { incident, send, open, patch };
}

export default function IncidentPage({ params }: { params: Record<string, string> }) {
    const id = params['id']!;
    /* An answer that was overtaken by a newer one must not take its place. */
    const newest = useRef<Incident | null>(null);
    const keep = (got: Incident) => (newest.current = newest.current?.id === got.id && newest.current.version > got.version ? newest.current : got);
    const r = useResource(`incident ${id}`, async () => keep(await api.get<Incident>(`/incidents/${id}`)), [`incident:${id}`]);
    const [dialog, setDialog] = useState<{ name: DialogName; arg?: string } | null>(null);
    const editing = useEditing(r, keep, (name, arg) => setDialog(arg === undefined ? { name } : { name, arg }));
    if (!editing) return <><Topbar crumbs={[{ label: t('incidents'), href: '/incidents' }, { label: id }]} /><div class="page">{r.error ? <Failed error={r.error} retry={r.reload} /> : <Skeleton lines={8} />}</div></>;
    return <>
        <Screen editing={editing} />
        {dialog && <IncidentDialogs editing={editing} name={dialog.name} {...(dialog.arg === undefined ? {} : { arg: dialog.arg })} onClose={() => setDialog(null)} />}
    </>;
}

function Screen({ editing }: { editing: Editing }) {
    const i = editing.incident;
    const tabs = [
        { key: 'overview', label: t('overview') },
        { key: 'timeline', label: t('timeline'), count: i.counts.events },
        { key: 'room', label: t('room'), count: i.counts.messages },
        { key: 'alerts', label: t('alerts'), count: i.counts.alerts },
        { key: 'changes', label: t('changes'), count: i.counts.changes },
        { key: 'follow-ups', label: t('follow_ups'), count: i.counts.follow_ups },
    ];
    const tab = currentTab(tabs);
    useKeys({ o: () => setQuery({ tab: null }), w: () => setQuery({ tab: 'room' }), t: () => setQuery({ tab: 'timeline' }) });
    const body = tab === 'timeline' ? <TimelineTab incident={i} /> : tab === 'alerts' ? <AlertsTab incident={i} />
        : tab === 'changes' ? <IncidentChanges incident={i} /> : tab === 'follow-ups' ? <IncidentFollowUps incident={i} /> : <Overview editing={editing} />;
    return <>
        <Bar editing={editing} />
        <Head editing={editing} />
        <Tabs tabs={tabs} label={i.reference} />
        {tab === 'room' ? <RoomTab key={i.id} incident={i}><Side editing={editing} /></RoomTab> : (
            <div class="cols">
                <div class="cols-main">{body}</div>
                <Side editing={editing} impacts={tab !== 'overview'} />
            </div>
        )}
    </>;
}

function Bar({ editing }: { editing: Editing }) {
    const i = editing.incident;
    const copy = () => void navigator.clipboard?.writeText(`${location.origin}/incidents/${i.reference}`).then(() => toast(t('copied')), () => undefined);
    const report = i.reports.find((r) => r.state !== 'archived') ?? i.reports[0];
    /* One step is the expected one: take it on, then write it up, then read it. */
    const urgent = i.can_edit && i.active && !i.acknowledged_at;
    return (
        <Topbar crumbs={[{ label: t('incidents'), href: '/incidents' }, { label: i.reference }]} name={`${i.reference} ${i.title}`}>
            <IconButton icon="link" small label={t('copy_link')} class="wide-only" onClick={copy} />
            {urgent && <Button kind="primary" icon="check" onClick={() => editing.send(() => api.post<Incident>(`/incidents/${i.id}/acknowledge`))}>{t('acknowledge')}</Button>}
            {report ? <LinkButton href={`/reports/${report.reference}${report.state === 'published' ? '' : '/edit'}`} icon="doc" kind={urgent ? undefined : 'primary'}>{t('open_report')}</LinkButton>
                : i.can_edit && <Button kind={i.active || i.no_report_reason ? undefined : 'primary'} icon="pen" onClick={() => writePostMortem(i.reference)}>{t('write')}</Button>}
            <MenuButton class="btn plain icon" chevron={false} align="end" label={t('more')} items={() => moreItems(editing)}><Icon name="more" /></MenuButton>
        </Topbar>
    );
}

function moreItems(editing: Editing): (MenuItem | false)[] {
    const i = editing.incident;
    const mine = i.roles.some((r) => r.user.id === me().id && !r.left_at);
    const edit = i.can_edit;
    const role = () => editing.send(() => mine
        ? api.delete<Incident>(`/incidents/${i.id}/roles/${i.roles.find((r) => r.user.id === me().id && !r.left_at)!.role}/me`)
        : api.post<Incident>(`/incidents/${i.id}/roles`, { role: 'responder', user_id: me().id }));
    return [
        edit && { label: mine ? t('leave') : t('join'), icon: 'user', onSelect: () => void role() },
        edit && { label: t('edit_people'), icon: 'users', onSelect: () => editing.open('people') },
        edit && i.reports.length > 0 && { label: t('write_another'), icon: 'pen', onSelect: () => writePostMortem(i.reference) },
        edit && 'line',
        edit && { label: i.visibility === 'private' ? t('make_public') : t('make_private'), icon: 'lock', onSelect: () => editing.open('visibility') },
        edit && i.visibility === 'private' && { label: t('members_action'), icon: 'eye', onSelect: () => editing.open('members') },
        edit && { label: t('link'), icon: 'link', onSelect: () => editing.open('link') },
        edit && i.status !== 'merged' && { label: t('merge'), icon: 'change', onSelect: () => editing.open('merge') },
        edit && i.reports.length === 0 && !i.no_report_reason && { label: t('no_report_action'), icon: 'doc', onSelect: () => editing.open('no-report') },
        edit && i.reports.length === 0 && !!i.no_report_reason && { label: t('report_again'), icon: 'undo', onSelect: () => void editing.send(() => api.patch<Incident>(`/incidents/${i.id}`, { no_report_reason: null }, i.version)) },
        edit && 'line',
        { label: t('export_csv'), icon: 'download', href: `/api/v1/incidents/${i.id}/timeline.csv`, download: true },
        edit && i.status !== 'canceled' && i.status !== 'merged' && { label: t('cancel_incident'), icon: 'not', danger: true, onSelect: () => editing.open('cancel') },
    ];
}

function Head({ editing }: { editing: Editing }) {
    const i = editing.incident;
    const [title, setTitle] = useState<string | null>(null);
    const saving = useRef(false);                /* Enter also takes the focus away */
    const save = async () => {
        const to = title?.trim();
        setTitle(null);
        if (saving.current || !to || to === i.title) return;
        saving.current = true;
        await editing.patch({ title: to });
        saving.current = false;
    };
    return (
        <div class="inc-head">
            {title === null
                ? <h1>{i.title}{i.can_edit && <IconButton icon="pen" small class="title-edit" label={t('edit_title')} onClick={() => setTitle(i.title)} />}</h1>
                : <form onSubmit={(e) => { e.preventDefault(); void save(); }}><Input class="title-input" value={title} maxLength={300} onChange={setTitle} aria-label={t('edit_title')}
                    data-autofocus ref={focusIt} onBlur={() => void save()} onKeyDown={(e) => { if (e.key === 'Escape') { saving.current = true; setTitle(null); setTimeout(() => { saving.current = false; }); } }} /></form>}
            <div class="inc-meta">
                <SeverityPill editing={editing} />
                <StatusPill editing={editing} />
                {i.kind !== 'standard' && <Pill tone="outline">{t.any(i.kind)}</Pill>}
                {i.visibility === 'private' && <Pill tone="outline" icon="lock">{t('is_private')}</Pill>}
                <Span incident={i} />
                {i.merged_into && <span>{t('merged_into')} <a class="link" href={`/incidents/${i.merged_into.reference}`}>{i.merged_into.reference}</a></span>}
                <People roles={i.roles} />
            </div>
        </div>
    );
}

const focusIt = (el: unknown) => { (el as HTMLInputElement | null)?.focus?.(); };

function SeverityPill({ editing }: { editing: Editing }) {
    const i = editing.incident;
    const word = i.severity === 'unknown' ? t('unknown') : i.severity;
    if (!i.can_edit) return <Severity value={i.severity} pill>{word}</Severity>;
    const set = async (severity: string) => {
        const before = i.severity;
        if (severity !== before && await editing.patch({ severity }))
            toast(t('undo_severity', { severity: severity === 'unknown' ? t('unknown') : severity }), { undo: () => void editing.send(() => api.patch<Incident>(`/incidents/${i.id}`, { severity: before }, '*')) });
    };
    return <Severity value={i.severity} label={`${t('severity')}: ${word}`} items={severityChoices().map((s) => ({
        label: <Severity value={s.key}>{s.key === 'unknown' ? t('unknown') : s.key}</Severity>, note: s.description || s.name, checked: s.key === i.severity, onSelect: () => void set(s.key) }))}>{word}</Severity>;
}

function StatusPill({ editing }: { editing: Editing }) {
    const i = editing.incident;
    const look = statusLook(i.status);
    if (!i.can_edit) return <Pill tone={look.tone} icon={look.icon}>{t.any(i.status)}</Pill>;
    const set = async (status: string) => {
        const before = i.status;
        if (status === before || !(await editing.patch({ status }))) return;
        const back = before === 'merged' ? undefined : () => void editing.send(() => api.patch<Incident>(`/incidents/${i.id}`, { status: before }, '*'));
        toast(t('undo_status', { status: t.any(status) }), back ? { undo: back } : {});
    };
    const shut = i.status === 'canceled' || i.status === 'merged';
    const choices = statuses.filter((s) => !shut || (s !== 'resolved' && s !== 'closed'));
    return <Pill tone={look.tone} icon={look.icon} label={`${t('status')}: ${t.any(i.status)}`} items={[...(shut ? [{ heading: t('reopen') }] : []), ...choices.map((s) => ({
        label: t.any(s), icon: statusLook(s).icon, checked: s === i.status, onSelect: () => void set(s) }))]}>{t.any(i.status)}</Pill>;
}

/** How long: live while it runs, in plain words afterwards. */
function Span({ incident: i }: { incident: Incident }) {
    const at = (x: string) => (isoDay(x) === isoDay(now.peek()) ? clock(x) : dayClock(x));
    if (i.status === 'canceled' || i.status === 'merged') return null;
    if (i.active) {
        const from = i.impact_started_at ?? i.declared_at;
        const ended = i.impact_started_at ? i.impact_ended_at : null;
        if (ended) return <span class="row"><span class="dur"><Running from={from} to={ended} /></span><span class="soft">{t('impact_lasted')}</span></span>;
        return <span class="row"><Live><span class="dur"><Running from={from} seconds /></span></Live><span class="soft">{i.impact_started_at ? t('since_impact', { time: at(from) }) : t('since_declared', { time: at(from) })}</span></span>;
    }
    const [from, to, words] = i.impact_started_at && i.impact_ended_at ? [i.impact_started_at, i.impact_ended_at, t('impact_lasted')] as const : [i.declared_at, i.resolved_at, t('took')] as const;
    if (!to || Date.parse(to) < Date.parse(from)) return <span class="soft">{t('began', { time: dayClock(from) })}</span>;
    return <span class="row"><span class="dur"><Running from={from} to={to} /></span><span class="soft">{words}, {dayClock(from)}</span></span>;
}

function People({ roles }: { roles: RoleHolder[] }) {
    const here = roles.filter((r) => !r.left_at);
    const named = here.filter((r) => r.role === 'incident_commander' || r.role === 'communications_lead');
    const rest = here.filter((r) => !named.includes(r) && r.role !== 'observer' && !named.some((n) => n.user.id === r.user.id));
    const people = [...new Map(rest.map((r) => [r.user.id, r.user])).values()];
    if (!here.length) return null;
    return <>
        <span class="vr" />
        {named.map((r) => <PersonName key={r.role + r.user.id} person={r.user}><span class="quiet">{t.any(`role_${r.role}`)}</span></PersonName>)}
        {people.length === 1 ? <Avatar person={people[0]!} /> : people.length > 1 && <Stack people={people} />}
    </>;
}

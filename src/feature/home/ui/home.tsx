/** Home: what waits for me. */
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, session } from 'app/api';
import { may } from 'app/registry';
import { useResource } from 'app/resource';
import { me } from 'app/session';
import { day, duration, longDay } from 'app/time';
import { Avatar, Button, Failed, Icon, Live, Severity, Skeleton, Status, Topbar, useNow } from 'kit';
import { declaring } from '../../incident/ui/declare-layer';
import { statusLook } from '../../incident/ui/looks';
import { writePostMortem } from '../../report/ui/write-layer';
import { Aside } from './aside';
import { FollowUpItem } from './follow-up';
import { dueWords, minutes } from './words';
import { t } from './strings';
import type { ActiveRow, HomeData, Waiting } from './types';

export default function Home() {
    const r = useResource('home', () => api.get<HomeData>('/home'), ['home']);
    const h = r.data;
    const canDeclare = may(me().role, 'responder');
    return <>
        <Topbar title={<Today />} name={t('home_name')}>{canDeclare && !h?.new_workspace && <Button kind="primary" icon="incident" kbd="C" onClick={() => { declaring.value = true; }}>{t('declare')}</Button>}</Topbar>
        {!h ? <div class="page wide">{r.error ? <Failed error={r.error} retry={r.reload} /> : <Skeleton lines={10} />}</div>
            : h.new_workspace ? <Begin />
                : <div class="page wide home"><div><Active h={h} /><WaitingList h={h} /><FollowUps h={h} reload={r.reload} set={r.set} /></div><Aside h={h} /></div>}
    </>;
}

/** The first steps, loaded only where nothing has happened yet. */
function Begin() {
    const [Steps, setSteps] = useState<ComponentType | null>(null);
    useEffect(() => { void import('./first-steps').then((m) => setSteps(() => m.default)); }, []);
    return Steps ? <Steps /> : <div class="page" aria-busy="true" />;
}

function Today() {
    const now = useNow();
    return <><span class="wide-only">{longDay(now)}</span><span class="phone-only">{day(now)}</span></>;
}

/** How long it has been going on, in whole minutes: nobody reads seconds here. */
function Since({ at }: { at: string }) {
    const ms = Math.max(0, useNow() - Date.parse(at));
    return <Live>{duration(ms < 60_000 ? ms : ms - ms % 60_000)}</Live>;
}

/** A part of Home: heading with a count, a link to the whole list, its items or what to know when there are none. */
function Part({ title, n, link, none, children }: { title: string; n: number; link?: { href: string; label: string }; none: string; children?: ComponentChildren }) {
    return (
        <section class="block">
            <header><h2>{title}{n !== 0 && <> <span class="n">{n < 0 ? '1000+' : n}</span></>}</h2>{link && <a class="link" href={link.href}>{link.label}</a>}</header>
            {n === 0 ? <p class="quiet none">{none}</p> : <ul class="items">{children}</ul>}
        </section>
    );
}

function Active({ h }: { h: HomeData }) {
    return (
        <Part title={t('active')} n={h.active_total} none={t('none_active')} link={{ href: '/incidents', label: t('all_incidents') }}>
            {h.active_incidents.map((i) => <ActiveItem key={i.id} i={i} />)}
        </Part>
    );
}

function SeverityOf({ value }: { value: string }) {
    const name = session.value?.severities.find((s) => s.key === value)?.description;
    return <span class="row" title={name}><Severity value={value}>{value === 'unknown' ? t('unknown') : value}</Severity></span>;
}

function ActiveItem({ i }: { i: ActiveRow }) {
    const look = statusLook(i.status);
    return (
        <li>
            <SeverityOf value={i.severity} />
            <a class="grow clip" href={`/incidents/${i.reference}`}><span class="ref">{i.reference}</span> <span class="strong">{i.title}</span></a>
            <Status tone={look.tone} icon={look.icon}>{t.any(i.status)}</Status>
            <Since at={i.impact_started_at ?? i.declared_at} />
            {i.commander ? <Avatar person={i.commander} /> : <span class="av" title=""><Icon name="user" small /></span>}
        </li>
    );
}

function WaitingList({ h }: { h: HomeData }) {
    return (
        <Part title={t('waiting')} n={h.reports_waiting.length} none={t('none_waiting')}>
            {h.reports_waiting.map((w) => <WaitingItem key={w.report?.id ?? w.incident?.id} w={w} />)}
        </Part>
    );
}

function noteOf(w: Waiting): string {
    if (w.action === 'start') return t('resolved', { severity: w.severity, day: w.since_at ? day(w.since_at) : '' });
    if (w.action === 'publish') return t('approved');
    if (w.action === 'review') return w.by ? t('by_minutes', { name: w.by.name, minutes: minutes(w.word_count, w.language) }) : minutes(w.word_count, w.language);
    return w.by ? t('asks', { name: w.by.name }) : w.incident?.reference ?? '';
}

function WaitingItem({ w }: { w: Waiting }) {
    const about = w.report ?? w.incident!;
    const url = w.report ? `/reports/${w.report.reference}/edit` : `/incidents/${about.reference}`;
    const due = dueWords(w.due_at, w.overdue, true);
    return (
        <li>
            {w.action === 'start' ? <button type="button" class="do" onClick={() => writePostMortem(about.reference)}>{t('start')}</button> : <a class="do" href={url} tabIndex={-1}>{t(w.action)}</a>}
            <a class="grow clip" href={url}><span class="ref">{about.reference}</span> <span class="strong">{w.title}</span></a>
            <span class="quiet clip note">{noteOf(w)}</span>
            <span class={`due ${due.tone}`}>{due.text}</span>
        </li>
    );
}

function FollowUps({ h, reload, set }: { h: HomeData; reload: () => Promise<void>; set: (f: (old: HomeData | undefined) => HomeData | undefined) => void }) {
    const rest = h.my_follow_ups_total - h.my_follow_ups.length;
    const take = (id: string) => set((old) => old && { ...old, my_follow_ups: old.my_follow_ups.filter((f) => f.id !== id), my_follow_ups_total: Math.max(0, old.my_follow_ups_total - 1) });
    return (
        <Part title={t('mine')} n={h.my_follow_ups_total} none={t('none_mine')} link={{ href: '/follow-ups', label: t('all_follow_ups') }}>
            {h.my_follow_ups.map((f) => <FollowUpItem key={f.id} f={f} take={() => take(f.id)} reload={reload} />)}
            {rest > 0 && <li><a class="quiet" href="/follow-ups?tab=mine">{t('more', { n: rest })}</a></li>}
        </Part>
    );
}

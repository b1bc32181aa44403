/** One follow-up: what, who, by when, whether it worked, and how it came to be. */
import { useEffect, useState } from 'preact/hooks';
import { Button, Failed, Icon, IconButton, PersonName, Pill, Skeleton, Time, toast, Topbar } from 'kit';
import { api } from 'app/api';
import { useKeys } from 'app/keys';
import { subscribe } from 'app/live';
import { useResource } from 'app/resource';
import { day } from 'app/time';
import { Prose } from '../../incident/ui/prose';
import { AskDialog, statusItems, verdictItems, type Asking } from './actions';
import { FollowUpForm } from './dialog';
import { t } from './strings';
import type { FollowUp } from './types';
import { Due, Effect, lookOf, Priority } from './words';

export default function FollowUpPage({ params }: { params: Record<string, string> }) {
    const id = params['id']!;
    const r = useResource(`follow-up ${id}`, () => api.get<FollowUp>(`/follow-ups/${id}`));
    const [asking, setAsking] = useState<Asking | null>(null);
    const [editing, setEditing] = useState(false);
    useEffect(() => subscribe(['follow-ups'], (n) => { if (!n.id || n.id === r.data?.id) void r.reload(); }), [r.data?.id]);
    useKeys({ e: () => { if (r.data?.can_edit) setEditing(true); } });
    const f = r.data;
    const crumbs = [{ label: t('follow_ups'), href: '/follow-ups' }, { label: f?.reference ?? id }];
    if (!f) return <><Topbar crumbs={crumbs} /><div class="page">{r.error ? <Failed error={r.error} retry={r.reload} /> : <Skeleton lines={8} />}</div></>;
    const copy = () => void navigator.clipboard?.writeText(`${location.origin}/follow-ups/${f.reference}`).then(() => toast(t('copied')), () => undefined);
    const l = lookOf(f.status);
    return <>
        <Topbar crumbs={crumbs}><IconButton icon="link" small label={t('copy_link')} onClick={copy} />{f.can_edit && <Button kind="primary" icon="pen" onClick={() => setEditing(true)}>{t('edit')}</Button>}</Topbar>
        <div class="inc-head"><h1>{f.title}</h1>
            <div class="inc-meta">
                <Pill tone={l.tone} icon={l.icon} label={`${t('state')}: ${t.any(f.status)}`} items={f.can_edit ? statusItems(f, r.reload, setAsking) : undefined}>{t.any(f.status)}</Pill>
                <Priority value={f.priority} /><span class="soft">{t.any(f.kind)}</span>
                <span class="row"><Icon name="cal" small /><Due f={f} /></span>
                {f.owner ? <PersonName person={f.owner} /> : <span class="quiet">{t('no_owner')}</span>}
            </div>
        </div>
        <div class="cols fu-cols">
            <div class="cols-main"><div class="overview">
                {f.wont_do_reason && <section class="block"><header><h2>{t('reason')}</h2></header><Prose text={f.wont_do_reason} /></section>}
                {f.description && <section class="block"><header><h2>{t('f_description')}</h2></header><Prose text={f.description} /></section>}
                {f.risk_reduction && <section class="block"><header><h2>{t('f_risk')}</h2></header><Prose text={f.risk_reduction} /></section>}
                <section class="block"><header><h2>{t('effect')}</h2></header>
                    {!f.effectiveness_check ? <p class="quiet">{t('effect_none')} {f.can_edit && <button type="button" class="link" onClick={() => setEditing(true)}>{t('define')}</button>}</p> : <Prose text={f.effectiveness_check} />}
                    {f.effectiveness_due_at && f.status !== 'verified' && <p class="quiet">{t('check_due', { date: day(f.effectiveness_due_at) })}</p>}
                    {f.verified_at && f.verified_by && <p class="soft">{f.status === 'verified' ? t('verified_by', { date: day(f.verified_at), name: f.verified_by.name }) : t('judged_by', { date: day(f.verified_at), name: f.verified_by.name })}</p>}
                    {f.effectiveness_note && <div class="known"><b>{t('seen')}:</b> {f.effectiveness_note}</div>}
                    {(f.status === 'done' || (f.status === 'not_effective' && !f.settled)) && f.can_edit && <div class="row over-actions">
                        {f.effectiveness_check ? <Effect f={f} items={verdictItems(f, setAsking)} /> : <Button icon="verify" onClick={() => setAsking({ kind: 'verify', f, effective: true })}>{t('verdict')}</Button>}</div>}
                </section>
                <section class="block"><header><h2>{t('history')}</h2></header>
                    <ol class="fu-history">{(f.history ?? []).map((h, k) => (
                        <li key={k}><span class="quiet"><Time at={h.changed_at} /></span><span><b>{h.actor?.name ?? 'Hindsight'}</b> <HistoryWords h={h} /></span></li>
                    ))}</ol>
                </section>
            </div></div>
            <aside class="side" aria-label={t('details')}><section class="block"><header><h2>{t('details')}</h2></header>
                <dl class="dl">
                    <dt>{t('incident')}</dt><dd>{f.incident ? <a class="link" href={`/incidents/${f.incident.reference}`}>{f.incident.reference} {f.incident.title}</a> : <span class="quiet">{t('not_set')}</span>}</dd>
                    {f.report && <><dt>{t('report')}</dt><dd><a class="link" href={`/reports/${f.report.reference}`}>{f.report.reference} {f.report.title}</a></dd></>}
                    {f.predecessor && <><dt>{t('tries_again')}</dt><dd><a class="link" href={`/follow-ups/${f.predecessor.reference}`}>{f.predecessor.reference}</a></dd></>}
                    {f.successor && <><dt>{t('tried_again')}</dt><dd><a class="link" href={`/follow-ups/${f.successor.reference}`}>{f.successor.reference}</a></dd></>}
                    <dt>{t('team')}</dt><dd>{f.team?.name ?? <span class="quiet">{t('not_set')}</span>}</dd>
                    <dt>{t('channel')}</dt><dd>{f.channel?.name ?? <span class="quiet">{t('not_set')}</span>}</dd>
                    <dt>{t('services')}</dt><dd>{f.services.map((s) => s.name).join(', ') || <span class="quiet">{t('not_set')}</span>}</dd>
                    {f.labels.length > 0 && <><dt>{t('f_labels')}</dt><dd class="chips">{f.labels.map((x) => <span class="chip" key={x}>{x}</span>)}</dd></>}
                </dl>
                <p class="quiet fu-made">{t('created', { date: day(f.created_at), name: f.created_by?.name ?? 'Hindsight' })}</p>
            </section></aside>
        </div>
        {editing && <FollowUpForm old={f} onClose={() => setEditing(false)} onSaved={() => { setEditing(false); void r.reload(); }} />}
        {asking && <AskDialog asking={asking} onClose={() => setAsking(null)} done={r.reload} />}
    </>;
}

const LONG = new Set(['description', 'risk_reduction', 'labels']);

function HistoryWords({ h }: { h: { field: string; from: string; to: string } }) {
    const word = (v: string) => {
        if (!v) return t('h_nothing');
        if (h.field === 'due_at' || h.field === 'effectiveness_due_at') return day(v);
        return h.field === 'status' || h.field === 'kind' || h.field === 'priority' ? t.any(v) : v;
    };
    const name = t.any(`h_${h.field}`, h.field);
    if (h.field === 'created') return <>{name.toLowerCase()}</>;
    if (LONG.has(h.field)) return <>{name}</>;
    return <>{name}: {h.from && <><span class="soft">{word(h.from)}</span> → </>}{word(h.to)}</>;
}

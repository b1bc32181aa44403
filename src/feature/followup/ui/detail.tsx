/** One follow-up: what, who, by when, whether it worked, and how it came to be. Everything is edited where it stands. */
import { useEffect, useState } from 'preact/hooks';
import { Button, Failed, IconButton, PersonName, Pill, Skeleton, Time, toast, Topbar } from 'kit';
import { api } from 'app/api';
import { useKeys } from 'app/keys';
import { subscribe } from 'app/live';
import { useResource } from 'app/resource';
import { day } from 'app/time';
import { Prose } from '../../incident/ui/prose';
import { AskDialog, setStatus, statusItems, verdictItems, type Asking } from './actions';
import { Details } from './details';
import { TextInPlace, type TextField } from './in-place';
import type { Patch } from './merge';
import { Clash, saveFields } from './save';
import { t } from './strings';
import type { FollowUp } from './types';
import { Due, Effect, lookOf, Priority } from './words';

export default function FollowUpPage({ params }: { params: Record<string, string> }) {
    const id = params['id']!;
    const r = useResource(`follow-up ${id}`, () => api.get<FollowUp>(`/follow-ups/${id}`));
    const [asking, setAsking] = useState<Asking | null>(null);
    useEffect(() => subscribe(['follow-ups'], (n) => { if (!n.id || n.id === r.data?.id) void r.reload(); }), [r.data?.id]);
    useKeys({ e: () => document.querySelector<HTMLElement>('.fu-title .btn')?.click() });
    const f = r.data;
    const crumbs = [{ label: t('follow_ups'), href: '/follow-ups' }, { label: f?.reference ?? id }];
    if (!f) return <><Topbar crumbs={crumbs} /><div class="page">{r.error ? <Failed error={r.error} retry={r.reload} /> : <Skeleton lines={8} />}</div></>;
    const copy = () => void navigator.clipboard?.writeText(`${location.origin}/follow-ups/${f.reference}`).then(() => toast(t('copied')), () => undefined);
    return <>
        <Topbar crumbs={crumbs} name={`${f.reference} ${f.title}`}><IconButton icon="link" small label={t('copy_link')} onClick={copy} />{f.can_edit && <Next f={f} done={r.reload} ask={setAsking} />}</Topbar>
        <Head f={f} show={r.set} done={r.reload} ask={setAsking} />
        <div class="cols fu-cols">
            <div class="cols-main"><div class="overview"><Texts f={f} show={r.set} ask={setAsking} /><History f={f} /></div></div>
            <Details f={f} show={r.set} />
        </div>
        {asking && <AskDialog asking={asking} onClose={() => setAsking(null)} done={r.reload} />}
    </>;
}

/** The one thing to do next. */
function Next({ f, done, ask }: { f: FollowUp; done: () => unknown; ask: (a: Asking) => void }) {
    if (f.status === 'open' || f.status === 'in_progress') return <>
        {f.status === 'open' && <Button icon="prog" onClick={() => setStatus(f, 'in_progress', done)}>{t('begin')}</Button>}
        <Button kind="primary" icon="check" onClick={() => setStatus(f, 'done', done)}>{t('mark_done')}</Button></>;
    if ((f.status === 'done' && !f.settled) || (f.status === 'not_effective' && !f.settled))
        return <Button kind="primary" icon="verify" onClick={() => ask({ kind: 'verify', f, effective: f.status === 'done' })}>{t('verdict')}</Button>;
    return <Button icon="undo" onClick={() => setStatus(f, 'open', done)}>{t('then_reopen')}</Button>;
}

type Show = (f: FollowUp) => void;

/** How a text of this follow-up is saved: what clashes stays in the editor. */
const saver = (f: FollowUp, field: TextField, show: Show) => async (value: string, over: boolean): Promise<void> => {
    try {
        show(await saveFields(f, { [field]: value } as Patch));
    } catch (e) {
        if (!(e instanceof Clash)) throw e;
        if (!over) throw e;
        show(await saveFields(e.newest, { [field]: value } as Patch));
    }
};

function Head({ f, show, done, ask }: { f: FollowUp; show: Show; done: () => unknown; ask: (a: Asking) => void }) {
    const look = lookOf(f.status);
    return (
        <div class="inc-head">
            <div class="fu-title"><TextInPlace label={t('h_title')} field="title" value={f.title} canEdit={f.can_edit} save={saver(f, 'title', show)}><h1>{f.title}</h1></TextInPlace></div>
            <div class="inc-meta">
                <Pill tone={look.tone} icon={look.icon} label={`${t('state')}: ${t.any(f.status)}`} items={f.can_edit ? statusItems(f, done, ask) : undefined}>{t.any(f.status)}</Pill>
                <Priority value={f.priority} /><span class="soft">{t.any(f.kind)}</span><Due f={f} />
                {f.owner ? <PersonName person={f.owner} /> : <span class="quiet">{t('no_owner')}</span>}
            </div>
        </div>
    );
}

function Texts({ f, show, ask }: { f: FollowUp; show: Show; ask: (a: Asking) => void }) {
    const text = (field: TextField, label: string, empty: string) => (
        <section class="block"><header><h2>{label}</h2></header>
            <TextInPlace label={label} field={field} value={String(f[field] ?? '')} canEdit={f.can_edit} lines={3} empty={empty} save={saver(f, field, show)}><Prose text={String(f[field] ?? '')} /></TextInPlace>
        </section>
    );
    const judged = f.verified_at && f.verified_by;
    return <>
        {f.status === 'wont_do' && text('wont_do_reason', t('f_reason'), t('not_set'))}
        {text('description', t('f_description'), t('empty_description'))}
        {text('risk_reduction', t('f_risk'), t('empty_risk'))}
        <section class="block"><header><h2>{t('f_check')}</h2></header>
            <TextInPlace label={t('f_check')} field="effectiveness_check" value={f.effectiveness_check} canEdit={f.can_edit} lines={2} empty={t('effect_none')} save={saver(f, 'effectiveness_check', show)}><Prose text={f.effectiveness_check} /></TextInPlace>
            {judged && <p class="soft">{t(f.status === 'verified' ? 'verified_by' : 'judged_by', { date: day(f.verified_at!), name: f.verified_by!.name })}</p>}
            {f.effectiveness_note && <div class="known"><b>{t('seen')}</b><TextInPlace label={t('seen')} field="effectiveness_note" value={f.effectiveness_note} canEdit={f.can_edit} lines={2} save={saver(f, 'effectiveness_note', show)}><Prose text={f.effectiveness_note} /></TextInPlace></div>}
            {f.effectiveness_check && (f.status === 'done' || f.status === 'not_effective') && <div class="row over-actions"><Effect f={f} items={f.can_edit ? verdictItems(f, ask) : undefined} /></div>}
        </section>
    </>;
}

const LONG = new Set(['description', 'risk_reduction', 'labels']);

function History({ f }: { f: FollowUp }) {
    return (
        <section class="block"><header><h2>{t('history')}</h2></header>
            <ol class="fu-history">{(f.history ?? []).map((h, k) => (
                <li key={k}><span class="quiet"><Time at={h.changed_at} /></span><span><b>{h.actor?.name ?? 'Hindsight'}</b> <HistoryWords h={h} /></span></li>
            ))}</ol>
        </section>
    );
}

function HistoryWords({ h }: { h: { field: string; from: string; to: string } }) {
    const word = (v: string) => {
        if (!v) return t('h_nothing');
        if (h.field === 'due_at' || h.field === 'effectiveness_due_at') return day(v);
        return h.field === 'status' || h.field === 'kind' || h.field === 'priority' ? t.any(v) : v;
    };
    const name = t.any(`h_${h.field}`, h.field);
    if (h.field === 'created') return <>{t('h_added_it')}</>;
    if (LONG.has(h.field)) return <>{t('h_changed', { field: name })}</>;
    return <><span class="quiet">{name}</span> {h.from && <><span class="soft">{word(h.from)}</span> → </>}{word(h.to)}</>;
}

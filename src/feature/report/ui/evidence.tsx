/** What happened, beside what is written: search the incident's events, insert them as citations. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { Empty, Failed, Icon, Input, Skeleton, type IconName } from 'kit';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import { clockSeconds, day, inUtc } from 'app/time';
import type { Report, TimelineEvent } from 'app/types';
import { BY_THE_WAY, eventTitle } from './event-words';
import type { LiveDocument } from './live-document';
import { t } from './strings';

const KINDS = ['alert', 'change', 'message', 'decision', 'hypothesis', 'notice'] as const;
const ICON: Record<string, IconName> = { alert: 'bell', change: 'change', message: 'chat', decision: 'decision', hypothesis: 'hypothesis', notice: 'notice', note: 'chat' };
type Found = TimelineEvent & { group: string; words: string };

/** The kind by which people look for an event. */
export function groupOf(e: Pick<TimelineEvent, 'kind' | 'evidence'>): string {
    if (['decision', 'hypothesis', 'change', 'message', 'note'].includes(e.kind)) return e.kind;
    if (e.kind.startsWith('alert')) return 'alert';
    if (e.kind.startsWith('notice')) return 'notice';
    const k = e.evidence?.kind;
    return k && k in ICON ? k : 'event';
}

async function load(report: Report): Promise<Found[]> {
    const lists = await Promise.all(report.incidents.map((i) => api.all<TimelineEvent>(`/incidents/${i.reference}/timeline`)));
    return lists.flat().map((e) => ({ ...e, group: groupOf(e), words: eventTitle(e) })).sort((a, b) => a.occurred_at.localeCompare(b.occurred_at));
}

export function EvidencePanel({ report, live }: { report: Report; live: LiveDocument | null }) {
    const key = report.incidents.map((i) => i.id).join(' ');
    const events = useResource(key ? `evidence ${key}` : null, () => load(report), report.incidents.map((i) => `incident:${i.id}`));
    const [q, setQ] = useState('');
    const [kind, setKind] = useState<string>('all');
    const [at, setAt] = useState(0);
    const list = useRef<HTMLOListElement>(null);
    const shown = useRef({ id: '', n: 0 });
    const cited = live?.facts.value.cited ?? new Map<string, number>();
    const all = events.data ?? [];
    const fit = useMemo(() => {
        const words = q.toLowerCase().split(/\s+/).filter(Boolean);
        return all.filter((e) => (words.length > 0 || !BY_THE_WAY.has(e.kind)) && (kind === 'all' || e.group === kind) && words.every((w) => `${e.words} ${e.title} ${e.body} ${e.actor?.name ?? ''} ${e.source}`.toLowerCase().includes(w)));
    }, [all, q, kind]);
    if (!report.incidents.length) return <p class="quiet">{t('no_incident')}</p>;
    if (events.error && !events.data) return <Failed error={events.error} retry={events.reload} />;
    if (!events.data) return <Skeleton lines={7} />;
    if (!all.length) return <Empty icon="track" title={t('no_events')}>{t('no_events_body')}</Empty>;
    const canInsert = report.can_edit && live?.editor.value?.isEditable;
    const insert = (e: Found) => {
        const editor = live?.editor.peek();
        if (editor && canInsert) live!.mod.insertEvidence(editor, chipOf(e));
    };
    const keys = (e: KeyboardEvent) => {
        const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
        if (step) {
            e.preventDefault();
            const next = Math.max(0, Math.min(fit.length - 1, at + step));
            setAt(next);
            list.current?.querySelector(`[data-i="${next}"]`)?.scrollIntoView({ block: 'nearest' });
        } else if (e.key === 'Enter' && fit[at]) {
            e.preventDefault();
            insert(fit[at]!);
        }
    };
    const count = (k: string) => all.filter((e) => e.group === k).length;
    const times = (e: Found) => (cited.get(e.id) ?? 0) + (e.evidence?.id ? cited.get(e.evidence.id) ?? 0 : 0);
    const fresh = fit.filter((e) => !times(e));
    const used = fit.filter((e) => times(e));
    const order = [...fresh, ...used];
    const ids = (e: Found) => [e.id, ...(e.evidence?.id ? [e.evidence.id] : [])];
    const light = (e: Found | null) => {
        const editor = live?.editor.peek();
        if (editor) live!.mod.lightEvidence(editor, e && times(e) ? ids(e) : null);
    };
    const show = (e: Found) => {
        const editor = live?.editor.peek();
        if (!editor) return;
        shown.current = shown.current.id === e.id ? { id: e.id, n: shown.current.n + 1 } : { id: e.id, n: 0 };
        light(e);
        live!.mod.showCiting(editor, ids(e), shown.current.n);
    };
    const row = (e: Found) => (
        <EventRow key={e.id} e={e} i={order.indexOf(e)} on={order[at] === e} cited={times(e)} canInsert={!!canInsert} onPoint={() => setAt(order.indexOf(e))} onInsert={() => insert(e)} onLight={(on) => light(on ? e : null)} onShow={() => show(e)} />
    );
    return (
        <div onKeyDown={(e) => keys(e)}>
            <Input icon="search" aria-label={t('search_events', { n: all.length })} placeholder={t('search_events', { n: all.length })} value={q} onChange={(v) => { setQ(v); setAt(0); }} />
            <div class="chips kinds" role="group">
                <button type="button" class={`chip ${kind === 'all' ? 'on' : ''}`} aria-pressed={kind === 'all'} onClick={() => setKind('all')}><b>{t('all')}</b></button>
                {KINDS.filter((k) => count(k)).map((k) => (
                    <button type="button" key={k} class={`chip ${kind === k ? 'on' : ''}`} aria-pressed={kind === k} title={t(`k_${k}`)} aria-label={`${t(`k_${k}`)} ${count(k)}`} onClick={() => { setKind(kind === k ? 'all' : k); setAt(0); }}>
                        <Icon name={ICON[k]!} small />{count(k)}
                    </button>
                ))}
            </div>
            <ol class="evs" ref={list}>
                {fresh.length > 0 && <li class="hd">{t('not_cited')}</li>}
                {fresh.map(row)}
                {used.length > 0 && <li class="hd">{t('cited')}</li>}
                {used.map(row)}
            </ol>
            {canInsert && <p class="quiet evs-help">{t('evidence_help')}</p>}
        </div>
    );
}

/** An event as a citation chip: it points to what the event rests on, or else to the event. */
export function chipOf(e: TimelineEvent & { group?: string; words?: string }): { kind: string; id: string; title: string; at: string; url: string | null } {
    const name = e.evidence?.title || e.words || e.title;
    const short = name.length > 60 ? `${name.slice(0, 57)}…` : name;
    const title = e.kind === 'message' && e.actor ? e.actor.name.split(' ')[0]! : short;
    return { kind: e.group ?? groupOf(e), id: e.evidence?.id ?? e.id, title, at: e.occurred_at, url: e.evidence?.url ?? null };
}

function EventRow({ e, i, on, cited, canInsert, onPoint, onInsert, onLight, onShow }: { e: Found; i: number; on: boolean; cited: number; canInsert: boolean; onPoint: () => void; onInsert: () => void; onLight: (on: boolean) => void; onShow: () => void }) {
    const tone = e.group in ICON && e.group !== 'message' && e.group !== 'note' ? e.group : '';
    return (
        <li data-i={i} class={`ev-row ${on ? 'on' : ''}`} tabIndex={on ? 0 : -1} draggable={canInsert} onMouseEnter={() => onLight(true)} onMouseLeave={() => onLight(false)} onFocus={() => { onPoint(); onLight(true); }} onBlur={() => onLight(false)} onClick={(x) => { onPoint(); x.currentTarget.focus(); }} onDblClick={onInsert}
            onDragStart={(d) => {
                d.dataTransfer?.setData('application/x-hindsight-evidence', JSON.stringify(chipOf(e)));
                d.dataTransfer?.setData('text/plain', e.words);
                if (d.dataTransfer) d.dataTransfer.effectAllowed = 'copy';
            }}>
            <span class={`k ${tone}`}><Icon name={ICON[e.group] ?? 'track'} small /></span>
            <div class="ev-main">
                <p class="t">{e.words}</p>
                <p class="m"><time title={inUtc(e.occurred_at)} dateTime={e.occurred_at}>{day(e.occurred_at)} {clockSeconds(e.occurred_at)}</time><span class="clip">{e.actor?.name ?? e.source}</span>
                    {cited > 0 && <button type="button" class="used link" title={t('show_citing')} onMouseDown={(x) => x.preventDefault()} onClick={onShow}><Icon name="check" small />{t('cited_n', { n: cited })}</button>}</p>
                {on && canInsert && <p class="ins"><button type="button" class="link" onMouseDown={(x) => x.preventDefault()} onClick={onInsert}><kbd>↵</kbd> {t('insert')}</button></p>}
            </div>
            {canInsert && <Icon name="grip" />}
        </li>
    );
}

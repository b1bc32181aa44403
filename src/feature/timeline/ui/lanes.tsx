/**
 * The incident as a picture: time runs to the right, a lane for each kind of evidence, words beside every mark, no
 * legend. Drawn from the incident, its events and its alerts; nothing is made up where nothing is known.
 */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, IconButton, MenuButton, Segmented, useNow, type MenuItem } from 'kit';
import { clock, clockSeconds, day, dayClock, duration, zoneName } from 'app/time';
import type { AlertRow } from '../../incident/ui/alerts';
import type { Incident } from '../../incident/ui/types';
import { mitigationBegan, type Event } from './model';
import type { Responder } from './people';
import { t } from './strings';

const NAMES = 92;
const MIN = 60_000;
const CHAR = 6.1;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080].map((m) => m * MIN);

export const textWidth = (s: string) => [...s].reduce((w, c) => w + (c.charCodeAt(0) > 0x2e7f ? 11 : CHAR), 0);
export function clip(s: string, width: number): string {
    if (textWidth(s) <= width) return s;
    let out = '';
    for (const c of s) {
        if (textWidth(out + c) > width - 8) break;
        out += c;
    }
    return out.trimEnd() + '…';
}

/** Puts spans into as few rows as possible, in order; answers the row of each. */
export function pack(spans: readonly [number, number][], gap = 8): number[] {
    const ends: number[] = [];
    return spans.map(([from, to]) => {
        let row = ends.findIndex((e) => e + gap <= from);
        if (row < 0) row = ends.push(-Infinity) - 1;
        ends[row] = to;
        return row;
    });
}

const ms = (at: string | null | undefined) => (at ? Date.parse(at) : null);

/** From when to when the picture reaches: key moments, impacts, alerts; a change long before does not stretch it. */
export function domain(i: Incident, events: readonly Event[], alerts: readonly AlertRow[], changes: readonly ChangeRow[], now: number): [number, number] {
    const starts = [ms(i.impact_started_at), ms(i.detected_at), ms(i.declared_at), ...i.impacts.map((m) => ms(m.started_at)), ...alerts.map((a) => ms(a.started_at))].filter((x): x is number => x !== null);
    const key = [ms(i.impact_ended_at), ms(i.mitigated_at), ms(i.resolved_at), ...i.impacts.map((m) => ms(m.ended_at))].filter((x): x is number => x !== null);
    const begin = ms(i.impact_started_at) ?? ms(i.detected_at) ?? ms(i.declared_at)!;
    let to = i.active ? now : Math.max(...key, begin + MIN);
    const length = Math.max(to - begin, 10 * MIN);
    let from = Math.min(begin, ...starts.filter((x) => x > begin - length));
    const early = Math.max(length / 3, 15 * MIN);
    for (const c of changes) if (c.relation !== 'dismissed' && Date.parse(c.occurred_at) > begin - early) from = Math.min(from, Date.parse(c.occurred_at));
    for (const e of events) {
        const at = Date.parse(e.occurred_at);
        if (e.kind !== 'created' && at > begin - early) from = Math.min(from, at);
        if (!i.active && at > to && at < to + length / 5 && e.kind !== 'report_created') to = at;
    }
    const pad = (to - from) * 0.03;
    return [from - pad, i.active ? to + pad * 1.5 : to + pad];
}

function ticks(from: number, to: number, width: number): number[] {
    const step = STEPS.find((s) => ((to - from) / s) * 84 <= width) ?? STEPS[STEPS.length - 1]!;
    const shift = new Date(from).getTimezoneOffset() * MIN;
    const out: number[] = [];
    for (let at = Math.ceil((from - shift) / step) * step + shift; at <= to; at += step) out.push(at);
    return out;
}

/** `onMove`: a mark was dragged to another time; missing when the reader may not correct times. */
type Plot = { x: (at: number) => number; W: number; from: number; to: number; i: Incident; onPick: (id: string) => void; onMove: ((id: string, at: number) => void) | undefined };
type Lane = { name: string; height: number; draw: (y: number) => ComponentChildren };

const timeAt = (p: Plot, x: number) => p.from + (x / p.W) * (p.to - p.from);

/** A mark leads to its event below; one that stands at the time of its event can be dragged to another. */
function Mark({ id, at, title, plot, children }: { id?: string | undefined; at?: number | undefined; title: string; plot: Plot; children: ComponentChildren }) {
    const [shift, setShift] = useState<number | null>(null);
    const grip = useRef<{ x: number; far: boolean } | null>(null);
    if (!id) return <g><title>{title}</title>{children}</g>;
    const movable = at !== undefined && plot.onMove;
    const now = shift !== null && at !== undefined ? timeAt(plot, plot.x(at) + shift) : null;
    const end = (e: PointerEvent, keep: boolean) => {
        const g = grip.current;
        grip.current = null;
        setShift(null);
        if (!g || !keep) return;
        if (g.far) plot.onMove!(id, timeAt(plot, plot.x(at!) + e.clientX - g.x));
        else plot.onPick(id);
    };
    const drag = movable ? {
        onPointerDown: (e: PointerEvent) => {
            if (e.button !== 0) return;
            grip.current = { x: e.clientX, far: false };
            (e.currentTarget as Element).setPointerCapture(e.pointerId);
        },
        onPointerMove: (e: PointerEvent) => {
            if (!grip.current) return;
            if (Math.abs(e.clientX - grip.current.x) > 4) grip.current.far = true;
            if (grip.current.far) setShift(e.clientX - grip.current.x);
        },
        onPointerUp: (e: PointerEvent) => end(e, true),
        onPointerCancel: (e: PointerEvent) => end(e, false),
    } : { onClick: () => plot.onPick(id) };
    return <g class={`mk ${movable ? 'movable' : ''} ${shift !== null ? 'moving' : ''}`} role="button" tabIndex={0} aria-label={title} {...drag}
        onKeyDown={(e) => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); plot.onPick(id); } }}>
        <title>{title}</title>
        <g transform={shift ? `translate(${shift} 0)` : undefined}>{children}</g>
        {now !== null && <><path class="now" d={`M${plot.x(now)} 22V2000`} /><text class="tx" x={plot.x(now) + 5} y="30">{clockSeconds(now)}</text></>}
    </g>;
}

function phaseLane(p: Plot, events: readonly Event[], now: number): Lane | null {
    const { i } = p;
    const start = ms(i.impact_started_at);
    const detected = ms(i.detected_at) ?? ms(i.declared_at)!;
    const began = mitigationBegan(i, events);
    const mitigated = ms(i.mitigated_at);
    const end = ms(i.resolved_at) ?? (i.active ? now : ms(i.impact_ended_at) ?? mitigated ?? now);
    const parts: [string, string, number, number][] = [];
    if (start !== null && start < detected) parts.push(['p0', t('phase_undetected'), start, detected]);
    const stop = mitigated ?? end;
    if (began && began > detected && began < stop) {
        parts.push(['p1', t('phase_diagnosis'), detected, began], ['p2', t('phase_mitigation'), began, stop]);
    } else if (stop > detected) parts.push(['p1', t('phase_diagnosis'), detected, stop]);
    if (mitigated && end > mitigated) parts.push(['p3', t('phase_monitoring'), mitigated, end]);
    if (!parts.length) return null;
    return { name: t('lane_phase'), height: 30, draw: (y) => parts.map(([cls, word, a, b]) => {
        const x0 = p.x(a);
        const w = Math.max(1, p.x(b) - x0 - 1.5);
        return <g key={cls}><title>{`${word} ${dayClock(a)} – ${dayClock(b)}`}</title><rect class={cls} x={x0} y={y + 4} width={w} height="18" rx="3" />
            {w > textWidth(word) + 12 && <text class={`in ${cls}t`} x={x0 + 6} y={y + 17}>{word}</text>}</g>;
    }) };
}

type Bar = { id: string; title: string; from: number; to: number; open: boolean };

function barLane(p: Plot, name: string, bars: Bar[], cls: 'imp' | 'al', most: number): Lane | null {
    if (!bars.length) return null;
    const sorted = [...bars].sort((a, b) => a.from - b.from);
    const shown = sorted.slice(0, most);
    const rest = sorted.length - shown.length;
    const spans = shown.map((b): [number, number] => [p.x(b.from), Math.max(p.x(b.to), p.x(b.from) + 3, cls === 'al' ? p.x(b.from) + textWidth(b.title) + 14 : 0)]);
    const row = pack(spans, 2);
    const rows = Math.max(...row) + 1;
    return { name, height: rows * 20 + 8 + (rest ? 16 : 0), draw: (y) => <>
        {shown.map((b, k) => {
            const x0 = Math.max(0, p.x(b.from));
            const w = Math.max(3, Math.min(p.x(b.to), p.W) - x0);
            const top = y + 4 + row[k]! * 20;
            const label = clip(b.title, Math.max(w - 14, p.W - x0 - 14));
            return <g key={b.id}><title>{`${b.title}, ${dayClock(b.from)}${b.open ? '' : ` – ${clock(b.to)}`}`}</title>
                <rect class={cls} x={x0} y={top} width={w} height="17" rx="3" /><rect class={`${cls}cap`} x={x0} y={top} width="2.5" height="17" />
                <text class={`in ${cls}t`} x={x0 + 9} y={top + 12.5}>{label}</text></g>;
        })}
        {rest > 0 && <text class="lane" x={2} y={y + rows * 20 + 14}>{t('more_n', { n: rest })}</text>}
    </> };
}

type Point = { id: string; at?: number | undefined; x: number; end: number; label: string; note: string; title: string; draw: (y: number) => JSX.Element };

/** Marks with their words on the free side, in as few rows as needed; a word that fits nowhere is left to the title. */
function pointLane(p: Plot, name: string, points: Point[]): Lane | null {
    if (!points.length) return null;
    const rows: [number, number][][] = [];
    const free = (row: [number, number][] | undefined, a: number, b: number) => !row || row.every(([c, d]) => b + 6 <= c || a - 6 >= d);
    const most = 4;
    const placed = points.map((pt) => {
        for (let r = 0; r < most; r++) {
            for (const label of pt.label ? [clip(pt.label, 280), clip(pt.label, 150)] : ['']) {
                const w = textWidth(label) + (pt.note ? textWidth(pt.note) + 4 : 0);
                const right: [number, number] = [pt.x - 6, pt.end + 9 + w];
                const left: [number, number] = [pt.x - 9 - w, pt.end + 6];
                for (const [span, side] of [[right, 'start'], [left, 'end']] as const) {
                    if (side === 'start' ? right[1] > p.W : left[0] < 0) continue;
                    if (!free(rows[r], span[0], span[1])) continue;
                    (rows[r] ??= []).push([span[0], span[1]]);
                    return { pt, r, side, label };
                }
            }
        }
        let bare = rows.findIndex((row) => free(row, pt.x - 6, pt.end + 6));
        if (bare < 0) bare = Math.min(rows.length, most);
        (rows[bare] ??= []).push([pt.x - 6, pt.end + 6]);
        return { pt, r: bare, side: null, label: '' };
    });
    return { name, height: rows.length * 18 + 6, draw: (y) => placed.map(({ pt, r, side, label }) => {
        const cy = y + 12 + r * 18;
        return <Mark key={pt.id || pt.title} id={pt.id} at={pt.at} title={pt.title} plot={p}>{pt.draw(cy)}
            {side && <text class="tx" x={side === 'start' ? pt.end + 9 : pt.x - 9} y={cy + 4} text-anchor={side}>{label}{pt.note && <> <tspan class="q">{pt.note}</tspan></>}</text>}</Mark>;
    }) };
}

export type ChangeRow = { id: string; kind: string; title: string; occurred_at: string; relation: string };

function changePoints(p: Plot, changes: readonly ChangeRow[], events: readonly Event[]): Point[] {
    return changes.map((c) => {
        const x = p.x(Date.parse(c.occurred_at));
        const told = c.relation === 'dismissed' || c.relation === 'proposed' ? '' : c.relation;
        const cls = c.relation === 'caused' ? 'chc' : c.relation === 'fixed' ? 'chf' : c.relation === 'proposed' ? 'chp' : 'chs';
        const event = events.find((e) => e.evidence?.id === c.id);
        return { id: event?.id ?? '', at: event && Date.parse(event.occurred_at), x: x - 5.5, end: x + 5.5, label: told ? c.title : '', note: told ? t.any(told).toLowerCase() : '',
            title: `${c.title}, ${dayClock(c.occurred_at)}`, draw: (y: number) => <path class={cls} d={`M${x} ${y - 5.5}l5.5 5.5-5.5 5.5-5.5-5.5z`} /> };
    }).filter((pt) => pt.x >= -6 && pt.end <= p.W + 6);
}

function reasoningPoints(p: Plot, events: readonly Event[], now: number): Point[] {
    return events.filter((e) => e.kind === 'hypothesis' || e.kind === 'decision').map((e) => {
        const at = Date.parse(e.occurred_at);
        const x = p.x(at);
        const label = e.title;
        const title = `${e.title}, ${dayClock(e.occurred_at)}`;
        if (e.kind === 'decision') return { id: e.id, at, x: x - 4, end: x + 4, label, note: '', title, draw: (y: number) => <rect class="de" x={x - 4} y={y - 4} width="8" height="8" rx="1.5" /> };
        const verdict = ms(e.state_at);
        const end = Math.max(p.x(verdict ?? Math.min(now, p.to)), x + 12);
        const no = e.state === 'rejected';
        return { id: e.id, at, x: x - 3.5, end: verdict ? end + 5.5 : end, label, note: '', title, draw: (y: number) => <>
            <path class={verdict ? 'hy' : 'hy open'} d={`M${x} ${y}H${end}`} /><circle class="hyo" cx={x} cy={y} r="3.5" />
            {verdict && <><circle class="hyend" cx={end} cy={y} r="5.5" /><path class="hym" d={no ? `m${end - 2} ${y - 2} 4 4m0-4-4 4` : `m${end - 2.4} ${y + 0.2} 1.7 1.7 3.1-3.5`} /></>}
        </> };
    });
}

function chatLane(p: Plot, events: readonly Event[]): Lane | null {
    const messages = events.filter((e) => e.kind === 'message').map((e) => Date.parse(e.occurred_at)).filter((at) => at >= p.from && at <= p.to);
    if (!messages.length) return null;
    const bin = Math.max(MIN, Math.ceil((p.to - p.from) / (p.W / 10) / MIN) * MIN);
    const counts = new Map<number, number>();
    for (const at of messages) counts.set(Math.floor(at / bin), (counts.get(Math.floor(at / bin)) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const width = Math.max(2, (bin / (p.to - p.from)) * p.W - 3);
    return { name: t('lane_chat'), height: 34, draw: (y) => [...counts].map(([b, n]) => {
        const h = Math.max(2, (n / Math.max(most, 4)) * 24);
        return <rect key={b} class="cb" x={p.x(b * bin) + 1.5} y={y + 28 - h} width={width} height={h} rx="1" />;
    }) };
}

/** What a monitor of one of the services measured while the incident lasted. */
export type Measured = { id: string; name: string; samples: { at: number; ms: number; failed: boolean }[] };

/** Latency as a curve, failed looks as strokes; the highest value is written beside. */
function latencyLane(p: Plot, m: Measured): Lane | null {
    const seen = m.samples.filter((s) => s.at >= p.from && s.at <= p.to);
    if (!seen.length) return null;
    const well = seen.filter((s) => !s.failed);
    const most = Math.max(1, ...well.map((s) => s.ms));
    return { name: t('lane_latency'), height: 52, draw: (y) => {
        const at = (s: { at: number; ms: number }) => `${p.x(s.at)} ${Math.round((y + 46 - (s.ms / most) * 30) * 10) / 10}`;
        return <g><title>{m.name}</title>
            {seen.filter((s) => s.failed).map((s) => <rect key={s.at} class="fails" x={p.x(s.at) - 1} y={y + 14} width="2" height="32" />)}
            {well.length > 1 && <><path class="area" d={`M${p.x(well[0]!.at)} ${y + 46}L${well.map(at).join('L')}L${p.x(well.at(-1)!.at)} ${y + 46}Z`} /><path class="curve" d={`M${well.map(at).join('L')}`} /></>}
            <text class="lane" x="2" y={y + 11}>{clip(m.name, 220)} <tspan class="q">{t('at_most_ms', { n: most })}</tspan></text></g>;
    } };
}

const PEOPLE = 8;

/** When responders were at it, a row for each; their name stands where there is room. */
function peopleLane(p: Plot, responders: readonly Responder[]): Lane | null {
    if (!responders.length) return null;
    const shown = responders.slice(0, PEOPLE);
    const rest = responders.length - shown.length;
    return { name: t('lane_people'), height: shown.length * 16 + 8 + (rest ? 16 : 0), draw: (y) => <>
        {shown.map((r, k) => {
            const bars = r.stretches.map((s) => [Math.max(0, p.x(Date.parse(s.started_at))), Math.min(p.W, p.x(Date.parse(s.ended_at)))] as const).filter(([a, b]) => b > a);
            if (!bars.length) return null;
            const top = y + 4 + k * 16;
            const end = bars[bars.length - 1]![1];
            const name = textWidth(r.user.name) + 12;
            const [x, anchor, at] = end + name < p.W ? [end + 6, 'start', ''] as const : bars[0]![0] > name ? [bars[0]![0] - 6, 'end', ''] as const : [bars[0]![0] + 6, 'start', 'on'] as const;
            return <g key={r.user.id}><title>{`${r.user.name}, ${duration(r.active_ms)}`}</title>
                {bars.map(([a, b]) => <rect key={a} class="pe" x={a} y={top + 1} width={Math.max(3, b - a)} height="12" rx="2" />)}
                <text class={`pet ${at}`} x={x} y={top + 10.5} text-anchor={anchor}>{r.user.name}</text></g>;
        })}
        {rest > 0 && <text class="lane" x={2} y={y + shown.length * 16 + 14}>{t('more_n', { n: rest })}</text>}
    </> };
}

const inRange = (p: Plot, b: Bar) => b.to >= p.from && b.from <= p.to;

function lanesOf(p: Plot, events: readonly Event[], alerts: readonly AlertRow[], changes: readonly ChangeRow[], responders: readonly Responder[], measured: readonly Measured[], now: number): Lane[] {
    const { i } = p;
    const impacts: Bar[] = i.impacts.filter((m) => m.started_at).map((m) => ({ id: m.id, title: m.title, from: ms(m.started_at)!, to: ms(m.ended_at) ?? now, open: !m.ended_at }));
    const fires: Bar[] = alerts.filter((a) => a.started_at).map((a) => ({ id: a.id, title: a.title, from: ms(a.started_at)!, to: ms(a.ended_at) ?? now, open: !a.ended_at }));
    return [
        phaseLane(p, events, now),
        barLane(p, t('lane_impact'), impacts.filter((b) => inRange(p, b)), 'imp', 6),
        barLane(p, t('lane_alerts'), fires.filter((b) => inRange(p, b)), 'al', 8),
        ...measured.map((m) => latencyLane(p, m)),
        pointLane(p, t('lane_changes'), changePoints(p, changes, events)),
        pointLane(p, t('lane_reasoning'), reasoningPoints(p, events, now)),
        chatLane(p, events),
        peopleLane(p, responders),
    ].filter((l): l is Lane => l !== null);
}

type Moment = { at: number; label: string };
function moments(i: Incident): Moment[] {
    const all: [string | null, string][] = [[i.impact_started_at, t('mark_impact')], [i.detected_at, t('mark_detected')], [i.mitigated_at, t('mark_mitigated')], [i.resolved_at, t('mark_resolved')]];
    return all.filter(([at]) => at).map(([at, label]) => ({ at: Date.parse(at!), label })).sort((a, b) => a.at - b.at);
}

/** Names of key moments stand at their line, the first to its left when there is room. */
function placeMoments(p: Plot, list: Moment[]): { x: number; label: string; anchor: 'start' | 'end'; row: number }[] {
    const out = list.map((m, k) => {
        const x = p.x(m.at);
        const w = textWidth(m.label) + 8;
        const anchor: 'start' | 'end' = (k === 0 && list.length > 1 && x - w > 0) || x + w > p.W ? 'end' : 'start';
        return { x, label: m.label, anchor, span: (anchor === 'end' ? [x - w, x] : [x, x + w]) as [number, number] };
    });
    const row = pack(out.map((m) => m.span), 2);
    return out.map(({ x, label, anchor }, k) => ({ x, label, anchor, row: row[k]! }));
}

/** The first key moment has its name on the left: there must be room for it. */
function roomForFirst(i: Incident, [from, to]: [number, number], width: number): [number, number] {
    const first = moments(i)[0];
    if (!first) return [from, to];
    const need = textWidth(first.label) + 16;
    return [Math.min(from, first.at - ((to - first.at) * need) / (width - need)), to];
}

type Zoom = 'whole' | '30' | '10';

function NowLabel({ x, W, text }: { x: number; W: number; text: string }) {
    const w = textWidth(text) + 10;
    const left = Math.min(x - w / 2, W - w);
    return <><rect class="nowb" x={left} y="17" width={w} height="16" rx="3" /><text class="nowt" x={left + w / 2} y="29" text-anchor="middle">{text}</text></>;
}

const LONGEST = 60_000;

export function Lanes({ incident: i, events, alerts, changes, responders, measured, onPick, onMove, menu }: {
    incident: Incident; events: readonly Event[]; alerts: readonly AlertRow[]; changes: readonly ChangeRow[]; responders: readonly Responder[]; measured: readonly Measured[];
    onPick: (id: string) => void; onMove: ((id: string, at: number) => void) | undefined; menu: (picture: () => HTMLElement) => (MenuItem | false)[];
}) {
    const box = useRef<HTMLDivElement>(null);
    const [width, setWidth] = useState(0);
    const [zoom, setZoom] = useState(0);                     /* ms on screen; 0 = all */
    const hold = useRef<{ at: number; px: number } | null>(null);     /* what stays where it is while zooming */
    const ticking = useNow();
    const now = i.active ? Math.floor(ticking / 5000) * 5000 : Date.now();
    useLayoutEffect(() => {
        const el = box.current!;
        const watch = new ResizeObserver(() => setWidth(el.clientWidth));
        watch.observe(el);
        setWidth(el.clientWidth);
        return () => watch.disconnect();
    }, []);
    const base = Math.max(width, 640) - NAMES - 2;
    const [from, to] = roomForFirst(i, domain(i, events, alerts, changes, now), base);
    const span = to - from;
    const W = zoom && zoom < span ? Math.min((base * span) / zoom, LONGEST) : base;
    const p: Plot = { x: (at) => Math.round(((at - from) / span) * W * 10) / 10, W, from, to, i, onPick, onMove };
    const lanes = width ? lanesOf(p, events, alerts, changes, responders, measured, now) : [];
    const marks = placeMoments(p, moments(i));
    const top = 36 + Math.max(0, ...marks.map((m) => m.row)) * 14;
    const offsets: number[] = [];
    let height = top + 4;
    for (const l of lanes) { offsets.push(height); height += l.height; }
    const closest = Math.max(2 * MIN, (base * span) / LONGEST);
    /** Shows so many ms; the moment at `px` of the window stays there. */
    const set = (next: number, px = base / 2) => {
        hold.current = { at: timeAt(p, box.current!.scrollLeft + px), px };
        setZoom(next >= span ? 0 : Math.max(closest, next));
    };
    const onImpact = (next: number) => {
        hold.current = { at: ms(i.impact_started_at) ?? from, px: 40 };
        setZoom(next);
    };
    const latest = useRef(set);
    latest.current = (next, px) => set(next, px);
    const scale = useRef(0);
    scale.current = zoom || span;
    useLayoutEffect(() => {
        if (hold.current) box.current!.scrollLeft = Math.max(0, p.x(hold.current.at) - hold.current.px);
        hold.current = null;
    }, [zoom]);
    useEffect(() => {
        const el = box.current!;
        const wheel = (e: WheelEvent) => {
            if (!e.ctrlKey && !e.metaKey) return;                   /* a pinch on a touchpad comes with ctrl */
            e.preventDefault();
            latest.current(scale.current * Math.exp(Math.max(-60, Math.min(60, e.deltaY)) / 100), Math.max(0, e.clientX - el.getBoundingClientRect().left - NAMES));
        };
        el.addEventListener('wheel', wheel, { passive: false });
        return () => el.removeEventListener('wheel', wheel);
    }, []);
    const pan = useRef<{ x: number; left: number } | null>(null);
    const panning = {
        onPointerDown: (e: PointerEvent) => {
            if (e.button !== 0 || e.pointerType !== 'mouse' || (e.target as Element).closest('.mk') || W === base) return;
            pan.current = { x: e.clientX, left: box.current!.scrollLeft };
            box.current!.setPointerCapture(e.pointerId);
        },
        onPointerMove: (e: PointerEvent) => { if (pan.current) box.current!.scrollLeft = pan.current.left - (e.clientX - pan.current.x); },
        onPointerUp: () => { pan.current = null; }, onPointerCancel: () => { pan.current = null; },
        onKeyDown: (e: KeyboardEvent) => {
            if (e.target !== box.current || e.ctrlKey || e.metaKey) return;
            if (e.key === '+' || e.key === '=') set((zoom || span) / 2);
            else if (e.key === '-') set((zoom || span) * 2);
            else if (e.key === '0') set(span);
        },
    };
    const value: Zoom | 'other' = !zoom ? 'whole' : zoom === 30 * MIN ? '30' : zoom === 10 * MIN ? '10' : 'other';
    return <>
        <div class="tl-bar">
            <span class="grow clip"><b class="strong">{day(i.impact_started_at ?? i.declared_at)}</b> <span class="soft">{clock(from)} {i.active ? t('to_now') : `– ${span > 20 * 3600_000 ? dayClock(to) : clock(to)}`}, {zoneName(from)}</span></span>
            <span class="tl-zoom wide-only">
                <IconButton small icon="minus" label={t('zoom_out')} onClick={() => set((zoom || span) * 2)} />
                <Segmented<Zoom | 'other'> label={t('zoom')} value={value} onChange={(v) => (v === '30' ? onImpact(30 * MIN) : v === '10' ? onImpact(10 * MIN) : set(span))}
                    options={[{ value: 'whole', label: t('whole') }, ...(span > 30 * MIN ? [{ value: '30' as const, label: t('min30') }] : []), ...(span > 10 * MIN ? [{ value: '10' as const, label: t('min10') }] : [])]} />
                <IconButton small icon="plus" label={t('zoom_in')} onClick={() => set((zoom || span) / 2)} />
            </span>
            <MenuButton class="btn plain small" chevron={false} align="end" label={t('export')} items={() => menu(() => box.current!)}><Icon name="download" small /></MenuButton>
        </div>
        <div class={`tl-scroll ${W > base ? 'pans' : ''}`} ref={box} role="region" aria-label={t('picture')} tabIndex={0} {...panning}>
            <svg class="tl names" width={NAMES} height={height + 4} viewBox={`0 0 ${NAMES} ${height + 4}`} aria-hidden="true">
                {lanes.map((l, k) => <text key={l.name} class="lane" x="0" y={offsets[k]! + 16}>{l.name}</text>)}
                {lanes.slice(1).map((l, k) => <path key={l.name} class="hair" d={`M0 ${offsets[k + 1]! - 0.5}H${NAMES}`} />)}
            </svg>
            <svg class="tl" width={W} height={height + 4} viewBox={`0 0 ${W} ${height + 4}`}>
                {ticks(from, to, W).map((at) => <g key={at}><path class="grid" d={`M${p.x(at)} ${top}V${height}`} />{p.x(at) > 16 && <text class="ax" x={p.x(at)} y="12" text-anchor="middle">{span > 36 * 3600_000 ? day(at) : clock(at)}</text>}</g>)}
                {i.impact_started_at && <rect class="wash" x={p.x(ms(i.impact_started_at)!)} y={top} width={Math.max(0, p.x(ms(i.mitigated_at) ?? ms(i.resolved_at) ?? (i.active ? now : to)) - p.x(ms(i.impact_started_at)!))} height={height - top} />}
                {lanes.slice(1).map((l, k) => <path key={l.name} class="hair" d={`M0 ${offsets[k + 1]! - 0.5}H${W}`} />)}
                {marks.map((m) => <path key={m.label} class="key" d={`M${m.x} ${22 + m.row * 14}V${height}`} />)}
                {lanes.map((l, k) => <g key={l.name}>{l.draw(offsets[k]!)}</g>)}
                {marks.map((m) => <text key={m.label} class="keyt" x={m.anchor === 'end' ? m.x - 5 : m.x + 5} y={30 + m.row * 14} text-anchor={m.anchor}>{m.label}</text>)}
                {i.active && <g><path class="now" d={`M${p.x(now)} 22V${height}`} /><NowLabel x={p.x(now)} W={W} text={t('mark_now', { time: clock(now) })} /></g>}
            </svg>
        </div>
    </>;
}

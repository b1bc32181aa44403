/** The lanes of the picture, one for each kind of evidence. Each is laid out once for a scale; what is on screen is drawn. */
import type { JSX } from 'preact';
import { clock, dayClock, duration } from 'app/time';
import type { AlertRow } from '../../incident/ui/alerts';
import { mitigationBegan, type Event } from './model';
import type { Responder } from './people';
import { clip, heldLabel, inView, Mark, ms, pack, textWidth, type Lane, type Plot } from './plot';
import { t } from './strings';

const MIN = 60_000;

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
    return { name: t('lane_phase'), height: 30, draw: (y, v) => parts.map(([cls, word, a, b]) => {
        const x0 = p.x(a);
        const w = Math.max(1, p.x(b) - x0 - 1.5);
        const label = heldLabel(v, x0 - 3, x0 + w, word);
        return <g key={cls}><title>{`${word} ${dayClock(a)} – ${dayClock(b)}`}</title><rect class={cls} x={x0} y={y + 4} width={w} height="18" rx="3" />
            {label?.text === word && <text class={`in ${cls}t`} x={label.x} y={y + 17}>{word}</text>}</g>;
    }) };
}

type Bar = { id: string; title: string; from: number; to: number; open: boolean; href?: string };

function barLane(p: Plot, name: string, bars: Bar[], cls: 'imp' | 'al', most: number): Lane | null {
    if (!bars.length) return null;
    const sorted = [...bars].sort((a, b) => a.from - b.from);
    const shown = sorted.slice(0, most);
    const rest = sorted.length - shown.length;
    /* A bar that is too short for its words has room for them behind it. */
    const begin = (b: Bar) => Math.max(0, p.x(b.from));
    const spans = shown.map((b): [number, number] => [begin(b), Math.max(p.x(b.to), begin(b) + textWidth(b.title) + 14)]);
    const row = pack(spans, 2);
    const rows = Math.max(...row) + 1;
    return { name, height: rows * 20 + 8 + (rest ? 16 : 0), draw: (y, v) => <>
        {shown.map((b, k) => {
            const x0 = spans[k]![0];
            const end = Math.min(spans[k]![1], p.W);
            if (!inView(v, x0, end)) return null;
            const w = Math.max(3, Math.min(p.x(b.to), p.W) - x0);
            const top = y + 4 + row[k]! * 20;
            const label = heldLabel(v, x0, end, b.title);
            const bar = <><title>{`${b.title}, ${dayClock(b.from)}${b.open ? '' : ` – ${clock(b.to)}`}`}</title>
                <rect class={cls} x={x0} y={top} width={w} height="17" rx="3" /><rect class={`${cls}cap`} x={x0} y={top} width="2.5" height="17" />
                {label && <text class={`in ${cls}t`} x={label.x} y={top + 12.5}>{label.text}</text>}</>;
            return b.href ? <a key={b.id} class="mk" href={b.href} aria-label={b.title}>{bar}</a> : <g key={b.id}>{bar}</g>;
        })}
        {rest > 0 && <text class="lane" x={v.left + 2} y={y + rows * 20 + 14}>{t('more_n', { n: rest })}</text>}
    </> };
}

type Point = { id: string; at?: number | undefined; x: number; end: number; label: string; note: string; title: string; draw: (y: number) => JSX.Element };

/** What stands in a row, from left to right: the last spans, and how far those before them reach. */
type Row = { spans: [number, number][]; far: number };
const NEAR = 64;
const free = (row: Row | undefined, a: number, b: number) => !row || (a - 6 >= row.far && row.spans.slice(-NEAR).every(([c, d]) => b + 6 <= c || a - 6 >= d));

/** Marks with their words on the free side, in as few rows as needed; a word that fits nowhere is left to the title. */
function pointLane(p: Plot, name: string, points: Point[]): Lane | null {
    if (!points.length) return null;
    const rows: Row[] = [];
    const put = (r: number, a: number, b: number) => {
        const row = (rows[r] ??= { spans: [], far: -Infinity });
        row.spans.push([a, b]);
        if (row.spans.length > NEAR) row.far = Math.max(row.far, row.spans[row.spans.length - 1 - NEAR]![1]);
    };
    const most = 4;
    const placed = [...points].sort((a, b) => a.x - b.x).map((pt) => {
        for (let r = 0; r < most; r++) {
            for (const label of pt.label ? [clip(pt.label, 280), clip(pt.label, 150)] : ['']) {
                const w = textWidth(label) + (pt.note ? textWidth(pt.note) + 4 : 0);
                const right: [number, number] = [pt.x - 6, pt.end + 9 + w];
                const left: [number, number] = [pt.x - 9 - w, pt.end + 6];
                for (const [span, side] of [[right, 'start'], [left, 'end']] as const) {
                    if (side === 'start' ? right[1] > p.W : left[0] < 0) continue;
                    if (!free(rows[r], span[0], span[1])) continue;
                    put(r, span[0], span[1]);
                    return { pt, r, side, label };
                }
            }
        }
        let bare = rows.findIndex((row) => free(row, pt.x - 6, pt.end + 6));
        if (bare < 0) bare = Math.min(rows.length, most);
        put(bare, pt.x - 6, pt.end + 6);
        return { pt, r: bare, side: null, label: '' };
    });
    return { name, height: rows.length * 18 + 6, draw: (y, v) => placed.map(({ pt, r, side, label }) => {
        const w = textWidth(label) + textWidth(pt.note) + 16;
        if (!inView(v, pt.x - w, pt.end + w)) return null;
        const cy = y + 12 + r * 18;
        const away = pt.x < v.left && pt.end - v.left > 60 ? clip(pt.label, pt.end - v.left - 20) : '';       /* a line that began before the screen */
        return <Mark key={pt.id || pt.title} id={pt.id} at={pt.at} title={pt.title} plot={p}>{pt.draw(cy)}
            {away && <text class="tx" x={v.left + 6} y={cy + 4}>{away}</text>}
            {side && !away && <text class="tx" x={side === 'start' ? pt.end + 9 : pt.x - 9} y={cy + 4} text-anchor={side}>{label}{pt.note && <> <tspan class="q">{pt.note}</tspan></>}</text>}</Mark>;
    }) };
}

export type ChangeRow = { id: string; kind: string; title: string; occurred_at: string; relation: string };

function changePoints(p: Plot, changes: readonly ChangeRow[], events: readonly Event[]): Point[] {
    const told_by = new Map(events.filter((e) => e.kind === 'change' && e.evidence?.id).map((e) => [e.evidence!.id!, e]));
    return changes.map((c) => {
        const x = p.x(Date.parse(c.occurred_at));
        const told = c.relation === 'dismissed' || c.relation === 'proposed' ? '' : c.relation;
        const cls = c.relation === 'caused' ? 'chc' : c.relation === 'fixed' ? 'chf' : c.relation === 'proposed' ? 'chp' : 'chs';
        const event = told_by.get(c.id);
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
    return { name: t('lane_chat'), height: 34, draw: (y, v) => [...counts].filter(([b]) => inView(v, p.x(b * bin), p.x(b * bin) + width)).map(([b, n]) => {
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
    const at = (s: { at: number; ms: number }) => `${p.x(s.at)} ${Math.round((46 - (s.ms / most) * 30) * 10) / 10}`;
    const curve = well.map(at).join('L');
    return { name: t('lane_latency'), height: 52, draw: (y, v) => <g><title>{m.name}</title>
        {seen.filter((s) => s.failed && inView(v, p.x(s.at), p.x(s.at))).map((s) => <rect key={s.at} class="fails" x={p.x(s.at) - 1} y={y + 14} width="2" height="32" />)}
        {well.length > 1 && <g transform={`translate(0 ${y})`}><path class="area" d={`M${p.x(well[0]!.at)} 46L${curve}L${p.x(well.at(-1)!.at)} 46Z`} /><path class="curve" d={`M${curve}`} /></g>}
        <text class="lane" x={v.left + 2} y={y + 11}>{clip(m.name, 220)} <tspan class="q">{t('at_most_ms', { n: most })}</tspan></text></g> };
}

const PEOPLE = 8;

/** When responders were at it, a row for each; their name stands where there is room. */
function peopleLane(p: Plot, responders: readonly Responder[]): Lane | null {
    if (!responders.length) return null;
    const shown = responders.slice(0, PEOPLE);
    const rest = responders.length - shown.length;
    return { name: t('lane_people'), height: shown.length * 16 + 8 + (rest ? 16 : 0), draw: (y, v) => <>
        {shown.map((r, k) => {
            const bars = r.stretches.map((s) => [Math.max(0, p.x(Date.parse(s.started_at))), Math.min(p.W, p.x(Date.parse(s.ended_at)))] as const).filter(([a, b]) => b > a);
            if (!bars.length) return null;
            const top = y + 4 + k * 16;
            const end = bars[bars.length - 1]![1];
            const name = textWidth(r.user.name) + 12;
            const [at, anchor, on] = end + name < p.W ? [end + 6, 'start', ''] as const : bars[0]![0] > name ? [bars[0]![0] - 6, 'end', ''] as const : [bars[0]![0] + 6, 'start', 'on'] as const;
            const x = anchor === 'start' ? Math.max(at, v.left + 6) : at;
            return <g key={r.user.id}><title>{`${r.user.name}, ${duration(r.active_ms)}`}</title>
                {bars.map(([a, b]) => <rect key={a} class="pe" x={a} y={top + 1} width={Math.max(3, b - a)} height="12" rx="2" />)}
                <text class={`pet ${on}`} x={x} y={top + 10.5} text-anchor={anchor}>{r.user.name}</text></g>;
        })}
        {rest > 0 && <text class="lane" x={v.left + 2} y={y + shown.length * 16 + 14}>{t('more_n', { n: rest })}</text>}
    </> };
}

const inRange = (p: Plot, b: Bar) => b.to >= p.from && b.from <= p.to;

export function lanesOf(p: Plot, events: readonly Event[], alerts: readonly AlertRow[], changes: readonly ChangeRow[], responders: readonly Responder[], measured: readonly Measured[], now: number): Lane[] {
    const { i } = p;
    const impacts: Bar[] = i.impacts.filter((m) => m.started_at).map((m) => ({ id: m.id, title: m.title, from: ms(m.started_at)!, to: ms(m.ended_at) ?? now, open: !m.ended_at }));
    const fires: Bar[] = alerts.filter((a) => a.started_at).map((a) => ({ id: a.id, title: a.title, from: ms(a.started_at)!, to: ms(a.ended_at) ?? now, open: !a.ended_at, href: `/alerts?alert=${a.id}` }));
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


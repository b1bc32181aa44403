/**
 * The incident as a picture: time runs to the right, a lane for each kind of evidence, words beside every mark, no
 * legend. Drawn from the incident, its events and its alerts; nothing is made up where nothing is known.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon, IconButton, MenuButton, Segmented, useNow, type MenuItem } from 'kit';
import { locale } from 'app/i18n';
import { clock, day, dayClock, utc, zoneName } from 'app/time';
import type { AlertRow } from '../../incident/ui/alerts';
import type { Incident } from '../../incident/ui/types';
import { lanesOf, type ChangeRow, type Measured } from './lane-kinds';
import type { Event } from './model';
import type { Responder } from './people';
import { inView, ms, pack, textWidth, timeAt, type Plot, type View } from './plot';
import { t } from './strings';

const NAMES = 92;
const MIN = 60_000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080].map((m) => m * MIN);

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

/** Two fingers on the picture: how much closer they came together since the last time, about which point. */
function usePinch(el: { current: HTMLElement | null }, onPinch: (factor: number, clientX: number) => void): void {
    const latest = useRef(onPinch);
    latest.current = onPinch;
    useEffect(() => {
        const box = el.current!;
        let apart = 0;
        const spread = (e: TouchEvent) => Math.hypot(e.touches[0]!.clientX - e.touches[1]!.clientX, e.touches[0]!.clientY - e.touches[1]!.clientY);
        const begin = (e: TouchEvent) => { apart = e.touches.length === 2 ? spread(e) : 0; };
        const move = (e: TouchEvent) => {
            if (!apart || e.touches.length !== 2) return;
            e.preventDefault();
            const now = Math.max(10, spread(e));
            latest.current(apart / now, (e.touches[0]!.clientX + e.touches[1]!.clientX) / 2);
            apart = now;
        };
        box.addEventListener('touchstart', begin, { passive: true });
        box.addEventListener('touchend', begin, { passive: true });
        box.addEventListener('touchmove', move, { passive: false });
        return () => {
            box.removeEventListener('touchstart', begin);
            box.removeEventListener('touchend', begin);
            box.removeEventListener('touchmove', move);
        };
    }, []);
}

export function Lanes({ incident: i, events, alerts, changes, responders, measured, onPick, onMove, menu }: {
    incident: Incident; events: readonly Event[]; alerts: readonly AlertRow[]; changes: readonly ChangeRow[]; responders: readonly Responder[]; measured: readonly Measured[];
    onPick: (id: string) => void; onMove: ((id: string, at: number) => void) | undefined; menu: (picture: () => Promise<HTMLElement>) => (MenuItem | false)[];
}) {
    const box = useRef<HTMLDivElement>(null);
    const [width, setWidth] = useState(0);
    const [zoom, setZoom] = useState(0);                     /* ms on screen; 0 = all */
    const hold = useRef<{ at: number; px: number } | null>(null);     /* what stays where it is while zooming */
    const [left, setLeft] = useState(0);                     /* how far it is panned */
    const [whole, setWhole] = useState<((el: HTMLElement) => void) | null>(null);       /* somebody wants all of it drawn, as a file */
    const ticking = useNow();
    const opened = useRef(Date.now());
    const now = i.active ? Math.floor(ticking / 5000) * 5000 : opened.current;
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
    const acts = useRef({ onPick, onMove });
    acts.current = { onPick, onMove };
    /* Laid out once for a scale: while one pans, only what comes into view is drawn. */
    const lanes = useMemo(() => (width ? lanesOf({ ...p, onPick: (id) => acts.current.onPick(id), onMove: onMove && ((id, at) => acts.current.onMove?.(id, at)) }, events, alerts, changes, responders, measured, now) : []),
        [width > 0, W, from, to, !!onMove, i, events, alerts, changes, responders, measured, now, locale.value, utc.value]);
    const seen = Math.max(base, width);
    const view: View = whole ? { left: 0, from: 0, to: W } : { left, from: left - seen / 4, to: left + seen * 1.25 };
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
    const scale = useRef(0);                                 /* what is asked for; several steps may come before the next picture */
    scale.current = zoom || span;
    const by = (factor: number, clientX: number) => {
        scale.current = Math.min(span, Math.max(closest, scale.current * factor));
        set(scale.current, Math.max(0, clientX - box.current!.getBoundingClientRect().left - NAMES));
    };
    const latest = useRef(by);
    latest.current = by;
    usePinch(box, by);
    useLayoutEffect(() => {
        if (hold.current) box.current!.scrollLeft = Math.max(0, p.x(hold.current.at) - hold.current.px);
        hold.current = null;
        setLeft(box.current!.scrollLeft);
    }, [zoom, W]);
    useLayoutEffect(() => {
        if (!whole) return;
        whole(box.current!);
        setWhole(null);
    }, [whole]);
    const picture = () => new Promise<HTMLElement>((done) => setWhole(() => done));
    useEffect(() => {
        const el = box.current!;
        const wheel = (e: WheelEvent) => {
            if (!e.ctrlKey && !e.metaKey) return;                   /* a pinch on a touchpad comes with ctrl */
            e.preventDefault();
            latest.current(Math.exp(Math.max(-60, Math.min(60, e.deltaY)) / 100), e.clientX);
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
            else if (e.key === 'Home') box.current!.scrollLeft = 0;
            else if (e.key === 'End') box.current!.scrollLeft = W;
            else return;
            e.preventDefault();
        },
    };
    const value: Zoom | 'other' = !zoom ? 'whole' : zoom === 30 * MIN ? '30' : zoom === 10 * MIN ? '10' : 'other';
    return <>
        <div class="tl-bar">
            <span class="grow clip"><b class="strong">{day(i.impact_started_at ?? i.declared_at)}</b> <span class="soft">{clock(from)} {i.active ? t('to_now') : `– ${span > 20 * 3600_000 ? dayClock(to) : clock(to)}`}, {zoneName(from)}</span></span>
            <span class="tl-zoom">
                <IconButton small icon="minus" label={t('zoom_out')} onClick={() => set((zoom || span) * 2)} />
                <span class="wide-only"><Segmented<Zoom | 'other'> label={t('zoom')} value={value} onChange={(v) => (v === '30' ? onImpact(30 * MIN) : v === '10' ? onImpact(10 * MIN) : set(span))}
                    options={[{ value: 'whole', label: t('whole') }, ...(span > 30 * MIN ? [{ value: '30' as const, label: t('min30') }] : []), ...(span > 10 * MIN ? [{ value: '10' as const, label: t('min10') }] : [])]} /></span>
                <IconButton small icon="plus" label={t('zoom_in')} onClick={() => set((zoom || span) / 2)} />
            </span>
            <MenuButton class="btn plain small" chevron={false} align="end" label={t('export')} items={() => menu(picture)}><Icon name="download" small /></MenuButton>
        </div>
        <div class={`tl-scroll ${W > base ? 'pans' : ''}`} ref={box} role="region" aria-label={t('picture')} title={t('picture_keys')} tabIndex={0} onScroll={() => setLeft(box.current!.scrollLeft)} {...panning}>
            <svg class="tl names" width={NAMES} height={height + 4} viewBox={`0 0 ${NAMES} ${height + 4}`} aria-hidden="true">
                {lanes.map((l, k) => <text key={l.name} class="lane" x="0" y={offsets[k]! + 16}>{l.name}</text>)}
                {lanes.slice(1).map((l, k) => <path key={l.name} class="hair" d={`M0 ${offsets[k + 1]! - 0.5}H${NAMES}`} />)}
            </svg>
            <svg class="tl" width={W} height={height + 4} viewBox={`0 0 ${W} ${height + 4}`}>
                {ticks(from, to, W).filter((at) => inView(view, p.x(at), p.x(at))).map((at) => <g key={at}><path class="grid" d={`M${p.x(at)} ${top}V${height}`} />{p.x(at) > 16 && <text class="ax" x={p.x(at)} y="12" text-anchor="middle">{span > 36 * 3600_000 ? day(at) : clock(at)}</text>}</g>)}
                {i.impact_started_at && <rect class="wash" x={p.x(ms(i.impact_started_at)!)} y={top} width={Math.max(0, p.x(ms(i.mitigated_at) ?? ms(i.resolved_at) ?? (i.active ? now : to)) - p.x(ms(i.impact_started_at)!))} height={height - top} />}
                {lanes.slice(1).map((l, k) => <path key={l.name} class="hair" d={`M0 ${offsets[k + 1]! - 0.5}H${W}`} />)}
                {marks.map((m) => <path key={m.label} class="key" d={`M${m.x} ${22 + m.row * 14}V${height}`} />)}
                {lanes.map((l, k) => <g key={l.name}>{l.draw(offsets[k]!, view)}</g>)}
                {marks.map((m) => <text key={m.label} class="keyt" x={m.anchor === 'end' ? m.x - 5 : m.x + 5} y={30 + m.row * 14} text-anchor={m.anchor}>{m.label}</text>)}
                {i.active && <g><path class="now" d={`M${p.x(now)} 22V${height}`} /><NowLabel x={p.x(now)} W={W} text={t('mark_now', { time: clock(now) })} /></g>}
            </svg>
        </div>
    </>;
}

/** What every lane is drawn with: where a moment stands, what of the picture is on screen, words that fit, marks. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { clockSeconds } from 'app/time';
import type { Incident } from '../../incident/ui/types';

const CHAR = 6.1;
const SECOND = 1000;

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

export const ms = (at: string | null | undefined) => (at ? Date.parse(at) : null);

/** `onMove`: a mark was put to another time; missing when the reader may not correct times. */
export type Plot = { x: (at: number) => number; W: number; from: number; to: number; i: Incident; onPick: (id: string) => void; onMove: ((id: string, at: number) => void) | undefined };
/** What is on screen, in pixels of the picture: its left edge, and from where to where it is drawn (somewhat beyond the edges). */
export type View = { left: number; from: number; to: number };
export type Lane = { name: string; height: number; draw: (y: number, view: View) => ComponentChildren };

export const inView = (v: View, from: number, to: number) => to >= v.from && from <= v.to;
export const timeAt = (p: Plot, x: number) => p.from + (x / p.W) * (p.to - p.from);

/**
 * Where the words of a bar stand: at its begin, or at the left edge of the screen while it begins before that, and what of
 * them fits before `end`. Null: too little of it is on screen for a word.
 */
export function heldLabel(v: View, from: number, end: number, label: string): { x: number; text: string } | null {
    const x = Math.max(from, v.left) + 9;
    const text = clip(label, end - x - 5);
    return text.length > 1 && (text === label || text.length > 3) ? { x, text } : null;
}

/** One step of a mark that is moved by keys: the smallest of these that shows. */
const NUDGES = [1, 5, 10, 30, 60, 300, 900, 3600].map((s) => s * SECOND);
export const nudge = (p: Plot) => NUDGES.find((n) => (n / (p.to - p.from)) * p.W >= 3) ?? NUDGES[NUDGES.length - 1]!;

/**
 * A mark leads to its event below. One that stands at the time of its event can be put to another: dragged, or with
 * Shift and the arrows, then Enter (Escape leaves it where it was).
 */
export function Mark({ id, at, title, plot, children }: { id?: string | undefined; at?: number | undefined; title: string; plot: Plot; children: ComponentChildren }) {
    const [to, setTo] = useState<number | null>(null);           /* where it would be put */
    const grip = useRef<{ x: number; far: boolean } | null>(null);
    if (!id) return <g><title>{title}</title>{children}</g>;
    const movable = at !== undefined && plot.onMove;
    const end = (e: PointerEvent, keep: boolean) => {
        const g = grip.current;
        grip.current = null;
        setTo(null);
        if (!g || !keep) return;
        if (g.far) plot.onMove!(id, timeAt(plot, plot.x(at!) + e.clientX - g.x));
        else plot.onPick(id);
    };
    /* A finger that swipes over the picture moves nothing: it taps, and corrects the time in the form. */
    const drag = movable ? {
        onClick: (e: MouseEvent) => { if ((e as PointerEvent).pointerType === 'touch') plot.onPick(id); },
        onPointerDown: (e: PointerEvent) => {
            if (e.button !== 0 || e.pointerType === 'touch') return;
            grip.current = { x: e.clientX, far: false };
            (e.currentTarget as Element).setPointerCapture(e.pointerId);
        },
        onPointerMove: (e: PointerEvent) => {
            if (!grip.current) return;
            if (Math.abs(e.clientX - grip.current.x) > 4) grip.current.far = true;
            if (grip.current.far) setTo(timeAt(plot, plot.x(at) + e.clientX - grip.current.x));
        },
        onPointerUp: (e: PointerEvent) => end(e, true),
        onPointerCancel: (e: PointerEvent) => end(e, false),
    } : { onClick: () => plot.onPick(id) };
    const onKeyDown = (e: KeyboardEvent) => {
        const step = e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0;
        if (step && e.shiftKey && movable) setTo((to ?? at) + step * nudge(plot));
        else if (e.key === 'Escape' && to !== null) setTo(null);
        else if (e.key === 'Enter' && to !== null) {
            plot.onMove!(id, to);
            setTo(null);
        } else if (e.key === 'Enter' || e.key === ' ') plot.onPick(id);
        else return;
        e.preventDefault();
        e.stopPropagation();
    };
    const shift = to === null ? 0 : plot.x(to) - plot.x(at!);
    return <g class={`mk ${movable ? 'movable' : ''} ${to !== null ? 'moving' : ''}`} role="button" tabIndex={0} aria-label={to === null ? title : `${title} → ${clockSeconds(to)}`} aria-keyshortcuts={movable ? 'Shift+ArrowLeft Shift+ArrowRight' : undefined}
        {...drag} onKeyDown={onKeyDown} onBlur={() => { if (!grip.current) setTo(null); }}>
        <title>{title}</title>
        <g transform={shift ? `translate(${shift} 0)` : undefined}>{children}</g>
        {to !== null && <><path class="now" d={`M${plot.x(to)} 22V2000`} /><text class="tx" x={plot.x(to) + 5} y="30">{clockSeconds(to)}</text></>}
    </g>;
}

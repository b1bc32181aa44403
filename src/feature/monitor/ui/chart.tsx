/** Pictures of results: days as a strip, latency over time. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { clock, day, dayClock } from 'app/time';
import { percent, uptime, type Day, type Sample } from './types';
import { t } from './strings';

const DAY = 86_400_000;

/** A bar for each of the last `n` days. */
export function Days({ days, n }: { days: readonly Day[]; n: number }) {
    const by = new Map(days.map((d) => [d.day_at.slice(0, 10), d]));
    const today = Date.now();
    const all = Array.from({ length: n }, (_, k) => new Date(today - (n - 1 - k) * DAY).toISOString().slice(0, 10));
    const part = uptime(days);
    return (
        <span class="mon-days" role="img" aria-label={part === null ? t('unknown') : percent(part)}>
            {all.map((iso) => {
                const d = by.get(iso);
                const ok = d && d.n ? 1 - d.failed / d.n : null;
                const name = day(`${iso}T12:00:00Z`);
                return <i key={iso} class={ok === null ? '' : ok === 1 ? 'ok' : ok > 0.99 ? 'some' : 'bad'}
                    title={ok === null ? t('no_looks', { day: name }) : t('day_title', { day: name, uptime: percent(ok), n: d!.n })} />;
            })}
        </span>
    );
}

const quantile = (sorted: readonly number[], q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;

/** As many points as the width has room for: the median and the highest of each piece of time, and how many failed. */
export type Piece = { at: number; median: number; most: number; failed: number; n: number };
export function pieces(samples: readonly Sample[], from: number, to: number, count: number): Piece[] {
    const length = (to - from) / count;
    const bins: Sample[][] = Array.from({ length: count }, () => []);
    for (const s of samples) {
        const k = Math.floor((Date.parse(s.looked_at) - from) / length);
        if (k >= 0 && k < count) bins[k]!.push(s);
    }
    return bins.flatMap((b, k) => {
        if (!b.length) return [];
        const ms = b.filter((s) => !s.failed).map((s) => s.latency_ms).sort((x, y) => x - y);
        return [{ at: from + (k + 0.5) * length, median: quantile(ms, 0.5), most: ms.at(-1) ?? 0, failed: b.filter((s) => s.failed).length, n: b.length }];
    });
}

const H = 180;
const LEFT = 56;
const TOP = 8;
const BOTTOM = 22;

export function Latency({ samples, from, to }: { samples: readonly Sample[]; from: number; to: number }) {
    const box = useRef<HTMLDivElement>(null);
    const [width, setWidth] = useState(0);
    const [over, setOver] = useState<Piece | null>(null);
    useLayoutEffect(() => {
        const watch = new ResizeObserver(() => setWidth(box.current!.clientWidth));
        watch.observe(box.current!);
        return () => watch.disconnect();
    }, []);
    const plot = Math.max(10, width - LEFT);
    const list = pieces(samples, from, to, Math.max(10, Math.min(samples.length, Math.floor(plot / 3))));
    const top = Math.max(50, ...list.map((p) => p.most)) * 1.1;
    const x = (at: number) => LEFT + ((at - from) / (to - from)) * plot;
    const y = (ms: number) => H - BOTTOM - (ms / top) * (H - BOTTOM - TOP);
    const runs: Piece[][] = [];
    list.forEach((p, k) => {
        const before = list[k - 1];
        if (p.failed === p.n) return;
        if (!before || before.failed === before.n || p.at - before.at > ((to - from) / plot) * 60) runs.push([]);
        runs.at(-1)!.push(p);
    });
    const line = (run: Piece[], of: (p: Piece) => number) => run.map((p, k) => `${k ? 'L' : 'M'}${x(p.at).toFixed(1)} ${y(of(p)).toFixed(1)}`).join('');
    const ticks = [0, 0.5, 1].map((q) => Math.round((top / 1.1) * q));
    const times = Array.from({ length: 5 }, (_, k) => from + ((to - from) * (k + 0.5)) / 5);
    return (
        <div class="mon-chart" ref={box} onMouseLeave={() => setOver(null)} onMouseMove={(e) => {
            const at = from + ((e.clientX - box.current!.getBoundingClientRect().left - LEFT) / plot) * (to - from);
            setOver(list.reduce<Piece | null>((best, p) => (!best || Math.abs(p.at - at) < Math.abs(best.at - at) ? p : best), null));
        }}>
            {width > 0 && <svg width={width} height={H} role="img" aria-label={t('latency')}>
                {ticks.map((ms) => <g key={ms}><path class="grid" d={`M${LEFT} ${y(ms)}H${width}`} /><text x={LEFT - 8} y={y(ms) + 4} text-anchor="end">{t('ms', { n: ms })}</text></g>)}
                {times.map((at) => <text key={at} x={x(at)} y={H - 6} text-anchor="middle">{to - from > 1.5 * DAY ? day(at) : clock(at)}</text>)}
                {list.filter((p) => p.failed).map((p) => <rect key={p.at} class="bad" x={x(p.at) - 1.5} y={TOP} width="3" height={H - BOTTOM - TOP} />)}
                {runs.map((run) => <g key={run[0]!.at}>
                    <path class="most" d={line(run, (p) => p.most)} /><path class="median" d={line(run, (p) => p.median)} />
                    {run.length === 1 && <circle class="dot" cx={x(run[0]!.at)} cy={y(run[0]!.median)} r="2.5" />}</g>)}
                {over && <><path class="at" d={`M${x(over.at)} ${TOP}V${H - BOTTOM}`} /><circle class="dot" cx={x(over.at)} cy={y(over.median)} r="3" /></>}
            </svg>}
            {!list.length && <p class="quiet none">{t('no_results')}</p>}
            {over && <p class="tip">{dayClock(over.at)} · {over.failed === over.n ? t('failed_looks') : t('ms', { n: over.median })}{over.failed > 0 && over.failed < over.n && ` · ${t('failed_looks')}: ${over.failed}`}</p>}
        </div>
    );
}

import { useEffect } from 'preact/hooks';
import { clock, clockSeconds, day, dayClock, duration, inUtc, keepTime, now } from '../src/time';
import { t } from './strings';

const styles = { clock, clockSeconds, day, dayClock } as const;

/** A moment in the reader's zone; UTC on hover; `not yet` (or `none`) when unknown. */
export function Time({ at, as = 'dayClock', none }: { at: string | null | undefined; as?: keyof typeof styles; none?: string }) {
    if (!at) return <span class="quiet">{none ?? t('not_yet')}</span>;
    return <time dateTime={at} title={inUtc(at)}>{styles[as](at)}</time>;
}

/** The current time in ms; the component renders every second. */
export function useNow(): number {
    useEffect(keepTime, []);
    return now.value;
}

/** How long something has been running; stands still when `to` is given. */
export function Running({ from, to, seconds }: { from: string; to?: string | null; seconds?: boolean }) {
    if (to) return <>{duration(Date.parse(to) - Date.parse(from))}</>;
    return <Ticking from={from} seconds={!!seconds} />;
}

function Ticking({ from, seconds }: { from: string; seconds: boolean }) {
    return <>{duration(Math.max(0, useNow() - Date.parse(from)), seconds)}</>;
}

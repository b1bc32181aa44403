import { fromInput, isoDay } from '../src/time';

/** A typed time as a moment: `14:07`, `14:07:30`, `2026-11-10 14:07`, `now`. The day of `near` fills in. */
export function parseTime(q: string, near: string): string | null {
    const text = q.trim();
    if (/^(now|现在)$/i.test(text)) return new Date().toISOString();
    const m = /^(?:(\d{4}-\d\d-\d\d)[ T]+)?(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text);
    if (!m || Number(m[2]) > 23 || Number(m[3]) > 59 || Number(m[4] ?? 0) > 59) return null;
    return fromInput(`${m[1] ?? isoDay(near)}T${m[2]!.padStart(2, '0')}:${m[3]}:${m[4] ?? '00'}`);
}

/**
 * Times on screen: in the reader's zone, UTC on hover, a switch for UTC everywhere. Relative only for what still runs.
 * Input is what the API sends: RFC 3339 UTC, or null when unknown.
 */
import { signal } from '@preact/signals';
import { intlTag, locale } from './i18n';

const STORE = 'hindsight.utc';

function keptUtc(): boolean {
    try {
        return localStorage.getItem(STORE) === '1';
    } catch {
        return false;
    }
}

/** True while every time is shown in UTC. */
export const utc = signal(keptUtc());
/** The reader's zone: from the profile when signed in, otherwise the browser's. */
export const userZone = signal(Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
/** The current time in ms, ticking once a second while something on screen runs (see useNow). */
export const now = signal(Date.now());

export function setUtc(on: boolean): void {
    utc.value = on;
    try {
        localStorage.setItem(STORE, on ? '1' : '0');
    } catch { /* storage may be denied */ }
}

export function zone(): string {
    return utc.value ? 'UTC' : userZone.value;
}

const cache = new Map<string, Intl.DateTimeFormat>();

function format(at: string | number, style: string, options: Intl.DateTimeFormatOptions, tz = zone()): string {
    const d = new Date(at);
    if (Number.isNaN(d.getTime())) return '';
    const key = `${locale.value}|${tz}|${style}`;
    let f = cache.get(key);
    if (!f) cache.set(key, (f = new Intl.DateTimeFormat(intlTag(), { ...options, timeZone: tz, hourCycle: 'h23' })));
    return f.format(d);
}

/** `14:07` */
export const clock = (at: string | number) => format(at, 'hm', { hour: '2-digit', minute: '2-digit' });
/** `14:07:30` */
export const clockSeconds = (at: string | number) =>
    format(at, 'hms', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The calendar day in the shown zone, `2026-11-10`: for grouping and for inputs. */
export function isoDay(at: string | number, tz = zone()): string {
    const p = parts(new Date(at).getTime(), tz);
    return `${p.year}-${pad(p.month)}-${pad(p.day)}`;
}

/** `Tue 10 Nov`, with the year when it is not this one. */
export function day(at: string | number, from: number = now.peek()): string {
    const sameYear = isoDay(at).slice(0, 4) === isoDay(from).slice(0, 4);
    const o: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
    return sameYear ? format(at, 'day', o).replace(/,/g, '') : format(at, 'dayy', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** `Tue 10 Nov 14:07` */
export function dayClock(at: string | number): string {
    return `${day(at)} ${clock(at)}`;
}

/** `Thursday 12 November` */
export const longDay = (at: string | number) =>
    format(at, 'long', { weekday: 'long', day: 'numeric', month: 'long' }).replace(/,/g, '');

/** Shows the moment in UTC, for titles: `2026-11-10 14:07:30 UTC`. */
export function inUtc(at: string | number): string {
    const d = new Date(at);
    return Number.isNaN(d.getTime()) ? '' : d.toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
}

/** Short name of the shown zone at that moment, such as `CET` or `GMT+8`. */
export function zoneName(at: string | number = Date.now()): string {
    const f = new Intl.DateTimeFormat('en-GB', { timeZone: zone(), timeZoneName: 'short' });
    return f.formatToParts(new Date(at)).find((p) => p.type === 'timeZoneName')?.value ?? zone();
}

const UNITS = { en: { d: 'd', h: 'h', m: 'm', s: 's' }, zh: { d: '天', h: '小时', m: '分', s: '秒' } } as const;

/**
 * A length of time in the two units that matter: `45 s`, `4 m 35 s`, `1 h 03 m`, `2 d 4 h`. Negative lengths keep
 * their sign. With `seconds`, hours keep their seconds too, for clocks that run.
 */
export function duration(ms: number, seconds = false): string {
    const u = UNITS[locale.value];
    const sign = ms < 0 ? '−' : '';
    const total = Math.floor(Math.abs(ms) / 1000);
    const d = Math.floor(total / 86400);
    const h = Math.floor((total % 86400) / 3600);
    const m = Math.floor((total % 3600) / 60);
    const s = total % 60;
    if (d > 0) return `${sign}${d} ${u.d}${h ? ` ${h} ${u.h}` : ''}`;
    if (h > 0) return `${sign}${h} ${u.h} ${pad(m)} ${u.m}${seconds ? ` ${pad(s)} ${u.s}` : ''}`;
    if (m > 0) return `${sign}${m} ${u.m}${s || seconds ? ` ${seconds ? pad(s) : s} ${u.s}` : ''}`;
    return `${sign}${s} ${u.s}`;
}

/** Calendar days between two moments in the shown zone: 0 the same day, 1 tomorrow, −1 yesterday. */
export function dayDistance(at: string | number, from: number = now.peek()): number {
    const a = Date.parse(`${isoDay(at)}T00:00:00Z`);
    const b = Date.parse(`${isoDay(from)}T00:00:00Z`);
    return Math.round((a - b) / 86400000);
}

const pad = (n: number) => String(n).padStart(2, '0');

type Parts = { year: number; month: number; day: number; hour: number; minute: number; second: number };

function parts(ms: number, tz: string): Parts {
    const key = `parts|${tz}`;
    let f = cache.get(key);
    if (!f) {
        f = new Intl.DateTimeFormat('en-US', { timeZone: tz, hourCycle: 'h23', year: 'numeric', month: 'numeric',
            day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
        cache.set(key, f);
    }
    const r: Record<string, number> = {};
    for (const p of f.formatToParts(new Date(ms))) if (p.type !== 'literal') r[p.type] = Number(p.value);
    return r as Parts;
}

/** The value for <input type="datetime-local" step="1"> in the shown zone. */
export function toInput(at: string | number | null | undefined): string {
    if (at === null || at === undefined || at === '') return '';
    const ms = new Date(at).getTime();
    if (Number.isNaN(ms)) return '';
    const p = parts(ms, zone());
    return `${p.year}-${pad(p.month)}-${pad(p.day)}T${pad(p.hour)}:${pad(p.minute)}:${pad(p.second)}`;
}

/** The moment that a wall clock in the shown zone means, as RFC 3339 UTC; null for an empty or wrong text. */
export function fromInput(text: string, tz = zone()): string | null {
    const m = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text.trim());
    if (!m) return null;
    const wall = Date.UTC(+m[1]!, +m[2]! - 1, +m[3]!, +(m[4] ?? 0), +(m[5] ?? 0), +(m[6] ?? 0));
    if (Number.isNaN(wall)) return null;
    let guess = wall;
    for (let i = 0; i < 2; i++) {
        const p = parts(guess, tz);
        guess += wall - Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second);
    }
    return new Date(guess).toISOString();
}

let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Keeps `now` ticking until the returned function is called. */
export function keepTime(): () => void {
    if (++watchers === 1) {
        now.value = Date.now();
        timer = setInterval(() => { now.value = Date.now(); }, 1000);
    }
    return () => {
        if (--watchers === 0) clearInterval(timer);
    };
}

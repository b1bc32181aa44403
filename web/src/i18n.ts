/**
 * Words in English and Chinese. Each screen keeps its own dictionary beside itself:
 *
 *     export const t = dictionary({
 *         en: { title: 'Incidents', found: { one: '{n} incident', other: '{n} incidents' } },
 *         zh: { title: '事件', found: '{n} 个事件' },
 *     });
 *     t('title')   t('found', { n: 3 })
 *
 * A key that Chinese lacks, a wrong key and a missing {parameter} fail `tsc`. Components that call t() render again
 * when the language changes.
 */
import { signal } from '@preact/signals';

export type Locale = 'en' | 'zh';
export const LOCALES: readonly Locale[] = ['en', 'zh'];

type Plural = { one?: string; other: string };
type Entry = string | Plural;
type Names<S extends string> = S extends `${string}{${infer P}}${infer R}` ? P | Names<R> : never;
type TextOf<E> = E extends string ? E : E extends { other: infer O extends string } ? O : never;
type Params<E> = Names<TextOf<E>> | (E extends string ? never : 'n');
type Args<E> = [Params<E>] extends [never] ? [] : [Record<Params<E>, string | number>];

const STORE = 'hindsight.locale';

function initial(): Locale {
    try {
        const kept = localStorage.getItem(STORE);
        if (kept === 'en' || kept === 'zh') return kept;
    } catch { /* storage may be denied */ }
    return typeof navigator !== 'undefined' && navigator.language?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** The language on screen; set it with setLocale. */
export const locale = signal<Locale>(initial());

/** True when somebody chose a language on this device; the profile decides otherwise. */
export function hasChosenLocale(): boolean {
    try {
        return localStorage.getItem(STORE) !== null;
    } catch {
        return false;
    }
}

/** Switches the language here and, unless told otherwise, remembers it on this device. */
export function setLocale(l: Locale, remember = true): void {
    locale.value = l;
    if (typeof document !== 'undefined') document.documentElement.lang = l === 'zh' ? 'zh-Hans' : 'en';
    if (!remember) return;
    try {
        localStorage.setItem(STORE, l);
    } catch { /* storage may be denied */ }
}

/** The BCP 47 tag for Intl: en-GB writes days before months and 24-hour clocks. */
export function intlTag(l: Locale = locale.value): string {
    return l === 'zh' ? 'zh-CN' : 'en-GB';
}

const rules: Record<Locale, Intl.PluralRules> = { en: new Intl.PluralRules('en'), zh: new Intl.PluralRules('zh') };

/** Fills {names} of a text; a name without a value stays as written, so that it is seen. */
export function fill(text: string, params?: Record<string, string | number>): string {
    if (!params) return text;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const v = params[name];
        return v === undefined ? whole : typeof v === 'number' ? formatNumber(v) : v;
    });
}

/** A number with the reader's grouping. */
export function formatNumber(n: number): string {
    return new Intl.NumberFormat(intlTag()).format(n);
}

export type Dictionary<E> = {
    <K extends keyof E & string>(key: K, ...args: Args<E[K]>): string;
    /** Looks a key up that is only known at run time; the fallback stands when there is none, or an empty text. */
    any(key: string, fallback?: string): string;
    readonly entries: { en: E; zh: { [K in keyof E]: Entry } };
};

/** Makes the lookup function of one dictionary. */
export function dictionary<const E extends Record<string, Entry>>(
    entries: { en: E; zh: { [K in keyof E]: Entry } },
): Dictionary<E> {
    const look = (key: string, params?: Record<string, string | number>): string | undefined => {
        const l = locale.value;
        const e = (entries[l] as Record<string, Entry>)[key];
        if (e === undefined) return undefined;
        if (typeof e === 'string') return fill(e, params);
        const n = Number(params?.['n'] ?? 0);
        return fill(rules[l].select(n) === 'one' && e.one !== undefined ? e.one : e.other, params);
    };
    const t = ((key: string, params?: Record<string, string | number>) => look(key, params) ?? key) as unknown as Dictionary<E>;
    t.any = (key, fallback) => look(key) || (fallback ?? key);
    Object.defineProperty(t, 'entries', { value: entries });
    return t;
}

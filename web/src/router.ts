/**
 * The address is the place: path and query are signals, and whoever reads them renders again when they change.
 * Links are plain <a href>; one listener takes those that lead to a screen of ours and leaves the rest to the browser.
 */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';

export type ScreenProps = { params: Record<string, string> };
export type Screen = ComponentType<ScreenProps>;
export type Route = {
    /** `/incidents/:id`; `:rest*` takes the remaining segments. */
    path: string;
    load: () => Promise<{ default: Screen }>;
    /** Shown without the rail, and without being signed in. */
    bare?: boolean;
    /** The rail shows icons only, to leave room (the editor). */
    narrow?: boolean;
};
export type Match = { route: Route; params: Record<string, string> };

const hasWindow = typeof window !== 'undefined';
export const path = signal(hasWindow ? location.pathname : '/');
export const query = signal(new URLSearchParams(hasWindow ? location.search : ''));

/** Matches one pattern against a path; null when it does not fit. */
export function matchPath(pattern: string, p: string): Record<string, string> | null {
    const want = pattern.split('/').filter(Boolean);
    const have = p.split('/').filter(Boolean);
    const params: Record<string, string> = {};
    for (let i = 0; i < want.length; i++) {
        const w = want[i]!;
        if (w.startsWith(':') && w.endsWith('*')) {
            params[w.slice(1, -1)] = have.slice(i).join('/');
            return params;
        }
        const h = have[i];
        if (h === undefined) return null;
        if (w.startsWith(':')) {
            try {
                params[w.slice(1)] = decodeURIComponent(h);
            } catch {
                return null;
            }
        } else if (w !== h) return null;
    }
    return have.length === want.length ? params : null;
}

let routes: Route[] = [];

export function setRoutes(r: Route[]): void {
    routes = r;
}

/** The first route that fits. A literal segment beats a parameter when it stands earlier in the list. */
export function findRoute(p: string): Match | null {
    for (const route of routes) {
        const params = matchPath(route.path, p);
        if (params) return { route, params };
    }
    return null;
}

function read(): void {
    path.value = location.pathname;
    query.value = new URLSearchParams(location.search);
}

type Guard = () => boolean;
let guard: Guard | null = null;

/** Asks before the place is left (unsaved form). The guard answers true to let go. Returns how to remove it. */
export function beforeLeave(g: Guard): () => void {
    guard = g;
    return () => { if (guard === g) guard = null; };
}

/** Goes to an address of ours; a foreign or server-rendered one is loaded as a page. */
export function navigate(url: string, options: { replace?: boolean } = {}): void {
    const u = new URL(url, location.href);
    if (u.origin !== location.origin || !findRoute(u.pathname)) {
        location.assign(u.href);
        return;
    }
    const samePath = u.pathname === location.pathname;
    if (!samePath && guard && !guard()) return;
    if (options.replace) history.replaceState({ y: scrollY }, '', u);
    else {
        history.replaceState({ ...history.state, y: scrollY }, '');
        history.pushState({ y: 0 }, '', u);
    }
    read();
    if (!samePath && !options.replace) {
        scrollTo(0, 0);
        document.getElementById('main')?.focus({ preventScroll: true });
    }
}

/** Changes some of the query and keeps the rest; null or '' removes a key. Replaces the history entry unless told. */
export function setQuery(change: Record<string, string | null | undefined>, options: { push?: boolean } = {}): void {
    const q = new URLSearchParams(location.search);
    for (const [k, v] of Object.entries(change)) {
        if (v === null || v === undefined || v === '') q.delete(k);
        else q.set(k, v);
    }
    const s = q.toString();
    navigate(location.pathname + (s ? `?${s}` : '') + location.hash, { replace: !options.push });
}

/** Builds `path?query`, leaving out what is empty. */
export function href(p: string, q: Record<string, string | number | null | undefined> = {}): string {
    const s = new URLSearchParams();
    for (const [k, v] of Object.entries(q)) if (v !== null && v !== undefined && v !== '') s.set(k, String(v));
    const t = s.toString();
    return t ? `${p}?${t}` : p;
}

/** Starts listening to clicks on links and to the back button. */
export function startRouter(): void {
    history.scrollRestoration = 'manual';
    addEventListener('popstate', (e) => {
        read();
        const y = (e.state as { y?: number } | null)?.y ?? 0;
        requestAnimationFrame(() => requestAnimationFrame(() => scrollTo(0, y)));
    });
    document.addEventListener('click', (e) => {
        if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
        const a = (e.target as Element | null)?.closest?.('a[href]') as HTMLAnchorElement | null;
        if (!a || a.target || a.hasAttribute('download') || a.origin !== location.origin) return;
        if (a.isContentEditable && !a.dataset['open']) return;
        if (a.hash && a.pathname === location.pathname && a.search === location.search) return;
        if (!findRoute(a.pathname)) return;
        e.preventDefault();
        navigate(a.href);
    });
}

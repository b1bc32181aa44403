/**
 * Data of a screen: fetched by key, kept for a quick way back, fetched again when a live topic says so.
 *
 *     const incident = useResource(`incident ${id}`, () => api.get<Incident>(`/incidents/${id}`), [`incident:${id}`]);
 *     if (!incident.data) return incident.error ? <Failed error={incident.error} retry={incident.reload} /> : <Skeleton />;
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, api, withQuery, type Query } from './api';
import { subscribe } from './live';
import type { Page } from './types';

export type Resource<T> = {
    data: T | undefined;
    error: ApiError | undefined;
    loading: boolean;
    /** Fetches again; the old data stays on screen meanwhile. */
    reload: () => Promise<void>;
    /** Shows a value at once: the answer of a write, or an optimistic guess. */
    set: (value: T | ((old: T | undefined) => T | undefined)) => void;
};

const kept = new Map<string, unknown>();
const KEEP = 60;

function keep(key: string, value: unknown): void {
    kept.delete(key);
    kept.set(key, value);
    if (kept.size > KEEP) kept.delete(kept.keys().next().value as string);
}

/** Forgets what was fetched, after signing in as somebody else. */
export function forgetAll(): void {
    kept.clear();
}

function asApiError(e: unknown): ApiError {
    return e instanceof ApiError ? e : new ApiError(-1, 'unexpected', String((e as Error)?.message ?? e));
}

/** Topics carry ids. One that names the record by its reference (`incident:INC-42`) gets the id once the record is there. */
export function withIds(topics: readonly string[], data: unknown): string[] {
    const record = data as { id?: unknown; reference?: unknown } | undefined;
    if (!record || typeof record.id !== 'string' || typeof record.reference !== 'string') return [...topics];
    return topics.map((x) => (x.endsWith(`:${record.reference}`) ? `${x.slice(0, x.indexOf(':'))}:${record.id}` : x));
}

/** `key` null fetches nothing. Topics of the live socket that make it stale may be given. */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>,
    topics: readonly string[] = []): Resource<T> {
    const [, redraw] = useState(0);
    const state = useRef<{ key: string | null; data: T | undefined; error: ApiError | undefined; loading: boolean; run: number }>({
        key: null, data: undefined, error: undefined, loading: false, run: 0 });
    const loader = useRef(load);
    loader.current = load;
    const s = state.current;
    if (s.key !== key) {
        s.key = key;
        s.data = key === null ? undefined : (kept.get(key) as T | undefined);
        s.error = undefined;
        s.loading = key !== null;
    }
    const set = useRef((value: T | ((old: T | undefined) => T | undefined)) => {
        const v = typeof value === 'function' ? (value as (old: T | undefined) => T | undefined)(state.current.data) : value;
        const onItsWay = state.current.loading;
        state.current.data = v;
        state.current.run++;            /* an answer that is still on its way is older than this … */
        state.current.loading = false;
        if (state.current.key !== null && v !== undefined) keep(state.current.key, v);
        if (onItsWay) setTimeout(() => void reload.current(), 250);            /* … but it was asked for because of news; what is being written gets there first */
        redraw((n) => n + 1);
    });
    const reload = useRef(async () => {
        const cur = state.current;
        const wanted = cur.key;
        if (wanted === null) return;
        const run = ++cur.run;
        cur.loading = true;
        redraw((n) => n + 1);
        try {
            const v = await loader.current(new AbortController().signal);
            if (cur.run !== run || cur.key !== wanted) return;
            cur.data = v;
            cur.error = undefined;
            keep(wanted, v);
        } catch (e) {
            if (cur.run !== run || cur.key !== wanted) return;
            cur.error = asApiError(e);
        }
        cur.loading = false;
        redraw((n) => n + 1);
    });
    useEffect(() => { void reload.current(); }, [key]);
    const topicKey = withIds(topics, s.data).join(' ');
    useEffect(() => {
        if (!topicKey) return;
        let busy = false, stale = false, timer: ReturnType<typeof setTimeout> | undefined;
        const fetchAgain = async () => {
            stale = false;
            const began = performance.now();
            await reload.current();
            /* News while it was fetched: once more, after a pause that grows with what a fetch takes. */
            if (stale) timer = setTimeout(fetchAgain, Math.min(3000, Math.max(80, 2 * (performance.now() - began))));
            else busy = false;
        };
        const stop = subscribe(topicKey.split(' '), () => {
            stale = true;
            if (busy) return;               /* a burst of news is one fetch */
            busy = true;
            timer = setTimeout(fetchAgain, 80);
        });
        return () => { clearTimeout(timer); stop(); };
    }, [topicKey]);
    return { data: s.data, error: s.error, loading: s.loading, reload: reload.current, set: set.current };
}

export type Pages<T> = {
    items: T[] | undefined; total: number | null; error: ApiError | undefined; loading: boolean;
    more: (() => Promise<void>) | undefined; reload: () => Promise<void>;
    /** Changes the items on screen, for optimistic updates. */
    update: (f: (items: T[]) => T[]) => void;
};

/** A list with `limit` and cursor. A change of the query starts again at the first page; news keep the length. */
export function usePages<T>(path: string, query: Query = {}, topics: readonly string[] = [], limit = 50): Pages<T> {
    const url = withQuery(path, query);
    const length = useRef(limit);
    const lastUrl = useRef(url);
    if (lastUrl.current !== url) {
        lastUrl.current = url;
        length.current = limit;
    }
    const r = useResource<Page<T>>(`pages ${url}`, async () => {
        let page = await api.get<Page<T>>(path, { ...query, limit });
        while (page.items.length < length.current && page.next_cursor) {
            const next: Page<T> = await api.get<Page<T>>(path, { ...query, limit, cursor: page.next_cursor });
            page = { ...next, items: [...page.items, ...next.items] };
        }
        return page;
    }, topics);
    const cursor = r.data?.next_cursor;
    return {
        items: r.data?.items, total: r.data?.total ?? null, error: r.error, loading: r.loading, reload: r.reload,
        update: (f) => r.set((old) => (old ? { ...old, items: f(old.items) } : old)),
        more: cursor ? async () => {
            const next = await api.get<Page<T>>(path, { ...query, limit, cursor });
            r.set((old) => {
                const items = [...(old?.items ?? []), ...next.items];
                length.current = items.length;
                return { ...next, items };
            });
        } : undefined,
    };
}

/**
 * The one way to the server. Errors are ApiError with the fields the server named; writes carry the CSRF token; edits
 * carry the version they were based on.
 */
import { signal } from '@preact/signals';
import { locale } from './i18n';
import type { Page, Session } from './types';

export type FieldError = { field: string; detail: string };

/** A problem+json answer, or `status` 0 when the server could not be reached. */
export class ApiError extends Error {
    readonly status: number;
    readonly title: string;
    readonly fields: FieldError[];
    /** On 412: the version that is there now. */
    readonly currentVersion: number | undefined;
    readonly retryAfter: number | undefined;

    constructor(status: number, title: string, detail: string, fields: FieldError[] = [], more: {
        currentVersion?: number | undefined; retryAfter?: number | undefined } = {}) {
        super(detail || title);
        this.name = 'ApiError';
        this.status = status;
        this.title = title;
        this.fields = fields;
        this.currentVersion = more.currentVersion;
        this.retryAfter = more.retryAfter;
    }

    /** The message for one field, so that it can stand beside its input. */
    field(name: string): string | undefined {
        return this.fields.find((f) => f.field === name)?.detail;
    }
}

/** The last answer of GET /session; null until it arrived. */
export const session = signal<Session | null>(null);
/** True when a request found that the session has ended while a screen was open. */
export const signedOut = signal(false);
/** False while requests cannot reach the server. */
export const online = signal(true);

const BASE = '/api/v1';
export type Query = Record<string, string | number | boolean | null | undefined | readonly string[]>;

/** `/path?query` without empty values; arrays are joined by commas. */
export function withQuery(path: string, q?: Query): string {
    const s = new URLSearchParams();
    for (const [k, v] of Object.entries(q ?? {})) {
        const text = Array.isArray(v) ? v.join(',') : v === null || v === undefined ? '' : String(v);
        if (text !== '') s.set(k, text);
    }
    const t = s.toString();
    return t ? `${path}?${t}` : path;
}

type Options = { body?: unknown; version?: number | '*' | undefined; signal?: AbortSignal | undefined; headers?: Record<string, string> };

/** What the server said, in the reader's language; its own words where there are no others. */
async function inTheirLanguage(e: ApiError): Promise<ApiError> {
    if (locale.peek() !== 'zh') return e;
    const { inChinese } = await import('./errors-zh').catch(() => ({ inChinese: (s: string) => s }));
    return new ApiError(e.status, inChinese(e.title), inChinese(e.message), e.fields.map((f) => ({ ...f, detail: inChinese(f.detail) })), { currentVersion: e.currentVersion, retryAfter: e.retryAfter });
}

async function problem(r: Response): Promise<ApiError> {
    let p: Record<string, unknown> = {};
    try {
        p = (await r.json()) as Record<string, unknown>;
    } catch { /* not JSON: the status has to do */ }
    const fields = Array.isArray(p['errors']) ? (p['errors'] as FieldError[]) : [];
    const retry = Number(r.headers.get('Retry-After'));
    return inTheirLanguage(new ApiError(r.status, String(p['title'] ?? r.statusText), String(p['detail'] ?? ''), fields, {
        currentVersion: typeof p['current_version'] === 'number' ? p['current_version'] : undefined,
        retryAfter: retry > 0 ? retry : undefined,
    }));
}

/** One request below /api/v1. Throws ApiError; answers the decoded body, or undefined for 204. */
export async function request<T>(method: string, path: string, o: Options = {}): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json', ...o.headers };
    const raw = o.body instanceof Blob || typeof o.body === 'string';
    if (o.body !== undefined && !raw) headers['Content-Type'] = 'application/json';
    if (method !== 'GET' && session.peek()?.csrf) headers['X-CSRF-Token'] = session.peek()!.csrf!;
    if (o.version !== undefined) headers['If-Match'] = o.version === '*' ? '*' : `"${o.version}"`;
    let r: Response;
    try {
        r = await fetch(path.startsWith('/api/') ? path : BASE + path, {
            method, headers, credentials: 'same-origin',
            body: o.body === undefined ? null : raw ? (o.body as BodyInit) : JSON.stringify(o.body),
            signal: o.signal ?? null,
        });
    } catch (e) {
        if ((e as Error).name === 'AbortError') throw e;
        online.value = false;
        throw new ApiError(0, 'offline', 'The server cannot be reached.');
    }
    online.value = true;
    if (r.status === 401 && path !== '/session' && session.peek()?.user) signedOut.value = true;
    if (!r.ok) throw await problem(r);
    if (r.status === 204) return undefined as T;
    const type = r.headers.get('Content-Type') ?? '';
    return (type.includes('json') ? await r.json() : await r.text()) as T;
}

export const api = {
    get: <T>(path: string, q?: Query, signal?: AbortSignal) => request<T>('GET', withQuery(path, q), { signal }),
    post: <T>(path: string, body: unknown = {}) => request<T>('POST', path, { body }),
    patch: <T>(path: string, body: unknown, version: number | '*') => request<T>('PATCH', path, { body, version }),
    put: <T>(path: string, body: unknown, version?: number | '*') => request<T>('PUT', path, { body, version }),
    delete: <T>(path: string, version?: number | '*') => request<T>('DELETE', path, { version }),
    /** All pages of a list, up to `max` items. */
    async all<T>(path: string, q: Query = {}, max = 2000): Promise<T[]> {
        const items: T[] = [];
        let cursor: string | null = null;
        do {
            const page: Page<T> = await api.get<Page<T>>(path, { limit: 200, ...q, cursor });
            items.push(...page.items);
            cursor = page.next_cursor;
        } while (cursor && items.length < max);
        return items;
    },
    /** Sends bytes with progress 0…1 (fetch cannot report it). */
    upload<T>(path: string, file: Blob, progress?: (part: number) => void, signal?: AbortSignal): Promise<T> {
        return new Promise((done, fail) => {
            const x = new XMLHttpRequest();
            x.open('POST', BASE + path);
            x.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
            const csrf = session.peek()?.csrf;
            if (csrf) x.setRequestHeader('X-CSRF-Token', csrf);
            x.upload.onprogress = (e) => { if (e.lengthComputable) progress?.(e.loaded / e.total); };
            x.onerror = () => fail(new ApiError(0, 'offline', 'The server cannot be reached.'));
            x.onabort = () => fail(new DOMException('stopped', 'AbortError'));
            signal?.addEventListener('abort', () => x.abort());
            x.onload = () => {
                let body: unknown;
                try {
                    body = JSON.parse(x.responseText);
                } catch { /* handled below */ }
                if (x.status >= 200 && x.status < 300) return done(body as T);
                if (x.status === 401) signedOut.value = true;
                const p = (body ?? {}) as { title?: string; detail?: string; errors?: FieldError[] };
                void inTheirLanguage(new ApiError(x.status, p.title ?? x.statusText, p.detail ?? '', p.errors ?? [])).then(fail);
            };
            x.send(file);
        });
    },
};

/** Asks the server who is here. */
export function loadSession(): Promise<Session> {
    return request<Session>('GET', '/session');
}

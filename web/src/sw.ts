/**
 * The service worker: lets a post-mortem that was opened on this device open again without a server. Programs (hashed
 * files) come from the device first; pages and the few records that the editor needs come from the server whenever it can
 * be reached, and from the last answer when it cannot. Everything else is none of its business. Records are forgotten on
 * signing out (offline.ts).
 */
import { ASSETS, DATA, isKept, PAGES } from './offline-names';

type Event_ = Event & { waitUntil: (p: Promise<unknown>) => void };
type Fetch = Event_ & { request: Request; respondWith: (r: Promise<Response> | Response) => void };
type Message = Event_ & { data: unknown };
declare const self: EventTarget & { skipWaiting: () => Promise<void>; clients: { claim: () => Promise<void> }; location: Location };

const MOST_ASSETS = 300;

self.addEventListener('install', (e) => (e as Event_).waitUntil(self.skipWaiting()));
self.addEventListener('activate', (e) => (e as Event_).waitUntil(self.clients.claim()));

/** The page that is open tells what it has fetched: it may have been before this worker was there. */
self.addEventListener('message', (e) => {
    const { data } = e as Message;
    if (Array.isArray(data)) (e as Event_).waitUntil(keep(data.filter((x): x is string => typeof x === 'string').slice(0, 200)));
});

self.addEventListener('fetch', (event) => {
    const e = event as Fetch;
    const { request } = e;
    if (request.method !== 'GET') return;
    const url = new URL(request.url);
    if (url.origin !== self.location.origin) return;
    if (url.pathname.startsWith('/assets/')) e.respondWith(assetFirst(request));
    else if (request.mode === 'navigate') e.respondWith(page(request, url));
    else if (isKept(url.pathname, url.search)) e.respondWith(serverFirst(request));
});

async function keep(paths: string[]): Promise<void> {
    const cache = await caches.open(ASSETS);
    const data = await caches.open(DATA);
    for (const path of paths) {
        const url = new URL(path, self.location.origin);
        const to = url.pathname.startsWith('/assets/') ? cache : isKept(url.pathname, url.search) ? data : null;
        if (to && !(await to.match(path))) await to.add(path).catch(() => {});
    }
    const all = await cache.keys();
    for (const old of all.slice(0, Math.max(0, all.length - MOST_ASSETS))) await cache.delete(old);
    const shell = await fetch('/', { headers: { Accept: 'text/html' } }).catch(() => null);
    if (shell?.ok) await (await caches.open(PAGES)).put('/', shell);
}

async function assetFirst(request: Request): Promise<Response> {
    const cache = await caches.open(ASSETS);
    const kept = await cache.match(request, { ignoreVary: true });
    if (kept) return kept;
    const fresh = await fetch(request);
    if (fresh.ok) void cache.put(request, fresh.clone());
    return fresh;
}

/** A page: from the server; without one, the program itself, which then says what it can show. */
async function page(request: Request, url: URL): Promise<Response> {
    try {
        return await fetch(request);
    } catch (e) {
        const read = /^\/reports\/([^/]+)$/.exec(url.pathname);
        if (read) return Response.redirect(`/reports/${read[1]}/edit`);
        const shell = await (await caches.open(PAGES)).match('/');
        if (shell) return shell;
        throw e;
    }
}

async function serverFirst(request: Request): Promise<Response> {
    const cache = await caches.open(DATA);
    try {
        const fresh = await fetch(request);
        if (fresh.ok) void cache.put(request, fresh.clone());
        else if ([401, 403, 404].includes(fresh.status)) void cache.delete(request);
        return fresh;
    } catch (e) {
        const kept = await cache.match(request, { ignoreVary: true });
        if (kept) return kept;
        throw e;
    }
}

/** Opening without a server: starts the service worker, and forgets records when somebody signs out. */
import { DATA, isKept } from './offline-names';

/** Once somebody is signed in. Needs a secure address (https, or this machine); elsewhere nothing is kept. */
export function keepForOffline(): void {
    if (!('serviceWorker' in navigator)) return;
    const tell = () => {
        const names = performance.getEntriesByType('resource').map((r) => new URL(r.name)).filter((u) => u.origin === location.origin && (u.pathname.startsWith('/assets/') || isKept(u.pathname, u.search))).map((u) => u.pathname + u.search);
        navigator.serviceWorker.controller?.postMessage([...new Set(names)]);
    };
    addEventListener('load-screen', () => setTimeout(tell, 2000));
    navigator.serviceWorker.addEventListener('controllerchange', tell);
    navigator.serviceWorker.register('/sw.js').then(tell, () => { /* a browser that forbids it: only without it */ });
}

/** Tells the worker that a screen has loaded its programs. */
export const screenLoaded = (): void => { dispatchEvent(new Event('load-screen')); };

/** What this person read here leaves the device; edits that the server lacks stay until they are sent. */
export async function forgetOffline(user: string): Promise<void> {
    try {
        for (const key of Object.keys(localStorage)) if (key.startsWith('hindsight.draft.')) localStorage.removeItem(key);
        if ('caches' in window) await caches.delete(DATA);
        await (await import('../editor/device')).forgetSaved(user);
    } catch { /* the disk may be gone; signing out goes on */ }
}

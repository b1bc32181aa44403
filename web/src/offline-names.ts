/** What the service worker and the page both name. */
export const ASSETS = 'hindsight assets';
export const PAGES = 'hindsight pages';
export const DATA = 'hindsight data';

/** The answers that the editor cannot do without: who is here, the report, its pictures, and what live blocks show. */
export function isKept(path: string, search: string): boolean {
    if (path.startsWith('/files/')) return true;
    if (path === '/api/v1/session') return true;
    return search.length < 200 && /^\/api\/v1\/(reports|incidents)\/[^/]+(\/(timeline|changes))?$/.test(path);
}

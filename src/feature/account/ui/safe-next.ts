/** Where to go after signing in: only an address of this site, never another. */
export function safeNext(next: string | null): string {
    if (!next || !next.startsWith('/') || next.startsWith('//') || next.startsWith('/\\')) return '/';
    return next.startsWith('/sign-in') || next.startsWith('/setup') ? '/' : next;
}

/** Who is here: sign in, sign out, first run. */
import { api, loadSession, request, session, signedOut } from './api';
import { hasChosenLocale, setLocale } from './i18n';
import { reconnect } from './live';
import { forgetOffline } from './offline';
import { forgetAll } from './resource';
import { userZone } from './time';
import type { Session, User } from './types';

function apply(s: Session): void {
    const before = session.peek()?.user?.id;
    if (before && s.user && before !== s.user.id) return location.reload();     /* nothing of one person's in another's name */
    session.value = s;
    if (s.user) {
        signedOut.value = false;
        if (s.user.time_zone) userZone.value = s.user.time_zone;
        if (!before && !hasChosenLocale() && (s.user.locale === 'en' || s.user.locale === 'zh')) setLocale(s.user.locale, false);
        reconnect();
    }
}

/** Fetches the session; to be called once at the start. */
export async function start(): Promise<void> {
    apply(await loadSession());
}

export async function signIn(email: string, password: string): Promise<void> {
    await request<Session>('POST', '/session', { body: { email, password } });
    apply(await loadSession());
}

export async function signOut(): Promise<void> {
    const user = session.peek()?.user?.id;
    await api.delete('/session');
    if (user) await forgetOffline(user);
    forgetAll();
    location.assign('/sign-in');
}

export type Setup = {
    name: string; email: string; password: string; workspace_name: string; locale: 'en' | 'zh'; time_zone: string; sample_data: boolean;
};

/** Creates the first person and signs in. */
export async function setUp(s: Setup): Promise<void> {
    await request('POST', '/setup', { body: s });
    apply(await loadSession());
}

/** The person signed in, for components that only stand behind the sign-in. */
export function me(): User {
    const u = session.value?.user;
    if (!u) throw new Error('nobody is signed in');
    return u;
}

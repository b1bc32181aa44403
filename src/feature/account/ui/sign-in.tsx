import { useEffect } from 'preact/hooks';
import { SignInForm } from 'app/again';
import { session } from 'app/api';
import { findRoute, navigate, query } from 'app/router';
import { Bare } from './bare';
import { t } from './strings';

/** Where to go after signing in: only an address of this site, never another. */
export function safeNext(next: string | null): string {
    if (!next || !next.startsWith('/') || next.startsWith('//') || next.startsWith('/\\')) return '/';
    return next.startsWith('/sign-in') || next.startsWith('/setup') ? '/' : next;
}

export default function SignIn() {
    const next = safeNext(query.value.get('next'));
    const leave = () => {
        if (findRoute(next.split('?')[0]!)) navigate(next, { replace: true });
        else location.replace(next);
    };
    useEffect(() => { if (session.value?.user) leave(); }, []);
    return (
        <Bare title={t('sign_in', { workspace: session.value?.workspace.name || 'Hindsight' })}>
            <SignInForm onDone={leave} />
        </Bare>
    );
}

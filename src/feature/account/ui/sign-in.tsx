import { useEffect } from 'preact/hooks';
import { SignInForm } from 'app/again';
import { session } from 'app/api';
import { findRoute, navigate, query } from 'app/router';
import { Bare } from './bare';
import { safeNext } from './safe-next';
import { t } from './strings';

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

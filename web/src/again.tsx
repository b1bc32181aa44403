/** The session ended while somebody worked: sign in over the open screen, which keeps what it has. */
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { Field, Input, useForm } from '../kit/field';
import { session } from './api';
import { signIn } from './session';
import { t } from './strings';
import { dictionary } from './i18n';

export const words = dictionary({
    en: { email: 'Email', password: 'Password', sign_in: 'Sign in', wrong: 'Email or password is wrong.', slow: 'Too many tries. Wait {n} seconds, then try again.' },
    zh: { email: '邮箱', password: '密码', sign_in: '登录', wrong: '邮箱或密码不正确。', slow: '尝试次数过多，请 {n} 秒后再试。' },
});

/** Email and password; used by the sign-in page and by the dialog above a screen. */
export function SignInForm({ email: known, onDone }: { email?: string | undefined; onDone?: () => void }) {
    const [email, setEmail] = useState(known ?? '');
    const [password, setPassword] = useState('');
    const form = useForm();
    const e = form.error;
    const message = e && (e.status === 401 || e.status === 403 ? words('wrong') : e.status === 429 ? words('slow', { n: e.retryAfter ?? 30 }) : form.general(['email', 'password']));
    return (
        <form class="form" onSubmit={async (ev) => {
            ev.preventDefault();
            if (await form.submit(() => signIn(email.trim(), password))) onDone?.();
        }}>
            {message && <p class="form-error" role="alert">{message}</p>}
            <Field label={words('email')} error={form.field('email')}>{(p) => <Input {...p} type="email" name="email" autocomplete="username" required value={email} onChange={setEmail} autofocus={!known} data-autofocus={!known || undefined} />}</Field>
            <Field label={words('password')} error={form.field('password')}>{(p) => <Input {...p} type="password" name="password" autocomplete="current-password" required value={password} onChange={setPassword} autofocus={!!known} data-autofocus={known ? true : undefined} />}</Field>
            <Button type="submit" kind="primary" large busy={form.busy}>{words('sign_in')}</Button>
        </form>
    );
}

const PAUSE_MS = 1200;

/** True once nobody types: a dialog that takes the focus in the middle of a word swallows the rest of it. */
function usePause(): boolean {
    const at = document.activeElement as HTMLElement | null;
    const [paused, setPaused] = useState(!at?.isContentEditable && !at?.matches('input, textarea'));
    useEffect(() => {
        if (paused) return;
        const done = () => setPaused(true);
        let timer = setTimeout(done, PAUSE_MS);
        const again = () => {
            clearTimeout(timer);
            timer = setTimeout(done, PAUSE_MS);
        };
        addEventListener('keydown', again, true);
        return () => {
            clearTimeout(timer);
            removeEventListener('keydown', again, true);
        };
    }, [paused]);
    return paused;
}

export function SignInAgain() {
    const paused = usePause();
    if (!paused) return null;
    return (
        <Dialog title={t('signed_out')} fixed onClose={() => {}}>
            <p class="soft">{t('signed_out_body')}</p>
            <div class="again"><SignInForm email={session.value?.user?.email} /></div>
        </Dialog>
    );
}

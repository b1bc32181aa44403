/** Starts the interface: session first, then the screens of every feature in features.def. */
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { features } from '../../build/web-gen/features';
import { Button } from '../kit/button';
import { Toasts } from '../kit/toast';
import { Empty } from '../kit/waiting';
import { ApiError, online, session, signedOut } from './api';
import { locale, setLocale } from './i18n';
import { bind, startKeys } from './keys';
import { keepForOffline } from './offline';
import { paletteOpen, sheetOpen } from './palette';
import { may, type Command, type NavEntry } from './registry';
import { findRoute, navigate, path, setRoutes, startRouter } from './router';
import { start } from './session';
import { setSettingsEntries } from './settings-entries';
import { Boundary, Outlet, Shell } from './shell';
import { SignInAgain } from './again';
import { t } from './strings';
import { screenStyles } from './styles';

const nav: NavEntry[] = features.flatMap((f) => f.nav ?? []).sort((a, b) => a.order - b.order);
const commands: Command[] = [
    ...features.flatMap((f) => f.commands ?? []),
    { id: 'shortcuts', label: () => t('shortcuts'), icon: 'info', keys: '?', run: () => { sheetOpen.value = true; } },
];

function bindAll(): void {
    bind('mod+k', () => {
        if (paletteOpen.value || !document.querySelector('dialog[open]')) paletteOpen.value = !paletteOpen.value;
    });
    bind('/', () => {
        const field = document.querySelector<HTMLElement>('[data-search]');
        if (field) field.focus();
        else paletteOpen.value = true;
    });
    for (const n of nav) if (n.keys) bind(n.keys, () => navigate(n.href));
    for (const c of commands) if (c.keys) bind(c.keys, () => { if (may(session.value?.user?.role, c.role)) c.run(); });
}

/** Sends people where they must be first: setup, sign-in, or back from there. */
function Gate() {
    const s = session.value!;
    const p = path.value;
    const match = findRoute(p);
    const aim = s.setup_required && p !== '/setup' ? '/setup'
        : !s.setup_required && !s.user && !signedOut.value && !match?.route.bare ? `/sign-in?next=${encodeURIComponent(p + location.search)}` : null;
    useEffect(() => { if (aim) navigate(aim, { replace: true }); }, [aim]);
    void locale.value;
    if (aim) return null;
    if (match?.route.bare || !s.user) return <><Boundary at={p}><Outlet /></Boundary><Toasts /></>;
    return <Shell features={features} nav={nav} commands={commands} again={signedOut.value ? <SignInAgain /> : null} />;
}

function Unreachable({ error }: { error: unknown }) {
    const detail = error instanceof ApiError && error.status === 0 ? t('offline') : String((error as Error).message);
    return <div class="page"><Empty icon="offline" title={detail} action={<Button onClick={() => location.reload()}>{t('retry')}</Button>} /></div>;
}

async function run(): Promise<void> {
    const root = document.getElementById('app')!;
    setLocale(locale.peek(), false);
    setSettingsEntries(features.flatMap((f) => f.settings ?? []));
    setRoutes(features.flatMap((f) => f.routes ?? []));
    startRouter();
    startKeys();
    bindAll();
    try {
        await start();
    } catch (e) {
        render(<Unreachable error={e} />, root);
        online.value = true;
        return;
    }
    for (const f of features) f.start?.();
    render(<Gate />, root);
    setTimeout(screenStyles, 0);
    if (session.value?.user) keepForOffline();
}

void run();

/** The frame around every screen: rail on the left, bottom bar on a phone, what floats above. */
import { Component, type ComponentChildren } from 'preact';
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { Button, IconButton } from '../kit/button';
import { Icon } from '../kit/icon';
import { MenuButton, type MenuItem } from '../kit/menu';
import { Avatar } from '../kit/people';
import { Toasts } from '../kit/toast';
import { Empty } from '../kit/waiting';
import { api, online, session } from './api';
import { locale, setLocale, type Locale } from './i18n';
import { shown } from './keys';
import { reconnect } from './live';
import { Palette, paletteOpen, ShortcutSheet, sheetOpen } from './palette';
import { may, type Command, type Feature, type NavEntry } from './registry';
import { findRoute, path, type Screen } from './router';
import { signOut, start } from './session';
import { t } from './strings';
import { screenStyles } from './styles';
import { setTheme, theme } from './theme';
import type { User } from './types';
import { setUtc, userZone, utc } from './time';

const STORE = 'hindsight.rail';
function keptCollapsed(): boolean {
    try {
        return localStorage.getItem(STORE) === '1';
    } catch {
        return false;
    }
}
const collapsed = signal(keptCollapsed());

function toggleRail(): void {
    collapsed.value = !collapsed.value;
    try {
        localStorage.setItem(STORE, collapsed.value ? '1' : '0');
    } catch { /* storage may be denied */ }
}

/** Keeps one broken screen from taking the rest with it. */
export class Boundary extends Component<{ children?: ComponentChildren; at: string }, { error: Error | null }> {
    override state: { error: Error | null } = { error: null };
    static override getDerivedStateFromError(error: Error) {
        return { error };
    }
    override componentDidCatch(error: Error) {
        console.error(error);
    }
    override componentDidUpdate(before: { at: string }) {
        if (before.at !== this.props.at && this.state.error) this.setState({ error: null });
    }
    override render() {
        if (!this.state.error) return this.props.children;
        return (
            <div class="page"><Empty icon="warning" title={t('error_title')} action={<Button onClick={() => location.reload()}>{t('reload')}</Button>}>
                {t('error_body')} <code class="mono quiet">{this.state.error.message}</code>
            </Empty></div>
        );
    }
}

/** The severity of being elsewhere: a route's screen, loaded when it is first needed. */
export function Outlet() {
    const match = findRoute(path.value);
    const [, redraw] = useState(0);
    const loaded = match && screens.get(match.route.path);
    useEffect(() => {
        if (!match || loaded) return;
        let stale = false;
        const styled = match.route.bare || match.route.path === '/' ? null : screenStyles();
        Promise.all([match.route.load(), styled]).then(([m]) => {
            screens.set(match.route.path, m.default);
            if (!stale) redraw((n) => n + 1);
        }, (e: unknown) => {
            failedChunk.value = e instanceof Error ? e.message : String(e);
        });
        return () => { stale = true; };
    }, [match?.route.path]);
    if (!match) {
        return <div class="page"><Empty icon="search" title={t('not_found')} action={<a class="btn" href="/">{t('go_home')}</a>}>{t('not_found_body')}</Empty></div>;
    }
    if (!loaded) {
        return failedChunk.value
            ? <div class="page"><Empty icon="refresh" title={t('error_title')} action={<Button onClick={() => location.reload()}>{t('reload')}</Button>}>{t('error_body')}</Empty></div>
            : <div class="page" aria-busy="true" />;
    }
    const Loaded = loaded;
    return <Loaded params={match.params} />;
}

const screens = new Map<string, Screen>();
const failedChunk = signal('');

function isCurrent(n: NavEntry): boolean {
    const p = path.value;
    if (n.href === '/') return p === '/';
    return [n.href, ...(n.also ?? [])].some((h) => p === h || p.startsWith(`${h}/`));
}

function TopLink({ n }: { n: NavEntry }) {
    const Badge = n.badge;
    return <a class="top-link" href={n.href} aria-label={n.label()} aria-current={isCurrent(n) ? 'page' : undefined} title={n.label()}><Icon name={n.icon} />{Badge && <Badge />}</a>;
}

function NavLink({ n, phoneOnly }: { n: NavEntry; phoneOnly?: boolean }) {
    const Badge = n.badge;
    return (
        <li class={phoneOnly ? 'phone-only' : n.wideOnly ? 'wide-only' : ''}>
            <a href={n.href} aria-current={isCurrent(n) ? 'page' : undefined} title={n.label()}><Icon name={n.icon} /><span class="t">{n.label()}</span>{Badge && <Badge />}</a>
        </li>
    );
}

/** Changes the language here, and in the profile for mails and other devices. */
function speak(l: Locale): void {
    setLocale(l);
    const u = session.peek()?.user;
    if (u && u.locale !== l) void api.patch<User>(`/people/${u.id}`, { locale: l }, '*').then((fresh) => { session.value = { ...session.peek()!, user: { ...u, ...fresh } }; }, () => {});
}

/** Language, theme, time zone: the same menu in the rail and in More. */
function appearance(): MenuItem[] {
    const l = locale.value;
    const th = theme.value;
    return [
        { heading: t('language') },
        { label: 'English', checked: l === 'en', onSelect: () => speak('en') },
        { label: '中文', checked: l === 'zh', onSelect: () => speak('zh') },
        'line', { heading: t('theme') },
        { label: t('theme_system'), checked: th === 'system', onSelect: () => setTheme('system') },
        { label: t('theme_light'), checked: th === 'light', onSelect: () => setTheme('light') },
        { label: t('theme_dark'), checked: th === 'dark', onSelect: () => setTheme('dark') },
        'line', { heading: t('times') },
        { label: t('times_local', { zone: userZone.value }), checked: !utc.value, onSelect: () => setUtc(false) },
        { label: t('times_utc'), checked: utc.value, onSelect: () => setUtc(true) },
    ];
}

function personMenu(): MenuItem[] {
    return [
        { label: t('profile'), icon: 'user', href: '/settings/profile' },
        { label: t('shortcuts'), icon: 'info', hint: '?', onSelect: () => { sheetOpen.value = true; } },
        'line', { label: t('sign_out'), icon: 'out', onSelect: () => void signOut() },
    ];
}

function Rail({ nav }: { nav: NavEntry[] }) {
    const s = session.value!;
    const user = s.user!;
    const seen = nav.filter((n) => may(user.role, n.role));
    const main = seen.filter((n) => n.place !== 'end' && n.place !== 'top');
    const top = seen.filter((n) => n.place === 'top');
    const end = seen.filter((n) => n.place === 'end');
    const more = (): MenuItem[] => [
        { label: t('search_or_run'), icon: 'search', onSelect: () => { paletteOpen.value = true; } },
        ...[...main.filter((n) => n.wideOnly && n.href !== '/search'), ...end].map((n) => ({ label: n.label(), icon: n.icon, href: n.href })),
        'line', ...appearance(), 'line', ...personMenu(),
    ];
    return (
        <aside class="rail">
            <div class="rail-top">
                <a class="ws" href="/" title={s.workspace.name}><span class="mark"><Icon name="wave" /></span><span class="t grow clip">{s.workspace.name}</span></a>
                {top.map((n) => <TopLink key={n.href} n={n} />)}
                <IconButton small class="rail-fold" icon="left" label={collapsed.value ? t('expand') : t('collapse')} onClick={toggleRail} />
            </div>
            <button type="button" class="find" aria-label={t('search_or_run')} onClick={() => { paletteOpen.value = true; }}>
                <Icon name="search" /><span class="grow">{t('search_or_run')}</span><kbd>{shown('mod+k')}</kbd>
            </button>
            <nav aria-label={t('main_nav')}><ul>
                {main.map((n) => <NavLink key={n.href} n={n} />)}
                {top.map((n) => <NavLink key={n.href} n={n} phoneOnly />)}
                <li class="phone-only"><MenuButton class="more-btn" chevron={false} label={t('more')} items={more}><Icon name="more" /><span class="t">{t('more')}</span></MenuButton></li>
            </ul></nav>
            <div class="end">
                <ul>{end.map((n) => <NavLink key={n.href} n={n} />)}</ul>
                <div class="me">
                    <MenuButton class="who grow" chevron={false} label={user.name} items={personMenu}><Avatar person={user} large /><span class="t grow clip">{user.name}</span></MenuButton>
                    <MenuButton class="btn plain icon sm" chevron={false} label={`${t('language')}, ${t('theme')}`} title={`${t('language')}, ${t('theme')}`} items={appearance}><Icon name="theme" /></MenuButton>
                </div>
            </div>
        </aside>
    );
}

function OfflineBanner() {
    if (online.value) return null;
    return (
        <div class="banner" role="status"><Icon name="offline" /><span class="grow">{t('offline')}</span>
            <Button onClick={async () => { try { await start(); } catch { /* still away */ } reconnect(); }}>{t('retry')}</Button></div>
    );
}

export function Shell({ features, nav, commands, again }: { features: Feature[]; nav: NavEntry[]; commands: Command[]; again: ComponentChildren }) {
    const match = findRoute(path.value);
    const narrow = match?.route.narrow || collapsed.value;
    return <>
        <a class="skip" href="#main">{t('skip')}</a>
        <div class={`shell ${narrow ? 'icons' : ''} ${match?.route.narrow ? 'fixed-icons' : ''}`}>
            <Rail nav={nav} />
            <main id="main" tabIndex={-1}><OfflineBanner /><Boundary at={path.value}><Outlet /></Boundary></main>
        </div>
        {features.map((f) => { const Layer = f.layer; return Layer ? <Layer key={f.name} /> : null; })}
        {again}
        {paletteOpen.value && <Palette nav={nav} commands={commands} />}
        {sheetOpen.value && <ShortcutSheet nav={nav} commands={commands} />}
        <Toasts />
    </>;
}

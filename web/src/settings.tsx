/**
 * The frame of every settings page: the list of pages on the left (a menu on a phone), the page itself on the right.
 *
 *     export default function Channels() {
 *         return <SettingsPage title={t('channels')} about={t('channels_about')} action={<Button …/>}> … </SettingsPage>;
 *     }
 *
 * A feature names its pages in defineFeature({ settings: [{ href: '/settings/channels', … }], routes: [ … ] }).
 */
import type { ComponentChildren } from 'preact';
import { Icon } from '../kit/icon';
import { Select } from '../kit/field';
import { Topbar } from '../kit/topbar';
import { session } from './api';
import { dictionary } from './i18n';
import { may, type SettingsEntry } from './registry';
import { navigate, path } from './router';
import { settingsEntries, settingsGroups } from './settings-entries';

const t = dictionary({
    en: { settings: 'Settings', you: 'You', people: 'People', alerts: 'Alerts', workspace: 'Workspace', page: 'Page' },
    zh: { settings: '设置', you: '个人', people: '人员', alerts: '告警', workspace: '工作区', page: '页面' },
});

/** The pages that this person may see. */
export function seenEntries(): SettingsEntry[] {
    return settingsEntries().filter((e) => may(session.value?.user?.role, e.role));
}

export function SettingsPage({ title, about, action, children, wide }: {
    title: string; about?: ComponentChildren; action?: ComponentChildren; children?: ComponentChildren; wide?: boolean;
}) {
    const seen = seenEntries();
    return <>
        <div class="wide-only"><Topbar crumbs={[{ label: t('settings'), href: '/settings' }, { label: title }]} /></div>
        <div class={`settings ${wide ? 'wide' : ''}`}>
            <nav aria-label={t('settings')} class="settings-nav">
                {settingsGroups.map((g) => {
                    const pages = seen.filter((e) => e.group === g);
                    return pages.length === 0 ? null : (
                        <section key={g}>
                            <h2>{t(g)}</h2>
                            <ul>{pages.map((e) => (
                                <li key={e.href}><a href={e.href} aria-current={path.value === e.href || path.value.startsWith(`${e.href}/`) ? 'page' : undefined}><Icon name={e.icon} />{e.label()}</a></li>
                            ))}</ul>
                        </section>
                    );
                })}
            </nav>
            <div class="settings-pick phone-only">
                <Select aria-label={t('page')} value={seen.find((e) => path.value === e.href || path.value.startsWith(`${e.href}/`))?.href ?? path.value} options={seen.map((e) => ({ value: e.href, label: e.label() }))} onChange={(h) => navigate(h)} />
            </div>
            <section class="settings-body">
                <header>
                    <div class="grow"><h1>{title}</h1>{about && <p class="sub">{about}</p>}</div>
                    {action}
                </header>
                {children}
            </section>
        </div>
    </>;
}

import { api } from 'app/api';
import { defineFeature } from 'app/registry';
import { useResource } from 'app/resource';
import { t } from './names';

/** How many are new, live: over the bell. */
function Unread() {
    const r = useResource('notification count', () => api.get<{ unread: number }>('/notification-counts'), ['notifications']);
    const n = r.data?.unread ?? 0;
    return n ? <span class="bubble" role="img" aria-label={t('unread', { n })}>{n > 99 ? '99+' : n}</span> : null;
}

export default defineFeature({
    name: 'notify',
    routes: [
        { path: '/notifications', load: () => import('./inbox') },
        { path: '/settings/notifications', load: () => import('./choices') },
    ],
    nav: [{ href: '/notifications', icon: 'bell', label: () => t('notifications'), order: 5, place: 'top', keys: 'g n', badge: Unread }],
    settings: [{ href: '/settings/notifications', icon: 'bell', label: () => t('notifications'), group: 'you', order: 15 }],
});

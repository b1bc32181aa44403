import { effect } from '@preact/signals';
import { session } from 'app/api';
import { defineFeature } from 'app/registry';
import { paintSeverities } from './paint';
import { t } from './names';

export default defineFeature({
    name: 'settings',
    routes: [
        { path: '/settings', load: () => import('./first') },
        { path: '/settings/workspace', load: () => import('./workspace') },
        { path: '/settings/audit', load: () => import('./audit') },
        { path: '/settings/jobs', load: () => import('./jobs') },
    ],
    nav: [{ href: '/settings', icon: 'settings', label: () => t('settings'), place: 'end', order: 90, keys: 'g s' }],
    settings: [
        { href: '/settings/workspace', icon: 'settings', label: () => t('workspace'), group: 'workspace', order: 10, role: 'admin' },
        { href: '/settings/audit', icon: 'history', label: () => t('audit'), group: 'workspace', order: 20, role: 'admin' },
        { href: '/settings/jobs', icon: 'prog', label: () => t('jobs'), group: 'workspace', order: 30, role: 'admin' },
    ],
    start: () => { effect(() => paintSeverities(session.value?.severities ?? [])); },
});

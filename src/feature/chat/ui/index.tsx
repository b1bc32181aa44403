import { defineFeature } from 'app/registry';
import { t } from './strings';

export default defineFeature({
    name: 'chat',
    routes: [
        { path: '/settings/slack', load: () => import('./slack') },
        { path: '/settings/mattermost', load: () => import('./mattermost') },
        { path: '/settings/teams', load: () => import('./teams') },
    ],
    settings: [
        { href: '/settings/slack', icon: 'link', label: () => t('slack'), group: 'alerts', order: 40, role: 'admin' },
        { href: '/settings/mattermost', icon: 'link', label: () => t('mattermost'), group: 'alerts', order: 41, role: 'admin' },
        { href: '/settings/teams', icon: 'link', label: () => t('teams'), group: 'alerts', order: 42, role: 'admin' },
    ],
});

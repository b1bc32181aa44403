import { defineFeature } from 'app/registry';
import { t } from './names';

export default defineFeature({
    name: 'account',
    routes: [
        { path: '/sign-in', bare: true, load: () => import('./sign-in') },
        { path: '/setup', bare: true, load: () => import('./setup') },
        { path: '/settings/profile', load: () => import('./profile') },
        { path: '/settings/tokens', load: () => import('./tokens') },
        { path: '/settings/people', load: () => import('./people') },
        { path: '/settings/teams', load: () => import('./teams') },
    ],
    settings: [
        { href: '/settings/profile', icon: 'user', label: () => t('profile'), group: 'you', order: 10 },
        { href: '/settings/tokens', icon: 'key', label: () => t('tokens'), group: 'you', order: 20 },
        { href: '/settings/people', icon: 'users', label: () => t('people'), group: 'people', order: 10 },
        { href: '/settings/teams', icon: 'users', label: () => t('teams'), group: 'people', order: 20 },
    ],
});

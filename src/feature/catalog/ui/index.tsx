import { defineFeature } from 'app/registry';
import { t } from './names';

export default defineFeature({
    name: 'catalog',
    routes: [
        { path: '/settings/channels', load: () => import('./channels') },
        { path: '/settings/services', load: () => import('./services') },
    ],
    settings: [
        { href: '/settings/channels', icon: 'layout', label: () => t('channels'), group: 'people', order: 30 },
        { href: '/settings/services', icon: 'server', label: () => t('services'), group: 'people', order: 40 },
    ],
});

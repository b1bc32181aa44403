import { defineFeature } from 'app/registry';
import { t } from './names';

export default defineFeature({
    name: 'monitor',
    routes: [{ path: '/monitors', load: () => import('./list') }, { path: '/monitors/:id', load: () => import('./monitor') }],
    nav: [{ href: '/monitors', icon: 'wave', label: () => t('monitors'), order: 4.5, keys: 'g m', wideOnly: true }],
});

import { defineFeature } from 'app/registry';
import { t } from './first-strings';

export default defineFeature({
    name: 'home',
    routes: [{ path: '/', load: () => import('./home') }],
    nav: [{ href: '/', icon: 'home', label: () => t('home'), order: 0, keys: 'g h' }],
});

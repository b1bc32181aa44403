import { defineFeature } from 'app/registry';
import { navigate } from 'app/router';
import { t } from './names';

export default defineFeature({
    name: 'search',
    routes: [{ path: '/search', load: () => import('./search') }],
    nav: [{ href: '/search', icon: 'search', label: () => t('search'), order: 8, keys: 'g /', wideOnly: true }],
    commands: [{ id: 'search', label: () => t('search_everything'), icon: 'search', words: 'find 查找', run: () => navigate('/search') }],
});

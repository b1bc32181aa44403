import { defineFeature } from 'app/registry';
import { t } from './strings';

export default defineFeature({
    name: 'chat',
    routes: [{ path: '/settings/slack', load: () => import('./slack') }],
    settings: [{ href: '/settings/slack', icon: 'link', label: () => t('slack'), group: 'alerts', order: 40, role: 'admin' }],
});

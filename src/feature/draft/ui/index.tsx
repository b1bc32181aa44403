import { defineFeature } from 'app/registry';
import { t } from './names';

/** Its other screens stand inside the report's and the incident's. */
export default defineFeature({
    name: 'draft',
    routes: [{ path: '/settings/ai', load: () => import('./settings') }],
    settings: [{ href: '/settings/ai', icon: 'spark', label: () => t('ai'), group: 'workspace', order: 15, role: 'admin' }],
});
